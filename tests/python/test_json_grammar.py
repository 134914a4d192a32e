"""JSON text by RFC 8259: every production of its grammar, what is next to it, and UTF-8; for every type of input."""

import itertools
import re
import sys
import unittest

from json_support import JsonCase, loads, module, reference

NOT_UTF8 = "str is not valid UTF-8: surrogates not allowed"
END = "unexpected end of data"

SAMPLE = (
    '{"name": "caf\u00e9 \u20ac \U0001f600", "esc": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00",\n'
    '\t"n": [0, -1, 2.5, 3E+2, -4.75e-3, 12345678901234567890],\r\n "w": [true, false, null], "e": [[], {}, ""]}'
).encode()

# Elements of the grammar, alone: text -> value.
VALUES = {
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "-0": 0,
    "7": 7,
    "-12": -12,
    "1230": 1230,
    "0.5": 0.5,
    "-0.0": -0.0,
    "10.250": 10.25,
    "1e3": 1000.0,
    "1E3": 1000.0,
    "1e+3": 1000.0,
    "25E-1": 2.5,
    "0e1": 0.0,
    "0E+1": 0.0,
    "1.5e02": 150.0,
    "-0.00000000000000000000000000000000000000000000000000000000000000000000000000000001": -1e-80,
    "123.456e-789": 0.0,
    "-1E-10000000": -0.0,
    "100000000000000000000": 1e20,
    "-98765432109876543210987": -9.876543210987654e22,
    '""': "",
    '"a"': "a",
    '" "': " ",
    '"\x7f"': "\x7f",
    '"it\'s // no /* comment */ # here"': "it's // no /* comment */ # here",
    '"\u00e9\u2028\u2029\u200b\u2064\ufdd0\ufffe\uffff\U0001bfff\U0001fffe\U0010fffe\U0010ffff"': (
        "\u00e9\u2028\u2029\u200b\u2064\ufdd0\ufffe\uffff\U0001bfff\U0001fffe\U0010fffe\U0010ffff"
    ),
    '"\\u0022\\u005C\\u005c\\u002f\\u0000\\u000a\\u0012\\u00a0\\uFFFF"': '"\\\\/\0\n\x12\xa0\uffff',
    '"\\\\a\\\\n\\\\u0041"': "\\a\\n\\u0041",
    '"\\ud834\\udd1e\\uDBFF\\uDFFF\\uD801\\udc37"': "\U0001d11e\U0010ffff\U00010437",
    "[]": [],
    "[[]]": [[]],
    "[[] , [[]]]": [[], [[]]],
    "[1,\n2]": [1, 2],
    '[null, 1, "1", {}, 1.0]': [None, 1, "1", {}, 1.0],
    "{}": {},
    '{"":0}': {"": 0},
    '{"k":{"k":[{}]}}': {"k": {"k": [{}]}},
    '{"a":1,"b":2,"a":3}': {"a": 3, "b": 2},
    '{"a":1,"a":1}': {"a": 1},
    '{"\\u0000k":1,"\\"":2}': {"\0k": 1, '"': 2},
    '{"min": -1.0e+28, "max": 1.0e+28}': {"min": -1e28, "max": 1e28},
}

