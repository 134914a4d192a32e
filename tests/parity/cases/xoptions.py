"""-X options, -W filters and what development mode shows."""

from case import ADDRESS, Case

FLAGS = "import sys; print(sys.flags, sys._xoptions, sys.warnoptions)"
DIGITS = "import sys; print(sys.int_info, sys.get_int_max_str_digits())\ntry: print(len(str(10 ** 5000)))\n" \
         "except ValueError as e: print(e)"
CRASH = "import faulthandler; print(faulthandler.is_enabled())"
FROZEN = "import os, sys, zipimport, site; print(*(m.__spec__.origin for m in (os, zipimport, site)))\n" \
         "import __hello__, _imp; print(sys.flags.dev_mode, _imp.is_frozen('os'), _imp.is_frozen('abc'))"
LEAK = "import sys, warnings\ndef f(): open(sys.executable)\nf()\nwarnings.warn('old', DeprecationWarning)"
POSITIONS = "def f():\n    return (1 + 2) + (3 / 0) + 4\nf()\n"


def x(option, code=FLAGS, **rest):
    return Case(f"-X {option}", ["-X", option, "-c", code], **rest)


CASES = [
    x("dev", FLAGS + "\n" + CRASH), x("dev=1"), x("utf8"), x("utf8=0"), x("utf8=1"), x("utf8=2"),
        x("no_such"),
    x("no_such=value=more"), x(""), x("int_max_str_digits=0", DIGITS), x("int_max_str_digits=6000", DIGITS),
    x("int_max_str_digits=10", DIGITS), x("int_max_str_digits=x", DIGITS), x("int_max_str_digits", DIGITS),
    x("frozen_modules", FROZEN), x("frozen_modules=on", FROZEN), x("frozen_modules=off", FROZEN),
    x("frozen_modules=x", FROZEN), x("safe_path"), x("tracemalloc=x"), x("tracemalloc=0"),
    x("tracemalloc", "import tracemalloc as t; print(t.is_tracing(), t.get_traceback_limit())"),
    x("tracemalloc=7", "import tracemalloc as t; print(t.is_tracing(), t.get_traceback_limit())"),
    x("faulthandler", CRASH), x("showrefcount", "print(1)"), x("showalloccount", "print(1)"),
    x("no_debug_ranges", POSITIONS), x("warn_default_encoding", "open(__import__('sys').executable)"),
    x("pycache_prefix=cache", "import n, sys; print(sys.pycache_prefix)", files={"n.py": ""}),
    x("pycache_prefix=", "import n, sys; print(sys.pycache_prefix)", files={"n.py": ""}),
    x("importtime", "import json", edit=[(r"^(import time:) +\d+ \| +\d+ ", r"\1 N | N ")]),
    x("perf", FLAGS), x("oldparser", FLAGS), x("warn_default_encoding=1"),
    Case("no -X frozen_modules", ["-c", FROZEN]),
    Case("no -X int_max_str_digits", ["-c", DIGITS]),
    Case("positions in tracebacks", ["m.py"], files={"m.py": POSITIONS}),
    Case("-Xdev warns", ["-Xdev", "m.py"], files={"m.py": LEAK}, edit=[ADDRESS]),
    Case("-Xdev and an unraisable error", ["-X", "dev", "-c", "class A:\n def __del__(self): 1/0\nA()"],
         edit=[ADDRESS]),
    Case("-Xdev -Wignore", ["-Xdev", "-Wignore", "m.py"], files={"m.py": LEAK}),
    Case("-Xutf8 -Xdev -Xutf8=0", ["-Xutf8", "-Xdev", "-Xutf8=0", "-c", FLAGS]),
    Case("-X utf8 with LC_ALL=C", ["-X", "utf8", "-c", "import sys; print(sys.stdout.encoding, 'é')"],
         env={"LC_ALL": "C"}),
    *(Case(f"-W {action}", ["-W", action, "m.py"], files={"m.py": LEAK})
      for action in ("error", "always", "once", "ignore", "default::DeprecationWarning",
          "error::DeprecationWarning",
                     "d,e", "error:old:DeprecationWarning:__main__:4", "")),
    Case("-W and PYTHONWARNINGS", ["-Walways", "-Wi", "-c", FLAGS], env={"PYTHONWARNINGS": "error,once"}),
    Case("-W of a syntax warning", ["-W", "error", "-c", "print(1 is 1)"]),
]
