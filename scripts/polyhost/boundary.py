"""The crossings between Python and native code in this process, counted and timed.

    before = polyhost.boundary.snapshot()
    row = before["kernels.fib"]
    print(row.calls, row.crossing_ns / row.calls)

A crossing is one call over the border: inbound when Python calls a native function, outbound when native
code calls Python. All times are in nanoseconds. A call that makes nested crossings counts them in its own
times too, except in self_ns.
"""

import sys
from collections import namedtuple

import _polyhost

__all__ = ["Advice", "CallSite", "Clock", "Function", "Snapshot", "Region", "snapshot", "reset", "region", "report", "timing"]

Clock = namedtuple("Clock", "source ns_per_tick resolution_ns")
Clock.__doc__ = "Where the times come from: source (str), ns_per_tick (float), resolution_ns (float)."

CallSite = namedtuple("CallSite", "file line function calls")
CallSite.__doc__ = """A line of Python that calls a function: file (str; '' stands for all lines beyond the first thousand), line (int),
function (str: the Python function that the line belongs to), calls (int: an estimate, unless --call-sites=exact)."""

Advice = namedtuple("Advice", "rule function text saves_ns")
Advice.__doc__ = """What would have made the run faster: rule (str: 'chatty', 'python_is_as_fast', 'copied_container', 'text_conversion',
'holds_gil' or 'callback_per_item'), function (str), text (str), saves_ns (int: at most so much of the run's time)."""

Function = namedtuple(
    "Function",
    "name direction calls errors lost python_ns native_ns crossing_ns convert_in_ns convert_out_ns"
    " gil_wait_ns self_ns min_ns max_ns p50_ns p99_ns timed split standard_error_ns histogram"
    " native_histogram sites signature has_batch releases_gil one_sided",
)
Function.__doc__ = """One native function in one direction: sums over all its calls.

name (str)          module.function, or module.function(parameter) for a callback
direction (str)     'inbound' or 'outbound'
calls, errors       all calls; those of them that ended in an exception
lost                calls that were counted but not timed
python_ns           inbound: the call as Python sees it; outbound: inside the Python callable
native_ns           inbound: inside the C++ body; outbound: the call as C++ sees it
crossing_ns         the outer side less the inner one: convert_in_ns + convert_out_ns + gil_wait_ns
self_ns             the inner side without the crossings made from it
min_ns, max_ns, p50_ns, p99_ns
                    of the Python side of single calls; the percentiles are within 1/16 of the true value
timed, split        calls of which the whole was timed; calls that were split into their two sides. Where they are
                    less than calls, the sums are estimates from these, without bias
standard_error_ns   of the outer side's sum; 0 if every call was timed
histogram           (from_ns, to_ns, calls) of the Python side of timed calls, in order, without empty ones (tuple of tuples)
native_histogram    the same of the native side, as far as calls were split
sites               the lines of Python that call it, the one with the most calls first (tuple of CallSite)
signature           '(x: float) -> float'; '' if it is not known, as of callbacks
has_batch           whether it has a batch form
releases_gil        whether its body runs without the GIL
one_sided           it is not polyhost's (--all-native): only its Python side was timed, which stands for both
"""


Region = namedtuple("Region", "name entered wall_ns functions")
Region.__doc__ = """What was called within `with polyhost.boundary.region(name)`: name (str), entered (int: how often), wall_ns (int: all of
these together), functions (tuple of Function, whose min_ns and max_ns are the ends of histogram buckets)."""


