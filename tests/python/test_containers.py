"""Containers both ways: what is taken, what is refused, and containers that change while they are read."""

import array
import types
import sysconfig
import unittest
from collections import OrderedDict, UserDict, deque

import containers_native as c


COPIED = unittest.skipIf(sysconfig.get_config_var("Py_GIL_DISABLED"), "free-threaded: a list is copied before its items are converted")


class Index:
    """An int that does something when it is read."""

    def __init__(self, value, action):
        self.value, self.action = value, action

    def __index__(self):
        self.action()
        return self.value


class Float(Index):
    def __float__(self):
        return float(self.__index__())


def refusal(case, f, value, kind=TypeError):
    with case.assertRaises(kind) as caught:
        f(value)
    return str(caught.exception)


class Sequences(unittest.TestCase):
    def test_iterables(self):
        for make in (list, tuple, iter, deque, set, lambda i: (x for x in i), lambda i: dict.fromkeys(i).keys()):
            self.assertEqual(c.ints(make([1, 2, 3])), [1, 2, 3])
        self.assertEqual(c.ints(range(1000)), list(range(1000)))
        self.assertEqual(c.ints(array.array("i", [1, 2])), [1, 2])
        self.assertEqual(c.ints([]), [])

    def test_each_kind(self):
        for f, value in (
            (c.ints, [1, -(2**63), 2**63 - 1]),
            (c.small_ints, [-128, 127]),
            (c.floats, [1.5, float("inf")]),
            (c.bools, [True, False, True]),
            (c.texts, ["", "a\0b", "\u20ac", "\U0001f600"]),
            (c.linked, [1, 2]),
            (c.queue, [1.0, 2.0]),
            (c.rows, [[1, 2], [], [3]]),
        ):
            result = f(value)
            self.assertEqual(result, value)
            self.assertIs(type(result), list)
            self.assertEqual([type(item) for item in result], [type(item) for item in value])

    def test_items_of_both_kinds(self):
        # Those of the exact type are read at once, up to the first that is not.
        mixed = [1.0] * 10 + [2, True, Float(3, lambda: None)] + [4.0] * 10
        self.assertEqual(c.floats(mixed), [1.0] * 10 + [2.0, 1.0, 3.0] + [4.0] * 10)
        self.assertEqual(c.ints([1, 2**40, 2**62, True, -(2**63)]), [1, 2**40, 2**62, 1, -(2**63)])
        self.assertIn("item 2", refusal(self, c.floats, [1.0, 2.0, "3", 4.0]))
        self.assertIn("item 1", refusal(self, c.small_ints, [1, 128], OverflowError))

    def test_in_place(self):
        for make in (list, tuple, iter, deque):
            self.assertEqual(c.sum_in_place(make([1.5, 2, 3])), 6.5)
        for strange in True, Float(3, lambda: None), 2**60, "3":
            self.assertIn("item 1 is " + type(strange).__name__, refusal(self, c.sum_in_place, [1.0, strange]))
        self.assertEqual(c.sum_in_place([]), 0)
        self.assertEqual(c.twice(["a", "\u20ac"]), ["a", "\u20ac"] * 2)
        self.assertEqual(
            refusal(self, c.sum_in_place, [1.0, "2"]),
            "containers_native.sum_in_place(): argument 'items' must be list[float], but item 1 is str",
        )
        self.assertEqual(
            refusal(self, c.sum_in_place, "12"),
            "containers_native.sum_in_place(): argument 'items' must be list[float], not str",
        )
        self.assertIn("no such item", refusal(self, c.beyond, [1], IndexError))
        self.assertIn("list[float]", c.sum_in_place.__signature__.__str__())

    @COPIED
    def test_in_place_while_the_list_changes(self):
        items = [object() for _ in range(5)]
        self.assertEqual(c.count_while(items, items.clear), 1)
        items = [object() for _ in range(6)]
        self.assertEqual(c.count_while(items, items.pop), 3)
        items = [0]
        self.assertEqual(c.count_while(items, lambda: items.append(0) if len(items) < 50 else None), 50)

    def test_objects_are_the_same(self):
        items = [object(), [], None, "text"]
        for given, got in zip(items, c.objects(items)):
            self.assertIs(got, given)

    def test_old_protocol(self):
        class Old:
            def __getitem__(self, index):
                if index > 2:
                    raise IndexError
                return index * 10

        self.assertEqual(c.ints(Old()), [0, 10, 20])

    def test_no_sequences(self):
        for value in ("123", b"123", bytearray(b"123"), {1: 2}, 1, None, object()):
            message = refusal(self, c.ints, value)
            wanted = f"containers_native.ints(): argument 'items' must be list[int], not {type(value).__name__}"
            self.assertEqual(message, wanted)
        self.assertRaises(TypeError, c.texts, "text")

    def test_wrong_item(self):
        self.assertEqual(
            refusal(self, c.ints, [1, 2, "3"]),
            "containers_native.ints(): argument 'items' must be list[int], but item 2 is str",
        )
        self.assertEqual(
            refusal(self, c.small_ints, (0, 300), OverflowError),
            "containers_native.small_ints(): argument 'items': item 1 is out of range for int8 (-128 to 127)",
        )
        self.assertIn("but item 1 is int", refusal(self, c.bools, [True, 1]))
        self.assertIn("must be list[list[int]], but item 1 is ", refusal(self, c.rows, [[1], [2, None]]))
        self.assertRaises(UnicodeEncodeError, c.texts, ["a", "\ud800"])

    def test_error_of_the_iterable(self):
        def broken():
            yield 1
            raise KeyError("mine")

        self.assertRaisesRegex(KeyError, "mine", c.ints, broken())


