"""Where in a script a piece of C++ stands, so that the compiler's messages are about the script's own lines."""

import ast
import functools
import os
import re


@functools.lru_cache(maxsize=16)
def tree_of(path, _size, _time):
    with open(path, "rb") as file:
        return ast.parse(file.read())


def parsed(path):
    """The script as a syntax tree, or None where there is no such file, as in `python -c`."""
    try:
        status = os.stat(path)
        return tree_of(path, status.st_size, status.st_mtime_ns)
    except (OSError, SyntaxError, ValueError):
        return None


def of_text(text, frame):
    """The line of a string that this frame has at hand (int); its own line if the script does not have it as it is."""
    path, line = frame.f_code.co_filename, frame.f_lineno
    tree = parsed(path)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == text] if tree else []
    nearest = min(found, key=lambda node: abs(node.lineno - line), default=None)
    return nearest.lineno if nearest else line


def definition_of(function):
    """Where the script defines it (a node of its syntax tree), or None."""
    code = function.__code__
    tree = parsed(code.co_filename)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == function.__name__:
            if min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) == code.co_firstlineno:
                return node
    return None


def docstring(function):
    """A function's docstring as the script has it (str), also where Python has dropped it; or None."""
    return docstring_of(definition_of(function))


def docstring_of(node):
    return node and ast.get_docstring(node, clean=False)


def of_body(function, body):
    """(line, column, text) of a function's docstring as it stands in the script: from 3.13 on, CPython cuts its indentation
    off when it compiles it."""
    code = function.__code__
    node = definition_of(function)
    text = docstring_of(node) or ""
    if text.split() == body.split():
        literal = node.body[0].value
        with open(code.co_filename, "rb") as file:  # col_offset counts bytes
            line = file.read().splitlines()[literal.lineno - 1][literal.col_offset :]
        quote = re.match(rb"\w*(\"\"\"|'''|\"|')", line)
        return literal.lineno, literal.col_offset + (quote.end() if quote else 0), text
    return code.co_firstlineno + 1, 0, body
