"""Schemas: loading through one callable, all failures in our own codes, and the facts about elements."""

from collections.abc import Callable

import pytest

from edi_router.faults import CATALOGUE, Fault, render
from edi_router.formats.xml import Schema, SchemaError, parse

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
ORDER = (
    HEAD
    + """xmlns:t="urn:t" targetNamespace="urn:order" elementFormDefault="qualified">
  <xs:import namespace="urn:t" schemaLocation="../types/t.xsd"/>
  <xs:element name="Order"><xs:complexType><xs:sequence>
    <xs:element name="No" type="t:number"/>
    <xs:element name="Kind" type="t:kind" minOccurs="0"/>
    <xs:choice>
      <xs:element name="Qty" type="t:quantity"/><xs:element name="Weight" type="t:quantity"/></xs:choice>
    <xs:element name="Line" minOccurs="0" maxOccurs="2"><xs:complexType><xs:sequence>
      <xs:element name="Text" type="t:text" minOccurs="0"/></xs:sequence>
      <xs:attribute name="id" type="xs:integer" use="required"/></xs:complexType></xs:element>
    <xs:sequence minOccurs="0" maxOccurs="unbounded">
      <xs:element name="Date" type="xs:date"/><xs:element name="Flag" type="xs:boolean" minOccurs="0"/>
    </xs:sequence>
    <xs:element name="Rate" type="t:rate" minOccurs="0"/>
  </xs:sequence><xs:attribute name="v" type="t:kind"/></xs:complexType></xs:element>
</xs:schema>"""
)
TYPES = (
    HEAD
    + """targetNamespace="urn:t">
  <xs:include schemaLocation="more.xsd"/>
  <xs:simpleType name="number"><xs:restriction base="xs:string">
    <xs:pattern value="[0-9]{3}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="kind"><xs:restriction base="xs:string"><xs:enumeration value="A"/>
    <xs:enumeration value="B"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="text"><xs:restriction base="xs:string"><xs:minLength value="2"/>
    <xs:maxLength value="5"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="rate"><xs:restriction base="xs:decimal"><xs:minInclusive value="0"/>
    <xs:maxExclusive value="1"/></xs:restriction></xs:simpleType>
</xs:schema>"""
)
MORE = (
    HEAD
    + """>
  <xs:simpleType name="amount"><xs:restriction base="xs:decimal"><xs:totalDigits value="5"/>
    <xs:fractionDigits value="2"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="empty"><xs:restriction base="xs:string">
    <xs:length value="0"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="quantity"><xs:union xmlns="urn:t" memberTypes="amount empty"/></xs:simpleType>
</xs:schema>"""
)
FILES = {"order/order.xsd": ORDER, "types/t.xsd": TYPES, "types/more.xsd": MORE}


def reader(files: dict[str, str], opened: list[str] | None = None) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        if opened is not None:
            opened.append(name)
        if name not in files:
            raise FileNotFoundError(name)
        return files[name].encode()

    return read


def order(content: str, attributes: str = "") -> bytes:
    return f'<Order xmlns="urn:order" {attributes}>\n{content}\n</Order>'.encode()


def check(content: str, attributes: str = "") -> list[Fault]:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    faults = schema.check(order(content, attributes))
    for fault in faults:
        assert CATALOGUE[fault.code].fields <= set(fault.values), fault
        assert render(fault, "zh") != render(fault, "en")
    return faults


def test_a_valid_document_has_no_faults() -> None:
    content = "<No>123</No><Qty/><Line id='1'/><Date>2026-01-31</Date><Date>2026-02-28</Date><Flag>1</Flag>"
    assert check(content, "v='A'") == []


def test_everything_is_read_through_the_callable() -> None:
    opened: list[str] = []
    Schema.load(reader(FILES, opened), "order/order.xsd")
    assert opened == ["order/order.xsd", "types/t.xsd", "types/more.xsd"]


