"""Reasons that the ledger keeps in English are told in Chinese on Chinese pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from lxml import html

from edi_router.faults.reasons import REASONS, reason_in
from edi_router.ledger.waiting import QUEUES
from tests.support.pages import Browser
from tests.support.workspaces import Place

Browse = Callable[..., Browser]
SENTENCE = re.compile(r"[A-Za-z]+(?:[ ,]+[a-z]+){2,}")
"""Three English words in a row: names and codes of our own have hyphens or stand alone."""


OF_THE_DIRECTORY = re.compile(r"\b\d{4} [A-Z][A-Za-z/ .,()-]*|\d+ \([A-Z][^)]*\)")
"""Names of data elements and codes: UN/EDIFACT has them in English."""
COMMAND = re.compile(r"edi-router [a-z -]+[A-Za-z.]*")


def english(page: html.HtmlElement) -> list[str]:
    """The English sentences of a page, but for the texts of documents and what people wrote."""
    main = page.find(".//main")
    for each in [*main.iter("pre", "textarea", "code", "script"), *main.find_class("copy")]:
        each.drop_tree()
    texts = (COMMAND.sub("", OF_THE_DIRECTORY.sub("", text)) for text in main.itertext())
    return [found for text in texts for found in SENTENCE.findall(text)]


def unsettled(place: Place) -> Iterator[tuple[str, str, str]]:
    """Kind, id and reason of an item for each state and reason of the day that is not as it should be."""
    seen: set[tuple[str, str, str]] = set()
    for kind in ("message", "file", "delivery"):
        for state in ("held", "rejected", "failed", "duplicate"):
            for row in place.ledger.ls(kind, state=state, limit=500):
                known = (kind, state, re.sub(r"[0-9a-f-]{20,}", "", row["reason"]))
                if known not in seen:
                    seen.add(known)
                    yield kind, row["id"], row["reason"]


def test_pages_of_what_was_refused_or_waits_have_no_english_sentence(browse: Browse, day: Place) -> None:
    here = browse("operator", "zh")
    items = list(unsettled(day))
    assert len(items) > 8
    assert any(SENTENCE.search(reason) for _, _, reason in items), "there is something to translate"
    found = {}
    for kind, id, _ in items:
        found[f"{kind} {id}"] = english(here.go(f"/show/{kind}/{id}"))
    for path in (
        *(f"/search?kind={kind}&state={state}" for kind in ("message", "file", "delivery") for state in ("held", "failed")),
        "/search?kind=message&state=rejected", "/search?kind=message&state=duplicate",
        *(f"/queues?queue={name}" for name in QUEUES),
    ):  # fmt: skip
        found[path] = english(here.go(path))
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("faulty", "有错误"),
        ("repeats interchange 8ac548b62006aff0716e41db-1", "与交换 8ac548b62006aff0716e41db-1 重复"),
        ("interchange 17: partly-rejected", "交换 17：部分退回"),
        ("the inbox has another file named a.xml; it is not overwritten", "收件箱已有同名文件 a.xml，未覆盖"),
        ("sftp.example:22 cannot be reached: Connection refused.", "无法连接 sftp.example:22：连接被拒绝。"),
        ("their disk is full", "their disk is full"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_reason_is_found_again_by_its_template(text: str, chinese: str) -> None:
    assert reason_in(text, "zh") == chinese
    assert reason_in(text, "en") == text


def test_every_template_says_the_same_values_in_both_languages() -> None:
    for each in REASONS:
        assert set(re.findall(r"{(\w+)}", each.en)) == set(re.findall(r"{(\w+)}", each.zh)), each.en
        assert each.en.isascii()
        assert not each.zh.isascii()
