"""docs/mapping.md: every example is run, every key and function is described."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree
from edi_router.formats.xml.reader import parse
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.mapping import load
from edi_router.mapping.model import CONDITION_KEYS, ITEM_KEYS, KEYS, TABLE_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```\n```xml\n(.*?)```", PAGE, re.DOTALL)
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType>
<xs:sequence><xs:any maxOccurs="unbounded" processContents="skip"/></xs:sequence>
</xs:complexType></xs:element></xs:schema>"""


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def canonical(text: str) -> str:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(text, parser), method="c14n2").decode()


@pytest.mark.parametrize(("mapping", "expected"), EXAMPLES)
def test_example(tmp_path: Path, mapping: str, expected: str) -> None:
    head = "id: m\nfrom: xml Order\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"
    body = "".join(f"      {line}\n" for line in mapping.splitlines())
    files = {
        "mappings/m/mapping.yaml": head + body,
        "mappings/tables/country.csv": block("csv country"),
        "schemas/xml/out.xsd": SCHEMA,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found, faults = load(Tree((tmp_path,)), "m")
    assert faults == []
    assert found is not None
    document, _ = parse(block("xml source").encode())
    assert document is not None
    result = found.run(document.node(), replace(STANDARD, sender="ACME"))
    made = etree.tostring(etree.fromstring(result.output)).decode()
    assert canonical(made) == canonical(f"<Out>{expected}</Out>")
    assert {fault.code for fault in result.faults} <= {"value-cut"}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 6
    assert STANDARD.now.astimezone(STANDARD.zone) == datetime.datetime(2016, 7, 1, 12, tzinfo=STANDARD.zone)


def test_every_key_and_function_is_described() -> None:
    for key in {*KEYS, *ITEM_KEYS, "path", *TABLE_KEYS, *CONDITION_KEYS}:
        assert re.search(rf"[`{{ ]{key}[`:]", PAGE), key
    for name, function in FUNCTIONS.items():
        argument = function.form + (
            " (may be left out)" if function.form and not function.needs_argument else ""
        )
        assert f"| `{name}` | {argument} | {function.summary} |" in PAGE
