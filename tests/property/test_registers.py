"""A register against a simple reference: whatever comes in whatever order, nothing is drawn twice or overdrawn."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.xml import parse
from edi_router.registers import Empty, Entry, Occasion, Overlay, Register
from edi_router.registers.judge import judge
from edi_router.registers.load import load_register
from edi_router.registers.strike import strike
from edi_router.rules import Context

QUOTA = """\
id: quota
name: {en: quota, zh: 配额}
states:
  open: {en: open, zh: 有效}
  locked: {en: locked, zh: 锁定}
  expired: {en: expired, zh: 过期, final: yes}
valid_to: ValidTo
moves:
  - id: grant
    on: xml Grant
    key: Document/No
    enter:
      fields: [ValidTo]
      lines: {each: Document/Line, key: No, quantity: Qty}
      secret: Document/Word
    checks:
      - {code: twice, text: {en: twice, zh: 重复}, forbid: Entry, outcome: refused}
    outcome: granted
  - id: draw
    on: xml Draw
    key: Document/No
    by: Document/By
    lines: {each: Document/Line, key: No, quantity: Qty, whole: yes}
    secret: Document/Word
    checks:
      - {code: unknown, text: {en: unknown, zh: 查无}, require: Entry, outcome: refused, stop: yes}
      - {code: closed, text: {en: closed, zh: 已关}, require: {path: Entry/State, equals: open}, outcome: refused}
      - code: third
        text: {en: third, zh: 第三次}
        when: {path: Entry/Tries, at_least: "2"}
        forbid: {path: Secret, equals: wrong}
        outcome: locked
        stop: yes
      - {code: wrong, text: {en: wrong, zh: 错误}, forbid: {path: Secret, equals: wrong}, outcome: miscounted, stop: yes}
      - {code: late, text: {en: late, zh: 过期}, forbid: Entry/Expired, outcome: refused}
    outcome: drawn
  - id: undo
    on: xml Undo
    key: Document/No
    by: Document/By
    checks:
      - {code: unknown, text: {en: unknown, zh: 查无}, require: Entry, outcome: refused}
    outcome: undone
outcomes:
  granted: {en: granted, zh: 核发, state: open, number: grant}
  refused: {en: refused, zh: 拒绝, message: reject, keep: no}
  drawn: {en: drawn, zh: 核销, draw: "yes", tries: clear}
  undone: {en: undone, zh: 撤销, reverse: yes}
  miscounted: {en: wrong word, zh: 口令错误, message: reject, tries: count}
  locked: {en: locked, zh: 锁定, message: reject, state: locked}
  over: {en: over, zh: 过期, state: expired}
series:
  grant: {stream: "{yyyy}", text: "{n:4}"}
clocks:
  - {id: expiry, in: [open, locked], field: ValidTo, days: 1, outcome: over}
