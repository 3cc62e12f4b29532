"""Looking: find, ls, show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, func, select

from edi_router.faults import Fault, as_json
from edi_router.ledger import tables
from edi_router.ledger.coding import row_fault
from edi_router.ledger.errors import NotFound
from edi_router.ledger.store import Store, instant, micros
from edi_router.ledger.tenancy import Viewer, seen, weighed

_INSTANTS = ("received", "removed", "entered", "made", "delivered", "at", "next_attempt", "modified", "until")
_KINDS = ("file", "interchange", "message", "output", "delivery")
_LISTED = (*_KINDS, "acknowledgement", "clock", "alarm")
_STATES = {"interchange": "decision", "acknowledgement": "answer", "alarm": "severity"}
"""What stands for the state of the kinds that have none."""


class Queries(Store):
    """The verbs of looking."""

    def find(self, text: str, limit: int = 100) -> list[str]:
        """Ids of what has this id (or, from 4 letters, begins with it), name, number or reference."""
        with self.read() as connection:
            found: dict[str, None] = {}
            for query in _searches(text):
                if len(found) < limit:
                    found |= dict.fromkeys(connection.scalars(query.limit(limit)))
        return list(found)[:limit]

    def ls(
        self,
        kind: str = "message",
        *,
        state: str | None = None,
        partner: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        visible_to: str | None = None,
        viewer: Viewer | None = None,
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        """The latest files, messages, outputs, deliveries, acknowledgements, clocks or alarms (`kind`), newest first.

        `type` is the message type; `visible_to` a partner who may see the message; a `viewer` sees only what is
        his. Files, messages and acknowledgements are of the partner that sent them, outputs and deliveries of the
        one that gets them.
        The state of an acknowledgement is its answer, that of an alarm its severity.
        """
        table: Table = {name: getattr(tables, name) for name in _LISTED}[kind]
        at: Column[int] = table.c[_time_of(kind)]
        query = select(table).order_by(at.desc(), table.c.id).limit(limit)
        if kind in ("message", "interchange"):
            query = query.add_columns(tables.file.c.name).join(tables.file, tables.file.c.id == table.c.file)
        if state is not None:
            query = query.where(table.c[_STATES.get(kind, "state")] == state)
        if partner is not None:
            query = query.where(table.c.partner == partner)
        if since is not None:
            query = query.where(at >= micros(since))
        if type is not None:
            query = query.where(tables.message.c.type == type)
        if visible_to is not None:
            v = tables.visible_to.c
            query = query.where(tables.message.c.id.in_(select(v.message).where(v.partner == visible_to)))
        with self.read() as connection:
            if viewer is not None:
                query = query.where(seen(kind, weighed(connection, viewer)))
            rows = [plain_row(row) for row in connection.execute(query).mappings()]
        return [_timed(row) for row in rows] if kind in ("clock", "alarm") else rows

    def show(self, id: str, kind: str | None = None) -> dict[str, Any]:
        """Everything about a file, interchange, message, output or delivery, with its timeline.

        A message and an output that was made of it may have one id: `kind` says which is meant; else the message.
        An id may be shortened to its beginning when only one file begins so. Raises NotFound.
        """
        with self.read() as connection:
            kind, row = _row(connection, id, kind)
            files, interchanges, messages, outputs = _around(connection, kind, row)
            deliveries = _where(connection, tables.delivery, tables.delivery.c.output, outputs)
            subjects = [*files, *interchanges, *messages, *outputs, *(d["id"] for d in deliveries)]
            own = {"file": files, "interchange": interchanges, "message": messages}.get(kind, [])
            return {
                **({"output_kind": row["kind"]} if kind == "output" else {}), **row, "kind": kind,
                "files": _where(connection, tables.file, tables.file.c.id, files) if kind != "file" else [],
                "members": _where(connection, tables.file, tables.file.c.inside, files) if kind == "file" else [],
                "interchanges": _where(connection, tables.interchange, tables.interchange.c.id, interchanges)
                if kind != "interchange" else [],
                "messages": _where(connection, tables.message, tables.message.c.id, messages)
                if kind != "message" else [],
                "references": _where(connection, tables.reference, tables.reference.c.message, messages),
                "visible_to": _where(connection, tables.visible_to, tables.visible_to.c.message, messages),
                "faults": self._faults(connection, [*own, *interchanges, *messages]),
                "outputs": _where(connection, tables.output, tables.output.c.id, outputs),
                "deliveries": deliveries,
                "acknowledgements": _acknowledgements(connection, messages, outputs),
                "proofs": _proofs(connection, files, outputs),
                "work": _where(connection, tables.work, tables.work.c.file, files),
                "decisions": _where(connection, tables.decision, tables.decision.c.subject, subjects),
                "events": _events(connection, subjects),
            }  # fmt: skip

    def rows_of(self, ids: Sequence[str], kinds: Sequence[str] = _KINDS) -> list[dict[str, Any]]:
        """The rows of these kinds with these ids, and of which `kind` each is, in the order of the ids.

        What nothing has is left out. Of a message and an output with one id the kind named first is meant. For lists:
        `show` tells what belongs to one.
        """
        found: dict[str, dict[str, Any]] = {}
        with self.read() as connection:
            for kind in kinds:
                table: Table = getattr(tables, kind)
                missing = [id for id in ids if id not in found]
                found |= {
                    row["id"]: {**row, "kind": kind} for row in _where(connection, table, table.c.id, missing)
                }
        return [found[id] for id in dict.fromkeys(ids) if id in found]

    def content(self, output_id: str) -> bytes:
        """The bytes of an output."""
        import zlib

        c = tables.content.c
        with self.read() as connection:
            data = connection.scalar(select(c.data).where(c.output == output_id))
            removed = data is None and connection.scalar(
                select(tables.output.c.id).where(tables.output.c.id == output_id)
            )
        if removed:
            raise NotFound(f"the content of output {output_id} was removed by retention")
        if data is None:
            raise NotFound(f"no output {output_id}")
        return zlib.decompress(data)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many files, messages, outputs and deliveries are in each state."""
        with self.read() as connection:
            return {
                name: dict(sorted(
                    (state, number)
                    for state, number in connection.execute(
                        select(table.c.state, func.count()).group_by(table.c.state)
                    )
                ))
                for name, table in (
                    ("file", tables.file), ("work", tables.work), ("message", tables.message),
                    ("output", tables.output), ("delivery", tables.delivery),
                )
            }  # fmt: skip

    def _faults(self, connection: Connection, subjects: Sequence[str]) -> list[dict[str, Any]]:
        rows = _where(connection, tables.fault, tables.fault.c.subject, subjects)
        return [{"subject": row["subject"], **_told(row_fault(row))} for row in rows]


