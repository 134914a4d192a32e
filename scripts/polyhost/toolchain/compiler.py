"""The compiler: which one, with which options, and one run of it."""

import errno
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

from polyhost.toolchain import cache, headers
from polyhost.toolchain.errors import CompileError

INSTALL = "install one with `apt-get install g++`, or name yours in the environment variable CXX"
# Options that leave the layout of classes alone: with these, and no others, a module may share what is compiled once.
HARMLESS = ("-O", "-march=", "-mtune=", "-msse", "-mavx", "-mfma", "-mbmi", "-W", "-I", "-L", "-l", "-g", "-pthread", "-fopenmp", "-funroll", "-DNDEBUG")
# Environment variables that change what a compiler does.
VARIABLES = ("CXX", "CPATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX", "COMPILER_PATH", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR")


def command():
    """The compiler as a command (list of str): $CXX, else g++, clang++ or c++. CompileError if there is none."""
    named = os.environ.get("CXX", "").split()
    for words in [named] if named else [["g++"], ["clang++"], ["c++"]]:
        if path := which(words[0]):
            return [os.path.abspath(path), *words[1:]]
    raise CompileError(f"there is no C++ compiler{f' {named[0]!r}' if named else ''}: {INSTALL}")


def which(program):
    """As shutil.which, whose module takes longer to import than the search."""
    for directory in [""] if "/" in program else os.get_exec_path():
        path = os.path.join(directory, program)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None


def identity(words):
    """What tells this compiler, this machine and this Python from others, without running anything (a tuple)."""
    environment = tuple(os.environ.get(name, "") for name in VARIABLES)
    return (words, programs(words), environment, EXTENSION_SUFFIXES[0], sys.version_info[:3], headers.DIGEST)


def programs(words):
    """The programs that these words may come to, told by their inode, size and time (list): also those behind a wrapper,
    which stands before the compiler (`ccache g++`) or earlier on PATH under its name."""
    places = [words[0]]
    for word in words:
        if not word.startswith("-"):
            places += [os.path.join(directory, os.path.basename(word)) for directory in os.get_exec_path()]
    found = []
    for path in places:
        try:
            status = os.stat(path)
        except OSError:
            continue
        found.append((path, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def processor():
    """The features of this processor, for code that is compiled for it alone."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            return next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        return ""


def python_include():
    import sysconfig

    path = sysconfig.get_path("include", "posix_prefix")
    if not os.path.exists(os.path.join(path, "Python.h")):
        raise CompileError(f"Python's headers are missing ({path}/Python.h): install them with `apt-get install libpython3-dev`")
    return path


def base_options(include):
    """What every source is compiled with (list of str); include (str): the directory of the public headers."""
    return ["-std=c++20", "-O2", "-fPIC", "-fvisibility=hidden", "-Werror=return-type", f"-I{include}", f"-isystem{python_include()}"]


def may_share(flags):
    """True if a module compiled with these options works with what is compiled once for all (detail/inline.hpp)."""
    return all(flag.startswith(HARMLESS) and not flag.startswith("-Wp,") for flag in flags)


def unpack_headers():
    """The directory of the public headers, which the binary carries (str)."""
    from polyhost.toolchain.header_files import FILES

    entry = cache.Entry("headers", headers.DIGEST)
    if not (entry.trusted() and os.path.exists(entry.file("complete"))):
        with entry.lock():
            for name, text in FILES.items():
                os.makedirs(os.path.dirname(entry.file(name)), mode=0o700, exist_ok=True)
                entry.write(name, text.encode())
            entry.write("complete", b"")
    return entry.path


def run(words, what, directory):
    """Runs a compiler to its end, in that directory; what it said on stderr (str). CompileError if it fails, does not end by
    itself, or the disk is full; `what` names the source in it."""
    return Run(words, what, directory).wait()


class Run:
    """A compiler at work. CompileError if it cannot be started."""

    def __init__(self, words, what, directory):
        import subprocess

        if not os.path.isdir(directory):
            raise CompileError(f"{what} was not compiled: the directory {directory} is gone")
        self.what, self.said = what, os.memfd_create("stderr")
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": self.said}
        try:  # in a process group of its own, which can be ended as a whole
            self.process = subprocess.Popen(words, cwd=directory, env={**os.environ, "LC_ALL": "C"}, process_group=0, **streams)
        except BaseException as failure:
            os.close(self.said)
            if isinstance(failure, OSError):
                advice = "give it fewer flags" if failure.errno == errno.E2BIG else INSTALL
                raise CompileError(f"the compiler {words[0]} cannot be run: {failure.strerror}; {advice}") from None
            if isinstance(failure, ValueError):  # a NUL, a lone surrogate
                raise CompileError(f"{what} has flags that no command can have: {failure}") from None
            raise

    def wait(self):
        """As run()."""
        try:
            status = self.process.wait()
            os.lseek(self.said, 0, os.SEEK_SET)
            with open(self.said, "rb", closefd=False) as file:
                said = file.read().decode(errors="replace")
        finally:
            self.stop()
        if status == 0:
            return said
        raise self.failure(status, said)

    def stop(self):
        """Ends it, if it still runs: after Ctrl-C, or where its result is of no use any more."""
        if self.said >= 0:
            if self.process.poll() is None:
                os.killpg(self.process.pid, 15)  # SIGTERM: it removes its temporary files
                self.process.wait()
            os.close(self.said)
            self.said = -1

    def failure(self, status, said):
        from polyhost.toolchain import diagnostics

        if "No space left on device" in said or "Disk quota exceeded" in said:
            return CompileError(f"{self.what} was not compiled, as the disk is full: make room in {cache.directory()} and $TMPDIR, or {cache.ADVICE}", output=said)
        killed = -status if status < 0 else None
        if killed or "Killed signal" in said or "fatal error: Killed" in said:
            import signal

            name = signal.Signals(killed).name if killed else "SIGKILL"
            return CompileError(f"{self.what} was not compiled: the compiler was ended by {name} (out of memory?); try again", output=said)
        return diagnostics.error(self.what, said)


def pkg_config(packages, where):
    """(compile options, link options, .pc files) of packages (lists of str)."""
    if not packages:
        return [], [], []
    import shlex
    import subprocess

    tool = which("pkg-config")
    if tool is None:
        raise CompileError(f"{where} needs pkg-config: install it with `apt-get install pkg-config`")

    def ask(*question):
        done = subprocess.run([tool, *question], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()
            wanted = question[-1] if len(question) == 2 else " ".join(packages)
            raise CompileError(f"{where}: pkg-config knows no {wanted} ({reason[0] if reason else 'no reason given'}): install its development package")
        return shlex.split(done.stdout)

    files = [os.path.join(*ask("--variable=pcfiledir", package), package + ".pc") for package in packages]
    return ask("--cflags", *packages), ask("--libs", *packages), files