# What is no value, wherever one is expected.
NO_VALUES = """
    nul nulll Null NULL none None undefined tru truee True TRUE truth fals falsee False FALSE n t f
    NaN nan -NaN Infinity -Infinity +Infinity Inf -Inf infinity 1#INF
    + - ++1 +1 --1 -+1 -a -.5 .5 .-1 . 1. -1. 1.a 1..2 1.2.3 1.e1 0.e1 1.+2 2.e+3 -2.
    00 01 -00 -01 -012 007 00.5 0x 0x1 0X42 0b1 0o7 1_000 1,000 1'000 1a 1.5a 1.2a-3 -1x 1.8H-308 1h
    1e 1E 1e+ 1E- 0e 0E+ 1.0e 1.0e- 1ee2 1eE2 1e1e1 1e1.5 1e+-1 0e+-1 9.e+ 1ea 1e_1
    1e999 -1e999 1.5e+9999 0.4e00669999999999999999999999999999999999 -123123e100000
    ' a '' 'a' `a` "a 'a" a\" "a' \\n \\u0020"a" \\u000A"" "\\" "\\\\\\" "\\a" "\\x00" "\\'" "\\0" "\\v" "\\U0041" "\\N{DASH}"
    ""x "a"x 2@ {}# "\\\u00e9" "\\\U0001f300" "\\u" "\\u1" "\\u12" "\\u123" "\\u00g0" "\\u-123" "\\u+123" "\\u1.23" "\\uqqqq" "\\u0x41" "\\u{41}" "\\u_123"
    "\\ud800" "\\udbffa" "\\udc00" "\\uDFFF\\uD800" "\\ud800\\n" "\\ud800\\" "\\uD800\\u" "\\uD800\\u1" "\\uD800\\u1x"
    "\\ud800\\u0041" "\\ud834\\ud834\\udd1e" "\\ud834\\uDd" "\\ud800\\ud800\\x" "\\udd1ea" "\\ud800abc" "\\ud834\\\\udd1e"
    * # @ $ ! = ; < <.> <null> ( () (1) // /**/ /*1*/ //1 /**/1 #1 a:1 a=1 ( function(){} new Date() \u00e9 \u00e5 \uff11 \u0661 a\u00e5 \u2060 \ufeff1
    ] } , : [ { [, {, [[ {{ [} {] []] [][] {[ ["a [" {"a {"a" {"a": {"a":1 {"a":1, [1 [1, ["a" [{} [{"":[{"": ["\\{["\\{
    [,] [,1] [1,] [1,,] [1,,2] [,,] ["",] ["",,] [1;2] [1:2] ["a":1] [1[2]] [[1][2]] ["a""b"] [1}
    {,} {,"a":1} {"a":1,} {"a":1,,} {"a":1,,"b":2} {"a"} {"a",1} {"a"::1} {"a":1:2} {:1} {"a":1;"b":2} {"a"=1} {"a":1]
    {"a":1"b":2} {"a":"b"null} {"a"1} {"a"b} {"a""b"} {"a":1,"b"} {a:1} {'a':1} {1:1} {null:1} {[]:1} {9999E9999:1} {"a":,"b":1}
    {\u263a} {[:1} {"a":/*c*/1} {"a":1/**/} [1//] [1/**/,2] [1#c] [[],] [{},] {"a":[],} {\\u0022a":1} {"a":'b'} {"\\udfaa":0}
""".split()


class Structure(JsonCase):
    def test_values(self):
        for text, value in VALUES.items():
            self.reads(text, value)
            self.reads(f" \t\r\n{text}\n\r\t ", value)
            self.reads(f"[{text}]", [value])
            self.reads(f"[ {text} ,{text}\n]", [value, value])
            self.reads(f'{{"k":{text}}}', {"k": value})
            self.reads(f'{{ "j" : {text} , "k"\t:[{text}]\r}}', {"j": value, "k": [value]})

    def test_what_is_no_value(self):
        for text in NO_VALUES:
            for document in (text, f'{{"k":{text}', f"[1,{text}]"):
                self.refuses(document)
            self.refuses(f"[{text}]")
            self.refuses(f'{{"k":{text},"j":1}}')

    def test_two_values(self):
        for one, other in itertools.product(VALUES, repeat=2):
            self.refuses(f"{one} {other}", "unexpected content after document", len(one) + 1)
            self.refuses(f"[{one} {other}]")

    def test_behind_the_document(self):
        for text in VALUES:
            for more in ("]", "}", ",", ":", "x", '"', "\0", "#", "/", "//", "/**/", "*", "\\", "{}", "\x1a", "\ufeff", "\xa0", "\u2060"):
                self.refuses(text + " " + more, "unexpected content after document", len(text) + 1)
        for text in ("1", "[1]", '"a"', "{}"):
            for byte in b"\0\x01\x0b\x0c\x1a\x7f":
                self.refuses(text.encode() + bytes([byte]))
            for byte in range(128, 256):
                self.refuses(text.encode() + bytes([byte]), NOT_UTF8)

    def test_every_sequence_of_tokens(self):
        for size in range(1, 6):
            for tokens in itertools.product((b"[", b"]", b"{", b"}", b",", b":", b'"a"', b"1"), repeat=size):
                self.agrees_quickly(b"".join(tokens))

    def agrees_quickly(self, document):
        """As agrees, of bytes only."""
        try:
            expected = reference(document)
        except ValueError:
            try:
                value = loads(document)
            except module.JSONDecodeError:
                return
            self.fail(f"{document} is read as {value!r}")
        self.assertEqual(repr(loads(document)), repr(expected))

    def test_white_space(self):
        tokens = ["", "{", '"a"', ":", "[", "1", ",", "-2.5e1", ",", '"b"', "]", ",", '"c"', ":", "null", "}", ""]
        value = {"a": [1, -25.0, "b"], "c": None}
        for space in (" ", "\t", "\n", "\r", "\r\n", " \t\n\r", " " * 100, "\n" * 33):
            self.reads(space.join(tokens), value)
        others = {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()} - set(" \t\n\r")
        others |= set("\0\x08\x7f\xad\u180e\u200b\u200c\u200d\u2060\ufeff\\/#")
        for space in sorted(others):
            for i in range(len(tokens) - 1):
                self.refuses("".join(tokens[: i + 1]) + space + "".join(tokens[i + 1 :]))

    def test_no_white_space_inside_tokens(self):
        for text in ("tr ue", "nu\nll", "fal\tse", "- 1", "1 0", "1 .5", "1. 5", "1e 5", "1 e5", "1e+ 5", '"\\ n"', '"\\u 0041"', '"\\u00 41"'):
            self.refuses(text)
            self.refuses(f"[{text}]")

    def test_nothing(self):
        self.refuses("", "Input is a zero-length, empty document", 0)
        for text in (" ", "\n", "\t\t", " \r\n ", " " * 1000):
            self.refuses(text)

    def test_byte_order_marks(self):
        for text in VALUES:
            self.refuses("\ufeff" + text, None, 0)
            self.refuses(text + "\ufeff")
        self.refuses("\ufeff")
        for mark in (b"\xef", b"\xef\xbb", b"\xef\xbb{}", b"\xbb\xbf", b"\xfe\xff", b"\xff\xfe"):
            self.refuses(mark, NOT_UTF8)
            self.refuses(mark + b"[1]", NOT_UTF8)
        for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be", "utf-32"):
            for text in ("[1]", '["\u00e9"]', '"\u20ac"'):
                self.refuses(text.encode(encoding))
        self.refuses('["\u00e9"]'.encode("latin-1"), NOT_UTF8)


