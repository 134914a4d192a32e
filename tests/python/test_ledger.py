"""What the ledger counts: exact calls and errors, sums that add up, snapshots, reset, reports."""

import contextlib
import copy
import importlib
import io
import json
import os
import pickle
import sys
import time
import unittest
import xml.etree.ElementTree

import _polyhost
import callbacks_native as cb
import calls_native as n
import polyhost
import threads_native as t

boundary = polyhost.boundary


class Case(unittest.TestCase):
    def setUp(self):
        boundary.reset()

    def check_row(self, row):
        """The identities that every row holds to, within the rounding of nanoseconds."""
        inbound = row.direction == "inbound"
        outer, inner = (row.python_ns, row.native_ns) if inbound else (row.native_ns, row.python_ns)
        self.assertGreaterEqual(outer, inner, row)
        self.assertEqual(row.crossing_ns, outer - inner, row)
        parts = row.convert_in_ns + row.convert_out_ns + row.gil_wait_ns
        self.assertAlmostEqual(row.crossing_ns, parts, delta=2, msg=row)
        self.assertGreaterEqual(min(value for value in row if isinstance(value, int)), 0, row)
        self.assertLessEqual(row.self_ns, inner, row)
        self.assertLessEqual(row.errors, row.calls, row)
        self.assertLessEqual(row.min_ns, row.max_ns, row)
        self.assertLessEqual(row.p50_ns, row.p99_ns, row)
        # A percentile is a bucket's, within 1/16; below 64 ticks there is one bucket.
        self.assertLessEqual(row.p99_ns, row.max_ns * 17 / 16 + 64, row)
        self.assertLessEqual(row.min_ns * 15 / 16 - 64, row.p50_ns, row)


class Counts(Case):
    def test_exact(self):
        for _ in range(12345):
            t.add(1, 2)
        t.add(a=1, b=2)
        row = boundary.snapshot()["threads_native.add"]
        self.assertEqual((row.calls, row.errors, row.lost, row.direction), (12346, 0, 0, "inbound"))
        self.check_row(row)

    def test_uncalled_functions_have_no_row(self):
        self.assertEqual(len(boundary.snapshot()), 0)
        self.assertNotIn("threads_native.add", boundary.snapshot())
        self.assertRaises(KeyError, lambda: boundary.snapshot()["threads_native.add"])

    def test_callbacks(self):
        cb.repeat(lambda x: x + 1, 1000)
        snapshot = boundary.snapshot()
        row = snapshot["callbacks_native.repeat(f)"]
        self.assertEqual((row.calls, row.errors, row.direction), (1000, 0, "outbound"))
        for row in snapshot:
            self.check_row(row)

    def test_errors(self):
        for _ in range(3):
            self.assertRaises(RuntimeError, n.fail, "runtime_error")
            self.assertRaises(RuntimeError, n.fail_without_gil, "runtime_error")
            self.assertRaises(TypeError, n.fail, 1)
        for row in boundary.snapshot():
            self.assertEqual(row.errors, row.calls)
            self.check_row(row)

    def test_two_names_of_one_function(self):
        n.three(1, 2, 3)
        n.three(1, 2, 3)
        n.positional(1, 2, 3)
        alias = n.three
        alias(1, 2, 3)
        snapshot = boundary.snapshot()
        self.assertEqual(snapshot["calls_native.three"].calls, 3)
        self.assertEqual(snapshot["calls_native.positional"].calls, 1)

    def test_second_import_goes_on_counting(self):
        n.nothing()
        old = sys.modules.pop("calls_native")
        again = importlib.import_module("calls_native")
        try:
            self.assertIsNot(again, old)
            again.nothing()
            old.nothing()
            self.assertEqual(boundary.snapshot()["calls_native.nothing"].calls, 3)
        finally:
            sys.modules["calls_native"] = old

    def test_thousands_of_functions(self):
        count = 5000
        os.environ["SIGNATURES"] = str(count)
        os.environ.pop("SIGNATURE", None)
        module = importlib.import_module("signature_native")
        for i in range(count):
            function = getattr(module, f"f{i}")
            for _ in range(1 + i % 3):
                self.assertEqual(function(i), 2 * i)
        rows = {row.name: row.calls for row in boundary.snapshot()}
        self.assertEqual(rows, {f"signature_native.f{i}": 1 + i % 3 for i in range(count)})
        self.assertEqual(len(json.loads(report("json"))["functions"]), count)
        self.assertIn("signature_native.f4999 ", report("table"))


class Times(Case):
    def test_native_work_is_on_the_native_side(self):
        t.rest_without_gil(0.05)
        t.rest(0.05)
        for row in boundary.snapshot():
            self.check_row(row)
            self.assertGreaterEqual(row.native_ns, 49_000_000)
            self.assertLess(row.crossing_ns, row.native_ns)
            self.assertEqual(row.self_ns, row.native_ns)

    def test_python_work_is_on_the_python_side(self):
        cb.call(lambda x: time.sleep(0.05) or x, 1.0)
        snapshot = boundary.snapshot()
        outer, inner = snapshot["callbacks_native.call"], snapshot["callbacks_native.call(f)"]
        self.assertGreaterEqual(inner.python_ns, 49_000_000)
        self.assertGreaterEqual(outer.python_ns, outer.native_ns)
        self.assertGreaterEqual(outer.native_ns, inner.native_ns)  # nested crossings count in both rows
        self.assertLess(outer.self_ns, outer.native_ns / 2)  # but not in the time of its own
        self.assertAlmostEqual(outer.self_ns, outer.native_ns - inner.native_ns, delta=3)

    def test_self_time_of_deep_recursion(self):
        def down(x):
            return x if x == 0 else cb.call(down, x - 1)

        cb.call(down, 50)
        snapshot = boundary.snapshot()
        for row in snapshot:
            self.assertEqual(row.calls, 51)
            self.check_row(row)
        total = sum(row.self_ns for row in snapshot)
        self.assertLessEqual(total, snapshot["callbacks_native.call"].max_ns)

    def test_self_time_after_an_error_in_a_callback(self):
        def slow(x):
            time.sleep(0.02)
            raise KeyError

        for call in (cb.call, cb.call_without_gil):
            boundary.reset()
            self.assertRaises(KeyError, call, slow, 1.0)
            row = boundary.snapshot()[f"callbacks_native.{call.__name__}"]
            self.check_row(row)
            self.assertGreaterEqual(row.native_ns, 19_000_000)
            self.assertLess(row.self_ns, row.native_ns / 2, call.__name__)

    def test_conversion_is_not_native_work(self):
        class Slow:
            def __index__(self):
                time.sleep(0.02)
                return 1

        t.add(Slow(), 2)
        row = boundary.snapshot()["threads_native.add"]
        self.check_row(row)
        self.assertGreaterEqual(row.convert_in_ns, 19_000_000)
        self.assertLess(row.native_ns, 10_000_000)

    def test_percentiles(self):
        for _ in range(98):
            t.spin(0.0005)
        for _ in range(2):
            t.spin(0.02)
        row = boundary.snapshot()["threads_native.spin"]
        self.check_row(row)
        self.assertGreaterEqual(row.p50_ns, 450_000)
        self.assertGreaterEqual(row.p99_ns, 15_000_000)
        self.assertLess(row.p50_ns, row.p99_ns)


