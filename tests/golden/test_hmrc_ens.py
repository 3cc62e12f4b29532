"""The rules of HM Revenue & Customs for entry summary declarations, against the published test cases.

A case is a declaration with a `.ctl` file of the errors it must give: a number and a location each; none for a
valid declaration, and one without a number where the XSD is to refuse it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from edi_router import library
from edi_router.config import shipped_directory
from edi_router.faults import Fault, shown_code
from edi_router.library import Checker

pytestmark = pytest.mark.corpus

RULES = shipped_directory() / "schemas" / "rules" / "hmrc-ens.yaml"
ONLY_THE_SCHEMA = {"MESRECMES6_optional"}
"""Cases that test nothing but the XSD: valid by it, with data that the rules refuse."""


@pytest.fixture(scope="module")
def cases(corpus: Path) -> list[Path]:
    found = sorted((corpus / "xml" / "hmrc-ens" / "cases").glob("*/*.ctl"))
    assert len(found) >= 656
    return found


@pytest.fixture(scope="module")
def checker() -> Checker:
    return library.checker(rules=RULES)


@pytest.fixture(scope="module")
def results(cases: list[Path], checker: Checker) -> dict[Path, list[Fault]]:
    return {
        case: list(checker.report(case.with_suffix(".xml").read_bytes(), 100_000).content) for case in cases
    }


def expected(case: Path) -> set[tuple[str, str]]:
    """The numbers and locations of a `.ctl` file."""
    errors = etree.parse(case).getroot().iterfind("{*}Error")
    pairs = ((error.findtext("{*}Number"), error.findtext("{*}Location")) for error in errors)
    return {(number, location) for number, location in pairs if number and location}


def test_every_case_gives_its_errors_at_their_locations(results: dict[Path, list[Fault]]) -> None:
    different = {}
    for case, faults in results.items():
        found = {(shown_code(each), each.place.xpath) for each in faults if each.code == "rule-violated"}
        if found != expected(case):
            different[case.stem] = sorted(found ^ expected(case), key=str)
    assert set(different) == ONLY_THE_SCHEMA, different


def test_what_the_published_schema_refuses_ours_refuses(results: dict[Path, list[Fault]]) -> None:
    for case, faults in results.items():
        by_schema = [each.code for each in faults if each.code != "rule-violated"]
        refused = case.parent.name.startswith("schema") and case.stem not in ONLY_THE_SCHEMA
        assert bool(by_schema) is refused, (case.stem, by_schema)


def test_every_number_of_the_published_rules_is_written(corpus: Path) -> None:
    texts = [path.read_text() for path in (corpus / "xml" / "hmrc-ens" / "rules").glob("*.json")]
    assert len(texts) == 78
    (rules,) = library.checker(rules=RULES).rules
    written = {rule.code for rule, _ in rules.rules}
    assert {number for text in texts for number in _numbers(text)} == written


def _numbers(text: str) -> list[str]:
    return [each["errorCode"] for each in json.loads(text)["asserts"]]
