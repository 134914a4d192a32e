"""json of the standard library, native: polyhost.accelerate("json"), --accelerate and POLYHOST_ACCELERATE, polyhost -m polyhost.json."""

import codecs
import collections
import decimal
import enum
import importlib
import importlib.util
import inspect
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from json import dump, dumps, load, loads  # before accelerate: the functions themselves become native

from support import POLYHOST, PYTHON, SANITIZER, rows, run

SIGNATURES = {name: (inspect.signature(getattr(json, name)), inspect.getfullargspec(getattr(json, name)).args) for name in json.__all__[:4]}
DOCUMENTED = {name: [getattr(getattr(json, name), part) for part in ("__doc__", "__module__", "__qualname__", "__name__")] for name in json.__all__[:4]}
LOADER = dict(vars(json.__spec__.loader))

import polyhost

polyhost.accelerate("json")


def standard_json():
    """A json that no accelerator knows of (module)."""
    path = json.__path__
    spec = importlib.util.spec_from_file_location("standard_json", json.__file__, submodule_search_locations=list(path))
    module = sys.modules["standard_json"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STANDARD = standard_json()


def native_calls(name):
    return sum(row.calls for row in polyhost.boundary.snapshot() if row.name.endswith("." + name))


def outcome(function, *args, **kwargs):
    """What a call returns or raises, comparable (str)."""
    try:
        return "returned " + repr(function(*args, **kwargs))
    except Exception as error:
        more = [getattr(error, name, None) for name in ("msg", "doc", "pos", "lineno", "colno", "__cause__", "__notes__")]
        return f"raised {type(error).__qualname__} {error} {error.args!r} {more!r}"


class Text(str):
    pass


class Bytes(bytes):
    pass


class Number(int):
    def __repr__(self):
        return "Number"


class Real(float):
    def __repr__(self):
        return "Real"


class Dict(dict):
    def items(self):
        return [("mine", 1)]


class Colour(enum.IntEnum):
    RED = 1


class Name(str, enum.Enum):
    ONE = "one"


Point = collections.namedtuple("Point", "x y")

TEXTS = [
    # values
    "null", "true", "false", "0", "-0", "1", "-1", "12345678901234567890", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "-9223372036854775809", "1" * 100, "0.0", "-0.0", "1.5", "1e5", "1E+5", "1e-5", "-1.25e2", "1e400", "-1e400",
    "1e-400", "5e-324", "2.2250738585072011e-308", "0.1", "123456789.123456789", "1.7976931348623157e308", "9007199254740993.0", "0.30000000000000004",
    "1" + "0" * 400 + ".0", "NaN", "Infinity", "-Infinity", "[NaN]", "1.0" + "1" * 800,
    '""', '"a"', '"\\u0041"', '"\\n\\t\\"\\\\\\/\\b\\f\\r"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00\\ud83d"', '"\\ud83dx"', '"\\ud83d\\u0041"', '"é€\U0001f600"',
    '"\\u0000"', '"\x7f"', '"\u2028"', '"' + "x" * 10000 + '"', '"' + "é" * 1000 + '\\n"',
    "[]", "{}", "[ ]", "{ }", "[1,2,3]", '{"a":1}', '{"a":1,"a":2}', '{"a":{"b":[1,{"c":null}]}}', ' \t\n\r[ 1 , 2 ] \n', '{"b":1,"a":2,"":3}', '[[[[[[]]]]]]',
    "[" * 50 + "]" * 50, json.dumps(list(range(1000))), json.dumps({str(i): i / 7 for i in range(500)}),
    # errors
    "", " ", "nul", "nulll", "tru", "True", "None", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 2", "[1,]", "[1 2]", "[", "[1", "[1,", "]", "{", "}", '{"a"', '{"a":',
    '{"a":1', '{"a":1,', '{"a":1,}', '{"a" 1}', "{a:1}", "{1:2}", '{"a":1 "b":2}', "{,}", "[,]", '"', '"abc', '"\\', '"\\x"', '"\\u12"', '"\\u12', '"\\uzzzz"', '"\\u 123"', '"\\u0x10"', '"a\nb"',
    '"a\tb"', '"\x00"', "'a'", "\ufeff1", "\ufeff", "1\ufeff", "\xa01", "[1]\x00", "\u0661", "1\u0661", "nan", "-NaN", "-Inf", "/* */1", "[1]//", '{"a":1}x', "\ud800", '"\ud800"', '["\udcff"]',
    "[" * 100000, "[" * 5000 + "]" * 5000, '{"a":' * 100000, '[[1,2],\n[3,\n  4 5]]', '"a",', "1,", '{"é€\U0001f600": }', "é",
]  # fmt: skip

BYTES = [
    *(b for text in ("1", "[1]", '"é"', '{"a": "\U0001f600"}', "", " ", "[") for b in (
        text.encode(), text.encode("utf-8-sig"), *(text.encode(e) for e in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")))),
    b"\xff", b'"\xff"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b"1\x00", b"\x001", b"\x00", b"\x00\x00", b'"\xe9"', b"[1\x00]", codecs.BOM_UTF8, codecs.BOM_UTF8 * 2 + b"1",
    b"\xef\xbb", b'"\xef\xbb\xbf"', b"1 \xff",
]  # fmt: skip

VALUES = [
    None, True, False, 0, -1, 2**31, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64, -(2**64), 10**100, 0.0, -0.0, 1.0, 1.5, 1e16, 1e15, 123456789012345680.0, 1e22, 1e23, 1e-5, 1e-4, 5e-324, 0.1, 1 / 3, math.pi,
    1.7976931348623157e308, math.nan, math.inf, -math.inf, "", "a", "é", "€", "\U0001f600", "\x00\x1f\x7f\x80\xff", "\"\\/\b\f\n\r\t", "\u2028\u2029", "\ud800", "\ud83d\ude00", "a\udc80b", "x" * 5000,
    [], (), {}, [[]], [()], [{}], {"a": []}, {"a": {}}, [1, 2, [3, (4, 5)]], {"a": 1, "b": [1, {"c": None}]}, {"b": 1, "a": 2, "c": {"z": 1, "y": 2}}, {"é": "€", "\n": "\U0001f600"},
    {1: 1}, {1.5: 1}, {True: 1, None: 2, False: 3}, {1: 1, "1": 2}, {2: 1, 1: 2, 10: 3}, {"a": 1, 1: 2}, {None: 1, "a": 2}, {math.nan: 1}, {math.inf: 1}, {2**70: 1}, {(1, 2): 3}, {b"a": 1}, {"a": {(): 1}},
    {Colour.RED: 1}, {Name.ONE: 2}, {Text("k"): 1}, {Number(3): 1}, {Real(2.5): 1}, {Point(1, 2): 3},
    b"bytes", bytearray(b"x"), object, Ellipsis, 1j, {1, 2}, frozenset(), range(3), decimal.Decimal("1.5"), len, [1, b"x"], {"a": b"x"}, [1, [2, {"a": object}]],
    Text("text"), Number(7), Real(1.5), Dict(a=1), Colour.RED, Name.ONE, Point(1, 2), [Point(1, [2])], collections.OrderedDict(b=1, a=2), collections.defaultdict(list, a=[1]), collections.Counter("aab"),
    [Text("x"), Number(1), Real(2)], [True, 1, 1.0, "1"], list(range(300)), {str(i): [i, i / 3, str(i), None] for i in range(100)}, [[[[[[[[1]]]]]]]],
]  # fmt: skip


def circular():
    listed, mapped, tupled = [], {}, ([],)
    listed.append([listed])
    mapped["a"] = [mapped]
    tupled[0].append(tupled)
    return [listed, mapped, tupled]


def deep(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


class Same(unittest.TestCase):
    """Results and errors are the standard library's."""

    def assertSame(self, name, *args, **kwargs):
        wanted = outcome(getattr(STANDARD, name), *args, **kwargs)
        got = outcome(getattr(json, name), *args, **kwargs)
        if got != wanted:
            self.fail(f"{name} of {repr(args)[:200]} {kwargs}: {got[:400]} instead of {wanted[:400]}")

    def test_loads_text(self):
        for text in TEXTS:
            self.assertSame("loads", text)
            self.assertSame("loads", s=text)
            self.assertSame("loads", f"[{text}]")
            self.assertSame("loads", f'{{"k": {text}}}')

    def test_loads_bytes(self):
        for data in BYTES:
            for kind in (bytes, bytearray, Bytes, memoryview):
                self.assertSame("loads", kind(data))
        for text in TEXTS:
            self.assertSame("loads", text.encode("utf-8", "surrogatepass"))
            self.assertSame("loads", bytearray(text.encode("utf-8", "surrogatepass")))

    def test_loads_of_other_types(self):
        for value in (None, 1, 1.5, [], {}, object, Text("[1]"), Text("\ufeff1"), Bytes(b"[1]"), io.StringIO("1"), NotImplemented, ...):
            self.assertSame("loads", value)

    def test_loads_every_argument(self):
        class Decoder(json.JSONDecoder):
            def decode(self, s):
                return ["mine", super().decode(s)]

        arguments = [
            {"cls": Decoder}, {"cls": json.JSONDecoder}, {"cls": None}, {"object_hook": lambda d: sorted(d)}, {"object_pairs_hook": lambda pairs: tuple(pairs)}, {"object_pairs_hook": collections.OrderedDict},
            {"object_hook": lambda d: "hook", "object_pairs_hook": lambda pairs: "pairs"}, {"parse_float": decimal.Decimal}, {"parse_float": str}, {"parse_int": float}, {"parse_int": str}, {"parse_constant": str},
            {"parse_constant": lambda c: 1 / 0}, {"strict": False}, {"strict": True}, {"nothing": 1}, {"cls": None, "object_hook": None, "parse_float": None, "parse_int": None, "parse_constant": None, "object_pairs_hook": None},
            {"cls": 1}, {"object_hook": 1}, {"encoding": "utf-8"}, {"memo": {}},
        ]  # fmt: skip
        for text in ('{"a": [1, 1.5, NaN, {"b": -Infinity}]}', "[1, 2.0]", '"a\nb\x00"', '{"b": 1, "a": 2, "b": 3}', "[", b'{"a": 1.5}', "{}"):
            for more in arguments:
                self.assertSame("loads", text, **more)

    def test_wrong_calls(self):
        for name in ("loads", "load", "dumps", "dump"):
            for args in ((), (1,), (1, 2), (1, 2, 3), ("1", "2"), ([], [], [], [])):
                for more in ({}, {"s": "1"}, {"obj": 1}, {"fp": 1}, {"nothing": 2}, {"cls": None}, {"indent": 1}):
                    self.assertSame(name, *args, **more)

    def test_load(self):
        class File:
            def __init__(self, content):
                self.content = content

            def read(self):
                return self.content

        for content in ("[1]", b"[1]", "", "[", b"\xff", None, 3, Text("1"), '{"a": 1.5}'):
            self.assertSame("load", File(content))
            self.assertSame("load", fp=File(content))
            self.assertSame("load", File(content), parse_float=str, object_hook=None)
        for wrong in (None, 1, "text", object()):
            wanted, got = outcome(STANDARD.load, wrong), outcome(json.load, wrong)
            self.assertEqual(got, wanted)

    def test_dumps(self):
        for value in [*VALUES, [VALUES[:10]], deep(100)]:
            self.assertSame("dumps", value)
            self.assertSame("dumps", obj=value)
            self.assertSame("dumps", [value, {"k": value}])

    def test_dumps_every_argument(self):
        class Encoder(json.JSONEncoder):
            def default(self, o):
                return f"mine {type(o).__name__}"

        class Flag:
            def __bool__(self):
                raise ZeroDivisionError("asked")

        arguments = [
            {name: value} for name in ("skipkeys", "ensure_ascii", "check_circular", "allow_nan", "sort_keys") for value in (True, False, 0, 1, None, "", Flag())
        ]
        arguments += [{"indent": value} for value in (None, 0, 1, 2, 4, 17, 1000, 1001, -1, True, False, "", " ", "\t", "--", "é", Text("  "), 1.5, [], 10**30, b" ")]
        arguments += [
            {"separators": value}
            for value in ((",", ":"), (", ", ": "), [",", ":"], ("é", "\ud800"), ("", ""), (",",), (1, 2), (b",", b":"), ",:", "abc", None, (), 5, (Text(","), ":"), iter(",:"), {",": 1, ":": 2}, (None, ":"))
            if not hasattr(value, "__next__")
        ]
        arguments += [{"default": value} for value in (str, repr, lambda o: [type(o).__name__], lambda o: o, lambda o: 1 / 0, 5, None)]
        arguments += [{"cls": value} for value in (Encoder, json.JSONEncoder, None, 5)]
        arguments += [{"nothing": 1}, {"obj": 1}, {"encoding": "utf-8"}]
        pairs = [
            {"indent": 2, "separators": (",", ":")}, {"indent": 2, "sort_keys": True}, {"indent": "\t", "ensure_ascii": False}, {"sort_keys": True, "skipkeys": True}, {"skipkeys": True, "indent": 1}, {"default": str, "skipkeys": True},
            {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}, {"allow_nan": False, "indent": 0}, {"check_circular": False, "default": repr}, {"indent": 3, "default": str, "sort_keys": True, "ensure_ascii": False},
        ]  # fmt: skip
        for value in VALUES:
            for more in [*arguments, *pairs]:
                self.assertSame("dumps", value, **more)

    def test_circular(self):
        for value in circular():
            for more in ({}, {"indent": 1}, {"check_circular": False}, {"default": str}, {"sort_keys": True}):
                self.assertEqual(type(raised(json.dumps, value, **more)), type(raised(STANDARD.dumps, value, **more)))
                self.assertEqual(str(raised(json.dumps, value, **more)).partition(" while")[0], str(raised(STANDARD.dumps, value, **more)).partition(" while")[0])

    @unittest.skipIf(SANITIZER, "a sanitizer's frames are larger than the stack allows for")
    def test_recursion(self):
        for depth in (10, 500, 100000):
            for dumped in (json.dumps, STANDARD.dumps):
                with self.subTest(depth=depth, dumped=dumped.__module__):
                    if depth < 1000:
                        self.assertEqual(dumped(deep(depth)), "[" * (depth + 1) + "]" * (depth + 1))
                    else:
                        self.assertRaises(RecursionError, dumped, deep(depth))
        self.assertRaises(RecursionError, json.loads, "[" * 100000)
        self.assertRaises(RecursionError, json.loads, "[" * 100000 + "]" * 100000)
        self.assertEqual(repr(json.loads("[" * 500 + "]" * 500)), "[" * 500 + "]" * 500)

    def test_default_is_called_once_for_each_object(self):
        for more in ({}, {"indent": 1}, {"sort_keys": True}, {"ensure_ascii": False}):
            for function in (json.dumps, STANDARD.dumps):
                calls = []
                a, b = object(), object()

                def default(o):
                    calls.append(o)
                    return len(calls)

                text = function({"x": [1, "y", a, b, a]}, default=default, **more)
                self.assertEqual(calls, [a, b, a])
                self.assertEqual(json.loads(text), {"x": [1, "y", 1, 2, 3]})

    def test_hooks_are_called_once_in_order(self):
        text = '{"a": {"b": 1}, "c": [{"d": 1.5}, {"e": NaN}]}'
        for hook in ("object_hook", "object_pairs_hook", "parse_int", "parse_float", "parse_constant"):
            seen = {}
            for module in (json, STANDARD):
                calls = seen[module] = []
                module.loads(text, **{hook: lambda o, calls=calls: calls.append(repr(o))})
            self.assertEqual(seen[json], seen[STANDARD])

    def test_limit_of_digits(self):
        if not hasattr(sys, "set_int_max_str_digits"):
            self.skipTest("this Python has no limit of digits")
        self.addCleanup(sys.set_int_max_str_digits, sys.get_int_max_str_digits())
        for limit in (640, 5000, 0):
            sys.set_int_max_str_digits(limit)
            for digits in (639, 640, 641, 4300, 4301, 5001):
                self.assertSame("loads", "1" * digits)
                self.assertSame("loads", f'{{"a": [-{"1" * digits}]}}')
                self.assertSame("dumps", 10 ** (digits - 1))
                self.assertSame("dumps", {10 ** (digits - 1): [10**digits]})

    def test_every_character(self):
        for first in range(0, 0x110000, 0x1000):
            text = "".join(map(chr, range(first, first + 0x1000)))
            for more in ({}, {"ensure_ascii": False}):
                self.assertSame("dumps", text, **more)
                self.assertSame("dumps", {text: 1}, **more)
            self.assertSame("loads", STANDARD.dumps(text))
            self.assertSame("loads", STANDARD.dumps(text, ensure_ascii=False))
        for number in range(0x20):
            for text in (f'"{chr(number)}"', f'"abc{chr(number)}d"', f"{chr(number)}1", f'"{"x" * 50}{chr(number)}"'):
                self.assertSame("loads", text)
                self.assertSame("loads", text, strict=False)

    def test_loaded_objects_are_independent(self):
        first, second = (json.loads('{"a": [1, {"b": []}], "c": {}}') for _ in range(2))
        first["a"][1]["b"].append(1)
        first["c"]["x"] = 1
        self.assertEqual(second, {"a": [1, {"b": []}], "c": {}})

    def test_argument_is_left_alone(self):
        data = bytearray(b'{"a": [1, 2.5, "x"]}')
        json.loads(data)
        data.append(0x20)  # nothing holds its buffer
        self.assertEqual(data, b'{"a": [1, 2.5, "x"]} ')
        value = {"b": [1, (2,)], "a": {}}
        json.dumps(value, sort_keys=True, indent=2)
        self.assertEqual(repr(value), "{'b': [1, (2,)], 'a': {}}")


def raised(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


class Dump(unittest.TestCase):
    class Broken:
        """Takes so many characters."""

        def __init__(self, room):
            self.room, self.taken = room, ""

        def write(self, text):
            if len(self.taken) + len(text) > self.room:
                raise OSError("full")
            self.taken += text

    def written(self, module, make, value, **more):
        file = make()
        try:
            result = module.dump(value, file, **more)
        except Exception as error:
            result = type(error).__qualname__, str(error)
        if isinstance(file, io.TextIOWrapper):
            file.flush()
            return result, file.buffer.getvalue()
        return result, getattr(file, "getvalue", lambda: None)()

    def test_files(self):
        kinds = {
            "StringIO": io.StringIO, "BytesIO": io.BytesIO, "None": lambda: None, "int": lambda: 5,
            **{f"{e}, {errors}, {newline!r}": lambda e=e, errors=errors, newline=newline: io.TextIOWrapper(io.BytesIO(), e, errors, newline=newline)
               for e in ("utf-8", "ascii", "latin-1", "utf-16", "utf-8-sig", "cp1252") for errors in ("strict", "backslashreplace", "surrogateescape") for newline in (None, "\r\n")},
        }  # fmt: skip
        for name, make in kinds.items():
            for value in [*VALUES, ["a", 1, "é", {"b": ["\U0001f600", 2]}, "\ud800", 3], ["a", object], {"a": [1, "x"], "é": {(): 1}}]:
                for more in ({}, {"ensure_ascii": False}, {"indent": 2, "ensure_ascii": False}, {"default": str, "indent": "\t"}, {"sort_keys": True}):
                    wanted = self.written(STANDARD, make, value, **more)
                    self.assertEqual(self.written(json, make, value, **more), wanted, (name, repr(value)[:200], more))

    def test_write_is_called_once(self):
        writes = []
        file = type("File", (), {"write": lambda self, text: writes.append(text)})()
        json.dump({"a": [1, 2, {"b": None}]}, file)
        json.dump(obj=[1], fp=file, indent=1)
        self.assertEqual(writes, ['{"a": [1, 2, {"b": null}]}', "[\n 1\n]"])

    def test_write_that_fails(self):
        for module in (json, STANDARD):
            with self.assertRaisesRegex(OSError, "^full$"):
                module.dump([1, 2, 3], self.Broken(3))
        file = self.Broken(100)
        self.assertRaises(TypeError, json.dump, [1, object()], file)
        wanted = self.Broken(100)
        self.assertRaises(TypeError, STANDARD.dump, [1, object()], wanted)
        self.assertEqual(file.taken, wanted.taken)

    def test_round_trip_of_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.json")
            value = {"é": [1, 2.5, None, True, "\U0001f600"]}
            with open(path, "w", encoding="utf-8") as file:
                dump(value, file, ensure_ascii=False)
            for mode, more in (("r", {"encoding": "utf-8"}), ("rb", {})):
                with open(path, mode, **more) as file:
                    self.assertEqual(load(file), value)


class Native(unittest.TestCase):
    """Native code does the work, where it can."""

    def assertNative(self, name, function, *args, calls=1, **kwargs):
        before = native_calls(name)
        result = function(*args, **kwargs)
        self.assertEqual(native_calls(name), before + calls, (function, args, kwargs))
        return result

    def test_loads(self):
        for function in (loads, json.loads):
            for value in ("1", "[1, 2.5]", '{"a": "é"}', b"[1]", bytearray(b'"\xc3\xa9"')):
                self.assertNative("standard_loads", function, value)
            self.assertNative("standard_loads", function, s="1")
            self.assertNative("standard_loads", function, "1", object_hook=len, calls=0)
            self.assertNative("standard_loads", function, Text("1"), calls=0)

    def test_load(self):
        for function in (load, json.load):
            self.assertEqual(self.assertNative("standard_loads", function, io.StringIO("[1]")), [1])
            self.assertEqual(self.assertNative("standard_loads", function, fp=io.BytesIO(b"[1]")), [1])

    def test_dumps(self):
        for function in (dumps, json.dumps):
            self.assertNative("standard_dumps", function, [1, {"a": None}])
            for more in (
                {"indent": 2}, {"indent": "\t"}, {"indent": 0}, {"separators": (",", ":")}, {"separators": [",", ":"]}, {"sort_keys": True}, {"ensure_ascii": False}, {"allow_nan": False}, {"default": str},
                {"skipkeys": True}, {"check_circular": False}, {"cls": None}, {"indent": 2, "sort_keys": True, "ensure_ascii": False, "separators": (",", ": "), "default": repr},
            ):  # fmt: skip
                self.assertNative("standard_dumps", function, {"b": [1, 2.5, "x"], "a": None}, **more)
            for more in ({"cls": json.JSONEncoder}, {"separators": ",:"}, {"indent": -1}, {"sort_keys": 1}):
                self.assertNative("standard_dumps", function, [1], **more, calls=0)

    def test_dump(self):
        for function in (dump, json.dump):
            self.assertNative("standard_dumps", function, [1, 2], io.StringIO())
            self.assertNative("standard_dumps", function, [1, 2], fp=io.StringIO(), indent=4)

    def test_functions_that_the_script_has_made(self):
        import functools

        self.assertNative("standard_dumps", functools.partial(dumps, indent=1), [1])
        self.assertNative("standard_loads", list(map(loads, ["1", "2"])).append, 1, calls=0)
        before = native_calls("standard_loads")
        self.assertEqual(list(map(loads, ["1", "2"])), [1, 2])
        self.assertEqual(native_calls("standard_loads"), before + 2)

    def test_json_that_the_script_changes(self):
        def changed(place, name, value, function, *args):
            old = getattr(place, name)
            setattr(place, name, value)
            try:
                return function(*args)
            finally:
                setattr(place, name, old)

        self.assertEqual(changed(json, "_default_encoder", json.JSONEncoder(indent=1), json.dumps, [1]), "[\n 1\n]")
        self.assertEqual(changed(json, "_default_decoder", json.JSONDecoder(parse_int=str), json.loads, "[1]"), ["1"])
        self.assertEqual(changed(json.JSONEncoder, "default", lambda self, o: "mine", json.dumps, [object]), '["mine"]')
        shorter = type("Shorter", (float,), {"__repr__": lambda self: f"{self:.1f}"})
        json.encoder.float = float
        self.addCleanup(delattr, json.encoder, "float")
        STANDARD.encoder.float = float
        self.addCleanup(delattr, STANDARD.encoder, "float")
        wanted = changed(STANDARD.encoder, "c_make_encoder", None, lambda: changed(STANDARD.encoder, "float", shorter, STANDARD.dumps, [1.25]))
        self.assertEqual(changed(json.encoder, "c_make_encoder", None, lambda: changed(json.encoder, "float", shorter, json.dumps, [1.25])), wanted)
        self.assertEqual(changed(json, "loads", lambda s, **_: "mine", json.load, io.StringIO("1")), "mine")


class Functions(unittest.TestCase):
    """The functions look as they did."""

    def test_signatures(self):
        for name, (signature, args) in SIGNATURES.items():
            self.assertEqual(inspect.signature(getattr(json, name)), signature)
            self.assertEqual(inspect.signature(getattr(STANDARD, name)), signature)
            self.assertEqual(inspect.getfullargspec(getattr(json, name)).args, args)

    def test_texts(self):
        for name, texts in DOCUMENTED.items():
            self.assertEqual([getattr(getattr(json, name), part) for part in ("__doc__", "__module__", "__qualname__", "__name__")], texts)
            self.assertIn(f"def {name}(", inspect.getsource(getattr(json, name)))
            self.assertTrue(inspect.isfunction(getattr(json, name)))

    def test_identity(self):
        import pickle

        for name, function in ("loads", loads), ("load", load), ("dumps", dumps), ("dump", dump):
            self.assertIs(getattr(json, name), function)
            self.assertIs(pickle.loads(pickle.dumps(function)), function)

    def test_module(self):
        self.assertEqual(vars(json.__spec__.loader), LOADER)
        self.assertIs(type(json.__spec__.loader), type(os.__spec__.loader) if os.__spec__.origin != "frozen" else type(unittest.__spec__.loader))

    def test_traceback(self):
        import traceback

        lines = "".join(traceback.format_exception(raised(json.loads, "[")))
        self.assertIn("return _default_decoder.decode(s)", lines)
        self.assertIn('File "<polyhost.accelerators.standard_json>"', lines)

    def test_twice(self):
        code = json.loads.__code__
        polyhost.accelerate("json", "json")
        self.assertIs(json.loads.__code__, code)
        self.assertFalse(hasattr(json.loads.__wrapped__, "__wrapped__"))
        self.assertEqual(sum(type(finder).__module__ == "polyhost.accelerators" for finder in sys.meta_path), 1)

    def test_unknown_name(self):
        for names in (("re",), ("json", "re"), ("",), ("json,json",)):
            with self.assertRaisesRegex(ValueError, "there is no accelerator .*: use 'json'$"):
                polyhost.accelerate(*names)
        polyhost.accelerate()


class Imports(unittest.TestCase):
    """json is native whenever it is imported. Each in a process of its own, by the switch."""

    COUNT = (
        "def native(name):\n"
        "    import polyhost\n"
        "    return sum(row.calls for row in polyhost.boundary.snapshot() if row.name.endswith('.' + name))\n"
    )

    def out(self, script, *switches, **options):
        done = run(*(switches or ("--accelerate", "json")), "-c", self.COUNT + script, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), script)
        return done.stdout.splitlines()

    def test_not_imported_early(self):
        names = self.out("import sys; print([name for name in sys.modules if name in ('json', '_json', 're', 'importlib', 'types', 'argparse')])")
        self.assertEqual(names, run("-c", "import sys; print([name for name in sys.modules if name in ('json', '_json', 're', 'importlib', 'types', 'argparse')])").stdout.splitlines())

    def test_import(self):
        for script in ("import json; json.loads('[1]')", "from json import loads; loads('[1]')", "import json.decoder; json.loads('[1]')", "import importlib; importlib.import_module('json').loads('[1]')", "import json as j; j.load(__import__('io').StringIO('1'))"):  # fmt: skip
            self.assertEqual(self.out(script + "; print(native('standard_loads'))"), ["1"])

    def test_without_the_switch(self):
        self.assertEqual(self.out("import json; json.loads('[1]'); print(hasattr(json, '_polyhost'))", "-B"), ["False"])

    def test_at_run_time(self):
        script = "from json import loads\nimport polyhost\nprint(loads('1'))\npolyhost.accelerate('json')\nprint(loads('1'), native('standard_loads'))"
        self.assertEqual(self.out(script, "-B"), ["1", "1 1"])
        script = "import polyhost, sys\npolyhost.accelerate('json')\nprint('json' in sys.modules)\nfrom json import loads\nprint(loads('1'), native('standard_loads'))"
        self.assertEqual(self.out(script, "-B"), ["False", "1 1"])
        script = "import polyhost.accelerators\npolyhost.accelerate('json')\nfrom polyhost.accelerators import standard_json\npolyhost.accelerate('json')\nprint(callable(polyhost.accelerate))"
        self.assertEqual(self.out(script, "-B"), ["True"])

    def test_with_polyhost_json(self):  # which imports json itself
        for script in ("from polyhost import json as fast\nimport json", "import json\nfrom polyhost import json as fast", "from polyhost.accelerators import standard_json\nfrom polyhost import json as fast\nimport json"):
            script += "\nprint(json.loads('[1]'), fast.loads('[1]'), issubclass(fast.JSONDecodeError, json.JSONDecodeError), native('standard_loads') > 0)"
            self.assertEqual(self.out(script), ["[1] [1] True True"])

    def test_reload(self):
        script = "import json, importlib\nold = json.loads\nsame = importlib.reload(json) is json\nprint(same, json.loads is old, json.loads('1'), old('1'), native('standard_loads'), vars(json.__spec__.loader))"
        wanted = run("-c", "import json; print(vars(json.__spec__.loader))", program=PYTHON).stdout.strip()
        self.assertEqual(self.out(script), [f"True False 1 1 2 {wanted}"])

    def test_fresh_copies(self):
        script = (
            "import sys, json\nfirst = json\nfor name in [n for n in sys.modules if n.partition('.')[0] == 'json']: del sys.modules[name]\n"
            "import json\nprint(first is json, first.loads is json.loads, first.loads('1'), json.loads('[2]'), native('standard_loads'))\n"
            "print(type(first.__spec__.loader) is type(json.__spec__.loader), first.__spec__.origin == json.__spec__.origin)"
        )
        self.assertEqual(self.out(script), ["False False 1 [2] 2", "True True"])

    def test_fresh_without_c(self):
        script = "import sys\nsys.modules['_json'] = None\nimport json\nprint(json.encoder.c_make_encoder, json.loads('[2]'), json.dumps([1]), native('standard_loads'), native('standard_dumps'))"
        self.assertEqual(self.out(script), ["None [2] [1] 1 1"])

    def test_spec_by_hand(self):
        script = "import importlib.util as u\nspec = u.find_spec('json')\nmodule = u.module_from_spec(spec)\nimport json\nspec.loader.exec_module(module)\nprint(module is json, module.loads('1'), json.loads('1'), native('standard_loads'))"
        self.assertEqual(self.out(script), ["False 1 1 2"])

    def test_module_looks_the_same(self):
        script = "import json\nprint(type(json.__spec__.loader), json.__loader__ is json.__spec__.loader, json.__spec__, json.__file__, json.__path__, json.__cached__ == json.__spec__.cached, sorted(vars(json.__loader__).items()), [name for name in dir(json) if name != '_polyhost'])"
        at = " at 0x"
        wanted = run("-c", script, program=PYTHON).stdout
        got = self.out(script)[0]
        self.assertEqual([piece.partition(">")[2] for piece in got.split(at)][1:], [piece.partition(">")[2] for piece in wanted.strip().split(at)][1:])
        self.assertEqual(got.partition(at)[0], wanted.partition(at)[0])

    def test_a_json_of_the_script(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "json.py"), "w") as file:
                file.write("def loads(s): return 'mine'\n")
            self.assertEqual(self.out("import json; print(json.loads('1'))", cwd=folder), ["mine"])
            with open(os.path.join(folder, "json.py"), "w") as file:
                file.write("1 / 0\n")
            done = run("--accelerate", "json", "-c", "import json", cwd=folder)
            self.assertIn("ZeroDivisionError", done.stderr)

    def test_finders_of_the_script(self):
        script = (
            "import sys\nclass Finder:\n    seen = []\n    @classmethod\n    def find_spec(cls, name, path=None, target=None):\n        cls.seen.append(name)\n"
            "sys.meta_path.append(Finder)\nsys.meta_path.insert(0, Finder)\nimport json\ntry: import nothing_of_that_name\nexcept ImportError: pass\n"
            "print(Finder.seen.count('json'), Finder.seen.count('nothing_of_that_name'), json.loads('1'), native('standard_loads'))\n"
        )
        self.assertEqual(self.out(script), ["1 2 1 1"])

    def test_children(self):
        child = self.COUNT + "import json; json.loads('1'); print(native('standard_loads'))"
        script = f"import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', {child!r}], capture_output=True, text=True).stdout, end='')"
        self.assertEqual(self.out(script), ["1"])
        self.assertEqual(self.out(script, "-B"), ["0"])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "spawns.py")
            with open(path, "w") as file:
                file.write(
                    self.COUNT + "import multiprocessing, json\ndef work(text):\n    value = json.loads(text)\n    return value, native('standard_loads')\n"
                    "if __name__ == '__main__':\n    with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.map(work, ['[1]']))\n"
                )
            done = run("--accelerate=json", path)
            self.assertEqual((done.stdout, done.stderr), ("[([1], 1)]\n", ""))

    def test_environment(self):
        script = "import json; json.loads('1'); print(native('standard_loads'))"
        for value, wanted in (("json", "1"), ("json,json", "1"), ("", "0"), ("0", "0")):
            self.assertEqual(self.out(script, "-B", env={**os.environ, "POLYHOST_ACCELERATE": value}), [wanted])
        with tempfile.TemporaryDirectory() as folder:  # as in a venv, whose bin/python3 sys.executable is
            os.symlink(POLYHOST, os.path.join(folder, "python3"))
            done = run("-c", self.COUNT + script, program=os.path.join(folder, "python3"), env={**os.environ, "POLYHOST_ACCELERATE": "json"})
            self.assertEqual((done.stdout, done.stderr), ("1\n", ""))
        done = run("-c", "print('ran')", env={**os.environ, "POLYHOST_ACCELERATE": "json,re"})
        self.assertEqual((done.returncode, done.stdout), (0, "ran\n"))
        self.assertEqual(done.stderr, "polyhost: POLYHOST_ACCELERATE knows no 're': use json\n")

    def test_switch(self):
        for switch in (["--accelerate", "json"], ["--accelerate=json"], ["--accelerate=json,json"], ["-B", "--accelerate", "json", "--gc=throughput"]):
            self.assertEqual(self.out("import json; print(hasattr(json, '_polyhost'))", *switch), ["True"])
        for switch in (["--accelerate=re"], ["--accelerate", "re"], ["--accelerate="], ["--accelerate=json,re"]):
            done = run(*switch, "-c", "print('ran')")
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))
            self.assertTrue(done.stderr.endswith(": use --accelerate=json\n"), done.stderr)
        for name in polyhost.accelerators.ACCELERATORS:
            self.assertEqual(run("--accelerate", name, "-c", "").returncode, 0)

    def test_report_shows_it(self):
        done = run("--report", "--accelerate", "json", "-c", "import json; json.loads('1'); json.dumps(1)")
        names = rows(done.stderr)
        self.assertEqual({name.rpartition(".")[2]: row["calls"] for name, row in names.items()}, {"standard_loads": 1, "standard_dumps": 1})


def has_test_json():
    try:
        return importlib.util.find_spec("test.test_json") is not None
    except ImportError:
        return False


class CPythonsTests(unittest.TestCase):
    @unittest.skipUnless(has_test_json(), "CPython's test.test_json is not installed (Debian: libpython3.11-testsuite)")
    @unittest.skipIf(SANITIZER, "a sanitizer's frames are larger than the stack allows for")
    def test_json(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run("--report", "--accelerate", "json", "-m", "unittest", "test.test_json", cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"(?m)^Ran 1\d\d tests")
        calls = {name.rpartition(".")[2]: row["calls"] for name, row in rows(done.stderr).items()}
        self.assertGreater(calls["standard_loads"], 100)
        self.assertGreater(calls["standard_dumps"], 100)


class Tool(unittest.TestCase):
    """polyhost -m polyhost.json is python3 -m json.tool."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def both(self, *arguments, text="", files={}, environment={}):
        """(status, stdout, last line of stderr, files) of both."""
        outcomes = []
        for program in ([sys.executable, "-m", "polyhost.json"], [PYTHON, "-m", "json.tool"]):
            with tempfile.TemporaryDirectory() as folder:
                for name, content in files.items():
                    with open(os.path.join(folder, name), "wb") as file:
                        file.write(content)
                done = subprocess.run([*program, *arguments], input=text.encode("utf-8", "surrogateescape"), capture_output=True, cwd=folder, env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment})
                made = {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
            error = done.stderr if b"Traceback" not in done.stderr else done.stderr.splitlines()[-1]
            outcomes.append((done.returncode, done.stdout, error, made))
        return outcomes

    def assertBoth(self, *arguments, **options):
        got, wanted = self.both(*arguments, **options)
        self.assertEqual(got, wanted, (arguments, options))
        return got

    def test_options(self):
        text = '{"b": [1, 2.50, 1e400, -0, "\u00e9\U0001f600", NaN, 123456789012345678901234567890], "a": {"z": {}, "y": []}, "": "\\ud800"}'
        for option in ([], ["--sort-keys"], ["--no-ensure-ascii"], ["--indent", "2"], ["--indent", "0"], ["--indent=-1"], ["--tab"], ["--no-indent"], ["--compact"], ["--compact", "--sort-keys", "--no-ensure-ascii"]):
            self.assertBoth(*option, text=text.replace("\\ud800", "x"))
            self.assertBoth(*option, text=text)
            self.assertBoth(*option, "in.json", "out.json", files={"in.json": text.encode()})
            self.assertBoth(*option, "--json-lines", text='{"b": 1, "a": 2}\n[1]\n"\u00e9"\n')

    def test_errors(self):
        self.assertEqual(self.assertBoth(text="{1.2: 3.4}")[0], 1)
        for text in ("", "[", "[1] [2]", '"a\nb"', "\udcff", '{"a": 1,}', "\ufeff1"):
            self.assertBoth(text=text)
        self.assertBoth("--json-lines", text="[1]\n[2\n[3]\n")
        for arguments in (["--no-such-option"], ["--indent", "x"], ["--indent", "2", "--tab"], ["missing.json"], ["a", "b", "c"], ["--help"], ["in.json", "no/such/folder/out.json"], ["in.json"]):
            self.assertBoth(*arguments, files={"in.json": b"[1]", "a": b"1"})
        self.assertBoth("in.json", files={"in.json": b"\xff"})

    def test_output_that_cannot_be_encoded(self):
        text = '["a", "\u20ac", {"b": "\u00e9"}]'
        for encoding in ("ascii", "latin-1", "ascii:backslashreplace", "utf-16"):
            self.assertBoth("--no-ensure-ascii", "in.json", files={"in.json": text.encode()}, environment={"PYTHONIOENCODING": encoding})

    def test_in_place(self):
        self.assertBoth("x.json", "x.json", files={"x.json": b'{"b":1,"a":[1,2]}'})

    def test_native(self):
        done = run("--report", "-m", "polyhost.json", input='{"a": [1, 2]}')
        self.assertEqual(done.stdout, '{\n    "a": [\n        1,\n        2\n    ]\n}\n')
        self.assertEqual({name.rpartition(".")[2] for name in rows(done.stderr)}, {"standard_loads", "standard_dumps"})

    def test_reader_that_goes_away(self):
        with subprocess.Popen([sys.executable, "-m", "polyhost.json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            _, error = process.communicate(b"[" + b"1," * 100000 + b"1]")
        self.assertEqual((process.returncode, error), (32, b""))


if __name__ == "__main__":
    unittest.main()
