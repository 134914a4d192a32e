"""Where a program can come from, and how it can be written."""

import os

from case import ADDRESS, Case, Link, Mode, zipped

SHOW = """import sys, os
print(__name__, globals().get('__file__'), __spec__ and __spec__.name, __package__, __builtins__)
print(sys.argv, sys.path[0], sys.orig_argv[1:], type(__loader__).__name__, '__cached__' in globals())
"""
UNREADABLE = 'setpriv --bounding-set=-dac_override,-dac_read_search ' if os.geteuid() == 0 else ''
COMPILE = 'import py_compile; py_compile.compile("m.py", "out.pyc", doraise=True)'


def source(name, content, **rest):
    return Case(name, ["m.py"], files={"m.py": content}, **rest)


CASES = [
    Case("a file", ["m.py", "a", "é"], files={"m.py": SHOW}),
    Case("a file without a suffix", ["m"], files={"m": SHOW}),
    Case("a file in another directory", ["d/m.py"], files={"d/m.py": SHOW + "import n",
        "d/n.py": "print(__file__)"}),
    Case("a file with ..", ["d/../m.py"], files={"d/": "", "m.py": SHOW}),
    Case("stdin", [], stdin=SHOW),
    Case("- is stdin", ["-", "a"], stdin=SHOW),
    Case("/dev/stdin", ["/dev/stdin", "a"], stdin=SHOW),
    Case("stdin with a syntax error", [], stdin="print(1)\nx = = 2\n"),
    Case("stdin with an error", [], stdin="def f():\n    1/0\nf()\n"),
    Case("stdin without a last newline", [], stdin="print(1)\nif True:\n    print(2)"),
    Case("an empty stdin", []),
    Case("a directory", ["d", "a"], files={"d/__main__.py": SHOW + "import n", "d/n.py": "print(__file__)"}),
    Case("the directory .", ["."], files={"__main__.py": SHOW}),
    Case("a directory with only __main__.pyc", shell=(
        'mkdir d && "$PY" -c "import py_compile; py_compile.compile(\'m.py\', \'d/__main__.pyc\')" && "$PY" d'),
         files={"m.py": SHOW}),
    Case("a directory without __main__", ["d"], files={"d/n.py": ""}),
    Case("a zip", ["m.zip", "a"], files={"m.zip": zipped({"__main__.py": SHOW + "import n",
         "n.py": "print(__file__)"})}),
    Case("a zip with an error inside", ["m.zip"],
         files={"m.zip": zipped({"__main__.py": "import n", "n.py": "def f():\n    1/0\nf()\n"})}),
    Case("a zip without __main__", ["m.zip"], files={"m.zip": zipped({"n.py": ""})}),
    Case("a zip after a shebang", shell='./m.pyz a; echo $?',
         files={"m.pyz": Mode(zipped({"__main__.py": SHOW}, b"#!/usr/bin/env -S ${PY}\n"), 0o755)}),
    Case("a broken zip", ["m.zip"], files={"m.zip": b"PK\x03\x04broken"}),
    Case("a .pyc", shell=f"\"$PY\" -c '{COMPILE}' && \"$PY\" out.pyc a", files={"m.py": SHOW}),
    Case("a .pyc of another version", ["m.pyc"], files={"m.pyc": b"\x00\x01\r\n" + bytes(12)}),
    Case("an empty .pyc", ["m.pyc"], files={"m.pyc": b""}),
    Case("a shebang", shell="./m.py a -O; echo $?", files={"m.py": Mode("#!PYTHON!\n" + SHOW, 0o755)}),
    Case("a shebang with an option", shell="./m.py a; echo $?", files={"m.py": Mode("#!PYTHON! -IO\n" + SHOW,
         0o755)}),
    Case("a shebang with options by env -S", shell="./m.py a", files={
        "m.py": Mode("#!/usr/bin/env -S PYTHON! -O -c pass\n" + SHOW, 0o755)}),
    Case("a symlinked script", ["link.py"], files={"d/m.py": SHOW + "import n", "d/n.py": "print(__file__)",
                                                   "link.py": Link("d/m.py")}),
    Case("a symlink to a symlink", ["a/link.py"], files={"d/m.py": SHOW, "b/link.py": Link("../d/m.py"),
                                                         "a/link.py": Link("../b/link.py")}),
    Case("a symlinked directory", ["link"], files={"d/__main__.py": SHOW, "link": Link("d")}),
    Case("a broken symlink", ["link.py"], files={"link.py": Link("no.py")}),
    Case("a pipe as script", shell='mkfifo p; echo "print(__file__)" > p & "$PY" p a'),
    Case("/dev/fd", shell='"$PY" /dev/fd/3 a 3<m.py', files={"m.py": SHOW}),
    Case("/dev/null", ["/dev/null"]),
    Case("no such file", ["no.py", "a"]),
    Case("no such directory", ["no/m.py"]),
    Case("a file used as a directory", ["m.py/n.py"], files={"m.py": ""}),
    Case("an unreadable file", shell=f'{UNREADABLE}"$PY" m.py; echo $?', files={"m.py": Mode("print(1)", 0)}),
    Case("an unreadable directory", shell=f'chmod 0 d; {UNREADABLE}"$PY" d; echo $?; chmod 755 d',
         files={"d/__main__.py": ""}),
    Case("an unreadable working directory",
         shell=f'cd d; chmod 0 ../d; {UNREADABLE}"$PY" -c "print(1)"; echo $?; '
         f'{UNREADABLE}"$PY" -m n; chmod 755 ../d', files={"d/n.py": ""}),
    Case("a removed working directory",
         shell='mkdir d; cd d; rmdir ../d; "$PY" -c "import sys; print(sys.path)"; '
         'echo "print(1)" | "$PY"; "$PY" -m json.tool --help | head -1; "$PY" m.py; echo $?'),
    Case("a name that is not UTF-8", [b"\xff\xe9.py", b"\xfe", "é"], files={b"\xff\xe9.py": "import sys\n"
         "print(ascii((__file__, sys.argv, sys.orig_argv[1:])))"}),
    Case("a name that is not UTF-8 with an error", [b"\xff.py"], files={b"\xff.py": "1/0"}),
    Case("a name that is not UTF-8 and LC_ALL=C", [b"\xff.py", "é"], env={"LC_ALL": "C"},
         files={b"\xff.py": "import sys\n"
         "print(ascii((__file__, sys.argv)))"}),
    Case("no such name, not UTF-8", [b"\xff.py"]),
    Case("-c that is not UTF-8", ["-c", b"print(ascii('\xff\xe9'))"]),
    Case("-c that is not UTF-8 and LC_ALL=C", ["-c", b"print(ascii('\xff\xc3\xa9'))"], env={"LC_ALL": "C"}),
    Case("-m that is not UTF-8", ["-m", b"\xff"]),
    Case("-W and -X that are not UTF-8", [b"-W\xff", b"-X\xff=\xfe", "-c",
         "import sys; print(ascii(sys._xoptions))"]),
    Case("a name with spaces and newlines", [" a\nb.py"], files={" a\nb.py": SHOW + "1/0"}),
    Case("a name with an emoji", ["\U0001f40d.py"], files={"\U0001f40d.py": SHOW}),
    # the text of programs
    source("source in latin-1", b"# coding: latin-1\nprint(ascii('\xe9'))\n"),
    source("source in an unknown encoding", b"# coding: no-such\nprint(1)\n"),
    source("source that is not UTF-8", b"print(1)\nx = '\xe9'\n"),
    source("source with a BOM", b"\xef\xbb\xbfprint(ascii('\xc3\xa9'))\n"),
    source("source with a BOM and another encoding", b"\xef\xbb\xbf# coding: latin-1\nprint(1)\n"),
    source("source in UTF-16", "print(1)\n".encode("utf-16")),
    source("source with a null byte", b"print(1)\nx = '\0'\nprint(2)\n"),
    source("source with \\r\\n", b"print(1)\r\nif 1:\r\n  1/0\r\n"),
    source("source with a form feed and tabs", b"if 1:\n\tprint(1)\n        print(2)\n"),
    source("source with spaces and tabs mixed", b"if 1:\n    print(1)\n\tprint(2)\n"),
    source("an empty source", b""),
    source("only a comment", b"# nothing"),
    source("a syntax error", "def f(:\n  pass\n"),
    source("an indentation error", "if 1:\nprint(1)\n"),
    source("an unclosed bracket", "x = (1,\n\n"),
    source("an unclosed string", "x = '''abc\n"),
    source("a syntax error after a wide character", "x = 'é\U0001f40d' + + ]\n"),
    source("a syntax warning", "x = 1 is 1\nassert (x, 'm')\ny = '\\d'\n"),
    source("a return outside", "return 1\n"),
    source("too deep", "x = " + "(" * 300 + ")" * 300),
    source("a very long line", "x = [" + "1, " * 100000 + "]\nprint(len(x))\n"),
    source("future annotations", "from __future__ import annotations\ndef f(x: no): pass\n"
           "print(f.__annotations__)"),
    source("names of __main__", "print(sorted(globals()), __doc__, __annotations__ if 0 else '')\n",
           edit=[ADDRESS]),
    source("a module __main__ imports itself",
           "import __main__, sys; print(__main__ is sys.modules['__main__'])"),
    Case("-c with a syntax error", ["-c", "x = = 1"]),
    Case("-c indented", ["-c", "  print(1)"]),
    Case("-c with an error", ["-c", "def f():\n  1/0\nf()"]),
    Case("-c: names of __main__", ["-c", SHOW + "print(sorted(globals()))"]),
    Case("-m of a package", ["-m", "p", "a"], files={"p/__init__.py": "print('init')",
         "p/__main__.py": SHOW}),
    Case("-m of a module in a package", ["-m", "p.n", "a"], files={"p/__init__.py": "", "p/n.py": SHOW}),
    Case("-m of a package without __main__", ["-m", "p"], files={"p/__init__.py": ""}),
    Case("-m of a namespace package", ["-m", "p.n"], files={"p/n.py": SHOW}),
    Case("-m of a missing module", ["-m", "no_such_module"]),
    Case("-m of a missing module in a package", ["-m", "p.no"], files={"p/__init__.py": ""}),
    Case("-m of a module with an error", ["-m", "n"], files={"n.py": "def f():\n    1/0\nf()\n"}),
    Case("-m of a module that raises ImportError", ["-m", "p"], files={"p/__init__.py": "import no",
         "p/__main__.py": ""}),
    Case("-m of a built-in module", ["-m", "sys"]),
    Case("-m of a file name", ["-m", "n.py"], files={"n.py": ""}),
    Case("-m of an extension module", ["-m", "_json"]),
    Case("-m with a relative name", ["-m", ".n"], files={"n.py": ""}),
    Case("-m __hello__", ["-m", "__hello__"]),
]