@COPIED
class ChangedMeanwhile(unittest.TestCase):
    def test_shrinks(self):
        for f, kind in ((c.ints, Index), (c.floats, Float)):
            items = []
            items += [kind(1, items.clear), 2, 3]
            self.assertEqual(f(items), [1])
            self.assertEqual(items, [])

    def test_grows(self):
        items = []

        def grow():
            if len(items) < 1000:
                items.extend([5] * 100)

        items += [Index(1, grow), Index(2, grow)]
        self.assertEqual(c.ints(items), [1, 2] + [5] * 200)

    def test_item_replaced(self):
        items = []

        def replace():
            items[0] = items[1] = 9

        items += [Index(1, replace), 2]
        self.assertEqual(c.ints(items), [1, 9])

    def test_tuple_from_a_shrinking_list(self):
        for f, items in ((c.vector3, []), (c.triple, [])):
            first = Float if f is c.vector3 else Index
            items += [first(1, items.clear), "b", 3]
            self.assertIn("it has another number of items", refusal(self, f, items))

    def test_dict_changes(self):
        table = {}
        table.update(a=Index(1, table.clear), b=2)
        self.assertEqual(c.counts(table), {"a": 1, "b": 2})
        self.assertEqual(table, {})

    def test_outer_list_changes(self):
        outer = []
        outer += [[Index(1, outer.clear), 2], [3]]
        self.assertEqual(c.rows(outer), [[1, 2]])


class Sets(unittest.TestCase):
    def test_sets(self):
        for make in (set, frozenset, list, iter):
            result = c.ordered(make([3, 1, 2, 3]))
            self.assertEqual(result, {1, 2, 3})
            self.assertIs(type(result), set)
        self.assertEqual(c.words({"a", "\u20ac"}), {"a", "\u20ac"})
        self.assertEqual(c.words(set()), set())

    def test_refused(self):
        message = refusal(self, c.words, "text")
        self.assertEqual(message, "containers_native.words(): argument 'items' must be set[str], not str")
        self.assertIn("but item 0 is str", refusal(self, c.ordered, {"a"}))


class Dicts(unittest.TestCase):
    def test_mappings(self):
        class Dict(dict):
            pass

        table = {"a": 1, "b": 2}
        for make in (dict, Dict, OrderedDict, UserDict, types.MappingProxyType):
            result = c.counts(make(table))
            self.assertEqual(result, table)
            self.assertIs(type(result), dict)
        self.assertEqual(c.names({2: "two", -1: ""}), {2: "two", -1: ""})
        self.assertEqual(c.counts({}), {})

    def test_subclass_with_items_of_its_own(self):
        class Dict(dict):
            def items(self):
                return [("mine", 1)]

        self.assertEqual(c.counts(Dict(a=2)), {"mine": 1})

    def test_refused(self):
        for value in ([("a", 1)], "text", 1, None):
            message = refusal(self, c.counts, value)
            wanted = f"containers_native.counts(): argument 'table' must be dict[str, int], not {type(value).__name__}"
            self.assertEqual(message, wanted)

    def test_wrong_item(self):
        self.assertIn("must be dict[str, int], but item 1 is ", refusal(self, c.counts, {"a": 1, "b": "2"}))
        self.assertIn("must be dict[str, int], but item 0 is ", refusal(self, c.counts, {1: 1}))
        self.assertRaises(OverflowError, c.counts, {"a": 2**63})

    def test_items_that_raise(self):
        class Dict(dict):
            def items(self):
                raise KeyError("mine")

        self.assertRaisesRegex(KeyError, "mine", c.counts, Dict(a=1))


class Tuples(unittest.TestCase):
    def test_tuples(self):
        self.assertEqual(c.triple((1, "b", 2.5)), (1, "b", 2.5))
        self.assertEqual(c.triple([1, "b", 2]), (1, "b", 2.0))
        self.assertEqual(c.pair(("a", 1)), ("a", 1))
        self.assertEqual(c.vector3([1, 2, 3]), (1.0, 2.0, 3.0))
        self.assertIs(type(c.vector3([1, 2, 3])), tuple)

    def test_wrong_length(self):
        for value in ((), (1,), (1, "b"), (1, "b", 2.5, 4)):
            self.assertEqual(
                refusal(self, c.triple, value),
                "containers_native.triple(): argument 'items' must be tuple[int, str, float], not tuple: "
                "it has another number of items",
            )

    def test_refused(self):
        for value in ("abc", {1, 2, 3}, 1, None, iter([1, 2, 3])):
            self.assertIn(f"must be tuple[float, float, float], not {type(value).__name__}", refusal(self, c.vector3, value))
        self.assertIn("but item 1 is int", refusal(self, c.triple, (1, 2, 3)))


class Optionals(unittest.TestCase):
    def test_optional(self):
        for f, value in ((c.maybe, 1), (c.maybe_text, "a"), (c.maybe_text, ""), (c.maybe_ints, []), (c.maybe_ints, [1])):
            self.assertEqual(f(value), value)
            self.assertIsNone(f(None))
            self.assertIsNone(f())

    def test_refused(self):
        self.assertEqual(
            refusal(self, c.maybe, "1"), "containers_native.maybe(): argument 'value' must be int | None, not str"
        )
        self.assertRaises(OverflowError, c.maybe, 2**63)


class Nested(unittest.TestCase):
    def test_both_ways(self):
        table = {"a": [(1, 2.5), None], "": [], "z": [None] * 3}
        self.assertEqual(c.nested(table), table)

    def test_names_its_type(self):
        self.assertIn("must be dict[str, list[tuple[int, float] | None]]", refusal(self, c.nested, {"a": [(1,)]}))

    def test_deeply_recursive_list(self):
        items = []
        items.append(items)
        self.assertRaises(TypeError, c.rows, items)


if __name__ == "__main__":
    unittest.main()
