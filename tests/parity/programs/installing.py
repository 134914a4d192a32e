"""pip, build, virtualenv and tox: environments whose python is the host."""

import os

from steps import Steps, write
from venvs import DEMO, IDENTITY

LEFT = r"work/(v|\.tox)/|/build/|\.egg-info|\.whl$|home/|tmp/"  # files that are not compared
WHEEL = "demo-1.0-py3-none-any.whl"
WHEELS = "/usr/share/python-wheels"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
SOURCE = {
    "src/pyproject.toml": '[build-system]\nrequires = ["setuptools", "wheel"]\n'
                          'build-backend = "setuptools.build_meta"\n',
    "src/setup.py": "import sys\nfrom setuptools import Extension, setup\nprint('built by', sys.executable)\n"
                    "setup(name='thing', version='1.0', ext_modules=[Extension('thing', ['thing.c'])])\n",
    "src/thing.c": '#include <Python.h>\n'
                   'static PyModuleDef def = {PyModuleDef_HEAD_INIT, .m_name = "thing", .m_size = -1};\n'
                   'PyMODINIT_FUNC PyInit_thing(void) {\n'
                   '  PyObject* module = PyModule_Create(&def);\n'
                   '  PyModule_AddIntConstant(module, "answer", 42);\n'
                   '  return module;\n'
                   '}\n',
}


def look_at(steps, python="v/bin/python"):
    """Who an environment's python is, and that it is the host's own file."""
    steps.run("identity", python, "-c", IDENTITY)
    steps.note("file", os.path.realpath(steps.host.work / python))


def install_demo(steps):
    """A wheel in and out, its console script between."""
    write(steps.host, WHEEL, DEMO)
    steps.run("install", "v/bin/pip", "install", "--no-index", "./" + WHEEL)
    steps.run("script", "v/bin/demo", "an argument")
    steps.run("shebangs", "head", "-n", "1", "v/bin/demo", "v/bin/pip")
    steps.run("list", "v/bin/python", "-m", "pip", "list", "--format=freeze")
    steps.run("show", "v/bin/pip", "show", "--files", "demo")
    steps.run("uninstall", "v/bin/pip", "uninstall", "--yes", "demo")
    steps.note("script left", (steps.host.work / "v/bin/demo").exists())


def pip(host):
    steps = Steps(host)
    steps.python("venv", "-m", "venv", "v")
    look_at(steps)
    install_demo(steps)
    return steps.parts


def pip_system(host):
    """A venv that sees the system's packages, and a wheel of somebody else's in it."""
    steps = Steps(host)
    steps.python("venv", "-m", "venv", "--system-site-packages", "v")
    look_at(steps)
    steps.run("install", "v/bin/pip", "install", "--ignore-installed", "wheel", **OFFLINE)
    steps.run("script", "v/bin/wheel", "version")
    steps.run("where", "v/bin/python", "-c", "import wheel, pytest; print(wheel.__file__, pytest.__file__)")
    steps.run("list", "v/bin/pip", "list", "--format=freeze")
    steps.run("uninstall", "v/bin/pip", "uninstall", "--yes", "wheel")
    return steps.parts


def pip_build(host):
    """A C extension from source: pip builds it in an environment of its own, by a python that must be the host."""
    steps = Steps(host)
    for name, text in SOURCE.items():
        write(host, name, text)
    steps.python("venv", "-m", "venv", "v")
    steps.run("install", "v/bin/pip", "install", "-v", "./src", **OFFLINE)
    steps.run("use", "v/bin/python", "-c", "import thing; print(thing.answer, thing.__file__)")
    return steps.parts


def build(host):
    steps = Steps(host)
    for name, text in SOURCE.items():
        write(host, name, text)
    steps.python("build", "-m", "build", "--wheel", "src", **OFFLINE)
    return steps.parts


def virtualenv(host):
    steps = Steps(host)
    steps.python("virtualenv", "-m", "virtualenv", "--no-periodic-update", "v", **OFFLINE)
    look_at(steps)
    install_demo(steps)
    return steps.parts


def tox(host):
    write(host, "tox.ini", "[tox]\nskipsdist = true\nenvlist = py, again\n[testenv]\n"
                           "commands =\n  python -c 'import sys; print(sys.executable, sys.prefix)'\n"
                           "  python -m unittest -v t\n")
    write(host, "t.py", "import unittest\nclass T(unittest.TestCase):\n    def test(self): pass\n")
    steps = Steps(host)
    steps.python("tox", "-m", "tox", VIRTUALENV_NO_PERIODIC_UPDATE="1", **OFFLINE)
    steps.note("file", os.path.realpath(host.work / ".tox/py/bin/python"))
    return steps.parts
