"""How arguments find their parameters, and what a call that does not fit is told: worded like Python's own."""

import functools
import inspect
import unittest

import calls_native as n


def mixed(a, /, b, c=3, *, d, e=5):
    return a, b, c, d, e


def three(a, b, c):
    return 100 * a + 10 * b + c


def positional(a, b, c, /):
    return three(a, b, c)


def keyword_only(*, a, b=2, c=3):
    return three(a, b, c)


def nothing():
    return 42


MODELS = (mixed, three, positional, keyword_only, nothing)
CALLS = [
    ((), {}),
    ((1,), {}),
    ((1, 2), {}),
    ((1, 2, 3), {}),
    ((1, 2, 3, 4), {}),
    ((1, 2, 3, 4, 5), {}),
    ((1, 2), {"d": 4}),
    ((1, 2, 9), {"d": 4, "e": 6}),
    ((1,), {"b": 2, "d": 4}),
    ((1,), {"e": 5, "d": 4, "c": 3, "b": 2}),
    ((1, 2), {"b": 3}),
    ((1, 2), {"c": 3}),
    ((1, 2, 3), {"c": 3, "d": 4}),
    ((), {"a": 1}),
    ((), {"a": 1, "b": 2}),
    ((), {"a": 1, "b": 2, "c": 3}),
    ((), {"c": 3, "b": 2, "a": 1}),
    ((1, 2), {"z": 9}),
    ((1, 2), {"d": 4, "\u20ac": 9}),
    ((), {"d": 1}),
    ((), {"b": 1}),
    ((1,), {"a": 1, "b": 2, "d": 3}),
]


def outcome(function, args, kwargs):
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        return str(error)


def faults(model, args, kwargs):
    """How many kinds of fault the call has: of several, Python may name another one first."""
    parameters = inspect.signature(model).parameters.values()
    positional_only = {p.name for p in parameters if p.kind is p.POSITIONAL_ONLY}
    too_many = len(args) > sum(p.kind is not p.KEYWORD_ONLY for p in parameters)
    unknown = kwargs.keys() - {p.name for p in parameters}
    # Python adds the keyword-only arguments to "too many"; see test_too_many.
    return bool(unknown) + bool(kwargs.keys() & positional_only) + too_many * (2 if kwargs else 1)


class LikePython(unittest.TestCase):
    def test_same_results_and_messages(self):
        for model in MODELS:
            native = getattr(n, model.__name__)
            for args, kwargs in CALLS:
                with self.subTest(model.__name__, args=args, kwargs=kwargs):
                    wanted = outcome(model, args, kwargs)
                    got = outcome(native, args, kwargs)
                    if isinstance(wanted, str):
                        wanted = "calls_native." + wanted
                    if faults(model, args, kwargs) > 1:
                        self.assertTrue(got.startswith(f"calls_native.{model.__name__}() "))
                    else:
                        self.assertEqual(got, wanted)

    def test_too_many(self):
        with self.assertRaises(TypeError) as caught:
            n.mixed(1, 2, 3, 4, d=5)
        self.assertRegex(
            str(caught.exception), r"^calls_native\.mixed\(\) takes from 2 to 3 positional arguments but 4 "
        )

    def test_missing(self):
        for call, text in (
            (lambda: n.three(), "missing 3 required positional arguments: 'a', 'b', and 'c'"),
            (lambda: n.three(1), "missing 2 required positional arguments: 'b' and 'c'"),
            (lambda: n.three(1, 2), "missing 1 required positional argument: 'c'"),
            (lambda: n.three(b=1), "missing 2 required positional arguments: 'a' and 'c'"),
            (lambda: n.keyword_only(), "missing 1 required keyword-only argument: 'a'"),
        ):
            with self.assertRaises(TypeError) as caught:
                call()
            self.assertIn(text, str(caught.exception))


class Defaults(unittest.TestCase):
    def test_defaults(self):
        self.assertEqual(n.defaults(), "1 2.500000 x, (y) = \"z\" None 1 True")
        self.assertEqual(n.defaults(e=(2, False), c=""), "1 2.500000  None 2 False")
        self.assertEqual(n.defaults(7, d=8), "7 2.500000 x, (y) = \"z\" 8 1 True")
        self.assertEqual(n.defaults(7, 1, "c", None, [0, False]), "7 1.000000 c None 0 False")

    def test_default_is_one_object(self):
        first = n.same_or_list()
        self.assertEqual(first, [])
        self.assertIs(n.same_or_list(), first)

    def test_wrong_type_by_keyword(self):
        with self.assertRaises(TypeError) as caught:
            n.defaults(b="x")
        self.assertEqual(str(caught.exception), "calls_native.defaults(): argument 'b' must be float, not str")


class Calling(unittest.TestCase):
    def test_first_wrong_argument_is_named(self):
        with self.assertRaises(TypeError) as caught:
            n.three(1, "two", "three")
        self.assertEqual(str(caught.exception), "calls_native.three(): argument 'b' must be int, not str")

    def test_names_that_are_not_interned(self):
        keyword = "".join(["a", "b"])[:1]
        self.assertEqual(n.three(**{keyword: 1, "b" + "": 2, str(b"c", "ascii"): 3}), 123)

        class Str(str):
            pass

        self.assertEqual(n.three(1, 2, **{Str("c"): 3}), 123)

    def test_names_that_are_no_strings(self):
        self.assertRaises(TypeError, lambda: n.three(1, 2, **{3: 3}))

    def test_partial(self):
        self.assertEqual(functools.partial(n.three, 1, c=3)(2), 123)

    def test_map_and_star(self):
        self.assertEqual(list(map(n.successor, range(3))), [1, 2, 3])
        self.assertEqual(n.three(*(1, 2, 3)), 123)

    def test_in_a_class(self):
        class Uses:
            function = n.successor  # a builtin is no method: it is not bound

        self.assertEqual(Uses().function(1), 2)

    def test_objects(self):
        for value in (None, object(), [], n.same):
            self.assertIs(n.same(value), value)
            self.assertIs(n.borrowed(value), value)
        self.assertRaisesRegex(RuntimeError, "the native function returned no object", n.no_object)
        self.assertEqual(n.text_by_reference(), "by reference")


if __name__ == "__main__":
    unittest.main()
