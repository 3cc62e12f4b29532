"""Whether the paths of a mapping can select anything, by the definition of its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.config import did_you_mean
from edi_router.faults import Fault
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.model import Definition, Item, Source, conditions_in
from edi_router.mapping.shape import Shape
from edi_router.paths import Equals, Path, Start, Step
from edi_router.paths.path import PARENT


def lint_paths(definition: Definition, root: Shape) -> list[Fault]:
    """Every path of the mapping, walked over the shape of its source."""
    aliases = tuple(definition.aliases)
    faults = (
        [] if definition.date is None else list(check_path(definition.date, root, leaf=True, aliases=aliases))
    )
    return [*faults, *_item(definition.output, root, aliases)]


def _item(item: Item, here: Shape, aliases: Sequence[str]) -> Iterator[Fault]:
    if item.each is not None:
        faults = list(check_path(item.each, here, leaf=False, aliases=aliases))
        yield from faults
        inner = end_of(item.each.path, here)
        if inner is None:
            return
        here = inner
    for condition in conditions_in(item.when):
        yield from check_path(condition.source, here, leaf=condition.looks_at_values, aliases=aliases)
    kind = FUNCTIONS[item.functions[0].name].kind if item.functions else Kind.EACH
    for source in item.sources:
        yield from check_path(source, here, leaf=kind is not Kind.NODES, aliases=aliases)
    for child in item.do or ():
        yield from _item(child, here, aliases)


def check_path(source: Source, here: Shape, *, leaf: bool, aliases: Sequence[str] = ()) -> Iterator[Fault]:
    """The faults of one path seen from `here`; with `leaf` it must end at something that has a value.

    The `aliases` of the mapping are among what is proposed for a name that is not there.
    """
    if source.path.start is Start.CONTEXT:
        return
    walker = _Walker(source, aliases)
    end = walker.walk(source.path, here)
    yield from walker.faults
    if end is not None and leaf and not end.is_leaf and not walker.faults:
        values = {"path": source.text, "name": end.name}
        hint = ", ".join(list(end.names())[:8])
        yield Fault("path-is-branch", source.place, values, hint=f"{end.name}/… ({hint})" if hint else None)


def end_of(path: Path, here: Shape) -> Shape | None:
    """The shape that the path ends at; None when it leads nowhere."""
    current = _begin(path, here)
    for step in path.steps:
        if current is None:
            return None
        current = current.parent if step.name == PARENT else current.child(step.name)
    return current


class _Walker:
    def __init__(self, source: Source, aliases: Sequence[str] = ()) -> None:
        self.source = source
        self.aliases = aliases
        self.faults: list[Fault] = []

    def walk(self, path: Path, here: Shape) -> Shape | None:
        current, item = _begin(path, here), here
        for step in path.steps:
            if current is None:
                return None
            below = current.parent if step.name == PARENT else current.child(step.name)
            if below is None:
                self._unknown(step, current)
                return None
            for predicate in step.predicates:
                if isinstance(predicate, Equals):
                    self._predicate(predicate, below, step, item)
            current = below
        return current

    def _predicate(self, predicate: Equals, below: Shape, step: Step, item: Shape) -> None:
        ends = [(predicate.path, below), *([(predicate.other, item)] if predicate.other is not None else [])]
        for path, begin in ends:
            end = self.walk(path, begin)
            if end is not None and not end.is_leaf:
                place = self.source.column_place(step.column)
                values = {"path": str(path), "name": end.name}
                self.faults.append(Fault("path-is-branch", place, values))

    def _unknown(self, step: Step, current: Shape) -> None:
        place = self.source.column_place(step.column)
        if step.name == PARENT:
            values = {"path": self.source.text, "problem": f"{current.name} stands in nothing"}
            self.faults.append(Fault("path-unknown", place, values))
            return
        names = list(current.names())
        values = {"path": self.source.text, "problem": f"{current.name} has no {step.name}"}
        hint = _inside(current, step.name) or did_you_mean(step.name, [*self.aliases, *names])
        hint = hint or ", ".join(names[:12])
        self.faults.append(Fault("path-unknown", place, values, hint=hint or None))


def _inside(current: Shape, name: str) -> str | None:
    """The way to a child's child of that name: the usual slip is a composite or group left out."""
    for between in current.names():
        child = current.child(between)
        if child is not None and not child.is_leaf and name in child.names():
            return f"{between}/{name}"
    return None


def _begin(path: Path, here: Shape) -> Shape | None:
    if path.start is Start.HERE:
        return here
    top = here
    while top.parent is not None:
        top = top.parent
    return top.envelope if path.start is Start.ENVELOPE else top
