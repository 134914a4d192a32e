"""What C++ source says of itself: options in comment lines at its top, and functions marked for export.

    // polyhost: flags = -O3 -march=native
    // polyhost: pkg-config = eigen3 zlib
    // polyhost: sources = other.cpp

    /// The sum of both.
    POLYHOST_EXPORT double add(double a, double b = 1.0) { return a + b; }
"""

import json
import re
import shlex

from polyhost.toolchain.errors import CompileError

OPTIONS = ("flags", "pkg-config", "sources")
OPTION = re.compile(r"^\s*//\s*polyhost:\s*(?P<name>[^=\s]*)\s*(?:=\s*(?P<value>.*?))?\s*$")
MARK = re.compile(r"\bPOLYHOST_EXPORT\b")


def read_options(text, where):
    """{"flags": [...], "pkg-config": [...], "sources": [...]}, of the comments before the first line of code."""
    found = {name: [] for name in OPTIONS}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("//"):
            break
        match = OPTION.match(line)
        if not match:
            continue
        if match["name"] not in OPTIONS or match["value"] is None:
            raise CompileError(f"{where}:{number}: `{line.strip()}` is no option: write // polyhost: NAME = VALUE, with one of {', '.join(OPTIONS)}")
        try:
            found[match["name"]] += shlex.split(match["value"])
        except ValueError as error:
            raise CompileError(f"{where}:{number}: `{line.strip()}` cannot be read: {error}") from None
    return found


def defines_module(text):
    """True if the source has its own POLYHOST_MODULE."""
    return re.search(r"^\s*POLYHOST_MODULE\s*\(", blank_comments(text), re.M) is not None


def blank_comments(text):
    """The text with comments and the insides of string literals made blank; lines and columns stay."""
    pattern = re.compile(r'R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        whole = match.group()
        if match["mark"] is not None:  # a raw string
            return "R" + re.sub(r"[^\n]", " ", whole[1:])
        if whole[0] in "\"'":
            return whole[0] + " " * (len(whole) - 2) + whole[-1]
        return re.sub(r"[^\n]", " ", whole)

    return pattern.sub(blank, text)


class Export:
    """A function marked with POLYHOST_EXPORT: name, signature (as m.def takes it), doc (all str), line (int, from 1)."""

    def __init__(self, name, signature, doc, line):
        self.name, self.signature, self.doc, self.line = name, signature, doc, line


def read_exports(text, where):
    """The marked functions, in order (list of Export). CompileError for a mark that no function follows."""
    plain = blank_comments(text)
    exports = []
    for mark in MARK.finditer(plain):
        if plain[plain.rfind("\n", 0, mark.start()) + 1 : mark.start()].lstrip().startswith("#"):
            continue
        line = text.count("\n", 0, mark.start()) + 1
        opening = plain.find("(", mark.end())
        closing = matching(plain, opening)
        name = re.search(r"([A-Za-z_]\w*)\s*$", plain[mark.end() : max(opening, mark.end())])
        if opening < 0 or closing < 0 or not name:
            raise CompileError(f"{where}:{line}: no function follows POLYHOST_EXPORT: write it before one, as in `POLYHOST_EXPORT double f(double x)`")
        parts = [read_parameter(part, text[start:end], f"{where}:{line}") for part, start, end in split(plain, opening + 1, closing)]
        exports.append(Export(name[1], f"{name[1]}({', '.join(parts)})", read_doc(text, mark.start()), line))
    return exports


def matching(plain, opening):
    """Where the bracket that opens there is closed, or -1."""
    depth = 0
    for at in range(opening, len(plain)) if opening >= 0 else ():
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(plain[at], 0)
        if depth == 0:
            return at
    return -1


def split(plain, start, end):
    """(text, start, end) of what stands between the outer commas."""
    depth, begin, parts = 0, start, []
    for at in range(start, end + 1):
        c = plain[at] if at < end else ","
        depth += {"(": 1, "[": 1, "{": 1, "<": 1, ")": -1, "]": -1, "}": -1, ">": -1}.get(c, 0)
        if c == "," and (depth == 0 or at == end):
            parts.append((plain[begin:at], begin, at))
            begin = at + 1
    return [part for part in parts if part[0].strip()] if len(parts) == 1 else parts


def read_parameter(plain, text, where):
    """"double b = 1.0" as "b=1.0"."""
    equals = plain.find("=")
    declared = (plain if equals < 0 else plain[:equals]).strip()
    name = re.search(r"[\s&*>]([A-Za-z_]\w*)$", declared)
    if declared == "void":
        return ""
    if not name:
        raise CompileError(f"{where}: the parameter `{text.strip()}` has no name: Python needs one")
    return name[1] + ("" if equals < 0 else "=" + python_default(text[equals + 1 :].strip(), where))


def python_default(text, where):
    """A C++ default value in Python's syntax."""
    words = {"true": "True", "false": "False", "nullptr": "None", "std::nullopt": "None", "{}": "None"}
    if text in words:
        return words[text]
    number = re.fullmatch(r"([-+]?(?:0[xX][0-9a-fA-F]+|[\d.]+(?:[eE][-+]?\d+)?))[uUlLfF]*", text.replace("'", ""))
    if number:
        return number[1]
    if re.fullmatch(r'"(?:\\.|[^"\\])*"', text):
        return text
    raise CompileError(f"{where}: the default `{text}` cannot be told to Python: name the function in a POLYHOST_MODULE instead")


def read_doc(text, mark):
    """The /// lines right before the mark."""
    lines = []
    for line in reversed(text[: text.rfind("\n", 0, mark) + 1].splitlines()):
        if not line.strip().startswith("///"):
            break
        lines.insert(0, line.strip()[3:].removeprefix(" "))
    return "\n".join(lines)


def complete(text, name, path, line=1):
    """The text as a whole module: with the header, at its own lines, and with a POLYHOST_MODULE if it has none."""
    short = name.rpartition(".")[2]
    head = f'#include <polyhost/native.hpp>\n#line {line} {c_string(path)}\n'
    if defines_module(text):
        return head + text + "\n"
    exports = read_exports(text, path)
    if not exports:
        raise CompileError(f"{path} exports nothing: write POLYHOST_EXPORT before a function, or add a POLYHOST_MODULE({short}, m) {{ m.def<f>(\"f(x)\"); }}")
    return head + text + "\n" + module_block(short, path, [(e.name, e.signature, [c_string(e.doc)] if e.doc else [], line + e.line - 1) for e in exports])


def module_block(name, path, exports):
    """The POLYHOST_MODULE of (C++ name, signature, further arguments of m.def, line in that file) each; the line is what
    tracebacks show."""
    lines = [f"#line {line} {c_string(path)}\n  m.def<{function}>({', '.join([c_string(signature), *rest])});" for function, signature, rest, line in exports]
    return "\n".join(['#line 1 "<polyhost>"', f"POLYHOST_MODULE({name}, m) {{", *lines, "}", ""])


def c_string(text):
    return json.dumps(text, ensure_ascii=False).replace("\\u007f", "\\177")
