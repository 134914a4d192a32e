"""The lines of Python that call native functions, by a look at one call in many: their shares, and that looking disturbs nobody."""

import gc
import os
import statistics
import threading
import traceback
import unittest

import calls_native
import polyhost
import timing_native as n
from support import run

boundary = polyhost.boundary
CALLS = 1_000_000  # about a thousand looks


def script(text):
    """A function that runs the text, whose lines are those of lines.py from 1 on."""
    code = compile(text, "lines.py", "exec")
    return lambda: exec(code, {"n": n, "boundary": boundary})


class Case(unittest.TestCase):
    def setUp(self):
        boundary.timing("exact")
        boundary.reset()
        self.addCleanup(boundary.timing, "exact")

    def sites(self, name="add"):
        """(file's name, line) -> calls."""
        row = boundary.snapshot()["timing_native." + name]
        self.assertAlmostEqual(sum(site.calls for site in row.sites), row.calls, delta=len(row.sites))
        self.assertEqual(list(row.sites), sorted(row.sites, key=lambda site: -site.calls))
        return {(os.path.basename(site.file), site.line): site.calls for site in row.sites}

    def shares(self, text):
        """Line -> its share of the calls."""
        boundary.reset()
        script(text)()
        sites = {line: calls for (_, line), calls in self.sites().items()}
        return {line: calls / sum(sites.values()) for line, calls in sites.items()}