def _told(fault: Fault) -> dict[str, Any]:
    try:
        return {**as_json(fault), "fault": fault}
    except KeyError:  # a code of another version
        return {"code": fault.code, "text": fault.code, "place": fault.place.as_json(), "fault": fault}


def _time_of(kind: str) -> str:
    times = {
        "file": "received", "interchange": "received", "message": "entered", "acknowledgement": "at",
        "clock": "id", "alarm": "raised",
    }  # fmt: skip
    return times.get(kind, "made")


def _acknowledgements(
    connection: Connection, messages: Sequence[str], outputs: Sequence[str]
) -> list[dict[str, Any]]:
    """What these messages say of what we sent, and what was said of these outputs."""
    a = tables.acknowledgement
    rows = _where(connection, a, a.c.message, messages) + _where(connection, a, a.c.output, outputs)
    return [{**row, "detail": json.loads(row["detail"])} for row in {row["id"]: row for row in rows}.values()]


def _proofs(connection: Connection, files: Sequence[str], outputs: Sequence[str]) -> list[dict[str, Any]]:
    """What was proven of these files, and what was put around these outputs when they left."""
    p = tables.proof
    came = [row for row in _where(connection, p, p.c.file, files) if row["output"] is None]
    return came + _where(connection, p, p.c.output, outputs)


