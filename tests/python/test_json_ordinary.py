"""Parsed objects are ordinary ones: as the standard library's, whichever way they are made."""

import copy
import gc
import itertools
import json
import pickle
import random
import sys
import tracemalloc
import unittest

from json_documents import DOCUMENTS, native, without_direct
from json_support import JsonCase, dumps, loads


class Thing:
    pass


class Ordinary(JsonCase):
    """Parsed objects are like others."""

    def both(self):
        """(how they were made, pairs of what loads makes and what the standard library does)."""
        yield "direct", lambda text: (loads(text), json.loads(text))
        if native is not None:
            yield "API", lambda text: (without_direct(lambda: loads(text)), json.loads(text))

    def test_the_same_in_both_ways(self):
        for document in DOCUMENTS:
            for _ in range(3):  # the shapes are new, then known
                for how, make in self.both():
                    value, expected = make(document)
                    self.assertEqual(repr(value), repr(expected), how)
                    self.assertEqual(dumps(value), dumps(expected))
                    self.assertEqual(json.dumps(value), json.dumps(expected))

    def test_tracking(self):
        def compare(value, expected):
            if isinstance(expected, (list, dict)):
                self.assertEqual(gc.is_tracked(value), gc.is_tracked(expected), repr(expected)[:100])
                for one, other in zip(*(v.values() if isinstance(v, dict) else v for v in (value, expected))):
                    compare(one, other)

        for document in DOCUMENTS * 3:
            for _, make in self.both():
                compare(*make(document))
        gc.collect()

    def test_cycles_through_them_are_collected(self):
        for document, place in (('[{"a":1}]', lambda v: v[0]), ('{"a":1}', lambda v: v), ('{"a":{"b":1}}', lambda v: v["a"]), ("[[]]", lambda v: v[0])):
            for _ in range(3):
                value, thing = loads(document), Thing()
                where = place(value)
                where.append(thing) if isinstance(where, list) else where.update(new=thing)
                thing.back = value
                number = id(thing)
                del value, where, thing
                gc.collect()
                self.assertFalse(any(type(one) is Thing and id(one) == number for one in gc.get_objects()), document)

    def test_cycles_of_others_are_collected_meanwhile(self):
        document = json.dumps([[i, {"a": [i]}] for i in range(100)])
        gc.collect()
        for _ in range(5000):
            thing = Thing()
            thing.back = thing
            loads(document)
        self.assertLess(sum(type(one) is Thing for one in gc.get_objects()), 4000)

    def test_sizes(self):
        for document in DOCUMENTS * 2:
            for _, make in self.both():
                value, expected = make(document)
                self.assertLessEqual(sys.getsizeof(value), sys.getsizeof(expected), document[:100])
        for count in itertools.chain(range(1, 200), (341, 342, 682, 683, 1366, 5461, 50000)):
            text = json.dumps({f"key {i}": i for i in range(count)})
            for _, make in self.both():
                self.assertLessEqual(*map(sys.getsizeof, make(text)), count)

    def test_copies(self):
        for document in DOCUMENTS:
            value, expected = loads(document), json.loads(document)
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                self.assertEqual(pickle.loads(pickle.dumps(value, protocol)), expected)
            for made in (copy.copy(value), copy.deepcopy(value), eval(repr(value))):
                self.assertEqual(repr(made), repr(expected))
            if isinstance(value, dict):
                self.assertEqual([dict(value), value.copy(), {**value}, value | {}, dict.fromkeys(value)], [expected] * 4 + [dict.fromkeys(expected)])

    def test_random_changes(self):
        rng = random.Random(1)
        keys = [f"k{i}" for i in range(40)] + ["", "x", "\u20ac"] + list(range(5)) + [(1, 2), None, 1.5]
        steps = [
            lambda d, k: d.__setitem__(k, k), lambda d, k: d.pop(k, 7), lambda d, k: d.setdefault(k, 5), lambda d, k: d.update({k: 1, 3: 4}), lambda d, k: d.update({k: 1, "zz": 4}),
            lambda d, k: d.popitem() if d else None, lambda d, k: d.__ior__({k: 2}), lambda d, k: d.get(k), lambda d, k: k in d, lambda d, k: list(reversed(d.items())),
            lambda d, k: d.clear() if rng.random() < 0.05 else None, lambda d, k: [d.update({f"more {i}": i}) for i in range(rng.choice([0, 0, 10, 3000]))][:0], lambda d, k: d | {k: 1} == d,
        ]  # fmt: skip
        for round_ in range(10 if tracemalloc.is_tracing() else 150):  # which makes it twenty times as slow
            text = json.dumps({f"k{i}": [i] if rng.random() < 0.3 else i for i in rng.sample(range(40), rng.choice([0, 1, 2, 5, 6, 10, 11, 21, 22, 40]))})
            for how, make in self.both():
                value, expected = make(text)
                for _ in range(30):
                    step, key, state = rng.choice(steps), rng.choice(keys), rng.getstate()
                    first = step(value, key)
                    rng.setstate(state)
                    self.assertEqual(repr(first), repr(step(expected, key)), (how, text))
                    self.assertEqual(list(value.items()), list(expected.items()), (how, text))
                self.assertEqual(loads(text), json.loads(text))  # the shape is as it was

    def test_as_namespaces(self):
        code = compile("def f(n):\n    return a + n\ntotal = sum(f(i) for i in range(100))\nb = 5\ndel c\na = 2\ntotal += f(1)\n", "code", "exec")
        for _ in range(3):
            for _, make in self.both():
                for space in make('{"a": 1, "c": 3}'):
                    exec(code, space)
                    self.assertEqual((space["total"], space["b"], "c" in space, list(space)[:3]), (5053, 5, False, ["a", "__builtins__", "f"]))
                for space in make('{"a": 1, "b": [2], "method": null}'):
                    self.assertEqual((lambda a, **more: (a, more))(**space), (1, {"b": [2], "method": None}))
                    made = type("Made", (), space)
                    self.assertEqual([(made.a, made.b, made().method) for _ in range(100)], [(1, [2], None)] * 100)
                    thing = Thing()
                    thing.__dict__ = space
                    for number in range(100):
                        self.assertEqual((thing.a, thing.b), (1 if number <= 50 else number - 1, [2]))
                        if number >= 50:
                            thing.a = number
                    thing.new = 6
                    self.assertEqual((space["new"], thing.new, list(vars(thing))), (6, 6, ["a", "b", "method", "new"]))
                    with self.assertRaises(TypeError):
                        (lambda a: a)(**space)

    def test_lists_change(self):
        for document in ("[]", "[1]", "[[]]", json.dumps(list(range(100)))):
            value, expected = loads(document), json.loads(document)
            for one in (value, expected):
                one.append(5)
                one.extend(range(2000))
                one[3:90] = []
                one.sort(key=str)
                one.insert(0, [one[0]])
                one.pop()
            self.assertEqual(value, expected)


if __name__ == "__main__":
    unittest.main()
