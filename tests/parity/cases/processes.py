"""Children: fork, exec, subprocess, multiprocessing, pools; and the names a host can be started by."""

from case import ADDRESS, Case, Link, zipped

IDENTITY = "import sys; print(ascii((sys.executable, " \
           "sys._base_executable, sys.prefix, sys.orig_argv, sys.argv)))"
START = """import multiprocessing as mp, os, sys
def work(queue, x):
    queue.put((x * x, sys.executable, mp.current_process().name, __name__, sys.flags.optimize, sys.argv[0],
               mp.get_start_method()))
def fail(): raise ValueError('in the child')
def leave(): sys.exit(7)
if __name__ == '__main__':
    context = mp.get_context('METHOD')
    queue = context.Queue()
    child = context.Process(target=work, args=(queue, 3)); child.start(); print(queue.get()); child.join()
    print(child.exitcode)
    for target in fail, leave, os.abort:
        child = context.Process(target=target); child.start(); child.join(); print(child.exitcode)
    print(mp.get_all_start_methods(), mp.parent_process(), mp.active_children())
    with context.Pool(2) as pool: print(pool.map(abs, range(-5, 5)))
    with context.Manager() as manager:
        shared = manager.dict(a=1); print(shared)
    value = context.Value('i', 5); print(value.value)
"""
POOL = """import concurrent.futures as f, multiprocessing as mp, os, sys
def crash(): os._exit(1)
if __name__ == '__main__':
    with f.ProcessPoolExecutor(2, mp_context=mp.get_context('METHOD')) as pool:
        print(list(pool.map(pow, range(5), range(5))))
        try: pool.submit(crash).result()
        except f.process.BrokenProcessPool as e: print(e)
"""
METHODS = ("fork", "spawn", "forkserver")
SPAWN = """import multiprocessing as m, sys
def f(): print(__name__, __file__, sys.flags, sys.warnoptions, sys._xoptions, flush=True)
def main():
    p = m.get_context('spawn').Process(target=f); p.start(); p.join(); print(p.exitcode)
"""
GUARD = "if __name__ == '__main__':\n"
PIDS = [(r"Process-\d+|pid \d+|\b\d{3,}\b", "PID")]


def program(name, text, *options, **rest):
    return Case(name, [*options, "m.py"], files={"m.py": "import os, sys, subprocess as s\n" + text}, **rest)


def named(name, argv0, *args, **rest):
    """Started with an argv[0] that is not its path."""
    def act(host):
        return host.finish(host.popen(argv0, *args, executable=host.python))
    return Case(name, act=act, **rest)


def shared_memory(host):
    return host.run(host.python, "-c", "from multiprocessing import shared_memory as m\n"
                    "s = m.SharedMemory(create=True, size=10); s.buf[0] = 7\n"
                    "t = m.SharedMemory(s.name); print(t.buf[0])\n"
                    "t.close(); s.close(); s.unlink()")


