"""Registers: what a file may say, what the documentation shows, and what the property test does not reach."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.formats.xml import parse, write
from edi_router.pipeline.register_lint import unknown_registers
from edi_router.registers import Empty, Judged, Looks, Occasion, Overlay, Register
from edi_router.registers.judge import judge
from edi_router.registers.load import load_registers
from edi_router.registers.strike import strike
from edi_router.registers.tree import dumped
from edi_router.rules import Context, load_rules

NOW = datetime.datetime(2026, 3, 15, 2, tzinfo=datetime.UTC)
SHIP = """\
id: ship
name: {en: ship, zh: 船舶}
states:
  asked: {en: asked, zh: 已申报}
  clear: {en: clear, zh: 放行, final: yes}
  refused: {en: refused, zh: 不予放行, final: yes}
lists: {known: [MSA, CIQ]}
moves:
  - id: declare
    on: xml Ship
    key: [Document/Name, Document/Voyage]
    enter: {fields: {Name: Document/Name}, line_keys: [CIQ, MSA], replaces: refused}
    look: {agent: {in: agent, key: Document/Agent}}
    checks:
      - {code: S1, text: {en: no such agent, zh: 代理未登记}, require: Look/agent, outcome: refused}
      - {code: S2, text: {en: declared before, zh: 已申报}, forbid: Entry, outcome: refused}
    outcome: asked
  - id: answer
    on: xml Answer
    each: Document/Part
    key: [Item/Name, Item/Voyage]
    lines: {each: Item, key: Agency}
    set_line: {Said: Document/Said}
    checks:
      - code: S3
        text: {en: "{value} is no agency", zh: "{value} 不是联检单位"}
        require: {path: Item/Agency, list: known}
        outcome: refused
    outcome:
      - {when: {path: Entry/Line/Said, equals: "2"}, outcome: denied}
      - {when: {count: [Entry/Line/Said], equals_number: "2"}, outcome: clear}
      - {outcome: noted}
outcomes:
  asked: {en: asked, zh: 已申报, state: asked}
  noted: {en: noted, zh: 已记录}
  clear: {en: clear, zh: 放行, state: clear}
  denied: {en: denied, zh: 不予放行, state: refused}
  refused: {en: refused, zh: 拒绝, message: reject, keep: no}
  late: {en: an agency is late, zh: 联检单位超时}
clocks:
  - {id: late, in: asked, after: {minutes: 50}, outcome: late}
"""
AGENT = """\
id: agent
name: {en: agent, zh: 代理}
states: {known: {en: known, zh: 已登记}}
moves:
  - {id: know, on: xml Agent, key: Document/Code, enter: {fields: [Code]}, outcome: known}
outcomes:
  known: {en: known, zh: 已登记, state: known}
