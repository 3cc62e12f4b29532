"""Documents that answer what we sent: matched by the numbers they name, also when they come too early or twice.

What is named is an output to the partner that answers: by a number of its own, or of a message it was made from, or
else by the interchange that it went in; the latest one that has it. Of answers that fit nothing the rows stay without
an output, and are given to the first that is made within a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, union_all, update

from edi_router.formats.acknowledges import ANY, INTERCHANGE
from edi_router.formats.answer import Answer
from edi_router.ledger import tables
from edi_router.ledger.clocks import stop_answers
from edi_router.ledger.collecting import in_parts
from edi_router.ledger.moves import canonical, note
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import Row, Store, Tx, storable_text
from edi_router.pipeline.model import Answering, Reference, Sent

EARLY = 24 * 3600 * 1_000_000
"""How long, in microseconds, an answer waits for what it answers."""
DOCUMENT = "document"
_o, _or, _r = tables.output.c, tables.output_reference.c, tables.reference.c
_mo, _a = tables.message_output.c, tables.acknowledgement.c
_COLUMNS = (_o.id, _o.answer, _o.made)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, the message that carries it, and the partner whom it is from."""

    message: str
    partner: str
    says: Answering


class Answers(Store):
    """`LedgerView` of the pipeline, for documents that we sent."""

    def sent_document(self, partner: str, numbers: Sequence[Reference]) -> Sent | None:
        """The document that we sent to the partner and that has one of these numbers; the latest of several."""
        with self.read() as connection:
            row = _find(connection, partner, numbers)
        return None if row is None else Sent(row["id"], Answer(row["answer"]) if row["answer"] else None)


def answer(tx: Tx, arrived: Iterable[Answered]) -> None:
    """Record answers, and what becomes of the outputs that they are about."""
    rows: list[Row] = []
    for each in arrived:
        found = _find(tx.connection, each.partner, each.says.numbers)
        if found is not None:
            say(tx, found["id"], each.says.answer, each.message, each.says.numbers[0].value)
        for number in each.says.numbers:
            rows.append({
                "message": each.message, "output": None if found is None else found["id"],
                "partner": each.partner, "kind": each.says.kind, "level": DOCUMENT,
                "reference": number.value, "within": number.kind, "sender": "", "recipient": "",
                "answer": str(each.says.answer), "detail": canonical(each.says.detail), "at": tx.now,
            })  # fmt: skip
    tx.insert(tables.acknowledgement, rows)


def say(tx: Tx, output: str, told: Answer, message: str, reference: str) -> None:
    """Let an output have been answered: it keeps the answer that says most, and its clocks of these levels stop."""
    locked = tx.lock(tables.output, [output])[output]
    before = Answer(locked["answer"]) if locked["answer"] else None
    after = told if before is None or told.rank > before.rank else before
    tx.connection.execute(update(tables.output).where(_o.id == output).values(answer=str(after)))
    detail = {"answer": str(told), "message": message, "reference": reference}
    note(tx, "output", [locked], "answered", detail | ({"before": str(before)} if before else {}))
    stop_answers(tx, ((output, level) for level in told.levels))


def adopt(tx: Tx, outputs: Sequence[Row], known_by: Iterable[Row], references: Iterable[Row]) -> None:
    """Give outputs that are new the answers that came before them.

    `outputs` are those whose partner answers; `known_by` and `references` the rows of their numbers and of those of the
    messages of the same transaction.
    """
    if not outputs:
        return
    numbers: dict[str, set[tuple[str, str]]] = {row["id"]: set() for row in outputs}
    for row in known_by:
        if row["output"] in numbers:
            numbers[row["output"]].add((row["kind"], row["value"]))
    by_message: dict[str, set[tuple[str, str]]] = {}
    for row in references:
        by_message.setdefault(row["message"], set()).add((row["kind"], row["value"]))
    for part in in_parts(list(numbers)):
        links = select(_mo.message, _mo.output).where(_mo.output.in_(part), _mo.role == MADE_FROM)
        for message, output in tx.connection.execute(links):
            numbers[output] |= by_message.get(message, set())
    for row in outputs:
        mine = {(kind, storable_text(value)) for kind, value in numbers[row["id"]]}
        told: set[tuple[str, str]] = set()
        for early in _early(tx, row["partner"], sorted({value for _, value in mine})):
            if (early["within"], early["reference"]) in mine or early["within"] == ANY:
                same = update(tables.acknowledgement).where(
                    _a.message == early["message"], _a.output.is_(None), _a.reference == early["reference"]
                )
                tx.connection.execute(same.values(output=row["id"]))
                if (early["message"], early["answer"]) not in told:  # by two numbers it is one answer
                    told.add((early["message"], early["answer"]))
                    say(tx, row["id"], Answer(early["answer"]), early["message"], early["reference"])


def _early(tx: Tx, partner: str, values: Sequence[str]) -> list[Row]:
    """The answers of a partner by one of these numbers that fitted nothing when they came."""
    found: list[Row] = []
    for part in in_parts(values):
        waiting = (
            select(tables.acknowledgement)
            .where(_a.output.is_(None), _a.level == DOCUMENT, _a.partner == partner)
            .where(_a.reference.in_(part), _a.at >= tx.now - EARLY)
            .order_by(_a.id)
        )
        found += [dict(row) for row in tx.connection.execute(waiting).mappings()]
    return found


def _find(connection: Connection, partner: str, numbers: Sequence[Reference]) -> Row | None:
    kinds = {(each.kind, storable_text(each.value)) for each in numbers}
    found = [
        row
        for part in in_parts(sorted({value for _, value in kinds}))
        for row in _known(connection, partner, part)
        if (row["kind"], row["value"]) in kinds or (ANY, row["value"]) in kinds
    ]
    for part in in_parts([value for kind, value in sorted(kinds) if kind == INTERCHANGE and not found]):
        query = select(*_COLUMNS).where(_o.control_reference.in_(part), _o.partner == partner)
        found += [dict(row) for row in connection.execute(query.where(_o.kind == DOCUMENT)).mappings()]
    return max(found, key=lambda row: (row["made"], row["id"]), default=None)


def _known(connection: Connection, partner: str, values: Sequence[str]) -> list[Row]:
    """The documents to the partner that have one of these numbers, of whatever kind."""
    own = (
        select(*_COLUMNS, _or.kind, _or.value)
        .join(tables.output_reference, _or.output == _o.id)
        .where(_or.value.in_(values), _o.partner == partner, _o.kind == DOCUMENT)
    )
    of_messages = (
        select(*_COLUMNS, _r.kind, _r.value)
        .select_from(tables.reference)
        .join(tables.message_output, _mo.message == _r.message)
        .join(tables.output, _o.id == _mo.output)
        .where(_r.value.in_(values), _mo.role == MADE_FROM, _o.partner == partner, _o.kind == DOCUMENT)
    )
    return [dict(row) for row in connection.execute(union_all(own, of_messages)).mappings()]
