"""What is read of an XSD for proofs: content models, types, attributes; and what is left to the validator."""

import pytest

from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.declared import Place
from edi_router.formats.xml.lexical import built_in, restricted, union
from edi_router.formats.xml.schema import Schema
from edi_router.formats.xml.xsd_regex import compiled

XS = "http://www.w3.org/2001/XMLSchema"


def declared(content, *, more="", head=""):
    text = f'<xs:schema xmlns:xs="{XS}" {head}><xs:element name="A">{content}</xs:element>{more}</xs:schema>'
    return Schema.load(lambda _: text.encode(), "a.xsd").declared("A", "")


def test_a_sequence_with_a_choice_and_a_reference() -> None:
    root = declared(
        '<xs:complexType><xs:sequence><xs:element name="B" type="xs:string" minOccurs="0" maxOccurs="9"/>'
        '<xs:choice><xs:element name="C" type="xs:date"/><xs:element ref="D"/></xs:choice>'
        '<xs:sequence><xs:element name="E" maxOccurs="unbounded" type="xs:string"/></xs:sequence></xs:sequence>'
        '<xs:attribute name="at" type="xs:token" use="required"/></xs:complexType>',
        more='<xs:element name="D" type="xs:decimal"/>',
    )
    assert root is not None
    assert root.places == [Place(("B",), 0, 9), Place(("C", "D"), 1, 1), Place(("E",), 1, None)]
    assert root.text is None
    assert root.attributes["at"][1] is True
    assert root.child("C").text.takes("2026-02-28")
    assert not root.child("C").text.takes("2026-02-30")
    assert root.child("D").name == "D"


B = "<xs:element name='B' type='xs:string'/>"


def seen(root):
    """All that a proof asks of an element with one inside; None where there is no proof of it at all."""
    if root is None:
        raise Beyond("the root")
    return root.places, root.child("B").text


@pytest.mark.parametrize(
    "content",
    [
        "<xs:complexType mixed='true'><xs:sequence/></xs:complexType>",
        "<xs:complexType><xs:sequence><xs:any processContents='lax'/></xs:sequence></xs:complexType>",
        f"<xs:complexType><xs:all>{B}</xs:all></xs:complexType>",
        f"<xs:complexType><xs:sequence maxOccurs='2'>{B}</xs:sequence></xs:complexType>",
        f"<xs:complexType><xs:sequence minOccurs='0'>{B}</xs:sequence></xs:complexType>",
        f"<xs:complexType><xs:choice><xs:sequence>{B}</xs:sequence></xs:choice></xs:complexType>",
        f"<xs:complexType><xs:sequence>{B}{B}</xs:sequence></xs:complexType>",
        "<xs:complexType><xs:sequence><xs:element name='B' type='xs:string' nillable='true'/></xs:sequence></xs:complexType>",
        "<xs:complexType><xs:sequence><xs:element name='B' type='xs:string' default='x'/></xs:sequence></xs:complexType>",
        "<xs:complexType><xs:complexContent><xs:extension base='T'/></xs:complexContent></xs:complexType>",
    ],
)
def test_what_is_left_to_the_validator(content) -> None:
    root = declared(content, more="<xs:complexType name='T'><xs:sequence/></xs:complexType>")
    with pytest.raises(Beyond):
        seen(root)


def test_a_key_is_left_to_the_validator() -> None:
    root = declared(
        "<xs:complexType><xs:sequence><xs:element name='B' type='xs:string' maxOccurs='9'/></xs:sequence></xs:complexType>"
        "<xs:unique name='u'><xs:selector xpath='B'/><xs:field xpath='.'/></xs:unique>"
    )
    with pytest.raises(Beyond):
        root.places  # noqa: B018 - raises


def test_an_element_of_a_substitution_group_or_an_abstract_one_cannot_begin_a_document() -> None:
    assert (
        Schema.load(
            lambda _: (
                f'<xs:schema xmlns:xs="{XS}"><xs:element name="A" type="xs:string" abstract="true"/></xs:schema>'.encode()
            ),
            "a.xsd",
        ).declared("A", "")
        is None
    )
    assert declared("", head='attributeFormDefault="qualified"') is None


def test_a_schema_without_a_namespace_is_in_that_of_the_one_that_includes_it() -> None:
    files = {
        "a.xsd": f'<xs:schema xmlns:xs="{XS}" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">'
        '<xs:include schemaLocation="b.xsd"/><xs:element name="A" type="t:kind"/></xs:schema>',
        "b.xsd": f'<xs:schema xmlns:xs="{XS}" elementFormDefault="qualified"><xs:complexType name="kind"><xs:sequence>'
        '<xs:element name="B" type="short"/></xs:sequence></xs:complexType><xs:simpleType name="short">'
        '<xs:restriction base="xs:string"><xs:maxLength value="2"/></xs:restriction></xs:simpleType></xs:schema>',
    }
    root = Schema.load(lambda name: files[name].encode(), "a.xsd").declared("A", "urn:t")
    assert root is not None
    child = root.child("B")
    assert (child.namespace, child.text.most) == ("urn:t", 2)


def test_facets_and_unions() -> None:
    money = restricted(
        built_in("decimal"), [("totalDigits", "4"), ("fractionDigits", "2"), ("minExclusive", "0")]
    )
    assert [money.takes(text) for text in ("12.34", "0", "123.45", "1.234", "-1", " 1", "1e1")] == [True] + [
        False
    ] * 6
    code = restricted(built_in("string"), [("enumeration", "A"), ("enumeration", "B")])
    either = union([money, code])
    assert [either.takes(text) for text in ("1", "A", "C", "")] == [True, True, False, False]
    for base, facet in (
        (either, ("pattern", "A")),
        (code, ("whiteSpace", "collapse")),
        (built_in("date"), ("length", "1")),
    ):
        with pytest.raises(Beyond):
            restricted(base, [facet])
    with pytest.raises(Beyond):
        built_in("anyURI")


@pytest.mark.parametrize(
    "pattern", ["\\p{L}", "\\c", "[a-z-[aeiou]]", "(a*b)+", "(a|b)*", "a**", "[^\\d]", "\\D", "(", "a{2,1}"]
)
def test_patterns_that_are_left_to_the_validator(pattern) -> None:
    with pytest.raises(Beyond):
        compiled(pattern)
