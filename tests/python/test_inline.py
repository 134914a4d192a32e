"""C++ in a script: polyhost.cpp and @polyhost.native. The cache is test_toolchain.py's."""

import inspect
import os
import pickle
import shutil
import tempfile
import textwrap
import unittest
import warnings

import polyhost

from support import run

CACHE = tempfile.mkdtemp()
os.environ["XDG_CACHE_HOME"] = CACHE
unittest.addModuleCleanup(shutil.rmtree, CACHE, ignore_errors=True)


def line_of(text):
    """The line of this file with that text."""
    with open(__file__) as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


class Cpp(unittest.TestCase):
    def test_one_function(self):
        add = polyhost.cpp("/// a and b.\nPOLYHOST_EXPORT int add(int a, int b = -1'000) { return a + b; }")
        self.assertEqual((add(2, 3), add(2), add.__doc__), (5, -998, "a and b."))
        self.assertEqual(str(inspect.signature(add)), "(a: int, b: int = -1000) -> int")

    def test_several_functions(self):
        made = polyhost.cpp(
            """
            #include <vector>
            static double half(double x) { return x / 2; }  // POLYHOST_EXPORT in a comment exports nothing
            POLYHOST_EXPORT std::vector<double> halves(const std::vector<double>& xs, bool round = false,
                                                       std::string_view note = "a, b (c") {
              std::vector<double> all;
              for (double x : xs) all.push_back(round ? int(half(x)) : half(x));
              return all;
            }
            POLYHOST_EXPORT
            void nothing() {}
            """
        )
        self.assertEqual((made.halves([3, 5]), made.halves([3, 5], True), made.nothing()), ([1.5, 2.5], [1.0, 2.0], None))
        self.assertEqual(str(inspect.signature(made.halves)), "(xs: list[float], round: bool = False, note: str = 'a, b (c') -> list[float]")

    def test_text_that_looks_like_code(self):
        text = 'POLYHOST_EXPORT const char* f() { return R"x(" POLYHOST_EXPORT int g(" /*)x"; }'
        self.assertEqual(polyhost.cpp(text)(), '" POLYHOST_EXPORT int g(" /*')

    def test_a_module(self):
        made = polyhost.cpp('int one() { return 1; }\nPOLYHOST_MODULE(made, m) { m.def<one>("one()"); }', name="made")
        self.assertEqual((made.__name__, made.one()), ("made", 1))

    def test_options(self):
        self.assertEqual(polyhost.cpp("// polyhost: flags = -DFOUR=4\nPOLYHOST_EXPORT int f() { return FOUR + THREE; }", flags=["-DTHREE=3"])(), 7)

    def test_errors_are_at_the_scripts_lines(self):
        with self.assertRaises(polyhost.CompileError) as caught:
            polyhost.cpp("""
                POLYHOST_EXPORT int f() {
                  return unknown_name;  // here
                }
            """)
        (found, *_) = caught.exception.diagnostics
        self.assertEqual((found.file, found.line, found.severity), (__file__, line_of("unknown_name;  // here"), "error"))
        self.assertIn("return unknown_name;  // here", found.excerpt)
        self.assertIsInstance(caught.exception, ImportError)

    def test_text_that_the_script_does_not_have(self):
        with self.assertRaises(polyhost.CompileError) as caught:
            polyhost.cpp("POLYHOST_EXPORT int f() { return " + str(1) + " + x; }")
        self.assertEqual(caught.exception.diagnostics[0].file, __file__)

    def test_warnings_on_request(self):
        source = "POLYHOST_EXPORT int f(int a) { int unused_one = a; return 1; }"
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            polyhost.cpp(source)
            self.assertEqual(seen, [])
            polyhost.cpp(source, warnings=True)
        self.assertEqual([(w.category, w.filename) for w in seen], [(polyhost.CompileWarning, __file__)])
        self.assertIn("unused_one", str(seen[0].message))

    def test_wrong_arguments(self):
        with self.assertRaisesRegex(TypeError, "takes C\\+\\+ as a str, not bytes"):
            polyhost.cpp(b"")
        for source, said in {
            "int f() { return 1; }": "exports nothing",
            "POLYHOST_EXPORT int f(int a = g()) { return 1; }": "the default `g\\(\\)` cannot be told to Python",
            "// polyhost: flags = 'a\nPOLYHOST_EXPORT int f() { return 1; }": "cannot be read: No closing quotation",
        }.items():
            with self.subTest(source), self.assertRaisesRegex(polyhost.CompileError, said):
                polyhost.cpp(source)


@polyhost.native
def fib(n: int) -> int:
    """return n < 2 ? n : fib(n - 1) + fib(n - 2);"""


