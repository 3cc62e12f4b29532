"""Calendars and schedules: what is open, what is worked, what is a deadline, what fires; and what lint says of a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edi_router.calendars import (
    Calendar,
    NeverFires,
    NeverOpen,
    Schedule,
    load_calendars,
    parse_cron,
    read_calendar,
)
from edi_router.calendars.wall import reached
from edi_router.config import Model, Tree, read_model
from edi_router.partners.spans import Span
from edi_router.pipeline.configuration import load_configuration
from edi_router.registers.load import load_register
from tests.support.cli import edi_router

SHANGHAI, BERLIN, ST_JOHNS = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/St_Johns"),
)
SHIPPED, _ = load_calendars(Tree.over_shipped(), SHANGHAI)
OFFICE, WINDOW, ALWAYS = SHIPPED["china-office"], SHIPPED["customs-window"], SHIPPED["always"]


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    """The instant at which clocks in the zone show this."""
    # In UTC: an ambiguous time equals nothing in another zone (PEP 495).
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def made(text: str, zone: ZoneInfo = SHANGHAI) -> Calendar:
    """The calendar of a file with these lines."""
    calendar, faults = read_calendar(f"id: x\nname: {{en: x, zh: x}}\n{text}", "x.yaml", "x", zone)
    assert calendar is not None, faults
    return calendar


def test_the_shipped_calendars_are_right() -> None:
    _, faults = load_calendars(Tree.over_shipped(), SHANGHAI)
    assert not faults
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    # 2026 has 261 days from Monday to Friday; the notice takes 33 days off, of which 19 are such, and adds 6.
    assert len(OFFICE.holidays) == 33
    assert sum(day.weekday() < 5 for day in OFFICE.holidays) == 19
    assert sum(OFFICE.working_day(day) for day in days) == 261 - 19 + 6
    assert all(WINDOW.working_day(day) and ALWAYS.working_day(day) for day in days)


@pytest.mark.parametrize(
    ("calendar", "when", "open_"),
    [
        (OFFICE, "2026-03-16T08:29:59", False),
        (OFFICE, "2026-03-16T08:30", True),
        (OFFICE, "2026-03-16T12:00", False),
        (OFFICE, "2026-03-16T14:00", True),
        (OFFICE, "2026-03-14T10:00", False),  # Saturday
        (OFFICE, "2026-02-14T10:00", True),  # Saturday, worked for Spring Festival
        (OFFICE, "2026-02-16T10:00", False),  # Monday, Spring Festival
        (WINDOW, "2026-03-16T21:59", False),
        (WINDOW, "2026-03-16T23:59", True),
        (WINDOW, "2026-03-17T01:59", True),
        (WINDOW, "2026-03-17T02:00", False),
        (ALWAYS, "2026-03-17T00:00", True),
    ],
)
def test_is_open(calendar: Calendar, when: str, open_: bool) -> None:
    assert calendar.is_open(at(when)) is open_


@pytest.mark.parametrize(
    ("calendar", "when", "opens", "closes"),
    [
        (OFFICE, "2026-03-16T07:00", "2026-03-16T08:30", "2026-03-16T12:00"),
        (OFFICE, "2026-03-16T09:00", "2026-03-16T09:00", "2026-03-16T12:00"),
        (OFFICE, "2026-03-16T12:00", "2026-03-16T14:00", "2026-03-16T17:30"),
        (OFFICE, "2026-09-30T18:00", "2026-10-08T08:30", "2026-10-08T12:00"),
        (WINDOW, "2026-03-16T12:00", "2026-03-16T22:00", "2026-03-17T02:00"),
        (WINDOW, "2026-03-17T01:00", "2026-03-17T01:00", "2026-03-17T02:00"),
        (ALWAYS, "2026-03-17T01:00", "2026-03-17T01:00", None),
    ],
)
def test_opening_and_closing(calendar: Calendar, when: str, opens: str, closes: str | None) -> None:
    assert calendar.next_open(at(when)) == at(opens)
    assert calendar.next_close(at(when)) == (at(closes) if closes else None)


@pytest.mark.parametrize(
    ("calendar", "start", "span", "end"),
    [
        (OFFICE, "2026-03-16T09:00", {"hours": 3}, "2026-03-16T12:00"),
        (OFFICE, "2026-03-16T09:00", {"hours": 3, "seconds": 1}, "2026-03-16T14:00:01"),
        (OFFICE, "2026-03-13T17:00", {"hours": 1}, "2026-03-16T09:00"),
        (OFFICE, "2026-09-30T17:00", {"hours": 1}, "2026-10-08T09:00"),
        # The day of the start is not counted, whatever its hour and even when it is closed.
        (OFFICE, "2026-03-16T00:00", {"days": 1}, "2026-03-17T17:30"),
        (OFFICE, "2026-03-16T23:00", {"days": 1}, "2026-03-17T17:30"),
        (OFFICE, "2026-03-13T09:00", {"days": 1}, "2026-03-16T17:30"),
        (OFFICE, "2026-03-14T09:00", {"days": 1}, "2026-03-16T17:30"),
        (OFFICE, "2026-09-30T09:00", {"days": 3}, "2026-10-10T17:30"),
        (OFFICE, "2026-03-16T09:00", {"days": 1, "hours": 2}, "2026-03-18T10:30"),
        (WINDOW, "2026-03-16T12:00", {"hours": 5}, "2026-03-17T23:00"),
        (WINDOW, "2026-03-17T01:00", {"days": 1}, "2026-03-18T02:00"),  # it belongs to the night of the 16th
        (ALWAYS, "2026-03-16T09:00", {"hours": 48}, "2026-03-18T09:00"),
        (ALWAYS, "2026-03-16T09:00", {"days": 1}, "2026-03-18T00:00"),
    ],
)
def test_deadlines(calendar: Calendar, start: str, span: dict[str, int], end: str) -> None:
    assert calendar.add(at(start), Span(**span)) == at(end)
    if "days" not in span:
        assert calendar.open_between(at(start), at(end)) == Span(**span).time


def test_a_timedelta_is_open_time_altogether() -> None:
    start = at("2026-03-16T08:30")
    assert OFFICE.add(start, timedelta(days=1)) == at("2026-03-19T11:30")  # 7 h a day
    assert OFFICE.add(start, timedelta(0)) == start
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add(start, timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-16T00:00", "2026-03-17T00:00", 7),
        ("2026-03-16T11:00", "2026-03-16T15:00", 2),
        ("2026-03-14T00:00", "2026-03-16T08:30", 0),
        ("2026-10-01T00:00", "2026-10-12T00:00", 21),
        ("2026-03-17T00:00", "2026-03-16T00:00", 0),
    ],
)
def test_open_time_between(begin: str, end: str, hours: int) -> None:
    assert OFFICE.open_between(at(begin), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("calendar", "when", "day"),
    [
        (OFFICE, "2026-03-16T23:59", "2026-03-16"),
        (OFFICE, "2026-03-14T10:00", "2026-03-16"),
        (OFFICE, "2026-02-14T23:00", "2026-02-14"),
        (OFFICE, "2026-10-01T10:00", "2026-10-08"),
        (WINDOW, "2026-03-17T01:59", "2026-03-16"),
        (WINDOW, "2026-03-17T02:00", "2026-03-17"),
        (
            made("hours: {mon-fri: 09:00-17:00}\nbusiness_day_ends: 16:00"),
            "2026-03-13T15:59:59",
            "2026-03-13",
        ),
        (made("hours: {mon-fri: 09:00-17:00}\nbusiness_day_ends: 16:00"), "2026-03-13T16:00", "2026-03-16"),
    ],
)
def test_business_date(calendar: Calendar, when: str, day: str) -> None:
    assert calendar.business_date(at(when)) == date.fromisoformat(day)


def test_hours_are_those_of_the_clocks_on_the_wall() -> None:
    nights = made("hours: {mon-sun: 22:00-06:00}", BERLIN)
    assert nights.open_between(at("2026-03-28T12:00", BERLIN), at("2026-03-29T12:00", BERLIN)) == timedelta(
        hours=7
    )
    assert nights.open_between(at("2026-10-24T12:00", BERLIN), at("2026-10-25T12:00", BERLIN)) == timedelta(
        hours=9
    )
    assert nights.add(at("2026-10-24T22:00", BERLIN), Span(hours=9)) == at("2026-10-25T06:00", BERLIN)
    # 02:10-02:50 does not come on 29 March; on 25 October it comes twice and is open the first time.
    short = made("hours: {sun: 02:10-02:50}", BERLIN)
    assert short.next_open(at("2026-03-23T00:00", BERLIN)) == at("2026-04-05T02:10", BERLIN)
    assert short.open_between(at("2026-10-25T00:00", BERLIN), at("2026-10-26T00:00", BERLIN)) == timedelta(
        minutes=40
    )
    assert not short.is_open(at("2026-10-25T02:20", BERLIN, fold=1))


def test_a_day_that_a_zone_has_left_out() -> None:
    apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    assert reached(date(2011, 12, 30), 12 * 60, apia) == at("2011-12-31T00:00", apia)
    assert made("hours: {mon-sun: 00:00-24:00}", apia).next_close(at("2011-12-29T12:00", apia)) is None


def test_a_calendar_that_is_over() -> None:
    once = made("hours: {}\nworking: {date: 2026-03-16, hours: [09:00-10:00]}")
    assert once.next_close(at("2026-03-01T00:00")) == at("2026-03-16T10:00")
    later = at("2026-03-16T10:00")
    calls: list[Callable[[], object]] = [
        lambda: once.next_open(later),
        lambda: once.next_close(later),
        lambda: once.add(later, Span(minutes=1)),
        lambda: once.add(later, Span(days=1)),
        lambda: once.add(at("2026-03-01T00:00"), Span(hours=2)),
        lambda: once.business_date(at("2026-03-17T10:00")),
    ]
    for call in calls:
        with pytest.raises(NeverOpen, match="x "):
            call()
    assert once.open_between(at("2020-01-01T00:00"), at("2030-01-01T00:00")) == timedelta(hours=1)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        OFFICE.is_open(datetime(2026, 3, 16, 9))
    plus_eight = timezone(timedelta(hours=8))
    assert OFFICE.in_zone(plus_eight).is_open(datetime(2026, 3, 16, 9, tzinfo=plus_eight))


class Holder(Model):
    """Something with a schedule."""

    at: Schedule


def schedule(text: str) -> Schedule:
    found, _, faults = read_model(Holder, f"at: {{{text}}}", "x.yaml")
    assert found is not None, faults
    return found.at


@pytest.mark.parametrize(
    ("text", "zone", "after", "fires"),
    [
        ("cron: 0 22 * * mon-fri", SHANGHAI, "2026-03-13T22:00", "2026-03-16T22:00"),
        ("cron: 0 22 * * 1-5", SHANGHAI, "2026-03-13T21:59:59", "2026-03-13T22:00"),
        ("cron: 0 0 * * fri-sun", SHANGHAI, "2026-03-14T00:00", "2026-03-15T00:00"),
        ("cron: 0 0 * * 7", SHANGHAI, "2026-03-14T00:00", "2026-03-15T00:00"),
        ("cron: 0 0 * * */3", SHANGHAI, "2026-03-15T00:00", "2026-03-18T00:00"),  # sun, wed, sat
        ('cron: "15 6 1,15 JAN-jun *"', SHANGHAI, "2026-06-15T06:15", "2027-01-01T06:15"),
        ("cron: 0 0 29 2 *", SHANGHAI, "2096-02-29T00:00", "2104-02-29T00:00"),
        ("cron: 5-59/20 8 * * *", SHANGHAI, "2026-03-14T08:25", "2026-03-14T08:45"),
        ("times: [23:30, 22:00]", SHANGHAI, "2026-03-14T22:00", "2026-03-14T23:30"),
        ("times: 22:00", SHANGHAI, "2026-03-14T22:00", "2026-03-15T22:00"),
        ("times: 22:00, calendar: china-office, working_days_only: yes", SHANGHAI, "2026-09-30T22:00", "2026-10-08T22:00"),
        ("cron: 0 9 * * sun, calendar: china-office, working_days_only: yes", SHANGHAI, "2026-01-05T00:00", "2026-09-20T09:00"),
        # Skipped: the first instant after it; once, though two times fall on it.
        ('times: [02:15, 02:45]', BERLIN, "2026-03-29T01:59", "2026-03-29T03:00"),
        ('times: [02:15, 02:45]', BERLIN, "2026-03-29T03:00", "2026-03-30T02:15"),
        # Twice: the first time only.
        ("times: 02:30", BERLIN, "2026-10-25T01:59", "2026-10-25T02:30"),
        ("times: 02:30", BERLIN, "2026-10-25T02:30", "2026-10-26T02:30"),
        # Clocks in St. John's went from 00:01 back to 23:01 of the day before.
        ("times: 00:00", ST_JOHNS, "2010-11-06T23:30", "2010-11-07T00:00"),
    ],
)  # fmt: skip
def test_firings(text: str, zone: ZoneInfo, after: str, fires: str) -> None:
    timetable = schedule(text).timetable(zone, SHIPPED)
    next_ = timetable.next_fire(at(after, zone))
    assert next_ == at(fires, zone)
    assert timetable.previous_fire(next_) == next_
    assert timetable.previous_fire(next_ - timedelta(microseconds=1)) <= at(after, zone)


def test_the_last_firing_after_clocks_went_back_over_midnight() -> None:
    timetable = schedule("times: 00:00").timetable(ST_JOHNS, {})
    again = at("2010-11-06T23:30", ST_JOHNS, fold=1)
    assert timetable.previous_fire(again) == at("2010-11-07T00:00", ST_JOHNS)
    assert timetable.next_fire(again) == at("2010-11-08T00:00", ST_JOHNS)


def test_a_schedule_that_never_fires() -> None:
    weekdays = made("hours: {mon-fri: 09:00-17:00}")
    text = "cron: 0 9 * * sun, calendar: x, working_days_only: yes"
    timetable = schedule(text).timetable(SHANGHAI, {"x": weekdays})
    for call in (timetable.next_fire, timetable.previous_fire):
        with pytest.raises(NeverFires, match="working days of x"):
            call(at("2026-03-14T00:00"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@daily", "five fields"),
        ("0 22 * *", "has 4"),
        ("0 0 22 * * *", "has 6"),
        ("60 22 * * *", "`60` is no minute: it goes from 0 to 59"),
        ("0 22 0 * *", "day of month: it goes from 1"),
        ("0 22 * * mno", "did you mean mon"),
        ("0 22 * jann *", "did you mean jan"),
        ("0 22 * * fri-mon", "runs backwards"),
        ("5/15 * * * *", "a step needs a range or *"),
        ("*/0 * * * *", "the step must be from 1 to 59"),
        ("*/75 * * * *", "the step must be from 1 to 59"),
        ("0, 22 * * *", "`` is no minute"),
        ("0 22 ? * *", "`?` is no day of month"),
        ("0 22 1 * mon", "disagree"),
        ("0 22 31 apr,jun *", "never fires"),
        ("٣ 22 * * *", "is no minute"),
    ],
)
def test_expressions_that_are_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        parse_cron(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cron: 0 22 * * *, times: 22:00", "either cron or times"),
        ("calendar: x", "either cron or times"),
        ("times: []", "at least 1"),
        ("times: [22:00, 22:00]", "stands twice"),
        ("times: 24:00", "00:00 of the next day"),
        ("times: 9:00", "no time of day"),
        ("times: 22:00, working_days_only: yes", "needs a calendar"),
        ("times: 22:00, calendar: always", "working_days_only: yes"),
        ("cron: 0 22 * * mno", "did you mean mon"),
    ],
)
def test_schedules_that_are_refused(text: str, told: str) -> None:
    found, _, faults = read_model(Holder, f"at: {{{text}}}", "x.yaml")
    assert found is None
    assert told in str(faults[0].values["problem"])
    assert faults[0].place.line == 1


FILE = """\
id: x
name: {en: x, zh: x}
hours:
  mon-thu: [08:30-12:00, 14:00-17:30]
  fri: [08:30-12:00]
