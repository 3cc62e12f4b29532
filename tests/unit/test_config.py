"""Configuration files: strings only, places kept, faults instead of exceptions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.config import Block, Model, Tree, YesNo, did_you_mean, load, plain, read_model
from edi_router.faults import render


class Inner(Model):
    code: str
    flag: YesNo = False


class Outer(Model):
    name: str
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()


def faults_of(text: str, model: type[Model] = Outer) -> list[tuple[str, int | None, int | None, str | None]]:
    _, _, faults = read_model(model, text, "a.yaml")
    for fault in faults:
        assert render(fault, "en")
        assert render(fault, "zh")
    return [(fault.code, fault.place.line, fault.place.column, fault.hint) for fault in faults]


@pytest.mark.parametrize(
    "scalar", ["0110", "035", "NO", "12:30", "1e3", "0x1F", "~", "null", "2026-03-14", "1_000"]
)
def test_scalars_stay_what_they_are(scalar: str) -> None:
    node, faults = load(f"key: {scalar}\n", "a.yaml")
    assert node is not None
    assert not faults
    assert plain(node) == {"key": scalar}


def test_places_are_lines_and_columns_from_one() -> None:
    node, _ = load("name: x\ninner:\n  code: '1'\n", "a.yaml")
    assert isinstance(node, Block)
    inner = node.get("inner")
    assert isinstance(inner, Block)
    code = inner.get("code")
    assert code is not None
    assert (code.place.file, code.place.line, code.place.column) == ("a.yaml", 3, 9)


def test_an_unknown_key_is_told_with_the_nearest_known_one() -> None:
    assert faults_of("name: x\ninner:\n  code: '1'\n  flg: yes\n") == [("config-unknown-key", 4, 3, "flag")]


def test_an_unknown_key_in_a_list_has_its_own_place() -> None:
    text = "name: x\nseveral:\n  - {code: '1'}\n  - {cde: '2'}\n"
    assert ("config-unknown-key", 4, 6, "code") in faults_of(text)
    assert ("config-missing-key", 4, 5, None) in faults_of(text)


def test_a_missing_key_is_told_at_its_block() -> None:
    assert faults_of("inner: {code: a}\n") == [("config-missing-key", 1, 1, None)]


def test_a_flag_must_be_yes_or_no() -> None:
    assert faults_of("name: x\ninner: {code: a, flag: true}\n") == [("config-value", 2, 24, None)]


def test_all_faults_are_told_at_once() -> None:
    codes = [code for code, *_ in faults_of("nme: x\ninner: {flag: maybe}\n")]
    assert sorted(codes) == ["config-missing-key", "config-missing-key", "config-unknown-key", "config-value"]


def test_a_repeated_key_is_a_fault() -> None:
    assert faults_of("name: x\nname: y\n") == [("config-repeated-key", 2, 1, None)]


def test_anchors_and_aliases_are_refused() -> None:
    assert [code for code, *_ in faults_of("name: &a x\ninner: {code: *a}\n")] == [
        "config-alias",
        "config-alias",
    ]


def test_text_with_an_asterisk_is_no_alias() -> None:
    assert faults_of("name: 'a * b & c'\n") == []


def test_an_empty_file_is_a_fault() -> None:
    assert faults_of("# nothing\n") == [("config-empty", 1, 1, None)]


def test_broken_yaml_is_a_fault_with_its_place() -> None:
    [(code, line, column, _)] = faults_of("name: [x\n")
    assert (code, line) == ("config-syntax", 2)
    assert column is not None


def test_deep_nesting_is_a_fault_not_a_crash() -> None:
    codes = {code for code, *_ in faults_of("name: " + "[" * 200 + "]" * 200)}
    assert "config-depth" in codes


def test_no_text_raises() -> None:
    read_model(Outer, "", "a.yaml")  # the first reading makes the model's validator, which takes its time
    no_text_raises()


@given(st.text())
def no_text_raises(text: str) -> None:
    read_model(Outer, text, "a.yaml")


def test_did_you_mean_keeps_quiet_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["code", "flag"]) is None


def test_the_tree_prefers_the_deployment(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for top, content in ((shipped, "a"), (own, "b")):
        (top / "mappings").mkdir(parents=True)
        (top / "mappings" / "m.yaml").write_text(content)
    (shipped / "mappings" / "n.yaml").write_text("c")
    tree = Tree((own, shipped))
    assert tree.text("mappings/m.yaml") == "b"
    assert tree.text("mappings/n.yaml") == "c"
    assert tree.names("mappings", ".yaml") == ["mappings/m.yaml", "mappings/n.yaml"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "mappings/../../secret"])
def test_a_name_cannot_leave_the_tree(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "top" / "mappings").mkdir(parents=True)
    assert Tree((tmp_path / "top",)).find(name) is None


def test_the_digest_changes_with_any_effective_file(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    file = tmp_path / "mappings" / "m.yaml"
    file.write_text("a")
    tree = Tree((tmp_path,))
    before = tree.digest()
    assert tree.digest() == before
    file.write_text("b")
    assert tree.digest() != before
