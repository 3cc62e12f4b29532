"""Which segments the paths of a scope choose, so that one look at the segments of a name serves all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import Layout, Wanted, uses_of
from edi_router.formats.edifact.nodes import indexes_of
from edi_router.mapping.generate_wanted import passes
from edi_router.paths import Equals, Index, Path, Start, Step
from edi_router.paths.path import PARENT

Test = tuple[tuple[int, ...], str]
"""What stands at an element (counted as in a row, behind the tag) or at a component of it (from 0)."""
Uses = dict[str, "SegmentUse | GroupUse"]
MANY = 5
"""How many texts have to be asked for in one place before segments are sorted by it."""


@dataclass(frozen=True)
class Straight:
    """A path to segments and what is in them, without groups that are parts of their own on its way."""

    name: str
    """The segments, as they are called in the rows of the message or group."""
    spec: SegmentSpec
    tests: tuple[Test, ...]
    once: bool
    """By the definition there is one such segment at most."""
    steps: tuple[Step, ...]
    """What the path takes of a segment that passes the tests."""
    element: int = 0
    """The composite that the path goes through: its element in a row; 0 when it stands in several."""
    inner: tuple[Step, ...] = ()
    """The steps from that composite on."""


@dataclass(eq=False)
class Selection:
    """The segments that pass some tests, or their composites at one element, in a variable of the program."""

    name: str
    spec: SegmentSpec
    tests: tuple[Test, ...]
    element: int
    single: bool
    """There is one at most: the variable holds it, or None; else it is unclear. Without it there is a list."""
    var: str = ""
    origin: str = ""
    """For a single composite whose origin is recorded: the variable of its segment."""

    @property
    def composite(self) -> PartSpec | None:
        """The composite that is held; None for segments."""
        part = self.spec.parts[self.element - 1] if self.element else None
        return part if isinstance(part, PartSpec) else None


def straight(layout: Layout, wanted: Wanted | None, uses: Uses, path: Path) -> Straight | None:
    """The path from a group; None when it is not so simple."""
    steps, name, once = path.steps, "", True
    if path.start is not Start.HERE:
        return None
    for number, step in enumerate(steps):
        use = uses.get(step.name)
        if use is None or any(isinstance(each, Index) for each in step.predicates):
            return None
        name, once = f"{name}{step.name}", once and use.repeat == 1
        if isinstance(use, SegmentUse):
            spec = layout.spec(use.tag)
            tests = _tests(spec, step.predicates, ())
            if spec is None or tests is None or any(each.name == PARENT for each in steps):
                return None
            return _within(Straight(name, spec, tests, once, tuple(steps[number + 1 :])))
        if wanted is None or not passes(step, steps[number + 1 :]):
            return None
        uses, name = uses_of(use.content), f"{name}/"
    return None


def _within(found: Straight) -> Straight | None:
    """With the tests of a composite of the segment."""
    if not found.steps:
        return found
    step = found.steps[0]
    places = indexes_of(found.spec).get(step.name, ())
    predicates = step.predicates
    kept = tuple(each for each in predicates[:1] if isinstance(each, Index))
    if kept:
        places = places[kept[0].number - 1 : kept[0].number]
    predicates = predicates[len(kept) :]
    if len(places) != 1:
        return None if predicates else found
    element = places[0] + 1
    part = found.spec.parts[places[0]]
    if not isinstance(part, PartSpec):
        return None if predicates else found
    tests = _tests(part, predicates, (element,))
    if tests is None:
        return None
    rest = found.steps[1:]
    steps = (replace(step, predicates=kept), *rest)
    return replace(found, tests=(*found.tests, *tests), steps=steps, element=element, inner=rest)


def _tests(
    spec: SegmentSpec | PartSpec | None, predicates: Sequence[Index | Equals], at: tuple[int, ...]
) -> tuple[Test, ...] | None:
    found: list[Test] = []
    for each in predicates:
        place = (
            place_of(spec, each.path.steps)
            if spec is not None
            and isinstance(each, Equals)
            and each.path.start is Start.HERE
            and each.text
            and each.other is None
            else None
        )
        if place is None or isinstance(each, Index):
            return None
        found.append(((*at, *place), each.text))
    return tuple(found)


def place_of(spec: SegmentSpec | PartSpec, steps: Sequence[Step]) -> tuple[int, ...] | None:
    """Element and component of the one value that a path without predicates selects; None if not so simple."""
    if not steps or any(step.predicates for step in steps):
        return None
    found = indexes_of(spec).get(steps[0].name, ())
    if len(found) != 1:
        return None
    if isinstance(spec, PartSpec):
        return found if len(steps) == 1 else None
    part = spec.parts[found[0]]
    if not isinstance(part, PartSpec):
        return (found[0] + 1,) if len(steps) == 1 else None
    inner = place_of(part, steps[1:])
    return None if inner is None else (found[0] + 1, *inner)


def is_one(spec: SegmentSpec | PartSpec, steps: Sequence[Step]) -> bool:
    """Whether a path takes one value of a segment or composite at most."""
    if not steps:
        return False
    step, rest = steps[0], steps[1:]
    places = indexes_of(spec).get(step.name, ())
    if step.predicates:
        first = step.predicates[0]
        if len(step.predicates) > 1 or not isinstance(first, Index):
            return False
        places = places[first.number - 1 : first.number]
    if len(places) != 1:
        return False
    if isinstance(spec, PartSpec):
        return not rest
    part = spec.parts[places[0]]
    return is_one(part, rest) if isinstance(part, PartSpec) else not rest


class Selections:
    """What the paths of one scope choose."""

    def __init__(self, find: Callable[[Path], Straight | None], asked: Iterable[tuple[Path, bool]]) -> None:
        """`find` tells of each path what it chooses; with each of the `asked` stands whether it takes one value
        in any case, so that several are a fault."""
        self._find = find
        found = [(each, sure) for path, sure in asked if (each := find(path)) is not None]
        counts = Counter((each.name, each.tests, each.element) for each, _ in found if each.element)
        self._shared = {key for key, count in counts.items() if count > 1}
        self._all: dict[tuple[str, tuple[Test, ...], int], Selection] = {}
        for each, sure in found:
            key = self._key(each)
            known = self._all.get(key)
            if known is None:
                self._all[key] = Selection(each.name, each.spec, each.tests, key[2], each.once or sure)
            else:
                known.single = known.single and (each.once or sure)

    def _key(self, each: Straight) -> tuple[str, tuple[Test, ...], int]:
        """Composites are held where several paths go through them, or where one of them is split for a test."""
        tested = any(at[0] == each.element and len(at) > 1 for at, _ in each.tests)
        shared = (each.name, each.tests, each.element) in self._shared
        return each.name, each.tests, each.element if tested or shared else 0

    def of(self, path: Path) -> tuple[Selection, tuple[Step, ...]] | None:
        """What a path chooses, and its steps from there."""
        each = self._find(path)
        found = None if each is None else self._all.get(self._key(each))
        if each is None or found is None:
            return None
        return found, each.inner if found.element else each.steps

    def named(self, name: str) -> list[Selection]:
        """All that choose among the same segments."""
        return [each for each in self._all.values() if each.name == name]
