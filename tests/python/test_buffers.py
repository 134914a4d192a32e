"""Typed buffers in place: every exporter, every format against every item type, and the buffer's release."""

import array
import ctypes
import gc
import sys
import unittest

import buffers_native as b
from support import optional

numpy = optional("numpy")

INTS = {f"{'u' * unsigned}int{8 * size}" for unsigned in (0, 1) for size in (1, 2, 4, 8)}
TYPES = sorted(INTS | {"float32", "float64", "bool"})


def type_of(code, size):
    """The item type that a typecode of that size stands for."""
    if code in "fd":
        return f"float{8 * size}"
    return "bool" if code == "?" else f"{'u' * code.isupper()}int{8 * size}"


def sum_of(name):
    return getattr(b, "sum_" + name)


def fill_of(name):
    return getattr(b, "fill_" + name)


def value_of(name):
    return {"float": 2.5, "bool": True}.get(name.rstrip("0123456789"), 7)


class Matrix(unittest.TestCase):
    def check(self, items, given, whole, shape=""):
        """`items` of type `given`, written in Python as whole(value), goes to functions of that type only."""
        for name in TYPES:
            with self.subTest(given=given, function=name, exporter=type(items).__name__, shape=shape):
                value = value_of(name)
                if name == given:
                    fill_of(name)(items, value)
                    self.assertEqual(sum_of(name)(items), value * memoryview(items).nbytes / memoryview(items).itemsize)
                    self.assertEqual(whole(items), value)
                    continue
                for call in (lambda: sum_of(name)(items), lambda: fill_of(name)(items, value)):
                    with self.assertRaises(TypeError) as caught:
                        call()
                    self.assertRegex(
                        str(caught.exception),
                        rf"^buffers_native\.(sum|fill)_{name}\(\): argument 'items' must be Buffer\[{name}\], "
                        rf"not (array\.)?{type(items).__name__}: its items are of another type$",
                    )

    def test_array(self):
        for code in "bBhHiIlLqQfd":
            items = array.array(code, [0] * 5)
            self.check(items, type_of(code, items.itemsize), lambda items: items[4])

    def test_memoryview(self):
        for code in "bBhHiIlLqQnNfd?":
            size = memoryview(bytes(8)).cast(code).itemsize
            for prefix in ("", "@"):
                view = memoryview(bytearray(size * 6)).cast(prefix + code)
                self.check(view, type_of(code, size), lambda view: view[5], prefix + code)

    def test_many_dimensions(self):
        view = memoryview(bytearray(8 * 24)).cast("d", (2, 3, 4))
        self.check(view, "float64", lambda view: view[1, 2, 3], "2x3x4")

    def test_ctypes(self):
        kinds = [ctypes.c_int8, ctypes.c_int16, ctypes.c_int32, ctypes.c_int64, ctypes.c_uint8, ctypes.c_uint16]
        kinds += [ctypes.c_uint32, ctypes.c_uint64, ctypes.c_float, ctypes.c_double, ctypes.c_bool, ctypes.c_long]
        for kind in kinds:
            code = memoryview(kind()).format[-1]
            items = (kind * 4)()
            self.check(items, type_of(code, ctypes.sizeof(kind)), lambda items: items[3], kind.__name__)
            items = ((kind * 4) * 2)()
            self.check(items, type_of(code, ctypes.sizeof(kind)), lambda items: items[1][3], kind.__name__)

    def test_bytearray_is_uint8(self):
        self.check(bytearray(5), "uint8", lambda items: items[4])


class InPlace(unittest.TestCase):
    def test_address(self):
        items = array.array("d", [1, 2, 3])
        self.assertEqual(b.address(items), items.buffer_info()[0])
        self.assertEqual(b.address(memoryview(items)[1:]), items.buffer_info()[0] + 8)

    def test_writing_through(self):
        items = array.array("d", [1, 2, 3, 4])
        b.fill_float64(memoryview(items)[1:3], -1)
        self.assertEqual(items.tolist(), [1, -1, -1, 4])
        b.scale(items, items, 2)
        self.assertEqual(items.tolist(), [2, -2, -2, 8])

    def test_empty(self):
        for items in (array.array("d"), memoryview(array.array("d", [1]))[:0], (ctypes.c_double * 0)()):
            self.assertEqual(b.sum_float64(items), 0)
            self.assertEqual(b.address(items), 0)
            b.fill_float64(items, 1)
        self.assertEqual(b.sum_uint8(b""), 0)

    def test_optional(self):
        self.assertEqual(b.optional_count(), 0)
        self.assertEqual(b.optional_count(None), 0)
        items = array.array("d", [1, 2])
        self.assertEqual(b.optional_count(items), 2)
        items.append(3)
        self.assertRaises(TypeError, b.optional_count, [1.0])


