"""The messages of a batch after it was closed: they share its delivery, and each has an answer of its own.

A delivered output is final, so what has to go again does so as a new output with the same content, which knows what
it repeats (`output_reference` of the kind `repeats`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, literal, or_, select, union_all, update

from edi_router.formats.answer import Answer
from edi_router.formats.edifact.reader import read
from edi_router.ledger import tables
from edi_router.ledger.clocks import ANSWER, start_answers, stop_answers
from edi_router.ledger.collecting import in_parts
from edi_router.ledger.moves import Change, Entry, change, enter, note
from edi_router.ledger.outbox import complete
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import Row, Tx
from edi_router.pipeline.batch_answers import Verdict, verdict
from edi_router.pipeline.model import Acknowledging, OutputKind

REPEATS = "repeats"
"""The kind of the reference from an output to the one that it sends again."""
_o, _mo, _or = tables.output.c, tables.message_output.c, tables.output_reference.c
_a = tables.acknowledgement.c
_AGAIN = re.compile(r"(.+)-s(\d+)")
_OPEN = (None, str(Answer.RECEIVED))
_ANSWER = update(tables.output).where(_o.id == bindparam("v_id")).values(answer=bindparam("v_answer"))


def batches_of(outputs: Iterable[Row]) -> list[str]:
    """Those of these outputs that are batches."""
    return sorted(row["id"] for row in outputs if row["kind"] == OutputKind.BATCH)


def follow(tx: Tx, batches: Sequence[str], to: str, what: str) -> None:
    """Let the messages of these batches become what the interchange became."""
    rows = [row for row in _members(tx, batches) if row["state"] != to]
    change(tx, "output", [Change(row, to, what, {"batch": row["batch"]}) for row in rows])
    if to == "delivered":
        ids = [row["id"] for row in rows]
        start_answers(tx, ids)
        for part in in_parts(ids):
            made = select(_mo.message).where(_mo.output.in_(part), _mo.role == MADE_FROM).distinct()
            complete(tx, tx.connection.scalars(made).all())


def answer_members(tx: Tx, output: Row, says: Acknowledging, message: str) -> dict[str, str]:
    """Record what an acknowledgement of a batch says of each message in it, and collect again what has to go again.

    Returns the outputs by the references that their messages have in the batch. A message that was answered before
    keeps its answer.
    """
    members = _members(tx, [output["id"]])
    by_place = {row["number"]: row for row in members}
    open_ = frozenset(place for place, row in by_place.items() if row["answer"] in _OPEN)
    made = verdict(_groups(tx, output, says, len(members)), says, open_)
    _answered(tx, by_place, made, says, message)
    batch = output["id"]
    if made.good:
        rows = [by_place[place] for place in made.good]
        collect_again(tx, rows, batch, f"{batch} was rejected for other messages in it")
    for number, half in enumerate(made.halves, 1):
        rows = [by_place[place] for place in half]
        collect_again(tx, rows, f"{batch}.{number}", f"{batch} was rejected, no message named")
    b = tables.batch
    state = "stuck" if made.stuck else "split" if made.halves else str(says.answer)
    tx.connection.execute(update(b).where(b.c.id == batch).values(state=state))
    return {str(place): row["id"] for place, row in by_place.items()}


def collect_again(tx: Tx, rows: Sequence[Row], lot: str, why: str) -> list[str]:
    """Let these outputs be sent again, in the order given: copies of them wait in the same series; their ids.

    With a `lot` they go in a batch of their own, and keep the time at which they were first made. Without one they
    wait among those that are made now.
    """
    new: list[Row] = []
    for row in rows:
        found = _AGAIN.fullmatch(row["id"])
        id = f"{found[1]}-s{int(found[2]) + 1}" if found else f"{row['id']}-s2"
        series = "/".join([*row["series"].split("/")[:2], *([lot] if lot else [])])
        fresh: dict[str, str | int | None] = {
            "state": "waiting",
            "batch": None,
            "stream": None,
            "number": None,
            "answer": None,
        }
        fresh |= {} if lot else {"made": tx.now}
        new.append({**row, **fresh, "id": id, "series": series})
    details = [{"again": old["id"], "reason": why} for old in rows]
    enter(tx, "output", [Entry(row, "made", detail) for row, detail in zip(new, details, strict=True)])
    for old, copy in zip(rows, new, strict=True):
        _copy(tx, old["id"], copy["id"])
        note(tx, "output", [old], "collected again", {"as": copy["id"], "reason": why})
    return [row["id"] for row in new]


_BY_CONTRL = (_a.answer == str(Answer.REJECTED), _a.level.in_(("interchange", "group", "message")))


def refused() -> ColumnElement[bool]:
    """The condition that an output went in a batch, was rejected by a CONTRL, and was not sent again.

    What was rejected for its content, by a document of its business, is no question of sending it again.
    """
    told = select(_a.id).where(*_BY_CONTRL)
    again = select(_or.output).where(_or.kind == REPEATS, _or.value == _o.id)
    return and_(
        _o.batch.is_not(None),
        _o.answer == str(Answer.REJECTED),
        told.where(or_(_a.output == _o.id, _a.output == _o.batch)).exists(),
        ~again.exists(),
    )


def refused_ever() -> CompoundSelect[Any]:
    """The ids of outputs, or of the batches with them, that were ever rejected by a CONTRL: few, however many there are.

    Among them those that are `refused` are looked for.
    """
    told = select(_a.output).where(*_BY_CONTRL, _a.output.is_not(None)).correlate(None)
    member = tables.output.alias("member").c
    return union_all(told, select(member.id).where(member.batch.in_(told)).correlate(None))


def retry_rejected(tx: Tx, id: str) -> int:
    """Collect again what the partner has rejected of a batch, output, file or message; how many messages that is."""
    made = select(_mo.output).where(_mo.message == id, _mo.role == MADE_FROM)
    query = (
        select(_o.id)
        .where(refused(), _o.state == "delivered")
        .where(or_(_o.id == id, _o.file == id, _o.batch == id, _o.id.in_(made)))
        .order_by(_o.batch, _o.number)
    )
    ids = list(tx.connection.scalars(query))
    rows = tx.lock(tables.output, ids)
    collect_again(tx, [rows[each] for each in ids], "", "tried again by hand")
    return len(ids)


def _members(tx: Tx, batches: Sequence[str]) -> list[Row]:
    """The messages of these batches, locked; in the order in which they stand there."""
    ids = tx.connection.scalars(select(_o.id).where(_o.batch.in_(list(batches)))).all()
    return sorted(tx.lock(tables.output, ids).values(), key=lambda row: (row["batch"], row["number"]))


def _groups(tx: Tx, output: Row, says: Acknowledging, count: int) -> Sequence[str]:
    """The reference of each message's functional group; looked up where the answer speaks of groups."""
    if not any(each.level == "group" for each in says.levels):
        return [""] * count
    c = tables.content.c
    packed = tx.connection.scalar(select(c.data).where(c.output == output["id"]))
    if packed is None:  # removed by retention, long after it was acknowledged
        return [""] * count
    data = zlib.decompress(packed)
    messages = (message for interchange in read(data) for message in interchange.messages())
    return [message.group.reference if message.group is not None else "" for message in messages]


