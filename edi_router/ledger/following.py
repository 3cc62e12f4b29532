"""Following the events: what happened after a place in their order, as far as a partner may see it, and none missed.

Events are numbered as they are written. With one writer (SQLite) that is the order in which they can be seen; on
PostgreSQL a transaction that ends late makes numbers visible that lie before others. So nothing is told beyond the
`horizon`: the number up to which no transaction can add anything any more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text

from edi_router.ledger import tables
from edi_router.ledger.store import WRITERS, Row, Store, instant
from edi_router.ledger.tenancy import Viewer, of_messages, seen

WINDOW = 20_000
"""So many events are looked through at once."""
MOST = 100
"""Fault codes and messages that one event names."""
PATIENCE = 2.0
"""Seconds to wait for the transactions that may still add events before those that can be seen."""
_e, _v = tables.event.c, tables.visible_to.c
# Each writer holds the lock from before its first row to its end (`Store.write`).
_AT_WORK = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND classid = :high AND objid = :low "
    "AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as a partner is told of it."""

    number: int
    """Its place in the order."""
    type: str
    at: datetime
    data: Mapping[str, Any]


class Following(Store):
    """Reading what happened, in its order."""

    def last_event(self) -> int:
        """The number of the last event that can be seen; 0 when there is none."""
        with self.read() as connection:
            return int(connection.scalar(select(func.max(_e.id))) or 0)

    def horizon(self, patience: float = PATIENCE) -> int | None:
        """The number up to which all events can be seen; None when writers that began before are still at work."""
        last = self.last_event()
        if self.sqlite:
            return last
        before = self._writers()
        until = time.monotonic() + patience
        while before:
            if time.monotonic() >= until:
                return None
            time.sleep(0.02)
            before &= self._writers()
        return last

    def _writers(self) -> set[str]:
        with self.read() as connection:
            return set(connection.scalars(_AT_WORK, {"high": WRITERS >> 32, "low": WRITERS & 0xFFFFFFFF}))

    def happened(
        self, viewer: Viewer, types: Collection[str], after: int, horizon: int, limit: int = MOST
    ) -> tuple[list[Happening], int]:
        """What happened after a number, of these types and seen by the viewer; and how far was looked.

        At most `limit` of them, out of at most `WINDOW` events.
        """
        top = min(horizon, after + WINDOW)
        wanted = or_(*(and_(rule, _own(type, viewer)) for type, rule in RULES.items() if type in types))
        query = (
            select(_e.id, _e.at, _e.kind, _e.subject, _e.what, _e.before, _e.state, _e.detail)
            .where(_e.id > after, _e.id <= top, wanted)
            .order_by(_e.id)
            .limit(limit)
        )
        with self.read() as connection:
            return self._told(connection, viewer, query, limit, top)

    def happening(self, viewer: Viewer, type: str, number: int) -> Happening | None:
        """One thing that happened; None when its event is kept no more, or the viewer does not see it any more."""
        query = (
            select(_e.id, _e.at, _e.kind, _e.subject, _e.what, _e.before, _e.state, _e.detail)
            .where(_e.id == number, RULES[type], _own(type, viewer))
            .limit(1)
        )
        with self.read() as connection:
            found, _ = self._told(connection, viewer, query, 1, number)
        return found[0] if found else None

    def _told(
        self, connection: Connection, viewer: Viewer, query: Any, limit: int, top: int
    ) -> tuple[list[Happening], int]:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        shown = {
            kind: show(connection, viewer, ids) for kind, show in _SHOWN.items() if (ids := _of(kind, rows))
        }
        found = [
            Happening(
                row["id"], type_of(row), instant(row["at"]),
                {**shown.get(row["kind"], {}).get(row["subject"], {}), **_moved(row)},
            )
            for row in rows
        ]  # fmt: skip
        return found, rows[-1]["id"] if len(rows) == limit else top


def _event(kind: str, *rules: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_e.kind == kind, *rules)


