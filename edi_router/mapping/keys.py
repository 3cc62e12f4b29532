"""Keys of an output that are paths: `BGM/C002/d1001`, `NAD[d3035='CN']/C082/d3039`, `FTX/C108/d4440[2]`.

Keys that begin with the same steps stand in the same part of the output. A condition sets the values that it
names and tells the lines of one segment from those of another; it alone does not make the segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edi_router.mapping.model import Item
from edi_router.paths import Equals, Index, Path, Start, Step
from edi_router.paths.path import PARENT

_NUMBERED = re.compile(r"[A-Z]\d{3}|d\d{4}")
"""Composites and data elements: what has places of its own within a segment."""


@dataclass(frozen=True, slots=True)
class Line:
    """One key of a `do` with what stands behind it: the item of its last step."""

    steps: tuple[Step, ...]
    item: Item


def qualified(path: Path, *, edifact: bool) -> str | None:
    """What is wrong with a path as a key; None when nothing is."""
    if path.start is not Start.HERE or not path.steps or any(step.name == PARENT for step in path.steps):
        return "expected the name of an element or `@attribute`, or a path down to one"
    for step in path.steps:
        for predicate in step.predicates:
            if not edifact:
                return "conditions and numbers in a key are for EDIFACT outputs"
            if isinstance(predicate, Equals) and (
                predicate.path.start is not Start.HERE
                or not predicate.path.steps
                or not predicate.path.steps[-1].name.startswith("d")
            ):
                return "a condition in a key names a data element: [d3035='CN'], [C506/d1153='ABT']"
            if isinstance(predicate, Index) and not _NUMBERED.fullmatch(step.name):
                return "only composites and data elements have numbered places"
    return None


def fold(lines: Sequence[Line]) -> tuple[tuple[Item, ...], list[Item]]:
    """The items of the lines, and those for which both a line and a longer key stand."""
    together: dict[str, list[Line]] = {}
    for line in lines:
        together.setdefault(str(line.steps[0]), []).append(line)
    items: list[Item] = []
    twice: list[Item] = []
    for members in together.values():
        step = members[0].steps[0]
        ends = [line.item for line in members if len(line.steps) == 1]
        deeper = [Line(line.steps[1:], line.item) for line in members if len(line.steps) > 1]
        items += [_dressed(item, step) for item in ends]
        if not deeper:
            continue
        if ends:
            twice.append(ends[0])
        inner, more = fold(deeper)
        twice += more
        items.append(_dressed(Item(step.name, deeper[0].item.place, do=inner), step))
    return tuple(items), twice


def _dressed(item: Item, step: Step) -> Item:
    """The item with what the step's predicates say."""
    for predicate in reversed(step.predicates):
        if isinstance(predicate, Index):
            item = replace(item, index=predicate.number)
        else:
            last = predicate.path.steps[-1].name
            qualifier = Item(last, item.place, const=predicate.text, qualifier=True)
            item = replace(item, do=_with(item.do or (), predicate.path.steps, qualifier))
    return item


def _with(items: tuple[Item, ...], steps: Sequence[Step], qualifier: Item) -> tuple[Item, ...]:
    """The items with the qualifier at its place, in a composite that is there already or in a new one."""
    step = steps[0]
    number = next((each.number for each in step.predicates if isinstance(each, Index)), None)
    if len(steps) == 1:
        return (replace(qualifier, index=number), *items)
    for at, item in enumerate(items):
        if item.name == step.name and item.do is not None and (item.index or 1) == (number or 1):
            inner = replace(item, do=_with(item.do, steps[1:], qualifier))
            return (*items[:at], inner, *items[at + 1 :])
    composite = Item(step.name, qualifier.place, do=_with((), steps[1:], qualifier), index=number)
    return (composite, *items)


def leaves(item: Item) -> Iterator[Item]:
    """The items below (or the item itself) that give values."""
    if item.do is None or item.has_value:
        yield item
    for child in item.do or ():
        yield from leaves(child)
