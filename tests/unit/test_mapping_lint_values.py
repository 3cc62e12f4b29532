"""Lint: codes that are asked for and can never be, and values of tables that their targets cannot hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import is_error, render
from edi_router.mapping.lint import lint

TARGET = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:element name="Any" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="Mode" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
    <xs:enumeration value="IMP"/><xs:enumeration value="EXP"/></xs:restriction></xs:simpleType></xs:element>
  <xs:element name="Office" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
    <xs:length value="4"/></xs:restriction></xs:simpleType></xs:element>
  <xs:element name="Hs" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
    <xs:pattern value="[0-9]{10}"/></xs:restriction></xs:simpleType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
LAYOUT = """\
id: boxes
kind: csv
records:
  - name: Row
    max: 9
    fields:
      - {name: No, length: 11}
      - {name: Size, codes: [22G1, 42G1]}
"""
EDIFACT = "from: CODECO D95B\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"
"""Lines of the output begin in line 7."""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for folder in ("schemas/xml", "schemas/records", "mappings/m", "mappings/tables"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "schemas/xml/out.xsd").write_text(TARGET)
    (tmp_path / "schemas/records/boxes.yaml").write_text(LAYOUT)
    return Tree((tmp_path, shipped_directory()))


def told(tree: Tree, text: str) -> list[str]:
    """Each fault as `line:column code hint`; those of values are warnings and name the text in both languages."""
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text("id: m\n" + text, encoding="utf-8")
    faults = lint("m", tree, codes=True)
    for fault in faults:
        assert "?" not in render(fault, "en") + render(fault, "zh")
        if fault.code in ("path-value-unknown", "table-never-valid"):
            assert not is_error(fault)
            assert all(fault.values["value"] in render(fault, language) for language in ("en", "zh"))
    return [
        f"{each.place.line}:{each.place.column} {each.code} {each.hint or ''}".rstrip() for each in faults
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Any: \"SG5/EQD[d8053='CX']/C237/d8260\"",
            "7:28 path-value-unknown CH (Chassis), CN (Container), BX (Boxcar)",
        ),
        ("Any: {const: x, when: \"SG5/EQD[d8053='CX']\"}", "7:45 path-value-unknown CH"),
        ("Any: {const: x, when: \"SG5[EQD/d8053='CX']\"}", "7:45 path-value-unknown CH"),
        ("Any: {each: \"SG5[EQD/d8053='CX']\", from: EQD/C237/d8260}", "7:35 path-value-unknown CH"),
        ("Any: {const: x, when: {path: SG5/EQD/d8053, equals: CX}}", "7:59 path-value-unknown CH"),
        ("Any: {const: x, when: {path: SG5/EQD/d8053, in: [CN, CH, 'CX']}}", "7:65 path-value-unknown CH"),
        ("Any: {const: x, when: {any: [BGM, {not: {path: SG5/EQD/d8053, equals: CX}}]}}", "7:77 path-value-unknown CH"),
        ("Any: {const: x, when: {path: SG5/EQD/C237/d8260, equals: ABCDEFGHIJKLMNOPQR}}", "7:64 path-value-unknown"),
    ],
)  # fmt: skip
def test_codes_that_no_message_has(tree: Tree, line: str, expected: str) -> None:
    found = told(tree, f"{EDIFACT}      {line}\n")
    assert len(found) == 1, found
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    "line",
    [
        "Any: \"SG5/EQD[d8053='CN']/C237/d8260\"",
        # 1131 and 3055 can name another list.
        "Any: {const: x, when: {path: BGM/C002/d1001, equals: '987'}}",
        "Any: {const: x, when: {path: SG5/EQD/d8053, starts_with: CX}}",
        "Any: {const: x, when: {path: $envelope/UNB/S002/d0007, equals: QQ}}",
        "Any: {const: x, when: {path: $context/sender, equals: QQ}}",
        'Any: {each: SG5, from: "/SG1/TDT[d8051=$item/EQD/d8053]/d8028"}',
    ],
)
def test_codes_that_may_be(tree: Tree, line: str) -> None:
    assert told(tree, f"{EDIFACT}      {line}\n") == []


def test_a_code_of_one_release_is_right(tree: Tree) -> None:
    # 4343 of D.01B has AE, that of D.95B has not; QQ is in neither.
    head = EDIFACT.replace("CODECO D95B", "[CODECO D95B, CODECO D01B]")
    line = "      Any: {from: $context/uuid, when: {path: BGM/d4343, in: [AB, AE, QQ]}}\n"
    for text, places in (
        (head, ["7:71"]),
        (EDIFACT.replace("D95B", "D01B"), ["7:71"]),
        (EDIFACT, ["7:67", "7:71"]),
    ):
        assert [each.split(" ")[:2] for each in told(tree, text + line)] == [
            [place, "path-value-unknown"] for place in places
        ]


def test_codes_of_an_xsd_and_of_a_layout(tree: Tree) -> None:
    head = "from: xml Out\nschema: xml/out.xsd\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"
    line = "      Any: [{from: Hs, when: {path: Mode, in: [IMP, IMPO]}}, {const: x, when: {path: Office, equals: '31000'}}]\n"
    assert told(tree, head + line) == ["8:53 path-value-unknown IMP", "8:103 path-value-unknown"]
    head = "from: csv boxes\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"
    found = told(tree, head + "      Any: {each: \"Row[Size='22G2']\", from: No}\n")
    assert [each.split(" ")[:2] for each in found] == [["7:30", "path-value-unknown"]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mode: {const: IMPO}", ["target-never-valid IMP"]),
        ("Office: {const: '31000'}", ["target-never-valid"]),
        ("Hs: {const: '02013000'}", ["target-never-valid"]),
        ("Hs: {from: $context/uuid, default: '0201'}", ["target-never-valid"]),
        # What functions make of it is not known here.
        ("Mode: {const: imp, as: upper}", []),
        ("Mode: {const: imp, then: upper}", []),
    ],
)
def test_constants_that_the_target_refuses(tree: Tree, line: str, expected: list[str]) -> None:
    assert [each.split(" ", 1)[1] for each in told(tree, f"{EDIFACT}      {line}\n")] == expected


def test_a_constant_of_a_coded_element(tree: Tree) -> None:
    head = "from: CODECO D95B\nto: CODECO D95B\noutput:\n  CODECO:\n    do:\n"
    lines = "      BGM/C002/d1001: BGM/C002/d1001\n      \"NAD[d3035='CX']/C082/d3039\": {const: x}\n"
    lines += "      SG5: {each: SG5, do: {EQD: {do: {d8053: {const: QQQ}}}}}\n"
    found = [each for each in told(tree, head + lines) if "target-never-valid" in each]
    assert [each.split(" ")[0] for each in found] == ["9:40"]


TABLE = "code,value,ciq\nI,IMP,1\nE,EXPO,2\nT,TRANS,3\nU,,4\n"


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Mode: {from: BGM/d4343, table: modes}", ("EXPO", "3", "2")),
        ("Mode: {from: BGM/d4343, table: {name: modes, by: value, column: code}}", ("I", "2", "3")),
        ("Any: {from: BGM/d4343, table: modes}", None),
        ("Mode: {from: BGM/d4343, table: modes, then: {cut: '3'}}", None),
        ("Any: {from: BGM/d4343, join: '', table: modes}", None),
        ("Office: {from: BGM/d4343, table: {name: modes, column: ciq}}", ("1", "2", "4")),
    ],
)
def test_values_of_tables(tree: Tree, line: str, values: tuple[str, str, str] | None) -> None:
    (tree.layers[0] / "mappings/tables/modes.csv").write_text(TABLE)
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(f"id: m\n{EDIFACT}      {line}\n")
    faults = [fault for fault in lint("m", tree) if fault.code == "table-never-valid"]
    shown = [(each.values["value"], each.values["line"], each.values["count"]) for each in faults]
    assert shown == ([] if values is None else [values])
    assert [fault.place.line for fault in faults] == [7] * len(shown)
    for fault in faults:
        assert "modes" in render(fault, "en")
        assert "modes" in render(fault, "zh")


def test_values_of_tables_in_edifact_and_flat_files(tree: Tree) -> None:
    (tree.layers[0] / "mappings/tables/kinds.csv").write_text("code,value\n1,CN\n2,CX\n")
    head = (
        "from: csv boxes\nto: CODECO D95B\noutput:\n  CODECO:\n    do:\n      BGM/C002/d1001: {const: '34'}\n"
    )
    lines = "      NAD: {do: {d3035: {const: CF}}}\n"
    lines += "      SG5: {each: Row, do: {EQD: {do: {d8053: {from: Size, table: kinds}}}}}\n"
    found = [each for each in told(tree, head + lines) if "table-" in each]
    assert [each.split(" ")[0] for each in found] == ["9:67"]
    head = "from: CODECO D95B\nto: csv boxes\noutput:\n  boxes:\n    do:\n"
    line = "      Row: {each: SG5, do: {No: EQD/C237/d8260, Size: {from: EQD/d8053, table: kinds}}}\n"
    found = [each for each in told(tree, head + line) if "table-" in each]
    assert [each.split(" ")[0] for each in found] == ["7:80"]
