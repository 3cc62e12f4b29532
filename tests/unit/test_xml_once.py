"""One mistake in an XML document is told once, with what is expected there, in both languages."""

from pathlib import Path

import pytest

from edi_router.faults import render
from edi_router.formats.xml.schema import Schema
from edi_router.library.files import ConfigurationError, schema_of

XSD = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="R"><xs:complexType><xs:sequence>
<xs:element name="A" type="xs:string"/><xs:element name="B" type="Q" minOccurs="0"/>
<xs:element name="C" type="xs:decimal" minOccurs="0"/>
<xs:element name="E" minOccurs="0"><xs:complexType/></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:complexType name="Q"><xs:simpleContent><xs:extension base="xs:decimal">
<xs:attribute name="u" type="xs:string" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
</xs:schema>"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.load(lambda name: XSD, "r.xsd")


@pytest.mark.parametrize(
    ("inside", "code", "place"),
    [
        ("<A><x/></A>", "xsd-children-unexpected", "/R/A"),
        ('<A/><B u="1"><x/></B>', "xsd-children-unexpected", "/R/B"),
        ("<A/><C><x/></C>", "xsd-children-unexpected", "/R/C"),
        ("<A/><E>text</E>", "xsd-text-unexpected", "/R/E"),
        ("<A/><E><x/></E>", "xsd-element-unexpected", "/R/E/x"),
    ],
)
def test_one_mistake_is_one_fault(schema: Schema, inside: str, code: str, place: str) -> None:
    faults = schema.check(f"<R>{inside}</R>".encode())
    assert [(fault.code, fault.place.xpath) for fault in faults] == [(code, place)]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<A/><E><x/></E>", "</E>"),
        ("<A/><E/><F/>", "</R>"),
        ('<A/><C>1</C><B u="2">1</B>', "E"),
        ("<Z/><A/>", "A"),
    ],
)
def test_what_is_expected_is_never_empty(schema: Schema, inside: str, expected: str) -> None:
    [fault] = schema.check(f"<R>{inside}</R>".encode())
    assert fault.values["expected"] == expected


def test_types_are_named_as_the_schema_names_them(schema: Schema) -> None:
    [fault] = schema.check(b"<R><A/><C>x</C></R>")
    assert "`decimal`" in render(fault)
    assert "`decimal`" in render(fault, "zh")


def test_a_missing_part_of_a_schema_is_named_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    include = '<xs:include schemaLocation="absent.xsd"/>'
    top = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{include}</xs:schema>'
    (tmp_path / "schemas" / "top.xsd").write_text(top, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as raised:
        schema_of(["schemas/top.xsd"])
    [fault] = raised.value.faults
    assert (fault.code, fault.values["schema"], fault.place.file) == (
        "schema-missing", "schemas/absent.xsd", "schemas/top.xsd",
    )  # fmt: skip
