"""dumps of objects: default and its exceptions, Fragment, enumerations, dataclasses, and keys that are no str."""

import abc
import collections
import dataclasses
import datetime
import enum
import functools
import math
import typing
import unittest
import uuid

from json_support import JsonCase, dumps, module, nested

UNSUPPORTED = "Type is not JSON serializable: "
NOT_UTF8 = "str is not valid UTF-8: surrogates not allowed"
RECURSION = "Recursion limit reached"
STR_KEY = "Dict key must be str"
OTHER_KEY = "Dict key must a type serializable with OPT_NON_STR_KEYS"
INDENT, SORT, KEYS = module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS
EVERY_WAY = (0, INDENT, SORT, KEYS, SORT | KEYS)


class Thing:
    def __init__(self, value=None):
        self.value = value


class Told(Exception):
    pass


class Default(JsonCase):
    def test_results(self):
        for result, expected in (
            (None, "null"), (1, "1"), ("a", '"a"'), ([1, {}], "[1,{}]"), (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
            (datetime.date(2020, 1, 2), '"2020-01-02"'), (module.Fragment(b"[ ]"), "[ ]"),
        ):  # fmt: skip
            seen = []

            def default(value):
                seen.append(value)
                return result

            things = [Thing(), Thing()]
            self.writes(things[0], expected, default=default)
            self.writes({"a": things[0], "b": [things[1]]}, f'{{"a":{expected},"b":[{expected}]}}', default=default)
            self.assertEqual(seen, [things[0], *things])

    def test_kinds_of_callables(self):
        class Callable:
            def __call__(self, value):
                return value.value

            def method(self, value):
                return [value.value]

        self.writes(Thing(1), "1", default=Callable())
        self.writes(Thing(1), "[1]", default=Callable().method)
        self.writes(Thing(1), "3", default=functools.partial(lambda plus, value: plus + value.value, 2))
        self.writes([{1}, b"ab"], "[[1],[97,98]]", default=list)

    def test_only_called_when_needed(self):
        self.writes([1, "a", {"b": None}], '[1,"a",{"b":null}]', default=lambda value: 1 / 0)
        self.writes([], "[]", default=17)

    def test_calls_of_its_own(self):
        self.writes([Thing(1), Thing("a")], '["1","\\"a\\""]', default=lambda thing: dumps(thing.value).decode())
        self.writes(Thing(Thing(Thing(2))), "[[[2]]]", default=lambda thing: [thing.value])

    def test_limit(self):
        def step(thing):
            return Thing(thing.value - 1) if thing.value else "end"

        self.writes(Thing(254), '"end"', default=step)
        self.writes([Thing(254), Thing(254)], '["end","end"]', default=step)
        for count in (255, 256, 1000):
            error = self.not_written(Thing(count), "default serializer exceeds recursion limit", default=step)
            self.assertIsNone(error.__cause__)
        calls = []
        self.not_written(Thing(), "default serializer exceeds recursion limit", default=lambda thing: calls.append(1) or thing)
        self.assertEqual(len(calls), 255)

    def test_limit_with_containers(self):
        calls = []
        self.not_written(Thing(), RECURSION, default=lambda thing: calls.append(1) or [thing])
        self.assertEqual(len(calls), 255)
        self.not_written(Thing(), RECURSION, default=lambda thing: {"a": thing})
        self.not_written(nested(254, Thing()), RECURSION, default=lambda thing: [thing])

    def test_exceptions(self):
        def raise_one(kind):
            def default(value):
                raise kind

            return default

        for kind in (Told("because"), ValueError("a"), TypeError("b"), KeyError(1), MemoryError(), SystemError("c"), RecursionError(), module.JSONEncodeError("d"), Told):
            for value in (Thing(), [Thing()], {"a": Thing()}, nested(100, Thing())):
                for option in EVERY_WAY:
                    error = self.not_written(value, UNSUPPORTED + "Thing", option, default=raise_one(kind))
                    self.assertIs(type(error), TypeError)
                    if isinstance(kind, type):
                        self.assertIs(type(error.__cause__), kind)
                    else:
                        self.assertIs(error.__cause__, kind)

    def test_what_led_to_the_exception_is_kept(self):
        def default(value):
            try:
                raise Told("first")
            except Told:
                raise ValueError("second")

        error = self.not_written(Thing(), UNSUPPORTED + "Thing", default=default)
        self.assertEqual(str(error.__cause__), "second")
        self.assertEqual(str(error.__cause__.__context__), "first")
        self.assertIsNotNone(error.__cause__.__traceback__)

    def test_no_callable(self):
        for default in (17, "str", [], {}):
            self.assertIsInstance(self.not_written(Thing(), UNSUPPORTED + "Thing", default=default).__cause__, TypeError)
        self.assertIsInstance(self.not_written(Thing(), UNSUPPORTED + "Thing", default=lambda: 1).__cause__, TypeError)
        self.assertIsNone(self.not_written(Thing(), UNSUPPORTED + "Thing").__cause__)

    def test_what_it_returns_is_refused(self):
        for result, message in ((2**64, "Integer exceeds 64-bit range"), ("\ud800", NOT_UTF8), ({1: 2}, STR_KEY), ([{"a": "\udfff"}], NOT_UTF8)):
            self.not_written([Thing()], message, default=lambda thing: result)

    def test_never_called_for_keys(self):
        for option, message in ((0, STR_KEY), (SORT, STR_KEY), (KEYS, OTHER_KEY), (KEYS | SORT, OTHER_KEY)):
            self.not_written({Thing(): 1}, message, option, default=lambda thing: "key")


class Fragments(JsonCase):
    def test_contents(self):
        for contents in (b"{}", "{}", b"", "", b"[1, 2]", '"\u20ac\U0001f600"', b"no JSON\n at all", b"\xff\0", "x" * 5000, b"y" * 5000):
            written = contents if isinstance(contents, bytes) else contents.encode()
            fragment = module.Fragment(contents)
            self.writes(fragment, written)
            self.writes([fragment, {"a": fragment}], b'[%b,{"a":%b}]' % (written, written))
            self.writes([fragment], b"[\n  %b\n]\n" % written, INDENT | module.OPT_APPEND_NEWLINE)

    def test_wrong_contents(self):
        for contents in (None, 1, [], bytearray(b"1"), memoryview(b"1"), type("Str", (str,), {})("1"), type("Bytes", (bytes,), {})(b"1")):
            fragment = module.Fragment(contents)
            for value in (fragment, [fragment], {"a": fragment}):
                self.assertRegex(str(self.not_written(value, None)), r"Fragment's content is not of type bytes or str$")
                self.not_written(value, None, default=lambda value: 1)
        self.not_written(module.Fragment("\ud800"), NOT_UTF8)
        self.not_written([module.Fragment("a\udfff")], NOT_UTF8)

    def test_wrong_arguments(self):
        for arguments, named in (((), {}), ((b"1", b"2"), {}), ((), {"contents": b"1"}), ((b"1",), {"contents": b"1"})):
            self.assertRaises(TypeError, module.Fragment, *arguments, **named)

    def test_object(self):
        one, other = module.Fragment(b"1"), module.Fragment(b"1")
        self.assertNotEqual(one, other)
        self.assertEqual(len({one, other}), 2)
        self.assertIn("Fragment object at", repr(one))
        with self.assertRaises(AttributeError):
            one.contents = b"2"
        with self.assertRaises(AttributeError):
            one.more = 1
        self.not_written({one: 1}, STR_KEY)
        self.not_written({one: 1}, OTHER_KEY, KEYS)


class Enumerations(JsonCase):
    def test_members(self):
        class Plain(enum.Enum):
            INT, TEXT, TUPLE, DICT, NONE, FLOAT, DATE = 1, "a", (1, "b"), {"c": 1}, None, 1.5, datetime.date(2020, 1, 2)

        class Whole(enum.IntEnum):
            A = 7

        class Text(str, enum.Enum):
            A = "text"

        class Real(float, enum.Enum):
            A = 2.5

        class Bits(enum.Flag):
            A, B = 1, 2

        class IntBits(enum.IntFlag):
            A, B = 1, 2

        expected = '[1,"a",[1,"b"],{"c":1},null,1.5,"2020-01-02"]'
        for option in (0, module.OPT_PASSTHROUGH_SUBCLASS, module.OPT_PASSTHROUGH_DATACLASS, SORT):
            self.writes(list(Plain), expected, option)
            self.writes([Whole.A, Text.A, Real.A, Bits.A | Bits.B, IntBits.B], '[7,"text",2.5,3,2]', option)
        self.writes({member: member for member in (Whole.A, Text.A, Real.A, Plain.NONE, Bits.B)}, '{"7":7,"text":"text","2.5":2.5,"null":null,"2":2}', KEYS)
        for member in (Whole.A, Text.A, Plain.TEXT):
            self.not_written({member: 1}, STR_KEY)
        self.not_written({Plain.TUPLE: 1}, OTHER_KEY, KEYS)

    def test_value_of_another_type(self):
        class Other(enum.Enum):
            THING = Thing(5)
            HUGE = 2**70

        self.not_written(Other.THING, UNSUPPORTED + "Thing")
        self.writes([Other.THING], "[5]", default=lambda thing: thing.value)  # it is given the value
        self.not_written(Other.HUGE, "Integer exceeds 64-bit range")

    def test_value_by_property(self):
        class Other(enum.Enum):
            A = 1

            @property
            def value(self):
                return "own"

        self.writes([Other.A], '["own"]')

    def test_class(self):
        self.not_written(enum.Enum("Letters", "A B"), None)


@dataclasses.dataclass
class Point:
    x: int
    y: object = 2
    _hidden: int = 3
    shared: typing.ClassVar[int] = 4


@dataclasses.dataclass(slots=True)
class Slotted:
    z: object
    a: int = 2
    _hidden: int = 3
    shared: typing.ClassVar[int] = 4


class Dataclasses(JsonCase):
    def test_plain(self):
        for option in (0, SORT, KEYS, module.OPT_PASSTHROUGH_SUBCLASS, module.OPT_SERIALIZE_DATACLASS):
            self.writes([Point(1), Point("a", [None])], '[{"x":1,"y":2},{"x":"a","y":[null]}]', option)
            self.writes([Slotted(1), Slotted(Slotted(0), 5)], '[{"z":1,"a":2},{"z":{"z":0,"a":2},"a":5}]', option)
        self.writes(Point(Point(1), {}), '{\n  "x": {\n    "x": 1,\n    "y": 2\n  },\n  "y": {}\n}', INDENT)
        self.writes([Slotted([])], '[\n  {\n    "z": [],\n    "a": 2\n  }\n]', INDENT)
        self.writes(Point({"b": 1, "a": 2}), '{"x":{"a":2,"b":1},"y":2}', SORT)

    def test_attributes(self):
        point = Point(1)
        point.more, point._less = "m", 1
        self.writes(point, '{"x":1,"y":2,"more":"m"}')
        del point.x
        self.writes(point, '{"y":2,"more":"m"}')
        point.__dict__ = {"z": 1, "a": 2}
        self.writes(point, '{"z":1,"a":2}')

    def test_kinds(self):
        @dataclasses.dataclass
        class Derived(Point):
            z: int = 5

        @dataclasses.dataclass(slots=True)
        class SlottedDerived(Slotted):
            b: int = 5

        @dataclasses.dataclass(frozen=True, order=True)
        class Frozen:
            a: int

        @dataclasses.dataclass
        class Fields:
            a: int
            given: dataclasses.InitVar[int] = 5
            b: list = dataclasses.field(default_factory=list, repr=False, compare=False)
            c: int = dataclasses.field(default=1, init=False)  # which is the class's until it is assigned

        @dataclasses.dataclass
        class Abstract(abc.ABC):
            a: int

        @dataclasses.dataclass
        class AbstractSlots(abc.ABC):
            __slots__ = ("a",)
            a: int

        @dataclasses.dataclass
        class Cached:
            a: int

            @functools.cached_property
            def later(self):
                return self.a + 1

            @property
            def never(self):
                return 1

        cached = Cached(1)
        self.writes(cached, '{"a":1}')
        self.assertEqual(cached.later, 2)
        for value, expected in (
            (Derived(1), '{"x":1,"y":2,"z":5}'),
            (SlottedDerived(1), '{"z":1,"a":2,"b":5}'),
            (Frozen(1), '{"a":1}'),
            (Fields(1), '{"a":1,"b":[]}'),
            (Abstract(1), '{"a":1}'),
            (AbstractSlots(1), '{"a":1}'),
            (cached, '{"a":1,"later":2}'),
            (dataclasses.make_dataclass("Made", ["\xe9", "b"])(1, 2), '{"\xe9":1,"b":2}'),
            (dataclasses.make_dataclass("Empty", [])(), "{}"),
            (dataclasses.make_dataclass("EmptySlots", [], slots=True)(), "{}"),
            (dataclasses.make_dataclass("OnlyHidden", ["_a"])(1), "{}"),
        ):
            self.writes(value, expected)
            self.writes([value, {"a": value}], f'[{expected},{{"a":{expected}}}]')
        self.writes([dataclasses.make_dataclass("Empty", [])()], "[\n  {}\n]", INDENT)

    def test_refused(self):
        class NoDataclass(Point):
            pass

        for value in (NoDataclass(1), Point, Slotted, [NoDataclass(1)]):
            self.not_written(value, None)
        self.not_written(NoDataclass(1), UNSUPPORTED + "NoDataclass")
        self.writes(NoDataclass(1), '"d"', default=lambda value: "d")
        self.not_written(Point(Thing()), UNSUPPORTED + "Thing")
        self.not_written(Slotted("\ud800"), NOT_UTF8)
        self.not_written(Point({1: 2}), STR_KEY)
        self.writes(Point({1: 2}), '{"x":{"1":2},"y":2}', KEYS)
        point = Point(1)
        point.__dict__[5] = 1
        self.not_written(point, STR_KEY)
        self.not_written({Point: 1}, STR_KEY)

    def test_passed_through(self):
        for value in (Point(1), Slotted(1)):
            self.not_written(value, UNSUPPORTED + type(value).__name__, module.OPT_PASSTHROUGH_DATACLASS)
            self.writes([value], "[[2,3]]", module.OPT_PASSTHROUGH_DATACLASS, default=lambda value: [2, 3])

    def test_derived_from_what_is_known(self):
        made = dataclasses.make_dataclass("OfDict", [("a", int, 1)], bases=(dict,))
        value = made()
        value["key"] = 2
        self.writes(value, '{"key":2}')
        self.writes(value, '{"a":1}', module.OPT_PASSTHROUGH_SUBCLASS)
        self.writes(enum.Enum("OfDataclass", {"A": Point(1)}).A, '{"x":1,"y":2}')

    def test_depth(self):
        for kind in (Point, Slotted):
            for option, depth in ((0, 100), (INDENT, 250)):
                self.assertEqual(dumps(nested(depth, 1, kind), option=option).count(b"{"), depth)
                self.not_written(nested(256, 1, kind), RECURSION, option)
            value = kind(1)
            setattr(value, "x" if kind is Point else "z", value)
            self.not_written(value, RECURSION)


class Keys(JsonCase):
    ACCEPTED = [
        (None, "null"), (True, "true"), (False, "false"), (0, "0"), (-7, "-7"), (2**63 - 1, "9223372036854775807"), (-(2**63), "-9223372036854775808"),
        (2**64 - 1, "18446744073709551615"), (1.5, "1.5"), (-0.0, "-0.0"), (1e-7, "1e-7"), (math.nan, "null"), (math.inf, "null"), (-math.inf, "null"),
        ("", ""), ("a\n", "a\\n"), ("\u20ac", "\u20ac"), (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (datetime.date(2020, 1, 2), "2020-01-02"), (datetime.time(1, 2, 3, 4), "01:02:03.000004"), (datetime.datetime(999, 1, 2, 3, 4, 5), "0999-01-02T03:04:05"),
        (datetime.datetime(2020, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), "2020-01-02T03:04:05.000006+00:00"),
        (type("Str", (str,), {})("s"), "s"), (type("Int", (int,), {})(9), "9"), (enum.IntEnum("Letters", "A").A, "1"),
    ]  # fmt: skip

    def test_accepted(self):
        for key, written in self.ACCEPTED:
            for option in (KEYS, KEYS | SORT, KEYS | module.OPT_PASSTHROUGH_SUBCLASS, KEYS | module.OPT_PASSTHROUGH_DATETIME, KEYS | module.OPT_STRICT_INTEGER):
                self.writes({key: 1}, f'{{"{written}":1}}', option)
            self.writes([{key: {key: {}}}], f'[{{"{written}":{{"{written}":{{}}}}}}]', KEYS)
            self.writes({key: []}, f'{{\n  "{written}": []\n}}', KEYS | INDENT)
            if type(key) is not str:
                self.not_written({key: 1}, STR_KEY)
                self.not_written({"a": 1, key: 1}, STR_KEY, SORT | INDENT)
                self.not_written([{"a": {key: 1}}], STR_KEY, default=lambda value: 1)

    def test_all_in_one(self):
        value = dict(self.ACCEPTED)  # fewer of them: 0 is False, 1.0 is True
        expected = ",".join(f'"{dumps(key).decode()[1:-1]}":1' if type(key) is str else "" for key in value)
        result = dumps(dict.fromkeys(value, 1), option=KEYS)
        self.assertEqual(result.count(b":1,") + 1, len(value))
        for pair in filter(None, expected.split(",")):
            self.assertIn(pair.encode(), result)

    def test_options_of_dates(self):
        moment = datetime.datetime(2020, 1, 2, 3, 4, 5, 6)
        self.writes({moment: 1}, '{"2020-01-02T03:04:05.000006Z":1}', KEYS | module.OPT_NAIVE_UTC | module.OPT_UTC_Z)
        self.writes({moment: 1, moment.time(): 2}, '{"2020-01-02T03:04:05":1,"03:04:05":2}', KEYS | module.OPT_OMIT_MICROSECONDS)

    def test_refused(self):
        derived = type("Float", (float,), {})(1), type("Date", (datetime.date,), {})(2020, 1, 2), collections.namedtuple("Named", "a")(1)
        for key in (b"a", (1,), frozenset(), 1j, Thing(), object, datetime.timedelta(1), *derived):
            for option in (KEYS, KEYS | SORT, KEYS | INDENT):
                self.not_written({key: 1}, OTHER_KEY, option)
                self.not_written({"a": {1: {key: 1}}}, OTHER_KEY, option)
        for key in (2**64, -(2**63) - 1, 10**60):
            self.not_written({key: 1}, "Dict integer key must be within 64-bit range", KEYS)
        self.not_written({datetime.time(1, tzinfo=datetime.timezone.utc): 1}, "datetime.time must not have tzinfo set", KEYS)
        self.not_written({"\ud800": 1, 1: 2}, NOT_UTF8, KEYS)

    def test_sorted(self):
        value = {10: 1, 9: 2, "b": 3, None: 4, True: 5, 1.5: 6, -1: 7, "": 8, "\u20ac": 9, "\U0001f600": 10}
        self.writes(value, '{"":8,"-1":7,"1.5":6,"10":1,"9":2,"b":3,"null":4,"true":5,"\u20ac":9,"\U0001f600":10}', KEYS | SORT)
        self.writes(dict.fromkeys(range(12), 0), "{" + ",".join(f'"{i}":0' for i in sorted(map(str, range(12)))) + "}", KEYS | SORT)

    def test_the_same_when_written(self):
        value = {1: "a", "1": "b", 2: "c", None: "d", "null": "e"}
        self.writes(value, '{"1":"a","1":"b","2":"c","null":"d","null":"e"}', KEYS)
        result = dumps(value, option=KEYS | SORT)
        for pair in (b'"1":"a"', b'"1":"b"', b'"2":"c"', b'"null":"d"', b'"null":"e"'):
            self.assertEqual(result.count(pair), 1)


if __name__ == "__main__":
    unittest.main()
