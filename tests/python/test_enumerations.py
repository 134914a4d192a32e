"""C++ enumerations as classes of Python's module enum."""

import copy
import enum
import importlib
import inspect
import pickle
import subprocess
import sys
import unittest

import records_native as n
from support import PYTHON, SANITIZER

Color, Level, Access, Style = n.Color, n.Level, n.Access, n.Style


def refusal(case, f, *arguments, kind=TypeError):
    with case.assertRaises(kind) as caught:
        f(*arguments)
    return str(caught.exception)


class Classes(unittest.TestCase):
    def test_kinds(self):
        for made, kind in (Color, enum.Enum), (Level, enum.IntEnum), (Access, enum.IntFlag), (Style, enum.Flag):
            self.assertEqual(made.__bases__, (kind,))
            self.assertEqual((made.__module__, made.__qualname__), ("records_native", made.__name__))
        self.assertEqual(Color.__doc__, "What to paint with.")
        self.assertEqual([(c.name, c.value) for c in Color], [("red", 1), ("green", 2), ("blue", 200)])
        self.assertIs(Color.azure, Color.blue)
        self.assertEqual([int(l) for l in Level], [-1, 0, 7])
        self.assertEqual((n.Wide.most.value, n.Signed.least.value), (2**64 - 1, -(2**63)))

    def test_exported_values(self):
        self.assertIs(n.high, Level.high)
        self.assertFalse(hasattr(n, "red"))
        self.assertIs(n.favourite, Color.blue)

    def test_pickle_and_copy(self):
        for member in (*Color, *Level, Access.read | Access.write, Style.bold):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                self.assertIs(pickle.loads(pickle.dumps(member, protocol)), member)
            self.assertIs(copy.deepcopy(member), member)

    def test_imported_again(self):
        old = sys.modules.pop("records_native")
        try:
            new = importlib.import_module("records_native")
        finally:
            sys.modules["records_native"] = old
        self.assertIsNot(new, old)
        self.assertIs(new.Color, Color)
        self.assertIs(new.color(Color.red), Color.red)
        self.assertIs(new.high, Level.high)


class Conversion(unittest.TestCase):
    def test_members_come_back(self):
        for f, members in (n.color, Color), (n.level, Level), (n.access, Access), (n.wide, n.Wide), (n.signed, n.Signed):
            for member in members:
                self.assertIs(f(member), member)
        self.assertEqual(n.number_of(Color.blue), 200)
        self.assertIs(n.level(), Level.high)

    def test_in_containers(self):
        self.assertEqual(n.colors([Color.red, Color.blue]), [Color.red, Color.blue])
        table = {Color.red: Level.low, Color.green: None}
        self.assertEqual(n.levels(table), table)

    def test_flags_are_combined(self):
        both = Access.read | Access.run
        self.assertIs(n.access(both), both)
        self.assertEqual(n.bits_of(both), 0x80000001)
        self.assertIs(n.access_of(3), Access.read | Access.write)
        self.assertEqual(n.access(Access(0)), Access(0))
        self.assertEqual(n.style(Style.bold | Style.thin).value, 5)
        self.assertEqual(n.style_of(0), Style(0))
        self.assertEqual(n.bits_of((Access.read | Access.run) & ~Access.read), 0x80000000)
        self.assertEqual(n.bits_of(Access.read | 8), 9)  # as IntFlag keeps it
        self.assertEqual(n.access_of(0x40), Access(0x40))

    def test_refusals(self):
        say = lambda *arguments: refusal(self, *arguments)
        self.assertEqual(say(n.color, 1), "records_native.color(): argument 'c' must be records_native.Color, not int")
        self.assertEqual(say(n.color, Level.low), "records_native.color(): argument 'c' must be records_native.Color, not Level")
        self.assertIn("must be records_native.Level, not int", say(n.level, 7))
        self.assertIn("must be records_native.Access, not int", say(n.access, 1))
        self.assertIn("must be records_native.Access, not Style", say(n.access, Style.bold))
        self.assertIn("must be list[records_native.Color], but item 1 is str", say(n.colors, [Color.red, "red"]))
        self.assertIn("must be records_native.Color, not EnumType", say(n.color, Color))

    def test_values_without_a_member(self):
        say = lambda *arguments: refusal(self, *arguments, kind=ValueError)
        self.assertEqual(say(n.color_of, 7), "7 is not a valid records_native.Color")
        self.assertEqual(say(n.style_of, 2), "2 is not a valid records_native.Style")
        self.assertEqual(say(n.access, Access(1 << 40)), f"{1 << 40} is not a valid records_native.Access")
        self.assertIn("is not a valid records_native.Access", say(n.access, Access(1 << 70)))

    def test_unregistered(self):
        text = "that C++ type has no class: m.enumeration or m.record makes one"
        self.assertEqual(
            refusal(self, n.unregistered, 1), f"records_native.unregistered(): argument 'u' must be Unregistered, not int: {text}"
        )
        self.assertEqual(
            refusal(self, n.make_unregistered), "the C++ type Unregistered has no class: m.enumeration or m.record makes one"
        )

    def test_signatures(self):
        self.assertEqual(str(inspect.signature(n.color)), "(c: records_native.Color) -> records_native.Color")
        level = inspect.signature(n.level).parameters["l"]
        self.assertIs(level.annotation, Level)
        self.assertIs(level.default, Level.high)
        self.assertEqual(n.level.__text_signature__, "(l=Level.high)")
        self.assertIn("Color, records_native.Level | None]", str(inspect.signature(n.levels)))


class OtherInterpreters(unittest.TestCase):
    def test_each_has_its_classes(self):
        try:
            import _interpreters as subinterpreters  # from 3.13 on

            other = subinterpreters.create("legacy")
        except ImportError:
            import _xxsubinterpreters as subinterpreters

            other = subinterpreters.create(isolated=False)
        source = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            "import records_native as n\n"
            "assert n.color(n.Color.red) is n.Color.red and n.shape(n.Shape('a')) == n.Shape('a')\n"
            "import pickle; assert pickle.loads(pickle.dumps(n.Point(1))) == n.Point(1)"
        )
        self.assertIsNone(subinterpreters.run_string(other, source))
        self.assertIs(n.color(Color.red), Color.red)
        self.assertEqual(n.norm(n.Point(3, 4)), 25)
        subinterpreters.destroy(other)
        self.assertIs(n.color_of(2), Color.green)
        self.assertEqual(n.moved(n.Point(3, 4), 1), n.Point(4, 5))


class PlainPython(unittest.TestCase):
    @unittest.skipIf(SANITIZER, "a sanitizer's runtime is in polyhost only")
    def test_the_same_module_imports_there(self):
        source = "import records_native as n, pickle; p = n.moved(n.Point(3), 1); print(n.color(n.Color.red), pickle.loads(pickle.dumps(p)))"
        done = subprocess.run([PYTHON, "-c", source], capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), ("Color.red Point(x=4.0, y=1.0)\n", ""))


if __name__ == "__main__":
    unittest.main()
