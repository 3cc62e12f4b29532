"""Messages that wait for a batch, and the interchange that is made of them.

A message waits as UNH to UNT in UTF-8, with the separators of syntax version 4: how the interchange looks is decided
when it is written, by the partner's file as it is then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edi_router.formats.edifact import Message, Segment
from edi_router.formats.edifact.charset import level_for
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.separators import Separators
from edi_router.formats.edifact.writer import Envelope, with_trailer, write_segments
from edi_router.partners import Partner
from edi_router.partners.settings import Settings
from edi_router.pipeline.envelopes import envelope_to

_MARKS = Separators(repetition="*")
_HEAD = b"UNA:+.?*'UNB+UNOY:4+US+US+20260101:0000+1'"
_TAIL = b"UNZ+1+1'"


def bare(segments: Sequence[Segment]) -> bytes:
    """A message as it waits, UNH to UNT.

    >>> bare([Segment.make("UNH", "1", ("CUSRES", "D", "96B", "UN")), Segment.make("BGM", "关*")])
    b"UNH+1+CUSRES:D:96B:UN'BGM+\\xe5\\x85\\xb3?*'UNT+3+1'"
    """
    return write_segments(with_trailer(segments), _MARKS, "utf-8", una=False)


def bare_of(interchange: bytes, encoding: str | None) -> bytes:
    """The first message of an interchange of ours, as it waits."""
    return bare(next(_messages(interchange, encoding)).segments)


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes interchanges for one partner of messages that have waited."""

    to: Partner
    settings: Settings
    groups: bool = False

    def envelope(self, test: bool) -> Envelope:
        """The envelope of its interchanges."""
        return envelope_to(self.to, self.settings, test)

    def compose(self, members: Sequence[bytes], number: int, at: datetime, test: bool = False) -> bytes:
        """The interchange under the control reference `number`, with the messages in this order.

        Their references (0062) become 1, 2, 3 …, which is how an acknowledgement names them. Where the partner's
        file names no level of syntax, it is one that has the characters of them all. Raises WriteError where the
        partner's syntax cannot carry a message.
        """
        messages = [_numbered(each, place) for place, each in enumerate(_read(members), 1)]
        envelope = self.envelope(test)
        if "syntax" not in self.to.edifact.model_fields_set and envelope.encoding is None:
            text = b"".join(members).decode() + envelope.sender + envelope.recipient
            envelope = replace(envelope, syntax=level_for(text, envelope.syntax))
        at = at.astimezone(self.settings.zone)
        return envelope.write(messages, str(number), at, groups=self.groups)


def _read(members: Sequence[bytes]) -> Iterator[Message]:
    return _messages(_HEAD + b"".join(members) + _TAIL, "utf-8")


def _messages(interchange: bytes, encoding: str | None) -> Iterator[Message]:
    for each in read(interchange, encoding=encoding):
        yield from each.messages()


def _numbered(message: Message, place: int) -> list[Segment]:
    header, *others = message.segments
    return [Segment.make(header.tag, str(place), *header.elements()[1:]), *others]
