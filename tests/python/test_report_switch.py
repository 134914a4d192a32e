"""--report: where it goes, however the script ends, and what is refused before the script runs."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import tempfile
import termios
import unittest

from support import POLYHOST, rows, run

CALL = "import threads_native as t; t.add(1, 2)\n"

FUNCTION = (
    "name direction calls errors python_ns native_ns crossing_ns convert_in_ns convert_out_ns gil_wait_ns "
    "min_ns max_ns p50_ns p99_ns self_ns"
).split()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)


class Json(Folder):
    def load(self, script, *switches):
        path = self.path("report.json")
        done = run(f"--report=json:{path}", *switches, self.write("a script.py", script))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        with open(path) as file:
            return json.load(file)

    def test_schema(self):
        data = self.load(
            "import callbacks_native as cb, calls_native as n\n"
            "cb.repeat(lambda x: x + 1, 100)\n"
            "try: n.fail('logic_error')\n"
            "except RuntimeError: pass"
        )
        self.assertEqual(data["schema"], "polyhost.report/1")
        self.assertEqual(os.path.basename(data["script"]), "a script.py")
        self.assertLessEqual({"schema", "script", "wall_ns", "clock", "cost", "lost", "functions"}, data.keys())
        self.assertLessEqual({"source", "ns_per_tick", "resolution_ns"}, data["clock"].keys())
        self.assertIs(type(data["wall_ns"]), int)
        self.assertGreater(data["clock"]["ns_per_tick"], 0)
        self.assertGreater(data["clock"]["resolution_ns"], 0)
        self.assertGreater(data["cost"]["per_call_ns"], 0)
        self.assertEqual(data["lost"], 0)
        functions = {row["name"]: row for row in data["functions"]}
        self.assertEqual(
            {name: (row["direction"], row["calls"], row["errors"]) for name, row in functions.items()},
            {
                "callbacks_native.repeat": ("inbound", 1, 0),
                "callbacks_native.repeat(f)": ("outbound", 100, 0),
                "calls_native.fail": ("inbound", 1, 1),
            },
        )
        for row in functions.values():
            self.assertLessEqual(set(FUNCTION), row.keys())
            for key in FUNCTION[2:]:
                self.assertIs(type(row[key]), int)
                self.assertGreaterEqual(row[key], 0)
            self.assertEqual(sum(calls for _, _, calls in row["histogram"]), row["timed"])
            for low, high, calls in row["histogram"]:
                self.assertLess(low, high)
                self.assertGreater(calls, 0)
                self.assertGreaterEqual(row["max_ns"], low)
            self.assertEqual(row["histogram"], sorted(row["histogram"]))
            sides = row["python_ns"], row["native_ns"]
            self.assertEqual(row["crossing_ns"], max(sides) - min(sides))
            self.assertEqual(max(sides), sides[row["direction"] == "outbound"])
            parts = row["convert_in_ns"] + row["convert_out_ns"] + row["gil_wait_ns"]
            self.assertAlmostEqual(row["crossing_ns"], parts, delta=2)
            self.assertLessEqual(max(sides), data["wall_ns"])

    def test_no_crossings(self):
        self.assertEqual(self.load("pass")["functions"], [])

    def test_with_pythons_options(self):
        self.assertEqual(self.load(CALL, "-X", "utf8", "-B", "-W", "ignore")["functions"][0]["calls"], 1)

    def test_file_is_replaced(self):
        self.write("report.json", "x" * 100_000)
        self.assertEqual(self.load(CALL)["functions"][0]["calls"], 1)


class Files(Folder):
    def test_relative_file_of_a_script_that_changes_directory(self):
        done = run("--report=table:report.txt", "-c", CALL + "import os; os.chdir('/')", cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(self.path("report.txt")) as file:
            self.assertEqual(rows(file.read())["threads_native.add"]["calls"], 1)

    def test_several_reports(self):
        done = run("--report", f"--report=json:{self.path('a')}", f"--report=table:{self.path('b')}", "-c", CALL)
        self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 1)
        with open(self.path("b")) as file:
            self.assertEqual(rows(file.read()), rows(done.stderr))
        with open(self.path("a")) as file:
            self.assertEqual(json.load(file)["functions"][0]["calls"], 1)

    def test_full_disk(self):
        for format in ("json", "table"):
            done = run(f"--report={format}:/dev/full", "-c", CALL)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertIn("cannot write the report to /dev/full: No space left on device", done.stderr)
            self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 1)

    def test_directory_removed_meanwhile(self):
        os.mkdir(self.path("sub"))
        done = run(f"--report=json:{self.path('sub/r')}", "-c", CALL + f"import shutil; shutil.rmtree({self.path('sub')!r})")
        self.assertEqual(done.returncode, 0)
        self.assertIn("cannot write the report to", done.stderr)
        self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 1)


class Refused(Folder):
    def refused(self, switch, *words):
        marker = self.path("marker")
        done = run(switch, "-c", f"open({marker!r}, 'w')")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertFalse(os.path.exists(marker), "the script has run")

    def test_unknown_formats(self):
        self.refused("--report=pdf", "polyhost", "pdf", "--report=json:FILE")
        self.refused("--report=pdf:file", "pdf")
        self.refused("--report=html", "lacks a file", "--report=html:FILE")
        self.refused("--report=:file", "--report")
        self.refused("--report=json:", "lacks a file", "--report=json:FILE")

    def test_files_that_cannot_be_written(self):
        missing = self.path("missing/report.json")
        self.refused(f"--report=json:{missing}", missing, "No such file or directory")
        self.refused(f"--report=json:{self.folder}", self.folder, "Is a directory")
        self.refused("--report=table:/proc/version/x", "Not a directory")


def on_terminal(columns, *arguments, **environment):
    """What a run writes to a terminal of that width, on stdout and stderr (str)."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen([POLYHOST, *arguments], stdin=terminal, stdout=terminal, stderr=terminal, env={**variables, **environment})
    os.close(terminal)
    text = b""
    try:
        while piece := os.read(controller, 65536):
            text += piece
    except OSError:  # the last writer is gone
        pass
    os.close(controller)
    assert process.wait() == 0, text
    return text.decode().replace("\r\n", "\n")


