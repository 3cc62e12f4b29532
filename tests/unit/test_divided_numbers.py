"""Several numbers in one value: a spreadsheet's cell of containers is found by each of them."""

from __future__ import annotations

from pathlib import Path

from edi_router.config import Tree, read_model, shipped_directory
from edi_router.faults import render
from edi_router.formats.document_type import DocumentType
from edi_router.formats.documents import DocumentTypes, Kind
from edi_router.formats.records import load_layout, read
from tests.support.cli import edi_router

SAMPLE = shipped_directory() / "samples/good/ciq-declaration-csv.csv"


def test_a_declaration_is_found_by_each_container_of_a_cell() -> None:
    tree = Tree.over_shipped()
    layout, _ = load_layout(tree, "ciq-declaration")
    assert layout is not None
    data = SAMPLE.read_bytes().replace(b"CSQU3054383", b"CSQU3054383| TRLU7654321|CSQU3054383|")
    documents, faults = read(data, layout)
    assert (faults, list(documents[0].faults)) == ([], [])
    described = DocumentTypes(tree).of(Kind.parse("csv ciq-declaration"))
    assert described is not None
    found = [value for kind, value in described.extract(documents[0].root).references if kind == "container"]
    assert found == ["CSQU3054383", "TRLU7654321"]


PARTNER = """\
id: ENT
name: {en: Firm, zh: 企业}
status: live
role: enterprise
channel: {kind: folder, root: exchange/ENT, wait_seconds: 0}
agreements:
  - {id: sheet, receives: csv ciq-declaration, deliver: {to: ENT}}
"""


def test_the_ledger_finds_it_by_each(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    assert edi_router("new", "project", place).code == 0
    (place / "partners/ENT.yaml").write_text(PARTNER, encoding="utf-8")
    for folder in ("out", "in"):
        (place / "exchange/ENT" / folder).mkdir(parents=True)
    data = SAMPLE.read_bytes().replace(b"CSQU3054383", b"CSQU3054383|TRLU7654321")
    (place / "exchange/ENT/out/declarations.csv").write_bytes(data)
    assert edi_router("--workspace", place, "run", "--once").code == 0
    for number in ("CSQU3054383", "TRLU7654321"):
        shown = edi_router("--workspace", place, "show", number, "--json")
        assert shown.code == 0, shown.err
        assert "message" in {record["kind"] for record in shown.lines}
    assert edi_router("--workspace", place, "show", "CSQU3054383|TRLU7654321").code == 1


def test_what_is_wrong_with_it_is_told() -> None:
    text = 'id: a\nfor: csv a\nreferences: {bill: A/B, ship: C}\ndivided: {container: "|", ship: ""}\n'
    _, _, faults = read_model(DocumentType, text, "a.yaml")
    assert [(fault.place.line, fault.place.column, fault.values["problem"]) for fault in faults] == [
        (4, 22, "`references` has no such kind"),
        (4, 33, "it is empty"),
    ]
    assert "`references` 中没有这一种类" in render(faults[0], "zh")
