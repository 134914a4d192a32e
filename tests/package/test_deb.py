"""The Debian package: what it says of itself, what it holds, and its program run from where it is unpacked."""

import os
import shutil
import tempfile
import unittest

from support import BUILD, CMAKE, ENVIRONMENT, KERNELS, run, write


class Deb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="polyhost_deb_")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cpack = os.path.join(os.path.dirname(CMAKE), "cpack")
        run(cpack, "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", cls.directory)
        (cls.deb,) = [entry.path for entry in os.scandir(cls.directory) if entry.name.endswith(".deb")]
        cls.root = os.path.join(cls.directory, "root")
        run("dpkg-deb", "--extract", cls.deb, cls.root)

    def test_what_it_says(self):
        fields = dict(line.split(": ", 1) for line in run("dpkg-deb", "--field", self.deb).splitlines() if line.strip() and line[0] != " ")
        self.assertEqual(fields["Package"], "polyhost")
        self.assertEqual(fields["Section"], "interpreters")
        self.assertEqual(os.path.basename(self.deb), f"polyhost_{fields['Version']}_{fields['Architecture']}.deb")
        depends = fields["Depends"].split(", ")
        self.assertIn("libc6 (>= ", fields["Depends"])
        self.assertEqual([entry[:13] for entry in depends if entry.startswith("python3 ")], ["python3 (>= 3", "python3 (<< 3"])
        self.assertEqual(fields["Recommends"], "g++, libpython3-dev")

    def test_what_it_holds(self):
        held = [os.path.join(directory, name) for directory, _, names in os.walk(self.root) for name in names]
        held = {path.removeprefix(self.root) for path in held}
        for path in (
            "/usr/bin/polyhost",
            "/usr/include/polyhost/engine.hpp",
            "/usr/lib/libpolyhost_engine.a",
            "/usr/lib/cmake/Polyhost/PolyhostConfig.cmake",
            "/usr/lib/python3/dist-packages/polyhost/__init__.py",
            "/usr/share/doc/polyhost/copyright",
        ):
            self.assertIn(path, held)
        folders = ("bin/polyhost", "include/polyhost/", "lib/cmake/Polyhost/", "lib/libpolyhost_engine.a", "lib/python3/dist-packages/polyhost/", "share/doc/polyhost/")
        self.assertEqual([path for path in held if not path.startswith(tuple("/usr/" + folder for folder in folders))], [])
        self.assertEqual([path for path in held if "__pycache__" in path], [])

    def test_the_program(self):
        write(os.path.join(self.directory, "kernels.cpp"), KERNELS)
        polyhost = os.path.join(self.root, "usr/bin/polyhost")
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": os.path.join(self.directory, "cache")}
        done = run(polyhost, "-c", "import kernels, ssl; print(kernels.twice(21))", cwd=self.directory, env=environment)
        self.assertEqual(done, "42\n")


if __name__ == "__main__":
    unittest.main()
