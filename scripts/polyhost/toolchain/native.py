"""@polyhost.native: a function whose body is C++, in its docstring, and whose types are its annotations."""

import _thread
import os
import sys
import types

from polyhost.toolchain import finder, inline
from polyhost.toolchain import annotations

lock = _thread.RLock()
os.register_at_fork(after_in_child=lock._at_fork_reinit)
waiting = {}  # script -> [NativeFunction] that are not compiled yet


class NativeFunction:
    """What the decorator leaves in a script until the function is compiled, with all others of the script, at the first
    call of one of them; from then on it hands calls on, and in the script's own module the function takes its place."""

    def __init__(self, function, body, flags, release_gil):
        self.__name__, self.__qualname__, self.__module__ = function.__name__, function.__qualname__, function.__module__
        self.__wrapped__, self.__doc__ = function, None
        self._body, self._flags, self._release_gil, self._made = body, flags, release_gil, None
        self._signature = Signature(function)
        with lock:
            others = waiting.setdefault(inline.full_path(function.__code__.co_filename), [])
            others[:] = [other for other in others if other.__name__ != self.__name__]  # defined again
            others.append(self)

    def __call__(self, *args, **kwargs):
        return compiled(self)(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("_") and name != "__signature__":
            raise AttributeError(name)
        return getattr(compiled(self), name)  # as .batch

    def __reduce__(self):
        return self.__qualname__  # pickled as functions are: by name

    def __repr__(self):
        return f"<native function {self.__qualname__}>"


class Signature:
    """A function's parameters in both languages: text (str, as m.def takes it), declaration (str, of C++)."""

    def __init__(self, function):
        code, where = function.__code__, f"{function.__qualname__}()"
        positional, only = code.co_argcount, code.co_kwonlyargcount
        names = code.co_varnames[: positional + only]
        if code.co_flags & 0x0C:  # *args, **kwargs
            raise TypeError(f"{where}: *{code.co_varnames[positional + only]} has no counterpart in C++: name each parameter, or take a list or dict")
        defaults = dict(zip(names[positional - len(function.__defaults__ or ()) : positional], function.__defaults__ or ()))
        defaults |= function.__kwdefaults__ or {}
        parts, parameters = [], []
        for name in (function.__name__, *names):
            if name in annotations.KEYWORDS or not name.isascii():
                raise TypeError(f"{where}: {name} is no name in C++: choose another one")
        for number, name in enumerate(names):
            if number == positional:
                parts.append("*")
            parts.append(f"{name}={literal(defaults[name], where, name)}" if name in defaults else name)
            if number + 1 == code.co_posonlyargcount:
                parts.append("/")
            parameters.append(f"{translated(annotations.parameter, function, name, where)} {name}")
        result = translated(annotations.result, function, "return", where)
        self.text = f"{function.__name__}({', '.join(parts)})"
        self.declaration = f"{result} {function.__name__}({', '.join(parameters)})"


def literal(value, where, name):
    """A default as an expression of Python's builtins (str)."""
    if isinstance(value, float) and not abs(value) < float("inf"):
        return f"float('{value!r}')"
    if type(value) in (type(None), bool, int, float, str, bytes):
        return repr(value)
    if type(value) in (list, tuple, set, dict) and not value:
        return repr(value)
    import ast

    try:
        if ast.literal_eval(repr(value)) == value:
            return repr(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        pass
    raise TypeError(f"{where}: the default of '{name}', {value!r}, is no literal: write None, and put it into the body")


def translated(convert, function, name, where):
    what = f"{where}: the result" if name == "return" else f"{where}: parameter '{name}'"
    if name not in function.__annotations__:
        if name in ("self", "cls"):
            raise TypeError(f"{where} is a method, and a native function takes no {name}: make it a function of the module, or a @staticmethod")
        raise TypeError(f"{what} has no annotation: " + ("write -> int, or -> None for none" if name == "return" else "a C++ parameter needs a type"))
    annotation = function.__annotations__[name]
    if isinstance(annotation, str):  # from __future__ import annotations
        try:
            annotation = eval(annotation, function.__globals__)
        except Exception as error:
            raise TypeError(f"{what}: the annotation {annotation!r} cannot be looked up: {error}") from None
    try:
        return convert(annotation)
    except annotations.Unsupported as error:
        raise TypeError(f"{what}: the type {error} has no counterpart in C++: see help(polyhost.native) for those that have") from None


def native(function=None, *, flags=(), release_gil=False):
    """Makes a function of C++ out of its docstring: the body, with the parameters' names. Use it as a decorator.

    Types are the annotations': int (64 bit), float, bool, str, bytes, object, list[T], set[T], dict[K, V], tuple[T, ...],
    T | None, Callable[[T], R], polyhost.Array[float], polyhost.Array[float, 2]. All native functions of a script are
    compiled together when one of them is called first, and may call each other. A body may include headers: lines that
    begin with #include are put before all functions. flags (list of str): for the compiler; release_gil (bool): the body
    runs without the GIL.

    TypeError for an annotation that has no counterpart, for a missing one, for a default that is no literal, and for a
    function without a docstring; CompileError, at the first call, for a body that does not compile.
    """
    if function is None:
        return lambda function: native(function, flags=flags, release_gil=release_gil)
    if not isinstance(function, types.FunctionType):
        raise TypeError(f"@polyhost.native takes a function, not {type(function).__name__}")
    body = function.__doc__
    if body is None and sys.flags.optimize > 1:  # -OO leaves no docstrings
        from polyhost.toolchain import place

        body = place.docstring(function)
    if not body or not body.strip():
        raise TypeError(f"{function.__qualname__}() has no C++: write its body as the docstring")
    if function.__code__.co_flags & 0x02A0:  # a generator, a coroutine, an asynchronous generator
        raise TypeError(f"{function.__qualname__}() is async or yields: a native function does neither")
    return NativeFunction(function, body, inline.check_list("flags", flags), release_gil)


def compiled(function):
    """The builtin function of a NativeFunction, compiled with all others of its script that wait. CompileError."""
    if function._made is None:
        with lock:
            if function._made is None:
                path = inline.full_path(function.__wrapped__.__code__.co_filename)
                functions = waiting.get(path, [])
                if function not in functions:
                    functions = [function]
                try:
                    compile_all(path, functions)
                finally:  # one that does not compile does not keep the others from it
                    done = [function] if function._made is None else functions
                    waiting[path] = [f for f in waiting.get(path, []) if f not in done]
    return function._made


def compile_all(path, functions):
    lines = {f.__name__: f.__wrapped__.__code__.co_firstlineno for f in functions}  # other ones when it was compiled, maybe
    made = finder.load(unit_of(path, functions), lines=lines)
    for f in functions:
        f._made = getattr(made, f.__name__)
        f._made.__module__ = f.__module__  # where pickle finds it
        names = f.__wrapped__.__globals__
        if names.get(f.__name__) is f:
            names[f.__name__] = f._made


def unit_of(path, functions):
    """What is to be compiled for the native functions of one script (unit.Unit)."""
    name = inline.module_name(path)
    made_from = [(f._signature.text, f._signature.declaration, f._body, f._flags, f._release_gil) for f in functions]
    return inline.unit_of(path, name, repr(made_from), lambda: write(name, path, functions))


def write(name, path, functions):
    """The source, each body at its own line and column, and the options."""
    from polyhost.toolchain import place, source

    # In a namespace: they may be called as functions of C's library are.
    code = "namespace script {\n" + "\n".join(f"static {f._signature.declaration};" for f in functions) + "\n"
    included = ""
    for f in functions:
        line, column, text = place.of_body(f.__wrapped__, f._body)
        here = f"#line {line} {source.c_string(path)}\n"
        text, its_own = without_includes(text, line, path)
        included += its_own
        code += f"{here}static {f._signature.declaration} {{\n{here}{' ' * column}{text}\n}}\n"
    code += "}\n"
    headers = [f"#include <{header}>\n" for header in ["cmath", *annotations.headers(code)]]
    definitions = [
        source.definition(
            f"script::{f.__name__}", f._signature.text, ["polyhost::release_gil"] * f._release_gil, path, f.__wrapped__.__code__.co_firstlineno
        )
        for f in functions
    ]
    text = "#include <polyhost/native.hpp>\n" + "".join(headers) + included + code + source.module_block(name, definitions)
    flags = list(dict.fromkeys(flag for f in functions for flag in f._flags))
    return text, {"flags": flags, "pkg-config": [], "sources": []}


def without_includes(text, line, path):
    """(the body with its #include lines made empty, those lines), the first one being that line of the script."""
    from polyhost.toolchain import source

    rest, included = [], ""
    for number, code in enumerate(text.split("\n"), line):
        is_include = code.lstrip().startswith("#") and code.lstrip()[1:].lstrip().startswith("include")
        included += f"#line {number} {source.c_string(path)}\n{code}\n" if is_include else ""
        rest.append("" if is_include else code)
    return "\n".join(rest), included
