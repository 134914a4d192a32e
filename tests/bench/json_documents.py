"""The documents of the JSON benchmarks, as bytes: simdjson's files, and generated ones, the same in every run."""

import json
import os
import random
import sys

FILES = ("twitter.json", "citm_catalog.json", "canada.json", "github_events.json")
SERVICES = ("gateway", "billing", "search", "mailer", "scheduler")
PATHS = ("/", "/login", "/api/v1/items", "/api/v1/items/search", "/static/app.js", "/account/settings")
PEOPLE = ("alice", "bob", "Jürgen", "Zoë", "mallory", "山田", "o'brien")
MESSAGES = ("started", "connection reset by peer", 'unexpected token "}" in request', "retrying in 5 s", "done\nflushed")


def file(folder, name):
    path = os.path.join(folder, name)
    try:
        with open(path, "rb") as source:
            return source.read()
    except OSError as reason:
        sys.exit(f"{path}: {reason.strerror}; tests/bench/json_data.sh fetches it")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def request(source):
    record = {"ts": 1.7e9 + source.randrange(10**9) / 1000, "service": source.choice(SERVICES),
              "http": {"method": source.choice(("GET", "GET", "POST")), "path": source.choice(PATHS),
                       "status": source.choice((200, 200, 200, 304, 404, 500))},
              "ms": round(source.expovariate(0.05), 3)}
    if source.random() < 0.3:
        record["user"] = source.choice(PEOPLE)
    if source.random() < 0.1:
        record["cached"] = True
    return record


def event(source):
    record = {"id": source.randrange(2**40), "level": source.choice(("info", "info", "warning", "error")),
              "message": source.choice(MESSAGES), "host": {"name": f"node{source.randrange(40)}", "pid": source.randrange(32768)}}
    if source.random() < 0.2:
        record["tags"] = source.sample(SERVICES, 2)
    if source.random() < 0.2:
        record["trace"] = f"{source.getrandbits(64):016x}"
    return record


def purchase(source):
    return {"order": f"A-{source.randrange(10**8):08d}", "customer": {"name": source.choice(PEOPLE), "id": source.randrange(10**6)},
            "items": [source.randrange(10**4) for _ in range(source.randrange(1, 5))], "total": source.randrange(10**6) / 100,
            "coupon": None, "paid": source.random() < 0.9}


def small(count=100_000):
    """Records of a log, 100 to 200 bytes each, no two the same."""
    source = random.Random(7)
    documents = {}
    while len(documents) < count:
        documents[compact(source.choice((request, request, event, purchase))(source))] = None
    return list(documents)


def keys(count):
    """Different ones, of 4 to 16 letters."""
    source = random.Random(11)
    found = {}
    while len(found) < count:
        found["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randrange(4, 17)))] = None
    return list(found)


def no_key_twice(objects=50_000):
    names = iter(keys(3 * objects))
    return compact([{next(names): i, next(names): "text", next(names): None} for i in range(objects)])


def one_object(count=150_000):
    return compact({name: i for i, name in enumerate(keys(count))})
