"""polyhost top: what a running script and its children call, as it is now, into a pipe and on a terminal."""

import codecs
import contextlib
import os
import re
import select
import signal
import subprocess
import tempfile
import termios
import time
import unittest

from screen import Screen
from support import POLYHOST, SANITIZER, run

os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # see test_saved_reports.py
LONG = 120  # seconds; no test waits for the end of it
LOOP = "\nprint('ready', flush=True)\nwhile True:\n    for i in range(100): t.add(i, 1)\n    time.sleep(0.001)"
START = "import threads_native as t, os, sys, time\n"
CHILD = """
child = os.fork()
if child == 0:
    while True: t.rest(0), time.sleep(0.001)
print(child, flush=True)"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def script(self, text):
        path = os.path.join(self.folder, "script.py")
        with open(path, "w") as file:
            file.write(START + text)
        return path

    def start(self, text, *switches, **options):
        """A script, from the moment it has said that it is ready; what it said before is kept as its `said`."""
        process = subprocess.Popen([POLYHOST, *switches, self.script(text)], text=True, stdout=subprocess.PIPE, start_new_session=True, **options)
        self.addCleanup(self.end, process)
        process.said = []
        while (line := process.stdout.readline()) not in ("ready\n", ""):
            process.said.append(line)
        return process

    @staticmethod
    def end(process):
        """It, and the children that it has left: its session is its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def top(self, *arguments, status=0, **options):
        done = run("top", *map(str, arguments), **options)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return done


def tables(text):
    """The tables of a text: [(head, {function: {column: text}})], rows in their order."""
    found = []
    for part in text.split("polyhost top: ")[1:]:
        head, shares, columns, *rest = part.splitlines()
        names = re.split(r"\s{2,}", columns.strip())
        rows = {}
        for line in rest:
            cells = re.split(r"\s{2,}", line.strip())
            if len(cells) != len(names):
                break
            rows[cells[0]] = dict(zip(names, cells))
        found.append((f"{head}\n{shares}", rows))
    return found


def number(text):
    return float(text.replace(",", ""))


