"""Lint: what can be known to be wrong before a message comes, with its place and a proposal."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault, render
from edi_router.mapping.lint import lint, lint_all

TARGET = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:element name="Head"><xs:complexType><xs:sequence>
    <xs:element name="MsgId" type="xs:string"/><xs:element name="Sender" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="No" type="xs:string"/>
  <xs:choice><xs:element name="Old" type="xs:string"/><xs:element name="New" type="xs:string"/></xs:choice>
  <xs:element name="Goods" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
    <xs:element name="Hs" type="xs:string"/></xs:sequence><xs:attribute name="seq" use="required"/>
  </xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
SOURCE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Order"><xs:complexType><xs:sequence>
  <xs:element name="No" type="xs:string"/>
  <xs:element name="Line" maxOccurs="unbounded"><xs:complexType><xs:sequence>
    <xs:element name="Hs" type="xs:string"/></xs:sequence><xs:attribute name="pos"/></xs:complexType>
  </xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
EDIFACT = "id: m\nfrom: CUSDEC D96B\nto: xml/out.xsd\n"
XML = "id: m\nfrom: xml Order\nschema: xml/in.xsd\nto: xml/out.xsd\n"
BODY = """output:
  Out:
    do:
      Head: {do: {MsgId: $context/uuid}}
      No: BGM/C106/d1004
      New: {const: x}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "schemas/xml").mkdir(parents=True)
    (tmp_path / "mappings/m").mkdir(parents=True)
    (tmp_path / "schemas/xml/out.xsd").write_text(TARGET)
    (tmp_path / "schemas/xml/in.xsd").write_text(SOURCE)
    return Tree((tmp_path, shipped_directory()))


def check(tree: Tree, text: str) -> list[Fault]:
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    faults = lint("m", tree)
    for fault in faults:
        assert fault.place.file is not None
        assert "?" not in render(fault, "en") + render(fault, "zh")
    return faults


def test_clean_mapping(tree: Tree) -> None:
    assert check(tree, EDIFACT + BODY) == []


@pytest.mark.parametrize(
    ("path", "code", "column", "hint"),
    [
        ("BGM/C106/d1005", "path-unknown", 20, "d1060"),
        ("BGM/d1004", "path-unknown", 15, "C106/d1004"),
        ("BMG/C106/d1004", "path-unknown", 11, "BGM"),
        ("BGM/C106", "path-is-branch", 11, "C106/… (d1004, d1056, d1060)"),
        ("'LOC[d3228=\"35\"]/C517/d3225'", "path-unknown", 16, "d3227"),
        ("'DTM/C507[d2005=\"137\"]/d2381'", "path-unknown", 34, "d2380"),
        ("'LOC[C517=\"35\"]/C517/d3225'", "path-is-branch", 12, None),
        ("../BGM/C106/d1004", "path-unknown", 11, None),
        ("$envelope/UNB/S002/d0004", None, None, None),
        ("$envelope/UNB/S002/d0005", "path-unknown", 30, None),
        ("/BGM/C106/d1004", None, None, None),
    ],
)
def test_edifact_paths(tree: Tree, path: str, code: str | None, column: int | None, hint: str | None) -> None:
    faults = check(tree, EDIFACT + BODY.replace("BGM/C106/d1004", path))
    if column is None:
        assert faults == []
        return
    assert [(fault.code, fault.place.line, fault.place.column) for fault in faults] == [(code, 8, column)]
    if hint is not None:
        assert faults[0].hint == hint


def test_paths_below_each_and_conditions(tree: Tree) -> None:
    text = (
        EDIFACT
        + BODY
        + """      Goods:
        each: SG30
        when: {path: CST/C246, equals: x}
        do:
          "@seq": {as: sequence}
          Hs: {from: "CST/C246[1]/d7361", when: CTS}
"""
    )
    assert [
        (fault.code, fault.place.line, fault.place.column, fault.hint) for fault in check(tree, text)
    ] == [
        ("path-is-branch", 12, 22, "C246/… (d7361, d1131, d3055)"),
        ("path-unknown", 15, 49, "CST"),
    ]


def test_missing_definition(tree: Tree) -> None:
    faults = check(tree, EDIFACT.replace("D96B", "D77X") + BODY)
    assert [fault.code for fault in faults] == ["definition-missing"]


def test_xml_paths(tree: Tree) -> None:
    text = (
        XML
        + BODY.replace("BGM/C106/d1004", "Lin/Hs")
        + """      Goods:
        each: Line
        do: {"@seq": "@pos", Hs: ../Line/Hss}
"""
    )
    assert [
        (fault.code, fault.place.line, fault.place.column, fault.hint) for fault in check(tree, text)
    ] == [
        ("path-unknown", 9, 11, "Line"),
        ("path-unknown", 13, 42, "Hs"),
    ]


def test_missing_source_schema(tree: Tree) -> None:
    faults = check(tree, XML.replace("in.xsd", "inn.xsd") + BODY)
    assert [(fault.code, fault.place.line, fault.hint) for fault in faults] == [
        ("mapping-schema-missing", 3, "xml/in.xsd")
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Out: {do: {Head: {do: {MsgIdd: {const: x}}}, No: {const: x}, Old: {const: x}}}",
         [("target-unknown", "MsgIdd", "MsgId"), ("target-unfilled", "MsgId", None)]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, Sender: {const: x}, No: {const: x}, Old: {const: x}}}",
         [("target-unknown", "Sender", "Out/Head/Sender")]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, Old: {const: x}, No: {const: x}}}",
         [("target-order", "No", None)]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, No: {const: x}}}",
         [("target-unfilled", "Old | New", None)]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, No: {each: Line, from: Hs}, Old: {const: x}}}",
         [("target-repeated", "No", None)]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, No: [{const: x}, {const: y}], Old: {const: x}}}",
         [("target-repeated", "No", None)]),
        ("Out: {do: {Head: {do: {MsgId: {const: x}}}, No: {const: x}, Old: {const: x},"
         " Goods: {do: {'@sec': No, Hs: {const: x}}}}}",
         [("target-unknown", "@sec", "@seq"), ("target-unfilled", "@seq", None)]),
        ("Ou: {do: {Head: {const: x}}}", [("target-unknown", "Ou", "Out")]),
    ],
)  # fmt: skip
def test_targets(tree: Tree, body: str, expected: list[tuple[str, str, str | None]]) -> None:
    faults = check(tree, f"{XML}output:\n  {body}\n")
    found = [(fault.code, fault.values["name"], fault.hint) for fault in faults]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_lint_all_reads_tables_and_all_mappings(tree: Tree) -> None:
    alone = Tree(tree.layers[:1])
    check(tree, XML + BODY.replace("BGM/C106/d1004", "No"))
    (tree.layers[0] / "mappings/tables").mkdir()
    (tree.layers[0] / "mappings/tables/x.csv").write_text("code,value\nA,1\nA,2\n")
    assert [fault.code for fault in lint_all(alone)] == ["table-overlap"]
    assert lint_all(alone, ["m"]) == []
    assert [fault.code for fault in lint_all(alone, ["n"])] == ["mapping-missing"]
