"""A message that was cut out as a whole: its segments are made when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.faults import FaultList
from edi_router.formats.edifact.fast_canon import Canonical, Reading
from edi_router.formats.edifact.fast_regex import MASK
from edi_router.formats.edifact.model import SERVICE, FunctionalGroup, Message, Segment, advance

Value = str | list[str] | list[list[str]]


@dataclass(slots=True)
class Slice:
    """A message's text as it stands in the file, from UNH to the terminator of UNT, and where it begins.

    Once it is taken for a message, there are no control characters in it besides the line ends.
    """

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
        if marks.release and marks.release in self.raw[:end]:
            end = len(self.pieces()[0])
        return Segment(
            "UNH", self.raw[:end], self.reading.dialect, self.offset, self.line, self.column, 1, SERVICE
        )

    def pieces(self) -> list[str]:
        """The raw text of its segments, without terminators and the line ends between them."""
        marks = self.reading.dialect.separators
        raw, terminator, release = self.raw, marks.terminator, marks.release
        pieces = raw.split(terminator)
        at = raw.rfind(release + terminator) if release else -1
        while at >= 0:
            if (at - len(raw[:at].rstrip(release))) % 2 == 0:  # released: no end of a segment
                number = raw.count(terminator, 0, at + 2)
                pieces[number - 1 : number + 1] = [terminator.join(pieces[number - 1 : number + 1])]
            at = raw.rfind(release + terminator, 0, at + 1)
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
        out[-1].marks = SERVICE
        return out

    def after(self) -> tuple[int, int, int]:
        """Offset, line and column just after it."""
        offset = self.offset + self.reading.dialect.size(self.raw)
        if not self.ends:
            return offset, self.line, self.column + len(self.raw)
        return offset, *advance(self.raw, self.line, self.column)


class SlicedMessage(Message):
    """A well-formed message; `proof` says by which definition it has been found to have no fault at all, or is
    False when it was not, or None when nobody asked."""

    __slots__ = ("_all", "canonical", "proof", "slice")

    def __init__(
        self,
        header: Segment,
        slice: Slice,
        canonical: Canonical,
        group: FunctionalGroup | None,
        proof: object,
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
        element, component, release, repetition = (
            marks.element, marks.component, marks.release, marks.repetition
        )  # fmt: skip
        raw = self.slice.raw
        held = [(release + mark, MASK + str(number), mark) for number, mark in enumerate(marks.active)]
        if release and release in raw:
            for pair, mask, _ in reversed(held):  # the release character itself is the first to go
                raw = raw.replace(pair, mask)
        pieces = raw[:-1].split(marks.terminator + self.slice.ends)
        rows: list[list[Value]] = [
            [part.split(component) if component in part else part for part in piece.split(element)]
            if component in piece
            else piece.split(element)  # type: ignore[misc]  # a list of texts is a list of values
            for piece in pieces
        ]
        if repetition and repetition in raw:
            for number, piece in enumerate(pieces):
                if repetition in piece:
                    rows[number] = [_repeats(part, component, repetition) for part in piece.split(element)]
        if release and MASK in raw:
            for number, piece in enumerate(pieces):
                if MASK in piece:
                    rows[number] = [_unmasked(value, held) for value in rows[number]]
        return rows


def _repeats(part: str, component: str, repetition: str) -> Value:
    if repetition in part:
        return [repeat.split(component) for repeat in part.split(repetition)]
    return part.split(component) if component in part else part


def _unmasked(value: Value, held: list[tuple[str, str, str]]) -> Value:
    if not isinstance(value, str):
        return [_unmasked(part, held) for part in value]  # type: ignore[return-value]  # as deep as it was
    if MASK in value:
        for _, mask, mark in held:
            value = value.replace(mask, mark)
    return value


def segment_count(message: Message) -> int:
    """How many segments a message has; none are made for the answer."""
    return message.count if isinstance(message, SlicedMessage) else len(message.segments)
