"""What each switch adds to a call, in one table: the same loops in processes that take turns, one for each switch.

    python3 overhead.py POLYHOST FOLDER_OF_BENCH_NATIVE [--runs N]

ns a call, the median of N runs (7), the empty loop subtracted; and its ratio to the run without a switch.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

SWITCHES = {
    "no switch": [],
    "--timing=off": ["--timing=off"],
    "--timing=sampled": ["--timing=sampled"],
    "--timing=full": ["--timing=full"],
    "--report": ["--report=table:{folder}/table"],
    "--report=html": ["--report=html:{folder}/page.html"],
    "--trace": ["--trace={folder}/trace.json"],
    "--trace --timing=full": ["--trace={folder}/trace.json", "--timing=full"],
    "--call-sites=exact": ["--call-sites=exact"],
    "--live": ["--live"],
    "--all-native": ["--all-native"],
}
LOOPS = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import bench_native as n
from itertools import repeat
def timed(loop, *arguments):
    start = time.perf_counter_ns()
    loop(*arguments)
    return time.perf_counter_ns() - start
def empty(turns):
    for _ in repeat(None, turns): pass
def noop(turns):
    f = n.noop
    for _ in repeat(None, turns): f()
def add(turns):
    f = n.add
    for _ in repeat(None, turns): f(3, 4)
def callback(turns): n.repeat(int, turns)
def foreign(turns):
    f = abs
    for _ in repeat(None, turns): f(3)
def python(turns):
    def fib(i): return i if i < 2 else fib(i - 1) + fib(i - 2)
    fib(18)
TURNS = 200_000
best = {}
for _ in range(5):
    nothing = timed(empty, TURNS)
    for loop in noop, add, callback, foreign, python:
        took = timed(loop, TURNS) - (nothing if loop in (noop, add, foreign) else 0)
        best[loop.__name__] = min(took / (TURNS if loop is not python else 8361), best.get(loop.__name__, 1e99))
print(json.dumps(best))
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("polyhost")
    parser.add_argument("plugins")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    results = {name: [] for name in SWITCHES}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.runs):
            for name, switches in SWITCHES.items():
                command = [os.path.abspath(options.polyhost), *(s.format(folder=folder) for s in switches), "-c", LOOPS, options.plugins]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                results[name].append(json.loads(done.stdout))
    loops = list(results["no switch"][0])
    median = {name: {loop: statistics.median(run[loop] for run in runs) for loop in loops} for name, runs in results.items()}
    print(f"{'ns a call (x no switch)':24}" + "".join(f"{loop:>16}" for loop in loops))
    for name, row in median.items():
        print(f"{name:24}" + "".join(f"{row[loop]:9.1f} {row[loop] / median['no switch'][loop]:5.2f}x" for loop in loops))


if __name__ == "__main__":
    main()