@pytest.mark.parametrize(
    ("content", "code", "path", "values"),
    [
        ("<No>12</No><Qty>1</Qty>", "xsd-value-pattern", "/Order/No", {"value": "12", "pattern": "[0-9]{3}"}),
        ("<No></No><Qty>1</Qty>", "xsd-value-empty", "/Order/No", {}),
        ("<No>123</No><Kind>C</Kind><Qty/>", "xsd-value-enumeration", "/Order/Kind", {"allowed": "A, B"}),
        ("<No>123</No><Qty>1,5</Qty>", "xsd-value-type", "/Order/Qty", {"value": "1,5", "type": "decimal"}),
        ("<No>123</No><Qty>1.555</Qty>", "xsd-value-fraction", "/Order/Qty", {"limit": "2"}),
        ("<No>123</No><Qty>123456</Qty>", "xsd-value-digits", "/Order/Qty", {"limit": "5"}),
        ("<No>123</No><Qty>1</Qty><Rate>-1</Rate>", "xsd-value-too-small", "/Order/Rate", {"limit": "0"}),
        ("<No>123</No><Qty>1</Qty><Rate>1</Rate>", "xsd-value-too-large", "/Order/Rate", {"limit": "1"}),
        ("<No>123</No><Qty>1</Qty><Date>31.1.</Date>", "xsd-value-type", "/Order/Date", {"type": "date"}),
        (
            "<No>123</No><Qty>1</Qty><Line id='1'><Text>abcdef</Text></Line>",
            "xsd-value-too-long", "/Order/Line/Text", {"length": "6", "limit": "5"},
        ),
        (
            "<No>123</No><Qty>1</Qty><Line id='1'><Text>a</Text></Line>",
            "xsd-value-too-short", "/Order/Line/Text", {"length": "1", "limit": "2"},
        ),
        ("<No>123</No><Qty>1</Qty><Line/>", "xsd-attribute-missing", "/Order/Line", {"attribute": "id"}),
        (
            "<No>123</No><Qty>1</Qty><Line id='1' x='2'/>",
            "xsd-attribute-unexpected", "/Order/Line", {"attribute": "x"},
        ),
        ("<No>123</No><Qty>1</Qty><Line id='x'/>", "xsd-value-type", "/Order/Line/@id", {"name": "Line/@id"}),
        ("<Qty>1</Qty>", "xsd-element-missing", "/Order", {"name": "No", "parent": "Order"}),
        ("<No>123</No>", "xsd-element-missing", "/Order", {"name": "Qty | Weight"}),
        ("<No>123</No><Date>2026-01-31</Date>", "xsd-element-missing", "/Order", {"name": "Qty | Weight"}),
        ("<No>123</No><Qty>1</Qty><Kind>A</Kind>", "xsd-element-order", "/Order/Kind", {"parent": "Order"}),
        ("<Qty>1</Qty><No>123</No>", "xsd-element-order", "/Order/Qty", {"expected": "No"}),
        ("<No>123</No><Qty>1</Qty><Weight>1</Weight>", "xsd-element-order", "/Order/Weight", {}),
        ("<No>123</No><No>123</No><Qty>1</Qty>", "xsd-element-too-many", "/Order/No[2]", {"limit": "1"}),
        (
            "<No>123</No><Qty>1</Qty>" + "<Line id='1'/>" * 3,
            "xsd-element-too-many", "/Order/Line[3]", {"limit": "2"},
        ),
        ("<No>123</No><Qnty>1</Qnty><Qty>1</Qty>", "xsd-element-unexpected", "/Order/Qnty", {"name": "Qnty"}),
        ("<No>123</No>text<Qty>1</Qty>", "xsd-text-unexpected", "/Order", {}),
        ("<No>123</No><Qty>1<a/></Qty>", "xsd-children-unexpected", "/Order/Qty", {}),
        ("<No xmlns='urn:x'>123</No><Qty>1</Qty>", "xsd-namespace", "/Order/No", {"expected": "urn:order"}),
    ],
)  # fmt: skip
def test_every_failure_has_its_own_code(content: str, code: str, path: str, values: dict[str, str]) -> None:
    (fault,) = check(content)
    assert (fault.code, fault.place.xpath) == (code, path)
    assert values.items() <= fault.values.items()


def test_a_misspelt_name_has_a_hint() -> None:
    (fault,) = check("<No>123</No><Qnty>1</Qnty><Qty>1</Qty>")
    assert fault.hint == "Qty"


