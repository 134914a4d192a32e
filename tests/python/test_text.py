"""str and bytes: every kind of text, memory of every exporter, and what is refused."""

import array
import unittest

import values_native as v

TEXTS = {
    "empty": "",
    "one letter": "a",
    "ascii": "plain text, \t\r\n",
    "latin-1": "caf\xe9 \xff",
    "bmp": "\u4f60\u597d \u20ac",
    "astral": "\U0001f600 \U0010ffff",
    "combining": "e\u0301",
    "nul": "a\0b\0",
    "only nul": "\0",
    "large ascii": "x" * 10_000_000,
    "large": "\u20ac" * 3_500_000,
}


class Text(unittest.TestCase):
    def test_both_ways(self):
        for name, text in TEXTS.items():
            for f in (v.string, v.string_view):
                with self.subTest(name, f=f.__name__):
                    result = f(text)
                    self.assertTrue(result == text)  # assertEqual would print ten megabytes
                    self.assertIs(type(result), str)

    def test_c_string(self):
        for name, text in TEXTS.items():
            with self.subTest(name):
                if "\0" in text:
                    with self.assertRaisesRegex(ValueError, "embedded null character"):
                        v.c_string(text)
                else:
                    self.assertTrue(v.c_string(text) == text)
        self.assertIsNone(v.no_text())

    def test_size_is_that_of_utf8(self):
        for name, text in TEXTS.items():
            with self.subTest(name):
                self.assertEqual(v.text_size(text), len(text.encode()))
                self.assertTrue(v.ends_with_nul(text))

    def test_lone_surrogates(self):
        for text in ("\ud800", "a\udfffb", "\udc80", "\ud83d"):
            for f in (v.string, v.string_view, v.c_string, v.text_size):
                self.assertRaises(UnicodeEncodeError, f, text)

    def test_subclass(self):
        class Str(str):
            def __str__(self):
                raise AssertionError("not asked")

        for text in ("text", "\u20ac", ""):
            for f in (v.string, v.string_view, v.c_string):
                self.assertEqual(f(Str(text)), text)
                self.assertIs(type(f(Str(text))), str)

    def test_results_that_are_not_utf8(self):
        with self.assertRaises(UnicodeDecodeError) as caught:
            v.broken_utf8()
        self.assertEqual((caught.exception.start, caught.exception.object), (2, b"ab\xffcd"))
        self.assertRaises(UnicodeDecodeError, v.encoded_surrogate)

    def test_no_text(self):
        for f in (v.string, v.string_view, v.c_string):
            for value in (b"text", 1, None, ["a"], bytearray(b"a")):
                with self.assertRaises(TypeError) as caught:
                    f(value)
                self.assertEqual(
                    str(caught.exception),
                    f"values_native.{f.__name__}(): argument 'value' must be str, not {type(value).__name__}",
                )


class Bytes(unittest.TestCase):
    def test_exporters(self):
        for data in (b"", b"a", b"a\0b\xff", bytes(range(256)) * 40_000):
            for export in (bytes, bytearray, memoryview, lambda d: memoryview(bytearray(d)), lambda d: array.array("B", d)):
                result = v.bytes_of(export(data))
                self.assertTrue(result == data)
                self.assertIs(type(result), bytes)

    def test_subclass(self):
        class Bytes(bytes):
            pass

        self.assertEqual(v.bytes_of(Bytes(b"abc")), b"abc")
        self.assertIs(type(v.bytes_of(Bytes(b"abc"))), bytes)

    def test_any_format_is_bytes(self):
        items = array.array("i", [1, -2, 3])
        self.assertEqual(v.bytes_of(items), items.tobytes())

    def test_parts(self):
        self.assertEqual(v.bytes_of(memoryview(b"abcdef")[2:4]), b"cd")
        self.assertEqual(v.bytes_of(memoryview(b"abcdef").cast("B", (2, 3))), b"abcdef")

    def test_refused(self):
        for value in ("text", 1, None, [1, 2]):
            with self.assertRaises(TypeError) as caught:
                v.bytes_of(value)
            self.assertEqual(
                str(caught.exception),
                f"values_native.bytes_of(): argument 'data' must be bytes, not {type(value).__name__}",
            )

    def test_not_contiguous(self):
        for part in (memoryview(b"abcdef")[::2], memoryview(b"abcdef")[::-1]):
            with self.assertRaises(TypeError) as caught:
                v.bytes_of(part)
            self.assertEqual(
                str(caught.exception),
                "values_native.bytes_of(): argument 'data' must be bytes, not memoryview: it is not C-contiguous",
            )

    def test_released_memoryview(self):
        view = memoryview(b"abc")
        view.release()
        self.assertRaises(ValueError, v.bytes_of, view)

    def test_resizing_while_exported(self):
        data = bytearray(b"\1\2\3")
        refused = []

        def resize():
            try:
                data.extend(b"\4" * 1000)
            except BufferError as error:
                refused.append(error)

        self.assertEqual(v.sum_bytes_after(data, resize), 6)
        self.assertEqual(len(refused), 1)
        data.extend(b"\4")  # released after the call
        self.assertEqual(v.sum_bytes_after(data, lambda: None), 10)

    def test_resizing_and_the_error_goes_on(self):
        data = bytearray(b"\1\2\3")
        self.assertRaises(BufferError, v.sum_bytes_after, data, data.clear)
        data.clear()

    def test_last_reference_dropped_meanwhile(self):
        box = [bytes([7]) * 1000]
        self.assertEqual(v.sum_bytes_after(box[0], box.clear), 7000)
        self.assertEqual(v.sum_bytes_after(memoryview(bytearray([7]) * 1000), lambda: None), 7000)


if __name__ == "__main__":
    unittest.main()
