"""polyhost.reload, and what --reload does by itself: a changed .cpp is compiled, and its functions take the place of those
that scripts hold."""

import _thread
import os
import sys
import time

import _polyhost

from polyhost.toolchain import build, cache, finder, manifest
from polyhost.toolchain.unit import Unit

INTERVAL = 0.25  # seconds between two looks at the files
SOURCES = (".h", ".hh", ".hpp", ".hxx", ".inc", ".ipp", ".tpp", ".cpp", ".cc", ".cxx", ".c")

lock = _thread.RLock()  # for the exchange alone: compiling and importing run code, which may wait for another thread
os.register_at_fork(after_in_child=lock._at_fork_reinit)
loaded = {}  # module -> Loaded; native modules stay for good
kept = []  # functions of earlier versions: calls of them may still be running


class Held:
    """A native function that a script may hold: function, batch (or None), shape (as callers rely on it), text (str: its
    signature as shown). What it is told here stays, whatever is called through it."""

    def __init__(self, function):
        self.function, self.batch = function, getattr(function, "batch", None)
        self.shape, self.text = shape(function), f"{function.__name__}{function.__signature__}"


class Loaded:
    """What is known of a module that was compiled when it was imported: path (str) of its shared object, version (int,
    from 1), names (set of str) that it has defined; functions (dict): its first ones; held: name -> [Held], one for each
    shape that the function has had, the last one last; None before the first reload, as shapes take their time; status: of
    its files, by path, where they are watched; problem (str): why it stayed as it was."""

    def __init__(self, module, path):
        self.path, self.version, self.names = path, 1, defined_names(module)
        self.functions, self.held = finder.functions(module), None
        self.status, self.problem = {}, None


def held_ones(functions):
    """A Held for each native function (dict by name); one that has two names is there by the first."""
    found = {}
    for name, function in functions.items():
        if hasattr(function, "__signature__"):  # not pybind11's, say
            found.setdefault(id(function), (name, Held(function)))
    return dict(found.values())


def is_loaded(module):
    return module in loaded


def note(module, path):
    """Keeps account of a module that was just imported from that shared object."""
    loaded[module] = Loaded(module, path)
    if _polyhost.reloads:
        loaded[module].status = statuses(watched(module))
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
        raise TypeError(f"polyhost.reload() takes a module that was imported from a .cpp: {what_it_is(module)}")
    known = loaded[module]
    while True:
        unit, version = Unit.of_file(module.__name__, module.__source__), known.version
        path = build.build(unit)
        if path == known.path:
            break
        fresh = finder.load(unit, path, version=version + 1)
        with lock:
            if known.version == version:  # no other thread has been faster
                replace(module, fresh, known)
                known.path, known.version, known.names = path, version + 1, defined_names(fresh)
                break
    module.__file__ = module.__spec__.origin = path
    return module


def what_it_is(value):
    if not isinstance(value, type(sys)):
        return f"it is a {type(value).__name__}"
    file = getattr(value, "__file__", None) or cache.directory()
    return f"{value.__name__} was not" + ("" if file.startswith(cache.directory()) else f", but from {file}")


def replace(module, fresh, known):
    """Makes the module what the fresh one is."""
    values = {name: value for name, value in vars(fresh).items() if name in defined_names(fresh) or name == "__doc__"}
    if known.held is None:
        known.held = {name: [held] for name, held in held_ones(known.functions).items()}
    new = held_ones(finder.functions(fresh))
    pairs = []
    for name, earlier in known.held.items():
        for held in earlier:
            now = new.get(name)
            fits = now is not None and held.shape == now.shape
            pairs += redirections(f"{module.__name__}.{name}", held, now, fits)
            if fits:
                values = {key: held.function if value is now.function else value for key, value in values.items()}
    kept.append(_polyhost.redirect(pairs))
    for name, now in new.items():
        earlier = known.held.setdefault(name, [])
        again = next((held for held in earlier if held.shape == now.shape), None)
        earlier[:] = [*(held for held in earlier if held is not again), again or now]
    for name in known.names - values.keys():
        vars(module).pop(name, None)
    vars(module).update(values)


def redirections(called, held, now, fits):
    """What _polyhost.redirect is to do with a function that scripts hold, and with its batch. now (Held): the function of
    that name in the new version, or None; fits (bool): it can be called as the held one."""
    if now is None:
        to = f"{called}() is gone: {called.rpartition('.')[0]} was reloaded, and its source has no such function any more"
    elif not fits:
        to = f"{called}() was reloaded and has another signature, {now.text}, where it was {held.text}: take it from the module again"
    else:
        to = now.function
    return [(held.function, to)] + ([(held.batch, now.batch if fits else to)] if held.batch else [])


def shape(function):
    """What callers of a function rely on: its parameters' names, kinds and types, which of them may be left out, and what it
    returns."""
    signature = function.__signature__
    parameters = [(p.name, p.kind, str(p.annotation), p.default is p.empty) for p in signature.parameters.values()]
    return parameters, str(signature.return_annotation), hasattr(function, "batch")


watching = False


def start_watching():
    global watching
    if not watching:
        watching = True
        import threading  # in the script's thread: whichever imports it first is the main thread to it

        _polyhost.expect_thread()
        _thread.start_new_thread(watch, ())


def watch():
    """The thread of --reload: reloads what has changed and stayed so for one interval, so that no half-saved file counts."""
    before = {}
    while True:
        time.sleep(INTERVAL)
        now = {module: statuses(known.status) for module, known in list(loaded.items())}
        for module, status in now.items():
            if status != loaded[module].status and status == before.get(module):
                say(attempt(module, status))
        before = now


def attempt(module, found):
    """One line on what reloading has come to, or None if that is nothing new. found: the statuses of its files now."""
    known, start = loaded[module], time.time_ns() - 20_000_000  # the kernel's own clock lags by a tick
    version, problem, suspects = known.version, known.problem, []
    known.problem = None
    try:
        reload(module)
    except Exception as error:
        known.problem, suspects = str(error), [d.file for d in getattr(error, "diagnostics", ())]
    # What was saved while the compiler ran counts as changed.
    known.status = {path: found.get(path) or status(path, start) for path in watched(module, suspects)}
    if known.problem:
        return f"polyhost: {module.__name__} stays as it was: {known.problem}" if known.problem != problem else None
    return f"polyhost: {module.__name__} was reloaded" if known.version != version else None


def say(text):
    if text and sys.stderr is not None:
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            pass


def watched(module, suspects=()):
    """The files that the module was made from, and those that would take their places (set of str). Where it does not
    compile, also those that the compiler has named, and all beside the source: what it lacks may come."""
    known, source = loaded[module], module.__source__
    made = manifest.read(cache.Entry.of(known.path)) or {}
    beside = []
    if known.problem:
        folder = os.path.dirname(source)
        try:
            beside = [folder, *(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(SOURCES))]
        except OSError:
            pass
    return {source, *made.get("files", ()), *made.get("absent", ()), *suspects, *beside}


def statuses(paths):
    return {path: status(path) for path in paths}


def status(path, start=None):
    """Its size and time of change; None if that is after `start` (ns since the epoch)."""
    try:
        found = os.stat(path)
    except OSError:
        return -1, 0
    return None if start and found.st_ctime_ns >= start else (found.st_size, found.st_ctime_ns)
