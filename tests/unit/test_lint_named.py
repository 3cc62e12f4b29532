"""Lint: what partner files and document types name that no document can have, and names that look misspelt."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import is_error, render
from edi_router.partners.lint_names import is_slip, lint_names
from edi_router.partners.lint_paths import lint_named_paths

PARTNER = """\
id: FWD
name: {en: Forwarder, zh: 货代}
status: live
role: forwarder
channel: {kind: folder, root: exchange/FWD}
agreements:
  - {id: one, receives: RECEIVES, WHEN deliver: {to: FWD}}
"""
DOCUMENT = """\
id: boxes
for: xml Boxes
references: {container: A, bill: B}
parties: {customs: C}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for folder in ("partners", "schemas/documents"):
        (tmp_path / folder).mkdir(parents=True)
    return Tree((tmp_path, shipped_directory()))


def told(tree: Tree, receives: str, when: str = "") -> list[str]:
    text = PARTNER.replace("RECEIVES", receives).replace("WHEN ", f"when: {when}, " if when else "")
    (tree.layers[0] / "partners/FWD.yaml").write_text(text)
    faults = lint_named_paths(tree, Tree(tree.layers[:1]))
    for fault in faults:
        assert "?" not in render(fault, "en") + render(fault, "zh")
        assert not is_error(fault)
    return [
        f"{each.place.line}:{each.place.column} {each.code} {each.hint or ''}".rstrip() for each in faults
    ]


@pytest.mark.parametrize(
    ("receives", "expected"),
    [
        ("CUSDEC D96B", []), ("CUSDEC", []), ("CONTRL", []), ("xml Anything", []),
        ("CUSDEC D96C", ["7:25 definition-missing CUSDEC D96B"]),
        ("CUSDEC OWN1", ["7:25 message-type-unknown"]),
        ("CUSDEX D96B", ["7:25 definition-missing"]),
        ("CUSDEX", ["7:25 message-type-unknown CUSDEC"]),
        # Messages that are checked by another directory need only that one.
        ("CUSDEC D97Z, check_as: D96B", []),
        ("CUSDEC D96B, check_as: D97B", ["7:48 definition-missing CUSDEC D96B"]),
    ],
)  # fmt: skip
def test_directories_that_are_not_here(tree: Tree, receives: str, expected: list[str]) -> None:
    assert told(tree, receives) == expected


def test_values_that_no_message_has(tree: Tree) -> None:
    wrong = "7:73 path-value-unknown"
    found = told(tree, "CODECO D95B", "{path: SG5/EQD/d8053, equals: CX}")
    assert [each.split(" (")[0] for each in found] == ["7:74 path-value-unknown CH"]
    found = told(tree, "CODECO", "[{path: SG5/EQD/d8053, in: [CN, 'CX']}]")
    assert [each.rpartition(" ")[0].split(" ")[1] for each in found] == [wrong.split(" ")[1]]
    assert told(tree, "CODECO", "{path: SG5/EQD/d8053, in: [CN, CH]}") == []
    # AE is a code of 4343 in D.01B, not in D.95B: as either may come, it is right.
    assert told(tree, "CODECO", "{path: BGM/d4343, equals: AE}") == []
    assert len(told(tree, "CODECO D95B", "{path: BGM/d4343, equals: AE}")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DOCUMENT, []),
        (DOCUMENT.replace("container", "contaner"), ["3:14 container"]),
        (DOCUMENT.replace("container", "contianer"), ["3:14 container"]),
        (DOCUMENT.replace("bill", "bills").replace("customs", "custom"), ["3:28 bill", "4:11 customs"]),
        # A deployment may have kinds of its own.
        (DOCUMENT.replace("container", "waybill").replace("customs", "guild"), []),
        (DOCUMENT.replace("references: {container: A, bill: B}\n", ""), []),
        ("id: boxes\nfor: xml Boxes\nreferences: [x]\n", []),
    ],
)
def test_names_that_look_misspelt(tree: Tree, text: str, expected: list[str]) -> None:
    (tree.layers[0] / "schemas/documents/boxes.yaml").write_text(text)
    faults = lint_names(tree)
    assert {fault.code for fault in faults} <= {"config-name-alone"}
    assert not any(is_error(fault) for fault in faults)
    assert [f"{each.place.line}:{each.place.column} {each.hint}" for each in faults] == expected


def test_of_two_own_names_that_of_several_files_is_right(tree: Tree) -> None:
    folder = tree.layers[0] / "schemas/documents"
    for name, kind in (("a", "waybill"), ("b", "waybill"), ("c", "waybil"), ("d", "lorry"), ("e", "lorri")):
        (folder / f"{name}.yaml").write_text(
            f"id: {name}\nfor: xml {name.upper()}\nreferences: {{{kind}: A}}\n"
        )
    assert [(Path(str(each.place.file)).name, each.hint) for each in lint_names(tree)] == [
        ("c.yaml", "waybill")
    ]


def test_the_shipped_names() -> None:
    assert lint_names(Tree((shipped_directory(),))) == []
    assert not is_slip("fee", "fee")
