"""How far the business of a number has come: messages and entries of registers, for those who may see them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from edi_router.ledger import tables
from edi_router.ledger.registering import entry_of
from edi_router.ledger.store import Row, Store
from edi_router.ledger.tenancy import Viewer, seen
from edi_router.registers import Entry

MOST = 200
"""Messages, and entries, of one number."""
_m, _r, _x, _e, _w, _ev = (
    tables.message.c,
    tables.reference.c,
    tables.register_value.c,
    tables.register_entry.c,
    tables.message_output.c,
    tables.event.c,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A message of the number: what it is, what became of it, and when."""

    id: str
    type: str
    reference: str
    partner: str
    state: str
    entered: int
    """Microseconds."""
    steps: Sequence[tuple[int, str]]
    """When something became of it (microseconds), and what."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of a register that knows the number."""

    entry: Entry
    changed: int
    """Microseconds."""
    steps: Sequence[tuple[int, str, str]]
    """When it was moved (microseconds), by which move, and into which state."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All that one may know of a number."""

    number: str
    stages: Sequence[Stage]
    standings: Sequence[Standing]

    @property
    def known(self) -> bool:
        """Whether anything was found; what one may not see is not told to exist either."""
        return bool(self.stages or self.standings)


class Follow(Store):
    """The verb of asking how far something has come."""

    def progress(self, number: str, viewer: str | None = None, codes: Iterable[str] = ()) -> Progress:
        """Messages and register entries that have the number; with a `viewer`, only what he may see (R-PRIV-01).

        He may see a message that he sent or got, or in which he is a party; and an entry that he made, that a
        message which he may see has made, or that names him by his id or one of his `codes`: a port bureau sees
        the transfers addressed to it, a firm its own cases.
        """
        looks = None if viewer is None else Viewer(viewer, frozenset(codes))
        with self.read() as connection:
            messages = _messages(connection, number, looks)
            entries = _entries(connection, number, looks)
            stages = [_stage(connection, row) for row in messages]
            standings = [_standing(connection, row) for row in entries]
        return Progress(number, stages, standings)


def _messages(connection: Connection, number: str, viewer: Viewer | None) -> list[Row]:
    by_reference = select(_m.id).where(_m.reference == number).correlate(None)
    named = select(_r.message).where(_r.value == number).union(by_reference)
    query = select(tables.message).where(_m.id.in_(named))
    if viewer is not None:
        query = query.where(seen("message", viewer))
    # `+ 0`: not in the order of the index on time, through which SQLite would walk all messages to find these.
    rows = connection.execute(query.order_by(_m.entered + 0, _m.id).limit(MOST)).mappings()
    return [dict(row) for row in rows]


def _entries(connection: Connection, number: str, viewer: Viewer | None) -> list[Row]:
    by_key = select(_e.id).where(_e.key == number).correlate(None)
    named = select(_x.entry).where(_x.value == number).union(by_key)
    query = select(tables.register_entry).where(_e.id.in_(named), _e.version > 0)
    if viewer is not None:
        query = query.where(seen("entry", viewer))
    rows = connection.execute(query.order_by(_e.entered, _e.id).limit(MOST)).mappings()
    return [dict(row) for row in rows]


def _stage(connection: Connection, row: Row) -> Stage:
    made = connection.scalars(select(_w.output).where(_w.message == row["id"]))
    # The kind is looked at here: as a condition it would lead SQLite through all events of messages.
    query = select(_ev.at, _ev.what, _ev.kind).where(_ev.subject.in_([row["id"], *made])).order_by(_ev.id)
    steps = [(at, what) for at, what, kind in connection.execute(query) if kind in ("message", "output")]
    return Stage(
        row["id"], row["type"], row["reference"], row["partner"], row["state"], row["entered"],
        list(dict.fromkeys(steps)),
    )  # fmt: skip


def _standing(connection: Connection, row: Row) -> Standing:
    query = (
        select(_ev.at, _ev.what, _ev.state, _ev.detail)
        .where(_ev.kind == "register", _ev.subject == row["id"])
        .order_by(_ev.id)
    )
    steps = [
        (at, json.loads(detail).get("outcome", what), state or "")
        for at, what, state, detail in connection.execute(query)
    ]
    return Standing(entry_of(row), row["changed"], steps)
