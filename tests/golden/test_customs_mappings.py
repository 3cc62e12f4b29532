"""The customs mappings there and back: what both sides can carry comes home, and no message makes them fail."""

from __future__ import annotations

import datetime
import functools
import re
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree, read_model
from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.xml import Schema
from edi_router.mapping import Context, Mapping, load
from edi_router.mapping.documents import Source, reader_of
from edi_router.mapping.target_edifact import envelope_for
from edi_router.partners.model import Partner
from edi_router.partners.routing import fitting_agreements
from tests.property.made import Maker

TREE = Tree.over_shipped()
NOW = datetime.datetime(2026, 3, 14, 2, 0, tzinfo=datetime.UTC)
CONTEXT = Context(
    now=NOW, business_date=NOW.date(), message_id="round-trip", sender="SHIPLINE", recipient="EPORT"
)
CHINESE = EdifactSettings(syntax="UNOY", version="4")


@functools.cache
def source() -> Source:
    return Source(TREE)


@functools.cache
def mapping(id: str) -> Mapping:
    found, faults = load(TREE, id, source().definitions)
    assert found is not None, faults
    return found


def mapped(id: str, data: bytes) -> bytes:
    used = mapping(id)
    document = next(iter(source().documents(data, used.definition)))
    assert document.root is not None
    result = used.run(document.root, CONTEXT, envelope_for(CONTEXT, CHINESE))
    wrong = [fault for fault in (*document.faults, *result.faults) if is_error(fault)]
    assert not wrong, wrong
    return result.output


def given(root: Path, id: str, case: str) -> bytes:
    [file] = (root / "mappings" / id / "cases" / case).glob("in.*")
    return file.read_bytes()


def canonical(data: bytes, *without: str) -> str:
    tree = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    for element in list(tree.iter()):
        if etree.QName(element).localname in without or (not len(element) and not element.text):
            element.getparent().remove(element)
    etree.indent(tree)
    return etree.tostring(tree, method="c14n2").decode()


def segments(data: bytes) -> list[str]:
    return re.split(r"(?<!\?)'\s*", data.decode())


@pytest.mark.parametrize("case", ["minimal-import", "import", "full-export", "chinese"])
@pytest.mark.parametrize("back", ["decmessage-cusdec", "decmessage-cusdec-d01b"])
def test_a_declaration_comes_back_whole(root: Path, case: str, back: str) -> None:
    made = mapped("cusdec-decmessage", given(root, "cusdec-decmessage", case))
    again = mapped("cusdec-decmessage", mapped(back, made))
    assert canonical(again) == canonical(made)


def test_what_a_cusdec_loses_on_the_way(root: Path) -> None:
    before = segments(given(root, "cusdec-decmessage", "full-export"))
    after = segments(mapped("decmessage-cusdec", mapped("cusdec-decmessage", "'\n".join(before).encode())))
    envelope = ("UNA", "UNB", "UNH", "UNT", "UNZ")
    lost = [text for text in before if text not in after and not text.startswith(envelope)]
    assert lost == [
        "LOC+35+CN",  # of an export only the destination is declared
        "FTX+CCI++100",  # a flag of CIQ
        "FTX+AAI+++LESS THAN A BOX FOR?: EXAMPLE FOODS:SECOND LINE",  # lines become one text
        "PCI++EXAMPLE FOODS:HONG KONG:NO. 1-720",
        "DOC+380+INV-2026-017",  # attachments go as files
        "DOC+271+PL-2026-017",
        "DOC+852+:7++2+1",  # asked for by its CIQ code
        "NAD+CN+++EXAMPLE FOODS LTD+8 SAMPLE STREET+HONG KONG+++HK",  # addresses
        "NAD+CZ+91420500MA00000079++EXAMPLE YEAST BIOTECH CO LTD+1 EXAMPLE ROAD+YICHANG++443000+CN",
        "COM+07170000000:TE",
        "TOD+3++FOB",  # now with the list of the code
        "FTX+PRD+++SACCHAROMYCES:500 G BAGS",
        "MEA+AAF+AAL+KGM:18000",  # net weights are declared as one
        "PAC+720++CT",  # packages too
        "CST+2+0902109000+101+12",  # the mode of duty is filled in
        "MEA+AAF+AAL+KGM:6000",
        "PAC+400++CT",
    ]


