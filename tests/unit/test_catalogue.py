"""The catalogue of fault codes is complete: every code has an example or a test, and stands in the document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_router.cli.reference_errors import AREAS
from edi_router.cli.samples import samples
from edi_router.config import Tree
from edi_router.faults import CATALOGUE
from edi_router.formats.edifact.directory import definitions_over
from tests.support.cli import edi_router, process

CODES = sorted(CATALOGUE)
EXEMPT: dict[str, str] = {}
"""Codes that have neither a sample nor a test, with the reason."""
IMPORT = "import-"
"""Codes of the importer of directories: its own tests go through all of them."""
WRONG = {
    "黄金用例": "标准用例", "段标识": "段标记", "子元素组": "段组", "数据单元": "数据元", "消息": "报文",
    "信息段": "段", "修饰符": "限定符", "格式正确的 XML": "格式良好的 XML", "文档为": "单证为",
}  # fmt: skip
"""Words that the glossary has another one for."""


def texts(code: str, language: str) -> list[str]:
    entry = CATALOGUE[code]
    return [entry.text[language], entry.cause[language], entry.remedy[language]]


def test_every_code_has_a_sample_or_a_test(root: Path) -> None:
    mine = {Path(__file__).name, "test_bad_samples.py"}
    tests = [path for path in (root / "tests").rglob("*.py") if path.name not in mine]
    tested = set(
        re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)', "".join(path.read_text("utf-8") for path in tests))
    )
    sampled = {sample.code for sample in samples()}
    without = {code for code in CODES if not code.startswith(IMPORT)} - tested - sampled
    assert without == set(EXEMPT)


def test_every_code_has_an_area() -> None:
    told = [entry.code for _, _, entries in AREAS for entry in entries]
    assert sorted(told) == CODES


@pytest.mark.parametrize("code", CODES)
def test_texts_are_sentences(code: str) -> None:
    for text in texts(code, "en"):
        assert text.rstrip("`)”").endswith((".", "}")), text
        assert text[0].isupper() or text[0] in "`{“("
    for text in texts(code, "zh"):
        assert text.endswith(("。", "}")), text


@pytest.mark.parametrize("code", CODES)
def test_chinese_texts_use_chinese_marks_and_the_words_of_the_glossary(code: str) -> None:
    for text in texts(code, "zh"):
        plain = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]", plain), text
        assert not re.search(r"[一-鿿][A-Za-z0-9]|[A-Za-z0-9][一-鿿]", plain), f"blank missing: {text}"
        assert not [word for word in WRONG if word in text], text


@pytest.mark.parametrize("code", CODES)
def test_english_texts_have_no_number_before_a_plural(code: str) -> None:
    """“1 segments” is never said: where a count may be one, it stands after a colon or at the end."""
    plural = r"\{(count|length|expected)\} (bytes|characters|segments|control|empty|messages)"
    assert not re.search(plural, CATALOGUE[code].text.en)


@pytest.mark.parametrize("version", [3, 4])
def test_wire_codes_stand_in_the_service_code_list(version: int) -> None:
    known = definitions_over(Tree.over_shipped()).codes(f"service-{version}", "0085")
    assert known
    used = {wire for entry in CATALOGUE.values() for of, wire in entry.contrl.items() if of == version}
    assert used <= set(known)


@pytest.mark.slow
def test_the_document_is_the_one_of_the_catalogue(root: Path) -> None:
    made = process("errors", module="edi_router.cli.reference").out
    told = "run: EDI_ROUTER_LANG=en python -m edi_router.cli.reference errors > docs/errors.md"
    assert (root / "docs" / "errors.md").read_text("utf-8") == made, told
    assert str(root) not in made


def test_explain_shows_an_example() -> None:
    shape = edi_router("explain", "code-unknown", "--json").json
    assert shape["example"]["command"] == "edi-router validate samples/bad/message/code-unknown.edi"
    assert shape["example"]["found"].startswith(
        "samples/bad/message/code-unknown.edi:3:12 BGM(2) element 3: "
    )
    assert shape["example"]["found"] in edi_router("explain", "code-unknown").out
    assert edi_router("explain", "channel-lost", "--json").json["example"] is None


def test_explain_without_a_code_runs_no_sample() -> None:
    shapes = {shape["code"]: shape for shape in edi_router("explain", "--json").lines}
    assert shapes["code-unknown"]["example"] == {
        "file": "samples/bad/message/code-unknown.edi",
        "command": "edi-router validate samples/bad/message/code-unknown.edi",
    }


def test_explain_helps_with_a_misspelt_code() -> None:
    ran = edi_router("explain", "code-unkown")
    assert ran.code == 2
    assert "code-unknown" in ran.err
    assert "mean" not in edi_router("explain", "zzz").err
