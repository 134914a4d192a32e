"""Virtual environments: made by the host, run by the host, with packages and console scripts in them."""

import base64
import hashlib
import os
import platform
import sys

from case import Case, Link, PROJECT_BASE, zipped

IDENTITY = "import sys, site; print(sys.executable, sys._base_executable, sys.prefix, sys.base_prefix, " \
           "sys.exec_prefix, sys.path, site.getsitepackages(), site.ENABLE_USER_SITE, sys.flags.no_user_site)"
CHILDREN = """import sys, subprocess, multiprocessing as m
def f(): print(sys.executable, sys.prefix, flush=True)
if __name__ == '__main__':
    f(); subprocess.run([sys.executable, '-c', 'import sys; print(sys.executable, sys.prefix)'])
    p = m.get_context('spawn').Process(target=f); p.start(); p.join()
"""
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
CONFIGURATION = (f"home = {os.path.dirname(sys.executable)}\ninclude-system-site-packages = false\n"
                 f"version = {platform.python_version()}\n")
SITE = f"v/lib/python{VERSION}/site-packages/"
NO_PIP = "" if os.path.isdir("/usr/share/python-wheels") else "needs Debian's python3-venv, python3-pip-whl"
PIP_LEFT = r"site-packages/(pip|setuptools|pkg_resources|_distutils_hack|distutils)|home/\.cache"


def wheel(name, files, scripts):
    """A wheel made by hand, so that nothing is needed but the standard library."""
    info = f"{name}-1.0.dist-info/"
    files = files | {info + "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
                     info + "WHEEL": "Wheel-Version: 1.0\nGenerator: parity\nRoot-Is-Purelib: true\n"
                     "Tag: py3-none-any\n",
                     info + "entry_points.txt": "[console_scripts]\n" + scripts}
    record = "".join(f"{path},sha256={digest(text)},{len(text)}\n" for path, text in files.items())
    return zipped(files | {info + "RECORD": record + f"{info}RECORD,,\n"})


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


DEMO = wheel("demo", {"demo.py": "import sys\ndef main(): print('demo', sys.executable, sys.prefix, "
                      "sys.argv); return 5\n"},
             "demo = demo:main\n")


def made(name, script, *options, **rest):
    """`-m venv` under one name for both, so that even the files left can be compared; then a shell script."""
    options = " ".join(options) or "--without-pip"
    steps = f'"$PY" -m venv {options} v; echo $?; {script.replace("IDENTITY", IDENTITY)}'
    return Case(name, alias=rest.pop("alias", "python3"), shell=steps, timeout=180, **rest)


def by_hand(name, executable, script, **rest):
    """A venv whose files are written by the case."""
    files = {"v/pyvenv.cfg": CONFIGURATION, "v/bin/" + executable: Link("PYTHON"),
             SITE + "inside.py": "print(__name__, __file__)\n"}
    return Case(name, shell=script.replace("IDENTITY", IDENTITY), files=files | rest.pop("files", {}), **rest)


def activated(host):
    """python3 in the venv against the host started by its own name with VIRTUAL_ENV set."""
    os.symlink(sys.executable, host.work / "v/bin/python3")
    os.symlink("python3", host.work / "v/bin/python")
    code = "import inside, sys, site; print(sys.prefix, sys.base_prefix, sys.path, site.getsitepackages())"
    host.environment["VIRTUAL_ENV"] = str(host.work / "v")
    host.environment["PATH"] = f"{host.work}/v/bin:/usr/bin:/bin"
    return host.run(str(host.work / "v/bin/python") if host.is_baseline else host.python, "-c", code)


