"""What POLYHOST_EXPORT marks, however the C++ around it is written."""

import inspect
import os
import shutil
import tempfile
import unittest

import polyhost

CACHE = tempfile.mkdtemp()
os.environ["XDG_CACHE_HOME"] = CACHE
unittest.addModuleCleanup(shutil.rmtree, CACHE, ignore_errors=True)

SOURCE = R"""
/* A licence,
   in a block. */
// polyhost: flags = -O0
#ifndef GUARD
#define GUARD
#include <functional>
#include <map>
#include <vector>
#if 0
POLYHOST_EXPORT int never(int x) { return x; }
#endif
#ifdef NOT_DEFINED
POLYHOST_EXPORT int one_of_two() { return 1; }
#else
POLYHOST_EXPORT int one_of_two() { return 2; }
#endif
namespace outer {
namespace inner::most {
/// In a namespace.
POLYHOST_EXPORT [[nodiscard]] inline int nested(int a /* the first */, int b = 2  // the second
) { return a + b; }
}  // namespace inner::most
namespace { POLYHOST_EXPORT __attribute__((noinline)) std::map<std::string, int> anonymous(std::string_view key) noexcept(false) { return {{std::string(key), 1}}; } }
}  // namespace outer
extern "C" { POLYHOST_EXPORT int linked(void) { return 3; } }
POLYHOST_EXPORT int m(int m) { return m; }
POLYHOST_EXPORT auto trailing(unsigned x) -> std::uint64_t { return std::uint64_t{x} << 2; }
POLYHOST_EXPORT std::vector<std::vector<int>> lists(const std::vector<std::vector<int>>& xs = {}) { return xs; }
POLYHOST_EXPORT std::map<std::string, int> maps(const std::map<std::string, int>& m = {}) { return m; }
POLYHOST_EXPORT std::optional<int> maybe(std::optional<int> x = {}) { return x; }
POLYHOST_EXPORT std::tuple<int, int, int, int, double, double, double> numbers(int a = 010, int b = 0b11, int c = 1 << 3, int d = 1'000 + 0xFF,
    double e = -.5f, double f = 1e-3, double g = INFINITY) { return {a, b, c, d, e, f, g}; }
POLYHOST_EXPORT std::string texts(std::string_view a = "a, b (c", std::string_view b = "x\n", bool d = {}) { return std::string(a) + std::string(b) + (d ? "t" : "f"); }
#endif
"""


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = polyhost.cpp(SOURCE)

    def test_what_is_there(self):
        names = {name for name in vars(self.made) if not name.startswith("__")}
        self.assertEqual(names, {"one_of_two", "nested", "anonymous", "linked", "trailing", "lists", "m", "maps", "maybe", "numbers", "texts"})
        m = self.made
        self.assertEqual((m.one_of_two(), m.nested(1), m.anonymous("k"), m.linked(), m.trailing(2)), (2, 3, {"k": 1}, 3, 8))
        self.assertEqual(m.nested.__doc__, "In a namespace.")

    def test_defaults(self):
        m = self.made
        self.assertEqual((m.lists(), m.maps(), m.maybe(), m.texts()), ([], {}, None, "a, b (cx\nf"))
        self.assertEqual(m.numbers(), (8, 3, 8, 1255, -0.5, 0.001, float("inf")))
        self.assertEqual(str(inspect.signature(m.lists)), "(xs: list[list[int]] = []) -> list[list[int]]")

    def test_refusals(self):
        for source, said in {
            "POLYHOST_EXPORT int f(int x = g()) { return x; }": r"the default `g\(\)` cannot be told to Python",
            "POLYHOST_EXPORT int f(int x = 1 / 2) { return x; }": r"the default `1 / 2` cannot be told to Python",
            "template <class T>\nPOLYHOST_EXPORT T f(T x) { return x; }": r"f is a template: export a function that calls it",
            "struct S {\n  POLYHOST_EXPORT static int f(int x) { return x; } };": "stands within a class or a function",
            "POLYHOST_EXPORT int f(int) { return 1; }": "the parameter `int` has no name",
            "POLYHOST_EXPORT int f(const std::string&) { return 1; }": "the parameter `const std::string&` has no name",
            "POLYHOST_EXPORT int f(int x) { return x; }\nPOLYHOST_EXPORT double f(double x) { return x; }": "f is exported twice",
            "POLYHOST_EXPORT int f(int x, ...) { return x; }": r"`\.\.\.` has no counterpart",
            "POLYHOST_EXPORT int x = 3;": "no function follows POLYHOST_EXPORT",
            "POLYHOST_EXPORT": "no function follows POLYHOST_EXPORT",
            "int x;\n// polyhost: flags = -O3": "comes too late: move it above the first line of code",
            "/* polyhost: flags = -O3 */ int x;": "is no option there: write // polyhost: NAME = VALUE",
        }.items():
            with self.subTest(source), self.assertRaisesRegex(polyhost.CompileError, rf"^{__file__}:\d+: .*{said}"):
                polyhost.cpp(source)

    def test_types_that_cannot_be_converted(self):
        with self.assertRaises(polyhost.CompileError) as caught:
            polyhost.cpp("""struct S {};
                POLYHOST_EXPORT int wrong_type(S s) { return 1; }""")
        with open(__file__) as file:
            line = next(number for number, line in enumerate(file, 1) if "wrong_type(S s)" in line)
        self.assertEqual((caught.exception.diagnostics[0].file, caught.exception.diagnostics[0].line), (__file__, line))
        self.assertNotIn(CACHE, str(caught.exception))

    def test_names_of_modules(self):
        text = 'int one() { return 1; }\nPOLYHOST_MODULE(own_name, m) { m.def<one>("one()"); }'
        self.assertEqual(polyhost.cpp(text).__name__, "own_name")
        with self.assertRaisesRegex(polyhost.CompileError, r"has a POLYHOST_MODULE\(own_name, …\), but is imported as other"):
            polyhost.cpp(text, name="other")
        with self.assertRaisesRegex(ValueError, "'a b' is no name for a module"):
            polyhost.cpp(text, name="a b")
        with self.assertRaisesRegex(TypeError, "name is a str, not int"):
            polyhost.cpp(text, name=3)


if __name__ == "__main__":
    unittest.main()
