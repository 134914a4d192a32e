"""The commands new, build, list and stubs, as a user types them."""

import os
import shutil
import subprocess
import sysconfig
import tempfile
import unittest

from support import POLYHOST, PYTHON, SANITIZER, run

CACHE = tempfile.mkdtemp()  # one for all: what modules share is compiled once
unittest.addModuleCleanup(shutil.rmtree, CACHE, ignore_errors=True)
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

FUNCTIONS = """\
#include <polyhost/native.hpp>
#include <polyhost/array.hpp>
#include <polyhost/owned_array.hpp>
#include <map>
/// x times factor.
POLYHOST_EXPORT double scale(double x, double factor = 2.0) { return x * factor; }
POLYHOST_EXPORT std::map<std::string, std::vector<int>> group(const std::vector<std::optional<int>>& xs, polyhost::callback<double(double)> f) { return {}; }
POLYHOST_EXPORT polyhost::owned_array<double> rows(polyhost::array<const double, 2> a, std::span<const double> b) { return {}; }
POLYHOST_EXPORT std::tuple<int, std::string> pair(std::string_view text, bool flag) { return {1, std::string(text)}; }
"""
CLASSES = """\
#include <polyhost/native.hpp>
#include <polyhost/enumeration.hpp>
#include <polyhost/record.hpp>
#include <stdexcept>
enum class Color { red = 1, green };
enum Access { may_read = 1, may_write = 2 };
struct Point { double x, y; };
struct Line { std::vector<Point> points; Color color; };
struct Broken : std::runtime_error { using std::runtime_error::runtime_error; };
Line colored(Line line, std::optional<Color>) { return line; }
double norm(const Point& p) { return p.x * p.x + p.y * p.y; }
POLYHOST_MODULE(shapes, m) {
  m.exception<Broken>("Broken");
  m.enumeration<Color>("Color", "To paint with.").value("red", Color::red).value("green", Color::green);
  m.enumeration<Access>("Access", polyhost::enum_kind::int_flag).value("read", may_read).value("write", may_write).export_values();
  m.method<norm>(m.record<Point, &Point::x, &Point::y>("Point(x, y=0.0)", "Of the plane."), "norm()", "Squared.");
  m.record<Line, &Line::points, &Line::color>("Line(points, *, color=Color.red)");
  m.def<colored>("colored(line, color=Color.green)");
}
"""
USER = """\
import shapes
p: shapes.Point = shapes.Point(1, y=2)
p.x = p.norm() + p.y
line: shapes.Line = shapes.colored(shapes.Line([p], color=shapes.Color.red))
access: shapes.Access = shapes.read | shapes.Access.write
match p:
    case shapes.Point(x, y):
        total: float = x + y
try:
    value: int = shapes.Color.green.value
except shapes.Broken:
    pass
"""


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def environment(self, **more):
        # Commands are run isolated, so without PYTHONMALLOC, by which the leak sanitizer tells Python's own leaks from others.
        leaks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        return {**os.environ, "XDG_CACHE_HOME": CACHE, "ASAN_OPTIONS": leaks, **more}

    def type(self, *arguments, program=POLYHOST, status=0, **environment):
        done = run(*arguments, program=program, cwd=self.folder, env=self.environment(**environment))
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_a_new_module_is_ready(self):
        self.assertIn("kernels.cpp and test_kernels.py are written", self.type("new", "kernels"))
        self.type("test_kernels.py")
        self.assertEqual(
            self.type("list"),
            f"kernels, from {os.path.realpath(self.path('kernels.cpp'))}\n  fib(n: int) -> int\n      The n-th Fibonacci number, by plain recursion.\n",
        )
        self.assertIn(f"`import kernels` already means {self.path('kernels.cpp')}: choose another name", self.type("new", "kernels", status=2))
        self.assertIn("'9to5' is no name for a module", self.type("new", "9to5", status=2))
        self.assertIn("`import math` already means", self.type("new", "math", status=2))

    def test_build_a_module_for_python3(self):
        self.write("kernels.cpp", FUNCTIONS)
        self.assertEqual(self.type("build", "kernels.cpp", "-o", "out"), f"out/kernels{SUFFIX}\nout/kernels.pyi\n")
        code = "import kernels; print(kernels.scale(3), kernels.pair('x', True), kernels.scale.batch([1, 2], 3.0).tolist())"
        for program in (PYTHON, POLYHOST):
            self.assertEqual(self.type("-c", code, program=program, PYTHONPATH="out"), "6.0 (1, 'x') [3.0, 6.0]\n")

    def test_build_for_a_debugger_and_sanitized(self):
        self.write("kernels.cpp", '#include <polyhost/native.hpp>\nPOLYHOST_EXPORT int f(int i) { int a[3] = {1, 2, 3}; return a[i]; }\n')
        self.type("build", "kernels.cpp", "-o", "debug", "--debug")
        sections = subprocess.run(["readelf", "-S", self.path(f"debug/kernels{SUFFIX}")], capture_output=True, text=True).stdout
        self.assertIn(".debug_info", sections)
        if SANITIZER:
            return  # a second sanitizer cannot be loaded
        self.type("build", "kernels.cpp", "-o", "sanitized", "--sanitize")
        library = subprocess.run(["g++", "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip()
        options = dict(PYTHONPATH="sanitized", LD_PRELOAD=library, ASAN_OPTIONS="detect_leaks=0")
        self.assertIn("kernels.cpp:2", self.type("-c", "import kernels; kernels.f(3)", status=1, **options))

    def test_what_cannot_be_imported_is_not_left_there(self):
        self.write("kernels.cpp", "int g();\nPOLYHOST_EXPORT int f() { return g(); }\n")
        self.assertIn("kernels.cpp uses g(), which nothing defines", self.type("build", "kernels.cpp", status=1))
        self.write("kernels.cpp", '#include <polyhost/native.hpp>\nPOLYHOST_MODULE(kernels, m) { throw std::runtime_error("not today"); }\n')
        self.assertIn("compiles, but cannot be imported: RuntimeError: not today", self.type("build", "kernels.cpp", status=1))
        self.assertEqual(os.listdir(self.folder), ["kernels.cpp"])
        self.assertIn("--sanitize needs -o DIR", self.type("build", "kernels.cpp", "--sanitize", status=2))

    def test_a_module_that_imports_what_stands_beside_it(self):
        os.mkdir(self.path("sub"))
        self.write("sub/helper.py", "VALUE = 4\n")
        self.write(
            "sub/user.cpp",
            "#include <polyhost/native.hpp>\nint f() { return 1; }\n"
            'POLYHOST_MODULE(user, m) { m.def<f>("f()"); if (!polyhost::object::steal(PyImport_ImportModule("helper"))) polyhost::throw_python_error(); }\n',
        )
        self.type("build", "sub/user.cpp", "-o", "out")

    def test_a_name_that_means_something_else(self):
        self.write("random.cpp", "POLYHOST_EXPORT int dice() { return 4; }\n")
        os.mkdir(self.path("kern"))
        self.write("kern.cpp", "POLYHOST_EXPORT int two() { return 2; }\n")
        for arguments in ["list"], ["build", "random.cpp", "-o", "out"], ["stubs", "random.cpp"]:
            done = run(*arguments, cwd=self.folder, env=self.environment())
            self.assertEqual(done.returncode, 0, done.stderr)
            if arguments[0] != "stubs":
                self.assertIn("random.cpp: `import random` does not mean this file but a module of Python's own: rename one of them", done.stderr)
            if arguments == ["list"]:
                self.assertIn("  dice() -> int\n", done.stdout)
                self.assertIn(f"kern.cpp: `import kern` does not mean this file but the directory {self.path('kern')}", done.stderr)

    def test_build_a_script(self):
        script = (
            "import polyhost\nText = list[str]\nprint('run')\n"
            "@polyhost.native\ndef count(texts: Text) -> int:\n    'return texts.size();'\n"
            "def main():\n    f = polyhost.cpp('POLYHOST_EXPORT int one() { return 1; }')\n    print(count(['a']), f())\nmain()\n"
        )
        self.write("script.py", script)
        self.assertEqual(self.type("build", "script.py"), f"{self.path('script.py')}: 1 native functions and 1 texts of C++ are compiled\n")
        before = sorted(os.listdir(CACHE + "/polyhost/modules"))
        self.assertEqual(self.type("script.py"), "run\n1 1\n")
        self.assertEqual(sorted(os.listdir(CACHE + "/polyhost/modules")), before)  # nothing was left to compile

    def test_what_is_left_of_a_script(self):
        self.write(
            "script.py",
            "import polyhost\nimport no_such_module\nFLAGS = ['-O1']\n@polyhost.native(flags=FLAGS)\ndef f(x: int) -> int:\n    'return x;'\n"
            "def main(text):\n    polyhost.cpp(text)\n    @polyhost.native\n    def g(x: int) -> int:\n        'return x;'\n",
        )
        done = run("build", "script.py", cwd=self.folder, env=self.environment())
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.path('script.py')}: 1 native functions and 0 texts of C++ are compiled\n"))
        for line, reason in (2, "No module named 'no_such_module'"), (8, "name 'text' is not defined"), (10, "g() is not at the top level"):
            self.assertIn(f"script.py: left for the run: line {line}: {reason}", done.stderr)

    def test_list_goes_on(self):
        self.write("part.cpp", "int part() { return 1; }\n")
        self.write("broken.cpp", "POLYHOST_EXPORT int f( {\n")
        self.write("whole.cpp", "POLYHOST_EXPORT int g() { return 1; }\n")
        done = run("list", cwd=self.folder, env=self.environment())
        self.assertEqual((done.returncode, done.stdout), (1, f"whole, from {self.path('whole.cpp')}\n  g() -> int\n"))
        self.assertIn("broken.cpp:1: the bracket after f is not closed", done.stderr)
        self.assertIn("  g() -> int\n", self.type("list", "whole.cpp"))

    def test_stubs_satisfy_a_type_checker(self):
        self.write("kernels.cpp", FUNCTIONS)
        self.write("user.py", "import kernels\nx: float = kernels.scale(3, factor=1.5)\nys = kernels.scale.batch([1.0, 2.0])\ng: dict[str, list[int]] = kernels.group([1, None], lambda v: v)\n")
        self.write("wrong.py", "import kernels\nkernels.scale('3')\nkernels.pair(1, True)\n")
        stub = self.type("stubs", "kernels")
        self.type("stubs", "kernels", "-o", "kernels.pyi")
        with open(self.path("kernels.pyi")) as file:
            self.assertEqual(file.read(), stub)
        self.assertIn("def pair(text: str, flag: bool) -> tuple[int, str]: ...", stub)
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("mypy is not installed")
        check = lambda *files: subprocess.run([mypy, "--strict", *files], cwd=self.folder, capture_output=True, text=True)
        good = check("kernels.pyi", "user.py")
        self.assertEqual(good.returncode, 0, good.stdout)
        self.assertEqual(check("wrong.py").stdout.count("error:"), 2)

    def test_classes(self):
        self.write("shapes.cpp", CLASSES)
        self.assertEqual(
            self.type("list", "shapes").split("\n", 1)[1],
            "  class Access(enum.IntFlag): read, write\n"
            "  class Broken\n"
            "  class Color(enum.Enum): red, green\n"
            "      To paint with.\n"
            "  class Line(points: list[shapes.Point], *, color: shapes.Color = <Color.red: 1>)\n"
            "  class Point(x: float, y: float = 0.0)\n"
            "      Of the plane.\n"
            "  Point.norm(self: shapes.Point) -> float\n"
            "      Squared.\n"
            "  colored(line: shapes.Line, color: shapes.Color | None = <Color.green: 2>) -> shapes.Line\n",
        )
        stub = self.type("stubs", "shapes", "-o", "shapes.pyi")
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("mypy is not installed")
        self.write("user.py", USER)
        self.write("wrong.py", "import shapes\nshapes.Point('3')\nshapes.colored(1)\nshapes.Point(1).z\nshapes.Color.blue\nhash(shapes.Point(1))\n")
        check = lambda *files: subprocess.run([mypy, "--strict", *files], cwd=self.folder, capture_output=True, text=True)
        good = check("shapes.pyi", "user.py")
        self.assertEqual(good.returncode, 0, good.stdout)
        self.assertEqual(check("wrong.py").stdout.count("error:"), 4, check("wrong.py").stdout)
        self.type("user.py")

    def test_errors(self):
        for arguments, status, said in (
            (["build", "no.cpp"], 1, "no.cpp cannot be read: No such file or directory"),
            (["build", "no.txt"], 2, "no.txt is neither a .cpp nor a .py"),
            (["build", "no.py", "--debug"], 2, "are for a .cpp"),
            (["build", "no.py"], 1, "No such file or directory: 'no.py'"),
            (["list", "no_such_module"], 1, "polyhost list: No module named 'no_such_module'"),
            (["list"], 2, "there is no .cpp of a native module in the current directory"),
            (["stubs", "no_such_module"], 1, "polyhost stubs: No module named"),
        ):
            with self.subTest(arguments):
                self.assertIn(said, self.type(*arguments, status=status))
        self.assertEqual(self.type("list", "sys"), "sys, from built in: no native functions\n")


if __name__ == "__main__":
    unittest.main()
