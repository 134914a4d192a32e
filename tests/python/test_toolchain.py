"""C++ that is compiled when a script needs it: import of a .cpp, and its cache."""

import glob
import marshal
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest

from support import POLYHOST, PYTHON, run

KERNELS = """\
#include <polyhost/native.hpp>
#include "factor.h"
/// x times FACTOR.
POLYHOST_EXPORT double scale(double x) { return x * FACTOR; }
"""
# A compiler that notes each compilation of a module, and does what a test asks for before. Without optimization, which takes a
# good part of the time and is not what is tested here.
COMPILER = """\
#!/bin/sh
case "$*" in *source.cpp*) echo compiled >> "$COMPILER_LOG" ;; esac
eval "$COMPILER_FIRST"
exec g++ "$@" -O0
"""
SHARED = tempfile.mkdtemp()  # that compiler, and a cache that has what all modules share
unittest.addModuleCleanup(shutil.rmtree, SHARED, ignore_errors=True)


def setUpModule():
    compiler = os.path.join(SHARED, "c++")
    with open(compiler, "w") as file:
        file.write(COMPILER)
    os.chmod(compiler, 0o755)
    environment = {**os.environ, "XDG_CACHE_HOME": os.path.join(SHARED, "cache"), "CXX": compiler, "COMPILER_LOG": "/dev/null"}
    done = run("-c", "import polyhost; polyhost.cpp('POLYHOST_EXPORT int f() { return 1; }')", env=environment)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(os.path.join(SHARED, "cache/polyhost/modules"))


