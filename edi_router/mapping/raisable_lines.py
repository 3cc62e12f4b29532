"""What can be known of the lines of a mapping where they are reached: for `raisable`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.model import Condition, Item, Joined, When
from edi_router.mapping.shape import Shape, XmlShape
from edi_router.mapping.source_values import occurs
from edi_router.paths import Path, Start

Known = dict[str, tuple[str, ...]]
"""Paths that have a value where a line is reached, with the texts that it may be (none: any); those that have none
begin with `ABSENT`."""
ABSENT = "!"


def known_of(item: Item) -> Known:
    """What the item's conditions say of the paths that they ask."""
    return {
        f"{ABSENT}{each.source.text}" if each.absent else each.source.text: each.texts
        for each in certain(item.when)
    }


def certain(when: Sequence[When]) -> Iterator[Condition]:
    """The conditions that hold wherever the line is reached."""
    for each in when:
        if isinstance(each, Condition):
            yield each
        elif isinstance(each, Joined) and each.kind == "all":
            yield from certain(each.parts)


def covers(same: Sequence[Item]) -> bool:
    """Whether one of the lines is always taken: a path is there, or it is absent."""
    asked = [
        (each.source.text, each.absent)
        for item in same
        if len(item.when) == 1
        for each in certain(item.when)
        if not each.looks_at_values
    ]
    return any((text, not absent) in asked for text, absent in asked)


def tells(same: Sequence[Item]) -> bool:
    """Whether lines under one name tell it themselves when nothing comes of them."""
    if covers(same):
        return all(child.required or _tells_inside(child) for child in same)
    return any(not child.when and (child.required or _tells_inside(child)) for child in same)


def _tells_inside(item: Item) -> bool:
    if item.each is not None and not item.single:
        return False
    names = dict.fromkeys(child.name for child in item.do or ())
    return any(tells([child for child in item.do or () if child.name == name]) for name in names)


def one_of(item: Item, here: Shape | None, known: Known) -> bool:
    """Whether the sources are a choice of which the source's schema asks for one."""
    steps = [source.path.steps for source in item.sources]
    if here is None or len(steps) < 2 or any(not each for each in steps):
        return False
    same = 0
    while all(len(each) > same + 1 and each[same] == steps[0][same] for each in steps):
        same += 1
    start = item.sources[0].path.start
    parent = end_of(Path(start, steps[0][:same]), here)
    if not isinstance(parent, XmlShape) or parent.info is None:
        return False
    above = "/".join(str(step) for step in steps[0][:same])
    is_there = not occurs(Path(start, steps[0][:same]), here)[0] or above in known
    names: set[str] = set()
    for each in steps:
        child = parent.child(each[same].name)
        if child is not None and not occurs(Path(Start.HERE, each[same + 1 :]), child)[0]:
            names.add(each[same].name)
    return is_there and any(set(choice) <= names for choice in parent.info.choices)


def items(item: Item) -> Iterator[Item]:
    """The item and all below it."""
    yield item
    for child in item.do or ():
        yield from items(child)


def leaves(item: Item) -> Iterator[Item]:
    """The lines at or below the item that have a value of their own."""
    return (each for each in items(item) if each.has_value and not each.qualifier)
