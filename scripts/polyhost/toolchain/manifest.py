"""What a module in the cache was made from, so that it is known when it must be made again."""

import marshal
import os
from importlib.machinery import EXTENSION_SUFFIXES

from polyhost.toolchain import cache, compiler


KEYS = {"object", "made_from", "line", "native", "files", "absent"}


def digest(text):
    return cache.hash_of(text.encode("utf-8", "surrogatepass"))


def fingerprint(path):
    """[size, time of change, digest] of a file. The time is the one that cannot be set: that of its inode."""
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        return [status.st_size, status.st_ctime_ns, cache.hash_of(file.read())]


def file_name(module, path):
    """What a shared object is called in the cache (str): its content tells it from those of before and after."""
    return f"{module}.{fingerprint(path)[2]}{EXTENSION_SUFFIXES[0]}"


def fingerprint_before(path, start):
    """The fingerprint, which no file has if this one was changed since `start` (ns since the epoch) or is gone: then
    nobody knows what the compiler has read."""
    try:
        found = fingerprint(path)
    except OSError:
        return [-1, 0, ""]
    return found if found[1] < start else [-1, 0, ""]


def unchanged(path, known):
    """True if the file has the content it had; only a file that was touched is read."""
    try:
        status = os.stat(path)
        return [status.st_size, status.st_ctime_ns] == known[:2] or (status.st_size == known[0] and fingerprint(path)[2] == known[2])
    except OSError:
        return False


def write(entry, unit, name, options, files, absent, start):
    """Notes that the entry's file `name`, as of file_name, is what that unit makes, by a compiler with these options (list
    of str) that has read these files, has not found those that are absent, and has begun at `start` (ns since the epoch)."""
    entry.write(
        "manifest",
        marshal.dumps(
            {
                "object": name,
                "made_from": digest(unit.made_from),
                "line": unit.line,
                "native": compiler.processor() if any("native" in option for option in options) else "",
                "files": {path: fingerprint_before(path, start) for path in sorted(files)},
                "absent": sorted(absent),
            }
        ),
    )


def read(entry):
    """The manifest of the last build (dict); None if there is none that is whole."""
    try:
        with open(entry.file("manifest"), "rb") as file:
            found = marshal.loads(file.read())
        return found if isinstance(found, dict) and found.keys() == KEYS else None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def look_up(entry, unit):
    """The path of the entry's shared object (str), if all that it was made from is as it was then; else None."""
    manifest = read(entry)
    if manifest is None or manifest["made_from"] != digest(unit.made_from):
        return None
    if manifest["native"] and manifest["native"] != compiler.processor():
        return None
    path = entry.file(manifest["object"])
    if any(map(os.path.lexists, manifest["absent"])) or not all(unchanged(*made_from) for made_from in manifest["files"].items()):
        return None
    try:
        if file_name(unit.short_name, path) != manifest["object"]:  # damaged
            return None
    except OSError:
        return None
    unit.shift = unit.line - manifest["line"]
    return path
