"""--trace: how much it keeps, however the script ends, and what is refused before the script runs."""

import os
import unittest

from support import FORKS, run
from trace_file import Case, Trace

CALLS = int(os.environ.get("POLYHOST_TEST_CALLS", "2000000"))
CALL = "import threads_native as t; t.add(1, 2)\n"


class Bounded(Case):
    def test_the_newest_calls_of_each_thread(self):
        code = (
            "import calls_native as n, threading, threads_native as t\n"
            "def work(calls):\n    for _ in range(calls): t.add(1, 2)\n    for _ in range(4): n.nothing()\n    for _ in range(3): n.three(1, 2, 3)\n"
            "for calls in 0, 3, 5: a = threading.Thread(target=work, args=(calls,), name=str(calls)); a.start(); a.join()\n"
            "work(90)"
        )
        trace, report = self.trace(code, "--trace-events=10", "--report")
        last = ["calls_native.nothing"] * 4 + ["calls_native.three"] * 3
        for thread, adds in ("0", 0), ("3", 3), ("5", 3), ("MainThread", 3):
            self.assertEqual(trace.calls_of(thread), ["threads_native.add"] * adds + last)
        self.assertEqual(report["trace"], {"calls": 37, "dropped": 89})
        self.assertEqual(trace.data["otherData"]["dropped"], 89)
        marks = {trace.names[e["tid"]]: (e["name"], int(e["ts"] * 1000)) for e in trace.of("i")}
        first = {name: next(s.begin for s in trace.calls if trace.names[s.thread] == name) for name in ("5", "MainThread")}
        self.assertEqual(marks, {"5": ("before this, 2 calls were dropped", first["5"]), "MainThread": ("before this, 87 calls were dropped", first["MainThread"])})
        said = run(f"--trace={self.path}", "--trace-events=10", "--report", "-c", code).stderr
        self.assertIn("\ntrace: 37 calls kept, the 89 before them dropped\n", said)
        said = run(f"--trace={self.path}", "--report", "-c", code).stderr
        self.assertIn("\ntrace: 126 calls kept, none dropped\n", said)

    def peak(self, code, *switches):
        """What a run needs at most, in bytes. Not ru_maxrss: that begins with the peak of the process that started it."""
        code += "\nprint(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')))"
        return int(run(*switches, "-c", code).stdout) * 1024

    def test_memory(self):
        code = f"import threads_native as t\nadd = t.add\nfor i in range({CALLS}): add(i, 1)"
        events = 100_000
        traced = self.peak(code, f"--trace={self.path}", f"--trace-events={events}")
        self.assertLess(traced - self.peak(code), 48 * events + 10_000_000)
        self.assertEqual(len(Trace(self.path).calls), min(events, CALLS))

    def test_memory_of_threads_that_have_ended(self):
        threads = 500
        code = f"import threading, threads_native as t\nfor i in range({threads}): a = threading.Thread(target=t.add, args=(i, 1)); a.start(); a.join()"
        traced = self.peak(code, f"--trace={self.path}")
        self.assertLess(traced - self.peak(code), 30_000_000)  # 196 kB a thread, if they kept what they were given
        self.assertEqual(len(Trace(self.path).calls), threads)


