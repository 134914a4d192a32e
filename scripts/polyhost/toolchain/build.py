"""From a unit to a shared object in the cache: found there, or compiled by whichever process comes first."""

import os
import re
import sys
import time
from importlib.machinery import EXTENSION_SUFFIXES

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
    text, options = unit.write()
    before = manifest.read(entry)
    previous = before and before["object"]  # another process may be about to load it
    entry.clean(keep=("manifest", previous))
    flags = options["flags"] + (["-Wall", "-Wextra"] if unit.warnings else [])
    include = compiler.unpack_headers()
    cflags, libs, files = compiler.pkg_config(options["pkg-config"], unit.title)
    sources = [os.path.join(unit.base, other) for other in options["sources"]]
    for path in sources:
        if not os.path.isfile(path):
            raise CompileError(f"{unit.title} names a source that is not there: {path}")
    shared = compiler.may_share([*words[1:], *cflags, *flags])
    own = [*compiler.base_options(include), "-iquote", unit.base, *cflags, *flags, *["-DPOLYHOST_COMPILED"] * shared]
    main = entry.file("source.cpp")
    entry.write("source.cpp", text.encode("utf-8", "surrogatepass"))
    start = time.time_ns() - 20_000_000  # the kernel's own clock lags by a tick
    said, objects, files = "", [], set(files)
    with progress(unit.title):
        if shared:
            from polyhost.toolchain import support

            wait_for_support = support.start(words, include)
        for number, path in enumerate([main, *sources]):
            target = entry.file(f"{number}.o")
            said += compiler.run([*words, *own, "-MMD", "-MF", target + ".d", "-MT", "x", "-c", path, "-o", target], unit.title)
            objects.append(target)
            files |= dependencies(target + ".d") - {main}
        if shared:
            objects.append(wait_for_support())
        made = entry.file("linking.so")
        said += compiler.run([*words, "-shared", *flags, *objects, *libs, "-o", made], unit.title)
    name = f"{unit.short_name}.{manifest.fingerprint(made)[2]}{EXTENSION_SUFFIXES[0]}"
    os.replace(made, entry.file(name))
    files = {path for path in files if not path.startswith(include)}
    manifest.write(entry, unit, name, [*words, *cflags, *flags], files, start)
    entry.clean(keep=("manifest", name, previous))
    if unit.warnings:
        from polyhost.toolchain import diagnostics

        diagnostics.warn(said)
    return entry.file(name)


def dependencies(path):
    """The files that a make rule names, other than the target (set of str)."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        rule = file.read().replace("\\\n", " ")
    words = re.findall(r"(?:\\[ \t#]|\S)+", rule.partition(":")[2])
    return {os.path.abspath(re.sub(r"\\([ \t#])", r"\1", word).replace("$$", "$")) for word in words}


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
