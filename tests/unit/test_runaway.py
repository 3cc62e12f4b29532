"""Regular expressions that would take for ever are refused where rules take them; others are taken as they were."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.config.runaway import CHAINED, RUNAWAY, runaway
from edi_router.faults import render
from edi_router.rules import load_rules


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "(a*)*b", "(a|a)*b", "(a|aa)+b", "(a|b|ab)*c", "([a-z]+[0-9]?)*x", "(x+x+)+y", "(.*)*b",
        r"(\w+\s?)*!", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?!q)([a-z]+)*!", "(?=(a+)+b)a", "(a?){40}b", "(?:(a+)|b)+c",
        "([a-z]{1,9}){2,99}!", "(?P<x>a+)+?b",
    ],
)  # fmt: skip
def test_what_doubles(pattern: str) -> None:
    assert runaway(pattern) == RUNAWAY


@pytest.mark.parametrize(
    "pattern", [".*a.*b.*c", "[a-z]+[a-c]+[b-z]+(?=1)", "[a-b]*[b-c]*b*;", "(ab)*(ab)*c?(ab)*x(?!y)"]
)
def test_three_for_the_same_characters(pattern: str) -> None:
    assert runaway(pattern) == CHAINED


RIGHT = [
    "[A-Z]{4}[0-9]{7}", ".*a.*b", "([.+-]*[0-9])*x", r"(\w+\s)*x", "(?!XFER).+|XFER[a-zA-Z0-9]+", "(?>a+)+b" ,
    "([0-9]{1,3}[.]){3}[0-9]{1,3}(?!q)", "a{2,500}b(?!q)", "(中|国)+x(?=q)", "([^,]*,)*[^,]*", "(?:[A-Z]+-)*[A-Z]+",
    r"(\(\d+\)|[^()])*", "",
    r"\s*,\s*,\s*;?(?!x)", "[a-z]*[0-9]*[a-z]*[0-9]*x(?=y)",
]  # fmt: skip


@pytest.mark.parametrize("pattern", RIGHT)
def test_what_is_right(pattern: str) -> None:
    assert runaway(pattern) is None


@pytest.mark.parametrize("pattern", [each for each in RIGHT if not each.startswith(("(?>", ".*"))])
@pytest.mark.parametrize(
    "text", ["a" * 3000 + "!", "A" * 3000 + "!", "9" * 3000 + "!", ",-. (1" * 500 + "!!"]
)
def test_what_is_right_comes_to_an_end(pattern: str, text: str) -> None:
    begun = time.process_time()
    re.fullmatch(pattern, text)
    assert time.process_time() - begun < 5


RULES = """\
id: order
for: xml Order
rules:
  - code: X
    text: {en: wrong, zh: 错误}
    require: {path: No, matches: 'PATTERN'}
"""


@pytest.mark.parametrize(("pattern", "part"), [("(a+)+b", "too many ways"), ("(a", "no regular expression")])
def test_rules_refuse_it_at_its_place(tmp_path: Path, pattern: str, part: str) -> None:
    (tmp_path / "schemas/rules").mkdir(parents=True)
    (tmp_path / "schemas/rules/order.yaml").write_text(RULES.replace("PATTERN", pattern))
    rules, faults = load_rules(Tree((tmp_path,)), "rules/order.yaml")
    assert rules is None
    assert [(each.code, each.place.line, each.place.column) for each in faults] == [("config-value", 6, 34)]
    assert part in render(faults[0], "en")
    assert "too many" not in render(faults[0], "zh")


def test_long_ones_take_no_time() -> None:
    begun = time.process_time()
    for pattern in (
        "(" + "|".join(f"{letter}+" for letter in "abcdefghij" * 40) + ")*x",
        f"({'[a-z]' * 400})*x(?!y)",
    ):
        runaway(pattern)
    assert time.process_time() - begun < 20
