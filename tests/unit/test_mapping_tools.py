"""Tools of the mapping language: types of every kind of source, aliases proposed and carried over, the sheet as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.mapping.lint import lint
from edi_router.mapping.skeleton_like import carry_over
from tests.support.cli import edi_router

OUT = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType><xs:sequence>
<xs:element name="Qty" type="xs:decimal" minOccurs="0" maxOccurs="9"/>
<xs:element name="Day" type="xs:date" minOccurs="0" maxOccurs="9"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
IN = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="In"><xs:complexType><xs:sequence>
<xs:element name="Text" type="xs:string"/><xs:element name="Number" type="xs:integer"/><xs:element name="Date" type="xs:date"/>
<xs:element name="Shaped"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{3}"/></xs:restriction>
</xs:simpleType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"""
FLAT = """id: flat
kind: csv
records:
  - name: Line
    min: 1
    max: 99
    fields:
      - {name: Text}
      - {name: Number, type: number}
      - {name: Date, type: date, form: yyyyMMdd}
      - {name: IsoDate, type: date, form: yyyy-MM-dd}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, text in {"xml/out.xsd": OUT, "xml/in.xsd": IN, "records/flat.yaml": FLAT}.items():
        path = tmp_path / "schemas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "mappings/m").mkdir(parents=True)
    return Tree((tmp_path, shipped_directory()))


def told(tree: Tree, head: str, body: str) -> list[tuple[str, str | None]]:
    text = f"id: m\n{head}\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n{body}"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text)
    return [(fault.code, fault.values.get("form") or fault.hint) for fault in lint("m", tree)]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("Qty: Text", "string"), ("Qty: Number", None), ("Qty: Shaped", None), ("Qty: Date", "date"),
        ("Day: Text", "string"), ("Day: Date", None), ("Day: {from: Text, as: {date: yyyy-MM-dd}}", None),
        ("Qty: {from: Text, then: decimal}", None),
    ],
)  # fmt: skip
def test_types_of_xml(tree: Tree, line: str, form: str | None) -> None:
    found = told(tree, "from: xml In\nschema: xml/in.xsd", f"      {line}\n")
    assert found == ([("source-type", form)] if form else [])


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("Qty: {each: Line, from: Text}", "text"), ("Qty: {each: Line, from: Number}", None),
        ("Day: {each: Line, from: Date}", "date yyyyMMdd"), ("Day: {each: Line, from: IsoDate}", None),
        ("Qty: {from: 'Line[1]/Date'}", "date yyyyMMdd"),
    ],
)  # fmt: skip
def test_types_of_flat_files(tree: Tree, line: str, form: str | None) -> None:
    found = told(tree, "from: csv flat", f"      {line}\n")
    assert found == ([("source-type", form)] if form else [])


def test_a_misspelt_alias_is_proposed(tree: Tree) -> None:
    head = "from: CODECO D95B\naliases: {BOXES: SG5, PLACES: SG1}"
    assert told(tree, head, "      Qty: {from: BOXS/MEA/C174/d6314, as: decimal}\n") == [
        ("path-unknown", "BOXES")
    ]


def test_the_sheet_as_json() -> None:
    sheet = edi_router("doc", "payord-pain001", "--json").json
    rows = {row["target"]: row for row in sheet["rows"]}
    assert sheet["mapping"] == "payord-pain001"
    assert rows["Dbtr"]["seen_from"] == "SG4/NAD[d3035='OY']"
    assert rows["CreDtTm"]["functions"] == ["date(yyyy-MM-dd'T'HH:mm:ss)"]
    assert rows["ChrgBr"]["table"]["name"] in [table["name"] for table in sheet["tables"]]
    masked = edi_router("doc", "sancrt-transfer", "--json")
    assert "482913" not in masked.out


RELEASES = """id: m
from:
  - CODECO D95B
  - CODECO D00B
aliases:
  BOXES: {D95B: SG5, D00B: SG6}
  TITLE: BGM
to: xml/out.xsd
output:
  Out:
    do:
      Qty: {each: BOXES, from: "MEA[d6311='AAE']/C174/d6314", as: decimal}
      Day:
        - {from: TITLE/d1004, as: {date: yyyy-MM-dd}}
        - {each: "BOXES[EQD/C237/d8260=$item/BOXES/EQD/C237/d8260]", from: DTM/C507/d2380, as: {date: yyyy-MM-dd}}
"""


def test_aliases_and_lists_are_carried_over(tree: Tree) -> None:
    path = tree.layers[0] / "mappings/m/mapping.yaml"
    path.write_text(RELEASES.replace("  - CODECO D00B\n", "").replace(", D00B: SG6", ""))
    made = carry_over(tree, "m", "n", "CODECO D01B")
    lines = made.text.splitlines()
    assert lines[:3] == ["id: n", "from: CODECO D01B", "aliases: {BOXES: SG10, TITLE: BGM}"]
    assert 'each: "BOXES[EQD/C237/d8260=$item/BOXES/EQD/C237/d8260]"' in made.text
    assert [lost.path for lost in made.lost] == ["TITLE/d1004"] or "BGM/C106/d1004" in made.text
    (tree.layers[0] / "mappings/n").mkdir()
    (tree.layers[0] / "mappings/n/mapping.yaml").write_text(made.text)
    assert [fault.code for fault in lint("n", tree)] == []


def test_of_several_releases_the_one_asked_for_is_taken(tree: Tree) -> None:
    made = carry_over(Tree.over_shipped(), "cuscar-mt1101", "n", "CUSCAR D01B")
    assert made.lost == []
    assert made.changed == 0
    head = made.text.splitlines()[:3]
    assert head[:2] == ["id: n", "from: CUSCAR D01B"]
    assert head[2].startswith("aliases: {REGION: C819/d3229, PEOPLE: SG2")
    with pytest.raises(ValueError, match=r"fragments/manifest\.yaml"):
        carry_over(Tree.over_shipped(), "cuscar-mt1101", "n", "CUSCAR D21B")
