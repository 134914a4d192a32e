"""int of every width, float, bool: the range, the slow ways, the refusals."""

import math
import struct
import sys
import unittest

import values_native as v

SIGNED = {v.int8: 8, v.int16: 16, v.int32: 32, v.int64: 64, v.long_long: 64}
UNSIGNED = {v.uint8: 8, v.uint16: 16, v.uint32: 32, v.uint64: 64, v.unsigned_long_long: 64}
RANGES = {
    **{f: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, f"int{bits}") for f, bits in SIGNED.items()},
    **{f: (0, 2**bits - 1, f"uint{bits}") for f, bits in UNSIGNED.items()},
}


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Int(int):
    pass


class Integers(unittest.TestCase):
    def each(self):
        for function, (low, high, name) in RANGES.items():
            with self.subTest(function.__name__):
                yield function, low, high, name

    def test_limits(self):
        for f, low, high, _ in self.each():
            for value in (low, low + 1, -1, 0, 1, high - 1, high):
                if value >= low:
                    result = f(value)
                    self.assertEqual(result, value)
                    self.assertIs(type(result), int)

    def test_around_the_digits_of_python_ints(self):
        edges = [2**k + d for k in (15, 29, 30, 31, 59, 60, 61, 62, 63, 64) for d in (-1, 0, 1)]
        for f, low, high, _ in self.each():
            for value in [*edges, *(-edge for edge in edges)]:
                if low <= value <= high:
                    self.assertEqual(f(value), value)
                else:
                    self.assertRaises(OverflowError, f, value)

    def test_beyond_the_limits(self):
        for f, low, high, name in self.each():
            for value in (low - 1, high + 1, 2**64, -(2**64), 2**1000, -(2**1000)):
                with self.assertRaises(OverflowError) as caught:
                    f(value)
                self.assertEqual(
                    str(caught.exception),
                    f"values_native.{f.__name__}(): argument 'value' is out of range for {name} ({low} to {high})",
                )

    def test_bool_and_subclasses_are_ints(self):
        for f, *_ in self.each():
            for value in (True, False, Int(7)):
                self.assertEqual(f(value), int(value))
                self.assertIs(type(f(value)), int)

    def test_index(self):
        for f, low, high, _ in self.each():
            self.assertEqual(f(Index(high)), high)
            self.assertRaises(OverflowError, f, Index(high + 1))
            self.assertRaises(OverflowError, f, Index(low - 1))

    def test_index_that_raises(self):
        for f, *_ in self.each():
            error = KeyError("mine")
            with self.assertRaises(KeyError) as caught:
                f(Index(error))
            self.assertIs(caught.exception, error)

    def test_index_of_a_wrong_type(self):
        for f, *_ in self.each():
            self.assertRaises(TypeError, f, Index("7"))

    def test_no_ints(self):
        for f, *_ in self.each():
            for value in (1.0, "1", b"1", None, 1j, [1], object):
                with self.assertRaises(TypeError) as caught:
                    f(value)
                self.assertEqual(
                    str(caught.exception),
                    f"values_native.{f.__name__}(): argument 'value' must be int, not {type(value).__name__}",
                )


class Floats(unittest.TestCase):
    def bits(self, value):
        return struct.pack("d", value)

    def test_exact(self):
        for value in (0.0, -0.0, 1.5, -1.0, math.inf, -math.inf, math.nan, sys.float_info.max, 5e-324, math.pi):
            self.assertEqual(self.bits(v.float64(value)), self.bits(value))

    def test_other_numbers(self):
        class Float:
            def __float__(self):
                return 2.5

        class SubFloat(float):
            pass

        for value, wanted in ((3, 3.0), (True, 1.0), (Float(), 2.5), (SubFloat(1.5), 1.5), (Index(4), 4.0), (-1, -1.0)):
            result = v.float64(value)
            self.assertEqual(result, wanted)
            self.assertIs(type(result), float)

    def test_huge_int(self):
        self.assertEqual(v.float64(2**1000), 2.0**1000)
        for f in (v.float64, v.float32):
            self.assertRaises(OverflowError, f, 2**1024)
            self.assertRaises(OverflowError, f, -(2**5000))

    def test_conversions_that_raise(self):
        class Raises:
            def __float__(self):
                raise KeyError("mine")

        class Wrong:
            def __float__(self):
                return "2.5"

        self.assertRaises(KeyError, v.float64, Raises())
        self.assertRaises(TypeError, v.float64, Wrong())
        self.assertRaises(KeyError, v.float64, Index(KeyError("mine")))

    def test_no_floats(self):
        for f in (v.float64, v.float32):
            for value in ("1.0", b"1", None, 1j, [1.0], object):
                with self.assertRaises(TypeError) as caught:
                    f(value)
                self.assertEqual(
                    str(caught.exception),
                    f"values_native.{f.__name__}(): argument 'value' must be float, not {type(value).__name__}",
                )

    def test_float32_rounds(self):
        for value in (0.1, 1e-50, -1e-46, 16777217.0, math.pi, 3.4028234663852886e38):
            self.assertEqual(self.bits(v.float32(value)), self.bits(struct.unpack("f", struct.pack("f", value))[0]))
        for value in (math.inf, -math.inf, -0.0):
            self.assertEqual(self.bits(v.float32(value)), self.bits(value))
        self.assertTrue(math.isnan(v.float32(math.nan)))

    def test_float32_overflow(self):
        largest = 3.4028234663852886e38
        halfway = largest + 2.0**103
        self.assertEqual(v.float32(math.nextafter(halfway, 0)), largest)
        for value in (halfway, -halfway, 1e39, sys.float_info.max):
            with self.assertRaisesRegex(OverflowError, "'value' is out of range for float32"):
                v.float32(value)


class Bools(unittest.TestCase):
    def test_bools(self):
        self.assertIs(v.boolean(True), True)
        self.assertIs(v.boolean(False), False)

    def test_nothing_else(self):
        for value in (1, 0, 1.0, "", None, [], object()):
            with self.assertRaises(TypeError) as caught:
                v.boolean(value)
            self.assertEqual(
                str(caught.exception),
                f"values_native.boolean(): argument 'value' must be bool, not {type(value).__name__}",
            )


if __name__ == "__main__":
    unittest.main()
