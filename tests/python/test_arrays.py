"""Arrays of any rank and strides, from each kind of exporter: what is seen, what is refused, when it is let go."""

import array
import ctypes
import gc
import inspect
import sys
import threading
import unittest

import arrays_native as a
from exporters import Arrow, Tensor, doubles, name_of
from support import optional

numpy = optional("numpy")

INTS = [f"{'u' * unsigned}int{8 * size}" for unsigned in (0, 1) for size in (1, 2, 4, 8)]
NUMBERS = [*INTS, "float32", "float64"]
FORMATS = dict(zip(NUMBERS, "bhilBHILfd"))


def sum_of(name):
    return getattr(a, "sum_" + name)


def fill_of(name):
    return getattr(a, "fill_" + name)


def grid(rows, columns):
    """A memoryview of float64: 0, 1, 2, ... by rows."""
    return memoryview(array.array("d", range(rows * columns))).cast("B").cast("d", (rows, columns))


def address(items):
    return items.buffer_info()[0]


class Refusals(unittest.TestCase):
    def refused(self, call, reason):
        with self.assertRaises(TypeError) as caught:
            call()
        self.assertTrue(str(caught.exception).endswith(reason), str(caught.exception))


class Buffers(Refusals):
    def test_signature(self):
        self.assertIn("items: Array[", str(inspect.signature(a.layout2)))
        self.assertEqual(a.layout2.__self__.__polyhost_signature__().parameters["items"].annotation.__args__[1], 2)
        self.refused(lambda: a.layout2(1), "arrays_native.layout2(): argument 'items' must be Array[float64, 2], not int")
        self.refused(lambda: a.sum_int32([1]), "argument 'items' must be Array[int32, 1], not list")

    def test_every_type(self):
        for given in NUMBERS:
            items = array.array(FORMATS[given], [1, 2, 3])
            for name in NUMBERS:
                with self.subTest(given=given, function=name):
                    if name == given:
                        self.assertEqual(sum_of(name)(items), 6)
                        self.assertEqual(sum_of(name)(memoryview(items)[::-2]), 4)
                        fill_of(name)(memoryview(items)[::2], 7)
                        self.assertEqual(items.tolist(), [7, 2, 7])
                        continue
                    self.refused(lambda: sum_of(name)(items), "not array.array: its items are of another type")
        self.assertEqual(a.sum_uint8(b"\1\2\3"), 6)
        self.assertEqual(a.sum_uint8(bytearray(b"\1\2\3")), 6)

    def test_layout(self):
        items = array.array("d", range(6))
        at, view = address(items), memoryview(items)
        self.assertEqual(a.layout1(items), (at, (6,), (1,), True))
        self.assertEqual(a.layout1(view[1::2]), (at + 8, (3,), (2,), False))
        self.assertEqual(a.layout1(view[::-1]), (at + 40, (6,), (-1,), False))
        self.assertEqual(a.layout1(view[::-7]), (at + 40, (1,), (1,), True))
        cube = memoryview(bytearray(8 * 24)).cast("d", (2, 3, 4))
        self.assertEqual(a.layout3(cube)[1:], ((2, 3, 4), (12, 4, 1), True))
        self.assertEqual(a.layout2(grid(2, 3)[::-1])[1:], ((2, 3), (-3, 1), False))

    def test_items(self):
        self.assertEqual(a.rows(grid(2, 3)), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual(a.rows(grid(3, 2)[::-2]), [[4, 5], [0, 1]])
        self.assertEqual(a.contiguous_rows(grid(2, 3)), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual(a.sum_span(memoryview(bytearray(b"\0\0\0\0\0\0\xf8\x3f" * 24)).cast("d", (2, 3, 4))), 36)

    def test_writing(self):
        items = grid(2, 3)
        a.scale(items[::-2], 10)
        self.assertEqual(items.tolist(), [[0, 1, 2], [30, 40, 50]])

    def test_ctypes(self):  # it exports no strides
        self.assertEqual(a.rows(((ctypes.c_double * 2) * 2)((1, 2), (3, 4))), [[1, 2], [3, 4]])

    def test_bools(self):
        good = memoryview(bytearray(b"\1\0\1\0\0\1")).cast("?", (2, 3))
        self.assertEqual(a.sum_bools(good), 3)
        for at in range(6):
            memory = bytearray(6)
            memory[at] = 2
            bad = memoryview(memory).cast("?", (2, 3))
            self.refused(lambda: a.sum_bools(bad), "it has a byte that is neither 0 nor 1")
            odd = bad[1::-1]
            self.refused(lambda: a.sum_bools(odd), "it has a byte that is neither 0 nor 1")

    def test_empty(self):
        self.assertEqual(a.layout1(array.array("d")), (0, (0,), (1,), True))
        self.assertEqual(a.sum_float64(memoryview(doubles(1, 2))[:0]), 0)
        self.assertEqual(a.sum_float64(memoryview(bytes(9))[1:1].cast("d")), 0)  # misaligned, but nothing is there
        self.assertEqual(a.contiguous_rows(grid(2, 3)[:0]), [])
        self.assertEqual(a.contiguous_rows(grid(2, 3)[:0:-1][:0]), [])

    def test_optional(self):
        self.assertEqual((a.optional_count(), a.optional_count(doubles(1, 2))), (0, 2))

    def test_wrong_rank(self):
        nine = memoryview(bytes(8)).cast("d", (1,) * 9)
        for call, items, reason in (
            (a.layout2, doubles(1), "not array.array: it has 1 dimension"),
            (a.layout1, grid(2, 3), "it has 2 dimensions"),
            (a.layout1, memoryview(bytes(8)).cast("d", ()), "it has 0 dimensions"),
            (a.layout1, memoryview(bytes(8)).cast("d", (1,) * 8), "it has 8 dimensions"),
            (a.layout1, nine, "it has more than 8 dimensions"),
        ):
            self.refused(lambda: call(items), reason)

    def test_read_only(self):
        view = grid(2, 3).toreadonly()
        self.assertEqual(a.rows(view)[0], [0, 1, 2])
        self.refused(lambda: a.scale(view, 1), "argument 'items' must be Array[float64, 2], not memoryview: it is read-only")
        self.refused(lambda: a.fill_uint8(b"12", 1), "not bytes: it is read-only")

    def test_not_contiguous(self):
        self.refused(lambda: a.contiguous_rows(grid(2, 3)[::-1]), "not memoryview: it is not C-contiguous")
        self.assertEqual(a.contiguous_rows(grid(2, 3)[1::-2]), [[3, 4, 5]])  # one row: its stride does not matter

    def test_not_aligned(self):
        self.refused(lambda: a.sum_float64(memoryview(bytes(17))[1:].cast("d")), "it is not aligned")

    def test_odd_buffers(self):
        self.assertEqual(a.sum_float64(a.odd_buffer(16, False)), 0)
        self.assertEqual(a.sum_float64(a.odd_buffer(0, False)), 0)
        for call in a.sum_float64, lambda odd: a.fill_float64(odd, 1):
            self.refused(lambda: call(a.odd_buffer(12, False)), "its strides are no multiples of its item size")
            self.refused(lambda: call(a.odd_buffer(8, True)), "it is not one block of memory (it has suboffsets)")

    def test_released(self):
        view = memoryview(doubles(1))
        view.release()
        self.assertRaises(ValueError, a.sum_float64, view)


class Held(unittest.TestCase):
    def setUp(self):
        self.items = doubles(1, 2, 3)

    def tearDown(self):
        self.items.append(4)  # BufferError if a call still holds it
        self.assertEqual(sys.getrefcount(self.items), 2)

    def test_after_success_and_failure(self):
        a.sum_float64(self.items)
        a.fill_float64(self.items, 1)
        for call in (a.sum_int32, a.layout2, a.sum_bools):
            self.assertRaises(TypeError, call, self.items)
        self.assertRaises(TypeError, a.fill_float64, self.items, "x")
        self.assertRaises(ZeroDivisionError, a.count_after, self.items, lambda: 1 / 0)

    def test_during_the_call(self):
        for call in a.count_after, a.count_after_without_gil:
            self.assertRaises(BufferError, call, self.items, lambda: self.items.append(1))
            self.assertEqual(call(self.items, lambda: None), 3)


class DLPack(Refusals):
    VERSIONS = (None, (1, 0), (1, 7))

    def test_items(self):
        for version in self.VERSIONS:
            tensor = Tensor(doubles(*range(6)), (2, 3), version=version)
            self.assertEqual(a.rows(tensor), [[0, 1, 2], [3, 4, 5]])
            self.assertEqual(a.contiguous_rows(tensor), [[0, 1, 2], [3, 4, 5]])
            self.assertEqual(tensor.deleted, 2)
            tensor = Tensor(doubles(*range(6)), (2, 2), (1, 2), offset=8, version=version)
            self.assertEqual(a.rows(tensor), [[1, 3], [2, 4]])
            self.refused(lambda: a.contiguous_rows(tensor), "it is not C-contiguous")
            a.scale(tensor, 10)
            self.assertEqual(tensor.items.tolist(), [0, 10, 20, 30, 40, 5])
            self.assertEqual(tensor.deleted, 3)

    def test_capsule_is_used(self):
        for version in self.VERSIONS:
            tensor = Tensor(doubles(1), version=version)
            self.assertEqual(a.count_after(tensor, lambda: self.assertEqual(tensor.deleted, 0)), 1)
            self.assertEqual(tensor.deleted, 1)
            self.assertEqual(name_of(tensor.capsule), b"used_" + tensor.name.value)
            tensor.__dlpack__ = lambda **options: tensor.capsule
            self.refused(lambda: a.sum_float64(tensor), "its __dlpack__ returned no DLPack capsule that is still unused")
            self.assertEqual(tensor.deleted, 1)

    def test_how_it_is_asked(self):
        old, new = Tensor(doubles(1)), Tensor(doubles(1), version=(1, 0))
        a.sum_float64(old), a.sum_float64(new)
        self.assertEqual([*old.asked], [{"max_version": (1, 0)}, {}])
        self.assertEqual([*new.asked], [{"max_version": (1, 0)}])

    def test_types(self):
        for name in NUMBERS:
            code = {"i": 0, "u": 1, "f": 2}[name[0]]
            items = array.array(FORMATS[name], [1, 2, 3])
            tensor = Tensor(items, code=code, bits=8 * items.itemsize)
            self.assertEqual(sum_of(name)(tensor), 6)
            for other in NUMBERS:
                if other != name:
                    self.refused(lambda: sum_of(other)(tensor), "not Tensor: its items are of another type")
        self.refused(lambda: a.sum_float64(Tensor(doubles(1), lanes=2)), "its items are of another type")
        self.assertEqual(a.sum_bool(Tensor(array.array("B", [1, 0]), code=6, bits=8)), 1)

    def test_refused(self):
        for version in self.VERSIONS:
            for change, reason in (
                (dict(shape=(1, 2)), "it has 2 dimensions"),
                (dict(shape=()), "it has 0 dimensions"),
                (dict(offset=4), "it is not aligned"),
                (dict(tensor_device=2), "it lies on another device"),
                (dict(bits=32), "its items are of another type"),
            ):
                tensor = Tensor(doubles(1, 2), version=version, **change)
                self.refused(lambda: a.sum_float64(tensor), "not Tensor: " + reason)
                self.assertEqual(tensor.deleted, 1)
        tensor = Tensor(doubles(1), device=2)
        self.refused(lambda: a.sum_float64(tensor), "it lies on another device")
        self.assertEqual([*tensor.asked], [])
        tensor = Tensor(doubles(1), version=(2, 0))
        self.refused(lambda: a.sum_float64(tensor), "its version of DLPack is not known")
        self.assertEqual(tensor.deleted, 1)

    def test_read_only(self):
        tensor = Tensor(doubles(1), version=(1, 0), flags=1)
        self.assertEqual(a.sum_float64(tensor), 1)
        self.refused(lambda: a.fill_float64(tensor, 2), "it is read-only")
        self.assertEqual((tensor.items[0], tensor.deleted), (1, 2))

    def test_no_deleter(self):
        self.assertEqual(a.sum_float64(Tensor(doubles(1, 2), null_deleter=True)), 3)

    def test_exceptions(self):
        tensor = Tensor(doubles(1))
        self.assertRaises(ZeroDivisionError, a.count_after, tensor, lambda: 1 / 0)  # the deleter runs Python code
        self.assertEqual(tensor.deleted, 1)

        def fail(**options):
            raise BufferError("not now")

        tensor.__dlpack__ = fail
        self.assertRaisesRegex(BufferError, "not now", a.sum_float64, tensor)
        tensor.__dlpack__ = lambda **options: 1
        self.refused(lambda: a.sum_float64(tensor), "its __dlpack__ returned no DLPack capsule that is still unused")
        for device in (1, (1,), (1, 0, 0)):
            tensor.__dlpack_device__ = lambda: device
            self.refused(lambda: a.sum_float64(tensor), "its __dlpack_device__ returned no tuple of two ints")
        del Tensor.__dlpack_device__, tensor.__dlpack_device__
        try:
            self.assertRaises(AttributeError, a.sum_float64, tensor)
        finally:
            Tensor.__dlpack_device__ = lambda self: (self.device, 0)

    def test_attribute_that_fails(self):
        class Failing:
            @property
            def __dlpack__(self):
                return 1 / 0

        self.assertRaises(ZeroDivisionError, a.sum_float64, Failing())

    def test_without_gil(self):
        tensor = Tensor(doubles(1, 2))
        self.assertEqual(a.count_after_without_gil(tensor, lambda: self.assertEqual(tensor.deleted, 0)), 2)
        self.assertEqual(tensor.deleted, 1)


class Arrows(Refusals):
    ONCE = {"schema": 1, "array": 1}

    def test_items(self):
        for options, wanted in (
            ({}, 15),
            (dict(offset=2), 14),
            (dict(offset=2, length=3), 9),
            (dict(null_count=-1), 15),
            (dict(valid=[0xFF], null_count=-1), 15),
            (dict(valid=[0b111100], null_count=-1, offset=2), 14),
            (dict(valid=[0], null_count=0), 15),
            (dict(length=0), 0),
        ):
            arrow = Arrow(doubles(*range(6)), **options)
            with self.subTest(**options):
                self.assertEqual(a.sum_float64(arrow), wanted)
                self.assertEqual(arrow.released, self.ONCE)
                self.assertEqual((arrow.schema.release, arrow.array.release), (None, None))

    def test_types(self):
        for name, format in zip(NUMBERS, [b"c", b"s", b"i", b"l", b"C", b"S", b"I", b"L", b"f", b"g"]):
            arrow = Arrow(array.array(FORMATS[name], [1, 2, 3]), format)
            self.assertEqual(sum_of(name)(arrow), 6)
            for other in NUMBERS:
                if other != name:
                    self.refused(lambda: sum_of(other)(arrow), "not Arrow: its items are of another type")
        for format in (b"b", b"", b"tdD", b"gg"):  # bools are bits in Arrow
            for call in a.sum_bool, a.sum_float64, a.sum_float128:
                self.refused(lambda: call(Arrow(doubles(1), format)), "its items are of another type")

    def test_refused(self):
        for options, reason in (
            (dict(valid=[0b101111], null_count=-1), "it has nulls"),
            (dict(valid=[0b101111], null_count=1), "it has nulls"),
            (dict(dictionary=1), "its items are of another type"),
            (dict(n_buffers=1), "its items are of another type"),
        ):
            arrow = Arrow(doubles(*range(6)), **options)
            self.refused(lambda: a.sum_float64(arrow), reason)
            self.assertEqual(arrow.released, self.ONCE)
        arrow = Arrow(doubles(1, 2))
        self.refused(lambda: a.layout2(arrow), "not Arrow: it has 1 dimension")
        self.refused(lambda: a.fill_float64(arrow, 2), "not Arrow: it is read-only")
        self.assertEqual(arrow.items.tolist(), [1, 2])

    def test_not_aligned(self):
        arrow = Arrow(doubles(1, 2), length=1)
        arrow.buffers[1] += 4
        self.refused(lambda: a.sum_float64(arrow), "it is not aligned")

    def test_held_during_the_call(self):
        arrow = Arrow(doubles(1, 2))
        for call in a.count_after, a.count_after_without_gil:
            arrow.released = {"schema": 0, "array": 0}
            self.assertEqual(call(arrow, lambda: self.assertEqual(arrow.released["array"], 0)), 2)
            self.assertEqual(arrow.released, self.ONCE)
        self.assertRaises(ZeroDivisionError, a.count_after, arrow, lambda: 1 / 0)

    def test_wrong_results(self):
        arrow = Arrow(doubles(1))
        used = arrow.__arrow_c_array__()
        for result in (1, (), (1, 2), (used[1], used[0])):
            arrow.__arrow_c_array__ = lambda: result
            self.refused(lambda: a.sum_float64(arrow), "returned no two Arrow capsules that are still unused")
        self.assertEqual(arrow.released, {"schema": 0, "array": 0})
        arrow.__arrow_c_array__ = lambda: used
        self.assertEqual(a.sum_float64(arrow), 1)
        self.refused(lambda: a.sum_float64(arrow), "returned no two Arrow capsules that are still unused")
        self.assertEqual(arrow.released, self.ONCE)

    def test_dlpack_comes_first(self):
        class Both(Tensor):
            def __arrow_c_array__(self):
                raise AssertionError

        self.assertEqual(a.sum_float64(Both(doubles(1, 2))), 3)


@unittest.skipUnless(numpy, "numpy is not installed, or this is a build with a sanitizer")
class Numpy(Refusals):
    def test_views(self):
        items = numpy.arange(24, dtype="f8").reshape(4, 6)
        for view in (items, items.T, items[::-2, 1::3], items[:, :0], items[1:2, ::-1], numpy.broadcast_to(items[0], (3, 6))):
            self.assertEqual(a.rows(view), view.tolist())
            self.assertEqual(a.layout2(view)[3], view.flags.c_contiguous)
        a.scale(items.T[::2], -1)
        self.assertEqual(items[1].tolist(), [-6, 7, -8, 9, -10, 11])

    def test_refused(self):
        items = numpy.zeros((2, 3))
        self.refused(lambda: a.contiguous_rows(items.T), "not numpy.ndarray: it is not C-contiguous")
        self.refused(lambda: a.scale(numpy.broadcast_to(items[0], (2, 3)), 1), "it is read-only")
        for dtype in ("f4", "i8", ">f8", "c16", "f2", "S8"):
            self.refused(lambda: a.rows(items.astype(dtype)), "its items are of another type")
        fields = numpy.zeros(3, dtype=[("n", "i4"), ("x", "f8")])["x"]
        self.refused(lambda: a.sum_float64(fields), "its strides are no multiples of its item size")
        self.refused(lambda: a.sum_float64(numpy.float64(1)), "it has 0 dimensions")
        self.assertRaises(ValueError, a.sum_int64, numpy.zeros(3, dtype="M8[s]"))  # numpy's own words


class Results(Refusals):
    def test_every_type(self):
        for name in [*NUMBERS, "float128"]:
            items = getattr(a, "range_" + name)(4)
            self.assertEqual(repr(items), f"<polyhost.Array of {name}, shape (4,)>")
            self.assertEqual(sum_of(name)(items), 6)
            if name != "float128":
                self.assertEqual((items.tolist(), list(items)), ([0, 1, 2, 3],) * 2)
                self.assertEqual(memoryview(items).format, FORMATS[name])

    def test_signature(self):
        self.assertIn("float64, 2", str(inspect.signature(a.product_table).return_annotation))

    def test_no_copy(self):
        items, at = a.with_address(1000)
        self.assertEqual(a.layout1(items)[0], at)
        self.assertEqual(ctypes.addressof(ctypes.c_char.from_buffer(items)), at)

    def test_as_python_sees_it(self):
        table = a.product_table(2, 3)
        self.assertEqual((len(table), table.shape, table.nbytes), (2, (2, 3), 48))
        self.assertEqual(table.tolist(), [[0, 0, 0], [0, 1, 2]])
        self.assertEqual(table[1, 2], 2)
        table[1, 2] = 7
        self.assertEqual(table[1, 2], 7)
        items = a.range_int64(4)
        self.assertEqual((items[1], items[-1], items[1:3].tolist()), (1, 3, [1, 2]))
        items[::2] = array.array("l", [8, 9])
        self.assertEqual(items.tolist(), [8, 1, 9, 3])
        for call in (lambda: items[4], lambda: items.__setitem__(4, 1)):
            self.assertRaises(IndexError, call)
        self.assertRaises(TypeError, items.__delitem__, 0)
        self.assertRaises(TypeError, type(items))
        self.assertRaises(TypeError, setattr, type(items), "x", 1)
        self.assertRaises(AttributeError, setattr, items, "shape", ())

    def test_empty(self):
        items, table = a.range_float64(0), a.product_table(0, 5)
        self.assertEqual((list(items), items.nbytes, a.sum_float64(items)), ([], 0, 0))
        self.assertEqual((table.shape, table.tolist(), a.rows(table)), ((0, 5), [], []))
        items.__dlpack__(), items.__arrow_c_array__()

    def test_wrong_shapes(self):
        self.assertEqual(a.shaped(24, (2, 3, 4)).shape, (2, 3, 4))
        self.assertRaisesRegex(ValueError, "has 23 items, but its shape 24", a.shaped, 23, (2, 3, 4))
        self.assertRaises(ValueError, a.shaped, 0, (2**62, 8, 1))

    def test_buffer_flags(self):
        table = a.product_table(2, 3)
        view = memoryview(table)
        self.assertEqual((view.shape, view.strides, view.c_contiguous, view.readonly), ((2, 3), (24, 8), True, False))
        self.assertEqual(bytes(table), view.tobytes())
        try:
            import _testbuffer as testbuffer
        except ImportError:
            self.skipTest("_testbuffer is not installed")
        fortran = testbuffer.PyBUF_F_CONTIGUOUS
        self.assertRaises(BufferError, testbuffer.ndarray, table, getbuf=fortran)
        self.assertEqual(testbuffer.ndarray(a.range_uint8(3), getbuf=fortran | testbuffer.PyBUF_FORMAT).tolist(), [0, 1, 2])
        self.assertEqual(testbuffer.ndarray(table, getbuf=testbuffer.PyBUF_SIMPLE).shape, ())
        for flags in (testbuffer.PyBUF_SIMPLE, testbuffer.PyBUF_ND, testbuffer.PyBUF_STRIDES, testbuffer.PyBUF_FULL):
            self.assertEqual(testbuffer.ndarray(table, getbuf=flags).nbytes, 48)

    def test_without_gil(self):
        self.assertEqual(a.without_gil(3).tolist(), [2.5] * 3)

    def test_through_a_callback_of_python(self):
        self.assertEqual(a.count_after(a.range_float64(3), gc.collect), 3)


class OnlyDLPack:
    def __init__(self, of, **options):
        self.of, self.options = of, options

    def __dlpack_device__(self):
        return self.of.__dlpack_device__()

    def __dlpack__(self, max_version=None):
        return self.of.__dlpack__(max_version=self.options.get("version", max_version), copy=self.options.get("copy"))


class OnlyArrow:
    def __init__(self, of):
        self.of = of

    def __arrow_c_array__(self):
        return self.of.__arrow_c_array__()


class RoundTrips(Refusals):
    def test_dlpack(self):
        for version in (None, (0, 8), (1, 0), (2, 5)):
            table = a.product_table(3, 4)
            self.assertEqual(a.rows(OnlyDLPack(table, version=version)), table.tolist())
            a.scale(OnlyDLPack(table, version=version), 10)
            self.assertEqual(table[2, 3], 60)
            a.scale(OnlyDLPack(table, version=version, copy=True), 10)
            self.assertEqual(table[2, 3], 60)
            self.assertEqual(a.rows(OnlyDLPack(table, version=version, copy=True)), table.tolist())
        for name in NUMBERS:
            self.assertEqual(sum_of(name)(OnlyDLPack(getattr(a, "range_" + name)(4))), 6)

    def test_dlpack_options(self):
        items = a.range_float64(3)
        self.assertEqual(items.__dlpack_device__(), (1, 0))
        self.assertIn(b"dltensor", name_of(items.__dlpack__(None)))
        self.assertEqual(name_of(items.__dlpack__(stream=None, max_version=(1, 3), dl_device=(1, 0), copy=False)),
                         b"dltensor_versioned")
        self.assertEqual(name_of(items.__dlpack__(max_version=(0, 9))), b"dltensor")
        for options in (dict(stream=1), dict(dl_device=(2, 0))):
            self.assertRaisesRegex(BufferError, "lies in main memory", lambda: items.__dlpack__(**options))
        for options in (dict(max_version=1), dict(max_version=("x", 1)), dict(dl_device=(1,)), dict(dl_device=1)):
            name, value = next(iter(options.items()))
            self.refused(lambda: items.__dlpack__(**options), f"argument '{name}' must be tuple[int, int] | None, not {value!r}")
        self.assertRaises(TypeError, lambda: items.__dlpack__(nobody=1))

    def test_arrow(self):
        for name in NUMBERS:
            items = OnlyArrow(getattr(a, "range_" + name)(4))
            self.assertEqual(sum_of(name)(items), 6)
            self.refused(lambda: fill_of(name)(items, 1), "it is read-only")
        self.assertEqual([name_of(x) for x in a.range_int8(1).__arrow_c_array__(None)], [b"arrow_schema", b"arrow_array"])
        with self.assertRaisesRegex(BufferError, "an Arrow array has 1 dimension, but this polyhost.Array has 2"):
            a.product_table(2, 3).__arrow_c_array__()
        with self.assertRaisesRegex(BufferError, "Arrow has no type for the items"):
            a.range_float128(3).__arrow_c_array__()

    def test_exports_outlive_the_object(self):
        views = []
        for export in (memoryview, OnlyDLPack, OnlyArrow):
            items = a.range_float64(1000)
            capsule = items if export is memoryview else items.__dlpack__() if export is OnlyDLPack else items.__arrow_c_array__()
            view = memoryview(items) if export is memoryview else export(items)
            if export is OnlyDLPack:
                view.__dlpack__ = lambda max_version=None, capsule=capsule: capsule
                view.__dlpack_device__ = lambda: (1, 0)
            elif export is OnlyArrow:
                view.__arrow_c_array__ = lambda capsule=capsule: capsule
            if export is not memoryview:
                view.of = None
            views.append(view)
            del items, capsule
        gc.collect()
        others = [a.range_float64(1000) for _ in range(10)]  # would take the memory if it were free
        self.assertEqual([a.sum_float64(view) for view in views], [499500] * 3)
        self.assertEqual(len(others), 10)

    def test_deleter_in_another_thread(self):
        capsules = [a.range_float64(1000).__dlpack__() for _ in range(100)]
        thread = threading.Thread(target=capsules.clear)
        thread.start()
        thread.join()

    @unittest.skipUnless(numpy, "numpy is not installed, or this is a build with a sanitizer")
    def test_numpy(self):
        table = a.product_table(3, 4)
        at = a.layout2(table)[0]
        for taken in (numpy.asarray(table), numpy.from_dlpack(table), numpy.from_dlpack(OnlyDLPack(table))):
            self.assertEqual((taken.ctypes.data, taken.dtype, taken.tolist()), (at, "f8", table.tolist()))
            self.assertEqual(a.rows(taken), table.tolist())
        del table
        gc.collect()
        self.assertEqual(a.rows(taken)[2], [0, 2, 4, 6])
        for name in NUMBERS:
            self.assertEqual(numpy.asarray(getattr(a, "range_" + name)(2)).dtype, name)
            self.assertEqual(numpy.from_dlpack(getattr(a, "range_" + name)(2)).dtype, name)
        self.assertEqual(numpy.asarray(a.range_float128(2)).dtype, numpy.longdouble)

    def test_pyarrow(self):
        pyarrow = optional("pyarrow")
        if pyarrow is None:
            self.skipTest("pyarrow is not installed, or this is a build with a sanitizer")
        items = pyarrow.array(a.range_int32(4))
        self.assertEqual((items.type, items.to_pylist()), (pyarrow.int32(), [0, 1, 2, 3]))
        self.assertEqual(a.sum_int32(items.slice(1)), 6)
        self.refused(lambda: a.sum_int32(pyarrow.array([1, None], pyarrow.int32())), "it has nulls")


if __name__ == "__main__":
    unittest.main()