class Terminal(Folder):
    def test_as_wide_as_the_terminal(self):
        for columns in 60, 90:
            text = on_terminal(columns, "--report", "-c", CALL, TERM="dumb")
            table = text[text.index("function") : text.index("\nleft out: ")]
            self.assertLessEqual(max(map(len, table.splitlines())), columns, text)
        self.assertNotIn("left out", on_terminal(200, "--report", "-c", CALL))

    def test_colours(self):
        self.assertIn("\x1b[1mfunction ", on_terminal(200, "--report", "-c", CALL, TERM="xterm"))
        for refusal in dict(TERM="dumb"), dict(TERM="xterm", NO_COLOR="1"):
            self.assertNotIn("\x1b", on_terminal(200, "--report", "-c", CALL, **refusal))
        self.assertNotIn("\x1b", run("--report", "-c", CALL).stderr)


class Order(Folder):
    def test_rows_as_asked_for(self):
        code = "import threads_native as t, timing_native as n\nn.work(100_000_000)\nfor i in range(9): t.add(1, 2)\n"
        for order, first in ("calls", "threads_native.add"), ("python", "timing_native.work"), ("name", "threads_native.add"):
            self.assertEqual(next(iter(rows(run("--report", f"--sort={order}", "-c", code).stderr))), first)
            code_of_report = code + f"import polyhost; polyhost.boundary.report(sort={order!r})"
            self.assertEqual(next(iter(rows(run("-c", code_of_report).stderr))), first)

    def test_an_order_that_there_is_not(self):
        done = run("--report", "--sort=cost", "-c", CALL)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--sort knows no order 'cost': use one of crossing, calls,", done.stderr)
        done = run("-c", "import polyhost; polyhost.boundary.report(sort='cost')")
        self.assertIn("ValueError: there is no order 'cost': use one of crossing, calls,", done.stderr)


class Wall(Folder):
    def test_the_parts_add_up(self):
        text = run("--report", "-c", "import timing_native as n\nfor i in range(100): n.sum([1.0] * 10000)").stderr
        self.assertRegex(text, r"\nPython \S+ \S+ \(\d\S*%\), native \S+ \S+ \(\d\S*%\), crossing \S+ \S+ \(\S+%\)\n")
        self.assertAlmostEqual(sum(float(part.lstrip("(").rstrip("%,)")) for part in text.splitlines()[1].split() if part.startswith("(")), 100, delta=0.3)

    def test_other_threads_are_noticed(self):
        start = "t = threading.Thread(target=print); t.start(); t.join(); "
        for code, several in ("", False), (start, True):
            done = run("-c", "import threading, polyhost; " + code + CALL + "print(polyhost.boundary.snapshot().threads)")
            self.assertEqual(done.stdout.splitlines()[-1], str(several), done.stderr)
            done = run("--report", "-c", "import threading; " + code + CALL)
            self.assertEqual("Python's part is unknown" in done.stderr, several, done.stderr)


class Streams(Folder):
    def test_stdout_is_the_scripts(self):
        done = run("--report", "-c", CALL + "print('mine')")
        self.assertEqual(done.stdout, "mine\n")

    def test_stderr_closed(self):
        script = 'exec "$0" --report -c "$1" 2>&-'
        done = subprocess.run(
            ["sh", "-c", script, POLYHOST, CALL + "print('mine')"], stdout=subprocess.PIPE, text=True, timeout=300
        )
        self.assertEqual((done.returncode, done.stdout), (0, "mine\n"))

    def test_stderr_closed_and_a_file_in_its_place(self):
        # The first file that the script opens gets number 2: the report must not land in it.
        path = self.path("mine.txt")
        script = CALL + f"f = open({path!r}, 'w'); f.write('mine'); f.flush()"
        subprocess.run(["sh", "-c", 'exec "$0" --report -c "$1" 2>&-', POLYHOST, script], timeout=300, check=True)
        with open(path) as file:
            self.assertEqual(file.read(), "mine")

    def test_stderr_full(self):
        with open("/dev/full", "w") as full:
            done = run("--report", "-c", CALL + "print('mine')", stderr=full)
        self.assertEqual((done.returncode, done.stdout), (0, "mine\n"))

    def test_stderr_is_a_broken_pipe(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = run("--report", "-c", CALL + "print('mine')", stderr=writer)
        os.close(writer)
        self.assertEqual((done.returncode, done.stdout), (0, "mine\n"))

    def test_report_comes_after_the_scripts_output(self):
        done = run("--report", "-c", CALL + "import sys, atexit\natexit.register(print, 'atexit', file=sys.stderr)")
        self.assertLess(done.stderr.index("atexit"), done.stderr.index("polyhost report:"))


if __name__ == "__main__":
    unittest.main()
