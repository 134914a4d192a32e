"""What the tests of this folder share: the programs under test and how to run them."""

import contextlib
import glob
import importlib
import os
import pathlib
import subprocess
import sys
import sysconfig

POLYHOST = os.environ.get("POLYHOST") or sys.executable
PYTHON = os.environ.get("PYTHON") or os.path.join(sysconfig.get_config_var("BINDIR"), "python3")
PLUGINS = os.environ.get("PYTHONPATH", "")
SANITIZER = os.environ.get("POLYHOST_SANITIZE", "")


def run(*arguments, program=POLYHOST, **options):
    """Run polyhost to its end; the result has returncode, stdout and stderr."""
    for stream in "stdout", "stderr":
        options.setdefault(stream, subprocess.PIPE)
    text = options.pop("input", None)
    options.setdefault("stdin", subprocess.DEVNULL if text is None else subprocess.PIPE)
    command = [program, *map(os.fspath, arguments)]
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            stdout, stderr = process.communicate(text, timeout=300)
        except subprocess.TimeoutExpired:
            print_stacks(process.pid)
            raise
        finally:
            process.kill()  # unless it has ended
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def print_stacks(pid):
    """What each thread of a process that hangs, and of those that it started, is doing; needs gdb."""
    command = ["gdb", "-p", str(pid), "-batch", "-ex", "thread apply all backtrace 20"]
    with contextlib.suppress(FileNotFoundError, subprocess.TimeoutExpired):
        subprocess.run(command, stdout=sys.stderr, stderr=subprocess.DEVNULL, timeout=30)
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for path in glob.glob(f"/proc/{pid}/task/*/children"):
            for child in pathlib.Path(path).read_text().split():
                print_stacks(child)


def optional(name):
    """The module of that name; None if it is not installed, or if a sanitizer would report what it leaks itself."""
    try:
        return None if SANITIZER else importlib.import_module(name)
    except ImportError:
        return None


# From 3.12 on, CPython warns of a fork where a thread waits for signals, as it does where a report is asked for.
FORKS = ["-W", "ignore::DeprecationWarning"]


def rows(text):
    """The rows of a report's table: function's name -> {column: text}."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:2] == ["function", "direction"])
    found, above = {}, ""
    for line in lines[start + 1 :]:
        if not line.strip():
            break
        if len(line.split()) == 1:  # a long name, above its numbers
            above = line
            continue
        name, direction, calls, errors = (above + line).split()[:4]
        above = ""
        found[name] = {"direction": direction, "calls": int(calls), "errors": int(errors)}
    return found
