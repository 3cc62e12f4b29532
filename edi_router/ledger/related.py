"""What belongs to a message beside what was made of it: others with the same numbers, entries of registers, clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from edi_router.ledger import tables
from edi_router.ledger.searching import told_row
from edi_router.ledger.store import Store

MOST = 50
PARTIES = ("firm", "agent")
"""References that name who it is, not which case it is."""
_SHARED = 200
"""A number that so many messages have is no number of a case."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A message that has a number in common."""

    kind: str
    value: str
    message: dict[str, Any]


class Related(Store):
    """The verbs of what belongs together."""

    def related(self, id: str, seen: ColumnElement[bool] | None = None) -> list[Shared]:
        """Other messages with one of this message's business numbers, the latest first; of each one number is told.

        `seen` is a condition on messages that the viewer may see.
        """
        r, m = tables.reference, tables.message
        found: dict[str, Shared] = {}
        with self.read() as connection:
            numbers = connection.execute(
                select(r.c.kind, r.c.value).where(r.c.message == id, r.c.kind.not_in(PARTIES))
            ).all()
            for kind, value in numbers:
                others = select(r.c.message).where(r.c.value == value, r.c.message != id).limit(_SHARED + 1)
                ids = list(dict.fromkeys(connection.scalars(others)))
                if not ids or len(ids) > _SHARED:
                    continue
                query = select(m).where(m.c.id.in_(ids)).order_by(m.c.entered.desc(), m.c.id).limit(MOST)
                for row in connection.execute(query if seen is None else query.where(seen)).mappings():
                    found.setdefault(row["id"], Shared(kind, value, told_row(dict(row), {})))
        return sorted(found.values(), key=lambda each: each.message["entered"], reverse=True)[:MOST]

    def entries_of(self, id: str, seen: ColumnElement[bool] | None = None) -> list[dict[str, Any]]:
        """Entries of registers that this message made, or that have one of its business numbers."""
        e, r, v = tables.register_entry, tables.reference.c, tables.register_value.c
        numbers = select(r.value).where(r.message == id, r.kind.not_in(PARTIES))
        made = select(e.c.id).where(e.c.message == id).correlate(None)
        named = select(v.entry).where(v.value.in_(numbers)).union(made)
        query = select(e.c.id, e.c.register, e.c.key, e.c.state, e.c.open, e.c.due, e.c.changed)
        query = query.where(e.c.id.in_(named), e.c.version > 0)
        if seen is not None:
            query = query.where(seen)
        with self.read() as connection:
            rows = connection.execute(query.order_by(e.c.register, e.c.key).limit(MOST)).mappings()
            return [dict(row) for row in rows]

    def clocks_of(self, subjects: Sequence[str]) -> list[dict[str, Any]]:
        """The clocks of messages and outputs, in the order in which they started."""
        c = tables.clock
        query = select(c).where(c.c.subject.in_(sorted(set(subjects))[:500])).order_by(c.c.started, c.c.id)
        with self.read() as connection:
            return [told_row(dict(row), {}) for row in connection.execute(query).mappings()]