def _searches(text: str) -> Iterable[Select[Any]]:
    f, i, m, r, o = (
        t.c for t in (tables.file, tables.interchange, tables.message, tables.reference, tables.output)
    )
    for table in (tables.file, tables.message, tables.interchange, tables.output, tables.delivery):
        yield select(table.c.id).where(table.c.id == text)
    if len(text) >= 4:
        for table in (tables.file, tables.message):
            begins = (table.c.id >= text) & (table.c.id < text + "\U0010ffff")
            yield select(table.c.id).where(begins).order_by(table.c.id)
    yield select(i.id).where(i.control_reference == text).order_by(i.received.desc(), i.id)
    yield select(r.message).where(r.value == text).order_by(r.message)
    yield select(m.id).where(m.reference == text).order_by(m.entered.desc(), m.id)
    yield select(f.id).where(f.name == text).order_by(f.received.desc(), f.id)
    yield select(o.id).where(o.name == text).order_by(o.made.desc(), o.id)
    yield select(o.id).where(o.control_reference == text).order_by(o.made.desc(), o.id)


def _row(connection: Connection, id: str, wanted: str | None = None) -> tuple[str, dict[str, Any]]:
    for kind in _KINDS if wanted is None else (wanted,):
        table: Table = getattr(tables, kind)
        row = connection.execute(select(table).where(table.c.id == id)).mappings().first()
        if row is not None:
            return kind, plain_row(row)
    if wanted not in (None, "file"):
        raise NotFound(f"no {wanted} {id}")
    f = tables.file.c
    begins = connection.execute(
        select(tables.file).where(f.id >= id, f.id < id + "\U0010ffff").limit(2)
    ).mappings()
    rows = list(begins)
    if len(rows) != 1 or len(id) < 4:
        raise NotFound(f"nothing has the id {id}")
    return "file", plain_row(rows[0])


def _around(
    connection: Connection, kind: str, row: dict[str, Any]
) -> tuple[list[str], list[str], list[str], list[str]]:
    """The ids of the files, interchanges, messages and outputs that belong to a row."""
    o, m, mo = tables.output.c, tables.message.c, tables.message_output.c
    if kind == "delivery":
        kind, row = _row(connection, row["output"], "output")
    id = row["id"]
    if kind == "output":
        messages = list(connection.scalars(select(mo.message).where(mo.output == id).order_by(mo.message)))
        return [row["file"]], [row["interchange"]], messages, [id]
    if kind == "message":
        outputs = select(mo.output).join(tables.output, o.id == mo.output).where(mo.message == id)
        return (
            [row["file"]],
            [row["interchange"]],
            [id],
            list(connection.scalars(outputs.order_by(o.made, o.id))),
        )
    column = "file" if kind == "file" else "interchange"
    found = connection.scalars(select(o.id).where(o[column] == id).order_by(o.made, o.id))
    messages = list(
        connection.scalars(select(m.id).where(m[column] == id).order_by(m.interchange, m.position))
    )
    if kind == "interchange":
        return [row["file"]], [id], messages, list(found)
    interchanges = select(tables.interchange.c.id).where(tables.interchange.c.file == id)
    return [id], list(connection.scalars(interchanges)), messages, list(found)


def _where(
    connection: Connection, table: Table, column: Column[Any], values: Sequence[str]
) -> list[dict[str, Any]]:
    wanted, key = sorted(set(values)), [column.name for column in table.primary_key.columns]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(wanted), 500):
        query = select(table).where(column.in_(wanted[start : start + 500]))
        rows += [dict(row) for row in connection.execute(query).mappings()]
    return [plain_row(row) for row in sorted(rows, key=lambda row: [row[name] for name in key])]


def _events(connection: Connection, subjects: Sequence[str]) -> list[dict[str, Any]]:
    rows = _where(connection, tables.event, tables.event.c.subject, subjects)
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a clock or alarm with its instants; without what only the engine needs."""
    instants = ("started", "warn", "due", "stopped", "raised", "cleared")
    made = {
        name: instant(value) if name in instants and isinstance(value, int) else value
        for name, value in row.items()
        if name not in ("look", "open", "escalated")
    }
    return made | {name: json.loads(row[name]) for name in ("terms", "arguments") if name in row}


def plain_row(row: Any) -> dict[str, Any]:
    """A row with its instants."""
    plain = dict(row)
    for name in _INSTANTS:
        if isinstance(plain.get(name), int):
            plain[name] = instant(plain[name])
    return plain
