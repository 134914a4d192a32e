"""Ctrl-C and other signals while native code runs: it is told if it asks, and ended by the second one if it does not."""

import os
import pty
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from support import POLYHOST, PYTHON, SANITIZER, rows, run

PROGRAMS = [POLYHOST] if SANITIZER else [POLYHOST, PYTHON]  # a sanitized plugin needs a sanitized program
LONG = 120  # seconds; no test waits for the end of it
AT_ONCE = 10  # seconds; on a busy machine

START = """
import interrupts_native as n, os, signal, sys, threading, time
def say(*words): print(*words, flush=True)
"""


class Child:
    """A program that says `inside` when the native code runs; it is over when the block is."""

    def __init__(self, script, *options, program=POLYHOST, **how):
        self.process = subprocess.Popen([program, *options, "-c", START + script], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def wait_for(self, line):
        for shown in self.process.stdout:
            if shown == line + "\n":
                return self
        raise AssertionError(f"{line!r} was never shown: {self.process.stderr.read()}")

    def send(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self

    def end(self):
        """What is left of stdout, stderr, and the status."""
        too_late = threading.Timer(LONG / 2, self.process.kill)
        too_late.start()
        out = self.process.stdout.read()  # communicate() would lose what wait_for has read ahead
        err = self.process.stderr.read()
        status = self.process.wait()
        too_late.cancel()
        return out, err, status


def wait_until_taken(pid):
    """Ctrl-C once more, before, would be the same signal."""
    deadline = time.monotonic() + LONG / 2
    while time.monotonic() < deadline:
        with open(f"/proc/{pid}/status") as file:
            pending = [int(line.split()[1], 16) for line in file if line.startswith(("SigPnd:", "ShdPnd:"))]
        if not any(mask >> (signal.SIGINT - 1) & 1 for mask in pending):
            return
        time.sleep(0.01)
    raise AssertionError("the signal was never taken")


class Case(unittest.TestCase):
    def ends(self, script, out, status=0, number=signal.SIGINT, programs=PROGRAMS):
        """The script gets the signal when it is inside, and ends in that way."""
        for program in programs:
            with self.subTest(program=program), Child(script, program=program) as child:
                shown, err, returned = child.wait_for("inside").send(number).end()
                self.assertEqual((shown, returned), (out, status), err)


class Asking(Case):
    def test_caller_sees_the_interrupt_and_no_result(self):
        for function in "ask", "ask_without_gil", "check", "check_without_gil":
            script = f"""
result = "none"
try: result = n.{function}({LONG})
except KeyboardInterrupt as error: say(repr(error), result, error.__context__)
say("on", n.ask(0))
"""
            with self.subTest(function=function):
                self.ends(script, "KeyboardInterrupt() none None\ninside\non False\n")

    def test_interrupt_outranks_what_the_function_throws(self):
        for function in "ask_and_throw", "ask_and_throw_without_gil":
            script = f"""
try: n.{function}({LONG})
except BaseException as error: say(repr(error), repr(error.__context__))
"""
            with self.subTest(function=function):
                self.ends(script, "KeyboardInterrupt() RuntimeError('stopped')\n")

    def test_not_caught(self):
        self.ends(f"n.ask({LONG}); say('never')", "", -signal.SIGINT)

    def test_caught_twice(self):
        script = f"""
for i in range(2):
    try: n.ask_without_gil({LONG})
    except KeyboardInterrupt: say(i)
"""
        for program in PROGRAMS:
            with self.subTest(program=program), Child(script, program=program) as child:
                child.wait_for("inside").send().wait_for("inside").send()
                self.assertEqual(child.end()[::2], ("1\n", 0))

    def test_called_by_c_code(self):
        # No bytecode runs in between: each call ends at once, the exception comes after the last.
        script = f"""
try: list(map(n.ask_without_gil, [{LONG}] * 3))
except KeyboardInterrupt: say("caught")
"""
        self.ends(script, "inside\ninside\ncaught\n")

    def test_function_may_swallow_the_interrupt(self):
        self.ends(f"n.check_and_go_on({LONG}); say(n.ask(0.05))", "inside\nFalse\n")

    def test_interrupt_that_was_served_is_not_seen_again(self):
        script = """
try: say("inside"); time.sleep(60)
except KeyboardInterrupt: told = n.ask(0.1), n.ask_on_threads(2, 0.1, False)
say(told)
"""
        self.ends(script, "inside\ninside\n(False, 0)\n")

    def test_while_threads_keep_the_gil_busy(self):
        script = f"""
def hog():
    while True: sum(range(1000))
for _ in range(3): threading.Thread(target=hog, daemon=True).start()
n.ask_without_gil({LONG})
"""
        self.ends(script, "", -signal.SIGINT)

    def test_report_is_kept(self):
        script = f"n.check({LONG})"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.txt")
            with Child(script, f"--report=table:{path}") as child:
                out, err, status = child.wait_for("inside").send().end()
            with open(path) as file:
                row = rows(file.read())["interrupts_native.check"]
        self.assertEqual((out, status, row["calls"], row["errors"]), ("", -signal.SIGINT, 1, 1), err)


class Handlers(Case):
    def test_exception_of_its_own(self):
        script = f"""
class Stop(Exception): pass
stop = Stop("mine")
def handler(number, frame): raise stop
signal.signal(signal.SIGINT, handler)
for f in n.ask, n.ask_without_gil, n.check, n.ask_and_throw_without_gil:
    try: f({LONG}); say("no exception")
    except Stop as error: say(error is stop)
"""
        for program in PROGRAMS:
            with self.subTest(program=program), Child(script, program=program) as child:
                for _ in range(4):
                    child.wait_for("inside").send()
                self.assertEqual(child.end()[::2], ("True\n", 0))

    def test_handler_that_does_not_raise(self):
        # It runs while the function does, which then goes on.
        script = """
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(time.monotonic()))
for f in n.ask, n.ask_without_gil:
    told = f(3)
    say(told, len(seen), bool(seen) and time.monotonic() - seen[-1] > 0.2)
"""
        for program in PROGRAMS:
            with self.subTest(program=program), Child(script, program=program) as child:
                child.wait_for("inside").send().wait_for("inside").send()
                self.assertEqual(child.end()[::2], ("False 2 True\n", 0))

    def test_slow_handler_does_not_put_off_the_next_question(self):
        for program in PROGRAMS:
            with self.subTest(program=program), Child(f"""
def slow(*_): time.sleep(2); say("slow")
signal.signal(signal.SIGUSR1, slow)
n.ask_without_gil({LONG})
""", program=program) as child:
                child.wait_for("inside").send(signal.SIGUSR1).wait_for("slow").send()
                start = time.monotonic()
                self.assertEqual(child.end()[2], -signal.SIGINT)
                self.assertLess(time.monotonic() - start, 20)  # twenty times the handler would be 40

    def test_queue_of_pending_calls_is_full(self):
        self.ends(f"""
try: n.check_with_full_queue({LONG})
except KeyboardInterrupt as error: say(repr(error))
""", "KeyboardInterrupt()\n")

    @unittest.skipIf(SANITIZER == "thread", "it keeps back the signal that faulthandler raises for the next handler")
    def test_another_c_handler_is_left_alone(self):
        # Python's own handler is no longer the one in force, though Python thinks so.
        self.ends("""
import faulthandler
faulthandler.register(signal.SIGINT, chain=True)
signal.signal(signal.SIGUSR1, lambda *_: None)
try: say("inside"); time.sleep(60)
except KeyboardInterrupt: say("caught")
""", "caught\n", programs=[POLYHOST])

    def test_ignored(self):
        self.ends("signal.signal(2, signal.SIG_IGN); say(n.ask(0.3), n.ask_on_threads(2, 0.3, False))",
                  "inside\nFalse 0\n")

    def test_other_signals(self):
        script = f"signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); n.ask_without_gil({LONG})"
        self.ends(script, "", 3, number=signal.SIGTERM)

    def test_interrupt_by_python(self):
        script = f"""
import _thread
threading.Thread(target=lambda: (sys.stdin.read(1), _thread.interrupt_main())).start()
n.ask_without_gil({LONG})
"""
        for program in PROGRAMS:
            with self.subTest(program=program), Child(script, program=program, stdin=subprocess.PIPE) as child:
                child.wait_for("inside").process.stdin.write("x")
                child.process.stdin.flush()
                self.assertEqual(child.end()[::2], ("", -signal.SIGINT))

    def test_nothing_shows(self):
        script = """
standard = signal.default_int_handler
print(signal.getsignal(2) is standard, signal.signal(2, signal.SIG_IGN) is standard)
print(signal.signal(2, standard), signal.getsignal(2) is standard)
try: signal.signal(2, 5)
except TypeError as error: print(error)
print(len(os.listdir("/proc/self/task")), threading.active_count())
"""
        with Child(script) as polyhost, Child(script, program=PYTHON if not SANITIZER else POLYHOST) as python:
            shown = polyhost.end()
            self.assertIn("True True", shown[0])
            self.assertEqual(shown[::2], python.end()[::2])


class Threads(Case):
    def test_threads_of_the_function(self):
        script = f"""
try: n.ask_on_threads(4, {LONG}, True); say("no interrupt")
except KeyboardInterrupt: say("caught")
say(n.ask_on_threads(4, 0, True))
"""
        self.ends(script, "caught\ninside\n0\n")

    def test_threads_of_a_function_that_only_waits(self):
        script = f"""
try: n.ask_on_threads(4, {LONG}, False); say("no interrupt")
except KeyboardInterrupt: say("caught")
say(n.ask_on_threads(4, 0.1, False))
"""
        self.ends(script, "caught\ninside\n0\n", programs=[POLYHOST])

    def test_threads_of_python_are_not_told(self):
        script = """
told = []
thread = threading.Thread(target=lambda: told.append(n.ask_without_gil(1.5)))
thread.start()
try: n.rest_without_gil(2)
except KeyboardInterrupt: say("caught")
thread.join()
say(told)
"""
        for program in PROGRAMS:
            with self.subTest(program=program), Child(script, program=program) as child:
                child.wait_for("inside").wait_for("inside").send()
                self.assertEqual(child.end()[::2], ("caught\n[False]\n", 0))


class SecondInterrupt(Case):
    def dies_of_the_second(self, script, *options, words="", inside=1):
        with Child(script, *options) as child:
            for _ in range(inside):
                child.wait_for("inside")
            child.send()
            wait_until_taken(child.process.pid)
            time.sleep(0.5)
            self.assertIsNone(child.process.poll())
            start = time.monotonic()
            out, err, status = child.send().end()
            self.assertLess(time.monotonic() - start, AT_ONCE)
            self.assertEqual((out, status), ("", -signal.SIGINT), err)
            self.assertEqual(err, f"polyhost: ended by the second Ctrl-C in a native function{words}\n")

    def test_ends_a_function_that_does_not_ask(self):
        for function in "rest", "rest_without_gil", "compute", "compute_without_gil":
            with self.subTest(function=function):
                self.dies_of_the_second(f"n.{function}({LONG})")

    def test_says_that_the_report_is_lost(self):
        self.dies_of_the_second(f"n.rest({LONG})", "--report", words="; the report is lost")

    def test_by_keyboard(self):
        child, terminal = pty.fork()
        if child == 0:
            os.execv(POLYHOST, [POLYHOST, "-c", START + f"n.rest({LONG})"])
        shown = b""
        while b"inside" not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, b"\x03")
        wait_until_taken(child)
        time.sleep(0.5)
        self.assertEqual(os.waitpid(child, os.WNOHANG), (0, 0))
        os.write(terminal, b"\x03")
        start = time.monotonic()
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), -signal.SIGINT)
        self.assertLess(time.monotonic() - start, AT_ONCE)
        os.close(terminal)

    def test_stderr_that_nobody_reads(self):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(writing, b"x" * 65536)
        os.set_blocking(writing, True)
        process = subprocess.Popen([POLYHOST, "-c", START + f"n.rest({LONG})"], stdout=subprocess.PIPE, stderr=writing)
        self.assertEqual(process.stdout.readline(), b"inside\n")
        self.addCleanup(process.kill)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            wait_until_taken(process.pid)
            time.sleep(0.3)
        self.assertEqual(process.wait(AT_ONCE), -signal.SIGINT)
        process.stdout.close()
        os.close(reading)
        os.close(writing)

    def test_deep_in_a_callback(self):
        self.dies_of_the_second(f"n.call(lambda: n.call(lambda: n.rest({LONG})))")

    def test_after_handlers_have_come_and_gone(self):
        self.dies_of_the_second(f"""
import asyncio
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.default_int_handler)
asyncio.run(asyncio.sleep(0))
n.rest({LONG})
""")

    def test_in_forked_children(self):
        # Forked by the main thread, inside a native function, and by another thread.
        forks = ["fork()", "n.call(fork)", "t = threading.Thread(target=fork); t.start(); t.join()"]
        for fork in forks[:2] if SANITIZER == "thread" else forks:  # it keeps the signals of such a child back
            with self.subTest(fork=fork), Child(f"""
def fork():
    child = os.fork()
    if not child:
        say(os.getpid())
        n.rest({LONG})
    say("child ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
{fork}
""") as child:
                number = int(child.process.stdout.readline())
                child.wait_for("inside")
                os.kill(number, signal.SIGINT)
                wait_until_taken(number)
                time.sleep(0.5)
                os.kill(number, signal.SIGINT)
                self.assertEqual(child.end()[::2], (f"child ended with {-signal.SIGINT}\n", 0))

    def test_not_if_the_first_was_served(self):
        script = """
try: say("inside"); time.sleep(60)
except KeyboardInterrupt: n.rest(2)
"""
        with Child(script) as child:
            child.wait_for("inside").send().wait_for("inside").send()
            out, err, status = child.end()
        self.assertEqual((out, status), ("", -signal.SIGINT))
        self.assertTrue(err.endswith("\nKeyboardInterrupt\n"), err)

    def test_not_in_calls_one_after_the_other(self):
        script = """
for i in range(3):
    try: n.rest(2)
    except KeyboardInterrupt: say("caught")
"""
        with Child(script) as child:
            for _ in range(3):
                child.wait_for("inside").send()
            self.assertEqual(child.end(), ("caught\n", "", 0))

    def test_not_in_python_called_by_native_code(self):
        script = """
def f():
    for i in range(3):
        try: say("inside"); time.sleep(60)
        except KeyboardInterrupt: pass
n.call(f)
say("end")
"""
        with Child(script) as child:
            for _ in range(3):
                child.wait_for("inside").send()
            self.assertEqual(child.end(), ("end\n", "", 0))

    def test_not_in_python_that_native_code_calls_by_itself(self):
        # By the C API, not by a polyhost::callback.
        script = """
def f():
    for i in range(3):
        try: say("inside"); time.sleep(60)
        except KeyboardInterrupt: pass
n.call_by_c_api(f)
say("end")
"""
        with Child(script) as child:
            for _ in range(3):
                child.wait_for("inside").send()
            self.assertEqual(child.end(), ("end\n", "", 0))

    def test_not_in_a_function_that_asks_and_goes_on(self):
        for program in PROGRAMS:
            with self.subTest(program=program), Child(f"n.check_and_go_on({LONG}, 3); say('end')", program=program) as child:
                for _ in range(3):
                    child.wait_for("inside").send()
                self.assertEqual(child.end(), ("end\n", "", 0))

    def survives(self, script, out, programs=PROGRAMS):
        """Three times Ctrl-C, and the script goes on."""
        for program in programs:
            with self.subTest(program=program), Child(script, program=program) as child:
                child.wait_for("inside")
                for _ in range(3):
                    child.send()
                    time.sleep(0.15)
                self.assertEqual(child.end(), (out, "", 0))

    @unittest.skipIf(SANITIZER == "thread", "it keeps signals back until the next system call")
    def test_not_outside_native_functions(self):
        self.survives("""
try: say("inside"); sum(range(150_000_000))
except KeyboardInterrupt: signal.signal(signal.SIGINT, signal.SIG_IGN); say("caught")
""", "caught\n")

    def test_not_if_the_script_has_a_handler(self):
        self.survives("""
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
n.rest(3)
say(seen)
""", "[1]\n")

    def test_not_if_ignored(self):
        self.survives("signal.signal(signal.SIGINT, signal.SIG_IGN); n.rest(2); say('end')", "end\n")

    @unittest.skipIf(SANITIZER, "a sanitized plugin needs a sanitized program")
    def test_not_under_python3(self):
        self.survives("""
try: n.rest(3)
except KeyboardInterrupt: say("caught")
""", "caught\n", programs=[PYTHON])


if __name__ == "__main__":
    unittest.main()
