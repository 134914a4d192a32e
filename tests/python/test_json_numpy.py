"""dumps of numpy's scalars and arrays, which OPT_SERIALIZE_NUMPY asks for."""

import json
import math
import random
import unittest

from json_support import JsonCase, dumps, loads, module
from support import optional

np = optional("numpy")
NUMPY = module.OPT_SERIALIZE_NUMPY
UNSUPPORTED = "Type is not JSON serializable: "
NOT_CONTIGUOUS = "numpy array is not C contiguous; use ndarray.tolist() in default"
NO_DATATYPE = "unsupported datatype in numpy array"
NOT_NATIVE = "numpy array is not native-endianness"
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


class NumpyCase(JsonCase):
    def listed(self, array):
        return json.dumps(array.tolist(), separators=(",", ":"))


@unittest.skipUnless(np, "needs numpy")
class NeedsNumpyScalars(NumpyCase):
    def test_integers(self):
        for name in INTEGERS:
            kind, limits = getattr(np, name), np.iinfo(name)
            for value in {int(limits.min), int(limits.max), 0, 1, 100, int(limits.max) // 3}:
                for option in (0, module.OPT_STRICT_INTEGER, module.OPT_PASSTHROUGH_SUBCLASS):
                    self.writes(kind(value), str(value), NUMPY | option)
                self.writes({"a": [kind(value)]}, f'{{"a":[{value}]}}', NUMPY)

    def test_floats(self):
        for value in (0.0, -0.0, 1.0, -2.5, 0.1, 1 / 3, 1e10, 65504.0, 1e15, 123456.789, 1e-5, 0.25):
            self.writes(np.float64(value), dumps(value), NUMPY)
        for value in (1e300, 5e-324, 1e16, 1e-7):
            self.assertEqual(dumps(np.float64(value), option=NUMPY), dumps(value))
        for value, text in (
            (0.1, "0.1"), (1 / 3, "0.33333334"), (16777216, "16777216.0"), (1e10, "10000000000.0"), (1e-5, "0.00001"), (1.5e-7, "1.5e-7"), (1e-45, "1e-45"),
            (-0.0, "-0.0"), (2.5, "2.5"), (1e-6, "0.000001"), (9.9e-7, "9.9e-7"), (1.5e-6, "0.0000015"), (9999999000000, "9999999000000.0"), (1e12, "1000000000000.0"),
        ):  # fmt: skip
            self.writes(np.float32(value), text, NUMPY)
        for value, text in ((0.5, "0.5"), (0.1, "0.099975586"), (65504, "65504.0"), (-0.0, "-0.0"), (2**-24, "5.9604645e-8"), (1 / 3, "0.33325195"), (-2.5, "-2.5")):
            self.writes(np.float16(value), text, NUMPY)
        self.assertEqual(loads(dumps(np.float32([1e13, 2.5e20]), option=NUMPY)), [1e13, 2.5e20])
        self.assertNotIn(b".0", dumps(np.float32([1e13, 2e20]), option=NUMPY))  # by their exponents

    def test_every_half_float(self):
        halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
        for value, read in zip(halves, loads(dumps(halves, option=NUMPY))):
            self.assertEqual(read, loads(dumps(np.float32(value), option=NUMPY)))
            if read is not None and np.float16(read) != value:
                self.fail(f"{value!r} is {read!r}")

    def test_single_floats_at_random(self):
        rng = random.Random(31)
        bits = np.array([rng.getrandbits(32) for _ in range(20_000)], np.uint32)
        for value, read in zip(bits.view(np.float32), loads(dumps(bits.view(np.float32), option=NUMPY))):
            if not np.isfinite(value):
                self.assertIsNone(read)
            elif np.float32(read) != value or read != float(str(value)):
                self.fail(f"{value!r} is {read!r}")

    def test_no_numbers(self):
        for kind in ("float16", "float32", "float64"):
            for value in (math.nan, math.inf, -math.inf):
                self.writes(getattr(np, kind)(value), "null", NUMPY)
                self.writes(np.array([value, 1], kind), "[null,1.0]", NUMPY)

    def test_truth_values(self):
        self.writes([np.bool_(True), np.bool_(False)], "[true,false]", NUMPY)

    def test_text_is_a_subclass_of_str(self):
        self.writes([np.str_("a\n"), {"a": np.str_("\u20ac")}], '["a\\n",{"a":"\u20ac"}]')
        self.writes({np.str_("key"): 1}, '{"key":1}', module.OPT_NON_STR_KEYS)

    def test_unsupported(self):
        for value in (np.complex64(1), np.complex128(1), np.longdouble(1), np.bytes_(b"a"), np.timedelta64(1, "s"), np.void(b"abc")):
            self.assertTrue(str(self.not_written(value, None, NUMPY)).startswith(UNSUPPORTED + "numpy."))
            self.writes([value], '["d"]', NUMPY, default=lambda value: "d")

    def test_without_the_option(self):
        for name in (*INTEGERS, "float16", "float32", "float64"):
            value = getattr(np, name)(1)
            self.not_written(value, f"{UNSUPPORTED}numpy.{name}")
            self.writes([value], "[1]", default=int)
        for value in (np.bool_(True), np.datetime64("2020-01-01"), np.array([1])):
            self.assertTrue(str(self.not_written(value, None)).startswith(UNSUPPORTED + "numpy."))
            self.writes([value], '["d"]', default=lambda value: "d")

    def test_default_is_not_asked(self):
        self.writes([np.int8(1), np.array([1])], "[1,[1]]", NUMPY, default=lambda value: 1 / 0)

    def test_no_keys(self):
        for value in (np.int64(1), np.float32(1), np.bool_(True), np.datetime64("2020-01-01")):
            self.not_written({value: 1}, "Dict key must be str", NUMPY)
            self.not_written({value: 1}, "Dict key must a type serializable with OPT_NON_STR_KEYS", NUMPY | module.OPT_NON_STR_KEYS)


@unittest.skipUnless(np, "needs numpy")
class NeedsNumpyArrays(NumpyCase):
    def test_datatypes(self):
        for name in (*INTEGERS, "intc", "uintc", "longlong", "ulonglong", "intp"):
            limits = np.iinfo(name)
            for array in (np.array([limits.min, 0, 1, limits.max], name), np.arange(0, 100, dtype=name), np.zeros((3, 4), name)):
                self.writes(array, self.listed(array), NUMPY)
        for name in ("float16", "float32", "float64"):
            for array in (np.array([0, -0.0, 1, 2.5, -1.25], name), np.arange(0, 25, 0.25, dtype=name), np.ones((2, 3), name)):
                self.writes(array, self.listed(array), NUMPY)
        array = np.array([[True, False], [False, True]])
        self.writes(array, "[[true,false],[false,true]]", NUMPY)

    def test_shapes(self):
        for shape in ((1,), (5,), (1, 1), (2, 3), (3, 2), (2, 3, 4), (1, 5, 1), (2, 1, 3, 2), (1,) * 10, (2,) * 10, (1,) * 32):
            array = np.arange(math.prod(shape)).reshape(shape)
            self.writes(array, self.listed(array), NUMPY)
            self.writes({"a": [array]}, f'{{"a":[{self.listed(array)}]}}', NUMPY)
            self.writes([array], json.dumps([array.tolist()], indent=2), NUMPY | module.OPT_INDENT_2)

    def test_without_elements(self):
        for shape, expected in (((0,), "[]"), ((0, 3), "[]"), ((3, 0), "[[],[],[]]"), ((2, 0, 2), "[[],[]]"), ((1, 1, 0), "[[[]]]"), ((0, 0), "[]")):
            for name in ("int64", "float32", "bool"):
                self.writes(np.zeros(shape, name), expected, NUMPY)
            self.writes({"a": np.zeros(shape)}, json.dumps({"a": json.loads(expected)}, indent=2), NUMPY | module.OPT_INDENT_2)

    def test_parts_that_are_contiguous(self):
        array = np.arange(24).reshape(4, 6)
        for part in (array[1:], array[2], array[1:3], array[3, 2:5], array.reshape(2, 2, 6)[1], array.T.T, array.view(), array.ravel()):
            self.writes(part, self.listed(part), NUMPY)
        self.writes(np.asfortranarray(np.arange(3).reshape(3, 1)), "[[0],[1],[2]]", NUMPY)
        self.writes(np.frombuffer(b"\1\2\3", np.uint8), "[1,2,3]", NUMPY)
        self.writes(np.arange(3).astype(">i1"), "[0,1,2]", NUMPY)

    def test_parts_that_are_not(self):
        array = np.arange(24).reshape(4, 6)
        for part in (array.T, array[:, 1:3], array[::2], array[::-1], array[0, ::3], np.asfortranarray(array), np.broadcast_to(np.array([1]), (3,))):
            for value in (part, [part], {"a": part}):
                self.not_written(value, NOT_CONTIGUOUS, NUMPY)
            self.writes([part], f"[{self.listed(part)}]", NUMPY, default=lambda part: part.tolist())

    def test_other_order_of_bytes(self):
        other = "<" if np.array([1], ">i2").dtype.isnative else ">"
        for name in ("i2", "u4", "i8", "f2", "f4", "f8", "M8[D]"):
            self.not_written(np.zeros(3, other + name), NOT_NATIVE, NUMPY)

    def test_other_datatypes(self):
        for array in (
            np.array([1j]), np.array(["a"]), np.array([b"a"]), np.array([1, "a"], object), np.array([1], np.longdouble), np.array([1], "m8[s]"), np.zeros(2, "V3"),
            np.array(1), np.array(True), np.array(1.5),
        ):  # fmt: skip
            for value in (array, [array]):
                self.not_written(value, NO_DATATYPE, NUMPY)
            self.writes({"a": array}, '{"a":"d"}', NUMPY, default=lambda array: "d")
        for array in (np.zeros(2, [("a", "i4")]), np.zeros(2, [("a", "i4"), ("b", "f8")])):
            self.not_written(array, None, NUMPY)
            self.writes(array, '"d"', NUMPY, default=lambda array: "d")

    def test_derived_arrays(self):
        for array in (np.ma.array([1, 2], mask=[0, 1]), np.zeros(2).view(type("Derived", (np.ndarray,), {})), np.rec.array([(1, 2)])):
            self.not_written(array, UNSUPPORTED + type(array).__name__, NUMPY)
            self.writes([array], '["d"]', NUMPY, default=lambda array: "d")

    def test_large(self):
        array = np.arange(100_000)
        self.assertTrue(dumps(array, option=NUMPY) == self.listed(array).encode())
        array = np.random.default_rng(5).normal(size=(300, 70))
        self.assertTrue(loads(dumps(array, option=NUMPY)) == array.tolist())


@unittest.skipUnless(np, "needs numpy")
class NeedsNumpyMoments(NumpyCase):
    def test_units(self):
        for text, unit in (
            ("2021", "Y"), ("2021-03", "M"), ("2021-03-04", "W"), ("2021-03-04", "D"), ("2021-03-04T05", "h"), ("2021-03-04T05:06", "m"), ("2021-03-04T05:06:07", "s"),
            ("2021-03-04T05:06:07.089", "ms"), ("2021-03-04T05:06:07.000089", "us"), ("2021-03-04T05:06:07.000089", "ns"), ("2021-03-04T05:06:07.1", "ns"),
        ):  # fmt: skip
            moment = np.datetime64(text, unit)
            expected = moment.astype("M8[us]").item().isoformat()
            self.writes(moment, f'"{expected}"', NUMPY)
            self.writes(np.array([[moment], [moment]]), f'[["{expected}"],["{expected}"]]', NUMPY)
            for option, text in (
                (module.OPT_NAIVE_UTC, expected + "+00:00"),
                (module.OPT_NAIVE_UTC | module.OPT_UTC_Z, expected + "Z"),
                (module.OPT_OMIT_MICROSECONDS, expected[:19]),
                (module.OPT_PASSTHROUGH_DATETIME, expected),
            ):
                self.writes([moment], f'["{text}"]', NUMPY | option)
                self.writes(np.array([moment]), f'["{text}"]', NUMPY | option)

    def test_nanoseconds_are_cut(self):
        self.writes(np.datetime64("2020-02-29T12:00:00.123456789"), '"2020-02-29T12:00:00.123456"', NUMPY)
        self.writes(np.datetime64(1, "ns"), '"1970-01-01T00:00:00"', NUMPY)

    def test_whole_seconds_before_1970(self):
        for text in ("1969-12-31T23:59:59", "1900-02-28T01:02:03", "0001-01-01T00:00:00", "1582-10-15T00:00:00"):
            self.writes(np.datetime64(text, "s"), f'"{text}"', NUMPY)
            self.writes(np.datetime64(text, "us"), f'"{text}"', NUMPY)
        self.writes(np.datetime64("1969-12-31", "D"), '"1969-12-31T00:00:00"', NUMPY)

    def test_every_day_of_some_years(self):
        days = np.arange("1896-01-01", "2025-01-01", dtype="M8[D]")
        self.assertEqual(loads(dumps(days, option=NUMPY)), [f"{day}T00:00:00" for day in days.tolist()])

    def test_years(self):
        self.writes(np.array(["0000-01-01", "9999-12-31T23:59:59"], "M8[s]"), '["0000-01-01T00:00:00","9999-12-31T23:59:59"]', NUMPY)
        for text, told in (("-001", "-1971 years"), ("10000", "8030 years"), ("10000-01-01T00", "70389528 hours"), ("-001-12-31", "-719529 days")):
            self.not_written(np.datetime64(text), f"unrepresentable numpy.datetime64: {told}", NUMPY)

    def test_none(self):
        for value in (np.datetime64("NaT"), np.array(["NaT"], "M8")):
            self.not_written(value, "unsupported numpy.datetime64 unit: NaT", NUMPY)

    def test_units_that_are_too_small(self):
        for unit, name in (("ps", "picoseconds"), ("fs", "femtoseconds"), ("as", "attoseconds")):
            for value in (np.datetime64(5, unit), np.array([5], f"M8[{unit}]")):
                self.not_written(value, f"unsupported numpy.datetime64 unit: {name}", NUMPY)


if __name__ == "__main__":
    unittest.main()
