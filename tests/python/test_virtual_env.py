"""A venv that VIRTUAL_ENV names, as an activated one does: polyhost finds its packages and stays the host."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import POLYHOST, PYTHON, run

SHOW = "import json, sys; print(json.dumps([sys.executable, sys._base_executable, sys.prefix, sys.base_prefix, sys.path]))"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SHOW!r}], check=True)"


class VirtualEnv(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.venv = os.path.join(self.folder, "v")
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", self.venv], check=True)
        library = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
        self.packages = os.path.join(self.venv, library, "site-packages")

    def shown(self, *arguments, program=POLYHOST, **environment):
        done = run(*arguments, program=program, env={**os.environ, "VIRTUAL_ENV": self.venv, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        executable, base, prefix, base_prefix, path = json.loads(done.stdout)
        return executable, base, prefix, base_prefix, self.packages in path, done.stderr

    def test_packages_are_found_and_the_executable_is_the_host(self):
        entered = (POLYHOST, POLYHOST, self.venv, sys.base_prefix, True, "")
        self.assertEqual(self.shown("-c", SHOW), entered)
        self.assertEqual(self.shown("-c", CHILD), entered)

    def test_the_same_prefixes_as_the_venvs_own_python(self):
        prefixes = "import site, sys; print(sys.path[1:], sys.prefix, sys.exec_prefix, site.PREFIXES, site.ENABLE_USER_SITE)"
        own = run("-c", prefixes, program=os.path.join(self.venv, "bin/python"))
        ours = run("-c", prefixes, env={**os.environ, "VIRTUAL_ENV": self.venv})
        self.assertEqual((ours.stdout, ours.stderr), (own.stdout, own.stderr))

    def test_a_relative_path_and_one_found_on_path(self):
        link = os.path.join(self.folder, "polyhost")
        os.symlink(POLYHOST, link)
        relative = os.path.relpath(link)
        self.assertEqual(self.shown("-c", SHOW, program=relative)[:3], (link, link, self.venv))
        done = subprocess.run(["polyhost", "-c", SHOW], capture_output=True, text=True, check=True,
                              env={**os.environ, "VIRTUAL_ENV": self.venv, "PATH": f"{self.folder}:/usr/bin:/bin"})
        executable, _, prefix = json.loads(done.stdout)[:3]
        self.assertTrue(os.path.samefile(executable, POLYHOST), executable)
        self.assertEqual(prefix, self.venv)

    def test_isolated_it_is_not_looked_at(self):
        # Nor is PYTHONMALLOC, by which the leak sanitizer tells Python's own leaks from others.
        for option in ("-I", "-E"):
            self.assertNotEqual(self.shown(option, "-c", SHOW, ASAN_OPTIONS="detect_leaks=0")[2], self.venv)

    def test_pythonhome_wins(self):
        self.assertEqual(self.shown("-c", SHOW, PYTHONHOME=sys.base_prefix)[2], sys.base_prefix)

    def test_what_is_no_venv_is_left_alone(self):
        for name in ("", "relative", self.folder, "/no/such"):
            self.assertEqual(self.shown("-c", SHOW, VIRTUAL_ENV=name)[2::3], (sys.base_prefix, ""))

    def test_the_hosts_own_venv_wins(self):
        own = os.path.join(self.folder, "own")
        subprocess.run([POLYHOST, "-m", "venv", "--without-pip", own], check=True)
        self.assertEqual(self.shown("-c", SHOW, program=os.path.join(own, "bin/polyhost"))[2], own)

    def test_under_pythons_name_it_is_not_looked_at(self):
        link = os.path.join(self.folder, "python3")
        os.symlink(POLYHOST, link)
        self.assertEqual(self.shown("-c", SHOW, program=link)[2], sys.base_prefix)

    def test_a_venv_of_another_python_is_named(self):
        shutil.move(self.packages, self.packages + ".away")
        prefix, _, found, complaint = self.shown("-c", SHOW)[2:]
        self.assertEqual((prefix, found), (sys.base_prefix, False))
        self.assertEqual(len(complaint.splitlines()), 1)
        self.assertRegex(complaint, "^polyhost: .*another Python.*polyhost -m venv")


if __name__ == "__main__":
    unittest.main()
