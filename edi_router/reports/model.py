"""What a report is: a period, and tables of exact values."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from edi_router.ledger.store import micros

Value = str | int | Decimal | None
"""A cell: never a float. A duration is a Decimal of seconds, a share a Decimal of per cent."""


@dataclass(frozen=True, slots=True)
class Period:
    """Business dates from `since` to `until`, both included, in the business zone."""

    since: date
    until: date
    zone: tzinfo

    @classmethod
    def month(cls, text: str, zone: tzinfo) -> Period:
        """The month `yyyy-mm`; ValueError when it is none.

        >>> from datetime import UTC
        >>> str(Period.month("2024-02", UTC).until)
        '2024-02-29'
        """
        first = datetime.strptime(text, "%Y-%m").date()
        return cls(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), zone)

    @property
    def begin(self) -> int:
        """The first microsecond."""
        return micros(datetime.combine(self.since, time.min, self.zone))

    @property
    def end(self) -> int:
        """The first microsecond after it."""
        return micros(datetime.combine(self.until + timedelta(days=1), time.min, self.zone))

    def months(self) -> frozenset[str]:
        """The months (yyyy-mm) that lie in it as a whole."""
        found = set()
        first = self.since.replace(day=1)
        while first <= self.until:
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            if self.since <= first and last <= self.until:
                found.add(f"{first:%Y-%m}")
            first = last + timedelta(days=1)
        return frozenset(found)

    def __str__(self) -> str:
        whole = Period.month(f"{self.since:%Y-%m}", self.zone) == self
        return f"{self.since:%Y-%m}" if whole else f"{self.since} – {self.until}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report: names of columns (`words`) and rows."""

    id: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    bars: tuple[str, str] | None = None
    """The columns of label and value that a chart shows on the page."""
    ordered: bool = False
    """Whether the chart keeps the order of the rows, as hours have one, and stands upright."""

    def dicts(self) -> list[dict[str, Value]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """Tables over a period. The first one is the report itself, the others add to it."""

    kind: str
    period: Period
    tables: tuple[Table, ...]

    def table(self, id: str) -> Table:
        """The table of this id; KeyError when there is none."""
        return {each.id: each for each in self.tables}[id]


def percent(part: int, whole: int | None) -> Decimal | None:
    """A share in per cent with one decimal, rounded half up; None of nothing.

    >>> percent(151, 151), percent(2, 3), percent(1, 0)
    (Decimal('100.0'), Decimal('66.7'), None)
    """
    if not whole:
        return None
    return Decimal((2000 * part + whole) // (2 * whole)).scaleb(-1)


def seconds(span: int | None) -> Decimal | None:
    """Microseconds as seconds, exact.

    >>> seconds(1_500_000), seconds(None)
    (Decimal('1.5'), None)
    """
    return None if span is None else Decimal(span) / 1_000_000
