"""The books balance, notice what does not, and are closed for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from edi_router.ledger import Ledger, Refused
from tests.support.outcomes import (
    DUPLICATE,
    HELD,
    REJECTED,
    Clock,
    deliver,
    deliver_all,
    drop,
    message,
    outcome,
    process,
    take,
    unreadable,
)

TODAY, TOMORROW = "2026-03-02", "2026-03-03"


def tamper(ledger: Ledger, *statements: str) -> None:
    """Do what the ledger never does."""
    with ledger.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS keep_event_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS keep_event_delete"))
            connection.execute(text("DROP TRIGGER IF EXISTS keep_books_update"))
        for statement in statements:
            connection.execute(text(statement))


def a_day(ledger: Ledger) -> str:
    """A day with one of everything; returns the id of its file."""
    file = drop(ledger, "a")
    messages = (
        message(file, 1, stream="s"), message(file, 2, REJECTED), message(file, 3, DUPLICATE),
        message(file, 4, HELD), message(file, 5, outputs=2, stream="s"),
    )  # fmt: skip
    process(ledger, file, outcome(file, *messages))
    first, second, _ = (row.id for row in ledger.due())
    deliver(ledger, first)
    claimed = ledger.claim_delivery(second)
    assert claimed is not None
    ledger.failed(second, claimed.fence, "no")
    held = drop(ledger, "b", "ent-b")
    process(ledger, held, unreadable(held))
    item, fence = take(ledger, drop(ledger, "c"))
    ledger.fail(item.id, fence, "bug")
    drop(ledger, "d")
    return file


def test_empty_books_balance(ledger: Ledger) -> None:
    books = ledger.books()
    assert books.balanced
    assert books.business_date == TODAY
    assert books.messages.total.outcomes == dict.fromkeys(
        ("completed", "rejected", "duplicate", "held", "in_work"), 0
    )


def test_the_three_equations(ledger: Ledger) -> None:
    a_day(ledger)
    books = ledger.books()
    assert books.balanced
    assert books.unaccounted == 0
    assert (books.messages.total.carried_over, books.messages.total.inflow) == (0, 5)
    assert books.messages.total.outcomes == {
        "completed": 1, "rejected": 1, "duplicate": 1, "held": 1, "in_work": 1,
    }  # fmt: skip
    assert books.outputs.total.inflow == 3
    assert books.outputs.total.outcomes == {"delivered": 1, "failed": 1, "waiting": 1}
    assert books.files.total.inflow == 4
    assert books.files.total.outcomes == {"processed": 1, "held": 1, "failed": 1, "in_work": 1}
    assert list(books.files.partners) == ["ent-a", "ent-b"]
    assert books.files.partners["ent-b"].outcomes["held"] == 1
    assert list(books.outputs.partners) == ["ciq"]


def test_a_past_date_is_computed_from_the_events(ledger: Ledger, clock: Clock) -> None:
    file = a_day(ledger)
    page = ledger.books().page()
    clock.tick(days=1)
    ledger.release(f"{file}-1-4", "anna", "now")
    process(ledger, file, outcome(file, message(file, 4)))
    ledger.retry(file)
    deliver_all(ledger)
    assert ledger.books(TODAY).page() == page
    books = ledger.books()
    assert (books.business_date, books.balanced) == (TOMORROW, True)
    assert (books.messages.total.carried_over, books.messages.total.inflow) == (2, 0)
    assert books.messages.total.outcomes == {
        "completed": 2, "rejected": 0, "duplicate": 0, "held": 0, "in_work": 0,
    }  # fmt: skip
    assert (books.outputs.total.carried_over, books.outputs.total.inflow) == (2, 1)
    assert (books.files.total.carried_over, books.files.total.outcomes["processed"]) == (3, 0)
    clock.tick(days=1)
    assert ledger.books().messages.total.carried_over == 0
    assert ledger.books("2026-03-01").page()["messages"]["total"]["in"] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event WHERE kind = 'message' AND what = 'rejected'",
        "DELETE FROM event WHERE kind = 'file' AND what = 'received'",
        "UPDATE event SET state = 'rejected' WHERE kind = 'message' AND what = 'held'",
        "UPDATE message SET state = 'completed' WHERE state = 'held'",
        "UPDATE message SET settled = '2026-03-01' WHERE state = 'rejected'",
        "UPDATE output SET state = 'delivered', settled = '2026-03-02' WHERE state = 'waiting'",
        "UPDATE output SET state = 'waiting' WHERE state = 'failed'",
        "UPDATE delivery SET state = 'delivered' WHERE state = 'waiting'",
        "UPDATE file SET state = 'processed' WHERE state = 'failed'",
        "UPDATE work SET state = 'done' WHERE state = 'pending'",
        "UPDATE message SET partner = 'other' WHERE state = 'held'",
        "UPDATE control_number SET last = last + 1",
        "UPDATE output SET number = 9 WHERE number = 2",
    ],
)
def test_tampering_shows(ledger: Ledger, statement: str) -> None:
    a_day(ledger)
    assert ledger.books().balanced
    tamper(ledger, statement)
    assert not ledger.books().balanced


def test_a_lost_message_is_unaccounted(ledger: Ledger) -> None:
    file = a_day(ledger)
    tamper(
        ledger,
        f"DELETE FROM visible_to WHERE message = '{file}-1-4'",
        f"DELETE FROM reference WHERE message = '{file}-1-4'",
        f"DELETE FROM message WHERE id = '{file}-1-4'",
    )
    books = ledger.books()
    assert (books.balanced, books.unaccounted) == (False, 1)
    assert books.messages.partners["ent-a"].unaccounted == 1


def test_gaps_are_listed(ledger: Ledger) -> None:
    a_day(ledger)
    tamper(ledger, "UPDATE output SET number = 5 WHERE number = 1")
    assert ledger.books().gaps == {"s": (1, 4)}


def test_events_and_pages_are_kept(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger)
    clock.tick(days=1)
    ledger.close_books(TODAY)
    for statement in (
        "UPDATE event SET what = 'x'",
        "DELETE FROM event",
        "UPDATE books SET page = 'x'",
        "DELETE FROM books",
    ):
        with pytest.raises(DBAPIError, match="never changed"), ledger.engine.begin() as connection:
            connection.execute(text(statement))


def test_books_are_closed_once_and_in_order(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger)
    with pytest.raises(Refused, match="not over"):
        ledger.close_books(TODAY)
    clock.now = datetime(2026, 3, 2, 15, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(Refused, match="not over"):
        ledger.close_books(TODAY)
    clock.now = datetime(2026, 3, 2, 16, tzinfo=UTC)  # midnight in Shanghai
    closed = ledger.close_books(TODAY)
    assert closed.balanced
    assert ledger.close_books(TODAY).page() == closed.page()
    with pytest.raises(Refused, match="closed already"):
        ledger.close_books("2026-03-01")
    deliver_all(ledger)
    clock.tick(days=2)
    ledger.close_books(TOMORROW)
    ledger.close_books("2026-03-04")
    assert ledger.closed_books() == [TODAY, TOMORROW, "2026-03-04"]
    assert ledger.verify_books() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE books SET page = replace(page, 'files', 'f') WHERE date = '2026-03-02'", "was changed"),
        ("UPDATE books SET previous = 'x' WHERE date = '2026-03-03'", "not chained"),
        ("DELETE FROM event WHERE kind = 'message' AND what = 'held'", "closed as"),
        ("UPDATE output SET state = 'waiting', settled = NULL WHERE state = 'delivered'", "closed as"),
        ("UPDATE message SET state = 'duplicate' WHERE state = 'rejected'", "closed as"),
    ],
)
def test_verify_finds(ledger: Ledger, clock: Clock, statement: str, found: str) -> None:
    a_day(ledger)
    clock.tick(days=2)
    ledger.close_books(TODAY)
    ledger.close_books(TOMORROW)
    tamper(ledger, statement)
    assert any(found in problem for problem in ledger.verify_books())


def test_a_page_survives_reopening(make_database: Callable[[], str], clock: Clock) -> None:
    url = make_database()
    with Ledger.open(url, clock=clock) as ledger:
        a_day(ledger)
        clock.tick(days=1)
        page = ledger.close_books(TODAY).page()
    with Ledger.open(url, clock=clock) as ledger:
        assert ledger.books(TODAY).page() == page
        assert ledger.verify_books() == []
