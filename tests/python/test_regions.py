"""polyhost.boundary.region: parts of a run, counted apart."""

import json
import os
import tempfile
import threading
import time
import unittest

import polyhost
import threads_native as t
import timing_native as n
from support import run

boundary = polyhost.boundary


class Regions(unittest.TestCase):
    def setUp(self):
        boundary.reset()

    def regions(self):
        return {region.name: region for region in boundary.snapshot().regions}

    def calls(self, name):
        return {f.name: f.calls for f in self.regions()[name].functions}

    def test_what_is_called_within(self):
        t.add(1, 2)
        with boundary.region("parse"):
            for i in range(100):
                t.add(1, 2)
            n.sum([1.0] * 10)
        t.add(1, 2)
        self.assertEqual(self.calls("parse"), {"threads_native.add": 100, "timing_native.sum": 1})
        self.assertEqual(boundary.snapshot()["threads_native.add"].calls, 102)

    def test_entered_again_and_nested(self):
        for i in range(3):
            with boundary.region("outer"):
                t.add(1, 2)
                with boundary.region("inner"):
                    t.add(1, 2)
        self.assertEqual(self.calls("outer"), {"threads_native.add": 6})
        self.assertEqual(self.calls("inner"), {"threads_native.add": 3})
        self.assertEqual([region.entered for region in boundary.snapshot().regions], [3, 3])
        self.assertEqual([region.name for region in boundary.snapshot().regions], ["inner", "outer"])  # as they first ended

    def test_rows_hold_to_the_identities(self):
        for mode in "exact", "full", "sampled":
            boundary.timing(mode)
            self.addCleanup(boundary.timing, "exact")
            for turn in range(5):
                with boundary.region(mode):
                    for i in range(2000):
                        n.add(i, turn)
                    n.repeat(lambda x: x, 50)
            for f in self.regions()[mode].functions:
                with self.subTest(mode, function=f.name):
                    sides = sorted((f.python_ns, f.native_ns))
                    self.assertEqual(f.crossing_ns, sides[1] - sides[0])
                    self.assertEqual(f.crossing_ns, f.convert_in_ns + f.convert_out_ns + f.gil_wait_ns)
                    if mode != "sampled":  # there the calls that were timed stand for others, more or less
                        self.assertEqual(sum(calls for _, _, calls in f.histogram), f.calls)
                    self.assertLessEqual(f.min_ns, f.p50_ns)
                    self.assertLessEqual(f.p50_ns, f.p99_ns)
                    self.assertLessEqual(f.p99_ns, f.max_ns)
            self.assertEqual(self.calls(mode)["timing_native.add"], 10_000)

    def test_two_halves_make_the_whole(self):
        for half in "first", "second":
            with boundary.region(half):
                for i in range(1000):
                    n.sum([1.0] * 100)
        snapshot = boundary.snapshot()  # one: what a tick takes is measured anew for each
        first, second = (region.functions[0] for region in snapshot.regions)
        whole = snapshot["timing_native.sum"]
        for name in "calls", "timed", "split", "errors":
            self.assertEqual(getattr(first, name) + getattr(second, name), getattr(whole, name))
        for name in "python_ns", "native_ns", "crossing_ns", "convert_in_ns":
            self.assertAlmostEqual(getattr(first, name) + getattr(second, name), getattr(whole, name), delta=3)

    def test_wall_time(self):
        with boundary.region("sleep"):
            time.sleep(0.05)
        region = self.regions()["sleep"]
        self.assertGreaterEqual(region.wall_ns, 50_000_000)
        self.assertLessEqual(region.wall_ns, boundary.snapshot().wall_ns)
        self.assertEqual(region.functions, ())

    def test_an_exception_ends_it(self):
        with self.assertRaises(ZeroDivisionError), boundary.region("failing"):
            t.add(1, 2)
            1 / 0
        self.assertEqual(self.calls("failing"), {"threads_native.add": 1})

    def test_a_decorator(self):
        @boundary.region("step")
        def step(x, *, y):
            "Adds."
            return t.add(x, y)

        self.assertEqual([step(1, y=2), step(3, y=4)], [3, 7])
        self.assertEqual((step.__name__, step.__doc__), ("step", "Adds."))
        self.assertEqual(self.regions()["step"].entered, 2)

    def test_a_reset_within_forgets_it(self):
        with boundary.region("gone"):
            boundary.reset()
            t.add(1, 2)
        self.assertEqual(boundary.snapshot().regions, ())
        self.assertEqual(boundary.snapshot()["threads_native.add"].calls, 1)

    def test_the_mode_may_change_within(self):
        with boundary.region("modes"):
            for mode in "full", "off", "sampled", "exact":
                boundary.timing(mode)
                for i in range(100):
                    n.add(1, 2)
        self.assertEqual(self.calls("modes"), {"timing_native.add": 300})

    def test_threads(self):
        def work():
            for i in range(50):
                with boundary.region("shared"):
                    t.add(1, 2)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.regions()["shared"].entered, 200)
        self.assertGreaterEqual(self.calls("shared")["threads_native.add"], 200)  # each has also what others call meanwhile

    def test_names(self):
        for name in "", "größe", "a\nb\x1b[2J", "x" * 1000:
            with boundary.region(name):
                t.add(1, 2)
        self.assertEqual(set(self.regions()), {"", "größe", "a\nb\x1b[2J", "x" * 1000})
        self.assertRaises(TypeError, boundary.region, 5)
        self.assertRaises(TypeError, boundary.region, None)
        with self.assertRaises(UnicodeEncodeError), boundary.region("\ud800"):
            pass

    def test_as_plain_values(self):
        with boundary.region("plain"):
            t.add(1, 2)
        (region,) = json.loads(json.dumps(boundary.snapshot().to_dict()))["regions"]
        self.assertEqual((region["name"], region["entered"], region["functions"][0]["calls"]), ("plain", 1, 1))


class Reports(unittest.TestCase):
    CODE = (
        "import threads_native as t, polyhost\n"
        "for i in range(2):\n    with polyhost.boundary.region('parse'):\n        for j in range(30): t.add(i, j)\n"
        "with polyhost.boundary.region('idle'): pass\n"
    )

    def test_table(self):
        said = run("--report", "-c", self.CODE).stderr
        self.assertRegex(said, r"\n\nregion parse: entered 2 times, wall \S+ \S+\nPython .*\n\nfunction .*\nthreads_native\.add  inbound +60 ")
        self.assertRegex(said, r"\n\nregion idle: entered once, wall \S+ \S+\nno crossing\n")

    def test_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.json")
            run(f"--report=json:{path}", "-c", self.CODE)
            with open(path) as file:
                text = file.read()
            self.assertEqual([region["name"] for region in json.loads(text)["regions"]], ["parse", "idle"])
            leaks = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # as in test_saved_reports.py
            self.assertEqual(run("report", "show", path, "--format=json", env=leaks).stdout, text)
            self.assertIn("region parse: entered 2 times", run("report", "show", path, env=leaks).stdout)


if __name__ == "__main__":
    unittest.main()
