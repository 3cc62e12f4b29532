"""The one place where a state is set or changed, and the event of it written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from edi_router.ledger import tables
from edi_router.ledger.states import IN_BOOKS, TABLES, TRANSITIONS, allowed, is_final
from edi_router.ledger.store import DELIVER, PROCESS, Row, Tx

_PRIORITIES = select(tables.output.c.id, tables.output.c.priority).where(
    tables.output.c.id.in_(bindparam("wanted", expanding=True))
)
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """JSON with one spelling: sorted keys, no spaces, no escapes.

    >>> canonical({"b": 1, "a": "关"})
    '{"a":"关","b":1}'
    """
    return _JSON.encode(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """A new row of a kind, with the event of its coming."""

    row: Row
    what: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A row (as locked in this transaction) that becomes `to`.

    `values` are further columns to set. `what` names the event; the kinds that the books do not count may
    change without one.
    """

    row: Row
    to: str
    what: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def enter(tx: Tx, kind: str, entries: Sequence[Entry]) -> None:
    """Insert new rows, each in its first state; `date` and `settled` are set here."""
    rows: list[Row] = []
    for entry in entries:
        state = entry.row["state"]
        if state not in TRANSITIONS[kind]:
            raise ValueError(f"{kind} has no state {state}")
        row = dict(entry.row)
        if kind in IN_BOOKS:
            row |= {"date": tx.date, "settled": tx.date if is_final(kind, state) else None}
        rows.append(row)
    tx.insert(TABLES[kind], rows)
    if kind == "delivery":
        _nudge_deliveries(tx, rows)
    if kind in IN_BOOKS:
        tx.insert(
            tables.event,
            [_event(tx, kind, each.row, each.what, None, each.row["state"], each.detail) for each in entries],
        )


def change(tx: Tx, kind: str, changes: Iterable[Change]) -> None:
    """Change states, and write the events. An impossible change is a bug and raises."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    events: list[Row] = []
    for item in changes:
        before = item.row["state"]
        if not allowed(kind, before, item.to):
            raise ValueError(f"{kind} {item.row['id']} cannot change from {before} to {item.to}")
        values = {**item.values, "state": item.to}
        if kind in IN_BOOKS:
            values["settled"] = tx.date if is_final(kind, item.to) else None
        groups[tuple(values)].append({**values, "id": item.row["id"]})
        if item.what is not None:
            events.append(_event(tx, kind, item.row, item.what, before, item.to, item.detail))
        elif kind in IN_BOOKS:
            raise ValueError(f"a change of {kind} needs an event")
        if kind == "work" and item.to == "pending":
            tx.nudge(PROCESS, item.row["partner"])
        elif kind == "delivery" and before == "failed":
            tx.nudge(DELIVER, item.row["destination"])
    for rows in groups.values():
        tx.update(TABLES[kind], rows)
    tx.insert(tables.event, events)


def _nudge_deliveries(tx: Tx, rows: Sequence[Row]) -> None:
    """Have new deliveries made, by the priority of what they bring."""
    if tx.nudges is None or not rows:
        return
    outputs = sorted({row["output"] for row in rows})
    found: dict[str, int] = {}
    for start in range(0, len(outputs), 500):
        part = {"wanted": outputs[start : start + 500]}
        found |= {row.id: row.priority for row in tx.connection.execute(_PRIORITIES, part)}
    for row in rows:
        tx.nudge(DELIVER, row["destination"], found[row["output"]])


def note(
    tx: Tx, kind: str, rows: Sequence[Row], what: str, detail: Mapping[str, object] | None = None
) -> None:
    """Write an event that changes no state, for each of some rows."""
    tx.insert(tables.event, [_event(tx, kind, row, what, None, None, detail or {}) for row in rows])


def _event(
    tx: Tx,
    kind: str,
    row: Row,
    what: str,
    before: str | None,
    state: str | None,
    detail: Mapping[str, object],
) -> Row:
    return {
        "at": tx.now, "date": tx.date, "kind": kind, "subject": str(row["id"]), "partner": row["partner"],
        "what": what, "before": before, "state": state, "detail": canonical(detail) if detail else "{}",
    }  # fmt: skip
