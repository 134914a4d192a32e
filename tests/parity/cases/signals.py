"""Signals from inside and outside, aborts and crashes."""

import signal
import time

from case import ADDRESS, Case

# Without the module signal: importing it installs the handler of SIGINT, which the host has to do itself.
READY = "import sys, time, os, threading\nprint('ready', flush=True)\n"
SLEEP = READY + "time.sleep(30)\n"


def sent(name, number, text, *options, times=1):
    """The script prints `ready`, then gets the signal from outside."""
    def act(host):
        process = host.start(*options, "-c", text)
        first = process.stdout.readline()
        for _ in range(times):
            time.sleep(0.15)
            process.send_signal(number)
        return host.finish(process) | {"ready": first}
    return Case(name, act=act)


def own(name, text, **rest):
    return Case(name, ["m.py"], files={"m.py": "import os, signal, sys, time, threading\n" + text}, **rest)



CASES = [
    sent("SIGINT", signal.SIGINT, SLEEP),
    sent("SIGINT while computing", signal.SIGINT, READY + "while True: pass\n"),
    sent("SIGINT caught", signal.SIGINT,
         READY + "try: time.sleep(30)\nexcept KeyboardInterrupt as e: print('caught', repr(e))\n"),
    sent("SIGINT and finally", signal.SIGINT, READY + "try: time.sleep(30)\nfinally: print('finally')\n"),
    sent("SIGINT and atexit", signal.SIGINT, "import atexit; atexit.register(print, 'at exit')\n" + SLEEP),
    Case("SIGINT to itself without the module signal", ["-c", "import os, time\ntry: os.kill(os.getpid(), 2); "
         "time.sleep(5)\nexcept KeyboardInterrupt: print('caught')"]),
    sent("SIGINT handled", signal.SIGINT,
         "import signal, sys\nsignal.signal(2, lambda n, f: sys.exit(n + 40))\n" + SLEEP),
    sent("SIGINT ignored", signal.SIGINT,
         "import signal\nsignal.signal(2, signal.SIG_IGN)\n" + READY + "time.sleep(0.4)\n"),
    sent("SIGINT waiting for a thread", signal.SIGINT,
         READY + "t = threading.Thread(target=time.sleep, args=(1,))\nt.start()\n"
         "t.join()\n"),
    sent("SIGINT waiting for threads at the end", signal.SIGINT,
         READY + "threading.Thread(target=time.sleep, args=(1,)).start()\n"),
    sent("SIGINT reading stdin", signal.SIGINT, READY + "r, w = os.pipe(); os.read(r, 1)\n"),
    sent("SIGINT in asyncio.run", signal.SIGINT,
         "import asyncio\nasync def f():\n print('ready', flush=True)\n"
         " try: await asyncio.sleep(30)\n except asyncio.CancelledError: print('cancelled'); raise\n"
         "asyncio.run(f())\n"),
    sent("SIGINT with -i", signal.SIGINT, SLEEP, "-i"),
    sent("SIGINT with -I -S", signal.SIGINT, SLEEP, "-I", "-S"),
    sent("SIGTERM", signal.SIGTERM, SLEEP),
    sent("SIGTERM handled", signal.SIGTERM,
         "import signal\nsignal.signal(15, lambda n, f: print('got', n))\n" + READY
         + "signal.pause()\n"),
    sent("SIGHUP", signal.SIGHUP, SLEEP),
    sent("SIGQUIT", signal.SIGQUIT, SLEEP),
    sent("SIGUSR1", signal.SIGUSR1, SLEEP),
    sent("SIGPIPE from outside", signal.SIGPIPE, READY + "time.sleep(0.4); print('alive')\n"),
    sent("SIGALRM by setitimer", signal.SIGWINCH,
         "import signal\n" + READY + "signal.setitimer(signal.ITIMER_REAL, 0.4); time.sleep(30)\n"),
    own("signal handlers at the start",
        "print([(s.name, str(signal.getsignal(s))) for s in sorted(signal.valid_signals())\n"
        "       if isinstance(s, signal.Signals)])\nprint(signal.pthread_sigmask(0, []))\n", edit=[ADDRESS]),
    own("what the kernel sees of the signals",
        "print(*(l for l in open('/proc/self/status') if l.startswith('Sig')), sep='')\n",
        edit=[(r"SigQ:.*", "")]),
    own("raise KeyboardInterrupt", "raise KeyboardInterrupt('mine')\n"),
    own("a subclass of KeyboardInterrupt", "class K(KeyboardInterrupt): pass\nraise K\n"),
    own("KeyboardInterrupt in atexit", "import atexit\n@atexit.register\ndef f(): raise KeyboardInterrupt\n",
        edit=[ADDRESS]),
    own("KeyboardInterrupt raised from another",
        "try: 1/0\nexcept Exception as e: raise KeyboardInterrupt from e\n"),
    own("SIGINT to itself", "os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n"),
    own("SIGINT from a thread",
        "import _thread\nthreading.Timer(0.2, _thread.interrupt_main).start()\ntime.sleep(5)\n"),
    own("SIGINT default and sent", "signal.signal(2, signal.SIG_DFL)\nos.kill(os.getpid(), 2)\n"),
    own("SIGKILL to itself", "print(1, flush=True); os.kill(os.getpid(), 9)\n"),
    own("os.abort", "print(1, flush=True); os.abort()\n"),
    own("faulthandler and SIGSEGV",
        "import faulthandler; faulthandler.enable()\ndef f(): faulthandler._sigsegv()\nf()\n",
        edit=[ADDRESS]),
    own("faulthandler and SIGFPE", "import faulthandler; faulthandler.enable(); faulthandler._sigfpe()\n",
        edit=[ADDRESS]),
    own("faulthandler and SIGABRT", "import faulthandler; faulthandler.enable(); faulthandler._sigabrt()\n",
        edit=[ADDRESS]),
    own("faulthandler and a fatal error", "import faulthandler; faulthandler._fatal_error_c_thread()\n",
        edit=[ADDRESS]),
    own("faulthandler and the stack's end",
        "import faulthandler; faulthandler.enable(); faulthandler._stack_overflow()\n",
        edit=[ADDRESS, (r"\d+ MB|after \d+|\d+", "N")]),
    own("faulthandler registered",
        "import faulthandler; faulthandler.register(signal.SIGUSR1, all_threads=False)\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n", edit=[ADDRESS]),
    own("faulthandler dumps later", "import faulthandler; faulthandler.dump_traceback_later(0.2, exit=True); "
        "time.sleep(5)\n",
        edit=[ADDRESS]),
    Case("-X faulthandler and SIGSEGV", ["-X", "faulthandler", "-c", "import ctypes; ctypes.string_at(0)"],
         edit=[ADDRESS, (r"Extension modules:.*", "")]),
    Case("a segmentation fault without faulthandler", ["-c", "import ctypes; ctypes.string_at(0)"]),
    Case("SIGINT ignored by the shell",
         shell="trap '' INT; \"$PY\" -c 'import signal; print(signal.getsignal(2))'"),
    Case("SIGTERM and SIGPIPE ignored by the shell",
         shell="trap '' TERM PIPE; \"$PY\" -c 'import signal; print(signal.getsignal(15), "
         "signal.getsignal(13))'"),
    Case("SIGINT seen by the shell",
         shell="\"$PY\" -c 'import os; os.kill(os.getpid(), 2); import time; time.sleep(3)'; echo $?"),
    Case("a fault handler left by a wakeup descriptor", ["-c",
        "import signal, socket, os\na, b = socket.socketpair()\n"
         "a.setblocking(False); signal.set_wakeup_fd(a.fileno()); signal.signal(10, lambda *x: None)\n"
         "os.kill(os.getpid(), 10); print(b.recv(1))"]),
]