"""


def tree_of(folder: Path, **texts: str) -> Tree:
    (folder / "registers").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"registers/{name}.yaml").write_text(text, encoding="utf-8")
    return Tree((folder,))


class Desk:
    """Registers in memory, and documents sent to them."""

    def __init__(self, registers: dict[str, Register]) -> None:
        self.registers = registers
        self.view = Overlay(Empty())
        self.now = NOW

    def send(self, register: str, text: str, sender: str = "P", codes: Sequence[str] = ()) -> list[Judged]:
        document, faults = parse(text.encode())
        assert document is not None, faults
        context = Context(now=self.now, business_date=self.now.date())
        kind = Kind("xml", document.local, "")
        occasion = Occasion(kind, document.node(), "m", sender, codes, context)
        found = []
        for judged in judge(self.registers[register], occasion, self.registers, self.view):
            self.view.apply(judged.moved)
            found.append(judged)
        return found

    def said(self, register: str, text: str) -> list[str]:
        return [judged.moved.outcome for judged in self.send(register, text)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    registers, faults = load_registers(tree_of(tmp_path, ship=SHIP, agent=AGENT))
    assert faults == []
    return Desk(registers)


SHIP_1 = "<Ship><Name>STAR</Name><Voyage>1</Voyage><Agent>A</Agent></Ship>"


def part(agency: str, said: str, voyage: str = "1") -> str:
    return (
        f"<Part><Name>STAR</Name><Voyage>{voyage}</Voyage><Agency>{agency}</Agency><Said>{said}</Said></Part>"
    )


def test_answers_of_several_are_joined_and_one_refusal_is_enough(desk: Desk) -> None:
    assert desk.said("ship", SHIP_1) == ["refused"]
    assert desk.said("agent", "<Agent><Code>A</Code></Agent>") == ["known"]
    assert desk.said("ship", SHIP_1) == ["asked"]
    assert desk.said("ship", f"<Answer>{part('CIQ', '1')}</Answer>") == ["noted"]
    assert desk.said("ship", f"<Answer>{part('MSA', '1')}</Answer>") == ["clear"]
    assert desk.said("ship", SHIP_1.replace(">1<", ">2<")) == ["asked"]
    assert desk.said("ship", f"<Answer>{part('MSA', '2', '2')}{part('XX', '1', '2')}</Answer>") == [
        "denied",
        "refused",
    ]
    assert desk.said("ship", SHIP_1) == ["refused"], "what is clear does not give way"
    assert desk.said("ship", SHIP_1.replace(">1<", ">2<")) == ["asked"], "what was refused does"


def test_a_document_without_the_key_is_refused(desk: Desk) -> None:
    [judged] = desk.send("agent", "<Agent><Name>x</Name></Agent>")
    assert [fault.code for fault in judged.faults] == ["register-key-missing"]
    assert judged.moved.after is None
    assert judged.outcome.message == "reject"


def test_no_move_is_for_another_document(desk: Desk) -> None:
    assert desk.send("agent", "<Ship/>") == []


def test_a_clock_without_a_new_state_strikes_once(desk: Desk) -> None:
    desk.said("agent", "<Agent><Code>A</Code></Agent>")
    desk.said("ship", SHIP_1)
    register = desk.registers["ship"]

    def struck(minutes: int) -> str | None:
        entry = desk.view.register_entry("ship", "STAR/1")
        assert entry is not None
        now = NOW + datetime.timedelta(minutes=minutes)
        judged = strike(register, entry, Context(now=now, business_date=now.date()))
        if judged is None:
            return None
        desk.view.apply(judged.moved)
        return judged.moved.outcome

    assert [struck(49), struck(50), struck(51)] == [None, "late", None]


def test_the_tree_of_a_move_is_written_as_xml(desk: Desk) -> None:
    desk.said("agent", "<Agent><Code>A</Code></Agent>")
    [judged] = desk.send("ship", SHIP_1.replace("<Ship>", '<Ship kind="a&amp;b">'), "SHIPLINE", ["SL1"])
    text = write(dumped(judged.tree, frozenset({"Voyage"}))).content.decode()
    document, faults = parse(text.encode())
    assert document is not None, faults
    root = document.node()
    assert [child.value() for child in root.children("Sender")] == ["SHIPLINE"]
    [shown] = root.children("Document")
    assert [child.value() for child in shown.children("@kind")] == ["a&b"]
    assert not shown.children("Voyage")
    [after] = root.children("After")
    assert len(after.children("Line")) == 2


def found(faults: Sequence[Fault]) -> list[tuple[str, int | None, str, str | None]]:
    return [(fault.code, fault.place.line, fault.values.get("name", ""), fault.hint) for fault in faults]


@pytest.mark.parametrize(
    ("old", "new", "name", "hint"),
    [
        ("state: asked}", "state: askd}", "askd", "asked"),
        ("S1, text: {en: no such agent, zh: 代理未登记}, require: Look/agent, outcome: refused",
         "S1, text: {en: no such agent, zh: 代理未登记}, require: Look/agent, outcome: refusd", "refusd", "refused"),
        ("in: agent,", "in: agents,", "agents", "agent"),
        ("in: asked,", "in: ask,", "ask", None),
        ("outcome: late}", "outcome: lat}", "lat", "late"),
        ("replaces: refused", "replaces: refuse", "refuse", "refused"),
    ],
)  # fmt: skip
def test_names_that_are_not_there_are_told_with_their_place(
    tmp_path: Path, old: str, new: str, name: str, hint: str | None
) -> None:
    assert old in SHIP
    _, faults = load_registers(tree_of(tmp_path, ship=SHIP.replace(old, new), agent=AGENT))
    [(code, at, what, nearest)] = found(faults)
    assert (code, what) == ("config-unknown-name", name)
    assert nearest == hint or hint is None
    assert at == SHIP[: SHIP.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("      - {outcome: noted}\n", "", "needs a last one without conditions"),
        ("require: Look/agent, outcome: refused}", "require: Look/agent}", "an error leads to an outcome"),
        ("list: known", "list: knwn", "is none of the file's `lists`"),
        ("id: answer", "id: declare", "stands twice"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in SHIP
    _, faults = load_registers(tree_of(tmp_path, ship=SHIP.replace(old, new), agent=AGENT))
    assert [problem in fault.values["problem"] for fault in faults if fault.code == "config-value"] == [True]


def test_the_example_of_the_documentation_does_what_the_page_says(tmp_path: Path, root: Path) -> None:
    page = (root / "docs/registers.md").read_text(encoding="utf-8")
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "id: quota" in block)
    registers, faults = load_registers(tree_of(tmp_path, quota=text))
    assert faults == []
    desk = Desk(registers)
    grant = "<Quota><No>Q1</No><Firm>F</Firm><ValidTo>20260331</ValidTo><Line><No>1</No><Qty>{}</Qty></Line></Quota>"
    use = "<QuotaUse><No>Q1</No><EntryId>E{}</EntryId><Line><No>1</No><Qty>{}</Qty></Line></QuotaUse>"
    assert desk.said("quota", use.format(1, 1)) == ["refused"]
    assert desk.said("quota", grant.format(10)) == ["granted"]
    assert desk.said("quota", grant.format(10)) == ["refused"]
    assert desk.said("quota", use.format(1, 7)) == ["used"]
    assert desk.said("quota", use.format(2, 4)) == ["manual"]
    assert desk.said("quota", "<QuotaUndo><No>Q1</No><EntryId>E1</EntryId></QuotaUndo>") == ["undone"]
    assert desk.said("quota", use.format(2, 4)) == ["used"]
    desk.now += datetime.timedelta(days=20)
    assert desk.said("quota", use.format(3, 1)) == ["refused"]


RULES = """\
id: permits
for: xml Ship
rules:
  - {code: A1, text: {en: unknown agent, zh: 代理未登记}, require: {path: Agent, register: agent}}
  - {code: A2, text: {en: not clear, zh: 未放行}, require: {path: Agent, register: agent, states: [gone]}}
"""


def test_a_rule_asks_a_register(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "schemas/rules").mkdir(parents=True)
    (tmp_path / "schemas/rules/permits.yaml").write_text(RULES, encoding="utf-8")
    rules, faults = load_rules(Tree((tmp_path,)), "rules/permits.yaml")
    assert rules is not None, faults
    document, _ = parse(SHIP_1.encode())
    assert document is not None

    def broken(context: Context) -> list[str]:
        return [fault.values["code"] for fault in rules.check(document.node(), context)]

    alone = Context(now=NOW, business_date=NOW.date())
    there = replace(alone, registers=Looks(desk.view, desk.registers, NOW.date()))
    assert broken(alone) == [], "outside a deployment there is nothing to ask"
    assert broken(there) == ["A1", "A2"]
    desk.said("agent", "<Agent><Code>A</Code></Agent>")
    assert broken(there) == ["A2"]
    [fault] = list(unknown_registers([rules], ["agents"]))[:1]
    assert (fault.code, fault.place.line, fault.hint) == ("config-unknown-name", 4, "agents")
