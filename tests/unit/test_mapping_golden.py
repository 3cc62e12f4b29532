"""The runner of golden cases: comparing, accepting, several documents, refused documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.mapping.documents import Source
from edi_router.mapping.golden import CaseResult, cases, run_cases
from edi_router.mapping.mapping import load

TARGET = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType>
<xs:sequence><xs:element name="No" type="xs:string"/><xs:element name="From" type="xs:string" minOccurs="0"/>
<xs:element name="Day" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
EDIFACT = """id: m
from: CUSRES D96B
to: xml/out.xsd
output:
  Out:
    do:
      No: {from: BGM/C106/d1004, required: yes}
      From: $envelope/UNB/S002/d0004
      Day: $context/business_date
"""
XML = (
    EDIFACT.replace("CUSRES D96B", "xml {urn:o}Order")
    .replace("BGM/C106/d1004", "No")
    .replace("$envelope/UNB/S002/d0004", "$context/sender")
)


def cusres(*numbers: str) -> str:
    messages = "".join(
        f"UNH+{at}+CUSRES:D:96B:UN'\nBGM+962+{number}+9'\nUNT+3+{at}'\n"
        for at, number in enumerate(numbers, 1)
    )
    return f"UNB+UNOA:3+ME+YOU+160701:1200+1'\n{messages}UNZ+{len(numbers)}+1'\n"


class Workshop:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = Tree((folder, shipped_directory()))
        self.write("schemas/xml/out.xsd", TARGET)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def case(self, name: str, text: str) -> None:
        self.write(f"mappings/m/cases/{name}", text)

    def run(self, *, accept: bool = False) -> list[CaseResult]:
        return run_cases(self.tree, ["m"], accept=accept)

    def files(self, case: str) -> dict[str, str]:
        folder = self.folder / "mappings/m/cases" / case
        return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    workshop = Workshop(tmp_path)
    workshop.write("mappings/m/mapping.yaml", EDIFACT)
    return workshop


def test_accept_writes_what_then_passes(shop: Workshop) -> None:
    shop.case("one/in.edi", cusres("A1"))
    before = shop.run()
    assert [(result.case, result.passed) for result in before] == [("one", False)]
    assert "+  <No>A1</No>" in before[0].difference
    assert [(result.passed, result.accepted) for result in shop.run(accept=True)] == [(True, True)]
    assert [(result.passed, result.accepted) for result in shop.run()] == [(True, False)]
    made = shop.files("one")
    assert list(made) == ["in.edi", "out.xml"]
    assert "<From>ME</From>" in made["out.xml"]
    assert "<Day>2016-07-01</Day>" in made["out.xml"]


def test_white_space_does_not_differ_but_values_do(shop: Workshop) -> None:
    shop.case("one/in.edi", cusres("A1"))
    shop.run(accept=True)
    out = shop.files("one")["out.xml"]
    shop.case("one/out.xml", out.replace("\n  <No>", "<No>"))
    assert shop.run()[0].passed
    shop.case("one/out.xml", out.replace("A1", "A2"))
    assert "-  <No>A2</No>\n+  <No>A1</No>" in shop.run()[0].difference


def test_several_messages_and_one_refused(shop: Workshop) -> None:
    shop.case("two/in.edi", cusres("A1", "A2"))
    shop.case("bad/in.edi", cusres("A1", "").replace("962++9", "962++9"))
    shop.case("bad/out.xml", "<stale/>")
    shop.run(accept=True)
    assert list(shop.files("two")) == ["in.edi", "out-1.xml", "out-2.xml"]
    bad = shop.files("bad")
    assert sorted(bad) == ["faults.txt", "in.edi", "out.xml"]
    assert bad["faults.txt"] == "target-required 5:1 UNH(1)\n"
    assert "A1" in bad["out.xml"]
    assert all(result.passed and not result.accepted for result in shop.run())


def test_other_document(shop: Workshop) -> None:
    shop.case("other/in.edi", cusres("A1").replace("CUSRES", "CUSDEC"))
    result = shop.run()[0]
    assert [fault.code for fault in result.faults] == ["mapping-other-document"]
    assert result.faults[0].values["found"] == "CUSDEC D96B"


def test_xml_and_context(shop: Workshop) -> None:
    shop.write("mappings/m/mapping.yaml", XML)
    shop.case("xml/in.xml", "<o:Order xmlns:o='urn:o'><No>7</No></o:Order>")
    shop.case("xml/context.yaml", "business_date: 2020-02-29\nnow: 2020-02-29T01:00:00\nsender: ACME\n")
    shop.case("other/in.xml", "<Order><No>7</No></Order>")
    shop.case("broken/in.xml", "<Order><No>7</Order>")
    results = {result.case: result for result in shop.run(accept=True)}
    assert [fault.code for fault in results["other"].faults] == ["mapping-other-document"]
    assert results["broken"].faults[0].code == "xml-malformed"
    assert "<From>ACME</From>" in shop.files("xml")["out.xml"]
    assert "<Day>2020-02-29</Day>" in shop.files("xml")["out.xml"]


def test_cases_that_cannot_be_run(shop: Workshop) -> None:
    shop.case("none/out.xml", "<Out/>")
    shop.case("context/in.edi", cusres("A1"))
    shop.case("context/context.yaml", "busines_date: 2020-02-29\n")
    shop.case("two/in.edi", cusres("A1"))
    shop.case("two/in.xml", "<A/>")
    results = {result.case: result for result in shop.run(accept=True)}
    assert {case: result.faults[0].code for case, result in results.items()} == {
        "none": "case-input",
        "two": "case-input",
        "context": "config-unknown-key",
    }
    assert not any(result.passed for result in results.values())


def test_mapping_with_faults_fails_as_a_whole(shop: Workshop) -> None:
    shop.write("mappings/m/mapping.yaml", EDIFACT.replace("required", "requird"))
    shop.case("one/in.edi", cusres("A1"))
    results = shop.run()
    assert [(result.case, result.passed) for result in results] == [("", False)]
    assert "mapping.yaml:7:34: config-unknown-key" in results[0].difference


def test_documents_name_their_message(shop: Workshop) -> None:
    mapping, _ = load(shop.tree, "m")
    assert mapping is not None
    found = list(Source(shop.tree).documents(cusres("A1", "A2").encode(), mapping.definition))
    assert [(each.position, each.reference, each.sender, each.recipient) for each in found] == [
        (1, "1", "ME", "YOU"),
        (2, "2", "ME", "YOU"),
    ]
    assert cases(shop.tree, "m") == []
