"""Native code that calls Python: results, recursion, callbacks kept, copied and called on other threads."""

import functools
import gc
import os
import subprocess
import sys
import threading
import unittest
import weakref

import callbacks_native as cb
from support import run


class Calls(unittest.TestCase):
    def test_kinds_of_callables(self):
        class Callable:
            def __call__(self, x):
                return x * 3

            def method(self, x):
                return x * 4

        for f, wanted in (
            (lambda x: x * 2, 4.0),
            (Callable(), 6.0),
            (Callable().method, 8.0),
            (functools.partial(pow, 3), 9.0),
            (abs, 2.0),
            (int, 2.0),
        ):
            self.assertEqual(cb.call(f, 2.0), wanted)

    def test_values_both_ways(self):
        self.assertEqual(cb.call_text(str.upper, "\u20ac a\0b"), "\u20ac A\0B")
        self.assertEqual(cb.call_small(lambda a, b: a - b, 5, 7), -2)
        self.assertEqual(cb.call_list(sorted, [3, 1, 2]), [1.0, 2.0, 3.0])
        given = object()
        self.assertIs(cb.call_object(lambda x: x, given), given)
        self.assertIsNone(cb.run(lambda: "ignored"))
        self.assertEqual(cb.repeat(lambda x: x + 1, 1000), 1000.0)

    def test_optional_and_lists(self):
        self.assertEqual(cb.call_optional(None, 3.0), 3.0)
        self.assertEqual(cb.call_optional(lambda x: -x, 3.0), -3.0)
        self.assertEqual(cb.sum_all([abs, lambda x: x * 10], -1.0), -9.0)

    def test_not_callable(self):
        with self.assertRaises(TypeError) as caught:
            cb.call(1, 2.0)
        self.assertEqual(
            str(caught.exception), "callbacks_native.call(): argument 'f' must be Callable[[float], float], not int"
        )
        self.assertRaisesRegex(TypeError, "item 1 is int", cb.sum_all, [abs, 1], 1.0)

    def test_wrong_result(self):
        for f, kind in ((str, "str"), (lambda x: None, "NoneType"), (lambda x: [x], "list")):
            with self.assertRaises(TypeError) as caught:
                cb.call(f, 2.0)
            self.assertEqual(
                str(caught.exception),
                f"callbacks_native.call(f): the callback's result must be float, not {kind}",
            )
        with self.assertRaises(OverflowError) as caught:
            cb.call_small(lambda a, b: 300, 1, 2)
        self.assertEqual(
            str(caught.exception),
            "callbacks_native.call_small(f): the callback's result is out of range for int8 (-128 to 127)",
        )
        with self.assertRaisesRegex(TypeError, "must be list.float., but item 1 is str"):
            cb.call_list(lambda items: [1.0, "2"], [])

    def test_arguments_that_cannot_be_made(self):
        self.assertRaises(UnicodeDecodeError, cb.call_broken_text, len)

    def test_wrong_number_of_arguments(self):
        self.assertRaisesRegex(TypeError, "takes 0 positional arguments but 1 was given", cb.call, lambda: 1, 2.0)

    def test_arguments_may_be_bound_in_place(self):
        # A method call may borrow the place in front of the arguments.
        class Class:
            def add(self, a, b):
                return a + b

        for _ in range(100):
            self.assertEqual(cb.call_small(Class().add, 1, 2), 3)


class Recursion(unittest.TestCase):
    def test_fifty_deep(self):
        depth = []

        def down(x):
            depth.append(x)
            return x if x == 0 else cb.call(down, x - 1) + 1

        self.assertEqual(cb.call(down, 50), 50.0)
        self.assertEqual(len(depth), 51)

    def test_fifty_deep_without_the_gil(self):
        def down(x):
            return x if x == 0 else cb.call_without_gil(down, x - 1) + 1

        self.assertEqual(cb.call_without_gil(down, 50), 50.0)

    def test_fifty_threads_deep(self):
        def down(x):
            return x if x == 0 else cb.call_on_thread(down, x - 1) + 1

        self.assertEqual(down(50), 50.0)

    def test_without_end(self):
        for call in (cb.call, cb.call_without_gil):
            def down(x):
                return call(down, x + 1)

            self.assertRaises(RecursionError, down, 0.0)


