"""Writes segments as bytes: escaping, UNA, envelope, counts. The inverse of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from edi_router.faults import Fault, Place
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.separators import Element, Separators, compose

_DEFAULT = Separators()
Written = Sequence[Segment] | str
"""A message: its segments, or its text from UNH to UNT, written with the separators and line ends that are asked for."""


class WriteError(Exception):
    """Something that cannot be written as asked; `fault` says what and where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.code} at {fault.place}")
        self.fault = fault


def write_segments(
    segments: Iterable[Segment | str],
    separators: Separators = _DEFAULT,
    encoding: str = "iso8859-1",
    una: bool | None = None,
    newline: bool = False,
) -> bytes:
    """The segments as bytes, with the values written anew under these separators.

    `una` says whether to write UNA (None: only when the separators are not the default ones). Trailing empty
    elements and components are left out. What is a text already is written as it is. A character that `encoding`
    does not have raises WriteError.

    >>> write_segments([Segment.make("NAD", "BY", ("it's",))])
    b"NAD+BY+it?'s'"
    """
    problem = separators.problem()
    if problem:
        raise ValueError(f"these separators cannot be used: {problem}")
    if una is None:
        una = not separators.is_default
    end = separators.terminator + ("\n" if newline else "")
    texts = []
    written = []
    for number, segment in enumerate(segments, 1):
        if isinstance(segment, str):
            texts.append(segment)
            continue
        elements = segment.elements()
        _check(segment.tag, number, elements, separators)
        written.append(segment)
        texts.append(compose(segment.tag, elements, separators) + end)
    head = separators.una + ("\n" if newline else "") if una else ""
    try:
        return (head + "".join(texts)).encode(encoding)
    except UnicodeEncodeError:
        pass
    head.encode(encoding)
    for _, fault in not_encodable(written, encoding):
        raise WriteError(fault)
    values = {"character": "?", "codepoint": "?", "name": "tag", "encoding": encoding}
    raise WriteError(Fault("character-not-encodable", Place(), values))


def write_interchange(
    messages: Sequence[Written],
    *,
    syntax: str = "UNOC",
    syntax_version: int = 3,
    sender: str,
    recipient: str,
    control_reference: str,
    date: str,
    time: str,
    sender_qualifier: str = "",
    recipient_qualifier: str = "",
    sender_internal: str = "",
    recipient_internal: str = "",
    password: str = "",
    application_reference: str = "",
    priority: str = "",
    ack_requested: bool = False,
    agreement: str = "",
    test: bool = False,
    separators: Separators | None = None,
    encoding: str | None = None,
    una: bool | None = None,
    newline: bool = False,
    groups: bool = False,
) -> bytes:
    """An interchange of these messages (UNH … UNT each): makes UNB and UNZ, and every UNT's count.

    A message that is a text already is taken as it is; such messages cannot stand in groups.

    With `groups` messages of one type that follow each other stand in a functional group, UNG to UNE, and UNZ counts
    groups instead of messages (ISO 9735, 0036).

    `date` and `time` are written as given (YYMMDD, or CCYYMMDD for syntax version 4; HHMM). The encoding is
    the one that `syntax` stands for unless named.

    >>> message = [Segment.make("UNH", "1", ("CUSRES", "D", "96B", "UN")), Segment.make("BGM", "1")]
    >>> write_interchange([message], sender="A", recipient="B", control_reference="7",
    ...                   date="240102", time="1200")
    b"UNB+UNOC:3+A+B+240102:1200+7'UNH+1+CUSRES:D:96B:UN'BGM+1'UNT+3+1'UNZ+1+7'"
    """
    if separators is None:
        separators = Separators(repetition="*" if syntax_version == 4 else "")
    if una is None and syntax_version == 4 and not separators.repetition:
        una = True  # a reader would take `*` for the repetition separator
    header = Segment.make(
        "UNB",
        (syntax, str(syntax_version)),
        (sender, sender_qualifier, sender_internal),
        (recipient, recipient_qualifier, recipient_internal),
        (date, time),
        control_reference,
        password,
        application_reference,
        priority,
        "1" if ack_requested else "",
        agreement,
        "1" if test else "",
    )
    count = len(messages)
    body: list[Segment | str] = []
    if groups:
        parties = (sender, sender_qualifier), (recipient, recipient_qualifier)
        segments = [message for message in messages if not isinstance(message, str)]
        if len(segments) < count:
            raise ValueError("the text of a message does not tell in which group it stands")
        parts = _grouped([with_trailer(message) for message in segments], *parties, (date, time))
        count = sum(part[0].tag == "UNG" for part in parts)
        body = [segment for part in parts for segment in part]
    else:
        for message in messages:
            body += [message] if isinstance(message, str) else with_trailer(message)
    trailer = Segment.make("UNZ", str(count), control_reference)
    return write_segments(
        [header, *body, trailer], separators, encoding or charset.encoding_of(syntax), una, newline
    )


