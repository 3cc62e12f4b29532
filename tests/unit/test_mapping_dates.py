"""Dates: the forms that messages use, and that no time zone is lost."""

from __future__ import annotations

import datetime

import pytest

from edi_router.mapping.dates import in_zone, lost_zone, read_moment, write_moment
from edi_router.mapping.functions import date, days, local
from edi_router.rules.context import CHINA


@pytest.mark.parametrize(
    ("text", "code", "moment"),
    [
        ("20260315T00:00:00", "", "2026-03-15T00:00:00"),
        ("20260315T000000", "", "2026-03-15T00:00:00"),
        ("20260315T0930", "", "2026-03-15T09:30:00"),
        ("20260315T09", "", "2026-03-15T09:00:00"),
        ("2026-03-15T0930", "", "2026-03-15T09:30:00"),
        ("2026-03-15T093000Z", "", "2026-03-15T09:30:00+00:00"),
        ("20260315T093000Z", "", "2026-03-15T09:30:00+00:00"),
        ("20260315T09:30:00.250+08:00", "", "2026-03-15T09:30:00.250000+08:00"),
        ("20260315T093000,123456789+0800", "", "2026-03-15T09:30:00.123456+08:00"),
        ("20260315 09:30", "", "2026-03-15T09:30:00"),
        ("2026-03-15T24:00:00", "", "2026-03-16T00:00:00"),
        ("2026-03-15Z", "", "2026-03-15T00:00:00+00:00"),
        ("20260315Z", "", "2026-03-15T00:00:00+00:00"),
        ("20260315+0800", "", "2026-03-15T00:00:00+08:00"),
        ("2026-03-15T09:30:00+08", "", "2026-03-15T09:30:00+08:00"),
        ("2026/3/15 9:30", "", "2026-03-15T09:30:00"),
        ("2026-03-15T09:30:00-03:30", "", "2026-03-15T09:30:00-03:30"),
        ("202603150930+0800", "205", "2026-03-15T09:30:00+08:00"),
        ("202603150930", "205", "2026-03-15T09:30:00"),
        ("20260315093000-0500", "208", "2026-03-15T09:30:00-05:00"),
        ("202603150930UTC", "303", "2026-03-15T09:30:00+00:00"),
        ("202603150930+08", "303", "2026-03-15T09:30:00+08:00"),
        ("20260315-20260416", "718", "2026-03-15T00:00:00"),
        ("150320260930", "5", "2026-03-15T09:30:00"),
        ("2603150930+0800", "206", "2026-03-15T09:30:00+08:00"),
        ("260315093015-0330", "207", "2026-03-15T09:30:15-03:30"),
        ("20260315093015250", "307", "2026-03-15T09:30:15.250000"),
        ("24366", "105", "2024-12-31T00:00:00"),
        ("2024-02-29", "", "2024-02-29T00:00:00"),
    ],
)
def test_forms(text: str, code: str, moment: str) -> None:
    assert read_moment(text, code).isoformat() == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("202603150930EST", "303"), ("2026-03-15T09:30+25:00", ""), ("2026-03-15T09:30+08:75", ""), ("20260315T930", ""),
        ("2026-03-15T24:00:01", ""), ("20261315T00:00:00", ""), ("2026-0315", ""), ("20260315T", ""), ("T09:30", ""),
        ("20260315T09:3", ""), ("202603150930+08x", "205"),
        # Forms that are no day are not taken for one of the same length: times, weeks, months, days of a year.
        ("101112", "402"), ("07011115", "305"), ("101112", "306"), ("201112", "616"), ("10111215", "501"),
        ("201607201612", "710"), ("2011010112", "9"),
        ("25366", "105"), ("26000", "105"), ("9999-12-31T24:00", ""), ("２０２６-03-15", ""), ("2026-03-1５", ""),
        ("2100-02-29", ""), ("000101", "602"),
    ],
)  # fmt: skip
def test_no_dates(text: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        read_moment(text, code)


def test_no_zone_is_lost() -> None:
    assert date("2026-03-15T23:30:00+08:00", "yyyyMMdd", zone=CHINA) == "20260315"
    assert date("2026-03-15T23:30:00", "yyyyMMdd", zone=CHINA) == "20260315"
    assert date("2026-03-15T23:30:00Z", "yyyyMMddXXX", zone=CHINA) == "20260315+00:00"
    with pytest.raises(ValueError, match=r"in the zone \+0000"):
        date("2026-03-15T23:30:00Z", "yyyyMMdd", zone=CHINA)
    with pytest.raises(ValueError, match="local"):
        date("202603152330UTC", code="303", zone=CHINA)
    assert date(local("2026-03-15T23:30:00Z", zone=CHINA), "yyyyMMddHHmm", zone=CHINA) == "202603160730"
    assert local("20260315", zone=CHINA) == "2026-03-15T00:00:00.000+08:00"
    assert local("202603152330UTC", "", "303", CHINA) == "2026-03-16T07:30:00.000+08:00"


def test_a_zone_with_summer_time() -> None:
    class Summer(datetime.tzinfo):
        """An hour more from April to September."""

        def utcoffset(self, moment: datetime.datetime | None) -> datetime.timedelta:
            return datetime.timedelta(hours=2 if moment is not None and 4 <= moment.month <= 9 else 1)

        def dst(self, moment: datetime.datetime | None) -> datetime.timedelta:
            return self.utcoffset(moment) - datetime.timedelta(hours=1)

    assert lost_zone(read_moment("2026-06-15T09:30:00+02:00"), "yyyy", Summer()) is None
    assert lost_zone(read_moment("2026-01-15T09:30:00+02:00"), "yyyy", Summer()) == "+0200"
    assert write_moment(in_zone(read_moment("2026-01-15T09:30:00Z"), Summer()), "HH:mmXXX") == "10:30+01:00"


def test_where_the_calendar_ends() -> None:
    """A day that stands for no end is no reason to stumble: the value cannot be converted, that is all."""
    assert days("99991231", "0") == "99991231"
    for value, argument in (("99991231", "1"), ("00010101", "-1")):
        with pytest.raises(ValueError, match="calendar"):
            days(value, argument)
    with pytest.raises(ValueError, match="calendar"):
        local("9999-12-31T23:59:59Z", zone=CHINA)
    with pytest.raises(ValueError, match="calendar"):
        date("0001-01-01T00:00:00+08:00", zone=datetime.UTC)
