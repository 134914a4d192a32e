"""polyhost new NAME: a native module and its test, ready to import."""

import argparse
import importlib.util
import keyword
import os

from polyhost import commands
from polyhost.toolchain import unit

SOURCE = """\
// import {name} compiles this file when it has changed.
#include <polyhost/native.hpp>

/// The n-th Fibonacci number, by plain recursion.
POLYHOST_EXPORT std::int64_t fib(std::int64_t n) {{ return n < 2 ? n : fib(n - 1) + fib(n - 2); }}
"""

TEST = """\
\"\"\"Run it with: polyhost test_{name}.py\"\"\"

import unittest

import {name}


class Fib(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual([{name}.fib(n) for n in range(8)], [0, 1, 1, 2, 3, 5, 8, 13])

    def test_no_number(self):
        self.assertRaises(TypeError, {name}.fib, "5")


if __name__ == "__main__":
    unittest.main()
"""


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost new", description="Writes NAME.cpp, a native module, and test_NAME.py, into the current directory.")
    parser.add_argument("name", metavar="NAME")
    name = parser.parse_args(arguments).name
    if not unit.is_name(name) or keyword.iskeyword(name):
        parser.error(f"{name!r} is no name for a module: use letters, digits and _")
    if known := importlib.util.find_spec(name):
        parser.error(f"`import {name}` already means {known.origin or 'a package'}: choose another name")
    files = {f"{name}.cpp": SOURCE, f"test_{name}.py": TEST}
    for path in files:
        if os.path.lexists(path):
            parser.error(f"{path} is there already: choose another name")
    for path, text in files.items():
        with open(path, "x", encoding="utf-8") as file:
            file.write(text.format(name=name))
    print(f"{name}.cpp and test_{name}.py are written: try `polyhost test_{name}.py`, and `import {name}` in a script")


if __name__ == "__main__":
    commands.run("new", main)
