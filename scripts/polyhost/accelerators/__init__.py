"""What is native for scripts that ask for nothing: `polyhost.accelerate("json")`, or the switch `--accelerate json`.

    import polyhost
    polyhost.accelerate("json")     # from now on json.loads, dumps, load and dump are native, for the whole process

The module is not imported for that: it changes when a script imports it, and each time that it is imported anew or reloaded.
"""

import sys  # what else would be imported here, each start with the switch would pay for

__all__ = ["ACCELERATORS", "accelerate"]

# Module of the standard library -> the module whose patch(module) makes it native.
ACCELERATORS = {"json": "polyhost.accelerators.standard_json"}


def accelerate(*names):
    """Make modules of the standard library native, by name (str), for the whole process; ValueError for one that cannot be.

    Results and errors stay those of the standard library. So far there is "json"; help("polyhost.accelerators.standard_json")
    says what becomes of it.
    """
    for name in names:
        if name not in ACCELERATORS:
            raise ValueError(f"there is no accelerator {name!r}: use {' or '.join(map(repr, ACCELERATORS))}")
    for name in names:
        if name not in _finder.names:
            _finder.names.add(name)
            _patch_if_imported(name)
    if _finder.names and _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _patch(name, module):
    import importlib

    importlib.import_module(ACCELERATORS[name]).patch(module)


def _patch_if_imported(name):
    module = sys.modules.get(name)
    # One that another thread is importing is let be: its functions may not be there yet.
    if isinstance(module, type(sys)) and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        _patch(name, module)


class _Finder:
    """Lets the finders behind it find the module, whose spec and loader remain theirs, and patches it when it has run."""

    def __init__(self):
        self.names = set()

    def find_spec(self, name, path=None, target=None):
        if name not in self.names or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec and find_spec(name, path, target)
            if spec is not None:
                _patch_after_execution(spec)
                return spec
        return None


_finder = _Finder()


def _patch_after_execution(spec):
    """Sets exec_module in the loader itself, for one execution: its type, and afterwards all of it, is as it was."""
    loader = spec.loader
    if not hasattr(type(loader), "exec_module") or not hasattr(loader, "__dict__"):
        return  # frozen modules have such: no Python's json is one

    def exec_module(module):
        if module.__spec__ is spec:
            vars(loader).pop("exec_module", None)
        type(loader).exec_module(loader, module)
        if module.__spec__ is spec:
            _patch(spec.name, module)

    loader.exec_module = exec_module
