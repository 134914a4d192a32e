"""What a compiler said, as exceptions and warnings of Python's."""

import linecache
import re
import warnings

from polyhost.toolchain.errors import CompileError, CompileWarning

CONTEXT = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+:\s+required from (here|')|^(?P<clang>.+?):(?P<at>\d+):\d+: note: in instantiation of .* requested here$")
LINKER = re.compile(r"^(?:\S*\bld(?:\.\w+)?: )?(?:\S+:\(\.\w+[^)]*\): )?(?P<message>.*(?:undefined reference|multiple definition|cannot find|error).*)$")
SUMMARY = re.compile(r"ld returned|linker command failed")
TOOL = re.compile(r"^\S+: (?:fatal )?error: (?P<message>.*)$")
LINE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<severity>fatal error|error|warning|note): (?P<message>.*)$")
ASSERTION = re.compile(r"^static assertion failed: |^static_assert failed due to requirement '.*?' (?=\")")
# Which type no converter takes: gcc says it before the error, clang after it.
CONVERTER = re.compile(r"[Ii]n instantiation of (?P<clang>template class )?'(?:struct )?polyhost::converter<(?P<type>.*?)(?:, void)?>'")
SHOWN = 5  # errors; the rest is in CompileError.output


class Diagnostic:
    """file (str), line (int), column (int or None), severity ("error", "warning" or "note"), message (str),
    excerpt (str: the source line and a mark under it, as the compiler shows them; may be empty)."""

    def __init__(self, match):
        self.file, self.line = match["file"], int(match["line"])
        self.message = ASSERTION.sub("", match["message"]).strip('"') if ASSERTION.match(match["message"]) else match["message"]
        self.column = int(match["column"]) if match["column"] else None
        self.severity = match["severity"].removeprefix("fatal ")
        self.excerpt, self.moved = "", False

    def move(self, file, line):
        """Says that it is about that line instead."""
        self.file, self.line, self.column, self.excerpt, self.moved = file, line, None, "", True

    def name_type(self, type_name):
        self.message = self.message.replace("cannot convert this type:", f"cannot convert the type {type_name}:")

    def __str__(self):
        return f"{self.file}:{self.line}: {self.severity}: {self.message}" + (f"\n{self.excerpt}" if self.excerpt else "")

    def __repr__(self):
        return f"<{self.severity} at {self.file}:{self.line}: {self.message}>"


def parse(output):
    """The diagnostics in what gcc or clang printed. What they find wrong within polyhost's own headers is about the line
    that made use of them."""
    found, user, unconverted = [], None, ""
    for line in output.splitlines():
        if match := CONVERTER.search(line):
            if match["clang"] and found:
                found[-1].name_type(match["type"])
            else:
                unconverted = match["type"]
        if match := CONTEXT.match(line):  # gcc's come before the error, from within; clang's after it
            if match["clang"] and found and is_ours(found[-1].file):
                found[-1].move(match["clang"], int(match["at"]))
            elif match["file"] and not is_ours(match["file"]):
                user = match["file"], int(match["line"])
        elif match := LINE.match(line):
            found.append(Diagnostic(match))
            if unconverted:
                found[-1].name_type(unconverted)
            if user and is_ours(found[-1].file):
                found[-1].move(*user)
            if found[-1].severity == "error":
                user = None
        elif found and not found[-1].moved and re.match(r"^ *(\d+ )?\|", line):  # gcc's excerpts; clang's lack the bar
            found[-1].excerpt += ("\n" if found[-1].excerpt else "") + line
    for d in found:
        linecache.checkcache(d.file)
        line = linecache.getline(d.file, d.line)
        if not d.excerpt and line:
            d.excerpt = f"{d.line:5} | {line.rstrip()}"
    return [d for d in found if d.severity != "note" or not is_ours(d.file)]


def is_ours(path):
    return "/polyhost/headers/" in path or path == "<polyhost>"


def error(what, output):
    """The exception for a compiler that failed on `what`, a file's or a function's name."""
    found = parse(output)
    errors = [d for d in found if d.severity == "error"]
    # In headers that are not the user's they are what follows from the others.
    errors = [d for d in errors if not is_ours(d.file) and not d.file.startswith("/usr/")] or errors
    first = {}  # of what polyhost's headers find wrong with a line, the rest follows from it
    errors = [d for d in errors if not d.moved or first.setdefault((d.file, d.line), d) is d]
    if not errors:  # the compiler's own, or the linker's
        lines = [line for line in output.splitlines() if line.strip()]
        said = [match["message"] for match in map(TOOL.match, lines) if match]
        if said and not SUMMARY.search(said[0]):
            return CompileError(f"{what} does not compile: {said[0]}", found, output)
        reasons = [match["message"] for match in map(LINKER.match, lines) if match and not SUMMARY.search(match["message"])]
        reason = (reasons or lines[-1:] or ["the compiler failed without a word; try again, or with another one in CXX"])[0].strip()
        if reason.startswith("cannot find -l"):
            reason += ": install the package that has it, or name its directory by the flag -LDIR"
        return CompileError(f"{what} does not link: {reason}", found, output)
    text = f"{what} does not compile:"
    text += "".join(f"\n{d}" for d in errors[:SHOWN])
    if len(errors) > SHOWN:
        text += f"\nand {len(errors) - SHOWN} more errors (CompileError.output has them all)"
    return CompileError(text, errors + [d for d in found if d.severity != "error"], output)


def warn(output):
    """Issues the compiler's warnings as Python's, each at its own line."""
    for d in parse(output):
        if d.severity == "warning":
            warnings.warn_explicit(d.message, CompileWarning, d.file, d.line)
