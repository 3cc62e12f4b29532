"""Real messages: both validators agree on each, and what is wrong is told with its path."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.faults import CATALOGUE
from edi_router.formats.xml import Schema, XmlDocument, parse

pytestmark = pytest.mark.corpus
WCO = ("DocumentMetaData_2_DMS.xsd", "WCO_DEC_2_DMS.xsd")


def load(folder: Path, *names: str) -> Schema:
    return Schema.load(lambda name: (folder / name).read_bytes(), *names)


def agree(schema: Schema, document: XmlDocument) -> bool:
    verdict = schema.valid(document)
    assert schema._inner.model.is_valid(document.root) == verdict
    faults = schema.check(document)
    assert bool(faults) != verdict
    told = {(fault.code, fault.place.xpath, tuple(fault.values.items())) for fault in faults}
    assert len(told) == len(faults)
    for fault in faults:
        assert fault.place.line
        assert CATALOGUE[fault.code].fields <= set(fault.values)
    return verdict


def declarations(corpus: Path) -> Iterator[tuple[Path, XmlDocument]]:
    for path in sorted((corpus / "xml/hmrc-cds/examples").rglob("*.xml")):
        document, _ = parse(path.read_bytes())
        if document is not None and document.namespace and document.node().children("Declaration"):
            yield path, document


def test_customs_declarations_are_valid(corpus: Path) -> None:
    schema = load(corpus / "xml/hmrc-cds/schemas/wco/declaration", *WCO)
    verdicts = {path.name: agree(schema, document) for path, document in declarations(corpus)}
    assert len(verdicts) > 100
    assert all(verdicts.values())


def test_broken_declarations_are_told_alike(corpus: Path) -> None:
    schema = load(corpus / "xml/hmrc-cds/schemas/wco/declaration", *WCO)
    _, document = next(declarations(corpus))
    elements = [element for element in document.root.iter() if isinstance(element.tag, str)]
    for number, element in enumerate(elements[1:]):
        parent = element.getparent()
        assert parent is not None
        place = parent.index(element)
        if number % 3 == 0:
            parent.remove(element)
            agree(schema, document)
            parent.insert(place, element)
        elif number % 3 == 1 and not len(element):
            text, element.text = element.text, "x" * 5000
            agree(schema, document)
            element.text = text
        elif number % 3 == 2:
            tag, element.tag = element.tag, f"{element.tag}X"
            assert not agree(schema, document)
            element.tag = tag
    assert agree(schema, document)


def test_every_file_is_a_document_or_has_faults(corpus: Path) -> None:
    unread = []
    files = [path for path in (corpus / "xml").rglob("*.xml") if "hmrc-ens" not in path.parts]
    for path in files:
        document, faults = parse(path.read_bytes())
        assert (document is None) == bool(faults)
        if document is None:
            unread.append((path.name, faults[0].code, faults[0].place.line))
    assert len(files) > 300
    assert unread == [("TT_IM084a.xml", "xml-malformed", 164)]


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("cc007c-valid", []),
        (
            "cc015c-invalid",
            [
                ("xsd-element-missing", "/CC015C", "messageSender"),
                (
                    "xsd-element-missing",
                    "/CC015C/Consignment/HouseConsignment/ConsignmentItem/Commodity",
                    "GoodsMeasure",
                ),
            ],
        ),
        ("cc007c-invalid", [("xsd-element-missing", "/CC007C", "messageSender")]),
        ("cc015c-valid", []),
        pytest.param("cc013c-valid", [], marks=pytest.mark.slow),
        pytest.param("cc014c-valid", [], marks=pytest.mark.slow),
    ],
)
def test_transit_messages(corpus: Path, message: str, wrong: list[tuple[str, str, str]]) -> None:
    folder = corpus / "xml/hmrc-ncts"
    schema = load(folder / "xsd", f"{message[:6]}.xsd")
    document, _ = parse((folder / "messages" / f"{message}.xml").read_bytes())
    assert document is not None
    assert agree(schema, document) == (not wrong)
    found = [(fault.code, fault.place.xpath, fault.values["name"]) for fault in schema.check(document)]
    assert found == wrong
