"""A script that uses orjson prints the same when its import line, and nothing else, is changed to polyhost.json."""

import unittest

from support import SANITIZER, run

IMPORT, CHANGED = "import orjson\n", "import polyhost.json as orjson\n"

SCRIPT = """
import dataclasses, datetime, decimal, enum, os, tempfile, uuid, zoneinfo
import orjson

class Status(enum.Enum):
    OPEN = "open"
    PAID = 2

@dataclasses.dataclass
class Line:
    article: str
    price: float
    count: int = 1
    _cache: object = None

@dataclasses.dataclass(slots=True)
class Invoice:
    number: uuid.UUID
    status: Status
    issued: datetime.datetime
    lines: list[Line]
    due: datetime.date | None = None

def default(value):
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError

def attempt(function, *arguments, **options):
    try:
        print(function(*arguments, **options))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError) as error:
        place = (error.pos, error.lineno, error.colno, error.doc) if isinstance(error, ValueError) else repr(error.__cause__)
        print("not done:", error.args[0] if isinstance(error, TypeError) else error.msg, place)

berlin = datetime.datetime(2024, 7, 1, 12, 30, 0, 250, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
invoice = Invoice(uuid.UUID(int=7), Status.PAID, berlin, [Line("Töpfe", 12.5, 2), Line("\\u20ac\\x07", 1e-5)])
print(orjson.dumps(invoice).decode())
print(orjson.dumps(invoice, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_OMIT_MICROSECONDS).decode())
naive = {datetime.datetime(2024, 1, 2): datetime.time(1, 2, 3), datetime.date(1999, 12, 31): None, 3: True, Status.OPEN: float("nan"), None: {2, 1}}
attempt(orjson.dumps, naive)
attempt(orjson.dumps, naive, option=orjson.OPT_NON_STR_KEYS)
attempt(orjson.dumps, naive, default, orjson.OPT_NON_STR_KEYS | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS)
attempt(orjson.dumps, {"price": decimal.Decimal("1.10"), "tags": frozenset("ab"), "raw": orjson.Fragment(b'{"as":  "is"}')}, default=default)
attempt(orjson.dumps, 1j, default=default)
attempt(orjson.dumps, [2**53], option=orjson.OPT_STRICT_INTEGER)
attempt(orjson.dumps, [berlin], option=orjson.OPT_PASSTHROUGH_DATETIME, default=lambda moment: moment.strftime("%d.%m.%Y"))
attempt(orjson.dumps, invoice.lines, option=orjson.OPT_PASSTHROUGH_DATACLASS, default=lambda line: line.article)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "invoices.json")
    with open(path, "wb") as file:
        for count in range(3):
            file.write(orjson.dumps({"count": count, "half": count / 2, "largest": 2**64 - 1}, option=orjson.OPT_APPEND_NEWLINE))
    with open(path, "rb") as file:
        print([orjson.loads(line) for line in file])
for document in ('{"a": [1, 2.50, -0, "\\\\u00e4\\\\ud83d\\\\ude00", null, 18446744073709551616]}', bytearray(b"[true]"), memoryview(b'{"a":1,"a":2}'), "", '[1,\\n 2', '["ä", 01]', b"[1] 2"):
    attempt(orjson.loads, document)
"""

# What the script prints with orjson 3.10.7 and 3.13.0.
EXPECTED = """\
{"number":"00000000-0000-0000-0000-000000000007","status":2,"issued":"2024-07-01T12:30:00.000250+02:00","lines":[{"article":"Töpfe","price":12.5,"count":2},{"article":"€\\u0007","price":0.00001,"count":1}],"due":null}
{
  "number": "00000000-0000-0000-0000-000000000007",
  "status": 2,
  "issued": "2024-07-01T12:30:00+02:00",
  "lines": [
    {
      "article": "Töpfe",
      "price": 12.5,
      "count": 2
    },
    {
      "article": "€\\u0007",
      "price": 0.00001,
      "count": 1
    }
  ],
  "due": null
}
not done: Dict key must be str None
not done: Type is not JSON serializable: set None
b'{"1999-12-31":null,"2024-01-02T00:00:00Z":"01:02:03","3":true,"null":[1,2],"open":null}'
b'{"price":"1.10","tags":["a","b"],"raw":{"as":  "is"}}'
not done: Type is not JSON serializable: complex TypeError()
not done: Integer exceeds 53-bit range None
b'["01.07.2024"]'
b'["T\\xc3\\xb6pfe","\\xe2\\x82\\xac\\\\u0007"]'
[{'count': 0, 'half': 0.0, 'largest': 18446744073709551615}, {'count': 1, 'half': 0.5, 'largest': 18446744073709551615}, {'count': 2, 'half': 1.0, 'largest': 18446744073709551615}]
{'a': [1, 2.5, 0, 'ä😀', None, 1.8446744073709552e+19]}
[True]
{'a': 2}
not done: Input is a zero-length, empty document (0, 1, 1, '')
not done: unexpected end of data (6, 2, 3, '[1,\\n 2')
not done: number with leading zero is not allowed (6, 1, 7, '["ä", 01]')
not done: unexpected content after document (4, 1, 5, '[1] 2')
"""


class Migration(unittest.TestCase):
    def prints_what_is_expected(self, script):
        done = run("-X", "utf8", "-c", script, encoding="utf-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, EXPECTED)

    def test_with_the_line_changed(self):
        self.assertEqual(SCRIPT.count(IMPORT), 1)
        self.prints_what_is_expected(SCRIPT.replace(IMPORT, CHANGED))

    @unittest.skipIf(SANITIZER or run("-c", IMPORT).returncode, "needs orjson")
    def test_as_it_is_needs_orjson(self):
        self.prints_what_is_expected(SCRIPT)


if __name__ == "__main__":
    unittest.main()
