"""--report=html in a real browser, headless Chromium: it loads without an error, sorts, searches and shows a function."""

import json
import os
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
