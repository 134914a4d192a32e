"""From a source to a shared object in the cache: found there, or compiled by whichever process comes first."""

import marshal
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import source_hash

from polyhost.toolchain import cache, compiler
from polyhost.toolchain.errors import CompileError


class Unit:
    """One module to build. name (str): what Python calls it; title (str): what messages call it, and where it stands;
    made_from (str): whatever its text depends on, which
    a file keeps its place in the cache without (is_file); write (function): makes the (text, options), as of
    source.read_options, when it is to be compiled; base (str): the directory that its other sources are named from;
    warnings (bool): the compiler's are shown."""

    def __init__(self, name, title, made_from, write, base, warnings=False, is_file=False):
        self.name, self.title, self.made_from, self.write = name, title, made_from, write
        self.base, self.warnings, self.is_file = base, warnings, is_file

    @classmethod
    def of_file(cls, name, path, flags=()):
        """flags (list of str): besides the file's own. CompileError if the file cannot be read or is no UTF-8."""
        path = os.path.abspath(path)
        try:
            with open(path, encoding="utf-8-sig") as file:
                text = file.read()
        except UnicodeDecodeError as error:
            raise CompileError(f"{path} is not UTF-8 (at byte {error.start}): save it as that") from None
        except OSError as error:
            raise CompileError(f"{path} cannot be read: {error.strerror}") from None

        def write():
            from polyhost.toolchain import source

            options = source.read_options(text, path)
            return source.complete(text, name, path), {**options, "flags": [*options["flags"], *flags]}

        return cls(name, path, repr((text, flags)) if flags else text, write, os.path.dirname(path), is_file=True)

    @property
    def short_name(self):
        return self.name.rpartition(".")[2]


def build(unit):
    """The path of the unit's shared object (str). CompileError, whose traceback ends here: what follows says nothing of
    the user's code."""
    try:
        return find_or_compile(unit)
    except CompileError as error:
        raise error.with_traceback(None) from None


def find_or_compile(unit):
    words = compiler.command()
    identity = compiler.identity(words)
    entry = cache.Entry("modules", cache.digest(identity, unit.name, unit.title, unit.base, unit.warnings, None if unit.is_file else unit.made_from))
    found = entry.trusted() and look_up(entry, unit)
    if found:
        return found
    with entry.lock():
        return look_up(entry, unit) or compile_unit(entry, unit, words)


def read_manifest(entry):
    """What compile_unit has left of the last build; None if there is none."""
    try:
        with open(entry.file("manifest"), "rb") as file:
            return marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None


def look_up(entry, unit):
    """The shared object, if all that it was made from is as it was then; else None."""
    manifest = read_manifest(entry)
    if manifest is None or manifest["made_from"] != digest(unit.made_from):
        return None
    if manifest["native"] and manifest["native"] != compiler.processor():
        return None
    path = entry.file(manifest["object"])
    try:
        if os.stat(path).st_size != manifest["size"]:
            return None
    except OSError:
        return None
    return path if all(unchanged(*made_from) for made_from in manifest["files"].items()) else None


def digest(text):
    return source_hash(text.encode("utf-8", "surrogatepass")).hex()


def fingerprint(path):
    """[size, time of change, digest] of a file."""
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        return [status.st_size, status.st_mtime_ns, source_hash(file.read()).hex()]


def unchanged(path, known):
    """True if the file has the content it had; only a file that was touched is read."""
    try:
        status = os.stat(path)
        return [status.st_size, status.st_mtime_ns] == known[:2] or (status.st_size == known[0] and fingerprint(path)[2] == known[2])
    except OSError:
        return False


def compile_unit(entry, unit, words):
    """Compiles into the entry. Needs its lock."""
    text, options = unit.write()
    before = read_manifest(entry)
    entry.clean(keep=("manifest", before and before["object"]))
    flags = options["flags"] + (["-Wall", "-Wextra"] if unit.warnings else [])
    shared = compiler.may_share(flags)
    include = compiler.unpack_headers()
    cflags, libs, files = compiler.pkg_config(options["pkg-config"], unit.title)
    base = [*words, *compiler.BASE, f"-I{include}", f"-isystem{compiler.python_include()}", "-iquote", unit.base, *cflags, *flags]
    main = entry.file("source.cpp")
    entry.write("source.cpp", text.encode("utf-8", "surrogatepass"))
    said, objects, files = "", [], set(files)
    with progress(unit.title):
        support = start_support(words, include) if shared else None
        for number, path in enumerate([main, *(os.path.join(unit.base, other) for other in options["sources"])]):
            target = entry.file(f"{number}.o")
            define = ["-DPOLYHOST_COMPILED"] if shared else []
            said += compiler.run([*base, *define, "-MMD", "-MF", target + ".d", "-c", path, "-o", target], unit.title)
            objects.append(target)
            files |= dependencies(target + ".d") - {main}
        if support:
            objects.append(support())
        made = entry.file("linking.so")
        said += compiler.run([*words, "-shared", *flags, *objects, *libs, "-o", made], unit.title)
    size, _, content = fingerprint(made)
    name = f"{unit.short_name}.{content}{EXTENSION_SUFFIXES[0]}"
    os.replace(made, entry.file(name))
    manifest = {
        "object": name,
        "size": size,
        "made_from": digest(unit.made_from),
        "native": compiler.processor() if any("native" in flag for flag in flags) else "",
        "files": {path: fingerprint(path) for path in sorted(files) if not path.startswith(include)},
    }
    entry.write("manifest", marshal.dumps(manifest))
    entry.clean(keep=("manifest", name))
    if unit.warnings:
        from polyhost.toolchain import diagnostics

        diagnostics.warn(said)
    return entry.file(name)


def dependencies(path):
    """The files that a make rule names, other than the target (set of str)."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        rule = file.read().replace("\\\n", " ")
    words = rule.partition(": ")[2].replace("\\ ", "\0").split()
    return {os.path.abspath(word.replace("\0", " ").replace("$$", "$")) for word in words}


def start_support(words, include):
    """Has what all modules share (detail/impl) compiled beside the module, if it is not in the cache yet. Returns a
    function that waits for it and gives its path."""
    entry = cache.Entry("support", cache.digest(compiler.identity(words)))
    path = entry.file("support.o")
    if entry.trusted() and os.path.exists(path):
        return lambda: path
    import threading

    failures = []

    def make():
        try:
            with entry.lock():
                if not os.path.exists(path):
                    entry.write("support.cpp", b"#include <polyhost/detail/impl/all.hpp>\n")
                    made = entry.file("unfinished.o")
                    options = [*compiler.BASE, "-DPOLYHOST_COMPILED", f"-I{include}", f"-isystem{compiler.python_include()}"]
                    compiler.run([*words, *options, "-c", entry.file("support.cpp"), "-o", made], "polyhost's own code")
                    os.replace(made, path)
        except CompileError as error:
            failures.append(error)

    thread = threading.Thread(target=make)
    thread.start()

    def wait():
        thread.join()
        if failures:
            raise failures[0]
        return path

    return wait


class progress:
    """One line on a terminal while a compiler runs."""

    def __init__(self, what):
        self.text = f"polyhost: compiling {what} ..." if sys.stderr is not None and sys.stderr.isatty() else ""

    def __enter__(self):
        if self.text:
            sys.stderr.write(self.text)
            sys.stderr.flush()

    def __exit__(self, *_):
        if self.text:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
