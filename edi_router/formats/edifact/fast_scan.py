"""Cuts whole messages out of a stream, without making their segments.

It reads from the same source as the scanner, block by block, whenever the reader stands between two messages.
What does not look like a message from UNH to UNT it gives back to the scanner, which goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable

from edi_router.formats.edifact.fast_canon import Canonical, Reading, well_formed
from edi_router.formats.edifact.fast_message import Slice, SlicedMessage
from edi_router.formats.edifact.limits import has_crowded
from edi_router.formats.edifact.model import FunctionalGroup
from edi_router.formats.edifact.scan import Scanner
from edi_router.formats.edifact.scan_heads import BLOCK
from edi_router.formats.edifact.scan_tags import has_lower

Proves = Callable[[Canonical], object]
"""Whether a message has no fault at all: what proves it, or False when that is not certain."""
Prove = Callable[[Reading, int], Proves]
"""The same for the messages of one interchange, which is of the given syntax version."""
MESSAGE_LIMIT = 1 << 22
"""Characters of the longest message that is cut out as a whole."""


def taken(
    found: Slice, canonical: Canonical, group: FunctionalGroup | None, proves: Proves | None
) -> SlicedMessage | None:
    """The message that was cut out, with what `proves` says of it; None when something in it is odd."""
    proof = proves is not None and proves(canonical)
    if not proof:
        if well_formed(found.reading.characters).fullmatch(canonical.text) is None:
            return None
        if has_crowded(canonical.text):
            return None
    return SlicedMessage(found, canonical, group, None if proves is None else proof)


class Cutter:
    """The text at hand and where the next message begins in it."""

    def __init__(self, scanner: Scanner, reading: Reading, proves: Proves | None) -> None:
        self._proves = proves
        self.scanner = scanner
        self.reading = reading
        marks = reading.dialect.separators
        self._opening = "UNH" + marks.element
        self._terminator = marks.terminator
        self._closing = {ends: f"{marks.terminator}{ends}UNT{marks.element}" for ends in ("", "\n", "\r\n")}
        self._release = marks.release
        self._usable = reading.usable
        self._text = ""
        self._at = 0
        self._data: list[bytes] = []
        self._base = self._offset = 0
        self._line = self._column = 1
        self._end = 0

    def message(self, group: FunctionalGroup | None) -> SlicedMessage | None:
        """The next message; None when the scanner has to go on."""
        found = self._next()
        if found is None:
            return None
        canonical = self.reading.message(found.raw, found.ends)
        if canonical is not None and self.scanner.any_case and has_lower(_naming(canonical)):
            canonical = None  # the scanner reads these in capitals
        if canonical is not None and canonical.count > self.scanner.limits.segments:
            self._return(0)  # the scanner tells, block by block
            return None
        message = None if canonical is None else taken(found, canonical, group, self._proves)
        if message is None:
            self._return(self._end - self._at)
            return None
        self._at = self._end
        self._offset, self._line, self._column = found.after()
        return message

    def _next(self) -> Slice | None:
        """The text of the next message."""
        if not self._usable or not (self._text or self._begin()):
            return None
        searched = 0
        while True:
            found = self._cut(self._at + searched)
            if isinstance(found, Slice):
                return found
            searched = max(0, len(self._text) - self._at - 16)
            if found >= 0 or len(self._text) - self._at > MESSAGE_LIMIT or not self._fill():
                self._return(max(found, 0))
                return None

    def _begin(self) -> bool:
        """Start where the scanner stands; False when it holds the beginning of a segment."""
        place = self.scanner.position()
        if place is None:
            return False
        self._offset, self._line, self._column = place
        self._base = self._offset
        return self._fill()

    def _fill(self) -> bool:
        data = self.scanner.source.take(BLOCK)
        text = self.scanner.decode(data)
        if self._at:
            self._data = [b"".join(self._data)[self._offset - self._base :]]
            self._text, self._base, self._at = self._text[self._at :], self._offset, 0
        self._data.append(data)
        self._text += text
        return bool(data)

    def _cut(self, searched: int) -> Slice | int:
        """The message at hand; or how many characters the scanner has to pass; -1 when there must be more."""
        text, at = self._text, self._at
        ends = "\n" if text.startswith("\n", at) else "\r\n" if text.startswith("\r\n", at) else ""
        start = at + len(ends)
        if len(text) < start + 4:
            return -1
        if not text.startswith(self._opening, start):
            following = text.find(f"{self._terminator}{ends}{self._opening}", start)
            return 0 if following < 0 else following + 1 - at
        closing = self._closing[ends]
        trailer = text.find(closing, max(start, searched))
        end = text.find(self._terminator, trailer + len(closing)) if trailer >= 0 else -1
        if end < 0:
            return -1
        self._end = end + 1
        if self._is_released(trailer) or self._is_released(end):
            return self._end - at
        raw = text[start : self._end]
        if not ends:
            return Slice(raw, ends, self._offset, self._line, self._column, self.reading)
        return Slice(raw, ends, self._offset + len(ends), self._line + 1, 1, self.reading)

    def _is_released(self, at: int) -> bool:
        """Whether the terminator at `at` may be data."""
        release = self._release
        if not release or self._text[at - 1] != release:
            return False
        before = self._text[max(0, at - 64) : at]
        return (len(before) - len(before.rstrip(release))) % 2 == 1 or not before.rstrip(release)

    def _return(self, size: int) -> None:
        """Hand over to the scanner, whose next batch is to have `size` characters if that is not 0."""
        text = self._text[self._at : self._at + size]
        step = self.reading.dialect.size(text) if size else 0
        self.scanner.resume(b"".join(self._data), self._base, (self._offset, self._line, self._column), step)
        self._text, self._at, self._data = "", 0, []


def _naming(message: Canonical) -> str:
    """What in UNH names the definition."""
    return message.type + message.version + message.release
