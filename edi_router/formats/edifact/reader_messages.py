"""Puts the segments of one interchange together to messages."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.edifact import charset, envelope
from edi_router.formats.edifact.fast_canon import reading_of
from edi_router.formats.edifact.fast_scan import Cutter, Prove
from edi_router.formats.edifact.lenient import Leniency, count
from edi_router.formats.edifact.limits import PARTS
from edi_router.formats.edifact.model import Message, fault_at
from edi_router.formats.edifact.reader_parts import Parts
from edi_router.formats.edifact.scan import SEGMENT_LIMIT, Scanner
from edi_router.formats.edifact.scan_heads import Head, printable
from edi_router.formats.edifact.scan_tags import LOWER, lower_fault
from edi_router.formats.edifact.segment import (
    BAD_TAG,
    CROWDED,
    INDENTED,
    OVERLONG,
    SERVICE,
    SUSPECT,
    UNTERMINATED,
    Segment,
)

_RESTART = re.compile(
    r"[\r\n]\s*(?=UNA[^A-Za-z0-9]{2}.{3}(?:\Z|.\s*UN[BGH])|UNB[^A-Za-z0-9\s][A-Z]{4})", re.DOTALL
)
_ENVELOPE = frozenset(("UNH", "UNT", "UNG", "UNE", "UNZ"))
"""Segments that begin one of their own also where the terminator before them is lost: much hangs on them."""
RECOVERIES = 1000
"""How often that is done in one file, each time reading again what follows."""
_HIDING = 4096
"""The longest segment that is searched for others: a longer one has lost more than a terminator."""


class Assembler:
    """Puts the segments of one interchange together to messages."""

    def __init__(self, scanner: Scanner, head: Head, early: FaultList, prove: Prove | None) -> None:
        self.scanner = scanner
        self.level = head.level
        self.next_head: Head | None = None
        self.parts = Parts(head, early, scanner.lenient, scanner.limits)
        interchange = self.parts.interchange
        self.skipped: dict[str, tuple[Segment, int]] = {}
        self.position = 0
        self.ended = False
        self._suspected: FaultList | None = None
        """Where it was told last that the encoding seems to be another one."""
        self.queue: deque[Segment] = deque(scanner.batch())
        self.start = self.queue[0].offset if self.queue else 0
        self._header(head)
        reading = reading_of(head.dialect, head.level, scanner.strict)
        self.cutter = Cutter(scanner, reading, prove and prove(reading, interchange.syntax_version))
        self._align()
        interchange.source = self._messages()

    def _header(self, head: Head) -> None:
        first = self.queue[0] if self.queue else None
        if first is not None and first.tag == "UNB":
            self.queue.popleft()
            self.parts.interchange.header = self.parts.last = first
            self.position = first.number = 1
            service = self._hidden(first)
            place = self._cut_off(first, service) if service is not None else (0, 0, 0)
            given = self.scanner.encoding is not None
            found = envelope.header_faults(self.parts.interchange, encoding_given=given)
            self.parts.faults.extend(envelope.before_cut(first, found))
            if first.marks:
                self._marks(first, self.parts.faults)
            if service is not None:
                self._go_on(first, service, place, self.parts.faults)
            return
        here = first.place() if first is not None else Place(offset=head.offset)
        self.parts.faults.append(Fault("interchange-header-missing", here))

    # --- the loop -----------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Message]:
        """The messages, as many as there may be; the others are counted."""
        most = self.scanner.limits.messages
        for message in self._every():
            if message.position <= most:
                yield message
            elif message.position == most + 1:
                header = message.header
                self.parts.faults.append(fault_at(header, "interchange-over-limit", limit=str(most)))

    def _every(self) -> Iterator[Message]:
        while not self.ended:
            if not self.queue:
                if self.parts.message is None and (whole := self._whole_message()) is not None:
                    yield whole
                    continue
                self.queue.extend(self.scanner.batch())
                if not self.queue:
                    break
            done = self._batch()
            if done is not None:
                self._align()
                yield done
        done = self.parts.close_message("")
        if done is not None:
            yield done
        self._finish()

    def _align(self) -> None:
        """Between two messages: go on just behind the last segment, where a whole message may be cut out."""
        last = self.parts.last
        if self.parts.message is None and not self.ended and self.queue and isinstance(last, Segment):
            self.scanner.go_back(*last.end())
            self.queue.clear()

    def _whole_message(self) -> Message | None:
        """The next message, if it can be cut out as a whole; its segments are made only when asked for."""
        message = self.cutter.message(self.parts.group)
        if message is None:
            return None
        self.parts.check_opening(message, message.canonical.reference)
        return self.parts.deliver(message)

    def _batch(self) -> Message | None:
        """Take segments from the queue until one of them ends a message."""
        queue, message = self.queue, self.parts.message
        if message is not None:  # once for many segments
            self.parts.bound(message, self.scanner.passed - message.header.offset)
        while queue:
            segment = queue.popleft()
            message = self.parts.message
            if not segment.marks and message is not None:
                segments = message.segments
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
        if segment.marks & LOWER:
            values = {"tag": segment.tag, "count": "1", "fault": lower_fault(segment)}
            count(faults, Fault(Leniency.LOWER_CASE.code, segment.place(), values))
        if segment.marks & INDENTED and not segment.marks & BAD_TAG:
            self._skip("segment-indented", segment)
        if segment.marks & BAD_TAG and not segment.marks & UNTERMINATED:
            faults.append(fault_at(segment, "segment-tag-invalid", tag=printable(segment.tag)))
        if segment.marks & CROWDED:
            values = {"tag": printable(segment.tag), "limit": str(PARTS)}
            faults.append(fault_at(segment, "segment-crowded", **values))
        if segment.marks & OVERLONG:
            faults.append(
                fault_at(segment, "segment-over-limit", tag=printable(segment.tag), limit=str(SEGMENT_LIMIT))
            )
        if segment.marks & SUSPECT:
            self._characters(segment, faults)
        if segment.marks & UNTERMINATED and segment.tag != "UNZ":  # for that one see `Parts.end`
            # What follows is lost: the trailers that are missing then are no faults of their own.
            self.parts.cut_off = True
            self.parts.faults.append(fault_at(segment, "segment-not-terminated", tag=printable(segment.tag)))

    def _characters(self, segment: Segment, faults: FaultList) -> None:
        """What is odd in the characters of a segment; that all is in another encoding is told once."""
        for fault in charset.character_faults(segment, self.level, self.scanner.strict):
            if fault.code != "encoding-suspected" or faults is not self._suspected:
                faults.append(fault)
            if fault.code == "encoding-suspected":
                self._suspected = faults

    # --- one segment --------------------------------------------------------------------------------------

    def _feed(self, segment: Segment) -> Message | None:
        if not segment.marks & SUSPECT:
            return self._place(segment)
        lost = _RESTART.search(segment.text)
        if lost is not None:
            offset, line, column = self._cut(segment, lost.start(), lost.end())
            segment.marks |= UNTERMINATED
            done = self._place(segment)
            if not self.ended:
                self._restart(offset, line, column)
            return done
        service = self._hidden(segment)
        if service is None:
            return self._place(segment)
        place = self._cut_off(segment, service)
        done = self._place(segment)
        message = None if segment.tag in ("UNG", "UNE") else self.parts.message or done
        self._go_on(segment, service, place, self.parts.faults if message is None else message.faults)
        return done

    def _hidden(self, segment: Segment) -> re.Match[str] | None:
        """The segment of an envelope that this one holds, its own terminator being lost."""
        if not segment.marks & SUSPECT or segment.marks & BAD_TAG or segment.tag == "UNZ":
            return None
        if len(segment.text) > _HIDING or self.scanner.recovered >= RECOVERIES:
            return None
        return next((each for each in charset.lost_terminators(segment) if each[1] in _ENVELOPE), None)

    def _cut_off(self, segment: Segment, service: re.Match[str]) -> tuple[int, int, int]:
        """Shorten a segment to what stands before the one that it hides."""
        segment.marks &= ~UNTERMINATED
        return self._cut(segment, service.start(), service.start(1))

    def _go_on(
        self, segment: Segment, service: re.Match[str], place: tuple[int, int, int], faults: FaultList
    ) -> None:
        """Tell where the terminator is lost, and read what follows there as a segment of its own."""
        faults.append(Fault("terminator-suspected", segment.place_at(service.start()), {"tag": service[1]}))
        self.scanner.recovered += 1
        self.scanner.go_back(*place)
        self.queue.clear()

    @staticmethod
    def _cut(segment: Segment, end: int, start: int) -> tuple[int, int, int]:
        """Shorten a segment that lost its terminator to `end`; where it goes on, at `start`, is returned."""
        place = segment.place_at(start)
        segment.text = segment.text[:end]
        segment.tag = segment.tag[:end]
        return place.offset or 0, place.line or 1, place.column or 1

    def _place(self, segment: Segment) -> Message | None:
        tag, parts = segment.tag, self.parts
        done: Message | None = None
        if tag == "UNT" and parts.message is not None:
            self._append(parts.message, segment)
            return parts.end_message(parts.message)
        if tag in ("UNH", "UNG", "UNE", "UNZ") or (tag == "UNO" and parts.message is None):
            done = parts.close_message(tag)
        if tag == "UNH":
            self._append(parts.open_message(segment), segment)
        elif tag in ("UNG", "UNE", "UNZ"):
            self._number(segment)
            {"UNG": parts.open_group, "UNE": parts.close_group, "UNZ": self._end}[tag](segment)
        elif parts.message is not None:
            self._append(parts.message, segment)
            if tag == "UNO":
                self._object(segment, parts.message.faults)
        elif tag in ("UNO", "UNP"):
            self._number(segment)
            if tag == "UNO":
                parts.interchange.package_count += 1
                self._object(segment, parts.faults)
        else:
            message = parts.open_headless(segment)
            self._append(message, segment)
            if not segment.marks & UNTERMINATED:
                message.faults.append(Fault("message-header-missing", segment.place()))
        return done

    def _number(self, segment: Segment) -> None:
        self.position += 1
        segment.number = self.position
        self.parts.last = segment
        if segment.marks:
            self._marks(segment, self.parts.faults)

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

    # --- the end ------------------------------------------------------------------------------------------

    def _end(self, segment: Segment) -> None:
        self.parts.end(segment)
        self._restart(*segment.end())

    def _finish(self) -> None:
        """What can be said only when everything was read; and where the next interchange begins."""
        for code, (segment, number) in self.skipped.items():
            self.parts.faults.append(fault_at(segment, code, count=str(number)))
        self.parts.finish()
        self.next_head, junk = self.scanner.seek(bare=False)
        if junk is not None:
            self.parts.faults.append(junk.fault("junk-after-interchange"))
