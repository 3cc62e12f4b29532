"""Fragments: written once, used where they are named; every place points into the fragment."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import render
from edi_router.mapping import load
from edi_router.mapping.coverage import coverage
from edi_router.mapping.documents import Source
from edi_router.mapping.lint import lint, lint_all
from edi_router.mapping.sheet import sheet_of
from edi_router.mapping.trace_given import of_data
from edi_router.mapping.trace_secret import Secrets
from tests.unit.test_mapping_language import CODECO, CONTEXT, DEFINITIONS, XSD, mapped, run, values

PARTY = """
fragments:
  party:
    note: a NAD
    do:
      Code: C082/d3039
      Role: d3035
"""
SHARED = """note: pieces for tests
fragments:
  box:
    do:
      No: EQD/C237/d8260
      Bill: {use: bill, from: RFF}
      Seen: {as: sequence}
  bill:
    do:
      Number: {from: C506/d1154, required: yes}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, text in {
        "schemas/xml/out.xsd": XSD,
        "mappings/fragments/boxes.yaml": SHARED,
        "mappings/m/x": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Tree((tmp_path, shipped_directory()))


def linted(tree: Tree, body: str, head: str = "") -> list[str]:
    """The faults: code, file and place, and what is told of them."""
    lines = "".join(f"      {line}\n" for line in body.strip("\n").splitlines())
    text = f"id: m\nfrom: CODECO D95B\nto: xml/out.xsd{head}\noutput:\n  Out:\n    do:\n{lines}"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    told = []
    for fault in lint("m", tree, DEFINITIONS):
        assert render(fault, "zh")
        file = (fault.place.file or "").rpartition("/")[2]
        told.append(f"{fault.code} {file}:{fault.place.line}:{fault.place.column} {fault.hint}")
    return told


TWO = """
Sender: {use: party, from: "SG2/NAD[d3035='MS']"}
Carrier: {use: party, from: "SG2/NAD[d3035='CF']", do: {Note: {const: x}}}
Nobody: {use: party, from: "SG2/NAD[d3035='CA']"}
"""


def test_a_fragment_is_seen_from_where_it_is_used(tree: Tree) -> None:
    result = run(mapped(tree, TWO, PARTY.lstrip("\n")))
    rows = [(row.target.removeprefix("/Out/"), row.value, row.rule) for row in result.lineage]
    assert rows == [
        ("Sender/Code", "HARBOUR", "mapping.yaml:8"), ("Sender/Role", "MS", "mapping.yaml:9"),
        ("Carrier/Note", "x", "mapping.yaml:14"),
        ("Carrier/Code", "NORD", "mapping.yaml:8"), ("Carrier/Role", "CF", "mapping.yaml:9"),
    ]  # fmt: skip


def test_shared_fragments_and_those_within_them(tree: Tree) -> None:
    mapping = mapped(
        tree, "Box: {each: SG5, when: LOC, use: boxes/box}\nBill: {use: boxes/bill, from: 'SG5[2]/RFF'}"
    )
    result = run(mapping)
    assert values(result) == ["CSQU3054383", "B1", "1", "B2"]
    assert [row.rule for row in result.lineage] == [f"fragments/boxes.yaml:{line}" for line in (5, 10, 7, 10)]
    assert mapping.definition.fragments == {"boxes/box", "boxes/bill"}


def test_one_part_is_meant(tree: Tree) -> None:
    [fault] = run(mapped(tree, "Box: {use: boxes/box, from: SG5}"), program=False).faults
    assert (fault.code, str(fault.place), fault.rule) == (
        "mapping-several-values",
        "10:1 EQD(9) SG5",
        "mapping.yaml:7",
    )
    [fault] = run(
        mapped(tree, "Bill: {use: boxes/bill, from: SG2/NAD, when: {path: d3035, equals: MS}}"), program=False
    ).faults
    assert (fault.code, fault.rule, fault.place.segment) == ("target-required", "fragments/boxes.yaml:10", 4)
    [fault] = run(mapped(tree, "Bill: {use: boxes/bill, from: DTM, required: yes}"), program=False).faults
    assert (fault.code, fault.values["path"], fault.rule) == ("target-required", "DTM", "mapping.yaml:7")


def test_it_is_used_without_a_place_and_several_at_once(tree: Tree) -> None:
    head = "fragments:\n  a: {do: {A: BGM/d1004}}\n  b: {do: {B: BGM/C002/d1001}}\n"
    assert values(run(mapped(tree, "X: {use: [a, b], do: {C: {const: c}}}", head))) == [
        "c",
        "GATE-0042",
        "36",
    ]
    text = "id: m\nfrom: CODECO D95B\nto: xml/out.xsd\nfragments:\n  all: {do: {A: BGM/d1004}}\noutput: {Out: {use: all}}\n"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text)
    mapping, faults = load(tree, "m", DEFINITIONS)
    assert faults == []
    assert mapping is not None
    assert values(run(mapping)) == ["GATE-0042"]


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("A: {use: part, from: SG2/NAD}", PARTY, ["fragment-unknown mapping.yaml:13:16 party"]),
        ("A: {use: boxes/bok, from: SG5}", "", ["fragment-unknown mapping.yaml:7:16 boxes/box"]),
        ("A: {use: box, from: SG5}", "", ["fragment-unknown mapping.yaml:7:16 boxes/box"]),
        ("A: {use: boxs/box, from: SG5}", "", ["fragment-unknown mapping.yaml:7:16 boxes/box"]),
        ("A: BGM/d1004", PARTY, ["fragment-unused mapping.yaml:5:3 None"]),
        ("A: {use: party, from: SG2/NAD, as: upper}", PARTY, ["config-value mapping.yaml:13:38 None"]),
        ("A: {use: party, from: SG2/NAD, each: SG2/NAD}", PARTY, ["config-value mapping.yaml:13:7 None"]),
        ("A: {use: party, from: [FTX, BGM]}", PARTY, ["config-value mapping.yaml:13:29 None"]),
        ("A: {use: party, from: $context/sender}", PARTY, ["config-value mapping.yaml:13:7 None"]),
        ("A: {use: party, fron: NAD}", PARTY, ["config-unknown-key mapping.yaml:13:23 from"]),
        ("A: {use: party, from: SG2/NAF}", PARTY, ["path-unknown mapping.yaml:13:33 NAD"]),
        ("A: {use: party, from: BGM}\nB: {use: party, from: BGM}", PARTY,
         ["path-unknown mapping.yaml:8:13", "path-unknown mapping.yaml:9:13"]),
        ("A: {use: boxes/box, from: SG2/NAD}", "",
         ["path-unknown boxes.yaml:5:11", "path-unknown boxes.yaml:6:31"]),
        ("A: {use: a}", "\nfragments: {a: {do: {A: {use: b}}}, b: {do: {B: {use: a}}}}",
         ["fragment-recursive mapping.yaml:4:55 None"]),
        ("A: {use: a}", "\nfragments: {a: {doo: {A: BGM/d1004}}}",
         ["config-unknown-key mapping.yaml:4:17 do", "config-missing-key mapping.yaml:4:16 None",
          "fragment-unknown mapping.yaml:8:16 None"]),
        ("A: BGM/d1004", "\nfragments: [a]", ["config-value mapping.yaml:4:12 None"]),
    ],
)  # fmt: skip
def test_lint(tree: Tree, body: str, head: str, expected: list[str]) -> None:
    found = sorted(linted(tree, body, head.rstrip("\n")))
    assert len(found) == len(expected)
    assert all(each.startswith(start) for each, start in zip(found, sorted(expected), strict=True)), found


