"""python3 -m MODULE: what ships with Python and can be run."""

import os
import re
import time
import urllib.error
import urllib.request

from case import ADDRESS, Case, NUMBERS, PROJECT_BASE

TEST = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 1)\n" \
       "    def test_b(self): self.assertEqual([1, 2], [1, 3])\n" \
       "    @unittest.skip('why')\n    def test_c(self): pass\n"
TIME = [(r"in \d+\.\d+s", "in N s")]
CODE = "def f(x):\n    '''Doubles.\n\n    >>> f(2)\n    4\n    >>> f(3)\n    7\n    '''\n    return 2 * x\n"
DATA = '{"b": [1, 2.5, null], "a": "\\u00e9"}'
UNAVAILABLE = "needs Debian's python3-{}"


def m(name, *args, **rest):
    label = " ".join([name, *args])[:60]
    return Case(rest.pop("label", f"-m {label}"), ["-m", name, *args], **rest)


def needs(module):
    """A reason to skip, if Debian's package of the module is not installed."""
    return "" if os.path.exists(f"/usr/lib/python3/dist-packages/{module}") else UNAVAILABLE.format(module)


def served(host):
    """One request to http.server, which then is stopped."""
    process = host.start("-u", "-m", "http.server", "--bind", "127.0.0.1", "0")
    announced = process.stdout.readline().decode()
    port = re.search(r"port (\d+)", announced)[1]
    pages = []
    for name in "page.txt", "", "missing":
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=10) as reply:
                pages.append((reply.status, reply.headers["Server"], reply.headers["Content-Type"],
                reply.read()))
        except urllib.error.HTTPError as error:
            pages.append((error.code, error.read()))
    time.sleep(0.1)
    process.send_signal(2)
    found = host.finish(process)
    times = re.compile(rb"\[\d+/.*?\]|port \d+|:\d+/?")
    return found | {"stdout": times.sub(b"", found["stdout"]), "stderr": times.sub(b"", found["stderr"]),
                    "pages": pages, "announced": announced.replace(port, "PORT")}


