"""Reads a received CONTRL into values: what the partner says of an interchange that we sent.

Every level has an outcome. By action 7 a level is acknowledged, and so is what stands below it and is not
named; by 4 it is rejected with all below it; by 8 the interchange is merely received. The actions 1, 2, 3, 5
and 6 were withdrawn, but are still met and understood.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.formats.answer import Answer
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.segment import Segment

_ACTIONS = {
    "1": Answer.ACKNOWLEDGED,
    "2": Answer.ACKNOWLEDGED,
    "3": Answer.PARTLY_REJECTED,
    "4": Answer.REJECTED,
    "5": Answer.ACKNOWLEDGED,
    "6": Answer.REJECTED,
    "7": Answer.ACKNOWLEDGED,
    "8": Answer.RECEIVED,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One error that is reported, in the numbering of `Place`: elements count from 1 without the tag.

    `code` is data element 0085. `segment` counts from 1 within the message (UNH is 1); `tag` is given for
    service segments only.
    """

    code: str
    segment: int | None = None
    tag: str | None = None
    element: int | None = None
    component: int | None = None
    repeat: int | None = None

    def __str__(self) -> str:
        """A short form: `12 segment 3 element 2.1`, with the code of data element 0085 first."""
        text = self.code or "-"
        if self.tag:
            text += f" {self.tag}"
        if self.segment is not None:
            text += f" segment {self.segment}"
        if self.element is not None:
            text += f" element {self.element}" + (f".{self.component}" if self.component else "")
        return text


@dataclass(frozen=True, slots=True)
class Level:
    """The answer to one group or message."""

    kind: str
    """`group` or `message`."""
    reference: str
    answer: Answer
    findings: tuple[Finding, ...] = ()
    group: str = ""
    """The reference of the group that a message is in."""


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to one interchange; `sender` is who sent it: we."""

    reference: str
    sender: str
    recipient: str
    answer: Answer
    findings: tuple[Finding, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def rejected(self) -> tuple[Level, ...]:
        """The groups and messages that are rejected."""
        return tuple(level for level in self.levels if level.answer is Answer.REJECTED)


def read_contrl(message: Message) -> Report | None:
    """What a CONTRL says; None when it has no UCI, or one whose action is not known.

    >>> from edi_router.formats.edifact.reader import read
    >>> text = "UNB+UNOA:3+B+A+240102:1200+1'UNH+1+CONTRL:D:3:UN'UCI+7+A+B+7'UNT+3+1'UNZ+1+1'"
    >>> [read_contrl(message).answer for it in read(text.encode()) for message in it.messages()]
    [<Answer.ACKNOWLEDGED: 'acknowledged'>]
    """
    head = next((segment for segment in message.segments if segment.tag == "UCI"), None)
    answer = _ACTIONS.get(head.get(4)) if head is not None else None
    if head is None or answer is None:
        return None
    levels = _levels(message.segments)
    if answer in (Answer.ACKNOWLEDGED, Answer.RECEIVED) and any(_is_rejected(level) for level in levels):
        answer = Answer.PARTLY_REJECTED
    return Report(head.get(1), head.get(2), head.get(3), answer, _own(head, 5), tuple(levels))


def _is_rejected(level: Level) -> bool:
    return level.answer in (Answer.REJECTED, Answer.PARTLY_REJECTED)


def _levels(segments: list[Segment]) -> list[Level]:
    levels: list[Level] = []
    group = ""
    position: int | None = None
    found: list[Finding] = []

    def close() -> None:
        if found and levels:
            last = levels.pop()
            findings = (*last.findings, *found)
            levels.append(Level(last.kind, last.reference, last.answer, findings, last.group))
        found.clear()

    for segment in segments:
        if segment.tag == "UCF":
            close()
            group = segment.get(1)
            levels.append(Level("group", group, _action(segment, 4), _own(segment, 5)))
        elif segment.tag == "UCM":
            close()
            answer = _action(segment, 3)
            levels.append(Level("message", segment.get(1), answer, _own(segment, 4), group))
        elif segment.tag == "UCS":
            position = _number(segment.get(1))
            if segment.get(2):
                found.append(Finding(segment.get(2), position))
        elif segment.tag == "UCD":
            found.append(_finding(segment.get(1), position, None, segment, 2))
    close()
    return levels


def _action(segment: Segment, element: int) -> Answer:
    """The answer of a UCF or UCM; one that is not understood is no acknowledgement."""
    return _ACTIONS.get(segment.get(element), Answer.REJECTED)


def _own(segment: Segment, element: int) -> tuple[Finding, ...]:
    """The error that a UCI, UCF or UCM reports itself: 0085, 0135 and S011."""
    code = segment.get(element)
    if not code:
        return ()
    return (_finding(code, None, segment.get(element + 1) or None, segment, element + 2),)


def _finding(code: str, position: int | None, tag: str | None, segment: Segment, element: int) -> Finding:
    """S011 counts the segment's tag as 1; 0 and 1 are the segment itself."""
    at = (_number(segment.get(element, 1)) or 0) - 1
    part, repeat = (_number(segment.get(element, number)) for number in (2, 3))
    return Finding(code, position, tag, at if at > 0 else None, part or None, repeat)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
