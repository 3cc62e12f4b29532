"""Reads a message's segments by its structure; around one that does not fit, finds the cheapest reading.

Each reading of a stretch of segments costs something for every mistake it supposes: a mandatory segment
left out, a segment too many, a repetition too many, one segment written for another. The reading with the
fewest mistakes decides what is wrong. Where the segments after a misfit take more than one mistake, the
ones before it are read anew as well: the mistake may have been one that fitted at first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.structure import Group, Leaf, State, Step, Structure

AHEAD = 10
"""How many segments after a misfit are looked at."""
BACK = 8
"""How many segments before a misfit are read anew."""
NEAR = 8
"""How many segments a segment may have moved to be called misplaced rather than missing."""
WIDTH = 16
EFFORT = 50
"""Misfits after which a message is no longer looked at that closely."""
REMEMBERED = 10_000
"""Positions with a tag that is wrong there, for which is kept what it may stand for."""
MISTAKE = 100
FIT, MISSING, EXCESS, SKIP, INSTEAD = range(5)


@dataclass(eq=False, slots=True)
class Reading:
    """What one segment is taken for: `step` is None when it is passed over."""

    kind: int
    before: State
    state: State
    step: Step | None
    missing: tuple[Leaf, ...] = ()
    excess: Group | Leaf | None = None


Pending = tuple[tuple[int, str], ...]
"""The tags that were passed over (SKIP) or are missing (MISSING) and may be halves of one displacement."""


@dataclass(eq=False, slots=True)
class _Path:
    cost: int
    tie: int
    reading: Reading
    parent: _Path | None

    def readings(self) -> list[Reading]:
        found: list[Reading] = []
        path: _Path | None = self
        while path is not None:
            found.append(path.reading)
            path = path.parent
        return found[::-1]


def read_structure(structure: Structure, tags: Sequence[str], state: State) -> list[Step | Reading]:
    """How each segment is read, beginning in `state`: a plain step where it fits, else a `Reading`."""
    found: list[Step | Reading] = []
    states: list[State] = []
    barrier = misfits = 0
    while len(found) < len(tags):
        index = len(found)
        states.append(state)
        step = fit(structure, state, tags[index])
        if step is not None:
            found.append(step)
            state = structure.apply(state, step)
            continue
        misfits += 1
        ahead = AHEAD if misfits <= EFFORT else 1
        pending = _pending(found, tags, index)
        cost, readings = plan(structure, state, tags[index : index + 1 + ahead], 0, pending)
        commit = readings[:1]
        start = max(barrier, index - BACK)
        if start < index and misfits <= EFFORT and _worth(structure, states, tags, start, index, cost):
            pending = _pending(found, tags, start)
            stretch = tags[start : index + 1 + ahead]
            again, others = plan(structure, states[start], stretch, index - start, pending)
            if again < cost:
                commit = others[: index - start + 1]
                del found[start:], states[start:]
                states.extend(reading.before for reading in commit)
        found.extend(commit)
        state = commit[-1].state
        barrier = len(found)
    return found


def fit(structure: Structure, state: State, tag: str) -> Step | None:
    """The greedy descent, when the segment fits without a mistake."""
    if tag not in structure.tags:
        return None
    for step in structure.direct(state[0], tag):
        if structure.excess(state, step) is None:
            return step
    return None


def _worth(
    structure: Structure, states: Sequence[State], tags: Sequence[str], start: int, index: int, cost: int
) -> bool:
    """Whether reading the segments before a misfit anew could be cheaper."""
    if cost > MISTAKE:
        return True
    return any(len(structure.direct(states[at][0], tags[at])) > 1 for at in range(start, index))


def _pending(found: Sequence[Step | Reading], tags: Sequence[str], end: int) -> Pending:
    """What the readings shortly before `end` have left pending."""
    pending: Pending = ()
    for index in range(max(0, end - NEAR), end):
        reading = found[index]
        if isinstance(reading, Reading):
            _, pending = _settle(pending, reading, tags[index])
    return pending


def _settle(pending: Pending, reading: Reading, tag: str) -> tuple[int, Pending]:
    """How many mistakes of the reading are the other half of one before, and what is pending then.

    A segment that is passed over where it stands and missing where it belongs is one displacement.
    """
    if reading.kind == SKIP:
        halves, other = [tag], MISSING
    elif reading.kind == MISSING:
        halves, other = [leaf.tag for leaf in reading.missing], SKIP
    else:
        return 0, pending
    left = list(pending)
    settled = 0
    for half in halves:
        if (other, half) in left:
            left.remove((other, half))
            settled += 1
        else:
            left.append((reading.kind, half))
    return settled, tuple(left)


def plan(
    structure: Structure, state: State, tags: Sequence[str], free: int = 0, pending: Pending = ()
) -> tuple[int, list[Reading]]:
    """The cheapest reading of all `tags`; the first `free` of them may be misread although they fit."""
    frontier: dict[tuple[State, Pending], _Path | None] = {(state, pending): None}
    for index in range(len(tags)):
        following: dict[tuple[State, Pending], _Path | None] = {}
        ranked = sorted(
            frontier.items(), key=lambda entry: (entry[1].cost, entry[1].tie) if entry[1] else (0, 0)
        )
        for (here, halves), path in ranked[:WIDTH]:
            before, tie = (path.cost, path.tie) if path else (0, 0)
            for cost, reading in _readings(structure, here, tags[index:], index < free):
                total, rank, left = before + cost, tie, halves
                if cost >= MISTAKE:
                    rank = tie or _preference(structure, here, reading, tags[index:])
                    settled, left = _settle(halves, reading, tags[index])
                    total -= settled * MISTAKE
                known = following.get((reading.state, left))
                if known is None or (total, rank) < (known.cost, known.tie):
                    following[reading.state, left] = _Path(total, rank, reading, path)
        frontier = following
    best = min(
        (path for path in frontier.values() if path is not None), key=lambda path: (path.cost, path.tie)
    )
    return best.cost, best.readings()


def _readings(
    structure: Structure, state: State, tags: Sequence[str], free: bool
) -> Iterator[tuple[int, Reading]]:
    """Every reading of the first tag with its cost; one that fits is read in no other way unless `free`."""
    tag = tags[0]
    if tag in structure.tags:
        fitting = 0
        for step in structure.direct(state[0], tag):
            if structure.excess(state, step) is None:
                yield min(fitting, 9), Reading(FIT, state, structure.apply(state, step), step)
                fitting += 1
                if not free:
                    return
        if not fitting:
            for step in _exceeding(structure, state, tag):
                excess = structure.excess(state, step)
                yield MISTAKE, Reading(EXCESS, state, structure.apply(state, step), step, (), excess)
        for step in structure.costly(state[0], tag) if tag != "UNT" else structure.to_end(state[0]):
            if structure.excess(state, step) is None:
                cost = MISTAKE * len(step.missing)
                yield cost, Reading(MISSING, state, structure.apply(state, step), step, step.missing)
    if tag not in ("UNH", "UNT"):
        yield MISTAKE, Reading(SKIP, state, state, None)
        if len(tags) > 1 and not free:
            yield from _instead(structure, state, tags)


def _exceeding(structure: Structure, state: State, tag: str) -> Sequence[Step]:
    """The steps that repeat something too often; a trigger too many is its group too many."""
    steps = structure.direct(state[0], tag)
    groups = [step for step in steps if step.repeat and step.target.id == state[0]]
    return groups or steps


def _instead(structure: Structure, state: State, tags: Sequence[str]) -> Iterator[tuple[int, Reading]]:
    """The segment stands for another: a slip of the tag, a mandatory one, a trigger whose group holds the next."""
    key = (state[0], tags[0])
    found = structure.substitutes.get(key)
    if found is None:
        found = tuple(_substitutes(structure, *key))
        if len(structure.substitutes) < REMEMBERED:
            structure.substitutes[key] = found
    for step, content in found:
        if (content is None or tags[1] in content) and structure.excess(state, step) is None:
            yield MISTAKE, Reading(INSTEAD, state, structure.apply(state, step), step)


def _substitutes(structure: Structure, position: int, tag: str) -> Iterator[tuple[Step, set[str] | None]]:
    """The steps to what the tag may stand for; some only if the next segment is of the group that they begin.

    Only its tag tells what a segment was meant to be. One that the message has is meant, unless it is a slip for
    what must stand here; so what is missing there is a mistake of its own.
    """
    known = tag in structure.tags
    for step in structure.next_steps(position):
        leaf = step.target
        slip = is_slip(tag, leaf.tag)
        if leaf.tag == tag or (known and not slip):
            continue
        group = leaf.groups[-1] if leaf.groups and leaf.groups[-1].trigger is leaf else None
        if (slip and not known) or (not step.same and (group.mandatory if group else leaf.mandatory)):
            yield step, None
        elif group is not None and not step.same:
            yield step, group.tags


def is_slip(tag: str, meant: str) -> bool:
    """Whether a tag is another in small letters, with one letter wrong, two exchanged, or one more or less.

    >>> [tag for tag in ("dtm", "DTN", "TDM", "DT", "DTMM", "DMS", "LOC") if is_slip(tag, "DTM")]
    ['dtm', 'DTN', 'TDM', 'DT', 'DTMM']
    """
    tag = tag.upper()
    if len(tag) == len(meant):
        wrong = sum(here != there for here, there in zip(tag, meant, strict=True))
        return wrong < 2 or (wrong == 2 and sorted(tag) == sorted(meant))
    short, long = sorted((tag, meant), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _preference(structure: Structure, state: State, reading: Reading, tags: Sequence[str]) -> int:
    """Among readings that cost the same over all segments looked at, the lowest is taken."""
    if reading.kind == EXCESS:
        return 1
    if reading.kind == MISSING:
        late = any(leaf.tag == tags[1] for leaf in reading.missing) if len(tags) > 1 else False
        return 6 if late else 3
    if reading.kind == INSTEAD and reading.step is not None and is_slip(tags[0], reading.step.target.tag):
        return 1
    if reading.kind == SKIP:
        return 2 if passed(structure, state, tags[0]) else 4
    return 5


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
