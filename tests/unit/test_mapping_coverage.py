"""Coverage: what documents show of a mapping, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.mapping import load, names
from edi_router.mapping.coverage import Coverage, Share, coverage, share_of
from edi_router.mapping.documents import Source
from edi_router.mapping.trace_given import of_cases, of_data
from tests.support.cli import edi_router

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType>
<xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
</xs:complexType></xs:element></xs:schema>"""
MAPPING = """id: m
from: xml Order
to: xml/out.xsd
output:
  Out:
    do:
      No: No
      Either: {from: [Old, New]}
      Land: {from: Land, table: land, default: "000"}
      Kind:
        - {const: big, when: {path: Qty, in: ["10", "20"]}}
        - {const: small, when: {path: Qty, equals: "1"}}
      Line: {each: Line, when: Box, do: {Box: Box, Text: {from: Text, default: none}}}
"""
LINES = {name: 7 + at for at, name in enumerate(("No", "Either", "Land", "Kind", "big", "small", "Line"))}


def workshop(folder: Path) -> Tree:
    files = {
        "mappings/m/mapping.yaml": MAPPING,
        "mappings/tables/land.csv": "code,value\nAU,036\n",
        "schemas/xml/out.xsd": XSD,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree((folder, shipped_directory()))


def of(tree: Tree, *documents: str) -> Coverage:
    mapping, faults = load(tree, "m")
    assert faults == []
    assert mapping is not None
    found = Coverage(mapping)
    for number, document in enumerate(documents, 1):
        data = f"<Order>{document}</Order>".encode()
        for given in of_data(Source(tree), mapping.definition, f"{number}.xml", data):
            found.add(given)
    return found


def untaken(found: Coverage) -> set[tuple[int, str]]:
    return {(each.line, each.kind) for each in found.outcomes() if not each.times}


def test_nothing_is_covered_without_documents(tmp_path: Path) -> None:
    found = of(workshop(tmp_path))
    assert {each.times for each in found.outcomes()} == {0}
    assert share_of(found.outcomes()) == Share(0, len(found.outcomes()))
    assert found.share_of_sources == Share(0, 0)


def test_every_branch_is_taken_by_the_document_that_takes_it(tmp_path: Path) -> None:
    tree = workshop(tmp_path)
    first = "<No>1</No><New>n</New><Land>AU</Land><Qty>10</Qty><Line><Box>B</Box><Text>t</Text></Line>"
    left = untaken(of(tree, first))
    assert left == {
        (LINES["Either"], "alternative"),  # Old
        (LINES["Land"], "default"),
        (LINES["Land"], "table-default"),
        (LINES["big"], "fails"),
        (LINES["small"], "holds"),
        (LINES["small"], "target"),
        (LINES["Line"], "fails"),
        (LINES["Line"], "default"),
    }
    # Each further document takes away just what it takes.
    steps = {
        "<Old>o</Old>": {
            (LINES["Either"], "alternative"),
            (LINES["Land"], "default"),
            (LINES["big"], "fails"),
        },
        "<Land>XX</Land>": {(LINES["Land"], "table-default"), (LINES["big"], "fails")},
        "<Qty>1</Qty>": {(LINES["small"], "holds"), (LINES["small"], "target"), (LINES["big"], "fails")},
        "<Line><Text>t</Text></Line>": {(LINES["Line"], "fails")},
        "<Line><Box>B</Box></Line>": {(LINES["Line"], "default")},
    }
    for document, taken in steps.items():
        now = untaken(of(tree, first, document))
        assert taken <= left - now, document
        assert left - now <= taken | {(LINES["Land"], "default"), (LINES["big"], "fails")}, document
    assert untaken(of(tree, first, *steps)) == set()


def test_a_missing_value_and_a_missing_key_are_two_branches(tmp_path: Path) -> None:
    tree = workshop(tmp_path)
    kinds = {"default", "table-default"}
    missing_key = {kind for line, kind in untaken(of(tree, "<Land>XX</Land>")) if line == LINES["Land"]}
    assert missing_key & kinds == {"default"}
    missing_value = {kind for line, kind in untaken(of(tree, "<No>1</No>")) if line == LINES["Land"]}
    assert missing_value & kinds == {"table-default"}


def test_what_is_never_read_is_told_with_a_place(tmp_path: Path) -> None:
    found = of(
        workshop(tmp_path), "<No>1</No><Extra>x</Extra>", "<No>2</No><Extra>y</Extra><Old>o</Old><New>n</New>"
    )
    unread = {each.path: (each.occurs, each.example) for each in found.unread()}
    assert unread == {"Extra": (2, "1.xml: 1 /Order/Extra"), "New": (1, "2.xml: 1 /Order/New")}
    assert found.share_of_sources == Share(2, 4)
    assert found.share_of_sources.percent == 50.0


def test_a_condition_reads(tmp_path: Path) -> None:
    found = of(workshop(tmp_path), "<Qty>5</Qty>")
    assert found.unread() == []


def test_a_share_is_whole_only_when_all_is() -> None:
    assert (Share(1999, 2000).percent, Share(3, 3).percent, Share(0, 0).percent) == (99.9, 100.0, 100.0)


def test_edifact_values_are_told_apart_by_qualifier() -> None:
    tree = Tree.over_shipped()
    source = Source(tree)
    mapping, _ = load(tree, "cusdec-eciq", source.definitions)
    assert mapping is not None
    found = coverage(mapping, of_cases(tree, source, mapping))
    unread = {each.path for each in found.unread()}
    assert "LOC[d3227='36']/C517/d3225" in unread
    assert "LOC[d3227='35']/C517/d3225" not in unread
    assert not any("UNH" in path or "UNT" in path for path in unread)
    assert "DTM[C507/d2005='137']/C507/d2379" not in unread  # a date is read by its format
    assert found.documents >= 14


@pytest.mark.parametrize("id", names(Tree.over_shipped()))
def test_watching_changes_nothing(id: str) -> None:
    tree = Tree.over_shipped()
    source = Source(tree)
    mapping, _ = load(tree, id, source.definitions)
    assert mapping is not None
    found = Coverage(mapping)
    for given in of_cases(tree, source, mapping):
        root = given.document.root
        if root is None:
            continue
        used = mapping.for_release(root)
        plain = used.run_closely(root, given.context, given.envelope)
        watched = next(watched for each, watched, _ in found._watches if each is used)
        seen = watched.run_closely(root, given.context, given.envelope)
        assert seen.output == plain.output
        assert [(each.code, each.place) for each in seen.faults] == [
            (each.code, each.place) for each in plain.faults
        ]
        assert seen.lineage == plain.lineage


def test_the_verb(tmp_path: Path) -> None:
    workshop(tmp_path)
    case = tmp_path / "mappings/m/cases/one"
    case.mkdir(parents=True)
    (case / "in.xml").write_text("<Order><No>1</No><Extra>x</Extra></Order>")
    shape = edi_router("coverage", tmp_path / "mappings/m", "--json").json
    assert shape["inputs"] == ["one"]
    assert shape["sources"]["unread"] == [{"path": "Extra", "occurs": 1, "example": "one: 1 /Order/Extra"}]
    assert {"line": LINES["small"], "covered": 1, "total": 3, "percent": 33.3} in [
        {key: value for key, value in each.items() if key != "file"} for each in shape["lines"]
    ]
    other = tmp_path / "other.xml"
    other.write_text("<Order><No>1</No><Qty>1</Qty></Order>")
    shape = edi_router("coverage", tmp_path / "mappings/m", other, "--json").json
    assert (shape["inputs"], shape["sources"]["percent"]) == ([str(other)], 100.0)
    ran = edi_router("coverage", tmp_path / "mappings/m")
    assert (ran.code, "never true" in ran.out, "m: 1 document;" in ran.out) == (0, True, True)
    assert edi_router("coverage", "no-such-mapping").code == 2
    assert edi_router("coverage", tmp_path / "mappings/m", tmp_path / "absent.xml").code == 3