@dataclass(frozen=True, slots=True)
class Envelope:
    """How an interchange to one partner looks, but for its messages, its control reference and its time."""

    sender: str = "EDIROUTER"
    sender_qualifier: str = "ZZ"
    recipient: str = "RECIPIENT"
    recipient_qualifier: str = ""
    syntax: str = "UNOC"
    version: int = 3
    una: bool | None = None
    newline: bool = False
    encoding: str | None = None
    """Another encoding than the one that `syntax` stands for."""
    separators: Separators | None = None
    application_reference: str = ""
    ack_requested: bool = False
    test: bool = False

    @property
    def codec(self) -> str:
        """The encoding it is written in."""
        return self.encoding or charset.encoding_of(self.syntax)

    def write(
        self, messages: Sequence[Written], reference: str, at: datetime, *, groups: bool = False
    ) -> bytes:
        """The interchange; `at` is told in its own time zone. Raises WriteError as `write_segments` does.

        >>> message = [Segment.make("UNH", "1", ("CUSRES", "D", "96B", "UN")), Segment.make("BGM", "1")]
        >>> Envelope().write([message], "7", datetime(2024, 1, 2, 12))[:57]
        b"UNB+UNOC:3+EDIROUTER:ZZ+RECIPIENT+240102:1200+7'UNH+1+CUS"
        """
        return write_interchange(
            messages,
            syntax=self.syntax,
            syntax_version=self.version,
            sender=self.sender,
            sender_qualifier=self.sender_qualifier,
            recipient=self.recipient,
            recipient_qualifier=self.recipient_qualifier,
            control_reference=reference,
            date=at.strftime("%Y%m%d" if self.version == 4 else "%y%m%d"),
            time=at.strftime("%H%M"),
            application_reference=self.application_reference,
            ack_requested=self.ack_requested,
            test=self.test,
            separators=self.separators,
            encoding=self.encoding,
            una=self.una,
            newline=self.newline,
            groups=groups,
        )


def with_trailer(message: Sequence[Segment]) -> list[Segment]:
    """The message with a UNT whose count and reference are right, numbered from 1."""
    segments = [segment for segment in message if segment.tag != "UNT"]
    reference = segments[0].get(1) if segments else ""
    segments.append(Segment.make("UNT", str(len(segments) + 1), reference))
    return segments


def _grouped(
    messages: Sequence[list[Segment]], sender: Sequence[str], recipient: Sequence[str], at: Sequence[str]
) -> list[list[Segment]]:
    """The messages with UNG and UNE around those that have the same type, agency and version."""
    parts: list[list[Segment]] = []
    runs = groupby(messages, key=lambda message: tuple(message[0].get(2, number) for number in range(1, 6)))
    for number, ((type_, version, release, agency, association), run) in enumerate(runs, 1):
        members = list(run)
        identity = (version, release, association)
        parts.append([Segment.make("UNG", type_, sender, recipient, at, str(number), agency, identity)])
        parts += members
        parts.append([Segment.make("UNE", str(len(members)), str(number))])
    return parts


def _check(tag: str, number: int, elements: tuple[Element, ...], separators: Separators) -> None:
    """What these separators cannot express: repeats, or service characters as data."""
    if separators.repetition and separators.release:
        return
    for position, element in enumerate(elements, 1):
        if len(element) > 1 and not separators.repetition:
            place = Place(segment=number, tag=tag, element=position)
            raise WriteError(Fault("repetition-not-possible", place, {"tag": tag, "element": str(position)}))
        if separators.release:
            continue
        for value in (value for repeat in element for value in repeat):
            if any(character in value for character in separators.active):
                place = Place(segment=number, tag=tag, element=position)
                raise WriteError(Fault("separator-in-data", place, {"value": value}))


def not_encodable(segments: Iterable[Segment], encoding: str) -> Iterator[tuple[Segment, Fault]]:
    """Each value that `encoding` cannot hold, with its first such character."""
    for number, segment in enumerate(segments, 1):
        for position, element in enumerate(segment.elements(), 1):
            for turn, repeat in enumerate(element, 1):
                for component, value in enumerate(repeat, 1):
                    try:
                        value.encode(encoding)
                    except UnicodeEncodeError as error:
                        parts = component if len(repeat) > 1 else None
                        turns = turn if len(element) > 1 else None
                        place = Place(
                            segment=segment.number or number,
                            tag=segment.tag,
                            element=position,
                            component=parts,
                            repeat=turns,
                        )
                        yield segment, unwritable(place, value[error.start], encoding)


def unwritable(place: Place, character: str, encoding: str) -> Fault:
    """The fault of a character that an encoding, or a syntax level, does not have."""
    values = {
        "character": character if character.isprintable() else "�",
        "codepoint": f"U+{ord(character):04X}",
        "name": f"{place.tag} {place.element}" + (f".{place.component}" if place.component else ""),
        "encoding": encoding,
    }
    return Fault("character-not-encodable", place, values)
