"""What was exchanged with a partner on a business date: interchanges and messages, as both sides can compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store, instant

INTERCHANGE, MESSAGE = "interchange", "message"
_ANSWERS: Mapping[str, str] = {
    "completed": "accepted", "in_work": "accepted", "rejected": "rejected", "duplicate": "duplicate",
}  # fmt: skip
_i, _f, _m, _o, _d = (
    tables.interchange.c, tables.file.c, tables.message.c, tables.output.c, tables.delivery.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An interchange or XML document (`interchange`), or one message of it (`message`)."""

    record: str
    sent: bool
    """From us to the partner; otherwise from it to us."""
    control_reference: str
    message_reference: str
    """Of a message that we sent in a batch its place in the interchange, which is its reference there."""
    type: str
    name: str
    """Of the file, at the partner's side."""
    at: datetime
    """When it was received, or delivered."""
    sha256: str
    """Of the whole file."""
    state: str
    answer: str
    """What was answered: by us to what came (`accepted`, `rejected`, `duplicate`), by the partner to what we sent."""
    number: int
    """How many messages."""


class Exchanges(Store):
    """The verb of looking at what was exchanged."""

    def exchanged(self, partner: str, date: str) -> list[Exchanged]:
        """What came from a partner on a business date, and what was delivered to it, in the order of time."""
        with self.read() as connection:
            return [*_received(connection, partner, date), *_sent(connection, partner, date)]


def _received(connection: Connection, partner: str, date: str) -> Iterator[Exchanged]:
    query = (
        select(
            _i.id, _i.control_reference, _i.decision, _f.name, _f.received, _f.sha256, _m.id.label("message"),
            _m.reference, _m.type, _m.state,
        )
        .join(tables.file, _f.id == _i.file)
        .outerjoin(tables.message, _m.interchange == _i.id)
        .where(_f.partner == partner, _f.date == date)
        .order_by(_f.received, _i.id, _m.position, _m.id)
    )  # fmt: skip
    for _, group in groupby(connection.execute(query), key=lambda row: row.id):
        rows = list(group)
        messages = [row for row in rows if row.message is not None]
        types = {row.type for row in messages}
        first = rows[0]
        common = (first.name, instant(first.received), first.sha256)
        yield Exchanged(
            INTERCHANGE, False, first.control_reference, "", types.pop() if len(types) == 1 else "", *common,
            first.decision, "accepted" if first.decision == "accepted" else first.decision, len(messages),
        )  # fmt: skip
        for row in messages:
            answer = _ANSWERS.get(row.state, "")
            yield Exchanged(
                MESSAGE, False, row.control_reference, row.reference, row.type, *common, row.state, answer, 1
            )


def _sent(connection: Connection, partner: str, date: str) -> Iterator[Exchanged]:
    members = tables.output.alias("member").c
    query = (
        select(tables.output, _d.name.label("delivered_name"), _d.delivered)
        .join(tables.delivery, _d.output == _o.id)
        .where(_o.settled == date, _o.partner == partner, _o.state == "delivered")
        .order_by(_d.delivered, _o.id)
    )
    inside: dict[str, list[Any]] = {}
    of_batches = (
        select(members.batch, members.number, members.type, members.answer)
        .join(tables.output, _o.id == members.batch)
        .where(_o.settled == date, _o.partner == partner)
        .order_by(members.batch, members.number)
    )
    for row in connection.execute(of_batches):
        inside.setdefault(row.batch, []).append(row)
    for row in connection.execute(query).all():
        parts = inside.get(row.id, [])
        reference = row.control_reference or ""
        common = (row.delivered_name, instant(row.delivered), row.sha256, row.state)
        yield Exchanged(
            INTERCHANGE, True, reference, "", row.type or row.kind, *common, row.answer or "", len(parts) or 1
        )
        for part in parts:
            yield Exchanged(
                MESSAGE, True, reference, str(part.number), part.type, *common, part.answer or "", 1
            )
