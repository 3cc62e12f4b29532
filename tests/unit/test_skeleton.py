"""Skeletons of new mappings: they lint clean and run; what is guessed; what is carried over to another release."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import is_error
from edi_router.formats.edifact.directory import definitions_over
from edi_router.mapping.documents import Source
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.lint import lint
from edi_router.mapping.mapping import load
from edi_router.mapping.skeleton import Unusable, Wish, schema_of, skeleton
from edi_router.mapping.skeleton_like import carry_over, match_groups
from edi_router.mapping.skeleton_words import Weights, words
from tests.support.cli import edi_router

GOOD = shipped_directory() / "samples" / "good"
WCO = "xml {urn:wco:datamodel:WCO:DocumentMetaData-DMS:2}MetaData"
PAIRS = [
    ("CUSDEC D96B", "xml/eciq-declaration.xsd", "cusdec-import.edi"),
    ("CODECO D95B", "xml/gate-release.xsd", "codeco.edi"),
    ("CODECO D95B", "records codeco-flat", "codeco.edi"),
    ("CODECO D95B", "CODECO D01B", "codeco.edi"),
    ("CUSDEC D96B", "CUSRES D96B", "cusdec-import.edi"),
    ("records codeco-flat", "CODECO D95B", "codeco-flat.txt"),
    ("csv certificate-origin", "xml/certificate-origin.xsd", "certificate-origin.csv"),
    ("xml TransferOrder", "SANCRT D96B", "transfer-order.xml"),
    ("xml TransferOrder", "csv certificate-origin", "transfer-order.xml"),
    (WCO, "xml/dec-message.xsd", "wco-declaration.xml"),
]


def written(root: Path, text: str) -> Tree:
    file = root / "mappings" / "new" / "mapping.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Tree.over_shipped(root)


@pytest.mark.parametrize("every", [False, True], ids=["mandatory", "all"])
@pytest.mark.parametrize(("source", "target", "sample"), PAIRS)
def test_a_skeleton_lints_clean_and_runs(
    tmp_path: Path, source: str, target: str, sample: str, every: bool
) -> None:
    tree = Tree.over_shipped()
    data = (GOOD / sample).read_bytes()
    made = skeleton(tree, Wish("new", source, target, schema_of(tree, source), every=every), data)
    tree = written(tmp_path, made.text)
    assert lint("new", tree) == []
    mapping, faults = load(tree, "new")
    assert not faults
    assert mapping is not None
    documents = list(Source(tree).documents(data, mapping.definition))
    assert documents
    for document in documents:
        assert document.root is not None
        result = mapping.run_closely(document.root, STANDARD)
        assert [fault for fault in result.faults if is_error(fault)] == []
        assert result.output
    assert made.text.count("# guess") >= made.guesses
    assert made.guesses + made.open > 0


def test_without_a_sample_it_lints_clean_too(tmp_path: Path) -> None:
    made = skeleton(Tree.over_shipped(), Wish("new", "CODECO D95B", "xml/gate-release.xsd"))
    assert lint("new", written(tmp_path, made.text)) == []


def test_what_is_guessed() -> None:
    data = (GOOD / "cusdec-import.edi").read_bytes()
    text = skeleton(Tree.over_shipped(), Wish("new", "CUSDEC D96B", "xml/eciq-declaration.xsd"), data).text
    assert "ITF_DCL_IO_DECL_GOODS:  # goods item\n            each: SG30  # guess\n" in text
    assert "DeclRegNo: {from: \"SG6/NAD[d3035='DT']/C082/d3039\"" in text
    assert "GNo: {as: sequence}" in text


def test_a_code_table_is_guessed_by_its_name() -> None:
    data = (GOOD / "cusdec-import.edi").read_bytes()
    wish = Wish("new", "CUSDEC D96B", "xml/eciq-declaration.xsd", every=True)
    text = skeleton(Tree.over_shipped(), wish, data).text
    assert any("guess" in line and "table: " in line for line in text.splitlines())


@pytest.mark.parametrize(
    ("source", "target", "option"),
    [
        ("CUSDEC", "xml/gate-release.xsd", "--from"),
        ("CUSDEC D99Z", "xml/gate-release.xsd", "--from"),
        ("csv nothing", "xml/gate-release.xsd", "--from"),
        ("CUSDEC D96B", "xml/nothing.xsd", "--to"),
        ("CUSDEC D96B", "xml Root", "--to"),
        ("CUSDEC D96B", "nothing", "--to"),
    ],
)
def test_what_cannot_be_had_is_told(source: str, target: str, option: str) -> None:
    with pytest.raises(Unusable) as told:
        skeleton(Tree.over_shipped(), Wish("new", source, target))
    assert told.value.option == option
    assert told.value.problem_zh


def test_a_sample_of_something_else_is_told() -> None:
    with pytest.raises(Unusable) as told:
        skeleton(
            Tree.over_shipped(),
            Wish("new", "CUSDEC D96B", "xml/gate-release.xsd"),
            (GOOD / "codeco.edi").read_bytes(),
        )
    assert told.value.option == "--sample"


@pytest.mark.parametrize(
    ("other", "source"),
    [("cusdec-eciq", "CUSDEC D21B"), ("codeco-gate", "CODECO D21B"), ("codeco-flat", "CODECO D01B")],
)
def test_a_mapping_is_carried_over_to_another_release(tmp_path: Path, other: str, source: str) -> None:
    carried = carry_over(Tree.over_shipped(), other, "new", source)
    assert carried.changed
    assert carried.lost == []
    assert lint("new", written(tmp_path, carried.text)) == []


def test_groups_are_matched_by_their_trigger_and_content() -> None:
    definitions = definitions_over(Tree.over_shipped())
    old, new = (definitions.message_of(release, "CUSDEC") for release in ("D96B", "D21B"))
    assert old is not None
    assert new is not None
    groups = match_groups(old, new)
    assert groups[("SG30",)] == ("SG32",)
    assert groups[("SG30", "SG37")] == ("SG32", "SG39")


def test_what_cannot_be_placed_is_commented_out_and_listed() -> None:
    carried = carry_over(Tree.over_shipped(), "cusdec-eciq", "new", "CUSCAR D96B")
    assert carried.lost
    for lost in carried.lost:
        assert f"# not placed: {lost.path}: {lost.problem}" in carried.text


def test_carrying_over_by_the_command(tmp_path: Path) -> None:
    root = tmp_path / "project"
    edi_router("new", "project", root)
    ran = edi_router(
        "--workspace", root, "new", "mapping", "new", "--like", "codeco-gate", "--from", "CODECO D21B"
    )
    assert ran.code == 0
    assert "0 not placed" in ran.out
    for wrong in (
        ("--like", "nothing"),
        ("--like", "transfer-order"),
        ("--sample", str(GOOD / "codeco.edi")),
    ):
        assert edi_router("--workspace", root, "new", "mapping", "other", *wrong).code == 2


def test_words_are_weighed() -> None:
    weights = Weights.over([("country", "despatch"), ("country", "origin"), ("number",)])
    assert weights.of("despatch") > weights.of("country")
    wanted = words("DespCtryCode")
    assert weights.alike(wanted, ("country", "despatch")) > weights.alike(wanted, ("country", "origin"))
    assert weights.alike(("number",), ("total", "number")) == 0
