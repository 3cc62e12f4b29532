"""Calendars: when something is open, which days are worked, and how much open time lies between two instants.

Everything is computed from the clocks on the wall of the calendar's zone and given back as instants in UTC, so a
day on which clocks are changed has an hour more or less where its hours are concerned (`edi_router.calendars.wall`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from edi_router.calendars.model import DayHours, Name
from edi_router.calendars.wall import local, reached

HORIZON = 5 * 366
"""Days without an open hour after which a calendar is never open again."""
LONGEST_WAIT = timedelta(days=36_600)
"""How far in the future a deadline may be."""
_DAY = timedelta(days=1)
_YEAR = 366 * _DAY


class NeverOpen(Exception):
    """The calendar has no (or not so much) open time; the text says which calendar, and after when."""


class SpanLike(Protocol):
    """A span of time as configuration files give it (`edi_router.partners.spans.Span`)."""

    @property
    def days(self) -> int:
        """Working days."""

    @property
    def hours(self) -> int:
        """Open hours."""

    @property
    def minutes(self) -> int:
        """Open minutes."""

    @property
    def seconds(self) -> int:
        """Open seconds."""


@dataclass(frozen=True)
class Calendar:
    """One calendar, in a zone. Every instant given must have a zone (ValueError else); those given back are in UTC."""

    id: str
    name: Name
    zone: tzinfo
    week: tuple[DayHours, ...] = field(repr=False)
    """The hours of the seven days of the week, Monday first."""
    holidays: Mapping[date, Name] = field(default_factory=dict, repr=False)
    worked: Mapping[date, DayHours] = field(default_factory=dict, repr=False)
    """Days with hours of their own."""
    worked_names: Mapping[date, Name] = field(default_factory=dict, repr=False)
    business_day_ends: int | None = None
    """In minutes after midnight."""
    known_to: date | None = None
    """The last day whose holidays are known."""

    def in_zone(self, zone: tzinfo) -> Calendar:
        """The same hours on the clocks of another zone."""
        return replace(self, zone=zone)

    def hours(self, day: date) -> DayHours:
        """The hours that begin on the day."""
        if day in self.worked:
            return self.worked[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def working_day(self, day: date) -> bool:
        """Whether any hours begin on the day."""
        return bool(self.hours(day))

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's hours as instants, from and to; one that clocks skip wholly is left out."""
        made = [
            (reached(day, opens, self.zone), reached(day, closes, self.zone))
            for opens, closes in self.hours(day)
        ]
        return sorted(span for span in made if span[0] < span[1])

    def is_open(self, at: datetime) -> bool:
        """Whether the instant lies in open time; the opening does, the closing does not."""
        day = local(at, self.zone).date()
        return any(opens <= at < closes for each in (day - _DAY, day) for opens, closes in self.spans(each))

    def next_open(self, at: datetime) -> datetime:
        """The instant itself when it is open, else the next opening. NeverOpen when there is none."""
        for opens, _ in self._after(at):
            return opens
        raise self._never(at)

    def next_close(self, at: datetime) -> datetime | None:
        """When it closes that is open at the instant, or opens next; None when it stays open for a year.

        Hours that meet are one: 00:00-24:00 on every day never closes. NeverOpen when it does not open.
        """
        last: datetime | None = None
        for opens, closes in self._after(at):
            if last is not None and opens > last:
                return last
            last = closes
            if last - at > _YEAR:
                return None
        if last is None:
            raise self._never(at)
        return last

    def close_of(self, day: date) -> datetime:
        """When the last of the day's hours ends, which may be after midnight. ValueError on a day that is closed."""
        hours = self.hours(day)
        if not hours:
            raise ValueError(f"{self.id} is closed on {day}")
        return reached(day, max(closes for _, closes in hours), self.zone)

    def add(self, start: datetime, span: SpanLike | timedelta) -> datetime:
        """The instant at which `span` has passed since `start`, counting what is open only.

        Days of a span are working days. The day of the start is not counted, whatever its hour and even when it is
        closed; the last one ends when it closes: N days are over at the close of the N-th working day after it
        (so counts the Civil Code of China, articles 201 and 203). Hours, minutes and seconds are open time, after
        the days. A timedelta is open time altogether. Nothing added is the start itself. ValueError when the span
        is negative, NeverOpen when it is not over within a century.
        """
        time = span if isinstance(span, timedelta) else _open_time(span)
        days = 0 if isinstance(span, timedelta) else span.days
        if time < timedelta(0) or days < 0:
            raise ValueError("a negative span has no deadline")
        at = local(start, self.zone).astimezone(UTC)
        if days:
            at = self.close_of(self.working_day_after(self.day_of(start), days))
        return self._run(at, time)

    def open_between(self, begin: datetime, end: datetime) -> timedelta:
        """How much open time lies between two instants; none when the end is before the beginning."""
        total = timedelta(0)
        last = local(end, self.zone).date()
        for opens, closes in self._after(begin, last):
            total += max(min(closes, end) - opens, timedelta(0))
        return total

    def day_of(self, at: datetime) -> date:
        """The day that an instant belongs to: that on which the hours began in which it lies, else the date there."""
        day = local(at, self.zone).date()
        tail = any(opens <= at < closes for opens, closes in self.spans(day - _DAY))
        return day - _DAY if tail else day

    def business_date(self, at: datetime) -> date:
        """The working day that an instant counts to.

        It is that of its day (`day_of`), or, in a calendar whose `business_day_ends`, of the next date for what is
        not earlier; when that is closed, the next working day. NeverOpen when there is none.
        """
        if self.business_day_ends is None:
            day = self.day_of(at)
        else:
            day = local(at, self.zone).date()
            if at >= reached(day, self.business_day_ends, self.zone):
                day += _DAY
        return day if self.working_day(day) else self.working_day_after(day, 1)

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after the day. NeverOpen when there are too few."""
        idle = 0
        while count:
            day += _DAY
            idle += 1
            if self.working_day(day):
                count, idle = count - 1, 0
            elif idle > HORIZON:
                raise NeverOpen(f"{self.id} has no working day in the {HORIZON} days before {day}")
        return day

    def named(self, day: date) -> Name | None:
        """What the day is called: a holiday, or a day with hours of its own."""
        return self.worked_names.get(day) if day in self.worked else self.holidays.get(day)

    def _after(self, at: datetime, last: date | None = None) -> Iterator[tuple[datetime, datetime]]:
        """What is open from the instant on, in order and without overlaps.

        It ends with the hours of the day `last`, or without one when nothing has been open for the HORIZON.
        """
        day = local(at, self.zone).date() - _DAY
        until, idle = at.astimezone(UTC), 0
        while (day <= last) if last is not None else (idle <= HORIZON):
            idle += 1
            for opens, closes in self.spans(day):
                if closes > until:
                    yield max(opens, until), closes
                    until, idle = closes, 0
            day += _DAY

    def _run(self, at: datetime, time: timedelta) -> datetime:
        """The instant at which so much open time has passed."""
        if not time:
            return at
        for opens, closes in self._after(at):
            if time <= closes - opens:
                return opens + time
            time -= closes - opens
            if closes - at > LONGEST_WAIT:
                break
        raise self._never(at)

    def _never(self, at: datetime) -> NeverOpen:
        return NeverOpen(f"{self.id} is not open (long enough) after {at.isoformat()}")


def _open_time(span: SpanLike) -> timedelta:
    return timedelta(hours=span.hours, minutes=span.minutes, seconds=span.seconds)
