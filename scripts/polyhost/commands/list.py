"""polyhost list [MODULE]: native functions, their signatures and docstrings, and where they come from."""

import argparse
import glob
import importlib
import inspect
import os

from polyhost import commands
from polyhost.toolchain import reload


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost list", description="Shows the native functions of MODULE, or of all NAME.cpp in the current directory.")
    parser.add_argument("module", metavar="MODULE", nargs="*")
    modules = parser.parse_args(arguments).module
    found = modules or sorted(os.path.basename(path).removesuffix(".cpp") for path in glob.glob("*.cpp"))
    if not found:
        parser.error("there is no .cpp in the current directory: name a module, or make one with `polyhost new NAME`")
    for name in found:
        show(importlib.import_module(name))


def native_functions(module):
    """The module's functions that polyhost made, by name."""
    return dict(sorted(reload.native_functions(module).items()))


def show(module):
    functions = native_functions(module)
    source = getattr(module, "__source__", None) or getattr(module, "__file__", "built in")
    print(f"{module.__name__}, from {source}" + ("" if functions else ": no native functions"))
    for name, function in functions.items():
        print(f"  {name}{inspect.signature(function)}")
        for line in (function.__doc__ or "").splitlines():
            print(f"      {line}")


if __name__ == "__main__":
    commands.run("list", main)
