"""Documents that answer what we sent: matched by the numbers they name, also when they come too early or twice.

What is named is an output to the partner that answers: by a number of its own, or of a message it was made from, or
else by the interchange that it went in; the latest one that has it. Of answers that fit nothing the rows stay without
an output, and are given to the first that is made within a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Text, and_, bindparam, func, literal, select, union_all, update

from edi_router.formats.acknowledges import ANY, INTERCHANGE
from edi_router.formats.answer import Answer
from edi_router.ledger import tables
from edi_router.ledger.clocks import stop_answers
from edi_router.ledger.collecting import in_parts
from edi_router.ledger.moves import canonical, note
from edi_router.ledger.plain import Found, every
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import Row, Store, Tx, storable_text
from edi_router.pipeline.model import Answering, Reference, Sent

EARLY = 24 * 3600 * 1_000_000
"""How long, in microseconds, an answer waits for what it answers."""
DOCUMENT = "document"
_o, _or, _r = tables.output.c, tables.output_reference.c, tables.reference.c
_mo, _a = tables.message_output.c, tables.acknowledgement.c
_COLUMNS = (_o.id, _o.answer, _o.made)
FEW = 200
"""So many documents that have a number are read, to find the latest to the partner."""
_values = bindparam("values", type_=Text, expanding=True)
_most = bindparam("most", type_=BigInteger)
_DOCUMENT = (*_COLUMNS, _o.partner, _o.kind.label("what"))
# The planner of SQLite, which knows nothing of how many rows there are, would rather read all documents of a partner
# than those that have one of two numbers. So the numbers are read first, by themselves.
_own = select(_or.output, _or.kind, _or.value).where(_or.value.in_(_values)).limit(_most).subquery()
_of_messages = select(_r.message, _r.kind, _r.value).where(_r.value.in_(_values)).limit(_most).subquery()
_BY_NUMBER = union_all(
    select(literal("").label("message"), _own.c.output, _own.c.kind, _own.c.value, *_DOCUMENT)
    .select_from(_own)
    .join(tables.output, _o.id == _own.c.output),
    select(_of_messages.c.message, literal(""), _of_messages.c.kind, _of_messages.c.value, *_DOCUMENT)
    .select_from(_of_messages)
    .outerjoin(
        tables.message_output,
        and_(_mo.message == _of_messages.c.message, _mo.role == MADE_FROM),
    )
    .outerjoin(tables.output, _o.id == _mo.output),
)
_latest = (
    select(*_DOCUMENT, _mo.message)
    .select_from(tables.output)
    .outerjoin(tables.message_output, and_(_mo.output == _o.id, _mo.role == MADE_FROM))
    .where(_o.partner == bindparam("partner"), _o.kind == DOCUMENT)
    .order_by(_o.made.desc(), _o.id.desc())
    .limit(_most)
    .subquery()
)
_LATEST = (_latest.c.id, _latest.c.answer, _latest.c.made, _latest.c.partner, _latest.c.what)
_BY_TIME = union_all(
    select(literal("").label("message"), _or.output, _or.kind, _or.value, *_LATEST)
    .select_from(_latest)
    .join(
        tables.output_reference, and_(_or.output == _latest.c.id, func.coalesce(_or.value, "").in_(_values))
    ),
    select(_r.message, literal(""), _r.kind, _r.value, *_LATEST)
    .select_from(_latest)
    .join(tables.reference, and_(_r.message == _latest.c.message, func.coalesce(_r.value, "").in_(_values))),
)
"""Of the latest documents, with the messages that they were made from: those that have one of the numbers (which is not
looked for in the index of numbers, where all that have it stand)."""


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
        # By the numbers: in its other indexes SQLite would read all that the partner has said since.
        waiting = (
            select(tables.acknowledgement)
            .where(_a.reference.in_(part), func.coalesce(_a.output, "") == "", _a.level == DOCUMENT)
            .where(func.coalesce(_a.partner, "") == partner, func.coalesce(_a.at, 0) >= tx.now - EARLY)
            .order_by(_a.id)
        )
        found += [dict(row) for row in tx.connection.execute(waiting).mappings()]
    return found


def _find(connection: Connection, partner: str, numbers: Sequence[Reference]) -> Row | None:
    kinds = {(each.kind, storable_text(each.value)) for each in numbers}
    found = [
        row
        for part in in_parts(sorted({value for _, value in kinds}))
        for row in _known(connection, partner, part, kinds)
    ]
    for part in in_parts([value for kind, value in sorted(kinds) if kind == INTERCHANGE and not found]):
        query = select(*_COLUMNS).where(_o.control_reference.in_(part), _o.partner == partner)
        found += [dict(row) for row in connection.execute(query.where(_o.kind == DOCUMENT)).mappings()]
    return max(found, key=lambda row: (row["made"], row["id"]), default=None)


def _known(
    connection: Connection, partner: str, values: Sequence[str], kinds: Collection[tuple[str, str]]
) -> list[Row]:
    """The documents to the partner that have one of these numbers, of the right kind; of many at least the latest.

    Few documents have a number, mostly: they are found by it. A number that more have (a contract, a bill) is looked for
    in the latest documents to the partner; when none of them has it, both ways are gone ten times as far.
    """
    wanted = {"values": list(values), "partner": partner}
    most = FEW
    while True:
        rows = every(connection, _BY_NUMBER, wanted | {"most": most})
        # Each number that was read has a row at least, whether there is a document to it or not.
        if len({row[:4] for row in rows}) < most:
            break
        rows = every(connection, _BY_TIME, wanted | {"most": most})
        if _documents(rows, partner, kinds):
            break
        most *= 10
    return _documents(rows, partner, kinds)


def _documents(rows: Iterable[Found], partner: str, kinds: Collection[tuple[str, str]]) -> list[Row]:
    return [
        {"id": id, "answer": answer, "made": made}
        for _, _, kind, value, id, answer, made, to, what in rows
        if to == partner and what == DOCUMENT and ((kind, value) in kinds or (ANY, value) in kinds)
    ]
