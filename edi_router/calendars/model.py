"""Calendar files: strict models of opening hours, holidays, and days that are worked by exception.

One calendar is one file `schemas/calendars/<id>.yaml` (`docs/calendars.md`). What the models cannot say without the
file's other parts, such as hours that overlap, is found by `edi_router.calendars.load`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from edi_router.calendars.wall import MINUTES, minutes_of
from edi_router.config import Model, did_you_mean, listed

ID = r"^[a-z0-9][a-z0-9-]{0,39}$"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 366
"""Days of one holiday; more is a mistake in a year."""

DayHours = tuple[tuple[int, int], ...]
"""When a day is open: from and to, in minutes after its midnight; to may lie in the next day."""


def span_of(text: str) -> tuple[int, int]:
    """`08:30-12:00` as minutes after midnight; a span that ends before it begins ends on the next day.

    >>> span_of("08:30-12:00"), span_of("22:00-02:00")
    ((510, 720), (1320, 1560))
    """
    begin, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"`{text}` is no span such as 08:30-12:00")
    opens, closes = minutes_of(begin), minutes_of(end)
    if opens == MINUTES:
        raise ValueError("24:00 can only be an end; the day begins at 00:00")
    if opens == closes:
        raise ValueError(f"`{text}` is empty; the whole day is 00:00-24:00")
    return opens, closes if closes > opens else closes + MINUTES


def weekdays_of(text: str) -> tuple[int, ...]:
    """`mon-fri` or `mon,wed` as numbers, Monday being 0. ValueError when it is neither.

    >>> weekdays_of("mon-wed,sun")
    (0, 1, 2, 6)
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        begin = _weekday(first)
        end = _weekday(last) if dash else begin
        if end < begin:
            raise ValueError(f"{part.strip()} runs backwards; the week begins on mon")
        found += range(begin, end + 1)
    return tuple(found)


def _weekday(word: str) -> int:
    if word not in WEEKDAYS:
        near = did_you_mean(word, WEEKDAYS)
        meant = f"; did you mean {near}?" if near else ""
        raise ValueError(f"`{word}` is none of {', '.join(WEEKDAYS)}{meant}")
    return WEEKDAYS.index(word)


def _day(value: object) -> object:
    # pydantic takes digits for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a date such as 2026-10-01")
    return value


def _span_text(value: str) -> str:
    span_of(value)
    return value


def _time_text(value: str) -> str:
    if minutes_of(value) == MINUTES:
        raise ValueError("24:00 is 00:00 of the next day")
    return value


Day = Annotated[date, BeforeValidator(_day)]
"""A date, written `2026-10-01`."""
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN_SHAPE = {"type": "string", "pattern": f"^{_TIME}-({_TIME}|24:00)$"}
Hours = Annotated[
    tuple[Annotated[str, AfterValidator(_span_text)], ...],
    BeforeValidator(listed),
    WithJsonSchema({"anyOf": [{"type": "array", "items": _SPAN_SHAPE}, _SPAN_SHAPE]}),
]
"""One span or several: `[08:30-12:00, 14:00-17:30]`."""
TimeOfDay = Annotated[
    str, AfterValidator(_time_text), WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$"})
]
"""A time of day, written `22:00`."""


class Name(Model):
    """What a calendar or a holiday is called."""

    en: str
    zh: str


class Holiday(Model):
    """A day, or several on end, on which it is closed."""

    date: Day | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    """The last day of it."""
    name: Name

    @model_validator(mode="after")
    def _some(self) -> Holiday:
        if (self.date is None) == (self.from_ is None) or (self.from_ is None) != (self.to is None):
            raise ValueError("needs either date, or from and to")
        if self.last < self.first:
            raise ValueError("to is before from")
        if (self.last - self.first).days >= LONGEST:
            raise ValueError(f"is longer than {LONGEST} days")
        return self

    @property
    def first(self) -> Day:
        """Its first day."""
        found = self.date or self.from_
        assert found is not None
        return found

    @property
    def last(self) -> Day:
        """Its last day."""
        found = self.date or self.to
        assert found is not None
        return found


class Worked(Model):
    """A day that has other hours than its day of the week: a Sunday that is worked (调休), a short day."""

    date: Day
    as_: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = Field(default=None, alias="as")
    """The day of the week whose hours it has."""
    hours: Hours = ()
    """Its hours, in place of `as`."""
    name: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Worked:
        if (self.as_ is None) == (not self.hours):
            raise ValueError("needs either as or hours")
        return self


class CalendarFile(Model):
    """One `schemas/calendars/<id>.yaml`."""

    id: str = Field(pattern=ID)
    name: Name
    note: str = ""
    """Where its days come from, and what of them is only an example."""
    hours: dict[str, Hours]
    """The hours of days of the week: `mon-fri`, `sat`, `mon,wed`. What is not named is closed."""
    holidays: Annotated[tuple[Holiday, ...], BeforeValidator(listed)] = ()
    working: Annotated[tuple[Worked, ...], BeforeValidator(listed)] = ()
    business_day_ends: TimeOfDay | None = None
    """What comes at this time or later counts to the next business date."""
    known_to: Day | None = None
    """The last day whose holidays are known; who makes the calendar has to add those of the next year."""