class Snapshots(Case):
    def test_values(self):
        t.add(1, 2)
        n.nothing()
        snapshot = boundary.snapshot()
        self.assertEqual(len(snapshot), 2)
        self.assertEqual({row.name for row in snapshot}, {"threads_native.add", "calls_native.nothing"})
        self.assertIn("threads_native.add", snapshot)
        self.assertGreater(snapshot.wall_ns, 0)
        self.assertTrue(snapshot.script.endswith("test_ledger.py"))
        self.assertIn(snapshot.clock.source, ("tsc", "monotonic", "cntvct", "clock_gettime"))
        self.assertGreater(snapshot.clock.ns_per_tick, 0)
        self.assertGreater(snapshot.clock.resolution_ns, 0)
        self.assertGreater(snapshot.cost_per_call_ns, 0)
        self.assertEqual(snapshot.lost, 0)
        self.assertIn("2 functions, 2 calls", repr(snapshot))

    def test_rows_have_the_fields_of_the_report(self):
        t.add(1, 2)
        (from_snapshot,), (from_report,) = _polyhost.snapshot()["functions"], json.loads(report("json"))["functions"]
        self.assertCountEqual(boundary.Function._fields, from_snapshot)
        self.assertCountEqual(boundary.Function._fields, from_report)

    def test_copy_and_pickle(self):
        t.add(1, 2)
        snapshot = boundary.snapshot()
        for twin in copy.copy(snapshot), copy.deepcopy(snapshot), pickle.loads(pickle.dumps(snapshot)):
            self.assertEqual(twin.functions, snapshot.functions)
            self.assertEqual(twin.clock, snapshot.clock)

    def test_for_tables_and_notebooks(self):
        t.add(1, 2)
        snapshot = boundary.snapshot()
        (record,) = [record for record in snapshot.records() if record["name"] == snapshot.functions[0].name]
        self.assertEqual(list(record.values()), list(snapshot.functions[0]))
        whole = json.loads(json.dumps(snapshot.to_dict()))
        (written,), (function,) = whole["functions"], snapshot.functions
        self.assertEqual(written["sites"], [site._asdict() for site in function.sites])
        self.assertEqual({**written, "sites": []}, json.loads(json.dumps({**snapshot.records()[0], "sites": []})))
        self.assertEqual(sum(calls for _, _, calls in snapshot.functions[0].histogram), 1)
        self.assertEqual(whole["clock"]["source"], snapshot.clock.source)
        self.assertEqual(set(whole), set(snapshot.__slots__))
        page = xml.etree.ElementTree.fromstring(snapshot._repr_html_())
        self.assertEqual(page.tag, "table")
        self.assertEqual([len(row) for row in page.iter("tr")], [11] * (len(snapshot) + 1))
        self.assertIn(snapshot.functions[0].name, {cell.text for cell in page.iter("td")})

    def test_durations(self):
        shown = {0: "0 ns", 0.5: "0.5 ns", 999: "999 ns", 999.6: "1.00 us", 1000: "1.00 us", 123456: "123 us", 2.5e9: "2.50 s", 3e13: "30000 s"}
        self.assertEqual({ns: boundary._duration(ns) for ns in shown}, shown)

    def test_immutable(self):
        t.add(1, 2)
        snapshot = boundary.snapshot()
        for change in (
            lambda: setattr(snapshot, "wall_ns", 0),
            lambda: delattr(snapshot, "wall_ns"),
            lambda: setattr(snapshot, "other", 0),
            lambda: setattr(snapshot["threads_native.add"], "calls", 0),
            lambda: setattr(snapshot.clock, "source", ""),
        ):
            self.assertRaises(AttributeError, change)
        with self.assertRaises(TypeError):
            snapshot.functions[0] = None
        t.add(1, 2)
        boundary.reset()
        self.assertEqual(snapshot["threads_native.add"].calls, 1)

    def test_reset(self):
        for _ in range(10):
            t.add(1, 2)
        boundary.reset()
        self.assertEqual(len(boundary.snapshot()), 0)
        t.add(1, 2)
        row = boundary.snapshot()["threads_native.add"]
        self.assertEqual(row.calls, 1)
        self.assertEqual(row.min_ns, row.max_ns)

    def test_reset_inside_a_call(self):
        self.assertEqual(cb.call(lambda x: boundary.reset() or x, 1.0), 1.0)
        for row in boundary.snapshot():
            self.assertEqual(row.calls, 1)
            self.check_row(row)

    def test_snapshot_inside_a_call(self):
        inside = cb.call_object(lambda x: boundary.snapshot(), None)
        self.assertNotIn("callbacks_native.call_object", inside)  # not ended yet
        self.assertEqual(boundary.snapshot()["callbacks_native.call_object"].calls, 1)


def report(format):
    out = io.StringIO()
    boundary.report(format, file=out)
    return out.getvalue()


class Reports(Case):
    def test_table(self):
        t.add(1, 2)
        self.assertRegex(report("table"), r"threads_native\.add +inbound +1 +0 ")

    def test_json(self):
        t.add(1, 2)
        data = json.loads(report("json"))
        self.assertEqual(data["schema"], "polyhost.report/1")
        self.assertEqual(data["functions"][0]["calls"], 1)

    def test_default_is_the_table_to_stderr(self):
        with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()) as out:
            boundary.report()
        self.assertIn("polyhost report", err.getvalue())
        self.assertEqual(out.getvalue(), "")

    def test_unknown_format(self):
        for format in ("pdf", "", "TABLE", "table\0", "\u20ac"):
            with self.assertRaisesRegex(ValueError, "use 'table', 'json' or 'html'"):
                boundary.report(format)
        for format in (None, 1, b"table"):
            self.assertRaises(TypeError, boundary.report, format)


if __name__ == "__main__":
    unittest.main()