def test_all_failures_are_told_once_and_in_order() -> None:
    content = "<No>1</No>\n<Kind>C</Kind>\n<Qty>1,5</Qty>\n<Line x='1' id='y'/>\n<Other/>"
    faults = check(content, "v='Z'")
    assert [(fault.code, fault.place.line) for fault in faults] == [
        ("xsd-value-enumeration", 1),
        ("xsd-value-pattern", 2),
        ("xsd-value-enumeration", 3),
        ("xsd-value-type", 4),
        ("xsd-attribute-unexpected", 5),
        ("xsd-value-type", 5),
        ("xsd-element-unexpected", 6),
    ]
    assert len({(fault.code, fault.place.xpath) for fault in faults}) == len(faults)


def test_the_root_is_looked_at() -> None:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    (other,) = schema.check(b"<Ordre/>")
    assert (other.code, other.values["expected"]) == ("xsd-root-unexpected", "Order")
    (bare,) = schema.check(b"<Order/>")
    assert (bare.code, bare.values["expected"]) == ("xsd-namespace", "urn:order")


def test_more_faults_than_the_limit_are_counted() -> None:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    content = "<No>123</No><Qty>1</Qty>" + "<Date>x</Date>" * 30
    faults = schema.check(order(content), limit=10)
    assert (len(faults), faults.total) == (10, 30)


def test_bytes_that_are_no_document_give_the_reader_s_faults() -> None:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    assert [fault.code for fault in schema.check(b"<a>")] == ["xml-malformed"]


ENVELOPE = (
    HEAD
    + """targetNamespace="urn:envelope"><xs:element name="Envelope"><xs:complexType><xs:sequence>
  <xs:any namespace="##other" processContents="strict"/></xs:sequence>
  </xs:complexType></xs:element></xs:schema>"""
)


def test_several_schemas_are_one() -> None:
    files = {**FILES, "envelope.xsd": ENVELOPE}
    schema = Schema.load(reader(files), "envelope.xsd", "order/order.xsd")
    inside = order("<No>1</No><Qty>1</Qty>").decode()
    faults = schema.check(f'<e:Envelope xmlns:e="urn:envelope">{inside}</e:Envelope>'.encode())
    assert [(fault.code, fault.place.xpath) for fault in faults] == [
        ("xsd-value-pattern", "/Envelope/Order/No")
    ]
    assert schema.roots() == ("{urn:envelope}Envelope", "{urn:order}Order")
    assert schema.target_namespace == "urn:envelope"
    found = schema.element(["Envelope", "Order", "No"])
    assert found is not None
    assert found.patterns == ("[0-9]{3}",)


def test_two_schemas_of_one_namespace_and_of_none() -> None:
    one = HEAD + 'targetNamespace="urn:a"><xs:element name="A" type="xs:string"/></xs:schema>'
    two = HEAD + 'targetNamespace="urn:a"><xs:element name="B" type="xs:string"/></xs:schema>'
    none = HEAD + '><xs:element name="C" type="xs:string"/></xs:schema>'
    schema = Schema.load(reader({"1": one, "2": two, "3": none}), "1", "2", "3")
    for text in (b'<A xmlns="urn:a"/>', b'<B xmlns="urn:a"/>', b"<C/>"):
        assert schema.check(text) == []
    assert len(schema.roots()) == 3


def test_equal_contents_are_compiled_once() -> None:
    first = Schema.load(reader(FILES), "order/order.xsd")
    assert Schema.load(reader(dict(FILES)), "order/order.xsd")._inner is first._inner
    changed = {**FILES, "types/t.xsd": TYPES.replace("{3}", "{4}")}
    other = Schema.load(reader(changed), "order/order.xsd")
    assert other.check(order("<No>1234</No><Qty>1</Qty>")) == []


def failing(files: dict[str, str], name: str) -> Fault:
    with pytest.raises(SchemaError) as caught:
        Schema.load(reader(files), name)
    return caught.value.fault


