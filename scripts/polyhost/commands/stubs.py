"""polyhost stubs MODULE: a .pyi that tells type checkers of its native functions."""

import argparse
import ast
import importlib
import inspect
import sys

from polyhost import commands

HEAD = '''\
# Made by `polyhost stubs {name}`. Do not edit.
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol
from _typeshed import ReadableBuffer as Buffer

class _Array(Protocol):
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: Any, /) -> Any: ...
    def tolist(self) -> list[Any]: ...
'''
CONSTANTS = (int, float, str, bytes, bool)


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost stubs", description="Writes the type stub of a native module to stdout.")
    parser.add_argument("module", metavar="MODULE")
    parser.add_argument("-o", metavar="FILE.pyi", help="into a file instead")
    options = parser.parse_args(arguments)
    made = text(importlib.import_module(options.module))
    if options.o:
        with open(options.o, "w", encoding="utf-8") as file:
            file.write(made)
    else:
        sys.stdout.write(made)


def text(module):
    """The stub of a module (str)."""
    from polyhost.commands.list import native_functions

    functions = native_functions(module)
    parts = [HEAD.format(name=module.__name__)]
    for name, function in functions.items():
        parts.append(with_batch(name, function) if hasattr(function, "batch") else f"def {name}{declared(function)}: ...{doc(function, '')}\n")
    for name, value in sorted(vars(module).items()):
        if isinstance(value, CONSTANTS) and not name.startswith("__"):
            parts.append(f"{name}: {type(value).__name__}\n")
    return "\n".join(parts)


def with_batch(name, function):
    """A function that has an attribute: an object that can be called."""
    batch = declared(function.batch, "self, ", "Any")
    return f"class _{name}:\n    def __call__{declared(function, 'self, ')}: ...{doc(function, '    ')}\n    def batch{batch}: ...\n\n{name}: Final[_{name}]\n"


def doc(function, indent):
    if not function.__doc__:
        return ""
    return "".join(f"\n{indent}    # {line}" for line in function.__doc__.splitlines())


def declared(function, first="", result=None):
    """"(x: float, factor: float = ...) -> float", in types that a checker knows."""
    signature = inspect.signature(function)
    parts, last = [], None
    for p in signature.parameters.values():
        if last is p.POSITIONAL_ONLY and p.kind is not last:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and last is not p.kind:
            parts.append("*")
        parts.append(f"{p.name}: {known(p.annotation, 'Buffer')}" + ("" if p.default is p.empty else " = ..."))
        last = p.kind
    if last is inspect.Parameter.POSITIONAL_ONLY:
        parts.append("/")
    return f"({first}{', '.join(parts)}".removesuffix(", ") + f") -> {result or known(signature.return_annotation, '_Array')}"


def known(annotation, array):
    """An annotation of polyhost's as one of Python's: Buffer[float64] and Array[float64] have no such detail there."""

    class Translate(ast.NodeTransformer):
        def visit_Subscript(self, node):
            if isinstance(node.value, ast.Name) and node.value.id in ("Buffer", "Array"):
                return ast.Name("Buffer" if node.value.id == "Buffer" else array)
            return self.generic_visit(node)

    shown = "None" if annotation is None else inspect.formatannotation(annotation) if not isinstance(annotation, str) else annotation
    return ast.unparse(Translate().visit(ast.parse(shown, mode="eval"))).replace("collections.abc.", "")


if __name__ == "__main__":
    commands.run("stubs", main)
