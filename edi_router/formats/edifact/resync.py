"""Finds the cheapest reading of a message around a segment that does not fit.

Each reading of the next few segments costs one for every mistake it supposes: a mandatory segment left
out, a segment too many, a repetition too many, one segment written for another. The reading with the
fewest mistakes decides what is wrong with the first segment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.structure import Group, Leaf, State, Step, Structure

AHEAD = 10
WIDTH = 16
FIT, MISSING, EXCESS, SKIP, INSTEAD = range(5)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one segment is taken for: `step` is None when it is passed over."""

    kind: int
    state: State
    step: Step | None
    missing: tuple[Leaf, ...] = ()
    excess: Group | Leaf | None = None


def fit(structure: Structure, state: State, tag: str) -> Reading | None:
    """The greedy descent, when the segment fits without a mistake."""
    for step in structure.direct(state[0], tag):
        if structure.excess(state, step) is None:
            return Reading(FIT, structure.apply(state, step), step)
    return None


def resync(structure: Structure, state: State, tags: Sequence[str], ahead: int = AHEAD) -> Reading:
    """How to read the first of `tags`, which does not fit, given those after it."""
    tags = tags[: ahead + 1]
    firsts = sorted(_readings(structure, state, tags), key=lambda found: _preference(structure, state, found[1], tags))
    frontier: dict[State, tuple[int, int]] = {}
    for rank, (cost, reading) in enumerate(firsts):
        _keep(frontier, reading.state, cost, rank)
    for index in range(1, len(tags)):
        following: dict[State, tuple[int, int]] = {}
        for here, (cost, rank) in _best(frontier):
            for more, reading in _readings(structure, here, tags[index:]):
                _keep(following, reading.state, cost + more, rank)
        frontier = following
    _, rank = min(frontier.values())
    return firsts[rank][1]


def _keep(frontier: dict[State, tuple[int, int]], state: State, cost: int, rank: int) -> None:
    known = frontier.get(state)
    if known is None or (cost, rank) < known:
        frontier[state] = (cost, rank)


def _best(frontier: dict[State, tuple[int, int]]) -> list[tuple[State, tuple[int, int]]]:
    return sorted(frontier.items(), key=lambda entry: entry[1])[:WIDTH]


def _readings(structure: Structure, state: State, tags: Sequence[str]) -> Iterator[tuple[int, Reading]]:
    """Every reading of the first tag with its cost; a segment that fits is read in no other way."""
    tag = tags[0]
    if tag in structure.tags:
        found = fit(structure, state, tag)
        if found is not None:
            yield 0, found
            return
        for step in structure.direct(state[0], tag):
            yield 1, Reading(EXCESS, structure.apply(state, step), step, (), structure.excess(state, step))
        for step in structure.costly(state[0], tag):
            if structure.excess(state, step) is None:
                yield len(step.missing), Reading(MISSING, structure.apply(state, step), step, step.missing)
    if tag == "UNT":
        return
    yield 1, Reading(SKIP, state, None)
    if len(tags) > 1:
        yield from _instead(structure, state, tags)


def _instead(structure: Structure, state: State, tags: Sequence[str]) -> Iterator[tuple[int, Reading]]:
    """The segment stands for a mandatory one, or for a trigger whose group holds the next segment."""
    for step in structure._steps(state[0], None, 0):
        leaf = step.target
        trigger = bool(leaf.groups) and leaf.groups[-1].trigger is leaf
        wanted = leaf.mandatory if not trigger else leaf.groups[-1].mandatory or tags[1] in leaf.groups[-1].tags
        if wanted and not step.same and leaf.tag != tags[0] and structure.excess(state, step) is None:
            yield 1, Reading(INSTEAD, structure.apply(state, step), step)


def _preference(structure: Structure, state: State, reading: Reading, tags: Sequence[str]) -> int:
    """Among readings that cost the same over all segments looked at, the lowest is taken."""
    if reading.kind == EXCESS:
        return 0
    if reading.kind == MISSING:
        late = any(leaf.tag == tags[1] for leaf in reading.missing) if len(tags) > 1 else False
        return 5 if late else 2
    if reading.kind == SKIP:
        return 1 if passed(structure, state, tags[0]) else 3
    return 4


def passed(structure: Structure, state: State, tag: str) -> Leaf | None:
    """A position for `tag` that the groups open now have already passed, the innermost group's first."""
    if state[0] < 0:
        return None
    here = structure.leaves[state[0]]
    group: Group | None = here.parent
    index = here.index
    while group is not None:
        for item in reversed(group.items[:index]):
            if isinstance(item, Leaf) and item.tag == tag:
                return item
        index = group.index
        group = group.parent
    return None