@pytest.mark.parametrize(
    ("there", "back", "case", "without"),
    [
        ("decresult-cusres", "cusres-decresult", "released", ()),
        ("decresult-cusres", "cusres-decresult", "import-without-link-number", ()),
        ("decresult-cusres", "cusres-decresult", "gate", ()),
        ("decimportresponse-cusres", "cusres-decimportresponse", "accepted", ()),
        ("decimportresponse-cusres", "cusres-decimportresponse", "transit", ()),
        ("mt1101-cuscar", "cuscar-mt1101", "full", ("ConditionCode",)),
        ("mt1101-cuscar", "cuscar-mt1101", "minimal", ()),
        ("mt2101-cuscar", "cuscar-mt2101", "full", ("ConditionCode",)),
        ("mt2101-cuscar", "cuscar-mt2101", "several-bills", ()),
        ("mt2101-cuscar", "cuscar-mt2101", "chinese", ()),
    ],
)
def test_an_answer_or_manifest_comes_back_whole(
    root: Path, there: str, back: str, case: str, without: tuple[str, ...]
) -> None:
    before = given(root, there, case)
    assert canonical(mapped(back, mapped(there, before)), *without) == canonical(before, *without)


def test_the_two_releases_of_a_cusdec_are_written_alike(root: Path) -> None:
    one, other = (
        (root / "mappings" / id / "mapping.yaml").read_text(encoding="utf-8").splitlines()
        for id in ("decmessage-cusdec", "decmessage-cusdec-d01b")
    )
    assert [line for line in one if line not in other] == ["id: decmessage-cusdec", "to: CUSDEC D96B"]
    assert len(one) == len(other)


@pytest.mark.parametrize("directory", ["D96B", "D01B"])
@pytest.mark.parametrize(
    ("type", "id"),
    [
        ("CUSDEC", "cusdec-decmessage"),
        ("CUSRES", "cusres-decresult"),
        ("CUSRES", "cusres-decimportresponse"),
        ("CUSCAR", "cuscar-mt1101"),
        ("CUSCAR", "cuscar-mt2101"),
    ],
)
def test_any_message_is_mapped_or_told(type: str, id: str, directory: str) -> None:
    used = mapping(id)
    told: list[Fault] = []
    for seed in range(40):
        body = "'".join(Maker(source().definitions, directory, type, 3, seed).message())
        data = f"UNB+UNOC:3+A+B+260314:0930+1'{body}'UNZ+1+1'".encode("latin-1", "replace")
        for document in source().documents(data, used.definition):
            if document.root is not None:
                told += used.run(document.root, CONTEXT).faults
    assert told
    assert all(fault.rule and fault.place.segment for fault in told if is_error(fault))


def test_two_agreements_choose_the_manifest(root: Path) -> None:
    """The example in docs/mappings.md: BGM 1001 decides, and no CUSCAR fits both."""
    page = (root / "docs" / "mappings.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    text = f"id: LINE\nname: {{en: Line, zh: 船公司}}\nstatus: live\nrole: carrier\n{example}"
    partner, _, faults = read_model(Partner, text, "LINE.yaml")
    assert partner is not None, faults
    one, other = partner.agreements
    assert not one.collides(other)
    chosen = {}
    for id in ("cuscar-mt1101", "cuscar-mt2101"):
        [document] = source().documents(given(root, id, "minimal"), mapping(id).definition)
        assert document.root is not None
        kind = Kind("edifact", "CUSCAR", "D96B")
        [agreement] = fitting_agreements(partner, kind, document.root)
        chosen[id] = agreement.deliver[0].mapping
        assert mapping(id).definition.origin.includes(kind)
    assert chosen == {"cuscar-mt1101": "cuscar-mt1101", "cuscar-mt2101": "cuscar-mt2101"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("CN_MT1101_1p0", "MT1101_1p0", "xsd-value-pattern"),
        ("<FunctionCode>9", "<FunctionCode>4", "xsd-value-pattern"),
        ("<DeclarationOfficeID>4218</DeclarationOfficeID>", "", "xsd-element-missing"),
        ("<FullnessCode>8", "<FullnessCode>5", "xsd-value-pattern"),
        ('currencyID="USD"', 'currencyID="dollars"', "xsd-value-pattern"),
        ("<TotalGrossMassMeasure>24800", "<TotalGrossMassMeasure>0", "xsd-value-too-small"),
        ("<GrossMassMeasure>79.5", "<GrossMassMeasure>79.50001", "xsd-value-fraction"),
        ("<SequenceNumeric>1<", "<SequenceNumeric>0<", "xsd-value-pattern"),
        ("CN:MT1101:1", "CN:MT2101:1", "xsd-namespace"),
    ],
)
def test_the_manifest_s_schema_refuses(root: Path, old: str, new: str, code: str) -> None:
    schema = Schema.load(reader_of(TREE), "xml/manifest-mt1101.xsd")
    text = given(root, "mt1101-cuscar", "full").decode()
    assert not schema.check(text.encode())
    assert text.count(old) >= 1
    assert {fault.code for fault in schema.check(text.replace(old, new).encode())} == {code}
