"""A segment whose spelling was repaired, and which still knows its places in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from edi_router.formats.edifact.segment import UNTERMINATED, Segment, advance, advance_over


class Edit(NamedTuple):
    """The characters from `start` to `end` of a segment's raw text, and what is read instead."""

    start: int
    end: int
    text: str


class RepairedSegment(Segment):
    """`text` is the repaired spelling; offsets, lines and columns are those of `raw`, which the file has.

    >>> repaired = RepairedSegment(Segment("FTX", "FTX+a+b:c"), [Edit(5, 5, "?")])
    >>> repaired.text, repaired.elements(), repaired.place(1, 2).offset, repaired.length
    ('FTX+a?+b:c', ((('a+b', 'c'),),), 8, 9)
    """

    __slots__ = ("edits", "raw")

    def __init__(self, segment: Segment, edits: Iterable[Edit]) -> None:
        before: tuple[Edit, ...] = ()
        raw = segment.text
        if isinstance(segment, RepairedSegment):
            raw, before = segment.raw, segment.edits
            edits = [Edit(segment.raw_index(start), segment.raw_index(end), new) for start, end, new in edits]
        self.raw: str = raw
        self.edits: tuple[Edit, ...] = tuple(sorted((*before, *edits)))
        text: list[str] = []
        at = 0
        for start, end, new in self.edits:
            text += raw[at:start], new
            at = end
        text.append(raw[at:])
        tag = segment.tag
        if self.edits and self.edits[0].start < len(tag):
            tag = "".join(text)[: len(tag)]
        super().__init__(
            tag, "".join(text), segment.dialect, segment.offset, segment.line, segment.column,
            segment.number, segment.marks,
        )  # fmt: skip

    @property
    def length(self) -> int:
        """The bytes it takes in the source, without the terminator."""
        return self.dialect.size(self.raw)

    def raw_index(self, index: int) -> int:
        """Where the character `index` of `text` stands in `raw`."""
        for start, end, new in self.edits:
            if index <= start:
                break
            index += max(end - start - len(new), start - index)
        return index

    def inserted_after(self, segment: Segment) -> list[int]:
        """Where in `text` the characters stand before which something was inserted since it was `segment`."""
        before = segment.edits if isinstance(segment, RepairedSegment) else ()
        found, shift = [], 0
        for edit in self.edits:
            start, end, new = edit
            shift += len(new) - (end - start)
            if start == end and edit not in before:
                found.append(end + shift)
        return found

    def end(self) -> tuple[int, int, int]:
        """Offset, line and column just after the segment's terminator."""
        offset = self.offset + self.length
        if self.marks & UNTERMINATED:
            return offset, *advance(self.raw, self.line, self.column)
        terminator = self.dialect.separators.terminator
        return offset + 1, *advance_over(self.raw, terminator, self.line, self.column)

    def _before(self, index: int) -> str:
        return self.raw[: self.raw_index(index)]
