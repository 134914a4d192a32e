"""The end of a program while native code still runs: it comes soon, with the script's status and without a word."""

import os
import unittest

from support import rows, run

START = "import atexit, os, sys, threading, time, callbacks_native as cb, interrupts_native as n, threads_native as t\n"
LONG = 1000  # seconds: longer than a test may take
# Threads that Python leaves behind keep what they have.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


class Case(unittest.TestCase):
    def ends(self, script, out="end\n", status=0, times=1, err=""):
        for _ in range(times):
            done = run("-c", START + script, env=ENVIRONMENT)
            self.assertEqual((done.stdout, done.returncode, done.stderr), (out, status, err))


class DaemonThreads(Case):
    def test_in_a_long_call(self):
        for function in "t.rest_without_gil", "t.spin_without_gil":
            with self.subTest(function=function):
                self.ends(f"""
for _ in range(4): threading.Thread(target={function}, args=({LONG},), daemon=True).start()
time.sleep(0.05); print("end")
""")

    def test_in_a_call_that_asks(self):
        done = run("-c", f"""{START}
for _ in range(4): threading.Thread(target=n.ask_without_gil, args=({LONG},), daemon=True).start()
threading.Thread(target=n.ask_on_threads, args=(4, {LONG}, True), daemon=True).start()
time.sleep(0.05)
""", env=ENVIRONMENT)
        self.assertEqual((done.stdout.replace("inside\n", ""), done.returncode, done.stderr), ("", 0, ""))

    def test_that_keep_the_gil(self):
        # Python waits for the GIL, as it does for any extension module: to the end of the call.
        self.ends("""
threading.Thread(target=lambda: (time.sleep(0.01), t.rest(0.5)), daemon=True).start()
time.sleep(0.1); print("end")
""")

    def test_that_come_back_meanwhile(self):
        for body in "t.rest_without_gil(0.0005)", "t.add_without_gil(1, 2)", "cb.call_without_gil(lambda x: x, 1)":
            with self.subTest(body=body):
                self.ends(f"""
def work():
    while True: {body}
for _ in range(16): threading.Thread(target=work, daemon=True).start()
time.sleep(0.05); print("end")
""", times=3)


class NativeThreads(Case):
    def test_many_that_call_back(self):
        for ending, status in ("", 0), ("sys.exit(3)", 3), ("os._exit(4)", 4):
            with self.subTest(ending=ending):
                self.ends(f"""
for _ in range(32): cb.call_forever(lambda x: x + 1)
time.sleep(0.05); print("end", flush=True)
{ending}
""", status=status, times=2)

    def test_while_handlers_run_at_exit(self):
        self.ends("""
@atexit.register
def at_exit():
    for i in range(100): cb.call_without_gil(lambda x: x + 1, i)
    t.rest_without_gil(0.02)
    print("end")
for _ in range(8): cb.call_forever(lambda x: x + 1)
""", times=3)

    def test_while_objects_are_taken_down(self):
        # The last native calls come from finalizers, when Python has begun to end.
        self.ends("""
class Last:
    def __del__(self, native=(t.add_without_gil, n.ask_without_gil, n.ask, cb.call, cb.call_without_gil), write=os.write):
        add, ask_without_gil, ask, call, call_without_gil = native
        add(1, 2); ask_without_gil(0.03); ask(0); call(abs, -1)
        try: call_without_gil(abs, -1)
        except RuntimeError as error: write(1, f"{error}\\n".encode())
sys.last = Last()
for _ in range(8): cb.call_forever(lambda x: x + 1)
time.sleep(0.02)
""", "inside\ninside\nPython is shutting down: its functions cannot be called\n", times=3)


class OtherThreads(Case):
    def test_that_outlive_main(self):
        self.ends("""
def work():
    threading.main_thread().join()
    t.rest_without_gil(0.2)
    print("thread", t.add(1, 2), cb.call_on_thread(lambda x: x + 1, 1))
threading.Thread(target=work).start()
print("main")
""", "main\nthread 3 2.0\n")

    def test_that_outlive_main_count(self):
        done = run("--report", "-c", START + "threading.Timer(0.1, t.add, (1, 2)).start(); atexit.register(t.add, 1, 2)")
        self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 2)

    def test_that_outlive_an_error_of_main(self):
        done = run("-c", START + "threading.Timer(0.1, lambda: print(t.add(1, 2))).start(); 1/0")
        self.assertEqual((done.stdout, done.returncode), ("3\n", 1))


if __name__ == "__main__":
    unittest.main()
