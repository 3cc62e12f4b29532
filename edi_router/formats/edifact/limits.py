"""How much an interchange, a message and a segment may have: what is held in memory must not follow from what is sent."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.formats.edifact.separators import Separators

PARTS = 10_000
"""Separators of data elements, components and repetitions in one segment. A directory has a few hundred at most."""
KEPT = 4096
"""Characters of a segment with more of them that are read."""
FIRST = 1000
"""Segments of a message with too many that are kept."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of an interchange and of a message."""

    messages: int = 999_999
    """Messages of an interchange: as many as UNZ can count (0036, n..6)."""
    segments: int = 500_000
    """Segments of a message."""
    size: int = 64_000_000
    """Bytes of a message."""


def is_crowded(text: str, separators: Separators) -> bool:
    """Whether a segment has more separators than `PARTS`, without splitting it.

    >>> is_crowded("A" + "+" * 10_001, Separators()), is_crowded("A" + "+" * 10_000, Separators())
    (True, False)
    """
    if len(text) <= PARTS:
        return False
    marks = (separators.element, separators.component, separators.repetition)
    return sum(text.count(mark) for mark in marks if mark) > PARTS


def has_crowded(text: str) -> bool:
    """Whether a message in canonical text has a crowded segment.

    >>> has_crowded("UNH+1'A" + ":" * 10_001 + "'UNT+3+1'"), has_crowded("UNH+1'" + "A+1'" * 10_001)
    (True, False)
    """
    if len(text) <= PARTS:
        return False
    return any(is_crowded(segment, _CANONICAL) for segment in text.split("'") if len(segment) > PARTS)


_CANONICAL = Separators(repetition="*")
