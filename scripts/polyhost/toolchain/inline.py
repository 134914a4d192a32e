"""polyhost.cpp(source): a module, or a function, from a string of C++."""

import os
import sys

from polyhost.toolchain import finder, unit


def module_name(path):
    """What rows of a report are to be called that come from this script (str)."""
    stem = os.path.splitext(os.path.basename(path))[0]
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in stem).strip("_") or "script"
    return name if not name[0].isdigit() else "_" + name


def full_path(name):
    """Of a script as Python names it: the same however it was started. What is no file stays ("<stdin>")."""
    return os.path.abspath(name) if os.path.exists(name) else name


def unit_of(path, name, made_from, write, warnings=False, line=0):
    """What is to be compiled for C++ that stands in a script (unit.Unit); `path` is the script's, by full_path."""
    base = os.path.dirname(path)
    if not os.path.isabs(path) or not os.path.isdir(base):  # "<stdin>", or a script within a zip
        try:
            base = os.getcwd()
        except OSError:  # it is gone
            base = "/"
    return unit.Unit(name, f"C++ in {path}", made_from, write, base, warnings, line=line)


def check_list(name, value):
    """The value as a list of words for a command (list of str). TypeError for another value, such as a str, whose letters
    would be taken for the items; ValueError for a NUL, which no command can have."""
    if isinstance(value, str):
        raise TypeError(f"{name} takes a list of str: write [{value!r}]")
    words = list(value)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"{name} takes a list of str: {word!r} is of type {type(word).__name__}")
        if "\0" in word:
            raise ValueError(f"{name} cannot have a NUL: {word!r}")
    return words


def check_name(name):
    if not isinstance(name, str):
        raise TypeError(f"name is a str, not {type(name).__name__}")
    if not all(map(unit.is_name, name.split("."))):
        raise ValueError(f"{name!r} is no name for a module: use letters, digits and _")


def cpp(text, *, name=None, flags=(), pkg_config=(), sources=(), warnings=False):
    """Compiles C++ (str) and returns what it exports: the function, if it is one, else a module of them.

    Exported is what POLYHOST_EXPORT stands before, with a Python name and defaults as in C++, or what a POLYHOST_MODULE
    names. The module is not put into sys.modules. name (str): the module's; without it that of the POLYHOST_MODULE, or the
    script's; flags, pkg_config, sources (lists of str): as in the comment lines `// polyhost: NAME = VALUE` of a file;
    sources are named from the script's directory. warnings (bool): the compiler's are shown, as polyhost.CompileWarning.

    The result is kept: the same text is compiled once, ever. CompileError, with the script's own lines, if it does not
    compile; TypeError if text is no str. Holds the GIL but while the compiler runs.
    """
    if not isinstance(text, str):
        raise TypeError(f"polyhost.cpp() takes C++ as a str, not {type(text).__name__}")
    extra = {"flags": check_list("flags", flags), "pkg-config": check_list("pkg_config", pkg_config), "sources": check_list("sources", sources)}
    own = None
    if "POLYHOST_MODULE" in text:
        from polyhost.toolchain import source

        own = source.defined_module(text)
    frame = sys._getframe(1)
    path = full_path(frame.f_code.co_filename)
    name = name or own or module_name(path)
    check_name(name)
    def write():
        from polyhost.toolchain import place, source

        line = place.of_text(text, frame)
        options = source.read_options(text, path, line)
        return source.complete(text, name, path, line), {key: options[key] + extra[key] for key in options}

    made = finder.load(unit_of(path, name, repr((text, extra)), write, warnings, frame.f_lineno))
    functions = list(finder.functions(made).values())
    return functions[0] if len(functions) == 1 and not own else made
