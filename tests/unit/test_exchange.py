"""What was exchanged with a partner: the file, and comparing it with the partner's own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from edi_router.ledger import Ledger
from edi_router.ledger.issuing import Issue
from edi_router.reports.exchange import (
    Unreadable,
    as_exchange_csv,
    as_exchange_json,
    compare,
    exchange_rows,
    read_exchange,
)
from tests.support.outcomes import Clock, ack, deliver_all, drop, message, outcome, process
from tests.unit.test_books import TODAY


@pytest.fixture
def rows(ledger: Ledger, clock: Clock) -> list[dict[str, str]]:
    """A day with ENT-A: an interchange of two messages, and the CONTRL that it got."""
    file = drop(ledger)
    answer = ack(f"{file}-1", [f"{file}-1-1"])
    process(ledger, file, outcome(file, message(file, 1), message(file, 2), control="000042", acks=(answer,)))
    clock.tick(minutes=1)
    deliver_all(ledger)
    return exchange_rows(ledger.exchanged("ent-a", TODAY), TODAY, "US", "ent-a")


def test_both_directions_with_totals(rows: list[dict[str, str]]) -> None:
    told = [
        (r["record"], r["from"], r["control_reference"], r["message_reference"], r["number"]) for r in rows
    ]
    assert told == [
        ("interchange", "ent-a", "000042", "", "2"), ("message", "ent-a", "000042", "M1", "1"),
        ("message", "ent-a", "000042", "M2", "1"), ("interchange", "US", "1", "", "1"),
        ("total", "US", "", "", "1"), ("total", "US", "", "", "1"), ("total", "ent-a", "", "", "1"),
        ("total", "ent-a", "", "", "2"),
    ]  # fmt: skip
    assert rows[0]["at"] == "2026-03-02T04:00:00Z"
    assert (rows[1]["state"], rows[1]["answer"]) == ("completed", "accepted")


def test_a_file_agrees_with_itself_in_both_forms(rows: list[dict[str, str]]) -> None:
    for data in (as_exchange_csv(rows), as_exchange_json(rows, TODAY, "US", "ent-a")):
        assert compare(rows, read_exchange(data.encode()), "ent-a") == []


def test_what_differs_is_told_by_control_reference(rows: list[dict[str, str]]) -> None:
    theirs = [dict(row) for row in rows if row["record"] != "total"]
    theirs[0]["sha256"] = "0" * 64
    theirs[2]["answer"] = "rejected"
    theirs[3]["control_reference"] = "2"
    found = [
        (each.what, each.column, each.row["control_reference"]) for each in compare(rows, theirs, "ent-a")
    ]
    assert found == [
        ("differs", "sha256", "000042"), ("differs", "answer", "000042"), ("only-here", "", "1"),
        ("only-there", "", "2"),
    ]  # fmt: skip


def test_their_own_columns_interchanges_only_and_numbers_without_zeros(rows: list[dict[str, str]]) -> None:
    data = "\ufeffREF;HASH\r\n42;" + rows[0]["sha256"].upper() + "\r\n1;\r\n"
    theirs = read_exchange(data.encode(), {"control_reference": "REF", "sha256": "HASH"})
    assert compare(rows, theirs, "ent-a") == []
    again = read_exchange((data + "42;\r\n").encode(), {"control_reference": "REF"})
    assert [each.what for each in compare(rows, again, "ent-a")] == [
        "only-there"
    ]  # sent twice there, once here


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,2\n", "neither a column"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{}", "no `rows`"),
        (b"{", "no JSON"),
    ],
)
def test_what_cannot_be_compared(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_exchange(data)
    with pytest.raises(Unreadable, match="has no column X"):
        read_exchange(b"name\na\n", {"control_reference": "X"})


def test_the_csv_is_plain(rows: list[dict[str, str]], tmp_path: Path) -> None:
    data = as_exchange_csv(rows)
    assert data.count("\r\n") == len(rows) + 1
    assert next(csv.reader(io.StringIO(data)))[:5] == ["record", "date", "from", "to", "control_reference"]
    assert json.loads(as_exchange_json(rows, TODAY, "US", "ent-a"))["with"] == "ent-a"


def test_documents_of_our_own_are_issued_once_and_stand_in_the_books(ledger: Ledger, clock: Clock) -> None:
    issue = Issue("books/ent-a/2026-03-01", "ent-a", "books-2026-03-01.csv", "csv", b"record\r\n")
    assert [ledger.issue(issue, "config") for _ in range(2)] == [True, False]
    assert ledger.issued(issue.about)
    assert not ledger.issued("books/ent-b/2026-03-01")
    assert deliver_all(ledger) == 1
    books = ledger.books()
    assert books.balanced
    assert books.files.partners["router"].outcomes["processed"] == 1
    assert books.outputs.routes["ent-a"]["document"].outcomes["delivered"] == 1
    clock.tick(days=1)
    ledger.close_books(TODAY)
    assert ledger.verify_books() == []
