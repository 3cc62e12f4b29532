"""Profiles: every kind of line and dependency, with messages that follow it and messages that do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import edi_router
from edi_router.config import Tree
from edi_router.faults import CATALOGUE, Fault, render
from edi_router.formats.edifact import Message, read
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.contrl import contrl
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.profile import Profile, load_profile, load_profiles
from edi_router.formats.edifact.profile.model import Form

DEFINITIONS = definitions_over(Tree.over_shipped())
HEAD = "profile: p\nfor: CUSDEC D96B\n"
BASE = ("BGM+929+A1+9", "CST++13", "DTM+137:20260314:102", "UNS+D", "CST+1+2102200000", "UNS+S")
"""UNH is segment 1, so BGM is 2."""


@pytest.fixture
def day(root: Path) -> Path:
    return root / "samples/day"


def message_of(*segments: str, type: str = "CUSDEC:D:96B:UN") -> Message:
    body = [f"UNH+1+{type}", *segments]
    body.append(f"UNT+{len(body) + 1}+1")
    data = "".join(f"{each}'" for each in ["UNB+UNOC:3+A+B+260314:0930+1", *body, "UNZ+1+1"])
    (interchange,) = read(data.encode())
    (message,) = interchange.messages()
    return message


def checked(*segments: str) -> Checked:
    return check(message_of(*segments), DEFINITIONS)


def made(text: str) -> Profile:
    profile, faults = load_profile(HEAD + text, "folder/p.yaml", DEFINITIONS)
    assert profile is not None, [render(fault) for fault in faults]
    return profile


def found(text: str, *segments: str) -> list[tuple[object, ...]]:
    """Code, segment, element, component and line of the faults; rows and nodes must agree."""
    profile, result = made(text), checked(*segments)
    faults = profile.check(result.root, result.faults)
    layout, rows = result.root.layout, result.root.rows()
    assert layout is not None
    assert rows is not None
    accepts = profile.accepts(layout)
    if accepts is not None and not result.faults:
        assert accepts(rows) == (not faults)
    assert all(fault.rule is not None and fault.rule.startswith("p.yaml:") for fault in faults)
    assert all(CATALOGUE[fault.code].fields <= set(fault.values) for fault in faults)
    places = [fault.place for fault in faults]
    rules = [int((fault.rule or "").partition(":")[2]) for fault in faults]
    return [
        (fault.code, place.segment, place.element, place.component, rule)
        for fault, place, rule in zip(faults, places, rules, strict=True)
    ]


def change(at: int, *instead: str) -> tuple[str, ...]:
    """The base with other segments in place of one (BGM is 0)."""
    return (*BASE[:at], *instead, *BASE[at + 1 :])


@pytest.mark.parametrize("line", [
    "BGM: M", "BGM/C106/d1004: R", "DTM[C507/d2005='137']: {status: R, max: 1}", "FTX: X", "SG6: X",
    "BGM/C002/d1001: {codes: ['830', '929']}", "BGM/C002/d1001: {codes: '929'}", "BGM/C106/d1004: {form: an2}",
    "BGM/C106/d1004: {form: an1..5}", "DTM/C507/d2380: {form: n8}", "SG30: {status: R, max: 1}",
    "SG30/CST/C246[1]/d7361: {status: R, form: n10}", "SG30/CST/C246[2]: X", "SG30/FTX: O",
    "DTM/C507[d2005='137']/d2379: {status: R, codes: '102'}", "SG6[NAD/d3035='CN']/NAD/C080: R",
    "BGM/d1225[.='9']: R", "EQD/C237/d8260: R", "LOC[d3227='22']/C517: R",
])  # fmt: skip
def test_a_message_that_follows_a_line_has_no_fault(line: str) -> None:
    assert found(f"lines:\n  {line}\n", *BASE) == []


@pytest.mark.parametrize(("line", "segments", "expected"), [
    # A part of a segment is missing at its position, of every such segment.
    ("BGM/C106/d1004: R", change(0, "BGM+929"), [("profile-missing", 2, 2, 1)]),
    ("BGM/C106: R", change(0, "BGM+929++9"), [("profile-missing", 2, 2, None)]),
    ("SG30/CST/C246[2]/d7361: R", BASE, [("profile-missing", 6, 3, 1)]),
    ("SG6/NAD/C080/d3036: R", change(3, "NAD+CN", "NAD+CZ+++X", "NAD+DT+1", "UNS+D"),
     [("profile-missing", 5, 4, 1), ("profile-missing", 7, 4, 1)]),
    # A segment or group is missing after what stands before it, in its group.
    ("GIS: R", BASE, [("profile-missing", 4, None, None)]),
    ("SG6: R", BASE, [("profile-missing", 4, None, None)]),
    ("SG30/FTX: R", (*BASE[:5], "DTM+94:20260110:102", "CST+2", "UNS+S"),
     [("profile-missing", 6, None, None), ("profile-missing", 8, None, None)]),
    ("SG49: R", (*BASE, "CNT+5:1"), [("profile-missing", 8, None, None)]),
    # What a qualifier tells apart is missing beside the others.
    ("DTM[C507/d2005='132']: R", BASE, [("profile-missing", 4, None, None)]),
    ("DTM/C507[d2005='132']: R", BASE, [("profile-missing", 4, None, None)]),
    ("SG6[NAD/d3035='CN']: R", change(3, "NAD+CZ+1", "UNS+D"), [("profile-missing", 5, None, None)]),
    ("SG1/DTM/C507[d2005='171']: R", change(3, "RFF+ABT:1", "DTM+137:20260314:102", "RFF+BM:2", "UNS+D"),
     [("profile-missing", 6, None, None), ("profile-missing", 7, None, None)]),
    ("DTM/C507[d2005='137']/d2379: R", change(2, "DTM+137:20260314", "DTM+132:20260314"),
     [("profile-missing", 4, 1, 3)]),
    ("SG6[NAD/d3035='CN']/CTA: R", change(3, "NAD+CN+1", "RFF+ABT:1", "NAD+CZ+1", "UNS+D"),
     [("profile-missing", 6, None, None)]),
    # Forbidden
    ("DTM: X", change(2, *("DTM+137:20260314:102",) * 2),
     [("profile-forbidden", 4, None, None), ("profile-forbidden", 5, None, None)]),
    ("SG30/CST/C246: X", BASE, [("profile-forbidden", 6, 2, None)]),
    ("BGM/C106/d1004: X", BASE, [("profile-forbidden", 2, 2, 1)]),
    ("SG6[NAD/d3035='CZ']: X", change(3, "NAD+CN+1", "NAD+CZ+1", "UNS+D"),
     [("profile-forbidden", 6, None, None)]),
    ("SG6: X", change(3, "NAD+CN+1", "UNS+D"), [("profile-forbidden", 5, None, None)]),
    # Repeats
    ("DTM: {max: 1}", change(2, *("DTM+137:20260314:102",) * 3), [("profile-too-often", 5, None, None)]),
    ("SG6[NAD/d3035='CN']: {max: 1}", change(3, "NAD+CN+1", "NAD+CZ+1", "NAD+CN+2", "UNS+D"),
     [("profile-too-often", 7, None, None)]),
    ("SG30/LOC: {max: 1}", (*BASE[:5], "LOC+27+CN", "CST+2", "LOC+27+CN", "LOC+27+NZ", "UNS+S"),
     [("profile-too-often", 10, None, None)]),
    ("SG30/CST/C246: {max: 1}", change(4, "CST+1+2102200000+999"), [("profile-too-often", 6, 3, None)]),
    # Values
    ("BGM/C002/d1001: {codes: ['830', '935']}", BASE, [("profile-code", 2, 1, 1)]),
    ("SG6/NAD/d3035: {codes: [CN]}", change(3, "NAD+CZ+1", "UNS+D"), [("profile-code", 5, 1, None)]),
    ("BGM/C106/d1004: {form: an3..5}", BASE, [("profile-too-short", 2, 2, 1)]),
    ("BGM/C106/d1004: {form: an1}", BASE, [("profile-too-long", 2, 2, 1)]),
    ("BGM/C106/d1004: {form: n..5}", BASE, [("profile-type", 2, 2, 1)]),
    ("BGM/C106/d1004: {form: a..5}", BASE, [("profile-type", 2, 2, 1)]),
    ("SG30/CST/C246[1]/d7361: {form: n8}", BASE, [("profile-too-long", 6, 2, 1)]),
    ("BGM/d1225[.='1']: R", BASE, [("profile-missing", 2, None, None)]),
])  # fmt: skip
def test_a_message_that_does_not_follow_a_line(
    line: str, segments: tuple[str, ...], expected: list[tuple[object, ...]]
) -> None:
    assert found(f"lines:\n  {line}\n", *segments) == [(*each, 4) for each in expected]


ALL = ("NAD+CN+1", "RFF+ABT:1", "CTA+IC+:X", "COM+1:TE")
MISSING, CHOICE, ANY, NOT = (
    "profile-dependent-missing", "profile-dependent-choice", "profile-choice-missing", "profile-exclusive",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "there", "expected"), [
    ("D1", "", [(ANY, 5)]), ("D1", "R", []), ("D1", "M", []), ("D1", "RC", [(NOT, 7)]),
    ("D1", "RCM", [(NOT, 7), (NOT, 8)]),
    ("D2", "", []), ("D2", "RCM", []), ("D2", "R", [(MISSING, 6)]), ("D2", "M", [(MISSING, 5)]),
    ("D3", "", [(ANY, 5)]), ("D3", "C", []), ("D3", "RCM", []),
    ("D4", "", []), ("D4", "M", []), ("D4", "CM", [(NOT, 7)]),
    ("D5", "", []), ("D5", "CM", []), ("D5", "R", [(MISSING, 6)]), ("D5", "RC", [(MISSING, 7)]), ("D5", "RCM", []),
    ("D6", "", []), ("D6", "CM", []), ("D6", "R", [(CHOICE, 6)]), ("D6", "RM", []), ("D6", "RCM", []),
    ("D7", "", []), ("D7", "CM", []), ("D7", "R", []), ("D7", "RC", [(NOT, 7)]), ("D7", "RCM", [(NOT, 7), (NOT, 8)]),
])  # fmt: skip
def test_dependencies(kind: str, there: str, expected: list[tuple[str, int]]) -> None:
    """R, C and M are RFF, CTA and COM of a NAD group; NAD is segment 5."""
    segments = [
        "NAD+CN+1",
        *(each for each in ALL[1:] if each[0] in there or (each[1] == "O" and "M" in there)),
    ]
    if "C" not in there:
        segments = [each for each in segments if not each.startswith("CTA")]
    if "M" not in there:
        segments = [each for each in segments if not each.startswith("COM")]
    text = f"dependencies:\n  - {{kind: {kind}, in: SG6, of: [RFF, CTA, COM]}}\n"
    assert found(text, *change(3, *segments, "UNS+D")) == [(code, at, None, None, 4) for code, at in expected]


def test_a_dependency_between_a_value_of_the_message_and_every_item() -> None:
    text = "dependencies:\n  - kind: D5\n    in: SG30\n    of: [\"/BGM/C002[d1001='929']\", FTX]\n"
    assert found(text, *BASE) == [(MISSING, 6, None, None, 4)]
    assert found(text, *change(0, "BGM+830+A1+9")) == []
    assert found(text, *change(4, "CST+1", "FTX+AAA+++X", "CST+2")) == [(MISSING, 8, None, None, 4)]


def test_a_dependency_within_a_segment() -> None:
    text = "dependencies:\n  - {kind: D4, in: SG6/NAD, of: [C082/d3039, C080/d3036]}\n"
    assert found(text, *change(3, "NAD+CN+1++X", "NAD+CZ+1", "UNS+D")) == [(NOT, 5, 4, 1, 4)]


def test_what_is_mandatory_by_the_directory_is_not_missed_twice() -> None:
    text = "lines:\n  BGM: M\n  SG6/NAD/d3035: M\n  DTM/C507/d2005: R\n"
    assert [fault.code for fault in checked(*BASE[1:]).faults] == ["segment-missing"]
    assert found(text, *BASE[1:]) == []
    assert found(text, *change(2, "DTM+:20260314:102")) == []


def test_what_the_directory_faults_is_not_faulted_again() -> None:
    text = "lines:\n  BGM/C106/d1004: {form: an..20}\n  SG6[NAD/d3035='CN']: R\n  DTM[C507/d2005='137']: R\n"
    assert found(text, *change(0, "BGM+929+" + "A" * 36)) == [("profile-missing", 4, None, None, 5)]
    broken = (*change(2, "DTM+:20260314:102")[:3], "NAD+CNX+1", *BASE[3:])
    assert len(checked(*broken).faults) == 2
    assert found(text, *broken) == []


def test_what_is_missing_behind_a_group_of_unknown_segments_stands_after_the_last_known_one() -> None:
    result = checked(*change(3, "NAE+CN+1", "UNS+D"))  # it is taken for the NAD that begins a group 6
    assert [fault.code for fault in result.faults] == ["segment-unknown"]
    [fault] = made("lines:\n  SG7: R\n").check(result.root, result.faults)
    assert (fault.code, fault.place.segment) == ("profile-missing", 4)


def test_a_segment_without_a_place_is_not_missing_besides() -> None:
    text = "lines:\n  GIS: R\n"
    assert found(text, *change(3, "UNS+D", "GIS+22")) == []


def test_a_code_the_profile_refuses_is_told_once() -> None:
    text = "lines:\n  SG6/NAD/d3035: {codes: [CN]}\n  SG6[NAD/d3035='CN']: R\n"
    assert found(text, *change(3, "NAD+CZ+1", "UNS+D")) == [("profile-code", 5, 1, None, 4)]


def test_released_characters_count_once() -> None:
    text = 'lines:\n  BGM/C106/d1004: {form: an3, codes: ["A:?", "B\'C"]}\n'
    assert found(text, *change(0, "BGM+929+A?:??+9")) == []
    assert found(text, *change(0, "BGM+929+B?'C+9")) == []
    assert found(text, *change(0, "BGM+929+A?:+9")) == [("profile-code", 2, 2, 1, 4)]


def test_what_rows_cannot_show_is_still_checked() -> None:
    assert found("lines:\n  'DTM[2]/C507/d2380': {form: n8}\n", *BASE) == []
    text = "lines:\n  'DTM[1]/C507/d2380': {form: n12}\n"
    layout = checked(*BASE).root.layout
    assert layout is not None
    assert made(text).accepts(layout) is None
    assert found(text, *BASE) == [("profile-too-short", 4, 1, 2, 4)]


def test_it_is_for_the_definition_the_message_was_checked_by() -> None:
    profile = made("lines:\n  GIS: R\n")
    other = message_of("BGM+929+A1+9", "UNS+D", "UNS+S", type="CUSDEC:D:01B:UN")
    assert profile.check(check(other, DEFINITIONS).root) == []
    as_ours = check(other, DEFINITIONS, check_as="D96B")
    assert [fault.code for fault in profile.check(as_ours.root, as_ours.faults)] == ["profile-missing"]
    unknown = message_of("BGM+1", type="CUSDEC:D:96X:UN")
    assert profile.check(check(unknown, DEFINITIONS).root) == []


def test_contrl_carries_the_faults() -> None:
    text = (
        "lines:\n  BGM/C106/d1004: {form: an3..5}\n  GIS: R\n  SG30/CST/C246: X\n"
        "dependencies:\n  - {kind: D3, in: SG30, of: [FTX, LOC]}\n"
    )
    body = "".join(f"{each}'" for each in BASE)
    data = f"UNB+UNOC:3+A+B+260314:0930+1'UNH+1+CUSDEC:D:96B:UN'{body}UNT+8+1'UNZ+1+1'"
    (interchange,) = read(data.encode())
    (message,) = interchange.messages()
    result = check(message, DEFINITIONS)
    faults = made(text).check(result.root, result.faults)
    answer = contrl(interchange, [(message, faults)], [], reference="1")
    told = [segment.text for segment in answer if segment.tag in ("UCS", "UCD")]
    assert told == ["UCS+2", "UCD+40+3:1", "UCS+4+13", "UCS+6+13", "UCD+15+3"]


def test_a_thousand_faults_are_kept_and_all_are_counted() -> None:
    items = [f"CST+{number}" for number in range(1, 1200)]
    result = checked(*BASE[:4], *items, "UNS+S")
    faults = made("lines:\n  SG30/FTX: R\n").check(result.root, result.faults)
    assert (len(faults), faults.total) == (1000, 1199)


def test_forms() -> None:
    assert [Form.parse(text).code("12.5") for text in ("n3", "n..2", "an4", "a4", "n4")] == [
        None, "profile-too-long", None, "profile-type", "profile-too-short",
    ]  # fmt: skip
    for text in ("", "x3", "an", "an..", "an0", "an5..3"):
        with pytest.raises(ValueError, match=r"must be like|is above"):
            Form.parse(text)


def test_the_shipped_profiles_are_right_and_the_sample_day_follows_them(root: Path, day: Path) -> None:
    profiles, faults = load_profiles(Tree.over_shipped(), DEFINITIONS)
    assert faults == []
    assert list(profiles) == ["cusdec-single-window", "govcbr-licence"]
    assert "Illustrative" in profiles["cusdec-single-window"].file.note
    file = root / "schemas/profiles/cusdec-single-window.yaml"
    for name in ("0800-cusdec", "0815-cusdec-three", "0830-cusdec-chinese", "0930-cusdec-test"):
        data = (day / f"ENT-A/{name}.edi").read_bytes()
        assert [
            each for each in edi_router.check(data, profile=file) if each.code.startswith("profile-")
        ] == []


def test_a_right_message_needs_no_nodes(day: Path) -> None:
    profiles, _ = load_profiles(Tree.over_shipped(), DEFINITIONS)
    (interchange,) = read((day / "ENT-A/0800-cusdec.edi").read_bytes())
    (message,) = interchange.messages()
    result = check(message, DEFINITIONS)
    layout, rows = result.root.layout, result.root.rows()
    assert layout is not None
    assert rows is not None
    accepts = profiles["cusdec-single-window"].accepts(layout)
    assert accepts is not None
    assert accepts(rows)


def fault_at(faults: list[Fault]) -> list[tuple[str, int | None, int | None, str | None]]:
    return [(fault.code, fault.place.line, fault.place.column, fault.hint) for fault in faults]


@pytest.mark.parametrize(("text", "expected"), [
    ("lines:\n  BGM//d1004: R\n", [("path-syntax", 4, 7, None)]),
    ("lines:\n  $envelope/UNB: R\n", [("path-syntax", 4, 13, None)]),
    ("lines:\n  BGM/../FTX: R\n", [("path-syntax", 4, 7, None)]),
    ("lines:\n  BGM/C106/d1005: R\n", [("path-unknown", 4, 12, "d1060")]),
    ("lines:\n  BGM/d1004: R\n", [("path-unknown", 4, 7, "C106/d1004")]),
    ("lines:\n  SG60: R\n", [("path-unknown", 4, 3, "SG6")]),
    ("lines:\n  CST/C246[6]: R\n", [("path-unknown", 4, 7, None)]),
    ("lines:\n  DTM[C507/d2006='137']: R\n", [("path-unknown", 4, 12, "d2005")]),
    ("lines:\n  DTM[C507='137']: R\n", [("path-is-branch", 4, 7, "d2005, d2380, d2379")]),
    ("lines:\n  DTM[C507/d2005='13X']: R\n", [("profile-code-unknown", 4, 12, "13")]),
    ("lines:\n  BGM: {form: an3}\n", [("path-is-branch", 4, 3, "C002, C106, d1225, d4343")]),
    ("lines:\n  BGM/C002/d1001: {codes: ['929', '93O']}\n", [("profile-code-unknown", 4, 35, "93")]),
    ("lines:\n  BGM/C106/d1004: {codes: [ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789]}\n", [("profile-wider", 4, 28, None)]),
    ("lines:\n  BGM/C106/d1004: {form: an..36}\n", [("profile-wider", 4, 26, None)]),
    ("lines:\n  SG30/CST/d1496: {form: an..5}\n", [("profile-wider", 4, 26, None)]),
    ("lines:\n  CST: {max: 2}\n", [("profile-wider", 4, 14, None)]),
    ("lines:\n  SG30: {max: 10000}\n", [("profile-wider", 4, 15, None)]),
    ("lines:\n  BGM: X\n", [("profile-not-possible", 4, 8, None)]),
    ("lines:\n  SG6/NAD/d3035: {status: X}\n", [("profile-not-possible", 4, 27, None)]),
    ("lines:\n  GIS: M\n", [("profile-not-mandatory", 4, 8, None)]),
    ("lines:\n  LOC: D\n", [("profile-not-dependent", 4, 8, None)]),
    ("lines:\n  SG6: X\n  SG6[NAD/d3035='CN']/CTA: R\n", [("profile-contradiction", 5, 3, None)]),
    ("lines:\n  LOC: X\ndependencies:\n  - {kind: D3, of: [FTX, LOC]}\n", [("profile-contradiction", 6, 26, None)]),
    ("dependencies:\n  - {kind: D3, of: [FTXX, LOC]}\n", [("path-unknown", 4, 21, "FTX")]),
    ("dependencies:\n  - {kind: D3, in: SG6/NA, of: [FTX, LOC]}\n", [("path-unknown", 4, 24, "NAD")]),
    ("dependencies:\n  - {kind: D3, in: SG6, of: [/FTX, LOC]}\n", [("path-unknown", 4, 36, None)]),
])  # fmt: skip
def test_lint(text: str, expected: list[tuple[str, int, int, str | None]]) -> None:
    _, faults = load_profile(HEAD + text, "p.yaml", DEFINITIONS)
    told = fault_at(faults)
    assert [each[:3] for each in told] == [each[:3] for each in expected]
    for mine, wanted in zip(told, expected, strict=True):
        if wanted[3] is not None:
            assert mine[3] == wanted[3]


@pytest.mark.parametrize(("text", "code", "line"), [
    ("lines:\n  BGM: Z\n", "config-value", 4), ("lines:\n  BGM: {status: R, maximum: 2}\n", "config-unknown-key", 4),
    ("lines:\n  BGM: {max: 0}\n", "config-value", 4), ("lines:\n  BGM/d1225: {form: 3an}\n", "config-value", 4),
    ("lines:\n  FTX: {status: X, max: 2}\n", "config-value", 4),
    ("lines:\n  FTX: X\n  FTX: R\n", "config-repeated-key", 5),
    ("dependencies:\n  - {kind: D8, of: [A, B]}\n", "config-value", 4),
    ("dependencies:\n  - {kind: D1, of: [FTX]}\n", "config-value", 4),
    ("dependencies:\n  - {kind: D1, of: [FTX, FTX]}\n", "config-value", 4),
])  # fmt: skip
def test_the_form_of_the_file(text: str, code: str, line: int) -> None:
    profile, faults = load_profile(HEAD + text, "p.yaml", DEFINITIONS)
    assert profile is None
    assert [(fault.code, fault.place.line) for fault in faults] == [(code, line)]


@pytest.mark.parametrize(("text", "code"), [
    ("for: CUSDEC", "config-value"), ("for: xml Order", "config-value"),
    ("for: CUSDEC D96X", "profile-directory-missing"), ("for: CUSDEX D96B", "profile-directory-missing"),
])  # fmt: skip
def test_what_a_profile_is_for(text: str, code: str) -> None:
    _, faults = load_profile(f"profile: p\n{text}\nlines: {{BGM: R}}\n", "p.yaml", DEFINITIONS)
    assert [(fault.code, fault.place.line) for fault in faults] == [(code, 2)]


def test_codes_of_another_list_are_not_looked_up() -> None:
    line = "lines:\n  LOC/C517/d3225: {codes: [A1]}\n  BGM/C002/d1001: {codes: [E01]}\n"
    for beside in ("d1131: R", "d1131: {codes: [X]}", "d3055: {codes: [ZZZ]}"):
        assert made(f"{line}  BGM/C002/{beside}\n")
    _, faults = load_profile(f"{HEAD}{line}  BGM/C002/d3055: {{codes: ['6']}}\n", "p.yaml", DEFINITIONS)
    assert [fault.code for fault in faults] == ["profile-code-unknown"]


def test_warnings_do_not_stop_a_profile() -> None:
    profile, faults = load_profile(f"{HEAD}lines:\n  GIS: M\n", "p.yaml", DEFINITIONS)
    assert profile is not None
    assert [fault.code for fault in faults] == ["profile-not-mandatory"]


def test_the_file_is_named_after_the_profile(tmp_path: Path) -> None:
    folder = tmp_path / "schemas/profiles"
    folder.mkdir(parents=True)
    (folder / "q.yaml").write_text(f"{HEAD}lines:\n  GIS: R\n")
    _, faults = load_profiles(Tree((tmp_path,)), DEFINITIONS)
    assert [(fault.code, fault.place.line, fault.place.column) for fault in faults] == [
        ("profile-file-name", 1, 10)
    ]


def test_the_profiles_of_the_page_are_right(root: Path) -> None:
    examples = re.findall(
        r"^```yaml\n(profile: .*?)^```$", (root / "docs/profiles.md").read_text("utf-8"), re.M | re.S
    )
    assert len(examples) == 2
    for text in examples:
        assert load_profile(text, "p.yaml", DEFINITIONS)[1] == []