_NEW = _e.before.is_(None)
RULES: Mapping[str, ColumnElement[bool]] = {
    "file.received": _event("file", _NEW, _e.state == "in_work"),
    "file.processed": _event("file", ~_NEW, _e.state == "processed"),
    "file.held": _event("file", _e.state == "held"),
    "file.failed": _event("file", _e.state == "failed"),
    "message.accepted": _event("message", _e.state == "in_work"),
    "message.completed": _event("message", _e.state == "completed"),
    "message.held": _event("message", _e.state == "held"),
    "message.released": _event("message", _e.state == "released"),
    "message.rejected": _event("message", _e.state == "rejected"),
    "message.duplicate": _event("message", _e.state == "duplicate"),
    "output.delivered": _event("output", _e.state == "delivered"),
    "output.failed": _event("output", _e.state == "failed"),
    "output.acknowledged": _event("output", _e.state.is_(None), _e.what == "answered"),
    "register.changed": _event("register", _e.state.is_not(None), or_(_NEW, _e.before != _e.state)),
}
"""Which events are of a type. No event is of two."""


def type_of(row: Row) -> str:
    """The type of an event that one of the rules has chosen."""
    kind, state = row["kind"], row["state"]
    if kind == "register":
        return "register.changed"
    if kind == "output" and state is None:
        return "output.acknowledged"
    if kind == "file" and state == "in_work":
        return "file.received"
    return f"{kind}.{'accepted' if state == 'in_work' else state}"


def _own(type: str, viewer: Viewer) -> ColumnElement[bool]:
    """Whether an event of the type is about something that the viewer sees (`edi_router.ledger.tenancy`)."""
    kind = type.partition(".")[0]
    if kind == "message":
        return of_messages(_e.subject, viewer)
    if kind == "register":
        entry = tables.register_entry.c
        own = select(entry.id).where(entry.id == _e.subject, seen("entry", viewer))
        return own.correlate(tables.event).exists()
    return _e.partner == viewer.partner  # who sent the file, or for whom the output is


def _of(kind: str, rows: Iterable[Row]) -> list[str]:
    return sorted({row["subject"] for row in rows if row["kind"] == kind})


def _moved(row: Row) -> dict[str, Any]:
    """What the event itself says."""
    if row["kind"] == "register":
        register, _, key = row["subject"].partition(":")
        return {
            "register": register, "key": key, "move": row["what"], "before": row["before"] or "",
            "state": row["state"],
        }  # fmt: skip
    if row["state"] is None:
        return {"answer": str(json.loads(row["detail"]).get("answer", ""))}
    return {"state": row["state"]}


def _files(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    f = tables.file.c
    query = select(f.id, f.name, f.size, f.sha256).where(f.id.in_(ids))
    faults = _faults(connection, "file", ids)
    return {row.id: {**row._mapping, "faults": faults.get(row.id, [])} for row in connection.execute(query)}


def _messages(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    m = tables.message.c
    query = select(m.id, m.file, m.interchange, m.partner, m.type, m.reference, m.test).where(m.id.in_(ids))
    faults = _faults(connection, "message", ids)
    return {
        row.id: {**row._mapping, "test": bool(row.test), "faults": faults.get(row.id, [])}
        for row in connection.execute(query)
    }


def _outputs(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    o, mo = tables.output.c, tables.message_output.c
    query = select(o.id, o.kind, o.type, o.name, o.format, o.control_reference).where(o.id.in_(ids))
    links = (
        select(mo.output, mo.message)
        .where(mo.output.in_(ids), of_messages(mo.message, viewer))
        .order_by(mo.output, mo.message)
    )
    about: dict[str, list[str]] = {}
    for output, message in connection.execute(links):
        about.setdefault(output, []).append(message)
    return {
        row.id: {**row._mapping, "messages": about.get(row.id, [])[:MOST]}
        for row in connection.execute(query)
    }


def _faults(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """The codes of what is wrong with each, in order, each once."""
    f = tables.fault.c
    query = select(f.subject, f.code).where(f.kind == kind, f.subject.in_(ids)).order_by(f.subject, f.number)
    found: dict[str, dict[str, None]] = {}
    for subject, code in connection.execute(query):
        found.setdefault(subject, {})[code] = None
    return {subject: list(codes)[:MOST] for subject, codes in found.items()}


_SHOWN = {
    "file": _files, "message": _messages, "output": _outputs,
}  # fmt: skip
"""What is told of each kind besides its event; of a register's entry nothing: it can be asked for."""
