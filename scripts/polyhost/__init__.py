"""Polyhost from inside a script: native functions and the boundary they are called across.

    import polyhost
    polyhost.boundary.report()      # the table of all crossings so far, to stderr

    import kernels                  # compiles kernels.cpp, beside the script, when it has changed

    polyhost.reload(kernels)        # the same while the script runs

    add = polyhost.cpp('POLYHOST_EXPORT int add(int a, int b) { return a + b; }')

    @polyhost.native
    def fib(n: int) -> int:
        "return n < 2 ? n : fib(n - 1) + fib(n - 2);"

    polyhost.accelerate("json")     # json.loads, dumps, load and dump are native from now on

The package is part of the program polyhost. Where a copy of it is installed, python3 has of it what needs no program:
polyhost.json and polyhost.accelerate.
"""

try:
    from _polyhost import version as __version__

    _NEEDS_PROGRAM = None
except ImportError:  # python3: no such module, or the one that native modules leave there
    _NEEDS_PROGRAM = "needs the program polyhost: run the script by `polyhost SCRIPT`"

__all__ = ["Array", "CompileError", "CompileWarning", "accelerate", "boundary", "cpp", "native", "reload"]

# Where each name is: imported when it is first asked for.
_HOMES = {
    "Array": "polyhost.toolchain.annotations",
    "CompileError": "polyhost.toolchain.errors",
    "CompileWarning": "polyhost.toolchain.errors",
    "accelerate": "polyhost.accelerators",
    "cpp": "polyhost.toolchain.inline",
    "native": "polyhost.toolchain.native",
    "reload": "polyhost.toolchain.reload",
}


def __getattr__(name):
    import importlib

    if _NEEDS_PROGRAM is not None and name in __all__ and name != "accelerate":
        raise ImportError(f"polyhost.{name} {_NEEDS_PROGRAM}")
    if name == "boundary":
        return importlib.import_module("polyhost.boundary")
    if name in _HOMES:
        value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'polyhost' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
