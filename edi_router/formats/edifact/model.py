"""Messages, groups and interchanges as they were read, or as they will be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault, FaultList
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.separators import (
    Separators,
    Value,
    value_of,
)


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
