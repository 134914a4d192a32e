"""What is kept of a run that a signal ends: SIGTERM and SIGHUP keep all reports, a crash tells where it was, and SIGKILL and os._exit keep nothing."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from support import POLYHOST, SANITIZER, run

LONG = 120  # seconds; no test waits for the end of it
# The thread sanitizer runs handlers at calls of the C library only.
BUSY = "time.monotonic()" if SANITIZER == "thread" else "pass"
START = """
import interrupts_native as n, threads_native as t, os, signal, sys, threading, time
for i in range(100): t.add(i, 1)
def ready(): print("ready", flush=True)
"""
# Handlers get a stack that is hardly larger than the kernel asks for, with memory below that cannot be written.
SMALL_STACK = """
import ctypes, mmap
class Stack(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t)]
libc = ctypes.CDLL(None)
libc.getauxval.restype = ctypes.c_ulong
memory = mmap.mmap(-1, 2 * 2**16)
base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
assert libc.mprotect(ctypes.c_void_p(base), ctypes.c_size_t(2**16), 0) == 0
size = max(libc.getauxval(51), 4096) + 6 * 1024  # AT_MINSIGSTKSZ: what a signal's frame needs
assert libc.sigaltstack(ctypes.byref(Stack(base + 2**16, 0, size)), None) == 0
"""

class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "report.json")

    def end(self, script, number, *, times=1, pause=0.1):
        """Sends the signal when the script is ready; returns the finished process with what it has written since."""
        command = [POLYHOST, f"--report=json:{self.file}", "--report", "-c", START + script]
        process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with process:
            self.addCleanup(process.kill)
            while process.stdout.readline() not in ("ready\n", "inside\n", ""):
                pass
            time.sleep(0.1)
            for _ in range(times):
                process.send_signal(number)
                time.sleep(pause)
            process.stderr_text, process.stdout_text = process.stderr.read(), process.stdout.read()
            process.wait(LONG)
        return process

    def calls(self):
        """The calls of each function in the report that was kept; empty if none was."""
        with open(self.file) as file:
            text = file.read()
        return {row["name"]: row["calls"] for row in json.loads(text)["functions"]} if text else {}

    def check_kept(self, process, number):
        self.assertEqual(process.returncode, -number, process.stderr_text)
        self.assertGreaterEqual(self.calls()["threads_native.add"], 100)
        self.assertIn("threads_native.add", process.stderr_text)


class Termination(Case):
    def test_in_python_code(self):
        for number in signal.SIGTERM, signal.SIGHUP:
            with self.subTest(number):
                self.check_kept(self.end(f"ready()\nwhile True: {BUSY}", number), number)

    def test_while_python_waits(self):
        self.check_kept(self.end(f"ready()\ntime.sleep({LONG})", signal.SIGTERM), signal.SIGTERM)
        self.check_kept(self.end("ready()\nsys.stdin.read()\nthreading.Event().wait()", signal.SIGTERM), signal.SIGTERM)

    def test_in_a_native_function(self):
        for function in "rest", "rest_without_gil", "compute":
            with self.subTest(function):
                self.check_kept(self.end(f"n.{function}({LONG})", signal.SIGTERM), signal.SIGTERM)
                self.assertNotIn(f"interrupts_native.{function}", self.calls())  # it has not ended

    def test_with_threads(self):
        script = f"""
for _ in range(4): threading.Thread(target=lambda: [t.rest(0.001) for _ in range(100000)]).start()
ready()
threading.Event().wait()"""
        self.check_kept(self.end(script, signal.SIGTERM), signal.SIGTERM)
        self.assertGreater(self.calls()["threads_native.rest"], 0)

    def test_while_another_thread_takes_the_gil(self):
        # It does so while the report is prepared, which is when a thread more has frames, and keeps it.
        script = f"""
def work():
    while len(sys._current_frames()) < 3: pass
    n.rest({LONG})
