"""loads: its arguments, the types and values of its results, floats to the last bit, and what its errors tell."""

import array
import datetime
import decimal
import gc
import json
import math
import pickle
import random
import struct
import sys
import unittest

from json_support import JsonCase, inputs, loads, module

WRONG_TYPE = "Input must be bytes, bytearray, memoryview, or str"
EMPTY = "Input is a zero-length, empty document"
NOT_UTF8 = "str is not valid UTF-8: surrogates not allowed"
VALUE, KEY, COLON, ARRAY, OBJECT = ("unexpected character, expected " + what for what in ("a JSON value", "a string key", "':' after key", "',' or ']'", "',' or '}'"))
SIGN, ESCAPE = "no digit after sign", "invalid escaped sequence in string"
NOT_CONTIGUOUS = "Input type memoryview must be a C contiguous buffer"
END = "unexpected end of data"


class Arguments(JsonCase):
    def test_number_and_names(self):
        for arguments, named in (((), {}), ((b"1", b"2"), {}), ((), {"obj": b"1"}), ((b"1",), {"option": 1}), ((b"1", None), {})):
            with self.assertRaises(TypeError) as caught:
                loads(*arguments, **named)
            self.assertNotIsInstance(caught.exception, ValueError)

    def test_other_types(self):
        for value in (None, 1, 1.5, True, [], {}, (), object(), [b"1"], array.array("B", b"1"), range(1), str, datetime.date(2020, 1, 1)):
            self.refuses_one(value, WRONG_TYPE)

    def refuses_one(self, value, msg):
        with self.assertRaises(module.JSONDecodeError) as caught:
            loads(value)
        error = caught.exception
        self.assertEqual((error.msg, error.doc, error.pos, error.lineno, error.colno), (msg, "", 0, 1, 1))
        self.assertEqual(str(error), f"{msg}: line 1 column 1 (char 0)")

    def test_subclasses_are_other_types(self):
        for base in (str, bytes, bytearray):
            derived = type("Derived", (base,), {})
            self.refuses_one(derived("1", *(() if base is str else ("ascii",))), WRONG_TYPE)

    def test_empty(self):
        for value in ("", b"", bytearray(), memoryview(b""), memoryview(b"123")[2:2]):
            self.refuses_one(value, EMPTY)

    def test_not_utf8(self):
        for value in ("\ud800", '"\udfff"', '["' + "x" * 100 + '\ud83d"]', '"\ud83d\ude00"', b"\xff", bytearray(b'"\xed\xa0\x80"'), memoryview(b'["\xe9"]')):
            with self.assertRaisesRegex(module.JSONDecodeError, NOT_UTF8):
                loads(value)
        self.assertRaisesRegex(module.JSONDecodeError, NOT_UTF8, loads, '[x, "\ud800"]')  # told before what is wrong ahead of it

    def test_memory_of_every_format(self):
        document = b'[1,"abc"]  \n'
        for view in (
            memoryview(bytearray(document)),
            memoryview(array.array("b", document)),
            memoryview(array.array("H", document)),
            memoryview(array.array("I", document)),
            memoryview(document).cast("c"),
            memoryview(document).cast("B", (3, 4)),
            memoryview(document).cast("I"),
            memoryview(b"xx" + document + b"xx")[2:-2],
            memoryview(document).toreadonly(),
        ):
            self.assertEqual(loads(view), [1, "abc"])

    def test_memory_with_gaps(self):
        document = memoryview(b"[1,2,3]")
        for view in (document[::2], document[::-1], memoryview(b"[  1  ]  ")[::3]):
            self.refuses_one(view, NOT_CONTIGUOUS)

    def test_memory_is_released(self):
        memory = bytearray(b'["abc", 1]')
        self.assertEqual(loads(memory), ["abc", 1])
        self.assertRaises(module.JSONDecodeError, loads, bytearray(b"[") * 3)
        memory.extend(b" ")  # raises BufferError if loads still holds it
        with memoryview(memory) as view:
            self.assertEqual(loads(view), ["abc", 1])
        memory.clear()


