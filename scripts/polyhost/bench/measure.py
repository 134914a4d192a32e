"""Timing the rows: all candidates take turns in one process."""

import array
import itertools
import statistics
import time

MANY = 100_000
NUMBERS = [float(i) for i in range(1000)]


class Row:
    """name (str), function (str: which of a candidate's), arguments (dict: name -> value), call (str: as written),
    calls (int: a turn), each (int: what one call counts for)."""

    def __init__(self, name, function, call="", calls=5000, each=1, **arguments):
        self.name, self.function, self.call, self.calls, self.each = name, function, call, calls, each
        self.arguments = arguments

    def loop(self, function):
        """A function that returns the nanoseconds of one turn."""
        source = f"def run({', '.join(['turns', 'clock', 'f', *self.arguments])}):\n"
        source += f" start = clock()\n for _ in turns: {'pass' if function is None else f'f({self.call})'}\n"
        source += " return clock() - start\n"
        exec(source, made := {})
        run, values = made["run"], self.arguments.values()
        return lambda: run(itertools.repeat(None, self.calls), time.perf_counter_ns, function, *values)


ROWS = [
    Row("noop", "noop"),
    Row("add", "add", "3, 4"),
    Row("add_one_digit", "add", "100_000, 200_000"),
    Row("add_two_digits", "add", "1 << 40, 1 << 41"),
    Row("scale", "scale", "1.25, 2.0"),
    Row("strlen", "strlen", repr("x" * 32)),
    Row("keyword", "add", "a=3, b=4"),
    Row("defaults", "scale", "1.25"),
    Row("sum_list", "sum_list", "items", calls=200, items=NUMBERS),
    Row("sum_buffer", "sum_buffer", "items", calls=200, items=array.array("d", NUMBERS)),
    Row("batch", "scale_many", "items, out", calls=2, each=MANY, items=array.array("d", range(MANY)), out=array.array("d", [0]) * MANY),
    Row("callback", "repeat", "g, 100", calls=50, each=100, g=lambda i: i),
    Row("fib", "fib", "16", calls=20),
]


def accepts(candidate, row):
    """False if the candidate has no such call: C functions take no keywords."""
    if row.function not in candidate.functions:
        return False
    try:
        exec(f"f({row.call})", {"f": candidate.functions[row.function], **row.arguments})
        return True
    except TypeError:
        return False


def measure_row(row, candidates, turns):
    """Median ns a call of each candidate, and of the empty loop under None; gross: the loop is part of each."""
    loops = {None: (None, row.loop(None))}
    for candidate in candidates:
        if accepts(candidate, row):
            loops[candidate.name] = (candidate, row.loop(candidate.functions[row.function]))
    times = {name: [] for name in loops}
    for turn in range(turns + 1):
        for name, (candidate, run) in loops.items():
            if candidate is not None:
                candidate.prepare()
            elapsed = run()
            if turn > 0:  # the first one warms up
                times[name].append(elapsed / row.calls / (row.each if name else 1))
    return {name: statistics.median(values) for name, values in times.items()}


def measure(rows, candidates, repeat, passes=3, progress=lambda done, of: None):
    """Row's name -> measure_row's result, of the quietest of some passes: that in which all candidates together were
    fastest."""
    best = {}
    for number in range(passes):
        for index, row in enumerate(rows):
            progress(number * len(rows) + index, passes * len(rows))
            times = measure_row(row, candidates, repeat)
            together = sum(times.values())
            if row.name not in best or together < best[row.name][0]:
                best[row.name] = (together, times)
    progress(passes * len(rows), passes * len(rows))
    return {name: times for name, (_, times) in best.items()}


def bytecode_ns():
    """What one simple bytecode instruction takes: of 80 (20 times two loads, an addition, its result dropped)."""
    body = "; ".join(["x + 1"] * 20)
    exec(f"def run(turns, clock, x=1):\n start = clock()\n for _ in turns: {body}\n return clock() - start", made := {})
    exec("def empty(turns, clock):\n start = clock()\n for _ in turns: pass\n return clock() - start", made)
    times = []
    for _ in range(21):
        full = made["run"](itertools.repeat(None, 2000), time.perf_counter_ns)
        times.append((full - made["empty"](itertools.repeat(None, 2000), time.perf_counter_ns)) / 2000 / 80)
    return statistics.median(times)
