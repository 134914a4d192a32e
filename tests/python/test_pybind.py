"""Classes bound by pybind11 and types that it has casters for, as parameters and results of polyhost's functions."""

import datetime
import gc
import inspect
import os
import subprocess
import sys
import unittest

import pybind_native as n

try:
    n.length(1)
    UNBOUND = None
except TypeError as error:
    UNBOUND = str(error)  # before the module of the class is imported

import pybind_classes as c

try:
    if os.environ.get("POLYHOST_SANITIZE"):  # numpy leaves memory behind, which the leak checker would report
        raise ImportError
    import numpy
except ImportError:
    numpy = None
EIGEN = numpy is not None and hasattr(n, "trace")


def refusal(case, f, *arguments, kind=TypeError):
    with case.assertRaises(kind) as caught:
        f(*arguments)
    return str(caught.exception)


def alive_points():
    """Of both modules, which may or may not share a count."""
    return sum(dict([c.count_of_points(), n.count_of_points()]).values())


class References(unittest.TestCase):
    def test_the_object_itself_is_passed_and_comes_back(self):
        p = c.Point(1, 2)
        for f in (n.same, n.same_const, n.same_pointer):
            self.assertIs(f(p), p)
        self.assertIsNone(n.move(p, 2.5))
        self.assertEqual((p.x, p.y), (3.5, 2))
        self.assertEqual(n.length(c.Point(3, 4)), 5)
        self.assertEqual(n.length_without_gil(c.Point(3, 4)), 5)

    def test_none_is_a_null_pointer_and_no_reference(self):
        self.assertIsNone(n.same_pointer(None))
        self.assertEqual(n.x_or(None, 7), 7)
        self.assertEqual(n.x_or(), -1)
        self.assertEqual(n.x_or(c.Point(3, 4)), 3)
        for f in (n.length, n.same, n.copy):
            name = f.__name__
            self.assertEqual(
                refusal(self, f, None), f"pybind_native.{name}(): argument 'p' must be pybind_classes.Point, not NoneType"
            )

    def test_a_class_of_this_module(self):
        counter = n.Counter(5)
        self.assertEqual(n.count(counter), 6)
        self.assertEqual(counter.count, 6)
        made = n.make_counter(1)
        self.assertIs(type(made), n.Counter)
        self.assertEqual(n.count(made), 2)

    def test_classes_derived_in_python(self):
        class Mine(c.Point):
            pass

        mine = Mine(3, 4)
        self.assertIs(n.same(mine), mine)
        self.assertEqual(n.length(mine), 5)

    def test_a_const_reference_that_python_has_not_is_copied(self):
        a, b = n.origin(), n.origin()
        self.assertIsNot(a, b)
        n.move(a, 1)
        self.assertEqual(b.x, 0)


