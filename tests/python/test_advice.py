"""Advice: scripts of which each rule speaks, and scripts like them of which it must not."""

import json
import os
import pickle
import tempfile
import time
import unittest

from support import SANITIZER, run

RULES = "chatty", "python_is_as_fast", "copied_container", "text_conversion", "holds_gil", "callback_per_item"

# Another thread that runs Python meanwhile.
THREAD = """
import threading
thread = threading.Thread(target=lambda: [sum(range(1000)) for _ in range(2000)])
thread.start()
"""
FLOATS = "floats = [float(i) for i in range(20_000)]\n"
LETTERS = "letters = 'größe' * 10_000\n"  # not ASCII: the UTF-8 of each new str is made anew


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "report.json")

    def report(self, code, *switches):
        done = run(*switches, f"--report=json:{self.path}", "-c", code)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(self.path) as file:
            return json.load(file)

    def show(self):
        # Commands are run isolated, without PYTHONMALLOC: see test_saved_reports.py.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        done = run("report", "show", self.path, env={**os.environ, "ASAN_OPTIONS": options})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def advice(self, code, *switches):
        """Rule and function -> the advice."""
        return {(one["rule"], one["function"]): one for one in self.report(code, *switches)["advice"]}


@unittest.skipIf(SANITIZER, "rests on times, which a sanitizer's own work distorts")
class Rules(Case):
    def settles(self, code, holds):
        """holds(advice) within ten runs: other work on the machine may be timed as that of a function."""
        for _ in range(10):
            advice = self.advice(code)
            if holds(advice):
                return advice
            time.sleep(0.2)
        self.fail(f"{advice}\nof {code}")

    def told(self, rule, function, code):
        """The advice."""
        one = self.settles(code, lambda advice: (rule, function) in advice)[rule, function]
        self.assertIn(function.partition("(")[0], one["text"])
        self.assertGreater(one["saves_ns"], 0)
        return one

    def not_told(self, rule, code):
        self.settles(code, lambda advice: all(given != rule for given, _ in advice))

    def test_chatty(self):
        one = self.told("chatty", "timing_native.scale", "import timing_native as n\nfor i in range(200_000):\n  n.scale(1.5)")
        self.assertRegex(
            one["text"],
            r"^timing_native\.scale was called 200,000 times from <string>:3: \d\S* ns of crossing for \d\S* ns of work\. "
            r"timing_native\.scale\.batch\(\.\.\.\) on a list would have cost about \d\S* [mu]s instead of \d\S* ms "
            r"\(it pays from [\d,]+ items\)\.$",
        )

    def test_chatty_without_a_batch_form(self):
        one = self.told("chatty", "timing_native.length", "import timing_native as n\nfor i in range(200_000): n.length('abc')")
        self.assertIn("A function that does the work of many calls in one would save most of ", one["text"])

    def test_not_chatty(self):
        for calls in (
            "for i in range(2000): n.work(20_000)",  # work
            "for i in range(999): n.scale(1.5)",  # few
            "n.scale.batch([1.5] * 200_000)",
            "n.repeat(abs, 200_000)",  # the other direction
        ):
            with self.subTest(calls):
                self.not_told("chatty", "import timing_native as n\n" + calls)

    def test_python_is_as_fast(self):
        one = self.told("python_is_as_fast", "timing_native.fail_if", "import timing_native as n\nfor i in range(200_000): n.fail_if(False)")
        self.assertRegex(one["text"], r"^A call of timing_native\.fail_if takes \d\S* ns, and \d\S* ns of it is work: an addition in Python takes ")

    def test_python_is_slower(self):
        self.not_told("python_is_as_fast", "import timing_native as n\nfor i in range(100_000): n.work(100)")

    def test_copied_container(self):
        one = self.told("copied_container", "timing_native.sum", FLOATS + "import timing_native as n\nfor i in range(200): n.sum(floats)")
        self.assertIn("copies the numbers of its list[float] on every call", one["text"])
        self.assertIn("in all from <string>:3.", one["text"])

    def test_not_copied(self):
        for calls in (
            "import containers_native as n\nfor i in range(200): n.sum_in_place(floats)",
            "import array, buffers_native as n\nitems = array.array('d', floats)\nfor i in range(200): n.sum_float64(items)",
            "import timing_native as n\nfor i in range(100_000): n.sum([1.5])",  # little to copy
            "import containers_native as n\nwords = list(map(str, floats))\nfor i in range(20): n.texts(words)",  # no numbers
            "import containers_native as n\nints = list(range(20_000))\nfor i in range(20): n.ints(ints)",  # out is dearer than in
        ):
            with self.subTest(calls):
                self.not_told("copied_container", FLOATS + calls)

    def test_text_conversion(self):
        one = self.told("text_conversion", "values_native.text_size", LETTERS + "import values_native as v\nfor i in range(200): v.text_size(letters + str(i))")
        self.assertIn("on converting its str to UTF-8, ", one["text"])
        one = self.told("text_conversion", "values_native.string", LETTERS + "import values_native as v\nfor i in range(200): v.string(letters)")
        self.assertIn("on converting its str to UTF-8 and back, ", one["text"])

    def test_no_text_conversion(self):
        for calls in (
            "for i in range(2000): v.text_size('size' * 10_000)",  # ASCII is UTF-8
            "text = letters.encode()\nfor i in range(200): v.bytes_of(text)",
        ):
            with self.subTest(calls):
                self.not_told("text_conversion", LETTERS + "import values_native as v\n" + calls)

    def test_holds_gil(self):
        code = "import threads_native as t\n" + THREAD + "for i in range(10): t.spin(0.005)\nthread.join()"
        one = self.told("holds_gil", "threads_native.spin", code)
        self.assertRegex(one["text"], r"held the GIL for \d\S* ms a call, \d\S* ms in all, while other threads ran Python")

    def test_holds_no_gil_or_nobody_waits(self):
        for calls in (
            THREAD + "for i in range(10): t.spin_without_gil(0.005)\nthread.join()",
            "for i in range(10): t.spin(0.005)",
            THREAD + "thread.join()\nimport array, batch_native as b\nitems = array.array('d', bytes(8 << 21))\nfor i in range(5): b.float64.batch(items)",
        ):
            with self.subTest(calls):
                self.not_told("holds_gil", "import threads_native as t\n" + calls)

    def test_callback_per_item(self):
        one = self.told("callback_per_item", "timing_native.repeat(f)", "import timing_native as n\nfor i in range(20): n.repeat(abs, 10_000)")
        self.assertIn("timing_native.repeat called Python back 200,000 times, 10,000 times a call of it from <string>:2: ", one["text"])

    def test_callbacks_that_are_few_or_long(self):
        for calls in (
            "import callbacks_native as n\nfor i in range(50_000): n.call(abs, 1.0)",  # one a call
            "import timing_native as n\nn.repeat(abs, 999)",
            "import timing_native as n\nn.repeat(lambda x: sum(range(1000)), 3000)",
        ):
            with self.subTest(calls):
                self.not_told("callback_per_item", calls)

    def test_what_the_run_spent_little_on(self):
        calls = "import timing_native as n\nfor i in range(2000): n.scale(1.5)\n"
        self.settles(calls + "import time\ntime.sleep(1)", lambda advice: not advice)

    def test_the_dearest_first(self):
        code = LETTERS + "import values_native as v, timing_native as n\nfor i in range(200): v.string(letters)\nfor i in range(100_000): n.scale(1.5)"
        self.settles(code, lambda advice: len(advice) > 1)
        costs = [one["saves_ns"] for one in self.report(code)["advice"]]
        self.assertEqual(costs, sorted(costs, reverse=True))

    def test_a_saved_report_says_the_same(self):
        advice = self.told("text_conversion", "values_native.string", LETTERS + "import values_native as v\nfor i in range(200): v.string(letters)")
        self.assertIn("\nadvice\n  " + advice["text"] + "\n", self.show())

    def test_within_a_script(self):
        code = LETTERS + """
import json, pickle, sys, polyhost, values_native as v
for i in range(200): v.string(letters)
s = polyhost.boundary.snapshot()
assert [one["rule"] for one in json.loads(json.dumps(s.to_dict()))["advice"]] == [one.rule for one in s.advice]
sys.stdout.buffer.write(pickle.dumps([one._asdict() for one in pickle.loads(pickle.dumps(s)).advice], 0))
polyhost.boundary.report(file=sys.stderr)
"""
        done = run("-c", code)
        self.assertEqual(done.returncode, 0, done.stderr)
        (one,) = pickle.loads(done.stdout.encode())
        self.assertEqual({name: type(value) for name, value in one.items()}, {"rule": str, "function": str, "text": str, "saves_ns": int})
        self.assertEqual((one["rule"], one["function"]), ("text_conversion", "values_native.string"))
        self.assertIn("\nadvice\n  values_native.string spends ", done.stderr)


class Without(Case):
    def test_calls_or_timing(self):
        calls = "import timing_native as n\nfor i in range(20_000): n.scale(1.5)"
        self.assertEqual(self.advice("pass"), {})
        self.assertEqual(self.advice(calls, "--timing=off"), {})
        self.assertNotIn("advice", self.show())

    def test_every_mode_has_rules_that_are_known(self):
        calls = "import timing_native as n\nfor i in range(20_000): n.scale(1.5)\nn.repeat(abs, 10_000)"
        for mode in "exact", "full", "sampled":
            for (rule, function), one in self.advice(calls, "--timing=" + mode).items():
                self.assertIn(rule, RULES)
                self.assertEqual(sorted(one), ["function", "rule", "saves_ns", "text"])


if __name__ == "__main__":
    unittest.main()
