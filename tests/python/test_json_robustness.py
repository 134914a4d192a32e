"""What must not break polyhost.json: no memory, threads, forks, subinterpreters and odd inputs."""

import array
import dataclasses
import gc
import itertools
import json
import os
import random
import sys
import threading
import time
import unittest

from json_documents import DOCUMENTS, TEXT, VALUE, native, without_direct
from json_support import JsonCase, dumps, loads, module, nested
from support import FORKS, SANITIZER, run

try:
    import _testcapi  # of Debian's package libpython3.11-testsuite
except ImportError:
    _testcapi = None
try:
    import _interpreters
except ImportError:  # before 3.13
    import _xxsubinterpreters as _interpreters

# A subinterpreter that shares the GIL.
create_interpreter = {(3, 11): _interpreters.create, (3, 12): lambda: _interpreters.create(isolated=False)}.get(sys.version_info[:2], lambda: _interpreters.create("legacy"))
INDENT, SORT, KEYS = module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS


class Thing:
    pass


@unittest.skipIf(_testcapi is None, "needs _testcapi: Debian's package libpython3.11-testsuite")
@unittest.skipIf(native is None, "another module is under test")
class NoMemory(JsonCase):
    """Each allocation of a call fails once, alone or with all that follow."""

    WORK = {
        "loads": lambda: loads(TEXT),
        "loads of bytes": lambda: loads(TEXT.encode()),
        "loads of a view": lambda: loads(memoryview(TEXT.encode())),
        "standard_loads": lambda: native.standard_loads(TEXT),
        "dumps": lambda: dumps(VALUE),
        "dumps, long": lambda: dumps([VALUE] * 20),
        "dumps, all options": lambda: dumps(VALUE, option=INDENT | SORT | KEYS | module.OPT_APPEND_NEWLINE),
        "standard_dumps": lambda: native.standard_dumps([VALUE] * 20, True, True, False, ", ", ": ", None),
        "standard_dumps, sorted": lambda: native.standard_dumps(VALUE, False, True, True, ",", ": ", "  "),
    }

    @staticmethod
    def run_without(work, *failing):
        """The result of work() and None, or None and the exception."""
        try:
            _testcapi.set_nomemory(*failing)
            try:
                result = work()
            finally:
                _testcapi.remove_mem_hooks()
        except Exception as error:
            return None, error
        return result, None

    def each_fails(self, name, work, more):
        expected, passed, start = work(), 0, 0
        while passed < 200:  # so many were not asked for, or could be done without
            result, error = self.run_without(work, start, *([] if more else [start + 1]))
            if error is None:
                self.assertEqual(result, expected, (name, start))
                passed += 1
            else:
                self.assertIs(type(error), MemoryError, (name, start))
                passed = 0
            error = None
            self.assertEqual(work(), expected, (name, start))
            start += 1

    def test_each_step(self):
        for name, work in self.WORK.items():
            for more in (False, True):
                self.each_fails(name, work, more)
                without_direct(lambda: self.each_fails(name, work, more))

    def test_nothing_is_lost(self):
        for name, work in self.WORK.items():
            blocks = []
            for times in (1, 2) if SANITIZER else (5, 20):  # AddressSanitizer tells at the end what is lost, however often
                for _ in range(times):
                    for start in range(130):
                        self.run_without(work, start, start + 1)
                gc.collect()
                blocks.append(sys.getallocatedblocks())
            self.assertLess(blocks[1] - blocks[0], 40, name)


@unittest.skipIf(os.environ.get("PYTHONMALLOC") or SANITIZER or native is None, "is such a run itself")
class CheckedAllocator(unittest.TestCase):
    """Memory is freed by the allocator that it came from, and nothing relies on what was in it."""

    def test_runs(self):
        ordinary = [__file__.replace("robustness", "ordinary")]
        for arguments in (["-X", "dev", __file__, "NoMemory", "Inputs", "Leaks"], ["-X", "dev", *ordinary], ["-X", "tracemalloc", *ordinary]):
            done = run(*arguments, env={**os.environ, "PYTHONMALLOC": "debug"})
            self.assertEqual(done.returncode, 0, (arguments, done.stderr[-5000:]))


