"""dumps of datetime, date and time: every kind of time zone, the options for them, and what is refused."""

import datetime as dt
import unittest
import zoneinfo

from json_support import JsonCase, dumps, module
from support import optional

pytz, dateutil = optional("pytz"), optional("dateutil.tz")
NAIVE_UTC, UTC_Z, NO_MICROSECONDS = module.OPT_NAIVE_UTC, module.OPT_UTC_Z, module.OPT_OMIT_MICROSECONDS
PASS = module.OPT_PASSTHROUGH_DATETIME
UNSUPPORTED = "Type is not JSON serializable: "


def fixed(*parts, **named):
    return dt.timezone(dt.timedelta(*parts, **named))


class Moments(JsonCase):
    MOMENTS = {
        dt.datetime(1, 1, 1): "0001-01-01T00:00:00",
        dt.datetime(99, 12, 31, 23, 59, 59, 999999): "0099-12-31T23:59:59.999999",
        dt.datetime(999, 2, 3): "0999-02-03T00:00:00",
        dt.datetime(1969, 12, 31, 23, 59, 59): "1969-12-31T23:59:59",
        dt.datetime(2000, 2, 29, 1, 2, 3, 4): "2000-02-29T01:02:03.000004",
        dt.datetime(2024, 10, 11, 12, 13, 14, 100000): "2024-10-11T12:13:14.100000",
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999): "9999-12-31T23:59:59.999999",
    }

    def test_without_zone(self):
        for moment, text in self.MOMENTS.items():
            self.assertEqual(text, moment.isoformat())
            self.writes(moment, f'"{text}"')
            self.writes([moment], f'["{text}"]', UTC_Z)
            self.writes([moment], f'["{text}+00:00"]', NAIVE_UTC)
            self.writes([moment], f'["{text}Z"]', NAIVE_UTC | UTC_Z)
            self.writes({"a": moment}, f'{{"a":"{text[:19]}"}}', NO_MICROSECONDS)
            self.writes(moment, f'"{text[:19]}Z"', NO_MICROSECONDS | NAIVE_UTC | UTC_Z)

    def test_utc(self):
        zones = [dt.timezone.utc, fixed(0), dt.timezone(dt.timedelta(0), "name")]
        zones += [zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Etc/GMT"), zoneinfo.ZoneInfo("Etc/UCT")]
        zones += [pytz.utc, pytz.timezone("Etc/GMT"), pytz.FixedOffset(0)] if pytz else []
        zones += [dateutil.UTC, dateutil.tzutc(), dateutil.tzoffset(None, 0)] if dateutil else []
        for moment, text in self.MOMENTS.items():
            for zone in zones:
                given = moment.replace(tzinfo=zone)
                self.writes(given, f'"{text}+00:00"')
                self.writes(given, f'"{text}+00:00"', NAIVE_UTC)
                self.writes(given, f'"{text}Z"', UTC_Z)
                self.writes([given], f'["{text[:19]}Z"]', UTC_Z | NAIVE_UTC | NO_MICROSECONDS)

    def test_fixed_offsets(self):
        moment = dt.datetime(2020, 6, 1, 12, 30, 15)
        for minutes in range(-1439, 1440, 7):
            given = moment.replace(tzinfo=fixed(minutes=minutes))
            for option in (0, UTC_Z, NAIVE_UTC):
                if minutes:
                    self.writes(given, f'"{given.isoformat()}"', option)

    def test_offsets_to_the_minute(self):
        moment = dt.datetime(2020, 6, 1, 12, 30)
        for seconds, text in (
            (3749, "+01:02"), (3750, "+01:03"), (3779, "+01:03"), (-3749, "-01:02"), (-3751, "-01:03"), (-3779, "-01:03"), (30, "+00:01"), (89, "+00:01"), (-89, "-00:01"),
        ):  # fmt: skip
            self.writes(moment.replace(tzinfo=fixed(seconds=seconds)), f'"2020-06-01T12:30:00{text}"')
        self.writes(moment.replace(tzinfo=fixed(hours=1, microseconds=5)), '"2020-06-01T12:30:00+01:00"')

    def test_zoneinfo(self):
        for name in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Kiritimati", "Asia/Tehran"):
            zone = zoneinfo.ZoneInfo(name)
            for month in range(1, 13):
                given = dt.datetime(2023, month, 15, 4, 5, 6, 7, zone)
                self.writes(given, f'"{given.isoformat()}"')
                self.writes({"a": given}, f'{{"a":"{given.isoformat()}"}}', UTC_Z | NAIVE_UTC)

    def test_fold(self):
        zones = [zoneinfo.ZoneInfo("Europe/Berlin")] + ([dateutil.gettz("Europe/Berlin")] if dateutil else [])
        for zone in zones:
            for fold, offset in ((0, "+02:00"), (1, "+01:00")):
                self.writes(dt.datetime(2020, 10, 25, 2, 30, fold=fold, tzinfo=zone), f'"2020-10-25T02:30:00{offset}"')

    def test_a_zone_of_ones_own(self):
        class Zone(dt.tzinfo):
            def utcoffset(self, moment):
                assert moment == dt.datetime(2020, 1, 2, tzinfo=self)
                return dt.timedelta(hours=5)

        self.writes(dt.datetime(2020, 1, 2, tzinfo=Zone()), '"2020-01-02T00:00:00+05:00"')

    @unittest.skipUnless(pytz, "needs pytz")
    def test_pytz(self):
        for name in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Adelaide"):
            zone = pytz.timezone(name)
            for month in (1, 7):
                given = zone.localize(dt.datetime(2020, month, 15, 1, 2, 3))
                self.writes(given, f'"{given.isoformat()}"')
        for summer, offset in ((True, "+02:00"), (False, "+01:00")):
            given = pytz.timezone("Europe/Berlin").localize(dt.datetime(2020, 10, 25, 2, 30), is_dst=summer)
            self.writes(given, f'"2020-10-25T02:30:00{offset}"')
        self.writes(dt.datetime(2020, 1, 1, tzinfo=pytz.FixedOffset(-90)), '"2020-01-01T00:00:00-01:30"')

    @unittest.skipUnless(pytz, "needs pytz")
    def test_pytz_zone_that_is_not_of_the_moment(self):
        given = dt.datetime(2020, 6, 1, 12, 30, 15, tzinfo=pytz.timezone("Australia/Adelaide"))
        self.assertEqual(given.isoformat()[19:], "+09:14")  # the zone's first, local mean time
        self.writes(given, '"2020-06-01T12:30:15+09:30"')

    @unittest.skipUnless(dateutil, "needs dateutil")
    def test_dateutil(self):
        for zone in (dateutil.gettz("Europe/Berlin"), dateutil.gettz("Asia/Kathmandu"), dateutil.tzoffset(None, -5400), dateutil.tzoffset("name", 3600)):
            for month in (1, 7):
                given = dt.datetime(2020, month, 15, 1, 2, 3, tzinfo=zone)
                self.writes(given, f'"{given.isoformat()}"')


class DatesAndTimes(JsonCase):
    def test_dates(self):
        for date in (dt.date(1, 1, 1), dt.date(42, 3, 4), dt.date(999, 12, 31), dt.date(1900, 2, 28), dt.date(2024, 2, 29), dt.date(9999, 12, 31)):
            for option in (0, NAIVE_UTC, UTC_Z, NO_MICROSECONDS):
                self.writes([date], f'["{date.isoformat()}"]', option)

    def test_every_day(self):
        for ordinal in range(dt.date(2000, 1, 1).toordinal(), dt.date(2005, 1, 1).toordinal()):
            date = dt.date.fromordinal(ordinal)
            self.assertEqual(dumps(date), f'"{date}"'.encode())

    def test_times(self):
        for time in (dt.time(0), dt.time(9, 8, 7), dt.time(23, 59, 59, 999999), dt.time(1, 2, 3, 40), dt.time(1, 2, 3, 100000), dt.time(12)):
            for option in (0, NAIVE_UTC, UTC_Z):
                self.writes([time], f'["{time.isoformat()}"]', option)
            self.writes(time, f'"{time.isoformat()[:8]}"', NO_MICROSECONDS)

    def test_every_microsecond_width(self):
        for microsecond in (1, 10, 12, 123, 1234, 12345, 99999, 100000, 123456, 900000, 999999):
            self.writes(dt.time(1, 2, 3, microsecond), f'"01:02:03.{microsecond:06}"')
            self.writes(dt.datetime(2020, 1, 2, 3, 4, 5, microsecond), f'"2020-01-02T03:04:05.{microsecond:06}"')

    def test_time_with_zone(self):
        for zone in (dt.timezone.utc, fixed(hours=1), zoneinfo.ZoneInfo("Europe/Berlin")):
            for value in (dt.time(1, tzinfo=zone), [dt.time(1, 2, 3, 4, tzinfo=zone)]):
                for option in (0, NAIVE_UTC | UTC_Z):
                    self.not_written(value, None, option)


class NotWritten(JsonCase):
    VALUES = [dt.datetime(2020, 1, 2, 3, 4, 5, 6, dt.timezone.utc), dt.datetime(2020, 1, 2), dt.date(2020, 1, 2), dt.time(1, 2, 3)]

    def test_passed_through(self):
        for value in self.VALUES:
            self.not_written(value, f"{UNSUPPORTED}datetime.{type(value).__name__}", PASS)
            self.not_written([value], f"{UNSUPPORTED}datetime.{type(value).__name__}", PASS | UTC_Z)
            seen = []
            self.writes({"a": value}, '{"a":null}', PASS, default=seen.append)
            self.assertEqual(seen, [value])
            self.writes([value], f'["{value}"]', PASS, default=str)
        zoned = dt.time(1, tzinfo=dt.timezone.utc)
        self.writes(zoned, '"01:00:00+00:00"', PASS, default=str)

    def test_subclasses(self):
        for value in self.VALUES:
            derived = type("Derived", (type(value),), {})
            arguments = (2020, 1, 2) if isinstance(value, dt.date) else (1, 2, 3)
            for option in (0, module.OPT_PASSTHROUGH_SUBCLASS, PASS):
                self.not_written(derived(*arguments), UNSUPPORTED + "Derived", option)
                self.writes([derived(*arguments)], '["d"]', option, default=lambda value: "d")

    def test_others_of_the_module(self):
        for value, name in ((dt.timedelta(1), "datetime.timedelta"), (dt.timezone.utc, "datetime.timezone")):
            self.not_written(value, UNSUPPORTED + name)


if __name__ == "__main__":
    unittest.main()
