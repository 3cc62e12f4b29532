"""Searching: no question of a page makes a database read through a big table, and lists are whole and in order."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from edi_router.ledger import Ledger, registering, searching, tables, tenancy
from edi_router.ledger.searching import Wanted
from edi_router.ledger.tenancy import Viewer, seen, weighed
from edi_router.ledger.waiting import QUEUES
from edi_router.reports.throughput import throughput
from tests.bench.console import BIG, SMALL, fill
from tests.support.outcomes import Clock
from tests.support.plans import plan, read_through, statements

MESSAGES = 2000
Ask = Callable[[Ledger], object]


def listed(viewer: Viewer | None = None, **wanted: Any) -> Ask:
    """The page of a list, as the console asks for it."""

    def ask(ledger: Ledger) -> object:
        if viewer is None:
            return ledger.search(Wanted(**wanted))
        with ledger.read() as connection:
            clause = seen(wanted.get("kind", "message"), weighed(connection, viewer))
        return ledger.search(Wanted(**wanted), clause)

    return ask


def closed(ledger: Ledger) -> str:
    """The last day of which the books are closed."""
    return ledger.business_date(ledger.now() - 86_400_000_000)


def span(ledger: Ledger) -> tuple[datetime, datetime]:
    """The last ten days."""
    return ledger.clock() - timedelta(days=10), ledger.clock()


def middle(ledger: Ledger) -> str:
    """A place among the texts of the last ten days."""
    found = ledger.texts(BIG, span(ledger))
    return found[len(found) // 2].place


QUESTIONS: dict[str, Ask] = {
    "number": lambda ledger: ledger.find("B7"),
    "progress": lambda ledger: ledger.progress("D7"),
    "progress of a partner": lambda ledger: ledger.progress("D7", SMALL),
    "related": lambda ledger: ledger.related(ledger.find("B7")[0]),
    "entries": lambda ledger: ledger.entries_of(ledger.find("B7")[0]),
    "a message": lambda ledger: ledger.show(ledger.find("B7")[0], "message"),
    "throughput": lambda ledger: throughput(ledger, ledger.clock()),
    "held": lambda ledger: ledger.waiting(QUEUES["held"], 50),
    **{f"heaps of {name}": (lambda ledger, each=each: ledger.heaps(each)) for name, each in QUEUES.items()},
    **{
        f"heaps of {name} of a partner": (lambda ledger, each=each: ledger.heaps(replace(each, partner=BIG)))
        for name, each in QUEUES.items()
    },
    "rows": lambda ledger: ledger.rows_of(ledger.find("F7", 50)),
    "texts": lambda ledger: ledger.texts(BIG, (ledger.clock() - timedelta(days=1), ledger.clock())),
    "texts after a place": lambda ledger: ledger.texts(BIG, span(ledger), None, 500, middle(ledger)),
    "texts left": lambda ledger: ledger.texts_left(BIG, span(ledger), None, middle(ledger)),
    "page of a closed day": lambda ledger: ledger.page_of(closed(ledger)),
    "entries of a register": lambda ledger: ledger.register_entries("transfer", limit=50),
    "entries after a key": lambda ledger: ledger.register_entries("transfer", limit=50, after="T5"),
    "entries in a usual state": lambda ledger: ledger.register_entries("transfer", "issued", limit=50),
    "entries in no state": lambda ledger: ledger.register_entries("transfer", "void", limit=50),
    "open entries": lambda ledger: ledger.register_entries("transfer", only_open=True, limit=50),
    "entries with a value": lambda ledger: ledger.register_entries("transfer", value="F7", limit=50),
    "books of today": lambda ledger: ledger.books(),
    "books of a closed day": lambda ledger: ledger.books(closed(ledger)),
    **{
        f"{kind} {sorted(wanted)}": listed(kind=kind, **wanted)
        for kind in ("message", "file", "output", "delivery", "acknowledgement", "clock")
        for wanted in ({}, {"partner": BIG}, {"state": "held"}, {"partner": SMALL, "state": "held"})
    },
    **{
        f"{kind} {sorted(wanted)}": listed(kind=kind, **wanted)
        for kind in ("message", "output")
        for wanted in ({"type": "SANCRT"}, {"type": "CUSDEC", "state": "held"}, {"type": "NONE", "partner": BIG})
    },
    **{
        f"{kind} seen by {who}": listed(Viewer(who), kind=kind)
        for kind in ("message", "file", "output", "delivery", "acknowledgement")
        for who in (BIG, SMALL)
    },
}  # fmt: skip


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger with some thousand messages over a year."""
    ledger.clock.now = datetime(2026, 3, 14, 2, 30, tzinfo=UTC)  # type: ignore[attr-defined]
    fill(ledger, MESSAGES)
    assert ledger.close_books(closed(ledger)).balanced
    return ledger


