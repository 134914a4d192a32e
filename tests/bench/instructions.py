"""Instructions of one call's native part, counted one by one: the same on any day, however busy the machine is.

    python3 instructions.py POLYHOST

From the entry of the function that Python calls to its return, all that it calls included: by hand (raw), and in polyhost's
timing modes; a call that is split (split) takes the same in exact and full. The functions are those of `polyhost bench`. The
smallest of several calls counts, since a call that allocates memory may have to ask for more of it. Needs gdb: under
valgrind no call is short, nor its clock the processor's.
"""

import os
import subprocess
import sys

# What runs: stops twice before each function's calls, so that the debugger can find and watch it.
TARGET = """
import os, signal, sys, polyhost
from polyhost.bench import candidates
sys.path.insert(0, candidates.module_directory())
import bench_raw, bench_native
calls = {"noop": (), "add": (3, 4), "scale": (1.25, 2.0), "strlen": ("x" * 32,)}
for module, mode in ((bench_raw, "off"), *((bench_native, mode) for mode in ("off", "sampled", "exact", "full"))):
    polyhost.boundary.timing(mode)
    for name, arguments in calls.items():
        function = getattr(module, name)
        for i in range(45):  # which is picked is the same in every run: not the next one
            function(*arguments)
        print("next", module.__name__, mode, name, flush=True)
        os.kill(os.getpid(), signal.SIGTRAP)
        for i in range(12):
            function(*arguments)
        os.kill(os.getpid(), signal.SIGTRAP)
"""

# What the debugger does, in its own Python.
DEBUGGER = r"""
import re, subprocess, gdb
BODY = {"noop": "noop", "add": "add", "scale": "scale", "strlen": "text_length"}
ENTRY = {"off": "untimed", "sampled": "counted", "exact": "timed", "full": "timed"}

def stopped_at_next():
    gdb.execute("continue", to_string=True)
    return gdb.selected_inferior().pid != 0

def libraries():
    found = {}
    for line in open(f"/proc/{gdb.selected_inferior().pid}/maps"):
        words = line.split()
        if len(words) > 5 and "/bench_" in words[5]:
            found.setdefault(words[5], int(words[0].split("-")[0], 16))
    return found

def address(module, pattern):
    path, base = next((path, base) for path, base in libraries().items() if f"/{module}." in path)
    for line in subprocess.check_output(["nm", "-C", path], text=True).splitlines():
        where, kind, name = line.split(" ", 2) if line[0] != " " else ("", "", "")
        if where and re.search(pattern, name) and ".cold" not in name and "clone" not in name:
            return base + int(where, 16)
    raise SystemExit(f"instructions.py: {module} has no {pattern}")

def count_call():
    '''Steps from a function's first instruction to behind its call.'''
    stack = int(gdb.parse_and_eval("(long)$rsp"))
    steps = 0
    while int(gdb.parse_and_eval("(long)$rsp")) <= stack:
        gdb.execute("stepi", to_string=True)
        steps += 1
    return steps

for module, mode in [("bench_raw", "off")] + [("bench_native", mode) for mode in ENTRY]:
    for name in BODY:
        stopped_at_next()
        pattern = rf"\(anonymous namespace\)::{BODY[name]}\(_object" if module == "bench_raw" else rf"thunk<&\({BODY[name]}\(.*::{ENTRY[mode]}\("
        breakpoint = gdb.Breakpoint(f"*{address(module, pattern)}", internal=True)
        counts = []
        for _ in range(12):
            gdb.execute("continue", to_string=True)
            counts.append(count_call())
        breakpoint.delete()
        print("COUNT", module, mode, name, min(counts), max(counts), flush=True)
        stopped_at_next()
gdb.execute("kill")
"""


def main(polyhost):
    command = ["gdb", "-q", "-batch", "-nx", "-ex", "set confirm off", "-ex", "set pagination off", "-ex", "run", "-ex", "python exec(__import__('os').environ['DEBUGGER'])"]
    run = [*command, "--args", polyhost, "-s", "-c", "import os, signal\nos.kill(os.getpid(), signal.SIGTRAP)\n" + TARGET]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "DEBUGGER": DEBUGGER, "DEBUGINFOD_URLS": ""}
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    counts = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("COUNT")]
    if len(counts) != 20:
        sys.exit(f"instructions.py: gdb ended early:\n{done.stdout[-800:]}{done.stderr[-800:]}")
    found = {}
    for module, mode, name, least, most in counts:
        found.setdefault(name, []).append(least)
    print(f"{'instructions':14}" + "".join(f"{column:>10}" for column in ("raw", "off", "sampled", "exact", "split")))
    for name, cells in found.items():
        print(f"{name:14}" + "".join(f"{cell:>10}" for cell in cells))


main(*sys.argv[1:])
