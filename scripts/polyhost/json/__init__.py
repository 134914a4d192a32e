"""JSON, with orjson's interface: loads and dumps, native.

    from polyhost import json

    json.dumps({"a": [1, 2.5, None]})              # b'{"a":[1,2.5,null]}'
    json.loads(b'{"a": 1}')                        # {'a': 1}
    json.dumps(data, option=json.OPT_INDENT_2 | json.OPT_SORT_KEYS)

A script that uses orjson runs unchanged with `import polyhost.json as orjson`.
"""

import sys as _sys

if "_polyhost_json" in _sys.builtin_module_names:  # in the program polyhost
    import _polyhost_json
else:
    from . import _polyhost_json

import json as _standard  # behind the native half, which may be what makes it faster

Fragment = _polyhost_json.Fragment
dumps = _polyhost_json.dumps
loads = _polyhost_json.loads
loads_exact = _polyhost_json.loads_exact

__version__ = "3.13.0"  # the orjson whose interface this is

__all__ = [
    "Fragment",
    "JSONDecodeError",
    "JSONEncodeError",
    "OPT_APPEND_NEWLINE",
    "OPT_BIG_INTEGER",
    "OPT_DECIMAL",
    "OPT_INDENT_2",
    "OPT_MORE_TYPES",
    "OPT_NAIVE_UTC",
    "OPT_NON_STR_KEYS",
    "OPT_OMIT_MICROSECONDS",
    "OPT_PASSTHROUGH_DATACLASS",
    "OPT_PASSTHROUGH_DATETIME",
    "OPT_PASSTHROUGH_SUBCLASS",
    "OPT_SERIALIZE_DATACLASS",
    "OPT_SERIALIZE_NUMPY",
    "OPT_SERIALIZE_UUID",
    "OPT_SORT_KEYS",
    "OPT_STRICT_INTEGER",
    "OPT_UTC_Z",
    "dumps",
    "dumps_lines",
    "loads",
    "loads_exact",
    "loads_lines",
    "pointer",
]

JSONEncodeError = TypeError


class JSONDecodeError(_standard.JSONDecodeError):
    """What loads raises: msg, doc, pos, lineno and colno say what is wrong, and where."""


OPT_INDENT_2 = 1 << 0
OPT_NAIVE_UTC = 1 << 1
OPT_NON_STR_KEYS = 1 << 2
OPT_OMIT_MICROSECONDS = 1 << 3
OPT_SERIALIZE_NUMPY = 1 << 4
OPT_SORT_KEYS = 1 << 5
OPT_STRICT_INTEGER = 1 << 6
OPT_UTC_Z = 1 << 7
OPT_PASSTHROUGH_SUBCLASS = 1 << 8
OPT_PASSTHROUGH_DATETIME = 1 << 9
OPT_APPEND_NEWLINE = 1 << 10
OPT_PASSTHROUGH_DATACLASS = 1 << 11
# What orjson once had to be asked for, and does by itself now.
OPT_SERIALIZE_DATACLASS = 0
OPT_SERIALIZE_UUID = 0

# Beyond orjson.
OPT_BIG_INTEGER = 1 << 24  # ints of any size
OPT_DECIMAL = 1 << 25  # decimal.Decimal
OPT_MORE_TYPES = 1 << 26  # set, frozenset, deque, Path, timedelta, bytes

from ._lines import dumps_lines, loads_lines  # noqa: E402
from ._pointer import pointer  # noqa: E402
