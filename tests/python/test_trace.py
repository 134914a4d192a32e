"""--trace: the calls of a run, held against the report of the same run."""

import collections
import unittest

from support import SANITIZER
from trace_file import Case

WORK = """
import threading
import callbacks_native as cb, calls_native as n, threads_native as t

def step(x):
    return n.successor(int(x)) + t.add_without_gil(0, 0)

def work(i):
    for k in range(100):
        t.add(i, k)
        n.three(1, 2, k)
    cb.repeat(step, 20)
    cb.call_without_gil(step, 1.0)
    cb.call_on_thread(step, 1.0)
    for kind in "logic_error", "int":
        try: n.fail(kind)
        except RuntimeError: pass
    try: t.add("a", 1)
    except TypeError: pass
    try: cb.call(lambda x: 1 / 0, 1.0)
    except ZeroDivisionError: pass
    t.rest_without_gil(0.001)

threads = [threading.Thread(target=work, args=(i,), name=f"worker {i}") for i in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
cb.call_on_threads(step, 2, 5)
"""


class Whole(Case):
    def check(self, trace, report):
        functions = {f["name"]: f for f in report["functions"]}
        timed = {name: f["timed"] for name, f in functions.items() if f["timed"]}
        self.assertEqual(collections.Counter(s.name for s in trace.calls), timed)
        self.assertEqual(report["trace"], {"calls": len(trace.calls), "dropped": 0})
        self.assertEqual(trace.data["otherData"]["timing"], report["timing"])
        for s in trace.slices:
            self.assertLessEqual(s.end, report["wall_ns"] + 1000)
        return functions

    def test_every_call_is_there(self):
        trace, report = self.trace(WORK)
        functions = self.check(trace, report)
        self.assertEqual(len(trace.calls), sum(f["calls"] for f in functions.values()))
        errors = {name: f["errors"] for name, f in functions.items() if f["errors"]}
        self.assertEqual(collections.Counter(s.name for s in trace.calls if s.raised), errors)
        without_inner = [s.name for s in trace.calls if not s.inner and not s.raised]
        if not SANITIZER:  # there, no call is short
            self.assertGreater(without_inner.count("threads_native.add"), 200)
        self.assertLessEqual(set(without_inner), {"threads_native.add", "calls_native.three", "calls_native.successor", "threads_native.add_without_gil"})
        self.assertIn("gil", [s.side for s in trace.slices])

    def test_sides_are_as_long_as_the_report_says(self):
        trace, report = self.trace(WORK, "--timing=full")
        for name, f in self.check(trace, report).items():
            self.assertEqual(f["split"], f["calls"])
            calls = [s for s in trace.calls if s.name == name]
            inner = [s.inner[0] for s in calls if s.inner]
            self.assertGreaterEqual(len(inner), f["calls"] - f["errors"])
            for side, slices in ("python_ns", calls), ("native_ns", inner):
                if "(" in name:
                    side = {"python_ns": "native_ns", "native_ns": "python_ns"}[side]
                self.assertAlmostEqual(sum(s.end - s.begin for s in slices), f[side], delta=2 * len(slices) + 2)

    def test_threads(self):
        trace, _ = self.trace(WORK)
        workers = {f"worker {i}" for i in range(4)}
        self.assertEqual(collections.Counter(trace.names.values()), {"MainThread": 1, "a native thread": 6, **dict.fromkeys(workers, 1)})
        self.assertEqual(trace.calls_of("MainThread"), ["callbacks_native.call_on_threads"])
        for worker in workers:
            self.assertEqual(trace.calls_of(worker).count("threads_native.add"), 101)
        self.assertEqual([e["args"]["name"] for e in trace.of("M") if e["name"] == "process_name"], ["polyhost -c"])
        order = [e["args"]["sort_index"] for e in trace.of("M") if e["name"] == "thread_sort_index"]
        self.assertEqual(order, sorted(set(order)))
        self.assertEqual({e["pid"] for e in trace.events}, {trace.of("M")[0]["pid"]})

    def test_arrows_to_native_threads(self):
        trace, _ = self.trace("import callbacks_native as cb\ncb.call_on_threads(lambda x: x + 1, 2, 5)\ncb.call(lambda x: x, 1.0)")
        main = next(thread for thread, name in trace.names.items() if name == "MainThread")
        others = sorted(set(trace.names) - {main})
        self.assertEqual(len(others), 2)
        self.assertEqual(sorted(trace.arrows), [(main, thread) for thread in others for _ in range(5)])

    def test_waits_for_the_gil(self):
        trace, report = self.trace(
            "import callbacks_native as cb, threading, threads_native as t, time\n"
            "def busy(x):\n    end = time.perf_counter() + 0.002\n    while time.perf_counter() < end: pass\n    return x\n"
            "cb.call_on_threads(busy, 3, 3)\n"
            "other = threading.Thread(target=busy, args=(0,)); other.start(); t.rest_without_gil(0.0005); other.join()"
        )
        for f in report["functions"]:  # each of them waits
            inside = [c for c in trace.calls if c.name == f["name"]]
            waits = [s for s in trace.slices if s.side == "gil" and any(c.thread == s.thread and c.begin <= s.begin and s.end <= c.end for c in inside)]
            if f["name"] != "callbacks_native.call_on_threads":
                self.assertAlmostEqual(sum(s.end - s.begin for s in waits), f["gil_wait_ns"], delta=2 * len(waits) + 2)
            self.assertGreater(f["gil_wait_ns"], 0)

    def test_a_reset_moves_nothing(self):
        trace, report = self.trace(
            "import polyhost, threads_native as t\nt.rest(0.002)\nt.rest(0.002)\npolyhost.boundary.reset()\nt.rest(0.002)"
        )
        self.assertEqual([f["calls"] for f in report["functions"]], [1])
        self.assertEqual(len(trace.calls), 3)
        self.assertGreaterEqual(min(s.end - s.begin for s in trace.slices), 1_900_000)

    def test_a_first_call_that_raises(self):
        code = "import threads_native as t\ntry: t.add('a', 1)\nexcept TypeError as error: assert 'add()' in str(error), error"
        trace, _ = self.trace(code)
        self.assertEqual([(s.name, s.raised) for s in trace.slices], [("threads_native.add", True)])

    def test_names_of_threads(self):
        names = 'a "b"\\\n', "größe", "\udc80"
        trace, _ = self.trace(f"import threading, threads_native as t\nfor name in {names!r}:\n    a = threading.Thread(target=t.add, args=(1, 2), name=name); a.start(); a.join()")
        self.assertLessEqual(set(names[:2]), set(trace.names.values()))
        self.assertEqual(len(trace.names), 3)
        self.assertNotIn("a native thread", trace.names.values())

    def test_other_modes(self):
        trace, report = self.trace(WORK, "--timing=sampled")
        self.check(trace, report)
        if not SANITIZER:
            self.assertLess(len(trace.calls), sum(f["calls"] for f in report["functions"]))
        trace, report = self.trace(WORK, "--timing=off")
        self.assertEqual((trace.calls, trace.names, trace.data["otherData"]["timing"]), ([], {}, "off"))


if __name__ == "__main__":
    unittest.main()
