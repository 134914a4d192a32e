"""Many documents a text, one value of a document, and numbers that orjson has no room for: what goes beyond its interface."""

import collections
import datetime
import decimal
import io
import json
import mmap
import os
import pathlib
import tempfile
import unittest

import polyhost.json as module
from polyhost.json import JSONDecodeError, dumps, dumps_lines, loads, loads_exact, loads_lines, pointer

RECORDS = [{"n": i, "text": "line %d \u20ac" % i, "more": [None, True, i / 7]} for i in range(5000)]
TEXT = b"".join(dumps(record) + b"\n" for record in RECORDS)


class Slow(io.RawIOBase):
    """A file that gives few bytes at a time, whatever is asked for."""

    def __init__(self, data, step):
        self.data, self.step, self.at = data, step, 0

    def read(self, size=-1):
        part = self.data[self.at : self.at + self.step]
        self.at += len(part)
        return part


class Lines(unittest.TestCase):
    def test_every_source(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "lines.ndjson")
            path.write_bytes(TEXT)
            with open(path, "rb") as binary, open(path, encoding="utf-8") as text, open(path, "rb") as mapped:
                memory = mmap.mmap(mapped.fileno(), 0, access=mmap.ACCESS_READ)
                for source in (TEXT, bytearray(TEXT), memoryview(TEXT), TEXT.decode(), memory, binary, text, io.BytesIO(TEXT), io.StringIO(TEXT.decode()), Slow(TEXT, 1000)):
                    with self.subTest(type(source).__name__):
                        self.assertEqual(list(loads_lines(source)), RECORDS)
                memory.close()

    def test_ends_of_lines(self):
        for text in (b"1\n2\n3", b"1\n2\n3\n", b"1\r\n2\r\n3\r\n", b"\n \n1\n\n2\n\t\n3\n\n", b" 1 \n\t2\n3 "):
            for source in (text, Slow(text, 1), Slow(text, 2)):
                self.assertEqual(list(loads_lines(source)), [1, 2, 3], text)
        for text in (b"", b"\n", b" \n\n"):
            self.assertEqual(list(loads_lines(text)), [])

    def test_lines_longer_than_a_piece(self):
        long = "x" * (5 << 20)
        text = dumps(1) + b"\n" + dumps(long) + b"\n" + dumps(2)
        for source in (text, io.BytesIO(text), Slow(text, 100_000)):
            self.assertTrue(list(loads_lines(source)) == [1, long, 2])

    def test_no_more_is_read_than_asked_for(self):
        file = io.BytesIO(TEXT * 20)
        self.assertEqual(next(loads_lines(file)), RECORDS[0])
        self.assertLess(file.tell(), len(TEXT) * 10)

    def test_errors(self):
        for source in (b'1\n\n{"\xc3\xa9": x}\n3', io.BytesIO(b'1\n\n{"\xc3\xa9": x}\n3'), Slow(b'1\n\n{"\xc3\xa9": x}\n3', 4)):
            values = loads_lines(source)
            self.assertEqual(next(values), 1)
            with self.assertRaisesRegex(JSONDecodeError, r"^unexpected character, expected a JSON value: line 3 column 7$") as caught:
                next(values)
            error = caught.exception
            self.assertEqual((error.doc, error.pos, error.lineno, error.colno), ('{"\u00e9": x}', 6, 3, 7))
        self.assertRaises(JSONDecodeError, list, loads_lines(b"[1,\n2]"))
        self.assertRaises(JSONDecodeError, list, loads_lines(b'"\xff"'))

    def test_a_pipe_gives_what_there_is(self):
        reading, writing = os.pipe()
        with open(reading, "rb") as pipe, open(writing, "wb", buffering=0) as end:
            values = loads_lines(pipe)
            for number in range(3):
                end.write(b"%d\n" % number)
                self.assertEqual(next(values), number)

    def test_wrong_sources(self):
        for source in (None, 1, ["1"]):
            self.assertRaises((TypeError, AttributeError), lambda source=source: list(loads_lines(source)))

    def test_writing(self):
        self.assertEqual(dumps_lines(RECORDS), TEXT)
        self.assertEqual(dumps_lines(iter(RECORDS)), TEXT)
        self.assertEqual(dumps_lines([]), b"")
        file = io.BytesIO()
        self.assertIsNone(dumps_lines(RECORDS, file=file))
        self.assertEqual(file.getvalue(), TEXT)
        self.assertEqual(dumps_lines([{2: set()}], lambda value: "d", module.OPT_NON_STR_KEYS), b'{"2":"d"}\n')
        self.assertRaisesRegex(ValueError, "leave it out", dumps_lines, [1], option=module.OPT_INDENT_2)
        self.assertRaises(module.JSONEncodeError, dumps_lines, [object()])


