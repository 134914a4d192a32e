"""stdin, stdout and stderr: closed, broken, full, buffered."""

from case import ADDRESS, Case

STREAMS = "import sys; sys.__stderr__ and print(sys.stdin, sys.stdout, sys.stderr, file=sys.stderr)"


def sh(name, script, **rest):
    return Case(name, shell=script.replace("PY ", '"$PY" '), **rest)


CASES = [
    *(sh(f"{name} closed", f"PY -c '{STREAMS}' {redirect}; echo $?", edit=[ADDRESS])
      for name, redirect in (("stdin", "<&-"), ("stdout", ">&-"), ("stderr", "2>&-"), ("stdin and stdout",
          "<&- >&-"),
                             ("all", "<&- >&- 2>&-"))),
    sh("print to a closed stdout", "PY -c 'print(1)' >&-; echo $?"),
    sh("an error to a closed stderr", "PY -c '1/0' 2>&-; echo $?"),
    sh("input from a closed stdin", "PY -c 'input()' <&-; echo $?"),
    sh("a script from a closed stdin", "PY <&-; echo $?"),
    sh("-V to a closed stdout", "PY -V >&-; echo $?"),
    sh("files opened in place of closed streams",
       "PY -c 'import os; print(os.open(\"/dev/null\", os.O_RDONLY))' <&- ; echo $?"),
    sh("stdout full", "PY -c 'print(1)' >/dev/full; echo $?"),
    sh("stdout full, unbuffered", "PY -u -c 'print(1)' >/dev/full; echo $?"),
    sh("stdout full, flushed", "PY -c 'print(1, flush=True)' >/dev/full; echo $?"),
    sh("stdout full and an error", "PY -c 'print(1); 1/0' >/dev/full; echo $?"),
    sh("stdout full and sys.exit(3)", "PY -c 'print(1); raise SystemExit(3)' >/dev/full; echo $?"),
    sh("stdout full and much text", "PY -c 'print(\"x\" * 100000)' >/dev/full; echo $?"),
    sh("stderr full", "PY -c '1/0' 2>/dev/full; echo $?"),
    sh("stderr full at -V and -Z", "PY -V 2>/dev/full; echo $?; PY -Z 2>/dev/full; echo $?"),
    sh("-h to a full stdout", "PY -h >/dev/full; echo $?"),
    sh("stdin cannot be written, stdout cannot be read",
       "PY -c 'import sys; sys.stdin.write(\"x\")' </dev/null; "
       "PY -c 'import sys; sys.stdout.read()'; echo $?"),
    sh("stdin is a directory", "PY -c 'import sys; print(sys.stdin)' < .; echo $?", edit=[ADDRESS]),
    sh("a script from a directory as stdin", "PY < .; echo $?", edit=[ADDRESS]),
    sh("stdout opened for reading", "PY -c 'print(1)' 1</dev/null; echo $?"),
    sh("stdin opened for writing", "PY -c 'input()' 0>/dev/null; echo $?"),
    sh("SIGPIPE into head", "PY -c 'for i in range(100000): print(i)' | head -n 3"),
    sh("SIGPIPE into head, its status",
       "{ PY -c 'for i in range(100000): print(i)'; echo $? >&2; } | head -n 1"),
    sh("SIGPIPE restored", "{ PY -c 'import signal as s; s.signal(s.SIGPIPE, s.SIG_DFL)\n"
       "while True: print(1)'; echo $? >&2; } | head -n 1"),
    sh("a broken pipe at exit",
       "{ PY -c 'import sys, time; sys.stdin.readline(); print(1)' </dev/null; echo $? >&2; } | true"),
    sh("stdout closed by the script",
       "PY -c 'import sys; sys.stdout.close(); sys.stderr.write(\"x\\n\")'; echo $?"),
    sh("descriptor 1 closed by the script", "PY -c 'import os; print(1); os.close(1)'; echo $?"),
    sh("stdout replaced by what cannot flush",
       "PY -c 'import sys\nclass A:\n def flush(self): 1/0\n def write(self, t): pass\n"
       "sys.stdout = A()'; echo $?", edit=[ADDRESS]),
    sh("sys.stdout deleted", "PY -c 'import sys; del sys.stdout; print(1)'; echo $?"),
    sh("sys.stderr is None", "PY -c 'import sys; sys.stderr = None; 1/0'; echo $?"),
    sh("order of the two streams in one file",
       "PY -c 'import sys\nfor i in range(3): print(i); print(i, file=sys.stderr)'"
       " >both 2>&1; cat both"),
    sh("order, unbuffered", "PY -u -c 'import sys\nfor i in range(3): print(i); print(i, file=sys.stderr)' "
       ">both 2>&1"),
    Case("print what stdout cannot encode", ["-c", "print('\\udcff')"]),
    Case("an error message that stderr cannot encode", ["-c", "raise ValueError('\\udcff é')"],
         env={"LC_ALL": "POSIX"}),
    Case("input at the end of stdin", ["-c", "print(input('? ')); input()"], stdin="line\n"),
    Case("stdin is not UTF-8", ["-c", "import sys; print(ascii(sys.stdin.read()))"], stdin=b"\xff\xe9\n"),
    Case("stdin, LC_ALL=C, is not UTF-8", ["-c", "import sys; print(ascii(sys.stdin.read()))"],
         stdin=b"\xff\xe9\n",
         env={"LC_ALL": "C"}),
    Case("newlines of stdin", ["-c", "import sys; print(ascii(sys.stdin.read()))"], stdin=b"a\r\nb\rc\n"),
    Case("stdin read in halves by two processes", shell=(
        'printf "import os\\nprint(1)\\n" | "$PY"; printf "a\\nb\\n" | { "$PY" -c "print(input())"; cat; }')),
    Case("buffers", ["-c", "import sys\nfor f in sys.stdin, sys.stdout, sys.stderr:\n"
                     " print(f, f.buffer, f.buffer.raw, f.line_buffering, "
                     "f.isatty(), f.fileno(), f.newlines)"],
         edit=[ADDRESS]),
    Case("buffers with -u", ["-u", "-c", "import sys\nfor f in sys.stdin, sys.stdout, sys.stderr:\n"
                             " print(f, f.buffer, f.line_buffering, f.write_through)"], edit=[ADDRESS]),
]
