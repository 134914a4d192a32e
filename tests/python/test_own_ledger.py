"""kernels.__polyhost__ and POLYHOST_REPORT: the ledger of native functions, under polyhost and under plain python3.

What a plugin must refuse to count in is forged here, too, for a plugin that was really built.
"""

import json
import os
import subprocess
import sys
import unittest

from support import POLYHOST, PYTHON, SANITIZER, rows, run

PROGRAMS = [POLYHOST] if SANITIZER else [POLYHOST, PYTHON]  # a sanitized plugin needs a sanitized program

FIELDS = (
    "name direction calls errors python_ns native_ns crossing_ns convert_in_ns convert_out_ns gil_wait_ns "
    "min_ns max_ns p50_ns p99_ns self_ns lost timed split standard_error_ns histogram native_histogram sites signature has_batch releases_gil one_sided"
).split()


class Case(unittest.TestCase):
    def value(self, script, program, **options):
        """What the script leaves in `value`, by way of JSON."""
        done = run("-c", script + "\nimport json; print(json.dumps(value))", program=program, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return json.loads(done.stdout)

    def on_both(self, script, check=None, **options):
        for program in PROGRAMS:
            with self.subTest(os.path.basename(program)):
                value = self.value(script, program, **options)
                self.assertTrue(value) if check is None else check(value)


class Attribute(Case):
    def test_counts_and_keys(self):
        script = """
import callbacks_native as cb, calls_native as n, threads_native as t
for i in range(1000): t.add(i, 2)
cb.repeat(lambda x: x + 1, 100)
for kind in "overflow_error", "logic_error":
    try: n.fail(kind)
    except Exception: pass
t.rest(0.02)
value = [cb.__polyhost__, n.__polyhost__, t.__polyhost__]"""

        def check(ledgers):
            counts = {}
            for ledger in ledgers:
                self.assertEqual(
                    list(ledger),
                    "host wall_ns clock_source ns_per_tick resolution_ns lost timing functions".split(),
                )
                self.assertEqual((ledger["timing"], ledger["lost"]), ("exact", 0))
                for row in ledger["functions"]:
                    self.assertEqual(list(row), FIELDS)
                    counts[row["name"]] = row["direction"], row["calls"], row["errors"]
                    self.check_times(row, ledger)
            self.assertEqual(counts, {
                "callbacks_native.repeat": ("inbound", 1, 0),
                "callbacks_native.repeat(f)": ("outbound", 100, 0),
                "calls_native.fail": ("inbound", 2, 2),
                "threads_native.add": ("inbound", 1000, 0),
                "threads_native.rest": ("inbound", 1, 0),
            })
            rest = ledgers[2]["functions"][1]
            self.assertGreaterEqual(rest["native_ns"], 19_000_000)  # it sleeps for 20 ms
            self.assertLess(rest["crossing_ns"], rest["native_ns"] / 2)

        self.on_both(script, check)

    def check_times(self, row, ledger):
        sides = row["python_ns"], row["native_ns"]
        self.assertEqual(row["crossing_ns"], max(sides) - min(sides))
        self.assertEqual(row["crossing_ns"], row["convert_in_ns"] + row["convert_out_ns"] + row["gil_wait_ns"])
        self.assertEqual(row["timed"], row["calls"])
        self.assertLessEqual(row["min_ns"], row["max_ns"])
        self.assertLessEqual(row["p50_ns"], row["p99_ns"])
        self.assertGreater(row["max_ns"], 0)
        self.assertLess(max(sides), ledger["wall_ns"])

    @unittest.skipUnless(POLYHOST in PROGRAMS, "polyhost only")
    def test_same_rows_as_a_snapshot(self):
        script = """
import polyhost, threads_native as t
for i in range(100): t.add(i, 2)
(mine,), (wanted,) = t.__polyhost__["functions"], polyhost.boundary.snapshot().functions
wanted = wanted._asdict()
value = [mine.keys() == wanted.keys(), all(type(mine[k]) is type(wanted[k]) for k in mine),
         [mine[k] == wanted[k] for k in ("name", "calls", "errors", "split", "timed")]]"""
        self.assertEqual(self.value(script, POLYHOST), [True, True, [True] * 5])

    @unittest.skipUnless(POLYHOST in PROGRAMS, "polyhost only")
    def test_reset_and_timing_of_polyhost(self):
        script = """
import polyhost, threads_native as t
t.add(1, 2)
polyhost.boundary.reset()
polyhost.boundary.timing("full")
t.add(1, 2); t.add(1, 2)
(row,) = t.__polyhost__["functions"]
value = [t.__polyhost__["timing"], row["calls"], row["split"]]"""
        self.assertEqual(self.value(script, POLYHOST), ["full", 2, 2])

    def test_fresh_each_time(self):
        self.on_both("""
import threads_native as t
a = t.__polyhost__
t.add(1, 2)
b = t.__polyhost__
b["functions"][0]["calls"] = 99
c = t.__polyhost__
value = type(a) is dict and a["functions"] == [] and c["functions"][0]["calls"] == 1 and a["wall_ns"] < c["wall_ns"]""")

    def test_other_modules_and_missing_attributes(self):
        self.on_both("""
import copy, os, pickle, types
import threads_native as t
def message(f):
    try: f()
    except AttributeError as error: return str(error)
names = {}
exec("from threads_native import *", names)
lazy = types.ModuleType("lazy")
lazy.__getattr__ = lambda name: name.upper()
own = types.ModuleType("own")
own.__polyhost__ = "its own"
nameless = types.ModuleType("nameless")
del nameless.__name__
value = [
    message(lambda: t.nothing_of_this_name) == "module 'threads_native' has no attribute 'nothing_of_this_name'",
    message(lambda: os.__polyhost__) == "module 'os' has no attribute '__polyhost__'",
    message(lambda: types.ModuleType.__polyhost__) is not None,
    message(lambda: nameless.__polyhost__) is not None,
    not hasattr(os, "__polyhost__"), hasattr(t, "__polyhost__"), not hasattr(t, "x"),
    "__polyhost__" not in names, "__getattr__" not in vars(t), type(t) is types.ModuleType,
    lazy.__polyhost__ == "__POLYHOST__", own.__polyhost__ == "its own",
    pickle.loads(pickle.dumps(t.add)) is t.add, copy.deepcopy(t.add) is t.add,
]
value = value if not all(value) else True""", lambda value: self.assertIs(value, True))

    def test_with_a_getattr_of_the_module(self):
        self.on_both("""
import threads_native as t
t.__getattr__ = lambda name: 42
t.add(1, 2)
value = [t.anything, t.__polyhost__["functions"][0]["calls"]] == [42, 1]""")

    def test_second_import_and_reload(self):
        self.on_both("""
import importlib, sys, threads_native as t
t.add(1, 2)
again = importlib.reload(t)
again.add(1, 2)
del sys.modules["threads_native"]
import threads_native as other
other.add(1, 2)
value = [m.__polyhost__["functions"][0]["calls"] for m in (t, again, other)] == [3, 3, 3]""")

    def test_names_beyond_ascii(self):
        self.on_both("""
import importlib.util, sysconfig, os
def load(name):
    path = os.path.join(os.environ["PYTHONPATH"], "signature_native" + sysconfig.get_config_var("EXT_SUFFIX"))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
os.environ["SIGNATURES"] = "2"
package, inner = load("p\\u00e4ckage.signature_native"), load("signature_native")
package.f0(1); inner.f1(1); inner.f1(1)
value = [[(f["name"], f["calls"]) for f in m.__polyhost__["functions"]] for m in (package, inner)]
value = value == [[("p\\u00e4ckage.signature_native.f0", 1)], [("signature_native.f1", 2)]]""")

    def test_batch_belongs_to_its_module(self):
        self.on_both("""
import batch_native as b
name = next(n for n in dir(b) if hasattr(getattr(b, n), "batch"))
try: getattr(b, name).batch([])
except Exception: pass
value = b.__polyhost__["functions"][0]["name"] == f"batch_native.{name}.batch\"""")

    def test_while_threads_count(self):
        self.on_both("""
import threading, threads_native as t
def work():
    for i in range(5000): t.add_without_gil(i, 1)
workers = [threading.Thread(target=work) for _ in range(4)]
seen = []
for w in workers: w.start()
while any(w.is_alive() for w in workers):
    rows = t.__polyhost__["functions"]
    seen.append(rows[0]["calls"] if rows else 0)
for w in workers: w.join()
value = seen == sorted(seen) and t.__polyhost__["functions"][0]["calls"] == 20000""")

    def test_call_sites_stay_specialised(self):
        self.on_both("""
import dis, io, sys, threads_native as t
def f():
    for i in range(200): t.add(i, 1)
f()
t.__polyhost__
f()
out = io.StringIO()
dis.dis(f, adaptive=True, file=out) if sys.version_info < (3, 15) else None
value = "_MODULE" in out.getvalue() or out.getvalue()""", lambda value: self.assertIs(value, True))

    def test_no_leaks(self):
        self.on_both("""
import gc, sys, threads_native as t
t.add(1, 2)
def many():
    for _ in range(1000): t.__polyhost__; hasattr(gc, "__polyhost__")
many(); gc.collect()
before = sys.getallocatedblocks()
many(); gc.collect()
value = sys.getallocatedblocks() - before < 300""")

    def test_subinterpreter(self):
        script = """
import _xxsubinterpreters as subs, threads_native as t
t.add(1, 2)
sub = subs.create()
subs.run_string(sub, "import threads_native as t; t.add(1, 2); assert t.__polyhost__['functions'][0]['calls'] == 2")
subs.destroy(sub)
t.add(1, 2)
value = t.__polyhost__["functions"][0]["calls"]"""
        if sys.version_info < (3, 12):  # later ones refuse single-interpreter modules
            self.on_both(script, lambda value: self.assertEqual(value, 3))


REPORTED = {**os.environ, "POLYHOST_REPORT": "1"}
CALLS = """
import calls_native as n, threads_native as t
for i in range(10): t.add(i, i)
try: n.fail("overflow_error")
except OverflowError: pass
"""


class Report(Case):
    def reports(self, script, env=REPORTED, **options):
        done = [run("-c", script, program=program, env=env, **options) for program in PROGRAMS]
        self.assertEqual({one.returncode for one in done}, {0}, done)
        return done

    def test_all_plugins_in_one_table(self):
        for done in self.reports(CALLS + "print('mine')"):
            self.assertEqual(done.stdout, "mine\n")
            self.assertEqual(done.stderr.count("polyhost report: -c, wall "), 1, done.stderr)
            self.assertEqual(rows(done.stderr), {
                "threads_native.add": {"direction": "inbound", "calls": 10, "errors": 0},
                "calls_native.fail": {"direction": "inbound", "calls": 1, "errors": 1},
            })

    @unittest.skipUnless(PYTHON in PROGRAMS, "python3 only")
    def test_says_who_made_it(self):
        done = run("-c", CALLS, program=PYTHON, env=REPORTED)
        self.assertRegex(done.stderr.splitlines()[0], r"by a polyhost [\d.]+ plugin under python3 3\.[\d.]+")

    def test_no_call(self):
        for done in self.reports("import threads_native"):
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn("polyhost report: -c made no crossing in ", done.stderr)

    def test_no_native_module(self):
        for done in self.reports("print(1)"):
            self.assertEqual((done.stdout, done.stderr), ("1\n", ""))

    def test_unless_it_is_set(self):
        for value in "", "0":
            for done in self.reports(CALLS, env={**os.environ, "POLYHOST_REPORT": value}):
                self.assertEqual(done.stderr, "")

    def test_forked_child_leaves_it_to_its_parent(self):
        for done in self.reports(
            "import os, sys, threads_native as t\n"
            "t.add(1, 2)\n"
            "child = os.fork()\n"
            "t.add(1, 2)\n"
            "if child == 0: sys.exit(0)\n"
            "os.waitpid(child, 0)\n"
        ):
            self.assertEqual(done.stderr.count("polyhost report:"), 1, done.stderr)
            self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 2)

    def test_after_an_exception(self):
        for program in PROGRAMS:
            done = run("-c", CALLS + "raise KeyError('end')", program=program, env=REPORTED)
            self.assertEqual(done.returncode, 1)
            self.assertLess(done.stderr.index("KeyError"), done.stderr.index("polyhost report:"))

    def test_stderr_replaced_closed_or_full(self):
        for done in self.reports("import sys, io; sys.stderr = io.StringIO()\n" + CALLS):
            self.assertEqual(rows(done.stderr)["threads_native.add"]["calls"], 10)
        for program in PROGRAMS:
            script = 'exec "$0" -c "$1" 2>&-'
            done = subprocess.run(["sh", "-c", script, program, CALLS], env=REPORTED, stdout=subprocess.PIPE, timeout=300)
            self.assertEqual((done.returncode, done.stdout), (0, b""))
        with open("/dev/full", "w") as full:
            for done in self.reports(CALLS + "print('mine')", stderr=full):
                self.assertEqual(done.stdout, "mine\n")

    def test_names_cannot_disturb_the_terminal(self):
        for done in self.reports(
            "import importlib.util, os, sysconfig\n"
            "path = os.path.join(os.environ['PYTHONPATH'], 'signature_native' + sysconfig.get_config_var('EXT_SUFFIX'))\n"
            "os.environ['SIGNATURES'] = '1'\n"
            "spec = importlib.util.spec_from_file_location('a\\x1b[31m.signature_native', path)\n"
            "module = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(module)\n"
            "module.f0(1)\n"
        ):
            self.assertNotIn("\x1b", done.stderr)
            self.assertIn(r"a\x1b[31m.signature_native.f0", done.stderr)

    @unittest.skipUnless(POLYHOST in PROGRAMS, "polyhost only")
    def test_the_switch_comes_first(self):
        done = run("--report", "-c", "pass", env=REPORTED)
        self.assertEqual(done.stderr.count("polyhost report: -c made no crossing"), 1)