class Sample(JsonCase):
    """One document that has everything, and its neighbours."""

    def test_whole(self):
        self.agrees(SAMPLE)
        self.assertEqual(list(loads(SAMPLE)), ["name", "esc", "n", "w", "e"])

    def test_every_beginning_is_refused(self):
        for size in range(1, len(SAMPLE)):
            part = SAMPLE[:size]
            try:
                characters = len(part.decode())
            except UnicodeDecodeError:
                self.refuses(part, NOT_UTF8)
            else:
                self.refuses(part, END, characters)
                self.refuses(memoryview(SAMPLE)[:size], END, characters)

    def test_every_end_is_refused(self):
        for start in range(1, len(SAMPLE)):
            self.refuses(SAMPLE[start:])

    def test_every_byte_replaced(self):
        for i in range(len(SAMPLE)):
            for byte in range(256):
                self.agrees(SAMPLE[:i] + bytes([byte]) + SAMPLE[i + 1 :])

    def test_every_byte_missing_and_doubled_and_swapped(self):
        for i in range(len(SAMPLE)):
            self.agrees(SAMPLE[:i] + SAMPLE[i + 1 :])
            self.agrees(SAMPLE[:i] + SAMPLE[i : i + 1] + SAMPLE[i:])
            self.agrees(SAMPLE[:i] + SAMPLE[i : i + 2][::-1] + SAMPLE[i + 2 :])

    def test_everything_inserted_everywhere(self):
        for i in range(len(SAMPLE) + 1):
            for more in (b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"0", b"-", b".", b"e", b"t", b"/", b" ", b"\0", b"\xef\xbb\xbf", b"\xe9"):
                self.agrees(SAMPLE[:i] + more + SAMPLE[i:])


