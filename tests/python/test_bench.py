"""`polyhost bench`: that its rows, files and messages are right; not the figures."""

import json
import os
import re
import tempfile
import unittest
import xml.etree.ElementTree as ET

from support import SANITIZER, run

QUICK = ("--repeat", "1")
MODES = ["off", "sampled", "exact", "full"]


class Bench(unittest.TestCase):
    def bench(self, *arguments, status=0, **options):
        # The compared modules leave memory behind, which the leak checker would report.
        environment = options.pop("env", os.environ)
        leaks = environment.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        done = run("bench", *arguments, env={**environment, "ASAN_OPTIONS": leaks}, **options)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_json(self):
        report = json.loads(self.bench(*QUICK, "--json", "-").stdout)
        self.assertEqual(report["schema"], "polyhost.bench/1")
        self.assertTrue(report["machine"]["processor"])
        found = {}
        for result in report["results"]:
            self.assertEqual(sorted(result), ["candidate", "ns", "ratio_to_raw", "row"])
            self.assertGreater(result["ns"], 0)
            found.setdefault(result["row"], []).append(result["candidate"])
        expected = ["noop", "add", "add_one_digit", "add_two_digits", "scale", "strlen", "keyword", "defaults"]
        self.assertEqual(list(found), [*expected, "sum_list", "sum_buffer", "batch", "callback", "fib"])
        for row, candidates in found.items():
            self.assertEqual(candidates[:5], ["raw", *MODES])
            self.assertEqual(candidates[-1], "python")
            self.assertEqual("ctypes" in candidates, row not in ("keyword", "batch"), row)
        raw = {r["row"]: r["ns"] for r in report["results"] if r["candidate"] == "raw"}
        for result in report["results"]:
            self.assertAlmostEqual(result["ratio_to_raw"], result["ns"] / raw[result["row"]], delta=0.02 * result["ratio_to_raw"] + 0.01)
        if not SANITIZER:  # pure Python is slower there by far
            fib = {r["candidate"]: r["ns"] for r in report["results"] if r["row"] == "fib"}
            self.assertGreater(fib["python"], 5 * fib["off"])

    def test_table(self):
        text = self.bench(*QUICK, "--rows", "noop,keyword").stdout
        header = next(line for line in text.splitlines() if line.startswith("ns a call"))
        self.assertEqual(header.split()[5:10], ["raw", *MODES])
        self.assertEqual(re.findall(r"^(\w+) +\d+\.\d ", text, re.M), ["noop", "keyword"])
        self.assertNotIn("break-even", text)
        self.assertIn("break-even: a timed call of add(3, 4)", self.bench(*QUICK, "--rows", "add").stdout)

    def test_plot(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "plot.svg")
            self.bench(*QUICK, "--rows", "noop,callback", "--plot", path)
            svg = ET.parse(path).getroot()
            texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
            self.assertIn("noop", texts)
            self.assertIn("callback", texts)
            self.assertTrue(any(re.fullmatch(r"exact \d+ ns, \d+\.\d\dx", text) for text in texts), texts)

    def test_progress_is_for_terminals(self):
        done = self.bench(*QUICK, "--rows", "noop")
        self.assertNotIn("\r", done.stderr)

    def test_mistakes(self):
        self.assertIn("there is no row 'nop'", self.bench("--rows", "nop", status=2).stderr)
        self.assertIn("at least 1", self.bench("--repeat", "0", status=2).stderr)
        done = self.bench(*QUICK, "--rows", "noop", "--json", "/nowhere/x.json", status=1)
        self.assertEqual(
            done.stderr.splitlines()[-1],
            "polyhost bench: cannot write /nowhere/x.json: No such file or directory; choose another file",
        )

    def test_the_scripts_environment_is_not_the_benchs(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "json.py"), "w", encoding="utf-8") as file:
                file.write("raise SystemExit('wrong json')")
            self.bench(*QUICK, "--rows", "noop", cwd=folder, env={**os.environ, "PYTHONPATH": folder})


if __name__ == "__main__":
    unittest.main()
