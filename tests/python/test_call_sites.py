"""--call-sites=exact: how many calls each line of Python makes of each native function."""

import json
import os
import re
import tempfile
import textwrap
import unittest

from support import FORKS, run

# `#: add 5 f` says that the line calls timing_native.add five times, in the function f; * stands for any.
SCRIPT = """
import asyncio, functools, callbacks_native as cb, polyhost, timing_native as n, helper
n.add(1)  #: add 1 <module>
for i in range(5): n.add(i)  #: add 5 <module>
n.add(1); n.add(b=1, a=2); n.scale(1.0)  #: add 2 <module>, scale 1 <module>

def outer():
    def inner():
        return n.add(1)  #: add 20 outer.<locals>.inner
    for _ in range(10):
        inner()
    n.add(2)  #: add 2 outer
outer(), outer()

class Class:
    n.add(1)  #: add 1 Class
    def method(self, deep):
        return self.method(deep - 1) if deep else n.add(1)  #: add 3 Class.method
    class Nested:
        @staticmethod
        def static():
            with polyhost.boundary.region("static"): n.add(1)  #: add 4 Class.Nested.static
for i in range(3): Class().method(i)
for i in range(4): Class.Nested.static()

twice = lambda x: n.add(n.add(x))  #: add 14 <lambda>
for i in range(7): twice(i)
n.add(  #: add 1 <module>
    n.add(  #: add 1 <module>
        1,
    ),
    2,
)
[n.add(i) for i in range(6)]  #: add 6 *
sum(n.add(i) for i in range(8))  #: add 8 <genexpr>
list(map(n.add, range(9)))  #: add 9 <module>
for f in n.add, n.scale: f(1)  #: add 1 <module>, scale 1 <module>
functools.partial(n.add, 1)(2)  #: add 1 <module>
n.add.batch([1, 2, 3])  #: add.batch 1 <module>

def numbers():
    for i in range(3):
        yield n.add(i)  #: add 3 numbers
list(numbers())
async def main():
    await asyncio.sleep(0)
    n.add(1)  #: add 1 main
asyncio.run(main())

def back(x):
    return float(n.add(1))  #: add 12 back
cb.repeat(back, 10)  #: callbacks_native.repeat 1 <module>
cb.call_on_thread(back, 1.0)  #: callbacks_native.call_on_thread 1 <module>
cb.call(  #: callbacks_native.call 1 <module>
    lambda x: cb.call(back, x),  #: callbacks_native.call 1 <lambda>
    1.0,
)

for i in range(30):
    try: n.fail_if(i < 20)  #: fail_if 30 <module>
    except RuntimeError: pass
    try: n.add("1")  #: add 30 <module>
    except TypeError: pass
helper.helped(5)
"""
HELPER = """
import timing_native as n
def helped(times):
    for i in range(times): n.add(1)  #: add 5 helped
    exec(compile("\\n\\ndef made(): n.add(1)\\nmade()\\nmade()", "made.py", "exec"))
"""
MADE = "\n\n #: add 2 made"


def said(path, text):
    """What the comments of that text say: {(row, file, line, function, calls)}."""
    lines = enumerate(text.splitlines(), 1)
    found = [(number, one.split()) for number, line in lines if "#: " in line for one in line.split("#: ")[1].split(", ")]
    return {(row if "_native" in row else "timing_native." + row, path, number, function, int(calls)) for number, (row, calls, function) in found}


