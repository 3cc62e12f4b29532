"""Writing: what is written is read again as it was, or it is a fault."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import CATALOGUE
from edi_router.formats.xml import AttributeNode, Element, ElementNode, Schema, parse, write
from tests.support.effort import examples


def test_the_form_of_a_document() -> None:
    tree = Element("Order", {"Version": '1"<'}, [Element("No", text="7 & 8"), Element("Empty")])
    assert write(tree, namespace="urn:x").content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Order xmlns="urn:x" Version="1&quot;&lt;">\n'
        "  <No>7 &amp; 8</No>\n"
        "  <Empty/>\n"
        "</Order>\n"
    )


def test_gb18030() -> None:
    content = write(Element("品名", text="活性酵母𠮷"), encoding="GB18030").content
    assert "活性酵母𠮷".encode("gb18030") in content
    document, _ = parse(content)
    assert document is not None
    assert document.node().value() == "活性酵母𠮷"


@pytest.mark.parametrize("encoding", ["GB2312", "GBK", "ISO-8859-1", "US-ASCII"])
def test_a_character_that_the_encoding_lacks_is_a_fault(encoding: str) -> None:
    tree = Element("A", children=[Element("B", text="ok"), Element("B", {"x": "𠮷"}, text="吉 𠮷𠮷")])
    written = write(tree, encoding=encoding)
    assert written.content == b""
    assert {fault.code for fault in written.faults} == {"character-not-encodable"}
    assert {fault.place.xpath for fault in written.faults} == {"/A/B[2]", "/A/B[2]/@x"}
    for fault in written.faults:
        assert CATALOGUE[fault.code].fields <= set(fault.values)
    assert sum("𠮷" in fault.values["character"] for fault in written.faults) == 2


@pytest.mark.parametrize("character", ["\x00", "\x01", "\ufffe", "\ud800", "\x1f"])
def test_a_character_that_xml_lacks_is_a_fault(character: str) -> None:
    (fault,) = write(Element("A", children=[Element("B", text=f"x{character}y")])).faults
    assert (fault.code, fault.place.xpath) == ("xml-character", "/A/B")
    assert fault.values["character"] == f"U+{ord(character):04X}"


def test_a_wrong_name_and_a_wrong_encoding_are_faults() -> None:
    assert [fault.code for fault in write(Element("a b")).faults] == ["xml-name"]
    assert [fault.code for fault in write(Element("a", {"1": "x"})).faults] == ["xml-name"]
    assert [fault.code for fault in write(Element("a"), encoding="zip").faults] == ["xml-encoding-unknown"]


def test_lines_and_elements_are_found_by_path() -> None:
    tree = Element("A", children=[Element("B", text="1\n2"), Element("B", children=[Element("C", text="x")])])
    written = write(tree)
    assert written.lines == {"/A": 2, "/A/B[1]": 3, "/A/B[2]": 5, "/A/B[2]/C": 6}
    assert written.element("/A/B[2]/C/@none") is tree.children[1].children[0]
    assert written.element("/Other") is None
    assert written.element(None) is None


def test_a_fault_of_the_schema_leads_to_the_element() -> None:
    xsd = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="A"><xs:complexType>
        <xs:sequence><xs:element name="B" type="xs:decimal" maxOccurs="9"/></xs:sequence>
        </xs:complexType></xs:element></xs:schema>"""
    tree = Element("A", children=[Element("B", text="1"), Element("B", text="1,5")])
    written = write(tree)
    (fault,) = Schema.load(lambda name: xsd, "a.xsd").check(written.content)
    assert written.element(fault.place.xpath) is tree.children[1]
    assert written.lines[fault.place.xpath or ""] == fault.place.line


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")).map(
    lambda text: "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
)
names = st.sampled_from(["A", "B", "品名", "c-1"])
trees = st.recursive(
    st.builds(Element, names, st.dictionaries(names, texts, max_size=2), text=texts),
    lambda inner: st.builds(
        Element, names, st.dictionaries(names, texts, max_size=2), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(150))
@given(trees, st.sampled_from(["UTF-8", "GB18030", "UTF-16"]), st.sampled_from([0, 2]))
def test_what_is_written_is_read_again(tree: Element, encoding: str, indent: int) -> None:
    written = write(tree, encoding=encoding, indent=indent)
    assert not written.faults
    document, faults = parse(written.content)
    assert not faults
    assert document is not None
    node = document.node()
    for path, element in written.elements.items():
        found: ElementNode | AttributeNode = node
        for step in path.split("/")[2:]:
            name, _, position = step.rstrip("]").partition("[")
            found = found.children(name)[int(position or 1) - 1]
        assert isinstance(found, ElementNode)
        assert found.place().xpath == path
        assert found.place().line == written.lines[path]
        for key, text in element.attributes.items():
            assert found.element.get(key) == text
        if not element.children:
            assert (found.element.text or "") == element.text
