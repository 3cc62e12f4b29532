"""What each shipped kind of answer says: read from the samples, and from each code that a document type names."""

from __future__ import annotations

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.formats.document_type import DocumentType
from edi_router.formats.documents import load_document_types
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.xml import parse
from edi_router.paths import Node

GOOD = shipped_directory() / "samples" / "good"
SAID = {
    "aperak.edi": [("rejected", "TRN000017", "LOT NUMBER NOT IN THE TRANSFER")],
    "cusres.edi": [("released", "421820260000000123", "请凭放行通知提货")],
    "cusres-manifest.edi": [("accepted", "EXBL0000020", "11301 manifest accepted")],
    "dec-result.xml": [("released", "E20260000000000017", "已放行")],
    "dec-result-bare.xml": [("released", "E20260000000000018", "已放行")],
    "dec-result-root.xml": [("acknowledged", "E20260000000000019", "海关入库成功")],
    "dec-import-response.xml": [("received", "QDA20260300000017", "accepted")],
    "ciq-receipt.xml": [("acknowledged", "6f0c1c52a8b84e0f9a1b6d8f1a2b3c4d", "申报成功")],
    "ciq-file-result.xml": [("received", None, None)],
    "manifest-mt9999.xml": [("accepted", "EXBL0000017A", "31301 运抵数据接收成功")],
    "agency-reply.xml": [("accepted", "VD-EXLINE-20260312-0001", "准予入港")],
    "certificate-receipt.xml": [("accepted", "C264205000110001", "审核通过")],
    "filing-answer.xml": [("pending", None, None)],
    "pain-002.xml": [
        ("accepted", "PI-17", None), ("rejected", "PI-20", "DT01"), ("released", "PI-18", None),
        ("rejected", "PI-19", "AM04"), ("rejected", "NOTPROVIDED", "AC03"),
    ],
    "bansta.edi": [
        ("accepted", "PI-17", None), ("released", "PI-18", None), ("rejected", "PI-19", "FUNDS SHORT"),
        ("rejected", "PI-20", None),
    ],
}  # fmt: skip
"""Answer, first number and first words of each statement; None where another test looks."""
_TYPES, _FAULTS = load_document_types(Tree.over_shipped())
DEFINITIONS = definitions_over(Tree.over_shipped())
ANSWERS = {each.id: each for each in _TYPES if each.acknowledges}


def root(name: str) -> tuple[Node, str]:
    """The sample's document, and what kind it is."""
    data = (GOOD / name).read_bytes()
    if name.endswith(".xml"):
        document, _ = parse(data)
        assert document is not None
        namespace = f"{{{document.namespace}}}" if document.namespace else ""
        return document.node(), f"xml {namespace}{document.local}"
    interchange = next(iter(read(data)))
    message = next(iter(interchange.messages()))
    return check(message, DEFINITIONS).root, message.type


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_sample_says(name: str) -> None:
    node, kind = root(name)
    [described] = [each for each in ANSWERS.values() if each.for_ == kind]
    said = [statement for reading in described.acknowledges for statement in reading.read(node)]
    assert [str(each.answer) for each in said] == [answer for answer, _, _ in SAID[name]]
    for statement, (_, number, words) in zip(said, SAID[name], strict=True):
        if number is not None:
            assert statement.numbers[0][1] == number
        if words is not None:
            assert statement.words[0] == words


def test_every_kind_of_answer_is_looked_at() -> None:
    assert {root(name)[1] for name in SAID} == {each.for_ for each in ANSWERS.values()}


@pytest.mark.parametrize("id_", sorted(ANSWERS))
def test_numbers_are_kinds_of_references(id_: str) -> None:
    """A statement names what we sent by a kind that some document type gives to its own numbers."""
    kinds = {kind for each in _TYPES for kind in each.references} | {"any", "file", "interchange"}
    described: DocumentType = ANSWERS[id_]
    for reading in described.acknowledges:
        assert set(reading.by) <= kinds
