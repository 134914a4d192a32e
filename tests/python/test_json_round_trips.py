"""dumps and loads by Hypothesis: what is written is read again, and the standard library agrees in both directions."""

import json
import math
import sys
import unittest

from json_support import dumps, inputs, loads, module, reference
from support import optional

hypothesis = optional("hypothesis")


def same(one, other):
    return repr(one) == repr(other)  # tells 0.0 from -0.0 and True from 1, and minds the order of keys


def compact(value, **options):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, **options)


if hypothesis:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    text = st.text()
    integers = st.integers(-(2**63), 2**64 - 1)
    floats = st.floats(allow_nan=False, allow_infinity=False)
    scalars = st.none() | st.booleans() | integers | floats | text
    documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=15)
    spaces = st.text(" \t\r\n", max_size=4)

    def check(examples):
        return settings(max_examples=examples, derandomize=True, deadline=None, database=None)

    @unittest.skipIf(sys.flags.optimize, "Hypothesis rests on assert")
    class RoundTrips(unittest.TestCase):
        @check(250)
        @given(documents)
        def test_written_and_read(self, value):
            for option in (0, module.OPT_INDENT_2, module.OPT_APPEND_NEWLINE, module.OPT_NON_STR_KEYS):
                for document in inputs(dumps(value, option=option)):
                    self.assertTrue(same(loads(document), value))

        @check(150)
        @given(documents)
        def test_read_by_the_standard_library(self, value):
            for option in (0, module.OPT_INDENT_2):
                self.assertTrue(same(json.loads(dumps(value, option=option)), value))

        @check(150)
        @given(documents, st.booleans(), st.sampled_from([None, 0, 1, "\t"]))
        def test_written_by_the_standard_library(self, value, ascii, indent):
            for document in inputs(json.dumps(value, ensure_ascii=ascii, indent=indent)):
                self.assertTrue(same(loads(document), value))

        @check(200)
        @given(st.recursive(st.none() | st.booleans() | integers | text, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=15))
        def test_the_same_bytes_without_floats(self, value):
            self.assertEqual(dumps(value), compact(value, separators=(",", ":")).encode())
            self.assertEqual(dumps(value, option=module.OPT_INDENT_2), compact(value, indent=2).encode())
            self.assertEqual(dumps(value, option=module.OPT_SORT_KEYS), compact(value, separators=(",", ":"), sort_keys=True).encode())

        @check(300)
        @given(floats)
        def test_floats(self, value):
            written = dumps(value)
            self.assertEqual(json.loads(written).hex(), value.hex())
            self.assertEqual(loads(written).hex(), value.hex())
            self.assertLessEqual(len(written.replace(b"+", b"")), len(repr(value)) + 4)

        @check(300)
        @given(st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", fullmatch=True).filter(str.isascii))
        def test_numbers(self, number):
            try:
                expected = reference(number.encode())
            except ValueError:
                self.assertTrue(math.isinf(float(number)))
                self.assertRaises(module.JSONDecodeError, loads, number)
            else:
                self.assertTrue(same(loads(number), expected))

        @check(250)
        @given(text, st.booleans())
        def test_text(self, value, ascii):
            self.assertEqual(dumps(value), compact(value).encode())
            for document in inputs(json.dumps(value, ensure_ascii=ascii)):
                self.assertEqual(loads(document), value)

        @check(300)
        @given(st.text(st.characters()))
        def test_text_with_surrogates(self, value):
            try:
                value.encode()
            except UnicodeEncodeError:
                self.assertRaises(module.JSONEncodeError, dumps, value)
                self.assertRaises(module.JSONDecodeError, loads, f'"{value}"')
            else:
                self.assertEqual(loads(dumps(value)), value)

        @check(150)
        @given(documents, st.data())
        def test_spaces_between_tokens(self, value, data):
            space = data.draw(spaces)
            document = json.dumps(value, separators=(f"{space},{space}", f"{space}:{space}"))
            self.assertTrue(same(loads(space + document + space), value))

        def agrees(self, document):
            try:
                expected = reference(document)
            except ValueError:
                for given_one in inputs(document):
                    self.assertRaises(module.JSONDecodeError, loads, given_one)
            else:
                for given_one in inputs(document):
                    self.assertTrue(same(loads(given_one), expected))

        @check(300)
        @given(st.binary(max_size=40) | st.text(st.sampled_from('[]{},:"\\/0123456789.-+eEtruefalsn \n\tu\u00e9\U0001f600')).map(str.encode))
        def test_anything(self, document):
            self.agrees(document)

        @check(150)
        @given(documents, st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
        def test_documents_with_a_change(self, value, place, more, less):
            document = dumps(value)
            place %= len(document) + 1
            self.agrees(document[:place] + more + document[place + less :])

        @check(200)
        @given(st.dictionaries(st.none() | st.booleans() | integers | text | st.floats(), scalars))
        def test_keys(self, value):
            self.assertRaises(module.JSONEncodeError, dumps, {1: 2, **value})
            read = json.loads(dumps(value, option=module.OPT_NON_STR_KEYS), object_pairs_hook=list)
            self.assertTrue(same([item for _, item in read], list(value.values())))
            again = json.loads(dumps(value, option=module.OPT_NON_STR_KEYS | module.OPT_SORT_KEYS), object_pairs_hook=list)
            self.assertEqual([key for key, _ in again], sorted(key for key, _ in read))

else:

    @unittest.skip("needs hypothesis")
    class RoundTripsNeedHypothesis(unittest.TestCase):
        def test_written_and_read(self):
            """Its only test: the others are made by Hypothesis."""


if __name__ == "__main__":
    unittest.main()
