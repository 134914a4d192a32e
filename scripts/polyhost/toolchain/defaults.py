"""A C++ default value in Python's syntax, where it is a literal or arithmetic of literals."""

import ast
import operator
import re

WORDS = {"true": "True", "false": "False", "nullptr": "None", "std::nullopt": "None", "nullopt": "None", "INFINITY": "float('inf')", "NAN": "float('nan')"}
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d|\.\d)(?:[eE][-+]|[\w.])*)|(?P<operator><<|>>|[-+*/%&|^~()]))\s*")
TEXT = re.compile(r'(?:u8)?("(?:\\[nrt0\\"\']|[^"\\\n])*")(?:s|sv)?')
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.USub: operator.neg, ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}  # fmt: skip
# What `{}` is, by the type of the parameter.
EMPTY = (("optional", "None"), ("map", "{}"), ("set", "set()"), ("string", "''"), ("vector", "[]"), ("span", "[]"), ("array", "[]"), ("bool", "False"))


def python_default(text, type_name):
    """Python's expression (str) for a default of a parameter of that C++ type, or None if there is none."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text]
    if text == "{}":
        if "*" in type_name or "&" in type_name and "const" not in type_name:
            return None
        return next((python for name, python in EMPTY if name in type_name), "0" if re.fullmatch(r"[\w: ]+", type_name) else None)
    if match := TEXT.fullmatch(text):
        return match[1]
    return arithmetic(text)


def arithmetic(text):
    """The value of an expression of numbers, as text; None for what is none."""
    parts, at = [], 0
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)  # 1'000
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            return None
        if match["number"] and (number := python_number(match["number"])) is None:
            return None
        parts.append(number if match["number"] else match["operator"])
        at = match.end()
    if len(parts) == 1 or (len(parts) == 2 and parts[0] in "-+" and parts[1] not in "()"):
        return "".join(parts)
    try:
        value = evaluate(ast.parse(" ".join(parts), mode="eval").body)
    except (SyntaxError, TypeError, ValueError, ArithmeticError, KeyError, MemoryError, RecursionError):
        return None
    return repr(value) if value == value and abs(value) < 2**64 else None


def evaluate(node):
    """Without / and %, which are not the same in both languages."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](evaluate(node.operand))
    left, right = evaluate(node.left), evaluate(node.right)
    if isinstance(node.op, ast.LShift) and not 0 <= right < 64:
        raise ValueError("too far")
    return OPERATORS[type(node.op)](left, right)


def python_number(text):
    """A C++ number, with its suffix."""
    match = NUMBER.match(text)
    if not match or not re.fullmatch(r"[uUlLzZfF]*", text[match.end() :]):
        return None
    digits = match.group()
    if re.fullmatch(r"0\d+", digits):
        return "0o" + digits[1:] if set(digits) <= set("01234567") else None
    return digits + ".0" if digits.isdigit() and "f" in text.lower() else digits