@unittest.skipIf(SANITIZER, "limits and compares memory, which a sanitizer takes itself")
class LongText(unittest.TestCase):
    """In programs of their own."""

    def test_without_memory(self):
        code = (
            "import gc, resource\nfrom polyhost import json\ntext = b'[\"a\",{\"b\":[\"' + b'\\\\n' * 50_000_000 + b'\"]}]'\n"
            "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\nresource.setrlimit(resource.RLIMIT_AS, (used + 20_000_000,) * 2)\n"
            "try: json.loads(text)\nexcept MemoryError: print(gc.isenabled(), json.loads('[{\"a\":1}]'))\n"
        )
        self.assertEqual(run("-c", code).stdout, "True [{'a': 1}]\n")

    def test_memory_is_given_back(self):
        code = (
            "from polyhost import json\ndef used(): return int(open('/proc/self/statm').read().split()[1])\n"
            "json.loads('[1]')\nbefore = used()\njson.loads(b'\"' + b'\\\\n' * 20_000_000 + b'\"')\nprint(used() - before < 2000)\n"
        )
        self.assertEqual(run("-c", code).stdout, "True\n")


FORK = """
import os, sys
sys.path.insert(0, {folder!r})
from json_documents import TEXT, VALUE
from json_support import dumps, loads

class Thing: pass

def default(thing):
    loads(TEXT)
    children.append(os.fork())
    return loads(dumps({{"a": [1, {{"b": 2}}]}}))

children = []
written = dumps([VALUE, Thing(), VALUE], default=default)
right = loads(written) == [VALUE, {{"a": [1, {{"b": 2}}]}}, VALUE] and loads(TEXT) == VALUE
if children == [0]:
    os._exit(7 if right else 8)
print(right, [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


class Together(JsonCase):
    def test_threads(self):
        wrong, end = [], time.monotonic() + (1 if os.environ.get("PYTHONMALLOC") else 2)

        def work(number):
            rng = random.Random(number)
            values = [{f"{number} {rng.randrange(60)}": [i, "\u20ac" * i, {"n": number, "same": i}] for i in range(rng.randrange(100))} for _ in range(20)]
            while time.monotonic() < end:
                value = rng.choice(values)
                text = json.dumps(value)
                if loads(dumps(value)) != value or loads(text) != value or native.standard_loads(text) != value or native.standard_dumps(value, True, True, False, ", ", ": ", None) != text:
                    wrong.append(number)
                if loads(dumps([Thing(), value, Thing()], default=default)) != [{"a": [VALUE]}, value, {"a": [VALUE]}]:
                    wrong.append((number, "default"))

        def default(thing):
            time.sleep(0)  # others run
            result = loads(dumps({"a": [loads(TEXT)]}))
            time.sleep(0.0001)
            return result

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_bytearray_that_others_change(self):
        text = bytearray(json.dumps([["x" * 100, i] for i in range(300)]).encode())
        whole, stop = bytes(text), threading.Event()

        def change():
            for other in itertools.cycle((whole[:-1], whole, b"", whole * 3, whole)):
                if stop.is_set():
                    return
                try:
                    text[:] = other
                except BufferError:  # it is being read
                    pass

        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(300):
                try:
                    self.assertEqual(len(loads(text)), 300)
                except module.JSONDecodeError:
                    pass
        finally:
            stop.set()
            thread.join()

    def test_fork_in_default(self):
        # In a program of its own, which had no other thread: one that is about to end, after join, may hold a lock of
        # AddressSanitizer's allocator, and the child would wait for it forever.
        done = run(*FORKS, "-c", FORK.format(folder=os.path.dirname(os.path.abspath(__file__))))
        self.assertEqual((done.returncode, done.stdout), (0, "True [7]\n"), done.stderr)

    def test_subinterpreters(self):
        code = (
            "import enum, json, uuid, datetime, sys\nfrom polyhost import json as fast\nE = enum.Enum('E', 'A')\n"
            "text = json.dumps([{'a': 1, 'key only here': [i, {}]} for i in range(50)])\n"
            "assert fast.loads(text) == json.loads(text) and fast.loads(fast.dumps(json.loads(text))) == json.loads(text)\n"
            "assert fast.dumps([E.A, uuid.UUID(int=1), datetime.date(2020, 1, 2)]) == b'[1,\"00000000-0000-0000-0000-000000000001\",\"2020-01-02\"]'\n"
            "try: fast.loads('[1,')\nexcept fast.JSONDecodeError as error: assert error.pos == 3\nelse: raise Exception\n"
        )
        exec(code, {})
        for _ in range(3):
            made = create_interpreter()
            try:
                self.assertIsNone(_interpreters.run_string(made, code))
            finally:
                _interpreters.destroy(made)
            exec(code, {})
            self.reads(TEXT, VALUE)


class Inputs(JsonCase):
    def test_subclasses_of_str(self):
        class Text(str):
            def __getattribute__(self, name):
                raise RuntimeError(name)

            __len__ = __iter__ = __str__ = __hash__ = __eq__ = None

        self.refuses_type(Text("[1]"))
        self.assertEqual(dumps([Text("a\u20ac"), {"a": Text('"')}]), '["a\u20ac",{"a":"\\""}]'.encode())
        for option in (0, SORT):
            self.not_written({str.__new__(type("Plain", (str,), {}), "a"): 1}, "Dict key must be str", option)

    def refuses_type(self, value):
        with self.assertRaises(module.JSONDecodeError):
            loads(value)

    def test_views(self):
        for code in "bBhHiIlLqQ":
            text = "[1,2,3,4,5,6,7,8,9,10,1]"  # 24 bytes
            self.assertEqual(loads(memoryview(array.array(code, text.encode()))), json.loads(text))
        rows = memoryview(b"[1,2,3,\n4]  ").cast("B", (3, 4))
        self.assertEqual(loads(rows), [1, 2, 3, 4])
        self.refuses_type(memoryview(b"[ 1 ]")[::2])
        self.refuses_type(memoryview(b"]1["))
        view = memoryview(b"[1]")
        view.release()
        self.assertRaises(ValueError, loads, view)

    def test_depth(self):
        for depth in (1000, 1024, 1025, 100_000, 1_000_000):
            for document in ("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth, '{"a":' * depth + "1" + "}" * depth, '[{"a":' * (depth // 2) + "[" * (depth % 2) + "1" + "]" * (depth % 2) + "}]" * (depth // 2)):
                try:
                    value, levels = loads(document), 0
                except module.JSONDecodeError:
                    continue
                while value and isinstance(value, (list, dict)):
                    value, levels = list(value.values() if isinstance(value, dict) else value)[0], levels + 1
                self.assertEqual(levels + (value == []), depth)
        self.not_written(nested(100_000, 1), None)
        self.not_written(nested(2000, 1, lambda v: {"a": (v,)}), None)

    def test_enumerations_of_themselves(self):
        code = (  # of its own program: it might take the stack
            "import enum\nfrom polyhost import json\nA, B = enum.Enum('A', 'X'), enum.Enum('B', 'X')\nA.X._value_, B.X._value_ = B.X, A.X\n"
            "for value, option in ((A.X, 0), ({A.X: 1}, json.OPT_NON_STR_KEYS)):\n"
            "    try: json.dumps(value, option=option)\n    except (TypeError, RecursionError): print('refused')\n"
        )
        self.assertEqual(run("-c", code).stdout, "refused\n" * 2)

    def test_what_grows_meanwhile(self):
        @dataclasses.dataclass
        class Growing:
            a: object

        calls = itertools.count()

        def default(thing):
            number = next(calls)
            self.assertLess(number, 10_000)
            setattr(growing, f"new {number}", Thing())
            items.append(Thing())
            return number

        growing, items = Growing(Thing()), [Thing()]
        self.writes(items, "[0]", default=default)
        with self.assertRaises(RuntimeError):
            dumps(growing, default=default)
        keys = {"a": Thing()}
        with self.assertRaises(RuntimeError):
            dumps(keys, default=lambda thing: keys.update({str(len(keys)): Thing()}))

    def test_numerous_keys(self):
        for count in (1, 5, 6, 85, 86, 170, 171, 21845, 21846, 43690, 43691, 200_000):
            text = json.dumps({f"key {i}": i for i in range(count)})
            value = loads(text)
            self.assertEqual((value, list(value)[-1], f"key {count}" in value), (json.loads(text), f"key {count - 1}", False))
            value["more"] = 1
            self.assertEqual(len(value), count + 1)
        self.reads('{"a":0' + ',"a":[]' * 999 + "}", {"a": []})
        self.reads('{"a":{}' + ',"a":1,"b":[2]' * 999 + ',"c":3}', {"a": 1, "b": [2], "c": 3})

    def test_lengths_of_keys(self):
        sizes = (0, 1, 2, 7, 8, 9, 14, 15, 16, 17, 30, 31, 32, 33, 62, 63, 64, 65, 66, 127, 128, 5000)
        for fill in ("a", "\xe9", "\u20ac", "\U0001f600", "a\u20ac", "\\"):
            keys = sorted({(fill * size)[:size] for size in sizes} | {((fill * size)[:size] + "b")[1:] for size in sizes})
            for _ in range(3):
                for key in keys:
                    for behind in ("", " ", " " * 40):
                        self.agrees((json.dumps({key: {key + "1": 1, key: [key]}}, ensure_ascii=False) + behind).encode())
                self.agrees(json.dumps({key: key for key in keys}, ensure_ascii=False).encode())
                self.agrees(json.dumps([{key: key} for key in keys], ensure_ascii=True).encode())

    def test_escaped_keys(self):
        for _ in range(3):
            self.reads('{"ab":1,"\\u0061b":2}', {"ab": 2})
            self.reads('{"\\u0061b":2,"ab":1,"c":3}', {"ab": 1, "c": 3})
            self.reads('[{"ab":1},{"a\\u0062":2},{"ab":3,"c":4},{"ab":5,"\\u0063":6}]', [{"ab": 1}, {"ab": 2}, {"ab": 3, "c": 4}, {"ab": 5, "c": 6}])
            self.reads('[{"\u20ac":1},{"\\u20ac":2},{"\\u20aC":3,"\u20ac":4}]', [{"\u20ac": 1}, {"\u20ac": 2}, {"\u20ac": 4}])
            self.reads('{"\\"":1,"\\\\":2,"\\\\\\"":3}', {'"': 1, "\\": 2, '\\"': 3})

    def test_keys_of_one_hash(self):
        """Of shapes.h: eight bytes each, so that all 32 bits of the hash are the same; and many of one set."""
        mask, factor = 2**64 - 1, 0xFF51AFD7ED558CCD
        size, inverse, rng = 8 * 0x9E3779B97F4A7C15 & mask, pow(factor, -1, 2**64), random.Random(3)
        same = []
        while len(same) < 30:
            key = ((0x12345678 << 32 | rng.getrandbits(32)) * inverse & mask ^ size).to_bytes(8, "little")
            if all(0x20 <= c < 0x7F and c not in b'"\\' for c in key):
                same.append(key.decode())
        sets = [key for key in (f"{i:08}" for i in range(20_000)) if ((int.from_bytes(key.encode(), "little") ^ size) * factor & mask) >> 32 & 511 == 3]
        for keys in (same, sets, same + sets):
            for _ in range(3):
                rng.shuffle(keys)
                self.agrees(json.dumps({key: i for i, key in enumerate(keys)}).encode())
                self.agrees(json.dumps([{key: {other: 1}} for key, other in zip(keys, keys[1:])]).encode())

    def test_many_shapes(self):
        rng = random.Random(5)
        for round_ in range(60):
            rows = [{f"{rng.choice('abcdefgh')}{rng.randrange(round_ * 10 + 1)}": rng.choice([1, [], {"a": {}}, {"b": [{"a": 1}]}]) for _ in range(rng.randrange(8))} for _ in range(200)]
            text = json.dumps(rows)
            self.assertEqual(repr(loads(text)), repr(rows))
            self.assertEqual(repr(loads(text)), repr(rows))
        for _ in range(5):
            self.reads('[{"a":1,"b":2},{"b":1,"a":2},{"a":1,"b":2},{"a":1},{"b":[{"a":1}]},{"a":[{"b":1}]}]', [{"a": 1, "b": 2}, {"b": 1, "a": 2}, {"a": 1, "b": 2}, {"a": 1}, {"b": [{"a": 1}]}, {"a": [{"b": 1}]}])


class Leaks(JsonCase):
    def test_rounds(self):
        rng = random.Random(9)
        documents = DOCUMENTS[:9] + [TEXT[:size] for size in range(0, len(TEXT), 97)] + [TEXT.replace("true", "trux"), '{"a":1,"a":[],"b":{"a":2,"a":{}}}', '["\ud800"]', "[1,]", '{"a":{"b":[1,2', '{"new": }']
        values = [VALUE, [VALUE, Thing()], {1: VALUE}, {"a": "\ud800"}, [2**70], [module.Fragment("[]")] * 5]

        def rounds(count):
            for number in range(count):
                document = rng.choice(documents) if rng.random() < 0.9 else json.dumps({f"new {number} {i}": {"a": i} for i in range(20)})
                for work in (lambda: loads(document), lambda: loads(document.encode()), lambda: dumps(rng.choice(values), option=rng.choice((0, INDENT, SORT, KEYS)))):
                    try:
                        work()
                    except (ValueError, TypeError):
                        pass

        rounds(3000)
        loads("[" + ",".join('{"a%d":1}' % i for i in range(5000)) + "]")  # all shapes are in use, and forgotten next
        rounds(500)
        blocks = []
        for _ in range(4):
            rounds(500)
            gc.collect()
            blocks.append(sys.getallocatedblocks())
        self.assertLess(blocks[-1] - blocks[0], 3000, blocks)


if __name__ == "__main__":
    unittest.main()
