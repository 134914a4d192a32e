"""dumps and loads leave counts of references, the memory of the process and each other alone."""

import datetime
import gc
import resource
import sys
import threading
import unittest
import uuid

from json_support import JsonCase, dumps, loads, module
from support import SANITIZER

DOCUMENT = '{"key": ["text \u20ac", 1.5, 123456789012345, {"inner": [null, true, "\\u00e9\\n"]}], "other": {"a": "' + "long " * 200 + '"}}'


class Thing:
    pass


class References(JsonCase):
    def unchanged(self, objects, work, expected=None):
        """The counts of the objects' references are the same after many calls, which raise what is expected."""
        for times in (1, 100):  # the first may fill caches
            before = [sys.getrefcount(one) for one in objects]
            for _ in range(times):
                try:
                    work()
                except Exception as error:
                    self.assertIsInstance(error, expected or ())
                    del error
                else:
                    self.assertIsNone(expected)
            after = [sys.getrefcount(one) for one in objects]
        self.assertEqual(before, after)

    def test_what_is_written(self):
        key, text, number, real, thing = "a key".upper(), "some text".upper(), 10**15, 1.25e10, Thing()
        moment, identity = datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), uuid.UUID(int=7)
        objects = [key, text, number, real, thing, moment, moment.tzinfo, identity, Thing, datetime.datetime, uuid.UUID]
        value = {key: [text, number, real, (moment, identity)], text: {key: thing}}
        for option in (0, module.OPT_SORT_KEYS, module.OPT_NON_STR_KEYS, module.OPT_INDENT_2):
            self.unchanged(objects + [value], lambda: dumps(value, default=lambda one: text, option=option))
            self.unchanged(objects + [value], lambda: dumps(value, option=option), module.JSONEncodeError)
            self.unchanged(objects + [value], lambda: dumps(value, default=lambda one: 1 / 0, option=option), module.JSONEncodeError)
            self.unchanged(objects + [value], lambda: dumps(value, default=lambda one: [one], option=option), module.JSONEncodeError)
        value = {moment: text, identity: text, number: thing, (1,): 2}
        for option in (module.OPT_NON_STR_KEYS, module.OPT_NON_STR_KEYS | module.OPT_SORT_KEYS):
            self.unchanged(objects + [value], lambda: dumps(value, option=option), module.JSONEncodeError)

    def test_arguments(self):
        fragment, thing, default = module.Fragment(DOCUMENT), Thing(), lambda one: None
        self.unchanged([fragment, DOCUMENT], lambda: dumps([fragment, fragment]))
        self.unchanged([DOCUMENT], lambda: module.Fragment(DOCUMENT))
        self.unchanged([thing, default], lambda: dumps(thing, default, module.OPT_INDENT_2))
        self.unchanged([thing, default], lambda: dumps(thing, default=default, option=-5), module.JSONEncodeError)
        self.unchanged([thing, default], lambda: dumps(thing, default, default=default), TypeError)

    def test_what_is_read(self):
        singles = [module.JSONDecodeError, str, dict, list]
        for given in (DOCUMENT, DOCUMENT.encode(), bytearray(DOCUMENT.encode()), memoryview(DOCUMENT.encode())):
            self.unchanged([given, *singles], lambda: loads(given))
        for size in range(0, len(DOCUMENT), 7):
            given = DOCUMENT[:size]
            self.unchanged([given, *singles], lambda: loads(given), module.JSONDecodeError)

    def test_results_are_collected(self):
        for make in (lambda: loads(DOCUMENT), lambda: loads('{"a":[{"a":[{}]}]}'), lambda: loads("[[[]],[{}]]")):
            make()
            gc.collect()
            before = len(gc.get_objects())
            for _ in range(50):
                make()
            self.assertLess(len(gc.get_objects()) - before, 25)


@unittest.skipIf(SANITIZER, "compares memory, which a sanitizer holds back")
class Memory(JsonCase):
    def bounded(self, work, megabytes=12):
        for _ in range(200):
            work()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(4000):
            work()
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, megabytes * 1024)

    def refused(self, function, *arguments, **named):
        def work():
            try:
                function(*arguments, **named)
            except (TypeError, ValueError):
                return
            self.fail("not refused")

        return work

    def test_read(self):
        large = "[" + ",".join([DOCUMENT] * 20) + "]"
        for document in (large, large.encode(), large[:-1], large[:-1] + "x", large + "]", large[: len(large) // 2], large.replace("true", "trux", 1)):
            self.bounded(lambda: loads(document) if document in (large, large.encode()) else self.refused(loads, document)())

    def test_written(self):
        value = [loads(DOCUMENT)] * 20
        self.bounded(lambda: dumps(value))
        self.bounded(self.refused(dumps, [value, Thing()]))
        self.bounded(self.refused(dumps, [value, "\ud800"]))
        self.bounded(self.refused(dumps, [value, {1: 2}]))
        self.bounded(self.refused(dumps, [value, Thing()], default=lambda one: 1 / 0))
        self.bounded(lambda: dumps([value, Thing()], default=lambda one: "x" * 1000, option=module.OPT_SORT_KEYS))

    def test_a_result_takes_what_it_needs(self):
        self.assertEqual(sys.getsizeof(dumps([1] * 1000)), sys.getsizeof(bytes(2001)))


class Reentrance(JsonCase):
    def test_calls_from_default(self):
        def default(thing):
            self.assertEqual(loads(dumps([loads(DOCUMENT), {"a": thing}], default=lambda one: 5))[1], {"a": 5})
            self.assertRaises(module.JSONDecodeError, loads, "[1, 2")
            self.assertRaises(module.JSONEncodeError, dumps, [thing])
            return module.Fragment(dumps(loads(DOCUMENT)))

        self.assertEqual(loads(dumps(["x" * 500, Thing(), "y" * 500, Thing()], default=default)), ["x" * 500, loads(DOCUMENT), "y" * 500, loads(DOCUMENT)])

    def test_threads(self):
        wrong = []

        def work(number):
            value = {f"{number} {i}": [i, "\u20ac" * i, {"n": number}] for i in range(100)}
            for _ in range(50):
                if loads(dumps(value)) != value or loads(dumps([Thing()], default=lambda one: loads(dumps(value)))) != [value]:
                    wrong.append(number)
                try:
                    loads(f'["{number}", x')
                except module.JSONDecodeError as error:
                    if str(number) not in error.doc:
                        wrong.append(error)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
