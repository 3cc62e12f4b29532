"""Replay: what a changed mapping changes in the outputs, by kind."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from edi_router.config import shipped_directory
from edi_router.mapping.replay import Change
from edi_router.mapping.replay_diff import Shoot, differences
from edi_router.mapping.replay_expect import read_expectation, unexpected, written_expectation
from edi_router.mapping.trace_secret import MASK
from tests.support.cli import edi_router
from tests.support.workspaces import deployment, drop_sample_day

MAPPINGS = shipped_directory() / "mappings"


def changed(folder: Path, id: str, *edits: tuple[str, str]) -> Path:
    """A copy of a shipped mapping with other lines: what it was before."""
    old = folder / "before"
    shutil.copytree(MAPPINGS / id, old)
    path = old / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return old


def inputs(id: str, case: str = "*") -> list[Path]:
    return sorted((MAPPINGS / id / "cases").glob(f"{case}/in.*"))


def replayed(id: str, old: Path, *more: str | Path, case: str = "*") -> Any:
    ran = edi_router("replay", id, "--against", old, *inputs(id, case), "--json", *more)
    return ran.json | {"code": ran.code}


def kinds(shape: Any) -> dict[tuple[str, str], int]:
    return {(each["element"], each["change"]): each["count"] for each in shape["changes"]}


def test_an_unchanged_mapping_changes_nothing(tmp_path: Path) -> None:
    shape = replayed("cusdec-eciq", changed(tmp_path, "cusdec-eciq"))
    assert (shape["code"], shape["changed"], shape["changes"]) == (0, 0, [])
    assert shape["documents"] > 10


def test_a_change_of_xml_is_told_by_element(tmp_path: Path) -> None:
    old = changed(tmp_path, "transfer-order", ('Weight, as: {decimal: "5"}', 'Weight, as: {fixed: "3"}'))
    shape = replayed("transfer-order", old, case="full")
    assert shape["code"] == 1
    (change,) = shape["changes"]
    assert (change["element"], change["change"], change["from"]) == ("Goods/Weight", "changed", "9.9")
    assert change["count"] == 1
    assert change["example"]["where"] == "/Goods/Weight"
    assert float(change["example"]["old"]) == float(change["example"]["new"])


def test_a_change_of_edifact_is_told_by_segment(tmp_path: Path) -> None:
    old = changed(tmp_path, "transfer-sancrt", ('d1154": CertNo', 'd1154": {from: CertNo, as: {prefix: X}}'))
    shape = replayed("transfer-sancrt", old, case="ascii")
    assert [(each["element"], each["from"], each["to"]) for each in shape["changes"]] == [
        ("RFF[C506/d1153='AIR']/C506/d1154", "A9", "9")
    ]


def test_a_change_of_a_flat_file_is_told_by_field(tmp_path: Path) -> None:
    text = (MAPPINGS / "codeco-flat/mapping.yaml").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if each.strip().startswith("No:"))
    old = changed(tmp_path, "codeco-flat", (line, line.split("No:")[0] + 'No: {const: "EXMU0000001"}'))
    shape = replayed("codeco-flat", old, case="full")
    assert {each["element"] for each in shape["changes"]} == {"Container/No"}
    assert {each["change"] for each in shape["changes"]} == {"changed"}


def test_documents_that_are_refused_now_and_their_faults(tmp_path: Path) -> None:
    old = changed(tmp_path, "cusdec-eciq", ("SG30", "SG30"))
    new = tmp_path / "mappings/cusdec-eciq"
    shutil.copytree(MAPPINGS / "cusdec-eciq", new)
    text = (new / "mapping.yaml").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if "ContCancelFlag" in each)
    required = (
        line.split("ContCancelFlag")[0]
        + "ContCancelFlag: {from: \"GIS[C529/d7365='99']/C529/d7365\", required: yes}"
    )
    (new / "mapping.yaml").write_text(text.replace(line, required), encoding="utf-8")
    files = inputs("cusdec-eciq", "full")
    shape = edi_router("replay", new, "--against", old, *files, "--json").json
    assert kinds(shape) == {(".", "refused"): 1, ("target-required", "fault-added"): 1}


def test_what_is_expected_is_no_finding(tmp_path: Path) -> None:
    old = changed(tmp_path, "transfer-order", ('Weight, as: {decimal: "5"}', 'Weight, as: {fixed: "3"}'))
    expect = tmp_path / "expect.yaml"
    accepted = replayed("transfer-order", old, "--expect", expect, "--accept")
    assert (accepted["code"], accepted["unexpected"]) == (0, 0)
    again = replayed("transfer-order", old, "--expect", expect)
    assert again["code"] == 0
    assert all(each["expected"] for each in again["changes"])
    lines = expect.read_text(encoding="utf-8").splitlines()
    kept = [each for each in lines if "Weight" not in each]
    expect.write_text("\n".join(kept if kept != ["changes:"] else ["changes: []"]) + "\n", encoding="utf-8")
    missing = replayed("transfer-order", old, "--expect", expect)
    assert missing["code"] == 1
    assert {each["element"] for each in missing["changes"] if not each["expected"]} == {"Goods/Weight"}


def test_an_expect_file_lies_beside_the_mapping(tmp_path: Path) -> None:
    old = changed(tmp_path, "transfer-order", ('Weight, as: {decimal: "5"}', 'Weight, as: {fixed: "3"}'))
    new = tmp_path / "mappings/transfer-order"
    shutil.copytree(MAPPINGS / "transfer-order", new)
    given: tuple[str | Path, ...] = ("replay", new, "--against", old, *inputs("transfer-order", "full"))
    assert edi_router(*given).code == 1
    (new / "expect.yaml").write_text("changes: [{element: Goods/Weight, change: changed}]\n")
    assert edi_router(*given).code == 0
    (new / "expect.yaml").write_text("changes: [{element: Goods/Weight, change: altered}]\n")
    assert edi_router(*given).code == 2


def test_a_whole_copy_brings_its_own_tables(tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(MAPPINGS / "transfer-order", old / "mappings/transfer-order")
    table = MAPPINGS / "tables/country-ciq.csv"
    (old / "mappings/tables").mkdir()
    text = table.read_text(encoding="utf-8")
    (old / "mappings/tables/country-ciq.csv").write_text(
        "\n".join(text.splitlines()[:3]) + "\n", encoding="utf-8"
    )
    shape = replayed("transfer-order", old, case="full")
    assert kinds(shape) == {(".", "accepted"): 1, ("table-missing-key", "fault-removed"): 1}
    assert edi_router("replay", "transfer-order", "--against", tmp_path, *inputs("transfer-order")).code == 2


def test_secrets_stay_secret(tmp_path: Path) -> None:
    edit = ("Password: SG17/AUT/d9280", 'Password: {from: SG17/AUT/d9280, as: {replace: "4=>5"}}')
    old = changed(tmp_path, "sancrt-transfer", edit)
    given: tuple[str | Path, ...] = (
        "replay",
        "sancrt-transfer",
        "--against",
        old,
        *inputs("sancrt-transfer", "ascii"),
    )
    for ran in (edi_router(*given), edi_router(*given, "--json")):
        assert MASK in ran.out
        assert "482913" not in ran.out
        assert "582913" not in ran.out


def test_the_archived_input_is_replayed(tmp_path: Path) -> None:
    with deployment(tmp_path / "router") as place:
        drop_sample_day(place.root)
        place.engine.round()
        place.clock.forward(minutes=5)
        place.engine.round()
    old = changed(tmp_path, "transfer-order", ('Weight, as: {decimal: "5"}', 'Weight, as: {fixed: "3"}'))
    given: tuple[str | Path, ...] = (
        "--workspace",
        tmp_path / "router",
        "replay",
        "transfer-order",
        "--against",
        old,
        "--json",
    )
    shape = edi_router(*given).json
    assert shape["documents"] > 0
    assert ("Goods/Weight", "changed") in kinds(shape)
    later = edi_router(*given, "--since", "2026-03-15").json
    assert later["documents"] == 0
    covered = edi_router(
        "--workspace", tmp_path / "router", "coverage", "transfer-order", "--archive", "--json"
    ).json
    assert covered["documents"] == shape["documents"]


def goods(*numbers: str) -> Shoot:
    items = tuple(Shoot("Goods", None, (Shoot("No", number, ()),)) for number in numbers)
    return Shoot("Order", None, items)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "abc", []),
        ("abc", "abxc", [("Goods/No", "/Goods[3]/No", None, "x")]),
        ("abc", "bc", [("Goods/No", "/Goods[1]/No", "a", None)]),
        ("abc", "axc", [("Goods/No", "/Goods[2]/No", "b", "x")]),
        ("", "a", [("Goods/No", "/Goods/No", None, "a")]),
    ],
)
def test_repeated_parts_are_aligned(old: str, new: str, expected: list[object]) -> None:
    assert [tuple(each) for each in differences(goods(*old), goods(*new))] == expected


def test_an_expectation_is_read_as_written() -> None:
    changes = [
        Change("SG2/NAD[d3035='CN']/d3039", "changed", "9: 'A'", "#9"),
        Change("A", "added", "", "{9}"),
        Change(".", "refused"),
        Change("value-cut", "fault-added"),
    ]
    expectation, faults = read_expectation(written_expectation(changes, "why"), "expect.yaml")
    assert faults == []
    assert expectation is not None
    assert expectation.note == "why"
    assert unexpected(changes, expectation) == []
    other = [Change("A", "added", "", "9"), Change("A", "removed", "{9}"), Change(".", "accepted")]
    assert unexpected(other, expectation) == other
    assert read_expectation(written_expectation([]), "expect.yaml")[1] == []
