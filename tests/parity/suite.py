"""CPython's own tests (the package `test`), run by polyhost and by python3: every test case must end alike.

A file whose results differ is run once more by both, alone: what then differs between two runs of the same interpreter is
flaky, the rest is a difference. Exit status 0 if all differences stand in known_suite.txt with a reason, 1 if not, 77 if the
package `test` is not installed.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from compare import as_if_at, differences, explained, outdated, read_known, same
from testfile import Interrupted, Runner

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NOT_INSTALLED = 77


def read_arguments(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="the whole suite, not the list of quick.txt")
    parser.add_argument("--polyhost", default=os.path.join(ROOT, "build/release/polyhost"), metavar="PATH")
    parser.add_argument("--python", default="/usr/bin/python3", metavar="PATH", help="the python3 to be compared with")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="test files at a time (default: %(default)s)")
    parser.add_argument("--timeout", type=int, default=900, metavar="SECONDS", help="for a test file (default: %(default)s)")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="test files, as test_sys, instead of the list")
    options = parser.parse_args(arguments)
    for option in ("polyhost", "python"):
        path = os.path.abspath(getattr(options, option))
        if not os.access(path, os.X_OK):
            parser.error(f"there is no {option} at {path}: build it, or give another with --{option} PATH")
        setattr(options, option, path)
    return options


def read_list(path):
    with open(path, encoding="utf-8") as lines:
        return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def all_tests(interpreter):
    """What the interpreter's regrtest would run; None if there is no regrtest."""
    done = subprocess.run([interpreter, "-I", "-m", "test", "--list-tests"], capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else None


def choose_tests(options):
    """The files to run: the slow ones, which stand first in quick.txt, first."""
    if options.tests:
        return options.tests
    there = all_tests(options.python)
    quick = [name for name in read_list(os.path.join(HERE, "quick.txt")) if name in there]
    return quick + [name for name in there if name not in quick] if options.all else quick


def children_of(interpreter):
    """The executable that tests start as sys.executable."""
    done = subprocess.run([interpreter, "-I", "-c", "import sys; print(sys.executable)"], capture_output=True, text=True)
    return done.stdout.strip()


class Suite:
    def __init__(self, options, directory):
        self.interpreters = {"python3": options.python, "polyhost": options.polyhost}
        self.jobs = options.jobs
        self.tests = choose_tests(options)
        self.runner = Runner(directory, options.timeout)
        self.known = read_known(os.path.join(HERE, "known_suite.txt"))
        self.seconds = dict.fromkeys(self.interpreters, 0.0)
        self.cases = 0
        self.done = 0
        self.lock = threading.Lock()

    def run(self):
        """File -> its differences, flaky ones too."""
        suspects = {}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            try:
                for name, results in zip(self.tests, pool.map(self.run_file, self.tests)):
                    if results:
                        suspects[name] = results
            except BaseException:
                self.runner.stop()
                pool.shutdown(cancel_futures=True)
                raise
        return {name: self.settle(name, first) for name, first in suspects.items()}

    def run_both(self, name, attempt=""):
        results = {label: self.runner.run(name, interpreter, label, attempt)
                   for label, interpreter in self.interpreters.items()}
        results["polyhost"] = as_if_at(results["polyhost"], self.interpreters["polyhost"], self.interpreters["python3"])
        return results

    def run_file(self, name):
        results = self.run_both(name)
        alike = same(*results.values())
        with self.lock:
            self.done += 1
            count = sum(map(len, results["python3"].cases.values()))
            self.cases += count
            for label, result in results.items():
                self.seconds[label] += result.seconds
            print(f"[{self.done:3}/{len(self.tests)}] {name:36}{count:6} tests"
                  f"{results['python3'].seconds:8.1f} s{results['polyhost'].seconds:8.1f} s  "
                  + ("same" if alike else "differs"), flush=True)
        if not alike:
            return results
        for result in results.values():
            os.remove(result.log)
        return None

    def settle(self, name, first):
        print(f"{name} once more", flush=True)
        second = self.run_both(name, ".again")
        return [explained(difference, self.known)
                for difference in differences(name, *([run[label] for run in (first, second)] for label in self.interpreters))]


def summarise(suite, found, directory):
    """Prints what differs. True if nothing does that should not."""
    failed = {name for name, differences in found.items()
              if any(not difference.flaky and not difference.reason for difference in differences)}
    if found:
        print("\nDifferences:")
        for name, differences in found.items():
            print(name, *differences, sep="\n")
        print(f"\nLogs of these files: {directory}")
    for name, line in outdated(suite.known, suite.tests, found):
        print(f"known_suite.txt: no longer differs, take the line out: {line}")
        failed.add(name)
    every = [difference for differences in found.values() for difference in differences]
    print(f"\n{suite.cases} tests in {len(suite.tests)} files; {len(every)} differ, of these"
          f" {sum(difference.flaky for difference in every)} flaky"
          f" and {sum(bool(difference.reason) for difference in every)} known; "
          + ", ".join(f"{label} took {seconds:.0f} s" for label, seconds in suite.seconds.items()))
    print(f"{len(suite.tests) - len(failed)} passed, {len(failed)} failed")
    return not failed


def main():
    options = read_arguments()
    if all_tests(options.python) is None:
        print(f"skipped: {options.python} has no package 'test'; Debian has it in libpython3.11-testsuite")
        return NOT_INSTALLED
    if (started := children_of(options.polyhost)) != options.polyhost:
        print(f"sys.executable is {started!r} under {options.polyhost}: what tests start would be another interpreter")
        print("0 passed, 1 failed")
        return 1
    directory = tempfile.mkdtemp(prefix="parity-")
    for number in (signal.SIGINT, signal.SIGTERM):  # also where the shell has them ignored, which tests would inherit
        signal.signal(number, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    found = None
    try:
        suite = Suite(options, directory)
        found = suite.run()
        return 0 if summarise(suite, found, directory) else 1
    except (KeyboardInterrupt, Interrupted):
        print("interrupted")
        return 130
    finally:
        if not found:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
