"""Documents with all kinds of values, and the other way of making objects: what the tests of robustness share."""

import json

from json_support import module, nested

native = getattr(module, "_polyhost_json", None)

TEXT = (
    '{"all": [1, -2, 123456789012345678, 1.5, -0.0, true, false, null, "text", "x", "", [], {}, [[], [{}]]], "\\u0061b": {"i\u00e9": "\u20ac\U0001f600 \\u00e9\\n", '
    '"\u20ac": "\xe9\xe8"}, "long": "' + "y" * 300 + '", "rows": [{"k": 1, "l": [1]}, {"k": 2, "l": {}}, {"l": 1, "k": {"a": 1, "a": [2]}}, {"k": 3, "l": 4}], '
    + ", ".join(f'"key {i}": {i}.25' for i in range(100)) + ', "end": ' + json.dumps(nested(50, 1)) + "}"
)  # fmt: skip
VALUE = json.loads(TEXT)
DOCUMENTS = [TEXT, "[]", "{}", '"a"', "1", "[1.5]", '{"a":1}', '{"a":{"b":{"c":{}}}}', '[{"a":1,"b":2},{"a":3,"b":4},{"a":5}]', json.dumps({str(i): i for i in range(3000)}), json.dumps(list(range(2000)))]


def without_direct(work):
    """What work() returns while objects are made through Python's API."""
    before = native._direct(False)
    try:
        return work()
    finally:
        native._direct(before)
