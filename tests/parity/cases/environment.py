"""Every variable of --help-env, and the locale."""

from case import ADDRESS, Case

FLAGS = "import sys; print(sys.flags, sys.warnoptions, sys._xoptions)"
SHOW = f"{FLAGS}\nprint(sys.path, sys.prefix, sys.exec_prefix)"
ENCODINGS = """import sys, locale
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), locale.getpreferredencoding(False))
for f in sys.stdin, sys.stdout, sys.stderr: print(f.encoding, f.errors, f.line_buffering, f.write_through)
print(locale.setlocale(locale.LC_CTYPE), sys.flags.utf8_mode, sys.argv[1:])
print('é\\u20ac\\udcff'.encode(sys.stdout.encoding, 'backslashreplace'))
sys.stdout.flush()
"""


def variable(name, value="1", code=FLAGS, label="", **rest):
    return Case(f"{name}={value}{label}", ["-c", code], env={name: value} | rest.pop("env", {}), **rest)


CASES = [
    *(variable(name) for name in
      ("PYTHONDEBUG", "PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PYTHONUNBUFFERED",
       "PYTHONSAFEPATH", "PYTHONDEVMODE", "PYTHONUTF8", "PYTHONFAULTHANDLER", "PYTHONWARNDEFAULTENCODING",
       "PYTHONNODEBUGRANGES", "PYTHONHASHSEED", "PYTHONLEGACYWINDOWSSTDIO", "PYTHONTHREADDEBUG",
           "PYTHONCASEOK",
       "PYTHONTRACEMALLOC", "PYTHONINTMAXSTRDIGITS", "PYTHONDUMPREFS")),
    variable("PYTHONOPTIMIZE", "2"), variable("PYTHONOPTIMIZE", "x"), variable("PYTHONOPTIMIZE", ""),
    variable("PYTHONVERBOSE", "1", "pass", edit=[ADDRESS]),
    variable("PYTHONHASHSEED", "42", "print(hash('a'), hash(b'b'), {'x', 'y', 'z'})"),
    variable("PYTHONHASHSEED", "0", "print(hash('a'), hash(b'b'), {'x', 'y', 'z'})"),
    variable("PYTHONHASHSEED", "random", "import sys; print(sys.flags.hash_randomization)"),
    variable("PYTHONHASHSEED", "-1"), variable("PYTHONHASHSEED", "x"),
    variable("PYTHONINTMAXSTRDIGITS", "5", "import sys; print(sys.get_int_max_str_digits())"),
    variable("PYTHONINTMAXSTRDIGITS", "700", "import sys; print(sys.get_int_max_str_digits())"),
    variable("PYTHONTRACEMALLOC", "3", "import tracemalloc as t; print(t.get_traceback_limit())"),
    variable("PYTHONTRACEMALLOC", "x"), variable("PYTHONUTF8", "0", ENCODINGS), variable("PYTHONUTF8", "2"),
    variable("PYTHONWARNINGS", "error", "import warnings; warnings.warn('w')"),
    variable("PYTHONWARNINGS", "nonsense"),
    variable("PYTHONBREAKPOINT", "0", "breakpoint(); print(1)"),
    variable("PYTHONBREAKPOINT", "builtins.print", "breakpoint(1, 2)"),
    variable("PYTHONBREAKPOINT", "no.such", "breakpoint()"),
    variable("PYTHONIOENCODING", "latin-1", ENCODINGS), variable("PYTHONIOENCODING", "ascii:replace",
        ENCODINGS),
    variable("PYTHONIOENCODING", ":ignore", ENCODINGS), variable("PYTHONIOENCODING", "no-such", ENCODINGS,
        edit=[ADDRESS]),
    variable("PYTHONMALLOC", "malloc"), variable("PYTHONMALLOC", "debug"), variable("PYTHONMALLOC",
        "pymalloc_debug"),
    variable("PYTHONMALLOC", "malloc_debug"), variable("PYTHONMALLOC", "no-such"),
    variable("PYTHONMALLOCSTATS", "1", "pass", edit=[(r"[\d,]+", "N"), (r" +", " ")]),
    variable("PYTHONASYNCIODEBUG", "1",
             "import asyncio\nasync def f(): print(asyncio.get_running_loop().get_debug())\n"
             "asyncio.run(f())"),
    variable("PYTHONPROFILEIMPORTTIME", "1", "import json", edit=[(r"^(import time:) +\d+ \| +\d+ ",
        r"\1 N | N ")]),
    variable("PYTHONPYCACHEPREFIX", "DIR/cache", "import n", files={"n.py": ""}),
    variable("PYTHONPLATLIBDIR", "lib64", SHOW, edit=[ADDRESS]),
    variable("PYTHONCOERCECLOCALE", "0", ENCODINGS, env={"LC_ALL": None, "LANG": "C"}),
    variable("PYTHONCOERCECLOCALE", "1", ENCODINGS, env={"LANG": "C"}),
    variable("PYTHONCOERCECLOCALE", "warn", ENCODINGS, env={"LANG": "C"}),
    variable("PYTHONUNBUFFERED", "1", "import os; print('a', end=''); os._exit(0)", " writes at once"),
    variable("PYTHONSAFEPATH", "1", SHOW, " and the path"),
    variable("PYTHONUSERBASE", "DIR/user",
             "import site; print(site.USER_BASE, site.USER_SITE, site.getuserbase())"),
    variable("PYTHONPATH", "DIR/work/lib:relative::/no/such", SHOW + "\nimport n",
             files={"lib/n.py": "print(__file__)"}),
    variable("PYTHONPATH", "", SHOW),
    variable("PYTHONPATH", "DIR/work/lib.zip", "import n", " is a zip",
             files={"lib.zip": __import__("case").zipped({"n.py": "print(__file__, __loader__)"})},
             edit=[ADDRESS]),
    variable("PYTHONPATH", "DIR/work", "print('not reached?')", " with a sitecustomize",
             files={"sitecustomize.py": "import sys; print('customised', sys.argv)"}),
    variable("PYTHONPATH", "DIR/work", "pass", " with a broken sitecustomize",
             files={"sitecustomize.py": "1/0"}),
    variable("PYTHONPATH", "DIR/work", "pass", " with a sitecustomize that exits",
             files={"sitecustomize.py": "raise SystemExit(7)"}),
    variable("PYTHONHOME", "/usr", SHOW), variable("PYTHONHOME", "/no/such", SHOW, edit=[ADDRESS]),
    variable("PYTHONHOME", "/usr:/usr", SHOW), variable("PYTHONHOME", "", SHOW),
    variable("PYTHONHOME", "DIR/work", SHOW, " is an empty tree", edit=[ADDRESS]),
    variable("PYTHONSTARTUP", "/no/such", "print(1)"),
    variable("PYTHONINSPECT", "1", "x = 5", stdin="print(x)\n"),
    Case("PYTHONINSPECT set by the script", ["-c", "import os; os.environ['PYTHONINSPECT'] = '1'"],
         stdin="print(3)\n"),
    Case("PYTHONSTARTUP before -i", ["-i", "-c", "pass"], stdin="print(y)\n",
         env={"PYTHONSTARTUP": "DIR/work/s.py"},
         files={"s.py": "y = 6"}),
    Case("PYTHONEXECUTABLE and __PYVENV_LAUNCHER__", ["-c", "import sys; print(sys.executable)"],
         env={"PYTHONEXECUTABLE": "/x/python", "__PYVENV_LAUNCHER__": "/y/python"}),
    Case("the user's site directory", ["-c", SHOW + "\nimport n"], shell=(
        'd=$HOME/.local/lib/python3.11/site-packages; mkdir -p $d; echo "print(__file__)" > $d/n.py; '
        'echo "import n" > $d/n.pth; echo "print(1)" > $d/usercustomize.py; "$PY" -B -c "import sys; '
        'print(sys.path)"')),
    Case("HOME is not set", ["-c", SHOW], env={"HOME": None}),
    Case("no environment at all",
         shell='exec env -i "$PY" -c "import os, sys; print(os.environ, sys.path, sys.flags)"'),
    *(Case(f"encodings with {' '.join(f'{k}={v}' for k, v in env.items())}", ["-c", ENCODINGS, "é", b"\xff"],
           env={"LANG": None} | env)
      for env in ({"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "xx_YY"},
          {"LANG": "C"},
                  {"LC_CTYPE": "C.UTF-8"}, {"LC_ALL": ""}, {"LC_ALL": "C", "PYTHONUTF8": "0",
                  "PYTHONCOERCECLOCALE": "0"})),
]
