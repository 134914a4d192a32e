"""Very many calls of each kind leave memory and reference counts where they were.

POLYHOST_TEST_CALLS scales the number of calls of each kind (default 100000).
"""

import array
import copy
import gc
import os
import pickle
import sys
import unittest

import arrays_native as a
import buffers_native as b
import callbacks_native as cb
import calls_native as n
import containers_native as c
import records_native as r
import values_native as v
from exporters import Arrow, Tensor
from support import SANITIZER

CALLS = int(os.environ.get("POLYHOST_TEST_CALLS", "100000"))
ALLOWED_BLOCKS = 150  # the interpreter's caches; a leak has one a call, that is 200 and more
ALLOWED_BYTES = 3 << 20


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def failing(kind, call, *args, **kwargs):
    def f():
        try:
            call(*args, **kwargs)
        except kind:
            return
        raise AssertionError("no exception")

    return f


class Leaks(unittest.TestCase):
    def check(self, f, *arguments, share=1):
        """f() and the reference counts of `arguments`; `share` is the part of the calls that f gets."""
        calls = max(int(CALLS * share), 200)
        for _ in range(min(calls // 10, 2000)):  # warm up
            f()
        gc.collect()
        counts = [sys.getrefcount(argument) for argument in arguments]
        for attempt in range(3):  # a leak grows each time, a cache of the interpreter's once
            blocks, resident = sys.getallocatedblocks(), resident_bytes()
            for _ in range(calls):
                f()
            gc.collect()
            blocks, resident = sys.getallocatedblocks() - blocks, resident_bytes() - resident
            if blocks < ALLOWED_BLOCKS and resident < ALLOWED_BYTES:
                break
        self.assertLess(blocks, ALLOWED_BLOCKS)
        if not SANITIZER:  # a sanitizer keeps freed memory for a while
            self.assertLess(resident, ALLOWED_BYTES)
        for argument, count in zip(arguments, counts):
            self.assertAlmostEqual(sys.getrefcount(argument), count, delta=5)  # None and True have other users

    def test_success(self):
        big = 2**62 + 1
        self.check(lambda: n.successor(big), big)
        self.check(lambda: v.float64(1e300), n)
        self.check(lambda: v.boolean(True), True)
        self.check(lambda: n.nothing(), None)

    def test_objects(self):
        value = object()
        self.check(lambda: n.same(value), value)
        self.check(lambda: n.borrowed(value), value)
        self.check(lambda: n.same(value=value), value)
        self.check(n.same_or_list, n.same_or_list())

    def test_keywords_and_defaults(self):
        a, text = 2**62 + 3, "".join(["te", "xt"])
        self.check(lambda: n.mixed(a, d=a, b=a), a)
        self.check(n.defaults)
        self.check(lambda: n.defaults(c=text), text)

    def test_slow_numbers(self):
        class Index:
            def __index__(self):
                return 2**62

        index = Index()
        self.check(lambda: n.successor(index), index, share=0.5)
        self.check(lambda: v.float64(index), index, share=0.5)

    def test_wrong_arguments(self):
        value, keyword = object(), {"nobody": object()}
        for call in (
            failing(TypeError, n.successor, value),
            failing(TypeError, n.three, 1, 2, value),
            failing(TypeError, n.three, 1, 2),
            failing(TypeError, n.three, 1, 2, 3, value),
            failing(TypeError, n.three, 1, 2, 3, **keyword),
            failing(TypeError, n.three, 1, 2, b=value),
        ):
            self.check(call, value, keyword["nobody"], share=0.2)
        self.check(failing(OverflowError, v.int8, 1000), share=0.2)
        self.check(failing(UnicodeEncodeError, v.string, "\ud800"), share=0.2)

    def test_cpp_exceptions(self):
        kind = "".join(["runtime", "_error"])
        self.check(failing(RuntimeError, n.fail, kind), kind, share=0.2)
        self.check(failing(RuntimeError, n.fail_without_gil, kind), kind, share=0.2)
        self.check(failing(RuntimeError, n.fail, "int"), share=0.1)
        self.check(failing(FileNotFoundError, n.fail, "errno"), share=0.1)
        self.check(failing(MemoryError, n.fail, "bad_alloc"), share=0.1)
        self.check(failing(RuntimeError, n.no_object), share=0.1)

    def test_callbacks(self):
        def f(x):
            return x + 1

        value = object()
        self.check(lambda: cb.call(f, 1.5), f)
        self.check(lambda: cb.call_without_gil(f, 1.5), f, share=0.3)
        self.check(lambda: cb.call_text(str.upper, "abc\u20ac"), share=0.3)
        self.check(lambda: cb.call_object(id, value), value)
        self.check(lambda: cb.call_list(list, [1, 2, 3]), share=0.3)
        self.check(lambda: cb.call_on_thread(f, 1.0), f, share=0.02)
        self.check(lambda: cb.copy_on_thread(f, 10), f, share=0.02)
        self.check(lambda: cb.keep(f), f)

    def test_python_exceptions_through_callbacks(self):
        error = KeyError("one and the same")

        def same(x):
            raise error.with_traceback(None)

        def new(x):
            raise KeyError(x)

        for call in (cb.call, cb.call_without_gil):
            self.check(failing(KeyError, call, same, 1.0), error, same, share=0.1)
            self.check(failing(KeyError, call, new, 1.0), new, share=0.1)
        self.check(failing(KeyError, cb.call_on_thread, new, 1.0), new, share=0.02)
        self.check(failing(TypeError, cb.call, str, 1.0), share=0.1)
        self.check(failing(UnicodeDecodeError, cb.call_broken_text, len), share=0.1)
        self.check(lambda: n.describe_error(lambda: 1 / 0), share=0.1)
        self.check(failing(ZeroDivisionError, n.second_error, lambda: [][0], lambda: 1 / 0), share=0.1)

    def test_buffers(self):
        items, view = array.array("d", [1, 2, 3]), memoryview(bytearray(10))
        self.check(lambda: b.sum_float64(items), items)
        self.check(lambda: b.fill_float64(items, 1), items)
        self.check(lambda: b.sum_uint8(view), view)
        self.check(lambda: v.bytes_of(view), view)
        self.check(failing(TypeError, b.sum_int32, items), items, share=0.2)
        self.check(failing(TypeError, b.fill_float64, items, items), items, share=0.2)
        self.check(failing(TypeError, b.fill_uint8, b"", 1), share=0.2)
        items.append(1)

    def test_arrays(self):
        items, view = array.array("d", [1, 2, 3]), memoryview(bytearray(48)).cast("d", (2, 3))
        self.check(lambda: a.sum_float64(items), items)
        self.check(lambda: a.rows(view[::-1]), view, share=0.3)
        self.check(failing(TypeError, a.layout2, items), items, share=0.2)
        self.check(failing(TypeError, a.scale, view.toreadonly(), 1), view, share=0.2)
        self.check(failing(TypeError, a.sum_float64, a.odd_buffer(8, True)), share=0.2)
        for tensor in Tensor(items), Tensor(items, version=(1, 0)), Arrow(items):
            for _ in range(5000):  # ctypes and the garbage collector fill their caches
                a.sum_float64(tensor)
                failing(TypeError, a.sum_int32, tensor)()
            self.check(lambda: a.sum_float64(tensor), tensor, items, share=0.05)
            self.check(failing(TypeError, a.sum_int32, tensor), tensor, items, share=0.05)
        items.append(1)

    def test_array_results(self):
        items, table = a.range_float64(3), a.product_table(2, 3)
        self.check(lambda: a.range_float64(1000), type(items), share=0.3)
        self.check(lambda: a.range_float64(1000).__arrow_c_array__(), share=0.1)
        self.check(lambda: a.range_float64(1000).__dlpack__(), share=0.1)
        self.check(lambda: memoryview(a.range_float64(1000)).tolist(), share=0.02)
        self.check(lambda: (items[1], items.shape, items.nbytes, len(items), repr(items)), items, share=0.3)
        self.check(lambda: list(items), items, share=0.3)
        for export in (items.__dlpack__, items.__arrow_c_array__, lambda: items.__dlpack__(max_version=(1, 0))):
            self.check(export, items, share=0.5)  # nobody takes it
        self.check(lambda: a.range_float64(1000).__dlpack__(copy=True), share=0.1)
        self.check(failing(BufferError, table.__arrow_c_array__), table, share=0.2)
        self.check(failing(BufferError, items.__dlpack__, 1), items, share=0.2)

    def test_text(self):
        wide, long = "\u20ac" * 20, "x" * 5000
        self.check(lambda: v.string(wide), wide)
        self.check(lambda: v.string_view(long), long, share=0.3)
        self.check(lambda: v.string_view("\u20ac" * len(long)), share=0.1)
        self.check(failing(UnicodeDecodeError, v.broken_utf8), share=0.2)

    def test_containers(self):
        item, text = 2**62 + 5, "".join(["it", "em"])
        ints, texts, table, row = [item] * 10, [text] * 10, {text: item}, (item, text, 1.5)
        self.check(lambda: c.ints(ints), item, ints, share=0.3)
        self.check(lambda: c.ints(iter(ints)), item, share=0.3)
        self.check(lambda: c.texts(texts), text, texts, share=0.3)
        self.check(lambda: c.objects(texts), text, texts, share=0.3)
        self.check(lambda: c.words(texts), text, share=0.3)
        self.check(lambda: c.counts(table), text, item, table, share=0.3)
        self.check(lambda: c.nested({"a": [(1, 2.5), None]}), share=0.1)
        self.check(lambda: c.triple(row), text, item, row, share=0.3)
        self.check(lambda: c.maybe_ints(ints), item, ints, share=0.3)
        bad = [1, 2, object()]
        self.check(failing(TypeError, c.ints, bad), bad, bad[2], share=0.1)
        self.check(failing(TypeError, c.counts, {"a": bad[2]}), bad[2], share=0.1)
        self.check(failing(TypeError, c.triple, (item, text)), item, text, share=0.1)

    def test_enumerations(self):
        red, both = r.Color.red, r.Access.read | r.Access.write
        self.check(lambda: r.color(red), red)
        self.check(lambda: r.access(both), both)
        self.check(lambda: r.colors([red] * 5), red, share=0.3)
        self.check(failing(TypeError, r.color, both), both, share=0.2)
        self.check(failing(ValueError, r.color_of, 7), share=0.2)

    def test_records(self):
        class Mine(r.Point):
            pass

        point, mine, text, value = r.Point(1.5, 2.5), Mine(1), "".join(["te", "xt"]), object()
        shape = r.Shape(text, tags=[text])
        self.check(lambda: r.moved(point, 1), point, r.Point)
        self.check(lambda: r.norm(mine), mine, Mine)
        self.check(lambda: Mine(1), Mine)
        self.check(lambda: r.Point(x=1, y=2), share=0.3)
        self.check(lambda: r.Holder(value), value, r.Holder)
        self.check(lambda: r.holder(r.Holder(value)), value)
        self.check(lambda: r.sum([point] * 3), point, share=0.3)
        self.check(lambda: r.shape(shape), text, shape, share=0.3)
        self.check(lambda: setattr(shape, "tags", [text]), text, shape, share=0.3)
        self.check(lambda: (repr(point), point == r.Point(1), point != point), point, share=0.1)
        self.check(lambda: copy.copy(shape), shape, share=0.05)
        self.check(lambda: pickle.loads(pickle.dumps(shape)), shape, share=0.3)

        def cycle():
            holder = r.Holder(None)
            holder.value = [holder, value]

        self.check(cycle, value, share=0.3)
        self.check(lambda: r.apply(lambda p: p, point), point, share=0.2)
        self.check(failing(TypeError, r.norm, text), text, share=0.2)
        self.check(failing(TypeError, r.Point, text), text, share=0.2)
        self.check(failing(TypeError, r.Point, 1, z=text), text, share=0.2)
        self.check(failing(TypeError, setattr, point, "x", text), text, point, share=0.2)
        shape.tags.append(value)
        self.check(failing(TypeError, r.shape, shape), value, shape, share=0.2)
        self.check(failing(AttributeError, r.norm, r.Point.__new__(r.Point)), share=0.2)

    def test_signatures(self):
        import inspect

        for _ in range(500):  # CPython 3.13's caches are filled only then
            inspect.signature(n.mixed)
        self.check(lambda: inspect.signature(n.mixed), n.mixed, share=0.003)


if __name__ == "__main__":
    unittest.main()