@pytest.mark.slow
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_no_question_reads_a_whole_table(filled: Ledger, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    monkeypatch.setattr(tenancy, "FEW", 100 if many else 20_000)
    bad = []
    for name, ask in QUESTIONS.items():
        if name.endswith(BIG) and not many:
            continue  # who sees most of the ledger does not see few
        with statements(filled) as asked:
            ask(filled)
        assert asked, name
        bad += [
            f"{name}: {line} of {statement}"
            for statement, parameters in asked
            for line in read_through(plan(filled, statement, parameters), statement)
        ]
    assert bad == []


@pytest.mark.slow
def test_no_question_takes_the_work_of_a_whole_table(
    tmp_path: Path, sqlite_template: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan may name an index and read nearly all rows by it, as by the state that nearly all are in.

    It is SQLite that does so, which knows of no value how usual it is; and it counts the steps that it takes.
    """
    clock.now = datetime(2026, 3, 14, 2, 30, tzinfo=UTC)
    file = shutil.copy(sqlite_template, tmp_path / "ledger.db")
    for module, name in ((tenancy, "FEW"), (searching, "_USUAL"), (registering, "FEW")):
        monkeypatch.setattr(module, name, 100)  # so many are looked at however many there are
    with Ledger.open(f"sqlite:///{file}", clock=clock) as ledger:
        fill(ledger, 3 * MESSAGES)
        for days in (2, 1):
            ledger.close_books(ledger.business_date(ledger.now() - days * 86_400_000_000))
        most = steps(ledger, walked) // 2
        spent = {name: steps(ledger, ask) for name, ask in QUESTIONS.items()}
    # The books read what happened on a day, in seven tables, some of it more than once.
    allowed = {name: 2 * most if name.startswith("books") else most for name in spent}
    assert {name: number for name, number in spent.items() if number > allowed[name]} == {}


def walked(ledger: Ledger) -> None:
    """Read of each delivered output whether it was one of a batch, by the index on its state."""
    with ledger.read() as connection:
        o = tables.output.c
        connection.scalar(select(func.count(o.batch)).where(o.state == "delivered"))


def steps(ledger: Ledger, ask: Ask) -> int:
    """So many steps SQLite's machine takes for all that is asked, in tens."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    def begun(connection: Any) -> None:
        connection.connection.driver_connection.set_progress_handler(count, 10)

    event.listen(ledger.engine, "begin", begun)
    try:
        ask(ledger)
    finally:
        event.remove(ledger.engine, "begin", begun)
    return taken


def test_what_a_plan_says_is_understood() -> None:
    """The check can fail: these are plans of questions without an index."""
    latest = "SELECT * FROM message ORDER BY entered DESC LIMIT 50"
    for line in ("SCAN message", "  ->  Seq Scan on message  (cost=0.00..1.00 rows=1 width=8)"):
        assert read_through([line], latest)
    assert read_through(["Index Scan using ix_message_entered on message  (cost=1)", "  Filter: x"], latest)
    walked = "SCAN message USING INDEX ix_message_entered"
    assert read_through([walked], "SELECT * FROM message ORDER BY entered LIMIT 50")
    assert not read_through([walked, "SEARCH message USING INDEX ix_message_state (state=?)"], latest)


@pytest.mark.parametrize("who", [BIG, SMALL])
def test_a_viewer_finds_the_same_however_it_is_looked_for(
    filled: Ledger, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    for kind in ("message", "file", "acknowledgement"):
        found = []
        for few in (1, 10**9):
            monkeypatch.setattr(tenancy, "FEW", few)
            found.append([row["id"] for row in pages(filled, Wanted(kind), Viewer(who))])
        assert found[0] == found[1]
        assert len(found[0]) == len(set(found[0]))
    with filled.read() as connection:
        v = tables.visible_to.c
        ids = set(
            connection.scalars(
                tables.visible_to.select().with_only_columns(v.message).where(v.partner == who)
            )
        )
    assert {row["id"] for row in pages(filled, Wanted(), Viewer(who))} == ids


@pytest.mark.parametrize(
    "wanted",
    [Wanted(partner=BIG, state="held"), Wanted(type="CUSDEC", state="rejected"), Wanted(partner=SMALL, type="CODECO")],
    ids=["partner", "type", "small"],
)  # fmt: skip
def test_pages_have_all_that_was_asked_for_newest_first(filled: Ledger, wanted: Wanted) -> None:
    rows = pages(filled, wanted, None, limit=3)
    everything = pages(filled, Wanted(), None, limit=500)
    assert [row["id"] for row in rows] == [
        row["id"]
        for row in everything
        if (wanted.partner is None or row["partner"] == wanted.partner)
        and (wanted.state is None or row["state"] == wanted.state)
        and (wanted.type is None or row["type"] == wanted.type)
    ]
    assert len(everything) == MESSAGES
    assert rows == sorted(rows, key=lambda row: (row["entered"], row["id"]), reverse=True)


def test_a_span_of_days_ends_before_its_end(filled: Ledger) -> None:
    until = filled.clock() - timedelta(days=30)
    since = until - timedelta(days=30)
    found = pages(filled, Wanted(since=since, until=until), None)
    assert found
    assert all(since <= row["entered"] < until for row in found)


def pages(ledger: Ledger, wanted: Wanted, viewer: Viewer | None, limit: int = 200) -> list[dict[str, Any]]:
    """All pages of a list, one after the other."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        clause = None
        if viewer is not None:
            with ledger.read() as connection:
                clause = seen(wanted.kind, weighed(connection, viewer))
        found = ledger.search(wanted, clause, limit, after)
        rows += found.rows
        if found.next is None:
            return rows
        after = found.next
