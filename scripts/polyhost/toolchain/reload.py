"""polyhost.reload, and what --reload does by itself: a changed .cpp is compiled, and its functions take the place of those
that scripts hold."""

import _thread
import os
import sys
import time

import _polyhost

from polyhost.toolchain import build, finder, manifest
from polyhost.toolchain.unit import Unit

INTERVAL = 0.25  # seconds between two looks at the files

lock = _thread.RLock()
os.register_at_fork(after_in_child=lock._at_fork_reinit)
loaded = {}  # module -> Loaded; native modules stay for good
kept = []  # functions of earlier versions: calls of them may still be running


class Loaded:
    """What is known of a module that was compiled when it was imported: path (str) of its shared object, version (int,
    from 1), names (set of str) that it has defined; status: of its files, as of status_of, where they are watched."""

    def __init__(self, path, names):
        self.path, self.version, self.names, self.status = path, 1, names, None


def is_loaded(module):
    return module in loaded


def note(module, path):
    """Keeps account of a module that was just imported from that shared object."""
    loaded[module] = Loaded(path, defined_names(module))
    if _polyhost.reloads:
        loaded[module].status = status_of(module)
        start_watching()


def defined_names(module):
    return {name for name in vars(module) if not (name.startswith("__") and name.endswith("__"))}


def reload(module):
    """Compiles the .cpp of an imported module again if it, or what it includes, has changed, and returns the module.

    Functions that a script holds, as after `from kernels import scale`, call the new body from then on; where the
    signature has changed, or the function is gone, calls of those are a TypeError that says so, and the module has the new
    one. Calls that run meanwhile end as they began. In reports the rows of the second version are named kernels.scale@2.
    Classes and constants of the module are new ones.

    CompileError if the source does not compile, and the module stays as it was; TypeError for a module that was not
    imported from a .cpp. importlib.reload does the same.
    """
    if not isinstance(module, type(sys)) or module not in loaded:
        what = f"{module.__name__} was not" if isinstance(module, type(sys)) else f"it is a {type(module).__name__}"
        raise TypeError(f"polyhost.reload() takes a module that was imported from a .cpp: {what}")
    with lock:
        known = loaded[module]
        unit = Unit.of_file(module.__name__, module.__source__)
        path = build.build(unit)
        if path != known.path:
            fresh = finder.load(unit, path, version=known.version + 1)
            replace(module, fresh, known)
            known.path, known.version, known.names = path, known.version + 1, defined_names(fresh)
        module.__file__ = module.__spec__.origin = path
    return module


def replace(module, fresh, known):
    """Makes the module what the fresh one is."""
    old, new = finder.native_functions(module), finder.native_functions(fresh)
    pairs, values = [], {name: value for name, value in vars(fresh).items() if name in defined_names(fresh) or name == "__doc__"}
    for name in known.names & old.keys():
        fits = name in new and shape(old[name]) == shape(new[name])
        pairs += redirections(module, old[name], new.get(name), fits)
        if fits:
            values[name] = old[name]  # which is the new one, then
    kept.append(_polyhost.redirect(pairs))
    for name in known.names - values.keys():
        vars(module).pop(name, None)
    vars(module).update(values)


def redirections(module, held, new, fits):
    """What _polyhost.redirect is to do with a function that scripts hold, and with its batch. new: the function of that
    name now, or None; fits (bool): it can be called as the held one."""
    called = f"{module.__name__}.{held.__name__}"
    if new is None:
        to = f"{called}() is gone: {module.__name__} was reloaded, and its source has no such function any more"
    elif not fits:
        to = (
            f"{called}() was reloaded and has another signature, {held.__name__}{new.__signature__}, where it was"
            f" {held.__name__}{held.__signature__}: take it from the module again"
        )
    else:
        to = new
    batch = getattr(held, "batch", None)
    if batch is None:
        return [(held, to)]
    refusal = to if isinstance(to, str) else f"{called}.batch is gone: {module.__name__} was reloaded"
    return [(held, to), (batch, getattr(to, "batch", refusal))]


def shape(function):
    """What callers of a function rely on: its parameters' names, kinds and types, which of them may be left out, and what it
    returns."""
    signature = function.__signature__
    parameters = [(p.name, p.kind, str(p.annotation), p.default is p.empty) for p in signature.parameters.values()]
    return parameters, str(signature.return_annotation), hasattr(function, "batch")


watching = False


def start_watching():
    global watching
    with lock:
        if not watching:
            watching = True
            import threading  # in the script's thread: whichever imports it first is the main thread to it

            _thread.start_new_thread(watch, ())


def watch():
    """The thread of --reload: reloads what has changed and stayed so for one interval, so that no half-saved file counts."""
    before = {}
    while True:
        time.sleep(INTERVAL)
        now = {module: status_of(module) for module in list(loaded)}
        for module, status in now.items():
            if status != loaded[module].status and status == before.get(module):
                loaded[module].status = status
                say(attempt(module))
        before = now


def attempt(module):
    """One line on what reloading has come to, or None if nothing has changed."""
    version = loaded[module].version
    try:
        reload(module)
    except Exception as error:
        return f"polyhost: {module.__name__} stays as it was: {error}"
    return f"polyhost: {module.__name__} was reloaded" if loaded[module].version != version else None


def say(text):
    if text and sys.stderr is not None:
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            pass


def status_of(module):
    """Size and time of change of all files that the module was made from."""
    entry = manifest.entry_of(loaded[module].path)
    files = (manifest.read(entry) or {}).get("files", ())
    return [status(path) for path in [module.__source__, *files]]


def status(path):
    try:
        found = os.stat(path)
        return path, found.st_size, found.st_ctime_ns
    except OSError:
        return path, -1, 0
