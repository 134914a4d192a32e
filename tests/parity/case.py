"""What a parity case is, and how it runs: the same done by two interpreters, each in a fresh directory.

A case expects nothing: what polyhost leaves behind (stdout, stderr, status, files) is compared with what
python3 leaves. Both run at the same path, one after the other, so only the executable's own path needs to be
replaced.
"""

import collections.abc as abc
import dataclasses
import io
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import zipfile

MTIME = 1_600_000_000  # of all files a case begins with
ADDRESS = (r"0x[0-9a-f]+", "0x...")
PROJECT_BASE = (r"(projectbase|EXENAME) = .*", r"\1 = ...")  # sysconfig: the executable and its directory
VARYING = ((r"\b0x[0-9a-f]{8,}", "0x..."), (r"\bpid=\d+", "pid=N"))  # in every output
search_path = ["/usr/bin", "/bin"]  # of the cases; the python3 that is compared with comes first
NUMBERS = (r"\d+(\.\d+)?", "N")


@dataclasses.dataclass(frozen=True)
class Link:
    """A symbolic link among a case's files."""

    target: str


@dataclasses.dataclass(frozen=True)
class Mode:
    """A file with permissions of its own."""

    content: str | bytes
    bits: int


def zipped(files: dict, prefix: bytes = b"") -> bytes:
    """A zip archive as python3 runs it, after an optional shebang line."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return prefix + buffer.getvalue()


@dataclasses.dataclass(kw_only=True)
class Case:
    name: str = dataclasses.field(kw_only=False)
    args: abc.Sequence[str | bytes] = dataclasses.field(kw_only=False, default=())
    stdin: str | bytes = b""
    env: abc.Mapping[str, str | None] = dataclasses.field(default_factory=dict)  # None: not set
    files: abc.Mapping[str | bytes, object] = dataclasses.field(default_factory=dict)
    shell: str = ""  # instead of args: a script for sh in which "$PY" is the executable
    act: abc.Callable[["Host"], object] | None = None  # instead of both: what it returns is compared
    alias: str = ""  # the executable is started through a link of this name, as DIRECTORY/bin/ALIAS
    edit: abc.Sequence[tuple[str, str]] = ()  # regular expressions replaced in the outputs of both
    ignore: str = ""  # files left whose paths match this are not looked at
    timeout: float = 60
    skip: str = ""  # why it cannot run here
    subject: str = ""


@dataclasses.dataclass
class Outcome:
    """What one interpreter did: named parts, each compared on its own."""

    parts: dict[str, str]

    def part(self, name):
        return self.parts.get(name, "(nothing)")


def status_text(code):
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def as_bytes(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


class Host:
    """One interpreter at work on one case."""

    def __init__(self, executable, case, directory, is_baseline):
        self.case = case
        self.directory = pathlib.Path(directory)
        self.work = self.directory / "work"
        self.is_baseline = is_baseline
        self.real = executable  # also behind an alias
        self.timed_out = False
        self._started = []
        for folder in ("work", "home", "tmp", "bin"):
            (self.directory / folder).mkdir(parents=True)
        self.python = executable
        if case.alias:
            self.python = str(self.directory / "bin" / case.alias)
            os.symlink(executable, self.python)
        self.environment = {"PATH": ":".join(search_path), "LANG": "C.UTF-8", "HOME": str(self.directory / "home"),
                            "TMPDIR": str(self.directory / "tmp"), "TERM": "dumb", "PY": self.python}
        for name, value in case.env.items():
            self.environment.pop(name, None)
            if value is not None:
                self.environment[name] = value.replace("DIR", str(self.directory))
        for name, content in case.files.items():
            self._write(name, content)

    def _write(self, name, content):
        path = os.path.join(os.fsencode(self.work), as_bytes(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, Link):
            os.symlink(content.target.replace("PYTHON", self.python), path)
            return
        if path.endswith(b"/"):
            return
        bits = content.bits if isinstance(content, Mode) else 0o644
        data = as_bytes(content.content if isinstance(content, Mode) else content)
        with open(path, "wb") as file:
            file.write(data.replace(b"PYTHON!", self.python.encode()))
        os.chmod(path, bits)
        os.utime(path, (MTIME, MTIME))

    def popen(self, *command, **options):
        """Starts a command line in the case's directory and environment, in a session of its own."""
        settings = {"cwd": self.work, "env": self.environment, "start_new_session": True,
                    "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, **(settings | options))
        self._started.append(process)
        return process

    def start(self, *args, **options):
        """Starts the interpreter."""
        return self.popen(self.python, *args, **options)

    def finish(self, process, stdin=None):
        """Waits for a process; its outputs and status as text."""
        out, err = process.communicate(stdin)
        return {"stdout": out, "stderr": err, "status": status_text(process.returncode)}

    def run(self, *command, stdin=b""):
        return self.finish(self.popen(*command, stdin=subprocess.PIPE), as_bytes(stdin))

    def outcome(self):
        """Does the whole case."""
        watchdog = threading.Timer(self.case.timeout, self._kill)
        watchdog.start()
        try:
            found = self._perform()
        except Exception as error:  # a driver that lost its process: compared like any result
            found = {"driver": f"{type(error).__name__}: {error}"}
        finally:
            watchdog.cancel()
            self._kill(late=False)
        if self.timed_out:
            found["time"] = f"did not end within {self.case.timeout} s"
        parts = {name: self._normal(text) for name, text in found.items()}
        return Outcome(parts | self._files())

    def _perform(self):
        if self.case.act is not None:
            result = self.case.act(self)
            return result if isinstance(result, dict) else {"result": result}
        command = ["/bin/sh", "-c", self.case.shell] if self.case.shell else [self.python, *self.case.args]
        return self.run(*command, stdin=self.case.stdin)

    def _kill(self, late=True):
        self.timed_out = self.timed_out or late
        for process in self._started:
            if late or process.poll() is None:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                if not late:
                    process.wait()

    def _normal(self, text):
        """Replaces the executable's own path only: another interpreter's stays and makes a difference."""
        if text is None:
            return ""
        text = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else str(text)
        for path in sorted({self.real, os.path.realpath(self.real)}, key=len, reverse=True):
            text = re.sub(re.escape(path) + r"(?!\.?\w)", "<python>", text)
        for pattern, replacement in (*VARYING, *self.case.edit):
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return text

    def _files(self):
        found = {}
        for folder, folders, names in os.walk(os.fsencode(self.directory)):
            for name in folders + names:
                path = os.path.join(folder, name)
                shown = os.path.relpath(path, os.fsencode(self.directory)).decode("utf-8", "backslashreplace")
                if shown.startswith("bin/") or (self.case.ignore and re.search(self.case.ignore, shown)):
                    continue
                found["file " + shown] = self._describe(path)
        return found

    def _describe(self, path):
        if os.path.islink(path):
            return "link to " + self._normal(os.readlink(path))
        bits = f"{os.lstat(path).st_mode & 0o7777:o} "
        if os.path.isdir(path):
            return bits + "directory"
        if not os.path.isfile(path):
            return bits + "special"
        with open(path, "rb") as file:
            data = file.read()
        if path.endswith(b".pyc"):
            return bits + f"bytecode, header {data[:8].hex()}"  # the rest depends on reference counts
        return bits + self._normal(data)


def execute(case, executable, directory, is_baseline, kind=Host):
    """The outcome of a case by one executable; the directory is made and removed."""
    try:
        return kind(executable, case, directory, is_baseline).outcome()
    finally:
        for folder, _, _ in os.walk(directory):
            os.chmod(folder, 0o755)
        shutil.rmtree(directory, ignore_errors=True)
