"""dumps: its arguments and options, numbers, text, containers, and what is refused."""

import collections
import decimal
import inspect
import itertools
import json
import math
import random
import re
import struct
import sys
import typing
import unittest
import uuid

from json_support import OPTIONS, JsonCase, dumps, loads, module, nested

UNSUPPORTED = "Type is not JSON serializable: "
NOT_UTF8 = "str is not valid UTF-8: surrogates not allowed"
RECURSION = "Recursion limit reached"


class Thing:
    def __init__(self, value=None):
        self.value = value


class Str(str):
    def __str__(self):
        raise AssertionError("not asked")

    encode = __repr__ = __str__


class Int(int):
    def __str__(self):
        raise AssertionError("not asked")

    __repr__ = __index__ = __int__ = __str__


class List(list):
    def __iter__(self):
        raise AssertionError("not asked")

    __len__ = __getitem__ = __iter__


class Dict(dict):
    def __iter__(self):
        raise AssertionError("not asked")

    __len__ = __getitem__ = items = keys = values = __iter__


class Float(float):
    pass


class Tuple(tuple):
    pass


class Arguments(JsonCase):
    def test_names(self):
        self.assertEqual(dumps([1], default=None, option=None), b"[1]")
        self.assertEqual(dumps([1], None, None), b"[1]")
        self.assertEqual(dumps([Thing()], lambda thing: 1, option=module.OPT_APPEND_NEWLINE), b"[1]\n")
        self.assertEqual(dumps([Thing()], option=module.OPT_APPEND_NEWLINE, default=lambda thing: 1), b"[1]\n")
        self.assertEqual(dumps([1], **{}), b"[1]")
        self.assertEqual(dumps(*[[1], None], **{"option": 0}), b"[1]")

    def test_wrong_ones(self):
        for message, arguments, named in (
            ("missing 1 required positional argument: 'obj'", (), {}),
            ("'obj'", (), {"obj": 1}),
            ("multiple values for argument:? 'default'", (1, None), {"default": None}),
            ("multiple values for argument:? 'option'", (1, None, None), {"option": None}),
            ("unexpected keyword argument", (1,), {"indent": 2}),
            ("unexpected keyword argument", (1,), {"defaul": None, "option": 1}),
        ):
            with self.assertRaisesRegex(TypeError, message):
                dumps(*arguments, **named)

    def test_signature(self):
        parameters = [(p.name, p.kind, p.default) for p in inspect.signature(dumps).parameters.values()]
        either = inspect.Parameter.POSITIONAL_OR_KEYWORD
        only = inspect.Parameter.POSITIONAL_ONLY
        self.assertEqual(parameters, [("obj", only, inspect.Parameter.empty), ("default", either, None), ("option", either, None)])
        self.assertEqual([(p.name, p.kind) for p in inspect.signature(loads).parameters.values()][:1], [("obj", only)])
        self.assertEqual((dumps.__name__, loads.__name__), ("dumps", "loads"))
        self.assertEqual(dumps.__module__, loads.__module__)
        self.assertTrue(dumps.__doc__)
        self.assertTrue(loads.__doc__)

    def test_result(self):
        for value in (None, 1, [], {}, "\u20ac"):
            self.assertIs(type(dumps(value)), bytes)
        self.assertEqual(int(dumps(12345)), 12345)  # reads on to a nul behind its end
        self.assertEqual(sys.getsizeof(dumps("x" * 98)), sys.getsizeof(b"y" * 100))

    def test_module(self):
        self.assertIs(module.JSONEncodeError, TypeError)
        self.assertRegex(module.__version__, r"^\d+\.\d+")
        for name in ("dumps", "loads", "Fragment", "JSONDecodeError", "JSONEncodeError", *OPTIONS):
            self.assertTrue(hasattr(module, name), name)


