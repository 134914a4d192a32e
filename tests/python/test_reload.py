"""polyhost.reload and --reload: a changed .cpp while its script runs."""

import os
import shutil
import subprocess
import tempfile
import textwrap
import time
import unittest

from support import POLYHOST, run

CACHE = tempfile.mkdtemp()  # one for all: what modules share is compiled once
unittest.addModuleCleanup(shutil.rmtree, CACHE, ignore_errors=True)

FIRST = """\
// polyhost: flags = -O0
#include <polyhost/native.hpp>
#include "factor.h"
#include <unistd.h>
double scale(double x, double factor) { return x * factor * FACTOR; }
int gone(int x) { return x; }
int other(int x) { return x; }
int wait_for(int file) { char c; if (read(file, &c, 1) != 1) return 0; return 1; }
int call(polyhost::callback<int(int)> f) { return f(1); }
"""
MODULE = """
POLYHOST_MODULE(kernels, m) {
  m.def<scale>("scale(x, factor=1.0)", "Scales.");
  m.def<gone>("gone(x)");
  m.def<other>("other(x)");
  m.def<wait_for>("wait_for(file)", polyhost::release_gil);
  m.def<call>("call(f)");
  m.attr("VERSION", 1);
}
"""
SECOND = (FIRST + MODULE).replace("int other(int x)", "int other(int x, int y)").replace("other(x)", "other(x, y)").replace('  m.def<gone>("gone(x)");\n', "")
SECOND = SECOND.replace("* FACTOR", "* FACTOR + 0.5").replace("VERSION\", 1", "VERSION\", 2").replace("return 1;", "return 2;").replace("Scales.", "Scales, and more.").replace("f(1)", "f(2)")


