"""Received acknowledgements in the ledger: found by their references, kept, and applied to what was sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger, Recordable, tables
from edi_router.pipeline.model import (
    Acknowledged,
    Acknowledging,
    FileOutcome,
    Output,
    OutputKind,
    Reference,
    Sent,
    Unsealed,
)
from tests.support.outcomes import ACCEPTED, ack, drop, message, outcome, process, take


def says(answer: Answer, reference: str = "1", sender: str = "US", recipient: str = "THEM") -> Acknowledging:
    return Acknowledging(
        "contrl", reference, sender, recipient, (Acknowledged("interchange", reference, answer),)
    )


def send(ledger: Ledger, name: str = "a.edi", to: str = "ent-a") -> str:
    """Something is sent to a partner under the next control number; returns its output."""
    file = drop(ledger, name)
    output = Output(
        f"{file}-out", OutputKind.DOCUMENT, to, f"{name}.edi", "edifact",
        unsealed=Unsealed(f"edifact:{to}", lambda number: b"x", "US", "THEM"),
    )  # fmt: skip
    process(ledger, file, outcome(file, message(file, outputs=0), control=file, acks=(output,)))
    return output.id


def acknowledged(file: str, *what: Acknowledging) -> FileOutcome:
    messages = [
        replace(message(file, number, ACCEPTED, outputs=0), acknowledges=each)
        for number, each in enumerate(what, 1)
    ]
    return outcome(file, *messages, control=file)


def answer_of(ledger: Ledger, output: str) -> str | None:
    found: str | None = ledger.show(output)["answer"]
    return found


def test_what_was_sent_is_found_by_partner_parties_and_reference(ledger: Ledger) -> None:
    output = send(ledger)
    assert ledger.sent_interchange("ent-a", "US", "THEM", "1") == Sent(output, None)
    for wrong in (("ciq", "US", "THEM", "1"), ("ent-a", "X", "THEM", "1"), ("ent-a", "US", "X", "1"),
                  ("ent-a", "US", "THEM", "2")):  # fmt: skip
        assert ledger.sent_interchange(*wrong) is None, wrong


def test_a_document_is_found_by_its_interchange_where_no_number_of_its_own_fits(ledger: Ledger) -> None:
    output, named = send(ledger), Reference("interchange", "1")
    assert ledger.sent_document("ent-a", [named]) == Sent(output, None)
    assert ledger.sent_document("ciq", [named]) is None
    assert ledger.sent_document("ent-a", [Reference("any", "1")]) is None, (
        "a number like it is no interchange"
    )
    other = send(ledger, "b.edi")
    with ledger.write() as tx:
        tx.insert(tables.output_reference, [{"output": other, "kind": "declaration", "value": "D-1"}])
    assert ledger.sent_document("ent-a", [named, Reference("any", "D-1")]) == Sent(other, None)


def test_the_answer_that_says_most_stands(ledger: Ledger) -> None:
    output = send(ledger)
    for number, (told, then) in enumerate((
        (Answer.RECEIVED, "received"), (Answer.ACKNOWLEDGED, "acknowledged"), (Answer.RECEIVED, "acknowledged"),
        (Answer.REJECTED, "rejected"), (Answer.ACKNOWLEDGED, "rejected"),
    )):  # fmt: skip
        file = drop(ledger, f"c{number}.edi")
        process(ledger, file, acknowledged(file, says(told)))
        assert answer_of(ledger, output) == then
    assert ledger.sent_interchange("ent-a", "US", "THEM", "1") == Sent(output, Answer.REJECTED)
    assert len(ledger.ls("acknowledgement")) == 5
    assert [row["answer"] for row in ledger.ls("acknowledgement", state="rejected")] == ["rejected"]
    assert ledger.books().balanced


def test_two_answers_in_one_transaction(ledger: Ledger) -> None:
    outputs = [send(ledger, "a.edi"), send(ledger, "b.edi")]
    files = [drop(ledger, f"c{number}.edi") for number in (1, 2)]
    told = [
        acknowledged(files[0], says(Answer.REJECTED), says(Answer.RECEIVED, "2")),
        acknowledged(files[1], says(Answer.ACKNOWLEDGED), says(Answer.ACKNOWLEDGED, "2")),
    ]
    items = [Recordable(*_claim(ledger, file), each) for file, each in zip(files, told, strict=True)]
    assert ledger.record_all(items) == [None, None]
    assert [answer_of(ledger, output) for output in outputs] == ["rejected", "acknowledged"]
    assert len(ledger.show(outputs[0])["acknowledgements"]) == 2


def _claim(ledger: Ledger, file: str) -> tuple[int, int]:
    item, fence = take(ledger, file)
    return item.id, fence


def test_recording_again_changes_nothing(ledger: Ledger) -> None:
    send(ledger)
    file = drop(ledger, "c.edi")
    work, fence = _claim(ledger, file)
    for _ in range(2):
        ledger.record(work, fence, acknowledged(file, says(Answer.ACKNOWLEDGED)))
    assert len(ledger.ls("acknowledgement")) == 1


def test_an_answer_to_nothing_is_kept_without_output(ledger: Ledger) -> None:
    file = drop(ledger, "c.edi")
    process(ledger, file, acknowledged(file, says(Answer.REJECTED, "77")))
    [row] = ledger.ls("acknowledgement")
    assert (row["output"], row["reference"], row["answer"]) == (None, "77", "rejected")


def test_an_output_without_envelope_has_no_reference(ledger: Ledger) -> None:
    file = drop(ledger)
    process(ledger, file, outcome(file, message(file), acks=(ack(f"{file}-1", [f"{file}-1-1"]),)))
    rows = {row["kind"]: row for row in ledger.ls("output")}
    assert rows["document"]["control_reference"] is None
    assert rows["acknowledgement"]["control_reference"] == "1"
    assert rows["acknowledgement"]["sender"] is None
    assert ledger.sent_interchange("ent-a", "ANY", "BODY", "1") is not None, (
        "parties that are not kept fit any"
    )


@pytest.mark.parametrize("number", ["7", "NULL"])
def test_the_migration_keeps_the_references_of_what_was_sent_before(tmp_path: Path, number: str) -> None:
    from alembic import command
    from alembic.config import Config

    with Ledger.open(f"sqlite:///{tmp_path / 'old.db'}") as old:
        config = Config()
        config.set_main_option("script_location", "edi_router.ledger:migrations")
        with old.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
        with closing(sqlite3.connect(tmp_path / "old.db")) as plain:  # asks for no foreign keys
            plain.execute(
                "INSERT INTO output (id, file, interchange, kind, destination, partner, name, format, size,"
                " sha256, stream, number, state, made, date) VALUES ('o', 'f', 'i', 'acknowledgement', 'p',"
                f" 'p', 'n', 'edifact', 1, 's', 'edifact:p', {number}, 'waiting', 1, '2026-03-02')"
            )
            plain.commit()
        old.migrate()
        [row] = old.ls("output")
        assert row["control_reference"] == (None if number == "NULL" else number)
        assert (row["sender"], row["answer"]) == (None, None)
