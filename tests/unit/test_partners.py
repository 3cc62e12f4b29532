"""Partner files and the lint across them."""

from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import render
from edi_router.formats.documents import Kind
from edi_router.partners import load_partners
from edi_router.partners.model import Identification

GOOD = """\
id: A
name: {en: A, zh: 甲}
status: live
role: enterprise
identifications: [{id: AAA, qualifier: ZZ}]
codes: ["1"]
agreements:
  - id: one
    receives: CUSDEC D96B
    when: {path: BGM/C002/d1001, equals: "929"}
    deliver: {mapping: m, to: B}
"""
B = "id: B\nname: {en: B, zh: 乙}\nstatus: live\nrole: bureau\ncodes: ['2']\n"


def lint(tmp_path: Path, a: str = GOOD, b: str = B, **more: str) -> list[tuple[str, str, int | None]]:
    (tmp_path / "partners").mkdir(exist_ok=True)
    for name, text in {"A": a, "B": b, **more}.items():
        (tmp_path / "partners" / f"{name}.yaml").write_text(text)
    _, faults = load_partners(Tree((tmp_path,)), {"m": Kind.parse("CUSDEC"), "r": Kind.parse("xml Outcome")})
    for fault in faults:
        assert render(fault, "zh")
    return [(fault.code, Path(fault.place.file or "").name, fault.place.line) for fault in faults]


def test_a_good_set_has_no_findings(tmp_path: Path) -> None:
    assert lint(tmp_path) == []


def test_the_file_is_named_after_its_partner(tmp_path: Path) -> None:
    assert lint(tmp_path, C=B.replace("id: B", "id: X").replace("'2'", "'3'")) == [
        ("partner-file-name", "C.yaml", 1)
    ]


def test_two_partners_cannot_share_a_code(tmp_path: Path) -> None:
    assert lint(tmp_path, b=B.replace("'2'", "'1'")) == [("partner-twice", "B.yaml", 5)]


def test_two_partners_cannot_share_an_identification(tmp_path: Path) -> None:
    shared = B + "identifications:\n  - {id: AAA, qualifier: ZZ}\n"
    assert lint(tmp_path, b=shared) == [("partner-twice", "B.yaml", 7)]


def test_an_unknown_mapping_or_partner_is_told_at_its_line(tmp_path: Path) -> None:
    broken = GOOD.replace("mapping: m", "mapping: othr").replace("to: B", "to: BB")
    assert lint(tmp_path, a=broken) == [("config-unknown-name", "A.yaml", 11)] * 2


SECOND = """\
  - id: two
    receives: {kind}
    {when}
    deliver: {{to: B}}
"""


@pytest.mark.parametrize(
    ("kind", "when", "collides"),
    [
        ("CUSDEC D96B", "when: {path: BGM/C002/d1001, equals: '830'}", False),
        ("CUSDEC D96B", "when: {path: BGM/C002/d1001, in: ['830', '929']}", True),
        ("CUSDEC D96B", "when: {path: BGM/C002/d1001, absent: yes}", False),
        ("CUSDEC D96B", "when: {path: BGM/C002/d1001}", True),
        ("CUSDEC D96B", "when: {path: BGM/C002/d1000, equals: '830'}", True),
        ("CUSDEC D96B", "note: none", True),
        ("CUSDEC", "note: none", True),
        ("CUSDEC D01B", "note: none", False),
        ("CUSRES D96B", "note: none", False),
    ],
)
def test_two_agreements_that_could_fit_one_message_are_a_fault(
    tmp_path: Path, kind: str, when: str, collides: bool
) -> None:
    found = lint(tmp_path, a=GOOD + SECOND.format(kind=kind, when=when))
    assert found == ([("agreements-collide", "A.yaml", 13)] if collides else [])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("CUSDEC D96B", "CUSDEC/D96B", 9),
        ("BGM/C002/d1001", "BGM//d1001", 10),
        ("status: live", "status: alive", 3),
        ("to: B", "to: {partner: B, code: BGM/d1004}", 11),
    ],
)
def test_wrong_values_are_told_with_their_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert [(code, at) for code, _, at in lint(tmp_path, a=GOOD.replace(old, new))] == [
        ("config-value", line)
    ]


@pytest.mark.parametrize(
    "name", ["fixed.xml", "{id}/x", "{nonsense}_{id}", "{id}{type.foo}", "{id!r}", "{id:9}", "{id"]
)
def test_an_output_name_must_be_unique_and_plain(tmp_path: Path, name: str) -> None:
    broken = GOOD.replace("to: B}", f"to: B, name: '{name}'}}")
    assert [code for code, *_ in lint(tmp_path, a=broken)] == ["config-value"]


def test_a_mapping_must_read_what_the_agreement_receives(tmp_path: Path) -> None:
    assert lint(tmp_path, a=GOOD.replace("mapping: m", "mapping: r")) == [
        ("mapping-wrong-source", "A.yaml", 11)
    ]
    assert lint(tmp_path, a=GOOD + "    receipt: r\n") == []
    assert lint(tmp_path, a=GOOD + "    receipt: m\n") == [("mapping-wrong-source", "A.yaml", 12)]


def test_an_identification_without_a_qualifier_stands_for_any(tmp_path: Path) -> None:
    shared = B + "identifications:\n  - {id: AAA}\n"
    assert lint(tmp_path, b=shared) == [("partner-twice", "B.yaml", 7)]


def test_a_partner_cannot_have_our_own_identification(tmp_path: Path) -> None:
    assert lint(tmp_path) == []
    _, faults = load_partners(
        Tree((tmp_path,)), {"m": Kind.parse("CUSDEC")}, [Identification(id="AAA", qualifier="ZZ")]
    )
    assert [(fault.code, fault.place.line) for fault in faults] == [("partner-twice", 5)]
