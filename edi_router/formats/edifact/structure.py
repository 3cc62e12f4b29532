"""Compiles a message definition into positions and the steps between them.

A state is the position of the last segment with its repetition and those of the groups open there. A step
leads from a position to one for a given tag, and says which mandatory segments it passes over. Steps are
found in the order of the definition, so the first one that passes over nothing is the greedy descent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse

START = -1


@dataclass(eq=False, slots=True)
class Group:
    """A segment group; `path` is for example ``SG30/SG33``."""

    name: str
    path: str
    mandatory: bool
    limit: int
    index: int
    parent: Group | None
    items: list[Leaf | Group] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    @property
    def trigger(self) -> Leaf:
        """The group's first segment."""
        first = self.items[0]
        return first if isinstance(first, Leaf) else first.trigger


@dataclass(eq=False, slots=True)
class Leaf:
    """A segment's position; `groups` are those around it, the outermost first."""

    id: int
    tag: str
    mandatory: bool
    limit: int
    index: int
    parent: Group
    groups: tuple[Group, ...]

    @property
    def path(self) -> str | None:
        """The group path, or None outside of groups."""
        return self.groups[-1].path if self.groups else None


@dataclass(eq=False, slots=True)
class Step:
    """Towards `target`: `keep` groups stay open (the last of them begins anew when `repeat`)."""

    target: Leaf
    keep: int
    repeat: bool
    same: bool
    missing: tuple[Leaf, ...]


State = tuple[int, int, tuple[int, ...]]
"""Position, repetition of the segment, repetitions of its groups."""
BEGIN: State = (START, 0, ())


class Structure:
    """A compiled message definition."""

    def __init__(self, definition: MessageDef) -> None:
        self.definition = definition
        self.root = Group("", "", True, 1, 0, None)
        self.leaves: list[Leaf] = []
        self._fill(self.root, definition.content, ())
        self.tags = self.root.tags
        self._direct: dict[tuple[int, str], tuple[Step, ...]] = {}
        self._next: dict[int, tuple[Step, ...]] = {}
        self._costly: dict[tuple[int, str], tuple[Step, ...]] = {}
        self.substitutes: dict[tuple[int, str], tuple[tuple[Step, set[str] | None], ...]] = {}
        """What `structure_resync` has found that a tag may stand for at a position."""

    def _fill(
        self, group: Group, content: tuple[SegmentUse | GroupUse, ...], groups: tuple[Group, ...]
    ) -> None:
        for index, entry in enumerate(content):
            mandatory = entry.status == "M"
            if isinstance(entry, SegmentUse):
                leaf = Leaf(len(self.leaves), entry.tag, mandatory, entry.repeat, index, group, groups)
                self.leaves.append(leaf)
                group.items.append(leaf)
                group.tags.add(entry.tag)
            else:
                path = f"{group.path}/{entry.name}" if group.path else entry.name
                inner = Group(entry.name, path, mandatory, entry.repeat, index, group)
                group.items.append(inner)
                self._fill(inner, entry.content, (*groups, inner))
                group.tags |= inner.tags

    def direct(self, position: int, tag: str) -> tuple[Step, ...]:
        """The steps that pass over nothing mandatory."""
        key = (position, tag)
        steps = self._direct.get(key)
        if steps is None:
            steps = self._direct[key] = tuple(self._steps(position, tag, 0))
        return steps

    def costly(self, position: int, tag: str) -> tuple[Step, ...]:
        """The steps that pass over one to three mandatory segments, the cheapest first, at most twelve."""
        key = (position, tag)
        steps = self._costly.get(key)
        if steps is None:
            found = [step for step in self._steps(position, tag, 3) if step.missing]
            found.sort(key=lambda step: len(step.missing))
            steps = self._costly[key] = tuple(found[:12])
        return steps

    def to_end(self, position: int) -> tuple[Step, ...]:
        """The step to UNT, whatever it passes over; more than thirty missing segments are not listed."""
        steps = [step for step in self._steps(position, "UNT", 30) if step.target is self.leaves[-1]]
        if not steps:
            steps = [Step(self.leaves[-1], 0, False, False, ())]
        return tuple(steps[:1])

    def next_steps(self, position: int) -> tuple[Step, ...]:
        """The steps to any segment that pass over nothing mandatory."""
        steps = self._next.get(position)
        if steps is None:
            steps = self._next[position] = tuple(self._steps(position, None, 0))
        return steps

    def apply(self, state: State, step: Step) -> State:
        """The state after the step."""
        if step.same:
            return state[0], state[1] + 1, state[2]
        counts = state[2][: step.keep]
        if step.repeat:
            counts = (*counts[:-1], counts[-1] + 1)
        return step.target.id, 1, counts + (1,) * (len(step.target.groups) - step.keep)

    def excess(self, state: State, step: Step) -> Group | Leaf | None:
        """What the step repeats more often than allowed."""
        if step.same:
            return step.target if state[1] >= step.target.limit else None
        if step.repeat and state[2][step.keep - 1] >= step.target.groups[step.keep - 1].limit:
            return step.target.groups[step.keep - 1]
        return None

    def expected(self, state: State) -> list[Leaf]:
        """The segments that may come next, in the order of the definition."""
        found: list[Leaf] = []
        for step in self.next_steps(state[0]):
            if self.excess(state, step) is None and step.target not in found:
                found.append(step.target)
        return found

    def _steps(self, position: int, tag: str | None, limit: int) -> Iterator[Step]:
        """All steps for `tag` (None: for any) that pass over at most `limit` mandatory segments."""
        missing: list[Leaf] = []
        if position == START:
            yield from self._within(self.root, 0, 0, False, tag, missing, limit)
            return
        leaf = self.leaves[position]
        if tag is None or leaf.tag == tag:
            yield Step(leaf, len(leaf.groups), False, True, ())
        group, index = leaf.parent, leaf.index + 1
        for depth in range(len(leaf.groups), -1, -1):
            yield from self._within(group, index, depth, False, tag, missing, limit)
            if len(missing) > limit or group.parent is None:
                return
            yield from self._within(group, 0, depth, True, tag, list(missing), limit)
            group, index = group.parent, group.index + 1

    def _within(
        self, group: Group, index: int, depth: int, repeat: bool, tag: str | None,
        missing: list[Leaf], limit: int,
    ) -> Iterator[Step]:  # fmt: skip
        """Steps to the items of `group` from `index` on; `missing` grows by what is passed over."""
        for item in group.items[index:]:
            if len(missing) > limit:
                return
            if isinstance(item, Leaf):
                if tag is None or item.tag == tag:
                    yield Step(item, depth, repeat, False, tuple(missing))
                if item.mandatory:
                    missing.append(item)
            else:
                if tag is None or tag in item.tags:
                    yield from self._within(item, 0, depth, repeat, tag, list(missing), limit)
                if item.mandatory:
                    missing.append(item.trigger)