class Pointer(unittest.TestCase):
    # The example of RFC 6901, section 5.
    DOCUMENT = b'{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8}'

    def test_the_rfc(self):
        whole = loads(self.DOCUMENT)
        for text, value in (("", whole), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8)):
            self.assertEqual(pointer(self.DOCUMENT, text), value, text)

    def test_every_value_of_a_document(self):
        document = {"a": [1, {"b": [[], {}, "x]}\\\"", None]}, -1.5e3], "c": {"d": {"e": "\u20ac"}}, "": [True]}

        def walk(value, path):
            yield path, value
            items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            for key, item in items:
                yield from walk(item, f"{path}/{key}")

        for text in (dumps(document), json.dumps(document, indent=3).encode(), json.dumps(document), bytearray(dumps(document)), memoryview(dumps(document))):
            for path, value in walk(document, ""):
                self.assertEqual(pointer(text, path), value)

    def test_nothing_there(self):
        for path in ("/x", "/foo/2", "/foo/-", "/foo/00", "/foo/0/x", "/foo/x", "/foo/-1", "/foo/99999999999999999999"):
            self.assertRaisesRegex(KeyError, "^'%s'$" % path, pointer, self.DOCUMENT, path)
            self.assertEqual(pointer(self.DOCUMENT, path, 5), 5)
            self.assertIsNone(pointer(self.DOCUMENT, path, default=None))
        self.assertRaises(KeyError, pointer, b"1", "/a")
        self.assertRaises(KeyError, pointer, b"[]", "/0")
        self.assertRaises(KeyError, pointer, b"{}", "/0")

    def test_what_is_no_pointer(self):
        for path in ("a", "a/b", "/~", "/~2", "/a~"):
            self.assertRaisesRegex(ValueError, "JSON pointer", pointer, b"{}", path)
        self.assertRaises(TypeError, pointer, b"{}", 1)

    def test_flaws(self):
        for document, path in ((b'{"a" 1}', "/a"), (b'{"a": tru}', "/a"), (b"[1 2]", "/1"), (b'{"a": "', "/a"), (b'{"a": [', "/a"), (b"{", "/a"), (b'{"a":1', "/b"), (b'{"a', "/b"), (b"[1,", "/1"), (b'["\xff"]', "/0")):
            self.assertRaises(JSONDecodeError, pointer, document, path)
        with self.assertRaises(JSONDecodeError) as caught:
            pointer(b'{"a": [1, x]}', "/a")
        self.assertEqual(caught.exception.pos, 10)
        for document in (b"xyz", b"   ", b"]"):
            self.assertRaises(JSONDecodeError, pointer, document, "/a")
        with self.assertRaisesRegex(JSONDecodeError, "unexpected character"):
            pointer(b'{"a": tru}', "/a")

    def test_truncations(self):
        document = dumps({"a": [1, {"b": 'x"\\', "c": [[]]}], "d": None})
        for end in range(len(document)):
            for path in ("/d", "/a/1/c", "/zz"):
                with self.subTest(end=end, path=path):
                    try:
                        pointer(document[:end], path)
                    except (JSONDecodeError, KeyError):
                        pass

    def test_the_first_of_equal_keys(self):
        self.assertEqual(pointer(b'{"a":1,"a":2}', "/a"), 1)
        self.assertEqual(pointer(b'{"\\u0061":1,"a":2}', "/a"), 1)


