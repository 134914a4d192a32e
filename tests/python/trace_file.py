"""A trace file, checked against the published Trace Event Format; and the runs that leave one."""

import decimal
import json
import os
import tempfile
import unittest

from support import run

# By phase, what the Trace Event Format asks for, and of which type.
COMMON = {"name": str, "pid": int, "tid": int}
FIELDS = {
    "M": {**COMMON, "args": dict},
    "X": {**COMMON, "cat": str, "ts": decimal.Decimal, "dur": decimal.Decimal},
    "i": {**COMMON, "cat": str, "ts": decimal.Decimal, "s": str},
    "s": {**COMMON, "cat": str, "ts": decimal.Decimal, "id": int},
    "f": {**COMMON, "cat": str, "ts": decimal.Decimal, "id": int, "bp": str},
}
METADATA = {"process_name": {"name": str}, "thread_name": {"name": str}, "thread_sort_index": {"sort_index": int}}


class Slice:
    def __init__(self, event):
        self.name, self.side, self.thread = event["name"], event["cat"], event["tid"]
        self.begin = int(event["ts"] * 1000)  # ns
        self.end = self.begin + int(event["dur"] * 1000)
        self.raised = event.get("args", {}).get("raised", False)
        # A callback is named after the function and the parameter that it was given to.
        self.is_call = self.side == ("native" if "(" in self.name else "python")
        self.inner = []  # a call's other side


class Trace:
    """A trace file, checked. `calls`: the outer slices, in the file's order."""

    def __init__(self, path):
        with open(path) as file:
            self.data = json.load(file, parse_float=decimal.Decimal, object_pairs_hook=self.without_doubles)
        self.events = self.data["traceEvents"]
        assert self.data["displayTimeUnit"] in ("ms", "ns")
        for event in self.events:
            self.check_fields(event)
        self.names = {e["tid"]: e["args"]["name"] for e in self.of("M") if e["name"] == "thread_name"}
        self.slices = [Slice(event) for event in self.of("X")]
        self.calls = [s for s in self.slices if s.is_call]
        for thread in {s.thread for s in self.slices}:
            assert thread in self.names, thread
            self.check_nesting([s for s in self.slices if s.thread == thread])
        self.arrows = self.check_arrows()
        assert self.data["otherData"]["calls"] == len(self.calls)

    def of(self, phase):
        return [event for event in self.events if event["ph"] == phase]

    def calls_of(self, thread_name):
        return [s.name for s in self.calls if self.names[s.thread] == thread_name]

    @staticmethod
    def without_doubles(pairs):
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    @staticmethod
    def check_fields(event):
        wanted = FIELDS[event["ph"]]
        assert {**wanted, "ph": str}.items() <= {key: type(value) for key, value in event.items()}.items(), event
        assert set(event) - set(wanted) <= {"ph", "args"}, event
        assert event.get("ts", 0) >= 0 and event.get("dur", 0) >= 0, event
        if event["ph"] == "M":
            assert {key: type(value) for key, value in event["args"].items()} == METADATA[event["name"]], event
        assert event.get("s", "t") in ("g", "p", "t") and event.get("bp", "e") == "e", event

    @staticmethod
    def check_nesting(track):
        """In order of their beginning, one within another or apart; sides and waits within their call."""
        open_slices, before = [], 0
        for s in track:
            assert s.begin >= before, vars(s)
            before = s.begin
            while open_slices and open_slices[-1].end <= s.begin:
                if open_slices[-1].end == s.begin == s.end and open_slices[-1].is_call and not s.is_call:
                    break  # the side of a call, of no length, at its end
                open_slices.pop()
            around = open_slices[-1] if open_slices else None
            assert around is None or s.end <= around.end, (vars(s), vars(around))
            if s.side == "gil":
                assert around.is_call, vars(s)
            elif not s.is_call:
                assert around.is_call and around.name == s.name and not around.inner, (vars(s), vars(around))
                around.inner.append(s)
            open_slices.append(s)

    def check_arrows(self):
        """[(thread, thread)] of a function and of who calls what was given to it."""
        starts, ends = self.of("s"), {event["id"]: event for event in self.of("f")}
        assert sorted(event["id"] for event in starts) == sorted(ends) and len(ends) == len(self.of("f"))
        found = []
        for start in starts:
            end, at = ends[start["id"]], int(start["ts"] * 1000)
            assert (start["name"], start["cat"]) == (end["name"], end["cat"]) and end["ts"] >= start["ts"], end
            callback = next(s for s in self.calls if s.thread == end["tid"] and s.begin == int(end["ts"] * 1000))
            giver = callback.name.partition("(")[0]
            assert any(s.thread == start["tid"] and s.name == giver and s.begin <= at <= s.end for s in self.calls), start
            found.append((start["tid"], end["tid"]))
        return found


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "trace.json")

    def trace(self, code, *switches, status=0):
        """The checked trace and the JSON report of a run."""
        report = os.path.join(self.folder, "report.json")
        done = run(f"--trace={self.path}", f"--report=json:{report}", *switches, "-c", code)
        self.assertEqual(done.returncode, status, done.stderr)
        with open(report) as file:
            return Trace(self.path), json.load(file)