class Reload(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write("kernels.cpp", FIRST + MODULE)
        self.write("second.txt", SECOND)
        self.write("factor.h", "#define FACTOR 2\n")
        self.environment = {**os.environ, "XDG_CACHE_HOME": CACHE}

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def script(self, code, *options, **environment):
        """What a script prints, given open(), shutil, threading and `change`, which puts the second version in place."""
        prelude = "import gc, os, polyhost, shutil, threading, time, kernels\ndef change(): shutil.copy('second.txt', 'kernels.cpp')\n"
        self.write("script.py", prelude + textwrap.dedent(code))
        done = run(*options, "script.py", cwd=self.folder, env={**self.environment, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stderr
        return done.stdout.splitlines()

    def test_functions_that_are_held(self):
        lines = self.script(
            """
            from kernels import scale, gone, other
            batch = scale.batch
            print(scale(1), batch([1.0])[0], kernels.VERSION)
            change()
            assert polyhost.reload(kernels) is kernels
            print(scale(1), scale(1, factor=2), batch([1.0])[0], kernels.VERSION, scale.__doc__)
            print(kernels.scale is scale, hasattr(kernels, "gone"), kernels.other(1, 2))
            for call in (lambda: gone(1), lambda: other(1)):
                try:
                    call()
                except TypeError as error:
                    print(error)
            """
        )
        self.assertEqual(lines[:3], ["2.0 2.0 1", "2.5 4.5 2.5 2 Scales, and more.", "True False 1"])
        self.assertEqual(lines[3], "kernels.gone() is gone: kernels was reloaded, and its source has no such function any more")
        self.assertEqual(
            lines[4],
            "kernels.other() was reloaded and has another signature, other(x: int, y: int) -> int, where it was other(x: int) -> int: take it from the module again",
        )

    def test_nothing_changed(self):
        self.assertEqual(self.script("f = kernels.scale\npath = kernels.__file__\npolyhost.reload(kernels)\nprint(f is kernels.scale, path == kernels.__file__)"), ["True True"])

    def test_a_header_changed(self):
        lines = self.script(
            """
            for factor in (3, 4, 2):
                with open("factor.h", "w") as file:
                    file.write(f"#define FACTOR {factor}\\n")
                polyhost.reload(kernels)
                print(kernels.scale(1), end=" ")
            """
        )
        self.assertEqual(lines, ["3.0 4.0 2.0 "])

    def test_calls_that_run_meanwhile(self):
        lines = self.script(
            """
            results = []
            reading, writing = os.pipe()
            threads = [threading.Thread(target=lambda: results.append(kernels.wait_for(reading))) for _ in range(2)]
            for thread in threads: thread.start()
            def inner(x):
                change()
                polyhost.reload(kernels)
                gc.collect()
                return x * 10
            print(kernels.call(inner), results, kernels.call(lambda x: x * 10))
            os.write(writing, b"12")
            for thread in threads: thread.join()
            os.write(writing, b"3")
            print(results, kernels.wait_for(reading))
            """
        )
        self.assertEqual(lines, ["10 [] 20", "[1, 1] 2"])

    def test_the_report_tells_versions_apart(self):
        self.script("for _ in range(3): kernels.scale(1)\nkernels.call(abs)\nchange()\npolyhost.reload(kernels)\nfor _ in range(5): kernels.scale(1)\nkernels.call(abs)", "--report")
        self.assertRegex(self.said, r"kernels\.scale +inbound +3 ")
        self.assertRegex(self.said, r"kernels\.scale@2 +inbound +5 ")
        self.assertRegex(self.said, r"kernels\.call\(f\)@2 +outbound +1 ")

    def test_a_source_that_does_not_compile(self):
        lines = self.script(
            """
            with open("kernels.cpp", "a") as file:
                file.write("int wrong( {")
            try:
                polyhost.reload(kernels)
            except polyhost.CompileError as error:
                print("kernels.cpp:19" in str(error), kernels.scale(1))
            change()
            print(polyhost.reload(kernels).scale(1))
            """
        )
        self.assertEqual(lines, ["True 2.0", "2.5"])

    def test_importlib_and_modes(self):
        lines = self.script(
            """
            import importlib
            scale = kernels.scale
            change()
            print(importlib.reload(kernels) is kernels, scale(1), kernels.VERSION)
            for mode in ("off", "full", "exact"):
                polyhost.boundary.timing(mode)
                print(scale(1), end=" ")
            """
        )
        self.assertEqual(lines, ["True 2.5 2", "2.5 2.5 2.5 "])

    def test_a_signature_that_comes_back(self):
        lines = self.script(
            """
            first = open("kernels.cpp").read()
            held, batch = kernels.other, kernels.other.batch
            change()
            polyhost.reload(kernels)
            second = kernels.other
            try: held(1)
            except TypeError: print("refused", second(1, 2))
            open("kernels.cpp", "w").write(first.replace("{ return x; }", "{ return x + 10; }"))
            polyhost.reload(kernels)
            print(held(1), list(batch([1])), kernels.other is held)
            try: second(1, 2)
            except TypeError as error: print(error)
            """
        )
        self.assertEqual(
            lines,
            [
                "refused 1",
                "11 [11] True",
                "kernels.other() was reloaded and has another signature, other(x: int) -> int, where it was other(x: int, y: int) -> int:"
                " take it from the module again",
            ],
        )

    def test_an_object_of_the_version_before(self):
        code = (
            "#include <polyhost/record.hpp>\nstruct Point { int x; };\nint x_of(const Point& p) { return p.x + 0; }\n"
            'POLYHOST_MODULE(points, m) { m.record<Point, &Point::x>("Point(x)"); m.def<x_of>("x_of(p)"); }\n'
        )
        self.write("points.cpp", code)
        self.write("points.txt", code.replace("+ 0", "+ 1"))
        lines = self.script(
            """
            import points
            p = points.Point(1)
            shutil.copy("points.txt", "points.cpp")
            polyhost.reload(points)
            try: points.x_of(p)
            except TypeError as error: print(error)
            print(points.x_of(points.Point(1)))
            """
        )
        self.assertEqual(
            lines, ["points.x_of(): argument 'p' must be points.Point, not points.Point of another import or reload of its module: make it anew", "2"]
        )

    def test_functions_of_other_modules_stay(self):
        self.write("library.cpp", "POLYHOST_EXPORT int other(int x) { return -x; }")
        lines = self.script(
            """
            import library
            kernels.other = library.other
            change()
            polyhost.reload(kernels)
            print(library.other(1), kernels.other(1, 2))
            """
        )
        self.assertEqual(lines, ["-1 1"])

    def test_in_turns_with_calls(self):
        lines = self.script(
            """
            from kernels import scale
            seen, end = set(), False
            def call():
                while not end: seen.add(scale(1.0))
            threads = [threading.Thread(target=call) for _ in range(2)]
            for thread in threads: thread.start()
            first = open("kernels.cpp").read()
            for version in range(4):
                shutil.copy("second.txt", "kernels.cpp") if version % 2 == 0 else open("kernels.cpp", "w").write(first)
                polyhost.reload(kernels)
                time.sleep(0.05)
            end = True
            for thread in threads: thread.join()
            print(sorted(seen), scale(1))
            """
        )
        self.assertEqual(lines, ["[2.0, 2.5] 2.0"])

    def test_what_cannot_be_reloaded(self):
        lines = self.script(
            """
            import sys
            for thing in (sys, 3, polyhost.cpp("POLYHOST_EXPORT int f() { return 1; } POLYHOST_EXPORT int g() { return 1; }")):
                try:
                    polyhost.reload(thing)
                except TypeError as error:
                    print(error)
            """
        )
        said = "polyhost.reload() takes a module that was imported from a .cpp: "
        self.assertEqual(lines, [said + "sys was not", said + "it is a int", said + "script was not"])

    def test_by_itself(self):
        lines = self.script(
            """
            from kernels import scale
            def wait(value):
                end = time.monotonic() + 60
                while scale(1) != value and time.monotonic() < end: time.sleep(0.05)
                print(scale(1), threading.active_count())
            wait(2.0)
            change()
            wait(2.5)
            with open("kernels.cpp", "a") as file:
                file.write("int wrong( {")
            time.sleep(3)
            with open("factor.h", "w") as file:
                file.write("#define FACTOR 5\\n")
            change()
            wait(5.5)
            text = open("kernels.cpp").read().replace("+ 0.5", "+ 0.75")
            with open("kernels.cpp", "w") as file:
                file.write(text + '#include "late.h"\\n')
            time.sleep(2)
            with open("late.h", "w") as file:
                file.write("// here\\n")
            wait(5.75)
            with open("late.h", "w") as file:
                file.write("#undef FACTOR\\n#define FACTOR wrong( {\\n")
            with open("kernels.cpp", "w") as file:
                file.write(text.replace("double scale(", '#include "late.h"\\ndouble scale('))
            time.sleep(2)
            with open("late.h", "r+") as file:  # in place: its folder does not change
                file.write("#undef FACTOR\\n#define FACTOR 7        \\n")
            wait(7.75)
            """,
            "--reload",
            # The thread that watches is stopped where it stands when Python ends, as daemons are: what it holds then is let go
            # by nobody.
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0",
        )
        self.assertEqual(lines, ["2.0 1", "2.5 1", "5.5 1", "5.75 1", "7.75 1"])
        self.assertIn("polyhost: kernels was reloaded\n", self.said)
        self.assertIn("polyhost: kernels stays as it was: ", self.said)


if __name__ == "__main__":
    unittest.main()
