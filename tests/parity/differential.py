#!/usr/bin/python3
"""Runs each case of cases/*.py by polyhost and by python3 and prints every difference.

    differential.py --polyhost build/release/polyhost [--python /usr/bin/python3] [-k PATTERN] [--list]

A difference that is meant stands in known_differential.txt with its reason; one that is no longer there is
a failure, too. The last line is "N passed, N failed"; the exit status is 1 if anything failed.
"""

import argparse
import concurrent.futures
import difflib
import importlib
import os
import pathlib
import re
import resource
import shutil
import signal
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # before the modules beside this file are imported
sys.path[:0] = [str(HERE), str(HERE / "cases")]
import case as parity  # noqa: E402

LONG = 60  # lines of a diff that are shown


def load_cases():
    cases = []
    for file in sorted((HERE / "cases").glob("*.py")):
        found = importlib.import_module(file.stem).CASES
        for case in found:
            case.subject = file.stem
            case.name = f"{file.stem}: {case.name}"
        cases += found
    names = [case.name for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit("differential.py: two cases are called " + ", ".join(sorted(twice)))
    return cases


def load_known(cases):
    """The lines "CASE = reason" of known_differential.txt."""
    known = {}
    for line in (HERE / "known_differential.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, separator, reason = line.partition(" = ")
            if not separator or not reason.strip():
                sys.exit(f"differential.py: known_differential.txt: write CASE = reason, not {line!r}")
            known[name.strip()] = reason.strip()
    unknown = known.keys() - {case.name for case in cases}
    if unknown:
        sys.exit("differential.py: known_differential.txt: there is no case " + ", ".join(sorted(unknown)))
    return known


def differences(expected, found):
    """The differing parts, each as the lines of a unified diff."""
    for part in sorted(expected.parts.keys() | found.parts.keys()):
        left, right = expected.part(part), found.part(part)
        if left != right:
            lines = list(difflib.unified_diff(left.splitlines(), right.splitlines(), "python3", "polyhost",
                                              n=1, lineterm=""))
            lines = lines[2:] or [f"-{left[-60:]!r}", f"+{right[-60:]!r}"]  # they differ in line ends only
            if len(lines) > LONG:
                lines[LONG:] = [f"... {len(lines) - LONG} lines more"]
            yield part, lines


def compare(case, number, options):
    """What differs between the two, as text; empty if nothing does."""
    directory = os.path.join(options.directory, str(number))
    expected = parity.execute(case, options.python, directory, True)
    found = parity.execute(case, options.polyhost, directory, False)
    if options.show:
        for part, text in expected.parts.items():
            print(f"[{part}] {text}")
    text = ""
    for part, lines in differences(expected, found):
        text += f"  {part}\n" + "".join(f"    {line}\n" for line in lines)
    return text


def verdict(case, difference, known):
    """(True if it counts as passed, what to print)."""
    reason = known.get(case.name)
    if reason is None:
        return not difference, f"DIFFERS {case.name}\n{difference}" if difference else ""
    if difference:
        return True, f"known   {case.name}: {reason}\n"
    return False, f"STALE   {case.name}: no difference any more; take it out of known_differential.txt\n"


def prepare_process():
    """What children inherit: SIGINT as a terminal's programs have it, no core files, the usual umask."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    os.umask(0o022)


def run_all(cases, known, options):
    """A case that differs is run once more, alone, when the others are done: what is gone then was a matter of time."""
    passed, suspects = 0, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(compare, case, number, options): (number, case) for number, case in enumerate(cases)}
        for future in concurrent.futures.as_completed(runs):
            number, case = runs[future]
            good, text = verdict(case, future.result(), known)
            if not good:
                suspects.append((number, case))
                continue
            passed += 1
            print(text, end="", flush=True)
            if options.verbose and not text:
                print("same    " + case.name, flush=True)
    failed = 0
    for number, case in suspects:
        good, text = verdict(case, compare(case, number, options), known)
        passed, failed = passed + good, failed + (not good)
        print(text or f"flaky   {case.name}: no difference when run once more\n", end="", flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polyhost", default=str(HERE.parents[1] / "build/release/polyhost"),
                        help="the host")
    parser.add_argument("--python", default="/usr/bin/python3", help="what it is compared with")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only cases whose names match this")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="cases at a time (default: 2)")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and end")
    parser.add_argument("--show", action="store_true", help="print what python3 did, too")
    parser.add_argument("-v", "--verbose", action="store_true", help="print the cases that are the same, too")
    options = parser.parse_args()
    cases = load_cases()
    known = load_known(cases)
    cases = [case for case in cases if re.search(options.k, case.name)]
    if options.list:
        for case in cases:
            print(case.name + (f" (skipped: {case.skip})" if case.skip else ""))
        return 0
    for name in ("polyhost", "python"):
        path = os.path.abspath(shutil.which(getattr(options, name)) or getattr(options, name))
        if not os.access(path, os.X_OK):
            sys.exit(f"differential.py: {path} is no program; name it with --{name} PATH")
        setattr(options, name, path)
    if (directory := os.path.dirname(options.python)) not in parity.search_path:
        parity.search_path.insert(0, directory)
    for case in cases:
        if case.skip:
            print(f"skipped {case.name}: {case.skip}")
    prepare_process()
    with tempfile.TemporaryDirectory(prefix="parity-") as options.directory:
        passed, failed = run_all([case for case in cases if not case.skip], known, options)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
