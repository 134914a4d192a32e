"""f.batch: what it takes, what it gives, what it refuses, and that it calls f for every item."""

import array
import inspect
import itertools
import pickle
import random
import time
import unittest

import batch_native as b
import polyhost
from support import SANITIZER, run

try:
    if SANITIZER:  # numpy leaves memory behind, which the leak checker would report
        raise ImportError
    import numpy as np
except ImportError:
    np = None

array_of = array.array


class Case(unittest.TestCase):
    def refusal(self, kind, f, *arguments, **keywords):
        with self.assertRaises(kind) as caught:
            f(*arguments, **keywords)
        return str(caught.exception)


class Arguments(Case):
    def test_lists_tuples_and_iterables(self):
        for make in (list, tuple, iter, lambda i: (x for x in i), set):
            result = b.float64.batch(make([1.5, 2.5, -3.0]))
            self.assertIs(type(result), array.array)
            self.assertEqual((sorted(result), result.typecode), ([-6.0, 3.0, 5.0], "d"))
        self.assertEqual(b.int64.batch(range(5)), array_of("q", [0, 2, 4, 6, 8]))
        self.assertEqual(b.float64.batch([]), array_of("d"))

    def test_every_type(self):
        codes = {"int8": "b", "uint16": "H", "int32": "i", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d"}
        for name, code in codes.items():
            f = getattr(b, name).batch
            given = array_of(code, [0, 1, 2, 60])
            for items in given, list(given), memoryview(given), bytes(given) if code == "B" else given:
                result = f(items)
                self.assertEqual((list(result), result.typecode), ([0, 2, 4, 120], code), name)

    def test_items_of_another_type_are_converted(self):
        self.assertEqual(list(b.float64.batch(array_of("i", [1, 2]))), [2.0, 4.0])
        self.assertEqual(list(b.int64.batch(b"\x01\xff")), [2, 510])
        self.assertEqual(list(b.int32.batch(array_of("q", [1, -2]))), [2, -4])
        self.assertIn("int8", self.refusal(OverflowError, b.int8.batch, array_of("q", [1, 128])))
        self.assertIn("item 0 is float", self.refusal(TypeError, b.int64.batch, array_of("d", [1, 2])))

    def test_numbers_stand_for_every_item(self):
        self.assertEqual(list(b.three.batch([1, 2], 5, c=7)), [157, 257])
        self.assertEqual(list(b.three.batch(1, [5, 6])), [153, 163])
        self.assertEqual(list(b.three.batch(1, 2, c=[5, 6])), [125, 126])
        self.assertEqual(list(b.three.batch([1, 2], [3, 4], c=[5, 6])), [135, 246])
        self.assertEqual(list(b.three.batch([1, 2], 3, c=[5, 6])), [135, 236])
        self.assertEqual(list(b.four.batch([1, 2], 3, [True, False])), [4.75, 5.25])

    def test_numbers_alone_give_a_number(self):
        self.assertEqual(b.three.batch(1, 2, c=3), 123.0)
        self.assertIs(b.positive.batch(1), True)
        self.assertEqual(b.int64.batch(2**62 - 1), 2**63 - 2)

    def test_slices_and_many_dimensions(self):
        numbers = memoryview(array_of("d", range(6)))
        self.assertEqual(list(b.float64.batch(numbers[::2])), [0, 4, 8])
        self.assertEqual(list(b.float64.batch(numbers[::-1])), [10, 8, 6, 4, 2, 0])
        grid = numbers.cast("B").cast("d", [2, 3])
        self.assertEqual(list(b.float64.batch(grid)), [0, 2, 4, 6, 8, 10])

    def test_bools(self):
        self.assertEqual(b.positive.batch([1, -1, 0]), [True, False, False])
        self.assertEqual(b.negated.batch([True, False]), [False, True])
        view = memoryview(bytearray([1, 0, 1])).cast("B").cast("?")
        self.assertEqual(b.negated.batch(view), [False, True, False])
        self.assertIn("item 0 is int", self.refusal(TypeError, b.negated.batch, b"\2"))

    def test_signature_and_docs(self):
        self.assertEqual(
            str(inspect.signature(b.three.batch)),
            "(a: float | Iterable[float], b: float | Iterable[float] = 2.0, *, c: float | Iterable[float] = 3.0,"
            " out: Buffer | None = None, threads: int = 1) -> float | Sequence[float]",
        )
        self.assertIn("in one call", b.three.batch.__doc__)
        self.assertEqual(b.three.batch.__name__, "three.batch")
        self.assertIs(b.three.batch, b.three.batch)
        self.assertIs(pickle.loads(pickle.dumps(b.three.batch)), b.three.batch)

    def test_who_has_none(self):
        for f in (b.without, b.of_text, b.gives_nothing, b.taken, b.without_arguments):
            self.assertFalse(hasattr(f, "batch"), f)
        self.assertIn("batch_native.without() has no batch", self.refusal(AttributeError, lambda: b.without.batch))
        self.assertIn("named 'out'", self.refusal(AttributeError, lambda: b.taken.batch))
        self.assertFalse(hasattr(len, "batch"))
        self.assertFalse(hasattr(type(len), "batch"))
        self.assertEqual(list(b.by_reference.batch([1.0])), [2.0])


class Refusals(Case):
    def test_lengths(self):
        self.assertEqual(
            self.refusal(ValueError, b.three.batch, [1, 2], 0, c=[1, 2, 3]),
            "batch_native.three.batch(): arguments 'a' and 'c' differ in length",
        )

    def test_types(self):
        for wrong in "12", None, {"a": 1}, object(), 1j:
            self.assertIn("argument 'x' must be float", self.refusal(TypeError, b.float64.batch, wrong))
        self.assertIn("item 2 is str", self.refusal(TypeError, b.float64.batch, [1, 2.0, "3"]))
        self.assertIn("missing 1 required", self.refusal(TypeError, b.float64.batch))
        self.assertIn("unexpected keyword", self.refusal(TypeError, b.float64.batch, [1], y=2))

    def test_out(self):
        out = array_of("d", [0, 0])
        self.assertIs(b.float64.batch([1, 2], out=out), out)
        self.assertEqual(list(out), [2, 4])
        for wrong in [1, 2], array_of("f", [0, 0]), b"12345678" * 2, memoryview(array_of("d", [0] * 4))[::2], 5:
            message = self.refusal(TypeError, b.float64.batch, [1, 2], out=wrong)
            self.assertIn("'out' must be a writable, C-contiguous buffer of float64 items", message)
        self.assertIn("'out' has 3 items, the others have 2", self.refusal(ValueError, b.float64.batch, [1, 2], out=array_of("d", [0] * 3)))

    def test_threads(self):
        self.assertIn("'threads'", self.refusal(OverflowError, b.float64.batch, [1], threads=-1))
        self.assertIn("'threads' must be int", self.refusal(TypeError, b.float64.batch, [1], threads=1.5))

    def test_exceptions_of_an_item(self):
        items = [4.0] * 20_000 + [-7.0] + [9.0] * 20_000
        for threads in 1, 2, 4:
            self.assertEqual(self.refusal(ValueError, b.root.batch, items, threads=threads), "the root of -7")
        row = polyhost.boundary.snapshot()["batch_native.root.batch"]
        self.assertEqual((row.calls, row.errors), (3, 3))


class Loops(Case):
    def test_every_mixture_is_what_single_calls_give(self):
        random.seed(7)
        for size in 0, 1, 2, 7, 1000:
            columns = [array_of("d", [random.uniform(-9, 9) for _ in range(size)]) for _ in range(3)]
            for kinds in itertools.product(("array", "number", "slice"), repeat=3):
                given = []
                for kind, column in zip(kinds, columns):
                    doubled = array_of("d", [x for x in column for _ in range(2)])
                    given.append({"array": column, "number": 2.5, "slice": memoryview(doubled)[::2]}[kind])
                if set(kinds) == {"number"}:
                    continue
                items = [[2.5] * size if kind == "number" else list(column) for kind, column in zip(kinds, columns)]
                expected = [b.three(x, y, c=z) for x, y, z in zip(*items)]
                self.assertEqual(list(b.three.batch(given[0], given[1], c=given[2])), expected, (size, kinds))

    def test_in_place_and_overlapping(self):
        numbers = array_of("d", range(1000))
        b.float64.batch(numbers, out=numbers)
        self.assertEqual(list(numbers), [2.0 * i for i in range(1000)])
        for shift in 1, 2, 500:
            numbers = array_of("d", range(2000))
            view = memoryview(numbers)
            b.float64.batch(view[:1000], out=view[shift : shift + 1000])
            self.assertEqual(list(numbers[shift : shift + 1000]), [2.0 * i for i in range(1000)])
            numbers = array_of("d", range(2000))
            view = memoryview(numbers)
            b.float64.batch(view[shift : shift + 1000], out=view[:1000])
            self.assertEqual(list(numbers[:1000]), [2.0 * (i + shift) for i in range(1000)])
        numbers = array_of("d", range(1000))
        b.float64.batch(memoryview(numbers)[::-1], out=numbers)
        self.assertEqual(list(numbers), [2.0 * i for i in range(999, -1, -1)])

    def test_threads(self):
        items = array_of("q", range(100_000))
        for threads in 0, 1, 2, 3, 64:
            self.assertEqual(b.int64.batch(items, threads=threads), array_of("q", range(0, 200_000, 2)))
        self.assertEqual(len(set(b.id_of_thread.batch(items))), 1)
        self.assertEqual(len(set(b.id_of_thread.batch(items, threads=3))), 3)

    def test_without_the_gil(self):
        self.assertIs(b.holds_gil(1), True)
        self.assertEqual(b.holds_gil.batch([1, 2]), [False, False])

    def test_the_module_goes_when_it_is_no_longer_needed(self):
        code = """
import gc, sys, weakref
import batch_native as b
class Thing: pass
b.thing = Thing(); seen = weakref.ref(b.thing)
b.float64.batch([1]); b.float64.batch
del sys.modules["batch_native"], b
gc.collect()
print(seen())
"""
        self.assertEqual(run("-c", code).stdout, "None\n")

    def test_bytes_that_change_meanwhile(self):
        flags = bytearray([1, 0, 1])

        class Later:
            def __iter__(self):
                flags[1] = 7
                return iter([1.0, 1.0, 1.0])

        self.assertEqual(list(b.four.batch(Later(), 0, memoryview(flags).cast("?"))), [1.75, 1.75, 1.75])
        self.assertEqual(list(b.four.batch(1, 0, memoryview(flags).cast("?"))), [1.75, 1.75, 1.75])

    def test_one_crossing(self):
        polyhost.boundary.reset()
        b.float64.batch(range(1000))
        self.assertEqual([(row.name, row.calls) for row in polyhost.boundary.snapshot()], [("batch_native.float64.batch", 1)])
        polyhost.boundary.timing("off")
        b.float64.batch(range(1000))
        self.assertRaises(TypeError, b.float64.batch, "1")
        polyhost.boundary.timing("exact")
        self.assertEqual(polyhost.boundary.snapshot()["batch_native.float64.batch"].calls, 1)

    def test_ctrl_c(self):
        code = """
import os, signal, threading, batch_native as b
try:
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    b.slow.batch([1, 2, 3])
except KeyboardInterrupt: print("caught")
"""
        self.assertEqual(run("-c", code).stdout, "caught\n")

    @unittest.skipIf(SANITIZER, "compares times, which a sanitizer's own work distorts")
    def test_it_pays(self):
        items = array_of("d", range(200_000))
        singly, together = [], []
        for _ in range(7):
            f, start = b.float64, time.perf_counter()
            for item in items:
                f(item)
            between = time.perf_counter()
            b.float64.batch(items)
            singly.append(between - start)
            together.append(time.perf_counter() - between)
        # The quickest of each: beside other processes a batch, shorter than their slices of time, is now and then cut in two.
        self.assertGreater(min(singly) / min(together), 20, (singly, together))


@unittest.skipIf(np is None, "without numpy, or under a sanitizer")
class Numpy(Case):
    def test_like_for_like(self):
        grid = np.arange(6.0).reshape(2, 3)
        for given in grid, grid.T, grid[:, ::2], np.asfortranarray(grid):
            result = b.float64.batch(given)
            self.assertIs(type(result), np.ndarray)
            np.testing.assert_array_equal(result, given * 2)
        result = b.three.batch([1, 2], np.array([3.0, 4.0]))
        self.assertIs(type(result), np.ndarray)
        np.testing.assert_array_equal(result, [133, 243])
        result = b.positive.batch(np.array([1.0, -1.0]))
        self.assertEqual((result.dtype, list(result)), (np.bool_, [True, False]))
        np.testing.assert_array_equal(b.negated.batch(np.array([True, False])), [False, True])

    def test_subclasses(self):
        class Mine(np.ndarray):
            pass

        given = np.arange(6.0).reshape(2, 3).view(Mine)
        np.testing.assert_array_equal(b.float64.batch(given), given * 2)
        self.assertIn("mask", self.refusal(TypeError, b.float64.batch, np.ma.masked_array([1.0, 2.0], [True, False])))

    def test_bools_in_any_order(self):
        given = np.array([[True, False, True], [False, False, True]])
        for turned in given.T, given[:, ::2], given[::-1], given[0, ::-1]:
            np.testing.assert_array_equal(b.negated.batch(turned), ~turned)

    def test_numpys_numbers(self):
        self.assertEqual(b.float64.batch(np.float64(1.5)), 3.0)
        self.assertEqual(list(b.three.batch([1.0], np.int64(4))), [143])
        self.assertEqual(b.float64.batch(np.array(1.5)), 3.0)

    def test_other_types(self):
        np.testing.assert_array_equal(b.float64.batch(np.arange(3)), [0.0, 2.0, 4.0])
        self.assertIn("another type", self.refusal(TypeError, b.float64.batch, np.arange(4).reshape(2, 2)))

    def test_shapes(self):
        message = self.refusal(ValueError, b.three.batch, np.zeros((2, 3)), np.zeros((3, 2)))
        self.assertIn("'a' and 'b' differ in shape", message)

    def test_out(self):
        out = np.empty((2, 2))
        self.assertIs(b.float64.batch(np.ones((2, 2)), out=out), out)
        self.assertTrue((out == 2).all())


if __name__ == "__main__":
    unittest.main()
