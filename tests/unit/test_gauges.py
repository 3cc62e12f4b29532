"""Looking at the ledger from outside: what is open, since when, and whether it is there; on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from edi_router.ledger import Ledger
from edi_router.ledger.gauges import OPEN, Gauges, Page
from tests.support.outcomes import (
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

MINUTE = 60_000_000


def a_day(ledger: Ledger, clock: Clock) -> None:
    """Something in every state that waits, a minute between files."""
    file = drop(ledger, "a")
    messages = (message(file, 1, stream="s"), message(file, 2, REJECTED), message(file, 3, HELD),
                message(file, 4, outputs=2, stream="s"))  # fmt: skip
    process(ledger, file, outcome(file, *messages))
    first, second, _ = (row.id for row in ledger.due())
    deliver(ledger, first)
    claimed = ledger.claim_delivery(second)
    assert claimed is not None
    ledger.failed(second, claimed.fence, "no")
    clock.tick(minutes=1)
    held = drop(ledger, "b", "ent-b")
    process(ledger, held, unreadable(held))
    item, fence = take(ledger, drop(ledger, "c"))
    ledger.fail(item.id, fence, "a bug")
    clock.tick(minutes=1)
    drop(ledger, "d")


def test_figures_are_those_of_the_ledger(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger, clock)
    ledger.pause("ent-b", "me", "closed")
    ledger.contact_failed("ciq", "no route")
    figures = Gauges(ledger).look(["ent-a", "ent-b", "ciq"], ["transfer"])
    for kind in ("file", "message", "output", "delivery"):
        rows = Counter(
            (row["partner"], row["state"]) for row in ledger.ls(kind) if row["state"] in OPEN[kind]
        )
        assert {(one.partner, one.state): one.number for one in figures.waiting if one.kind == kind} == rows
    assert {(one.state, one.number) for one in figures.waiting if one.kind == "work"} == {
        ("failed", 1), ("pending", 1),
    }  # fmt: skip
    ages = {(one.kind, one.state): figures.now - (one.oldest or 0) for one in figures.waiting}
    assert ages["message", "held"] == 2 * MINUTE
    # The second delivery of its interchange: they are a microsecond apart, which is their order.
    assert ages["delivery", "failed"] == 2 * MINUTE - 1
    assert (ages["file", "failed"], ages["file", "in_work"]) == (MINUTE, 0)
    assert figures.today["file", "in_work"] == 4
    assert (figures.today["message", "completed"], figures.today["message", "rejected"]) == (1, 1)
    assert (figures.paused, figures.page, figures.missing, figures.failures) == (
        {"ent-b"}, None, {}, {"ciq": 1},
    )  # fmt: skip


def test_yesterday_is_not_today(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger, clock)
    clock.tick(days=1)
    drop(ledger, "e")
    assert Gauges(ledger).look([], []).today == {("file", "in_work"): 1}


def test_numbers_that_were_not_used_are_missing(ledger: Ledger) -> None:
    def one(name: str) -> None:
        file = drop(ledger, name)
        process(ledger, file, outcome(file, message(file, stream="s"), control=file))

    gauges = Gauges(ledger)
    one("a")
    assert gauges.look([], []).missing == {}
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE control_number SET last = last + 2"))
    one("b")
    assert gauges.look([], []).missing == {"s": 2}
    one("c")
    assert gauges.look([], []).missing == {"s": 2}
    assert Gauges(ledger).look([], []).missing == {"s": 2}


def test_the_last_page_of_the_books(ledger: Ledger, clock: Clock) -> None:
    process(ledger, drop(ledger))
    deliver_all(ledger)
    clock.tick(days=1)
    ledger.close_books("2026-03-02")
    page = Gauges(ledger).look([], []).page
    assert page == Page("2026-03-02", ledger.now(), 0, 0)


def test_open_entries_are_counted_by_register(ledger: Ledger) -> None:
    row = (
        "INSERT INTO register_entry (id, register, key, open, due) VALUES ('{0}:{1}', '{0}', '{1}', {2}, {3})"
    )
    with ledger.engine.begin() as connection:
        for values in (("t", 1, 1, "NULL"), ("t", 2, 1, 5), ("t", 3, 0, "NULL"), ("u", 1, 1, "NULL")):
            connection.execute(text(row.format(*values)))
    figures = Gauges(ledger).look([], ["t", "none"])
    assert (figures.entries, figures.entries_due) == ({"t": 2}, 1)


def test_it_is_current_and_writable(ledger: Ledger) -> None:
    gauges = Gauges(ledger)
    assert gauges.is_current()
    assert gauges.is_writable()
    with ledger.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not gauges.is_current()


@contextmanager
def statements() -> Iterator[list[tuple[str, object]]]:
    """What is asked of databases within the block."""
    asked: list[tuple[str, object]] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def local(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """A ledger on SQLite."""
    path = tmp_path / "ledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Ledger.open(f"sqlite:///{path}", clock=clock) as opened:
        yield opened


def test_no_table_that_grows_is_read_through(local: Ledger) -> None:
    with statements() as asked:
        Gauges(local).look(["ent-a"], ["transfer"])
    small = {"control_number", "partner_state", "books", "alarm"}
    plans = []
    with local.read() as connection:
        for statement, parameters in asked:
            if statement.startswith("SELECT"):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
                plans += [row.detail for row in rows]
    read_through = {plan.split()[1] for plan in plans if plan.startswith("SCAN ")}
    assert len(plans) > 10
    assert read_through <= small, plans


def test_a_database_that_is_gone_is_not_made_anew(local: Ledger, tmp_path: Path) -> None:
    gauges = Gauges(local)
    assert local.ls("file") == []  # the ledger holds it open, and would go on writing into nothing
    (tmp_path / "ledger.db").rename(tmp_path / "away.db")
    with pytest.raises(OperationalError):
        gauges.look([], [])
    with pytest.raises(OperationalError):
        gauges.is_writable()
    assert not (tmp_path / "ledger.db").exists()


def test_a_locked_database_is_not_waited_for(local: Ledger) -> None:
    with local.write(), pytest.raises(OperationalError, match="locked"):
        Gauges(local, wait_seconds=0.01).is_writable()
    assert Gauges(local).is_writable()