PUT = "module.table = new(ctypes.addressof(table), name, None)"
FORGED = """
import ctypes, sys, types
class Table(ctypes.Structure):  # the head of polyhost_table (abi.h): a plugin looks no further
    _fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("host", ctypes.c_char_p)]
table = Table({version}, {host!r})
new = ctypes.pythonapi.PyCapsule_New
new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
name = {name!r}
module = types.ModuleType("_polyhost")
{put}
sys.modules["_polyhost"] = module
try: import threads_native
except ImportError as error: value = str(error)
else: value = "imported"
"""


class Refusals(Case):
    def forge(self, version="1, 2", host=b"polyhost 9.8.7", name=b"_polyhost.table", put=PUT):
        return FORGED.format(version=version, host=host, name=name, put=put)

    def refusal(self, *version, **forged):
        found = [self.value(self.forge(*version, **forged), program) for program in PROGRAMS]
        self.assertEqual(len(set(found)), 1, found)
        return found[0]

    def test_older_host(self):
        self.assertRegex(
            self.refusal("1, 1"),
            r"^this module speaks polyhost ABI 1\.\d+ \(polyhost [\d.]+\), but the ledger of this process, kept by polyhost "
            r"9\.8\.7, speaks 1\.1: upgrade polyhost, or rebuild the module with the headers of that version$",
        )
        self.assertIn("speaks 0.9: upgrade polyhost", self.refusal("0, 9"))

    def test_newer_host(self):
        self.assertRegex(
            self.refusal("2, 0"),
            r"kept by polyhost 9\.8\.7, speaks 2\.0: rebuild the module with the headers of that version$",
        )

    def test_ledger_of_another_plugin(self):
        plugin = b"a polyhost 9.8.7 plugin"
        self.assertIn("kept by a polyhost 9.8.7 plugin, speaks 1.0: upgrade polyhost, or rebuild", self.refusal("1, 0", plugin))
        self.assertIn("kept by a polyhost 9.8.7 plugin, speaks 3.1: rebuild the module", self.refusal("3, 1", plugin))

    def test_capsule_of_something_else(self):
        wanted = (
            "this module looks for polyhost's ledger in the module '_polyhost', "
            "but <module '_polyhost'> is another one: rename that"
        )
        self.assertEqual(self.refusal(name=b"other.table"), wanted)
        self.assertEqual(self.refusal(put="module.table = 42"), wanted)
        self.assertEqual(self.refusal(put=""), wanted)

    def test_refused_plugin_can_be_imported_later(self):
        self.on_both(self.forge("2, 0") + """
del sys.modules["_polyhost"]
import threads_native as t
value = t.add(1, 2) == 3 and t.__polyhost__["functions"][0]["calls"] == 1""")


if __name__ == "__main__":
    unittest.main()