holidays:
  - {from: 2026-10-01, to: 2026-10-07, name: {en: National Day, zh: 国庆节}}
working:
  - {date: 2026-10-10, as: mon}
business_day_ends: 17:00
"""


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("id: x", "id: y", (1, 5), "must be the file's name, x"),
        ("hours:", "houres:", (3, 1), "hours"),
        ("mon-thu:", "mon-thr:", (4, 3), "did you mean thu?"),
        ("mon-thu:", "thu-mon:", (4, 3), "runs backwards"),
        ("  fri:", "  thu:", (5, 3), "thu stands twice"),
        ("14:00-17:30", "14:00", (4, 26), "no span"),
        ("14:00-17:30", "14.00-17:30", (4, 26), "no time of day"),
        ("14:00-17:30", "14:00-25:30", (4, 26), "no time of day"),
        ("14:00-17:30", "24:00-01:00", (4, 26), "can only be an end"),
        ("14:00-17:30", "14:00-14:00", (4, 26), "00:00-24:00"),
        ("14:00-17:30", "11:59-17:30", (4, 12), "two spans overlap"),
        ("14:00-17:30", "14:00-09:00", (4, 12), "two spans overlap"),
        ("to: 2026-10-07", "to: 2026-09-07", (7, 5), "to is before from"),
        ("to: 2026-10-07", "to: 2027-10-07", (7, 5), "longer than 366 days"),
        (", to: 2026-10-07", "", (7, 5), "either date, or from and to"),
        ("2026-10-07", "20261007", (7, 28), "must be a date"),
        ("2026-10-07", "2026-10-32", (7, 28), "day"),
        ("holidays:", "holidays:\n  - {date: 2026-10-01, name: {en: a, zh: a}}", (8, 5), "in a already"),
        ("2026-10-10, as", "2026-10-07, as", (9, 12), "is a holiday too (National Day)"),
        ("as: mon", "as: sun", (9, 28), "has no hours"),
        ("as: mon", "as: mn", (9, 28), "'mon'"),
        (", as: mon", "", (9, 5), "either as or hours"),
        ("as: mon", "hours: [09:00-12:00, 11:00-13:00]", (9, 31), "two spans overlap"),
        ("as: mon}", "as: mon}\n  - {date: 2026-10-10, as: fri}", (10, 12), "stands twice"),
        ("17:00", "24:00", (10, 20), "00:00 of the next day"),
    ],
)
def test_mistakes_are_told_at_their_place(old: str, new: str, place: tuple[int, int], told: str) -> None:
    assert read_calendar(FILE, "x.yaml", "x")[0] is not None
    assert old in FILE
    calendar, faults = read_calendar(FILE.replace(old, new, 1), "x.yaml", "x")
    assert calendar is None
    found = [
        (fault.place.line, fault.place.column)
        for fault in faults
        if told in f"{fault.values.get('problem')} {fault.hint}"
    ]
    assert place in found, faults


@pytest.mark.parametrize(
    ("hours", "told"), [("{}", "it is never open"), ("{sun: 20:00-09:00, mon: 08:00-12:00}", "overlap")]
)
def test_mistakes_of_a_week(hours: str, told: str) -> None:
    calendar, faults = read_calendar(f"id: x\nname: {{en: x, zh: x}}\nhours: {hours}", "x.yaml", "x")
    assert calendar is None
    assert told in str(faults[0].values["problem"])


def test_the_configuration_has_them_on_the_clocks_of_the_business_zone(tmp_path: Path) -> None:
    file = tmp_path / "schemas/calendars/x.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(FILE, encoding="utf-8")
    (tmp_path / "edi-router.yaml").write_text("time_zone: Europe/Berlin\n")
    configuration, faults = load_configuration(Tree((tmp_path,)))
    assert configuration is not None, faults
    assert configuration.calendars["x"].next_open(at("2026-03-16T00:00")) == at("2026-03-16T08:30", BERLIN)
    file.write_text(FILE.replace("mon-thu", "mon-thr"), encoding="utf-8")
    configuration, faults = load_configuration(Tree((tmp_path,)))
    assert configuration is None
    assert [(fault.code, fault.place.line, fault.place.column) for fault in faults] == [
        ("config-value", 4, 3)
    ]


def test_a_clock_of_a_register_must_name_a_calendar_that_there_is(tmp_path: Path) -> None:
    text = Tree.over_shipped().text("registers/certificate.yaml")
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers/certificate.yaml").write_text(text.replace("china-office", "china-ofice"))
    register, faults = load_register(Tree.over_shipped(tmp_path), "registers/certificate.yaml")
    assert register is None
    assert [(fault.code, fault.values["name"], fault.hint) for fault in faults] == [
        ("config-unknown-name", "china-ofice", "china-office")
    ]


def test_the_example_of_the_page_keeps_its_word(root: Path) -> None:
    found = re.search(
        r"```yaml\n(.*?)```", (root / "docs/calendars.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    bank, faults = read_calendar(found[1], "bank.yaml", "bank", SHANGHAI)
    assert not faults
    assert bank is not None
    assert bank.add(at("2026-03-13T11:00"), Span(hours=3)) == at("2026-03-16T10:30")
    for start in ("2026-03-13T09:00", "2026-03-13T23:00", "2026-03-15T12:00"):
        assert bank.add(at(start), Span(days=1)) == at("2026-03-16T17:30")


def test_the_verb_lists_days(tmp_path: Path) -> None:
    ran = edi_router("calendar", "china-office", "--from", "2026-10-08", "--days", "4")
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines() if " 2026-10-" in line]
    assert [line[0] for line in lines] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-11"]
    assert lines[2][2:4] == ["08:30-12:00,", "14:00-17:30"]
    assert len(lines[2]) > len(lines[1])
    last = edi_router("calendar", "customs-window", "--from", "2026-12-31", "--days", "1", "--json").json
    assert last["open"] == [["2026-12-31T22:00:00+08:00", "2027-01-01T02:00:00+08:00"]]
    told = edi_router("calendar", "china-office", "--from", "2026-12-31", "--days", "2").out
    assert told.count("2026-12-31") == 2  # as a day, and as the last one whose holidays are known
    assert {line["calendar"] for line in edi_router("calendar", "--json").lines} >= set(SHIPPED)
    wrong = edi_router("calendar", "custom-window")
    assert (wrong.code, "customs-window" in wrong.err) == (2, True)
    (tmp_path / "schemas/calendars").mkdir(parents=True)
    (tmp_path / "schemas/calendars/x.yaml").write_text(FILE.replace("mon-thu", "mon-thr"))
    broken = edi_router("--workspace", tmp_path, "calendar", "x")
    assert broken.code == 1
    assert "x.yaml:4:3" in broken.out
