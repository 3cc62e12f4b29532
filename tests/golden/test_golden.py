"""The golden cases of the shipped mappings."""

from __future__ import annotations

import functools

import pytest

from edi_router.config import Tree
from edi_router.faults import render
from edi_router.mapping import Mapping, load, names
from edi_router.mapping.documents import Source
from edi_router.mapping.golden import cases, run_case
from edi_router.mapping.lint import lint_all

TREE = Tree.over_shipped()


@functools.cache
def source() -> Source:
    return Source(TREE)


@functools.cache
def mapping(id: str) -> Mapping:
    found, faults = load(TREE, id)
    assert found is not None, faults
    return found


@pytest.mark.parametrize(("id", "case"), [(id, case) for id in names(TREE) for case in cases(TREE, id)])
def test_case(id: str, case: str) -> None:
    result = run_case(TREE, source(), mapping(id), case)
    assert result.passed, result.difference


def test_shipped_mappings_have_no_faults() -> None:
    assert [f"{fault.place}: {render(fault)} ({fault.hint})" for fault in lint_all(TREE)] == []


@pytest.mark.parametrize("id", names(TREE))
def test_every_mapping_has_cases(id: str) -> None:
    assert len(cases(TREE, id)) >= 1
