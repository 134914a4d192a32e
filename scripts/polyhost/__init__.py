"""Polyhost from inside a script: native functions and the boundary they are called across.

    import polyhost
    polyhost.boundary.report()      # the table of all crossings so far, to stderr

The package is part of the polyhost binary; under plain python3 it is not there.
"""

from _polyhost import version as __version__

__all__ = ["boundary"]


def __getattr__(name):
    if name == "boundary":
        import importlib

        return importlib.import_module("polyhost.boundary")
    raise AttributeError(f"module 'polyhost' has no attribute {name!r}")
