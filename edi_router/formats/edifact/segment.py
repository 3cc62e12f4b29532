"""Segments as they were read, or as they will be written, and where each part of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.faults import Place
from edi_router.formats.edifact.separators import (
    Element,
    Separators,
    compose,
    cut,
    elements_of,
    trimmed,
)

UNTERMINATED, OVERLONG, INDENTED, SUSPECT, SERVICE, BAD_TAG, CROWDED = 1, 2, 4, 8, 16, 32, 128
"""Marks the scanner leaves on a segment: no terminator, cut at the limit, blanks before it, odd characters,
a service segment (or an empty one), a tag that is none, too many separators. Ordinary segments have no mark."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one interchange is written: its separators and its encoding."""

    separators: Separators = field(default_factory=lambda: Separators(repetition="*"))
    encoding: str = "utf-8"
    wide: bool = True
    """Whether a character may take more than one byte."""
    decimal: str = ""
    """The one decimal mark that numbers may have, if UNA chose it; else both comma and point may stand."""

    def size(self, text: str) -> int:
        """How many bytes `text` takes in the source."""
        if not self.wide or text.isascii():
            return len(text)
        return len(text.encode(self.encoding, "surrogateescape"))


_MADE = Dialect()


class Segment:
    """One segment. It is split into elements when they are first asked for.

    `number` counts from 1 within the message, or within the interchange outside of one; `offset` is the byte
    of the tag's first letter; `text` is the raw text without the terminator, released characters included.
    """

    __slots__ = ("_elements", "column", "dialect", "line", "marks", "number", "offset", "tag", "text")

    def __init__(
        self,
        tag: str,
        text: str,
        dialect: Dialect = _MADE,
        offset: int = 0,
        line: int = 1,
        column: int = 1,
        number: int = 0,
        marks: int = 0,
    ) -> None:
        self.tag = tag
        self.text = text
        self.dialect = dialect
        self.offset = offset
        self.line = line
        self.column = column
        self.number = number
        self.marks = marks
        self._elements: tuple[Element, ...] | None = None

    @classmethod
    def make(cls, tag: str, *elements: str | Sequence[str] | Sequence[Sequence[str]]) -> Segment:
        """A segment to be written: each element is a text, its components, or a list of repeats of those.

        >>> Segment.make("RFF", ("ABT", "1+1")).text
        'RFF+ABT:1?+1'
        >>> Segment.make("ERC", [["1"], ["2"]]).elements()
        ((('1',), ('2',)),)
        """
        parts = tuple(_element(element) for element in elements)
        segment = cls(tag, compose(tag, parts, _MADE.separators))
        segment._elements = parts
        return segment

    def __repr__(self) -> str:
        return f"<Segment {self.number} {self.text!r}>"

    @property
    def length(self) -> int:
        """The bytes it takes in the source, without the terminator."""
        return self.dialect.size(self.text)

    def elements(self) -> tuple[Element, ...]:
        """The values as [element][repeat][component], released characters resolved; element 1 is index 0."""
        if self._elements is None:
            self._elements = elements_of(self.text, self.dialect.separators)
        return self._elements

    def keep(self, size: int) -> None:
        """Have as elements only what stands in its first `size` characters, without empty ones at the end; the text stays."""
        self._elements = trimmed(elements_of(self.text[:size], self.dialect.separators))

    def canonical(self) -> tuple[str, tuple[Element, ...]]:
        """The tag, and the elements without trailing empty parts: equal when two segments say the same."""
        return self.tag, trimmed(self.elements())

    def get(self, element: int, component: int = 1, repeat: int = 1) -> str:
        """One value, counted from 1; an empty string when it is absent.

        >>> Segment.make("DTM", ("137", "20240102", "102")).get(1, 2)
        '20240102'
        """
        try:
            return self.elements()[element - 1][repeat - 1][component - 1]
        except IndexError:
            return ""

    def place(
        self,
        element: int | None = None,
        component: int | None = None,
        repeat: int | None = None,
        group: str | None = None,
    ) -> Place:
        """Where the segment, or a part of it, stands; for a part that is absent, where it would begin."""
        at = 0 if element is None else self._index(element, component, repeat)
        return self._place(at, element, component, repeat, group)

    def place_at(self, index: int) -> Place:
        """The place of the character `index` of `text`, with the element and component it stands in."""
        marks = self.dialect.separators
        element = len(cut(self.text, 0, index, marks.element, marks.release)) - 1
        if element < 1:
            return self._place(index, None, None, None, None)
        start, end = cut(self.text, 0, len(self.text), marks.element, marks.release)[element]
        repeat: int | None = None
        if marks.repetition and len(cut(self.text, start, end, marks.repetition, marks.release)) > 1:
            repeat = len(cut(self.text, start, index, marks.repetition, marks.release))
            start, end = cut(self.text, start, end, marks.repetition, marks.release)[repeat - 1]
        component: int | None = None
        if len(cut(self.text, start, end, marks.component, marks.release)) > 1:
            component = len(cut(self.text, start, index, marks.component, marks.release))
        return self._place(index, element, component, repeat, None)

    def end(self) -> tuple[int, int, int]:
        """Offset, line and column just after the segment's terminator."""
        if self.marks & UNTERMINATED:
            return self.offset + self.length, *advance(self.text, self.line, self.column)
        terminator = self.dialect.separators.terminator
        return self.offset + self.length + 1, *advance_over(self.text, terminator, self.line, self.column)

    def _index(self, element: int, component: int | None, repeat: int | None) -> int:
        """Where a part begins in `text`; the end of what encloses it when it is absent."""
        marks = self.dialect.separators
        start, end = 0, len(self.text)
        for number, separator in (
            (element + 1, marks.element),
            (repeat, marks.repetition),
            (component, marks.component),
        ):
            if number is None or not separator:
                continue
            spans = cut(self.text, start, end, separator, marks.release)
            if number > len(spans):
                return end
            start, end = spans[number - 1]
        return start

    def _place(
        self, index: int, element: int | None, component: int | None, repeat: int | None, group: str | None
    ) -> Place:
        before = self._before(index)
        line, column = advance(before, self.line, self.column)
        return Place(
            line=line,
            column=column,
            offset=self.offset + self.dialect.size(before),
            segment=self.number or None,
            tag=self.tag or None,
            group=group,
            element=element,
            component=component,
            repeat=repeat,
        )

    def _before(self, index: int) -> str:
        """What stands in the source between the segment's beginning and the character `index` of `text`."""
        return self.text[:index]


def _element(value: str | Sequence[str] | Sequence[Sequence[str]]) -> Element:
    if isinstance(value, str):
        return ((value,),)
    if not value:
        return (("",),)
    if isinstance(value[0], str):
        return (tuple(str(part) for part in value),)
    return tuple(tuple(repeat) if not isinstance(repeat, str) else (repeat,) for repeat in value)


def advance(text: str, line: int, column: int) -> tuple[int, int]:
    r"""Line and column after `text`; CR LF, LF and CR end a line.

    >>> advance("ab\r\nc", 1, 1)
    (2, 2)
    """
    ends = text.count("\n")
    if "\r" in text:
        ends += text.count("\r") - text.count("\r\n")
    if not ends:
        return line, column + len(text)
    return line + ends, len(text) - max(text.rfind("\n"), text.rfind("\r"))


def advance_over(text: str, terminator: str, line: int, column: int) -> tuple[int, int]:
    """Line and column after `text` and its terminator; a terminating CR leaves ending the line to its LF."""
    if terminator == "\r":
        line, column = advance(text, line, column)
        return line, column + 1
    return advance(text + terminator, line, column)
