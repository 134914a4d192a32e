"""Where orjson (3.10 to 3.13) crashes or is wrong, and polyhost.json must not be; orjson itself does not pass these."""

import dataclasses
import datetime
import decimal
import enum
import json
import math
import signal
import sys
import sysconfig
import time
import unittest

from json_support import JsonCase, dumps, loads, module, nested
from support import optional

np = optional("numpy")
NUMPY = module.OPT_SERIALIZE_NUMPY
RECURSION = "Recursion limit reached"
# Where there is no GIL a copy is written, since threads might change what is written.
seen_meanwhile = unittest.skipIf(sysconfig.get_config_var("Py_GIL_DISABLED"), "changes are not seen: a copy is written")


class Thing:
    pass


class Arguments(JsonCase):
    def test_too_many(self):
        self.assertRaises(TypeError, dumps, 1, None, None, None)
        self.assertRaises(TypeError, dumps, *[None] * 10)

    def test_bits_beyond_32(self):
        for bit in set(range(12, 64)) - {24, 25, 26}:
            self.not_written(1, "Invalid opts", 1 << bit)
            self.not_written(1, "Invalid opts", 1 << bit | module.OPT_INDENT_2)

    def test_no_default_by_name(self):
        self.assertIsNone(self.not_written(Thing(), "Type is not JSON serializable: Thing", default=None).__cause__)

    def test_released_memory(self):
        view = memoryview(b"[1]")
        view.release()
        self.assertRaises(ValueError, loads, view)


class Depths(JsonCase):
    def test_every_depth(self):
        for depth in range(1, 255):
            for around, opening, closing in (
                (lambda value: {"a": value}, b'{"a":', b"}"),
                (lambda value: {"a" * (depth % 9): value}, b'{"%b":' % (b"a" * (depth % 9)), b"}"),
                (lambda value: [value], b"[", b"]"),
            ):
                for inner in (1, "x", [], {})[: 4 if depth < 254 else 2]:  # an empty container is a level, too
                    expected = opening * depth + dumps(inner) + closing * depth
                    for option in (0, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS):
                        self.assertEqual(dumps(nested(depth, inner, around), option=option), expected)

    def test_too_deep(self):
        for around in (lambda value: {"a": value}, lambda value: [value], lambda value: (value,)):
            for depth, inner in ((255, 1), (254, []), (254, {}), (254, ())):
                self.not_written(nested(depth, inner, around), RECURSION)

    def test_every_depth_of_mixed_ones(self):
        value, expected = 1, "1"
        for depth in range(1, 255):
            value, expected = ([value, {}], f"[{expected},{{}}]") if depth % 3 else ({"k": value, "l": []}, f'{{"k":{expected},"l":[]}}')
            if depth < 253:
                self.writes(value, expected)
                self.assertEqual(dumps(value, option=module.OPT_INDENT_2).decode(), json.dumps(value, indent=2))

    def test_dataclasses(self):
        kinds = [dataclasses.make_dataclass("Node", ["a"]), dataclasses.make_dataclass("Slotted", ["a"], slots=True)]
        for kind in kinds:
            self.not_written(nested(255, 1, kind), RECURSION)
            for depth in range(1, 255):
                self.writes(nested(depth, 1, kind), '{"a":' * depth + "1" + "}" * depth)
            for around in (lambda one: [one], lambda one: (one,), lambda one: {"b": one}, lambda one: kind([one])):
                node = kind(1)
                node.a = around(node)
                for option in (0, module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS):
                    self.not_written(node, RECURSION, option)
                    self.not_written([node], RECURSION, option)

    def test_default_of_dataclasses(self):
        kind = dataclasses.make_dataclass("Node", ["a"])
        self.not_written(Thing(), None, default=kind)  # either limit may be the first
        self.not_written(Thing(), RECURSION, default=lambda thing: kind([thing]))


class Numbers(JsonCase):
    def test_halfway_with_zeros_behind(self):
        for value in (2.2250738585072014e-308, 2.2172362702281736e-308, 2.225073858507201e-308, 2.2250738585072004e-308, 1.5, 2.0**53):
            with decimal.localcontext() as context:
                context.prec = 1200
                digits, exponent = f"{(decimal.Decimal(value) + decimal.Decimal(math.nextafter(value, math.inf))) / 2:e}".split("e")
            digits += "" if "." in digits else "."
            for more in ("0", "00", "0" * 19, "0" * 800, "0" * 20_000):
                for last in ("", "1"):
                    text = f"{digits}{more}{last}e{exponent}"
                    self.assertEqual(loads(text), float(text), (len(digits), len(more)))


