"""Start-up and memory of polyhost against the python3 that it embeds: alternated runs, medians.

    python3 startup.py POLYHOST [PYTHON [RUNS]]      (default: /usr/bin/python3, 60 runs each)

POLYHOST may be several, separated by commas. Ratios are to PYTHON. Pin it to a core (taskset -c 1) and keep the machine
quiet.
"""

import os
import re
import statistics
import subprocess
import sys
import time

# Not of os.wait4, which counts in what the parent held when it started the child.
PEAK = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def wall_ms(program, *arguments):
    start = time.perf_counter()
    child = os.posix_spawn(program, [program, *arguments], os.environ)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"{program} {' '.join(arguments)} failed")
    return (time.perf_counter() - start) * 1e3


def printed(program, code):
    """The number that the code prints."""
    done = subprocess.run([program, "-c", code], check=True, capture_output=True, text=True)
    return float(re.search(r"[\d.]+", done.stdout)[0])


def compare(name, measure, candidates, runs):
    values = {candidate: [] for candidate in candidates}
    for _ in range(runs):
        for candidate in candidates:
            values[candidate].append(measure(candidate))
    base, *ours = (statistics.median(values[candidate]) for candidate in candidates)
    print(f"{name:22}{base:10.2f}" + "".join(f"{value:10.2f}{value / base:8.3f}" for value in ours), flush=True)


def main(hosts, python="/usr/bin/python3", runs="60"):
    candidates, runs = [python, *hosts.split(",")], int(runs)
    print(f"{'medians, ratios':22}{'python3':>10}  " + "  ".join(candidates[1:]))
    compare("-c pass, ms", lambda program: wall_ms(program, "-c", "pass"), candidates, runs)
    compare("-I -S -c pass, ms", lambda program: wall_ms(program, "-I", "-S", "-c", "pass"), candidates, runs)
    compare("peak memory, KB", lambda program: printed(program, PEAK), candidates, runs)


main(*sys.argv[1:])
