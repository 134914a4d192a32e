"""polyhost stubs MODULE: a .pyi that tells type checkers of its native functions and classes."""

import argparse
import ast
import enum
import inspect
import keyword
import sys

from polyhost import commands
from polyhost.toolchain import finder

HEAD = '''\
# Made by `polyhost stubs {name}`. Do not edit.
{imports}from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final, Protocol
from _typeshed import ReadableBuffer as Buffer

class _Array(Protocol):
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: Any, /) -> Any: ...
    def tolist(self) -> list[Any]: ...

__polyhost__: dict[str, Any]
'''
CONSTANTS = (int, float, str, bytes, bool)


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost stubs", description="Writes the type stub of a native module to stdout.")
    parser.add_argument("module", metavar="MODULE", help="its name, or its NAME.cpp")
    parser.add_argument("-o", metavar="FILE.pyi", help="into a file instead")
    options = parser.parse_args(arguments)
    made = text(commands.imported(options.module))
    if options.o:
        with open(options.o, "w", encoding="utf-8") as file:
            file.write(made)
    else:
        sys.stdout.write(made)


def text(module):
    """The stub of a module (str)."""
    from polyhost.commands.list import native_classes

    classes = native_classes(module)
    types = Types(module.__name__)
    parts = [class_stub(name, cls, types) for name, cls in classes.items()]
    for name, function in sorted(finder.native_functions(module).items()):
        parts.append(with_batch(name, function, types) if hasattr(function, "batch") else f"def {name}{types.declared(function)}:{body(function)}\n")
    for name, value in sorted(vars(module).items()):
        if isinstance(value, (*CONSTANTS, *classes.values())) and not name.startswith("__"):
            parts.append(f"{name}: {type(value).__name__}\n")
    imports = "".join(f"import {name}\n" for name in sorted(types.imported))
    return "\n".join([HEAD.format(name=module.__name__, imports=imports), *parts])


def with_batch(name, function, types):
    """A function that has an attribute: an object that can be called."""
    batch = types.declared(function.batch, "self, ", "Any")
    call = f"    def __call__{types.declared(function, 'self, ')}:{body(function, '    ')}\n"
    return f"class _{name}:\n{call}    def batch{batch}: ...\n\n{name}: Final[_{name}]\n"


def class_stub(name, cls, types):
    """An enumeration, a record, or a class of another making, of which only what polyhost knows is told."""
    from polyhost.commands.list import native_methods

    bases = [base for base in cls.__bases__ if base.__module__ in (cls.__module__, "builtins", "enum") and base is not object]
    if issubclass(cls, enum.Enum):
        types.imported.add("enum")
        members = [f"{member} = {value.value!r}" for member, value in cls.__members__.items() if not keyword.iskeyword(member)]
    elif "__signature__" in vars(cls):
        members = record_members(cls, types)
    else:
        members = [] if issubclass(cls, BaseException) else ["def __init__(self, *args: Any, **kwargs: Any) -> None: ...", "def __getattr__(self, name: str, /) -> Any: ..."]
    members += [f"def {method}{types.declared(function)}:{body(function, '    ')}" for method, function in native_methods(cls).items()]
    head = f"({', '.join(f'enum.{b.__name__}' if b.__module__ == 'enum' else b.__name__ for b in bases)})" if bases else ""
    documented = docstring(cls, "    ") if vars(cls).get("__doc__") else ""
    return f"class {name}{head}:{documented}\n" + "".join(f"    {line}\n" for line in members or ["..."])


def record_members(cls, types):
    signature = inspect.signature(cls)
    return [
        f"__match_args__ = {cls.__match_args__!r}",
        *(f"{p.name}: {types.known(p.annotation, '_Array')}" for p in signature.parameters.values()),
        "__hash__: ClassVar[None]  # type: ignore[assignment]",
        f"def __init__{types.declared(cls, 'self, ')}: ...",
    ]


def body(function, indent=""):
    """What stands after the colon: ... alone, or after the docstring."""
    documented = docstring(function, indent + "    ")
    return f"{documented}\n{indent}    ..." if documented else " ..."


def docstring(value, indent):
    """The docstring on lines of its own, or nothing."""
    if not value.__doc__:
        return ""
    text = value.__doc__.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text += " " if text.endswith('"') else ""
    lines = [line and indent + line for line in text.splitlines()]
    return f'\n{indent}"""' + "\n".join(lines).lstrip() + '"""'


class Types:
    """Annotations of polyhost's as a type checker knows them, in the stub of the module `own`; imported: those it needs."""

    def __init__(self, own):
        self.own, self.imported = own, set()

    def declared(self, function, first="", result=None):
        """"(x: float, factor: float = ...) -> float", in types that a checker knows."""
        signature = inspect.signature(function)
        parts, last = [], None
        for p in signature.parameters.values():
            if last is p.POSITIONAL_ONLY and p.kind is not last:
                parts.append("/")
            if p.kind is p.KEYWORD_ONLY and last is not p.kind:
                parts.append("*")
            parts.append(f"{p.name}: {self.known(p.annotation, 'Buffer')}" + ("" if p.default is p.empty else " = ..."))
            last = p.kind
        if last is inspect.Parameter.POSITIONAL_ONLY:
            parts.append("/")
        return f"({first}{', '.join(parts)}".removesuffix(", ") + f") -> {result or self.known(signature.return_annotation, '_Array')}"

    def known(self, annotation, array):
        """Buffer[float64] and Array[float64] have no such detail there; the module's own classes have no prefix."""
        types = self

        class Translate(ast.NodeTransformer):
            def visit_Subscript(self, node):
                if isinstance(node.value, ast.Name) and node.value.id in ("Buffer", "Array"):
                    return ast.Name("Buffer" if node.value.id == "Buffer" else array)
                return self.generic_visit(node)

            def visit_Attribute(self, node):
                module = ast.unparse(node.value)
                if module in (types.own, "collections.abc"):
                    return ast.Name(node.attr)
                types.imported.add(module)
                return node

        shown = "None" if annotation is None else inspect.formatannotation(annotation) if not isinstance(annotation, str) else annotation
        return ast.unparse(Translate().visit(ast.parse(shown, mode="eval")))


if __name__ == "__main__":
    commands.run("stubs", main)