class Results(JsonCase):
    def test_types(self):
        for text, expected in (
            ("null", type(None)), ("true", bool), ("false", bool), ("1", int), ("-1", int), ("18446744073709551615", int),
            ("1.0", float), ("1e0", float), ('"a"', str), ("[]", list), ("{}", dict),
        ):  # fmt: skip
            for given in inputs(text):
                self.assertIs(type(loads(given)), expected)
        self.assertIs(loads("null"), None)
        self.assertIs(loads("true"), True)
        self.assertIs(loads("false"), False)

    def test_results_are_new(self):
        for text in ("[]", "{}", "[[],[]]", '{"a":{}}'):
            one, other = loads(text), loads(text)
            self.assertIsNot(one, other)
            self.assertEqual(one, other)
        one, other = loads("[[],[]]")
        self.assertIsNot(one, other)
        self.assertTrue(gc.is_tracked(loads("[[]]")))

    def test_results_can_be_changed(self):
        value = loads('{"a":[1,2],"b":{}}')
        value["a"].append(3)
        value["a"].extend(range(1000))
        value["b"]["c"] = value
        del value["a"][:1002]
        self.assertEqual(value["a"], [999])
        self.assertIs(value["b"]["c"], value)

    def test_text_of_every_kind(self):
        for text in ("", "a", "\x7f", "\x80", "\xff", "\u0100", "\uffff", "\U00010000", "\U0010ffff", "a\xe9", "\xe9a", "a\u20ac\xe9", "\U0001f600a\xe9\u20ac"):
            for times in (1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000):
                self.reads(json.dumps(text * times, ensure_ascii=False), text * times)
                self.reads(json.dumps(text * times), text * times)
                self.reads(json.dumps({text * times: [text]}, ensure_ascii=False), {text * times: [text]})

    def test_text_is_as_narrow_as_possible(self):
        for text in ("abc" * 20, "\xe9\xe8" * 20, "\u20ac" * 20, "\U0001f600" * 20, "a\xe9", "ab"):
            for document in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
                for given in inputs(document):
                    self.assertEqual(sys.getsizeof(loads(given)), sys.getsizeof((text + "-")[:-1]))
                    key = list(loads(b'{%s:1}' % document.encode()))[0]
                    self.assertEqual(hash(key), hash(text))
                    self.assertEqual(key.encode(), text.encode())

    def test_escapes_at_every_place(self):
        for size in range(70):
            for written, read in (("\\n", "\n"), ('\\"', '"'), ("\\\\", "\\"), ("\\/", "/"), ("\\u20ac", "\u20ac"), ("\\ud83d\\ude00", "\U0001f600"), ("\\u0000", "\0")):
                for before in ("x", "\xe9", "\u20ac"):
                    document = f'["{before * size}{written}{"y" * (size % 7)}"]'
                    self.assertEqual(loads(document), [before * size + read + "y" * (size % 7)])
                    self.assertEqual(loads(document.encode())[0], before * size + read + "y" * (size % 7))

    def test_duplicate_keys(self):
        self.reads('{"a":1,"b":2,"a":3}', {"a": 3, "b": 2})
        self.reads('{"":1,"":2}', {"": 2})
        self.reads('{"a":1,"\\u0061":2}', {"a": 2})
        self.reads('{"' + "k" * 200 + '":[],"' + "k" * 200 + '":{}}', {"k" * 200: {}})
        self.reads("{" + ",".join(f'"a":{i}' for i in range(1000)) + "}", {"a": 999})

    def test_keys_of_every_length(self):
        for size in range(300):
            for character in ("k", "\xe9", "\u20ac", "\U0001f600"):
                key = character * size
                for _ in range(2):  # some may be kept for the second time
                    self.assertEqual(loads(f'{{"{key}":{size}}}'), {key: size})
                self.assertEqual(loads(f'{{"{key}1":1,"{key}2":2,"{key}":3}}'.encode()), {key + "1": 1, key + "2": 2, key: 3})

    def test_many_keys(self):
        value = {f"key {i} \u20ac": i for i in range(20_000)}
        for _ in range(2):
            read = loads(json.dumps(value))
            self.assertEqual(read, value)
            self.assertEqual(list(read), list(value))

    def test_order_of_keys(self):
        names = [str(i) for i in range(100)]
        random.Random(5).shuffle(names)
        self.assertEqual(list(loads(json.dumps(dict.fromkeys(names)))), names)

    def test_large(self):
        value = [{"id": i, "name": f"name {i}", "tags": ["a", "\u20ac", None, True], "x": i / 7} for i in range(5000)]
        for given in inputs(json.dumps(value, ensure_ascii=False)):
            self.assertEqual(loads(given), value)
        text = "\u20ac" * 1_000_000
        self.assertTrue(loads(f'"{text}"') == text)


