"""Repairs inside messages: what leniencies let pass in segments, as far as the directory makes the reading plain.

A repair is a candidate spelling of the segment that is checked again: it is taken only if the faults that it
is to mend are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from edi_router.faults import Fault
from edi_router.formats.edifact import envelope
from edi_router.formats.edifact.elements import SegmentSpec, check_elements
from edi_router.formats.edifact.lenient import Leniencies, Leniency, count, tolerate, used
from edi_router.formats.edifact.lenient_segment import Edit, RepairedSegment
from edi_router.formats.edifact.lenient_text import joined, released, span, trailing
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.segment import BAD_TAG, Segment

SpecOf = Callable[[str], SegmentSpec | None]
_TOO_MANY = ("elements-too-many", "components-too-many")
_COUNTS = ("message-count-wrong", Leniency.WRONG_UNT_COUNT.code)
INSIDE = frozenset(
    {
        Leniency.LOWER_CASE,
        Leniency.TRAILING_SEPARATORS,
        Leniency.COMMA_DECIMALS,
        Leniency.UNESCAPED_SEPARATORS,
    }
)
"""The leniencies for what stands inside messages."""


def repair(
    message: Message, spec_of: SpecOf, syntax_version: int, granted: Leniencies, bytes_in: str | None = None
) -> None:
    """Replace the segments of `message` whose faults are tolerated; the warnings join its faults."""
    if INSIDE & granted:
        _Repair(message, spec_of, syntax_version, granted, bytes_in).run()


@dataclass(slots=True)
class _Repair:
    message: Message
    spec_of: SpecOf
    syntax_version: int
    granted: Leniencies
    bytes_in: str | None

    def run(self) -> None:
        if Leniency.UNESCAPED_SEPARATORS in self.granted:
            self._rejoin()
        segments = self.message.segments
        for at, segment in enumerate(segments):
            spec = self.spec_of(segment.tag)
            if spec is not None and spec.parts and (found := self._faults(segment, spec)):
                segments[at] = self._repaired(segment, spec, found)

    def _faults(self, segment: Segment, spec: SegmentSpec) -> list[Fault]:
        return list(check_elements(segment, spec, self.syntax_version, None, bytes_in=self.bytes_in))

    def _repaired(self, segment: Segment, spec: SegmentSpec, found: list[Fault]) -> Segment:
        for leniency, mend in (
            (Leniency.TRAILING_SEPARATORS, self._trailing),
            (Leniency.COMMA_DECIMALS, self._decimals),
            (Leniency.LOWER_CASE, self._capitals),
            (Leniency.UNESCAPED_SEPARATORS, self._unescaped),
        ):
            if found and leniency in self.granted:
                segment = mend(segment, spec, found)
                found = self._faults(segment, spec)
        return segment

    def _trailing(self, segment: Segment, spec: SegmentSpec, found: list[Fault]) -> Segment:
        surplus = [fault for fault in found if fault.code in _TOO_MANY]
        if not surplus or not (edits := trailing(segment)):
            return segment
        mended = RepairedSegment(segment, edits)
        left = {(fault.code, fault.place) for fault in self._faults(mended, spec)}
        gone = [fault for fault in surplus if (fault.code, fault.place) not in left]
        for fault in gone:
            told = replace(fault, values={**fault.values, "tag": segment.tag})
            self.message.faults.append(used(Leniency.TRAILING_SEPARATORS, told))
        return mended if gone else segment

    def _decimals(self, segment: Segment, spec: SegmentSpec, found: list[Fault]) -> Segment:
        edits = []
        for fault in found:
            if fault.code == "decimal-mark-wrong":
                start, end = span(segment, fault.place)
                wrong = "," if fault.values["mark"] == "." else "."
                at = segment.text.index(wrong, start, end)
                edits.append(Edit(at, at + 1, fault.values["mark"]))
                self.message.faults.append(used(Leniency.COMMA_DECIMALS, fault))
        return RepairedSegment(segment, edits) if edits else segment

    def _capitals(self, segment: Segment, spec: SegmentSpec, found: list[Fault]) -> Segment:
        """Codes that are in the list when they are written in capitals."""
        for fault in found:
            if fault.code != "code-unknown" or not fault.values["value"].isascii():
                continue
            start, end = span(segment, fault.place)
            mended = RepairedSegment(segment, [Edit(start, end, segment.text[start:end].upper())])
            if all(each.place != fault.place for each in self._faults(mended, spec)):
                segment = mended
                told = replace(fault, values={**fault.values, "tag": segment.tag, "count": "1"})
                count(self.message.faults, used(Leniency.LOWER_CASE, told))
        return segment

    def _unescaped(self, segment: Segment, spec: SegmentSpec, found: list[Fault]) -> Segment:
        mended = released(segment, spec, lambda candidate: not self._faults(candidate, spec))
        if mended is None:
            return segment
        for at in mended.inserted_after(segment):
            self._tell(mended, at, found[0].code)
        return mended

    def _tell(self, segment: Segment, at: int, code: str) -> None:
        """The warning of a separator that is read as text; `at` is where it stands in the repaired text."""
        values = {"separator": segment.text[at], "tag": segment.tag}
        fault = Fault(code, segment.place_at(at), values)
        self.message.faults.append(used(Leniency.UNESCAPED_SEPARATORS, fault))

    # --- terminators in text ------------------------------------------------------------------------------

    def _rejoin(self) -> None:
        """Put together what a terminator inside a text has torn apart: what follows it begins with no tag."""
        kept: list[Segment] = []
        gone: set[int | None] = set()
        numbers: dict[int | None, int] = {}
        for segment in self.message.segments:
            whole = self._whole(kept[-1], segment) if kept and segment.marks & BAD_TAG else None
            if whole is None:
                kept.append(segment)
            else:
                kept[-1] = whole
                gone.add(segment.offset)
            numbers[segment.number] = len(kept)
        if gone:
            self.message.segments[:] = kept
            self._renumber(gone, numbers)

    def _whole(self, segment: Segment, rest: Segment) -> Segment | None:
        spec = self.spec_of(segment.tag)
        if spec is None or not spec.parts:
            return None
        whole = joined(segment, rest, spec, lambda candidate: not self._faults(candidate, spec))
        if whole is not None:
            for at in whole.inserted_after(segment):
                self._tell(whole, at, "segment-tag-invalid")
        return whole

    def _renumber(self, gone: set[int | None], numbers: dict[int | None, int]) -> None:
        """Segments, and the places of faults, count anew; so does what UNT is compared with."""
        message = self.message
        for number, segment in enumerate(message.segments, 1):
            segment.number = number
        dropped = 0
        faults = []
        for fault in message.faults:
            place = fault.place
            if fault.code in _COUNTS or (fault.code == "segment-tag-invalid" and place.offset in gone):
                dropped += 1
                continue
            if place.segment in numbers:
                fault = replace(fault, place=replace(place, segment=numbers[place.segment]))
            faults.append(fault)
        message.faults[:] = faults
        message.faults.total -= dropped
        if message.segments[-1].tag == "UNT":
            again = envelope.message_trailer_faults(message)
            message.faults.extend(fault for fault in again if fault.code in _COUNTS)
            tolerate(message.faults, self.granted)
