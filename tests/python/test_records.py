"""C++ aggregates as Python objects."""

import copy
import gc
import inspect
import os
import pickle
import re
import sys
import unittest
import weakref

import records_native as n
from records_native import Color, Holder, Node, Options, Point, Shape
from support import run


def refusal(case, f, *arguments, kind=TypeError, **keywords):
    with case.assertRaises(kind) as caught:
        f(*arguments, **keywords)
    return str(caught.exception)


class Mine(Point):
    """At the top of a module, so that it can be pickled."""

    def __init__(self, both):
        super().__init__(both, both)
        self.more = "more"

    def norm(self):
        return super().norm() * 100


class Classes(unittest.TestCase):
    def test_construction(self):
        for p in Point(1, 2), Point(1, y=2), Point(y=2, x=1), Point(1.0, 2.0):
            self.assertEqual((p.x, p.y), (1.0, 2.0))
            self.assertIs(type(p.x), float)
        self.assertEqual(Point(1).y, 0)
        self.assertEqual(Options(level=7).level, 7)
        shape = Shape("a")
        self.assertEqual((shape.color, shape.center, shape.tags, shape.weight), (Color.green, Point(1, 2), [], None))
        self.assertIsNot(Shape("a").tags, shape.tags)  # each has a list of its own

    def test_wrong_arguments(self):
        for call, text in (
            (lambda: Point(), "records_native.Point() missing 1 required positional argument: 'x'"),
            (lambda: Point(1, 2, 3), "records_native.Point() takes from 1 to 2 positional arguments but 3 were given"),
            (lambda: Point(1, z=2), "records_native.Point() got an unexpected keyword argument 'z'"),
            (lambda: Point(1, x=2), "records_native.Point() got multiple values for argument 'x'"),
            (lambda: Point("a"), "records_native.Point(): argument 'x' must be float, not str"),
            (lambda: Options(True), "records_native.Options() takes 0 positional arguments but 1 was given"),
            (lambda: Shape("a", tags=["b", 1]), "records_native.Shape(): argument 'tags' must be list[str], but item 1 is int"),
            (lambda: Shape("a", color=1), "records_native.Shape(): argument 'color' must be records_native.Color, not int"),
            (lambda: Shape("a", center=(1, 2)), "records_native.Shape(): argument 'center' must be records_native.Point, not tuple"),
            (lambda: Holder(value=1), "records_native.Holder() got some positional-only arguments passed as keyword arguments: 'value'"),
        ):
            self.assertEqual(refusal(self, call), text)
        self.assertIn("is out of range for int8", refusal(self, Options, level=1000, kind=OverflowError))

    def test_attributes(self):
        shape = Shape("a", weight=3)
        shape.center.x = 5  # the object itself, not a copy
        shape.tags.append("b")
        self.assertEqual((shape.center, shape.tags), (Point(5, 2), ["b"]))
        shape.tags = ("c", "d")
        self.assertEqual(shape.tags, ["c", "d"])
        self.assertEqual(
            refusal(self, setattr, shape, "tags", 1), "records_native.Shape.tags must be list[str], not int"
        )
        self.assertIn("Shape.weight is out of range for int32", refusal(self, setattr, shape, "weight", 1 << 40, kind=OverflowError))
        self.assertEqual(shape.weight, 3)
        self.assertIn("Shape.tags cannot be deleted", refusal(self, delattr, shape, "tags", kind=AttributeError))
        with self.assertRaises(AttributeError):
            shape.other = 1
        empty = Point.__new__(Point)
        self.assertEqual(refusal(self, lambda: empty.x, kind=AttributeError), "records_native.Point.x is not set")
        self.assertEqual(refusal(self, n.norm, empty, kind=AttributeError), "records_native.Point.x is not set")
        self.assertEqual(repr(empty), "Point(x=<not set>, y=<not set>)")
        self.assertEqual(empty, Point.__new__(Point))
        self.assertNotEqual(empty, Point(1))

    def test_methods(self):
        self.assertEqual(Point(3, 4).norm(), 25)
        self.assertEqual(Point(3, 4).moved(), Point(4, 5))
        self.assertEqual(Mine(1).moved(by=2), Point(3, 3))
        self.assertEqual(
            refusal(self, Point.moved, 1), "records_native.Point.moved(): argument 'self' must be records_native.Point, not int"
        )
        self.assertEqual(Point.norm.__doc__, "The square of the distance from the origin.")

    def test_repr(self):
        self.assertEqual(repr(Point(1, -2)), "Point(x=1.0, y=-2.0)")
        self.assertEqual(eval(repr(Point(1, -2))), Point(1, -2))
        self.assertEqual(repr(Mine(1)), "Mine(x=1.0, y=1.0)")
        holder = Holder(None)
        holder.value = [holder]
        self.assertEqual(repr(holder), "Holder(value=[Holder(...)])")

    def test_equality(self):
        self.assertEqual(Point(1, 2), Point(1, 2))
        self.assertNotEqual(Point(1, 2), Point(1, 3))
        self.assertNotEqual(Point(1, 1), Mine(1))
        self.assertNotEqual(Point(1, 2), (1, 2))
        self.assertNotEqual(Point(float("nan")), Point(float("nan")))
        with self.assertRaises(TypeError):
            Point(1) < Point(2)
        self.assertIn("unhashable", refusal(self, hash, Point(1)))

        class Failing:
            def __eq__(self, other):
                raise KeyError("failed")

        with self.assertRaises(KeyError):
            Holder(Failing()) == Holder(1)

    def test_pattern_matching(self):
        match Point(1, 2):
            case Point(x, 2.0):
                self.assertEqual(x, 1)
            case _:
                self.fail()
        self.assertEqual(Shape.__match_args__, ("name", "color", "center", "tags"))

    def test_pickle_and_copy(self):
        mine = Mine(4)
        mine.other = [1]
        for value in Point(1, 2), Shape("a", Color.blue, Point(3), ["t"], weight=1), Options(fast=True), mine, Node(1, [Node(2)]):
            copies = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
            for made in (*copies, copy.copy(value), copy.deepcopy(value)):
                self.assertEqual(made, value)
                self.assertIsNot(made, value)
                self.assertIs(type(made), type(value))
        self.assertEqual((made := copy.deepcopy(mine)).__dict__, {"more": "more", "other": [1]})
        self.assertIsNot(made.other, mine.other)
        shape = Shape("a", tags=["b"])
        self.assertIsNot(copy.deepcopy(shape).center, shape.center)

    def test_subclasses(self):
        mine = Mine(3)
        self.assertEqual(mine.norm(), 1800)
        self.assertIs(type(n.moved(mine, 1)), Point)
        self.assertIs(weakref.ref(mine)(), mine)
        self.assertEqual(n.norm(type("Deeper", (Mine, weakref.WeakSet), {})(2)), 8)
        with self.assertRaises(TypeError):
            Point(1).__class__ = Options

    def test_names_and_signatures(self):
        self.assertEqual((Point.__module__, Point.__qualname__, Point.__doc__), ("records_native", "Point", "A point of the plane."))
        self.assertEqual(str(inspect.signature(Point)), "(x: float, y: float = 0.0) -> None")
        self.assertEqual(Point.__text_signature__, "(x, y=0.0)")
        self.assertEqual(str(inspect.signature(Mine)), "(both)")
        self.assertEqual(
            str(inspect.signature(Options)), "(*, fast: bool = False, level: int = 3) -> None"
        )
        shape = inspect.signature(Shape).parameters
        self.assertIs(shape["color"].annotation, Color)
        self.assertIs(shape["color"].default, Color.green)
        self.assertEqual(str(inspect.signature(n.norm)), "(p: records_native.Point = Point(x=3.0, y=4.0)) -> float")

    def test_cycles_are_collected(self):
        class Seen:
            pass

        seen = Seen()
        gone = weakref.ref(seen)
        holder = Holder(None)
        holder.value = [holder, seen]
        del holder, seen
        gc.collect()
        self.assertIsNone(gone())

    def test_a_long_chain_is_let_go(self):
        chain = None
        for _ in range(200_000):
            chain = Holder(chain)
        del chain


