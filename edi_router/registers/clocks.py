"""When something happens to an entry by the passing of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo

from edi_router.calendars import Calendar, NeverOpen
from edi_router.registers.entry import Entry
from edi_router.registers.model import Clock, Outcome
from edi_router.registers.register import Register
from edi_router.rules.dates import day_of


def next_stroke(register: Register, entry: Entry, zone: tzinfo) -> tuple[datetime, Clock] | None:
    """The clock that strikes next for the entry, and when; None when none runs."""
    return min(_strokes(register, entry, zone), key=lambda stroke: stroke[0], default=None)


def _strokes(register: Register, entry: Entry, zone: tzinfo) -> Iterator[tuple[datetime, Clock]]:
    for clock in register.definition.clocks:
        if entry.state in clock.in_ and clock.id not in entry.fired:
            calendar = (
                register.calendars[clock.calendar].in_zone(zone) if clock.calendar is not None else None
            )
            at = _at(clock, entry, zone, calendar)
            if at is not None:
                yield at, clock


def _at(clock: Clock, entry: Entry, zone: tzinfo, calendar: Calendar | None) -> datetime | None:
    """When the clock strikes; None when the entry does not say, or says a day after which there is none."""
    try:
        return _stroke(clock, entry, zone, calendar)
    except (OverflowError, NeverOpen):
        return None


def _stroke(clock: Clock, entry: Entry, zone: tzinfo, calendar: Calendar | None) -> datetime | None:
    if clock.after is not None:
        span = clock.after
        since = entry.since if clock.since is None else _moment(entry.value(clock.since))
        if since is None:
            return None
        if calendar is not None:
            return calendar.add(since, span)
        after = timedelta(days=span.days, hours=span.hours, minutes=span.minutes, seconds=span.seconds)
        return since.astimezone(UTC) + after
    day = day_of(entry.value(clock.field or ""))
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=clock.days), time.min, zone).astimezone(UTC)


def _moment(text: str) -> datetime | None:
    """The moment that a field holds; None when it holds none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def struck(entry: Entry, clock: Clock, outcome: Outcome, now: datetime) -> Entry:
    """The entry after the clock has struck: in the outcome's state, or marked so that it strikes once."""
    version = entry.version + 1
    if outcome.state is not None and outcome.state != entry.state:
        return replace(entry, state=outcome.state, since=now, fired=frozenset(), version=version)
    return replace(entry, fired=entry.fired | {clock.id}, version=version)
