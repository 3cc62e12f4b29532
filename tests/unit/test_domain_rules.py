"""docs/rules.csv: each of the 77 rules of the domain is shown by good and by bad input, or it says what is missing."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.unit.test_systems import names_in

TABLE = Path(__file__).resolve().parents[2] / "docs" / "rules.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
CASES = "cases:"
"""Before the name of a rule file: the cases of that file, `schemas/rules/cases/NAME`."""


def test_every_rule_has_one_row() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 77


@cache
def cases_of(folder: Path) -> tuple[int, frozenset[str]]:
    """How many good documents a rule file has, and the rules that its bad ones break, without parts of their codes."""
    table = yaml.safe_load((folder / "cases.yaml").read_text(encoding="utf-8"))
    return len(table["good"]), frozenset(each["code"].partition(".")[0] for each in table["bad"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_rule_is_shown_by_good_and_by_bad_input(row: dict[str, str], root: Path) -> None:
    for kind in ("good", "bad"):
        assert row[kind], kind
        for each in row[kind].split():
            if each.startswith(CASES):
                good, broken = cases_of(root / "schemas" / "rules" / "cases" / each.removeprefix(CASES))
                assert good, each
                assert row["id"] in broken, each
            else:
                file, _, name = each.partition("::")
                assert name in names_in(root / file), each


def test_what_is_missing_is_said() -> None:
    assert [row["id"] for row in ROWS if row["missing"]] == ["R-ACK-01"]
