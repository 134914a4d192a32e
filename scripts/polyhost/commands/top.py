"""polyhost top PID|script.py: the crossings of a running script and of its children, as they are now, like top."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import _polyhost

from polyhost import commands
from polyhost.boundary import _duration

DESCRIPTION = """\
Shows what a running script and its children call, and what it costs, afresh each second. PID is a process that polyhost runs with --live,
with POLYHOST_LIVE=1 in its environment, or with --report or --budget. A script is started with --live, and what it writes is shown
when the view ends. Keys: q ends the view, s changes the order of the rows. Into a pipe, one table follows the other.
"""
HEAD = "function", "direction", "calls/s", "calls", "native", "crossing", "per call"
ORDERS = "crossing", "native", "calls/s", "function"


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost top", description=DESCRIPTION)
    parser.add_argument("--interval", type=float, default=1.0, metavar="SECONDS", help="from one look to the next, 0.01 to 3600 (1)")
    parser.add_argument("--looks", type=int, default=sys.maxsize, metavar="N", help="the view ends after so many")
    parser.add_argument("what", metavar="PID|script.py")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER, help="the script's")
    options = parser.parse_args(arguments)
    if not 0.01 <= options.interval <= 3600:
        parser.error("--interval takes 0.01 to 3600 seconds")
    if options.what.isdecimal() and not os.path.exists(options.what):
        return watch(Process(int(options.what)), options)
    if not os.path.exists(options.what):
        parser.error(f"there is no script {options.what}: give a script, or the number of a process")
    with started(options) as process:
        watch(process, options)
    return process.status


class Process:
    """What is looked at; look() is None once it has ended."""

    def __init__(self, pid, popen=None):
        self.pid, self.popen, self.seen, self.status = pid, popen, False, 0

    def look(self):
        """The counts of the process and its children, as in a report; ends the command where there is nothing to see."""
        while True:
            try:
                found = json.loads(_polyhost.look_at(self.pid))
                self.seen = True
                return found
            except OverflowError:
                sys.exit(f"polyhost top: there is no process {self.pid}")
            except RuntimeError as error:
                if not self.popen and not self.seen:
                    sys.exit(f"polyhost top: {error}")
                if not self.popen or self.popen.poll() is not None:
                    return None
                time.sleep(0.01)  # it begins; or it has closed what it is seen by


@contextlib.contextmanager
def started(options):
    """The script, as a Process that is over when the view is."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryFile() as output:
        popen = subprocess.Popen([sys.executable, "--live", options.what, *options.arguments], stdout=output, stderr=subprocess.STDOUT)
        process = Process(popen.pid, popen)
        try:
            yield process
        finally:
            if popen.poll() is None:
                popen.terminate()
            status = popen.wait()
            process.status = status if status >= 0 else 128 - status
            output.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(output, sys.stdout.buffer)


def watch(process, options):
    before = process.look()
    order = 0
    with (Terminal if sys.stdout.isatty() else Pipe)(options.interval) as view:
        for _ in range(options.looks):
            key = view.wait()
            if key == "q" or before is None or (after := process.look()) is None:
                return
            order = (order + (key == "s")) % len(ORDERS)
            view.show(lines(before, after, ORDERS[order], view.columns()))
            if after["wall_ns"] - before["wall_ns"] > 1e9 * options.interval / 2:  # not just after a key
                before = after


class Pipe:
    """Tables one after the other."""

    def __init__(self, interval):
        self.interval = interval

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self):
        time.sleep(self.interval)

    def columns(self):
        return 1000

    def show(self, text):
        print("\n".join(text), end="\n\n", flush=True)


class Terminal:
    """A screen that is drawn anew."""

    def __init__(self, interval):
        self.interval = interval

    def __enter__(self):
        import curses

        try:
            self.curses, self.window = curses, curses.initscr()
        except curses.error as error:
            sys.exit(f"polyhost top: {error}: set TERM to a terminal that is known, or write into a pipe")
        curses.noecho()
        curses.cbreak()
        with contextlib.suppress(curses.error):
            curses.curs_set(0)
        self.window.timeout(max(int(1000 * self.interval), 1))
        return self

    def __exit__(self, *_):
        self.curses.endwin()

    def wait(self):
        """The key that was pressed meanwhile (str), if any."""
        key = self.window.getch()
        return chr(key) if 0 < key < 128 else None

    def columns(self):
        return self.window.getmaxyx()[1]

    def show(self, text):
        self.window.erase()
        for row, line in enumerate(text[: self.window.getmaxyx()[0]]):
            with contextlib.suppress(self.curses.error):  # the last place of the last line
                self.window.addnstr(row, 0, line, self.columns(), self.curses.A_REVERSE if row == 2 else 0)
        self.window.refresh()


def lines(before, after, order, columns):
    """What is shown (list of str): where the time between two looks went, and a row for each function."""
    seconds = max(after["wall_ns"] - before["wall_ns"], 1) / 1e9
    earlier = {(f["name"], f["direction"]): f for f in before["functions"]}
    rows = [rates(f, earlier.get((f["name"], f["direction"])), seconds) for f in after["functions"]]
    rows.sort(key=(lambda row: row["function"]) if order == "function" else lambda row: (-row[order], row["function"]))
    native = sum(row["self"] for row in rows)
    crossing = sum(row["crossing"] for row in rows)
    processes = after["processes"]
    running = sum(process["state"] == "running" for process in processes)
    head = f"polyhost top: {after['script'] or '(no script)'} ({processes[0]['pid']}), {_duration(after['wall_ns'])}"
    shares = f"native {native:.1%}, crossing {crossing:.1%} of the last {_duration(1e9 * seconds)}"
    if len(processes) > 1:
        head += f", {running} of {len(processes)} processes running"
        shares += ", over all processes"
    cells = [HEAD] + [shown(row) for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(HEAD))]
    widths[0] = max(min(widths[0], columns - sum(widths[1:]) - 2 * len(HEAD)), 12)
    return [head, shares + f"; by {order}", *(aligned(row, widths) for row in cells)]


def rates(now, before, seconds):
    def since(name):
        return max(now[name] - (before[name] if before else 0), 0)  # a reset() may lie between

    calls = since("calls")
    return {
        "function": now["name"],
        "direction": now["direction"],
        "calls/s": calls / seconds,
        "calls": now["calls"],
        "native": since("native_ns") / 1e9 / seconds,
        "crossing": since("crossing_ns") / 1e9 / seconds,
        "per call": since("crossing_ns") / calls if calls and not now["one_sided"] else None,
        "one_sided": now["one_sided"],
        "self": since("self_ns") / 1e9 / seconds if now["direction"] == "inbound" else 0,
    }


def shown(row):
    per_call = "-" if row["per call"] is None else _duration(row["per call"])
    return (row["function"], row["direction"], f"{row['calls/s']:,.0f}", str(row["calls"]), f"{row['native']:.1%}", "-" if row["one_sided"] else f"{row['crossing']:.1%}", per_call)


def aligned(row, widths):
    name = row[0] if len(row[0]) <= widths[0] else "…" + row[0][1 - widths[0] :]
    return f"{name:<{widths[0]}}  {row[1]:<{widths[1]}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(row[2:], widths[2:]))


if __name__ == "__main__":
    commands.run("top", main)
