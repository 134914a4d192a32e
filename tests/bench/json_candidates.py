"""What the JSON benchmarks compare: how each candidate's loads and dumps are had at their fastest, and its version."""

import platform

# Source, since fresh processes run it, too. The standard library writes the same compact UTF-8 as the others.
IMPORTS = {
    "json": """
import json
from json import loads
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
def dumps(value): return encode(value).encode()
""",
    "orjson": """
from orjson import loads, dumps
""",
    "msgspec": """
import msgspec.json
loads, dumps = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
""",
    "polyhost.json": """
from polyhost.json import loads, dumps
""",
}


class Candidate:
    def __init__(self, name):
        names = {}
        exec(IMPORTS[name], names)
        self.name = name
        self.loads = names["loads"]
        self.dumps = names["dumps"]
        self.version = version(name)


def version(name):
    return platform.python_version() if name == "json" else __import__(name.partition(".")[0]).__version__


def importable():
    """The candidates that this Python has; and of the others, why it has them not."""
    found, missing = [], {}
    for name in IMPORTS:
        try:
            found.append(Candidate(name))
        except ImportError as reason:
            missing[name] = str(reason)
    return found, missing


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