class Changes(JsonCase):
    """What is written is changed meanwhile, by default."""

    def valid(self, value, default, **more):
        try:
            result = dumps(value, default=default, **more)
        except (TypeError, RuntimeError):
            return
        json.loads(result)

    def test_lists(self):
        more, before = (lambda value: value.extend(range(1000))), (lambda value: value.insert(0, "x" * 100))
        for change in (list.clear, list.pop, more, before, lambda value: value.__delitem__(slice(1, None))):
            for option in (0, module.OPT_INDENT_2):
                value = [Thing(), "a" * 50, ["b"], Thing(), 1.5]
                self.valid(value, lambda thing: change(value) or "c", option=option)
                value = [[Thing(), 1], "d" * 50]
                self.valid(value, lambda thing: change(value) or "c", option=option)

    def test_dicts(self):
        def fill(value):
            value.update((str(i), i) for i in range(1000))

        def rebuild(value):
            keys = [*value][1:]
            value.clear()
            value[0] = 0
            value.update((key, Thing()) for key in keys)

        replace, first = (lambda value: value.update(k1="new")), (lambda value: value.update(k0="new"))
        for change in (dict.clear, dict.popitem, fill, rebuild, replace, first, lambda value: value.pop("k0", None)):
            for option in (0, module.OPT_INDENT_2, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS, module.OPT_SORT_KEYS | module.OPT_NON_STR_KEYS):
                value = {f"k{i}": Thing() if i % 2 == 0 else ["x" * 50] for i in range(6)}
                self.valid(value, lambda thing: value and change(value) or "c", option=option)

    @seen_meanwhile
    def test_what_is_written_then(self):
        """Lists up to the size they had; dicts as long as their size stays."""
        for more in [3], []:
            value = [Thing(), 2]
            self.assertEqual(dumps(value, default=lambda thing: value.__setitem__(slice(1, None), ["n", *more]) or "c"), b'["c","n"]')
        value = [Thing(), 2, 3]
        self.assertEqual(dumps(value, default=lambda thing: value.__delitem__(slice(1, None)) or "c"), b'["c"]')
        value = {"a": Thing(), "b": 2, "d": 3}
        self.assertEqual(dumps(value, default=lambda thing: value.update(b=[1], a=5) or "c"), b'{"a":"c","b":[1],"d":3}')
        value["a"] = Thing()
        with self.assertRaisesRegex(RuntimeError, "changed size"):
            dumps(value, default=lambda thing: value.update(e=1) or "c")

    def test_keys(self):
        """What their attributes are asked for changes what holds them."""
        for holder in ([], {}):
            def change():
                holder.clear()
                return [bytes(40) for _ in range(2000)]  # the memory is another's now

            class Key(enum.Enum):
                A = "a"

                @property
                def value(self):
                    kept.append(change())
                    return "k"

            class Zone(datetime.tzinfo):
                def utcoffset(self, when):
                    kept.append(change())
                    return datetime.timedelta(0)

            for key in (Key.A, datetime.datetime(2020, 1, 1, tzinfo=Zone())):
                kept = []
                more = [{key: 1}, *([str(i) * 3] for i in range(100))]
                holder.extend(more) if isinstance(holder, list) else holder.update(enumerate(more))
                del more
                self.valid([holder], None, option=module.OPT_NON_STR_KEYS)
                self.assertTrue(kept)

    @unittest.skipUnless(hasattr(signal, "setitimer"), "signals by a timer")
    def test_signals(self):
        """The digits of a large integer take long enough for one."""
        number, value, kept = 3**100_000, [], []

        def change(*_):
            value.clear()
            kept.append([bytes(40) for _ in range(2000)])

        limit, handler = sys.get_int_max_str_digits(), signal.signal(signal.SIGALRM, change)
        sys.set_int_max_str_digits(0)
        try:
            for _ in range(3):
                value.extend([number, *([str(i) * 3] for i in range(100))])
                signal.setitimer(signal.ITIMER_REAL, 0.002)
                self.valid(value, None, option=module.OPT_BIG_INTEGER)
                while signal.getitimer(signal.ITIMER_REAL)[0]:
                    time.sleep(0.001)
        finally:
            signal.signal(signal.SIGALRM, handler)
            sys.set_int_max_str_digits(limit)
        self.assertEqual(len(kept), 3)

    def test_attributes(self):
        node = dataclasses.make_dataclass("Node", ["a", "b"])(Thing(), ["x" * 50])

        def default(thing):
            node.__dict__.clear()
            return "c"

        self.valid(node, default)
        node.a = Thing()
        self.valid(node, lambda thing: setattr(node, "__dict__", {}) or "c")


