"""Retention never removes what is unresolved: each thing that is open keeps its file, however old; broken off, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from edi_router.engine.nightly import close_nights
from edi_router.ledger import Archive, Ledger, tables
from edi_router.ledger.unpacking import Unpacked
from edi_router.partners.settings import Retention
from edi_router.pipeline.model import FileOutcome, TimeLimit
from edi_router.registers import Entry, Moved
from tests.support.cli import Ran, edi_router
from tests.support.outcomes import (
    HELD,
    Clock,
    deliver_all,
    document,
    message,
    outcome,
    process,
    sha,
    take,
    unreadable,
)
from tests.support.workspaces import deployment
from tests.unit.test_retaining import DAYS, aged, close, events_of, put

HOUR = {"hours": 1}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def removed(ledger: Ledger, archive: Archive) -> set[str]:
    """The names of the files of which contents were removed by a call now; nothing is broken by it."""
    aged(archive)
    look = ledger.removable(DAYS)
    assert ledger.retain(archive, DAYS, "li", "too old") == look
    assert [line for line in ledger.fsck(archive) if line is not None] == []
    assert ledger.verify_books() == []
    assert ledger.books().balanced
    f, x = tables.file.c, tables.retired.c
    with ledger.read() as connection:
        query = select(f.name).where(f.id.in_(select(x.file).where(x.kind == "contents")))
        gone = set(connection.scalars(query))
        both = connection.scalars(select(x.file).where(x.kind == "events"))
        assert {ledger.show(id)["name"] for id in both} == gone
    return gone


def expecting(file: str, limit: TimeLimit) -> FileOutcome:
    """A file of one message with one output, of which the message or the output has a time limit."""
    made = message(file)
    if limit.kind == "delivery":
        return outcome(file, replace(made, limits=(limit,)), control=file)
    output = replace(document(made.id), limits=(limit,))
    return outcome(file, replace(made, outputs=(output,)), control=file)


def test_what_waits_for_an_answer_stays_until_it_is_answered_or_waived(
    ledger: Ledger, clock: Clock, archive: Archive
) -> None:
    waiting = put(archive, ledger, "waiting")
    process(ledger, waiting, expecting(waiting, TimeLimit("answer", "business", "ciq", HOUR)))
    in_time = put(archive, ledger, "in-time")
    process(ledger, in_time, expecting(in_time, TimeLimit("delivery", "", "ent-a", HOUR)))
    deliver_all(ledger)
    close(ledger, clock, 6)
    assert removed(ledger, archive) == {"in-time"}, "its clock was stopped by the delivery"
    assert events_of(ledger, waiting) > 0
    ledger.waive(f"{waiting}-1-1-o1", "they answered by telephone", "li")
    assert removed(ledger, archive) == {"in-time", "waiting"}


def test_an_open_entry_of_a_register_keeps_what_made_it(
    ledger: Ledger, clock: Clock, archive: Archive
) -> None:
    now = datetime(2026, 3, 2, 4, tzinfo=UTC)
    file = put(archive, ledger, "licence")
    made = message(file, outputs=0)
    entry = Entry(
        "licence", "L1", "open", 1, {}, (), entered_by="ent-a", entered=now, since=now, message=made.id
    )
    enter = Moved("licence", "L1", "enter", "received", None, entry, open=True)
    process(ledger, file, outcome(file, replace(made, moves=(enter,)), control=file))
    close(ledger, clock, 6)
    assert removed(ledger, archive) == set()
    later = put(archive, ledger, "used-up")
    seen = ledger.register_entry("licence", "L1")
    assert seen is not None
    shut = Moved(
        "licence", "L1", "close", "used up", seen, replace(seen, version=2, state="closed"), open=False
    )
    process(ledger, later, outcome(later, replace(message(later, outputs=0), moves=(shut,)), control=later))
    assert removed(ledger, archive) == {"licence"}


def packed(ledger: Ledger, archive: Archive, name: str, *members: str) -> list[str]:
    """A packed drop of members that are to be processed; their ids."""
    found = []
    for each in members:
        archive.put(each.encode())
        found.append(Unpacked(each, len(each), sha(each)))
    item, fence = take(ledger, put(archive, ledger, name))
    return ledger.unpacked(item.id, fence, "zip", found, "config-1")


def test_a_packed_drop_stays_while_one_of_its_members_is_open(
    ledger: Ledger, clock: Clock, archive: Archive
) -> None:
    one, two, three = packed(ledger, archive, "day.zip", "a", "b", "c")
    process(ledger, one)
    process(ledger, two, outcome(two, message(two, 1, HELD), control="held"))
    process(ledger, three, unreadable(three))
    process(ledger, packed(ledger, archive, "other.zip", "d")[0])
    deliver_all(ledger)
    close(ledger, clock, 6)
    done = {"other.zip", "other.zip/d", "day.zip/a"}
    assert removed(ledger, archive) == done
    ledger.reject(f"{two}-1-1", "li", "old")
    ledger.reject(three, "li", "old")
    assert removed(ledger, archive) == done, "these were settled just now"
    close(ledger, clock, 6)
    assert removed(ledger, archive) == {*done, "day.zip", "day.zip/b", "day.zip/c"}


class Killed(Exception):
    """The process ended here."""


def killed_at(ledger: Ledger, step: int) -> Callable[[], None]:
    """Have the ledger end the process at its write transaction number `step`, before or after it is committed."""
    write, left = ledger.write, step

    @contextmanager
    def writing(alone: bool = False) -> Iterator[Any]:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        with write(alone) as tx:
            yield tx

    ledger.write = writing  # type: ignore[method-assign]
    return lambda: setattr(ledger, "write", write)


def test_broken_off_anywhere_it_is_gone_on_with(
    ledger: Ledger, clock: Clock, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edi_router.ledger.retaining.PART", 1)
    for name in ("a", "b"):
        process(ledger, put(archive, ledger, name))
    deliver_all(ledger)
    process(ledger, put(archive, ledger, "open"))
    close(ledger, clock, 6)
    aged(archive)
    for step in range(1, 20):
        restore = killed_at(ledger, step)
        try:
            ledger.retain(archive, DAYS, "li", "too old")
            break
        except Killed:
            pass
        finally:
            restore()
        assert [line for line in ledger.fsck(archive) if line is not None] == []
        assert ledger.verify_books() == []
        assert ledger.books().balanced
        assert archive.read(sha("open")) == b"open"
    assert step > 2, "it was broken off more than once"
    assert removed(ledger, archive) == {"a", "b"}
    assert [name for name in "ab" if sha(name) in archive] == []


def test_the_nightly_close_retains_by_the_settings(tmp_path: Path) -> None:
    with deployment(tmp_path / "ws") as place:
        place.drop("ENT-A", "held.txt", b"Dear colleague")
        place.drop("ENT-A", "closed.txt", b"Dear friend")
        assert place.engine.until_idle().problems == []
        found = {row["name"]: row["id"] for row in place.ledger.ls("file")}
        place.ledger.reject(found["closed.txt"], "li", "told them")
        contents = {name: place.ledger.show(id)["sha256"] for name, id in found.items()}
        settings = place.engine.configuration.settings
        short = Retention.model_construct(contents=3, events=None)
        own = settings.model_copy(update={"retention": short})
        place.engine.configuration = replace(place.engine.configuration, settings=own)
        archive = place.workspace.open_archive()
        for _ in range(3):
            place.clock.forward(days=1)
            close_nights(place.engine)
            aged(archive)
            assert contents["closed.txt"] in archive, "not old enough"
        for _ in range(3):
            place.clock.forward(days=1)
            close_nights(place.engine)
        assert contents["closed.txt"] not in archive
        assert archive.read(contents["held.txt"]) == b"Dear colleague"
        assert [line for line in place.ledger.fsck(archive) if line is not None] == []
        assert place.ledger.closed_books()[-1] == "2026-03-19"


def test_the_verb_shows_before_it_removes(tmp_path: Path) -> None:
    """By the machine's clock: what is removed came long ago on any day of today."""
    with deployment(tmp_path / "ws") as place:
        root, place.clock.now = place.root, datetime(2020, 3, 14, 2, tzinfo=UTC)
        place.drop("ENT-A", "closed.txt", b"Dear friend")
        place.drop("ENT-A", "held.txt", b"Dear colleague")
        assert place.engine.until_idle().problems == []
        [file] = [row for row in place.ledger.ls("file") if row["name"] == "closed.txt"]
        place.ledger.reject(file["id"], "li", "told them")
        archive = place.workspace.open_archive()
        for day in ("2020-03-14", "2020-03-15"):
            place.clock.forward(days=1)
            place.ledger.close_books(day)
        place.clock.forward(days=30)
        place.ledger.keep_figures()
        aged(archive)

    def retain(*options: str) -> Ran:
        return edi_router("--workspace", root, "retain", *options)

    settings = (root / "edi-router.yaml").read_text(encoding="utf-8")

    def keep(days: int) -> None:
        text = f"{settings}retention: {{contents: {days}}}\n"
        (root / "edi-router.yaml").write_text(text, encoding="utf-8")

    assert retain("--preview").out == "everything is kept for ever\n"
    keep(36_525)
    assert retain("--preview").out == "contents: nothing, no closed page is old enough\n"
    keep(93)
    assert [retain().code, retain("--preview", "--yes").code] == [2, 2]
    found = {"kind": "contents", "before": "2020-03-15", "files": 1, "bytes": 11, "kept": 0}
    for _ in range(2):  # a look changes nothing
        assert retain("--preview", "--json").json == {"done": False, "kinds": [found]}
    assert file["sha256"] in archive
    assert retain("--yes", "--json").json == {"done": True, "kinds": [found]}
    assert file["sha256"] not in archive
    assert retain("--yes", "--json").json["kinds"][0]["files"] == 0