class Conversion(unittest.TestCase):
    def test_both_ways(self):
        self.assertEqual(n.norm(Point(3, 4)), 25)
        self.assertEqual(n.norm(), 25)
        self.assertEqual(n.norm_without_gil(Point(3, 4)), 25)
        p = Point(3, 4)
        self.assertEqual(n.moved(p, 1), Point(4, 5))
        self.assertEqual(p, Point(3, 4))
        shape = Shape("a", Color.blue, Point(3), ["t"], weight=1)
        self.assertEqual(n.shape(shape), shape)
        self.assertEqual(n.unnamed(shape), 5)
        self.assertEqual(n.origin, Point(0, 0))
        self.assertEqual(n.apply(lambda p: Point(p.y, p.x), p), Point(4, 3))
        value = object()
        self.assertIs(n.holder(Holder(value)).value, value)

    def test_in_containers(self):
        self.assertEqual(n.sum([Point(1, 2), Mine(3)]), 9)
        self.assertEqual(n.corners(), {"a": Point(1, 2), "b": Point(3, 4)})
        self.assertIsNone(n.maybe(None))
        self.assertEqual(n.maybe(Point(1)), Point(1))
        table = {"a": [Point(1)], "b": []}
        self.assertEqual(n.table(table), table)
        self.assertEqual(n.total(Node(1, [Node(2, [Node(3)]), Node(4)])), 10)

    def test_refusals(self):
        for call, text in (
            (lambda: n.norm((1, 2)), "records_native.norm(): argument 'p' must be records_native.Point, not tuple"),
            (lambda: n.norm(Point), "records_native.norm(): argument 'p' must be records_native.Point, not type"),
            (lambda: n.sum([Point(1), 2]), "records_native.sum(): argument 'points' must be list[records_native.Point], but item 1 is int"),
            (lambda: n.maybe(1), "records_native.maybe(): argument 'p' must be records_native.Point | None, not int"),
            (lambda: n.apply(abs, Point(1)), "bad operand type for abs(): 'records_native.Point'"),
            (lambda: n.apply(str, Point(1)), "records_native.apply(f): the callback's result must be records_native.Point, not str"),
            (lambda: n.stranger(1), "records_native.stranger(): argument 's' must be Stranger, not int: that C++ type has no class: m.enumeration or m.record makes one"),
            (lambda: n.make_stranger(), "the C++ type Stranger has no class: m.enumeration or m.record makes one"),
        ):
            self.assertEqual(refusal(self, call), text)
        shape = Shape("a")
        shape.tags.append(1)
        self.assertEqual(refusal(self, n.shape, shape), "records_native.Shape.tags must be list[str], but item 0 is int")

    def test_a_record_within_itself(self):
        node = Node(1)
        node.children.append(node)
        with self.assertRaises(RecursionError):
            n.total(node)

    def test_changed_while_it_is_converted(self):
        class Index:
            def __index__(self):
                shape.tags = []
                return 1

        shape = Shape("a", tags=["b"])
        node = Node(1)

        class Swap:
            def __index__(self):
                node.children = []
                return 5

        node.children.append(Node(2))
        with self.assertRaises(TypeError):
            n.node(Swap())
        self.assertEqual(n.options(Options(level=Index())).level, 1)

    def test_imported_again(self):
        old = sys.modules.pop("records_native")
        try:
            import records_native as new
        finally:
            sys.modules["records_native"] = old
        self.assertIs(new.Point, Point)
        self.assertEqual(new.moved(Point(1), 1), n.moved(Point(1), 1))