CASES = [
    m("timeit", "-n", "10", "-r", "2", "-s", "x = 1", "x + 1", edit=[(r".*UserWarning.*\n.*\n?", ""),
      NUMBERS, (r"[num]?sec", "s")]),
    m("timeit", "-n1", "-r1", "1/0"),
    Case("-m http.server", act=served, files={"page.txt": "a page\n"}),
    m("site"), m("site", "--user-base"), m("site", "--user-site"), m("site", "--help"),
    m("sysconfig", edit=[PROJECT_BASE]),
    m("json.tool", stdin=DATA), m("json.tool", "--sort-keys", "--compact", stdin=DATA), m("json.tool",
        "no.json"),
    m("json.tool", label="-m json.tool with wrong JSON", stdin="{"), m("json.tool", "--help"),
    m("unittest", "t", "-v", files={"t.py": TEST}, edit=TIME),
    m("unittest", files={"test_t.py": TEST}, edit=TIME), m("unittest", "no_such", edit=TIME),
    m("unittest", "--help", alias="python3"),
    m("doctest", "m.py", files={"m.py": CODE}),
    m("py_compile", "m.py", files={"m.py": CODE}), m("py_compile", "bad.py", files={"bad.py": "x = = 1"}),
    m("compileall", "d", files={"d/m.py": CODE, "d/e/n.py": "", "d/bad.py": "= 1"}),
    m("compileall", "-j2", "d", files={"d/m.py": CODE, "d/e/n.py": ""}, edit=[(r"Listing.*|Compiling.*",
      "")]),
    m("zipapp", "d", "-m", "m:f", "-o", "out.pyz", files={"d/m.py": "def f(): print(1)"}, ignore="out.pyz"),
    Case("-m zipapp, then run", shell='"$PY" -m zipapp d -m m:f -p "$PY" -o o.pyz && ./o.pyz a; "$PY" -m '
         'zipapp o.pyz --info; '
         'rm o.pyz', files={"d/m.py": "import sys\ndef f(): print(sys.argv, sys.executable, sys.path[0])"}),
    m("zipfile", "-l", "a.zip", files={"a.zip": __import__("case").zipped({"a": "1"})}),
    m("tarfile", "-l", "no.tar"), m("calendar", "2024", "2"), m("calendar", "--type", "html", "2024"),
        m("this"),
    m("ast", stdin="x = 1 + f(2)"), m("ast", "-m", "eval", stdin="1 +"), m("tokenize", stdin="x = 'a' # b\n"),
    m("dis", stdin="x = 1\nfor i in x: print(i)\n", edit=[ADDRESS]), m("base64", "-e", stdin="bytes"),
    m("pickle", "no.pickle"), m("pickletools", "m.p", files={"m.p": b"\x80\x04K\x01."}), m("inspect",
        "json:loads"),
    m("inspect", "--details", "json", edit=[ADDRESS]), m("platform"), m("locale"), m("mimetypes", "a.html"),
        m("quopri", stdin="é"),
    m("textwrap"), m("trace", "--count", "-C", "counts", "m.py", files={"m.py": CODE}), m("trace", "-t",
        "m.py", files={"m.py": CODE}),
    m("cProfile", "-s", "name", "m.py", files={"m.py": CODE + "f(1)\n"},
      edit=[(r" +\d+(/\d+)? +\d+\.\d+.*|\d+\.\d+", "")]),
    m("profile", "m.py", files={"m.py": CODE + "f(1)\n"}, edit=[(r" +\d+(/\d+)? +\d+\.\d+.*|\d+\.\d+", "")]),
    m("pydoc", "json.loads"), m("pydoc", "no_such"), m("pydoc", "sys", edit=[(r"(orig_argv|argv) = .*", r"\1 = ...")]), m("pyclbr", "m.py",
        files={"m.py": CODE}),
    m("tabnanny", "m.py", files={"m.py": "if 1:\n        x = 1\n\ty = 2\n"}), m("filecmp", "a", "b"),
        m("webbrowser"),
    m("encodings.rot_13", stdin="nop"), m("gzip", "m.txt", files={"m.txt": "text"}, ignore=r"\.gz"),
        m("sqlite3"),
    m("symtable", "m.py", files={"m.py": CODE}), m("modulefinder", "m.py",
        files={"m.py": "import n, no_such", "n.py": ""}),
    m("asyncio", stdin="print(1)\n"), m("code", stdin="1 + 1\n"), m("codeop"), m("runpy"), m("runpy", "m",
        files={"m.py": "print(__name__)"}),
    m("test.support"), m("lib2to3", "m.py", files={"m.py": "print 1\n"}, edit=[ADDRESS]), m("ensurepip",
        "--version"),
    m("idlelib", "-h", edit=[ADDRESS]), m("turtle", edit=[ADDRESS]), m("antigravity.no"), m("faulthandler"),
        m("threading"),
    m("concurrent.futures"), m("ctypes.util"), m("curses.has_key"), m("difflib"), m("getopt"), m("smtpd",
        "--help"),
    m("venv"), m("venv", "--help"), m("pip", "--version", skip=needs("pip")), m("pip", "list",
        "--format=json", skip=needs("pip")),
    m("pip", "debug", skip=needs("pip"), edit=[(r"^pip version.*", "")]), m("pip", "config", "debug",
        skip=needs("pip")),
    m("pip", "install", "--no-index", "no-such-package-at-all", label="-m pip install refuses (PEP 668)",
      skip=needs("pip")),
    m("setuptools", skip=needs("setuptools")), m("pkg_resources", skip=needs("pkg_resources")),
    m("pygments", "-V", skip=needs("pygments")), m("pyflakes", "m.py", files={"m.py": "import os\n"},
        skip=needs("pyflakes")),
]
