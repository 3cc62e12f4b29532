"""What waits for a person: how much of it, by reason, and the oldest of it first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Subquery, func, select, tuple_, union_all

from edi_router.ledger import tables
from edi_router.ledger.selecting import FAILED, HELD, REJECTED, Filter, queries
from edi_router.ledger.store import Store, instant

QUEUES = {
    "held": Filter(frozenset({HELD, FAILED}), kinds=frozenset({"message"})),
    "files": Filter(frozenset({HELD, FAILED}), kinds=frozenset({"file"})),
    "deliveries": Filter(frozenset({FAILED}), kinds=frozenset({"delivery"})),
    "rejected": Filter(frozenset({REJECTED}), kinds=frozenset({"output"})),
}
"""Held and failed messages and files, deliveries that were given up, what partners rejected out of batches."""
_m, _f, _o, _d = (each.c for each in (tables.message, tables.file, tables.output, tables.delivery))


@dataclass(frozen=True, slots=True)
class Heap:
    """What waits in one state, of one kind and partner, for one reason."""

    state: str
    kind: str
    partner: str
    reason: str
    number: int
    oldest: datetime
    """When the oldest of it came or was made."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits."""

    kind: str
    id: str
    state: str
    partner: str
    reason: str
    at: datetime
    """When it came or was made."""
    name: str
    """The reference of a message, the name of a file or output."""
    type: str
    """Of the message or output; the format of a file."""
    destination: str
    """Of a delivery or output; else empty."""
    attempts: int
    """Of a delivery; else 0."""
    next: str
    """The place after it, for `waiting`."""


class Waiting(Store):
    """The verbs of what waits."""

    def heaps(self, wanted: Filter) -> list[Heap]:
        """What the filter asks for, counted; the greatest number first."""
        found = _found(wanted)
        if found is None:
            return []
        c = found.c
        keys = (c.state, c.kind, c.partner, c.reason)
        query = select(*keys, func.count().label("number"), func.min(c.at).label("oldest")).group_by(*keys)
        with self.read() as connection:
            rows = connection.execute(query.order_by(func.count().desc(), *keys)).all()
        return [
            Heap(row.state, row.kind, row.partner, row.reason, row.number, instant(row.oldest))
            for row in rows
        ]

    def waiting(self, wanted: Filter, limit: int, after: str | None = None) -> list[Waits]:
        """At most so many of what the filter asks for, the oldest first, after the place `after` (`Waits.next`).

        Raises ValueError for an `after` that is no place.
        """
        found = _found(wanted)
        if found is None:
            return []
        c = found.c
        query = select(found).order_by(c.at, c.kind, c.id).limit(limit)
        if after is not None:
            at, kind, id = after.split(" ", 2)
            query = query.where(tuple_(c.at, c.kind, c.id) > (int(at), kind, id))
        with self.read() as connection:
            rows = connection.execute(query).all()
            known = _known(connection, rows)
        return [_waits(row, known[row.kind, row.id]) for row in rows]


def _found(wanted: Filter) -> Subquery | None:
    """The queries as one; None when nothing can be what the filter asks for."""
    parts = queries(wanted)
    return union_all(*parts).subquery("waits") if parts else None


def _known(connection: Connection, rows: Sequence[Any]) -> dict[tuple[str, str], Any]:
    """What people call these things."""
    known: dict[tuple[str, str], Any] = {}
    chosen = {
        "message": select(_m.id, _m.reference.label("name"), _m.type),
        "file": select(_f.id, _f.name, _f.format.label("type")),
        "output": select(_o.id, _o.name, _o.type, _o.destination),
        "delivery": select(_d.id, _o.name, _o.type, _d.destination, _d.attempts)
        .join(tables.output, _o.id == _d.output),
    }  # fmt: skip
    for kind in {row.kind for row in rows}:
        query = chosen[kind].where(
            chosen[kind].selected_columns.id.in_([row.id for row in rows if row.kind == kind])
        )
        known |= {(kind, row["id"]): row for row in connection.execute(query).mappings()}
    return known


def _waits(row: Any, known: Any) -> Waits:
    return Waits(
        row.kind, row.id, row.state, row.partner, row.reason, instant(row.at), known["name"] or "", known["type"] or "",
        known.get("destination", ""), known.get("attempts", 0), f"{row.at} {row.kind} {row.id}",
    )  # fmt: skip
