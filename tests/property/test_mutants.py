"""Each edit of a valid message is told once, at its place: a small run; `python -m tests.mutants` makes a large one."""

from collections import Counter

import pytest

from edi_router.config import Tree
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.structure import Structure
from tests.mutants import judge
from tests.mutants.edits import KINDS, unreadable
from tests.mutants.judge import Tally, mutants

EXACT = 0.96
"""Mutants of which each edit is told once and nothing else; 10,000 gave 0.98."""
ORDER = 0.94
"""The same for each kind of edit of the order; those of elements are all told."""


def test_each_edit_is_told_once_at_its_place() -> None:
    tally = Tally()
    for verdict in mutants(400, 20240102):
        tally.add(verdict)
    assert set(tally.edits) == {*KINDS, "count"}
    told = {kind: tally.hits[kind] / made for kind, made in tally.edits.items()}
    for kind in ("drop", "duplicate", "swap"):
        assert told.pop(kind) >= ORDER, tally.table()
    assert set(told.values()) == {1.0}, tally.table()
    assert tally.exact >= EXACT * tally.mutants, tally.table()


def test_the_judge_sees_what_is_not_told_and_what_is_told_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    faults_of = judge.faults_of
    monkeypatch.setattr(judge, "faults_of", lambda *arguments: [])
    assert all(verdict.told == [None] * len(verdict.edits) for verdict in mutants(20, 1))
    monkeypatch.setattr(judge, "faults_of", lambda *arguments: faults_of(*arguments) * 2)
    verdicts = list(mutants(20, 1))
    assert not any(verdict.exact for verdict in verdicts)
    assert sum(len(verdict.surplus) for verdict in verdicts) >= sum(
        len(verdict.edits) for verdict in verdicts
    )


def test_where_a_message_stops_being_readable() -> None:
    definition = definitions_over(Tree.over_shipped()).message_of("D96B", "CUSDEC")
    assert definition is not None
    structure = Structure(definition)
    tags = ["UNH", "BGM", "LOC", "UNS", "CST", "MEA", "UNS", "UNT"]
    stops = [unreadable(structure, [*tags[:at], *tags[at + 1 :]]) for at in range(len(tags))]
    assert stops == [0, 1, None, 3, 4, None, 6, None]
    assert Counter(stops)[None] == 3
