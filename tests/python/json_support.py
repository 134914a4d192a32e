"""What the tests of JSON share: the module under test (JSON_MODULE names another one) and a strict reference for reading."""

import importlib
import json
import math
import os
import unittest

module = importlib.import_module(os.environ.get("JSON_MODULE", "polyhost.json"))
dumps, loads = module.dumps, module.loads

OPTIONS = {name: value for name, value in vars(module).items() if name.startswith("OPT_")}


def inputs(document):
    """The document, bytes or str, as every type that loads takes; no str where the bytes are not UTF-8; a view as it is."""
    if isinstance(document, memoryview):
        yield document
        return
    if isinstance(document, str):
        yield document
        document = document.encode("utf-8", "surrogatepass")
    else:
        try:
            yield document.decode()
        except UnicodeDecodeError:
            pass
    yield document
    yield bytearray(document)
    yield memoryview(document)
    yield memoryview(b"[" + document + b"]")[1:-1]  # what is behind its end must not be read


def _encodable(value):
    json.dumps(value, ensure_ascii=False).encode()  # raises UnicodeEncodeError for half a surrogate pair


def _integer(text):
    value = int(text) if len(text) < 4000 else None  # CPython refuses to convert longer ones
    return value if value is not None and -(2**63) <= value < 2**64 else _real(text)


def _real(text):
    value = float(text)
    if math.isinf(value):
        raise ValueError("infinite")
    return value


def _constant(text):
    raise ValueError(text)


def _pairs(pairs):
    _encodable(pairs)
    return dict(pairs)


def reference(document):
    """What the standard library makes of bytes, after taking away its liberties; ValueError if they are not JSON."""
    text = document.decode()
    value = json.loads(
        text, parse_int=_integer, parse_float=_real, parse_constant=_constant, object_pairs_hook=_pairs
    )
    _encodable(value)
    return value


class JsonCase(unittest.TestCase):
    def reads(self, document, expected):
        """Every type of input gives the value; repr tells 0.0 from -0.0 and 1 from 1.0 and True."""
        for given in inputs(document):
            value = loads(given)
            if repr(value) != repr(expected):
                self.fail(f"loads({given!r:.300}) is {value!r:.300}, not {expected!r:.300}")

    def refuses(self, document, msg=None, pos=None):
        """Every type of input raises the error of the module; the message and the position are compared if given."""
        for given in inputs(document):
            try:
                value = loads(given)
            except module.JSONDecodeError as error:
                for what, wanted, found in (("msg", msg, error.msg), ("pos", pos, error.pos)):
                    if wanted is not None and wanted != found:
                        self.fail(f"loads({given!r:.300}): {what} is {found!r}, not {wanted!r}")
            else:
                self.fail(f"loads({given!r:.300}) is {value!r:.300}")

    def agrees(self, document):
        """Bytes are read, or refused, as the reference does."""
        try:
            expected = reference(document)
        except ValueError:
            self.refuses(document)
        else:
            self.reads(document, expected)

    def writes(self, value, expected, option=None, **more):
        self.assertEqual(dumps(value, option=option, **more), expected.encode() if isinstance(expected, str) else expected)

    def not_written(self, value, message, option=None, **more):
        """dumps raises JSONEncodeError with that message; the error is the result."""
        with self.assertRaises(module.JSONEncodeError) as caught:
            dumps(value, option=option, **more)
        if message is not None:
            self.assertEqual(str(caught.exception), message)
        return caught.exception


def nested(depth, inner, around=lambda value: [value]):
    for _ in range(depth):
        inner = around(inner)
    return inner
