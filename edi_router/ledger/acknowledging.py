"""Acknowledgements that we received: matched to the outputs that they are about.

An output keeps the answer that says most (`Answer.rank`): a rejection counts whenever it comes, and a receipt
that comes late takes nothing back. What each acknowledgement said stays in its own rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select, update

from edi_router.formats.answer import Answer
from edi_router.ledger import tables
from edi_router.ledger.batched import answer_members
from edi_router.ledger.clocks import stop_answers
from edi_router.ledger.moves import canonical, note
from edi_router.ledger.store import Row, Store, Tx, storable_text
from edi_router.pipeline.model import Acknowledging, OutputKind, Sent


@dataclass(frozen=True, slots=True)
class Arrived:
    """An acknowledgement, the message that carries it, and the partner whom it is from."""

    message: str
    partner: str
    says: Acknowledging


class Acknowledgements(Store):
    """`LedgerView` of the pipeline, for what we sent."""

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        """The interchange that we sent to the partner under these references; the latest if there are several."""
        with self.read() as connection:
            row = _sent(connection, partner, sender, recipient, control_reference)
        return None if row is None else Sent(row["id"], Answer(row["answer"]) if row["answer"] else None)


def acknowledge(tx: Tx, arrived: Sequence[Arrived]) -> None:
    """Record acknowledgements, and what becomes of the outputs that they are about."""
    found = [
        _sent(tx.connection, each.partner, each.says.sender, each.says.recipient, each.says.reference)
        for each in arrived
    ]
    outputs = tx.lock(tables.output, {row["id"] for row in found if row is not None})
    answers: dict[str, Answer] = {
        id: Answer(row["answer"]) for id, row in outputs.items() if row["answer"] is not None
    }
    rows: list[Row] = []
    for each, row in zip(arrived, found, strict=True):
        says = each.says
        members: Mapping[str, str] = {}
        if row is not None and row["kind"] == OutputKind.BATCH:
            members = answer_members(tx, row, says, each.message)
        rows += _rows(tx, each, row, members)
        if row is None:
            continue
        before = answers.get(row["id"])
        after = max((answer for answer in (before, says.answer) if answer), key=lambda answer: answer.rank)
        answers[row["id"]] = after
        detail = {"answer": says.answer, "message": each.message, "reference": says.reference}
        stop_answers(tx, ((row["id"], level) for level in says.answer.levels))
        note(tx, "output", [outputs[row["id"]]], "answered", detail | ({"before": before} if before else {}))
    o = tables.output
    for id, answer in answers.items():
        tx.connection.execute(update(o).where(o.c.id == id).values(answer=str(answer)))
    tx.insert(tables.acknowledgement, rows)


def _rows(tx: Tx, arrived: Arrived, output: Row | None, members: Mapping[str, str]) -> list[Row]:
    """What it says of each level; of a message in a batch it says it of the output that the message is."""
    says = arrived.says
    whole = None if output is None else output["id"]
    return [
        {
            "message": arrived.message,
            "output": members.get(level.reference, whole) if level.level == "message" else whole,
            "partner": arrived.partner, "kind": says.kind, "level": level.level,
            "reference": level.reference, "within": level.within, "sender": says.sender,
            "recipient": says.recipient, "answer": str(level.answer), "detail": canonical(level.detail),
            "at": tx.now,
        }
        for level in says.levels
    ]  # fmt: skip


def _sent(
    connection: Connection, partner: str, sender: str, recipient: str, control_reference: str
) -> Row | None:
    """What was sent before the parties were kept is found without them."""
    o = tables.output.c
    sender, recipient = storable_text(sender), storable_text(recipient)
    query = (
        select(tables.output)
        .where(o.control_reference == storable_text(control_reference), o.partner == partner)
        .where(or_(o.sender.is_(None), o.sender == sender))
        .where(or_(o.recipient.is_(None), o.recipient == recipient))
        .order_by(o.made.desc(), o.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
