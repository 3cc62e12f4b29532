"""An EDIFACT message that is passed on without a mapping: in an interchange of ours, its values kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edi_router.faults import Fault
from edi_router.formats.edifact import Message, Segment
from edi_router.formats.edifact.charset import level_for, odd_characters
from edi_router.formats.edifact.envelope import version_of
from edi_router.formats.edifact.writer import Envelope, WriteError, unwritable, with_trailer


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message as it goes on, but for the control reference. As `Unsealed.seal`, it makes the bytes."""

    segments: Sequence[Segment]
    envelope: Envelope
    at: datetime

    def __call__(self, number: int) -> bytes:
        """The interchange under this control reference."""
        return self.envelope.write([self.segments], str(number), self.at)


def forward(
    message: Message, envelope: Envelope, at: datetime, *, level_named: bool
) -> tuple[Forwarded, list[Fault]]:
    """The message in the envelope, and what the partner's syntax cannot carry of it, at its place in the input.

    Where the partner's file names neither a level nor an encoding, the level is one that has all its characters.
    """
    if not level_named and envelope.encoding is None:
        parts = [value for value, *_ in _values(message)]
        parts += [envelope.sender, envelope.recipient, envelope.application_reference]
        envelope = replace(envelope, syntax=level_for("".join(parts), envelope.syntax))
    made = Forwarded(with_trailer(_with_version(message)), envelope, at)
    if faults := list(_not_carried(message, envelope)):
        return made, faults
    try:
        made(1)
    except WriteError as error:
        # The interchange's own UNB stands before the message; what is wrong with it is told at UNH.
        at_fault = message.segments[max((error.fault.place.segment or 0) - 2, 0)]
        place = error.fault.place
        return made, [replace(error.fault, place=at_fault.place(place.element, place.component))]
    return made, []


def _with_version(message: Message) -> list[Segment]:
    """The segments; what UNH leaves to a UNG around it stands in UNH, since there is no group in our interchange."""
    if message.group is None or (message.version and message.release):
        return message.segments
    header, *others = message.segments
    first, identifier, *rest = (*header.elements(), (("",),))
    kind, _, _, agency, *more = (*identifier[0], "", "", "")
    whole = [kind, *version_of(message), agency or message.group.header.get(6), *more]
    return [Segment.make(header.tag, first, whole, *rest), *others]


def _not_carried(message: Message, envelope: Envelope) -> Iterator[Fault]:
    """The first character of each value that the encoding, or the repertoire of the level, does not have.

    Control characters are no question of the level: they were told when the message was read.
    """
    codec = envelope.codec
    outside = odd_characters(envelope.syntax, True, "") if envelope.encoding is None else None
    for value, segment, element, component, repeat in _values(message):
        if odd := _unencodable(value, codec):
            yield unwritable(segment.place(element, component, repeat), odd, codec)
        elif outside is not None and (odd := _outside(value, outside)):
            yield unwritable(segment.place(element, component, repeat), odd, envelope.syntax)


def _values(message: Message) -> Iterator[tuple[str, Segment, int, int | None, int | None]]:
    """Each value with its segment, element, component and repeat."""
    for segment in message.segments:
        for position, element in enumerate(segment.elements(), 1):
            for turn, repeat in enumerate(element, 1):
                for component, value in enumerate(repeat, 1):
                    yield (
                        value,
                        segment,
                        position,
                        component if len(repeat) > 1 else None,
                        turn if len(element) > 1 else None,
                    )


def _unencodable(value: str, codec: str) -> str:
    try:
        value.encode(codec)
    except UnicodeEncodeError as error:
        return value[error.start]
    return ""


def _outside(value: str, outside: re.Pattern[str]) -> str:
    return next((match[0] for match in outside.finditer(value) if unicodedata.category(match[0]) != "Cc"), "")
