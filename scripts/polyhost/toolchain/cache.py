"""The cache of compiled modules, $XDG_CACHE_HOME/polyhost: each entry a directory, built once by whoever locks it.

Whatever is read back is code that will run, so nobody else may be able to write it.
"""

import _imp
import errno
import os
import stat

from polyhost.toolchain.errors import CompileError

ADVICE = "set XDG_CACHE_HOME to a directory of yours that can be written"


def directory():
    """The cache's own directory, as $XDG_CACHE_HOME says, else ~/.cache (str); it need not be there."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the XDG specification: else ignored
        home = os.path.expanduser("~")
        if not os.path.isabs(home):  # neither $HOME nor an entry in the system's list of users
            raise CompileError("there is no home directory for the cache: set XDG_CACHE_HOME to a directory of yours")
        base = os.path.join(home, ".cache")
    return os.path.join(os.path.normpath(base), "polyhost")


def check_owner(path):
    """Refuses a directory that somebody else could have filled. CompileError; OSError if it is not there."""
    status = os.stat(path, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode):
        raise CompileError(f"the cache {path} is not a directory: remove it, or {ADVICE}")
    if status.st_uid != os.geteuid():
        raise CompileError(f"the cache {path} belongs to another user (uid {status.st_uid}): remove it, or {ADVICE}")
    if status.st_mode & 0o022:
        raise CompileError(f"others may write to the cache {path}: run `chmod 700 {path}`, or {ADVICE}")


def explained(error):
    """A CompileError for an OSError: one sentence with the next step."""
    where = f" {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CompileError(f"the disk is full: no room for the cache{where or ' ' + directory()}; make room, or {ADVICE}")
    return CompileError(f"cannot write to the cache{where}: {error.strerror}; {ADVICE}")


def hash_of(content):
    """16 hexadecimal digits for bytes (str). As importlib.util.source_hash, whose module takes longer to import than a
    module of the cache altogether."""
    return _imp.source_hash(0x706F6C79686F7374, content).hex()


def digest(*parts):
    """A hexadecimal name for that text, bytes, numbers or nested lists of them (str)."""
    text = repr(parts).encode("utf-8", "surrogateescape")
    return hash_of(text) + hash_of(text[::-1])


class Entry:
    """One directory of the cache; `path` (str). Made by lock(), not before: a cache that is only read needs no right to write."""

    def __init__(self, *name):
        self.path = os.path.join(directory(), *name)

    @classmethod
    def of(cls, path):
        """The entry that a file is in."""
        entry = cls.__new__(cls)
        entry.path = os.path.dirname(path)
        return entry

    def file(self, name):
        return os.path.join(self.path, name)

    def trusted(self):
        """True if the entry is there; CompileError if it is not to be trusted."""
        try:
            check_owner(directory())
            check_owner(self.path)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise explained(error) from None
        return True

    def lock(self):
        """Makes the entry, and keeps other processes and threads out of it while the context lasts. CompileError if it
        cannot be written."""
        return Lock(self)

    def workplace(self):
        """A directory within the entry for one build alone, as a context: gone after it. Needs the lock. Not even a compiler
        that has outlived a killed build writes into that of the next."""
        return Workplace(self)

    def write(self, name, content):
        """Puts bytes into a file of the entry, whole or not at all."""
        write_whole(self.file(name), content)

    def clean(self, keep):
        """Removes what earlier builds have left, also those that were killed half-way. Needs the lock."""
        for name in os.listdir(self.path):
            if name not in keep and name != "lock":
                remove(self.file(name))


def write_whole(path, content):
    """Puts bytes into a file, whole or not at all."""
    unfinished = f"{path}.{os.getpid()}.unfinished"
    try:
        with open(unfinished, "wb") as file:
            file.write(content)
        os.replace(unfinished, path)
    except BaseException:
        remove(unfinished)
        raise


def remove(path):
    """A file, or a directory of files; or nothing."""
    try:
        if os.path.isdir(path):
            for name in os.listdir(path):
                os.remove(os.path.join(path, name))
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError:  # a compiler that nobody waits for still writes there
        pass


class Workplace:
    """The context of Entry.workplace(): the directory's path (str)."""

    def __init__(self, entry):
        import time

        self.path = entry.file(f"build.{os.getpid()}.{time.time_ns()}")

    def __enter__(self):
        os.mkdir(self.path, 0o700)
        return self.path

    def __exit__(self, *_):
        remove(self.path)


class Lock:
    """The context of Entry.lock()."""

    def __init__(self, entry):
        self.entry, self.file = entry, -1

    def __enter__(self):
        import fcntl

        try:
            os.makedirs(os.path.dirname(directory()), exist_ok=True)
            for path in (directory(), os.path.dirname(self.entry.path), self.entry.path):
                try:
                    os.mkdir(path, 0o700)
                except FileExistsError:
                    pass
                check_owner(path)
            self.file = os.open(self.entry.file("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise explained(error) from None
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX)
        except BaseException as error:
            os.close(self.file)
            raise explained(error) if isinstance(error, OSError) else error from None

    def __exit__(self, kind, error, _):
        import fcntl

        fcntl.flock(self.file, fcntl.LOCK_UN)  # a child that was forked meanwhile has the file, too
        os.close(self.file)
        if isinstance(error, OSError):
            raise explained(error) from None