class Ends(Case):
    def check(self, code, status, calls=1):
        done = run(f"--trace={self.path}", "-c", CALL + code)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(Trace(self.path).calls), calls)
        return done

    def test_without_a_report(self):
        done = self.check("print('mine')", 0)
        self.assertEqual((done.stdout, done.stderr), ("mine\n", ""))

    def test_by_an_exception(self):
        self.assertIn("ZeroDivisionError", self.check("1 / 0", 1).stderr)

    def test_by_sys_exit(self):
        self.check("import sys; sys.exit(3)", 3)

    def test_by_an_interrupt(self):
        self.check("import signal; signal.raise_signal(signal.SIGINT)", -2)

    def test_calls_at_exit_are_there(self):
        self.check("import atexit; atexit.register(t.add, 3, 4)", 0, calls=2)

    def test_while_threads_go_on(self):
        code = (
            "import callbacks_native as cb, threading, time\n"
            "cb.call_forever(lambda x: x + 1)\n"
            "def turn():\n    while True: t.add(1, 2)\n"
            "threading.Thread(target=turn, daemon=True).start(); time.sleep(0.05)"
        )
        leaks = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # as in test_fork.py
        done = run(f"--trace={self.path}", "--trace-events=1000", "-c", CALL + code, env=leaks)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len(Trace(self.path).calls), 100)

    def test_script_without_crossings(self):
        self.assertEqual(run(f"--trace={self.path}", "-c", "pass").returncode, 0)
        self.assertEqual([e["name"] for e in Trace(self.path).events], ["process_name"])

    def test_a_child_leaves_it_to_its_parent(self):
        for ending in "pass", "sys.exit(3)", "1 / 0":
            code = (
                "import os, sys\n"
                "child = os.fork()\n"
                "if child == 0:\n"
                f"    for i in range(100): t.add(i, i)\n    {ending}\n"
                "else:\n    os.waitpid(child, 0)\n    t.add(1, 2)"
            )
            self.check(code, 0, calls=2)

    def test_a_child_writes_none_after_its_parent(self):
        code = "import os, sys, time\nif os.fork() == 0:\n    t.add(1, 2); time.sleep(0.3); sys.exit()"
        done = run(f"--trace={self.path}", *FORKS, "-c", CALL + code)  # it ends when the child has closed its stdout
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(Trace(self.path).calls), 1)

    def test_file_is_replaced(self):
        with open(self.path, "w") as file:
            file.write("x" * 100_000)
        self.check("", 0)

    def test_relative_file_of_a_script_that_changes_directory(self):
        done = run("--trace=trace.json", "-c", CALL + "import os; os.chdir('/')", cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(Trace(self.path).calls), 1)

    def test_full_disk(self):
        for calls, status in (1, 0), (10_000, 3):  # of one piece, and of many
            done = run("--trace=/dev/full", "-c", CALL + f"for i in range({calls}): t.add(i, 1)\nimport sys; sys.exit({status})")
            self.assertEqual((done.returncode, done.stdout), (status, ""))
            self.assertIn("cannot write the trace to /dev/full: No space left on device", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


class Refused(Case):
    def refused(self, *switches, words):
        marker = os.path.join(self.folder, "marker")
        done = run(*switches, "-c", f"open({marker!r}, 'w')")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("polyhost: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertFalse(os.path.exists(marker), "the script has run")

    def test_no_file(self):
        for switch in "--trace", "--trace=":
            self.refused(switch, words=["--trace lacks a file", "--trace=FILE.json"])

    def test_numbers_of_calls(self):
        for number in "", "0", "-1", "+1", "x", "1e9999", "1.5", "10 ", "0x10", "1000000001", "9" * 30:
            switches = f"--trace={self.path}", f"--trace-events={number}"
            self.refused(*switches, words=["--trace-events takes", f"'{number}'", "--trace-events=1000000"])
        self.refused("--trace-events", f"--trace={self.path}", words=["--trace-events takes"])
        self.assertFalse(os.path.exists(self.path))
        for number in "1", "1000000000":
            done = run(f"--trace={self.path}", f"--trace-events={number}", "-c", CALL)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(Trace(self.path).calls), 1)

    def test_files_that_cannot_be_written(self):
        missing = os.path.join(self.folder, "missing/trace.json")
        self.refused(f"--trace={missing}", words=[missing, "cannot write the trace", "No such file or directory"])
        self.refused(f"--trace={self.folder}", words=[self.folder, "Is a directory"])
        self.refused("--trace=/proc/version/x", words=["Not a directory"])


if __name__ == "__main__":
    unittest.main()
