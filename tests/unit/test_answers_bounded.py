"""How much is read to find the document that an answer names, and the clocks of what was delivered: little, however many
others there are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from edi_router.ledger import Ledger, tables
from edi_router.ledger.answering import FEW
from edi_router.ledger.clocks import ANSWER, DELIVERY, start_answers, stop_deliveries
from edi_router.pipeline.model import Reference, Sent
from tests.support.outcomes import Clock, document, drop, message, outcome, process

SHARED = Reference("contract", "YC-2026-017")
PART = 500


@pytest.fixture
def on_sqlite(tmp_path: Path, sqlite_template: Path, clock: Clock) -> Iterator[Ledger]:
    """A ledger whose work can be counted."""
    path = tmp_path / "ledger.db"
    shutil.copy(sqlite_template, path)
    with Ledger.open(f"sqlite:///{path}", clock=clock) as opened:
        yield opened


def send(
    ledger: Ledger, clock: Clock, number: int, name: str, *references: Reference, to: str = "ciq"
) -> Sequence[str]:
    """Send so many documents, made of messages that have these references beside one of their own; their ids."""
    made: list[str] = []
    for start in range(0, number, PART):
        file = drop(ledger, f"{name}-{start}")
        messages = [
            replace(each, references=(*each.references, *references), outputs=(document(each.id, to=to),))
            for each in (message(file, place) for place in range(1, min(PART, number - start) + 1))
        ]
        process(ledger, file, outcome(file, *messages, control=f"{name}{start}"))
        made += [output.id for each in messages for output in each.outputs]
        clock.tick(seconds=1)
    return made


def own(output: str) -> Reference:
    """The number that the message of a document has for itself."""
    return Reference("declaration", f"D-{output.removesuffix('-o1')}")


def test_of_many_documents_with_a_number_the_latest_to_the_partner_is_found(
    ledger: Ledger, clock: Clock
) -> None:
    shared = send(ledger, clock, 4 * FEW, "shared", SHARED)
    without = send(ledger, clock, 2 * FEW, "without")
    others = send(ledger, clock, 3 * FEW, "others", SHARED, to="bank")
    first, last = shared[0], max(shared[3 * FEW - 100 :])  # those of the last file were made at one moment
    assert ledger.sent_document("ciq", [SHARED]) == Sent(last, None), "behind many that do not have it"
    assert ledger.sent_document("bank", [SHARED]) == Sent(max(others[PART:]), None)
    assert ledger.sent_document("tax", [SHARED]) is None
    assert ledger.sent_document("ciq", [Reference("any", SHARED.value)]) == Sent(last, None)
    assert ledger.sent_document("ciq", [Reference("bill", SHARED.value)]) is None
    assert ledger.sent_document("ciq", [own(first)]) == Sent(first, None)
    assert ledger.sent_document("ciq", [own(first), SHARED]) == Sent(last, None)
    assert ledger.sent_document("ciq", [own(first), own(without[0])]) == Sent(without[0], None)
    assert ledger.sent_document("bank", [own(first)]) is None
    with ledger.write() as tx:
        tx.insert(
            tables.output_reference,
            [{"output": each, "kind": "receipt", "value": "R-1"} for each in (*shared, *without[:-1])],
        )
    assert without[-1] != max(without)
    assert ledger.sent_document("ciq", [Reference("receipt", "R-1")]) == Sent(max(without), None)
    assert ledger.sent_document("ciq", [Reference("receipt", "R-1"), SHARED]) == Sent(max(without), None)


@contextmanager
def counted(ledger: Ledger) -> Iterator[list[int]]:
    """Hundreds of steps of SQLite's machine in the block: what it reads, whatever else the computer does."""
    steps = [0]

    def step() -> None:
        steps[0] += 1

    def connected(connection: Any, *_: object) -> None:
        connection.set_progress_handler(step, 100)

    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", connected)
    try:
        yield steps
    finally:
        event.remove(ledger.engine, "connect", connected)
        ledger.engine.dispose()


def test_what_is_read_for_an_answer_does_not_grow_with_what_was_sent(on_sqlite: Ledger, clock: Clock) -> None:
    asked = (
        [SHARED],
        [SHARED, Reference("contract", "another")],
        [Reference("any", "1"), Reference("any", "2")],
    )
    taken: dict[int, list[int]] = {}
    for part in range(6):
        made = send(on_sqlite, clock, PART, f"part{part}", SHARED)
        for numbers in (*asked, [own(made[0]), own(made[1])]):
            with counted(on_sqlite) as steps:
                on_sqlite.sent_document("ciq", numbers)
            taken.setdefault(part, []).append(steps[0])
    assert [most for most, least in zip(taken[5], taken[0], strict=True) if most > least * 1.2 + 5] == []
    assert max(taken[5]) < 3 * FEW


def test_clocks_are_found_by_what_they_are_about(on_sqlite: Ledger) -> None:
    taken: list[int] = []
    for part in range(5):
        with on_sqlite.write() as tx:
            tx.insert(tables.clock, [
                {"kind": kind, "level": "", "subject": f"{part}-{each}", "partner": "p", "agreement": "", "terms": "{}",
                 "state": state, "started": 1 if kind == DELIVERY else None}
                for each in range(400) for kind, state in ((ANSWER, "waiting"), (DELIVERY, "running"))
            ])  # fmt: skip
        with counted(on_sqlite) as steps, on_sqlite.write() as tx:
            start_answers(tx, [f"{part}-1", f"{part}-2", "x", "y"])
            stop_deliveries(tx, [f"{part}-1", f"{part}-2", "x", "y"])
        taken.append(steps[0])
    assert taken[-1] <= taken[0] * 1.2 + 5
    c = tables.clock.c
    with on_sqlite.read() as connection:
        found = select(c.kind, c.state, func.count()).group_by(c.kind, c.state).order_by(c.kind, c.state)
        assert [tuple(row) for row in connection.execute(found)] == [
            (ANSWER, "running", 10), (ANSWER, "waiting", 1990), (DELIVERY, "met", 10), (DELIVERY, "running", 1990),
        ]  # fmt: skip
