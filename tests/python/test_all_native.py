"""--all-native: calls of native code that is not polyhost's, timed from outside."""

import json
import os
import sys
import tempfile
import unittest

from support import run

LATER = sys.version_info >= (3, 12)  # where types are told of, too


class Case(unittest.TestCase):
    def report(self, script, *switches):
        """The report of a script (dict), and its finished process."""
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "report.json")
            done = run("--all-native", f"--report=json:{file}", *switches, "-c", script)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(file) as opened:
                return json.load(opened), done

    def rows(self, script, *switches):
        """Name -> row."""
        return {row["name"]: row for row in self.report(script, *switches)[0]["functions"]}


class Rows(Case):
    def test_functions_and_methods(self):
        rows = self.rows(
            "import math, _sqlite3\n"
            "for i in range(1000): math.sqrt(i)\n"
            "all = []\n"
            "for i in range(500): all.append(i)\n"
            "class Mine(list): pass\n"
            "for i in range(70): Mine.append(all, i); list.append(all, i)\n"
            "mine = Mine()\n"
            "for i in range(30): mine.append(i)\n"
            "append = mine.append\n"
            "for i in range(20): append(i)\n"
            "c = _sqlite3.connect(':memory:')\n"
            "for i in range(11): c.execute('select 1').fetchall()\n"
            "for i in range(13): ','.join(['a', 'b'])\n"
        )
        self.assertEqual(rows["math.sqrt"]["calls"], 1000)
        self.assertGreaterEqual(rows["builtins.list.append"]["calls"], 690)
        self.assertEqual(rows["sqlite3.Connection.execute"]["calls"], 11)
        self.assertEqual(rows["sqlite3.Cursor.fetchall"]["calls"], 11)
        self.assertGreaterEqual(rows["builtins.str.join"]["calls"], 13)
        for name in "math.sqrt", "builtins.list.append":
            row = rows[name]
            self.assertTrue(row["one_sided"])
            self.assertEqual((row["direction"], row["crossing_ns"], row["split"]), ("inbound", 0, row["calls"]))
            self.assertGreater(row["python_ns"], 0)

    def test_own_functions_have_both_sides(self):
        rows = self.rows("import timing_native as n\nfor i in range(1000): n.add(i); n.scale.batch([1.0])")
        self.assertEqual((rows["timing_native.add"]["calls"], rows["timing_native.add"]["one_sided"]), (1000, False))
        self.assertGreater(rows["timing_native.add"]["crossing_ns"], 0)
        self.assertFalse([name for name in rows if name.startswith(("_polyhost", "polyhost"))])

    def test_errors(self):
        rows = self.rows("import math\nfor i in range(10):\n  try: math.sqrt(-1)\n  except ValueError: pass\nmath.sqrt(1)")
        self.assertEqual((rows["math.sqrt"]["calls"], rows["math.sqrt"]["errors"]), (11, 10))

    def test_the_exception_is_the_same(self):
        _, done = self.report("import math\ntry: math.sqrt('a')\nexcept TypeError as error: print(error, error.__context__, error.__traceback__.tb_lineno)")
        self.assertEqual(done.stdout, "must be real number, not str None 2\n")

    @unittest.skipUnless(LATER, "CPython 3.11 does not tell of calls of types")
    def test_types(self):
        rows = self.rows("import collections\nclass Mine: pass\nfor i in range(50): collections.deque(); Mine()")
        self.assertEqual(rows["collections.deque"]["calls"], 50)
        self.assertFalse([name for name in rows if "Mine" in name])

    def test_python_that_is_called_back_is_not_its_own_time(self):
        rows = self.rows("import time\ndef slow(x):\n  end = time.perf_counter() + 0.03\n  while time.perf_counter() < end: pass\n  return x\nsorted([2, 1], key=slow)")
        row = rows["builtins.sorted"]
        self.assertGreater(row["python_ns"], 60_000_000)
        self.assertLess(row["self_ns"], row["python_ns"] / 2)

    def test_a_generator_within(self):
        rows = self.rows("def count():\n  for i in range(1000): yield i\nfor i in range(10): sum(count())\nfor i in range(10):\n  try: sum(1 // 0 for _ in [1])\n  except ZeroDivisionError: pass")
        self.assertEqual((rows["builtins.sum"]["calls"], rows["builtins.sum"]["errors"]), (20, 10))
        self.assertLess(rows["builtins.sum"]["self_ns"], rows["builtins.sum"]["python_ns"])

    def test_wall_time_adds_up(self):
        report, _ = self.report("import math, time\nfor i in range(10000): math.sqrt(i)\nsorted(range(1000), key=lambda x: -x)\ntime.sleep(0.05)\nexec('for i in range(100000): pass')")
        native = sum(row["self_ns"] for row in report["functions"] if row["direction"] == "inbound")
        self.assertLess(native, report["wall_ns"])
        self.assertGreater(native, 50_000_000)  # the sleep

    def test_callbacks_nest(self):
        rows = self.rows("import timing_native as n, math\nn.repeat(lambda _: math.isqrt(2), 100)\nfor i in range(10): sorted(range(10), key=n.add)\nfor i in range(5): list(map(n.add, range(10)))")
        self.assertEqual((rows["timing_native.add"]["calls"], rows["math.isqrt"]["calls"]), (150, 100))
        self.assertLess(rows["builtins.sorted"]["self_ns"], rows["builtins.sorted"]["python_ns"])

    def test_lines_that_call(self):
        rows = self.rows("import math\nfor i in range(100):\n  math.sqrt(2)")
        self.assertEqual([(site["line"], site["calls"]) for site in rows["math.sqrt"]["sites"]], [(3, 100)])
        rows = self.rows("import math\nfor i in range(100):\n  math.sqrt(2)\n  if i % 4 == 0: math.sqrt(3)", "--call-sites=exact")
        self.assertEqual({site["line"]: site["calls"] for site in rows["math.sqrt"]["sites"]}, {3: 100, 4: 25})

    def test_off(self):
        self.assertEqual(self.rows("import math\nfor i in range(100): math.sqrt(2)", "--timing=off"), {})


