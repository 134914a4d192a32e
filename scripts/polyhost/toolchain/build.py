"""From a unit to a shared object in the cache: found there, or compiled by whichever process comes first."""

import os
import sys
import time

from polyhost.toolchain import cache, compiler, manifest
from polyhost.toolchain.errors import CompileError


def build(unit):
    """The path of the unit's shared object (str). CompileError, whose traceback ends here: what follows says nothing of
    the user's code."""
    try:
        words = compiler.command()
        about = (unit.name, unit.title, unit.base, unit.warnings, None if unit.is_file else unit.made_from)
        entry = cache.Entry("modules", cache.digest(compiler.identity(words), *about))
        found = entry.trusted() and manifest.look_up(entry, unit)
        if found:
            return found
        with entry.lock():
            return manifest.look_up(entry, unit) or compile_unit(entry, unit, words)
    except CompileError as error:
        raise error.with_traceback(None) from None


def compile_unit(entry, unit, words):
    """Compiles into the entry. Needs its lock."""
    from polyhost.toolchain.compilation import Compilation

    text, options = unit.write()
    before = manifest.read(entry)
    previous = before and before["object"]  # another process may be about to load it
    entry.clean(keep=("manifest", previous))
    start = time.time_ns() - 20_000_000  # the kernel's own clock lags by a tick
    work = Compilation(unit, options, words)
    with entry.workplace() as place, progress(unit.title):
        made = work.run(place, text)
        name = manifest.file_name(unit.short_name, made)
        os.replace(made, entry.file(name))
    manifest.write(entry, unit, name, work.options, work.files, work.absent(), start)
    entry.clean(keep=("manifest", name, previous))
    if unit.warnings:
        from polyhost.toolchain import diagnostics

        diagnostics.warn(work.said)
    return entry.file(name)


class progress:
    """One line on a terminal while a compiler runs."""

    def __init__(self, what):
        terminal = getattr(sys.stderr, "isatty", bool)()
        self.text = f"polyhost: compiling {what} ..." if terminal else ""

    def __enter__(self):
        self.show(self.text)

    def __exit__(self, *_):
        self.show("\r\033[K" if self.text else "")

    def show(self, text):
        if text:
            sys.stderr.write(text)
            sys.stderr.flush()