class Folder(unittest.TestCase):
    """A folder with kernels.cpp and a cache of its own; self.scale() imports it in a new process."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write("factor.h", "#define FACTOR 2.0\n")
        self.write("kernels.cpp", KERNELS)
        self.cache = os.path.join(self.folder, "cache")
        shutil.copytree(os.path.join(SHARED, "cache"), self.cache)
        self.environment = {**os.environ, "XDG_CACHE_HOME": self.cache, "COMPILER_LOG": self.path("log"), "CXX": os.path.join(SHARED, "c++")}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def compiler(self, first):
        """What the compiler does before all else, in shell."""
        self.environment["COMPILER_FIRST"] = first

    def compilations(self):
        try:
            with open(self.path("log")) as log:
                return len(log.readlines())
        except FileNotFoundError:
            return 0

    def run_code(self, code, **options):
        return run("-c", code, cwd=self.folder, env=self.environment, **options)

    def scale(self):
        done = self.run_code("import kernels; print(kernels.scale(3))")
        self.assertEqual(done.returncode, 0, done.stderr)
        return float(done.stdout)

    def refusal(self, code="import kernels"):
        """The last line of a traceback that ends in a CompileError, and everything."""
        done = self.run_code(code)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("polyhost.CompileError: ", done.stderr)
        return done.stderr[done.stderr.index("polyhost.CompileError: ") :]


class Imports(Folder):
    def test_compiled_once(self):
        self.assertEqual(self.scale(), 6.0)
        self.assertEqual(self.scale(), 6.0)
        self.assertEqual(self.compilations(), 1)

    def test_what_rebuilds(self):
        self.assertEqual(self.scale(), 6.0)
        self.write("factor.h", "#define FACTOR 3.0\n")
        self.assertEqual(self.scale(), 9.0)
        self.write("kernels.cpp", KERNELS.replace("* FACTOR", "* FACTOR + 1"))
        self.assertEqual(self.scale(), 10.0)
        self.write("kernels.cpp", "// polyhost: flags = -DNDEBUG -DMORE\n" + KERNELS)
        self.assertEqual(self.scale(), 9.0)
        self.assertEqual(self.compilations(), 4)
        for name in ("kernels.cpp", "factor.h"):
            os.utime(self.path(name))
        self.write("unrelated.h", "")
        self.assertEqual(self.scale(), 9.0)
        self.assertEqual(self.compilations(), 4)

    def test_options(self):
        self.write("parts/other.cpp", "int other() { return 5; }\n")
        self.write(
            "kernels.cpp",
            "// polyhost: pkg-config = zlib\n// polyhost: sources = parts/other.cpp\n// polyhost: flags = '-DTEXT=\"a b\"' -O3\n"
            "#include <polyhost/native.hpp>\n#include <zlib.h>\nint other();\n"
            "POLYHOST_EXPORT std::string text(int n = 3) { return TEXT + std::to_string(n + other()) + (zlibVersion()[0] ? '+' : '-'); }\n",
        )
        self.write("script.py", "import kernels, inspect\nprint(kernels.text(), kernels.text(n=1), inspect.signature(kernels.text))\n")
        done = run(self.path("script.py"), env=self.environment)
        self.assertEqual((done.stdout, done.stderr), ("a b8+ a b6+ (n: int = 3) -> str\n", ""))

    def test_a_source_with_a_module_of_its_own(self):
        self.write("kernels.cpp", '#include <polyhost/native.hpp>\nint one() { return 1; }\nPOLYHOST_MODULE(kernels, m) { m.def<one>("one()", "One."); }\n')
        self.assertEqual(self.run_code("import kernels; print(kernels.one(), kernels.one.__doc__)").stdout, "1 One.\n")

    def test_a_header_that_is_saved_while_one_compiles(self):
        self.compiler("case \"$*\" in *-shared*) echo '#define FACTOR 7.0' > factor.h ;; esac")
        self.assertEqual(self.scale(), 6.0)
        self.compiler("")
        self.assertEqual(self.scale(), 21.0)
        self.assertEqual(self.scale(), 21.0)
        self.assertEqual(self.compilations(), 2)

    def test_paths_in_flags_are_the_sources_own(self):
        self.write("sub/parts/factor.h", "#define FACTOR 4.0\n")
        self.write("sub/kernels.cpp", "// polyhost: flags = -I parts\n" + KERNELS)
        done = self.run_code("import sys; sys.path.insert(0, 'sub'); import kernels; print(kernels.scale(3))")
        self.assertEqual(done.stdout, "12.0\n", done.stderr)

    def test_a_header_that_comes_before_the_one_that_was_read(self):
        os.remove(self.path("factor.h"))
        self.write("second/factor.h", "#define FACTOR 2.0\n")
        self.write("kernels.cpp", "// polyhost: flags = -Ifirst -Isecond\n" + KERNELS)
        self.assertEqual(self.scale(), 6.0)
        self.write("first/factor.h", "#define FACTOR 5.0\n")
        self.assertEqual(self.scale(), 15.0)
        self.write("factor.h", "#define FACTOR 6.0\n")  # beside the source: before all others
        self.assertEqual(self.scale(), 18.0)
        self.assertEqual(self.compilations(), 3)
        self.write("second/other.h", "#define OTHER 1.0\n")
        self.write("other.h", "an unrelated text that <> does not find\n")
        self.write("kernels.cpp", "// polyhost: flags = -Isecond\n#include <other.h>\n" + KERNELS.replace("* FACTOR", "* OTHER"))
        for _ in range(3):
            self.assertEqual(self.scale(), 3.0)
        self.assertEqual(self.compilations(), 4)

    def test_however_the_cache_is_called(self):
        for name in "/", "/./", "/x/../":
            self.environment["XDG_CACHE_HOME"] = self.folder + name + "cache"
            os.makedirs(self.path("x"), exist_ok=True)
            self.assertEqual(self.scale(), 6.0)
        self.assertEqual(self.compilations(), 1)

    def test_up_from_a_symbolic_link(self):
        self.write("real/include/api.h", '#include "../src/impl.h"\n')
        self.write("real/src/impl.h", "#define FACTOR 2.0\n")
        os.symlink("real/include", self.path("lib"))
        self.write("kernels.cpp", "// polyhost: flags = -Ilib\n" + KERNELS.replace('"factor.h"', "<api.h>"))
        for _ in range(2):
            self.assertEqual(self.scale(), 6.0)
        self.assertEqual(self.compilations(), 1)
        self.write("src/impl.h", "an unrelated file where .. would lead without the link\n")
        self.write("real/src/impl.h", "#define FACTOR 7.0\n")
        self.assertEqual(self.scale(), 21.0)

    def test_a_library_is_linked_after_what_needs_it_and_built_in_again(self):
        self.write("kernels.cpp", "// polyhost: flags = -L. -Xlinker libfactor.a -lfactor\nint factor();\nPOLYHOST_EXPORT double scale(double x) { return x * factor(); }\n")
        for factor in (2, 3):
            self.write("factor.cpp", f"int factor() {{ return {factor}; }}\n")
            subprocess.run("g++ -fPIC -c factor.cpp && rm -f libfactor.a && ar rc libfactor.a factor.o", shell=True, check=True, cwd=self.folder)
            self.assertEqual(self.scale(), 3.0 * factor)

    def test_a_file_of_any_length(self):
        with open(self.path("endless.cpp"), "wb") as file:
            file.truncate(1 << 42)
        self.assertIn("endless.cpp is no C++ source: it has more than 64 MB", self.refusal("import endless"))

    def test_names_of_folders(self):
        folder = self.path("a b#c\td $e\\")
        self.write("a b#c\td $e\\/factor.h", "#define FACTOR 2.0\n")
        self.write("a b#c\td $e\\/kernels.cpp", KERNELS)
        for factor in (2.0, 3.0):
            self.write("a b#c\td $e\\/factor.h", f"#define FACTOR {factor}\n")
            for _ in range(2):
                done = run("-c", "import kernels; print(kernels.scale(3))", cwd=folder, env=self.environment)
                self.assertEqual(done.stdout, f"{3 * factor}\n", done.stderr)
        self.assertEqual(self.compilations(), 2)

    def test_what_other_tools_build_is_left_to_them(self):
        os.mkdir(self.path("folder.cpp"))
        os.mkfifo(self.path("pipe.cpp"))
        self.write("extension.cpp", "#include <Python.h>\nPyMODINIT_FUNC PyInit_extension(void) { return nullptr; }\n")
        self.write("program.cpp", "int main() { return 0; }\n")
        for name in ("folder", "pipe", "extension", "program"):
            self.assertIn(f"ModuleNotFoundError: No module named '{name}'", self.run_code(f"import {name}").stderr)

    def test_within_a_package(self):
        self.write("package/__init__.py", "")
        self.write("package/fast.cpp", "#include <polyhost/native.hpp>\nPOLYHOST_EXPORT int two() { return 2; }\n")
        done = self.run_code("from package import fast; print(fast.two(), fast.__name__, fast.two.__module__)")
        self.assertEqual(done.stdout, "2 package.fast package.fast\n", done.stderr)

    def test_two_folders_with_one_text(self):
        self.assertEqual(self.scale(), 6.0)
        self.write("other/factor.h", "#define FACTOR 5.0\n")
        self.write("other/kernels.cpp", "\ufeff" + KERNELS)  # with a mark of UTF-8, as some editors leave
        done = run("-c", "import kernels; print(kernels.scale(3))", cwd=self.path("other"), env=self.environment)
        self.assertEqual(done.stdout, "15.0\n", done.stderr)
        self.write("other/kernels.cpp", KERNELS)
        done = run("-c", "import kernels; print(kernels.scale(3))", cwd=self.path("other"), env=self.environment)
        self.assertEqual(done.stdout, "15.0\n", done.stderr)

    def test_python_comes_first(self):
        self.write("kernels.py", "scale = abs")
        self.assertEqual(self.scale(), 3.0)
        self.assertEqual(self.compilations(), 0)

    def test_python3_has_no_finder(self):
        os.symlink(POLYHOST, self.path("python3"))
        done = run("-S", "-c", "import sys; print(len(sys.meta_path))\nimport kernels", program=self.path("python3"), cwd=self.folder, env=self.environment)
        self.assertEqual(done.stdout, "3\n")
        self.assertIn("ModuleNotFoundError: No module named 'kernels'", done.stderr)

    def test_find_spec_does_not_compile(self):
        done = self.run_code("import importlib.util as u; print(u.find_spec('kernels').origin); print(u.find_spec('nothing'))\n"
                             "import sys; print(sys.meta_path[-1].find_spec(fullname='kernels', path=None, target=None).name)")
        self.assertEqual(done.stdout, self.path("kernels.cpp") + "\nNone\nkernels\n", done.stderr)
        self.assertEqual(self.compilations(), 0)

    def test_rows_of_the_report(self):
        self.write("script.py", "import kernels\nfor i in range(5): kernels.scale(i)\n")
        self.assertRegex(run("--report", self.path("script.py"), env=self.environment).stderr, r"kernels\.scale +inbound +5 ")

    def test_the_same_file_in_python3(self):
        self.scale()
        (made,) = glob.glob(self.cache + "/polyhost/modules/*/kernels.*.so")
        shutil.copy(made, self.path("kernels.so"))
        self.assertEqual(run("-c", "import kernels; print(kernels.scale(3))", program=PYTHON, cwd=self.folder).stdout, "6.0\n")


class Together(Folder):
    def test_eight_processes_compile_once(self):
        self.compiler("sleep 0.3")
        code = "import kernels; print(kernels.scale(3))"
        all_of_them = [
            subprocess.Popen([POLYHOST, "-c", code], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True) for _ in range(8)
        ]
        self.assertEqual([process.communicate()[0] for process in all_of_them], ["6.0\n"] * 8)
        self.assertEqual(self.compilations(), 1)

    def test_killed_during_a_build(self):
        self.compiler("sleep 3")
        first = subprocess.Popen([POLYHOST, "-c", "import kernels"], cwd=self.folder, env=self.environment, start_new_session=True)
        while not self.compilations():
            time.sleep(0.02)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        self.compiler("")
        self.assertEqual(self.scale(), 6.0)
        left = [name for name in os.listdir(glob.glob(self.cache + "/polyhost/modules/*")[0]) if not name.startswith("kernels.")]
        self.assertEqual(sorted(left), ["lock", "manifest"])

    def test_a_compiler_that_outlives_its_build(self):
        self.compiler('while [ ! -e factor.h.late ]; do sleep 0.05; done; for w; do case $w in *.o) echo spoilt > "$w" ;; esac; done')
        self.write("kernels.cpp", KERNELS.replace("* FACTOR", "* 100"))
        first = subprocess.Popen([POLYHOST, "-c", "import kernels"], cwd=self.folder, env=self.environment)
        while not self.compilations():
            time.sleep(0.02)
        first.kill()
        first.wait()
        self.write("kernels.cpp", KERNELS)
        self.compiler('case "$*" in *-shared*) touch factor.h.late; sleep 1 ;; esac')  # the other one writes before all is linked
        self.assertEqual(self.scale(), 6.0)

    def test_a_damaged_module_is_built_again(self):
        self.scale()
        (made,) = glob.glob(self.cache + "/polyhost/modules/*/kernels.*.so")
        with open(made, "r+b") as file:
            file.write(b"\0" * 64)
        self.assertEqual(self.scale(), 6.0)

    def test_a_truncated_module_is_built_again(self):
        self.scale()
        (made,) = glob.glob(self.cache + "/polyhost/modules/*/kernels.*.so")
        os.truncate(made, 4096)
        self.assertEqual(self.scale(), 6.0)
        self.assertEqual(self.compilations(), 2)
        for damaged in (b"", b"\0" * 40, b"\xfb\0", marshal.dumps({"object": "kernels.so"})):
            with open(os.path.join(os.path.dirname(made), "manifest"), "wb") as manifest:
                manifest.write(damaged)
            self.assertEqual(self.scale(), 6.0)


class Broken(Folder):
    """Each of these ends in a CompileError that says what to do."""

    def source(self, body):
        self.write("kernels.cpp", "#include <polyhost/native.hpp>\n" + body)

    def test_a_wrong_name(self):
        self.source("POLYHOST_EXPORT double scale(double x) {\n  return x * facto;\n}\n")
        self.assertRegex(self.refusal(), r"kernels.cpp:3: error: .facto. was not declared in this scope\n +3 \|   return x \* facto;\n")

    def test_a_missing_semicolon_and_more_errors(self):
        self.source("POLYHOST_EXPORT int f() { return 1 }\n" + "int g() { return nothing; }\n" * 9)
        said = self.refusal()
        self.assertIn("kernels.cpp:2: error: expected ';'", said)
        self.assertRegex(said, r"and \d+ more errors")

    def test_a_missing_header(self):
        self.source("#include <no/such.h>\nPOLYHOST_EXPORT int f() { return 1; }\n")
        self.assertIn("kernels.cpp:2: error: no/such.h: No such file or directory", self.refusal())

    def test_a_missing_definition(self):
        self.source("int g();\nPOLYHOST_EXPORT int f() { return g(); }\n")
        self.assertIn("kernels.cpp uses g(), which nothing defines: name its file", self.refusal())

    def test_an_open_bracket(self):
        self.source("POLYHOST_EXPORT int f(int a { return a; }\n")
        self.assertIn("kernels.cpp:2: the bracket after f is not closed", self.refusal())

    def test_nothing_exported(self):
        self.source("int f() { return 1; }\n")
        self.assertIn("kernels.cpp exports nothing: write POLYHOST_EXPORT before a function", self.refusal())

    def test_no_function_after_the_mark(self):
        self.source("POLYHOST_EXPORT int answer = 42;\n")
        self.assertIn("kernels.cpp:2: no function follows POLYHOST_EXPORT", self.refusal())

    def test_a_parameter_without_a_name(self):
        self.source("POLYHOST_EXPORT int f(int) { return 1; }\n")
        self.assertIn("kernels.cpp:2: the parameter `int` has no name", self.refusal())

    def test_a_type_without_a_counterpart(self):
        self.source("struct S {};\nPOLYHOST_EXPORT int f(S s) { return 1; }\n")
        self.assertIn("kernels.cpp:3: error: polyhost cannot convert the type S: take a type of", self.refusal())

    def test_an_unknown_option(self):
        self.source("")
        self.write("kernels.cpp", "// polyhost: flag = -O3\n" + KERNELS)
        self.assertIn("kernels.cpp:1: `// polyhost: flag = -O3` is no option: write", self.refusal())

    def test_an_unknown_package(self):
        self.write("kernels.cpp", "// polyhost: pkg-config = zlib no-such-package\n" + KERNELS)
        self.assertIn("pkg-config knows no no-such-package", self.refusal())

    def test_a_source_that_is_not_there(self):
        self.write("kernels.cpp", "// polyhost: sources = no_such.cpp\n" + KERNELS)
        self.assertIn(f"kernels.cpp names a source that is not there: {self.path('no_such.cpp')}", self.refusal())

    def test_an_option_that_the_compiler_does_not_know(self):
        self.write("kernels.cpp", "// polyhost: flags = -fno-such-thing\n" + KERNELS)
        self.assertIn("kernels.cpp does not compile: unrecognized command-line option", self.refusal())

    def test_a_name_that_no_module_can_have(self):
        self.write("kérnels.cpp", KERNELS)
        self.assertIn("kérnels.cpp cannot be a module: its name is to have only letters of ASCII", self.refusal("import kérnels"))

    def test_another_modules_name(self):
        self.source('int one() { return 1; }\nPOLYHOST_MODULE(other, m) { m.def<one>("one()"); }\n')
        self.assertIn("kernels.cpp has a POLYHOST_MODULE(other, …), but is imported as kernels: give both one name", self.refusal())

    def test_a_mark_beside_a_module(self):
        self.source('POLYHOST_EXPORT int one() { return 1; }\nint two() { return 2; }\nPOLYHOST_MODULE(kernels, m) { m.def<two>("two()"); }\n')
        self.assertIn("kernels.cpp:2: one is marked by POLYHOST_EXPORT, which counts only without a POLYHOST_MODULE: add m.def<one>(...)", self.refusal())

    def test_one_name_twice(self):
        self.source("namespace a { POLYHOST_EXPORT int f() { return 1; } }\nnamespace b { POLYHOST_EXPORT int f() { return 2; } }\n")
        self.assertIn("kernels.cpp:3: f is exported twice", self.refusal())
        self.source('int f() { return 1; }\nint g() { return 2; }\nPOLYHOST_MODULE(kernels, m) { m.def<f>("f()"); m.def<g>("f()"); }\n')
        self.assertIn("ImportError: kernels.f is defined twice: a name is one function in Python", self.run_code("import kernels").stderr)

    def test_names_that_are_pythons_own(self):
        self.source("POLYHOST_EXPORT int lambda() { return 1; }\n")
        self.assertIn("kernels.cpp:2: a function called lambda cannot be exported", self.refusal())
        self.source("POLYHOST_EXPORT int f(int from) { return from; }\n")
        self.assertIn("kernels.cpp:2: the parameter from is called as a keyword of Python's", self.refusal())

    def test_a_library_that_is_not_there(self):
        self.write("kernels.cpp", "// polyhost: flags = -lnosuchlibrary\n" + KERNELS)
        self.assertIn("kernels.cpp does not link: cannot find -lnosuchlibrary: No such file or directory: install the package", self.refusal())

    def test_two_definitions(self):
        self.write("other.cpp", "double twice() { return 1; }\n")
        self.write("kernels.cpp", "// polyhost: sources = other.cpp\ndouble twice() { return 2; }\n" + KERNELS)
        self.assertIn("kernels.cpp does not link: multiple definition of `twice()'", self.refusal())

    def test_not_utf8(self):
        with open(self.path("kernels.cpp"), "wb") as file:
            file.write(b"// \xff\n" + KERNELS.encode())
        self.assertIn("kernels.cpp is not UTF-8 (at byte 3)", self.refusal())

    def test_a_wrong_signature(self):
        self.source('int f(int a) { return a; }\nPOLYHOST_MODULE(kernels, m) { m.def<f>("f(a, b)"); }\n')
        self.assertIn(f'ImportError: kernels: the signature "f(a, b)" is wrong: it names 2 parameters, but the C++ function takes 1 ({self.path("kernels.cpp")}:3)', self.run_code("import kernels").stderr)


class Machine(Folder):
    def test_no_compiler(self):
        self.environment["CXX"] = ""
        self.environment["PATH"] = "/nonexistent"
        self.assertIn("there is no C++ compiler: install one with", self.refusal())
        self.environment["CXX"] = "my-c++"
        self.assertIn("there is no C++ compiler 'my-c++'", self.refusal())

    def test_a_compiler_that_is_killed(self):
        self.compiler("kill -9 $$")
        self.assertIn("the compiler was ended by SIGKILL", self.refusal())

    def test_no_home(self):
        del self.environment["XDG_CACHE_HOME"]
        self.environment["HOME"] = "nowhere"
        self.assertIn("there is no home directory for the cache: set XDG_CACHE_HOME", self.refusal())

    def test_others_may_write(self):
        self.scale()
        cache = self.cache + "/polyhost"
        self.assertEqual(stat.S_IMODE(os.stat(cache).st_mode), 0o700)
        os.chmod(cache, 0o777)
        self.assertIn(f"others may write to the cache {cache}: run `chmod 700", self.refusal())

    @unittest.skipIf(os.geteuid() != 0, "only root can give files away")
    def test_another_users_cache(self):
        self.scale()
        os.chown(self.cache + "/polyhost", 12345, -1)
        self.assertIn("belongs to another user (uid 12345)", self.refusal())

    def test_no_place_for_a_cache(self):
        shutil.rmtree(self.cache)
        self.write("cache", "a file")
        self.assertIn("cannot write to the cache", self.refusal())
        self.environment["XDG_CACHE_HOME"] = "/proc/nowhere"
        self.assertIn("set XDG_CACHE_HOME to a directory", self.refusal())

    @unittest.skipIf(os.geteuid() != 0, "only root can mount a small disk")
    def test_a_full_disk(self):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", self.cache], capture_output=True)
        if mounted.returncode:
            self.skipTest("this root cannot mount a small disk")
        self.addCleanup(subprocess.run, ["umount", self.cache])
        self.assertIn("the disk is full", self.refusal())

    @unittest.skipIf(os.geteuid() != 0, "only root can mount read-only")
    def test_a_read_only_cache_is_read(self):
        self.scale()
        mounted = subprocess.run(["mount", "--bind", self.cache, self.cache], capture_output=True)
        if mounted.returncode:
            self.skipTest("this root cannot mount")
        self.addCleanup(subprocess.run, ["umount", self.cache])
        subprocess.run(["mount", "-o", "remount,ro,bind", self.cache], check=True)
        self.assertEqual(self.scale(), 6.0)
        self.write("factor.h", "#define FACTOR 4.0\n")
        self.assertIn("Read-only file system; set XDG_CACHE_HOME", self.refusal())


if __name__ == "__main__":
    unittest.main()