class Reach(Case):
    def test_threads(self):
        rows = self.rows("import math, threading\ndef work():\n  for i in range(1000): math.cos(i)\nall = [threading.Thread(target=work) for _ in range(4)]\nfor t in all: t.start()\nfor t in all: t.join()")
        self.assertEqual(rows["math.cos"]["calls"], 4000)

    def test_children(self):
        script = "import math, os, subprocess, sys\ncode = 'import math\\nfor i in range(10): math.cos(i)'\nsubprocess.run([sys.executable, '-c', code])\nif os.fork() == 0:\n  exec(code)\n  os._exit(0)\nos.wait()\nexec(code)"
        rows = self.rows(script)
        self.assertEqual((rows["math.cos"]["calls"], rows["posix.fork"]["calls"]), (30, 1))

    def test_a_profiler_of_the_script(self):
        script = "import cProfile, math, pstats\np = cProfile.Profile()\np.enable()\nfor i in range(10): math.cos(i)\np.disable()\nprint(pstats.Stats(p).total_calls)"
        _, done = self.report(script)
        self.assertEqual(done.stdout, run("-c", script).stdout)

    def test_without_the_switch(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "report.json")
            run(f"--report=json:{file}", "-c", "import math, sys, threading\nmath.sqrt(2)\nassert sys.getprofile() is None and threading._profile_hook is None")
            with open(file) as opened:
                self.assertEqual(json.load(opened)["functions"], [])

    def test_functions_that_come_and_go(self):
        rows = self.rows("import ctypes, functools\nfor i in range(1000):\n  f = functools.partial(len, 'abc')\n  f()\n  [].append(1)")
        self.assertGreaterEqual(rows["builtins.list.append"]["calls"], 1000)

    def test_many_levels(self):
        rows = self.rows("def f(n): return n and max(map(f, [n - 1]))\nprint(f(150))")
        self.assertGreaterEqual(rows["builtins.max"]["calls"], 150)

    def test_trace(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "trace.json")
            self.rows("import math\nfor i in range(100): math.cos(i)", f"--trace={file}")
            with open(file) as opened:
                events = json.load(opened)["traceEvents"]
        self.assertGreaterEqual(sum(event["name"].startswith("math.cos") for event in events), 100)

    def test_the_table_marks_them(self):
        done = run("--all-native", "--report", "-c", "import time\nfor i in range(10): time.sleep(0.001)")
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("time.sleep ")]
        self.assertRegex(line, r"^time\.sleep +inbound +10 +0 +\S+ +- +- +- +- +\S+ +\S+ +one side$")
        self.assertIn("\none side: not polyhost's", done.stderr)

    def test_wrong_use(self):
        done = run("--all-native=yes", "-c", "pass")
        self.assertEqual((done.returncode, done.stderr), (2, "polyhost: --all-native takes no value: write --all-native alone\n"))


if __name__ == "__main__":
    unittest.main()