class Exact(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            with open(path, "w") as file:
                file.write(text)
        return path

    def report(self, script, *switches):
        """The report, and what the script has printed."""
        path, saved = self.path("script.py", textwrap.dedent(script)), self.path("report.json")
        done = run("--call-sites=exact", *FORKS, *switches, "--report=json:" + saved, path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(saved) as file:
            return json.load(file), done.stdout

    def sites(self, script, *switches):
        """Line -> calls of timing_native.add from it."""
        report, _ = self.report(script, *switches)
        (row,) = (row for row in report["functions"] if row["name"] == "timing_native.add")
        self.assertEqual(sum(site["calls"] for site in row["sites"]), row["calls"])
        return {site["line"]: site["calls"] for site in row["sites"]}

    def test_every_kind_of_line(self):
        helper = self.path("helper.py", HELPER)
        report, _ = self.report(SCRIPT)
        self.assertEqual(report["call_sites"], "exact")
        expected = said(self.path("script.py"), SCRIPT) | said(helper, HELPER) | said("made.py", MADE)
        anywhere = {one[:3] for one in expected if one[3] == "*"}
        found = {(row["name"], *site.values()) for row in report["functions"] for site in row["sites"]}
        self.assertEqual({(*one[:3], "*", one[4]) if one[:3] in anywhere else one for one in found}, expected)
        for row in report["functions"]:
            calls = [site["calls"] for site in row["sites"]]
            self.assertEqual(calls, sorted(calls, reverse=True))
            self.assertEqual(sum(calls), row["calls"] if row["direction"] == "inbound" else 0, row["name"])

    def test_a_saved_report(self):
        script, saved = self.path("script.py", "import timing_native as n\nfor i in range(9): n.add(i)\nn.add(1)\n"), self.path("report.json")
        done = run("--call-sites=exact", "--report", "--report=json:" + saved, script)
        section = f"\ncalled from\n  timing_native.add: {script}:2 in <module> 90.0%, {script}:3 in <module> 10.0%\n"
        self.assertIn(section, done.stderr)
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # see test_saved_reports.py
        show = [run("report", "show", saved, *more, env={**os.environ, "ASAN_OPTIONS": options}).stdout for more in ([], ["--format=json"])]
        self.assertIn(section, show[0])
        with open(saved) as file:
            self.assertEqual(show[1], file.read())

    def test_more_lines_than_are_kept(self):
        sites = self.sites("import timing_native as n\n" + "n.add(1)\n" * 1500 + "for i in range(2):\n  exec('\\n' * 10 + 'n.add(1)')")
        self.assertEqual(len(sites), 1001)
        self.assertEqual(sites.pop(0), 502)  # elsewhere
        self.assertEqual(sites, dict.fromkeys(range(2, 1002), 1))

    def test_known_lines_go_on_when_there_is_no_room_for_others(self):
        sites = self.sites("import timing_native as n\nf = lambda: n.add(1)\nf()\n" + "n.add(1)\n" * 1500 + "for i in range(99): f()")
        self.assertEqual(sites, {2: 100, 0: 501, **dict.fromkeys(range(4, 1003), 1)})

    def test_timing_modes_switched_meanwhile(self):
        script = """
            import polyhost, timing_native as n
            for i in range(2000):
                if i % 5 == 0: polyhost.boundary.timing(("full", "exact")[i % 2])
                n.add(1)
                if i % 10 == 0: n.add(2)
            polyhost.boundary.timing("off")
            for i in range(10): n.add(3)"""
        self.assertEqual(self.sites(script), {5: 2000, 6: 200})
        self.assertEqual(self.sites(script, "--timing=full"), {5: 2000, 6: 200})

    def test_what_is_called_exact_is_exact(self):
        # In sampled mode most calls are only counted.
        report, _ = self.report("import timing_native as n\nfor i in range(9000):\n  n.add(1)\n  if i % 7 == 0: n.add(2)", "--timing=sampled")
        calls = {site["line"]: site["calls"] for site in report["functions"][0]["sites"]}
        self.assertTrue(report["call_sites"] == "sampled" or calls == {3: 9000, 4: 1286}, calls)

    def test_calls_without_a_line(self):
        # The thread runs no Python around the call.
        script = """
            import _thread, polyhost, time, timing_native as n
            for i in range(10): n.add(1)
            for i in range(30): _thread.start_new_thread(n.add, (1,))
            while polyhost.boundary.snapshot()["timing_native.add"].calls < 40: time.sleep(0.01)"""
        report, _ = self.report(script)
        self.assertEqual([(site["line"], site["calls"]) for site in report["functions"][0]["sites"]], [(3, 10)])

    def test_threads(self):
        script = """
            import sys, threading, timing_native as n
            sys.setswitchinterval(1e-5)
            def first():
                for _ in range(5000): n.add(1)
            def second():
                for _ in range(3000): n.add(1)
            threads = [threading.Thread(target=f) for f in (first, second, first, second)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()"""
        self.assertEqual(self.sites(script), {5: 10_000, 7: 6000})

    def test_fork(self):
        script = """
            import os, polyhost, timing_native as n
            for i in range(10): n.add(1)
            child = os.fork()
            for i in range(5 if child else 7): n.add(1)
            if child: os.waitpid(child, 0)
            else: print({site.line: site.calls for site in polyhost.boundary.snapshot()["timing_native.add"].sites}, flush=True)"""
        report, printed = self.report(script)
        self.assertEqual(printed, "{5: 7}\n")  # it counts from zero
        self.assertEqual({site["line"]: site["calls"] for site in report["functions"][0]["sites"]}, {3: 10, 5: 12})

    def test_code_that_is_made_anew_each_time_is_let_go(self):
        script = """
            import polyhost, timing_native as n, weakref
            def made(source):
                codes = []
                for i in range(10_000):
                    code = compile(source(i), "made.py", "exec")
                    codes.append(weakref.ref(code))
                    exec(code, globals())
                del code
                alive = sum(ref() is not None for ref in codes)
                polyhost.boundary.reset()
                return alive, sum(ref() is not None for ref in codes)
            print(made(lambda i: "n.add(1)"), made(lambda i: "\\n" * i + "n.add(1)"))"""
        _, printed = self.report(script)
        same_line, other_lines = re.findall(r"\((\d+), (\d+)\)", printed)
        self.assertLessEqual(int(other_lines[0]), 1010)
        self.assertLessEqual(int(same_line[0]), 1010)
        self.assertEqual((same_line[1], other_lines[1]), ("0", "0"))

    def test_code_that_calls_while_a_reset_lets_it_go(self):
        script = """
            import polyhost, timing_native as n, weakref
            def again(*_): n.add(1)
            code = compile("import timing_native as n; n.add(1)", "made.py", "exec")
            exec(code)
            kept = weakref.ref(code, again)
            del code
            polyhost.boundary.reset()
            for i in range(3): again()
            row = polyhost.boundary.snapshot()["timing_native.add"]
            print([(site.line, site.calls == row.calls) for site in row.sites])"""
        self.assertEqual(self.report(script)[1], "[(3, True)]\n")

    def test_the_switch(self):
        code = "import timing_native as n\nfor i in range(9): n.add(i)"
        done = run("--call-sites=sampled", "--report", "-c", code)
        self.assertIn("\ncalled from (looked at for some of the calls)\n  timing_native.add: <string>:2 in <module> 100%\n", done.stderr)
        for wrong in "--call-sites=x", "--call-sites":
            done = run(wrong, "-c", code)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("--call-sites knows no mode '" + wrong[13:] + "': use --call-sites=exact", done.stderr)


if __name__ == "__main__":
    unittest.main()
