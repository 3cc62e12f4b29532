"""Which segments and groups of a message a mapping's program asks for (see `layout.Wanted`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.layout import Layout, Wanted, uses_of
from edi_router.mapping.model import Definition, Item, conditions_in
from edi_router.paths import Equals, Index, Path, Start, Step
from edi_router.paths.path import PARENT


@dataclass(frozen=True)
class _Part:
    """Where a path stands: what may be there, its path, the part around it, and how names in that part begin."""

    uses: dict[str, SegmentUse | GroupUse]
    path: str = ""
    around: str = ""
    prefix: str = ""


class _Everything(Exception):
    """A path goes up, so that every group has to stay a part of its own."""


def wanted_of(definition: Definition, layout: Layout) -> Wanted | None:
    """What the paths of the mapping look at; None for everything.

    A group is a part of its own for paths that do not simply pass through it (see `passes`).
    """
    search = _Search(layout)
    try:
        search.item(definition.output, search.message)
        if definition.date is not None:
            search.path(search.message, definition.date.path)
    except _Everything:
        return None
    return Wanted(frozenset(search.groups), frozenset(search.names))


class _Search:
    def __init__(self, layout: Layout) -> None:
        self.message = _Part(uses_of(layout.definition.content))
        self.groups: set[str] = set()
        self.names: set[tuple[str, str]] = set()

    def item(self, item: Item, here: _Part | None) -> None:
        """What the item and those below it look at; `here` is None inside a segment."""
        if item.each is not None:
            here = self.path(here, item.each.path)
        for path in (
            *(source.path for source in item.sources),
            *(condition.source.path for condition in conditions_in(item.when)),
        ):
            self.path(here, path)
        for child in item.do or ():
            self.item(child, here)

    def path(self, here: _Part | None, path: Path) -> _Part | None:
        """What one path looks at; the part that it leads to."""
        if any(step.name == PARENT for step in path.steps):
            raise _Everything
        for each in (each for step in path.steps for each in step.predicates):
            if isinstance(each, Equals) and each.other is not None:
                self.path(here, each.other)
        if path.start is Start.MESSAGE:
            here = self.message
        elif path.start is not Start.HERE:
            return None
        for number, step in enumerate(path.steps):
            here = self._step(here, step, path.steps[number + 1 :])
        return here

    def _step(self, here: _Part | None, step: Step, rest: Sequence[Step]) -> _Part | None:
        after: _Part | None = None
        use = here.uses.get(step.name) if here is not None else None
        if here is not None and use is not None:
            name = f"{here.prefix}{step.name}"
            path = f"{here.path}/{step.name}" if here.path else step.name
            if isinstance(use, GroupUse) and passes(step, rest):
                return _Part(uses_of(use.content), path, here.around, f"{name}/")
            self.names.add((here.around, name))
            if isinstance(use, GroupUse):
                self.groups.add(path)
                after = _Part(uses_of(use.content), path, path)
        for predicate in step.predicates:
            if not isinstance(predicate, Index):
                self.path(after, predicate.path)
        return after


def passes(step: Step, rest: Sequence[Step]) -> bool:
    """Whether a path with this step for a group only passes through: no predicate, and no count of what is in it."""
    return (
        bool(rest) and not step.predicates and not any(isinstance(each, Index) for each in rest[0].predicates)
    )
