"""The command line of `polyhost bench`."""

import argparse
import json
import os
import sys

from polyhost.bench import candidates, measure, plot, report

DESCRIPTION = """\
What a call from Python to C++ costs, and back: polyhost in each timing mode, the C API by hand (raw), the other ways of
binding that this build found, and pure Python. All take turns in one process; each figure is a median, of the quietest of
three passes, in ns a call, the loop that calls included.

  noop add scale strlen    calls without and with arguments: small ints, floats, text of 32 characters
  add_one_digit            a result that CPython does not keep ready
  add_two_digits           one that takes more than 30 bits
  keyword defaults         add(a=3, b=4); scale(1.25), whose second parameter has a default
  sum_list sum_buffer      1000 floats
  batch                    100,000 floats doubled in one call, from buffer to buffer: one of them
  callback                 C++ calls a Python function: one such call
  fib                      fib(16), by recursion
"""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="polyhost bench", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [row.name for row in measure.ROWS]
    parser.add_argument("--rows", metavar="ROW,...", help="only these")
    parser.add_argument("--repeat", metavar="N", type=int, default=15, help="turns of each candidate in a pass (default: 15)")
    parser.add_argument("--json", metavar="FILE", help="the results as JSON (schema polyhost.bench/1); - for stdout, without the table")
    parser.add_argument("--plot", metavar="FILE.svg", help="the results as a picture")
    options = parser.parse_args(arguments)
    if options.repeat < 1:
        parser.error("--repeat must be at least 1")
    wanted = options.rows.split(",") if options.rows else names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        parser.error(f"there is no row {unknown[0]!r}: choose from {', '.join(names)}")
    options.rows = [row for row in measure.ROWS if row.name in wanted]
    return options


def show_progress(done, of):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:3} of {of}" if done < of else "\r\033[K")
        sys.stderr.flush()


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        sys.exit(f"polyhost bench: cannot write {path}: {error.strerror}; choose another file")


def main(arguments):
    options = parse(arguments)
    found, missing = candidates.find()
    if not any(candidate.timing for candidate in found):
        sys.exit(
            f"polyhost bench: there are no modules to compare in {candidates.module_directory()}:"
            " build them with `cmake --build build/release --target bench_modules`"
        )
    for name, reason in missing.items():
        print(f"without {name}: {reason}", file=sys.stderr)
    results = measure.measure(options.rows, found, options.repeat, progress=show_progress)
    names = [candidate.name for candidate in found]
    document = report.document(results, {candidate.name: candidate.version for candidate in found if candidate.version})
    if options.json and options.json != "-":
        write(options.json, json.dumps(document, indent=1) + "\n")
    if options.plot:
        machine = document["machine"]
        write(options.plot, plot.svg(results, names, f"polyhost {machine['polyhost']}, Python {machine['python']}, {machine['processor']}"))
    if options.json == "-":
        print(json.dumps(document, indent=1))
        return
    print(report.heading(document["machine"], candidates.MODES))
    print(report.table(results, names), end="")
    empty = min(times[None] for times in results.values())
    print(f"\nof each figure the empty loop is {empty:.1f} ns; in batch and callback it is spread over 100 calls and more")
    print(report.break_even(results, measure.bytecode_ns()), end="")


try:
    main(sys.argv[1:])
except KeyboardInterrupt:
    sys.exit(130)
except BrokenPipeError:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