class Attributes(JsonCase):
    def test_enumerations_of_containers_are_indented_as_these(self):
        member = enum.Enum("Member", {"A": (1, 2)}).A
        self.assertEqual(dumps([member], option=module.OPT_INDENT_2), dumps([(1, 2)], option=module.OPT_INDENT_2))

    def test_enumerations_in_a_circle(self):
        circle = enum.Enum("Circle", {"A": 1, "value": property(lambda self: self)}).A
        self.not_written(circle, "Recursion limit reached")
        self.assertRaises(TypeError, dumps, {circle: 1}, option=module.OPT_NON_STR_KEYS)

    def test_fields_that_go_while_they_are_looked_at(self):
        @dataclasses.dataclass
        class Node:
            x: int = 1

            def __getattribute__(self, name):
                if name == "__dict__":
                    del type(self).__dataclass_fields__
                    raise AttributeError
                return object.__getattribute__(self, name)

        self.assertEqual(dumps(Node()), b'{"x":1}')

        class Field:
            @property
            def _field_type(self):
                fields.clear()
                return dataclasses._FIELD

        fields = {"name" * 15: Field()}
        self.assertRaises((TypeError, RuntimeError), dumps, type("Made", (), {"__dataclass_fields__": fields})())

    @seen_meanwhile
    def test_attributes_that_grow(self):
        node = dataclasses.make_dataclass("Node", ["a"])(Thing())
        self.assertRaises((TypeError, RuntimeError), dumps, node, lambda thing: setattr(node, f"a{len(vars(node))}", Thing()))

    def test_missing_slot(self):
        node = dataclasses.make_dataclass("Node", ["a", "b"], slots=True)(1, 2)
        del node.a
        for value in (node, [node], {"a": node}):
            self.not_written(value, None)

    def test_fields_that_are_none(self):
        for fields in (None, 1, [], {"a": None}, {1: 2}):
            pretender = type("Pretender", (), {"__dataclass_fields__": fields, "__slots__": ()})()
            try:
                dumps(pretender)
            except module.JSONEncodeError:
                pass


class Zones(JsonCase):
    def test_that_raise(self):
        class Zone(datetime.tzinfo):
            def utcoffset(self, moment):
                raise LookupError("no zone")

        for zone in (Zone(), datetime.tzinfo()):
            for value in (datetime.datetime(2020, 1, 2, tzinfo=zone), [datetime.datetime(2020, 1, 2, tzinfo=zone)]):
                error = self.not_written(value, None)
                self.assertIsInstance(error.__cause__, (LookupError, NotImplementedError))

    def test_that_return_something_else(self):
        for offset in (3600, "1", datetime.timedelta(days=2)):
            zone = type("Zone", (datetime.tzinfo,), {"utcoffset": lambda self, moment: offset})()
            self.not_written(datetime.datetime(2020, 1, 2, tzinfo=zone), None)

    def test_time_with_zone(self):
        self.not_written(datetime.time(1, tzinfo=datetime.timezone.utc), "datetime.time must not have tzinfo set")


@unittest.skipUnless(np, "needs numpy")
class NeedsNumpy(JsonCase):
    def right_or_refused(self, moment, expected):
        for value, text in ((moment, f'"{expected}"'), (np.array([moment]), f'["{expected}"]')):
            try:
                result = dumps(value, option=NUMPY)
            except module.JSONEncodeError:
                continue
            self.assertEqual(result.decode(), text)

    def test_before_1970(self):
        for text, unit in (
            ("1969-12-31T23:59:59.999", "ms"), ("1969-12-31T23:59:59.999999", "us"), ("1900-01-01T00:00:00.5", "us"), ("1969-12-31T23:59:59.000001", "ns"),
        ):  # fmt: skip
            moment = np.datetime64(text, unit)
            self.right_or_refused(moment, moment.astype("M8[us]").item().isoformat())
        for month in range(-40, 40):
            moment = np.datetime64(month, "M")
            self.right_or_refused(moment, f"{moment}-01T00:00:00")

    def test_units_that_are_multiples(self):
        for unit in ("10s", "3M", "7D", "100us"):
            moment = np.datetime64(5, unit)
            self.right_or_refused(moment, moment.astype("M8[us]").item().isoformat())
            self.right_or_refused(np.datetime64(-5, unit), np.datetime64(-5, unit).astype("M8[us]").item().isoformat())

    def test_none_of_every_unit(self):
        for unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"):
            for value in (np.datetime64("NaT", unit), np.array(["NaT"], f"M8[{unit}]")):
                self.not_written(value, None, NUMPY)

    def test_far_away(self):
        for unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"):
            for number in (2**63 - 1, -(2**63) + 1, 2**62, -(2**40), 2**40):
                for value in (np.datetime64(number, unit), np.array([number], f"M8[{unit}]")):
                    try:
                        self.assertRegex(dumps(value, option=NUMPY).decode(), r'^\[?"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?"\]?$')
                    except module.JSONEncodeError:
                        pass

    def test_array_replaced_meanwhile(self):
        value = [np.arange(10), Thing(), np.arange(5)]
        result = dumps(value, option=NUMPY, default=lambda thing: value.__setitem__(2, np.array([1])))
        self.assertIn(result, (b"[[0,1,2,3,4,5,6,7,8,9],null,[1]]", b"[[0,1,2,3,4,5,6,7,8,9],null,[0,1,2,3,4]]"))


if __name__ == "__main__":
    unittest.main()
