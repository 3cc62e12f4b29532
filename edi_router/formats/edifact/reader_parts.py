"""What an interchange is made of while it is read: groups and messages, opened and closed, and their faults."""

from __future__ import annotations

from edi_router.faults import FaultList
from edi_router.formats.edifact import envelope
from edi_router.formats.edifact.charset import lost_tags
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.lenient import Leniencies, Leniency, tolerate
from edi_router.formats.edifact.limits import FIRST, Limits
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message, fault_at
from edi_router.formats.edifact.references import References
from edi_router.formats.edifact.scan_heads import Head, printable
from edi_router.formats.edifact.segment import UNTERMINATED, Segment


class Parts:
    """One interchange as far as it is read; `group` and `message` are the open ones, `last` what came last.

    `cut_off`: the stream ended within a segment, so that trailers that are missing then are no faults.
    """

    def __init__(self, head: Head, early: FaultList, lenient: Leniencies, limits: Limits) -> None:
        self.interchange = Interchange(
            separators=head.dialect.separators,
            encoding=head.dialect.encoding,
            offset=head.offset,
            una=head.una,
        )
        self.faults = self.interchange.faults
        self.faults.extend(early)
        self.lenient = lenient
        self.limits = limits
        self.group: FunctionalGroup | None = None
        self.message: Message | None = None
        self.last: Segment | SlicedMessage | None = None
        self.cut_off = False
        self.over: Message | None = None
        """The message of which there is too much: the rest of it is not kept."""
        self._references = References()
        self._groups = References()
        self._mixed = False
        self._strays: tuple[str, ...] = ()

    # --- messages -----------------------------------------------------------------------------------------

    def open_message(self, header: Segment) -> Message:
        """Begin the message of UNH."""
        header.number = 1
        message = self.message = Message(header, group=self.group, strays=self._strays)
        self._strays = ()
        message.faults.extend(envelope.before_cut(header, envelope.message_header_faults(message)))
        self.check_opening(message, message.reference)
        return message

    def open_headless(self, first: Segment) -> Message:
        """Begin a message whose UNH was lost (unless no UNT follows; see `close_message`)."""
        header = Segment("UNH", "UNH", first.dialect, first.offset, first.line, first.column, 1)
        self.message = Message(header, group=self.group, headless=True)
        return self.message

    def check_opening(self, message: Message, reference: str) -> None:
        """Whether the message may stand here, with this reference."""
        if self._references.met(reference) and reference:
            message.faults.append(fault_at(message.header, "message-reference-repeated", 1, value=reference))
        group = self.group
        if group is None:
            if self.interchange.group_count:
                self._mix(message.header)
            return
        kind = message.type
        if kind and group.type and kind != group.type and kind not in group.types:
            group.types.add(kind)
            values = {"reference": group.reference, "expected": group.type, "found": kind}
            self.faults.append(fault_at(message.header, "group-types-mixed", 2, 1, **values))

    def _mix(self, segment: Segment) -> None:
        """Groups stand beside messages: told once, at the first that differs from what came before."""
        if not self._mixed:
            self.faults.append(fault_at(segment, "groups-and-messages-mixed"))
        self._mixed = True

    def end_message(self, message: Message) -> Message:
        """End the message with its UNT."""
        trailer = message.segments[-1]
        if message is not self.over:
            message.faults.extend(envelope.before_cut(trailer, envelope.message_trailer_faults(message)))
        return self.deliver(message)

    def bound(self, message: Message, size: int) -> None:
        """Keep no more of a message, which has `size` bytes so far, than the limits allow."""
        limits = self.limits
        segments = len(message.segments) > limits.segments
        if self.over is not message:
            if not segments and size <= limits.size:
                return
            self.over = message
            what, limit = ("segments", limits.segments) if segments else ("bytes", limits.size)
            values = {"what": what, "limit": str(limit), "reference": message.reference}
            message.faults.append(fault_at(message.header, "message-over-limit", **values))
        del message.segments[min(limits.segments, FIRST) : -1]

    def close_message(self, follower: str) -> Message | None:
        """End the current message, if there is one, without its UNT; the tag `follower` comes next."""
        message = self.message
        if message is None:
            return None
        last = message.segments[-1]
        if message.headless and (self.interchange.message_count or follower in ("UNH", "UNG")):
            first = message.segments[0]
            if follower == "UNH":
                self._strays = tuple(segment.tag for segment in message.segments)
            count = str(len(message.segments))
            if not first.marks & UNTERMINATED:
                self.faults.append(
                    fault_at(first, "segment-outside-message", count=count, tag=printable(first.tag))
                )
            self.faults.extend(fault for fault in message.faults if fault.code != "message-header-missing")
            self.message = None
            return None
        if not self.cut_off and "UNT" not in lost_tags(last):
            values = {"reference": message.reference, "what": follower or "the end of the file"}
            message.faults.append(fault_at(last, "message-trailer-missing", **values))
        return self.deliver(message)

    def deliver(self, message: Message) -> Message:
        """Count a message that is complete."""
        self.message = None
        self.interchange.message_count += 1
        message.position = self.interchange.message_count
        if isinstance(message, SlicedMessage):
            self.last = message
        else:
            self.last = message.segments[-1]
            self.bound(message, self.last.offset - message.header.offset)
        if self.group is not None:
            self.group.count += 1
        tolerate(message.faults, self.lenient)
        return message

    # --- groups and the end -------------------------------------------------------------------------------

    def open_group(self, segment: Segment) -> None:
        """Begin the group of UNG."""
        self._leave_group(segment)
        if not self.interchange.group_count and self.interchange.message_count:
            self._mix(segment)
        self.interchange.group_count += 1
        self.group = FunctionalGroup(segment, self.interchange.group_count)
        self._references.forget()
        version = self.interchange.syntax_version
        found = envelope.group_header_faults(self.group, version)
        self.faults.extend(envelope.before_cut(segment, found))
        if self._groups.met(self.group.reference) and self.group.reference:
            self.faults.append(fault_at(segment, "group-reference-repeated", 5, value=self.group.reference))

    def _leave_group(self, follower: Segment | None) -> None:
        if self.group is not None and not self.cut_off:
            segment = follower or self._last_segment() or self.group.header
            self.faults.append(fault_at(segment, "group-trailer-missing", reference=self.group.reference))
        self.group = None

    def _last_segment(self) -> Segment | None:
        return self.last.segments[-1] if isinstance(self.last, SlicedMessage) else self.last

    def close_group(self, segment: Segment) -> None:
        """End the group with its UNE."""
        if self.group is None:
            self.faults.append(fault_at(segment, "group-header-missing"))
            return
        self.group.trailer = segment
        version = self.interchange.syntax_version
        found = envelope.group_trailer_faults(self.group, version)
        self.faults.extend(envelope.before_cut(segment, found))
        self.group = None

    def end(self, segment: Segment) -> None:
        """End the interchange with its UNZ, which may be whole but for its terminator."""
        self._leave_group(segment)
        self.interchange.trailer = segment
        found = list(envelope.trailer_faults(self.interchange))
        before = list(envelope.before_cut(segment, found))
        if len(before) < len(found):
            self.faults.append(fault_at(segment, "segment-not-terminated", tag=segment.tag))
        elif segment.marks & UNTERMINATED:
            self.faults.append(fault_at(segment, "end-not-terminated"))
        self.faults.extend(before)

    def finish(self) -> None:
        """What can be said only when everything was read."""
        interchange = self.interchange
        if interchange.trailer is None:
            self._leave_group(None)
            if interchange.header is not None:
                segment = self._last_segment() or interchange.header
                if not self.cut_off:
                    self.faults.append(fault_at(segment, "interchange-trailer-missing"))
                # That nothing follows UNB is a mistake of its own only where a missing UNZ is none.
                nothing = not interchange.message_count + interchange.package_count
                if nothing and not self.cut_off and Leniency.MISSING_UNZ in self.lenient:
                    self.faults.append(fault_at(segment, "interchange-empty"))
        tolerate(self.faults, self.lenient)