class Numbers(unittest.TestCase):
    def test_big_integers(self):
        for number in (2**64, -(2**63) - 1, 10**100, -(10**400), 2**64 - 1, 0):
            self.assertEqual(loads_exact(str(number), option=module.OPT_BIG_INTEGER), number)
            self.assertEqual(dumps(number, option=module.OPT_BIG_INTEGER), str(number).encode())
        self.assertIs(type(loads(str(10**30))), float)
        with self.assertRaisesRegex(JSONDecodeError, "set_int_max_str_digits") as caught:
            loads_exact("[1, %s]" % ("1" * 5000), option=module.OPT_BIG_INTEGER)
        self.assertEqual(caught.exception.pos, 4)
        self.assertRaisesRegex(module.JSONEncodeError, "set_int_max_str_digits", dumps, 10**5000, option=module.OPT_BIG_INTEGER)
        self.assertRaises(JSONDecodeError, loads_exact, "1e400", option=module.OPT_BIG_INTEGER)
        self.assertEqual(loads_exact("[1%s,2]" % ("0" * 320), option=module.OPT_BIG_INTEGER), [10**320, 2])

    def test_decimals(self):
        for text in ("0.1", "-1.50", "1e400", "1E-400", "0.0", "12345678901234567890.123456789"):
            value = loads_exact(f"[{text}]", option=module.OPT_DECIMAL)[0]
            self.assertIs(type(value), decimal.Decimal)
            self.assertEqual(str(value), str(decimal.Decimal(text)))
            self.assertEqual(loads_exact(dumps(value, option=module.OPT_DECIMAL), option=module.OPT_DECIMAL), value)
        self.assertIs(type(loads_exact("1", option=module.OPT_DECIMAL)), int)
        self.assertEqual(dumps([decimal.Decimal("NaN"), decimal.Decimal("-Infinity")], option=module.OPT_DECIMAL), b"[null,null]")
        self.assertRaises(module.JSONEncodeError, dumps, decimal.Decimal(1))

    def test_wrong_options(self):
        for option in (1, True, -1, "1", 1.0, 1 << 30):
            self.assertRaisesRegex(module.JSONEncodeError, "Invalid opts", loads_exact, b"1", option=option)


class MoreTypes(unittest.TestCase):
    def test_each(self):
        for value, text in (
            ({1}, "[1]"), (set(), "[]"), (frozenset(["a"]), '["a"]'), (collections.deque([1, [2]]), "[1,[2]]"), (collections.deque(), "[]"),
            (pathlib.Path("/a/b"), '"/a/b"'), (pathlib.PurePosixPath("x"), '"x"'),
            (b"", '""'), (b"a", '"YQ=="'), (b"ab", '"YWI="'), (bytearray(b"abc\xff"), '"YWJj/w=="'),
            (datetime.timedelta(), '"PT0S"'), (datetime.timedelta(1), '"P1D"'), (datetime.timedelta(1, 2, 3), '"P1DT2.000003S"'),
            (datetime.timedelta(hours=25, minutes=1), '"P1DT1H1M"'), (datetime.timedelta(seconds=-1), '"-PT1S"'),
            (datetime.timedelta(microseconds=-1), '"-PT0.000001S"'), (datetime.timedelta(days=-1, microseconds=1), '"-PT23H59M59.999999S"'),
        ):  # fmt: skip
            self.assertEqual(dumps([value], option=module.OPT_MORE_TYPES).decode(), f"[{text}]")
            self.assertRaises(module.JSONEncodeError, dumps, value)
        self.assertEqual(dumps({"a": {1}}, option=module.OPT_MORE_TYPES | module.OPT_INDENT_2), b'{\n  "a": [\n    1\n  ]\n}')

    def test_base64(self):
        import base64

        for size in range(100):
            data = os.urandom(size)
            self.assertEqual(loads(dumps(data, option=module.OPT_MORE_TYPES)), base64.b64encode(data).decode())

    def test_a_set_that_changes(self):
        values = {1, object()}
        self.assertRaises((RuntimeError, TypeError), dumps, values, lambda value: values.add(len(values) + 10) or 1, module.OPT_MORE_TYPES)


if __name__ == "__main__":
    unittest.main()