class Registration(unittest.TestCase):
    def test_refusals(self):
        wrong = 'records_native: the signature "{}" is wrong: {}'
        for what, kind, text in (
            ("record: count", ImportError, wrong.format("Point(x)", "it names 1 parameter, but the record has 2")),
            (
                "record: default",
                ImportError,
                wrong.format(
                    "Point(x='a', y=1)",
                    "a default does not fit: TypeError: records_native.Point(): argument 'x' must be float, not str",
                ),
            ),
            ("record: name", ImportError, "records_native: the C++ type of Other has a class already: Point"),
            ("record: mangled", ImportError, wrong.format("Point(x, __y)", "'__y' is mangled in a class: begin it with one underscore")),
            ("method: count", ImportError, wrong.format("norm(a)", "it names 1 parameter, but the C++ function takes 0")),
            ("method: self", ImportError, wrong.format("moved(self)", "'self' stands in it twice")),
            ("method: class", TypeError, 'records_native: a method needs a class: "norm()"'),
            ("enumeration: name", ImportError, "records_native: the C++ type of Other has a class already: Color"),
            ("enumeration: throw", ValueError, "no such value"),
        ):
            with self.subTest(what):
                self.assertEqual(re.sub(r" \(\S+records_native.cpp:\d+\)$", "", refusal(self, n.attempt, what, kind=kind)), text)
        self.assertIn("already defined", refusal(self, n.attempt, "enumeration: twice"))
        self.assertIn("mro", refusal(self, n.attempt, "enumeration: member", kind=ValueError))


