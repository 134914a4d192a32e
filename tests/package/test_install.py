"""cmake --install into a prefix that is then moved; a project that uses it; the program there."""

import glob
import os
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, CMAKE, ENVIRONMENT, KERNELS, SOURCE, run, write

PYTHON = os.environ["PYTHON"]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="polyhost_install_")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        first = os.path.join(cls.directory, "first")
        cls.prefix = os.path.join(cls.directory, "moved")
        run(CMAKE, "--install", BUILD, "--prefix", first)
        os.rename(first, cls.prefix)
        cls.polyhost = os.path.join(cls.prefix, "bin/polyhost")

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def configure(self, *options, text, languages="NONE"):
        """CMake's status and output for a project of these lines."""
        source = tempfile.mkdtemp(dir=self.directory)
        lines = f"cmake_minimum_required(VERSION 3.24)\nproject(p LANGUAGES {languages})\n{text}\n"
        write(os.path.join(source, "CMakeLists.txt"), lines)
        command = [CMAKE, "-S", source, "-B", source + "/build", f"-DCMAKE_PREFIX_PATH={self.prefix}", *options]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def test_consumer(self):
        build = self.path("consumer")
        run(CMAKE, "-S", os.path.join(SOURCE, "tests/consumer"), "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DPOLYHOST_PYTHON={PYTHON}")
        run(CMAKE, "--build", build)
        done = run(CMAKE, "-E", "chdir", build, os.path.join(os.path.dirname(CMAKE), "ctest"), "--output-on-failure", "--no-tests=error")
        self.assertIn("100% tests passed, 0 tests failed out of 3", done)

    def test_nothing_names_the_build_or_the_prefix(self):
        with open(os.path.join(BUILD, "CMakeCache.txt")) as cache:
            debug_information = "CMAKE_BUILD_TYPE:STRING=Release\n" not in cache.read()
        named = []
        for directory, _, files in os.walk(self.prefix):
            for name in files:
                path = os.path.join(directory, name)
                if debug_information and (name.endswith(".a") or name == "polyhost"):  # that names the sources
                    continue
                with open(path, "rb") as file:
                    text = file.read()
                named += [path for place in (BUILD, SOURCE, self.path("first")) if place.encode() in text]
        self.assertEqual(named, [])

    def test_native_without_the_engine(self):
        # Another version, or one without a library: plugins can be written still.
        only_headers = (
            "find_package(Polyhost REQUIRED)\npolyhost_add_plugin(k k.cpp)\n"
            "if(TARGET polyhost::engine)\nmessage(FATAL_ERROR there)\nendif()\nmessage(STATUS configured)"
        )
        facts = write(self.path("python3"), f"#!/bin/sh\n{PYTHON} \"$@\" | sed 's/^\\(STATIC_LIBRARY\\|SHARED_LIBRARY\\)=.*/\\1=/'\n")
        os.chmod(facts, 0o755)
        status, said = self.configure(f"-DPOLYHOST_PYTHON={facts}", text="file(WRITE ${CMAKE_SOURCE_DIR}/k.cpp)\n" + only_headers, languages="CXX")
        self.assertEqual(status, 0, said)
        self.assertIn("-- polyhost::engine is left out: ", said)
        status, said = self.configure(f"-DPOLYHOST_PYTHON={facts}", text="find_package(Polyhost REQUIRED COMPONENTS engine)")
        self.assertEqual(status, 1)
        self.assertIn("has no libpython to link: install libpython3-dev, or give another", said)

    def test_refusals(self):
        facts = write(self.path("other"), f"#!/bin/sh\n{PYTHON} \"$@\" | sed 's/^VERSION=.*/VERSION=3.99.1/; s/^EXT_SUFFIX=.*/EXT_SUFFIX=.cpython-399.so/'\n")
        os.chmod(facts, 0o755)
        engine = "find_package(Polyhost REQUIRED COMPONENTS engine)"
        for options, text, expected in (
            ([f"-DPOLYHOST_PYTHON={facts}"], engine, f"but {facts} is 3.99.1 (modules *.cpython-399.so): give that version with -DPOLYHOST_PYTHON="),
            (["-DPOLYHOST_PYTHON=/nowhere"], engine, "/nowhere does not run; give another with -DPOLYHOST_PYTHON="),
            (["-DPOLYHOST_PYTHON=/nowhere"], "find_package(Polyhost REQUIRED)", "/nowhere does not run; give another with"),
            ([], "find_package(Polyhost REQUIRED COMPONENTS motor)", "there is no component 'motor': use native or engine"),
            ([], "find_package(Polyhost 99 REQUIRED)", 'compatible with requested version "99"'),
        ):
            with self.subTest(expected):
                status, said = self.configure(*options, text=text)
                self.assertEqual(status, 1)
                self.assertIn(expected, said)

    def test_the_program(self):
        place = self.path("work")
        os.mkdir(place)
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": self.path("cache"), "PATH": os.path.dirname(self.polyhost) + ":/usr/bin:/bin"}
        write(os.path.join(place, "kernels.cpp"), KERNELS)
        write(os.path.join(place, "script.py"), "import kernels, sys\nprint(kernels.twice(21), sys.executable)\n")
        self.assertEqual(run("polyhost", "script.py", cwd=place, env=environment), f"42 {self.polyhost}\n")
        run("polyhost", "new", "fresh", cwd=place, env=environment)
        run("polyhost", "build", "kernels.cpp", cwd=place, env=environment)
        self.assertEqual(run(PYTHON, "-c", "import kernels; print(kernels.twice(4))", cwd=place, env=ENVIRONMENT), "8\n")

    def test_the_package_under_python3(self):
        (directory,) = glob.glob(self.prefix + "/lib/python3/*-packages")
        self.assertTrue(os.path.exists(directory + "/polyhost/py.typed"))
        environment = {**ENVIRONMENT, "PYTHONPATH": directory}
        done = subprocess.run([PYTHON, "-c", "from polyhost import cpp"], capture_output=True, text=True, env=environment)
        self.assertEqual(
            done.stderr.splitlines()[-1],
            "ImportError: polyhost.cpp needs the program polyhost: run the script by `polyhost SCRIPT`",
        )
        self.assertEqual(run(PYTHON, "-c", "import polyhost.json; print(polyhost.json.loads('[1]'))", env=environment), "[1]\n")
        accelerated = "import polyhost, json; polyhost.accelerate('json'); print(json.loads('[1]'), json._polyhost is not None)"
        self.assertEqual(run(PYTHON, "-c", accelerated, env=environment), "[1] True\n")


if __name__ == "__main__":
    unittest.main()
