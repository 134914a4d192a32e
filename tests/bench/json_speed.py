"""polyhost.json beside orjson, msgspec and the standard library: loads, dumps, memory and the first call.

    PYTHON json_speed.py DIR [--passes N] [--only loads|dumps|memory|cold] [--json FILE]

PYTHON is polyhost or a python3, DIR has the files that json_data.sh fetches. Candidates that cannot be imported are named
and left out. Speeds are in MB of JSON text a second of processor time, medians of N passes (7), in each of which every
candidate takes its turn; a value that was read, or text that was written, is freed within the time. The last column is
polyhost.json to orjson, the median of the passes' ratios, since a busy machine slows a whole pass: over 1 is better for
speeds, under 1 for memory and times. Rows below a mean are not in it.
"""

import argparse
import gc
import json
import math
import statistics
import sys
from itertools import repeat
from time import process_time

import json_candidates
import json_documents
import json_memory

PASS_SECONDS = 0.06
COLD_RUNS = 15
FRESH_VALUES = 20
OURS, THEIRS = "polyhost.json", "orjson"
RATIO = f"{OURS}/{THEIRS}"


def workloads(folder):
    """What makes each one's documents, by name."""
    files = {name: lambda name=name: [json_documents.file(folder, name)] for name in json_documents.FILES}
    return {**files, "1e5 small documents": json_documents.small}


# Those that are not in the mean: no cache of keys helps.
NEW_KEYS = {
    "no key occurs twice": lambda: [json_documents.no_key_twice()],
    "one object, 150,000 keys": lambda: [json_documents.one_object()],
}


def seconds(function, arguments, turns=1):
    start = process_time()
    for _ in repeat(None, turns):
        for argument in arguments:
            result = function(argument)
            del result
    return process_time() - start


def enough_turns(function, arguments):
    seconds(function, arguments)
    return math.ceil(PASS_SECONDS / seconds(function, arguments))


def in_turns(candidates, passes, measure):
    """What measure(candidate) gives in each pass, by name."""
    taken = {candidate.name: [] for candidate in candidates}
    for turn in range(passes):
        first = turn % len(candidates)
        for candidate in candidates[first:] + candidates[:first]:
            taken[candidate.name].append(measure(candidate))
    return taken


def check(candidates, workload, documents):
    """Ends the run unless all read and write the same. By repr, which tells 1 from 1.0, and one order from another."""
    for document in documents:
        expected = repr(json.loads(document))
        for candidate in candidates:
            value = candidate.loads(document)
            if repr(value) != expected:
                sys.exit(f"{workload}: {candidate.name}.loads differs from the standard library's: {document[:200]!r}")
            text = candidate.dumps(value)
            if type(text) is not bytes or repr(json.loads(text)) != expected:
                sys.exit(f"{workload}: what {candidate.name}.dumps wrote is read as another value: {document[:200]!r}")


def loads_speeds(candidates, documents, passes):
    size = sum(map(len, documents)) / 1e6
    turns = {candidate.name: enough_turns(candidate.loads, documents) for candidate in candidates}
    return in_turns(candidates, passes, lambda candidate: size * turns[candidate.name]
                    / seconds(candidate.loads, documents, turns[candidate.name]))


def dumps_speeds(candidates, documents, passes):
    # Each has values of its own: a string may keep the UTF-8 that it was once asked for.
    values = {candidate.name: [json.loads(document) for document in documents] for candidate in candidates}
    size = sum(len(json_documents.compact(json.loads(document))) for document in documents) / 1e6
    turns = {candidate.name: enough_turns(candidate.dumps, values[candidate.name]) for candidate in candidates}
    return in_turns(candidates, passes, lambda candidate: size * turns[candidate.name]
                    / seconds(candidate.dumps, values[candidate.name], turns[candidate.name]))


def fresh_dumps_speeds(candidates, document, passes):
    """Of values that were not written before, so that no string has its UTF-8 yet."""
    size = len(json_documents.compact(json.loads(document))) * FRESH_VALUES / 1e6
    return in_turns(candidates, passes, lambda candidate: size
                    / seconds(candidate.dumps, [json.loads(document) for _ in range(FRESH_VALUES)]))


def medians(taken):
    """A row of a table."""
    row = {name: statistics.median(values) for name, values in taken.items()}
    if OURS in taken and THEIRS in taken:
        row[RATIO] = statistics.median(ours / theirs for ours, theirs in zip(taken[OURS], taken[THEIRS]))
    return row


def means(rows):
    """Geometric ones, of each column."""
    return {name: statistics.geometric_mean(row[name] for row in rows) for name in rows[0]}


def print_head(title, candidates):
    names = [candidate.name for candidate in candidates]
    last = f"{RATIO:>22}" if OURS in names and THEIRS in names else ""
    print(f"\n{title:32}" + "".join(f"{name:>15}" for name in names) + last)


def print_row(title, row):
    cells = (f"{value:22.3f}" if name == RATIO else f"{value:15.1f}" for name, value in row.items())
    print(f"{title:32}" + "".join(cells), flush=True)


def print_speeds(workload, make, measure, candidates, passes):
    documents = make()
    check(candidates, workload, documents)
    gc.collect()
    row = medians(measure(candidates, documents, passes))
    print_row(workload, row)
    return row


def compare_speeds(title, measure, candidates, options):
    print_head(title + ", MB/s", candidates)
    rows = {}
    for workload, make in workloads(options.folder).items():
        rows[workload] = print_speeds(workload, make, measure, candidates, options.passes)
    mean = means(list(rows.values()))
    print_row("geometric mean", mean)
    rows["geometric mean"] = mean
    for workload, make in NEW_KEYS.items():
        rows[workload] = print_speeds(workload, make, measure, candidates, options.passes)
    return rows


def loads(candidates, options):
    return compare_speeds("loads", loads_speeds, candidates, options)


def dumps(candidates, options):
    rows = compare_speeds("dumps", dumps_speeds, candidates, options)
    title = "twitter.json, once a value"
    rows[title] = medians(fresh_dumps_speeds(candidates, json_documents.file(options.folder, "twitter.json"), options.passes))
    print_row(title, rows[title])
    return rows


def in_fresh_processes(title, candidates, measured):
    print_head(title, candidates)
    rows = {name: medians(taken) for name, taken in measured.items()}
    for name, row in rows.items():
        print_row(name, row)
    return rows


def memory(candidates, options):
    measured = json_memory.memory(options.folder, [candidate.name for candidate in candidates])
    return in_fresh_processes("loads, growth of the peak, MB", candidates, measured)


def cold(candidates, options):
    measured = json_memory.cold(options.folder, [candidate.name for candidate in candidates], max(COLD_RUNS, options.passes))
    return in_fresh_processes("the first loads, microseconds", candidates, measured)


PARTS = {part.__name__: part for part in (loads, dumps, memory, cold)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--json", metavar="FILE", help="writes the figures to it, too")
    options = parser.parse_args()
    candidates, missing = json_candidates.importable()
    versions = {candidate.name: candidate.version for candidate in candidates}
    figures = {"python": sys.version, "executable": sys.executable, "processor": json_candidates.processor(),
               "versions": versions, "missing": missing, "passes": options.passes}
    print(f"Python {sys.version}, {sys.executable}\n{figures['processor']}")
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, reason in missing.items():
        print(f"missing: {name} ({reason})")
    for part in [options.only] if options.only else PARTS:
        figures[part] = PARTS[part](candidates, options)
    if options.json:
        with open(options.json, "w") as target:
            json.dump(figures, target, indent=1)


if __name__ == "__main__":
    main()
