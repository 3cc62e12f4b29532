"""Mappings that have a way back: what a message says survives both ways, but for what their notes name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import shipped_directory
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.library import convert

NOW = datetime.fromisoformat("2016-07-01T12:00:00+08:00")
SETTINGS = EdifactSettings(syntax="UNOY", version="4")


@dataclass(frozen=True)
class Pair:
    """An XML document's mapping to EDIFACT and the one back; `apart` are elements whose text may differ."""

    there: str
    back: str
    apart: frozenset[str]


PAIRS = (
    Pair("transfer-sancrt", "sancrt-transfer", frozenset({"MsgId", "WtUnit", "Password"})),
    Pair(
        "pain001-payord",
        "payord-pain001",
        # counts are made anew, times lose their zone or the time of day, accounts their kind, people theirs
        frozenset({"CtrlSum", "NbOfTxs", "CreDtTm", "Dt", "DtTm", "IBAN", "Id", "Cd"}),
    ),
    Pair(
        "eciq-sancrt",
        "sancrt-eciq",
        # times come back in one form, and names in one of their two spellings
        frozenset(
            [
                "GdsArvlDate",
                "CmplDschrgDt",
                "ContainerQty",
                "ContainerNo",
                "TradeCountryCode",
                "TransModeCode",
                "ConvynceName",
                "TransMeanNo",
                "BillLadNo",
                "DestCode",
                "DespCtryCode",
                "EntyPortCode",
                "TotalValUs",
                "DeclCustm",
                "GNo",
                "CodeTs",
                "GName",
                "CiqQty",
                "CiqQtyMeasUnit",
                "CiqWeight",
                "CiqWtMeasUnit",
                "CiqCurr",
                "CiqOriginCountry",
                "Qty1",
                "Unit1",
            ]
        ),
    ),
    Pair("pain002-bansta", "bansta-pain002", frozenset({"OrgnlEndToEndId"})),
)


def cases() -> list[tuple[Pair, Path]]:
    """The good cases of the ways there, without those whose texts EDIFACT cuts or has no place for."""
    found = []
    for pair in PAIRS:
        for folder in sorted((shipped_directory() / "mappings" / pair.there / "cases").iterdir()):
            if not folder.name.startswith(("fault-", "long-", "warning-", "other-")):
                found.append((pair, folder))
    return found


def mapped(data: bytes, mapping: str) -> bytes:
    outcome = convert(data, mapping, now=NOW, edifact=SETTINGS)
    assert outcome.faults == []
    (made,) = outcome.outputs
    return made


def facts(document: bytes, apart: frozenset[str]) -> set[tuple[str, str]]:
    """The values of a document with their elements; numbers in one form."""
    found = set()
    for element in etree.fromstring(document).iter("*"):
        name, text = etree.QName(element).localname, (element.text or "").strip()
        if text and name not in apart:
            found.add((name, text.rstrip("0").removesuffix(".") if "." in text else text))
    return found


@pytest.mark.parametrize(
    ("pair", "folder"), cases(), ids=lambda each: getattr(each, "there", None) or each.name
)
def test_what_a_document_says_survives_both_ways(pair: Pair, folder: Path) -> None:
    document = (folder / "in.xml").read_bytes()
    message = mapped(document, pair.there)
    again = mapped(message, pair.back)
    assert facts(again, pair.apart) >= facts(document, pair.apart)
    if password := re.search(rb"<Password>.*</Password>", document):
        # No copy that is passed on has it, and a new order needs it.
        again = again.replace(b"</TransferNo>", b"</TransferNo>" + password[0])
    assert mapped(again, pair.there) == message


@pytest.mark.parametrize("case", ["minimal", "loading", "chinese"])
def test_what_a_flat_file_says_survives_both_ways(case: str) -> None:
    document = (shipped_directory() / "mappings/flat-coarri/cases" / case / "in.txt").read_bytes()
    outcome = convert(document, "flat-coarri", now=NOW, edifact=SETTINGS, check_as="records/coarri-flat")
    assert outcome.faults == []
    again = mapped(outcome.outputs[0], "coarri-flat")
    assert again.splitlines()[1:] == document.splitlines()[1:]  # the head names other partners
