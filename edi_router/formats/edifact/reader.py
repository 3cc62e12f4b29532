"""Reads interchanges from bytes or a stream; whatever the bytes, the outcome is messages and faults."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.edifact import charset, envelope
from edi_router.formats.edifact.fast_canon import Reading
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_scan import Cutter, Prove
from edi_router.formats.edifact.model import (
    BAD_TAG,
    INDENTED,
    OVERLONG,
    SERVICE,
    SUSPECT,
    UNTERMINATED,
    FunctionalGroup,
    Interchange,
    Message,
    Segment,
    fault_at,
)
from edi_router.formats.edifact.scan import SEGMENT_LIMIT, Head, Scanner, printable

REFERENCES_REMEMBERED = 100_000
"""Message references compared within one interchange; later ones are not, so that memory stays bounded."""

_RESTART = re.compile(
    r"[\r\n]\s*(?=UNA[^A-Za-z0-9]{2}.{3}(?:\Z|.\s*UN[BGH])|UNB[^A-Za-z0-9\s][A-Z]{4})", re.DOTALL
)


def read(
    source: bytes | BinaryIO, *, encoding: str | None = None, prove: Prove | None = None
) -> Iterator[Interchange]:
    """The interchanges in `source`, lazily; there is always at least one, be it only to hold the faults.

    `encoding` (a Python codec, as the agreement names it) overrides the one that UNB's syntax identifier
    stands for, and switches off the check of the declared repertoire. Messages not taken when the next
    interchange is asked for are kept in memory. What `prove` finds is told by `SlicedMessage.proof`.

    >>> data = b"UNB+UNOA:3+A+B+240102:1200+7'UNH+1+CUSRES:D:96B:UN'BGM+1'UNT+3+1'UNZ+1+7'"
    >>> [(i.sender, [m.type for m in i.messages()], list(i.faults)) for i in read(data)]
    [('A', ['CUSRES'], [])]
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    return _interchanges(Scanner(stream, encoding), prove)


def _interchanges(scanner: Scanner, prove: Prove | None) -> Iterator[Interchange]:
    early = scanner.beginning()
    blocked = any(fault.code == "encoded-utf-16" for fault in early)
    start = scanner.source.peek(64)
    head, junk = (None, None) if blocked else scanner.seek(bare=True)
    if head is None:
        nothing = Interchange()
        nothing.faults.extend(early)
        if not blocked:
            shown = printable(start.decode("iso8859-1").strip())
            fault = Fault("not-edifact", Place(line=1, column=1, offset=0), {"start": shown})
            blank = not shown and (junk is None or not junk.count)
            nothing.faults.append(replace(fault, code="edifact-empty", values={}) if blank else fault)
        yield nothing
        return
    if junk is not None:
        early.append(junk.fault("junk-before-interchange"))
    while head is not None:
        assembler = _Assembler(scanner, head, early, prove)
        yield assembler.interchange
        left = list(assembler.interchange.messages())
        assembler.interchange.source = iter(left)
        head, early = assembler.next_head, []


