"""The type stubs of polyhost.json and polyhost.accelerate: they say what is there, and mypy takes them."""

import ast
import inspect
import os
import shutil
import subprocess
import tempfile
import unittest

import polyhost.accelerators
import polyhost.json

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 2, "scripts")

USER = """
import io
from collections.abc import Iterator
import polyhost
import polyhost.json as orjson
from polyhost.json import Fragment, JSONDecodeError, dumps, dumps_lines, loads, loads_exact, loads_lines, pointer

def text(value: object) -> str:
    return repr(value)

polyhost.accelerate("json")
written: bytes = dumps([1], default=text, option=orjson.OPT_INDENT_2 | orjson.OPT_MORE_TYPES)
value = loads(memoryview(written))["a"][0] if loads("1") else loads_exact(b"1", option=orjson.OPT_DECIMAL)
lines: Iterator[object] = loads_lines(io.BytesIO(), option=None)
loads_lines(io.StringIO())
joined: bytes = dumps_lines(iter([1]), text)
dumps_lines([1], file=io.BytesIO())
found: str = pointer(written, "/a", default=None)
contents: bytes | str = Fragment(b"[]").contents
try:
    loads("[")
except JSONDecodeError as error:
    where: int = error.pos
error_class: type[TypeError] = orjson.JSONEncodeError
"""
WRONG = """
import polyhost
from polyhost.json import Fragment, dumps, dumps_lines, loads, pointer
polyhost.accelerate(1)
loads(1)
loads(obj="1")
text: str = dumps(1)
dumps(1, option="OPT_INDENT_2")
dumps_lines([1], file=1)
pointer("1", 0)
Fragment(1)
"""


def stub(*path):
    """The definitions of a stub: name -> the first node that makes it."""
    with open(os.path.join(SCRIPTS, "polyhost", *path, "__init__.pyi"), encoding="utf-8") as file:
        found = {}
        for node in ast.parse(file.read()).body:
            targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            for name in [target.id for target in targets] or [getattr(node, "name", None)]:
                found.setdefault(name, node)
        return found


def parameters(function):
    """(name, kind, default) of each parameter of a function of a stub; ... as a default stands for any."""
    made = {}
    lean = ast.FunctionDef(function.name, function.args, [ast.Pass()], [], lineno=1, col_offset=0)
    for argument in ast.walk(lean.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    module = ast.Module([lean], [])
    if "type_params" in lean._fields:  # from CPython 3.12 on
        lean.type_params = []
    exec(compile(ast.fix_missing_locations(module), "stub", "exec"), made)
    return inspect.signature(made[function.name]).parameters.values()


class Stubs(unittest.TestCase):
    def test_names(self):
        for module, path in (polyhost.json, ["json"]), (polyhost.accelerators, ["accelerators"]):
            found = stub(*path)
            self.assertEqual(ast.literal_eval(found["__all__"].value), module.__all__)
            self.assertEqual([name for name in module.__all__ if name not in found], [])
            for name in module.__all__:
                if isinstance(found[name], ast.AnnAssign) and isinstance(found[name].annotation, ast.Name):
                    self.assertEqual(found[name].annotation.id, type(getattr(module, name)).__name__, name)

    def test_parameters(self):
        for module, path in (polyhost.json, ["json"]), (polyhost.accelerators, ["accelerators"]):
            functions = {name: node for name, node in stub(*path).items() if isinstance(node, ast.FunctionDef)}
            self.assertEqual(sorted(functions), sorted(name for name in module.__all__ if inspect.isroutine(getattr(module, name))))
            for name, function in functions.items():
                said = list(parameters(function))
                there = list(inspect.signature(getattr(module, name)).parameters.values())
                self.assertEqual([(p.name, p.kind) for p in said], [(p.name, p.kind) for p in there], name)
                for p, q in zip(said, there):
                    if p.default is not ...:
                        self.assertEqual(p.default, q.default, (name, p))
                    else:
                        self.assertIsNot(q.default, q.empty, (name, p))

    def test_a_type_checker_takes_them(self):
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("mypy is not installed")
        with tempfile.TemporaryDirectory() as folder:

            def check(name, text):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
                environment = {**os.environ, "MYPYPATH": SCRIPTS, "PYTHONPATH": ""}
                done = subprocess.run([mypy, "--strict", name], cwd=folder, env=environment, capture_output=True, text=True)
                return done.stdout + done.stderr

            self.assertIn("Success", check("user.py", USER))
            wrong = check("wrong.py", WRONG)
            for line in range(4, 12):
                self.assertIn(f"wrong.py:{line}: error:", wrong)
            self.assertEqual(wrong.count("error:"), 8, wrong)


if __name__ == "__main__":
    unittest.main()
