"""Exceptions both ways: C++ exceptions become Python's, Python's go through C++ and stay the same object."""

import errno
import gc
import sys
import traceback
import unittest
import weakref

import callbacks_native as cb
import calls_native as n

try:
    import polyhost
except ImportError:  # plain python3
    polyhost = None

TABLE = {
    "bad_alloc": MemoryError,
    "bad_array_new_length": MemoryError,
    "out_of_range": IndexError,
    "invalid_argument": ValueError,
    "domain_error": ValueError,
    "length_error": ValueError,
    "range_error": ValueError,
    "overflow_error": OverflowError,
    "underflow_error": RuntimeError,
    "runtime_error": RuntimeError,
    "logic_error": RuntimeError,
}


class Mine(Exception):
    pass


class CppToPython(unittest.TestCase):
    def test_table(self):
        for fail in (n.fail, n.fail_without_gil):
            for kind, wanted in TABLE.items():
                with self.subTest(kind, function=fail.__name__):
                    with self.assertRaises(wanted) as caught:
                        fail(kind)
                    self.assertIs(type(caught.exception), wanted)
                    self.assertEqual(str(caught.exception), "" if wanted is MemoryError else kind)
                    self.assertIsNone(caught.exception.__cause__)
                    self.assertIsNone(caught.exception.__context__)
            self.assertIsNone(fail("nothing"))

    def test_os_errors(self):
        for kind, kind_of_error, number, text in (
            ("errno", FileNotFoundError, errno.ENOENT, "opening"),
            ("system", PermissionError, errno.EACCES, "reading"),
            ("filesystem", FileNotFoundError, errno.ENOENT, "/no/such/file"),
        ):
            with self.assertRaises(kind_of_error) as caught:
                n.fail(kind)
            self.assertIs(type(caught.exception), kind_of_error)
            self.assertEqual(caught.exception.errno, number)
            self.assertIn(text, caught.exception.strerror)

    def test_codes_that_are_no_errno(self):
        with self.assertRaisesRegex(RuntimeError, "foreign category"):
            n.fail("iostream")

    def test_other_types(self):
        for fail in (n.fail, n.fail_without_gil):
            self.assertRaisesRegex(RuntimeError, "^an unknown one$", fail, "unknown")
            self.assertRaisesRegex(RuntimeError, "not a std::exception", fail, "int")
            self.assertRaisesRegex(RuntimeError, "^$", fail, "empty")

    def test_text_that_is_not_utf8(self):
        with self.assertRaisesRegex(RuntimeError, "^ab.*cd$"):
            n.fail("not utf-8")

    def test_context_is_the_handled_exception(self):
        try:
            try:
                raise Mine
            except Mine as mine:
                n.fail("runtime_error")
        except RuntimeError as error:
            self.assertIs(type(error.__context__), Mine)

    def test_c_api(self):
        with self.assertRaises(KeyError) as caught:
            n.raise_key_error()
        self.assertEqual(caught.exception.args, ("from the C API",))


class Frames(unittest.TestCase):
    """The native function in a traceback, at the line that names it."""

    def frames(self, call, *arguments):
        try:
            call(*arguments)
        except Exception as error:
            return traceback.extract_tb(error.__traceback__)[1:]

    def test_of_a_cpp_exception(self):
        for function in (n.fail, n.fail_without_gil):
            for _ in range(20):  # split and not
                (frame,) = self.frames(function, "out_of_range")
                self.assertEqual((frame.name, frame.filename.rpartition("/")[2]), (f"calls_native.{function.__name__}", "calls_native.cpp"))
                self.assertIn(f'"{function.__name__}(kind)"', frame.line)

    def test_none_for_a_refused_argument(self):
        self.assertEqual(self.frames(n.fail, 3), [])

    def test_registered_exceptions(self):
        self.assertTrue(issubclass(n.Failure, LookupError))
        self.assertEqual((n.SpecialFailure.__base__, n.Failure.__module__), (RuntimeError, "calls_native"))
        with self.assertRaisesRegex(n.Failure, "^failure$"):
            n.fail_specially(False)
        with self.assertRaisesRegex(n.SpecialFailure, "^special$"):
            n.fail_specially(True)


