"""Registers under bad luck and bad will: what must neither be lost, counted twice, nor stop the others."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from edi_router.engine import clocks
from edi_router.engine.clocks import strike_clocks
from edi_router.engine.workspace import SECRET_VARIABLE, Workspace, WorkspaceError
from edi_router.ledger import Conflict, Ledger, Recordable, tables
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, Incoming
from edi_router.pipeline.process import process
from edi_router.registers import Draw, Entry, Line, Moved, Overlay, Register
from edi_router.registers.load import load_registers
from edi_router.registers.reading import joined
from tests.property.test_registers import QUOTA, View
from tests.support.outcomes import Clock, drop, take
from tests.unit.test_ledger_registers import drawn, entered, licence, moving
from tests.unit.test_pipeline import NOW, THREE, changed, shipped
from tests.unit.test_pipeline import View as Seen
from tests.unit.test_registers import AGENT, SHIP, Desk, tree_of

__all__ = ["shipped"]  # a fixture


@pytest.fixture
def quota(tmp_path: Path) -> Desk:
    registers, faults = load_registers(tree_of(tmp_path, quota=QUOTA))
    assert faults == []
    desk = Desk(registers)
    desk.view = Overlay(View())
    return desk


def grant(*lines: tuple[str, str], key: str = "A", until: str = "2027-01-01") -> str:
    return f"<Grant><No>{key}</No><Word>w</Word><ValidTo>{until}</ValidTo>{written(lines)}</Grant>"


def draw(*lines: tuple[str, str], by: str = "B") -> str:
    return f"<Draw><No>A</No><Word>w</Word><By>{by}</By>{written(lines)}</Draw>"


def written(lines: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"<Line><No>{no}</No><Qty>{quantity}</Qty></Line>" for no, quantity in lines)


def entry(desk: Desk) -> Entry:
    found = desk.view.register_entry("quota", "A")
    assert found is not None
    return found


@pytest.mark.parametrize("quantity", ["1E+5", "NaN", "Infinity", "-Infinity", "1.2.3", "5 kg", "1" * 25])
def test_a_quantity_that_is_none_is_refused_and_neither_grants_all_nor_draws_nothing(
    quota: Desk, quantity: str
) -> None:
    [judged] = quota.send("quota", grant(("1", quantity)))
    assert [fault.code for fault in judged.faults] == ["register-quantity"]
    assert quota.view.register_entry("quota", "A") is None
    assert quota.said("quota", grant(("1", "5"))) == ["granted"]
    [judged] = quota.send("quota", draw(("1", quantity)))
    assert (judged.outcome.message, [fault.code for fault in judged.faults]) == (
        "reject",
        ["register-quantity"],
    )
    assert entry(quota).used("1") == 0


def test_a_comma_is_a_point_and_a_line_that_stands_twice_counts_twice(quota: Desk) -> None:
    quota.send("quota", grant(("1", "10,5")))
    assert quota.said("quota", draw(("1", ""), ("1", "10"), ("1", "0,5"))) == ["drawn"], (
        "the first has no quantity"
    )
    assert entry(quota).used("1") == Decimal("10.5")
    assert quota.said("quota", draw(("1", ""), ("1", "0.1"), by="C")) == ["refused"]


def test_thousands_of_lines_and_draws_are_judged_in_seconds() -> None:
    lines = tuple(Line(str(number), {}, Decimal(9)) for number in range(3000))
    big = Entry("quota", "A", "open", 1, {}, lines, tuple(Draw("B", line.key, Decimal(2)) for line in lines))
    counted = 0

    class Counting(tuple):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            nonlocal counted
            counted += 1
            return super().__iter__()

    big = replace(big, draws=Counting(big.draws))
    assert {big.left(line) for line in big.lines} == {Decimal(7)}
    assert counted == 1, "the draws are summed once, not for each line"


@pytest.mark.parametrize(
    "key", ["x" * 201, "A\nB", "A\udcd6B"], ids=["long", "two lines", "a byte that is no character"]
)
def test_a_key_that_no_database_keeps_is_refused(quota: Desk, key: str) -> None:
    if "\udcd6" in key:
        assert joined([key.replace("\udcd6", "\ufffd")]) == ""
        return
    [judged] = quota.send("quota", grant(("1", "5"), key=key))
    assert [fault.code for fault in judged.faults] == ["register-key-missing"]
    assert judged.moved.after is None


def test_keys_of_several_parts_are_never_those_of_others(tmp_path: Path) -> None:
    registers, faults = load_registers(tree_of(tmp_path, ship=SHIP, agent=AGENT))
    assert faults == []
    desk = Desk(registers)
    desk.send("agent", "<Agent><Code>A</Code></Agent>")
    ship = "<Ship><Name>{}</Name><Voyage>{}</Voyage><Agent>A</Agent></Ship>"
    assert desk.said("ship", ship.format("STAR/1", "2")) == ["asked"]
    assert desk.said("ship", ship.format("STAR", "1/2")) == ["asked"], "not the same ship"
    assert desk.said("ship", ship.format("STAR%2F1", "2")) == ["asked"]
    [judged] = desk.send("ship", ship.format("", ""))
    assert [fault.code for fault in judged.faults] == ["register-key-missing"], "`/` is no key"


def test_a_day_after_which_there_is_none_stops_nothing(quota: Desk) -> None:
    [judged] = quota.send("quota", grant(("1", "5"), until="9999-12-31"))
    assert (judged.moved.outcome, judged.moved.due) == ("granted", None)


def test_refusals_about_what_is_not_there_leave_no_row(ledger: Ledger) -> None:
    file = drop(ledger, "1.xml")
    item, fence = take(ledger, file)
    ledger.record(item.id, fence, moving(file, Moved("licence", "L9", "draw", "refused", None, None)))
    with ledger.read() as connection:
        assert connection.execute(select(tables.register_entry.c.id)).all() == []
    assert [each.move for each in ledger.register_events("licence", "L9")] == ["draw"]


def test_what_was_decided_on_moves_that_are_not_recorded_is_decided_again(ledger: Ledger) -> None:
    entered(ledger, licence())
    stale = ledger.register_entry("licence", "L1")
    assert stale is not None
    files = [drop(ledger, f"{number}.xml") for number in range(3)]
    claims = [take(ledger, file) for file in files]
    ledger.record(claims[0][0].id, claims[0][1], moving(files[0], drawn(stale, "E0", 1)))
    # The second lost against the first; the third looked at what the second did, and moved nothing itself.
    items = [
        Recordable(claims[1][0].id, claims[1][1], moving(files[1], drawn(stale, "E1", 9))),
        Recordable(claims[2][0].id, claims[2][1], moving(files[2])),
    ]
    assert [type(each) for each in ledger.record_all(items)] == [Conflict, Conflict]
    again = ledger.register_entry("licence", "L1")
    assert again is not None
    items[0] = replace(items[0], outcome=moving(files[1], drawn(again, "E1", 9)))
    assert ledger.record_all(items) == [None, None]


def due(ledger: Ledger, key: str, at: datetime) -> None:
    file = drop(ledger, f"{key}.xml")
    item, fence = take(ledger, file)
    made = replace(licence(), key=key, message=f"{file}-1-1")
    ledger.record(
        item.id, fence, moving(file, Moved("licence", key, "enter", "received", None, made, due=at))
    )


class Configured:
    """As much of a configuration as clocks ask for here."""

    digest = "config-1"
    registers: ClassVar[dict[str, Register]] = {}


def striking(monkeypatch: pytest.MonkeyPatch, strike: Callable[[Entry], Moved | None]) -> None:
    def struck(
        entry: Entry, configuration: object, now: datetime
    ) -> tuple[Moved, list[Any], list[Any]] | None:
        moved = strike(entry)
        return None if moved is None else (moved, [], [])

    monkeypatch.setattr("edi_router.pipeline.striking.struck", struck)


def test_a_clock_that_fails_stops_no_other(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("L1", "L2", "L3"):
        due(ledger, key, clock.now - timedelta(minutes=1))

    def strike(entry: Entry) -> Moved:
        if entry.key == "L2":
            raise ValueError("a bug in a mapping")
        return Moved(
            "licence", entry.key, "expiry", "expired", entry, replace(entry, state="over", version=2)
        )

    striking(monkeypatch, strike)
    problems: list[str] = []
    assert strike_clocks(ledger, Configured(), problems) == 2  # type: ignore[arg-type]
    assert problems == ["licence:L2: ValueError: a bug in a mapping"]


def test_entries_whose_register_is_gone_hide_no_others(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "BATCH", 2)
    for number in range(5):
        due(ledger, f"L{number}", clock.now - timedelta(minutes=9 - number))

    def strike(entry: Entry) -> Moved | None:
        if entry.key != "L4":
            return None
        return Moved(
            "licence", entry.key, "expiry", "expired", entry, replace(entry, state="over", version=2)
        )

    striking(monkeypatch, strike)
    assert strike_clocks(ledger, Configured(), []) == 1  # type: ignore[arg-type]
    assert [each.key for each in ledger.due_entries()] == ["L0", "L1", "L2", "L3"]


def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None = None) -> Workspace:
    if key is None:
        monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(SECRET_VARIABLE, key)
    return Workspace(tmp_path)


def test_who_makes_the_key_first_makes_it_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = workspace(tmp_path, monkeypatch)
    together = threading.Barrier(8)

    def key(_: int) -> bytes:
        together.wait()
        return place.secret_key()

    with ThreadPoolExecutor(8) as pool:
        [made] = set(pool.map(key, range(8)))
    assert len(made) == 64
    assert [each.name for each in place.var.iterdir()] == ["secret.key"]
    assert (place.var / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_a_crash_left_empty_seals_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = workspace(tmp_path, monkeypatch)
    place.var.mkdir()
    os.close(os.open(place.var / "secret.key", os.O_CREAT | os.O_WRONLY, 0o600))
    with pytest.raises(WorkspaceError, match="has 0 characters"):
        place.secret_key()


def test_a_key_of_the_environment_must_not_be_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkspaceError, match="has 8 characters; it needs 32"):
        workspace(tmp_path, monkeypatch, "password").secret_key()
    assert workspace(tmp_path, monkeypatch, "k" * 32).secret_key() == b"k" * 32


CLAIM = """\
id: claim
name: {en: claim, zh: 领取}
states: {open: {en: open, zh: 有效}}
moves:
  - id: claim
    on: CUSDEC D96B
    key: Sender
    enter: {}
    outcome:
      - {when: {path: Message, equals: FILE-1-1}, outcome: right}
      - {outcome: wrong}
