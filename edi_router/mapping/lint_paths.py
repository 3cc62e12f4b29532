"""Whether the paths of a mapping can select anything, by the definition of its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.config import did_you_mean
from edi_router.faults import Fault
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.lint_values import never_found
from edi_router.mapping.model import Condition, Definition, Item, Source, conditions_in
from edi_router.mapping.shape import Shape
from edi_router.paths import Equals, Path, Start, Step
from edi_router.paths.path import PARENT


def lint_paths(definition: Definition, root: Shape) -> list[Fault]:
    """Every path of the mapping, walked over the shape of its source."""
    aliases = tuple(definition.aliases)
    faults = (
        []
        if definition.date is None
        else list(check_path(definition.date, root, leaf=True, aliases=aliases, codes=True))
    )
    return [*faults, *_item(definition.output, root, aliases)]


def _item(item: Item, here: Shape, aliases: Sequence[str]) -> Iterator[Fault]:
    if item.each is not None:
        faults = list(check_path(item.each, here, leaf=False, aliases=aliases, codes=True))
        yield from faults
        inner = end_of(item.each.path, here)
        if inner is None:
            return
        here = inner
    for condition in conditions_in(item.when):
        leaf = condition.looks_at_values
        yield from check_path(condition.source, here, leaf=leaf, aliases=aliases, codes=True)
        yield from _compared(condition, here)
    kind = FUNCTIONS[item.functions[0].name].kind if item.functions else Kind.EACH
    for source in item.sources:
        leaf = kind is not Kind.NODES and not item.unsure
        yield from check_path(source, here, leaf=leaf, aliases=aliases, codes=True)
    for child in item.do or ():
        yield from _item(child, here, aliases)


def _compared(condition: Condition, here: Shape) -> Iterator[Fault]:
    """The texts of a condition that its path can never have."""
    end = end_of(condition.source.path, here) if condition.texts else None
    if end is None:
        return
    places = condition.text_places or (condition.source.place,) * len(condition.texts)
    for text, place in zip(condition.texts, places, strict=True):
        if text and (fault := never_found(condition.source.text, text, end, place)) is not None:
            yield fault


def check_path(
    source: Source, here: Shape, *, leaf: bool, aliases: Sequence[str] = (), codes: bool = False
) -> Iterator[Fault]:
    """The faults of one path seen from `here`; with `leaf` it must end at something that has a value.

    With `codes` it is warned of values that it asks for and that can never be.
    The `aliases` of the mapping are among what is proposed for a name that is not there.
    """
    if source.path.start is Start.CONTEXT:
        return
    walker = _Walker(source, aliases)
    end = walker.walk(source.path, here)
    yield from (*walker.faults, *(walker.never if codes else ()))
    if end is not None and leaf and not end.is_leaf and not walker.faults:
        values = {"path": source.text, "name": end.name}
        hint = ", ".join(list(end.names())[:8])
        yield Fault("path-is-branch", source.place, values, hint=f"{end.name}/… ({hint})" if hint else None)


def end_of(path: Path, here: Shape) -> Shape | None:
    """The shape that the path ends at; None when it leads nowhere."""
    current = None if path.start is Start.CONTEXT else _begin(path, here)
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
        self.never: list[Fault] = []
        """Warnings of values that are asked for and can never be."""

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
        if predicate.other is None and (end := end_of(predicate.path, below)) is not None:
            at = self.source.text.find(predicate.text, step.column)
            place = self.source.column_place(at + 1 if at > 0 else step.column)
            fault = never_found(self.source.text, predicate.text, end, place)
            self.never += [fault] if fault is not None else []

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
