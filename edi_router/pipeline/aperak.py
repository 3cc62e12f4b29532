"""APERAK out: what rules, registers and mappings say of EDIFACT messages whose syntax was right.

CONTRL tells of syntax only (ISO 9735-4). An error that it has no code for is told by APERAK: ERC with a code of our
own list, FTX with the text and with what to do, RFF with the place. Built by the directory of the message that is
answered where that one has APERAK and is here, else by D.96B.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from edi_router.faults import CATALOGUE, Fault, Place, is_error, shown_code
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Message, Segment
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.envelope import version_of
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, MessageOutcome
from edi_router.pipeline.reply_names import Names, naming_of
from edi_router.pipeline.reply_telling import remedy, wrong

FALLBACK = "D96B"
"""The directory of APERAK where the received message's has none."""
LISTED = 999
"""Errors that are told of one message; the directories allow 99,999."""
CODES: Mapping[str, str] = {
    "message-refused": "C01",
    "rule-violated": "R01",
    "mapping-several-values": "M01", "wrap-too-long": "M02", "target-required": "M03", "function-value": "M04",
    "output-invalid": "M05", "character-not-encodable": "M06", "separator-in-data": "M07",
    "repetition-not-possible": "M08", "mapping-wrong-source": "M09",
    "table-missing-key": "T01", "table-no-counterpart": "T02", "table-ambiguous": "T03",
    "register-refused": "G01", "register-key-missing": "G02", "register-overdrawn": "G03", "register-quantity": "G04",
    "register-unmoved": "G05", "register-too-deep": "G06", "register-entry-missing": "G07",
}  # fmt: skip
"""Data element 9321 by the catalogue's code: it has room for eight characters only."""
OTHER = "X99"
_ROOM = 8
ANSWERS = ("APERAK", "CONTRL")
"""Messages that are not answered by APERAK."""
_ACCEPTED, _REFUSED = "29", "27"
"""1225: accepted without amendment, not accepted."""
_FORM = re.compile(r"an\.\.(\d+)")
_PLAIN = str.maketrans({"“": '"', "”": '"', "…": "...", "›": ">"})
"""English stays within the characters of UNOB."""
_PARTS = 5
"""Components 4440 of C108."""


def is_functional(fault: Fault) -> bool:
    """Whether the fault is an error that CONTRL has no code for."""
    return is_error(fault) and not CATALOGUE[fault.code].contrl


def application_code(fault: Fault) -> str:
    """Data element 9321 for a fault: the rule's own code where it is short enough, else one of `CODES`."""
    own = shown_code(fault)
    if own != fault.code and len(own) <= _ROOM and own.isprintable():
        return own
    return CODES.get(fault.code, OTHER)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One message that is answered, with what there is to tell of it."""

    message: Message
    outcome: MessageOutcome
    faults: tuple[Fault, ...]

    @property
    def number(self) -> str:
        """The document's number (BGM 1004), else the message's reference."""
        begin = next((each for each in self.message.segments if each.tag == "BGM"), None)
        return (begin.get(2, 1) if begin is not None else "") or self.message.reference


def aperaks(
    messages: Sequence[Message],
    outcomes: Sequence[MessageOutcome],
    sender: Partner,
    configuration: Configuration,
    at: datetime,
) -> list[list[Segment]]:
    """The APERAK messages for an interchange, UNH to the last ERC group, as the partner's `aperak` asks for them."""
    if sender.aperak == "none":
        return []
    by_position = {message.position: message for message in messages}
    made: list[list[Segment]] = []
    for outcome in outcomes:
        message = by_position.get(outcome.position)
        if message is None or outcome.type in ANSWERS or outcome.decision is Decision.HELD:
            continue
        faults = tuple(fault for fault in outcome.faults if is_functional(fault))
        accepted = outcome.decision is Decision.ACCEPTED and sender.aperak == "always"
        if faults or accepted:
            answer = _Answer(message, outcome, faults)
            made.append(list(_Writer(answer, sender, configuration).segments(len(made) + 1, at)))
    return made