class Shares(Case):
    def test_one_line_has_all_calls(self):
        for mode in "exact", "full", "sampled":
            boundary.timing(mode)
            for calls in 1, 2, 7, 16, 17, 1000, 100_000:
                boundary.reset()
                script(f"for i in range({calls}): n.add(i)")()
                self.assertEqual(self.sites(), {("lines.py", 1): calls}, mode)

    def test_the_first_calls_are_all_looked_at(self):
        script("for i in range(5): n.add(1)\nn.add(2)\n\nn.add(3); n.add(4)")()
        self.assertEqual(self.sites(), {("lines.py", 1): 5, ("lines.py", 4): 2, ("lines.py", 2): 1})
        self.assertEqual({site.function for site in boundary.snapshot()["timing_native.add"].sites}, {"<module>"})

    def test_nine_to_one(self):
        for mode, calls in ("exact", CALLS), ("full", CALLS), ("sampled", 4 * CALLS):  # about as many looks
            boundary.timing(mode)
            shares = self.shares(f"for i in range({calls}):\n  if i % 10: n.add(1)\n  else: n.add(2)")
            with self.subTest(mode, shares=shares):
                self.assertEqual(shares.keys(), {2, 3})
                self.assertAlmostEqual(shares[3], 0.1, delta=0.08)

    def test_a_rhythm_of_the_scripts_own(self):
        # The looks fall into step with none.
        for period, allowed in (2, 0.1), (8, 0.08), (16, 0.05):
            shares = self.shares(f"for i in range({CALLS}):\n  if i % {period}: n.add(1)\n  else: n.add(2)")
            with self.subTest(period, shares=shares):
                self.assertAlmostEqual(shares.get(3, 0), 1 / period, delta=allowed)

    def test_phases(self):
        for mode, allowed in ("exact", 0.15), ("full", 0.05):
            boundary.timing(mode)
            first = [self.shares("for i in range(1000): n.add(1)\nfor i in range(1000): n.add(2)")[1] for _ in range(100)]
            with self.subTest(mode, shares=first):
                self.assertAlmostEqual(statistics.mean(first), 0.5, delta=allowed)

    def test_modes_switched_meanwhile(self):
        lines = "for i in range(40_000):\n  if i % 1000 == 0: boundary.timing(('exact', 'full', 'sampled')[i // 1000 % 3])\n  if i % 4: n.add(1)\n  else: n.add(2)"
        shares = self.shares(lines)
        self.assertEqual(shares.keys(), {3, 4})
        self.assertAlmostEqual(shares[4], 0.25, delta=0.2)

    def test_off_looks_at_nothing(self):
        boundary.timing("off")
        script("for i in range(1000): n.add(1)")()
        boundary.timing("exact")
        script("n.add(1)\nn.add(2)")()
        self.assertEqual(self.sites(), {("lines.py", 1): 1, ("lines.py", 2): 1})

    def test_a_reset_forgets(self):
        lines = script("for i in range(3000): n.add(1)")
        other = script("\nfor i in range(3000): n.add(1)")
        lines()
        boundary.reset()
        other()
        self.assertEqual(self.sites(), {("lines.py", 2): 3000})
        boundary.reset()
        lines()
        self.assertEqual(self.sites(), {("lines.py", 1): 3000})

    def test_callbacks_have_no_lines_but_what_they_call_has(self):
        n.repeat(eval(compile("lambda x: n.add(1)", "lines.py", "eval"), {"n": n}), 100)
        self.assertEqual(boundary.snapshot()["timing_native.repeat(f)"].sites, ())
        self.assertEqual(self.sites(), {("lines.py", 1): 100})
        ((file, _),) = self.sites("repeat")
        self.assertEqual(file, os.path.basename(__file__))

    def test_threads(self):
        threads = [threading.Thread(target=script("\n" * i + f"for i in range(50_000): n.add(1)")) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(boundary.snapshot()["timing_native.add"].calls, 200_000)
        self.assertEqual({file for file, _ in self.sites()}, {"lines.py"})

    def test_the_table_says_that_it_has_looked_at_some(self):
        done = run("--report", "-c", "import timing_native as n\nfor i in range(4): n.add(i)\nfor i in range(4): exec('n.add(i)')")
        self.assertIn("\ncalled from (looked at for some of the calls)\n  timing_native.add: <string>:2 in <module> 50.0%, <string>:1 in <module> 50.0%\n", done.stderr)


class Finalizers(Case):
    """Making an object of the caller's frame may start the garbage collector, and that any Python."""

    def look_and_collect(self, finalize):
        class Cycle:
            def __init__(self):
                self.me = self

            def __del__(self):
                finalize()

        def once():
            gc.disable()
            Cycle()
            gc.set_threshold(1)
            gc.enable()
            n.add(1)  # the next object is its look's
            gc.disable()
            gc.set_threshold(*thresholds)

        thresholds = gc.get_threshold()
        self.addCleanup(gc.enable)
        gc.collect()
        once()

    def test_that_call_the_same_function(self):
        def calls():
            for _ in range(30):
                n.add(2)

        self.look_and_collect(calls)
        self.assertEqual(boundary.snapshot()["timing_native.add"].calls, 31)
        lines = {site.function.rpartition(".")[2]: site.calls for site in boundary.snapshot()["timing_native.add"].sites}
        self.assertEqual(lines.keys(), {"once", "calls"})
        self.assertAlmostEqual(lines["once"], 1, delta=15)

    def test_that_reset(self):
        boundary.timing("full")  # which makes more looks
        for before in range(100):
            script(f"for _ in range({before}): n.add(2)")()
            self.look_and_collect(boundary.reset)
            script("for _ in range(10): n.add(2)")()
            row = boundary.snapshot()["timing_native.add"]
            self.assertLessEqual(max(site.calls for site in row.sites), row.calls, row.sites)


class Errors(unittest.TestCase):
    def check(self):
        class Mine(Exception):
            pass

        def fails():
            raise mine

        for i in range(300):
            with self.assertRaisesRegex(RuntimeError, "^wanted$") as caught:
                n.fail_if(True)
            self.assertIsNone(caught.exception.__context__)
            with self.assertRaisesRegex(TypeError, r"^timing_native\.add\(\): argument 'a' must be int, not str$"):
                n.add("1")
            mine = Mine(i)
            try:
                calls_native.second_error(lambda: n.fail_if(True), fails)
            except Mine as error:
                self.assertIs(error, mine)
                names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
            self.assertEqual((names[0], names[-1]), ("check", "fails"))

    def test_a_failing_call_keeps_its_exception(self):
        for mode in "exact", "full", "sampled":
            boundary.timing(mode)
            self.addCleanup(boundary.timing, "exact")
            self.check()

    def test_where_each_call_is_looked_at(self):
        done = run("--call-sites=exact", __file__, "Errors.test_a_failing_call_keeps_its_exception")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
