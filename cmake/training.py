"""What the profile of the tuned build is taken of: a bit of all that scripts do, run by a CPython that counts.

Uses the standard library and its sources only. Nothing of tests/bench is among it, which would then measure itself.
"""

import ast
import bisect
import collections
import contextlib
import copy
import csv
import dataclasses
import datetime
import decimal
import difflib
import enum
import fractions
import functools
import hashlib
import heapq
import html.parser
import io
import itertools
import json
import math
import operator
import os
import pathlib
import pickle
import pprint
import queue
import random
import re
import shlex
import statistics
import string
import struct
import tempfile
import textwrap
import threading
import tokenize
import traceback
import types

SOURCES = [pathlib.Path(module.__file__).read_text(encoding="utf-8")
           for module in (textwrap, difflib, ast, dataclasses, csv, shlex, statistics)]
TEXT = "\n".join(SOURCES)


def compiling():
    for source in SOURCES:
        tree = ast.parse(source)
        names = collections.Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        assert names.most_common(3)
        compile(tree, "<training>", "exec")
    ast.unparse(ast.parse(SOURCES[0]))
    for _ in tokenize.generate_tokens(io.StringIO(SOURCES[0]).readline):
        pass


def text():
    words = collections.Counter(re.findall(r"\b[A-Za-z_]\w*", TEXT))
    assert sorted(words.items(), key=lambda item: (-item[1], item[0]))[:10]
    for line in TEXT.splitlines():
        stripped = line.strip()
        if stripped.startswith(("#", '"""')) or not stripped:
            continue
        left, found, right = stripped.partition("=")
        if found:
            "{:>20}|{!r:<30}".format(left.rstrip(), right[:20]).lower()
        f"{len(line):4d} {line.expandtabs()[:40]:<40} {stripped.count('e') / len(stripped):.2%}"
        "".join(c for c in stripped if c.isalnum()).encode("utf-8").hex()
    textwrap.fill(" ".join(SOURCES[0].split()), 72)
    list(difflib.unified_diff(SOURCES[0].splitlines()[:200], SOURCES[0].upper().splitlines()[:200]))
    shlex.split("run 'with quotes' --and=\"more of them\" -x " * 20)
    string.Template("$a and ${b}").substitute(a=1, b="é€😀")
    "grüße, мир, 世界 😀".encode("utf-16").decode("utf-16").casefold().title().translate({0xfc: "ue"})


def searching():
    patterns = (r"def (\w+)\(([^)]*)\):", r"(?:self\.)+[a-z_]{3,}", r"[A-Z][a-z]+(?=Error)", r"^\s*#.*$", r"(['\"]).*?\1",
                r"\d+\.?\d*", r"(?i)return|yield|raise", r"\s{2,}(?!#)")
    for pattern in patterns:
        compiled = re.compile(pattern, re.MULTILINE)
        assert compiled.search(TEXT)
        sum(match.end() - match.start() for match in compiled.finditer(TEXT))
    re.sub(r"\b(\w)(\w*)", lambda match: match[1].upper() + match[2], SOURCES[0])
    for line in SOURCES[1].splitlines():
        re.match(r"(\s*)(\w+)?", line).groups()
    re.split(r"[,;\s]+", SOURCES[2])


@dataclasses.dataclass(order=True)
class Item:
    weight: float
    name: str = dataclasses.field(compare=False)
    tags: list = dataclasses.field(default_factory=list, compare=False)

    def scaled(self, factor):
        return dataclasses.replace(self, weight=self.weight * factor)


class Shape:
    sides = 0

    def __init__(self, size):
        self.size = size

    def area(self):
        return 0

    @property
    def big(self):
        return self.area() > 50

    @classmethod
    def of(cls, size):
        return cls(size)

    def __eq__(self, other):
        return isinstance(other, Shape) and self.size == other.size

    def __hash__(self):
        return hash(self.size)

    def __lt__(self, other):
        return self.area() < other.area()


class Square(Shape):
    __slots__ = ("colour",)
    sides = 4

    def area(self):
        return self.size * self.size


