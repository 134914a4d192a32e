"""A program that embeds the engine, from outside: its options, its children, its end."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

from support import PYTHON, SANITIZER, run

EMBEDDER = os.environ["EMBEDDER"]


def embed(*arguments, **options):
    return run(*arguments, program=EMBEDDER, **options)


class Options(unittest.TestCase):
    def test_the_embedded_python_is_the_one_linked(self):
        done = embed("-c", "import sys; print(sys.executable, sys.prefix, sys.version_info[:2])", env={**os.environ, "PATH": "/nowhere"})
        self.assertEqual(done.stdout, f"{sys.base_exec_prefix}/bin/python{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix} {sys.version_info[:2]}\n")

    def test_executable(self):
        self.assertEqual(embed("--executable", "/opt/other", "-c", "import sys; print(sys.executable)").stdout, "/opt/other\n")

    def test_isolated(self):
        code = "import sys; print('/given' in sys.path, sys.flags.isolated)"
        environment = {**os.environ, "PYTHONPATH": "/given"}
        self.assertEqual(embed("-c", code, env=environment).stdout, "True 0\n")
        self.assertEqual(embed("--isolated", "-c", code, env=environment).stdout, "False 1\n")

    def test_nothing_of_the_current_directory_is_imported(self):
        with tempfile.TemporaryDirectory() as directory:
            open(os.path.join(directory, "stray.py"), "w").close()
            done = embed("-c", "import stray", cwd=directory)
            self.assertIn("No module named 'stray'", done.stderr)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(embed("--path", directory, "-c", "import stray").returncode, 0)

    def test_venv(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([PYTHON, "-I", "-m", "venv", "--without-pip", directory], check=True)
            code = "import sys, site; print(sys.prefix, sys.executable, [p for p in sys.path if p.startswith(sys.prefix)] == site.getsitepackages()[:1])"
            self.assertEqual(embed("--venv", directory, "-c", code).stdout, f"{directory} {directory}/bin/python True\n")

    def test_no_venv(self):
        done = embed("--venv", "/nowhere", "-c", "pass")
        self.assertEqual(done.returncode, 70)
        self.assertEqual(done.stderr, "Python cannot start: the directory /nowhere is no virtual environment: it lacks pyvenv.cfg\n")

    def test_timing(self):
        code = "import game, polyhost; game.triple(1.0); print(len(polyhost.boundary.snapshot()))"
        self.assertEqual(embed("-c", code).stdout, "1\n")
        self.assertEqual(embed("--timing-off", "-c", code).stdout, "0\n")

    @unittest.skipIf(SANITIZER, "what is compiled then lacks the sanitizer")
    def test_cpp_is_imported_on_request(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "embed_kernels.cpp"), "w") as file:
                file.write("#include <polyhost/native.hpp>\nPOLYHOST_EXPORT int twice(int x) { return 2 * x; }\n")
            code = "import embed_kernels; print(embed_kernels.twice(21))"
            done = embed("--imports-cpp", "--path", directory, "-c", code, env={**os.environ, "XDG_CACHE_HOME": directory})
            self.assertEqual((done.stdout, done.stderr), ("42\n", ""))
            self.assertIn("ModuleNotFoundError", embed("--path", directory, "-c", code).stderr)


class Children(unittest.TestCase):
    SCRIPT = (
        "import multiprocessing\n"
        "def work(x): return x * x\n"
        "if __name__ == '__main__':\n"
        "    import game\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    with context.Pool(2) as pool: print(pool.map(work, [1, 2, game.triple(1.0)]))\n"
    )

    def test_multiprocessing(self):
        with tempfile.TemporaryDirectory() as directory:
            script = os.path.join(directory, "script.py")
            with open(script, "w") as file:
                file.write(self.SCRIPT)
            done = embed(script)
            self.assertEqual((done.stdout, done.stderr), ("[1, 4, 9.0]\n", ""))


class End(unittest.TestCase):
    def test_the_end_is_python3s(self):
        code = "import atexit, threading, time\natexit.register(print, 'atexit')\nthreading.Thread(target=lambda: (threading.main_thread().join(), time.sleep(0.2), print('thread'))).start()\nprint('script')"
        done = embed("-c", code)
        self.assertEqual((done.stdout, done.returncode), ("script\nthread\natexit\n", 0))

    def test_exit_status(self):
        self.assertEqual(embed("-c", "import sys; sys.exit(7)").returncode, 7)
        done = embed("-c", "1/0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ZeroDivisionError", done.stderr)

    def test_signals_are_the_programs_own(self):
        code = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)"
        self.assertEqual(embed("-c", code).returncode, -signal.SIGINT)
        done = embed("--signal-handlers", "-c", code)
        self.assertEqual(done.returncode, 1)
        self.assertIn("KeyboardInterrupt", done.stderr)


if __name__ == "__main__":
    unittest.main()
