"""Examples of values: two numbers of one form but other bounds are told apart, whichever is asked first."""

from __future__ import annotations

import pytest

from edi_router.formats.xml.schema import Schema
from edi_router.mapping.source_values import Verdicts

XSD = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="A"><xs:complexType><xs:sequence>
<xs:element name="Any"><xs:simpleType><xs:restriction base="xs:decimal"/></xs:simpleType></xs:element>
<xs:element name="Some"><xs:simpleType><xs:restriction base="xs:decimal"><xs:minExclusive value="0"/></xs:restriction>
</xs:simpleType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"""


@pytest.mark.parametrize("order", [("Any", "Some"), ("Some", "Any")])
def test_bounds_are_told_apart(order: tuple[str, str]) -> None:
    schema = Schema.load(lambda name: XSD, "a.xsd")
    verdicts = Verdicts()
    refused = {
        name: verdicts.refuses(schema, ["A", name], schema.element(["A", name]), "000000") for name in order
    }
    assert refused == {"Any": False, "Some": True}