class Refused(unittest.TestCase):
    def refused(self, call, reason):
        with self.assertRaises(TypeError) as caught:
            call()
        self.assertTrue(str(caught.exception).endswith(reason), str(caught.exception))

    def test_no_buffers(self):
        for value in (1, "text", None, [1.0], object()):
            self.refused(lambda: b.sum_float64(value), f"'items' must be Buffer[float64], not {type(value).__name__}")

    def test_read_only(self):
        data = bytes(16)
        view = memoryview(array.array("d", [1.5])).toreadonly()
        self.assertEqual(b.sum_float64(view), 1.5)
        self.assertEqual(b.sum_uint8(data), 0)
        self.refused(lambda: b.fill_float64(view, 1), "not memoryview: it is read-only")
        self.refused(lambda: b.fill_uint8(data, 1), "not bytes: it is read-only")
        self.assertEqual(data, bytes(16))

    @unittest.skipUnless(numpy, "numpy is not installed, or this is a build with a sanitizer")
    def test_read_only_numpy(self):
        items = numpy.broadcast_to(numpy.zeros(3), (3,))
        self.assertEqual(b.sum_float64(items), 0)
        self.refused(lambda: b.fill_float64(items, 1), "not numpy.ndarray: it is read-only")

    def test_not_contiguous(self):
        items = memoryview(array.array("d", [1, 2, 3, 4]))
        for view in (items[::2], items[::-1]):
            self.refused(lambda: b.sum_float64(view), "it is not C-contiguous")
            self.refused(lambda: b.fill_float64(view, 1), "it is not C-contiguous")

    def test_misaligned(self):
        view = memoryview(bytearray(33))[1:].cast("d")
        self.refused(lambda: b.sum_float64(view), "it is not aligned")
        self.refused(lambda: b.fill_float64(view, 1), "it is not aligned")

    def test_foreign_formats(self):
        class Point(ctypes.Structure):
            _fields_ = [("x", ctypes.c_double)]

        big = (ctypes.c_double.__ctype_be__ * 2)()
        for items in ((Point * 2)(), big, (ctypes.c_char_p * 2)(), memoryview(bytes(8)).cast("c")):
            for name in TYPES:
                self.refused(lambda: sum_of(name)(items), "its items are of another type")

    def test_released(self):
        view = memoryview(array.array("d", [1]))
        view.release()
        self.assertRaises(ValueError, b.sum_float64, view)
        self.assertRaises(ValueError, b.fill_float64, view, 1)


class Release(unittest.TestCase):
    def setUp(self):
        self.items = array.array("d", [1, 2, 3])

    def tearDown(self):
        self.items.append(4)  # BufferError if a call still holds it
        references = sys.getrefcount(self.items)
        self.assertEqual(references, 2)

    def test_after_success(self):
        b.sum_float64(self.items)
        b.fill_float64(self.items, 1)

    def test_after_a_wrong_type(self):
        self.assertRaises(TypeError, b.sum_int32, self.items)

    def test_after_a_later_argument_fails(self):
        self.assertRaises(TypeError, b.fill_float64, self.items, "x")
        self.assertRaises(TypeError, b.scale, self.items, self.items, None)
        self.assertRaises(TypeError, b.scale, self.items, array.array("i", [1]), 1)

    def test_after_an_exception_of_the_body(self):
        self.assertRaises(ValueError, b.scale, self.items, array.array("d"), 1)

    def test_after_an_exception_of_a_callback(self):
        self.assertRaises(ZeroDivisionError, b.count_after, self.items, lambda: 1 / 0)

    def test_held_during_the_call(self):
        self.assertRaises(BufferError, b.count_after, self.items, lambda: self.items.append(1))
        self.assertEqual(b.count_after(self.items, lambda: None), 3)

    def test_exporter_lives_through_the_call(self):
        box = [memoryview(array.array("d", [1, 2]))]

        def drop():
            box.clear()
            gc.collect()

        self.assertEqual(b.count_after(box[0], drop), 2)


if __name__ == "__main__":
    unittest.main()