sys.setswitchinterval(1e-6)
threading.Thread(target=work, daemon=True).start()
ready()
threading.Event().wait()"""
        for _ in range(50):  # until it was fast enough
            start = time.monotonic()
            process = self.end(script, signal.SIGTERM)
            self.check_kept(process, signal.SIGTERM)
            self.assertLess(time.monotonic() - start, LONG / 2)
            if process.stdout_text == "inside\n":
                return
        self.fail("the other thread never got the GIL")

    def test_a_later_one_ends_it_at_once(self):
        process = self.end(f"n.rest({LONG})", signal.SIGTERM, times=2, pause=1.2)
        self.assertEqual((process.returncode, self.calls()), (-signal.SIGTERM, {}))

    def test_one_end_may_come_as_two_signals(self):
        for pause in 0, 0.001, 0.02:
            with self.subTest(pause):
                self.check_kept(self.end(f"n.rest({LONG})", signal.SIGHUP, times=2, pause=pause), signal.SIGHUP)

    def test_a_handler_of_the_script_is_left_alone(self):
        script = f"""
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
ready()
time.sleep({LONG})"""
        process = self.end(script, signal.SIGTERM)
        self.assertEqual(process.returncode, 5)
        self.assertEqual(self.calls()["threads_native.add"], 100)

    def test_nothing_shows(self):
        done = run("--report", "-c", START + "print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, threading.active_count())")
        self.assertEqual(done.stdout, "True 1\n")

    def test_what_is_ignored_stays_so(self):
        command = ["/bin/sh", "-c", f"trap '' HUP; exec \"$@\"", "sh", POLYHOST, "--report", "-c", START + "os.kill(os.getpid(), signal.SIGHUP)"]
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 0)

    def test_children_end_as_ever(self):
        script = f"""
child = os.fork()
if child == 0:
    time.sleep({LONG})
time.sleep(0.1)
os.kill(child, signal.SIGTERM)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"""
        done = run("--report", "-c", START + script)
        self.assertEqual((done.returncode, done.stdout), (0, f"{-signal.SIGTERM}\n"))
        self.assertEqual(done.stderr.count("polyhost report:"), 1)

    def test_what_keeps_nothing(self):
        process = self.end(f"ready()\ntime.sleep({LONG})", signal.SIGKILL)
        self.assertEqual((process.returncode, self.calls()), (-signal.SIGKILL, {}))
        done = run(f"--report=json:{self.file}", "-c", START + "os._exit(4)")
        self.assertEqual((done.returncode, self.calls()), (4, {}))


@unittest.skipIf(SANITIZER, "a sanitizer explains crashes itself")
class Crash(Case):
    def crash(self, code, number, start=""):
        script = start + "def caller():\n    " + code + "\ncaller()"
        done = run(f"--report=json:{self.file}", "-c", START + script)
        self.assertEqual(done.returncode, -number, done.stderr)
        self.assertEqual(self.calls().get("threads_native.add"), 100, done.stderr)
        line = (START + script).splitlines().index("    " + code) + 1
        self.assertRegex(done.stderr, rf'File "<string>", line {line} in caller')
        return done.stderr

    def test_the_function_and_the_line(self):
        for code, number, what in (
            ("n.write_to_nowhere()", signal.SIGSEGV, "a segmentation fault in the native function interrupts_native.write_to_nowhere"),
            ("n.abort()", signal.SIGABRT, "abort() in the native function interrupts_native.abort"),
            ("n.divide(1, 0)", signal.SIGFPE, "an arithmetic error in the native function interrupts_native.divide"),
            ("n.call(lambda: n.write_to_nowhere())", signal.SIGSEGV, "in the native function interrupts_native.write_to_nowhere"),
        ):
            for mode in "exact", "full", "sampled":
                with self.subTest(code, mode=mode):
                    change = f"import polyhost; polyhost.boundary.timing('{mode}'); "
                    self.assertIn(what, self.crash(change + code, number))

    def test_outside_of_native_functions(self):
        text = self.crash("os.kill(os.getpid(), signal.SIGSEGV)", signal.SIGSEGV)
        self.assertIn("a segmentation fault, in no native function that polyhost knows", text)
        text = self.crash("import ctypes; [t.rest(0) for _ in range(100)]; ctypes.string_at(0)", signal.SIGSEGV)
        self.assertIn("a segmentation fault, in no native function that polyhost knows", text)

    def test_several_threads_at_once(self):
        script = """
