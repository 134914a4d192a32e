"""What one call costs: polyhost with four ticks on every call, pybind11 untimed, and the C API by hand.

All candidates take turns in one process, the empty loop is measured beside them and subtracted; medians over
many turns. Usage: polyhost call.py [--json FILE]     (PYTHONPATH names the folder of the bench modules)
"""

import importlib
import itertools
import json
import platform
import statistics
import sys
import time

CALLS = 20_000
TURNS = 51
ARGUMENTS = {"noop": "", "add": "3, 4", "scale": "1.25", "strlen": "'" + "x" * 32 + "'"}
CANDIDATES = {"raw": "bench_raw", "polyhost": "bench_native", "pybind11": "bench_pybind11"}


def loop(function, arguments):
    """A function that returns the nanoseconds of CALLS calls; without a function, of the empty loop."""
    source = f"""
def run(it=repeat, clock=clock, f=function):
    rounds = it(None, {CALLS})
    start = clock()
    for _ in rounds:
        {f"f({arguments})" if function else "pass"}
    return clock() - start
"""
    names = {"repeat": itertools.repeat, "clock": time.perf_counter_ns, "function": function}
    exec(source, names)
    return names["run"]


def measure(row, modules):
    """Median ns a call of each candidate, the empty loop subtracted."""
    loops = {name: loop(getattr(module, row), ARGUMENTS[row]) for name, module in modules.items()}
    loops["empty"] = loop(None, "")
    times = {name: [] for name in loops}
    for _ in range(TURNS):
        for name, run in loops.items():
            times[name].append(run() / CALLS)
    empty = statistics.median(times.pop("empty"))
    return {name: statistics.median(turns) - empty for name, turns in times.items()}


def load():
    modules = {}
    for name, module in CANDIDATES.items():
        try:
            modules[name] = importlib.import_module(module)
        except ImportError as error:
            print(f"without {name}: {error}", file=sys.stderr)
    return modules


def main(arguments):
    modules = load()
    results = {row: measure(row, modules) for row in ARGUMENTS}
    print(f"Python {platform.python_version()}, {platform.machine()}; ns a call, net of the empty loop")
    print(f"{'':10}" + "".join(f"{name:>12}" for name in modules) + f"{'polyhost / pybind11':>22}")
    for row, times in results.items():
        ratio = f"{times['polyhost'] / times['pybind11']:.2f}" if "pybind11" in times else "-"
        print(f"{row:10}" + "".join(f"{ns:12.1f}" for ns in times.values()) + f"{ratio:>22}")
    if arguments[:1] == ["--json"]:
        with open(arguments[1], "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)


main(sys.argv[1:])