def test_schemas_that_cannot_be_used() -> None:
    missing = failing({"order/order.xsd": ORDER}, "order/order.xsd")
    assert (missing.code, missing.values, missing.place.file) == (
        "schema-missing",
        {"schema": "types/t.xsd"},
        "order/order.xsd",
    )
    assert failing({"a": "<a>"}, "a").code == "xml-malformed"
    assert failing({"a": "<a/>"}, "a").code == "schema-invalid"
    wrong = failing({"a": HEAD + '>\n<xs:element name="A" type="none"/></xs:schema>'}, "a")
    assert (wrong.code, wrong.place.file, wrong.place.line) == ("schema-invalid", "a", 2)
    assert failing({"a": "<!DOCTYPE a><a/>"}, "a").code == "xml-doctype"


@pytest.mark.parametrize(
    "location", ["http://example.org/x.xsd", "file:///etc/passwd", "/etc/passwd", "../../x.xsd"]
)
def test_no_other_place_is_opened(location: str) -> None:
    opened: list[str] = []
    text = HEAD + f'><xs:import namespace="urn:x" schemaLocation="{location}"/></xs:schema>'
    with pytest.raises(SchemaError):
        Schema.load(reader({"folder/a.xsd": text}, opened), "folder/a.xsd")
    assert opened[1:] in (["folder/x.xsd"], ["folder/passwd"], ["../x.xsd"])


def test_versioning_attributes_are_followed() -> None:
    text = (
        HEAD
        + 'xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" vc:minVersion="1.1">'
        + '<xs:element name="A" type="xs:string"/><xs:element vc:minVersion="1.1" name="B" type="xs:string"/>'
        + "</xs:schema>"
    )
    schema = Schema.load(reader({"a": text}), "a")
    assert schema.roots() == ("A",)
    assert schema.check(b"<A/>") == []
    assert [fault.code for fault in schema.check(b"<B/>")] == ["xsd-root-unexpected"]


def test_facts_about_elements() -> None:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    top = schema.element(["Order"])
    assert top is not None
    assert top.children == ("No", "Kind", "Qty", "Weight", "Line", "Date", "Flag", "Rate")
    assert top.choices == (("Qty", "Weight"),)
    assert top.attributes == {"v": False}
    assert (top.leaf, top.mandatory, top.namespace) == (False, True, "urn:order")
    number = schema.element(["Order", "No"])
    assert number is not None
    assert (number.mandatory, number.patterns, number.empty_allowed) == (True, ("[0-9]{3}",), False)
    quantity = schema.element(["Order", "Qty"])
    assert quantity is not None
    assert (quantity.mandatory, quantity.type, quantity.empty_allowed) == (False, "decimal", True)
    assert (quantity.total_digits, quantity.fraction_digits) == (5, 2)
    line = schema.element(["Order", "Line"])
    assert line is not None
    assert (line.max_occurs, line.attributes) == (2, {"id": True})
    date = schema.element(["Order", "Date"])
    assert date is not None
    assert (date.max_occurs, date.min_occurs, date.mandatory) == (None, 1, False)
    kind = schema.element(["Order", "Kind"])
    assert kind is not None
    assert kind.values == ("A", "B")
    assert schema.element(["Order", "None"]) is None
    assert schema.element(["Order", "No", "None"]) is None
    assert schema.element([]) is None


def test_a_document_is_checked_without_bytes() -> None:
    schema = Schema.load(reader(FILES), "order/order.xsd")
    document, _ = parse(order("<No>123</No><Qty>1</Qty>"))
    assert document is not None
    assert schema.valid(document)
    assert schema.check(document) == []


def test_what_only_the_explaining_validator_refuses_is_still_told() -> None:
    """Elements of one name and several types: libxml2 takes them, xmlschema does not; it is asked only to explain."""
    text = (
        HEAD + '><xs:element name="A"><xs:complexType><xs:sequence><xs:element name="B" type="xs:string"/>'
        '<xs:element name="C" type="xs:string"/><xs:element name="B" type="xs:int"/>'
        "</xs:sequence></xs:complexType></xs:element></xs:schema>"
    )
    schema = Schema.load(reader({"a": text}), "a")
    with pytest.raises(SchemaError) as caught:
        schema.roots()
    assert caught.value.fault.code == "schema-invalid"