class Snapshot:
    """An immutable copy of the ledger.

    script (str), wall_ns (int), clock (Clock), timing (str: the mode when it was taken), cost_per_call_ns (float:
    what measuring adds to a short call in that mode), cost_per_split_ns (float: to a call that is split),
    call_site_ns (float: what the interpreter spends around an inbound call, which is in no row),
    lost (int: calls not timed), threads (bool: more than one ran Python, so that sums may exceed wall_ns), functions (tuple of Function, in order of registration),
    regions (tuple of Region, those that have ended), advice (tuple of Advice, the dearest first).
    Index it with a qualified name, or iterate over its functions. A notebook shows it as a table;
    pandas.DataFrame(snapshot.records()) takes it in.
    """

    __slots__ = ("script", "wall_ns", "clock", "cost_per_call_ns", "lost", "functions", "timing", "cost_per_split_ns", "call_site_ns", "threads", "regions", "advice")

    def __init__(self, data):
        put = object.__setattr__
        put(self, "script", data["script"])
        put(self, "wall_ns", data["wall_ns"])
        put(self, "clock", Clock(data["clock_source"], data["ns_per_tick"], data["resolution_ns"]))
        for name in ("cost_per_call_ns", "cost_per_split_ns", "call_site_ns", "timing", "lost", "threads"):
            put(self, name, data[name])
        put(self, "functions", _functions(data["functions"]))
        put(self, "regions", tuple(Region(**{**region, "functions": _functions(region["functions"])}) for region in data["regions"]))
        put(self, "advice", tuple(Advice(*one) for one in data["advice"]))

    def __setattr__(self, name, value):
        raise AttributeError("a snapshot cannot be changed")

    __delattr__ = lambda self, name: self.__setattr__(name, None)

    def __reduce__(self):
        return _restore, tuple(getattr(self, name) for name in self.__slots__)

    def __iter__(self):
        return iter(self.functions)

    def __len__(self):
        return len(self.functions)

    def __contains__(self, name):
        return any(function.name == name for function in self.functions)

    def __getitem__(self, name):
        """The Function of that qualified name; KeyError if it was not called."""
        for function in self.functions:
            if function.name == name:
                return function
        raise KeyError(name)

    def records(self):
        """A dict for each function (list): what pandas.DataFrame takes."""
        return [function._asdict() for function in self.functions]

    def to_dict(self):
        """All of it in dict, list, str, int, float and bool, as json.dumps takes them."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "clock": self.clock._asdict(),
            "functions": _as_dicts(self.functions),
            "regions": [{**region._asdict(), "functions": _as_dicts(region.functions)} for region in self.regions],
            "advice": [one._asdict() for one in self.advice],
        }

    def _repr_html_(self):
        """The table, for notebooks."""
        from html import escape

        titles = "function", "direction", "calls", "errors", "Python side", "native side", "crossing", "per call", "share", "p50", "p99"
        lines = [_row("th", titles)]
        for f in sorted(self.functions, key=lambda f: (-f.crossing_ns, f.name)):
            times = [_duration(ns) for ns in (f.python_ns, f.native_ns, f.crossing_ns, f.crossing_ns / max(f.calls - f.lost, 1))]
            share = f"{100 * f.crossing_ns / (max(f.python_ns, f.native_ns) or 1):.3g} %"
            cells = [escape(f.name), f.direction, f.calls, f.errors, *times, share, _duration(f.p50_ns), _duration(f.p99_ns)]
            lines.append(_row("td", cells if f.timed else [*cells[:4], *["-"] * 7]))
        return f"<table><caption>{escape(self.script)}, wall {_duration(self.wall_ns)}</caption>{''.join(lines)}</table>"

    def __repr__(self):
        calls = sum(function.calls for function in self.functions)
        return f"<polyhost snapshot of {self.script!r}: {len(self)} functions, {calls} calls>"


def _functions(rows):
    return tuple(Function(**{**row, "sites": tuple(CallSite(*site) for site in row["sites"])}) for row in rows)


def _as_dicts(functions):
    return [{**function._asdict(), "sites": [site._asdict() for site in function.sites]} for function in functions]


def _row(kind, cells):
    return "<tr>" + "".join(f"<{kind}>{cell}</{kind}>" for cell in cells) + "</tr>"


def _duration(ns):
    """Three significant digits and the unit that fits (str)."""
    for unit, size in ("s", 1e9), ("ms", 1e6), ("us", 1e3):
        if ns >= 0.9995 * size:
            return f"{ns / size:{'#.3g' if ns < 999.5 * size else '.0f'}}".removesuffix(".") + " " + unit
    return f"{ns:.3g} ns"


def _restore(*values):
    """The Snapshot with these attributes, for copy and pickle."""
    made = Snapshot.__new__(Snapshot)
    for name, value in ("threads", False), ("regions", ()), ("advice", ()):  # one that was pickled by an older polyhost lacks them
        object.__setattr__(made, name, value)
    for name, value in zip(Snapshot.__slots__, values):
        object.__setattr__(made, name, value)
    return made


def snapshot():
    """Return a Snapshot of all crossings since the start of the run or the last reset()."""
    return Snapshot(_polyhost.snapshot())


def reset():
    """Set all counts to zero. Calls under way are counted when they end."""
    _polyhost.reset()


class region:
    """A named part of the run, which the report shows apart:

        with polyhost.boundary.region("parse"):
            ...

    It has all that the process calls from its beginning to its end, in every thread; regions may nest, and one of the same
    name is added to those before. Also a decorator of functions. What a reset() falls into is forgotten. The first call of
    each function after a region's begin and end takes four readings of the clock.
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise TypeError(f"a region's name is a str, not {type(name).__name__}")
        self.name, self._tokens = name, []

    def __enter__(self):
        self._tokens.append(_polyhost.begin_region())
        return self

    def __exit__(self, *_):
        _polyhost.end_region(self._tokens.pop(), self.name)

    def __call__(self, function):
        import functools

        @functools.wraps(function)
        def within(*args, **kwargs):
            with region(self.name):
                return function(*args, **kwargs)

        return within


def timing(mode=None):
    """Return the timing mode (str), and choose another one from now on if one is given.

    'exact'    every call's whole is timed; its split into the two sides too, but for 15 of 16 short calls, whose
               split is estimated from the 16th
    'full'     every call is split, at four readings of the clock: short calls take about twice as long as in 'exact'
    'sampled'  every call is counted, and one in 64 of the short ones timed: all sums are estimates
    'off'      nothing is counted
    Any other mode is a ValueError. The records made so far stay, and go on in the new mode.
    """
    return _polyhost.timing() if mode is None else _polyhost.timing(mode)


def report(format="table", file=None, *, sort="crossing"):
    """Write a report of all crossings so far to a text file object, by default sys.stderr.

    format is 'table', 'json' or 'html'; sort, the order of the table's rows, is 'crossing', 'calls', 'errors', 'python', 'native',
    'self', 'per-call', 'share', 'p50', 'p99' or 'name'. Anything else is a ValueError.
    """
    text = _polyhost.report(format, sort)
    print(text, end="", file=sys.stderr if file is None else file)