@polyhost.native
def twice_fib(n: int, *, times: float = 2.0) -> float:
    """return times * fib(n);"""


@polyhost.native(release_gil=True, flags=["-O3"])
def total(xs: polyhost.Array[float]) -> float:
    """
    double sum = 0;
    for (std::size_t i = 0; i < xs.shape(0); ++i) sum += xs(i);
    return sum;
    """


def documented() -> int:
    """return 1;"""


class Native(unittest.TestCase):
    def test_functions_of_a_script(self):
        self.assertEqual((fib(20), twice_fib(10), twice_fib(10, times=1)), (6765, 110.0, 55.0))
        self.assertIs(type(fib), type(len))  # the function itself has taken its place
        self.assertEqual(list(fib.batch([1, 10])), [1, 55])
        self.assertEqual(str(inspect.signature(twice_fib)), "(n: int, *, times: float = 2.0) -> float")
        import array

        self.assertEqual(total(array.array("d", [1, 2.5])), 3.5)
        self.assertIs(pickle.loads(pickle.dumps(fib)), fib)

    def test_types(self):
        @polyhost.native
        def everything(
            i: int, f: float, b: bool, s: str, y: bytes, l: list[int], t: tuple[int, str], d: dict[str, float],
            o: int | None, e: set[int], x: object,
        ) -> tuple[int, float, bool, str, bytes, list[int], tuple[int, str], dict[str, float], int | None, set[int], object]:
            """
            std::vector<std::byte> copy(y.begin(), y.end());
            return {i, f, b, std::string(s), copy, l, t, d, o, e, x};
            """

        values = (1, 2.5, True, "é", b"\0\xff", [1, 2], (3, "x"), {"a": 1.0}, None, {7}, len)
        self.assertEqual(everything(*values), values)

    def test_a_body_that_returns_nothing(self):
        @polyhost.native
        def forgetful(x: float) -> float:
            """double y = x;"""

        with self.assertRaisesRegex(polyhost.CompileError, "no return statement in function returning non-void"):
            forgetful(1.0)

    def test_headers_of_a_body(self):
        @polyhost.native
        def smallest(xs: list[float], least: float = float("inf")) -> float:
            """
            #include <algorithm>
            return std::min(least, *std::min_element(xs.begin(), xs.end()));
            """

        self.assertEqual((smallest([3, 1, 2]), smallest([3], 0)), (1.0, 0.0))
        self.assertEqual(str(inspect.signature(smallest)), "(xs: list[float], least: float = inf) -> float")

    def test_before_the_first_call(self):
        code = """
            import polyhost, pickle, os, sys, _thread
            @polyhost.native
            def one() -> int: "return 1;"
            copy = pickle.loads(pickle.dumps(one))
            from polyhost.toolchain import native
            def hold():
                with native.lock: held.release(); end.acquire()
            held, end = _thread.allocate_lock(), _thread.allocate_lock()
            held.acquire(); end.acquire()
            _thread.start_new_thread(hold, ())
            held.acquire()
            child = os.fork()
            if child == 0:
                os._exit(one())  # another thread had the lock
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            end.release()
            print(copy is one, copy())
        """
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write(textwrap.dedent(code))
            script.flush()
            self.assertEqual(run("-W", "ignore", script.name).stdout, "1\nTrue 1\n")

    def test_without_docstrings(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write("import polyhost\n@polyhost.native\ndef one() -> int:\n    'return 1;'\nprint(one())\n")
            script.flush()
            self.assertEqual(run("-OO", script.name).stdout, "1\n")

    def test_lines_that_moved_since(self):
        throws = 'throw std::runtime_error("wrong");'
        code = f"import polyhost\n@polyhost.native\ndef one() -> int:\n    '{throws}'\ntwo = polyhost.cpp('POLYHOST_EXPORT int two() {{ {throws} }}')\n"
        code += "import traceback\nfor f in one, two:\n    try: f()\n    except RuntimeError as error: print(traceback.extract_tb(error.__traceback__)[-1].lineno)\n"
        with tempfile.TemporaryDirectory() as folder:
            for more in (0, 3, 1):
                with open(folder + "/script.py", "w") as script:
                    script.write("# more\n" * more + code)
                done = run(folder + "/script.py")
                self.assertEqual(done.stdout, f"{2 + more}\n{5 + more}\n", done.stderr)

    def test_what_is_no_plain_function(self):
        with self.assertRaisesRegex(TypeError, r"is async or yields"):

            @polyhost.native
            async def f(x: int) -> int:
                """return 1;"""

        with self.assertRaisesRegex(TypeError, r"flags takes a list of str: 5 is of type int"):
            polyhost.native(flags=[5])(documented)
        with self.assertRaisesRegex(ValueError, r"flags cannot have a NUL"):
            polyhost.native(flags=["\0"])(documented)
        with self.assertRaisesRegex(TypeError, r"flags takes a list of str: write \['-O3'\]"):
            polyhost.native(flags="-O3")(documented)
        with self.assertRaisesRegex(TypeError, r"pkg_config takes a list of str: write \['zlib'\]"):
            polyhost.cpp("", pkg_config="zlib")

    def test_names_of_cs_library(self):
        @polyhost.native
        def pow(x: float, y: float) -> float:
            """return y < 1 ? 1 : x * pow(x, y - 1);"""

        self.assertEqual(pow(2, 10), 1024.0)
        with self.assertRaisesRegex(TypeError, r"new is no name in C\+\+: choose another one"):

            @polyhost.native
            def f(new: int) -> int:
                """return 1;"""

    def test_callable_and_arrays(self):
        from collections.abc import Callable

        @polyhost.native
        def apply(f: Callable[[float], float], xs: polyhost.Array[float, 2]) -> polyhost.Array[float]:
            """
            std::vector<double> ys;
            for (std::size_t i = 0; i < xs.shape(0); ++i) ys.push_back(f(xs(i, 1)));
            return ys;
            """

        view = memoryview(b"".join(__import__("struct").pack("d", x) for x in (1, 2, 3, 4))).cast("B").cast("d", [2, 2])
        self.assertEqual(apply(lambda x: x * 10, view).tolist(), [20.0, 40.0])

    def test_annotations_that_have_no_counterpart(self):
        def wrong(source, said):
            with self.subTest(source), self.assertRaisesRegex(TypeError, said):
                exec(textwrap.dedent(source), {"polyhost": polyhost})

        wrong("@polyhost.native\ndef f(x: complex) -> int: 'return 1;'", r"f\(\): parameter 'x': the type complex has no counterpart in C\+\+")
        wrong("@polyhost.native\ndef f(x: list[complex]) -> int: 'return 1;'", r"parameter 'x': the type complex has no counterpart")
        wrong("@polyhost.native\ndef f(x: list) -> int: 'return 1;'", r"parameter 'x': the type list has no counterpart")
        for odd in "collections.abc.Callable", "polyhost.Array", "polyhost.Array[()]", "polyhost.Array[float, True]", "polyhost.Array[float, 100]", "[int]", "{}", "list[{}]":
            wrong(f"import collections.abc\n@polyhost.native\ndef f(x: {odd}) -> int: 'return 1;'", r"parameter 'x': the type .* has no counterpart")
        wrong("@polyhost.native\ndef f(x: 'Unknown') -> int: 'return 1;'", r"parameter 'x': the annotation 'Unknown' cannot be looked up: name 'Unknown'")
        wrong("@polyhost.native\ndef f(x: int | str) -> int: 'return 1;'", r"the type int \| str has no counterpart")
        wrong("@polyhost.native\ndef f(x) -> int: 'return 1;'", r"parameter 'x' has no annotation")
        wrong("@polyhost.native\ndef f(x: int): 'return 1;'", r"the result has no annotation")
        wrong("@polyhost.native\ndef f(*x: int) -> int: 'return 1;'", r"\*x has no counterpart")
        wrong("@polyhost.native\ndef f() -> int: pass", r"f\(\) has no C\+\+: write its body as the docstring")
        wrong("class C:\n  @polyhost.native\n  def f(self, x: int) -> int: 'return 1;'", r"C.f\(\) is a method, and a native function takes no self")
        wrong("@polyhost.native\ndef f(x: object = len) -> int: 'return 1;'", r"the default of 'x', <built-in function len>, is no literal")
        wrong("@polyhost.native\ndef xor(x: int) -> int: 'return 1;'", r"xor is no name in C\+\+")
        wrong("polyhost.native(3)", r"takes a function, not int")
        wrong("@polyhost.native\ndef f(x: polyhost.Array[str]) -> int: 'return 1;'", r"Array\[str\] has no counterpart")

    def test_errors_are_at_the_scripts_lines(self):
        @polyhost.native
        def wrong(n: int) -> int:
            """return n +
            not_there;  // in the body
            """

        with self.assertRaises(polyhost.CompileError) as caught:
            wrong(1)
        self.assertEqual([(d.file, d.line) for d in caught.exception.diagnostics], [(__file__, line_of("not_there;  // in the body"))])

    def test_without_a_file_and_with_annotations_as_text(self):
        code = "from __future__ import annotations\nimport polyhost\n@polyhost.native\ndef f(x: list[int]) -> int: 'return x.size();'\nprint(f([1, 2]))"
        done = run("-c", code)
        self.assertEqual((done.stdout, done.stderr), ("2\n", ""))


if __name__ == "__main__":
    unittest.main()
