"""Calendars and schedules against what clocks on the wall show, minute by minute, across changes of these clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.calendars import Calendar, Schedule, Timetable
from edi_router.calendars.model import Name
from edi_router.partners.spans import Span
from tests.support.effort import examples

CHANGES = (
    (ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (ZoneInfo("Asia/Shanghai"), datetime(1988, 4, 16, 18, tzinfo=UTC)),  # 02:00 became 03:00
    (ZoneInfo("Asia/Shanghai"), datetime(1988, 9, 10, 17, tzinfo=UTC)),  # 02:00 became 01:00
    (ZoneInfo("Asia/Shanghai"), datetime(2026, 3, 14, 16, tzinfo=UTC)),
)
"""Zones, each with an instant at which its clocks were changed; the last one had no change then."""
MINUTE = timedelta(minutes=1)
NAME = Name(en="x", zh="x")


@st.composite
def instants(draw: st.DrawFn, change: datetime) -> datetime:
    """Instants within two days of the change, often near it."""
    wide = st.integers(-48 * 3600, 48 * 3600)
    return change + timedelta(seconds=draw(st.one_of(st.integers(-7200, 7200), wide)))


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """No, one or two spans of a day, the last one perhaps over midnight to at most 06:00."""
    points = sorted(draw(st.sets(st.integers(6, 22), min_size=3, max_size=3)))
    points.append(draw(st.integers(points[-1] + 1, 29)))
    quarters = [point * 60 + draw(st.sampled_from((0, 15, 30))) for point in points]
    spans = ((quarters[0], quarters[1]), (quarters[2], quarters[3]))
    early = ((0, 150), (165, 300))
    return draw(st.sampled_from((spans, spans, early, early + spans[:1], ())))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    zone, change = draw(st.sampled_from(CHANGES))
    week = draw(st.tuples(*[hours() for _ in range(6)]))
    off = draw(st.sets(st.integers(-3, 3), max_size=2))
    day = change.astimezone(zone).date()
    holidays = {day + timedelta(days=number): NAME for number in off}
    return Calendar("x", NAME, zone, (*week, ((540, 1020),)), holidays), change


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_what_is_added_is_the_open_time_between(data: st.DataObject) -> None:
    calendar, change = data.draw(calendars())
    start = data.draw(instants(change))
    span = timedelta(seconds=data.draw(st.integers(1, 100 * 3600)))
    end = calendar.add(start, span)
    assert end > start
    assert calendar.open_between(start, end) == span
    assert calendar.is_open(end - timedelta(microseconds=1))
    middle = start + (end - start) / 2
    assert calendar.open_between(start, middle) + calendar.open_between(middle, end) == span


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_openings_and_closings(data: st.DataObject) -> None:
    calendar, change = data.draw(calendars())
    at = data.draw(instants(change))
    opens = calendar.next_open(at)
    assert opens >= at
    assert calendar.is_open(opens)
    assert calendar.next_open(opens) == opens
    assert calendar.open_between(at, opens) == timedelta(0)
    assert (opens == at) == calendar.is_open(at)
    closes = calendar.next_close(at)
    assert closes is not None
    assert not calendar.is_open(closes)
    assert calendar.open_between(opens, closes) == closes - opens
    day = calendar.business_date(at)
    assert calendar.working_day(day)
    assert day <= calendar.business_date(at + timedelta(hours=1))


@settings(max_examples=examples(20), deadline=None)
@given(st.data(), st.integers(1, 5))
def test_working_days_of_a_deadline(data: st.DataObject, days: int) -> None:
    calendar, change = data.draw(calendars())
    start = data.draw(instants(change))
    end = calendar.add(start, Span(days=days))
    between = [
        day
        for number in range(1, 40)
        if calendar.working_day(day := calendar.day_of(start) + timedelta(days=number))
    ]
    assert end == calendar.close_of(between[days - 1])
    assert calendar.add(start + timedelta(hours=1), Span(days=days)) >= end


def shown(begin: datetime, minutes: int, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, datetime]]:
    """Each minute at which clocks show what they never showed before: the instant, and the times that they passed over."""
    highest = (begin - MINUTE).astimezone(zone).replace(tzinfo=None)
    for number in range(minutes):
        at = begin + number * MINUTE
        wall = at.astimezone(zone).replace(tzinfo=None)
        if wall > highest:
            yield at, highest + MINUTE, wall
            highest = wall


def expected(timetable: Timetable, begin: datetime, minutes: int, zone: ZoneInfo) -> list[datetime]:
    """The firings by looking at the clock every minute."""
    found = []
    for at, first, last in shown(begin, minutes, zone):
        walls = [first + number * MINUTE for number in range((last - first) // MINUTE + 1)]
        if any(
            timetable.fires_on(w.date()) and w.hour * 60 + w.minute in timetable.cron.minutes for w in walls
        ):
            found.append(at)
    return found


CRONS = st.sampled_from(
    ("30 2 * * *", "*/20 * * * *", "15,45 1-3 * * *", "0 0 * * *", "59 23 * * sun", "0 2,3 * * mon-fri", "0 3 10-20 * *")
)  # fmt: skip


@settings(max_examples=examples(25), deadline=None)
@given(st.sampled_from(CHANGES), CRONS)
def test_firings_are_those_that_clocks_show(place: tuple[ZoneInfo, datetime], text: str) -> None:
    zone, change = place
    timetable = Schedule(cron=text).timetable(zone, {})
    begin, minutes = change - timedelta(hours=30), 60 * 60
    found = []
    at = begin - timedelta(microseconds=1)
    while (at := timetable.next_fire(at)) < begin + minutes * MINUTE:
        found.append(at)
    assert found == expected(timetable, begin, minutes, zone)
    assert all(one < other for one, other in pairwise(found))


@settings(max_examples=examples(25), deadline=None)
@given(st.data(), CRONS)
def test_the_last_firing_is_the_one_before_the_next(data: st.DataObject, text: str) -> None:
    calendar, change = data.draw(calendars())
    at = data.draw(instants(change))
    only = data.draw(st.booleans())
    schedule = Schedule(cron=text, calendar="x" if only else None, working_days_only=only)
    timetable = schedule.timetable(calendar.zone, {"x": calendar})
    following = timetable.next_fire(at)
    assert following > at
    assert timetable.previous_fire(following) == following
    last = timetable.previous_fire(following - timedelta(microseconds=1))
    assert last <= at
    assert timetable.next_fire(last) == following
    assert timetable.previous_fire(at) == last
    if only:
        assert calendar.working_day(following.astimezone(calendar.zone).date())