class Lifetime(unittest.TestCase):
    def test_callable_that_deletes_itself(self):
        class Holder:
            pass

        holder = Holder()

        def f(x):
            del holder.f
            gc.collect()
            return x + 1

        holder.f = f
        gone = weakref.ref(f)
        del f
        self.assertEqual(cb.call(holder.f, 1.0), 2.0)
        self.assertIsNone(gone())

    def test_kept_callback_that_drops_itself(self):
        for call in (cb.call_kept, cb.call_kept_without_gil):
            for drop in (cb.drop_kept, cb.drop_kept_on_thread):
                data = bytearray(1000)

                def f(x):
                    drop()
                    gc.collect()
                    return x + len(data)

                gone = weakref.ref(f)
                cb.keep(f)
                del f
                self.assertEqual(call(1.0), 1001.0)
                self.assertIsNone(gone())

    def test_kept_beyond_the_call(self):
        def f(x):
            return x * 2

        cb.keep(f)
        self.assertEqual(sys.getrefcount(f), 3)
        self.assertEqual([cb.call_kept(x) for x in (1, 2)], [2.0, 4.0])
        self.assertEqual(cb.call_kept_without_gil(3), 6.0)
        cb.keep(abs)
        self.assertEqual(sys.getrefcount(f), 2)
        cb.drop_kept()

    def test_empty_callback(self):
        cb.drop_kept()
        self.assertRaisesRegex(RuntimeError, "empty", cb.call_kept, 1.0)
        self.assertRaisesRegex(RuntimeError, "empty", cb.call_kept_without_gil, 1.0)

    def test_kept_until_the_end(self):
        for ending in ("", "import os; os._exit(0)", "import sys; sys.exit(0)"):
            done = run("-c", f"import callbacks_native as cb; cb.keep(lambda x: x); cb.call_kept(1)\n{ending}")
            self.assertEqual((done.returncode, done.stderr), (0, ""))


class Threads(unittest.TestCase):
    def test_on_a_native_thread(self):
        seen = []

        def f(x):
            seen.append(threading.get_ident())
            return x + 1

        self.assertEqual(cb.call_on_thread(f, 1.0), 2.0)
        self.assertNotEqual(seen, [threading.get_ident()])

    def test_error_on_a_native_thread(self):
        error = KeyError("mine")

        def f(x):
            raise error

        with self.assertRaises(KeyError) as caught:
            cb.call_on_thread(f, 1.0)
        self.assertIs(caught.exception, error)

    def test_copied_and_destroyed_on_a_native_thread(self):
        def f(x):
            return x

        before = sys.getrefcount(f)
        cb.copy_on_thread(f, 1000)
        self.assertEqual(sys.getrefcount(f), before)
        cb.keep(f)
        cb.drop_kept_on_thread()
        self.assertEqual(sys.getrefcount(f), before)

    def test_many_native_threads(self):
        counts = {}

        def f(x):
            me = threading.get_ident()
            counts[me] = counts.get(me, 0) + 1
            return x + 1

        cb.call_on_threads(f, 8, 2000)
        self.assertEqual(sum(counts.values()), 16000)

    def test_after_a_subinterpreter(self):
        code = """
import callbacks_native as cb, threading
try:
    import _interpreters as subinterpreters  # from 3.13 on
except ImportError:
    import _xxsubinterpreters as subinterpreters
subinterpreters.destroy(subinterpreters.create())
def work():
    for i in range(500):
        assert cb.call_without_gil(lambda x: x + 1, i) == i + 1
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(cb.call_on_thread(lambda x: x + 1, 1))
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "2.0\n", ""))

    def test_native_threads_that_outlive_python(self):
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # such a thread keeps what it has
        for function, body in (
            ("call_forever", "x + 1"),
            ("call_forever", "sum(range(100))"),
            ("call_forever", "time.sleep(0.001) or x"),
            ("copy_forever", "x"),
        ):
            with self.subTest(function, body=body):
                for _ in range(4):
                    done = run(
                        "-c",
                        "import time, callbacks_native as cb\n"
                        f"for _ in range(3): cb.{function}(lambda x: {body})\n"
                        "time.sleep(0.05); print('end')",
                        env={**os.environ, "ASAN_OPTIONS": options},
                    )
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))


if __name__ == "__main__":
    unittest.main()
