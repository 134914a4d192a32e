"""What C++ source says of itself in comment lines at its top, and how it becomes a whole module.

    // polyhost: flags = -O3 -march=native
    // polyhost: pkg-config = eigen3 zlib
    // polyhost: sources = other.cpp
"""

import json
import re
import shlex

from polyhost.toolchain import scan
from polyhost.toolchain.errors import CompileError

OPTIONS = ("flags", "pkg-config", "sources")
OPTION = re.compile(r"^\s*//+\s*polyhost:\s*(?P<name>[^=\s]*)\s*(?:=\s*(?P<value>.*?))?\s*$")
IN_BLOCK = re.compile(rf"^\s*(/\*|\*)?\s*polyhost:\s*({'|'.join(OPTIONS)})\s*=", re.M)
THE_MODULE = "polyhost_module"  # no function of the user's is called so
MODULE = re.compile(r"\bPOLYHOST_MODULE\s*\(\s*(\w+)")


def read_options(text, where, first_line=1):
    """{"flags": [...], "pkg-config": [...], "sources": [...]}, of the comments before the first line of code; that text
    begins at that line of the file `where`. CompileError for what looks like an option and is none."""
    found = {name: [] for name in OPTIONS}
    code = scan.blank(text).split("\n")
    top = next((number for number, line in enumerate(code) if line.strip()), len(code))
    for number, line in enumerate(text.split("\n")):
        match = OPTION.match(line)
        here = f"{where}:{first_line + number}: `{line.strip()}`"
        if IN_BLOCK.match(line) and number <= top:
            raise CompileError(f"{here} is no option there: write // polyhost: NAME = VALUE, on a line of its own")
        if not match:
            continue
        if number > top:
            if match["name"] in OPTIONS and match["value"] is not None:
                raise CompileError(f"{here} comes too late: move it above the first line of code")
            continue
        if match["name"] not in OPTIONS or match["value"] is None:
            raise CompileError(f"{here} is no option: write // polyhost: NAME = VALUE, with one of {', '.join(OPTIONS)}")
        try:
            found[match["name"]] += shlex.split(match["value"])
        except ValueError as error:
            raise CompileError(f"{here} cannot be read: {error}") from None
    return found


def defined_module(text):
    """The name that the source's own POLYHOST_MODULE has, or None."""
    match = MODULE.search(scan.blank(text)) if "POLYHOST_MODULE" in text else None
    return match and match[1]


def complete(text, name, path, line=1):
    """The text as a whole module: with the header, at its own lines, and with a POLYHOST_MODULE if it has none.
    CompileError if it exports nothing, or another module."""
    from polyhost.toolchain import exports

    short = name.rpartition(".")[2]
    head = f"#include <polyhost/native.hpp>\n#line {line} {c_string(path)}\n"
    own = defined_module(text)
    if own not in (None, short):
        raise CompileError(f"{path} has a POLYHOST_MODULE({own}, …), but is imported as {short}: give both one name")
    if own:
        if "POLYHOST_EXPORT" in text:
            exports.check_named(text, path)
        return head + text + "\n"
    found = exports.read_exports(text, path, line)
    if not found:
        raise CompileError(
            f"{path} exports nothing: write POLYHOST_EXPORT before a function, or add a POLYHOST_MODULE({short}, m) {{ m.def<f>(\"f(x)\"); }}"
        )
    definitions = []
    for number, e in reversed(list(enumerate(found))):
        guard = f"POLYHOST_EXPORTED_{number}" if e.conditional else ""
        if guard:  # only the preprocessor knows whether the function is there
            text = f"{text[: e.start]}#define {guard}\n#line {e.line} {c_string(path)}\n{text[e.start :]}"
        definitions.insert(0, definition(e.name, e.signature, [c_string(e.doc)] if e.doc else [], path, e.line, guard))
    return head + text + "\n" + module_block(short, definitions)


def definition(function, signature, rest, path, line, guard=""):
    """One m.def: the C++ name, the signature, further arguments; the line of that file is what tracebacks show. With a
    guard only where that macro is defined."""
    call = f"#line {line} {c_string(path)}\n  {THE_MODULE}.def<::{function}>({', '.join([c_string(signature), *rest])});"
    return f"#ifdef {guard}\n{call}\n#endif" if guard else call


def module_block(name, definitions):
    return "\n".join(['#line 1 "<polyhost>"', f"POLYHOST_MODULE({name}, {THE_MODULE}) {{", *definitions, "}", ""])


def c_string(text):
    return json.dumps(text, ensure_ascii=False).replace("\\u007f", "\\177")
