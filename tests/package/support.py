"""Where the build is, and running programs without what this machine's user has set for Python."""

import os
import subprocess
import sys

CMAKE, BUILD, SOURCE = sys.argv[1:4]
del sys.argv[1:4]
# Neither the build's modules nor the source tree may help.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "POLYHOST", "VIRTUAL_ENV"))}


def run(*command, **options):
    """Run a program that must succeed; its stdout (str)."""
    options.setdefault("env", ENVIRONMENT)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}")
    return done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


KERNELS = "#include <polyhost/native.hpp>\n\nPOLYHOST_EXPORT int twice(int x) { return 2 * x; }\n"