class Methods(unittest.TestCase):
    def calls(self):
        import polyhost

        rows = polyhost.boundary.snapshot()
        return {row.name.removeprefix("pybind_native."): row.calls for row in rows if "Counter." in row.name or "Stepper." in row.name}

    def test_calls(self):
        counter = n.Counter(1)
        self.assertEqual((counter.add(2), counter.add(), counter.add(n=3), counter.get(), counter.count), (3, 4, 7, 7, 7))
        self.assertIs(counter.self(), counter)
        self.assertEqual(counter.change(lambda x: x * 2), 14)
        add = counter.add
        self.assertEqual((add(1), n.Counter.add(counter, 1), list(map(counter.add, [1, 1]))), (15, 16, [17, 18]))

    def test_inheritance(self):
        stepper = n.Stepper(1)
        self.assertEqual((stepper.step(), stepper.add(2), stepper.get()), (11, 13, 13))

        class Mine(n.Stepper):
            def add(self, n):
                return super().add(n * 100)

        mine = Mine(0)
        self.assertEqual((mine.add(1), mine.step(), mine.count), (100, 110, 110))

    def test_every_call_is_counted(self):
        before = self.calls()
        counter, stepper = n.Counter(0), n.Stepper(0)
        for _ in range(100):
            counter.add(1)
        stepper.add(1)
        stepper.step()
        counter.change(lambda x: x)
        with self.assertRaises(TypeError):
            counter.add("x")
        after = self.calls()
        counted = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
        self.assertEqual(counted, {"Counter.add": 102, "Counter.change": 1, "Counter.change(f)": 1, "Stepper.step": 1})

    def test_refusals(self):
        counter = n.Counter(0)
        self.assertEqual(refusal(self, counter.add, "x"), "pybind_native.Counter.add(): argument 'n' must be int, not str")
        self.assertEqual(
            refusal(self, n.Counter.add, 1), "pybind_native.Counter.add(): argument 'self' must be pybind_native.Counter, not int"
        )
        self.assertIn("takes from 1 to 2 positional arguments but 3 were given", refusal(self, counter.add, 1, 2))

    def test_what_tools_see(self):
        self.assertEqual(str(inspect.signature(n.Counter.add)), "(self: pybind_native.Counter, n: int = 1) -> int")
        self.assertEqual(str(inspect.signature(n.Counter(1).add)), "(n: int = 1) -> int")
        self.assertEqual(n.Counter.add.__doc__, "Adds n.")


class Values(unittest.TestCase):
    def test_an_argument_by_value_is_a_copy(self):
        p = c.Point(1, 2)
        self.assertIsNot(n.copy(p), p)
        q = n.moved(p)
        self.assertEqual((p.x, q.x, q.y), (1, 2, 2))

    def test_in_containers(self):
        points = [c.Point(i, 0) for i in range(5)]
        self.assertEqual(n.sum_x(points), 10)
        self.assertEqual(n.sum_x(c.Point(i, 0) for i in range(5)), 10)
        self.assertEqual([p.y for p in n.line(3)], [0, 1, 2])
        self.assertIsNone(n.maybe(None))
        self.assertEqual(n.maybe(points[3]).x, 3)

    def test_implicit_conversions(self):
        alive = alive_points()
        self.assertEqual(n.sum_x([1.0, c.Point(2, 0)]), 3)
        self.assertAlmostEqual(n.length(1.0), 2**0.5)
        self.assertEqual(n.copy(2.0).y, 2)
        self.assertEqual(alive_points(), alive)

    def test_pointers_are_owned(self):
        alive = alive_points()
        p, q = n.new_point(1, 2), n.unique_point(3)
        self.assertEqual((p.x, p.y, q.x), (1, 2, 3))
        self.assertIsNone(n.unique_point(-1))
        self.assertEqual(alive_points(), alive + 2)
        del p, q
        self.assertEqual(alive_points(), alive)

    def test_shared_pointers(self):
        shape = n.make_shape(2)
        self.assertIs(type(shape), c.Circle)
        self.assertEqual(n.radius(shape), 2)
        self.assertEqual(n.keep(shape), "circle")
        self.assertIs(n.give_back(), shape)
        n.keep(shape)
        del shape
        self.assertEqual(n.give_back().radius, 2)
        self.assertEqual(n.keep(None), "nothing")
        self.assertIsNone(n.give_back())


