"""A message that was cut out as a whole: its segments are made when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.faults import FaultList
from edi_router.formats.edifact.fast_canon import Canonical, Reading
from edi_router.formats.edifact.fast_regex import MASK
from edi_router.formats.edifact.model import FunctionalGroup, Message, Segment, advance
from edi_router.formats.edifact.separators import Element, elements_of, split

Value = str | list[str] | list[list[str]]


@dataclass(slots=True)
class Slice:
    """A message's text as it stands in the file, from UNH to the terminator of UNT, and where it begins."""

    raw: str
    ends: str
    """The line end that follows every terminator, if any."""
    offset: int
    line: int
    column: int
    reading: Reading

    def header(self) -> Segment:
        """Its UNH."""
        marks = self.reading.dialect.separators
        end = self.raw.find(marks.terminator)
        while marks.release and self.raw[end - 1] == marks.release:
            end = self.raw.find(marks.terminator, end + 1)
        return Segment(
            "UNH", self.raw[:end], self.reading.dialect, self.offset, self.line, self.column, 1
        )

    def pieces(self) -> list[str]:
        """The raw text of its segments, without terminators and the line ends between them."""
        marks = self.reading.dialect.separators
        pieces = split(self.raw, marks.terminator, marks.release)
        pieces.pop()
        if self.ends:
            skip = len(self.ends)
            pieces[1:] = [piece[skip:] for piece in pieces[1:]]
        return pieces

    def segments(self, header: Segment) -> list[Segment]:
        """All its segments; the first of them is `header`."""
        dialect = self.reading.dialect
        wide = dialect.wide and not self.raw.isascii()
        offset, line, column = self.offset, self.line, self.column
        out: list[Segment] = []
        skip = len(self.ends)
        for number, piece in enumerate(self.pieces(), 1):
            out.append(Segment(piece[:3], piece, dialect, offset, line, column, number))
            offset += (dialect.size(piece) if wide else len(piece)) + 1 + skip
            if skip:
                line, column = line + 1, 1
            else:
                column += len(piece) + 1
        out[0] = header
        return out

    def after(self) -> tuple[int, int, int]:
        """Offset, line and column just after it."""
        dialect = self.reading.dialect
        return self.offset + dialect.size(self.raw), *advance(self.raw, self.line, self.column)


class SlicedMessage(Message):
    """A well-formed message; `proof` says by which definition it has been found to have no fault at all."""

    __slots__ = ("_all", "canonical", "proof", "slice")

    def __init__(
        self, header: Segment, slice: Slice, canonical: Canonical, group: FunctionalGroup | None, proof: object
    ) -> None:
        self.header = header
        self.slice = slice
        self.canonical = canonical
        self.proof = proof
        self.group = group
        self.faults = FaultList()
        self.position = 1
        self.headless = False
        self._all: list[Segment] | None = None

    @property
    def segments(self) -> list[Segment]:
        """The segments from UNH to UNT."""
        if self._all is None:
            self._all = self.slice.segments(self.header)
        return self._all

    @segments.setter
    def segments(self, value: list[Segment]) -> None:
        self._all = value

    @property
    def count(self) -> int:
        """How many segments there are."""
        return self.canonical.count

    @property
    def length(self) -> int:
        """The bytes from its first segment to the last terminator."""
        return self.slice.after()[0] - self.offset

    def values(self) -> list[list[Value]]:
        """Every segment as its tag and its elements, released characters resolved.

        An element is a text, or a list of components, or where it repeats a list of such lists.
        """
        marks = self.slice.reading.dialect.separators
        element, component, release = marks.element, marks.component, marks.release
        repetition = marks.repetition or MASK
        rows: list[list[Value]] = []
        for piece in self.slice.pieces():
            if repetition in piece or (release and release in piece):
                parts: list[Value] = [_value(repeats) for repeats in elements_of(piece, marks)]
                rows.append([piece[:3], *parts])
            else:
                rows.append(
                    [part.split(component) if component in part else part for part in piece.split(element)]
                )
        return rows


def _value(repeats: Element) -> Value:
    if len(repeats) > 1:
        return [list(components) for components in repeats]
    return list(repeats[0]) if len(repeats[0]) > 1 else repeats[0][0]