def _answered(tx: Tx, by_place: Mapping[int, Row], made: Verdict, says: Acknowledging, message: str) -> None:
    if not made.answers:
        return
    tx.connection.execute(_ANSWER, [
        {"v_id": by_place[place]["id"], "v_answer": str(answer)} for place, answer in made.answers.items()
    ])  # fmt: skip
    for place, answer in made.answers.items():
        row = by_place[place]
        detail: dict[str, object] = {"answer": str(answer), "message": message, "reference": says.reference}
        detail |= {"place": place} | (
            {"errors": list(made.details[place])} if made.details.get(place) else {}
        )
        note(tx, "output", [row], "answered", detail)
        stop_answers(tx, ((row["id"], level) for level in answer.levels))


def _copy(tx: Tx, old: str, new: str) -> None:
    """What belongs to an output belongs to its copy: content, messages, numbers, awaited answers."""
    content, links, known, clock = (
        tables.content,
        tables.message_output,
        tables.output_reference,
        tables.clock,
    )
    execute = tx.connection.execute
    execute(
        content.insert().from_select(
            ["output", "data"], select(literal(new), content.c.data).where(content.c.output == old)
        )
    )
    execute(
        links.insert().from_select(
            ["message", "output", "role"],
            select(_mo.message, literal(new), _mo.role).where(_mo.output == old),
        )
    )
    execute(
        known.insert().from_select(
            ["output", "kind", "value"],
            select(literal(new), _or.kind, _or.value).where(_or.output == old, _or.kind != REPEATS),
        )
    )
    tx.insert(known, [{"output": new, "kind": REPEATS, "value": old}])
    names = ["kind", "level", "partner", "agreement", "terms"]
    awaited = select(literal(new), literal("waiting"), *(clock.c[name] for name in names))
    awaited = awaited.where(clock.c.subject == old, clock.c.kind == ANSWER)
    execute(clock.insert().from_select(["subject", "state", *names], awaited))
