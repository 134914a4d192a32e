"""Start-up and pure Python speed of polyhost against the python3 that it embeds: alternated runs, medians.

Usage: python3 startup.py POLYHOST PYTHON [RUNS]      (default 20 runs each)
"""

import statistics
import subprocess
import sys
import time

FIB = """
import time
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
start = time.perf_counter()
fib(27)
print(time.perf_counter() - start)
"""


def wall(program, *arguments):
    start = time.perf_counter()
    subprocess.run([program, *arguments], check=True)
    return time.perf_counter() - start


def inside(program, code):
    """The time that the code itself prints."""
    return float(subprocess.run([program, "-c", code], check=True, capture_output=True, text=True).stdout)


def compare(name, measure, candidates, runs):
    times = {candidate: [] for candidate in candidates}
    for _ in range(runs):
        for candidate in candidates:
            times[candidate].append(measure(candidate))
    ours, theirs = (statistics.median(times[candidate]) for candidate in candidates)
    print(f"{name:18}{ours * 1e3:12.2f}{theirs * 1e3:12.2f}{ours / theirs:10.3f}")


def main(polyhost, python, runs=20):
    candidates, runs = (polyhost, python), int(runs)
    print(f"{'median ms':18}{'polyhost':>12}{'python3':>12}{'ratio':>10}")
    compare("-c pass", lambda program: wall(program, "-c", "pass"), candidates, runs)
    compare("-I -S -c pass", lambda program: wall(program, "-I", "-S", "-c", "pass"), candidates, runs)
    compare("fib(27)", lambda program: inside(program, FIB), candidates, runs)


main(*sys.argv[1:])