outcomes:
  right: {en: right, zh: 正确, state: open, tries: clear}
  wrong: {en: wrong, zh: 错误, message: reject, state: open, tries: count}
"""


def test_wrong_secrets_count_although_the_whole_interchange_is_rejected(
    tmp_path: Path, shipped: Configuration
) -> None:
    registers, faults = load_registers(tree_of(tmp_path, claim=CLAIM.replace("FILE", "f" * 24)))
    assert faults == []
    enterprise = shipped.directory.partners["ENT-A"]
    first, *others = enterprise.agreements
    agreements = (first.model_copy(update={"registers": ("claim",)}), *others)
    strict = changed(shipped, "ENT-A", on_bad_message="reject_interchange", agreements=agreements)
    view = Overlay(View())
    incoming = Incoming("f" * 24, "ENT-A", "in", THREE, "0" * 64, NOW, "2026-03-14")
    outcome = process(incoming, replace(strict, registers=registers), Seen(), view)
    [interchange] = outcome.interchanges
    assert {message.decision for message in interchange.messages} == {Decision.REJECTED}
    assert [[moved.outcome for moved in message.moves] for message in interchange.messages] == [
        [],
        ["wrong"],
        ["wrong"],
    ]
    kept = view.register_entry("claim", "ENT-A")
    assert kept is not None
    assert (kept.tries, kept.version) == (2, 2), "the first message has not happened"
    again = [moved for message in interchange.messages for moved in message.moves]
    assert [moved.before.version if moved.before else 0 for moved in again] == [0, 1]
