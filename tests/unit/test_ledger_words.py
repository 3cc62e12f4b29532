"""Tables of the ledger on a Chinese screen: heads, states, kinds, reasons and what happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_router.cli import ledger_words, show_id
from edi_router.cli.ls import COLUMNS
from edi_router.faults.reasons import reason_in
from edi_router.ledger.searching import STATES
from tests.support.cli import edi_router, process

HARBOUR = """\
id: HARBOUR
name: {en: Harbour, zh: 港口}
status: live
role: port operator
identifications: [{id: HARBOUR}]
channel: {kind: folder, root: exchange/HARBOUR, wait_seconds: 0}
agreements:
  - id: gate
    receives: CODECO D95B
    when: {path: BGM/d1004, absent: no}
    deliver: {to: YARD}
"""
YARD = """\
id: YARD
name: {en: Yard, zh: 堆场}
status: live
role: terminal
channel: {kind: folder, root: exchange/YARD}
"""


def test_every_column_has_a_head() -> None:
    columns = {column for columns in COLUMNS.values() for column in columns}
    source = Path(show_id.__file__).read_text("utf-8")
    columns |= set(re.findall(r'"([a-z]+)"', source.partition("_print(record")[2].partition("def _part")[0]))
    parts = {
        "references",
        "members",
        "messages",
        "outputs",
        "deliveries",
        "acknowledgements",
        "decisions",
        "proofs",
    }
    assert (
        columns
        - parts
        - {"faults", "fault", "events", "detail", "what", "message", "timeline"}
        - set(ledger_words.HEADS)
        == set()
    )


def test_every_state_has_a_word_and_is_found_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_words, "LANGUAGE", "zh")
    for kind, states in STATES.items():
        for state in states:
            shown = ledger_words.cell("state", state)
            assert shown != state, (kind, state)
            assert ledger_words.cell("state", ledger_words.meant(shown, states)) == shown
    assert ledger_words.meant("held", STATES["message"]) == "held"


def test_an_english_screen_has_the_words_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_words, "LANGUAGE", "en")
    assert ledger_words.heads(("id", "state")) == ["id", "state"]
    assert ledger_words.cell("state", "in_work") == "in_work"
    assert ledger_words.meant("搁置", ("held",)) == "搁置"


def test_why_a_message_took_its_way() -> None:
    told = (
        "agreement gate: sender YARD, document xml A, Head/Code in 9, 5, No absent, to HQ by id at To, to B"
    )
    assert reason_in(told, "zh") == (
        "协议 gate：发送方 YARD，单证 xml A，Head/Code in 9，5，No 不存在，发往 HQ（编号见 To），发往 B"
    )


def test_a_chinese_screen(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    assert edi_router("new", "project", place).code == 0
    for name, text in {"HARBOUR": HARBOUR, "YARD": YARD}.items():
        (place / "partners" / f"{name}.yaml").write_text(text, encoding="utf-8")
        for folder in ("out", "in"):
            (place / "exchange" / name / folder).mkdir(parents=True)
    (place / "exchange/HARBOUR/out/one.edi").write_text(CODECO)
    ran = edi_router("--workspace", place, "run", "--once")
    assert ran.code == 0, ran.err
    listed = process("--workspace", place, "ls", lang="zh").out
    head, _, row = [line for line in listed.splitlines() if line.strip()][:3]
    assert head.split() == ["编号", "伙伴", "类型", "参考号", "状态", "原因"]
    assert "完成" in row
    assert "协议 gate" in row
    assert process("--workspace", place, "ls", "--state", "完成", lang="zh").out == listed
    assert "没有状态 完工" in process("--workspace", place, "ls", "--state", "完工", lang="zh").err
    shown = process("--workspace", place, "show", "GATE-0042", lang="zh").out
    assert shown.startswith("报文 ")
    assert not re.search(r"\b(state|reason|partner|kind|delivered|completed|received)\b", shown)
    assert {"  状态：完成", "  伙伴：HARBOUR"} <= set(shown.splitlines())


CODECO = (
    "UNB+UNOA:2+HARBOUR+EDIROUTER:ZZ+160701:0930+1'UNH+1+CODECO:D:95B:UN'BGM+36+GATE-0042+9'TDT+20+V12W+1'"
    "NAD+MS+HARBOUR'NAD+CF+NORD:160'EQD+CN+CSQU3054383+22G1:102:5++3+5'DTM+7:201607010915:203'CNT+16:1'UNT+9+1'UNZ+1+1'"
)