"""
START = datetime.datetime(2026, 3, 1, 4, tzinfo=datetime.UTC)
KEYS = st.sampled_from(["A", "B"])
LINES = st.lists(
    st.tuples(st.sampled_from(["1", "2"]), st.integers(-2, 9)), max_size=3, unique_by=lambda line: line[0]
)
_loaded: list[Register] = []


class View(Empty):
    """Nothing below; a seal that tells secrets apart."""

    def sealed(self, register: str, key: str, secret: str) -> str:
        return f"{register}|{key}|{secret}"


def quota() -> Register:
    assert _loaded
    return _loaded[0]


@pytest.fixture(autouse=True, scope="module")
def _register(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("tree")
    (folder / "registers").mkdir()
    (folder / "registers/quota.yaml").write_text(QUOTA, encoding="utf-8")
    register, faults = load_register(Tree((folder,)), "registers/quota.yaml")
    assert register is not None
    assert faults == []
    _loaded[:] = [register]


class Quotas(RuleBasedStateMachine):
    """Grants, draws, reversals, wrong words and days that pass; the reference is three dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.view = Overlay(View())
        self.now = START
        self.granted: dict[str, dict[str, int]] = {}
        self.taken: dict[str, dict[tuple[str, str], int]] = {}
        self.wrong: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.until: dict[str, datetime.date] = {}
        self.numbers: list[int] = []

    @initialize()
    def begin(self) -> None:
        self.grant("A", [("1", 5), ("2", 3)], 20)

    def send(self, kind: str, key: str, lines: list[tuple[str, int]], extra: str) -> str:
        told = "".join(f"<Line><No>{no}</No><Qty>{qty}</Qty></Line>" for no, qty in lines)
        document, _ = parse(f"<{kind}><No>{key}</No>{extra}{told}</{kind}>".encode())
        assert document is not None
        context = Context(now=self.now, business_date=self.now.date())
        occasion = Occasion(Kind("xml", kind, ""), document.node(), "m", "P", (), context)
        [judged] = judge(quota(), occasion, {}, self.view)
        self.view.apply(judged.moved)
        if judged.moved.number:
            self.numbers.append(judged.moved.number)
        return judged.moved.outcome

    @rule(key=KEYS, lines=LINES, days=st.integers(0, 30))
    def grant(self, key: str, lines: list[tuple[str, int]], days: int) -> None:
        lines = [(no, abs(qty)) for no, qty in lines]
        until = self.now.date() + datetime.timedelta(days=days)
        said = self.send("Grant", key, lines, f"<Word>w</Word><ValidTo>{until:%Y%m%d}</ValidTo>")
        assert said == ("refused" if key in self.granted else "granted")
        if said == "granted":
            self.granted[key] = dict(lines)
            self.taken[key], self.wrong[key], self.state[key], self.until[key] = {}, 0, "open", until

    @rule(key=KEYS, lines=LINES, by=st.sampled_from("xyz"), word=st.sampled_from("wwwv"))
    def draw(self, key: str, lines: list[tuple[str, int]], by: str, word: str) -> None:
        said = self.send("Draw", key, lines, f"<Word>{word}</Word><By>{by}</By>")
        assert said == self.expected(key, lines, word)
        if said == "locked":
            self.state[key] = "locked"
        elif said == "miscounted":
            self.wrong[key] += 1
        elif said == "drawn":
            self.wrong[key] = 0
            for no, qty in lines or [(no, self.left(key, no)) for no in self.granted[key]]:
                self.taken[key][by, no] = self.taken[key].get((by, no), 0) + qty

    def expected(self, key: str, lines: list[tuple[str, int]], word: str) -> str:
        if key not in self.granted or self.state[key] != "open":
            return "refused"  # the first broken check decides, whatever the word
        if word != "w":
            return "locked" if self.wrong[key] >= 2 else "miscounted"
        if self.now.date() > self.until[key]:
            return "refused"
        fits = all(no in self.granted[key] and 0 <= qty <= self.left(key, no) for no, qty in lines)
        return "drawn" if fits else "refused"

    def left(self, key: str, no: str) -> int:
        return self.granted[key][no] - sum(q for (_, line), q in self.taken[key].items() if line == no)

    @rule(key=KEYS, by=st.sampled_from("xyz"))
    def undo(self, key: str, by: str) -> None:
        said = self.send("Undo", key, [], f"<By>{by}</By>")
        assert said == ("undone" if key in self.granted else "refused")
        if key in self.granted:
            self.taken[key] = {who: qty for who, qty in self.taken[key].items() if who[0] != by}

    @rule(days=st.integers(1, 15))
    def days_pass(self, days: int) -> None:
        self.now += datetime.timedelta(days=days)
        context = Context(now=self.now, business_date=self.now.date())
        for key in self.granted:
            entry = self.entry(key)
            struck = strike(quota(), entry, context)
            due = self.state[key] != "expired" and self.now.date() > self.until[key]
            assert (struck is not None) == due
            if struck is not None:
                self.view.apply(struck.moved)
                self.state[key] = "expired"

    def entry(self, key: str) -> Entry:
        entry = self.view.register_entry("quota", key)
        assert entry is not None
        return entry

    @invariant()
    def the_register_is_the_reference(self) -> None:
        for key, lines in self.granted.items():
            entry = self.entry(key)
            assert entry.state == self.state[key]
            for line in entry.lines:
                assert entry.left(line) == Decimal(self.left(key, line.key)) >= 0
            assert {line.key for line in entry.lines} == set(lines)

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        assert self.numbers == list(range(1, len(self.numbers) + 1))


Quotas.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestQuotas = Quotas.TestCase