class Tokens(JsonCase):
    def test_every_short_number(self):
        number = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
        for size in range(1, 6):
            for text in map("".join, itertools.product("019-+.eE" if size < 5 else "01-+.e", repeat=size)):
                if not number.fullmatch(text):
                    self.refuses(text)
                elif text.strip("-0123456789"):
                    self.reads(text, float(text))
                else:
                    self.reads(text, int(text))

    def test_literals(self):
        for text in (b"null", b"true", b"false"):
            for i in range(len(text)):
                for byte in range(256):
                    if byte != text[i]:
                        changed = text[:i] + bytes([byte]) + text[i + 1 :]
                        self.agrees(changed)  # numbers among them: 1 and then some
                        self.agrees(b"[" + changed + b"]")
                self.refuses(text[:i] + text[i + 1 :] + b" ")
                self.refuses(text[: i + 1] + text[i:])
            for byte in range(256):
                self.agrees(text + bytes([byte]))
                self.agrees(bytes([byte]) + text)

    def test_control_characters_in_strings(self):
        for offset in (*range(70), 127, 128, 129, 255, 256):
            for byte in (*range(32), 127):
                text = "x" * offset + chr(byte) + "y" * 40
                if byte == 127:
                    self.reads(f'"{text}"', text)
                else:
                    self.refuses(f'"{text}"', None, offset + 1)
                    self.refuses(f'["\u20ac{text}"]', None, offset + 3)
                    self.refuses(f'{{"{text}":1}}')

    def test_every_byte_behind_a_backslash(self):
        known = {ord('"'): '"', ord("\\"): "\\", ord("/"): "/", **dict(zip(b"bfnrt", "\b\f\n\r\t"))}
        for byte in range(256):
            document = b'["a\\' + bytes([byte]) + b'0041b"]'
            if byte in known:
                self.reads(document, [f"a{known[byte]}0041b"])
            elif byte == ord("u"):
                self.reads(document, ["aAb"])
            else:
                self.refuses(document)

    def test_hexadecimal_digits(self):
        for i in range(4):
            for byte in range(256):
                digits = b"00e9"[:i] + bytes([byte]) + b"00e9"[i + 1 :]
                self.agrees(b'"\\u' + digits + b'"')
                self.agrees(b'"\\ud8' + digits[2:] + b"\\udc" + digits[:2] + b'"')

    def test_every_escape_of_four_digits(self):
        for code in range(0x10000):
            text = f'"\\u{code:04x}\\u{code:04X}"'
            if 0xD800 <= code <= 0xDFFF:
                self.assertRaises(module.JSONDecodeError, loads, text)
                self.assertRaises(module.JSONDecodeError, loads, text[:7] + '"')
            elif loads(text) != chr(code) * 2:
                self.fail(text)

    def test_surrogate_pairs(self):
        high, low = (0xD800, 0xD801, 0xD83D, 0xDABC, 0xDBFF), (0xDC00, 0xDC01, 0xDE00, 0xDEF0, 0xDFFF)
        for one, other in itertools.product((*high, *low, 0xD7FF, 0xE000, 0x41), repeat=2):
            for form in ("\\u{:04x}\\u{:04x}", "\\u{:04X}\\u{:04x}", "\\u{:04X}\\u{:04X}"):
                text = form.format(one, other)
                if one in high and other in low:
                    character = chr(0x10000 + ((one - 0xD800) << 10) + (other - 0xDC00))
                    self.reads(f'"{text}"', character)
                    self.reads(f'{{"{text}":"\\\\{text}x"}}', {character: f"\\{character}x"})
                    self.refuses(f'"{text[:6]} {text[6:]}"')
                elif {one, other} & {*high, *low}:
                    self.refuses(f'"{text}"')
                    self.refuses(f'{{"{text}":1}}')
                else:
                    self.reads(f'"{text}"', chr(one) + chr(other))

    def test_every_character_unescaped(self):
        for start in range(0, sys.maxunicode + 1, 0x400):
            text = "".join(map(chr, range(max(start, 0x20), start + 0x400))).replace('"', "").replace("\\", "")
            if 0xD800 <= start <= 0xDFFF:
                self.refuses(f'"{text}"', NOT_UTF8)
            else:
                self.reads(f'"{text}"', text)


