"""Schedules: at which instants something is to happen, by a cron expression or times of the day.

A time that clocks skip fires when they do, one that they show twice fires once, the first time
(`edi_router.calendars.wall`). So an expression of every ten minutes rests for the hour that comes twice: what is to
happen at equal distances is a poll, not a schedule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from edi_router.calendars.calendar import Calendar
from edi_router.calendars.cron import Cron, parse_cron
from edi_router.calendars.model import TimeOfDay
from edi_router.calendars.wall import local, minutes_of, reached
from edi_router.config import Model, YesNo, listed

HORIZON = 40 * 366
"""Days without a firing after which a schedule never fires: a 29 February that is a working day may be far off."""
_DAY = timedelta(days=1)


class NeverFires(Exception):
    """The schedule has no firing on that side of the instant; the text says which schedule."""


def _cron(value: str) -> str:
    return parse_cron(value).text


class Schedule(Model):
    """When something is to happen."""

    cron: Annotated[str, AfterValidator(_cron)] | None = None
    """Five fields: `0 22 * * mon-fri`."""
    times: Annotated[tuple[TimeOfDay, ...] | None, BeforeValidator(listed)] = Field(
        default=None, min_length=1
    )
    """Times of every day, in place of `cron`: `[22:00, 23:30]`."""
    calendar: str | None = None
    """The calendar whose working days are meant."""
    working_days_only: YesNo = False
    """Whether it fires on working days of the calendar only, at whatever hour."""

    @field_validator("times")
    @classmethod
    def _once(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and len(set(value)) < len(value):
            raise ValueError("a time stands twice")
        return value

    @model_validator(mode="after")
    def _one(self) -> Schedule:
        if (self.cron is None) == (self.times is None):
            raise ValueError("needs either cron or times")
        if self.working_days_only and self.calendar is None:
            raise ValueError("working_days_only needs a calendar")
        if self.calendar is not None and not self.working_days_only:
            raise ValueError("calendar goes with `working_days_only: yes`")
        return self

    def timetable(self, zone: tzinfo, calendars: Mapping[str, Calendar]) -> Timetable:
        """Its firings on the clocks of `zone`; KeyError when the calendar is not among `calendars`."""
        calendar = calendars[self.calendar] if self.calendar is not None else None
        if self.cron is not None:
            cron = parse_cron(self.cron)
        else:
            every_day = parse_cron("0 0 * * *")
            minutes = tuple(sorted(minutes_of(each) for each in self.times or ()))
            cron = Cron(
                " ".join(self.times or ()),
                minutes,
                every_day.month_days,
                every_day.months,
                every_day.weekdays,
            )
        return Timetable(cron, zone, calendar)


@dataclass(frozen=True)
class Timetable:
    """The firings of a schedule; every instant given must have a zone, those given back are in UTC."""

    cron: Cron
    zone: tzinfo
    calendar: Calendar | None = field(default=None)
    """The calendar to whose working days it is restricted."""

    def next_fire(self, after: datetime) -> datetime:
        """The first firing after the instant. NeverFires when there is none within forty years."""
        day = local(after, self.zone).date()
        for number in range(HORIZON):
            each = day + number * _DAY
            if self.fires_on(each):
                passed = self._passed(each, after)
                if passed < len(self.cron.minutes):
                    return reached(each, self.cron.minutes[passed], self.zone)
        raise self._never("after", after)

    def previous_fire(self, until: datetime) -> datetime:
        """The last firing at the instant or before it. NeverFires when there is none within forty years."""
        # A day further: where clocks go back over midnight, the first minutes of the next day have been already.
        day = local(until, self.zone).date() + _DAY
        for number in range(HORIZON):
            each = day - number * _DAY
            if self.fires_on(each):
                passed = self._passed(each, until)
                if passed:
                    return reached(each, self.cron.minutes[passed - 1], self.zone)
        raise self._never("before", until)

    def fires_on(self, day: date) -> bool:
        """Whether it fires on the day."""
        cron = self.cron
        return (
            day.month in cron.months
            and day.day in cron.month_days
            and day.weekday() in cron.weekdays
            and (self.calendar is None or self.calendar.working_day(day))
        )

    def _passed(self, day: date, at: datetime) -> int:
        """How many of the day's firings are not later than the instant."""
        return bisect_right(self.cron.minutes, at, key=lambda minutes: reached(day, minutes, self.zone))

    def _never(self, side: str, at: datetime) -> NeverFires:
        only = f" on working days of {self.calendar.id}" if self.calendar is not None else ""
        return NeverFires(f"`{self.cron.text}`{only} does not fire {side} {at.isoformat()}")
