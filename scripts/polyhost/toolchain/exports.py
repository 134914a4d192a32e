"""The functions that POLYHOST_EXPORT marks in a source: their names, parameters, defaults and docstrings.

    /// The sum of both.
    POLYHOST_EXPORT double add(double a, double b = 1.0) { return a + b; }
"""

import keyword
import re

from polyhost.toolchain import defaults, scan
from polyhost.toolchain.errors import CompileError

MARK = re.compile(r"\bPOLYHOST_EXPORT\b")
ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\b(?:__attribute__|alignas|decltype|noexcept|explicit)\s*(?=\()", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(if|endif)", re.M)


class Export:
    """A marked function: name (as C++ finds it, with its namespaces), python_name (without them), signature (as m.def takes it), doc (all str), line
    (int, from 1), conditional (bool: stands within an #if), start (int: where its line begins in the text)."""

    def __init__(self, name, signature):
        self.name, self.signature, self.python_name = name, signature, name.rpartition("::")[2]
        self.doc, self.line, self.conditional, self.start = "", 0, False, 0


def read_exports(text, where, first_line=1):
    """The marked functions of a text whose first line is that one of the file `where`, in order (list of Export).
    CompileError for a mark that no function follows."""
    plain = blank_attributes(scan.blank(text))
    code = scan.blank(text, literals=False)
    exports = []
    for mark in MARK.finditer(plain):
        if plain[plain.rfind("\n", 0, mark.start()) + 1 : mark.start()].lstrip().startswith("#"):
            continue
        line = first_line + text.count("\n", 0, mark.start())
        export = read_export(plain, code, mark, f"{where}:{line}")
        export.doc, export.line = read_doc(text, mark.start()), line
        export.conditional, export.start = is_conditional(plain, mark.start()), text.rfind("\n", 0, mark.start()) + 1
        check_name(export, exports, f"{where}:{line}")
        exports.append(export)
    return exports


def check_name(export, others, where):
    """CompileError for a name that Python's module cannot have, or has already."""
    name = export.python_name
    if name in keyword.kwlist or name.startswith("__") and name.endswith("__"):
        raise CompileError(f"{where}: a function called {name} cannot be exported: Python has its own meaning for that, so choose another name")
    for other in others:
        if other.python_name == name and not (other.conditional or export.conditional):
            raise CompileError(f"{where}: {name} is exported twice: a name is one function in Python, so give them two names")


def check_named(text, where):
    """CompileError for a marked function of a text that has a POLYHOST_MODULE, and names it nowhere else: the mark counts
    only without one."""
    plain = blank_attributes(scan.blank(text))
    for mark in MARK.finditer(plain):
        name, _ = function_after(plain, mark)
        if name and len(re.findall(rf"\b{name[1]}\b", plain)) < 2:
            line = text.count("\n", 0, mark.start()) + 1
            raise CompileError(
                f"{where}:{line}: {name[1]} is marked by POLYHOST_EXPORT, which counts only without a POLYHOST_MODULE:"
                f" add m.def<{name[1]}>(...) to that, or take the mark away"
            )


def blank_attributes(plain):
    """Without attributes and the like, whose brackets are no parameters."""

    def replace(match):
        return re.sub(r"[^\n]", " ", match.group())

    made = ATTRIBUTE.sub(replace, plain)
    for match in ATTRIBUTE.finditer(plain):
        if not match.group().startswith("[["):  # the bracket after it, too
            end = scan.matching(plain, match.end())
            if end > 0 and "POLYHOST_EXPORT" not in plain[match.end() : end]:
                made = made[: match.end()] + re.sub(r"[^\n]", " ", made[match.end() : end + 1]) + made[end + 1 :]
    return made


