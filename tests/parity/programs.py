#!/usr/bin/python3
"""Programs nobody here wrote, each run whole by polyhost and by python3: pip, pytest, Django, Jupyter, Dask and others.

    tests/parity/run --only programs [--install] [--list] [--polyhost PATH] [--python PATH] [NAME...]

On demand only: no other run of tests includes it, `run --all` neither. It needs Debian packages, which stand beside each
program in the table below; `--install` installs them (as root), without them a program is skipped. What a program prints,
its status and the files it leaves must be the same, except times, ports and the executable's own path; and python3's
result must show that the program did its work. The last line is "N passed, N failed, N skipped"; the exit status is 1 if
any failed.
"""

import argparse
import collections.abc as abc
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # before the modules beside this file are imported
sys.path[:0] = [str(HERE), str(HERE / "programs"), str(HERE / "cases")]
import building  # noqa: E402
import checking  # noqa: E402
import computing  # noqa: E402
import documents  # noqa: E402
import installing  # noqa: E402
import jupyter  # noqa: E402
import serving  # noqa: E402
import testing  # noqa: E402
import tools  # noqa: E402
from case import ADDRESS, Case, Host, execute  # noqa: E402
from differential import differences, prepare_process  # noqa: E402

EDITS = (
    ADDRESS,
    (r"\b\d+(\.\d+)?( ?)(s|[mµnu]s|seconds?)\b( \(\d:\d\d:\d\d\))?", r"N\2\3"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?( ?[+-]\d{4})?", "TIME"),
    (r"\b\d\d/\w{3}/\d{4}[: ]\d\d:\d\d:\d\d( [+-]\d{4})?", "TIME"),
    (r'(HTTP/1.1" 200) \d+', r"\1 LENGTH"),
    (r"={4,}", "===="),  # as wide as a terminal, less the figures between
    (r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT"),
    (r"(\bpip-[\w-]+|\bbuild-env|/\.tmp)-[a-z0-9_]{8}\b", r"\1-RANDOM"),
)
GRACE = 10  # seconds that processes have to end after the program has


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    packages: str
    act: abc.Callable[[Host], dict]
    proof: str  # a regular expression that python3's result must match: the program did its work
    edit: abc.Sequence[tuple[str, str]] = ()  # besides EDITS
    ignore: str = ""  # files left that are not compared
    timeout: float = 180  # of one run, in seconds

    def case(self):
        """The order of sets is made the same for all processes: it shows in what some programs print."""
        return Case(self.name, act=self.act, edit=(*EDITS, *self.edit), ignore=self.ignore, timeout=self.timeout,
                    env={"PYTHONHASHSEED": "0"})

    def missing(self):
        asked = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *self.packages.split()]
        answer = subprocess.run(asked, capture_output=True, text=True).stdout
        return [name for name in self.packages.split() if f"{name} installed\n" not in answer]


PROGRAMS = (
    Program("pip", "python3-pip python3-venv", installing.pip,
            proof=r"(?s)script stdout: demo .*exit 5.*Successfully uninstalled demo", ignore=installing.LEFT),
    Program("pip-system", "python3-pip python3-venv python3-pytest", installing.pip_system,
            proof=r"(?s)Successfully installed wheel.*wheel 0\..*Successfully uninstalled wheel", ignore=installing.LEFT),
    Program("pip-build", "python3-pip python3-venv python3-dev gcc", installing.pip_build,
            proof=r"(?s)built by \S+/v/bin.*use stdout: 42 ", edit=[("sha256=.*", "sha256=...")], ignore=installing.LEFT),
    Program("build", "python3-build python3-venv python3-dev gcc", installing.build,
            proof=r"(?s)Successfully built thing-1.0.*\.whl", ignore=installing.LEFT),
    Program("virtualenv", "python3-virtualenv python3-pip-whl python3-setuptools-whl python3-wheel-whl",
            installing.virtualenv, proof=r"(?s)script stdout: demo .*exit 5.*Successfully uninstalled demo",
            ignore=installing.LEFT),
    Program("tox", "tox python3-pip-whl python3-setuptools-whl python3-wheel-whl", installing.tox,
            proof="again: commands succeeded", ignore=installing.LEFT,
            edit=[(r"PYTHONHASHSEED='\d+'", "PYTHONHASHSEED=N")]),
    Program("pytest-networkx", "python3-pytest python3-networkx", testing.networkx, proof=r"\d{3} passed"),
    Program("pytest-numpy", "python3-pytest python3-numpy python3-hypothesis", testing.numpy, proof=r"\d{4} passed",
            timeout=400),
    Program("pytest-pandas", "python3-pytest python3-pandas python3-hypothesis", testing.pandas, proof=r"\d{4} passed",
            timeout=400),
    Program("pytest-xdist", "python3-pytest python3-pytest-xdist", testing.xdist,
            proof="(?s)7 passed.*gw1.txt.*<python>"),
    Program("coverage", "python3-coverage", testing.coverage, proof=r"measured.py +\d+ +0 ",
            ignore=r"work/\.coverage"),
    Program("flake8", "flake8", checking.flake8, proof="E501", ignore="work/tree"),
    Program("black", "black", checking.black, proof=r'float\("inf"\)', ignore="home/"),
    Program("pylint", "pylint", checking.pylint, proof="rated at", ignore="work/tree|home/"),
    Program("mypy", "mypy", checking.mypy, proof="(?s)Found .* errors.*executable: <python>.*Daemon stopped",
            ignore=r"work/tree|_cache|\.dmypy"),
    Program("sphinx", "python3-sphinx", documents.sphinx, proof="build succeeded", ignore=r"\.doctrees|\.buildinfo"),
    Program("flask", "python3-flask", serving.flask, proof="(?s)hello: 200 .*418 I.*exit 0"),
    Program("flask-reload", "python3-flask", serving.flask_reload, proof="(?s)second: 200 .*exit 0"),
    Program("django", "python3-django", serving.django, proof="(?s)Ran 3 tests.*second: 200", ignore=r"\.sqlite3",
            edit=[(r"^\w+ \d+, \d{4} - \d\d:\d\d:\d\d$", "TIME")]),
    Program("gunicorn", "gunicorn", serving.gunicorn, proof="(?s)again: 200.*exit 0"),
    Program("uvicorn", "uvicorn", serving.uvicorn, proof="(?s)hello: 200.*workers: 200",
            edit=[(r"process \[\d+\]", "process [N]"), (r"pipe_handle=\d+", "pipe_handle=N"),
                  (r'"--port", "\d+"', '"--port", N')]),
    Program("ipykernel", "python3-ipykernel python3-jupyter-client", jupyter.kernel,
            proof="(?s)result 42.*KeyboardInterrupt.*alive False", ignore="home/|tmp/"),
    Program("nbconvert", "jupyter-nbconvert python3-ipykernel", jupyter.notebook, proof=r"\[0, 1, 4, 9, 16\]",
            ignore="home/|tmp/|work/", edit=[(r"Writing \d+ bytes", "Writing N bytes")]),
    Program("ipython", "python3-ipython", jupyter.ipython, proof="ZeroDivisionError", ignore="home/"),
    Program("dask", "python3-distributed", computing.dask, proof="(?s)processes 3.*closed Status.closed"),
    Program("dask-commands", "python3-distributed", computing.dask_commands, proof="285"),
    Program("joblib", "python3-joblib", computing.joblib, proof="loky .0, 1, 4, 9, 16. {'<python>'}"),
    Program("celery", "python3-celery", computing.celery, proof="5 <python>", ignore="work/(queue|results)"),
    Program("numba", "python3-numba", computing.numba, proof="332833500.0 499500.0"),
    Program("gevent", "python3-gevent", computing.gevent, proof="terminated"),
    Program("mercurial", "mercurial", tools.mercurial, proof="(?s)second.*checking Python executable .<python>.",
            ignore="work/"),
    Program("meson", "meson ninja-build python3-dev gcc", tools.meson, proof="(?s)made: <python>.*import +OK",
            ignore="work/(out|thing.c)|home/"),
    Program("cython", "cython3 python3-setuptools python3-dev gcc", building.cython, proof="6765",
            ignore=r"\.(c|so|o)$|home/"),
    Program("cffi", "python3-cffi python3-setuptools python3-dev gcc", building.cffi, proof="(?s)5 42.*1.0 1",
            ignore=r"\.(so|o)$"),
    Program("pybind11", "python3-pybind11 pybind11-dev python3-setuptools python3-dev g++", building.pybind11,
            proof="(?s)1 7 6 21.*IndexError", ignore=r"\.(so|o)$"),
)


class Session(Host):
    """A host that finds what its program started, whatever sessions it made, and leaves nothing of it running."""

    working = set()
    stopped = False
    left = ()

    @classmethod
    def stop_all(cls):
        cls.stopped = True
        for session in list(cls.working):
            session._kill()

    def popen(self, *command, **options):
        if self.stopped:
            raise RuntimeError("interrupted")
        return super().popen(*command, **options)

    def processes(self):
        """Command lines of all processes with this host's environment, by number."""
        ours = os.fsencode(f"TMPDIR={self.environment['TMPDIR']}")
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if ours in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode(errors="backslashreplace")
            except OSError:  # it has ended, or is another user's
                pass
        return found

    def _kill(self, late=True):
        super()._kill(late)
        deadline = time.monotonic() + GRACE
        while not late and (self.processes() and time.monotonic() < deadline):
            time.sleep(0.05)  # they are nobody's children that could be waited for
        left = self.processes()
        for number in left:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not late:
            self.left = sorted(left.values())

    def _normal(self, text):
        """Besides the executable's path its name where an environment has a link of that name to it."""
        name = re.escape(os.path.basename(self.real))
        return re.sub(rf"(?<=/bin/){name}(?![.\w])", "<python>", super()._normal(text))

    def outcome(self):
        self.working.add(self)
        try:
            outcome = super().outcome()
        finally:
            self.working.discard(self)
        if self.left:
            outcome.parts["left running"] = "".join(self._normal(line) + "\n" for line in self.left)
        return outcome


@dataclasses.dataclass
class Result:
    program: Program
    seconds: tuple[float, float]
    text: str  # every difference


def lines_of(outcome):
    return "".join(f"{name}: {text}\n" for name, text in outcome.parts.items())


def not_working(program, outcome):
    """Why python3's result is no measure; empty if it is one."""
    faults = [name for name in ("driver", "time", "left running") if name in outcome.parts]
    if not faults and re.search(program.proof, lines_of(outcome)):
        return ""
    shown = lines_of(outcome).replace("\n", "\n    ")[-6000:]
    return f"  under python3 itself it {'has ' + ', '.join(faults) if faults else 'did not do its work'}\n    {shown}\n"


def compare(program, options):
    directory = os.path.join(options.directory, program.name)
    outcomes, seconds = [], []
    for executable in options.python, options.polyhost:
        start = time.monotonic()
        outcomes.append(execute(program.case(), executable, directory, executable == options.python, Session))
        seconds.append(time.monotonic() - start)
    if options.show:
        print(lines_of(outcomes[0]))
    text = not_working(program, outcomes[0])
    for part, lines in differences(*outcomes):
        text += f"  {part}\n" + "".join(f"    {line}\n" for line in lines)
    return Result(program, tuple(seconds), text)


def version_of(executable):
    return subprocess.run([executable, "-IV"], capture_output=True, text=True).stdout.strip()


def install(programs):
    packages = sorted({name for program in programs for name in program.missing()})
    if not packages:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if os.geteuid() != 0:
        sys.exit("programs.py: only root can install; the line is: sudo " + " ".join(command))
    print("installing " + " ".join(packages), flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment)
    if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("programs.py: apt-get failed, the reason stands above; the line is: " + " ".join(command))


def is_installed(program):
    missing = program.missing()
    if missing:
        print(f"skipped {program.name}: needs {' '.join(missing)}; --install installs that")
    return not missing


def run_all(programs, options):
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(compare, program, options) for program in programs]
        try:
            for future in concurrent.futures.as_completed(runs):
                result = future.result()
                failed += bool(result.text)
                print(f"{'DIFFERS' if result.text else 'same':8}{result.program.name:20}"
                      "python3 {:5.1f} s, polyhost {:5.1f} s".format(*result.seconds), flush=True)
                print(result.text, end="", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            Session.stop_all()
            raise
    return failed


def read_arguments():
    parser = argparse.ArgumentParser(prog="run --only programs", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polyhost", default=str(HERE.parents[1] / "build/release/polyhost"), metavar="PATH")
    parser.add_argument("--python", default="/usr/bin/python3", metavar="PATH", help="what it is compared with")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="programs at a time (default: %(default)s)")
    parser.add_argument("--install", action="store_true", help="install the packages that are missing, as root")
    parser.add_argument("--list", action="store_true", help="print the programs and their packages and end")
    parser.add_argument("--show", action="store_true", help="print what python3 did, too")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these programs")
    options = parser.parse_args()
    unknown = set(options.names) - {program.name for program in PROGRAMS}
    if unknown:
        parser.error("there is no program " + ", ".join(sorted(unknown)) + "; --list prints all")
    for name in ("polyhost", "python"):
        path = os.path.abspath(shutil.which(getattr(options, name)) or getattr(options, name))
        if not os.access(path, os.X_OK):
            parser.error(f"{path} is no program; name it with --{name} PATH")
        setattr(options, name, path)
    return options


def main():
    options = read_arguments()
    programs = [program for program in PROGRAMS if not options.names or program.name in options.names]
    if options.list:
        for program in programs:
            print(f"{program.name:20}{program.packages}")
        return 0
    if options.install:
        install(programs)
    if len(versions := {version_of(options.python), version_of(options.polyhost)}) > 1:
        print("python3 and polyhost are not the same Python, build polyhost again: " + "; ".join(sorted(versions)))
        print("0 passed, 1 failed, 0 skipped")
        return 1
    chosen = len(programs)
    programs = [program for program in programs if is_installed(program)]
    prepare_process()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="parity-") as options.directory:
            failed = run_all(programs, options)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    print(f"{len(programs) - failed} passed, {failed} failed, {chosen - len(programs)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
