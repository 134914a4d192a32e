"""A signature string that does not fit its C++ function fails the import with a sentence that says why."""

import importlib
import os
import sys
import unittest


def import_with(signature, count=None):
    """Import signature_native, whose function (of an int and a str) gets that signature."""
    for name, value in (("SIGNATURE", signature), ("SIGNATURES", count)):
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    sys.modules.pop("signature_native", None)
    return importlib.import_module("signature_native")


WRONG = {
    "repeat()": "it names 0 parameters, but the C++ function takes 2",
    "repeat(times)": "it names 1 parameter",
    "repeat(a, b, c)": "it names 3 parameters, but the C++ function takes 2",
    "repeat(times, *)": "no parameter follows '*'",
    "repeat(1st, text)": "'1st' is not a parameter name",
    "repeat(times, my text)": "'my text' is not a parameter name",
    "repeat(*args, text)": "'*args' is not a parameter name",
    "repeat(times, **text)": "'**text' is not a parameter name",
    "repeat(times: int, text)": "'times: int' has an annotation: the types come from the C++ function",
    "repeat(times, text: str = 'x')": "has an annotation: the types come from the C++ function",
    "repeat(times, text=)": "the default of 'text' is missing",
    "repeat(times, text=1)": "a default does not fit: TypeError: signature_native.repeat(): argument 'text' must be str, "
    "not int",
    "repeat(times=2**70, text='')": "a default does not fit: OverflowError: signature_native.repeat(): argument 'times' "
    "is out of range for int64",
    "repeat(times, text=None)": "argument 'text' must be str, not NoneType",
    "repeat(times, text=missing)": "a default does not fit: NameError: name 'missing' is not defined",
    "repeat(times, text=1 +)": "a default does not fit: SyntaxError: ",
    "repeat(times, text=1/0)": "a default does not fit: ZeroDivisionError: ",
    "repeat(times, times)": "'times' stands in it twice",
    "repeat(times=1, text)": "'text' has no default, but follows a parameter that has one",
    "repeat(times, text) -> str": "nothing may follow its parameter list: the types come from the C++ function",
    "repeat(times, text) x": "nothing may follow its parameter list",
    "repeat(times, text))": "nothing may follow its parameter list",
    "repeat(times, text": "its parameter list does not end",
    "repeat(times, text=(1, 2)": "its parameter list does not end",
    "repeat(times, text='x)": "a quote in it does not end",
    "repeat": "it has no parameter list",
    "": "it has no parameter list",
    "(times, text)": "'' is not a function name",
    "re peat(times, text)": "'re peat' is not a function name",
    "module.repeat(times, text)": "'module.repeat' is not a function name",
    "repeat(, text)": "a parameter in it has no name",
    "repeat(times,, text)": "a parameter in it has no name",
    "repeat(/, times, text)": "'/' is out of place",
    "repeat(*, times, /, text)": "'/' is out of place",
    "repeat(times, /, text, /)": "'/' ",
    "repeat(*, times, *, text)": "'*' stands in it twice",
    "repeat(if, text)": "'if' is not a parameter name",
    "repeat(times, None)": "'None' is not a parameter name",
    "class(times, text)": "'class' is not a function name",
    "repeat(times, text=(1])": "signature",
    "repeat(times, text='a'=='b')": "argument 'text' must be str, not bool",
}

RIGHT = {
    "repeat(times,text)": "(times, text)",
    "  repeat ( times ,\n text )  ": "(times, text)",
    "repeat(times, text,)": "(times, text)",
    "repeat(times=2, text='=,)(')": "(times=2, text='=,)(')",
    "repeat(times, /, text)": "(times, /, text)",
    "repeat(times, text, /)": "(times, text, /)",
    "repeat(*, times, text='x')": "(*, times, text='x')",
    "repeat(times, /, *, text)": "(times, /, *, text)",
    "repeat(*, text=3, times='a')": "(*, text=3, times='a')",
    "repeat(zeit\xe9, \u03b1)": "(zeit\xe9, \u03b1)",
    "repeat(times=len('abc'), text=str(1))": "(times=len('abc'), text=str(1))",
    "repeat(times=[5][0], text={'a': 'b'}['a'])": "(times=[5][0], text={'a': 'b'}['a'])",
    "repeat(times, text='\\'')": "(times, text='\\'')",
    "repeat(times, text=('a' if 1 <= 2 else 'b'))": "(times, text=('a' if 1 <= 2 else 'b'))",
}


class Wrong(unittest.TestCase):
    def test_import_error(self):
        for signature, reason in WRONG.items():
            with self.subTest(signature):
                with self.assertRaises(ImportError) as caught:
                    import_with(signature)
                self.assertTrue(
                    str(caught.exception).startswith(f'signature_native: the signature "{signature}" is wrong: '),
                    caught.exception,
                )
                self.assertIn(reason, str(caught.exception))
                self.assertNotIn("signature_native", sys.modules)

    def test_a_later_import_may_succeed(self):
        self.assertRaises(ImportError, import_with, "repeat(")
        self.assertEqual(import_with("repeat(times, text)").repeat(2, "ab"), "abab")


class Right(unittest.TestCase):
    def test_text_signature(self):
        for signature, text in RIGHT.items():
            with self.subTest(signature):
                self.assertEqual(import_with(signature).repeat.__text_signature__, text)

    def test_defaults_are_values(self):
        self.assertEqual(import_with("repeat(times=2, text='=,)(')").repeat(), "=,)(=,)(")
        self.assertEqual(import_with("repeat(times, text='\\'')").repeat(1), "'")
        self.assertEqual(import_with("repeat(zeit\xe9, \u03b1)").repeat(**{"zeit\xe9": 1, "\u03b1": "a"}), "a")


if __name__ == "__main__":
    unittest.main()
