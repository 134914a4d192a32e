"""Many threads over one border: no call is lost, the GIL is given away and its waits are seen."""

import io
import json
import os
import sys
import threading
import time
import unittest

import callbacks_native as cb
import polyhost
import threads_native as t

boundary = polyhost.boundary
CALLS = int(os.environ.get("POLYHOST_TEST_CALLS", "100000"))


def in_threads(count, body):
    """Run body(i) in `count` threads at once; the first exception of them is raised here."""
    failures = []
    barrier = threading.Barrier(count)

    def run(i):
        try:
            barrier.wait()
            body(i)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class Case(unittest.TestCase):
    def setUp(self):
        interval = sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, interval)
        boundary.reset()

    def row(self, name):
        row = boundary.snapshot()[name]
        self.assertEqual(row.lost, 0)
        outer, inner = (row.python_ns, row.native_ns) if row.direction == "inbound" else (row.native_ns, row.python_ns)
        self.assertEqual(row.crossing_ns, outer - inner)
        self.assertGreaterEqual(row.crossing_ns, row.gil_wait_ns)
        return row


class Counts(Case):
    def test_one_function(self):
        sys.setswitchinterval(1e-5)
        add = t.add

        def body(i):
            for k in range(CALLS):
                if add(i, k) != i + k:
                    raise AssertionError

        in_threads(8, body)
        self.assertEqual(self.row("threads_native.add").calls, 8 * CALLS)

    def test_one_function_without_the_gil(self):
        calls = CALLS // 20

        def body(i):
            for k in range(calls):
                if t.add_without_gil(i, k) != i + k:
                    raise AssertionError

        in_threads(8, body)
        self.assertEqual(self.row("threads_native.add_without_gil").calls, 8 * calls)

    def test_errors(self):
        calls = CALLS // 50

        def body(i):
            for _ in range(calls):
                try:
                    t.add("a", i)
                except TypeError:
                    pass
                t.add(1, i)

        in_threads(4, body)
        row = self.row("threads_native.add")
        self.assertEqual((row.calls, row.errors), (8 * calls, 4 * calls))

    def test_callbacks_of_native_and_python_threads(self):
        calls = CALLS // 200

        def body(i):
            cb.call_on_threads(lambda x: x + 1, 2, calls)

        in_threads(4, body)
        self.assertEqual(self.row("callbacks_native.call_on_threads(f)").calls, 8 * calls)
        self.assertEqual(self.row("callbacks_native.call_on_threads").calls, 4)

    def test_nested_time_is_kept_apart_by_thread(self):
        # While one thread waits in Python under a native call, another one makes crossings.
        def slow(x):
            time.sleep(0.05)
            return x

        def body(i):
            if i == 0:
                cb.call(slow, 1.0)
            else:
                for k in range(1000):
                    t.add(i, k)

        in_threads(2, body)
        snapshot = boundary.snapshot()  # one: each measures the length of a tick anew
        outer, inner = snapshot["callbacks_native.call"], snapshot["callbacks_native.call(f)"]
        self.assertAlmostEqual(outer.self_ns, outer.native_ns - inner.native_ns, delta=3)


class Gil(Case):
    def test_bodies_run_at_the_same_time(self):
        start = time.perf_counter()
        in_threads(4, lambda i: t.rest_without_gil(1))
        self.assertLess(time.perf_counter() - start, 3)
        boundary.reset()
        start = time.perf_counter()
        in_threads(4, lambda i: t.rest(0.05))
        self.assertGreaterEqual(time.perf_counter() - start, 0.19)  # one after the other

    def test_python_goes_on_meanwhile(self):
        turns, stop = [0], threading.Event()

        def count():
            while not stop.is_set():
                turns[0] += 1

        thread = threading.Thread(target=count)
        thread.start()
        before = turns[0]
        t.rest_without_gil(0.2)
        made = turns[0] - before
        stop.set()
        thread.join()
        self.assertGreater(made, 1000)

    def test_waits_are_seen(self):
        stop = threading.Event()

        def hog():
            while not stop.is_set():
                sum(range(2000))

        sys.setswitchinterval(0.005)
        threads = [threading.Thread(target=hog) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                t.rest_without_gil(0.001)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        row = self.row("threads_native.rest_without_gil")
        self.assertGreater(row.gil_wait_ns, 10_000_000)
        self.assertGreaterEqual(row.native_ns, 20_000_000)
        self.assertGreaterEqual(row.crossing_ns, row.gil_wait_ns)

    def test_waits_of_native_threads_are_seen(self):
        # Each of the threads waits while the callable of another one runs.
        def slow(x):
            end = time.perf_counter() + 0.001
            while time.perf_counter() < end:
                pass
            return x

        cb.call_on_threads(slow, 4, 10)
        row = self.row("callbacks_native.call_on_threads(f)")
        self.assertEqual(row.calls, 40)
        self.assertGreater(row.gil_wait_ns, 5_000_000)

    def test_no_waits_without_need(self):
        for i in range(1000):
            t.add(i, i)
        self.assertEqual(self.row("threads_native.add").gil_wait_ns, 0)


class Reporting(Case):
    def test_reports_while_threads_call(self):
        stop = threading.Event()
        done = [0] * 4

        def call(i):
            while not stop.is_set():
                t.add(i, 1)
                done[i] += 1

        threads = [threading.Thread(target=call, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        seen = 0
        try:
            for _ in range(20):
                text = io.StringIO()
                boundary.report("json", file=text)
                rows = json.loads(text.getvalue())["functions"]
                calls = rows[0]["calls"] if rows else 0
                self.assertGreaterEqual(calls, seen)
                seen = calls
                time.sleep(0.002)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(self.row("threads_native.add").calls, sum(done))

    def test_resets_while_threads_call(self):
        stop = threading.Event()

        def call():
            while not stop.is_set():
                t.add_without_gil(1, 1)

        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(50):
            boundary.reset()
            for row in boundary.snapshot():
                self.assertGreaterEqual(row.python_ns, row.native_ns)
        stop.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    unittest.main()
