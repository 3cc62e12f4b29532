"""What the public formats have beyond the least: a signed envelope, and the optional parts of a manifest."""

from __future__ import annotations

import pytest

from edi_router.config import shipped_directory
from edi_router.library import check
from tests.support.cli import edi_router

GOOD = shipped_directory() / "samples" / "good"
DXP = (GOOD / "dxp-message.xml").read_text(encoding="utf-8")
MANIFEST = (GOOD / "manifest-mt2101.xml").read_text(encoding="utf-8")
SIGNATURE = (
    '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:KeyInfo>'
    "<s:KeyName>17</s:KeyName></s:KeyInfo></s:Signature>"
)


def told(text: str) -> list[tuple[str, str | None]]:
    """Code and element of each error of a document."""
    return [
        (each.code, (each.place.xpath or "").rpartition("/")[2])
        for each in check(text.encode())
        if each.code.startswith("xsd")
    ]


def within(text: str, mark: str, more: str) -> str:
    """The document with more before a mark that it has."""
    assert mark in text
    return text.replace(mark, more + mark, 1)


def test_an_envelope_may_be_signed_and_have_a_prefix() -> None:
    signed = within(DXP, "</DxpMsg>", SIGNATURE)
    prefixed = DXP.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
    assert told(DXP) == told(signed) == told(prefixed.replace("xmlns=", "xmlns:x=")) == []


def test_what_is_no_signature_may_not_follow() -> None:
    wrong = SIGNATURE.replace("http://www.w3.org/2000/09/xmldsig#", "urn:example:seventeen")
    assert told(within(DXP, "</DxpMsg>", wrong)) == [("xsd-element-unexpected", "Signature")]


@pytest.mark.parametrize(
    ("mark", "more"),
    [
        ("<ArrivalDateTime>", "<FirstArrivalLocationID>SGSIN</FirstArrivalLocationID>"),
        ("<ConditionCode>", "<ChangeReasonCode>001</ChangeReasonCode>"),
        ("</LoadingLocation>", "<LoadingDate>20260315083000</LoadingDate>"),
        ("</LoadingLocation>", "<LoadingDate>202603150830086</LoadingDate>"),
        ("</UnloadingLocation>", "<ArrivalDate>20260320</ArrivalDate>"),
        ("<TransitDestination>", "<GoodsReceiptPlace><ID>SGSIN</ID><Name>YARD 17</Name></GoodsReceiptPlace>"),
        ("<TransitDestination>", "<TranshipmentLocation><ID>CNSHA</ID></TranshipmentLocation>"),
        ("<GoodsConsignedPlace>", "<RoutingCountryCode>SG</RoutingCountryCode>"),
        ("<FreightPayment>", "<CustomsStatusCode>001</CustomsStatusCode>"),
        ("<FreightPayment>", "<TransportSplitIndicator>0</TransportSplitIndicator>"),
        ("<Consignee>", "<DeliveryDestination><Line>ROAD 17</Line></DeliveryDestination>"),
        ("<Consignee>", "<Handling><InstructionsCodeCode>001</InstructionsCodeCode></Handling>"),
        ("<Consignee>", "<IntermediateCarrier><ID>17</ID></IntermediateCarrier>"),
        ("<FullnessCode>", "<SupplierPartyTypeCode>2</SupplierPartyTypeCode>"),
    ],
)
def test_a_manifest_may_have_all_the_parts_of_the_public_format(mark: str, more: str) -> None:
    assert told(MANIFEST) == []
    assert told(within(MANIFEST, mark, more)) == []


def test_a_manifest_names_the_office_of_declaration_or_that_of_exit() -> None:
    begin, end = MANIFEST.index("<DeclarationOfficeID>"), MANIFEST.index("</DeclarationOfficeID>")
    without = MANIFEST[:begin] + MANIFEST[end + len("</DeclarationOfficeID>") :]
    begin, end = without.index("<ExitCustomsOffice>"), without.index("</ExitCustomsOffice>")
    assert told(without) == []
    neither = without[:begin] + without[end + len("</ExitCustomsOffice>") :]
    assert [code for code, _ in told(neither)] == ["xsd-element-missing"]


@pytest.mark.parametrize("name", ["dec-result-bare.xml", "dec-result-root.xml"])
def test_a_result_without_a_namespace_is_judged_by_its_rules(name: str) -> None:
    """Whatever else stands in it: public samples differ. What it must say is asked for."""
    text = (GOOD / name).read_text(encoding="utf-8")
    shown = edi_router("validate", GOOD / name, "--json").json
    assert (shown["faults"], "unknown_root" in shown) == ([], False)
    assert check(within(text, "<NOTICE_DATE>", "<MORE>1</MORE>").encode()) == []
    begin, end = text.index("<CHANNEL>"), text.index("</CHANNEL>")
    (fault,) = check((text[:begin] + text[end + len("</CHANNEL>") :]).encode())
    assert (fault.code, fault.values["code"]) == ("rule-violated", "R-ANSWER-01")
