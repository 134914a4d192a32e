"""The log of a web server, one JSON object a line, crunched by the standard library's json and by polyhost.json.

Usage: logcrunch.py [--lines N] [--summary FILE] [LOG]      (default: 200000 lines, made here; the same in each run)

The code is the same for both: which module reads and writes is a parameter. `polyhost --report logcrunch.py` shows what the
calls cost. Under python3: PYTHONPATH=build/release/package.
"""

# expect args: --lines 20000
# expect: 20000 requests, 500 users, 5 different paths
# expect: status  200: 17567, 404: 1585, 500: 635, 503: 213
# expect: path    /: 7976, /api/items: 6013, /api/search: 3971
# expect: ms      p50 12\.125, p90 38\.285, p99 95\.891
# expect: errors  user0: 43, user1: 20, user29: 10
# expect: json           [0-9. ]+ ms
# expect: polyhost.json  [0-9. ]+ ms
# expect: polyhost.json is [0-9.]+ times as fast

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

import polyhost.json

STATUS = {200: 88, 404: 8, 500: 3, 503: 1}  # and their weights
PATHS = {"/": 40, "/api/items": 30, "/api/search": 20, "/login": 7, "/über": 3}


def generate(count):
    chance = random.Random(1)
    status, paths = (chance.choices(list(of), list(of.values()), k=count) for of in (STATUS, PATHS))
    records = (
        {
            "time": f"2024-05-{1 + i * 28 // count:02}T12:00:{i % 60:02}Z",
            "request": {"method": "GET", "path": paths[i], "query": {"page": i % 9, "sort": None}},
            "status": status[i], "tags": ["cached"] if i % 3 else [],
            "user": f"user{int(chance.random() ** 2 * 500)}",
            "ms": round(chance.lognormvariate(2.5, 0.9), 3),
        }
        for i in range(count)
    )
    return "".join([json.dumps(record) + "\n" for record in records])


def crunch(module, log):
    """The summary of a log, as JSON text that the module (json, or one like it) has written."""
    status, paths, errors, users, times = Counter(), Counter(), Counter(), set(), []
    for line in log.splitlines():
        record = module.loads(line)
        status[str(record["status"])] += 1
        paths[record["request"]["path"]] += 1
        users.add(record["user"])
        times.append(record["ms"])
        if record["status"] >= 500:
            errors[record["user"]] += 1
    times.sort()
    percentiles = {f"p{p}": times[len(times) * p // 100] for p in (50, 90, 99)} if times else {}
    summary = {"requests": len(times), "users": len(users), "status": status, "paths": paths, "ms": percentiles, "errors": errors}
    return module.dumps(summary)


def timed(function, *args):
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def most(counts, limit):
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit])


def main():
    parser = argparse.ArgumentParser(description="Crunches a log of one JSON object a line.")
    parser.add_argument("log", nargs="?", metavar="LOG", help="with status, ms, user and request.path in each line")
    parser.add_argument("--lines", type=int, default=200_000, metavar="N", help="without LOG: make one of N lines")
    parser.add_argument("--summary", metavar="FILE", help="write the summary there, as JSON")
    options = parser.parse_args()
    log = Path(options.log).read_text("utf-8") if options.log else generate(options.lines)
    text, python_s = timed(crunch, json, log)
    native, native_s = timed(crunch, polyhost.json, log)
    summary = json.loads(text)
    assert summary == json.loads(native)
    if options.summary:
        Path(options.summary).write_bytes(native)
    print(f"{summary['requests']} requests, {summary['users']} users, {len(summary['paths'])} different paths")
    print("status ", most(summary["status"], 4))
    print("path   ", most(summary["paths"], 3))
    print("ms     ", ", ".join(f"{name} {ms}" for name, ms in summary["ms"].items()))
    print("errors ", most(summary["errors"], 3))
    print(f"json           {python_s * 1e3:10.3f} ms")
    print(f"polyhost.json  {native_s * 1e3:10.3f} ms")
    print(f"polyhost.json is {python_s / native_s:.1f} times as fast")


if __name__ == "__main__":
    main()
