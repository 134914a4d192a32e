"""JSON in fresh processes: the memory that loads takes, and what its first call costs. json_speed.py prints both tables."""

import os
import subprocess
import sys
import tempfile

import json_candidates
import json_documents

MEMORY_FILES = ("twitter.json", "citm_catalog.json", "canada.json")
COPIES = 10
CALLS = 20

# The peak is read with the document there: the growth is loads' own.
MEMORY = """
import resource, sys
with open(sys.argv[1], "rb") as source:
    document = source.read()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
value = loads(document)
first = peak() - before
del value
for _ in range(int(sys.argv[2]) - 1):
    value = loads(document)
    del value
print(first, peak() - before)
"""

COLD = """
imported = process_time() - start
import sys
with open(sys.argv[1], "rb") as source:
    document = source.read()
start = process_time()
value = loads(document)
del value
print(process_time() - start, imported)
"""


def numbers(code, *arguments):
    """What the code prints in a process of its own.

    By a shell, which stays: a process's peak begins with that of the one that started it, here the shell's small one.
    """
    command = ["/bin/sh", "-c", '"$0" "$@"; exit $?', sys.executable, "-c", code, *map(str, arguments)]
    return [float(number) for number in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def write_copies(path, document):
    """An array of them, piece by piece."""
    with open(path, "wb") as target:
        target.write(b"[" + document)
        for _ in range(COPIES - 1):
            target.write(b"," + document)
        target.write(b"]")


def memory(folder, names):
    """{row: {candidate: [MB]}}"""
    rows = {}
    with tempfile.TemporaryDirectory() as made:
        path = os.path.join(made, "copies.json")
        for file in MEMORY_FILES:
            write_copies(path, json_documents.file(folder, file))
            growths = {name: numbers(json_candidates.IMPORTS[name] + MEMORY, path, CALLS) for name in names}
            for column, calls in enumerate(("1 call", f"{CALLS} calls")):
                rows[f"{file} x{COPIES}, {calls}"] = {name: [growth[column] * 1024 / 1e6] for name, growth in growths.items()}
    return rows


def cold(folder, names, runs):
    """{row: {candidate: [microseconds of each run]}}, of processes that take turns."""
    times = {row: {name: [] for name in names} for row in ("a small document", "twitter.json", "import")}
    with tempfile.TemporaryDirectory() as made:
        small = os.path.join(made, "small.json")
        with open(small, "wb") as target:
            target.write(json_documents.small(1)[0])
        for run in range(runs):
            for name in names[run % len(names):] + names[:run % len(names)]:
                code = "from time import process_time\nstart = process_time()\n" + json_candidates.IMPORTS[name] + COLD
                for row, path in (("a small document", small), ("twitter.json", os.path.join(folder, "twitter.json"))):
                    first, imported = numbers(code, path)
                    times[row][name].append(first * 1e6)
                    times["import"][name].append(imported * 1e6)
    return times
