"""polyhost list [MODULE]: native functions and classes, their signatures and docstrings, and where they come from."""

import argparse
import enum
import glob
import inspect
import sys

from polyhost import commands
from polyhost.toolchain import finder


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost list", description="Shows the native functions of MODULE, or of all NAME.cpp in the current directory.")
    parser.add_argument("module", metavar="MODULE", nargs="*", help="its name, or its NAME.cpp")
    found = parser.parse_args(arguments).module or sorted(path for path in glob.glob("*.cpp") if is_module(path))
    if not found:
        parser.error("there is no .cpp of a native module in the current directory: name a module, or make one with `polyhost new NAME`")
    status = 0
    for name in found:
        try:
            show(commands.imported(name))
            if name.endswith(".cpp"):
                commands.warn_of_others(name)
        except ImportError as error:
            print(f"polyhost list: {error}", file=sys.stderr)
            status = 1
    return status


def is_module(path):
    """True if a source exports something; else it is a part of another one, say."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return "POLYHOST_EXPORT" in text or "POLYHOST_MODULE" in text


def native_classes(module):
    """The module's own classes, by name."""
    return {name: value for name, value in sorted(vars(module).items()) if isinstance(value, type) and value.__module__ == module.__name__}


def native_methods(cls):
    """The methods in a class that polyhost made, by name."""
    return {name: value for name, value in sorted(vars(cls).items()) if hasattr(getattr(value, "__func__", None), "__signature__")}


def summary(name, cls):
    """"Color(enum.Enum): red, green" or "Point(x: float, y: float = 0.0)"."""
    if issubclass(cls, enum.Enum):
        return f"{name}(enum.{cls.__base__.__name__}): {', '.join(cls.__members__)}"
    return name + str(inspect.signature(cls)).removesuffix(" -> None") if "__signature__" in vars(cls) else name


def show(module):
    functions, classes = finder.native_functions(module), native_classes(module)
    source = getattr(module, "__source__", None) or getattr(module, "__file__", "built in")
    print(f"{module.__name__}, from {source}" + ("" if functions or classes else ": no native functions"))
    for name, cls in classes.items():
        print(f"  class {summary(name, cls)}")
        if vars(cls).get("__doc__"):
            show_doc(cls)
        for method, function in native_methods(cls).items():
            print(f"  {name}.{method}{inspect.signature(function)}")
            show_doc(function)
    for name, function in sorted(functions.items()):
        print(f"  {name}{inspect.signature(function)}")
        show_doc(function)


def show_doc(value):
    for line in (value.__doc__ or "").splitlines():
        print(f"      {line}")


if __name__ == "__main__":
    commands.run("list", main)
