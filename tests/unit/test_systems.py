"""docs/systems.csv: every one of the 160 systems has an answer, and every test that it names exists."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.support.systems import OPEN, OUT, PAGE, SERVED, page, systems

COUNTS = {"S0": 17, "S1": 26, "S2": 53, "S3": 28, "S4": 36}
"""Rows of each source document."""
WHOLLY_OUT = frozenset(
    ["S1-24", "S1-25", "S1-26", "S2-01", "S2-02", "S2-32", "S2-44", "S3-14", "S3-24", "S3-25", "S4-34"]
)
"""What is no exchange of messages."""
ROWS = systems()


def test_every_system_has_a_row() -> None:
    wanted = [f"{source}-{number:02}" for source, count in COUNTS.items() for number in range(1, count + 1)]
    assert [row.id for row in ROWS] == wanted
    assert len(wanted) == 160


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_honest(row, root: Path) -> None:  # type: ignore[no-untyped-def]
    assert row.status in (SERVED, OUT, OPEN)
    assert (row.status == OUT) == (row.id in WHOLLY_OUT)
    if row.status == SERVED:
        assert row.served_by
        assert row.tests
    else:
        assert row.reason
        assert not row.tests
    for node in row.tests:
        file, _, name = node.partition("::")
        assert (root / file).is_file(), node
        assert name in names_in(root / file), node


def test_the_page_is_made_of_the_table() -> None:
    # When this fails after a wanted change: python -m tests.support.systems
    assert PAGE.read_text(encoding="utf-8") == page()