class Pipe(Case):
    def test_a_process(self):
        for switches, environment in (["--live"], {}), ([], {"POLYHOST_LIVE": "1"}), (["--report"], {}), (["--budget", "none.*: calls <= 1"], {}):
            with self.subTest(switches, environment=environment):
                process = self.start(LOOP, *switches, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
                done = self.top("--interval=0.5", "--looks=3", process.pid)
                self.assertEqual(done.stderr, "")
                self.assertEqual(len(tables(done.stdout)), 3)
                for head, rows in tables(done.stdout):
                    self.assertIn(f"script.py ({process.pid}), ", head)
                    self.assertEqual(list(rows), ["threads_native.add"])
                    row = rows["threads_native.add"]
                    self.assertEqual((row["direction"], row["per call"] != "-"), ("inbound", True))
                    self.assertGreater(number(row["calls/s"]), 0)
                    self.assertLess(number(row["calls/s"]), 1e8)
                made = [number(rows["threads_native.add"]["calls"]) for _, rows in tables(done.stdout)]
                self.assertEqual(made, sorted(set(made)))
                self.assertIsNone(process.poll())

    def test_rates_are_of_the_last_moments(self):
        process = self.start("for i in range(100): t.add(i, 1)\nprint('ready', flush=True)\ntime.sleep(1000)", "--live")
        for _, rows in tables(self.top("--interval=0.05", "--looks=2", process.pid).stdout):
            row = rows["threads_native.add"]
            self.assertEqual((row["calls"], row["calls/s"], row["per call"]), ("100", "0", "-"))

    def test_children_are_counted_in(self):
        process = self.start(CHILD + LOOP, "--live")
        [(head, rows)] = tables(self.top("--interval=0.2", "--looks=1", process.pid).stdout)
        self.assertIn(", 2 of 2 processes running\n", head)
        for name in "threads_native.add", "threads_native.rest":
            self.assertGreater(number(rows[name]["calls/s"]), 0)
        child = int(process.said[0])
        [(head, rows)] = tables(self.top("--interval=0.2", "--looks=1", child).stdout)
        self.assertIn(f"({child})", head)
        self.assertNotIn("processes running", head)
        self.assertGreater(number(rows["threads_native.rest"]["calls/s"]), 0)
        self.assertEqual({name for name, row in rows.items() if row["calls"] != "0"}, {"threads_native.rest"})
        os.kill(child, signal.SIGKILL)
        while b") Z " not in subprocess.check_output(["/bin/cat", f"/proc/{child}/stat"]):
            time.sleep(0.01)
        [(head, _)] = tables(self.top("--interval=0.05", "--looks=1", process.pid).stdout)
        self.assertIn(", 1 of 2 processes running\n", head)

    def test_a_script(self):
        until = "\nend = time.monotonic() + 1\nwhile time.monotonic() < end: t.add(1, 1), time.sleep(0.001)\n"
        for last, status in ("sys.exit(5)", 5), ("pass", 0), ("os.kill(os.getpid(), 9)", 137), ("os.kill(os.getpid(), 15)", 143), ("1 / 0", 1):
            with self.subTest(last):
                path = self.script("print('begun', sys.argv[1:], flush=True)" + until + "print('end', flush=True)\n" + last)
                done = self.top("--interval=0.1", path, "--looks", "x", status=status)
                self.assertIn("begun ['--looks', 'x']\nend\n", done.stdout)
                self.assertEqual("ZeroDivisionError" in done.stdout, last == "1 / 0")
                self.assertLess(done.stdout.rindex("polyhost top: "), done.stdout.index("begun"))
                self.assertTrue(any(number(rows["threads_native.add"]["calls/s"]) > 0 for _, rows in tables(done.stdout) if rows))

    def test_a_short_script(self):
        for text, status in ("print('end')", 0), ("print('end', flush=True); os._exit(3)", 3):
            done = self.top("--interval=0.01", self.script(text), status=status)
            self.assertTrue(done.stdout.endswith("end\n"), done.stdout)

    def test_the_view_ends_the_script(self):
        looks = 50 if SANITIZER else 15  # so that the script is there
        done = self.top("--interval=0.1", f"--looks={looks}", self.script("import atexit; atexit.register(print, 'over')" + LOOP), status=143)
        self.assertEqual(len(tables(done.stdout)), looks)
        self.assertIn("\nready\n", done.stdout)

    def test_a_process_that_ends(self):
        for last in "sys.exit(7)", "os._exit(7)", "os.kill(os.getpid(), 9)":
            with self.subTest(last):
                text = f"import select\nprint('ready', flush=True)\nwhile not select.select([0], [], [], 0.001)[0]: t.add(1, 1)\n{last}"
                process = self.start(text, "--live", stdin=subprocess.PIPE)
                view = subprocess.Popen([POLYHOST, "top", "--interval=0.05", str(process.pid)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                shown, deadline = "", time.monotonic() + LONG
                while "threads_native.add" not in shown:  # it ends while it is looked at
                    self.assertLess(time.monotonic(), deadline, shown)
                    self.assertTrue(line := view.stdout.readline(), shown)
                    shown += line
                process.stdin.close()
                rest, errors = view.communicate(timeout=LONG)
                self.assertEqual((view.returncode, errors), (0, ""))
                self.assertTrue(tables(shown + rest))

    def test_a_script_that_closes_its_descriptors_is_not_ended(self):
        path = self.script(f"for i in range(500): t.add(i, 1), time.sleep(0.001)\nos.closerange(3, 4096)\ntime.sleep(0.5)\nprint('end')\nsys.exit(5)")
        done = self.top("--interval=0.05", path, status=5)
        self.assertTrue(done.stdout.endswith("end\n"), done.stdout)

    def test_no_such_thing(self):
        plain = self.start(LOOP)
        closed = self.start("os.closerange(3, 4096)" + LOOP, "--live")
        other = subprocess.Popen(["/bin/sleep", "1000"], stdout=subprocess.PIPE)
        self.addCleanup(self.end_other, other)
        gone = subprocess.Popen(["/bin/true"])
        gone.wait()
        for pid in plain.pid, closed.pid, other.pid:
            done = self.top(pid, status=1)
            self.assertRegex(done.stderr, rf"^polyhost top: process {pid} shows nothing: .*--live.*POLYHOST_LIVE=1.*\n$")
        for pid in gone.pid, 2**31 - 1, 2**63 - 1, 10**30:
            with self.subTest(pid):
                self.assertEqual(self.top(pid, status=1).stderr, f"polyhost top: there is no process {pid}\n")
        self.assertIn("there is no script no_such.py: give a script, or the number of a process\n", self.top("no_such.py", status=2).stderr)
        for wrong in ["--interval=0", "1"], ["--interval=x", "1"], ["--looks=x", "1"], []:
            self.assertIn("usage: polyhost top", self.top(*wrong, status=2).stderr)

    @staticmethod
    def end_other(process):
        process.kill()
        process.wait()
        process.stdout.close()

    def test_the_reader_goes_away(self):
        process = self.start(LOOP, "--live")
        watching = subprocess.Popen([POLYHOST, "top", "--interval=0.01", str(process.pid)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        watching.stdout.readline()
        watching.stdout.close()
        self.assertEqual((watching.stderr.read(), watching.wait(60)), (b"", 1))
        watching.stderr.close()


class Terminal(Case):
    def open(self, *arguments, size=(24, 100), terminal="xterm"):
        self.master, self.slave = os.openpty()
        for file in self.master, self.slave:
            self.addCleanup(os.close, file)
        termios.tcsetwinsize(self.slave, size)
        self.before, self.screen, self.written = termios.tcgetattr(self.slave), Screen(*size), ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        environment = {**os.environ, "TERM": terminal}
        environment.pop("LINES", None), environment.pop("COLUMNS", None)
        command = [POLYHOST, "top", "--interval=0.1", *map(str, arguments)]
        self.view = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=environment, start_new_session=True)
        self.addCleanup(self.view.wait)
        self.addCleanup(self.view.kill)

    def until(self, condition):
        """Reads what is drawn, until the screen is as wanted, or the view has ended."""
        deadline = time.monotonic() + LONG
        while not condition(self.screen.text()):
            self.assertLess(time.monotonic(), deadline, self.screen.text())
            ended = self.view.poll() is not None
            while select.select([self.master], [], [], 0.05)[0]:
                text = self.decoder.decode(os.read(self.master, 65536))
                self.written += text
                self.screen.write(text)
            if ended:
                return self.screen.text()
        return self.screen.text()

    def press(self, key):
        os.write(self.master, key.encode())

    def finish(self, status):
        self.until(lambda _: False)
        self.assertEqual(self.view.wait(), status, self.written)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        self.assertGreater(self.written.rindex("\x1b[?1049l"), self.written.rindex("\x1b[?1049h"))  # the screen that was there

    def test_the_keys(self):
        process = self.start("for i in range(10): t.add(i, 1)\nprint('ready', flush=True)\nwhile True: t.spin(0.001), t.add(1, 1), time.sleep(0.001)", "--live")
        self.open(process.pid)
        text = self.until(lambda text: "by crossing" in text and "threads_native.spin" in text)
        self.assertRegex(text, rf"^polyhost top: .*script.py \({process.pid}\), ")
        self.assertGreater(number(tables(text)[0][1]["threads_native.add"]["calls/s"]), 0)
        for order in "native", "calls/s", "function", "crossing", "native":
            self.press("s")
            text = self.until(lambda text: f"; by {order}\n" in text)
            self.assertIn(f"; by {order}\n", text)
            if order == "native":
                self.assertEqual(list(tables(text)[0][1]), ["threads_native.spin", "threads_native.add"])
            if order == "function":
                self.assertEqual(list(tables(text)[0][1]), ["threads_native.add", "threads_native.spin"])
        self.press("q")
        self.finish(0)
        self.assertIsNone(process.poll())

    def test_a_small_screen(self):
        process = self.start(CHILD + LOOP, "--live")
        for size in (4, 100), (24, 20), (2, 2), (1, 1):
            with self.subTest(size):
                self.open(process.pid, size=size)
                self.until(lambda text: text.startswith("polyhost top: "[: size[1]]))
                self.press("q")
                self.finish(0)

    def test_the_process_ends(self):
        process = self.start(LOOP, "--live")
        self.open(process.pid)
        self.until(lambda text: "threads_native.add" in text)
        process.kill()
        process.wait()
        self.finish(0)

    def test_interrupted(self):
        process = self.start(LOOP, "--live")
        self.open(process.pid)
        self.until(lambda text: "threads_native.add" in text)
        self.view.send_signal(signal.SIGINT)
        self.finish(130)

    def test_a_script(self):
        self.open(self.script("print('begun')\nfor i in range(1000): t.add(i, 1), time.sleep(0.001)\nprint('end')\nsys.exit(5)"))
        self.assertIn("threads_native.add", self.until(lambda text: "threads_native.add" in text))
        self.assertNotIn("begun", self.written)
        self.finish(5)
        self.assertTrue(self.written.endswith("begun\r\nend\r\n"), self.written)

    def test_an_unknown_terminal(self):
        process = self.start(LOOP, "--live")
        self.open(process.pid, terminal="no-such-terminal")
        self.until(lambda _: False)
        self.assertEqual(self.view.wait(), 1)
        self.assertNotIn("Traceback", self.written)
        self.assertIn("polyhost top: ", self.written)


if __name__ == "__main__":
    unittest.main()
