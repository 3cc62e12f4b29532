"""Segments, messages, groups and interchanges as they were read, or as they will be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.edifact.separators import (
    Element,
    Separators,
    Value,
    compose,
    cut,
    elements_of,
    trimmed,
    value_of,
)

UNTERMINATED, OVERLONG, INDENTED, SUSPECT, SERVICE, BAD_TAG, CROWDED = 1, 2, 4, 8, 16, 32, 128
"""Marks the scanner leaves on a segment: no terminator, cut at the limit, blanks before it, odd characters,
a service segment (or an empty one), a tag that is none. Ordinary segments have no mark."""


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


@dataclass(eq=False, slots=True)
class FunctionalGroup:
    """A group UNG … UNE of one interchange; its faults stand among the interchange's."""

    header: Segment
    position: int = 1
    trailer: Segment | None = None
    count: int = 0
    types: set[str] = field(default_factory=set)

    @property
    def reference(self) -> str:
        """Group reference number (0048)."""
        return self.header.get(5)

    @property
    def type(self) -> str:
        """Message group identification (0038)."""
        return self.header.get(1)


@dataclass(eq=False, slots=True)
class Message:
    """One message: its segments from UNH to UNT and the syntax faults found inside it.

    When UNH is missing, `header` is an empty stand-in at the first segment's place and not in `segments`.
    `strays` are the tags of segments outside of any message, directly before UNH: its place may be the mistake.
    """

    header: Segment
    segments: list[Segment] = field(default_factory=list)
    group: FunctionalGroup | None = None
    faults: FaultList = field(default_factory=FaultList)
    position: int = 1
    headless: bool = False
    strays: tuple[str, ...] = ()

    def values(self) -> list[list[Value]]:
        """Every segment as its tag and its elements, released characters resolved: the fastest way to all data."""
        return [[segment.tag, *map(value_of, segment.elements())] for segment in self.segments]

    @property
    def reference(self) -> str:
        """Message reference number (0062)."""
        return self.header.get(1)

    @property
    def type(self) -> str:
        """Message type (0065), as in ``CUSDEC``."""
        return self.header.get(2, 1)

    @property
    def version(self) -> str:
        """Message version number (0052), as in ``D``."""
        return self.header.get(2, 2)

    @property
    def release(self) -> str:
        """Message release number (0054), as in ``96B``."""
        return self.header.get(2, 3)

    @property
    def agency(self) -> str:
        """Controlling agency (0051), as in ``UN``."""
        return self.header.get(2, 4)

    @property
    def association(self) -> str:
        """Association assigned code (0057), as in ``EAN008``."""
        return self.header.get(2, 5)

    @property
    def directory(self) -> str:
        """Version and release together, as in ``D96B``."""
        return self.version + self.release

    @property
    def offset(self) -> int:
        """The byte it begins at."""
        return self.header.offset

    @property
    def length(self) -> int:
        """The bytes from its first segment to the last terminator."""
        return self.segments[-1].end()[0] - self.offset if self.segments else 0


@dataclass(eq=False, slots=True)
class Interchange:
    """One interchange; its messages are read one by one.

    `faults` holds what is wrong with the envelope and is complete only when `messages()` has ended.
    """

    separators: Separators = field(default_factory=Separators)
    encoding: str = "iso8859-1"
    offset: int = 0
    header: Segment | None = None
    trailer: Segment | None = None
    faults: FaultList = field(default_factory=FaultList)
    una: bool = False
    message_count: int = 0
    group_count: int = 0
    package_count: int = 0
    source: Iterator[Message] = field(default_factory=lambda: iter(()))

    def messages(self) -> Iterator[Message]:
        """The messages, in one pass: a second call goes on where the first one stopped."""
        return self.source

    def _get(self, element: int, component: int = 1) -> str:
        return self.header.get(element, component) if self.header is not None else ""

    @property
    def syntax(self) -> str:
        """Syntax identifier (0001), as in ``UNOC``."""
        return self._get(1, 1)

    @property
    def syntax_version(self) -> int:
        """Syntax version number (0002); 3 when it is missing or no number."""
        version = self._get(1, 2)
        return int(version) if version in ("1", "2", "3", "4") else 3

    @property
    def sender(self) -> str:
        """Sender identification (0004)."""
        return self._get(2, 1)

    @property
    def sender_qualifier(self) -> str:
        """Qualifier of the sender's identification (0007)."""
        return self._get(2, 2)

    @property
    def recipient(self) -> str:
        """Recipient identification (0010)."""
        return self._get(3, 1)

    @property
    def recipient_qualifier(self) -> str:
        """Qualifier of the recipient's identification (0007)."""
        return self._get(3, 2)

    @property
    def date(self) -> str:
        """Date of preparation (0017), as written."""
        return self._get(4, 1)

    @property
    def time(self) -> str:
        """Time of preparation (0019), as written."""
        return self._get(4, 2)

    @property
    def control_reference(self) -> str:
        """Interchange control reference (0020)."""
        return self._get(5)

    @property
    def application_reference(self) -> str:
        """Application reference (0026)."""
        return self._get(7)

    @property
    def ack_requested(self) -> bool:
        """Whether the sender asks for an acknowledgement (0031 is 1)."""
        return self._get(9) == "1"

    @property
    def test(self) -> bool:
        """Whether it is a test (0035 is 1)."""
        return self._get(11) == "1"


def fault_at(
    segment: Segment, code: str, element: int | None = None, component: int | None = None, /, **values: str
) -> Fault:
    """A fault about a segment or one of its parts."""
    return Fault(code, segment.place(element, component), values)