class PythonThroughCpp(unittest.TestCase):
    calls = (cb.call, cb.call_without_gil, cb.call_on_thread)

    def test_same_object(self):
        for call in self.calls:
            for error in (Mine("text", 1), KeyError(), SystemExit(3), KeyboardInterrupt(), StopIteration(7), MemoryError()):
                def raises(x):
                    raise error

                with self.subTest(call.__name__, error=error):
                    with self.assertRaises(type(error)) as caught:
                        call(raises, 1.0)
                    self.assertIs(caught.exception, error)

    def test_traceback_has_the_frames_of_both(self):
        def innermost(x):
            raise Mine

        def inner(x):
            return innermost(x)

        for call in self.calls:
            try:
                call(inner, 1.0)
            except Mine as error:
                names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
            native = f"callbacks_native.{call.__name__}"
            self.assertEqual(names, [sys._getframe().f_code.co_name, native, "inner", "innermost"])

    def test_through_many_borders(self):
        error = Mine()

        def down(x):
            if x == 0:
                raise error
            return cb.call(down, x - 1)

        try:
            down(20)
        except Mine as caught:
            self.assertIs(caught, error)
        names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        self.assertEqual(names.count("down"), 21)

    def test_cause_and_notes_stay(self):
        def raises(x):
            error = Mine("outer")
            error.add_note("a note")
            raise error from KeyError("cause")

        with self.assertRaises(Mine) as caught:
            cb.call(raises, 1.0)
        self.assertEqual(caught.exception.__notes__, ["a note"])
        self.assertIsInstance(caught.exception.__cause__, KeyError)

    def test_cpp_catches_and_goes_on(self):
        def raises():
            raise Mine("some text")

        self.assertEqual(n.describe_error(raises), "Mine: some text")
        self.assertEqual(n.describe_error(lambda: [][0]), "IndexError: list index out of range")
        self.assertEqual(n.describe_error(lambda: 1), "no error")
        self.assertTrue(n.is_key_error(lambda: {}[1]))
        self.assertFalse(n.is_key_error(raises))
        self.assertEqual(sys.exc_info(), (None, None, None))

    def test_description_that_fails(self):
        class Silent(Exception):
            def __str__(self):
                raise ValueError

        def raises():
            raise Silent

        self.assertEqual(n.describe_error(raises), "Silent")

    def test_second_error_wins(self):
        with self.assertRaises(ZeroDivisionError):
            n.second_error(lambda: [][0], lambda: 1 / 0)
        self.assertIsNone(n.second_error(lambda: [][0], lambda: 1))

    def test_described_on_another_thread(self):
        def raises(x):
            raise Mine("some text")

        self.assertEqual(cb.describe_on_thread(raises), "Mine: some text")

    def test_exceptions_are_not_kept(self):
        def raises(x):
            raise Mine

        for call in self.calls:
            try:
                call(raises, 1.0)
            except Mine as error:
                gone = weakref.ref(error)
            gc.collect()
            self.assertIsNone(gone())


@unittest.skipIf(polyhost is None, "the ledger is polyhost's")
class Ledger(unittest.TestCase):
    def setUp(self):
        polyhost.boundary.reset()

    def row(self, name):
        row = polyhost.boundary.snapshot()[name]
        return row.calls, row.errors

    def test_cpp_errors(self):
        for kind in TABLE:
            self.assertRaises(TABLE[kind], n.fail, kind)
        n.fail("nothing")
        self.assertEqual(self.row("calls_native.fail"), (len(TABLE) + 1, len(TABLE)))

    def test_wrong_arguments(self):
        self.assertRaises(TypeError, n.fail, 1)
        self.assertRaises(TypeError, n.fail)
        self.assertRaises(TypeError, n.fail, "nothing", "else")
        self.assertRaises(TypeError, n.fail, other=1)
        self.assertEqual(self.row("calls_native.fail"), (4, 4))

    def test_callbacks(self):
        self.assertRaises(ZeroDivisionError, cb.call, lambda x: 1 / 0, 1.0)
        self.assertRaises(TypeError, cb.call, lambda x: "text", 1.0)
        cb.call(abs, 1.0)
        self.assertEqual(self.row("callbacks_native.call"), (3, 2))
        self.assertEqual(self.row("callbacks_native.call(f)"), (3, 2))

    def test_caught_errors_are_the_callbacks_alone(self):
        n.describe_error(lambda: 1 / 0)
        self.assertEqual(self.row("calls_native.describe_error"), (1, 0))
        self.assertEqual(self.row("calls_native.describe_error(f)"), (1, 1))

    def test_no_result(self):
        self.assertRaises(RuntimeError, n.no_object)
        self.assertEqual(self.row("calls_native.no_object"), (1, 1))


if __name__ == "__main__":
    unittest.main()
