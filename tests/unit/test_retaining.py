"""What was settled long ago is removed; what is open stays, and the books come out the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from edi_router.formats.answer import Answer
from edi_router.ledger import Archive, Ledger, NotFound, tables
from edi_router.ledger.archive import FRESH
from edi_router.ledger.books import compute
from edi_router.ledger.carrying import Base, base_of
from tests.support.batches import collect, contrl, series
from tests.support.outcomes import (
    HELD,
    REJECTED,
    Clock,
    deliver_all,
    drop,
    message,
    outcome,
    process,
    take,
    unreadable,
)

DAYS = {"contents": 3, "events": 3}
FIRST = date(2026, 3, 2)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def close(ledger: Ledger, clock: Clock, days: int = 1) -> None:
    """Let days go by, each closed in the morning after it."""
    for _ in range(days):
        day = ledger.business_date(ledger.now())
        clock.tick(days=1)
        ledger.close_books(day)
    ledger.keep_figures()


def aged(archive: Archive) -> None:
    """What is archived came more than a day ago."""
    for path in archive.folder.rglob("*"):
        if path.is_file():
            stat = path.stat()
            os.utime(path, (stat.st_atime, stat.st_mtime - FRESH - 1))


def put(archive: Archive, ledger: Ledger, name: str, partner: str = "ent-a") -> str:
    archive.put(name.encode())
    return drop(ledger, name, partner)


def open_things(ledger: Ledger, archive: Archive) -> list[str]:
    """Files of which something is open: held, failed, unread, to be delivered."""
    held = put(archive, ledger, "held")
    process(ledger, held, outcome(held, message(held, 1, HELD), message(held, 2, REJECTED), control="h"))
    unread = put(archive, ledger, "unread")
    process(ledger, unread, unreadable(unread))
    item, fence = take(ledger, broken := put(archive, ledger, "broken"))
    ledger.fail(item.id, fence, "bug")
    process(ledger, failed := put(archive, ledger, "failed"))
    for row in ledger.due():
        claimed = ledger.claim_delivery(row.id)
        assert claimed is not None
        ledger.failed(row.id, claimed.fence, "no")
    process(ledger, waiting := put(archive, ledger, "waiting"))
    return [held, unread, broken, failed, waiting]


def events_of(ledger: Ledger, file: str) -> int:
    e = tables.event.c
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).where(e.subject.startswith(file))) or 0


def test_what_is_settled_goes_and_what_is_open_stays(ledger: Ledger, clock: Clock, archive: Archive) -> None:
    process(ledger, done := put(archive, ledger, "done"))
    deliver_all(ledger)
    open_ = open_things(ledger, archive)
    close(ledger, clock, 6)
    late = put(archive, ledger, "late")
    process(ledger, late)
    before = {id: ledger.show(id) for id in open_}
    look = ledger.removable(DAYS)
    assert [(each.kind, each.files, each.bytes, each.before) for each in look] == [
        ("contents", 1, 4, "2026-03-05"), ("events", 1, 4, "2026-03-05"),
    ]  # fmt: skip
    assert [each.kept for each in look] == [3, 3], "of held, failed and waiting the file is processed"
    aged(archive)
    assert ledger.retain(archive, DAYS, "li", "too old") == look
    assert events_of(ledger, done) == 0
    shown = ledger.show(done)
    assert (shown["state"], [row["state"] for row in shown["messages"]]) == ("processed", ["completed"])
    assert shown["sha256"] not in archive
    with pytest.raises(NotFound, match="retention"):
        ledger.content(shown["outputs"][0]["id"])
    assert {id: ledger.show(id) for id in open_} == before
    for id in (*open_, late):
        assert archive.read(ledger.show(id)["sha256"])
        assert all(ledger.content(row["id"]) for row in ledger.show(id)["outputs"])
    assert [problem for problem in ledger.fsck(archive) if problem is not None] == []
    assert ledger.verify_books() == []
    assert ledger.books().balanced
    again = ledger.retain(archive, DAYS, "li", "too old")
    assert [each.files for each in again] == [0, 0]
    ledger.retry(open_[3])
    deliver_all(ledger)
    assert ledger.books().balanced
    with ledger.read() as connection:
        d = tables.decision.c
        kept = connection.execute(select(d.subject, d.by).where(d.kind == "retention")).all()
    assert [tuple(row) for row in kept] == [("contents", "li"), ("events", "li")]


def test_a_batch_stays_until_it_is_acknowledged(ledger: Ledger, clock: Clock, archive: Archive) -> None:
    collect(ledger, *"ab")
    clock.tick(seconds=1)
    batch = ledger.close_batch(series())
    assert batch is not None
    deliver_all(ledger)
    close(ledger, clock, 6)
    assert {each.files for each in ledger.removable(DAYS)} == {0}
    contrl(ledger, batch, Answer.ACKNOWLEDGED)
    assert {each.files for each in ledger.removable(DAYS)} == {1}
    ledger.retain(archive, DAYS, "li", "too old")
    contrl(ledger, batch, Answer.ACKNOWLEDGED)
    assert ledger.books().balanced
    assert ledger.verify_books() == []


def test_nothing_goes_before_its_books_are_closed(ledger: Ledger, clock: Clock, archive: Archive) -> None:
    process(ledger, put(archive, ledger, "a"))
    deliver_all(ledger)
    clock.tick(days=20)
    assert {(each.before, each.files) for each in ledger.retain(archive, DAYS, "li", "")} == {("", 0)}


def test_content_that_came_again_stays(ledger: Ledger, clock: Clock, archive: Archive) -> None:
    process(ledger, put(archive, ledger, "same"))
    deliver_all(ledger)
    close(ledger, clock, 4)
    process(ledger, put(archive, ledger, "same"))
    deliver_all(ledger)
    close(ledger, clock, 2)
    aged(archive)
    assert [each.files for each in ledger.retain(archive, DAYS, "li", "")] == [1, 1]
    [sha256] = {row["sha256"] for row in ledger.ls("file")}
    assert sha256 in archive, "the second file is not old enough"
    close(ledger, clock, 4)
    archive.put(b"same")
    ledger.retain(archive, DAYS, "li", "")
    assert sha256 in archive, "it came again just now, and its file may not be recorded yet"
    aged(archive)
    ledger.retain(archive, DAYS, "li", "")
    assert sha256 not in archive
    assert archive.put(b"same") == (sha256, 4)
    assert archive.read(sha256) == b"same"
    assert [problem for problem in ledger.fsck(archive) if problem is not None] == []


def test_the_database_refuses_to_remove_what_was_not_declared(
    ledger: Ledger, clock: Clock, archive: Archive
) -> None:
    process(ledger, put(archive, ledger, "a"))
    deliver_all(ledger)
    close(ledger, clock, 6)
    process(ledger, put(archive, ledger, "b"))
    ledger.retain(archive, DAYS, "li", "")
    e = tables.event
    for statement in (delete(e), update(e).values(what="other")):
        with pytest.raises(DBAPIError, match="never changed"), ledger.engine.begin() as connection:
            connection.execute(statement)


def test_an_event_that_went_otherwise_is_told(ledger: Ledger, clock: Clock, archive: Archive) -> None:
    """The audit forgives only what retention removed."""
    process(ledger, put(archive, ledger, "a"))
    deliver_all(ledger)
    close(ledger, clock, 6)
    process(ledger, other := put(archive, ledger, "b"))
    ledger.retain(archive, DAYS, "li", "")
    with ledger.engine.begin() as connection:
        connection.execute(update(tables.retention).values(through="9999-12-31"))
        connection.execute(delete(tables.event).where(tables.event.c.subject.startswith(other)))
    assert not ledger.books().balanced


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Clock], tuple[Ledger, Archive]]:
    made = iter(range(10_000))
    folder = tmp_path_factory.mktemp("retaining")

    def make(clock: Clock) -> tuple[Ledger, Archive]:
        number = next(made)
        ledger = Ledger.open(f"sqlite:///{folder / f'{number}.db'}", clock=clock)
        ledger.migrate()
        return ledger, Archive(folder / str(number))

    return make


_DAY = st.lists(
    st.sampled_from(("come", "deliver", "fail", "hold", "release", "retry")), min_size=0, max_size=4
)


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DAY, min_size=3, max_size=4), st.integers(1, 3))
def test_the_books_are_the_same_with_and_without(
    fresh: Callable[[Clock], tuple[Ledger, Archive]], days: list[list[str]], quiet: int
) -> None:
    """The same days twice, once with retention every night; each page is also that counted from all events."""
    pages = [_play(*fresh(clock := Clock()), clock, days, quiet, keep) for keep in (True, False)]
    assert pages[0] == pages[1]


def _play(
    ledger: Ledger, archive: Archive, clock: Clock, days: list[list[str]], quiet: int, keep: bool
) -> list[dict[str, object]]:
    pages: list[dict[str, object]] = []
    number = 0
    for day in days:
        for verb in day:
            number += 1
            _do(ledger, archive, verb, number)
        # Days in which nothing happens come between.
        today = ledger.business_date(ledger.now())
        clock.tick(days=quiet)
        books = ledger.close_books(today)
        pages.append(books.page())
        ledger.keep_figures()
        with ledger.read() as connection:
            carried = compute(connection, today, base_of(connection, today)).page()
            assert not keep or carried == compute(connection, today, Base()).page()
        if not keep:
            open_ = _open(ledger)
            ledger.retain(archive, {"contents": 2, "events": 2}, "li", "")
            assert _open(ledger) == open_
        assert ledger.verify_books() == []
        assert books.balanced
    ledger.close()
    return pages


def _open(ledger: Ledger) -> list[dict[str, object]]:
    """Everything about what is open, with its events."""
    rows = [*ledger.ls("message"), *ledger.ls("output"), *ledger.ls("file")]
    return [ledger.show(row["id"]) for row in rows if row["settled"] is None]


def _do(ledger: Ledger, archive: Archive, verb: str, number: int) -> None:
    if verb in ("come", "hold"):
        file = put(archive, ledger, f"{verb}{number}", f"ent-{number % 3}")
        first = message(file, 1, HELD) if verb == "hold" else message(file, 1, stream="s")
        made = (first, message(file, 2, stream="s"))
        process(ledger, file, outcome(file, *made, control=file))
    elif verb == "deliver":
        deliver_all(ledger)
    elif verb == "fail":
        for row in ledger.due()[:1]:
            claimed = ledger.claim_delivery(row.id)
            assert claimed is not None
            ledger.failed(row.id, claimed.fence, "no")
    elif verb == "retry":
        for failed in ledger.ls("delivery", state="failed"):
            ledger.retry(failed["id"])
    else:
        for held in ledger.ls("message", state="held")[:1]:
            ledger.reject(held["id"], "li", "old")
