"""Batches: which of a partner's documents wait for each other, and when they go together in one interchange."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta, tzinfo
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edi_router.calendars import Calendar, unknown_calendar
from edi_router.calendars.model import TimeOfDay
from edi_router.calendars.wall import MINUTES, minutes_of
from edi_router.config import ConfigNode, Model, YesNo, listed, place_of
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.partners.spans import Span
from edi_router.partners.windows import Windows

if TYPE_CHECKING:
    from edi_router.partners.model import Partner


class WindowHours(Model):
    """From when to when a partner takes batches: times of the day, in the business zone."""

    opens: TimeOfDay
    closes: TimeOfDay
    """Of the next day when it is not later than `opens`."""

    @model_validator(mode="after")
    def _some(self) -> WindowHours:
        if self.opens == self.closes:
            raise ValueError(f"closes at {self.closes}, when it opens; for the whole day leave a minute out")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """From and to in minutes after the midnight before it opens; to may lie in the next day."""
        opens, closes = minutes_of(self.opens), minutes_of(self.closes)
        return opens, closes if closes > opens else closes + MINUTES


class Batch(Model):
    """A series of batches: what is collected for it, and when a batch of it is closed."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    of: Annotated[tuple[str, ...], BeforeValidator(listed)]
    """The kinds of messages, as `receives` of an agreement names them; EDIFACT only."""
    windows: Annotated[tuple[WindowHours, ...], BeforeValidator(listed)]
    calendar: str | None = None
    """The calendar on whose working days windows open; without one they open every day."""
    every: Span | None = None
    """How long a message waits at most while a window is open; without it, until the cut-off."""
    messages: int | None = Field(default=None, ge=1, le=99_999)
    """How many messages a batch has at most."""
    kilobytes: int | None = Field(default=None, ge=1, le=10_000_000)
    """How large its interchange is at most, in thousands of bytes."""
    megabytes: int | None = Field(default=None, ge=1, le=10_000)
    """The same in millions of bytes."""
    quota: int | None = Field(default=None, ge=1, le=9_999_999)
    """How many messages a window takes at most; the others wait for the next one."""
    groups: YesNo = False
    """Whether messages of one type stand in a functional group (UNG … UNE)."""
    lead: Span | None = None
    """How long before a window closes its cut-off is: the time that the last batch needs to arrive."""
    late: Span = Span(hours=1)
    """How long after the cut-off a message still counts as one that has missed it."""
    note: str = ""

    @field_validator("of")
    @classmethod
    def _edifact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if Kind.parse(each).format != "edifact":
                raise ValueError(f"`{each}` is no EDIFACT message: only those share an interchange")
        return value

    @field_validator("of", "windows")
    @classmethod
    def _some(cls, value: tuple[object, ...]) -> tuple[object, ...]:
        if not value:
            raise ValueError("needs at least one")
        return value

    @model_validator(mode="after")
    def _sound(self) -> Batch:
        if self.kilobytes is not None and self.megabytes is not None:
            raise ValueError("give kilobytes or megabytes, not both")
        hours = sorted(each.minutes for each in self.windows)
        following = [*hours[1:], (hours[0][0] + MINUTES, 0)]
        for (_, closes), (opens, _) in zip(hours, following, strict=True):
            if opens < closes:
                raise ValueError("two windows overlap")
        shortest = timedelta(minutes=min(closes - opens for opens, closes in hours))
        if self.lead is not None and self.lead.time >= shortest:
            raise ValueError("lead must be shorter than each window")
        return self

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of messages that it takes."""
        return tuple(Kind.parse(each) for each in self.of)

    @property
    def limit(self) -> int | None:
        """How many bytes an interchange has at most."""
        if self.megabytes is not None:
            return self.megabytes * 1_000_000
        return self.kilobytes * 1000 if self.kilobytes is not None else None

    def takes(self, kind: Kind) -> bool:
        """Whether messages of this kind are collected for it."""
        return any(each.includes(kind) for each in self.kinds)

    def collides(self, other: Batch) -> bool:
        """Whether one message could be collected for both."""
        return any(mine.overlaps(others) for mine in self.kinds for others in other.kinds)

    def hours(self, zone: tzinfo, calendars: Mapping[str, Calendar]) -> Windows:
        """Its windows on the clocks of `zone`; KeyError when its calendar is not among `calendars`."""
        calendar = calendars[self.calendar] if self.calendar is not None else None
        lead = self.lead.time if self.lead is not None else timedelta(0)
        return Windows(
            tuple(sorted(each.minutes for each in self.windows)), zone, lead, self.late.time, calendar
        )


def series_of(partner: str, batch: Batch) -> str:
    """By what name the ledger knows a series of batches: `PARTNER/batch`."""
    return f"{partner}/{batch.id}"


def batch_for(partner: Partner, kind: Kind) -> Batch | None:
    """The batch of the partner that takes documents of this kind; None when they are delivered one by one."""
    return next((each for each in partner.batches if each.takes(kind)), None)


def lint_batches(partner: Partner, node: ConfigNode, calendars: Collection[str]) -> list[Fault]:
    """What is wrong with the batches of a partner's file beyond each of them: `calendars` are those there are."""
    return [*_twice(partner.batches, node), *_calendars(partner.batches, node, calendars)]


def _twice(batches: Sequence[Batch], node: ConfigNode) -> Iterator[Fault]:
    for (first, one), (second, other) in combinations(enumerate(batches), 2):
        if one.id == other.id:
            values = {"key": "id", "value": other.id, "problem": "another batch of the partner has this id"}
            yield Fault("config-value", place_of(node, ["batches", second, "id"]), values)
        if one.collides(other):
            line = place_of(node, ["batches", first, "of"]).line
            values = {"one": one.id, "other": other.id, "line": str(line)}
            yield Fault("batches-collide", place_of(node, ["batches", second, "of"]), values)


def _calendars(batches: Sequence[Batch], node: ConfigNode, calendars: Collection[str]) -> Iterator[Fault]:
    for index, each in enumerate(batches):
        yield from unknown_calendar(each.calendar, calendars, node, ["batches", index, "calendar"])