class Utf8(JsonCase):
    def agrees_with_the_codec(self, sequence, before=b"", behind=b""):
        document = b'"' + before + sequence + behind + b'"'
        try:
            expected = document[1:-1].decode()
        except UnicodeDecodeError:
            try:
                value = loads(document)
            except module.JSONDecodeError as error:
                if error.msg != NOT_UTF8:
                    self.fail(f"{document}: {error}")
            else:
                self.fail(f"{document} is read as {value!a}")
        else:
            if loads(document) != expected:
                self.fail(f"{document}")

    def test_two_bytes(self):
        for sequence in itertools.product((0x41, *range(0x80, 0x100)), repeat=2):
            self.agrees_with_the_codec(bytes(sequence))

    def test_three_bytes(self):
        for first in range(0xDF, 0xF1):
            for second in (0x41, *range(0x7F, 0x100)):
                for third in (0x41, 0x7F, 0x80, 0xA0, 0xBF, 0xC0, 0xFF):
                    self.agrees_with_the_codec(bytes((first, second, third)))

    def test_four_bytes(self):
        for first in range(0xEF, 0x100):
            for second in range(0x7F, 0xC1):
                for third, fourth in itertools.product((0x41, 0x7F, 0x80, 0xBF, 0xC0), repeat=2):
                    self.agrees_with_the_codec(bytes((first, second, third, fourth)))

    def test_what_is_none_at_every_place(self):
        broken = {
            "lone continuation": b"\x80",
            "two of them": b"\xbf\xbf",
            "overlong slash": b"\xc0\xaf",
            "overlong nul": b"\xc0\x80",
            "overlong of three": b"\xe0\x80\xaf",
            "overlong of four": b"\xf0\x8f\xbf\xbf",
            "five bytes": b"\xf8\x88\x80\x80\x80",
            "six bytes": b"\xfc\x84\x80\x80\x80\x80",
            "first surrogate": b"\xed\xa0\x80",
            "last surrogate": b"\xed\xbf\xbf",
            "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
            "beyond the last": b"\xf4\x90\x80\x80",
            "far beyond": b"\xf4\xbf\xbf\xbf",
            "latin-1": b"\xe9",
            "half": b"\xe2\x82",
            "three quarters": b"\xf0\x9f\x98",
            "fe": b"\xfe",
            "ff": b"\xff",
        }
        for name, sequence in broken.items():
            for offset in range(140):
                for filler in ("x", "\u00e9", "\u20ac", "\U0001f600"):
                    with_filler = (filler * offset).encode()
                    for document in (b'"' + with_filler + sequence + b'"', b'["' + with_filler + sequence + b'", "' + b"y" * 100 + b'"]'):
                        with self.assertRaises(module.JSONDecodeError, msg=(name, offset, filler)):
                            loads(document)
            for document in (b"%s", b"[%s]", b'{"%s":1}', b'"\\%s"', b'"\\u%s"', b'"\\u00%s"', b"1%s", b"[1e%s]", b"[0%s]\n", b"nul%s", b"[1,%s]", b'{"%s":"0",}'):
                self.refuses(document % sequence, NOT_UTF8)

    def test_boundaries_at_every_place(self):
        for code in (0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF):
            for offset in range(70):
                text = "x" * offset + chr(code) + "y"
                self.assertEqual(loads(f'"{text}"'.encode()), text)
                self.assertEqual(loads(f'["{text}"]'), [text])


class Depth(JsonCase):
    LIMIT = 1024
    MESSAGE = "depth limit exceeded"

    def test_arrays(self):
        for opening, inner in (("[", ""), ("[", "1"), ("[\n ", '"x"\n'), ("[[],", "0"), ("[1, ", "[]")):
            closing, depth = "]", self.LIMIT - ("[]" in opening + inner)
            value = loads(opening * depth + inner + closing * depth)
            for _ in range(depth - 1):
                value = value[-1]
            self.assertLessEqual(len(value), 2)
            self.refuses(opening * (depth + 1) + inner + closing * (depth + 1), self.MESSAGE)

    def test_objects(self):
        for inner in ("1", "{}", "[]"):
            depth = self.LIMIT - (inner != "1")
            value = loads('{"k":' * depth + inner + "}" * depth)
            for _ in range(depth):
                value = value["k"]
            self.assertEqual(repr(value), inner)
            self.refuses('{"k":' * (depth + 1) + inner + "}" * (depth + 1), self.MESSAGE)

    def test_mixed(self):
        half = self.LIMIT // 2
        self.assertIsInstance(loads('[{"k":' * half + "null" + "}]" * half), list)
        self.refuses('[{"k":' * half + "[null]" + "}]" * half, self.MESSAGE, half * 6 + 1)

    def test_width_is_no_depth(self):
        self.assertEqual(len(loads("[" + "[[]]," * 5000 + "{}]")), 5001)
        self.assertEqual(loads("[" * 500 + "]" * 500 + " "), loads("[" * 500 + "]" * 500))

    def test_far_beyond(self):
        for text in ("[", '{"":', '[{"":'):
            for closing in ("", "]" * 100_000, "}" * 100_000):
                self.refuses(text * 100_000 + closing, self.MESSAGE)
        self.assertRaises(module.JSONDecodeError, loads, b"[" * 10_000_000)

    def test_works_afterwards(self):
        self.refuses("[" * 5000)
        self.reads("[[1]]", [[1]])


if __name__ == "__main__":
    unittest.main()
