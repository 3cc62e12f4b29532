"""What is wrong with a faulty mapping file is told all at once, and nothing that only follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import render
from edi_router.mapping.lint import lint
from tests.unit.test_mapping_lint import BODY, EDIFACT, SOURCE, TARGET, XML

__all__ = ["tree"]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    from edi_router.config import shipped_directory

    (tmp_path / "schemas/xml").mkdir(parents=True)
    (tmp_path / "mappings/m").mkdir(parents=True)
    (tmp_path / "schemas/xml/out.xsd").write_text(TARGET)
    (tmp_path / "schemas/xml/in.xsd").write_text(SOURCE)
    return Tree((tmp_path, shipped_directory()))


def told(tree: Tree, text: str) -> list[str]:
    """Each fault as `line:column code hint`, by place."""
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    faults = lint("m", tree)
    assert all("?" not in render(fault, "en") + render(fault, "zh") for fault in faults)
    places = sorted(
        (fault.place.line or 0, fault.place.column or 0, fault.code, fault.hint) for fault in faults
    )
    return [f"{line}:{column} {code} {hint or ''}".rstrip() for line, column, code, hint in places]


def test_all_stages_at_once(tree: Tree) -> None:
    body = (
        "output:\n  Out:\n    do:\n"
        "      Head: {do: {MsgId: {from: $context/uuid, requird: yes}}}\n"  # 7: a key
        "      No: {from: BGM/C106/d104, as: uper}\n"  # 8: a path and a function
        "      Newe: {const: x}\n"  # 9: a target
        "      New: {from: BGM/C106/d1004, table: ther-is-none}\n"  # 10: a table
    )
    assert told(tree, EDIFACT.replace("id: m", "id: wrong") + body) == [
        "1:5 config-value m",
        "7:48 config-unknown-key required",
        "8:27 path-unknown d1004",
        "8:37 function-unknown upper",
        "9:7 target-unknown New",
        "10:42 table-missing",
    ]


def test_a_wrong_id_hides_nothing(tree: Tree) -> None:
    body = BODY.replace("d1004", "d104").replace("      New: {const: x}\n", "")
    assert told(tree, EDIFACT.replace("id: m", "id: n") + body) == [
        "1:5 config-value m", "5:3 target-unfilled", "8:20 path-unknown d1004",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        # Without `from`, or with one that cannot be read, nothing is said of paths, but of all else.
        ("id: m\nto: xml/out.xsd\n", ["1:1 config-missing-key"]),
        ("id: m\nfrom: CUSDEC\nto: xml/out.xsd\n", ["2:7 config-value"]),
        ("id: m\nfrom: CUSDEC D96B\naliases: {I: SG1}\nto: xml/out.xsd\n", ["3:11 config-value"]),
    ],
)
def test_without_a_source(tree: Tree, head: str, expected: list[str]) -> None:
    at = head.count("\n") + 4
    body = BODY.replace("BGM/C106/d1004", "Foo/Bar").replace("New:", "Nwe:")
    faults = told(tree, head + body)
    assert faults[:1] == expected
    assert [each.split(" ", 1)[1] for each in faults[1:]] == ["target-unfilled", "target-unknown New"]
    assert faults[2].startswith(f"{at + 2}:7 ")


@pytest.mark.parametrize("to", ["", "to: out\n", "to: CUSRES\n"])
def test_without_a_target(tree: Tree, to: str) -> None:
    keys = (
        "      \"NAD[d3035='CN']/C082/d3039\": NAD/C082/d303\n"  # a key of EDIFACT: nothing is wrong with it
    )
    faults = told(tree, f"id: m\nfrom: CUSDEC D96B\n{to}output:\n  X:\n    do:\n{keys}")
    line = 6 + bool(to)
    assert len(faults) == 2
    assert faults[1].startswith(f"{line}:37 path-unknown")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # What follows from a part that cannot be read is not told: no value is wrong, none is missing.
        ("No: {const: x, as: uper}", ["8:26 function-unknown upper"]),
        ("No: 'BGM['", ["8:16 path-syntax"]),
        ("No: [[x]]", ["8:12 config-value"]),
        ("'No[': BGM/C106/d1004", ["8:7 config-value"]),
        ("No: {use: nothing}", ["8:17 fragment-unknown"]),
        ("No: {from: GIS, as: cout}", ["8:27 function-unknown count"]),
        (
            "Goods: {each: 'SG30[', do: {'@seq': CST/d1496, Hs: CST/d14966}}\n      No: x",
            ["8:27 path-syntax"],
        ),
        ("Goods: {eech: SG30, do: {'@seq': CST/d1496, Hs: CST/d14966}}", ["8:15 config-unknown-key each"]),
    ],
)
def test_what_follows_is_not_told(tree: Tree, line: str, expected: list[str]) -> None:
    text = EDIFACT + BODY.replace("No: BGM/C106/d1004", line)
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    assert [each for each in told(tree, text) if each.startswith("8:")] == expected


def test_types_are_not_told_of_what_could_not_be_read(tree: Tree) -> None:
    file = tree.layers[0] / "schemas/xml/out.xsd"
    file.write_text(file.read_text().replace('"No" type="xs:string"', '"No" type="xs:decimal"'))
    text = EDIFACT + BODY.replace("BGM/C106/d1004", "{from: BGM/C106/d1004, as: decimel}")
    assert told(tree, text) == ["8:38 function-unknown decimal"]


def test_conditions_that_cannot_be_read_are_there(tree: Tree) -> None:
    lines = "No: {from: BGM/C106/d1004, when: {path: BGM, equal: x}}\n      No: {const: x, when: 'BGM['}"
    faults = told(tree, XML.replace("xml Order", "CUSDEC D96B") + BODY.replace("No: BGM/C106/d1004", lines))
    assert not [each for each in faults if "target-repeated" in each]


def test_several_roots_are_read(tree: Tree) -> None:
    faults = told(tree, EDIFACT + "output:\n  Out: {do: {No: {form: X}}}\n  Two: {do: {No: {from: 'X['}}}\n")
    assert faults == ["5:3 config-value", "5:19 config-unknown-key from", "6:28 path-syntax"]


@pytest.mark.parametrize(("key", "place"), [("from", "2:6"), ("to", "3:4")])
def test_an_empty_source_or_target(tree: Tree, key: str, place: str) -> None:
    # The lines stand for whole segments: what they mean is not known, so nothing is said of them.
    text = "id: m\nfrom: CODECO D95B\nto: CODECO D01B\noutput: {CODECO: {do: {BGM: BGM, FTX: FTX}}}\n"
    faults = told(tree, re.sub(f"(?m)^{key}: .*", f"{key}:", text))
    assert [each for each in faults if "target-unfilled" not in each] == [f"{place} config-value"]


def test_segments_below_a_wrong_path(tree: Tree) -> None:
    text = "id: m\nfrom: CODECO D95B\nto: CODECO D01B\noutput: {CODECO: {do: {SG5: {each: SG55, do: {EQD: EQD}}}}}\n"
    faults = told(tree, text)
    assert [each for each in faults if "path-" in each] == ["4:36 path-unknown SG5"]


def test_misspelt_aliases(tree: Tree) -> None:
    head = "id: m\nfrom: CUSDEC D96B\nalias: {ITEM: SG30}\nto: xml/out.xsd\n"
    assert told(tree, head + BODY.replace("BGM/C106/d1004", "ITEM/CST/d1496")) == [
        "3:1 config-unknown-key aliases"
    ]


def test_a_root_that_the_schema_has_not(tree: Tree) -> None:
    text = XML.replace("xml Order", "xml Ordre") + BODY.replace("BGM/C106/d1004", "Line/Hss")
    assert told(tree, text) == ["2:7 config-value Order"]
