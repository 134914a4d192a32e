"""polyhost report show and diff: reports that --report=json:FILE has saved."""

import json
import os
import shutil
import tempfile
import unittest

from support import rows, run

CALLS = "import threads_native as t\nfor i in range({}): t.add(1, 2)\n"


class Saved(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, name, calls):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        done = run(f"--report=json:{self.path(name)}", "-c", CALLS.format(calls))
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.path(name)

    def report(self, *arguments, status=0):
        # Commands are run isolated, so without PYTHONMALLOC, by which the leak sanitizer tells Python's own leaks from others.
        done = run("report", *arguments, env={**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def slowed(self, path, factor, into):
        """The same report with all calls slower."""
        with open(path) as file:
            report = json.load(file)
        for row in report["functions"]:
            for name in "python_ns", "native_ns", "crossing_ns", "convert_in_ns", "convert_out_ns":
                row[name] = int(row[name] * factor)
        os.makedirs(os.path.dirname(self.path(into)), exist_ok=True)
        with open(self.path(into), "w") as file:
            json.dump(report, file)
        return self.path(into)

    def test_show(self):
        path = self.save("a.json", 10)
        self.assertEqual(rows(self.report("show", path)), {"threads_native.add": {"direction": "inbound", "calls": 10, "errors": 0}})
        with open(path) as file:
            self.assertEqual(self.report("show", path, "--format=json"), file.read())
        self.assertIn("there is no report format 'pdf'", self.report("show", path, "--format=pdf", status=1))
        self.assertIn("there is no order 'cost'", self.report("show", path, "--sort=cost", status=1))

    def test_diff_of_two(self):
        before = self.save("a.json", 10)
        after = self.slowed(before, 3, "b.json")
        self.assertRegex(self.report("diff", before, after), r"\nthreads_native\.add is slower: \S+ a call, not \S+ \((2\.9|3\.)\d*x\)\n")
        self.assertRegex(self.report("diff", after, before), r"\nthreads_native\.add is faster: ")
        self.assertIn("nothing is slower or faster", self.report("diff", before, before))

    def test_diff_of_sets(self):
        first = self.save("a/0.json", 10)
        for i in range(1, 4):
            self.slowed(first, 1 + i / 100, f"a/{i}.json")
        for i in range(4):
            self.slowed(first, 1.05 + i / 100, f"b/{i}.json")
        self.assertRegex(self.report("diff", self.path("a"), self.path("b")), r"4 runs of -c before, 4 runs of -c after.*\n(.*\n)+threads_native\.add is slower: .* p 0\.029\)")

    def test_what_is_no_report(self):
        good = self.save("a.json", 10)
        os.mkdir(self.path("empty"))
        with open(self.path("text"), "w") as file:
            file.write("text")
        self.assertIn("No such file", self.report("show", self.path("none"), status=1))
        self.assertIn(f"polyhost report: {self.path('text')} cannot be read: it is not JSON", self.report("diff", good, self.path("text"), status=1))
        self.assertIn("empty has no .json in it", self.report("diff", self.path("empty"), good, status=1))
        self.assertIn("usage: polyhost report", self.report(status=2))


if __name__ == "__main__":
    unittest.main()
