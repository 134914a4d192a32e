"""One file of CPython's own tests, run by one interpreter: what became of each of its test cases.

regrtest writes a result for each test case into an XML file. What that leaves out (sub-tests, skipped or broken classes
and modules, changes of the environment) is in its log.
"""

import dataclasses
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree as ET

# All else differs from user to user, and some of it changes what tests do.
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TZ", "USER", "LOGNAME", "SHELL")

# What differs from run to run in names and reasons: addresses, process ids, temporary files.
VARYING = re.compile(r"\b0x[0-9a-f]{6,}|@test_\d+|\bpid[ =]\d+|/\S*parity-\w+\S*")

# Test cases that never end where the machine lacks what they use, under any Python.
ENDLESS = {"test_socket": ["*VSOCK*"]}  # a guest without a connection to its host

TRACEBACKS_SECONDS = 5


@dataclasses.dataclass(frozen=True)
class Outcome:
    kind: str  # passed, failed, error, skipped, expected failure, unexpected success
    detail: str = ""  # the reason or the type of the exception: compared
    message: str = dataclasses.field(default="", compare=False)

    def __str__(self):
        return ": ".join(part for part in (self.kind, self.message or self.detail) if part)


@dataclasses.dataclass
class Result:
    end: str  # "exit 0", "killed by SIGSEGV", "timeout after 600 s"
    cases: dict[str, list[Outcome]]  # a name can stand for several
    seconds: float
    log: str


def steady(text):
    return VARYING.sub("...", text)


def first_line(text):
    lines = text.strip().splitlines()
    return lines[0][:300] if lines else ""


def outcome_of(element):
    """What regrtest's XML says of a test case."""
    for child in element:
        text = child.text or ""
        if child.tag == "skipped":
            return Outcome("skipped", steady(text))
        if child.tag in ("failure", "error"):
            kind = "failed" if child.tag == "failure" else "error"
            return Outcome(kind, child.get("type", ""), first_line(child.get("message", "")))
        if child.tag == "output":
            return Outcome("expected failure", child.get("type", ""))
        if child.tag == "outcome":
            return Outcome("unexpected success")
    return Outcome("passed")


def read_xml(path, cases):
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError):  # there is none if the interpreter crashed
        return
    for element in root.iter("testcase"):
        if "name" in element.attrib:  # a case with a failed sub-test has none
            cases.setdefault(steady(element.get("name")), []).append(outcome_of(element))


CASE = r"(?:\w+) \(([\w.<>]+)\)(.*)"
PROBLEM = re.compile(rf"(ERROR|FAIL): {CASE}\n")
ENDED = re.compile(rf" *{CASE} \.\.\. (ok|FAIL|ERROR|expected failure|skipped .+)\n")
SKIPPED_FILE = re.compile(r"(test_\w+) skipped -- (.+)\n")
WARNING = re.compile(r"Warning -- (.+)\n")
WORDS = {"ok": "passed", "FAIL": "failed", "ERROR": "error"}


def read_line(line, crashed):
    """A case and its outcome, or None. Where there is an XML file, only what that lacks."""
    if match := PROBLEM.fullmatch(line):
        return match[2] + match[3], Outcome(WORDS[match[1]])
    if match := ENDED.fullmatch(line):
        if match[3].startswith("skipped"):
            return match[1] + match[2], Outcome("skipped", steady(match[3].partition(" ")[2]))
        if crashed:
            return match[1] + match[2], Outcome(WORDS.get(match[3], match[3]))
    if match := SKIPPED_FILE.fullmatch(line):
        return match[1], Outcome("skipped", steady(match[2]))
    if match := WARNING.match(line):
        return "environment", Outcome("changed", re.sub(r"\d+", "N", steady(match[1])))
    return None


def read_log(lines, cases):
    """Adds the cases that the XML does not name."""
    found = {}
    crashed = not cases
    for line in lines:
        case, outcome = read_line(line, crashed) or (None, None)
        if case and steady(case) not in cases:
            found.setdefault(steady(case), []).append(outcome)
    cases.update(found)


class Interrupted(Exception):
    """The run is being ended."""


class Runner:
    """Runs test files, each in a directory and a session of its own."""

    def __init__(self, directory, timeout):
        self.directory = directory
        self.timeout = timeout
        self.running = set()
        self.stopped = False
        self.lock = threading.Lock()

    def run(self, name, interpreter, label, attempt=""):
        place = tempfile.mkdtemp(dir=self.directory)
        for folder in ("home", "tmp", "work"):
            os.makedirs(os.path.join(place, folder))
        log_path = os.path.join(self.directory, f"{name}.{label}{attempt}.log")
        xml_path = os.path.join(place, "result.xml")
        command = [interpreter, "-m", "test", "-v", "--fail-env-changed", "--junit-xml", xml_path,
                   *(word for pattern in ENDLESS.get(name, ()) for word in ("--ignore", pattern)), name]
        start = time.monotonic()
        with open(log_path, "wb") as log:
            end = self.execute(command, place, log)
        seconds = time.monotonic() - start
        cases = {}
        read_xml(xml_path, cases)
        with open(log_path, encoding="utf-8", errors="backslashreplace") as log:
            read_log(log, cases)
        remove(place)
        return Result(end, cases, seconds, log_path)

    def execute(self, command, place, log):
        environment = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
        environment.update(HOME=os.path.join(place, "home"), TMPDIR=os.path.join(place, "tmp"))
        with self.lock:
            if self.stopped:
                raise Interrupted
            process = subprocess.Popen(command, cwd=os.path.join(place, "work"), env=environment, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
            self.running.add(process.pid)
        in_time = ended_within(process.pid, self.timeout)
        if not in_time:
            os.kill(process.pid, signal.SIGABRT)  # regrtest has faulthandler print where each thread is
            ended_within(process.pid, TRACEBACKS_SECONDS)
        # Until it is waited for, its id is nobody else's.
        with self.lock:
            kill_session(process.pid)
            self.running.discard(process.pid)
        code = process.wait()
        if self.stopped:
            raise Interrupted
        if not in_time:
            return f"timeout after {self.timeout} s"
        return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def stop(self):
        with self.lock:
            self.stopped = True
            for leader in self.running:
                kill_session(leader)


def ended_within(process, seconds):
    handle = os.pidfd_open(process)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(handle)


def kill_session(leader):
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def remove(folder):
    """As shutil.rmtree, also where a test has left directories that may not be written."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(root, name), 0o700, follow_symlinks=os.chmod not in os.supports_follow_symlinks)
    shutil.rmtree(folder, ignore_errors=True)
