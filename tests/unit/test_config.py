"""Configuration files: strings only, places kept, faults instead of exceptions."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, model_validator

from edi_router.config import (
    Block,
    Model,
    Problems,
    Tree,
    YesNo,
    did_you_mean,
    load,
    place_of,
    plain,
    read_model,
)
from edi_router.config.salvage import salvage
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
    assert faults_of("name: x\ninner: {code: a, flag: true}\n") == [("config-value", 2, 24, "yes")]


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


@pytest.mark.parametrize(
    ("text", "line", "column", "english", "chinese"),
    [
        ("a:\n\tb: 1\n", 2, 1, "a tab stands here", "制表符"),
        ("a: 1\n\tb: 2\n", 2, 1, "a tab stands here", "制表符"),
        ("a: b: c\n", 1, 5, "`: ` is not allowed here", "不允许出现 `: `"),
        (
            "a: {b: 1\nc: 2\n",
            2,
            2,
            "`,` or `}` is missing; it was opened at 1:4",
            "缺少 `,` 或 `}`（始于 1:4）",
        ),
        ("a: [1\n", 2, 1, "`,` or `]` is missing; it was opened at 1:4", "缺少 `,` 或 `]`（始于 1:4）"),
        ("a: 'x\n", 2, 1, "the quote is never closed; it was opened at 1:4", "引号没有闭合（始于 1:4）"),
        ("a: 'it's'\n", 1, 8, "a key was expected here", "此处应为键"),
        ("- a\nb: 1\n", 2, 1, "`- ` was expected here", "此处应为 `- `"),
        ("a: @x\n", 1, 4, "begins with `@` needs quotes", "以 `@` 开头的值须加引号"),
        ("a: *x\n", 1, 4, "begins with `*` needs quotes", "以 `*` 开头的值须加引号"),
        ('a: "\\q"\n', 1, 5, "`\\` cannot stand", "不能有 `\\`"),
        ("a：1\nb: 2\n", 2, 2, "line 1 has a full-width `：`", "第 1 行用了全角 `：`"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here", "第二个文档"),
        ("a: [[", 2, 1, "a value is missing here", "缺少值"),
        ("{a: 1}}\n", 1, 7, "come to its end", "已经结束"),
        ("a: 1\nb: \x01\n", 2, 4, "the character U+0001 is not allowed", "不允许字符 U+0001"),
    ],
)
def test_what_is_no_yaml_is_told_in_words_of_its_writer(
    text: str, line: int, column: int, english: str, chinese: str
) -> None:
    _, [fault] = load(text, "a.yaml")
    assert (fault.code, fault.place.line, fault.place.column) == ("config-syntax", line, column)
    assert english in render(fault, "en")
    assert chinese in render(fault, "zh")
    assert fault.values["problem"] not in render(fault, "zh")


class Near(Model):
    kind: Literal["near"] = "near"
    street: str


class Far(Model):
    kind: Literal["far"] = "far"
    country: str
    wait: float = 0


class Placed(Model):
    place: Annotated[Near | Far, Field(discriminator="kind")]


@pytest.mark.parametrize(
    ("text", "code", "column", "values", "hint"),
    [
        ("{kind: far, country: x, contry: y}", "config-unknown-key", 32,
         {"key": "contry", "known": "country, kind, wait"}, "country"),
        ("{kind: far, street: y, country: x}", "config-unknown-key", 20,
         {"key": "street", "known": "country, kind, wait"}, None),
        ("{kind: far, country: x, wait: soon}", "config-value", 38, {"key": "place.wait", "value": "soon"}, None),
        ("{kind: fra, country: x}", "config-value", 15,
         {"key": "place.kind", "value": "fra", "problem": "Input should be 'near', 'far'"}, "far"),
        ("{country: x}", "config-missing-key", 8, {"key": "kind"}, None),
        ("here", "config-value", 8, {"key": "place", "value": "here", "problem": "must be a block of keys"}, None),
    ],
)  # fmt: skip
def test_what_is_wrong_in_one_of_several_variants(
    text: str, code: str, column: int, values: dict[str, str], hint: str | None
) -> None:
    _, _, [fault] = read_model(Placed, f"place: {text}\n", "a.yaml")
    assert (fault.code, fault.hint) == (code, hint)
    assert values.items() <= fault.values.items()
    assert fault.place.column == column, fault.place


@pytest.mark.parametrize(
    ("content", "line", "column", "english"),
    [
        ("a: 1\nb: 港口\n".encode("gb18030"), 2, 4, "byte 0xB8"),
        ("a: 1\nb: 港口\n".encode("utf-16"), 1, 1, "UTF-16"),
        ("a: 1\nb: 港口\n".encode("utf-16-be"), None, None, ""),
        (b"\x7fELF\x02\x00\xd0\x00", 1, 7, "byte 0xD0"),
    ],
)
def test_a_file_that_is_not_utf_8_is_a_fault_with_its_place(
    tmp_path: Path, content: bytes, line: int | None, column: int | None, english: str
) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    _, [fault] = load(Tree((tmp_path,)).text("a.yaml"), "a.yaml")
    if line is None:  # without a byte order mark it cannot be known what it is
        assert fault.code in ("config-encoding", "config-syntax")
        return
    assert (fault.code, fault.place.line, fault.place.column) == ("config-encoding", line, column)
    assert english in render(fault, "en")


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


def test_a_name_that_differs_in_its_case_only_is_meant() -> None:
    assert did_you_mean("IMO", ["Number", "Imo", "IM"]) == "Imo"


class Listed(Model):
    several: tuple[Literal["a", "b"], ...] = Field(min_length=1)


def test_a_list_is_not_too_short_when_its_items_are_wrong() -> None:
    assert faults_of("several: [c]\n", Listed) == [("config-value", 1, 11, None)]
    assert faults_of("several: []\n", Listed) == [("config-value", 1, 10, None)]


class Ordered(Model):
    first: str
    names: tuple[str, ...]

    @model_validator(mode="after")
    def _all(self) -> "Ordered":
        raise Problems([(("names", 1), "stands twice"), (("first",), "stands twice")])


def test_a_validator_tells_several_problems_each_at_its_place() -> None:
    _, _, faults = read_model(Ordered, "first: a\nnames:\n  - b\n  - b\n", "a.yaml")
    told = [
        (fault.place.line, fault.place.column, fault.values["key"], fault.values["value"]) for fault in faults
    ]
    assert told == [(4, 5, "names.1", "b"), (1, 8, "first", "a")]
    assert str(Problems([((), "one"), ((), "two")])) == "one; two"


@given(st.text(st.sampled_from("nameicodflgsvr:-[]{},\n x1"), max_size=60))
def test_what_is_left_of_a_faulty_file_is_a_model(text: str) -> None:
    _, node, faults = read_model(Outer, text, "a.yaml")
    if node is None or not faults:
        return
    left = salvage(Outer, node, {"name": "x"})
    assert left is None or isinstance(left[0], Outer)


def test_what_is_right_of_a_faulty_file_is_kept_with_its_places() -> None:
    text = (
        "nme: x\ninner: {flag: maybe}\nseveral:\n  - {code: a, flag: true}\n  - {flag: yes}\n  - {code: c}\n"
    )
    _, node, _ = read_model(Outer, text, "a.yaml")
    assert node is not None
    left = salvage(Outer, node, {"name": "-"})
    assert left is not None
    model, kept = left
    assert (model.name, model.inner, [each.code for each in model.several]) == ("-", None, ["a", "c"])
    assert place_of(kept, ["several", 1, "code"]).line == 6
    assert salvage(Outer, node, {}) is None
