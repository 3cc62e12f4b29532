"""A message that was cut out as a whole: its segments are made when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.faults import FaultList
from edi_router.formats.edifact.fast_canon import Canonical, Reading
from edi_router.formats.edifact.model import FunctionalGroup, Message
from edi_router.formats.edifact.segment import SERVICE, Dialect, Segment, advance
from edi_router.formats.edifact.separators import Element, Value, value_of

_EMPTY: Element = (("",),)


@dataclass(eq=False, slots=True)
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
    canonical: Canonical | None = None
    """The same in canonical text, once it is taken for a message."""
    _elements: list[tuple[Element, ...]] | None = None
    _places: list[tuple[int, int, int]] | None = None

    @property
    def text(self) -> str:
        """The canonical text."""
        return self.canonical.text if self.canonical is not None else ""

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

    def header(self) -> Segment:
        """Its UNH."""
        marks = self.reading.dialect.separators
        end = self.raw.find(marks.terminator)
        if marks.release and marks.release in self.raw[:end]:
            end = len(self.pieces()[0])
        header = SlicedSegment("UNH", self.raw[:end], 1, self)
        header.marks = SERVICE
        return header

    def segments(self, header: Segment) -> list[Segment]:
        """All its segments; the first of them is `header`."""
        out: list[Segment] = [
            SlicedSegment(piece[:3], piece, number, self) for number, piece in enumerate(self.pieces(), 1)
        ]
        out[0] = header
        out[-1].marks = SERVICE
        return out

    def place(self, index: int) -> tuple[int, int, int]:
        """Offset, line and column of a segment, counted from 0."""
        if index == 0:
            return self.offset, self.line, self.column
        if self._places is None:
            dialect = self.reading.dialect
            offset, line, column = self.offset, self.line, self.column
            skip = len(self.ends)
            self._places = []
            for piece in self.pieces():
                self._places.append((offset, line, column))
                offset += dialect.size(piece) + 1 + skip
                line, column = (line + 1, 1) if skip else (line, column + len(piece) + 1)
        return self._places[index]

    def elements(self, index: int) -> tuple[Element, ...]:
        """The elements of a segment, counted from 0; those of the whole message are split with the first."""
        if self._elements is None:
            pieces = self.text.split("'")
            self._elements = [
                tuple(
                    [
                        (tuple(part.split(":")),) if ":" in part else ((part,),) if part else _EMPTY
                        for part in piece[4:].split("+")
                    ]
                )
                for piece in pieces
            ]
            for number in self._special(pieces):
                self._elements[number] = tuple(
                    tuple(map(tuple, self._repeats(element))) for element in pieces[number].split("+")[1:]
                )
        return self._elements[index]

    def values(self) -> list[list[Value]]:
        """Every segment as its tag and its elements."""
        pieces = self.text.split("'")
        pieces.pop()
        rows: list[list[Value]] = [
            [part.split(":") if ":" in part else part for part in piece.split("+")]
            if ":" in piece
            else piece.split("+")  # type: ignore[misc]  # a list of texts is a list of values
            for piece in pieces
        ]
        for number in self._special(pieces):
            rows[number] = [value_of(self._repeats(element)) for element in pieces[number].split("+")]
        return rows

    def forget(self) -> None:
        """Let go of what was split."""
        self._elements = self._places = None

    def _special(self, pieces: list[str]) -> list[int]:
        """Which segments have masks or repetitions."""
        text, reading = self.text, self.reading
        marks = reading.masks + "*" if reading.characters.repeats else reading.masks
        if not any(mark in text for mark in marks):
            return []
        repeats = reading.characters.repeats and "*" in text
        return [
            number
            for number, piece in enumerate(pieces)
            if not piece.isprintable() or (repeats and "*" in piece)
        ]

    def _repeats(self, element: str) -> list[list[str]]:
        repeats = element.split("*") if self.reading.characters.repeats else [element]
        if element.isprintable():  # no mask in it
            return [repeat.split(":") for repeat in repeats]
        unmasked = self.reading.unmasked
        return [[unmasked(part) for part in repeat.split(":")] for repeat in repeats]

    def after(self) -> tuple[int, int, int]:
        """Offset, line and column just after it."""
        offset = self.offset + self.reading.dialect.size(self.raw)
        if not self.ends:
            return offset, self.line, self.column + len(self.raw)
        return offset, *advance(self.raw, self.line, self.column)


class SlicedSegment(Segment):
    """A segment of a `Slice`; where it stands and what is in it is found out for the whole message at once."""

    __slots__ = ("_at", "_slice")

    def __init__(self, tag: str, text: str, number: int, slice: Slice) -> None:
        self.tag = tag
        self.text = text
        self.number = number
        self.marks = 0
        self._elements = None
        self._at = number - 1
        self._slice = slice

    # The four are never set: `type: ignore` since they may be in `Segment`.

    @property
    def dialect(self) -> Dialect:  # type: ignore[override]
        """How it is written."""
        return self._slice.reading.dialect

    @property
    def offset(self) -> int:  # type: ignore[override]
        """The byte of the tag's first letter."""
        return self._slice.place(self._at)[0]

    @property
    def line(self) -> int:  # type: ignore[override]
        """Its line."""
        return self._slice.place(self._at)[1]

    @property
    def column(self) -> int:  # type: ignore[override]
        """Its column."""
        return self._slice.place(self._at)[2]

    def elements(self) -> tuple[Element, ...]:
        """The values as [element][repeat][component], released characters resolved; element 1 is index 0."""
        if self._elements is None:
            if self._at == 0:  # often all that is asked for
                return super().elements()
            self._elements = self._slice.elements(self._at) if len(self.text) > 3 else ()
        return self._elements


class SlicedMessage(Message):
    """A well-formed message; `proof` says by which definition it has been found to have no fault at all, or is
    False when it was not, or None when nobody asked."""

    __slots__ = ("_all", "_header", "canonical", "proof", "slice")

    def __init__(
        self, slice: Slice, canonical: Canonical, group: FunctionalGroup | None, proof: object
    ) -> None:
        self.slice = slice
        self.canonical = slice.canonical = canonical
        self.proof = proof
        self.group = group
        self.faults = FaultList()
        self.position = 1
        self.headless = False
        self.strays = ()
        self._header: Segment | None = None
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
    def header(self) -> Segment:  # type: ignore[override]
        """Its UNH."""
        if self._header is None:
            self._header = self.slice.header()
        return self._header

    @property
    def reference(self) -> str:
        """Message reference number (0062)."""
        return self.canonical.reference

    @property
    def type(self) -> str:
        """Message type (0065), as in ``CUSDEC``."""
        return self.canonical.type

    @property
    def offset(self) -> int:
        """The byte it begins at."""
        return self.slice.offset

    @property
    def count(self) -> int:
        """How many segments there are."""
        return self.canonical.count

    @property
    def length(self) -> int:
        """The bytes from its first segment to the last terminator."""
        return self.slice.after()[0] - self.offset

    def values(self) -> list[list[Value]]:
        """Every segment as its tag and its elements, split for the whole message at once."""
        return self.slice.values()

    def forget(self) -> None:
        """Let go of its segments, which are made again when they are asked for: they take ten times its text."""
        self._all = self._header = None
        self.slice.forget()


def segment_count(message: Message) -> int:
    """How many segments a message has; none are made for the answer."""
    return message.count if isinstance(message, SlicedMessage) else len(message.segments)