class Refusals(unittest.TestCase):
    def test_wrong_types(self):
        point = "must be pybind_classes.Point"
        for f, arguments, text in (
            (n.length, ("x",), f"length(): argument 'p' {point}, not str"),
            (n.length, (n.Counter(1),), f"length(): argument 'p' {point}, not pybind_native.Counter"),
            (n.moved, (1j,), f"moved(): argument 'p' {point}, not complex"),
            (n.same_pointer, (1j,), f"same_pointer(): argument 'p' {point} | None, not complex"),
            (n.sum_x, ([c.Point(1, 2), "x"],), "sum_x(): argument 'points' must be list[pybind_classes.Point], but item 1 is str"),
            (n.radius, (c.Point(1, 2),), "radius(): argument 'circle' must be pybind_classes.Circle, not pybind_classes.Point"),
            (n.keep, (1,), "keep(): argument 'shape' must be pybind_classes.Shape | None, not int"),
            (n.scaled, ("x",), "scaled(): argument 'z' must be complex, not str"),
            (n.apply, (3, 4), "apply(): argument 'f' must be Callable[[int], int], not int"),
            (n.which, (1.5,), "which(): argument 'choice' must be Union[int, str], not float"),
            (n.duration, ("1 s",), "duration(): argument 'd' must be datetime.timedelta, not str"),
            (n.python_types, ((), 1), "python_types(): argument 'list' must be list, not tuple"),
        ):
            self.assertEqual(refusal(self, f, *arguments), "pybind_native." + text)

    def test_unbound_classes(self):
        self.assertEqual(
            UNBOUND,
            "pybind_native.length(): argument 'p' must be Point, not int: no module that binds that class has been imported",
        )
        self.assertIn("must be Unbound, not int: no module", refusal(self, n.take_unbound, 1))
        self.assertIn("Unbound", refusal(self, n.make_unbound))

    def test_missing_and_surplus_arguments(self):
        self.assertEqual(refusal(self, n.length), "pybind_native.length() missing 1 required positional argument: 'p'")
        self.assertIn("takes 1 positional argument but 2 were given", refusal(self, n.length, 1, 2))

    def test_no_object(self):
        self.assertEqual(refusal(self, n.no_object, kind=RuntimeError), "the native function returned no object")


class Casters(unittest.TestCase):
    def test_complex(self):
        self.assertEqual(n.scaled(3 + 4j), 5)
        self.assertEqual(n.scaled(3), 3)
        self.assertEqual(n.complexes([1j, 2, 3.5]), [1j, 2, 3.5])

    def test_variants(self):
        self.assertEqual((n.which(1), n.which("a")), ("int", "str"))
        self.assertEqual((n.choice(7), n.choice("b")), (7, "b"))

    def test_functions(self):
        self.assertEqual(n.apply(lambda x: x * 2, 21), 42)
        self.assertEqual(n.apply(None, 1), -1)
        self.assertEqual(n.adder(3)(4), 7)
        self.assertEqual(n.apply(n.adder(3), 4), 7)

    def test_durations(self):
        d = datetime.timedelta(days=2, microseconds=5)
        self.assertEqual(n.duration(d), d)

    def test_python_types(self):
        value = object()
        self.assertEqual(n.python_types([1, 2], value), {"length": 2, "value": value})

    @unittest.skipUnless(EIGEN, "no Eigen or no numpy")
    def test_eigen(self):
        self.assertEqual(n.trace(numpy.array([[1.0, 2.0], [3.0, 4.0]])), 5)
        self.assertEqual(n.trace([[1.0, 2.0], [3.0, 4.0]]), 5)
        self.assertTrue((n.identity(3) == numpy.eye(3)).all())
        vector = numpy.zeros(4)
        n.fill(vector, 2.5)  # in place
        self.assertEqual(vector.tolist(), [2.5] * 4)
        self.assertIn("argument 'matrix' must be numpy.ndarray", refusal(self, n.trace, "x"))

    def test_signatures(self):
        self.assertEqual(str(inspect.signature(n.moved)), "(p: pybind_classes.Point, by: float = 1) -> pybind_classes.Point")
        self.assertIs(inspect.signature(n.moved).parameters["p"].annotation, c.Point)
        self.assertEqual(str(inspect.signature(n.scaled)), "(z: complex) -> float")
        for name in dir(n):
            f = getattr(n, name)
            if callable(f) and not isinstance(f, type):
                inspect.signature(f)


