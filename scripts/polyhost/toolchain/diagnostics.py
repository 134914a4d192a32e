"""What a compiler said, as exceptions and warnings of Python's."""

import re
import warnings

from polyhost.toolchain.errors import CompileError, CompileWarning

LINE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<severity>fatal error|error|warning|note): (?P<message>.*)$")
SHOWN = 5  # errors; the rest is in CompileError.output


class Diagnostic:
    """file (str), line (int), column (int or None), severity ("error", "warning" or "note"), message (str),
    excerpt (str: the source line and a mark under it, as the compiler shows them; may be empty)."""

    def __init__(self, match):
        self.file, self.line, self.message = match["file"], int(match["line"]), match["message"]
        self.column = int(match["column"]) if match["column"] else None
        self.severity = match["severity"].removeprefix("fatal ")
        self.excerpt = ""

    def __str__(self):
        return f"{self.file}:{self.line}: {self.severity}: {self.message}" + (f"\n{self.excerpt}" if self.excerpt else "")

    def __repr__(self):
        return f"<{self.severity} at {self.file}:{self.line}: {self.message}>"


def parse(output):
    """The diagnostics in what gcc or clang printed."""
    found = []
    for line in output.splitlines():
        if match := LINE.match(line):
            found.append(Diagnostic(match))
        elif found and re.match(r"^ *(\d+ )?\|", line):  # gcc's excerpts; clang's lack the bar
            found[-1].excerpt += ("\n" if found[-1].excerpt else "") + line
    return found


def error(what, output):
    """The exception for a compiler that failed on `what`, a file's or a function's name."""
    found = parse(output)
    errors = [d for d in found if d.severity == "error"]
    if not errors:  # the linker's, or the compiler's own
        lines = [line for line in output.splitlines() if line.strip()]
        reason = next((line for line in lines if "undefined reference" in line or "error" in line), lines[-1] if lines else "no reason given")
        return CompileError(f"{what} does not link: {reason.strip()}", found, output)
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
