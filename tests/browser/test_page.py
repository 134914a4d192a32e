"""--report=html in a real browser, headless Chromium: it loads without an error, sorts, searches and shows a function."""

import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

POLYHOST = os.environ["POLYHOST"]
SCRIPT = """
import threads_native as t, timing_native as n, polyhost
for i in range(300): t.add(1, 2)
for i in range(20): n.sum([1.0] * (10 * i))
"""
FUNCTION = {
    "direction": "inbound", "calls": 10, "errors": 1, "python_ns": 1000, "native_ns": 400, "crossing_ns": 600, "convert_in_ns": 300, "convert_out_ns": 300,
    "gil_wait_ns": 0, "min_ns": 50, "max_ns": 400, "p50_ns": 90, "p99_ns": 390, "self_ns": 400, "lost": 0, "timed": 10, "split": 10,
    "standard_error_ns": 0, "histogram": [[0, 64, 3], [64, 128, 5], [256, 512, 2]],
}  # fmt: skip


def report(functions, **more):
    """A saved report of these functions (dicts of what differs from FUNCTION)."""
    return {
        "schema": "polyhost.report/1", "script": "script.py", "wall_ns": 1_000_000, "clock": {"source": "tsc", "ns_per_tick": 1, "resolution_ns": 10},
        "cost": {"per_call_ns": 20, "per_split_ns": 40, "call_site_ns": 10}, "lost": 0, "timing": "exact", "threads": False,
        "functions": [{**FUNCTION, **f} for f in functions], **more,
    }  # fmt: skip


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1400"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        cls.addClassCleanup(cls.browser.quit)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def open(self, path):
        self.browser.get("file://" + path)
        self.assertEqual(self.browser.get_log("browser"), [])

    def show(self, saved):
        """Opens the page of a saved report."""
        with open(self.path("saved.json"), "w") as file:
            json.dump(saved, file)
        done = subprocess.run([POLYHOST, "report", "show", "--format=html", self.path("saved.json")], capture_output=True, text=True, check=True)
        with open(self.path("page.html"), "w") as file:
            file.write(done.stdout)
        self.open(self.path("page.html"))

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def names(self):
        return [cell.text for cell in self.all("#functions tbody td:first-child")]

    def tearDown(self):
        self.assertEqual(self.browser.get_log("browser"), [])  # nothing that was done made an error

    def test_a_run(self):
        path = self.path("run.html")
        subprocess.run([POLYHOST, f"--report=html:{path}", "-c", SCRIPT], check=True)
        self.open(path)
        self.assertEqual(set(self.names()), {"threads_native.add", "timing_native.sum"})
        self.assertEqual(self.browser.title, "polyhost report: -c")
        self.assertIn("wall", self.one("#run").text)
        self.assertRegex(self.one("#wall-parts").text, r"Python .* %\)\nnative .* %\)\ncrossing .* %\)")
        self.assertEqual(self.browser.execute_script("return performance.getEntriesByType('resource').length"), 0)  # nothing is loaded
        row = self.one("#functions tbody tr").text
        self.assertRegex(row, r"inbound (300|20) 0 ")

    def test_sorting(self):
        self.show(report([{"name": "m.b", "calls": 3, "crossing_ns": 700}, {"name": "m.a", "calls": 9}, {"name": "m.c", "calls": 1, "crossing_ns": 900}]))
        self.assertEqual(self.names(), ["m.c", "m.b", "m.a"])
        headings = {button.text.rstrip(" \u2193\u2191"): button for button in self.all("#functions th button")}
        headings["Calls"].click()
        self.assertEqual(self.names(), ["m.a", "m.b", "m.c"])
        self.assertEqual(self.one("#functions th[aria-sort]").get_attribute("aria-sort"), "descending")
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)  # it has kept the focus
        self.assertEqual(self.names(), ["m.c", "m.b", "m.a"])
        self.assertEqual(self.one("#functions th[aria-sort]").get_attribute("aria-sort"), "ascending")
        self.all("#functions th button")[0].click()
        self.assertEqual(self.names(), ["m.a", "m.b", "m.c"])

    def test_searching(self):
        self.show(report([{"name": "kernels.scale"}, {"name": "kernels.add"}, {"name": "other.add"}]))
        self.one("#search").send_keys("ADD kern")
        self.assertEqual(self.names(), ["kernels.add"])
        self.assertEqual(self.one("#found").text, "1 of 3")
        self.one("#search").send_keys("x")
        self.assertTrue(self.one("#none").is_displayed())
        self.one("#search").clear()
        self.one("#search").send_keys(Keys.SPACE)
        self.assertEqual(len(self.names()), 3)

    def test_a_function(self):
        self.show(report([{"name": "kernels.scale"}]))
        self.assertFalse(self.one("#detail").is_displayed())
        button = self.one("#functions td button")
        button.send_keys(Keys.ENTER)
        self.assertTrue(self.one("#detail").is_displayed())
        self.assertEqual(self.browser.switch_to.active_element.text, "kernels.scale")
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("aria-expanded"), "true")
        self.assertIn("conversion in 300 ns (30.0 %)", self.one("#sides-parts").text)
        self.assertEqual(len(self.all("#histogram rect")), 3)
        self.assertIn("half of the calls took at most 90 ns", self.one("#histogram").get_attribute("aria-label"))
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.assertFalse(self.one("#detail").is_displayed())

    def test_both_sides_and_call_sites(self):
        sites = [{"file": "a.py", "line": 3, "function": "work", "calls": 9}, {"file": "", "line": 0, "function": "", "calls": 1}]
        self.show(report([{"name": "m.f", "signature": "(x: int) -> int", "native_histogram": [[0, 64, 30], [64, 72, 2]], "sites": sites}, {"name": "m.g", "crossing_ns": 1}]))
        self.all("#functions td button")[0].click()
        self.assertEqual(self.one("#detail-title").text, "m.f(x: int) -> int")
        self.assertEqual(len(self.all("#native-histogram rect")), 2)
        self.assertEqual([item.text for item in self.all("#sites li")], ["a.py:3 in work: 9 calls (90.0 %)", "elsewhere: 1 calls (10.0 %)"])
        self.all("#functions td button")[1].click()
        self.assertFalse(self.one("#native-histogram").is_displayed())
        self.assertFalse(self.one("#sites-title").is_displayed())

    def test_advice(self):
        self.show(report([{"name": "m.f"}]))
        self.assertFalse(self.one("#advice-section").is_displayed())
        chatty = {"name": "m.<f>", "calls": 2000, "python_ns": 200_000, "native_ns": 20_000, "crossing_ns": 180_000, "self_ns": 20_000, "split": 2000, "timed": 2000}
        self.show(report([chatty]))
        self.assertIn("m.<f> was called 2,000 times: 100 ns of crossing for 10 ns of work.", self.one("#advice").text)

    def test_the_graph(self):
        sites = [{"file": "dir/a.py", "line": line, "function": "work", "calls": 5} for line in (3, 4)]
        self.show(report([{"name": "m.map", "sites": sites}, {"name": "m.map(f)", "direction": "outbound", "calls": 70}]))
        self.assertEqual([text.text for text in self.all("#graph .name")], ["work (a.py)", "m.map", "m.map(f)"])
        self.assertEqual(len(self.all("#graph path")), 2)
        self.one("#graph-section summary").click()
        self.assertEqual([row.text for row in self.all("#edges tr")], ["work (a.py) m.map 10 1.00 \u00b5s", "m.map m.map(f) 70 1.00 \u00b5s"])
        self.show(report([{"name": f"m.f{i}", "crossing_ns": i} for i in range(50)]))
        self.assertEqual(self.one("#graph-left-out").text, "30 cheaper functions are left out.")

    def run_script(self, script):
        path = self.path("run.html")
        subprocess.run([POLYHOST, f"--report=html:{path}", "-c", script], check=True)
        self.open(path)

    def view(self):
        """What the time line tells of its view: from and to in ms, calls."""
        units = {"ns": 1e-6, "\u00b5s": 1e-3, "ms": 1, "s": 1e3}
        found = re.match(r"([\d.]+) (\S+) to ([\d.]+) (\S+): ([\d,]+) calls", self.one("#view").text)
        start, unit, end, end_unit, calls = found.groups()
        return float(start) * units[unit], float(end) * units[end_unit], int(calls.replace(",", ""))

    def test_the_time_line(self):
        self.run_script("""
import threading, threads_native as t, callbacks_native as cb
def work():
    for i in range(50): t.rest(0.0002)
for i in range(1000): t.add(i, 2)
thread = threading.Thread(target=work, name="<worker>"); thread.start(); thread.join()
cb.repeat(lambda x: float(t.add(int(x), 1)), 20)""")
        _, end, calls = self.view()
        self.assertEqual(calls, 1000 + 50 + 1 + 20 + 20)
        self.assertIn("threads_native.rest 50 calls", self.one("#view").text)
        canvas = self.one("#timeline")
        self.assertGreater(self.painted(), 100)
        for _ in range(3):
            self.one("#zoom-in").click()
        start, closer, fewer = self.view()
        self.assertAlmostEqual((closer - start) / end, 1 / 8, delta=0.01)
        self.assertLess(fewer, calls)
        canvas.send_keys(Keys.ARROW_RIGHT)
        self.assertAlmostEqual(self.view()[0], start + (closer - start) / 4, delta=end / 100)
        canvas.send_keys("-")
        self.assertAlmostEqual((self.view()[1] - self.view()[0]) / end, 1 / 4, delta=0.02)
        canvas.send_keys(Keys.HOME)
        self.assertEqual(self.view(), (0, end, calls))
        self.one("#zoom-out").click()
        self.assertEqual(self.view(), (0, end, calls))  # there is no more than all of it
        for _ in range(60):
            canvas.send_keys("+")
        self.assertLessEqual(self.view()[1] - self.view()[0], 0.02)

    def painted(self, opacity=0):
        """How many pixels of the time line are more opaque than that."""
        return self.browser.execute_script("""
            const shown = document.getElementById("timeline");
            const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            [copy.canvas.width, copy.canvas.height] = [shown.width, shown.height];
            copy.drawImage(shown, 0, 0);
            return copy.getImageData(0, 40, shown.width, shown.height - 40).data.filter((value, i) => i % 4 === 3 && value > arguments[0]).length""", opacity)

    def test_searching_fades_the_time_line(self):
        self.run_script("import threads_native as t, calls_native as n\nfor i in range(200): t.rest(0.0001); n.nothing()")
        before = self.painted(opacity=200)
        self.one("#search").send_keys("no such function")
        self.assertLess(self.painted(opacity=200), before / 2)

    def test_no_time_line_of_a_saved_report(self):
        self.show(report([{"name": "m.f"}]))
        self.assertFalse(self.one("#timeline-section").is_displayed())

    def test_two_million_calls(self):
        start = time.monotonic()
        self.run_script("import threads_native as t\nfor i in range(2_000_000): t.add(i, 2)")
        self.assertEqual(self.view()[2], 1_000_000)
        for _ in range(10):
            self.one("#zoom-in").click()
        self.assertLess(self.view()[2], 100_000)
        self.assertLess(time.monotonic() - start, 120)  # it does not stall

    def test_regions(self):
        self.show(report([{"name": "m.f"}, {"name": "m.g"}]))
        self.assertFalse(self.one("#of").is_displayed())
        row = {**FUNCTION, "name": "m.f", "calls": 4}
        self.show(report([{"name": "m.f"}, {"name": "m.g"}], regions=[{"name": "<b>parse</b>", "entered": 3, "wall_ns": 5000, "functions": [row]}]))
        self.one("#functions td button").click()
        choice = Select(self.one("#region"))
        self.assertEqual([option.text for option in choice.options], ["the whole run", "<b>parse</b>, entered 3 times, wall 5.00 \u00b5s"])
        choice.select_by_index(1)
        self.assertEqual(self.names(), ["m.f"])
        self.assertFalse(self.one("#detail").is_displayed())
        self.assertIn("Python 4.00 \u00b5s (80.0 %)", self.one("#wall-parts").text)
        choice.select_by_index(0)
        self.assertEqual(len(self.names()), 2)

    def test_names_are_no_markup(self):
        names = ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "m.\u202eturned", "m.a\"'&amp;"]
        self.show(report([{"name": name} for name in names], script="</title>\x1b[2J"))
        self.assertEqual(set(self.names()), {*names[:2], "m.\\u202eturned", names[3]})
        self.assertEqual(self.browser.title, "polyhost report: </title>\\x1b[2J")

    def test_colours_for_dark_and_light(self):
        grounds = []
        for scheme in "light", "dark":
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self.show(report([{"name": "m.f"}]))
            style = "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
            grounds += self.browser.execute_script(style)
        light, text, dark, light_text = [sum(map(int, colour[4:-1].split(","))) for colour in grounds]
        self.assertGreater(light - text, 500)
        self.assertGreater(light_text - dark, 500)

    def test_what_is_not_known(self):
        self.show(report([{"name": "m.f", "timed": 0, "split": 0}], threads=True, cost={"per_call_ns": None, "per_split_ns": None, "call_site_ns": None}))
        self.assertIn("Python\u2019s part is unknown", self.one("#wall-parts").text)
        self.assertIn("unknown", self.one("#footer").text)
        self.assertEqual(self.one("#functions tbody tr").text.count("\u2013"), 7)

    def test_no_call_at_all(self):
        self.show(report([]))
        self.assertEqual(self.names(), [])

    def test_ten_thousand_functions(self):
        saved = report([{"name": f"module.function_{i}", "calls": i + 1} for i in range(10_000)])
        self.show(saved)
        self.assertEqual(len(self.names()), 500)
        start = time.monotonic()
        self.one("#search").send_keys("function_99")
        self.assertEqual(self.one("#found").text, "111 of 10,000")
        self.one("#search").clear()
        self.one("#search").send_keys(Keys.SPACE)
        self.one("#more").click()
        self.assertEqual(len(self.all("#functions tbody tr")), 10_000)
        self.assertLess(time.monotonic() - start, 60)  # it does not stall

    def test_a_narrow_window(self):
        self.browser.set_window_size(500, 900)
        self.addCleanup(self.browser.set_window_size, 1200, 1400)
        self.show(report([{"name": "module." + "long_name_" * 12}]))
        self.assertFalse(self.browser.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth"))


if __name__ == "__main__":
    unittest.main()
