"""Which faults a mapping can raise, derived line by line from its source and target."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.mapping import load
from edi_router.mapping.documents import Source
from edi_router.mapping.raisable import REPEATED, raisable
from edi_router.mapping.source_values import Samples
from edi_router.mapping.trace_given import of_data

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="{root}"><xs:complexType><xs:sequence>{content}</xs:sequence></xs:complexType></xs:element>
<xs:simpleType name="t3"><xs:restriction base="xs:string">
<xs:minLength value="1"/><xs:maxLength value="3"/>
</xs:restriction></xs:simpleType>
<xs:simpleType name="t5"><xs:restriction base="xs:string">
<xs:minLength value="1"/><xs:maxLength value="5"/>
</xs:restriction></xs:simpleType>
<xs:simpleType name="ab"><xs:restriction base="xs:string">
<xs:enumeration value="A"/><xs:enumeration value="B"/>
</xs:restriction></xs:simpleType>
</xs:schema>"""
HEAD = "id: m\nfrom: xml Order\nschema: xml/in.xsd\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"


def found(folder: Path, source: str, target: str, lines: str) -> set[tuple[str, int]]:
    """The codes and lines (from 1, those of `lines`) that the mapping can raise."""
    files = {
        "mappings/m/mapping.yaml": HEAD + "".join(f"      {line}\n" for line in lines.splitlines()),
        "mappings/tables/land.csv": "code,value\nA,1\nB,2\n",
        "schemas/xml/in.xsd": SCHEMA.format(root="Order", content=source),
        "schemas/xml/out.xsd": SCHEMA.format(root="Out", content=target),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tree = Tree((folder, shipped_directory()))
    mapping, faults = load(tree, "m")
    assert faults == []
    assert mapping is not None
    derived = raisable(tree, mapping, Samples(mapping_source(tree).definitions))
    for each in derived:  # what is said to raise a fault does
        if each.texts and each.texts[0] != REPEATED and "/" not in each.path:
            inside = "".join(f"<{each.path}>{text}</{each.path}>" for text in each.texts)
            (given,) = of_data(
                mapping_source(tree), mapping.definition, "x", f"<Order>{inside}</Order>".encode()
            )
            assert given.document.root is not None
            faults = mapping.run_closely(given.document.root, given.context).faults
            assert each.is_raised({(fault.code, fault.rule or "") for fault in faults}), each
    return {(each.code, int(each.rules[0].rpartition(":")[2]) - HEAD.count("\n")) for each in derived}


def mapping_source(tree: Tree) -> Source:
    return Source(tree)


ANY = '<xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>'


def element(name: str, kind: str = "t5", occurs: str = "") -> str:
    return f'<xs:element name="{name}" type="{kind}" {occurs}/>'


ONE, MANY, OPTIONAL = "", 'maxOccurs="9"', 'minOccurs="0"'


@pytest.mark.parametrize(
    ("source", "target", "line", "codes"),
    [
        (element("A"), ANY, "A: A", set()),
        (element("A"), ANY, "A: {from: A, required: yes}", set()),
        (element("A", occurs=OPTIONAL), ANY, "A: A", set()),
        (element("A", occurs=OPTIONAL), ANY, "A: {from: A, required: yes}", {"target-required"}),
        (element("A", occurs=OPTIONAL), ANY, "A: {from: A, required: yes, default: x}", set()),
        (element("A", occurs=OPTIONAL), ANY, "A: {from: A, required: yes, when: A}", set()),
        (element("A", occurs=MANY), ANY, "A: A", {"mapping-several-values"}),
        (element("A", occurs=MANY), ANY, "A: {from: A, first: yes}", set()),
        (element("A", occurs=MANY), ANY, 'A: "A[2]"', set()),
        (element("A", occurs=MANY), ANY, 'A: {from: A, join: ""}', set()),
        (element("A", occurs=MANY), ANY, "A: {each: A, from: .}", set()),
        (element("A"), ANY, "A: {from: A, table: land}", {"table-missing-key"}),
        (element("A"), ANY, "A: {from: A, table: land, default: x}", set()),
        (element("A", "ab"), ANY, "A: {from: A, table: land}", set()),
        (element("A"), ANY, "A: {from: A, as: integer}", {"function-value"}),
        (element("A"), ANY, 'A: {from: A, as: {cut: "3"}}', {"value-cut"}),
        (element("A", "t3"), ANY, 'A: {from: A, as: {cut: "3"}}', set()),
        (element("A"), element("A", "t3"), "A: A", {"output-invalid"}),
        (element("A", "t3"), element("A"), "A: A", set()),
        (element("A", "t3", MANY), element("A"), 'A: {from: A, join: ""}', {"output-invalid"}),
        (
            element("A", occurs=MANY),
            element("A", occurs='maxOccurs="5"'),
            "A: {each: A, from: .}",
            {"output-invalid"},
        ),
        (element("A", occurs=OPTIONAL), element("A"), "A: A", {"output-invalid"}),
    ],
)
def test_what_a_line_can_raise(tmp_path: Path, source: str, target: str, line: str, codes: set[str]) -> None:
    assert found(tmp_path, source, target, line) == {(code, 1) for code in codes}


def test_a_choice_of_which_one_is_always_taken(tmp_path: Path) -> None:
    source = element("A", occurs=OPTIONAL) + element("B")
    both = "K:\n  - {from: A, when: A}\n  - {from: B, when: {path: A, absent: yes}}"
    assert found(tmp_path, source, element("K"), both) == set()
    one = "K:\n  - {from: A, when: {path: B, equals: x}}\n  - {from: B, when: {path: B, equals: y}}"
    assert {code for code, _ in found(tmp_path, source, element("K"), one)} == {"output-invalid"}
