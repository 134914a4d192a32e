"""What Python's tools see of a native function: inspect, help, repr, pickle, copy, profilers."""

import copy
import cProfile
import inspect
import pickle
import pstats
import pydoc
import subprocess
import sys
import types
import unittest

import buffers_native
import callbacks_native
import calls_native as n
import containers_native
from support import PYTHON


class Signatures(unittest.TestCase):
    def test_text(self):
        for function, wanted in (
            (n.nothing, "() -> int"),
            (n.three, "(a: int, b: int, c: int) -> int"),
            (n.positional, "(a: int, b: int, c: int, /) -> int"),
            (n.mixed, "(a: int, /, b: int, c: int = 3, *, d: int, e: int = 5) -> tuple[int, int, int, int, int]"),
            (n.keyword_only, "(*, a: int, b: int = 2, c: int = 3) -> int"),
            (n.same, "(value: object) -> object"),
            (n.fail, "(kind: str) -> None"),
            (n.same_or_list, "(value: object = []) -> object"),
            (
                n.defaults,
                "(a: int = 1, b: float = 2.5, c: str = 'x, (y) = \"z\"', d: int | None = None, "
                "e: tuple[int, bool] = (1, True)) -> str",
            ),
            (containers_native.nested, "(table: dict[str, list[tuple[int, float] | None]]) -> "
                                       "dict[str, list[tuple[int, float] | None]]"),
            (containers_native.words, "(items: set[str]) -> set[str]"),
            (callbacks_native.run, "(f: collections.abc.Callable[[], object]) -> None"),
        ):
            self.assertEqual(str(inspect.signature(function)), wanted)

    def test_buffers_and_callables(self):
        self.assertRegex(
            str(inspect.signature(buffers_native.scale)),
            r"\(source: Buffer\[.*float64.*\], target: Buffer\[.*float64.*\], factor: float\) -> None",
        )
        self.assertIn("Callable[[float], float]", str(inspect.signature(callbacks_native.call)))

    def test_parameters(self):
        parameters = inspect.signature(n.mixed).parameters
        self.assertEqual([p.name for p in parameters.values()], list("abcde"))
        self.assertEqual(
            [p.kind.name for p in parameters.values()],
            ["POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY", "KEYWORD_ONLY"],
        )
        self.assertEqual((parameters["c"].default, parameters["a"].default), (3, inspect.Parameter.empty))
        self.assertIs(parameters["a"].annotation, int)
        bound = inspect.signature(n.mixed).bind(1, 2, d=4)
        self.assertEqual(bound.arguments, {"a": 1, "b": 2, "d": 4})

    def test_text_signature(self):
        self.assertEqual(n.mixed.__text_signature__, "(a, /, b, c=3, *, d, e=5)")
        self.assertEqual(n.nothing.__text_signature__, "()")
        self.assertEqual(n.positional.__text_signature__, "(a, b, c, /)")

    def test_the_type_of_builtins_is_untouched(self):
        kind = type(len)
        self.assertFalse(hasattr(kind, "__signature__"))
        self.assertEqual(str(inspect.signature(kind)), "()")

    def test_other_builtins_are_untouched(self):
        for name in ("len", "print", "sorted", "iter", "getattr", "max", "dict.fromkeys", "abs"):
            with self.subTest(name):
                self.assertFalse(hasattr(eval(name), "__signature__"))
                program = f"import inspect\ntry: print(inspect.signature({name}))\nexcept ValueError as e: print(e)"
                wanted = subprocess.run([PYTHON, "-I", "-c", program], capture_output=True, text=True, check=True)
                try:
                    text = str(inspect.signature(eval(name)))
                except ValueError as error:
                    text = str(error)
                self.assertEqual(text, wanted.stdout.rstrip("\n"))
        with self.assertRaises(AttributeError) as caught:
            len.__signature__
        self.assertEqual(str(caught.exception), "'builtin_function_or_method' object has no attribute '__signature__'")
        self.assertFalse(hasattr([].append, "__signature__"))


class Attributes(unittest.TestCase):
    def test_names(self):
        self.assertEqual(n.three.__name__, "three")
        self.assertEqual(n.three.__qualname__, "three")
        self.assertEqual(n.three.__module__, "calls_native")
        self.assertEqual(repr(n.three), "<built-in function three>")
        self.assertIs(type(n.three), types.BuiltinFunctionType)
        self.assertTrue(inspect.isbuiltin(n.three) and inspect.isroutine(n.three))

    def test_documents(self):
        self.assertEqual(n.three.__doc__, "Takes three numbers.\n\nThe second paragraph.")
        self.assertEqual(inspect.getdoc(n.nothing), "Takes nothing.")
        self.assertFalse(n.positional.__doc__)
        self.assertEqual(n.__doc__, "Shapes of calls.")

    def test_self_is_like_the_module(self):
        self.assertIsInstance(n.three.__self__, types.ModuleType)
        self.assertEqual(n.three.__self__.__name__, "calls_native")
        self.assertIs(n.three.__self__.three, n.three)

    def test_help(self):
        text = pydoc.render_doc(n.three, renderer=pydoc.plaintext)
        self.assertIn("three(a: int, b: int, c: int) -> int\n    Takes three numbers.\n", text)
        self.assertIn("built-in function three in module calls_native", text)
        text = pydoc.render_doc(n, renderer=pydoc.plaintext)
        self.assertIn("mixed(a: int, /, b: int, c: int = 3, *, d: int, e: int = 5)", text)
        self.assertIn("Shapes of calls.", text)
        for module in (buffers_native, callbacks_native, containers_native):
            self.assertIn("->", pydoc.render_doc(module, renderer=pydoc.plaintext))

    def test_equality_and_hash(self):
        self.assertEqual(n.three, n.three)
        self.assertNotEqual(n.three, n.positional)
        self.assertEqual(len({n.three, n.positional, n.three}), 2)


class Copies(unittest.TestCase):
    def test_pickle(self):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            self.assertIs(pickle.loads(pickle.dumps(n.three, protocol)), n.three)

    def test_copy(self):
        self.assertIs(copy.copy(n.three), n.three)
        self.assertIs(copy.deepcopy([n.three])[0], n.three)


class Profilers(unittest.TestCase):
    def test_cprofile(self):
        profile = cProfile.Profile()
        profile.runcall(lambda: [n.successor(i) for i in range(10)])
        calls = {key[2]: row[0] for key, row in pstats.Stats(profile).stats.items()}
        self.assertEqual(calls.get("<built-in method calls_native.successor>"), 10, calls)

    def test_setprofile(self):
        seen = []

        def hook(frame, event, function):
            if event.startswith("c_"):
                seen.append((event, function))

        sys.setprofile(hook)
        try:
            n.successor(1)
            try:
                n.fail("runtime_error")
            except RuntimeError:
                pass
        finally:
            sys.setprofile(None)
        self.assertEqual(seen[:2], [("c_call", n.successor), ("c_return", n.successor)])
        self.assertEqual(seen[2:4], [("c_call", n.fail), ("c_exception", n.fail)])


if __name__ == "__main__":
    unittest.main()
