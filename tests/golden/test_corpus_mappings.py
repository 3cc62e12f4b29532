"""Real declarations and gate reports through the shipped mappings: clean, or told with place and line."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import CATALOGUE, Fault, Severity
from edi_router.formats.xml import Schema, XmlDocument, parse
from edi_router.mapping import Context, Mapping, load
from edi_router.mapping.documents import Source, reader_of

pytestmark = pytest.mark.corpus

NOW = datetime.datetime(2026, 3, 14, 2, 0, tzinfo=datetime.UTC)
METADATA = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
MALFORMED = "TT_IM084a.xml"
"""Has two hyphens inside a comment, which XML forbids."""


def context(name: str) -> Context:
    return Context(now=NOW, business_date=NOW.date(), message_id=name, sender="TEST", recipient="TEST")


def mapping(tree: Tree, id: str) -> Mapping:
    loaded, faults = load(tree, id)
    assert not faults
    assert loaded is not None
    return loaded


def errors(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if CATALOGUE[fault.code].severity is Severity.ERROR]


def declarations(corpus: Path) -> dict[str, XmlDocument]:
    """The new declarations, amendments and cancellations of the scenarios, by path."""
    folder = corpus / "xml" / "hmrc-cds" / "examples"
    found: dict[str, XmlDocument] = {}
    for path in sorted(folder.glob("TT_IM0*/**/*")):
        if path.suffix.lower() != ".xml" or path.name == MALFORMED:
            continue
        document, _ = parse(path.read_bytes())
        if document is not None and (document.namespace, document.local) == (METADATA, "MetaData"):
            root = document.node()
            if any(root.children("Declaration")):
                found[str(path.relative_to(folder))] = document
    return found


@pytest.mark.parametrize(
    ("id", "clean"),
    [pytest.param("wco-eciq", 99, id="wco-eciq"), pytest.param("wco-decmessage", 89, id="wco-decmessage")],
)
def test_every_declaration_is_clean_or_told(corpus: Path, id: str, clean: int) -> None:
    tree = Tree.over_shipped()
    used = mapping(tree, id)
    schema = Schema.load(reader_of(tree), used.definition.target)
    counts: Counter[str] = Counter()
    found = declarations(corpus)
    for name, document in found.items():
        root = document.node()
        result = used.run(root, context(name))
        wrong = errors(result.faults)
        function = root.children("Declaration")[0].children("FunctionCode")[0].value()
        if wrong:
            for fault in wrong:
                assert fault.place.line, (name, fault)
                assert fault.rule, (name, fault)
        else:
            assert not schema.check(result.output), name
        counts[f"{'new' if function == '9' else 'amendment'} {'told' if wrong else 'clean'}"] += 1
    assert len(found) == 128
    assert counts == {"new clean": clean, "new told": 111 - clean, "amendment told": 17}


def test_output_holds_what_the_declaration_says(corpus: Path) -> None:
    tree = Tree.over_shipped()
    name = "TT_IM001a/Step1_TT_IM001a.xml"
    document, _ = parse((corpus / "xml" / "hmrc-cds" / "examples" / name).read_bytes())
    assert document is not None
    result = mapping(tree, "wco-eciq").run(document.node(), context(name))
    values = {line.target.rpartition("/")[2]: line.value for line in result.lineage}
    assert values["ProdHsCode"] == "8510900000"
    assert values["OriCtryCode"] == "840"
    assert values["Currency"] == "826"
    assert values["CiqTrafMode"] == "1"


def test_gate_reports(corpus: Path) -> None:
    tree = Tree.over_shipped()
    used = mapping(tree, "codeco-gate")
    source = Source(tree)
    told: dict[str, set[str]] = {}
    for path in sorted((corpus / "edifact").glob("*CODECO*")) + sorted((corpus / "edifact").glob("*Codeco*")):
        for document in source.documents(path.read_bytes(), used.definition):
            assert document.root is not None
            result = used.run(document.root, context(path.name))
            wrong = errors(result.faults)
            assert all(fault.rule and fault.place.tag for fault in wrong)
            told[path.name] = {
                f"{fault.code} {fault.values.get('target') or fault.values.get('key')}"
                for fault in wrong
                if fault.code != "output-invalid"  # says again that the office is missing
            }
    assert told == {
        "php-edifact-generator__CODECO.edi": {"target-required CUSTOMS_CODE"},
        "smart-data-models__EdiCodeco.edi": {"table-missing-key ESHUV"},
    }
