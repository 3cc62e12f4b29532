"""What a skeleton is made of: the places of a target that want a value, and the places of a source that have one."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Content(StrEnum):
    """What a value is, as far as its definition tells."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass
class Slot:
    """A place of the target: a leaf that wants a value, or a branch with places inside."""

    name: str
    note: str
    """What its definition says, for a comment."""
    wanted: tuple[tuple[str, ...], ...] = ()
    """What it is called, in words; several ways to say it."""
    mandatory: bool = True
    many: bool = False
    children: tuple[Slot, ...] = ()
    leaf: bool = True
    content: Content = Content.TEXT
    values: tuple[str, ...] = ()
    fits: Callable[[str], bool] = field(default=lambda text: True, repr=False)
    max_length: int | None = None
    decimals: int | None = None

    @property
    def is_attribute(self) -> bool:
        """Whether it is an attribute of the element it stands in."""
        return self.name.startswith("@")


@dataclass(frozen=True)
class Step:
    """One step of a source's path; `repeats` when it may select several."""

    text: str
    repeats: bool = False
    words: tuple[str, ...] = ()
    """What it is called, where it may be a loop."""


@dataclass(frozen=True)
class Candidate:
    """A place of the source that has a value."""

    steps: tuple[Step, ...]
    label: str
    """How a comment calls it."""
    own: tuple[str, ...]
    around: tuple[str, ...] = ()
    content: Content = Content.TEXT
    length: int | None = None
    """The most characters it may have."""

    def path(self, depth: int = 0) -> str:
        """The path seen from the place that the first `depth` steps lead to."""
        return "/".join(step.text for step in self.steps[depth:]) or "."

    def repeats(self, depth: int = 0) -> bool:
        """Whether it may select several values, seen from there."""
        return any(step.repeats for step in self.steps[depth:])

    def loops(self) -> Sequence[int]:
        """The numbers of steps after which one of several is reached."""
        return [at for at, step in enumerate(self.steps[:-1], 1) if step.repeats]


FILLERS = (
    "0", "TODO", "1", "2000-01-01", "2000-01-01T00:00:00", "20000101", "20000101T00:00:00", "20000101000000",
    "200001010000", "2000-01-01 00:00:00", "00:00:00", "2000", "0.0", "A", "AA", "AAA", "AAA000", "X0000000",
    "-", "true", "a@b",
)  # fmt: skip


def filler(slot: Slot) -> str | None:
    """A fixed text that the slot can hold until somebody fills it in; None when none is known.

    >>> filler(Slot("No", "", fits=str.isdigit))
    '0'
    >>> filler(Slot("Name", "", fits=lambda text: text == "AAAA"))
    'AAAA'
    """
    first = ("TODO",) if slot.content is Content.TEXT else ()
    longer = (sign * length for length in range(1, 65) for sign in "0A")
    short = "TODO"[: slot.max_length or 4]
    for text in (*slot.values[:50], *first, *FILLERS, short, *string.ascii_letters, *longer):
        if slot.fits(text):
            return str(text)
    return None
