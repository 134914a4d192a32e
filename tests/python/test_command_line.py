"""Which arguments are polyhost's, which are Python's and which are the script's."""

import json
import os
import re
import subprocess
import tempfile
import unittest

from support import POLYHOST, PYTHON, SANITIZER, run

SHOW = "import json, sys; print(json.dumps([sys.argv, sys.orig_argv[1:]]))"


class Arguments(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.script = os.path.join(self.folder, "show.py")
        with open(self.script, "w") as file:
            file.write(SHOW)

    def shown(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        argv, original = json.loads(done.stdout)
        self.assertEqual(original, list(arguments))
        return argv, "polyhost report:" in done.stderr

    def test_script(self):
        self.assertEqual(self.shown(self.script, "a", "-b"), ([self.script, "a", "-b"], False))
        self.assertEqual(self.shown("--report", self.script, "a"), ([self.script, "a"], True))
        self.assertEqual(self.shown("-B", "--report", "-X", "utf8", self.script), ([self.script], True))

    def test_switches_after_the_script_are_the_scripts(self):
        for more in (["--report"], ["--report=html"], ["--help"], ["version"], ["--", "--report"]):
            self.assertEqual(self.shown(self.script, *more), ([self.script, *more], False))
            self.assertEqual(self.shown("-c", SHOW, *more), (["-c", *more], False))

    def test_command(self):
        self.assertEqual(self.shown("--report", "-c", SHOW, "--report"), (["-c", "--report"], True))
        self.assertEqual(self.shown("--report", "-Bc", SHOW, "x"), (["-c", "x"], True))
        self.assertEqual(self.shown("--report", "-c" + SHOW, "x"), (["-c", "x"], True))

    def test_module(self):
        argv, report = self.shown("--report", "-m", "show", "--report", cwd=self.folder)
        self.assertEqual(([os.path.realpath(argv[0]), *argv[1:]], report), ([os.path.realpath(self.script), "--report"], True))
        self.assertTrue(self.shown("--report", "-mshow", cwd=self.folder)[1])

    def test_stdin(self):
        self.assertEqual(self.shown("--report", "-", "--report", input=SHOW), (["-", "--report"], True))
        self.assertEqual(self.shown("--report", input=SHOW), ([""], True))

    def test_gc_throughput(self):
        show = "import gc; print(gc.get_threshold())"
        self.assertEqual(run("--gc=throughput", "-c", show).stdout, "(50000, 20, 100)\n")
        self.assertEqual(run("-c", show).stdout, run("-c", show, program=PYTHON).stdout)
        done = run("--gc=x", "-c", show)
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))

    def test_values_of_options_are_no_switches(self):
        self.assertEqual(self.shown("-X", "--report", self.script), ([self.script], False))
        self.assertEqual(self.shown("-W", "ignore", "--report", self.script), ([self.script], True))

    def test_end_of_options(self):
        self.assertEqual(self.shown("--report", "--", self.script, "--report"), ([self.script, "--report"], True))

    def test_strange_arguments(self):
        words = ["", "a b", "\u20ac", "\udcff", "-"]
        self.assertEqual(self.shown("--report", self.script, *words), ([self.script, *words], True))

    def test_missing_script(self):
        done = run("--report", "/no/such/script.py")
        self.assertEqual(done.returncode, 2)
        self.assertIn("can't open file '/no/such/script.py'", done.stderr)


class Words(unittest.TestCase):
    def test_version(self):
        done = run("version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^polyhost \d+\.\d+\.\d+\nPython 3\.\d+\.\d+.*\n")

    def test_help(self):
        done = run("help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--report=json:FILE", done.stdout)
        for option in ("--help", "-h"):
            done = run(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("usage: ", done.stdout)

    def test_version_options_are_pythons(self):
        for option in ("-V", "--version", "-VV"):
            wanted = subprocess.run([PYTHON, option], capture_output=True, text=True)
            self.assertEqual(run(option).stdout.split()[:2], wanted.stdout.split()[:2])

    def test_script_named_like_a_word(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "version"), "w") as file:
                file.write("print('mine')")
            self.assertEqual(run("./version", cwd=folder).stdout, "mine\n")
            self.assertRegex(run("version", cwd=folder).stdout, "^polyhost ")

    def test_unknown_option(self):
        for option in ("--reports", "--rep", "--nothing"):
            done = run(option, "-c", "print('ran')")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(option[2:], done.stderr)


class NamedPython(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_report_is_unknown(self):
        for name in ("python3", "python", "python3.11", "pythonic"):
            program = os.path.join(self.folder, name)
            os.symlink(POLYHOST, program)
            done = run("--report", "-c", "print('ran')", program=program)
            wanted = subprocess.run([PYTHON, "--report", "-c", "print('ran')"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(
                re.sub("(?m)^usage: .*", "", done.stderr).replace(program, PYTHON),
                re.sub("(?m)^usage: .*", "", wanted.stderr),
            )
            self.assertEqual(run("-c", "print('ran')", program=program).stdout, "ran\n")

    def test_words_are_scripts(self):
        program = os.path.join(self.folder, "python3")
        os.symlink(POLYHOST, program)
        done = run("version", program=program, cwd=self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn("can't open file", done.stderr)


@unittest.skipIf(SANITIZER, "a sanitized plugin needs a sanitized program")
class PlainPython(unittest.TestCase):
    def test_same_plugin(self):
        script = (
            "import sys, calls_native as n, callbacks_native as cb, inspect\n"
            "assert n.successor(1) == 2 and n.mixed(1, 2, d=4) == (1, 2, 3, 4, 5)\n"
            "assert cb.repeat(lambda x: x + 1, 1000) == 1000.0\n"
            "assert str(inspect.signature(n.three)) == '(a: int, b: int, c: int) -> int'\n"
            "try: n.fail('overflow_error')\n"
            "except OverflowError: pass\n"
            "print(len(n.__polyhost__['functions']))\n"
            "try: import polyhost\n"
            "except ImportError: print('no polyhost')\n"
        )
        done = run("-c", script, program=PYTHON)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        count, last = done.stdout.splitlines()
        self.assertEqual(int(count), 3)
        self.assertEqual(last, "no polyhost")

    def test_test_files(self):
        # Whatever does not look at the ledger passes there too.
        folder = os.path.dirname(os.path.abspath(__file__))
        for name in ("test_numbers", "test_text", "test_buffers", "test_containers"):
            done = run(os.path.join(folder, name + ".py"), program=PYTHON)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
