"""polyhost build FILE: an extension module from a .cpp, or the C++ of a script compiled before it runs."""

import argparse
import ast
import os
import shutil
import sys
from importlib.machinery import EXTENSION_SUFFIXES

from polyhost import commands
from polyhost.toolchain import build, finder, native
from polyhost.toolchain.unit import Unit

DESCRIPTION = """\
FILE.cpp: builds an extension module that polyhost and python3 import, and a .pyi for type checkers beside it.
script.py: compiles its @polyhost.native functions and polyhost.cpp texts into the cache, so that the script need not. For
that its imports and simple assignments are run, and nothing else of it.
"""


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost build", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("-o", metavar="DIR", help="where the module goes (default: beside FILE.cpp)")
    parser.add_argument("--sanitize", action="store_true", help="find memory errors and undefined behaviour")
    parser.add_argument("--debug", action="store_true", help="for a debugger: not optimised")
    options = parser.parse_args(arguments)
    flags = ["-O0", "-g"] * options.debug + ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"] * options.sanitize
    if options.file.endswith(".py"):
        if options.o or flags:
            parser.error("-o, --sanitize and --debug are for a .cpp")
        return build_script(options.file)
    if not options.file.endswith(".cpp"):
        parser.error(f"{options.file} is neither a .cpp nor a .py")
    return build_module(options.file, options.o or os.path.dirname(options.file) or ".", flags)


def build_module(path, directory, flags):
    name = os.path.basename(path).removesuffix(".cpp")
    if not name.isidentifier():
        raise ImportError(f"{name!r} is no name for a module: rename {path}")
    os.makedirs(directory, exist_ok=True)
    made = os.path.join(directory, name + EXTENSION_SUFFIXES[0])
    unit = Unit.of_file(name, path, flags)
    built = build.build(unit)
    shutil.copyfile(built, made + ".unfinished")
    os.replace(made + ".unfinished", made)
    print(made)
    if "-fsanitize=address,undefined" in flags:
        print("import it with LD_PRELOAD=$(g++ -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0", file=sys.stderr)
    else:
        from polyhost.commands import stubs

        stub = os.path.join(directory, name + ".pyi")
        with open(stub, "w", encoding="utf-8") as file:
            file.write(stubs.text(finder.load(unit)))
        print(stub)


def build_script(path):
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    path = os.path.abspath(path)
    names = {"__name__": os.path.basename(path).removesuffix(".py"), "__file__": path}
    sys.path.insert(0, os.path.dirname(path))
    texts = 0
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)) or is_alias(statement) or is_native(statement):
            exec(compile(ast.Module([statement], []), path, "exec"), names)
    functions = native.waiting.pop(path, [])
    if functions:
        build.build(native.unit_of(path, functions))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node.func) == "cpp" and node.args and isinstance(node.args[0], ast.Constant):
            eval(compile(ast.Expression(node), path, "eval"), names)
            texts += 1
    print(f"{path}: {len(functions)} native functions and {texts} texts of C++ are compiled")


def called(node):
    """The last part of a dotted name, or of what is called by one."""
    if isinstance(node, ast.Call):
        return called(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_native(statement):
    return isinstance(statement, ast.FunctionDef) and any(called(decorator) == "native" for decorator in statement.decorator_list)


def is_alias(statement):
    """Vector = list[float]"""
    return isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Name, ast.Subscript, ast.BinOp, ast.Constant))


if __name__ == "__main__":
    commands.run("build", main)