def test_many_fragments_within_each_other_have_an_end(tree: Tree) -> None:
    names = [f"f{number}" for number in range(20)]
    pairs = itertools.pairwise(names)
    parts = [f"  {name}: {{do: {{A: {{use: {after}}}, B: {{use: {after}}}}}}}\n" for name, after in pairs]
    head = "\nfragments:\n" + "".join(parts) + f"  {names[-1]}: {{do: {{A: BGM/d1004}}}}"
    [fault] = [each for each in linted(tree, "X: {use: f0}", head) if "config-value" in each]
    assert fault.startswith("config-value mapping.yaml")


def test_shared_files_are_linted(tree: Tree) -> None:
    alone = Tree(tree.layers[:1])
    text = "id: m\nfrom: xml Order\nto: xml/out.xsd\noutput: {Out: {do: {A: {use: boxes/bill, from: X}}}}\n"
    (alone.layers[0] / "mappings/m/mapping.yaml").write_text(text)
    [fault] = lint_all(alone)
    assert (fault.code, fault.place.line, fault.values["fragment"]) == ("fragment-unused", 3, "boxes/box")
    path = alone.layers[0] / "mappings/fragments/boxes.yaml"
    path.write_text(SHARED.replace("note:", "notes:", 1))
    assert [(fault.code, fault.hint) for fault in lint_all(alone)][:1] == [("config-unknown-key", "note")]
    assert lint_all(Tree((shipped_directory(),)), ["cuscar-mt1101"]) == []


def test_coverage_counts_a_line_of_a_fragment_once(tree: Tree) -> None:
    mapping = mapped(tree, TWO, PARTY.lstrip("\n"))
    found = coverage(mapping, of_data(Source(tree, DEFINITIONS), mapping.definition, "f", CODECO, CONTEXT))
    assert [(each.line, each.file.rpartition("/")[2], each.times) for each in found.outcomes()] == [
        (8, "mapping.yaml", 2), (9, "mapping.yaml", 2), (14, "mapping.yaml", 1),
    ]  # fmt: skip
    shared = mapped(tree, "Box: {each: SG5, when: LOC, use: boxes/box}")
    found = coverage(shared, of_data(Source(tree, DEFINITIONS), shared.definition, "f", CODECO, CONTEXT))
    assert [(each.file.rpartition("/")[2], each.line, each.kind) for each in found.outcomes()] == [
        ("mapping.yaml", 7, "holds"), ("mapping.yaml", 7, "fails"),
        ("boxes.yaml", 5, "target"), ("boxes.yaml", 7, "target"), ("boxes.yaml", 10, "target"),
    ]  # fmt: skip
    assert {file.rpartition("/")[2] for file, _ in found.lines()} == {"boxes.yaml", "mapping.yaml"}


def test_the_partner_sheet_says_where_a_fragment_is_seen_from(tree: Tree) -> None:
    from edi_router.mapping.sheet_page import sheet_page

    mapping = mapped(tree, TWO, PARTY.lstrip("\n"))
    given = of_data(Source(tree, DEFINITIONS), mapping.definition, "f", CODECO, CONTEXT)
    for language, told in (("en", "seen from"), ("zh", "起点")):
        sheet = sheet_of(mapping, given, DEFINITIONS, Secrets((), ()), language)
        assert f"{told} <code>SG2/NAD[d3035=&#x27;MS&#x27;]</code>" in sheet_page(sheet, language)