class Circle(Shape):
    def area(self):
        return 3.14159 * self.size ** 2

    def __getattr__(self, name):
        if name == "radius":
            return self.size / 2
        raise AttributeError(name)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def objects():
    items = [Item((i * 37) % 101 / 7, f"item {i}") for i in range(800)]
    heap = []
    for item in items:
        heapq.heappush(heap, item.scaled(2))
        item.tags.append(item.name[-1])
    while heap:
        heapq.heappop(heap)
    for _ in range(6):
        shapes = [(Square if i % 2 else Circle).of(i % 12) for i in range(600)]
        sorted(shapes)
        len(set(shapes)), sum(shape.area() for shape in shapes if shape.big)
        sum(getattr(shape, "radius", 0) + hasattr(shape, "colour") + shape.sides for shape in shapes)
        copy.deepcopy(shapes[:40])
    for _ in range(300):
        Colour(2), Colour["RED"].name, types.SimpleNamespace(a=1, b=2).a
    pickle.loads(pickle.dumps(items))
    functools.reduce(operator.add, map(operator.attrgetter("weight"), items))


def recursive(tree, depth=0):
    if isinstance(tree, dict):
        return sum(recursive(value, depth + 1) for value in tree.values())
    if isinstance(tree, (list, tuple)):
        return sum(recursive(value, depth + 1) for value in tree)
    return depth


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def queens(size, row=0, columns=0, left=0, right=0):
    if row == size:
        return 1
    found = 0
    free = ~(columns | left | right) & ((1 << size) - 1)
    while free:
        bit = free & -free
        free ^= bit
        found += queens(size, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return found


def data():
    document = {"list": [1, 2.5, None, "x" * 20, {"deep": [[1, 2], [3, 4.25e10]]}] * 40, "é": {str(i): i for i in range(200)}}
    for options in ({}, {"indent": 2}, {"sort_keys": True, "ensure_ascii": False}):
        recursive(json.loads(json.dumps(document, **options)))
    rows = list(csv.reader(io.StringIO("a,b,\"c d\",1.5\n" * 400)))
    csv.writer(io.StringIO()).writerows(rows)
    pprint.pformat(document["list"][:20])
    table = collections.defaultdict(list)
    for i, row in enumerate(rows):
        table[i % 17].append((row[0], i))
    merged = {**table, "extra": [1]}
    {key: len(value) for key, value in merged.items() if value}
    recent = collections.deque(maxlen=50)
    for i in range(3000):
        recent.append(i)
        if i % 3 == 0:
            recent.popleft()
    cache = functools.lru_cache(64)(lambda x: x * 2)
    sum(cache(i % 80) for i in range(3000))
    grid = [[i ^ j for j in range(60)] for i in range(60)]
    sum(map(sum, grid)), [row[::-1] for row in grid]
    for column in zip(*grid):
        max(column)
    ordered = []
    for i in range(1500):
        bisect.insort(ordered, (i * 7919) % 1009)
    set(ordered) - {1, 2, 3} | {5} & set(range(10))
    list(itertools.islice(itertools.chain.from_iterable(itertools.combinations(range(9), k) for k in range(4)), 200))
    for key, group in itertools.groupby(sorted(ordered), key=lambda x: x // 100):
        sum(group)
    random.Random(1).shuffle(ordered)
    ordered.sort(key=str)
    bytearray(range(256)).translate(bytes(reversed(range(256)))).find(b"\x10")
    struct.unpack("<3If", struct.pack("<3If", 1, 2, 3, 4.5))


def numbers():
    ackermann(2, 60), queens(7)
    a, b = 1, 1
    for _ in range(1500):
        a, b = b, a + b
    str(a), a % 1000007, a * b // 12345678901234567890, pow(3, a % 10000, b), int(str(b)[:50]), hex(b)
    n, steps = 27, 0
    for start in range(1, 1500):
        n = start
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
    x, total = 0.5, 0.0
    for i in range(30000):
        x = 3.7 * x * (1.0 - x)
        total += x if x > 0.5 else -x / 3
        if not i & 1023:
            round(total, 3), int(total), divmod(total, 1.5), abs(-total)
    statistics.stdev(i * 0.5 for i in range(500))
    sum(fractions.Fraction(1, i) for i in range(1, 60))
    decimal.Decimal(2).sqrt(), complex(1, 2) * 3j
    moment = datetime.datetime(2024, 1, 1)
    for i in range(300):
        (moment + datetime.timedelta(hours=i)).isoformat()


class Vector:
    def __init__(self, x, y, z=0.0):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z


class Node:
    """A binary search tree; each kind of node counts its visits in its own way."""

    def __init__(self, key):
        self.key = key
        self.left = self.right = None
        self.visits = 0

    def visited(self):
        self.visits += 1

    def insert(self, key):
        self.visited()
        if key < self.key:
            if self.left is None:
                self.left = type(self)(key)
            else:
                self.left.insert(key)
        elif self.right is None:
            self.right = type(self)(key)
        else:
            self.right.insert(key)

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.key
        if self.right is not None:
            yield from self.right

    @property
    def depth(self):
        return 1 + max((child.depth for child in (self.left, self.right) if child), default=0)


class CarefulNode(Node):
    __slots__ = ()

    def visited(self):
        super().visited()
        if self.visits > 1000:
            self.visits = 0


def floats():
    size = 24
    matrix = [[1.0 / (i + j + 1) for j in range(size)] for i in range(size)]
    vector = [1.0] * size
    for _ in range(20):
        product = [sum(row[i] * vector[i] for i in range(size)) for row in matrix]
        length = math.sqrt(sum(value * value for value in product))
        for i in range(size):
            vector[i] = product[i] / length
    for row in matrix:
        for i in range(1, size):
            row[i] -= row[i - 1] * 0.5
            row[i] += row[0] ** 1.5 if row[0] > 0.0 else -row[0]
    place, speed = Vector(0.0, 0.0), Vector(1.0, 0.5, 0.25)
    for _ in range(1500):
        place = place + speed * 0.01
        speed = speed * (1.0 - 0.001 * place.dot(place) ** 0.5)
    for y in range(12):
        for x in range(24):
            c, z, n = complex(x / 12 - 1.5, y / 6 - 1), 0j, 0
            while n < 30 and abs(z) < 2:
                z, n = z * z + c, n + 1
    zr = zi = 0.0
    for i in range(6000):
        zr, zi = zr * zr - zi * zi + 0.1, 2.0 * zr * zi + 0.2
        if zr * zr + zi * zi > 4.0:
            zr, zi = 0.0, i * 1e-5


def trees():
    keys = list(range(500))
    random.Random(2).shuffle(keys)
    for kind in Node, CarefulNode:
        root = kind(250)
        for key in keys:
            root.insert(key)
        sum(root), root.depth
    table = {}
    for i in range(6000):
        key = f"k{i % 97}"
        table[key] = table.get(key, 0) + i
        if key in table and i % 11 == 0:
            del table[key]
    sorted(table.items(), key=lambda item: (item[1], item[0]), reverse=True)


def walk(tree):
    yield tree
    if isinstance(tree, list):
        for branch in tree:
            yield from walk(branch)


@contextlib.contextmanager
def scope(log):
    log.append("in")
    try:
        yield log
    finally:
        log.append("out")


def control():
    tree = [[1, [2, 3]], [4, [5, [6]]]] * 40
    for _ in range(8):
        sum(1 for node in walk(tree) if not isinstance(node, list))
    failures = 0
    for i in range(6000):
        try:
            if i % 2:
                [].pop()
            elif i % 3:
                int("no number")
            else:
                raise RuntimeError("training", i)
        except (IndexError, ValueError):
            failures += 1
        except RuntimeError as error:
            failures += len(error.args)
        else:
            failures -= 1
    for _ in range(400):
        with scope([]) as log, contextlib.suppress(KeyError):
            {}["missing"] if len(log) else None
    try:
        recursive([[{"a": object()}], "x"]) + [].missing
    except AttributeError:
        traceback.format_exc()
    for value in (1, "a", [1, 2], {"k": 1}, None) * 200:
        match value:
            case int(n) if n > 0:
                pass
            case str() | None:
                pass
            case [first, *rest]:
                len(rest)
            case {"k": k}:
                pass

    def outer(factor):
        total = 0

        def inner(*values, start=0, **named):
            nonlocal total
            total += factor * sum(values, start) + len(named)
            return total

        return inner

    count = outer(3)
    for i in range(4000):
        count(i, 2, start=1), count(*(1, 2), **{"x": 1})
        (lambda a, b=2, *, c=3: a + b + c)(1, c=i)
    all(map(str.isdigit, map(str, range(2000)))), max(range(2000), key=lambda i: i % 97), list(filter(None, range(2000)))


class Collector(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))


def system():
    Collector().feed("<p class='a'>text &amp; <b id=x>more</b></p>" * 150)
    hashlib.sha256(TEXT.encode()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "file.txt")
        path.write_text(TEXT, encoding="utf-8")
        with open(path, encoding="utf-8") as file:
            sum(len(line) for line in file)
        with open(path, "rb") as file:
            while file.read(1000):
                pass
        os.stat(path), os.listdir(folder), path.suffix
    jobs = queue.Queue()
    worker = threading.Thread(target=lambda: [jobs.get() for _ in range(500)])
    worker.start()
    for i in range(500):
        jobs.put(i)
    worker.join()


for part in (compiling, text, searching, objects, data, numbers, floats, trees, control, system):
    part()
