"""Is pure Python as fast as under python3? The workloads of workloads.py under both, alternated.

    python3 pure_python.py POLYHOST [PYTHON [RUNS]]      (default: /usr/bin/python3, 7 runs each)

POLYHOST may be several, separated by commas. Times are medians, ratios are to PYTHON; the last row is their geometric
mean. Pin it to a core (taskset -c 1) and keep the machine quiet.
"""

import os
import statistics
import subprocess
import sys

import workloads

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "workloads.py")


def seconds(program, name):
    return float(subprocess.run([program, SCRIPT, name], check=True, capture_output=True, text=True).stdout)


def main(hosts, python="/usr/bin/python3", runs="7"):
    candidates = [python, *hosts.split(",")]
    ratios = {host: [] for host in candidates[1:]}
    print(f"{'':12}{'python3 ms':>12}  ratio of " + ", ".join(candidates[1:]))
    for work in workloads.ALL:
        times = {candidate: [] for candidate in candidates}
        for _ in range(int(runs)):
            for candidate in candidates:
                times[candidate].append(seconds(candidate, work.__name__))
        base = statistics.median(times[python])
        for host in ratios:
            ratios[host].append(statistics.median(times[host]) / base)
        print(f"{work.__name__:12}{base * 1e3:12.2f}" + "".join(f"{ratios[host][-1]:10.3f}" for host in ratios), flush=True)
    print(f"{'geom. mean':24}" + "".join(f"{statistics.geometric_mean(ratios[host]):10.3f}" for host in ratios))


if __name__ == "__main__":
    main(*sys.argv[1:])
