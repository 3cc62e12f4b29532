"""The trace page and the partner sheet: values with their partners, secrets masked, nothing from the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html

from edi_router.config import Tree, shipped_directory
from edi_router.formats.documents import load_document_types
from edi_router.mapping import load, names
from edi_router.mapping.documents import Source
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.sheet import Sheet, sheet_of
from edi_router.mapping.sheet_words import _CHINESE, WORDS
from edi_router.mapping.trace_given import of_cases
from edi_router.mapping.trace_page import _WORDS
from edi_router.mapping.trace_secret import MASK, Secrets, covered, secrets_of
from edi_router.paths import parse
from tests.support.cli import edi_router, process

CASES = shipped_directory() / "mappings"
PASSWORD = "482913"
OWN = re.compile(r"(src|href)=(?![\"']?#)|url\(|@import|fetch\(|XMLHttpRequest|sendBeacon")
"""What would make a page need something else."""


def traced(tmp_path: Path, id: str, file: str) -> html.HtmlElement:
    out = tmp_path / "trace.html"
    edi_router("trace", CASES / id / "cases" / file, "--map", id, "--html", out)
    text = out.read_text(encoding="utf-8")
    assert not OWN.search(text)
    return html.fromstring(text)


def value(page: html.HtmlElement, text: str, side: int) -> html.HtmlElement:
    found = page.xpath(f"(//section)[{side}]//span[@class='v'][. = '{text}']")
    assert found, text
    return found[0]


def texts(page: html.HtmlElement, of: html.HtmlElement) -> list[str]:
    return [page.get_element_by_id(id).text for id in (of.get("data-p") or "").split()]


@pytest.mark.parametrize(
    ("id", "file", "output", "inputs"),
    [
        ("cusdec-eciq", "full/in.edi", "EXAMPLE FOODS HONG KONG NO. 1-720",
         ["EXAMPLE FOODS", "HONG KONG", "NO. 1-720"]),
        ("transfer-order", "full/in.xml", "4205002604000018", ["4205002604000018"]),
        ("flat-codeco", "every-part/in.txt", "CSQU3054383", ["CSQU3054383"]),
        ("co-certificate", "full/in.csv", "2026-03-14", ["2026-03-14"]),
    ],
)  # fmt: skip
def test_a_value_knows_its_partners(
    tmp_path: Path, id: str, file: str, output: str, inputs: list[str]
) -> None:
    page = traced(tmp_path, id, file)
    made = value(page, output, 2)
    assert texts(page, made) == inputs
    for each in made.get("data-p").split():
        assert made.get("id") in page.get_element_by_id(each).get("data-p").split()
    assert "mapping.yaml:" in made.get("data-i")
    ids = page.xpath("//span/@id")
    assert len(ids) == len(set(ids)) > 20


def test_what_has_no_partner_says_so(tmp_path: Path) -> None:
    page = traced(tmp_path, "cusdec-eciq", "full/in.edi")
    constant = value(page, "0", 2)
    assert constant.get("data-p") is None
    assert "Not from the document" in constant.get("data-i")
    unused = value(page, "24720", 1)
    assert unused.get("data-p") is None


def test_a_fault_leads_to_the_value_of_the_source(tmp_path: Path) -> None:
    page = traced(tmp_path, "flat-codeco", "fault-fields/in.txt")
    fault = next(each for each in page.xpath("//li/span") if "output-invalid" in each.text_content())
    assert texts(page, fault) == ["16.400,5"]
    assert "[mapping.yaml:" in fault.text_content()


def test_a_page_holds_several_documents(tmp_path: Path) -> None:
    page = traced(tmp_path, "cusdec-eciq", "several-messages/in.edi")
    assert len(page.xpath("//h2")) == len(page.xpath("//section")) / 2 > 1


def test_a_secret_that_is_not_mapped_is_shown_nowhere(tmp_path: Path) -> None:
    """The transfer is passed on without its password."""
    file = CASES / "transfer-order/cases/full/in.xml"
    assert PASSWORD in file.read_text(encoding="utf-8")
    out = tmp_path / "trace.html"
    ran = edi_router("trace", file, "--map", "transfer-order", "--html", str(out))
    assert PASSWORD not in ran.out + ran.err + out.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["--json", "--html", "", "faults"])
def test_a_secret_is_shown_nowhere(tmp_path: Path, form: str) -> None:
    file = CASES / "sancrt-transfer/cases/full/in.edi"
    if form == "faults":  # a password that is refused is not told either
        text = file.read_text(encoding="utf-8")
        file = tmp_path / "in.xml"
        assert PASSWORD in text
        file.write_text(text.replace(PASSWORD, f"{PASSWORD}-wrong"), encoding="utf-8")
    out = tmp_path / "trace.html"
    options = {"--json": ["--json"], "--html": ["--html", str(out)]}.get(form, [])
    ran = edi_router("trace", file, "--map", "sancrt-transfer", *options)
    shown = ran.out + ran.err + (out.read_text(encoding="utf-8") if form == "--html" else "")
    assert PASSWORD not in shown
    assert MASK in shown


def test_what_a_secret_of_the_output_is_made_from_is_secret() -> None:
    tree = Tree.over_shipped()
    source = Source(tree)
    mapping, _ = load(tree, "sancrt-transfer", source.definitions)
    assert mapping is not None
    given = next(each for each in of_cases(tree, source, mapping) if each.name == "ascii")
    root = given.document.root
    assert root is not None
    rows = mapping.run_closely(root, given.context, given.envelope).lineage
    known = Secrets(target=(parse("Password"),))
    assert [place.tag for place in known.places(rows, root)] == ["AUT"]
    assert known.texts(rows, root) == {PASSWORD}
    assert [row.target for row in known.masked(rows, root) if row.value == MASK] == [
        "/TransferOrder/Password"
    ]
    assert Secrets().masked(rows, root) == rows
    assert Secrets().texts(rows, root) == frozenset()


def test_a_secret_inside_a_text() -> None:
    assert covered("`482913` is wrong", ["482913"]) == f"`{MASK}` is wrong"
    assert covered("9", ["9"]) == MASK
    assert covered("19", ["9"]) == "19"


def test_secret_paths_are_paths(tmp_path: Path) -> None:
    folder = tmp_path / "schemas/documents"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("id: a\nfor: xml A\nsecret: [Pass, 'B[']\n")
    _, faults = load_document_types(Tree((tmp_path,)))
    assert [(fault.code, fault.place.line) for fault in faults] == [("config-value", 3)]


def sheet(id: str, language: str = "en") -> Sheet:
    tree = Tree.over_shipped()
    source = Source(tree)
    mapping, _ = load(tree, id, source.definitions)
    assert mapping is not None
    return sheet_of(
        mapping, of_cases(tree, source, mapping), source.definitions, secrets_of(tree, mapping), language
    )


def test_the_sheet_tells_a_target() -> None:
    rows = {row.name: row for row in sheet("cusdec-eciq").rows}
    row = rows["CiqDespCtryCode"]
    assert row.sources[0] == ("LOC[d3227='35']/C517/d3225", "Place/location identification")
    assert row.item.table is not None
    assert row.examples[0].output == "156"
    assert row.examples[0].inputs == ("CN",)
    assert rows["DeclRegNo"].about.mandatory
    assert rows["DeclRegNo"].about.form == "string 1..20"
    assert rows["DeclRegNo"].about.name == "declarant registration"
    chinese = {row.name: row for row in sheet("cusdec-eciq", "zh").rows}
    assert chinese["DeclRegNo"].about.name != "declarant registration"


def test_the_sheet_of_an_edifact_message() -> None:
    rows = sheet("transfer-sancrt").rows
    names = [row.name for row in rows]
    assert "NAD[d3035='FO']" in names
    assert not any(row.item.qualifier for row in rows)
    row = next(row for row in rows if row.name == "C106/d1004")
    assert (row.about.form, row.about.name, row.about.mandatory) == (
        "an..35",
        "Document/message number",
        False,
    )
    password = next(row for row in sheet("sancrt-transfer").rows if row.name == "Password")
    assert {(each.inputs, each.output) for each in password.examples} == {((MASK,), MASK)}


def test_the_sheet_of_a_flat_file() -> None:
    rows = {row.name: row for row in sheet("codeco-flat").rows}
    assert rows["Head"].about.form == ""
    assert rows["GateTime"].about.form.startswith("date ")


@pytest.mark.parametrize("id", names(Tree.over_shipped()))
def test_every_shipped_mapping_has_its_sheet(tmp_path: Path, id: str) -> None:
    out = tmp_path / "sheet.html"
    assert edi_router("doc", id, "-o", out).code == 0
    text = out.read_text(encoding="utf-8")
    assert not OWN.search(re.sub(r"<code>.*?</code>", "", text))
    assert PASSWORD not in text
    page = html.fromstring(text)
    targets = set(page.xpath("//*[@id]/@id"))
    assert {link[1:] for link in page.xpath("//a/@href")} <= targets
    assert len(page.xpath("//table[@class='s']//tr")) > 3


def test_the_sheet_in_chinese() -> None:
    ran = process("doc", "transfer-order", lang="zh")
    assert ran.code == 0
    for key in ("target", "source", "how", "examples"):
        assert WORDS[key][1] in ran.out
    assert '<html lang="zh">' in ran.out


def test_every_word_and_function_is_in_both_languages() -> None:
    assert set(_CHINESE) == set(FUNCTIONS)
    for english, chinese in (*WORDS.values(), *_WORDS.values()):
        assert english
        assert re.search("[一-鿿]", chinese)
