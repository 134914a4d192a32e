"""Children of a run: whatever starts them and however they end, their calls are in the report of the first process."""

import json
import os
import tempfile
import unittest

from support import FORKS, SANITIZER, rows, run

START = """
import os, subprocess, sys, time
import threads_native as t

def call(times, function=t.add):
    for i in range(times): function(i, 1)

def fork(work, *arguments, end=os._exit):
    child = os.fork()
    if child == 0:
        work(*arguments)
        sys.stdout.flush()
        end(0)
    return child

def spawn(code, *switches, **options):
    subprocess.run([sys.executable, *switches, "-c", "import threads_native as t, os, sys\\n" + code], check=True, **options)
"""
CALLS = "for i in range({}): t.add(i, 1)\n"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.file = folder.name, os.path.join(folder.name, "report.json")

    def script(self, text):
        path = os.path.join(self.folder, "script.py")
        with open(path, "w") as file:
            file.write(START + text)
        return path

    def report(self, text, *switches, arguments=(), output=None, status=0, **options):
        """The report of a script; its output is kept as self.output."""
        done = run(f"--report=json:{self.file}", *FORKS, *switches, self.script(text), *arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (status, ""))
        self.output = done.stdout
        if output is not None:
            self.assertEqual(done.stdout, output)
        return self.read(self.file)

    def read(self, path):
        with open(path) as file:
            found = json.load(file)
        self.assertEqual(found["processes_unread"], 0)
        if found["processes"]:
            self.assertEqual(sum(process["calls"] for process in found["processes"]), sum(calls(found).values()))
        return found


def calls(report):
    return {row["name"].removeprefix("threads_native."): row["calls"] for row in report["functions"]}


def processes(report, *names):
    return [tuple(process[name] for name in names) for process in report["processes"]]


