"""The shipped document types: each has a sample in which all it names is found; a broken sample is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree, shipped_directory
from edi_router.formats.documents import DocumentTypes, load_document_types
from edi_router.formats.records import Row, load_layout, write
from edi_router.formats.records import read as read_records
from edi_router.formats.records.nodes import RecordNode
from edi_router.formats.records.text import Text
from edi_router.formats.selecting import values
from edi_router.formats.xml import Schema
from edi_router.library import Checker, Document, Report, checker

ROOT = shipped_directory()
GOOD = ROOT / "samples" / "good"
TREE = Tree.over_shipped()
TYPES = {each.id: each for each in load_document_types(TREE)[0]}
ELSEWHERE = {"ens-amendment", "ens-declaration"}
"""Their samples are those of the authority, read in place (tests/golden/test_hmrc_ens.py)."""
IDS = sorted(set(TYPES) - ELSEWHERE)


def samples_of(id: str) -> list[Path]:
    """The samples of a document type: named by its id, and what more there is after a hyphen."""
    found = [path for path in GOOD.iterdir() if path.stem == id or path.stem.startswith(f"{id}-")]
    return sorted(
        (path for path in found if path.stem == id or path.stem not in TYPES), key=lambda path: path.stem
    )


@cache
def known() -> Checker:
    return checker(now=datetime(2026, 3, 14, 2, 0, tzinfo=UTC))


@cache
def documents(id: str) -> tuple[Document, ...]:
    """All documents in the samples of a type, checked against schema and rules."""
    described, base = TYPES[id], known()
    if described.kind.format in ("csv", "records"):
        layout, _ = load_layout(TREE, described.kind.name)
        base = Checker(base.tree, base.definitions, base.documents_known, layout=layout)
    found: list[Document] = []
    for path in samples_of(id):
        report = Report()
        inside = list(base.documents(path.read_bytes(), report))
        assert report.faults == [], path.name
        found += inside
    return tuple(each for each in found if described.kind.includes(each.kind))


@pytest.mark.parametrize("id", IDS)
def test_it_has_a_sample_without_faults(id: str) -> None:
    assert documents(id)


@pytest.mark.parametrize("id", IDS)
def test_a_type_that_is_not_read_for_a_check_has_nothing_to_check_by(id: str) -> None:
    described = TYPES[id]
    judging = DocumentTypes(TREE).judging(described.kind)
    asks = bool(described.rules or described.secret)
    assert judging is not None if asks else judging is None or not (judging.rules or judging.secret)


NOT_THERE: dict[str, set[str]] = {}
"""What no sample of a type has."""


@pytest.mark.parametrize("id", IDS)
def test_all_it_names_is_in_its_samples(id: str) -> None:
    """Its key, each kind of reference, each role of a party and each secret."""
    described = TYPES[id]
    named = {
        **described.references, **described.parties, **{path: (path,) for path in described.secret},
        "key": (described.key,) if described.key else (),
    }  # fmt: skip
    found = {
        name for name, paths in named.items()
        if not paths or any(values(each.root, path) for path in paths for each in documents(id))
    }  # fmt: skip
    assert set(named) - found == NOT_THERE.get(id, set())


OWN_TESTS = {
    "camt-054", "certificate", "certificate-ubl", "ciq-transport", "combined-declaration", "dec-message", "eentdeclio",
    "import-message", "manifest-mt1101", "manifest-mt2101", "manifest-mt4101", "manifest-mt9999", "obor-message",
    "pain-001", "pain-002",
}  # fmt: skip
"""Schemas that are large, or built of large ones: other tests show what they refuse."""
NOTHING = {"ciq-file-result"}
"""Where nothing is mandatory."""
XML = sorted(
    each.id for each in TYPES.values() if each.schema_ and each.id not in ELSEWHERE | OWN_TESTS | NOTHING
)


@cache
def schema(name: str) -> Schema:
    return Schema.load(lambda part: (ROOT / "schemas" / part).read_bytes(), name)


def leaves(element: etree._Element) -> Iterator[etree._Element]:
    """The elements without elements inside, first those near the root."""
    level = [element]
    while level:
        yield from (each for each in level if len(each) == 0)
        level = [child for each in level for child in each]


def steps(element: etree._Element) -> list[str]:
    """The names from the root to an element."""
    above = [*reversed([*element.iterancestors()]), element]
    return [etree.QName(each).localname for each in above]


def first_mandatory(tree: etree._Element, of: Schema) -> etree._Element:
    """The first leaf that must be there and stands there once."""
    for each in leaves(tree):
        found = of.element(steps(each))
        twins = each.getparent().findall(each.tag) if each.getparent() is not None else []
        if found is not None and found.mandatory and len(twins) == 1:
            return each
    raise AssertionError("nothing is mandatory")


@pytest.mark.parametrize("id", XML)
def test_what_is_mandatory_is_missed(id: str) -> None:
    of = schema(TYPES[id].schema_ or "")
    tree = etree.fromstring(samples_of(id)[0].read_bytes())
    gone = first_mandatory(tree, of)
    name = etree.QName(gone).localname
    gone.getparent().remove(gone)
    faults = list(of.check(etree.tostring(tree)))
    assert [(fault.code, fault.values.get("name")) for fault in faults] == [("xsd-element-missing", name)]


@pytest.mark.parametrize(
    ("id", "old", "new", "code"),
    [
        ("clearance-form", "<FormKind>B<", "<FormKind>C<", "xsd-value-enumeration"),
        ("clearance-form", "370211226000123000", "37021122600012300", "xsd-value-pattern"),
        ("clearance-use", "<State>3<", "<State>5<", "xsd-value-enumeration"),
        ("container-declaration", "CSQU3054383", "CSQU305438", "xsd-value-pattern"),
        ("container-result", "<Result>2<", "<Result>4<", "xsd-value-enumeration"),
        ("write-off", "<Outcome>00<", "<Outcome>07<", "xsd-value-enumeration"),
        ("licence", "<LicKind>1<", "<LicKind>9<", "xsd-value-pattern"),
        ("licence", "<MultiUse>12<", "<MultiUse>0<", "xsd-value-pattern"),
        ("licence-use", "<WriteOffQty>4000<", "<WriteOffQty>0<", "xsd-value-too-small"),
        ("licence-status", "<State>6<", "<State>8<", "xsd-value-enumeration"),
        ("slip-request", "<Password>482913<", "<Password>48291<", "xsd-value-pattern"),
        ("slip-request", "<Purpose>1<", "<Purpose>3<", "xsd-value-enumeration"),
        ("slip-request", "<ShipDate>20260318<", "<ShipDate>20261318<", "xsd-value-pattern"),
        ("transfer-consent", "<Decision>1<", "<Decision>3<", "xsd-value-enumeration"),
        ("transfer-feedback", "<State>41<", "<State>42<", "xsd-value-enumeration"),
        ("tax-bill", "<Amount>12850.00<", "<Amount>12850.005<", "xsd-value-fraction"),
        ("tax-bill", "<TaxType>A<", "<TaxType>B<", "xsd-value-enumeration"),
        ("pay-receipt", "<ResultCode>00<", "<ResultCode>04<", "xsd-value-enumeration"),
        ("ciq-fee", "<Amount>320.00<", "<Amount>-1<", "xsd-value-too-small"),
        ("camt-054", '<Amt Ccy="CNY">12850.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>', "<Sts>", "xsd-element-missing"),
        ("vessel-declaration", "<Port>CNTAO<", "<Port>TAO<", "xsd-value-pattern"),
        ("agency-reply", "<Agency>CIQ<", "<Agency>TAX<", "xsd-value-enumeration"),
        ("manifest-mt3101", "<ArrivalDate>20260314<", "<ArrivalDate>14.3.2026<", "xsd-value-pattern"),
        ("certificate-receipt", "<Channel>6<", "<Channel>3<", "xsd-value-enumeration"),
        ("combined-declaration", "<DeclCode>24<", "<DeclCode>99<", "xsd-value-enumeration"),
        ("legalisation-case", "<Code>30<", "<Code>35<", "xsd-value-enumeration"),
    ],
)  # fmt: skip
def test_what_a_value_may_not_be(id: str, old: str, new: str, code: str) -> None:
    text = samples_of(id)[0].read_text(encoding="utf-8")
    assert old in text
    faults = list(schema(TYPES[id].schema_ or "").check(text.replace(old, new, 1).encode()))
    assert code in {fault.code for fault in faults}


RECORDS = sorted(each.kind.name for each in TYPES.values() if each.kind.format in ("csv", "records"))


def rows(node: RecordNode) -> list[Row]:
    """The records of a document, as they are written."""
    return [
        Row(each.name, {name: cell.text for name, cell in each.cells.items() if cell.text}, rows(each))
        for each in node.records
    ]


@pytest.mark.parametrize("name", RECORDS)
def test_a_flat_sample_is_written_as_it_was_read(name: str) -> None:
    layout, _ = load_layout(TREE, name)
    assert layout is not None
    described = next(each for each in TYPES.values() if each.kind.name == name)
    for path in samples_of(described.id):
        found, faults = read_records(path.read_bytes(), layout)
        assert faults == []
        for each in found:
            written = write(rows(each.root), layout)
            assert written.faults == []
            again, _ = read_records(written.content, layout)
            assert [rows(both.root) for both in again] == [rows(each.root)]


def test_a_flat_file_may_be_utf_8() -> None:
    """Its Chinese characters say so; without them, or in GB18030, it is what the layout says."""
    layout, _ = load_layout(TREE, "ifcsum-flat")
    assert layout is not None
    data = (GOOD / "ifcsum-flat.txt").read_bytes()
    for content in (data, data.decode("gb18030").encode()):
        (document,), faults = read_records(content, layout)
        assert faults == []
        assert list(document.faults) == []
        assert values(document.root, "Bill[1]/Shipper/Name") == ["示例生物科技有限公司"]
        assert values(document.root, "Bill[1]/Consignee/Name") == ["CONSIGNEE: EXAMPLE FOODS LTD"]


def test_an_unmarked_utf_8_file_is_told_only_where_the_layout_asks_for_it() -> None:
    assert Text("舱单".encode(), "gb18030").encoding == "gb18030"
    assert Text("舱单".encode(), "gb18030", or_utf8=True).encoding == "utf-8"
    assert Text("舱单".encode("gb18030"), "gb18030", or_utf8=True).text == "舱单"
    assert Text(b"MANIFEST", "gb18030", or_utf8=True).encoding == "gb18030"
    assert Text("舱é".encode(), "gb18030", or_utf8=True).encoding == "gb18030"


def test_a_date_may_have_several_forms() -> None:
    layout, _ = load_layout(TREE, "ifcsum-flat")
    assert layout is not None
    data = (GOOD / "ifcsum-flat.txt").read_bytes()
    for time, codes in (("202603140800", []), ("20260314", ["field-type"]), ("202613140800", ["field-type"])):
        (document,), _ = read_records(data.replace(b"20260314080000", time.encode(), 1), layout)
        assert [fault.code for fault in document.faults] == codes


def test_the_documents_list_them_all() -> None:
    """docs/formats.md has a row for each, with its kind, schema and first sample; and names each kind of reference."""
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = {
        row[0]: row[1:]
        for row in re.findall(
            r"^\| `([\w-]+)` \| [^|]+ \| `([^`]+)` \| [^|]+ \| (.+) \| (.+) \|$", page, re.M
        )
    }
    assert set(rows) == set(TYPES)
    for id, (kind, schema_cell, sample) in rows.items():
        described = TYPES[id]
        assert kind == re.sub(r"\{[^}]*\}", "", str(described.kind)), id
        assert described.schema_ is None or schema_cell == f"`{described.schema_}`", id
        assert id in ELSEWHERE or sample == f"`{samples_of(id)[0].name}`", id
    kinds = {kind for described in TYPES.values() for kind in described.references}
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in page] == []
