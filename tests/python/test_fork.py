"""Forked and spawned processes: native functions work in them, and only the parent writes the report, which has their calls."""

import os
import sys
import tempfile
import unittest

from support import FORKS, SANITIZER, rows, run

FORK = """
import os, sys
import threads_native as t
for i in range(10): t.add(i, i)
child = os.fork()
if child == 0:
    for i in range(100): t.add(i, i)
    {ending}
else:
    status = os.waitpid(child, 0)[1]
    t.add(1, 1)
    print("child ended with", os.waitstatus_to_exitcode(status))
"""


class Fork(unittest.TestCase):
    def check(self, ending, status):
        done = run("--report", "-c", FORK.format(ending=ending))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"child ended with {status}\n")
        self.assertEqual(done.stderr.count("polyhost report:"), 1, done.stderr)
        self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 111)

    def test_child_falls_off_the_end(self):
        self.check("pass", 0)

    def test_child_exits(self):
        self.check("sys.exit(3)", 3)

    def test_child_exits_at_once(self):
        self.check("os._exit(4)", 4)

    def test_child_raises(self):
        done = run("--report", "-c", FORK.format(ending="raise KeyError('child')"))
        self.assertEqual((done.returncode, done.stdout), (0, "child ended with 1\n"))
        self.assertEqual(done.stderr.count("polyhost report:"), 1)

    def test_child_is_killed(self):
        self.check("os.kill(os.getpid(), 9)", -9)

    def test_child_counts_from_zero(self):
        done = run("-c", FORK.format(ending="import polyhost; print(polyhost.boundary.snapshot().functions[0].calls, flush=True)"))
        self.assertEqual((done.returncode, done.stdout), (0, "100\nchild ended with 0\n"), done.stderr)

    def test_report_into_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.txt")
            done = run(f"--report=table:{path}", *FORKS, "-c", FORK.format(ending="sys.exit(0)"))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            with open(path) as file:
                self.assertEqual(rows(file.read())["threads_native.add"]["calls"], 111)

    def test_fork_inside_a_callback(self):
        script = (
            "import os, callbacks_native as cb\n"
            "def f(x):\n"
            "    child = os.fork()\n"
            "    if child: os.waitpid(child, 0)\n"
            "    return x + bool(child)\n"
            "print(cb.call(f, 1.0), flush=True)"
        )
        done = run("--report", "-c", script)
        self.assertEqual((done.returncode, done.stdout), (0, "1.0\n2.0\n"), done.stderr)
        self.assertEqual(done.stderr.count("polyhost report:"), 1)

    def test_fork_in_a_thread(self):
        script = (
            "import os, threading, threads_native as t\n"
            "def f():\n"
            "    child = os.fork()\n"
            "    t.add(1, 2)\n"
            "    if not child: os._exit(0)\n"
            "    os.waitpid(child, 0)\n"
            "thread = threading.Thread(target=f); thread.start(); thread.join()"
        )
        done = run("--report", "-c", script)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 2)


THREADS = """
import os, sys, time
import callbacks_native as cb, threads_native as t
for _ in range(4): cb.call_forever(lambda x: x + 1)
for i in range(int(sys.argv[1])):
    time.sleep(0.002)
    child = os.fork()
    if child == 0:
        assert cb.call_without_gil(lambda x: t.add_without_gil(int(x), 1), 1.0) == 2.0
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print("end")
"""


class NativeThreads(unittest.TestCase):
    def check(self, *options, forks):
        # They do not live on in the child, whatever they were doing.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # what they were doing is lost
        done = run(*options, *FORKS, "-c", THREADS, str(forks), env={**os.environ, "ASAN_OPTIONS": asan})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))

    def test_that_call_back(self):
        self.check(forks=20 if SANITIZER else 100)

    @unittest.skipIf(sys.version_info >= (3, 13), "a child may find tracemalloc's lock taken: CPython does not make it anew")
    def test_while_tracemalloc_runs_before_3_13(self):
        # It asks for the GIL, or for a lock of its own, where a thread's state is made or freed.
        self.check("-X", "tracemalloc", forks=20)


POOL = """
import concurrent.futures, multiprocessing, os, sys, time
import calls_native, threads_native

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    alone = len(os.listdir("/proc/self/task"))
    with context.Pool(2) as pool:
        assert pool.map(calls_native.successor, range(1000)) == list(range(1, 1001))
        assert pool.starmap(threads_native.add, [(i, i) for i in range(100)]) == list(range(0, 200, 2))
        try:
            pool.map(calls_native.fail, ["overflow_error"])
        except OverflowError as error:
            print("as expected:", error)
        pool.close()
        pool.join()
    while len(os.listdir("/proc/self/task")) > alone:  # a thread that ends may hold a lock of a sanitizer's
        time.sleep(0.01)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(calls_native.successor, range(10))) == list(range(1, 11))
        assert pool.submit(threads_native.add_without_gil, 1, 2).result() == 3
        assert type(pool.submit(calls_native.fail, "overflow_error").exception()) is OverflowError
    print(calls_native.successor(1))
"""


class Multiprocessing(unittest.TestCase):
    def check(self, method):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pool.py")
            with open(path, "w") as file:
                file.write(POOL)
            done = run("--report", path, method)
        self.assertEqual((done.returncode, done.stdout), (0, "as expected: overflow_error\n2\n"), done.stderr)
        self.assertEqual(done.stderr.count("polyhost report:"), 1, done.stderr)
        self.assertEqual(rows(done.stderr)["calls_native.successor"]["calls"], 1011)

    def test_fork(self):
        self.check("fork")

    def test_spawn(self):
        self.check("spawn")

    def test_forkserver(self):
        self.check("forkserver")


class Subprocess(unittest.TestCase):
    def test_child_runs_the_host(self):
        script = (
            "import subprocess, sys\n"
            "subprocess.run([sys.executable, '-c', 'import threads_native as t; print(t.add(1, 2))'], check=True)"
        )
        done = run("--report", "-c", script)
        self.assertEqual((done.returncode, done.stdout), (0, "3\n"), done.stderr)
        self.assertEqual(done.stderr.count("polyhost report:"), 1)


if __name__ == "__main__":
    unittest.main()
