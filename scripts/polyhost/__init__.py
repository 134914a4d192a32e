"""Polyhost from inside a script: native functions and the boundary they are called across.

    import polyhost
    polyhost.boundary.report()      # the table of all crossings so far, to stderr

    import kernels                  # compiles kernels.cpp, beside the script, when it has changed

    polyhost.reload(kernels)        # the same while the script runs

    add = polyhost.cpp('POLYHOST_EXPORT int add(int a, int b) { return a + b; }')

    @polyhost.native
    def fib(n: int) -> int:
        "return n < 2 ? n : fib(n - 1) + fib(n - 2);"

The package is part of the polyhost binary. A copy of it may be installed for type checkers and editors: python3 refuses that.
"""

try:
    from _polyhost import version as __version__
except ImportError:  # python3: no such module, or the one that native modules leave there
    raise ImportError(
        "the package polyhost needs the program polyhost: run the script by `polyhost SCRIPT` (native modules import under python3 without it)"
    ) from None

__all__ = ["Array", "CompileError", "CompileWarning", "boundary", "cpp", "native", "reload"]

# Where each name is: imported when it is first asked for.
_HOMES = {
    "Array": "polyhost.toolchain.annotations",
    "CompileError": "polyhost.toolchain.errors",
    "CompileWarning": "polyhost.toolchain.errors",
    "cpp": "polyhost.toolchain.inline",
    "native": "polyhost.toolchain.native",
    "reload": "polyhost.toolchain.reload",
}


def __getattr__(name):
    import importlib

    if name == "boundary":
        return importlib.import_module("polyhost.boundary")
    if name in _HOMES:
        value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'polyhost' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