class Integers(JsonCase):
    def test_range(self):
        for value in (0, 1, -1, 9, 10, 255, 256, 257, -5, -6, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), -(2**63) + 1):
            self.reads(str(value), value)
            self.reads(f"[{value}]", [value])
        self.reads("-0", 0)

    def test_beyond_the_range_they_become_floats(self):
        for value in (2**64, 2**64 + 1, -(2**63) - 1, 10**20, -(10**25), 10**100, 10**308, -(10**308), 123456789 * 10**30):
            self.reads(str(value), float(value))
            self.reads(f'{{"a":{value}}}', {"a": float(value)})

    def test_beyond_floats(self):
        for text in ("1" + "0" * 309, "9" * 400, "-" + "9" * 400, "1" + "0" * 10_000):
            self.refuses(text, "number is infinity when parsed as double", 0)

    def test_every_count_of_digits(self):
        for digits in range(1, 310):
            for text in ("1234567890" * 31, "9" * 310, "1" + "0" * 310):
                value = int(text[:digits])
                if value < 10**308:
                    for signed in (value, -value):
                        self.reads(str(signed), signed if -(2**63) <= signed < 2**64 else float(signed))

    def test_around_powers(self):
        for power in range(70):
            for value in (2**power - 1, 2**power, 2**power + 1, 10 ** (power // 3) - 1, 10 ** (power // 3) + 1):
                for signed in (value, -value):
                    expected = signed if -(2**63) <= signed < 2**64 else float(signed)
                    self.assertEqual(repr(loads(str(signed))), repr(expected))


class Floats(JsonCase):
    HARD = """
        0.0 -0.0 0e0 -0e5 0.1 0.2 0.3 1.1 3.14159265358979 2.718281828459045 9007199254740991.0 9007199254740992.0 9007199254740993.0
        9007199254740992.5 9007199254740993.5 9007199254740995.0 4503599627370496.5 4503599627370497.5 1e22 1e23 1e-22 1e-23 8.5e22
        5e-324 4.9e-324 4.9406564584124654e-324 2.5e-324 2.4703282292062327e-324 2.4703282292062328e-324 2.47032822920623272e-324
        7.4109846876186981e-324 7.4109846876186982e-324 2.2250738585072014e-308 2.2250738585072011e-308 2.2250738585072012e-308
        2.225073858507201e-308 2.2250738585072009e-308 1e308 1.7976931348623157e308 1.7976931348623158e308 1.79769313486231580e+308
        179769313486231570000e288 0.000000000017976931348623157e319 1e-307 1e-308 1e-320 1e-323 1e-324 1e-325 1e-400 1e-9999 -1e-400
        6.631236846766476e-316 3.237883913302901e-319 6.953355807847677e-310 1.2345678901234567e-290 8.988465674311580e307
        8.98846567431158e307 69e267 95e-286 56e-213 7120190517612959703e120 3507665085003296281e-73 1.00000000000000011102230246251565
        1.00000000000000011102230246251566 0.500000000000000166533453693773481063544750213623046875 1.00000005960464477550
        123456789012345678901234567890e-10 0.00000000000000000000000000000000000000000000123456789e44 1e00000000000000000001 1e-0
        1152921504606846977e0 18446744073709551615.0 18446744073709551616.0 18446744073709551615e-19 99999999999999999999e-5 1e1 1E-1
        """.split()

    def same(self, text):
        value, expected = loads(text), float(text)
        if type(value) is not float or struct.pack("d", value) != struct.pack("d", expected):
            self.fail(f"{text:.1000} is read as {value!r}, not {expected!r}")

    def test_hard_ones(self):
        for text in self.HARD:
            self.reads(text, float(text))
            self.same(text)
            self.same("-" + text.lstrip("-"))
            if "e" not in text.lower():
                self.same(text + "0" * 500)

    def halfway(self, value):
        """The decimal digits, all of them, of the middle between a float and the next one."""
        with decimal.localcontext() as context:
            context.prec = 1200
            return (decimal.Decimal(value) + decimal.Decimal(math.nextafter(value, math.inf))) / 2

    def test_halfway_between_two_floats(self):
        rng = random.Random(11)
        values = [5e-324, 1e-320, 2.2250738585072009e-308, 2.2250738585072014e-308, 1e-300, 1e-5, 0.1, 1.0, 1.5]
        values += [2.0**52, 2.0**53, 2.0**53 + 2, 1e22, 1e100, 1e308]
        values += [math.ldexp(rng.random() + 0.5, rng.randrange(-1070, 1020)) for _ in range(200)]
        for value in values:
            middle = self.halfway(value)
            written = f"{middle:e}"
            digits, exponent = written.split("e")
            digits += "" if "." in digits else ".0"
            for more in ("", "00000000001", "0" * 800 + "1", *(["0", "0" * 20] if len(digits) < 740 else [])):
                self.same(f"{digits}{more}e{exponent}")
            last = len(digits.rstrip("0")) - 1
            if digits[last].isdigit() and digits[last] != "0":
                self.same(f"{digits[:last]}{int(digits[last]) - 1}{'9' * 30}e{exponent}")
            if abs(int(exponent)) < 400:
                self.same(f"{middle:f}" if "." in f"{middle:f}" else f"{middle:f}.0")

    def test_long_digits(self):
        rng = random.Random(12)
        for size in (17, 18, 19, 20, 21, 39, 100, 308, 767, 768, 769, 770, 800, 1500):
            for _ in range(10):
                digits = "".join(rng.choices("0123456789", k=size))
                for text in (f"0.{digits}", f"1.{digits}e5", f"3.{digits}e-310", f"{digits.lstrip('0')[:300] or 7}.{digits}", f"0.{'0' * 300}{digits}", f"1{digits}e-{size}"):
                    self.same(text)
        self.same("0." + "0" * 400 + "1")
        self.same("0." + "0" * 320 + "123e20")
        self.same("1" + "0" * 800 + ".5e-800")
        self.same("1" + "0" * 800 + "e-790")
        self.same("0." + "0" * 1000 + "1e1001")

    def test_huge_exponents(self):
        for text in ("0e99999999999999999999", "0.0e+99999999999999999999", "-0e-99999999999999999999", "1e-99999999999999999999", "123.5e-4294967297"):
            self.same(text)
        for text in ("1e309", "1.7976931348623159e308", "-1e999", "1e4294967297", "1e18446744073709551617", "0.1e99999999999999999999", "2e308"):
            self.refuses(text, "number is infinity when parsed as double", 0)
            self.refuses(f"[0, {text}]", "number is infinity when parsed as double", 4)

    def test_every_power_of_ten_and_two(self):
        for power in range(-345, 309):
            for text in (f"1e{power}", f"9.999999999999999e{power - 1}", f"1.0000000000000002E{power:+d}", f"123456789e{power - 8}"):
                self.same(text)
        for power in range(-1074, 1024):
            self.same(repr(math.ldexp(1.0, power)) if power > -1074 else "5e-324")

    def test_random_bits(self):
        rng = random.Random(13)
        for _ in range(30_000):
            (value,) = struct.unpack("d", rng.randbytes(8))
            if math.isfinite(value):
                self.same(repr(value) if "." in repr(value) or "e" in repr(value) else f"{value!r}.0")
                self.same(f"{value:.{rng.randrange(1, 30)}e}")

    def test_random_text(self):
        rng = random.Random(14)
        for _ in range(30_000):
            whole = str(rng.randrange(10 ** rng.randrange(1, 25)))
            fraction = "".join(rng.choices("0123456789", k=rng.randrange(1, 25)))
            self.same(f"{rng.choice(['', '-'])}{whole}.{fraction}{rng.choice(['', f'e{rng.randrange(-330, 280)}'])}")

    def test_short_fractions(self):
        for number in range(10_000):
            self.same(f"{number / 100:.2f}")
            self.same(f"{number / 1000:.4f}")


class Errors(JsonCase):
    def error(self, document):
        with self.assertRaises(module.JSONDecodeError) as caught:
            loads(document)
        return caught.exception

    def test_class(self):
        self.assertTrue(issubclass(module.JSONDecodeError, json.JSONDecodeError))
        self.assertTrue(issubclass(module.JSONDecodeError, ValueError))
        for document in ("[", None, b"", b"\xff"):
            self.assertIs(type(self.error(document)), module.JSONDecodeError)

    def test_attributes(self):
        for given in inputs('{"a": 1,\n "\u20ac": x}'):
            error = self.error(given)
            self.assertEqual(error.doc, '{"a": 1,\n "\u20ac": x}')
            self.assertIs(type(error.doc), str)
            self.assertEqual((error.msg, error.pos, error.lineno, error.colno), (VALUE, 15, 2, 7))
            self.assertEqual(str(error), f"{VALUE}: line 2 column 7 (char 15)")
            self.assertEqual(error.args, (str(error),))
            self.assertIsNone(error.__cause__)
            self.assertIsNone(error.__context__)

    def test_positions_count_characters(self):
        for before in ("", "a", "\xe9", "\u20ac", "\U0001f600", "\xe9\u20ac\U0001f600a" * 20, "x" * 1000, "\U0001f600" * 1000):
            for line in ("", "\n", "\r\n", "\n\n \n"):
                document = f'["{before}",{line} "{before}", x]'
                place = document.rindex("x")
                for given in inputs(document):
                    error = self.error(given)
                    self.assertEqual(error.pos, place)
                    self.assertEqual(error.lineno, document.count("\n") + 1)
                    self.assertEqual(error.colno, place - document.rfind("\n", 0, place))

    def test_lines(self):
        for document, expected in (
            ("\n\n  x", (4, 3, 3)),
            ("[1,\r\n2,\r\n3,,]", (11, 3, 3)),
            ("[\n1\n2]", (4, 3, 1)),
            ("\rx", (1, 1, 2)),
            ("x\n\n", (0, 1, 1)),
            ("[1]\n\nx", (5, 3, 1)),
        ):
            error = self.error(document)
            self.assertEqual((error.pos, error.lineno, error.colno), expected)

    def test_messages(self):
        for document, msg, pos in (
            ("[", END, 1), ("[1", END, 2), ("[1,", END, 3), ("{", END, 1), ('{"a', END, 3), ('{"a"', END, 4), ('{"a":', END, 5), ('{"a":1', END, 6),
            ('{"a":1,', END, 7), ('"', END, 1), ('"a', END, 2), ('"\\', END, 2), ('"\\u1', END, 4), ('"\\u12e9', END, 7), ("t", END, 1), ("tru", END, 3),
            ("fals", END, 4), ("nul", END, 3), ("-", END, 1), ("1.", END, 2), ("1e", END, 2), ("1e+", END, 3), ("[-", END, 2), ("[1.5e-", END, 6),
            ("[1,]", "trailing comma is not allowed", 2), ('{"a":1, }', "trailing comma is not allowed", 6), ("[1,,2]", VALUE, 3), ("[,]", VALUE, 1),
            ("NaN", VALUE, 0), ("]", VALUE, 0), ("'a'", VALUE, 0), ('{"a":}', VALUE, 5), ("[\ufeff1]", VALUE, 1), ("\0", VALUE, 0),
            ("\ufeff[1]", "UTF-8 byte order mark (BOM) is not supported", 0), ("{1:2}", KEY, 1), ('{"a":1,,}', KEY, 7), ('{"a" 1}', COLON, 5), ('{"a"}', COLON, 4),
            ("[1 2]", ARRAY, 3), ("[1}", ARRAY, 2), ('{"a":1]', OBJECT, 6), ('{"a":1 "b"}', OBJECT, 7),
            ("trux", "invalid literal, expected 'true'", 0), ("[nil]", "invalid literal, expected 'null'", 1), ("falsy", "invalid literal, expected 'false'", 0),
            ("-x", SIGN, 1), ("[-Infinity]", SIGN, 2), ("+1", SIGN, 0), ("[.5]", SIGN, 1), ("1.x", "no digit after decimal point", 2),
            ("[1ex]", "no digit after exponent sign", 3), ("01", "number with leading zero is not allowed", 0), ("[-01]", "number with leading zero is not allowed", 2),
            ('"\\x"', ESCAPE, 1), ('["\\u12g4"]', ESCAPE, 2), ('"\\u12"', ESCAPE, 1), ('"\n"', "unexpected control character in string", 1),
            ('"\\ud800"', "no low surrogate in string", 1), ('["\\ud800\\n"]', "no low surrogate in string", 2), ('"\\ud800\\u0041"', "invalid low surrogate in string", 1),
            ('"\\ud800\\uz', "invalid escape in string", 1), ('"\\ud800\\u00', "invalid escape in string", 1), ('["a\\udc00"]', "invalid high surrogate in string", 3),
            ('"\\ud800', END, 7), ('"\\ud800\\', END, 8), ('"\\ud800\\uD', END, 10), ('"\\ud800\\udc0', END, 12), ('"\\udc00\\u', END, 9),
            ("1 2", "unexpected content after document", 2), ("[1]]", "unexpected content after document", 3), ("{}x", "unexpected content after document", 2),
        ):  # fmt: skip
            self.refuses(document, msg, pos)

    def test_can_be_made_and_pickled_like_the_base(self):
        error = module.JSONDecodeError("told", "a\nbc", 3)
        self.assertEqual((error.msg, error.doc, error.pos, error.lineno, error.colno), ("told", "a\nbc", 3, 2, 2))
        self.assertEqual(str(error), "told: line 2 column 2 (char 3)")
        copy = pickle.loads(pickle.dumps(self.error("[\nx")))
        self.assertIs(type(copy), module.JSONDecodeError)
        self.assertEqual((copy.msg, copy.doc, copy.pos), (VALUE, "[\nx", 2))

    def test_raised_while_another_is_handled(self):
        try:
            raise KeyError("first")
        except KeyError as first:
            error = self.error("x")
            self.assertIs(error.__context__, first)

    def test_large_documents(self):
        document = "[" + '"\u20ac",\n' * 100_000 + "x]"
        error = self.error(document.encode())
        self.assertEqual((error.pos, error.lineno, error.colno), (len(document) - 2, 100_001, 1))


if __name__ == "__main__":
    unittest.main()