class _Assembler:
    """Puts the segments of one interchange together to messages."""

    def __init__(self, scanner: Scanner, head: Head, early: list[Fault], prove: Prove | None) -> None:
        self.scanner = scanner
        self.level = head.level
        self.next_head: Head | None = None
        self.interchange = Interchange(
            separators=head.dialect.separators,
            encoding=head.dialect.encoding,
            offset=head.offset,
            una=head.una,
        )
        self.faults = self.interchange.faults
        self.faults.extend(early)
        self.faults.extend(head.faults)
        self.group: FunctionalGroup | None = None
        self.message: Message | None = None
        self.references: set[str] = set()
        self.skipped: dict[str, tuple[Segment, int]] = {}
        self.position = 0
        self.last: Segment | SlicedMessage | None = None
        self.ended = self.cut_off = False
        self.queue: deque[Segment] = deque(scanner.batch())
        self.start = self.queue[0].offset if self.queue else 0
        self._header(head)
        reading = Reading(head.dialect, head.level, scanner.strict)
        self.cutter = Cutter(scanner, reading, prove and prove(reading, self.interchange.syntax_version))
        self._align()
        self.interchange.source = self._messages()

    def _header(self, head: Head) -> None:
        first = self.queue[0] if self.queue else None
        if first is not None and first.tag == "UNB":
            self.queue.popleft()
            self.interchange.header = self.last = first
            self.position = first.number = 1
            given = self.scanner.encoding is not None
            self.faults.extend(envelope.header_faults(self.interchange, encoding_given=given))
            if first.marks:
                self._marks(first, self.faults)
            return
        place = first.place() if first is not None else Place(offset=head.offset)
        self.faults.append(Fault("interchange-header-missing", place))

    # --- the loop -----------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Message]:
        while not self.ended:
            if not self.queue:
                if self.message is None and (whole := self._whole_message()) is not None:
                    yield whole
                    continue
                self.queue.extend(self.scanner.batch())
                if not self.queue:
                    break
            done = self._batch()
            if done is not None:
                self._align()
                yield done
        done = self._close_message("")
        if done is not None:
            yield done
        self._finish()

    def _align(self) -> None:
        """Between two messages: go on just behind the last segment, where a whole message may be cut out."""
        if self.message is None and not self.ended and self.queue and isinstance(self.last, Segment):
            self.scanner.go_back(*self.last.end())
            self.queue.clear()

    def _whole_message(self) -> Message | None:
        """The next message, if it can be cut out as a whole; its segments are made only when asked for."""
        message = self.cutter.message(self.group)
        if message is not None:
            self._check_opening(message, message.canonical.reference)
        return message and self._deliver(message)

    def _batch(self) -> Message | None:
        """Take segments from the queue until one of them ends a message."""
        queue = self.queue
        while queue:
            segment = queue.popleft()
            if not segment.marks and self.message is not None:
                segments = self.message.segments
                segments.append(segment)
                segment.number = len(segments)
                continue
            tag = segment.tag
            if segment.marks & SERVICE and self._begins_another(segment):
                self._restart(segment.offset, segment.line, segment.column)
                return None
            if tag:
                done = self._feed(segment)
                if done is not None or self.ended:
                    return done
            else:
                self._skip("segment-empty", segment)
        return None

    def _begins_another(self, segment: Segment) -> bool:
        """Whether the segment is the UNA or UNB of the next interchange."""
        text = segment.text
        if text[:3] not in ("UNA", "UNB") or text[3:4].isalnum() or len(text) < 4:
            return False
        return text[:3] == "UNA" or segment.offset > self.start

    def _restart(self, offset: int, line: int, column: int) -> None:
        self.scanner.go_back(offset, line, column)
        self.queue.clear()
        self.ended = True

    def _skip(self, code: str, segment: Segment) -> None:
        first, count = self.skipped.get(code, (segment, 0))
        self.skipped[code] = first, count + 1

    def _marks(self, segment: Segment, faults: FaultList) -> None:
        """The faults of a segment that the scanner marked."""
        if segment.marks & INDENTED:
            self._skip("segment-indented", segment)
        if segment.marks & BAD_TAG:
            faults.append(fault_at(segment, "segment-tag-invalid", tag=printable(segment.tag)))
        if segment.marks & OVERLONG:
            faults.append(
                fault_at(segment, "segment-over-limit", tag=printable(segment.tag), limit=str(SEGMENT_LIMIT))
            )
        if segment.marks & SUSPECT:
            faults.extend(charset.character_faults(segment, self.level, self.scanner.strict))
        if segment.marks & UNTERMINATED and segment.tag == "UNZ":
            faults.append(fault_at(segment, "end-not-terminated"))
        elif segment.marks & UNTERMINATED:
            # What follows is lost: the trailers that are missing then are no faults of their own.
            self.cut_off = True
            self.faults.append(fault_at(segment, "segment-not-terminated", tag=printable(segment.tag)))

    # --- one segment --------------------------------------------------------------------------------------

    def _feed(self, segment: Segment) -> Message | None:
        lost = _RESTART.search(segment.text) if segment.marks & SUSPECT else None
        if lost is not None:
            offset, line, column = self._cut(segment, lost.start(), lost.end())
        done = self._place(segment)
        if lost is not None and not self.ended:
            self._restart(offset, line, column)
        return done

    @staticmethod
    def _cut(segment: Segment, end: int, start: int) -> tuple[int, int, int]:
        """Shorten a segment that lost its terminator before the next interchange, which begins at `start`."""
        place = segment.place_at(start)
        segment.text = segment.text[:end]
        segment.tag = segment.tag[:end]
        segment.marks |= UNTERMINATED
        return place.offset or 0, place.line or 1, place.column or 1

    def _place(self, segment: Segment) -> Message | None:
        tag = segment.tag
        done: Message | None = None
        if tag == "UNT" and self.message is not None:
            self._append(self.message, segment)
            return self._end_message(self.message)
        if tag in ("UNH", "UNG", "UNE", "UNZ") or (tag == "UNO" and self.message is None):
            done = self._close_message(tag)
        if tag == "UNH":
            self._open_message(segment)
        elif tag in ("UNG", "UNE", "UNZ"):
            self._number(segment)
            {"UNG": self._open_group, "UNE": self._close_group, "UNZ": self._end}[tag](segment)
        elif self.message is not None:
            self._append(self.message, segment)
            if tag == "UNO":
                self._object(segment, self.message.faults)
        elif tag in ("UNO", "UNP"):
            self._number(segment)
            if tag == "UNO":
                self.interchange.package_count += 1
                self._object(segment, self.faults)
        else:
            self._open_headless(segment)
        return done

    def _number(self, segment: Segment) -> None:
        self.position += 1
        segment.number = self.position
        self.last = segment
        if segment.marks:
            self._marks(segment, self.faults)

    def _append(self, message: Message, segment: Segment) -> None:
        message.segments.append(segment)
        segment.number = len(message.segments)
        if segment.marks:
            self._marks(segment, message.faults)

    def _object(self, segment: Segment, faults: FaultList) -> None:
        """Pass over the binary object that follows UNO."""
        if segment.marks & UNTERMINATED:
            return
        stated = segment.get(4)
        size = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 16 else 0
        self.scanner.go_back(*segment.end())
        self.queue.clear()
        passed = self.scanner.skip(size)
        faults.append(fault_at(segment, "object-skipped", 4, size=str(passed)))

    # --- messages -----------------------------------------------------------------------------------------

    def _open_message(self, header: Segment) -> None:
        message = Message(header, group=self.group)
        self.message = message
        self._append(message, header)
        message.faults.extend(envelope.message_header_faults(message))
        self._check_opening(message, message.reference)

    def _check_opening(self, message: Message, reference: str) -> None:
        """Whether the message may stand here, with this reference."""
        header = message.header
        if reference in self.references and reference:
            message.faults.append(fault_at(header, "message-reference-repeated", 1, value=reference))
        elif len(self.references) < REFERENCES_REMEMBERED:
            self.references.add(reference)
        group = self.group
        if group is None:
            if self.interchange.group_count:
                self.faults.append(fault_at(header, "groups-and-messages-mixed"))
            return
        kind = message.type
        if kind and group.type and kind != group.type and kind not in group.types:
            group.types.add(kind)
            values = {"reference": group.reference, "expected": group.type, "found": kind}
            self.faults.append(fault_at(header, "group-types-mixed", 2, 1, **values))

    def _open_headless(self, segment: Segment) -> None:
        """A segment of no message: the beginning of one whose UNH was lost, unless no UNT follows."""
        header = Segment("UNH", "UNH", segment.dialect, segment.offset, segment.line, segment.column, 1)
        self.message = Message(header, group=self.group, headless=True)
        self._append(self.message, segment)
        self.message.faults.append(Fault("message-header-missing", segment.place()))

    def _end_message(self, message: Message) -> Message:
        message.faults.extend(envelope.message_trailer_faults(message))
        return self._deliver(message)

    def _close_message(self, follower: str) -> Message | None:
        """End the current message, if there is one, without its UNT."""
        message = self.message
        if message is None:
            return None
        last = message.segments[-1]
        if message.headless and self.interchange.message_count:
            first = message.segments[0]
            count = str(len(message.segments))
            self.faults.append(
                fault_at(first, "segment-outside-message", count=count, tag=printable(first.tag))
            )
            self.faults.extend(fault for fault in message.faults if fault.code != "message-header-missing")
            self.message = None
            return None
        if not self.cut_off:
            values = {"reference": message.reference, "tag": follower or "—"}
            message.faults.append(fault_at(last, "message-trailer-missing", **values))
        return self._deliver(message)

    def _deliver(self, message: Message) -> Message:
        self.message = None
        self.interchange.message_count += 1
        message.position = self.interchange.message_count
        self.last = message if isinstance(message, SlicedMessage) else message.segments[-1]
        if self.group is not None:
            self.group.count += 1
        return message

    def _last_segment(self) -> Segment | None:
        return self.last.segments[-1] if isinstance(self.last, SlicedMessage) else self.last

    # --- groups and the end -------------------------------------------------------------------------------

    def _open_group(self, segment: Segment) -> None:
        self._leave_group(segment)
        if not self.interchange.group_count and self.interchange.message_count:
            self.faults.append(fault_at(segment, "groups-and-messages-mixed"))
        self.interchange.group_count += 1
        self.group = FunctionalGroup(segment, self.interchange.group_count)
        self.references.clear()
        version = self.interchange.syntax_version
        self.faults.extend(envelope.group_header_faults(self.group, version))

    def _leave_group(self, follower: Segment | None) -> None:
        if self.group is not None and not self.cut_off:
            segment = follower or self._last_segment() or self.group.header
            self.faults.append(fault_at(segment, "group-trailer-missing", reference=self.group.reference))
        self.group = None

    def _close_group(self, segment: Segment) -> None:
        if self.group is None:
            self.faults.append(fault_at(segment, "group-header-missing"))
            return
        self.group.trailer = segment
        version = self.interchange.syntax_version
        self.faults.extend(envelope.group_trailer_faults(self.group, version))
        self.group = None

    def _end(self, segment: Segment) -> None:
        self._leave_group(segment)
        self.interchange.trailer = segment
        self.faults.extend(envelope.trailer_faults(self.interchange))
        self._restart(*segment.end())

    def _finish(self) -> None:
        """What can be said only when everything was read; and where the next interchange begins."""
        for code, (segment, count) in self.skipped.items():
            self.faults.append(fault_at(segment, code, count=str(count)))
        interchange = self.interchange
        if interchange.trailer is None:
            self._leave_group(None)
            if interchange.header is not None:
                segment = self._last_segment() or interchange.header
                if not self.cut_off:
                    self.faults.append(fault_at(segment, "interchange-trailer-missing"))
                if not interchange.message_count:
                    self.faults.append(fault_at(segment, "interchange-empty"))
        self.next_head, junk = self.scanner.seek(bare=False)
        if junk is not None:
            self.faults.append(junk.fault("junk-after-interchange"))
