"""Fixtures shared by all tests: the places of real messages and of system programs."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNTRACED = re.compile(
    r"tests/((bench|fuzz|mutants|property)/|unit/test_(ledger_(crash|properties)|profile_property)\.py)"
)
"""Tests that run much data through lines which other tests run too: coverage measures those, since to trace every
line of these would double their time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take coverage off the tests that are `UNTRACED`."""
    for item in items:
        if UNTRACED.match(item.nodeid):
            item.add_marker(pytest.mark.no_cover)


def need(found: object, what: str) -> None:
    """Skip with `what` to do; on CI a missing part fails instead."""
    if found:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _folder(variable: str, beside: str) -> Path | None:
    given = os.environ.get(variable)
    folder = Path(given) if given else ROOT.parent / "shared" / beside
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real messages (EDI_ROUTER_CORPUS, else ../shared/corpus beside the checkout)."""
    folder = _folder("EDI_ROUTER_CORPUS", "corpus")
    need(folder, "set EDI_ROUTER_CORPUS to the folder of real messages")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def unece() -> Path:
    """The folder of official UN/EDIFACT release zips (EDI_ROUTER_UNECE, else ../shared/unece)."""
    folder = _folder("EDI_ROUTER_UNECE", "unece")
    need(folder, "set EDI_ROUTER_UNECE to a folder with UN/EDIFACT release zips (d96b.zip …)")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT
