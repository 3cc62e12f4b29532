"""A file that is recorded slice by slice, however often it is broken off, comes to what it comes to as a whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.ledger import Ledger
from edi_router.pipeline.configuration import Configuration, load_configuration
from tests.support.effort import examples
from tests.support.outcomes import Clock
from tests.support.slices import KINDS, Desk, Terms, interchange

BILLS = st.integers(1, 4)
MESSAGES = st.lists(st.tuples(st.sampled_from([*KINDS, "good", "good", "good"]), BILLS), max_size=6)
REFERENCES = st.sampled_from(["SL1", "SL2", "SL3"])
INTERCHANGES = st.builds(
    interchange, MESSAGES, REFERENCES,
    count=st.sampled_from([None, None, None, None, 99]), trailer=st.sampled_from([True, True, True, True, False]),
)  # fmt: skip
FILES = st.lists(INTERCHANGES, min_size=1, max_size=3).map(b"\n".join)
TERMS = st.builds(
    Terms, st.sampled_from(["reject_message", "reject_interchange"]),
    st.sampled_from(["answer-again", "reject", "hold"]),
)  # fmt: skip
STOPS = st.lists(st.integers(0, 4), max_size=3)


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


@contextmanager
def opened(template: Path) -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "ledger.db"
        shutil.copy(template, path)
        with Ledger.open(f"sqlite:///{path}", clock=Clock()) as ledger:
            yield ledger


def agree(
    one: Ledger, other: Ledger, terms: Terms, shipped: Configuration, first: bytes, second: bytes, **how: Any
) -> None:
    configuration = terms.over(shipped)
    desks = Desk(one, configuration), Desk(other, configuration)
    for desk in desks:
        desk.whole(first, "first.edi")
    desks[0].whole(second)
    desks[1].sliced(second, **how)
    found, expected = desks[1].rows(), desks[0].rows()
    for table, rows in expected.items():
        assert found[table] == rows, table


@pytest.mark.slow
@settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(first=FILES, second=FILES, terms=TERMS, size=st.integers(1, 5), stops=STOPS)
def test_slices_come_to_what_the_whole_comes_to(
    sqlite_template: Path,
    shipped: Configuration,
    first: bytes,
    second: bytes,
    terms: Terms,
    size: int,
    stops: list[int],
) -> None:
    with opened(sqlite_template) as one, opened(sqlite_template) as other:
        agree(one, other, terms, shipped, first, second, size=size, stops=stops)