import ctypes
memset = ctypes.CDLL(None).memset  # called without the GIL
together = threading.Barrier(8)
def write(): together.wait(); memset(0, 1, 1)
for i in range(8): threading.Thread(target=write).start()"""
        command = [f"--report=json:{self.file}", "-c", START + script]
        texts = [run(*command).stderr for _ in range(20)]
        for text in texts:
            self.assertEqual(text.count("in no native function that polyhost knows"), 1)
            self.assertLessEqual(text.count("Fatal Python error"), 1)
        # Python's last line; a thread that crashes very late ends what faulthandler shows.
        self.assertTrue(any("Extension modules" in text for text in texts), texts)
        for _ in range(20):  # without a stderr the second crash would end the process at once
            os.truncate(self.file, 0)
            done = run("-c", 'exec "$@" 2>&-', "sh", POLYHOST, *command, program="/bin/sh")
            self.assertEqual((done.returncode, self.calls()), (-signal.SIGSEGV, {"threads_native.add": 100}))

    def test_what_else_is_reported(self):
        script = """
import polyhost
with polyhost.boundary.region("adding"): t.add(1, 1)
print(os.getpid(), flush=True)
n.abort()"""
        done = run(f"--report=json:{self.file}", f"--trace={self.file}.trace", "-c", START + script)
        self.assertEqual(done.returncode, -signal.SIGABRT)
        with open(self.file) as file:
            self.assertEqual([region["name"] for region in json.load(file)["regions"]], ["adding"])
        with open(f"{self.file}.trace") as file:
            self.assertEqual({event["pid"] for event in json.load(file)["traceEvents"]}, {int(done.stdout)})

    def test_the_report_needs_no_room_on_the_stack_of_the_handlers(self):
        self.crash("os.kill(os.getpid(), signal.SIGSEGV)", signal.SIGSEGV, SMALL_STACK)

    @unittest.skipIf(sys.version_info >= (3, 12), "CPython itself ends such a recursion since 3.12: RecursionError")
    def test_an_overflow_of_the_stack(self):
        script = "import callbacks_native as cb\nsys.setrecursionlimit(10**8)\ndef f(x): return cb.call(f, x)\nf(1.0)"
        done = run(f"--report=json:{self.file}", "-c", START + script)
        self.assertEqual(done.returncode, -signal.SIGSEGV)
        # In the native function, or in the interpreter that it has called.
        self.assertRegex(done.stderr, "a segmentation fault(, in no native function| in the native function callbacks_native.call)")
        self.assertEqual(self.calls(), {"threads_native.add": 100})

    def test_on_a_thread(self):
        script = "threading.Thread(target=n.write_to_nowhere).start(); time.sleep(10)"
        self.assertIn("in the native function interrupts_native.write_to_nowhere", self.crash(script, signal.SIGSEGV))

    def test_the_crash_is_told_without_a_report(self):
        done = run("-c", START + "n.write_to_nowhere()")
        self.assertEqual(done.returncode, -signal.SIGSEGV)
        self.assertIn("interrupts_native.write_to_nowhere", done.stderr)
        self.assertNotIn("polyhost report", done.stderr)

    def test_scripts_without_native_functions_crash_as_ever(self):
        done = run("-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGSEGV, ""))

    def test_a_script_that_has_turned_faulthandler_on_keeps_it(self):
        done = run("-X", "faulthandler", "-c", START + "n.write_to_nowhere()")
        self.assertEqual(done.returncode, -signal.SIGSEGV)
        self.assertEqual(done.stderr.count("Fatal Python error"), 1)


if __name__ == "__main__":
    unittest.main()
