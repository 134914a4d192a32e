"""pytest on other people's test suites, pytest-xdist and coverage: every test's outcome, not the sum."""

import os
import re

from steps import Steps, write

PACKAGES = "/usr/lib/python3/dist-packages/"


def pytest(host, *arguments):
    steps = Steps(host)
    steps.python("pytest", "-m", "pytest", "-v", "-p", "no:cacheprovider", *arguments, PYTHONDONTWRITEBYTECODE="1")
    return steps.parts


def networkx(host):
    return pytest(host, "--pyargs", "networkx.algorithms.shortest_paths", "networkx.classes")


def numpy(host):
    return pytest(host, "-m", "not slow", "--pyargs", "numpy.core.tests.test_multiarray", "numpy.core.tests.test_nditer",
                  "numpy.core.tests.test_dtype", "numpy.core.tests.test_mem_policy", "numpy.fft", "numpy.ctypeslib")


def pandas(host):
    folders = "reshape", "libs", "arrays/masked", "io/json"
    return pytest(host, "--skip-slow", "--skip-network", *(PACKAGES + "pandas/tests/" + folder for folder in folders))


def xdist(host):
    """Two workers, which execnet starts as sys.executable."""
    write(host, "test_workers.py", "import os, pathlib, sys, pytest\n"
          "@pytest.mark.parametrize('n', range(8))\n"
          "def test(n):\n"
          "    pathlib.Path(os.environ['PYTEST_XDIST_WORKER'] + '.txt').write_text(sys.executable)\n"
          "    assert n != 5\n")
    steps = Steps(host)
    steps.python("pytest", "-m", "pytest", "-v", "-n", "2", "-p", "no:cacheprovider", "test_workers.py")
    lines = {re.sub(rb"^\[gw\d\] (\[ *\d+%\] )?", b"", line) for line in steps.parts["pytest stdout"].splitlines()}
    steps.parts["pytest stdout"] = b"\n".join(sorted(line for line in lines if not line.startswith(b"test_workers.py::")))
    return steps.parts


MEASURED = """import multiprocessing, subprocess, sys

def work(n):
    if n > 1:
        return n * 2
    return "small"

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=work, args=(3,))
    process.start()
    process.join()
    print(process.exitcode, work(1))
    sys.exit(4)
"""


def coverage(host):
    write(host, "measured.py", MEASURED)
    write(host, ".coveragerc", "[run]\nsource = .\nbranch = true\nparallel = true\nconcurrency = multiprocessing\n")
    steps = Steps(host)
    steps.python("run", "-m", "coverage", "run", "measured.py")
    steps.note("data files", sum(name.startswith(".coverage.") for name in os.listdir(host.work)))
    steps.python("combine", "-m", "coverage", "combine", "-q")
    steps.python("report", "-m", "coverage", "report", "-m")
    return steps.parts
