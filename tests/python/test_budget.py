"""--budget: the exit status and the sentences of a script that costs more than it may."""

import os
import subprocess
import tempfile
import unittest

from support import POLYHOST, run

CALLS = "import threads_native as t\nfor i in range(100): t.add(1, 2)\n"
TIGHT = "threads_native.*: calls <= 99"
OVER = "polyhost: over budget: threads_native.add has calls 100, but `threads_native.*: calls <= 99`\n"


class Budget(unittest.TestCase):
    def test_kept(self):
        done = run("--budget", "threads_native.*: calls <= 100, crossing <= 1s, p99 <= 1s", "-c", CALLS)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_over(self):
        for switches in ("--budget", TIGHT), ("--budget=" + TIGHT,):
            done = run(*switches, "-c", CALLS + "print('end')")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "end\n", OVER))

    def test_however_the_script_ends_well(self):
        for end in "import sys; sys.exit()", "raise SystemExit(0)", "import atexit; atexit.register(print, 'last', end='')":
            done = run("--budget", TIGHT, "-c", CALLS + end)
            self.assertEqual((done.returncode, done.stderr), (3, OVER), end)

    def test_a_failure_keeps_its_status(self):
        for end, status in ("raise SystemExit(7)", 7), ("1 / 0", 1):
            done = run("--budget", TIGHT, "-c", CALLS + end)
            self.assertEqual(done.returncode, status)
            self.assertIn(OVER, done.stderr)
        self.assertEqual(run("--budget", TIGHT, "-c", CALLS + "import os; os._exit(0)").returncode, 0)

    def test_children_are_not_judged(self):
        done = run("--budget", TIGHT, "-c", CALLS + "import os\nif os.fork() == 0: raise SystemExit(0)\nprint(os.wait()[1])")
        self.assertEqual((done.returncode, done.stdout), (3, "0\n"))

    def test_what_the_script_printed_comes_out(self):
        done = run("--budget", TIGHT, "-c", CALLS + "print('x' * 100000)")
        self.assertEqual(len(done.stdout), 100001)

    def test_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "budget.txt")
            with open(path, "w") as file:
                file.write(f"# for the release\n\n{TIGHT}\nno_such.*: calls <= 1\n")
            done = run(f"--budget=@{path}", "-c", CALLS)
            self.assertEqual(done.returncode, 3)
            self.assertEqual(done.stderr, OVER + "polyhost: the budget for `no_such.*` matches no function that was called\n")
            for empty in "", "\ufeff# nothing yet\n":
                with open(path + ".empty", "w", encoding="utf-8") as file:
                    file.write(empty)
                self.assertEqual(run(f"--budget=@{path}.empty", "-c", "print('run')").stdout, "run\n")
            self.assertEqual(run(f"--budget=@{folder}", "-c", "print('run')").returncode, 2)
            with open(path, "a") as file:
                file.write("a: b\n")
            done = run(f"--budget=@{path}", "-c", "print('run')")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"{path}: line 5: the budget `a: b` has no <= in `b`", done.stderr)
            done = run(f"--budget=@{path}.not", "-c", "print('run')")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("cannot read the budgets of", done.stderr)

    def test_where_nothing_was_called_or_counted(self):
        for environment in {}, {"POLYHOST_REPORT": "1"}:
            done = run("--budget", TIGHT, "-c", "print('end')", env={**os.environ, **environment})
            self.assertEqual((done.returncode, done.stderr), (0, "polyhost: the budget for `threads_native.*` matches no function that was called\n"))
        done = run("--timing=off", "--budget", TIGHT, "-c", CALLS)
        self.assertEqual((done.returncode, done.stderr), (0, "polyhost: the budget for `threads_native.*` cannot be checked: with timing off nothing is counted\n"))

    def test_beside_a_report(self):
        done = run("--report", "--budget", TIGHT, "-c", CALLS)
        self.assertEqual(done.returncode, 3)
        self.assertIn("threads_native.add  inbound", done.stderr)

    def test_stderr_closed(self):
        script = 'exec "$0" --budget "$1" -c "$2" 2>&-'
        done = subprocess.run(["sh", "-c", script, POLYHOST, TIGHT, CALLS + "print('mine')"], stdout=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (3, "mine\n"))


if __name__ == "__main__":
    unittest.main()