CASES = [
    *(Case(f"multiprocessing by {method}", ["m.py"], files={"m.py": START.replace("METHOD", method)},
           ignore="^tmp/pymp", edit=PIDS) for method in METHODS),
    *(Case(f"ProcessPoolExecutor by {method}", ["m.py"], files={"m.py": POOL.replace("METHOD", method)},
           edit=PIDS) for method in METHODS),
    Case("multiprocessing by spawn keeps options", ["-O", "-B", "-Xdev", "-Xutf8", "-Werror", "m.py"],
         edit=PIDS, files={"m.py": SPAWN + GUARD + "    main()\n"}),
    Case("multiprocessing by spawn from a zip", ["m.zip"], edit=PIDS,
         files={"m.zip": zipped({"__main__.py": "import n; n.main()", "n.py": SPAWN})}),
    Case("multiprocessing by spawn with -m", ["-m", "p.n"], edit=PIDS,
         files={"p/__init__.py": "", "p/n.py": SPAWN + GUARD + "    main()\n"}),
    Case("multiprocessing by spawn without the guard", ["m.py"], edit=PIDS, files={"m.py": SPAWN + "main()\n"}),
    Case("shared memory", act=shared_memory),
    # subprocess and exec
    program("subprocess of sys.executable", "print(s.run([sys.executable, '-c', 'import sys; print(sys.argv);"
            " sys.exit(3)', 'a'],"
            " capture_output=True))\n"),
    program("subprocess with an empty environment",
            f"s.run([sys.executable, '-c', {IDENTITY!r}], env={{}})\n"),
    program("subprocess.run with a shell", "print(s.getstatusoutput('exit 3'), s.run('kill -9 $$', "
            "shell=True).returncode)\n"),
    program("subprocess with _args_from_interpreter_flags", "print(s._args_from_interpreter_flags())\n",
            "-OBbE", "-Xdev",
            "-Wignore"),
    program("os.execv of sys.executable",
            "print(1, flush=True); os.execv(sys.executable, [sys.executable, '-c', " + repr(IDENTITY)
            + ", 'a'])\n"),
    program("os.execv of sys.orig_argv", "sys.stdout.flush()\nif len(sys.argv) < 4: os.execv(sys.executable, "
            "sys.orig_argv + ['x'])\n"
            "print(sys.argv, sys.flags)\n", "-B", "-Xutf8"),
    program("os.execvpe by name",
            "os.execvpe('python3', ['python3', '-c', 'print(1)'], {'PATH': '/usr/bin'})\n"),
    program("os.posix_spawn", "p = os.posix_spawn(sys.executable, [sys.executable, '-c', 'print(2)'], "
            "os.environ)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))\n"),
    program("os.fork", "print('before', flush=True)\nif os.fork():\n    print('parent', os.wait()[1])\n"
            "else:\n    sys.exit(4)\n"),
    program("os.fork with text unwritten", "print('before')\nif os.fork(): os.wait()\n"),
    program("os.fork and an error in the child", "if os.fork(): print(os.wait()[1])\nelse: 1/0\n"),
    program("os.fork and atexit", "import atexit; atexit.register(print, 'end', flush=True)\n"
            "if os.fork(): os.wait()\n"),
    program("os.fork from a thread", "import threading\ndef f():\n"
            "    if os.fork() == 0: print('child', threading.main_thread() is "
            "threading.current_thread(), flush=True); sys.exit(3)\n    print(os.wait()[1])\n"
            "t = threading.Thread(target=f); t.start(); t.join()\n"),
    program("os.fork with threads running", "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(.3,)).start()\n"
            "if os.fork(): print(os.wait()[1], threading.active_count())\n"
            "else: print(threading.active_count())\n"),
    program("os.register_at_fork", "for n in 'before', 'after_in_parent', 'after_in_child':\n"
            "    os.register_at_fork(**{n: lambda n=n: print(n, flush=True, file=sys.stderr if 'child' in n else None)})\nif os.fork(): os.wait()\n"),
    program("os.forkpty", "p, f = os.forkpty()\nif p == 0: print(sys.stdout.isatty(), flush=True); "
            "os._exit(0)\n"
            "print(os.read(f, 100)); os.wait()\n"),
    program("os.system and os.popen", "print(os.system('exit 5'), os.popen('echo a').read())\n"),
    program("descriptors that a child inherits", "print(os.listdir('/proc/self/fd'))\n"
            "s.run([sys.executable, '-c', 'import os; print(os.listdir(\"/proc/self/fd\"))'], "
            "close_fds=False)\n"),
    program("limits, umask, directory, session", "import resource as r\n"
            "print(os.umask(0), os.getcwd(), os.getsid(0) == os.getppid(),"
            " [r.getrlimit(getattr(r, n)) for n in sorted(dir(r)) if n.startswith('RLIMIT')], os.nice(0))\n"),
    program("environment seen", "print(sorted((k, v) for k, v in os.environ.items() if k != 'PY'))\n"),
    program("a large environment and bytes", "print(sorted(os.environb.items())[:2])\n", env={"A": "é" * 9,
            "B": "\udcff"}),
    program("process title in /proc", "print(open('/proc/self/cmdline').read().replace('\\0', '|'))\n"
            "print(os.path.samefile('/proc/self/exe', sys.executable))\n"),
    program("asyncio.create_subprocess_exec",
            "import asyncio\nasync def f():\n    p = await asyncio.create_subprocess_exec("
            "sys.executable, '-c', 'print(5)', stdout=-1)\n    print(await p.communicate(), p.returncode)\n"
            "asyncio.run(f())\n"),
    # by which name
    *(Case(f"identity under the name {alias}", ["-c", IDENTITY], alias=alias)
      for alias in ("python3", "python", "python3.11", "snake", "pythonista", "my python")),
    named("identity with an empty argv[0]", "", "-c", IDENTITY),
    named("identity with a wrong argv[0]", "/no/such/snake", "-c", IDENTITY),
    named("identity with argv[0] = snake", "snake", "-c", IDENTITY),
    named("identity with argv[0] = python3", "python3", "-c", IDENTITY),
    named("identity with argv[0] = cat, another program", "cat", "-c", IDENTITY),
    named("-h with argv[0] = snake", "snake", "-h"),
    named("an error with argv[0] = snake", "snake", "no.py"),
    named("identity with an argv[0] that is not UTF-8", b"\xff", "-c", IDENTITY),
    Case("identity through PATH", alias="snake", shell=f'PATH=$(dirname "$PY"):$PATH; snake -c "{IDENTITY}"'),
    Case("identity through an empty PATH", alias="snake",
         shell=f'cd "$(dirname "$PY")"; PATH=; ./snake -c "{IDENTITY}"'),
    Case("identity through a relative path", alias="snake", shell=f'../bin/snake -c "{IDENTITY}"'),
    Case("identity through links", shell=f'./a -c "{IDENTITY}"; d/e -c "{IDENTITY}"',
         files={"a": Link("b"), "b": Link("PYTHON"), "c/e": Link("PYTHON"), "d": Link("c")}),
    Case("identity by its own name through PATH",
         shell=f'PATH=$(dirname "$PY"); "${{PY##*/}}" -c "{IDENTITY}"',
         edit=[(r"'polyhost'|'python3'", "NAME")]),
    Case("identity beside pyvenv.cfg", alias="snake",
         shell=f'echo "home = /usr/bin" > ../pyvenv.cfg; ../bin/snake -c "{IDENTITY}"'),
    Case("identity beside a stranger's lib/python3.11", alias="snake", shell=(
        f'mkdir -p ../lib/python3.11/lib-dynload; touch ../lib/python3.11/os.py; "$PY" -c "{IDENTITY}"')),
    Case("a ._pth file beside the executable", alias="snake",
         shell='echo /x > ../bin/snake._pth; "$PY" -c "import sys; print(sys.path)"',
         edit=[ADDRESS]),
]
