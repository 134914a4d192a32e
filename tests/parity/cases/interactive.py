"""The prompt, on a terminal: python3 as people see it; and -i and pdb without one."""

import os
import signal
import time

from case import ADDRESS, Case
from terminal import Terminal

BANNER = [(r"\x1b\[\?2004[hl]", "")]


def talk(name, *lines, args=(), env=None, files=None, first=">>> ", **rest):
    """Lines typed at the prompt; a pair is what is typed and what is waited for."""
    def act(host):
        terminal = Terminal(host, *args, **{k: v.replace("DIR", str(host.directory)) for k,
        v in (env or {}).items()})
        terminal.expect(first)
        for line in lines:
            text, then = line if isinstance(line, tuple) else (line + "\n", ">>> ")
            terminal.type(text, then)
        terminal.type("\x04", None)
        return terminal.end()
    return Case(name, act=act, files=files or {}, **rest)


def interrupted(host):
    """Ctrl-C while a line waits, then while code runs."""
    terminal = Terminal(host)
    terminal.expect()
    terminal.type("x = ", None)
    time.sleep(0.3)
    terminal.type("\x03")
    terminal.line("import time; print('go'); time.sleep(30)", "go\r\n")
    time.sleep(0.2)
    terminal.type("\x03")
    terminal.line("print(1 + 1)").type("\x04", None)
    return terminal.end()


def hung_up(host):
    """The terminal goes away."""
    terminal = Terminal(host)
    terminal.expect()
    terminal.process.send_signal(signal.SIGHUP)
    return terminal.end()


def stopped_and_continued(host):
    terminal = Terminal(host)
    terminal.expect()
    os.kill(terminal.process.pid, signal.SIGSTOP)
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.line("1 + 1").type("\x04", None)
    return terminal.end()


