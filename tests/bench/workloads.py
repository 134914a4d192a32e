"""Eleven pieces of pure Python, of the kinds that programs are made of: `workloads.py NAME` runs one and prints its seconds.

The time is the best of five passes within the process, start-up and imports left out.
"""

import random
import re
import sys
import time


def fib():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    return fib(24)


def nbody(steps=2500):
    bodies = [[[float(i), i * 0.5 - 1, 0.1 * i], [0.01 * i, 0.02, -0.01 * i], 1.0 / (i + 1)] for i in range(5)]
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1:]]
    for _ in range(steps):
        for (p, v, m), (q, w, n) in pairs:
            dx, dy, dz = p[0] - q[0], p[1] - q[1], p[2] - q[2]
            pull = 0.001 * (dx * dx + dy * dy + dz * dz) ** -1.5
            v[0] -= dx * n * pull
            v[1] -= dy * n * pull
            v[2] -= dz * n * pull
            w[0] += dx * m * pull
            w[1] += dy * m * pull
            w[2] += dz * m * pull
        for p, v, _ in bodies:
            p[0] += 0.001 * v[0]
            p[1] += 0.001 * v[1]
            p[2] += 0.001 * v[2]
    return bodies


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.history = []

    @property
    def is_open(self):
        return self.balance >= 0

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)

    def move(self, other, amount):
        if self.is_open:
            self.deposit(-amount)
            other.deposit(amount)


class Savings(Account):
    def deposit(self, amount):
        super().deposit(amount)
        if len(self.history) > 50:
            self.history.clear()


def objects(rounds=400):
    accounts = [(Savings if i % 3 else Account)(f"owner {i}", 100 * i) for i in range(40)]
    for turn in range(rounds):
        for a, b in zip(accounts, accounts[1:]):
            a.move(b, turn % 7)
    return sum(account.balance for account in accounts)


def strings(lines=6000):
    out = []
    for i in range(lines):
        text = f"{i:05d}: the quick brown fox, {i * 7 % 13} jumps over {i!r}"
        words = [word.strip(",:").upper() for word in text.split()]
        out.append("-".join(words).replace("QUICK", "slow")[2:40])
        if text.startswith("00") and "fox" in text:
            out[-1] += text.partition(",")[2].encode().decode("ascii")
    return len("\n".join(out))


def sorting(size=12000):
    source = random.Random(5)
    rows = [(source.randrange(1000), f"name{source.randrange(size)}", source.random()) for _ in range(size)]
    rows.sort(key=lambda row: (row[0], row[1]))
    by_name = sorted(rows, key=lambda row: row[1], reverse=True)
    return sorted(by_name, key=lambda row: -row[2])[0]


def json_document(depth=8):
    document = {"name": "polyglot", "values": [1, 2.5, None, True, "text \u00e9 \\ \" end"], "empty": {}}
    for i in range(depth):
        document = {f"level{i}": [document, document], "more": {"i": i, "s": "x" * i}}
    return document


def json():
    from json import decoder, encoder, scanner

    write = encoder.JSONEncoder()
    write_string = encoder.py_encode_basestring_ascii
    make = encoder._make_iterencode
    chunks = make({}, write.default, write_string, None, float.__repr__, ": ", ", ", False, False, False)
    text = "".join(chunks(json_document(), 0))
    read = decoder.JSONDecoder()
    read.parse_object, read.parse_array = decoder.JSONObject, decoder.JSONArray
    read.parse_string = decoder.py_scanstring
    read.scan_once = scanner.py_make_scanner(read)
    return read.decode(text)


LOG = "\n".join(f"2024-01-{1 + i % 28:02d} 10:{i % 60:02d}:00 host{i % 5} app[{i}]: user=u{i} took {i * 3 % 1000}ms path=/a/b/{i}"
                for i in range(2500))


def regex():
    line = re.compile(r"^(\d{4})-(\d\d)-(\d\d) (\S+) (\w+) (\w+)\[(\d+)\]: (?:user=(\w+)|-) took (\d+)ms", re.MULTILINE)
    total = sum(int(match[9]) for match in line.finditer(LOG))
    words = re.findall(r"[a-z]+(?=\[)|/(?:[a-z]/)+\d+", LOG)
    return total, len(words), len(re.sub(r"host([0-4])", r"machine-\1", LOG))


def generators(size=40000):
    def numbers(limit):
        yield from range(limit)

    def squares(source):
        for value in source:
            yield value * value

    def pairs(source):
        for value in source:
            if value % 3:
                yield value, value + 1

    return sum(a for a, b in pairs(squares(numbers(size))) if any(x > 2 for x in (a, b)))


def exceptions(rounds=25000):
    class Refused(ValueError):
        pass

    def check(i):
        if i % 3 == 0:
            raise Refused(i)
        if i % 7 == 0:
            return {}[i]
        return i

    caught = 0
    for i in range(rounds):
        try:
            check(i)
        except Refused as error:
            caught += error.args[0]
        except KeyError:
            caught -= 1
        finally:
            caught += 1
    return caught


def big_ints(digits=400):
    # Gibbons's spigot: the digits of pi, one after the other.
    q, r, t, k, n, x = 1, 0, 1, 1, 3, 3
    found = []
    while len(found) < digits:
        if 4 * q + r - t < n * t:
            found.append(n)
            q, r, n = 10 * q, 10 * (r - n * t), (10 * (3 * q + r)) // t - 10 * n
        else:
            q, r, t, k, n, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2
    return found


def lists(size=300):
    flags = [True] * (size * 100)
    for i in range(2, int(len(flags) ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = [False] * len(flags[i * i::i])
    primes = [i for i, is_prime in enumerate(flags) if is_prime]
    grid = [[(i * j) % 17 for j in range(size)] for i in range(size)]
    turned = [list(column) for column in zip(*grid)]
    total = 0
    for row, other in zip(grid, turned):
        for a, b in zip(row, other):
            total += a * b if a > b else b - a
    while len(primes) > 10:
        primes.append(primes.pop(0) + primes.pop())
    return total, primes[:3]


ALL = (fib, nbody, objects, strings, sorting, json, regex, generators, exceptions, big_ints, lists)


def seconds(work, passes=5):
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    print(seconds({work.__name__: work for work in ALL}[sys.argv[1]]))
