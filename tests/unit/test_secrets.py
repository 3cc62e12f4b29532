"""Secrets are shown nowhere: not by `show`, `validate` and `test`, and not in the faults that go to the ledger."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault, FaultList, Place, as_json, render
from edi_router.formats.secrets import MASK, hide_secrets, without_secrets
from edi_router.formats.xml.reader import parse
from edi_router.mapping import golden
from edi_router.mapping.documents import Source
from edi_router.mapping.mapping import load
from edi_router.paths import parse as parse_path
from edi_router.pipeline.configuration import load_configuration
from edi_router.pipeline.model import Decision, Incoming
from edi_router.pipeline.process import process
from tests.support.cli import edi_router
from tests.unit.test_pipeline import View

SHIPPED = shipped_directory()
ORDER = (SHIPPED / "samples/good/transfer-order.xml").read_text(encoding="utf-8")
PASSWORD = "482913"
LONG = "482913-too-long-for-the-schema-482913"


@pytest.mark.parametrize("verb", ["show", "validate"])
@pytest.mark.parametrize("options", [(), ("--json",), ("--lang", "zh")])
@pytest.mark.parametrize("password", [PASSWORD, LONG], ids=["right", "long"])
def test_the_verbs(tmp_path: Path, verb: str, options: tuple[str, ...], password: str) -> None:
    file = tmp_path / "order.xml"
    file.write_text(ORDER.replace(PASSWORD, password), encoding="utf-8")
    ran = edi_router(verb, str(file), *options)
    assert ran.code == (0 if password == PASSWORD else 1)
    told = json.dumps(ran.json, ensure_ascii=False) if options == ("--json",) else ran.out
    assert PASSWORD not in told
    if verb == "show" or password == LONG:
        assert MASK in told
    assert verb == "validate" or "4205002604000110" in told


def test_show_masks_a_data_element(tmp_path: Path) -> None:
    case = SHIPPED / "mappings/sancrt-transfer/cases/full/in.edi"
    assert PASSWORD.encode() in case.read_bytes()
    for options in ((), ("--json",)):
        ran = edi_router("show", str(case), *options)
        told = json.dumps(ran.json, ensure_ascii=False) if options else ran.out
        assert PASSWORD not in told
        assert MASK in told


def test_faults_in_the_ledger() -> None:
    tree = Tree((SHIPPED,))
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    content = (SHIPPED / "samples/day/CIQ-YC/0935-transfer.xml").read_bytes()
    found = parse(content)[0]
    assert found is not None
    [(password, _)] = parse_path("Password").values(found.node())
    content = content.replace(password.encode(), LONG.encode())
    now = datetime(2026, 3, 14, 2, tzinfo=UTC)
    incoming = Incoming("f1", "CIQ-YC", "a.xml", content, "0" * 64, now, "2026-03-14")
    [interchange] = process(incoming, configuration, View()).interchanges
    [message] = interchange.messages
    assert message.decision is Decision.REJECTED
    assert message.faults
    told = [json.dumps(as_json(fault, "en"), ensure_ascii=False) for fault in message.faults]
    assert any(MASK in each for each in told)
    assert not any(LONG in each or PASSWORD in each for each in told)
    assert not any(LONG.encode() in each.content for each in interchange.acknowledgements)


def test_differences_of_golden_cases(tmp_path: Path) -> None:
    xsd = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType><xs:sequence>
<xs:element name="Pass"/><xs:element name="Copy"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
    files = {
        "schemas/xml/out.xsd": xsd,
        "schemas/documents/in.yaml": "id: in\nfor: xml In\nsecret: Key\n",
        "schemas/documents/out.yaml": "id: out\nfor: xml Out\nsecret: Pass\n",
        "mappings/m/mapping.yaml": "id: m\nfrom: xml In\nto: xml/out.xsd\noutput: {Out: {do: {Pass: Key, Copy: Key}}}\n",
        "mappings/m/cases/a/in.xml": "<In><Key>482913</Key></In>",
        "mappings/m/cases/a/out.xml": "<Out><Pass>999999</Pass><Copy>482913</Copy></Out>",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tree = Tree((tmp_path,))
    source = Source(tree)
    mapping, faults = load(tree, "m", source.definitions)
    assert faults == []
    assert mapping is not None
    result = golden.run_case(tree, source, mapping, "a")
    assert not result.passed
    assert result.difference.count(MASK) == 3
    assert PASSWORD not in result.difference
    assert "999999" not in result.difference
    assert golden.run_case(tree, source, mapping, "a", accept=True).accepted
    assert PASSWORD in (tmp_path / "mappings/m/cases/a/out.xml").read_text(encoding="utf-8")


def test_values_of_faults() -> None:
    document, _ = parse(b"<A><Pass>x1</Pass><Other>x1</Other><Long>abcdef</Long></A>")
    assert document is not None
    root = document.node()
    place = root.children("Pass")[0].place()
    faults = [
        Fault(
            "function-value",
            place,
            {"function": "integer", "value": "X1", "target": "No", "problem": "no `x1`"},
        ),
        Fault(
            "function-value",
            Place(line=1),
            {"value": "an abcdef", "function": "date", "problem": "x1", "target": "T"},
        ),
        Fault(
            "function-value",
            Place(line=2),
            {"value": "x1y", "function": "date", "problem": "", "target": "T"},
        ),
    ]
    made = without_secrets(faults, root, ["Pass", "Long"])
    assert [dict(fault.values) for fault in made] == [
        {"function": "integer", "value": MASK, "target": "No", "problem": f"no `{MASK}`"},
        {"value": f"an {MASK}", "function": "date", "problem": MASK, "target": "T"},
        {"value": "x1y", "function": "date", "problem": "", "target": "T"},
    ]
    assert all(render(fault) for fault in made)
    kept = FaultList(2)
    kept.extend(faults)
    hide_secrets(kept, root, ["Pass", "Long"])
    assert (list(kept), kept.total) == (made[:2], 3)
    assert without_secrets(faults, root, ["Nothing"]) == faults