class Counted(Case):
    def test_each_is_told_apart(self):
        found = self.report(
            """
def child():
    call(2)
    print(os.getpid(), os.getppid(), flush=True)
    os.waitpid(fork(grandchild), 0)
def grandchild():
    call(3)
    print(os.getpid(), os.getppid(), flush=True)
print(os.getpid(), os.getppid(), flush=True)
call(1)
os.waitpid(fork(child), 0)
open(sys.argv[1], "w").write("import threads_native as t, os\\nfor i in range(4): t.add(i, 1)\\nprint(os.getpid(), os.getppid())")
subprocess.run([sys.executable, sys.argv[1]])
call(5)
""",
            arguments=[os.path.join(self.folder, "other.py")],
        )
        script, other = (os.path.join(self.folder, name) for name in ("script.py", "other.py"))
        pids = [tuple(map(int, line.split())) for line in self.output.splitlines()]
        self.assertEqual(processes(found, "pid", "parent_pid"), pids)
        self.assertEqual([pids[1][1], pids[2][1], pids[3][1]], [pids[0][0], pids[1][0], pids[0][0]])
        self.assertEqual(
            processes(found, "script", "state", "calls"),
            [(script, "running", 6), (script, "ended at once", 2), (script, "ended at once", 3), (other, "ended", 4)],
        )
        self.assertEqual(calls(found), {"add": 15})

    def test_a_run_without_children_has_none(self):
        self.assertEqual(self.report("call(5)")["processes"], [])

    def test_functions_that_only_a_child_calls(self):
        found = self.report("call(1)\nos.waitpid(fork(call, 7, t.add_without_gil), 0)")
        self.assertEqual(calls(found), {"add": 1, "add_without_gil": 7})
        spawned = "import timing_native as n\nn.add(1)\nn.add.batch([1, 2])\ntry: n.fail_if(True)\nexcept RuntimeError: pass"
        found = self.report(f"spawn({spawned!r})")
        self.assertEqual({(f["name"], f["direction"], f["calls"], f["errors"]) for f in found["functions"]},
                         {("timing_native.add", "inbound", 1, 0), ("timing_native.add.batch", "inbound", 1, 0), ("timing_native.fail_if", "inbound", 1, 1)})
        self.assertIn("a: int", found["functions"][0]["signature"] + found["functions"][1]["signature"])

    def test_multiprocessing(self):
        text = """
import concurrent.futures, multiprocessing
def nested(context, times):
    call(times)
    process = context.Process(target=call, args=(2 * times,))
    process.start(), process.join()
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    all = [context.Process(target=nested, args=(context, times)) for times in (10, 20)]
    for process in all: process.start()
    for process in all: process.join()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert sum(pool.map(t.add_without_gil, range(50), range(50))) == 2450
    call(1)
"""
        for method in "fork", "spawn", "forkserver":
            with self.subTest(method):
                found = self.report(text, arguments=[method])
                self.assertEqual(calls(found), {"add": 91, "add_without_gil": 50})
                of = [process["calls"] for process in found["processes"]]
                self.assertEqual(of[0], 1)
                for times in 10, 20, 20, 40:
                    of.remove(times)
                if method == "spawn":
                    self.assertEqual({p["state"] for p in found["processes"][1:] if p["calls"]}, {"ended"})

    def test_how_they_end(self):
        for end, state in ("sys.exit", "ended"), ("os._exit", "ended at once"), ("lambda _: os.kill(os.getpid(), 9)", "ended at once"):
            with self.subTest(end):
                found = self.report(f"os.waitpid(fork(call, 3, end={end}), 0)")
                self.assertEqual(processes(found, "state", "calls"), [("running", 0), (state, 3)])
        for end, state in ("", "ended"), ("sys.exit(0)", "ended"), ("os._exit(0)", "ended at once"):
            with self.subTest(end, spawned=True):
                found = self.report(f"spawn('t.add(1, 1)\\n{end}')")
                self.assertEqual(processes(found, "state", "calls"), [("running", 0), (state, 1)])

    def test_killed_in_a_loop(self):
        # A byte for each call that is over.
        found = self.report("""
def work():
    while True:
        t.add(1, 1)
        os.write(w, b".")
r, w = os.pipe()
child = fork(work)
os.close(w)
got = len(os.read(r, 1))
while got < 3000: got += len(os.read(r, 4096))
os.kill(child, 9)
os.waitpid(child, 0)
while more := os.read(r, 4096): got += len(more)
print(got)
""")
        self.assertIn(calls(found)["add"] - int(self.output), (0, 1))
        self.assertEqual(processes(found, "state")[1], ("ended at once",))

    def test_one_outlives_the_parent(self):
        text = """
import polyhost
gone, alive = os.pipe()
ready, done = os.pipe()
after = '''
os.write({done}, b".")
os.close({alive})
assert os.read({gone}, 1) == b""
for i in range(5): t.add(i, 1)
import subprocess, polyhost
subprocess.run([sys.executable, "-c", "import threads_native as t; t.add(1, 1)"], check=True)
if os.fork() == 0:
    for i in range(2): t.add(i, 1)
    print(polyhost.boundary.snapshot()["threads_native.add"].calls, flush=True)
    os._exit(0)
os.wait()
print(polyhost.boundary.snapshot()["threads_native.add"].calls, flush=True)
'''.format(done=done, alive=alive, gone=gone)
START
os.read(ready, 1)
"""
        for start in (
            "fork(lambda: (call(3), exec(after, {**globals(), 't': t})))",
            "subprocess.Popen([sys.executable, '-c', 'import threads_native as t, os, sys\\nfor i in range(3): t.add(i, 1)' + after], pass_fds=(gone, alive, done))",
        ):
            with self.subTest(start):
                found = self.report(text.replace("START", start), "-W", "ignore", output="2\n8\n")
                self.assertEqual(calls(found), {"add": 3})
                self.assertEqual(processes(found, "state", "calls"), [("running", 0), ("running", 3)])
                self.assertGreater(found["processes"][1]["wall_ns"], 0)

    def test_many(self):
        forks, together, spawned = (60, 20, 10) if SANITIZER else (300, 50, 30)
        found = self.report(f"for i in range({forks}): os.waitpid(fork(call, i % 3), 0)")
        self.assertEqual((len(found["processes"]), calls(found)), (1 + forks * 2 // 3, {"add": forks}))  # a third of them made no call
        found = self.report(f"all = [fork(call, 10) for _ in range({together})]\nfor child in all: os.waitpid(child, 0)")
        self.assertEqual((len(found["processes"]), calls(found)), (1 + together, {"add": 10 * together}))
        code = "import threads_native as t; t.add(1, 1)"
        found = self.report(f"all = [subprocess.Popen([sys.executable, '-c', {code!r}]) for _ in range({spawned})]\nfor one in all: assert one.wait() == 0")
        self.assertEqual((len(found["processes"]), calls(found)), (1 + spawned, {"add": spawned}))

    def test_fork_while_threads_call(self):
        found = self.report("""
import threading
stop, made = False, []
def busy(function):
    n = 0
    while not stop:
        function(n, 1)
        n += 1
    made.append(n)
def forks():
    for _ in range(50): os.waitpid(fork(lambda: [t.rest(0) for _ in range(10)]), 0)
all = [threading.Thread(target=busy, args=(f,)) for f in (t.add, t.add, t.add_without_gil, t.add_without_gil)]
last = threading.Thread(target=forks)
for thread in all + [last]: thread.start()
last.join()
stop = True
for thread in all: thread.join()
print(sum(made))
""")
        counted = calls(found)
        self.assertEqual((counted["rest"], counted["add"] + counted["add_without_gil"]), (500, int(self.output)))
        self.assertEqual(processes(found, "calls")[1:], [(10,)] * 50)

    def test_a_child_counts_from_zero(self):
        snapshot = "print([(f.name, f.calls) for f in polyhost.boundary.snapshot().functions if f.calls])"
        found = self.report(f"import polyhost\ncall(10)\nos.waitpid(fork(lambda: (call(4), exec({snapshot!r}))), 0)", output="[('threads_native.add', 4)]\n")
        self.assertEqual(calls(found), {"add": 14})

    def test_regions_are_the_own_ones(self):
        found = self.report("""
import polyhost
with polyhost.boundary.region("open"):
    call(3)
    child = os.fork()
    call(2 if child else 5)
if child == 0:
    with polyhost.boundary.region("child"): call(7)
    sys.exit()
print(os.waitpid(child, 0)[1])
""", output="0\n")  # fmt: skip
        self.assertEqual([(r["name"], r["entered"], calls(r)) for r in found["regions"]], [("open", 1, {"add": 5})])
        self.assertEqual(processes(found, "calls"), [(5,), (12,)])


class Modes(Case):
    def test_call_sites(self):
        lines = ["for i in range(1000):", "    t.add(i, 1)", "    if i % 10 == 0: t.add(i, 2)", "    if i % 2: t.add(i, 3)"]
        text = "def work():\n    " + "\n    ".join(lines) + "\nwork()\nfor _ in range(2): os.waitpid(fork(work), 0)\n"
        text += "import multiprocessing\nif __name__ == '__main__':\n    p = multiprocessing.get_context('spawn').Process(target=int)\n    p.start(), p.join()\n"
        first = (START + text).splitlines().index("    " + lines[1]) + 1
        for switches in ["--call-sites=exact"], []:
            with self.subTest(switches):
                found = self.report(text, *switches)  # the spawned one imports the script: it does the work, too
                [row] = [f for f in found["functions"] if f["name"].endswith(".add")]
                self.assertEqual(row["calls"], 6 * 1600)
                sites = {site["line"]: site["calls"] for site in row["sites"]}
                if switches:
                    self.assertEqual(sites, {first: 6000, first + 1: 600, first + 2: 3000})
                self.assertAlmostEqual(sum(sites.values()), row["calls"], delta=20)  # rounded
                self.assertEqual(found["call_sites"], "exact" if switches else "sampled")

    def test_timing(self):
        tell = "import polyhost\nprint(polyhost.boundary.timing())\nfor i in range(100): t.add(i, 1)\n"
        for switches, own, mode in (
            ([], "()", "exact"), (["--timing=off"], "()", "off"), (["--timing=full"], "()", "full"), (["--timing=sampled"], "()", "sampled"),
            (["--timing=off"], "('--timing=exact',)", "exact"), (["--timing=full"], "('--timing=off',)", "off"),
        ):  # fmt: skip
            with self.subTest(switches, own=own):
                found = self.report(f"spawn({tell!r}, *{own})", *switches, output=mode + "\n")
                self.assertEqual(calls(found), {} if mode == "off" else {"add": 100})
                for row in found["functions"]:
                    self.assertEqual((row["timed"] == 100, row["split"] == 100), (mode != "sampled", mode == "full"))
        self.report(f"import polyhost; polyhost.boundary.timing('off'); spawn({tell!r})", "--timing=full", output="off\n")

    def test_budget(self):
        text = f"os.waitpid(fork(call, 6), 0)\nspawn({CALLS.format(4)!r})"
        for most, status in (9, 3), (10, 0):
            done = run("--budget", f"threads_native.*: calls <= {most}", self.script(text))
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual("threads_native.add has calls 10" in done.stderr, status == 3)

    def test_a_report_of_its_own(self):
        own = os.path.join(self.folder, "own.json")
        child = CALLS.format(3) + "if os.fork() == 0:\n    t.add(1, 1)\n    os._exit(0)\nos.wait()"
        found = self.report(f"call(2)\nspawn({child!r}, '-W', 'ignore::DeprecationWarning', '--report=json:{own}')\nspawn('t.add(1, 1)')")
        self.assertEqual((calls(found), processes(found, "calls")), ({"add": 7}, [(2,), (3,), (1,), (1,)]))
        found = self.read(own)
        self.assertEqual((calls(found), processes(found, "state", "calls")), ({"add": 4}, [("running", 3), ("ended at once", 1)]))
        self.report(f"child = subprocess.Popen([sys.executable, '--report=json:{own}', '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)\nos.waitpid(fork(call, 3), 0)\nchild.communicate()")
        self.assertEqual(self.read(own)["processes"], [])  # the other one is not its child

    def test_saved_and_shown(self):
        done = run("--report", f"--report=json:{self.file}", self.script(f"call(2)\nos.waitpid(fork(call, 3), 0)\nspawn({CALLS.format(4)!r})"))
        shown = run("report", "show", self.file).stdout
        for text in done.stderr, shown:
            section = text.split("\nprocesses\n")[1].split("\n\n")[0].splitlines()
            self.assertEqual(len(section), 3)
            for process in self.read(self.file)["processes"]:
                line = "  {pid} (from {parent_pid}) {script}, {state}: ".format_map(process)
                self.assertTrue(any(shown.startswith(line) and f"{process['calls']} calls" in shown for shown in section), (line, section))
            self.assertEqual(rows(text)["threads_native.add"]["calls"], 9)


if __name__ == "__main__":
    unittest.main()
