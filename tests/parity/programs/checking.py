"""flake8, mypy, black and pylint on real source code: parts of the standard library."""

import json
import os

from steps import Steps, copy_library


def check(host, *arguments):
    copy_library(host, "json", "wsgiref", "textwrap.py", "queue.py")
    steps = Steps(host)
    steps.python("check", *arguments)
    return steps.parts


def flake8(host):
    return check(host, "-m", "flake8", "--jobs", "2", "tree")


def black(host):
    """What it has made of the files is compared."""
    return check(host, "-m", "black", "--workers", "2", "--quiet", "tree")


def pylint(host):
    return check(host, "-m", "pylint", "-j", "2", "tree/json", "tree/queue.py")


def mypy(host):
    """Once at a go, once by its daemon, which it starts as sys.executable."""
    copy_library(host, "json", "wsgiref", "textwrap.py", "queue.py")
    (host.work / "tree/json").rename(host.work / "tree/jason")  # of its own name it would hide the library's
    steps = Steps(host)
    files = "tree/jason", "tree/textwrap.py"
    steps.python("check", "-m", "mypy", "--strict", "--explicit-package-bases", *files)
    steps.python("daemon", "-m", "mypy.dmypy", "start", "--", "--explicit-package-bases")
    daemon = json.loads((host.work / ".dmypy.json").read_text())["pid"]
    steps.note("executable", os.readlink(f"/proc/{daemon}/exe"))
    steps.python("ask", "-m", "mypy.dmypy", "check", *files)
    steps.python("again", "-m", "mypy.dmypy", "recheck")
    steps.python("stop", "-m", "mypy.dmypy", "stop")
    return steps.parts
