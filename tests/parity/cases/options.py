"""Every option of python3 --help, alone and together, and what is no option."""

from case import Case, NUMBERS

FLAGS = "import sys; print(sys.flags); print(sys.argv, sys.orig_argv[1:], sys.warnoptions, sys._xoptions)"
SHOW = f"{FLAGS}\nprint(sys.path)"


def script_arguments(name, *args):
    return Case(name, [*args], files={"show.py": FLAGS, "args": "one"})


CASES = [
    # what only prints
    Case("-h", ["-h"]),
    Case("-?", ["-?"]),
    Case("--help", ["--help"]),
    Case("--help-env", ["--help-env"]),
    Case("--help-xoptions", ["--help-xoptions"]),
    Case("--help-all", ["--help-all"]),
    Case("-V", ["-V"]),
    Case("-VV", ["-VV"]),
    Case("-V -V", ["-V", "-V"]),
    Case("--version", ["--version"]),
    Case("-V before -c", ["-V", "-c", "print(1)"]),
    Case("-c before -V", ["-c", FLAGS, "-V", "--help"]),
    Case("-h before what is invalid", ["-h", "-Z"]),
    # one at a time
    *(Case(f"{option} alone", [option, "-c", SHOW])
      for option in ("-b", "-bb", "-bbb", "-B", "-d", "-E", "-I", "-O", "-OO", "-OOO", "-P", "-q", "-s",
          "-S", "-u",
                     "-x", "-R", "-t", "-Wd", "-Xdev", "-i", "--")),
    Case("-d with a syntax error", ["-d", "-c", "1 +"]),
    Case("-i then the end of stdin", ["-i", "-c", "x = 1"], stdin="print(x)\n1/0\n"),
    Case("-v", ["-v", "-c", "import json"], edit=[(r"0x[0-9a-f]+", "0x...")]),
    Case("-vv -S", ["-vv", "-S", "-c", "pass"], edit=[(r"0x[0-9a-f]+", "0x...")]),
    Case("-v -I", ["-v", "-I", "-c", "import decimal"], edit=[(r"0x[0-9a-f]+", "0x...")]),
    # together
    Case("-I -c", ["-I", "-c", SHOW], env={"PYTHONPATH": "DIR/work", "PYTHONVERBOSE": "1"}),
    Case("-IBOOsSuq -c", ["-IBOOsSuqP", "-c", SHOW]),
    Case("-bb -W error", ["-bb", "-W", "error", "-c", "print(str(b''))"]),
    Case("-b warns", ["-b", "-c", "print(b'' == '')"]),
    Case("-bb raises", ["-bb", "-c", "print(b'' == '')"]),
    Case("-cprint(1)", ["-cprint(1)", "a", "-b"]),
    Case("-Bcprint", ["-Bcprint(__import__('sys').flags.dont_write_bytecode)"]),
    Case("-mtimeit", ["-mtimeit", "-n1", "-r1", "pass"], edit=[NUMBERS, (r"[num]?sec", "s")]),
    Case("-Imcalendar", ["-Imcalendar", "2024", "2"]),
    Case("-Wd -Werror: the last wins", ["-Wd", "-Werror", "-c", "import warnings; warnings.warn('w')"]),
    Case("-WWW", ["-W", "-W", "-c", "pass"]),
    Case("-X -c: the value is -c", ["-X", "-c", "-c", FLAGS]),
    Case("-W --report: the value is --report", ["-W", "--report", "-c", FLAGS]),
    Case("-Oc", ["-Oc", "assert False; print(__debug__)"]),
    Case("-OO drops docstrings", ["-OO", "-c", "def f(): 'doc'\nassert 0\nprint(f.__doc__)"]),
    Case("-O names its bytecode", ["-O", "m.py"], files={"m.py": "import n", "n.py": ""}),
    Case("-OO names its bytecode", ["-OO", "m.py"], files={"m.py": "import n", "n.py": ""}),
    Case("-B leaves no bytecode", ["-B", "m.py"], files={"m.py": "import n", "n.py": ""}),
    Case("bytecode is left", ["m.py"], files={"m.py": "import n", "n.py": ""}),
    Case("-u writes at once", ["-u", "-c", "import os; print('a', end=''); os._exit(0)"]),
    Case("without -u nothing is written at os._exit", ["-c", "import os; print('a', end=''); os._exit(0)"]),
    Case("-P leaves the script's directory out", ["-P", "show.py"], files={"show.py": SHOW}),
    Case("-I and a module beside the script", ["-I", "m.py"], files={"m.py": "import n", "n.py": ""}),
    Case("-s leaves the user's site out", ["-s", "-c", "import site; print(site.ENABLE_USER_SITE)"]),
    Case("-S has no exit()", ["-S", "-c", "exit()"]),
    Case("-E ignores the environment", ["-E", "-c", SHOW], env={"PYTHONOPTIMIZE": "2", "PYTHONPATH": "/x"}),
    Case("-x skips the first line", ["-x", "m.py"], files={"m.py": "@echo off & python\nprint(1)\n1/0\n"}),
    Case("-x of stdin", ["-x", "-"], stdin="no python\nprint(2)\n"),
    Case("--check-hash-based-pycs always", ["--check-hash-based-pycs", "always", "-c", "import _imp\n"
         "print(_imp.check_hash_based_pycs)"]),
    Case("--check-hash-based-pycs never", ["--check-hash-based-pycs", "never", "show.py", "a"],
         files={"show.py": FLAGS}),
    Case("--check-hash-based-pycs wrong", ["--check-hash-based-pycs", "maybe", "-c", "pass"]),
    Case("--check-hash-based-pycs without a value", ["--check-hash-based-pycs"]),
    Case("--check-hash-based-pycs=always", ["--check-hash-based-pycs=always", "-c", "pass"]),
    # what is no option
    *(Case(f"{' '.join(option)} is refused", option)
      for option in (["-Z"], ["--no-such"], ["-c"], ["-m"], ["-W"], ["-X"], ["-J"], ["-IZc", "pass"], ["-a",
          "-h"],
                     ["--ver"], ["--reported"], ["---"], ["-é"], ["--help=1"], ["-", "-Z"])),
    Case("a wrong -W", ["-W", "no-such-action", "-c", "pass"]),
    Case("a wrong -W category", ["-W", "error::NoSuch", "-c", "pass"]),
    Case("an empty -c", ["-c", ""]),
    Case("an empty argument for a script", [""]),
    # where options end
    script_arguments("options after the script are its own", "show.py", "-O", "--report", "--help", "-"),
    script_arguments("-- before the script", "-b", "--", "show.py", "--", "-b"),
    script_arguments("-- and -c is a file", "--", "-c", "pass"),
    Case("- takes arguments", ["-", "a", "--report", "-c"], stdin=FLAGS),
    Case("-c takes arguments", ["-c", FLAGS, "--report", "-m", "x", ""]),
    Case("-m takes arguments", ["-m", "show", "--report", "-c", "x"], files={"show.py": FLAGS}),
    Case("-m's value is --report", ["-m", "--report"]),
    Case("-c's value is --report", ["-c", "--report"]),
    Case("many arguments", ["-c", "import sys; print(len(sys.argv), sum(map(len, sys.argv)))",
        *["word" * 50] * 5000]),
    Case("a long -c", ["-c", "x = 1\n" * 15000 + "print(x)"]),
    Case("a script called version2", ["version2"], files={"version2": FLAGS}),
    Case("a script called ./version", ["./version", "help"], files={"version": FLAGS}),
    Case("a script called ./help", ["./help", "version"], files={"help": FLAGS}),
    Case("a script called version after an option", ["-B", "version"], files={"version": FLAGS}),
    Case("a script called help after an option", ["-B", "help"], files={"help": FLAGS}),
    Case("a script called version under the name python3", ["version"], alias="python3",
         files={"version": FLAGS}),
    Case("--report under the name python3", ["--report"], alias="python3"),
    Case("--help under the name python3", ["--help"], alias="python3"),
    Case("--help under the name python3.11", ["--help"], alias="python3.11"),
]
