"""Registers in the ledger: moves that find their entry as it was seen, on both databases, by several workers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from edi_router.ledger import Conflict, Ledger
from edi_router.ledger.registering import SealedView
from edi_router.pipeline.model import FileOutcome
from edi_router.registers import Draw, Entry, Line, Moved
from edi_router.registers.entry import from_text, to_text
from tests.support.outcomes import Clock, drop, message, outcome, take

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def licence(granted: int = 10) -> Entry:
    return Entry(
        "licence", "L1", "open", 1, {"Firm": ("ENT-A",), "HSCode": ("2102200000",)},
        (Line("1", {}, Decimal(granted)),), entered_by="ent-a", entered=NOW, since=NOW,
    )  # fmt: skip


def moving(file: str, *moves: Moved) -> FileOutcome:
    return outcome(file, replace(message(file, outputs=0), moves=moves), control=file)


def entered(ledger: Ledger, entry: Entry, name: str = "enter.xml", due: datetime | None = None) -> None:
    file = drop(ledger, name)
    item, fence = take(ledger, file)
    entry = replace(entry, message=f"{file}-1-1")
    move = Moved("licence", entry.key, "enter", "received", None, entry, "licence/no/26", 1, due)
    ledger.record(item.id, fence, moving(file, move))


def drawn(entry: Entry, by: str, quantity: int) -> Moved:
    after = replace(entry, version=entry.version + 1, draws=(*entry.draws, Draw(by, "1", Decimal(quantity))))
    return Moved("licence", entry.key, "draw", "drawn", entry, after)


def test_an_entry_is_kept_found_and_told(ledger: Ledger) -> None:
    assert ledger.register_entry("licence", "L1") is None
    entered(ledger, licence())
    found = ledger.register_entry("licence", "L1")
    assert found is not None
    assert found == replace(licence(), message=found.message)
    assert ledger.last_number("licence/no/26") == 1
    assert [each.entry.key for each in ledger.register_entries("licence", value="2102200000")] == ["L1"]
    assert ledger.register_entries("licence", value="nothing") == []
    assert ledger.register_entries("licence", state="closed") == []
    assert ledger.register_counts() == [("licence", "open", 1)]
    [event] = ledger.register_events("licence", "L1")
    assert (event.move, event.before, event.state, event.partner) == ("enter", "", "open", "ent-a")


def test_a_move_of_an_entry_that_was_moved_meanwhile_is_a_conflict_and_leaves_nothing(ledger: Ledger) -> None:
    entered(ledger, licence())
    seen = ledger.register_entry("licence", "L1")
    assert seen is not None
    first, second = drop(ledger, "1.xml"), drop(ledger, "2.xml")
    item, fence = take(ledger, first)
    ledger.record(item.id, fence, moving(first, drawn(seen, "E1", 7)))
    item, fence = take(ledger, second)
    with pytest.raises(Conflict, match="moved meanwhile"):
        ledger.record(item.id, fence, moving(second, drawn(seen, "E2", 7)))
    found = ledger.register_entry("licence", "L1")
    assert found is not None
    assert found.left(found.lines[0]) == 3
    assert [each.move for each in ledger.register_events("licence", "L1")] == ["enter", "draw"]
    again = moving(second, drawn(found, "E2", 3))
    ledger.record(item.id, fence, again)
    ledger.record(item.id, fence, again)
    found = ledger.register_entry("licence", "L1")
    assert found is not None
    assert (found.version, found.uses, found.left(found.lines[0])) == (3, 2, 0)


def test_a_number_that_was_given_meanwhile_is_a_conflict(ledger: Ledger) -> None:
    entered(ledger, licence())
    file = drop(ledger, "2.xml")
    item, fence = take(ledger, file)
    other = replace(licence(), key="L2")
    for number in (1, 3):
        move = Moved("licence", "L2", "enter", "received", None, other, "licence/no/26", number)
        with pytest.raises(Conflict, match="was given meanwhile"):
            ledger.record(item.id, fence, moving(file, move))
    assert ledger.register_entry("licence", "L2") is None
    assert ledger.last_number("licence/no/26") == 1


def test_entries_are_due_when_their_clock_strikes(ledger: Ledger, clock: Clock) -> None:
    entered(ledger, licence(), due=datetime(2026, 3, 3, tzinfo=UTC))
    assert ledger.due_entries() == []
    assert [each.entry.key for each in ledger.open_entries("licence", 10)] == ["L1"]
    assert ledger.open_entries("licence", 10, after="L1") == ledger.open_entries("transfer", 10) == []
    clock.tick(days=1)
    [due] = ledger.due_entries()
    after = replace(due, state="expired", version=2)
    moved = Moved("licence", "L1", "expiry", "expired", due, after, open=False)
    ledger.record_struck(moved, [], "config-1")
    assert ledger.due_entries() == []
    with pytest.raises(Conflict):
        ledger.record_struck(moved, [], "config-1")
    assert ledger.register_entries("licence", only_open=True) == ledger.open_entries("licence", 10) == []


def test_the_mark_of_a_test_message_is_kept(ledger: Ledger, clock: Clock) -> None:
    entered(ledger, replace(licence(), test=True), due=datetime(2026, 3, 3, tzinfo=UTC))
    clock.tick(days=1)
    [due] = ledger.due_entries()
    assert due.test
    ledger.record_struck(Moved("licence", "L1", "expiry", "x", due, replace(due, version=2)), [], "config-1")
    found = ledger.register_entry("licence", "L1")
    assert found is not None
    assert (found.version, found.test) == (2, True)
    older = to_text(licence()).replace('"test":false,', "")
    assert older != to_text(licence())
    assert not from_text("licence", "L1", "open", 1, older).test


def test_secrets_are_sealed_with_a_key_and_bound_to_their_entry(ledger: Ledger) -> None:
    view, other = SealedView(ledger, b"key"), SealedView(ledger, b"other key")
    seal = view.sealed("transfer", "1", "482913")
    assert seal == view.sealed("transfer", "1", "482913")
    others = {view.sealed("transfer", "2", "482913"), view.sealed("transfer", "1", "482914"),
              other.sealed("transfer", "1", "482913")}  # fmt: skip
    assert len({seal, *others}) == 4
    assert "482913" not in seal
    assert "key" not in repr(view)


def test_many_workers_at_once_never_overdraw(ledger: Ledger) -> None:
    entered(ledger, licence(granted=10))
    workers = 6
    files = [drop(ledger, f"{number}.xml") for number in range(workers)]
    claims = [take(ledger, file) for file in files]
    together = threading.Barrier(workers)

    def draw(number: int) -> bool:
        (item, fence), file = claims[number], files[number]
        together.wait()
        for _ in range(50):
            entry = ledger.register_entry("licence", "L1")
            assert entry is not None
            left = entry.left(entry.lines[0])
            if left is None or left < 3:
                return False
            try:
                ledger.record(item.id, fence, moving(file, drawn(entry, f"E{number}", 3)))
                return True
            except Conflict:
                continue
        raise AssertionError("no end of conflicts")

    with ThreadPoolExecutor(workers) as pool:
        won = list(pool.map(draw, range(workers)))
    entry = ledger.register_entry("licence", "L1")
    assert entry is not None
    assert (sum(won), entry.uses, entry.left(entry.lines[0]), entry.version) == (3, 3, 1, 4)