CASES = [
    made("made without pip", 'v/bin/python -c "IDENTITY"; cat v/pyvenv.cfg; ls -l v/bin | grep -o "[^ ]* -> '
         '.*"'),
    made("made under the name python", 'v/bin/python -c "IDENTITY"', alias="python"),
    made("made under another name", 'v/bin/snake -c "IDENTITY"', alias="snake"),
    made("with the system's packages", 'v/bin/python -c "IDENTITY"', "--without-pip",
         "--system-site-packages"),
    made("with copies", 'v/bin/python -c "IDENTITY"; rm v/bin/python*', "--without-pip", "--copies"),
    made("with a prompt, twice", '"$PY" -m venv --without-pip --upgrade v; cat v/pyvenv.cfg',
         "--without-pip", "--prompt", "x"),
    made("a venv made in a venv", 'v/bin/python -m venv --without-pip w; w/bin/python -c "IDENTITY"; cat '
         'w/pyvenv.cfg',
         edit=[("^home = .*", "home = DIRECTORY")], ignore="work/w/(bin|pyvenv.cfg)"),
    made("activated", '. v/bin/activate; python -c "IDENTITY"; which python; deactivate; which python'),
    made("children of a venv's python", 'v/bin/python m.py', files={"m.py": CHILDREN}),
    made("a venv's python through a link", 'ln -s v/bin/python here; ./here -c "IDENTITY"; ln -s v w; '
         'w/bin/python -c "IDENTITY"'),
    made("a venv's python through PATH", 'PATH=v/bin:$PATH; python -c "IDENTITY"'),
    made("a venv's python with -I -S -E", 'v/bin/python -ISE -c "import sys; print(sys.prefix, sys.path, '
         'sys.executable)"'),
    made("a venv's python with PYTHONHOME", 'PYTHONHOME=/usr v/bin/python -c "IDENTITY"'),
    made("a venv's sysconfig", 'v/bin/python -m sysconfig', edit=[PROJECT_BASE]),
    made("a venv's -m site", 'v/bin/python -m site'),
    made("a venv moved", 'mv v w; w/bin/python -c "IDENTITY"'),
    made("a .pth file in a venv", f'mkdir x; echo "$PWD/x" > {SITE}x.pth; echo "import sys; print(5, '
         f'file=sys.stderr)" > {SITE}y.pth; '
         'v/bin/python -c "IDENTITY"'),
    made("made under its own name", 'v/bin/python -c "import sys; print(sys.prefix, sys.path)"; readlink -f '
         'v/bin/python; ls v/bin | grep -vx polyhost',
         alias="", ignore="work/v/(bin/|pyvenv)"),
    made("pip installs a wheel", 'v/bin/pip --version; v/bin/python -m pip install -q --no-index '
         '--no-compile ./demo-1.0-py3-none-any.whl; '
         'head -1 v/bin/demo v/bin/pip; v/bin/demo a; echo $?; v/bin/python -m pip list; v/bin/pip uninstall '
         '-qy demo; ls v/bin',
         "--clear", files={"demo-1.0-py3-none-any.whl": DEMO}, skip=NO_PIP, ignore=PIP_LEFT),
    made("pip under its own name installs a wheel", 'v/bin/python -m pip install -q --no-index '
         './demo-1.0-py3-none-any.whl; v/bin/demo; echo $?; '
         'v/bin/python -m pip --version', "--clear", alias="", files={"demo-1.0-py3-none-any.whl": DEMO},
         skip=NO_PIP, ignore="work/v/"),
    made("pip installs from source", 'v/bin/python -m pip install -q --no-index --no-build-isolation '
         '--no-compile ./src 2>&1; '
         'v/bin/python -c "import thing; print(thing.__file__)"', "--clear", skip=NO_PIP,
         ignore=PIP_LEFT + "|/src/|RECORD|/tmp/",
         files={"src/setup.py": "from setuptools import setup; setup(name='thing', version='1', "
                "py_modules=['thing'])\n", "src/thing.py": ""}),
    by_hand("bin/python is the executable", "python", 'v/bin/python -c "IDENTITY; import inside"'),
    by_hand("bin/python3 -> python", "python", 'v/bin/python3 -c "IDENTITY; import inside"',
            files={"v/bin/python3": Link("python")}),
    by_hand("bin/python3.11 is the executable", "python3.11",
            'v/bin/python3.11 -c "IDENTITY; import inside"'),
    by_hand("a name of its own in the venv", "snake", 'v/bin/snake -c "IDENTITY; import inside"'),
    by_hand("home does not exist", "python",
            'sed -i "s,^home = .*,home = /no/such," v/pyvenv.cfg; v/bin/python -c "IDENTITY"'),
    by_hand("pyvenv.cfg is empty", "python", 'echo > v/pyvenv.cfg; v/bin/python -c "IDENTITY"'),
    by_hand("a console script's shebang", "python", '{ echo "#!$PWD/v/bin/python"; echo "import sys, inside; '
            'sys.exit(len(sys.argv))"; }'
            ' > v/bin/tool; chmod 755 v/bin/tool; v/bin/tool a; echo $?'),
    Case("VIRTUAL_ENV set", act=activated, files={"v/pyvenv.cfg": CONFIGURATION, "v/bin/": "",
         SITE + "inside.py": "print(__name__)\n"},
         ignore="work/v/"),
    Case("VIRTUAL_ENV set to what is no venv", ["-c", "import sys; print(sys.path, sys.prefix)"],
         env={"VIRTUAL_ENV": "/no/such"}),
    Case("VIRTUAL_ENV set and -I", ["-I", "-c", "import sys; print(sys.path, sys.prefix)"],
         env={"VIRTUAL_ENV": "/no/such"}),
    Case("CONDA_PREFIX set", ["-c", "import sys; print(sys.path, sys.prefix)"],
         env={"CONDA_PREFIX": "DIR/work"}),
]
