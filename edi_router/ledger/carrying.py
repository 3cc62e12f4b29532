"""From where the figures of a page are carried over: the page closed before it.

Without it every page would count all that ever happened. Verifying goes from the latest page to the earliest, so that
what was open, and which number was the last, follow from the page after by what changed between the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from edi_router.ledger import tables
from edi_router.ledger.states import TABLES

PARTS: Mapping[str, str] = {"message": "messages", "output": "outputs", "file": "files"}
"""Under which name a page has the equation of a kind."""
START = "0" * 64
"""What the first page is chained to."""
_b, _o, _n = tables.books.c, tables.output.c, tables.control_number.c


@dataclass(frozen=True, slots=True)
class Base:
    """The page closed before a date; an empty one before there was any."""

    date: str = ""
    sha256: str = START
    page: Mapping[str, Any] = field(default_factory=dict)
    sound: bool = True
    """Whether its text is that which was closed, and chained to the page before it."""

    def open_after(self, kind: str, inflow: str) -> dict[str, int]:
        """What was open when its date began, and what came in on it, by partner."""
        lines: Mapping[str, Mapping[str, int]] = self.page.get(PARTS[kind], {}).get("partners", {})
        return {partner: line.get("carried_over", 0) + line.get(inflow, 0) for partner, line in lines.items()}


def chained(previous: str, page: str) -> str:
    """The hash of a page that follows the page with the hash `previous`."""
    return hashlib.sha256(f"{previous}\n{page}".encode()).hexdigest()


def base_of(connection: Connection, date: str) -> Base:
    """The last page that was closed before a date."""
    query = select(tables.books).where(_b.date < date).order_by(_b.date.desc()).limit(2)
    rows = connection.execute(query).all()
    return as_base(rows[0], rows[1].sha256 if len(rows) > 1 else START) if rows else Base()


def as_base(row: Row[Any], before: str) -> Base:
    """The row of a page as what the next is carried over from; `before` is the hash of the page before it."""
    sound = row.previous == before and row.sha256 == chained(row.previous, row.page)
    try:
        page = json.loads(row.page)
    except ValueError:
        page, sound = {}, False
    return Base(row.date, row.sha256, page, sound)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a date already, because a later one was looked at; all of it could be asked for anew."""

    open: Mapping[str, Sequence[str]]
    """The ids of what was open at the end of the date, by kind."""
    last: Mapping[str, int]
    """The last control number that was used by the end of the date, or a later one, by stream."""


class Backwards:
    """What was known of dates, asked for from the latest to the earliest: each row is met once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._at: str | None = None
        self._open: dict[str, dict[str, str]] = {kind: {} for kind in PARTS}
        self._last: dict[str, int] = {}

    def at(self, date: str) -> Known:
        """What was open at the end of a date, which is before the one asked for last."""
        for kind, rows in self._open.items():
            for id in [id for id, came in rows.items() if came > date]:
                del rows[id]
            t = TABLES[kind].c
            left = select(t.id, t.date).where(t.date <= date)
            if self._at is None:
                left = left.where(or_(t.settled.is_(None), t.settled > date))
            else:
                left = left.where(t.settled > date, t.settled <= self._at)
            rows |= {row.id: row.date for row in self._connection.execute(left)}
        self._at = date
        self._last = last_numbers(self._connection, date, self._last)
        return Known({kind: sorted(rows) for kind, rows in self._open.items()}, self._last)


def last_numbers(connection: Connection, date: str, later: Mapping[str, int] | None = None) -> dict[str, int]:
    """The last number of each stream that was used by the end of a date; looked for from the `later` ones down."""
    found: dict[str, int] = {}
    for stream, first in connection.execute(select(_n.stream, _n.first).order_by(_n.stream)).all():
        query = select(_o.number).where(_o.stream == stream, _o.date <= date)
        if later and stream in later:
            query = query.where(_o.number <= later[stream])
        last = connection.scalar(query.order_by(_o.number.desc()).limit(1))
        found[stream] = first - 1 if last is None else max(last, first - 1)
    return found
