"""Registers: lines added to an entry, an entry found by another number, clocks that count from a moment of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.xml import parse
from edi_router.registers import Empty, Judged, Occasion, Overlay, Register
from edi_router.registers.judge import judge
from edi_router.registers.load import load_registers
from edi_router.registers.strike import strike
from edi_router.rules import Context

NOW = datetime(2026, 3, 15, 2, tzinfo=UTC)
NUMBER = """\
id: number
name: {en: numbers, zh: 编号}
states: {known: {en: known, zh: 已登记}}
moves:
  - id: bill
    on: xml Bill
    key: Document/Entry
    enter: {lines: {each: Document, key: No}, adds: yes}
    outcome: known
outcomes: {known: {en: known, zh: 已登记, state: known}}
"""
BILL = """\
id: bill
name: {en: bills, zh: 税单}
states:
  open: {en: open, zh: 待付}
  seen: {en: seen, zh: 已阅}
  off: {en: off, zh: 作废, final: yes}
  late: {en: late, zh: 超时}
moves:
  - id: bill
    on: xml Bill
    key: Document/No
    enter: {fields: {Entry: Document/Entry}}
    outcome: open
  - id: seen
    on: xml Seen
    key: Document/No
    outcome: seen
  - id: deleted
    on: xml Deleted
    through: {in: number, key: Document/Entry}
    when: Through
    each: Through/Line
    key: Item/No
    outcome: off
  - id: deleted-elsewhere
    on: xml Deleted
    key: Document/Entry
    outcome: nothing
outcomes:
  open: {en: open, zh: 待付, state: open, set: {Begun: Now}}
  seen: {en: seen, zh: 已阅, state: seen}
  off: {en: off, zh: 作废, state: off}
  late: {en: late, zh: 超时, state: late}
  nothing: {en: nothing, zh: 无}
clocks:
  - {id: run, in: [open, seen], after: {minutes: 15}, since: Begun, outcome: late}
"""


def registers(tmp_path: Path, **files: str) -> tuple[dict[str, Register], list[str]]:
    (tmp_path / "registers").mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / "registers" / f"{name}.yaml").write_text(text, encoding="utf-8")
    found, faults = load_registers(Tree((tmp_path,)))
    return found, [f"{fault.place.line} {fault.code}" for fault in faults]


class Desk:
    """Two registers, and documents that move them."""

    def __init__(self, tmp_path: Path) -> None:
        self.registers, faults = registers(tmp_path, number=NUMBER, bill=BILL)
        assert faults == []
        self.view = Overlay(Empty())
        self.now = NOW

    def context(self) -> Context:
        return Context(now=self.now, business_date=self.now.date(), message_id="m")

    def move(self, register: str, document: str) -> list[Judged]:
        parsed, _ = parse(document.encode())
        assert parsed is not None
        occasion = Occasion(Kind("xml", parsed.local, ""), parsed.node(), "m", "S", (), self.context())
        made = []
        for judged in judge(self.registers[register], occasion, self.registers, self.view):
            self.view.apply(judged.moved)
            made.append(judged)
        return made

    def bill(self, number: str, entry: str = "E") -> None:
        for register in ("bill", "number"):
            self.move(register, f"<Bill><No>{number}</No><Entry>{entry}</Entry></Bill>")


def test_lines_are_added_once_to_an_entry_that_is_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for number in ("1", "2", "1"):
        desk.bill(number)
    entry = desk.view.register_entry("number", "E")
    assert entry is not None
    assert [line.key for line in entry.lines] == ["1", "2"]
    assert entry.version == 2, "the repeat changes nothing"


def test_an_entry_is_found_through_another_register(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bill("1")
    desk.bill("2")
    desk.bill("3", "F")
    moved = desk.move("bill", "<Deleted><Entry>E</Entry></Deleted>")
    assert [(each.moved.key, each.moved.outcome) for each in moved] == [("1", "off"), ("2", "off")]
    [other] = desk.move("bill", "<Deleted><Entry>G</Entry></Deleted>")
    assert (other.moved.move, other.moved.after) == ("deleted-elsewhere", None)


def test_a_clock_counts_from_a_moment_of_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bill("1")
    desk.now = NOW + timedelta(minutes=10)
    [seen] = desk.move("bill", "<Seen><No>1</No></Seen>")
    assert seen.moved.due == NOW + timedelta(minutes=15), "not from the change of state"
    entry = seen.moved.after
    assert entry is not None
    desk.now = NOW + timedelta(minutes=14, seconds=59)
    assert strike(desk.registers["bill"], entry, desk.context()) is None
    desk.now += timedelta(seconds=1)
    struck = strike(desk.registers["bill"], entry, desk.context())
    assert struck is not None
    assert struck.moved.outcome == "late"
    for moment in ("", "yesterday", "2026-03-15T10:00:00"):
        without = replace(entry, fields={**entry.fields, "Begun": (moment,)})
        assert strike(desk.registers["bill"], without, desk.context()) is None, "a field that holds no moment"


def test_since_needs_after_and_a_field(tmp_path: Path) -> None:
    field = BILL.replace("since: Begun", "since: Began")
    assert registers(tmp_path, number=NUMBER, bill=field)[1] == [
        f"{field[: field.index('Began')].count(chr(10)) + 1} config-unknown-name"
    ]
    day = BILL.replace("after: {minutes: 15}, since: Begun", "field: Entry, since: Begun")
    assert registers(tmp_path, number=NUMBER, bill=day)[1][0].endswith("config-value")
