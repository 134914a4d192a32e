"""polyhost build FILE: an extension module from a .cpp, or the C++ of a script compiled before it runs."""

import argparse
import ast
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

from polyhost import commands
from polyhost.toolchain import build, cache, finder, native
from polyhost.toolchain.errors import CompileError
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
    if options.sanitize and not options.o:
        parser.error("--sanitize needs -o DIR: beside its source, scripts that run without the sanitizer would find the module")
    return build_module(options.file, options.o or os.path.dirname(options.file) or ".", flags, options.sanitize)


def build_module(path, directory, flags, sanitized):
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))  # for what the module itself imports
    name = os.path.basename(path).removesuffix(".cpp")
    made = os.path.join(directory, name + EXTENSION_SUFFIXES[0])
    unit = Unit.of_file(name, path, flags)
    built = build.build(unit)
    stub = "" if sanitized else stub_of(unit, built)  # first: what cannot be imported is not left there
    os.makedirs(directory, exist_ok=True)
    with open(built, "rb") as file:
        put(made, file.read())
    if stub:
        put(os.path.join(directory, name + ".pyi"), stub.encode())
    if sanitized:
        print("import it with LD_PRELOAD=$(g++ -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0", file=sys.stderr)
    commands.warn_of_others(path, made)
    if os.path.samefile(directory, os.path.dirname(os.path.abspath(path))):
        print(f"`import {name}` now means the built module: build it again when {os.path.basename(path)} has changed, or remove it", file=sys.stderr)


def stub_of(unit, built):
    from polyhost.commands import stubs

    try:
        return stubs.text(finder.load(unit, built))
    except CompileError:
        raise
    except Exception as error:
        raise CompileError(f"{unit.title} compiles, but cannot be imported: {type(error).__name__}: {error}") from None


def put(path, content):
    cache.write_whole(path, content)
    print(path)


def build_script(path):
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    path = os.path.abspath(path)
    names = {"__name__": os.path.basename(path).removesuffix(".py"), "__file__": path}
    sys.path.insert(0, os.path.dirname(path))
    skipped = []
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)) or is_alias(statement) or is_native(statement):
            attempt(statement, names, path, skipped)
    functions = native.waiting.pop(path, [])
    if functions:
        build.build(native.unit_of(path, functions))
    texts = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node.func) == "cpp":
            texts += attempt(node, names, path, skipped)
        elif is_native(node) and node not in tree.body:
            skipped.append(f"line {node.lineno}: {node.name}() is not at the top level of the script")
    print(f"{path}: {len(functions)} native functions and {texts} texts of C++ are compiled")
    for reason in skipped:
        print(f"{path}: left for the run: {reason}", file=sys.stderr)


def attempt(node, names, path, skipped):
    """Runs a part of the script; False, with a reason in `skipped`, if it needs what only the whole script knows."""
    try:
        if isinstance(node, ast.expr):
            eval(compile(ast.Expression(node), path, "eval"), names)
        else:
            exec(compile(ast.Module([node], []), path, "exec"), names)
        return True
    except CompileError:
        raise
    except Exception as error:
        skipped.append(f"line {node.lineno}: {error}")
        return False


def called(node):
    """The last part of a dotted name, or of what is called by one."""
    if isinstance(node, ast.Call):
        return called(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_native(statement):
    return isinstance(statement, ast.FunctionDef) and any(called(decorator) == "native" for decorator in statement.decorator_list)


def is_alias(statement):
    """Vector = list[float], FLAGS = ["-O3"]"""
    literals = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.JoinedStr)
    value = getattr(statement, "value", None)
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and isinstance(value, literals) and not any(isinstance(n, ast.Call) for n in ast.walk(value))


if __name__ == "__main__":
    commands.run("build", main)