class _Writer:
    """Writes one APERAK."""

    def __init__(self, answer: _Answer, sender: Partner, configuration: Configuration) -> None:
        self.answer = answer
        self.sender = sender
        self.definitions: Definitions = configuration.definitions
        kind = Kind("edifact", answer.message.type, "".join(version_of(answer.message)))
        language = sender.replies.language if sender.replies is not None else "en"
        self.names = Names(naming_of(configuration), kind, language)
        there = self.definitions.message_of(kind.qualifier or "", "APERAK") is not None
        self.directory = (kind.qualifier or "") if there else FALLBACK

    def segments(self, reference: int, at: datetime) -> Iterator[Segment]:
        answer, directory = self.answer, self.directory
        yield Segment.make("UNH", str(reference), ("APERAK", directory[:1], directory[1:], "UN"))
        names = self.definitions.codes(directory, "1001") or {}
        wanted = "313" if answer.faults else "294"
        said = _REFUSED if answer.faults else _ACCEPTED
        yield Segment.make("BGM", wanted if wanted in names else "", answer.outcome.id[:35], said)
        yield Segment.make("DTM", ("137", at.strftime("%Y%m%d%H%M%S"), "204"))
        if answer.number:
            yield Segment.make("RFF", ("ACW", self._sound(answer.number)[:35]))
        for fault in answer.faults[:LISTED]:
            yield Segment.make("ERC", (application_code(fault), "", "ZZZ"))
            yield self._text("AAO", wrong(fault, self.names))
            place = self._place(fault.place)
            if place is not None:
                yield place
                yield self._text("AAI", remedy(fault, self.names))

    def _text(self, subject: str, text: str) -> Segment:
        element = self.definitions.element(self.directory, "4440")
        form = _FORM.fullmatch(element.form) if element is not None else None
        room = int(form[1]) if form is not None else 70
        encoding = (self.sender.encoding or "utf-8") if self.sender.lengths == "bytes" else None
        parts = cut(self._sound(text), room, _PARTS, encoding)
        return Segment.make("FTX", subject, "", "", parts, self.names.language.upper())

    def _place(self, place: Place) -> Segment | None:
        """RFF with the segment's tag and the data element, and the segment's number in the message."""
        if place.segment is None or place.tag is None or place.segment > 999_999:
            return None
        id, _ = self.names.at(place)
        return Segment.make("RFF", ("ZZZ", self._sound(f"{place.tag} {id}".strip())[:35], str(place.segment)))

    def _sound(self, text: str) -> str:
        """The text as the partner's encoding can have it, on one line."""
        text = "".join(each if each.isprintable() else " " for each in text).replace("`", '"')
        if self.names.language == "en":
            text = text.translate(_PLAIN)
        if self.sender.encoding is not None:
            text = text.encode(self.sender.encoding, "replace").decode(self.sender.encoding)
        return text.strip()


def cut(text: str, room: int, most: int, encoding: str | None = None) -> tuple[str, ...]:
    """A text in at most so many parts; `room` counts characters, or bytes in `encoding`. What is left over is lost,
    and `...` says so.

    >>> cut("one two three", 8, 5), cut("one two three", 5, 2), cut("报关单号", 4, 3, "gb18030")
    (('one two', 'three'), ('one', 'tw...'), ('报关', '单号'))
    """

    def size(part: str) -> int:
        return len(part) if encoding is None else len(part.encode(encoding, "replace"))

    parts: list[str] = []
    while text and len(parts) < most:
        if size(text) <= room:
            parts.append(text)
            return tuple(parts)
        end = next(end for end in range(min(len(text), room), 0, -1) if size(text[:end]) <= room)
        blank = text.rfind(" ", 1, end + 1)
        at = blank if blank > 0 and len(parts) < most - 1 else end
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    if text and parts:
        last = parts[-1]
        while size(last + "...") > room:
            last = last[:-1]
        parts[-1] = last + "..."
    return tuple(parts)