class Options(JsonCase):
    def test_values(self):
        self.assertLessEqual(
            {
                "OPT_INDENT_2": 1, "OPT_NAIVE_UTC": 2, "OPT_NON_STR_KEYS": 4, "OPT_OMIT_MICROSECONDS": 8, "OPT_SERIALIZE_NUMPY": 16,
                "OPT_SORT_KEYS": 32, "OPT_STRICT_INTEGER": 64, "OPT_UTC_Z": 128, "OPT_PASSTHROUGH_SUBCLASS": 256,
                "OPT_PASSTHROUGH_DATETIME": 512, "OPT_APPEND_NEWLINE": 1024, "OPT_PASSTHROUGH_DATACLASS": 2048,
                "OPT_SERIALIZE_DATACLASS": 0, "OPT_SERIALIZE_UUID": 0,
            }.items(),
            OPTIONS.items(),
        )  # fmt: skip

    def test_what_is_no_option(self):
        for option in (True, False, 1.0, "1", b"", [], Int(1), -1, -(2**70), 1 << 12, 1 << 20, 1 << 31, 1 << 63, 1 << 64, 1 << 100, decimal.Decimal(1)):
            self.not_written(1, "Invalid opts", option)

    def test_every_combination_on_something_plain(self):
        value = {"b": [1, {}], "a": "x"}
        for option in range(1 << 12):
            result = dumps(value, option=option)
            self.assertEqual(result.endswith(b"\n"), bool(option & module.OPT_APPEND_NEWLINE))
            self.assertEqual(b"\n  " in result, bool(option & module.OPT_INDENT_2))
            self.assertEqual(list(json.loads(result)), ["a", "b"] if option & module.OPT_SORT_KEYS else ["b", "a"])

    def test_indent(self):
        for value, expected in (
            ([], "[]"), ({}, "{}"), ((), "[]"), (1, "1"), ("a", '"a"'), (None, "null"),
            ([1], "[\n  1\n]"), ((1, 2), "[\n  1,\n  2\n]"), ([[]], "[\n  []\n]"), ([[], [], {}], "[\n  [],\n  [],\n  {}\n]"),
            ({"a": 1}, '{\n  "a": 1\n}'), ({"a": []}, '{\n  "a": []\n}'), ({"a": {}, "b": ()}, '{\n  "a": {},\n  "b": []\n}'),
            ({"a": 1, "b": [1, {"c": 2.5}]}, '{\n  "a": 1,\n  "b": [\n    1,\n    {\n      "c": 2.5\n    }\n  ]\n}'),
            ([None, True, False, "x\n"], '[\n  null,\n  true,\n  false,\n  "x\\n"\n]'),
        ):  # fmt: skip
            self.writes(value, expected, module.OPT_INDENT_2)
            self.writes(value, expected + "\n", module.OPT_INDENT_2 | module.OPT_APPEND_NEWLINE)
            self.writes(value, re.sub("\n *", "", expected).replace('": ', '":') + "\n", module.OPT_APPEND_NEWLINE)

    def test_indent_is_that_of_the_standard_library(self):
        value = {"a": [{"b": [1, [2, [3, {"c": {"d": []}}]]]}] * 3, "e": {"f": {"g": {}}}}
        for _ in range(40):
            value = {"k": [value, 1], "l": {"m": 2}}
            self.writes(value, json.dumps(value, indent=2), module.OPT_INDENT_2)

    def test_sort_keys(self):
        keys = ["b", "a", "", "Z", "aa", "a\0", "\xe9", "\uffff", "\U0001f600", "_", "10", "9", "k" * 300, "k" * 299 + "a"]
        for _ in range(20):
            random.Random(3).shuffle(keys)
            value = {key: {"y": [{"2": 0, "1": 0}], "x": 1} for key in keys}
            self.writes(value, json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")), module.OPT_SORT_KEYS)
        self.writes({"b": 1, "a": {}}, '{\n  "a": {},\n  "b": 1\n}', module.OPT_SORT_KEYS | module.OPT_INDENT_2)
        value = {str(i * 7919 % 10007): i for i in range(10_000)}
        self.writes(value, json.dumps(value, sort_keys=True, separators=(",", ":")), module.OPT_SORT_KEYS)
        self.assertEqual(list(value)[:2], ["0", "7919"])


class Numbers(JsonCase):
    def test_integers(self):
        edges = [10**k + d for k in range(20) for d in (-1, 0, 1)] + [2**k + d for k in range(64) for d in (-1, 0, 1)]
        for value in {*edges, *(-edge for edge in edges), *range(-1100, 1100), 2**64 - 1}:
            if -(2**63) <= value < 2**64:
                self.writes(value, str(value))
                self.writes([value], f"[{value}]")
                self.writes({"a": Int(value)}, f'{{"a":{int.__repr__(value)}}}')

    def test_integers_beyond_64_bit(self):
        for value in (2**64, 2**64 + 1, -(2**63) - 1, 10**60, -(10**60), 2**100):
            for kind in (int, Int):
                self.not_written(kind(value), "Integer exceeds 64-bit range")
                self.not_written([{"a": kind(value)}], "Integer exceeds 64-bit range", default=lambda value: 1)

    def test_strict_integers(self):
        for value in (0, 2**53 - 1, -(2**53) + 1, 5):
            self.writes([value, Int(value)], f"[{value},{value}]", module.OPT_STRICT_INTEGER)
        for value in (2**53, -(2**53), 2**63, -(2**63), 2**64 - 1, 2**64, -(2**70)):
            for kind in (int, Int):
                bits = 64 if value in (2**64, -(2**70)) else 53
                self.not_written(kind(value), f"Integer exceeds {bits}-bit range", module.OPT_STRICT_INTEGER)
        self.writes(1e300, "1e300" if b"+" not in dumps(1e300) else "1e+300", module.OPT_STRICT_INTEGER)

    def shape(self, value):
        """As repr has its digits, written plainly from 0.00001 to below 1e16, with an exponent beyond; a + in it is left to the writer."""
        text = dumps(value).decode()
        self.assertEqual(struct.pack("d", float(text)), struct.pack("d", value), text)
        digits, _, exponent = repr(value).partition("e")
        if value == 0 or 1e-5 <= abs(value) < 1e16:
            plain = f"{decimal.Decimal(repr(value)):f}"
            self.assertEqual(text, plain)
        else:
            self.assertRegex(text, r"^-?[1-9](\.[0-9]*[1-9])?e[+-]?[1-9][0-9]*$")
            self.assertEqual(text.replace("e+", "e"), f"{digits}e{int(exponent)}")

    def test_floats(self):
        for value in (
            0.0, -0.0, 1.0, -1.0, 0.1, 1.5, 100.0, 123456.789, 1e-4, 1e-5, 1.5e-5, 9.999e-6, 1e-6, 1.5e-7, 1e15, 1e16, 1.5e16, 1e17, 1e20, 1e21, 1e22, 1e23,
            123456789012345680.0, 999999999999999.9, 9999999999999998.0, 9007199254740993.0, 12345678901234567.0, 1e100, 1e-100, 5e-324, -5e-324, 1.2e30,
            2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, -1.7976931348623157e308, 9.5e-8, 4.35, 0.3, 2.0**52, 2.0**53, 2.0**-1074,
            8.41e21, 2.0**-44, 9.0608011534336e15, 4.708356024711512e18, 9.409340012568248e18, 1.2345678, 5.764607523034235e39, 1.152921504606847e40,
        ):  # fmt: skip
            self.shape(value)
            self.writes([value, {"a": value}], b'[%s,{"a":%s}]' % (dumps(value), dumps(value)))

    def test_floats_at_random(self):
        rng = random.Random(21)
        for _ in range(20_000):
            (value,) = struct.unpack("d", rng.randbytes(8))
            if math.isfinite(value):
                self.shape(value)
            self.shape(round(rng.uniform(-1e6, 1e6), rng.randrange(8)))
            self.shape(float(rng.randrange(10 ** rng.randrange(1, 20))))

    def test_floats_at_powers(self):
        for value in itertools.chain((10.0**k for k in range(-323, 309)), (math.ldexp(1.0, k) for k in range(-1074, 1024))):
            for near in (value, math.nextafter(value, 0), math.nextafter(value, math.inf)):
                if 0 < near < math.inf:
                    self.shape(near)
                    self.shape(-near)

    def test_no_numbers(self):
        for value in (math.nan, math.inf, -math.inf, -math.nan):
            self.writes(value, "null")
            self.writes({"a": [value]}, '{"a":[null]}')


class Text(JsonCase):
    def written(self, text):
        return json.dumps(text, ensure_ascii=False).encode()

    def test_escapes(self):
        for code in range(32):
            short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
            self.writes(chr(code), f'"{short.get(code, f"{chr(92)}u{code:04x}")}"')
        self.writes('"\\/\x7f\x80\u2028<&\'', '"\\"\\\\/\x7f\x80\u2028<&\'"')

    def test_every_character(self):
        for start in range(0, sys.maxunicode + 1, 0x400):
            if not 0xD800 <= start <= 0xDFFF:
                text = "".join(map(chr, range(start, start + 0x400)))
                if dumps(text) != self.written(text) or dumps({text: [text]}) != b"{%b:[%b]}" % (self.written(text), self.written(text)):
                    self.fail(hex(start))
                for character in text if start < 0x3000 else text[:8]:
                    if dumps(character) != self.written(character):
                        self.fail(hex(ord(character)))

    def test_every_length_with_an_escape_at_every_place(self):
        for size in range(301):
            for filler in ("x", "\xe9", "\u20ac", "\U0001f600"):
                if dumps(filler * size) != self.written(filler * size):
                    self.fail(f"{filler} * {size}")
            for place in range(size):
                text = "a" * place + '\n"\\\0\x1f\x7f'[(place + size) % 6] + "b" * (size - place - 1)
                if dumps(text) != self.written(text):
                    self.fail(f"{place} of {size}")

    def test_escapes_in_wide_text(self):
        for size, filler, special in itertools.product(range(80), ("\xe9", "\u20ac", "\U0001f600"), '\n"\\\0'):
            text = filler * size + special + filler * (size % 5) + special
            self.assertEqual(dumps(text), self.written(text))
            self.assertEqual(dumps({text: text}), b"{%b:%b}" % (self.written(text), self.written(text)))

    def test_only_escapes(self):
        for character in '"\\\n\0\x1f':
            for size in (1, 15, 16, 17, 31, 32, 33, 1000, 100_000):
                self.assertTrue(dumps(character * size) == self.written(character * size))
                self.assertTrue(dumps([character * size, 1]) == b"[%b,1]" % self.written(character * size))

    def test_half_surrogate_pairs(self):
        for text in ("\ud800", "a\udfff", "\udc80b", "\ud83d", "\U0001f600\ud83d", "x" * 100 + "\ud800", "\ude00\ud83d", Str("\ud800")):
            for value in (text, [text], {"a": text}, (1, text)):
                self.assertIsInstance(self.not_written(value, NOT_UTF8).__cause__, (UnicodeEncodeError, type(None)))
            for option in (0, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS):
                self.not_written({str.__getitem__(text, slice(None)): 1}, NOT_UTF8, option)

    def test_large(self):
        for size in (1000, 1023, 1024, 1025, 4096, 65536, 5_000_000):
            for character in ("a", "\u20ac"):
                self.assertTrue(dumps([character * size]) == f'["{character * size}"]'.encode())


class Containers(JsonCase):
    def test_plain(self):
        self.writes(None, "null")
        self.writes([True, False, None], "[true,false,null]")
        self.writes((1, (2, ()), []), "[1,[2,[]],[]]")
        self.writes({"a": {"b": {}}, "": [{}]}, '{"a":{"b":{}},"":[{}]}')
        self.writes(collections.OrderedDict(b=1, a=2), '{"b":1,"a":2}')
        self.writes(collections.defaultdict(int, a=1), '{"a":1}')
        self.writes(collections.Counter("aab"), '{"a":2,"b":1}')
        self.writes(typing.TypedDict("Typed", {"a": int})(a=1), '{"a":1}')
        self.writes(uuid.UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), '"00112233-4455-6677-8899-aabbccddeeff"')
        self.writes([uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)], '["00000000-0000-0000-0000-000000000000","ffffffff-ffff-ffff-ffff-ffffffffffff"]')

    def test_holes(self):
        value = {str(i): i for i in range(100)}
        for i in range(0, 100, 3):
            del value[str(i)]
        self.writes(value, json.dumps(value, separators=(",", ":")))
        value.clear()
        self.writes(value, "{}")

    def test_tables_of_other_kinds(self):
        """A dict that had a key that was no str, and one that shares its keys with others."""
        value = {str(i): i for i in range(20)}
        value[0] = 0
        self.not_written(value, "Dict key must be str")
        del value[0], value["0"], value["7"], value["19"]
        self.writes(value, json.dumps(value, separators=(",", ":")))
        plain = type("Plain", (), {})
        things = [plain(), plain(), plain()]
        for thing in things:
            thing.a, thing.b, thing.c = 1, [2], "3"
        self.writes([vars(thing) for thing in things], "[" + ",".join(['{"a":1,"b":[2],"c":"3"}'] * 3) + "]")
        del things[1].b
        self.writes(vars(things[1]), '{"a":1,"c":"3"}')

    def test_unsupported(self):
        for value, name in (
            (b"x", "bytes"), (bytearray(), "bytearray"), (memoryview(b""), "memoryview"), ({1}, "set"), (frozenset(), "frozenset"), (1j, "complex"),
            (range(3), "range"), (iter([]), "list_iterator"), (object(), "object"), (Thing(), "Thing"), (..., "ellipsis"), (int, "type"), (Float(1), "Float"),
            (Tuple(), "Tuple"), (collections.namedtuple("Named", "a")(1), "Named"), (decimal.Decimal(1), "decimal.Decimal"), (dumps, "builtin_function_or_method"),
            (collections.deque(), "collections.deque"), (collections.ChainMap(), "ChainMap"), (type("Id", (uuid.UUID,), {})(int=1), "Id"),
        ):  # fmt: skip
            for option in (0, module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS, module.OPT_SERIALIZE_NUMPY):
                for document in (value, [value], {"a": value}, (1, [value])):
                    error = self.not_written(document, UNSUPPORTED + name, option)
                    self.assertIsNone(error.__cause__)
            self.writes([value, {"a": value}], '["d",{"a":"d"}]', default=lambda value: "d")

    def test_subclasses(self):
        self.writes([Str("a\n"), Int(5), List([1]), Dict(a=1), True], '["a\\n",5,[1],{"a":1},true]')
        for value in (Str("a"), Int(5), List([1]), Dict(a=1)):
            self.not_written(value, UNSUPPORTED + type(value).__name__, module.OPT_PASSTHROUGH_SUBCLASS)
            seen = []
            self.writes([value], "[null]", module.OPT_PASSTHROUGH_SUBCLASS, default=seen.append)
            self.assertIs(seen[0], value)
        self.writes(["a", 5, [1], {"a": True}], '["a",5,[1],{"a":true}]', module.OPT_PASSTHROUGH_SUBCLASS)
        self.writes({Str("a"): 1, Int(2): 3}, '{"a":1,"2":3}', module.OPT_PASSTHROUGH_SUBCLASS | module.OPT_NON_STR_KEYS)

    def test_depth(self):
        for around in (lambda value: [value], lambda value: (value,), lambda value: {"a": value}, lambda value: List([value]), lambda value: Dict(a=value)):
            for option in (0, module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS):
                value = dumps(nested(254, 1, around), option=option)
                self.assertEqual(value.count(b"[") + value.count(b"{"), 254)
                for depth in (255, 256, 1000, 5000):
                    self.assertIsNone(self.not_written(nested(depth, 1, around), RECURSION, option).__cause__)
        self.assertEqual(len(dumps([nested(253, 1)] * 50)), 2 + 49 + 50 * (2 * 253 + 1))

    def test_circles(self):
        one, other = [], {}
        one.append(one)
        other["a"] = {"b": [other]}
        for value in (one, other, [other], {"a": one}):
            for option in (0, module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS):
                self.not_written(value, RECURSION, option)
                self.not_written(value, RECURSION, option, default=lambda value: None)

    def test_large(self):
        value = [{"id": i, "name": f"name {i}", "tags": ["a", "\u20ac", None, True], "n": [i] * (i % 7)} for i in range(5000)]
        self.assertTrue(dumps(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        self.assertTrue(dumps(value, option=module.OPT_INDENT_2) == json.dumps(value, ensure_ascii=False, indent=2).encode())
        for size in range(900, 1100):
            self.assertEqual(dumps([1] * size), b"[" + b",".join([b"1"] * size) + b"]")
            self.assertEqual(dumps([{}, "a" * size, {"b" * size: {}}]), b'[{},"%b",{"%b":{}}]' % (b"a" * size, b"b" * size))


if __name__ == "__main__":
    unittest.main()