CASES = [
    talk("a calculation", "1 + 1", "_ * 3", "None", "'é'"),
    talk("-q", "1", args=["-q"]),
    talk("several lines", ("def f():\n", "... "), ("  return 5\n", "... "), "", "f()"),
    talk("a loop", ("for i in range(2):\n", "... "), ("  print(i)\n", "... "), ""),
    talk("a string over lines", ("'''a\n", "... "), "b'''"),
    talk("a syntax error", "x = = 1", "1"),
    talk("an indentation error", "  1"),
    talk("an error", "1/0", ("def f():\n", "... "), ("  raise ValueError('v')\n", "... "), "", "f()",
         "import sys; print(sys.last_type, sys.last_value)"),
    talk("an error chain", ("try: 1/0\n", "... "), ("except Exception: [][0]\n", "... "), ""),
    talk("exit()", ("exit()\n", None)),
    talk("exit(3)", ("exit(3)\n", None)),
    talk("sys.exit('text')", ("import sys; sys.exit('text')\n", None)),
    talk("exit, quit, copyright, credits", "exit", "quit", "copyright", "credits"),
    talk("help('os.nice')", "help('os.nice')", env={"PAGER": "cat"}),
    talk("sys.ps1 and sys.ps2", "import sys; sys.ps1, sys.ps2", ("sys.ps1 = '=> '\n", "\n=> "), ("1\n",
        "\n=> "),
         ("sys.ps2 = '-> '\n", "\n=> "), ("if 1:\n", "\n-> "), ("  2\n", "\n-> "), ("\n", "\n=> ")),
    talk("sys.ps1 is an object", "import sys", ("class P:\n", "... "), ("  n = 0\n", "... "),
         ("  def __str__(self): self.n += 1; return f'[{self.n}] '\n", "... "), "", ("sys.ps1 = P()\n",
         "[1] "), ("5\n", "[2] ")),
    talk("sys.displayhook", "import sys; sys.displayhook = lambda v: print('shown', v)", "7"),
    talk("sys.excepthook", "import sys; sys.excepthook = lambda *a: print('hook', a[1])", "1/0"),
    talk("names", "sorted(globals())", "__name__, __doc__, __file__ if '__file__' in globals() else 0"),
    talk("sys.path and sys.argv",
         "import sys; sys.path[0], sys.argv, sys.flags.interactive, sys.flags.inspect"),
    talk("input()", ("x = input('? ')\n", "\n? "), "typed", "x"),
    talk("completion", "import string", ("string.ascii_u\t\n", ">>> "), ("strin\t.digits\n", ">>> ")),
    talk("completion twice", ("impor\t", None), ("\t\n", ">>> "), "1"),
    talk("history: up", "'first'", ("\x10\n", ">>> ")),
    talk("history: search", "'findme'", "2", ("\x12findm\n", ">>> ")),
    talk("editing: home and kill", ("bc'\x01'a\n", ">>> "), ("junk\x01\x0b4\n", ">>> ")),
    talk("a history file of another session", ("\x10\n", ">>> "), env={"TERM": "xterm"}, edit=BANNER),
    talk("readline's settings", "import readline, rlcompleter; readline.get_completer(), "
         "readline.get_completer_delims()",
         "readline.get_history_length()", edit=[ADDRESS]),
    talk("TERM=xterm-256color", "1", env={"TERM": "xterm-256color"}),
    talk("without readline: -I", "1", "import sys; 'readline' in sys.modules", args=["-I"]),
    talk("-S", "1", "exit", args=["-S"]),
    talk("-E -s -B", "import sys; sys.flags", args=["-EsB"]),
    talk("PYTHONSTARTUP", "x", env={"PYTHONSTARTUP": "DIR/work/s.py"},
         files={"s.py": "x = 'started'; print('hello', __name__)"}),
    talk("PYTHONSTARTUP with an error", "1", env={"PYTHONSTARTUP": "DIR/work/s.py"}, files={"s.py": "1/0"}),
    talk("PYTHONSTARTUP missing", "1", env={"PYTHONSTARTUP": "/no/such"}),
    talk("PYTHONSTARTUP with a syntax error", "1", env={"PYTHONSTARTUP": "DIR/work/s.py"},
         files={"s.py": "= 1"}),
    talk("-i after a script", "x, __file__", args=["-i", "m.py", "a"], files={"m.py": "x = 5"}),
    talk("-i after an error", "x", "import sys; sys.last_value", args=["-i", "m.py"],
         files={"m.py": "x = 5\n1/0"}),
    talk("-i after sys.exit(4)", "x", args=["-i", "m.py"], files={"m.py": "x = 5\nimport sys; sys.exit(4)"}),
    talk("-i -c", "x", args=["-i", "-c", "x = 3"]),
    talk("-i -m", "x, __name__", args=["-i", "-m", "m"], files={"m.py": "x = 3"}),
    talk("-i without a script that exists", "1", args=["-i", "no.py"]),
    talk("-i of a directory", "x", args=["-i", "."], files={"__main__.py": "x = 3"}),
    talk("PYTHONINSPECT", "x", args=["m.py"], env={"PYTHONINSPECT": "1"}, files={"m.py": "x = 5"}),
    talk("-c on a terminal", ("", None), args=["-c",
        "import sys; print(sys.stdin.isatty(), sys.stdout.line_buffering)"], first="\n"),
    talk("- on a terminal", "1", args=["-"]),
    talk("a script reads the terminal", ("word\n", "\n"), args=["-c", "print(input('? '))"], first="? "),
    talk("code.interact", "x", args=["-c", "import code; x = 8; code.interact(local=globals())"]),
    talk("asyncio's prompt", ("await asyncio.sleep(0, 'slept')\n", ">>> "), ("exit()\n", None), args=["-m",
        "asyncio"],
         first=">>> import asyncio\r\n>>> "),
    talk("pdb on a terminal", ("n\n", "(Pdb) "), ("p x\n", "(Pdb) "), ("q\n", None), args=["-m", "pdb",
        "m.py"], first="(Pdb) ",
         files={"m.py": "x = 1\ny = 2\n"}),
    talk("getpass", ("secret\n", "\n"), args=["-c", "import getpass; print(len(getpass.getpass()))"],
         first="Password: "),
    talk("a fork at the prompt", "import os; p = os.fork() or os._exit(3)", "os.waitpid(p, 0)[1]"),
    talk("UTF-8 typed with LC_ALL=C", "ascii('é')", env={"LC_ALL": "C"}),
    Case("Ctrl-C", act=interrupted),
    Case("SIGHUP", act=hung_up),
    Case("stopped and continued", act=stopped_and_continued),
    # without a terminal
    Case("-i with a pipe", ["-i"], stdin="1 + 1\nx = = 2\n1/0\ndef f():\n  return 3\n\nf()\n"),
    Case("-i with a pipe and exit", ["-i"], stdin="import sys\nsys.exit(6)\nprint('never')\n"),
    Case("-i -q with a pipe", ["-iq"], stdin="print(1)"),
    Case("-i of a script with a pipe", ["-i", "m.py"], files={"m.py": "x = 2\n1/0"}, stdin="print(x)\n"),
    Case("pdb with commands", ["-m", "pdb", "m.py", "a"],
         files={"m.py": "import sys\ndef f(x):\n    y = x + 1\n    return y\nprint(f(1))\n"},
         stdin="b 4\nc\np x, y\nw\nargs\nu\nl\np sys.argv, __file__\nc\nq\n"),
    Case("pdb -c", ["-m", "pdb", "-c", "b 2", "-c", "c", "-c", "p 5", "-c", "q", "m.py"],
         files={"m.py": "x = 1\nx = 2\n"}),
    Case("pdb and an error", ["-m", "pdb", "-c", "c", "m.py"], files={"m.py": "1/0"}, stdin="p 7\nq\n"),
    Case("pdb and a missing script", ["-m", "pdb", "no.py"]),
    Case("pdb restarts", ["-m", "pdb", "m.py"], files={"m.py": "print('run')\n"}, stdin="c\nrun b c\nn\nq\n"),
    Case("breakpoint()", ["-c", "x = 4\nbreakpoint()\nprint(x)"], stdin="p x\nx = 9\nc\n"),
]
