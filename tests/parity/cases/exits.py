"""How a program ends: sys.exit, errors nobody caught, what is left to do at the end."""

from case import ADDRESS, Case

THREAD = "import threading, sys\ndef f():\n    {}\n" \
         "t = threading.Thread(target=f, name='T'); t.start(); t.join(); print('end')"


def code(name, text, **rest):
    return Case(name, ["-c", text], **rest)


def program(name, text, **rest):
    return Case(name, ["m.py"], files={"m.py": text}, **rest)


CASES = [
    *(code(f"sys.exit({value})", f"import sys; print(1); sys.exit({value})", edit=[ADDRESS])
      for value in ("", "0", "1", "255", "256", "257", "-1", "-129", "2 ** 31 - 1", "2 ** 32", "2 ** 64",
                    "-2 ** 70", "None",
                    "True", "False", "'text'", "''", "'é\\udcff'", "b'bytes'", "1.5", "()", "(1,)",
                    "(1, 'a')", "[]",
                    "object()", "Exception('e')", "sys", "'a', 'b'")),
    code("sys.exit of an object whose str raises",
         "class A:\n def __str__(self): 1/0\nraise SystemExit(A())"),
    code("SystemExit with a code set later", "e = SystemExit(1); e.code = 9; raise e"),
    code("SystemExit subclass", "class E(SystemExit): pass\nraise E(4)"),
    code("SystemExit with a code property that raises",
         "class E(SystemExit):\n @property\n def code(self): 1/0\nraise E(4)"),
    code("exit() and quit()", "try: exit(3)\nexcept SystemExit as e: print(e.code)\nquit('bye')"),
    code("os._exit(5)", "import os; print(1, flush=True); os._exit(5)"),
    code("sys.exit in atexit", "import atexit, sys; atexit.register(sys.exit, 5)"),
    code("an error in atexit", "import atexit; atexit.register(lambda: 1/0); atexit.register(print, 'last')",
         edit=[ADDRESS]),
    code("sys.exit after an error in atexit",
         "import atexit; atexit.register(print, 'at exit'); raise SystemExit(6)"),
    code("an error and atexit", "import atexit; atexit.register(print, 'at exit'); 1/0"),
    code("atexit order and registration inside", "import atexit\n@atexit.register\ndef f():\n print(1)\n"
         " atexit.register(print, 2)\natexit.register(print, 3)"),
    program("an error", "def f(x):\n    return x / 0\n\nf(1)\n"),
    program("an error with notes",
            "e = ValueError('v')\ne.add_note('one')\ne.add_note('two\\nlines')\nraise e\n"),
    program("an error group", "raise ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [TypeError(2), "
            "KeyError('k')])])"),
    program("an error group from except*",
            "try:\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\n"
            "except* ValueError:\n    raise KeyError(3)\n"),
    program("a chained error", "try:\n    1/0\nexcept ZeroDivisionError as e:\n"
            "    raise ValueError('v') from e\n"),
    program("an error during another", "try:\n    1/0\nexcept ZeroDivisionError:\n    [][0]\n"),
    program("an error from None",
            "try:\n    1/0\nexcept ZeroDivisionError:\n    raise ValueError from None\n"),
    program("an error without a message", "raise KeyError"),
    program("an error of a class of the script",
            "class E(Exception):\n    def __str__(self): return 'é'\nraise E"),
    program("an error whose str raises", "class E(Exception):\n    def __str__(self): 1/0\nraise E"),
    program("a suggestion", "import collections\nvalue = 1\nprint(valu)\n"),
    program("a suggestion for an attribute", "import sys\nsys.pathh\n"),
    program("a syntax error from compile", "compile('a b', 'name', 'exec')"),
    program("a syntax error from an import", "import n"),
    Case("a syntax error in an imported file", ["m.py"], files={"m.py": "import n",
         "n.py": "def f()\n  pass\n"}),
    program("sys.tracebacklimit", "import sys\nsys.tracebacklimit = 1\ndef f(): g()\ndef g(): 1/0\nf()\n"),
    program("sys.excepthook", "import sys\nsys.excepthook = lambda t, v, tb: print('hook', t, v)\n1/0\n"),
    program("a broken sys.excepthook", "import sys\nsys.excepthook = lambda *a: [][0]\n1/0\n"),
    program("sys.excepthook that exits", "import sys\nsys.excepthook = lambda *a: sys.exit(8)\n1/0\n"),
    program("no sys.excepthook", "import sys\ndel sys.excepthook\n1/0\n"),
    program("an error in __del__", "class A:\n    def __del__(self): 1/0\na = A()\ndel a\nb = A()\n",
            edit=[ADDRESS]),
    program("an error in __del__ at the end",
            "class A:\n    def __del__(self): print('del', open, 1/0)\nkeep = A()\n",
            edit=[ADDRESS]),
    program("a cycle at the end",
            "class A:\n    def __del__(self): print('del', __name__)\na = A(); a.a = a\n"),
    program("weakref.finalize at the end",
            "import weakref\nclass A: pass\na = A(); weakref.finalize(a, print, 'final')\n"),
    program("sys.unraisablehook", "import sys\nsys.unraisablehook = lambda u: print(u.exc_type, u.object is "
            "None)\n"
            "class A:\n    def __del__(self): 1/0\nA()\n"),
    program("an unclosed file", "f = open('out', 'w'); f.write('kept')\n"),
    program("an error in a thread", THREAD.format("1/0"), edit=[(r"Thread-\d+", "Thread-N")]),
    program("SystemExit in a thread", THREAD.format("sys.exit(3)")),
    program("KeyboardInterrupt raised in a thread", THREAD.format("raise KeyboardInterrupt")),
    program("threading.excepthook", "import threading\nthreading.excepthook = lambda a: print(a.exc_type, "
            "a.thread.name)\n"
            + THREAD.format("1/0")),
    program("the recursion limit", "def f(): f()\nf()\n"),
    program("recursion caught",
            "import sys\nsys.setrecursionlimit(500)\ndef f(n):\n    try: return f(n + 1)\n"
            "    except RecursionError: return n\nprint(f(0))\n"),
    program("recursion in repr", "a = []\nfor i in range(100000): a = [a]\ntry: repr(a)\n"
            "except RecursionError as e: print(e)"),
    program("how deep Python calls Python", "import sys\nsys.setrecursionlimit(100000)\ndef f(n):\n"
            "    return f(n - 1) if n else 0"
            "\nprint(f(50000))\n"),
    program("how deep C calls Python", "import sys\nsys.setrecursionlimit(8000)\nd = 0\ndef f(x):\n"
            "    global d; d += 1\n"
            "    return list(map(f, [x]))\ntry: f(1)\nexcept RecursionError as e: print(d, e)\n"),
    program("MemoryError", "x = [0] * (1 << 60)\n"),
    program("an assertion", "assert 1 == 2, 'not equal'\n"),
    program("a warning shows its line", "import warnings\nwarnings.warn('w')\n"),
    program("StopIteration and GeneratorExit",
            "def g():\n    raise StopIteration(1)\n    yield\nnext(g())\n"),
    program("an async error", "import asyncio\nasync def f():\n    asyncio.create_task(g()); await "
            "asyncio.sleep(0.01); 1/0\n"
            "async def g(): raise ValueError\nasyncio.run(f())\n", edit=[ADDRESS]),
    program("a coroutine never awaited", "async def f(): pass\nf()\n"),
    program("audit hooks see the end", "import sys\nsys.addaudithook(lambda e, a: print(e) if "
            "e.startswith('cpython.') else 0)\n"),
]