class Inline(unittest.TestCase):
    def test_a_module_in_a_string(self):
        source = '''
import polyhost, pickle, sys
m = polyhost.cpp("""
#include <polyhost/native.hpp>
#include <polyhost/enumeration.hpp>
#include <polyhost/record.hpp>
enum class Kind { a, b };
struct Pair { int first; Kind kind; };
Pair next(Pair p) { return {p.first + 1, Kind::b}; }
POLYHOST_MODULE(pairs, m) {
  m.enumeration<Kind>("Kind").value("a", Kind::a).value("b", Kind::b);
  m.record<Pair, &Pair::first, &Pair::kind>("Pair(first, kind=Kind.a)");
  m.def<next>("next(p)");
}
""", name="pairs")
p = m.next(m.Pair(1))
print(p.first, p.kind, p == m.Pair(2, m.Kind.b), m.Pair.__module__ == m.__name__)
'''
        done = run("-c", source)
        self.assertEqual((done.stdout, done.stderr), ("2 Kind.b True True\n", ""))


class Readme(unittest.TestCase):
    def text_with(self, mark):
        with open(os.path.join(os.path.dirname(__file__), "../../README.md"), encoding="utf-8") as file:
            return next(block for block in re.findall(r"^```cpp\n(.*?)^```$", file.read(), re.S | re.M) if mark in block)

    def show(self, name, expression):
        source = f"import polyhost; {name} = polyhost.cpp({self.text_with(f'POLYHOST_MODULE({name}, m)')!r}, name={name!r}); print({expression})"
        done = run("-c", source)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_records(self):
        self.assertEqual(
            self.show("marks", "marks.painted(marks.Mark(marks.Point(1)))"),
            "Mark(at=Point(x=1.0, y=0.0), color=<Color.green: 1>, tags=[])\n",
        )

    @unittest.skipUnless(os.path.exists("/usr/include/pybind11"), "pybind11 is not installed")
    def test_classes(self):
        row = "polyhost.boundary.snapshot()['counting.Counter.add'].calls"
        self.assertEqual(self.show("counting", f"(c := counting.Counter()).add(), c.add(5), c.total, {row}"), "1 6 6 2\n")


if __name__ == "__main__":
    unittest.main()