def read_export(plain, code, mark, where):
    name, opening = function_after(plain, mark)
    closing = scan.matching(plain, opening) if opening >= 0 else -1
    if name and closing < 0:
        raise CompileError(f"{where}: the bracket after {name[1]} is not closed: end its parameters with )")
    if not name:
        raise CompileError(f"{where}: no function follows POLYHOST_EXPORT: write it before one, as in `POLYHOST_EXPORT double f(double x)`")
    before = plain[max(plain.rfind(c, 0, mark.start()) for c in ";}{") + 1 : mark.start()]
    if re.search(r"\btemplate\s*<", before) or re.match(r"\s*template\s*<", plain[mark.end() : opening]):
        raise CompileError(f"{where}: {name[1]} is a template: export a function that calls it with types")
    parts = [read_parameter(plain[start:end], code[start:end], where) for start, end in scan.split(plain, opening + 1, closing)]
    qualified = "::".join([*enclosing_namespaces(plain, mark.start(), where), name[1]])
    return Export(qualified, f"{name[1]}({', '.join(filter(None, parts))})")


def function_after(plain, mark):
    """(the match of its name, or None; where its parameters begin, or -1) of the function that follows a mark."""
    opening = find_parameters(plain, mark.end())
    return re.search(r"([A-Za-z_]\w*)\s*$", plain[mark.end() : max(opening, mark.end())]), opening


def find_parameters(plain, start):
    """Where the parameters of the function begin that is declared there: the first ( outside of <>; or -1."""
    depth = 0
    for at in range(start, len(plain)):
        c = plain[at]
        if c in ";{}=" and depth == 0:
            return -1
        if c == "(" and depth == 0:
            return at
        depth += {"<": 1, ">": -1}.get(c, 0)
    return -1


def enclosing_namespaces(plain, at, where):
    """The names of the namespaces around a place, outermost first (list of str)."""
    opened = []
    for match in re.finditer(r"[{}]", plain[:at]):
        if match.group() == "}":
            if opened:
                opened.pop()
            continue
        before = plain[: match.start()]
        opened.append(before[max(before.rfind(c) for c in ";{}") + 1 :])
    names = []
    for introduction in opened:
        if match := re.search(r"\bnamespace\s+([\w:\s]+?)\s*$", introduction):
            names.append(re.sub(r"\binline\b|\s", "", match[1]))
        elif not re.search(r"\bnamespace\s*$|\bextern\b", introduction):
            raise CompileError(f"{where}: POLYHOST_EXPORT stands within a class or a function: move what it marks out of it")
    return names


def is_conditional(plain, at):
    """True if that place is between an #if and its #endif."""
    words = [directive[1] for directive in DIRECTIVE.finditer(plain, 0, at)]
    return 2 * words.count("endif") < len(words)


def read_parameter(plain, code, where):
    """"double b = 1.0" as "b=1.0"."""
    equals = plain.find("=")
    declared = " ".join((plain if equals < 0 else plain[:equals]).split())
    if declared == "void":
        return ""
    if declared == "...":
        raise CompileError(f"{where}: `...` has no counterpart in Python: take a std::vector")
    name = re.search(r"[\s&*>]([A-Za-z_]\w*)$", declared)
    if not name or re.fullmatch(r"(const |unsigned |signed |long |short )*(int|double|float|bool|char|long|short|unsigned|auto)", declared):
        raise CompileError(f"{where}: the parameter `{' '.join(code.split())}` has no name: Python needs one")
    if name[1] in keyword.kwlist:
        raise CompileError(f"{where}: the parameter {name[1]} is called as a keyword of Python's: choose another name")
    if equals < 0:
        return name[1]
    value = " ".join(code[equals + 1 :].split()) if '"' not in code else code[equals + 1 :].strip()
    default = defaults.python_default(value, declared[: name.start(1)].strip())
    if default is None:
        raise CompileError(f"{where}: the default `{value}` cannot be told to Python: name the function in a POLYHOST_MODULE instead")
    return f"{name[1]}={default}"


def read_doc(text, mark):
    """The /// lines right before the mark."""
    lines = []
    for line in reversed(text[: text.rfind("\n", 0, mark) + 1].split("\n")[:-1]):
        if not line.strip().startswith("///"):
            break
        lines.insert(0, line.strip()[3:].removeprefix(" "))
    return "\n".join(lines)
