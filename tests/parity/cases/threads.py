"""Threads at the end of a program, and interpreters inside it."""

from case import ADDRESS, Case

SUB = "import _xxsubinterpreters as sub\n"


def program(name, text, **rest):
    return Case(name, ["m.py"], files={"m.py": "import threading, time, sys, atexit, os\n" + text}, **rest)


CASES = [
    program("a thread outlives main", "def f(): time.sleep(.2); print('thread')\n"
            "threading.Thread(target=f).start(); print('main')\n"),
    program("a thread outlives an error in main", "threading.Timer(.2, print, ['thread']).start(); 1/0\n"),
    program("a thread outlives sys.exit(3)", "threading.Timer(.2, print, ['thread']).start(); sys.exit(3)\n"),
    program("a thread and atexit",
            "atexit.register(print, 'at exit')\nthreading.Timer(.2, print, ['thread']).start()\n"),
    program("a daemon thread sleeps at the end",
            "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"),
    program("daemon threads compute at the end", "def f():\n    while True: sum(range(100))\n"
            "for _ in range(4): threading.Thread(target=f, daemon=True).start()\n"
            "time.sleep(.1); print('end')\n"),
    program("a daemon thread prints at the end", "def f():\n    while True: sys.stdout.write('')\n"
            "threading.Thread(target=f, daemon=True).start()\ntime.sleep(.1)\n"),
    program("a thread starts a thread at the end", "def f():\n    time.sleep(.1); "
            "threading.Thread(target=print, args=('late',)).start()\n"
            "threading.Thread(target=f).start()\n"),
    program("a thread started in atexit", "@atexit.register\ndef f():\n"
            "    t = threading.Thread(target=print, args=('in atexit',))\n"
            "    t.start(); t.join()\n"),
    program("threading._register_atexit",
            "threading._register_atexit(print, 'threading')\natexit.register(print, 'atexit')\n"),
    program("a ThreadPoolExecutor left open", "import concurrent.futures as f\np = f.ThreadPoolExecutor(2)\n"
            "p.submit(lambda: (time.sleep(.2), print('done')))\nprint('main')\n"),
    program("a submit after the end", "import concurrent.futures as f\np = f.ThreadPoolExecutor(1)\n"
            "def g():\n    time.sleep(.2)\n"
            "    try: p.submit(print)\n    except RuntimeError as e: print(e)\np.submit(g)\n"),
    program("_thread without threading", "import _thread\n_thread.start_new_thread(lambda: print('t', "
            "flush=True), ())\ntime.sleep(.2)\n"),
    program("an error in _thread",
            "import _thread\n_thread.start_new_thread(lambda: 1/0, ())\ntime.sleep(.2)\n", edit=[ADDRESS]),
    program("thread facts", "print(threading.main_thread(), threading.get_native_id() == os.getpid(), "
            "threading.stack_size(),\n"
            "      sys.thread_info, sys.getswitchinterval(), threading.TIMEOUT_MAX, "
            "threading.active_count())\n",
            edit=[(r"MainThread, started \d+", "MainThread")]),
    program("thread-local values end",
            "l = threading.local()\nclass A:\n    def __del__(self): print('local ends')\n"
            "def f(): l.a = A()\nt = threading.Thread(target=f); t.start(); t.join()\n"),
    program("how deep a thread recurses", "sys.setrecursionlimit(3000)\ndef f(n): return n and f(n - 1) + 1\n"
            "threading.stack_size(1 << 20)\nt = threading.Thread(target=lambda: print(f(2500))); t.start(); "
            "t.join()\n"),
    program("a signal handler runs in the main thread",
            "import signal\nsignal.signal(10, lambda *a: print(threading.current_thread().name))\n"
            "t = threading.Thread(target=os.kill, args=(os.getpid(), 10)); t.start(); t.join(); "
            "time.sleep(.1)\n"),
    program("a lock held at the end", "lock = threading.Lock(); lock.acquire()\n"
            "threading.Thread(target=lock.acquire, daemon=True).start(); time.sleep(.1); print('end')\n"),
    # interpreters
    program("an interpreter runs", SUB + "i = sub.create(); sub.run_string(i, 'import sys; "
            "print(sys.executable, __name__, sys.argv)')\n"
            "print(len(sub.list_all())); sub.destroy(i)\n"),
    program("an interpreter has modules of its own", SUB + "sys.mine = 1\ni = sub.create()\n"
            "sub.run_string(i, 'import sys; print(hasattr(sys, \"mine\"), sys.path[0], sys.flags, "
            "sorted(sys.builtin_module_names)[:3])')\n"),
    program("an error in an interpreter",
            SUB + "i = sub.create()\ntry: sub.run_string(i, '1/0')\nexcept Exception as e: print(e)\n"),
    program("an interpreter left at the end",
            SUB + "i = sub.create(); sub.run_string(i, 'import atexit; atexit.register(print, 5)')\n"),
    program("an interpreter in a thread", SUB + "i = sub.create()\n"
            "t = threading.Thread(target=sub.run_string, args=(i, 'print(1, flush=True)'))\n"
            "t.start(); t.join(); sub.destroy(i)\n"),
    program("many interpreters", SUB + "for n in range(20):\n    i = sub.create(); sub.run_string(i, "
            "f'import json; print(json.dumps({n}))',\n"
            "    ); sub.destroy(i)\n"),
    program("_testcapi's interpreter", "try: import _testcapi\nexcept ImportError: print('none')\n"
            "else: print(_testcapi.run_in_subinterp('print(2, flush=True)'))\n"),
]