class Exceptions(unittest.TestCase):
    def test_pythons_own_go_through(self):
        error = LookupError("one and the same")

        def f():
            raise error

        for call in (n.call_object, n.call_without_gil):
            with self.assertRaises(LookupError) as caught:
                call(f)
            self.assertIs(caught.exception, error)

    def test_pybinds_own(self):
        for kind, expected, text in (
            ("collision", c.Collision, "two at once"),
            ("key", KeyError, "'no such key'"),
            ("stop", StopIteration, "no more"),
            ("cast", RuntimeError, "wrong cast"),
            ("value", ValueError, "not that one"),
            ("os", FileNotFoundError, "[Errno 2] opening: No such file or directory"),
            ("memory", MemoryError, ""),
            ("int", RuntimeError, "a C++ exception that is not a std::exception"),
        ):
            with self.assertRaises(expected) as caught:
                n.fail(kind)
            self.assertIs(type(caught.exception), expected)
            self.assertEqual(str(caught.exception), text)
        self.assertIsNone(n.fail("nothing"))


class Callbacks(unittest.TestCase):
    def test_both_ways(self):
        p = c.Point(3, 4)
        seen = []
        self.assertEqual(n.call(lambda q: seen.append(q) or c.Point(q.x, 7), p).y, 7)
        self.assertIs(seen[0], p)
        self.assertEqual(n.call_with_new(lambda q: q.x + q.y), 7)
        self.assertEqual(
            refusal(self, n.call, lambda q: "x", p),
            "pybind_native.call(f): the callback's result must be pybind_classes.Point, not str",
        )


class Leaks(unittest.TestCase):
    CALLS = int(os.environ.get("POLYHOST_TEST_CALLS", "100000")) // 20

    def check(self, f, *arguments):
        for _ in range(200):
            f()
        gc.collect()
        counts = [sys.getrefcount(argument) for argument in arguments]
        blocks, alive = sys.getallocatedblocks(), alive_points()
        for _ in range(self.CALLS):
            f()
        gc.collect()
        self.assertEqual(alive_points(), alive)
        self.assertLess(sys.getallocatedblocks() - blocks, 100)
        for argument, count in zip(arguments, counts):
            self.assertAlmostEqual(sys.getrefcount(argument), count, delta=3)

    def test_nothing_is_left(self):
        p, value, text = c.Point(1, 2), object(), "".join(["te", "xt"])
        counter = n.Counter(1)
        shape, points = n.make_shape(1), [c.Point(1, 1)] * 3

        def failing(f, *arguments):
            def call():
                try:
                    f(*arguments)
                except Exception:
                    return
                raise AssertionError("no exception")

            return call

        for f in (
            lambda: n.same(p),
            lambda: n.same_pointer(p),
            lambda: n.copy(p),
            lambda: n.length(1.5),
            lambda: n.new_point(1, 2),
            lambda: n.sum_x(points),
            lambda: n.line(3),
            lambda: (n.keep(shape), n.give_back()),
            lambda: n.call(n.copy, p),
            lambda: n.adder(1)(2),
            lambda: n.apply(abs, 2),
            lambda: n.python_types([], value),
            lambda: counter.add(0),
            failing(counter.add, text),
            failing(n.length, text),
            failing(n.sum_x, [p, text]),
            failing(n.call, lambda q: text, p),
            failing(n.call_object, lambda: 1 / 0),
            failing(n.call_without_gil, lambda: 1 / 0),
            failing(n.fail, "collision"),
        ):
            self.check(f, p, value, text, shape, points)


class PlainPython(unittest.TestCase):
    def test_the_same_modules_import_there(self):
        program = os.environ.get("PYTHON")
        if not program or os.environ.get("POLYHOST_SANITIZE"):
            self.skipTest("a sanitizer's runtime is in polyhost only")
        source = "import pybind_native as n, pybind_classes as c; p = c.Point(3, 4); print(n.same(p) is p, n.length(p))"
        done = subprocess.run([program, "-c", source], capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), ("True 5.0\n", ""))


if __name__ == "__main__":
    unittest.main()
