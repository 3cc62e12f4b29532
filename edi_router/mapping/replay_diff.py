"""How two documents differ, value by value, whatever their format.

Repeated parts are aligned by what is in them, so that one goods item more is one item added, and not a change of
every item behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from edi_router.mapping.trace_parts import child_names, step_of
from edi_router.paths import Node

_SHAPES = ((r"[0-9]+", "9"), (r"[A-Z]+", "A"), (r"[a-z]+", "a"), (r"\s+", " "), (r"[㐀-䶿一-鿿]+", "字"))


class Shoot(NamedTuple):
    """A part of a document with all that is in it: equal when everything in it is."""

    step: str
    value: str | None
    children: tuple[Shoot, ...]


class Difference(NamedTuple):
    """One value that differs: its path without numbers, where it stands, what it was and is (None: nothing)."""

    path: str
    where: str
    old: str | None
    new: str | None


def shoot_of(node: Node) -> Shoot:
    """A document as values that can be compared."""
    children = tuple(shoot_of(child) for name in child_names(node) for child in node.children(name))
    return Shoot(
        step_of(node), node.value(), tuple(child for child in children if child.value or child.children)
    )


def differences(
    old: Shoot | None, new: Shoot | None, path: str = "", where: str = ""
) -> Iterator[Difference]:
    """The values of which only one document has them, or which are not the same; paths begin below the root."""
    if old == new:
        return
    before, after = (None if each is None else each.value for each in (old, new))
    if before != after:
        yield Difference(path or ".", where or "/", before, after)
    olds, news = ({} if each is None else _by_step(each.children) for each in (old, new))
    for step in dict.fromkeys([*olds, *news]):
        of_old, of_new = olds.get(step, []), news.get(step, [])
        several = max(len(of_old), len(of_new)) > 1
        for number, left, right in _aligned(of_old, of_new):
            below = f"{where}/{step}" + (f"[{number}]" if several else "")
            yield from differences(left, right, f"{path}/{step}" if path else step, below)


def shape(text: str) -> str:
    """The kind of a value: runs of digits, letters and Chinese characters, the rest as it stands.

    >>> shape("2016-07-01T12:00"), shape("EXMU3054383"), shape("冻牛肉 5KG")
    ('9-9-9A9:9', 'A9', '字 9A')
    """
    for pattern, mark in _SHAPES:
        text = re.sub(pattern, mark, text)
    return text


def _by_step(children: Sequence[Shoot]) -> dict[str, list[Shoot]]:
    found: dict[str, list[Shoot]] = {}
    for child in children:
        found.setdefault(child.step, []).append(child)
    return found


def _aligned(old: Sequence[Shoot], new: Sequence[Shoot]) -> Iterator[tuple[int, Shoot | None, Shoot | None]]:
    """Which repetitions belong together: the equal ones, and between them one after the other; with the number
    in the new document (in the old one where it is gone)."""
    for tag, low, high, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            pairs = zip_longest(range(low, high), range(start, end))
            for before, after in pairs:
                number = (before if after is None else after) or 0
                left = None if before is None else old[before]
                yield number + 1, left, None if after is None else new[after]
