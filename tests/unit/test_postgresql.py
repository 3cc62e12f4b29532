"""What is PostgreSQL's own in the ledger: rows by COPY, rows changed together, connections that were lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from edi_router.ledger import Ledger, postgresql, tables
from edi_router.ledger.store import WRITERS
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.postgresql
ROWS = [{"account": name, "name": "关", "query": "a\tb\\.\n\"'\ufffd"} for name in ("a", "b", "c", "d")]


@pytest.fixture
def database(postgresql: PostgreSQL, postgresql_template: str) -> str:
    return postgresql.create(postgresql_template)


@pytest.fixture
def ledger(postgresql: PostgreSQL, database: str) -> Iterator[Ledger]:
    with Ledger.open(postgresql.url(database)) as opened:
        yield opened


def searches(ledger: Ledger) -> list[dict[str, object]]:
    with ledger.read() as connection:
        found = connection.execute(select(tables.saved_search).order_by(tables.saved_search.c.account))
        return [dict(row) for row in found.mappings()]


@pytest.mark.parametrize("number", [1, postgresql.COPIED - 1, postgresql.COPIED, 4])
def test_rows_arrive_as_they_are_however_many(ledger: Ledger, number: int) -> None:
    with ledger.write() as tx:
        tx.insert(tables.saved_search, ROWS[:number])
        tx.insert(tables.saved_search, [])
    assert searches(ledger) == ROWS[:number]


def test_copied_rows_have_numbers_bytes_nulls_and_defaults(ledger: Ledger) -> None:
    # The tables' references are not looked at here.
    with ledger.write() as tx:
        tx.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        tx.insert(
            tables.content, [{"output": f"o{each}", "data": bytes([each, 0, 255])} for each in range(4)]
        )
        tx.insert(tables.sighting, [
            {"partner": "p", "name": f"n{each}", "size": 2**40, "modified": -1, "since": each} for each in range(4)
        ])  # fmt: skip
        tx.insert(tables.event, [
            {"at": each, "date": "d", "kind": "k", "subject": "s", "partner": "p", "what": "w", "before": None}
            for each in range(4)
        ])  # fmt: skip
    with ledger.read() as connection:
        assert list(connection.scalars(select(tables.content.c.data).order_by(tables.content.c.output))) == [
            bytes([each, 0, 255]) for each in range(4)
        ]
        assert (
            connection.execute(select(tables.sighting.c.size, tables.sighting.c.modified)).all()
            == [(2**40, -1)] * 4
        )
        e = tables.event.c
        events = connection.execute(select(e.id, e.at, e.before, e.detail).order_by(e.id)).all()
    assert [tuple(row) for row in events] == [(each + 1, each, None, "{}") for each in range(4)]


@pytest.mark.parametrize("number", [1, 4])
def test_what_is_there_already_is_refused_and_nothing_of_it_is_kept(ledger: Ledger, number: int) -> None:
    with ledger.write() as tx:
        tx.insert(tables.saved_search, [ROWS[0]])
    with pytest.raises(IntegrityError), ledger.write() as tx:
        tx.insert(tables.saved_search, ROWS[:number])
    assert searches(ledger) == [ROWS[0]]


def test_rows_with_the_same_values_are_changed_by_one_statement(ledger: Ledger) -> None:
    statements: list[str] = []
    row = {
        "host": "h",
        "pid": 1,
        "version": "",
        "revision": "",
        "configuration": "",
        "archive": "",
        "state": "",
    }
    with ledger.write() as tx:
        tx.insert(tables.worker, [{**row, "id": each, "started": 0, "seen": 0} for each in "abcde"])
        execute = tx.connection.execute
        tx.connection.execute = lambda *given: (statements.append(str(given[0])), execute(*given))[1]  # type: ignore[method-assign, assignment]
        tx.update(tables.worker, [
            {"id": each, "state": "x" if each in "acd" else each, "seen": 7} for each in "abcde"
        ])  # fmt: skip
    assert len(statements) == 2, "those that are alike, and those that are not"
    assert {each.id: each.state for each in ledger.workers()} == {
        "a": "x",
        "b": "b",
        "c": "x",
        "d": "x",
        "e": "e",
    }


def lose(postgresql: PostgreSQL, database: str) -> None:
    """The server ends all connections to the database."""
    postgresql.admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def test_a_connection_that_was_lost_is_noticed_before_it_is_used(
    ledger: Ledger, postgresql: PostgreSQL, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.contacted(["A"])
    lose(postgresql, database)
    monkeypatch.setattr("edi_router.ledger.postgresql.LATELY", 0.0)
    ledger.contacted(["B"])
    monkeypatch.setattr("edi_router.ledger.postgresql.LATELY", 1000.0)
    lose(postgresql, database)
    with pytest.raises(OperationalError):  # it was used a moment ago: nobody asked
        ledger.contacted(["C"])
    ledger.contacted(["C"])
    assert sorted(ledger.contacts()) == ["A", "B", "C"]


@pytest.mark.parametrize("alone", [False, True])
def test_one_who_writes_alone_waits_for_the_others(ledger: Ledger, alone: bool) -> None:
    """The lock is taken with the transaction's beginning: of those who share it any number have it."""
    try_lock = f"SELECT pg_try_advisory_xact_lock_shared({WRITERS})"
    with ledger.write(alone=alone), ledger.ask() as other:
        assert other.exec_driver_sql(try_lock).scalar() is not alone


def test_after_a_lost_connection_what_is_asked_often_is_asked_by_another(
    ledger: Ledger, postgresql: PostgreSQL, database: str
) -> None:
    key = ("ent-a", "SENDER", "RECIPIENT", "C7", datetime.now(UTC), "0" * 64)
    with ledger.asked_often() as view:
        assert view.prior_interchange(*key) is None
        lose(postgresql, database)
        with pytest.raises(OperationalError):  # trouble of the machine: the file waits for the next round
            view.prior_interchange(*key)
        assert view.prior_interchange(*key) is None
