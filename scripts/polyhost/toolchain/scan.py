"""C++ text without being a compiler: comments and literals made blank, brackets matched, lists split."""

import re

PATTERN = re.compile(
    r"""(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")|(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*")|(?P<number>\b[0-9](?:'?[\w.])*)|(?P<character>'(?:\\.|[^'\\\n])*')""",
    re.S,
)
OPENING, CLOSING = "([{<", ")]}>"


def blank(text, literals=True):
    """The text with comments made blank, and with the insides of string and character literals if `literals`; lines and
    columns stay."""

    def spaces(part):
        return re.sub(r"[^\n]", " ", part)

    def replace(match):
        whole = match.group()
        if match["comment"] is not None:
            return spaces(whole)
        if not literals or match["number"] is not None:
            return whole
        if match["raw"] is not None:
            return "R" + spaces(whole[1:])
        return whole[0] + spaces(whole[1:-1]) + whole[-1]

    return PATTERN.sub(replace, text)


def matching(plain, opening):
    """Where the bracket that opens there is closed, or -1. Here < and > are operators."""
    depth = 0
    for at in range(opening, len(plain)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(plain[at], 0)
        if depth == 0:
            return at
    return -1


def split(plain, start, end):
    """(start, end) of what stands between the outer commas; of nothing, none. Here < and > are brackets, but for <<, >>
    and -> outside of them."""
    depth, begin, parts, angles = 0, start, [], 0
    at = start
    while at < end:
        c = plain[at]
        if not angles and plain[at : at + 2] in ("<<", ">>", "->", "<=", ">="):
            at += 2
            continue
        if c in OPENING:
            depth, angles = depth + 1, angles + (c == "<")
        elif c in CLOSING:
            depth, angles = depth - 1, angles - (c == ">")
        elif c == "," and depth == 0:
            parts.append((begin, at))
            begin = at + 1
        at += 1
    if parts or plain[start:end].strip():
        parts.append((begin, end))
    return parts
