"""From bytes to segments: decodes block by block, cuts at terminators.

This is the only part whose speed follows the number of bytes; all of its loops run over whole blocks in C.
"""

from __future__ import annotations

import codecs
from typing import BinaryIO

from edi_router.formats.edifact import charset
from edi_router.formats.edifact.lenient import NONE, Leniencies
from edi_router.formats.edifact.limits import KEPT, PARTS, Limits, is_crowded
from edi_router.formats.edifact.scan_heads import BLOCK, Head, Heads, Junk
from edi_router.formats.edifact.scan_tags import (
    ORDINARY,
    in_capitals,
    is_lower,
    marks_of,
    names_in_lower,
    tag_of,
)
from edi_router.formats.edifact.segment import (
    CROWDED,
    INDENTED,
    OVERLONG,
    SUSPECT,
    UNTERMINATED,
    Dialect,
    Segment,
    advance,
    advance_over,
)
from edi_router.formats.edifact.separators import Separators, split

SEGMENT_LIMIT = 1 << 22
FIRST = 128
"""Bytes of the first batch of an interchange: its header, since messages may be cut out as a whole after it."""
_BLANK = " \t\r\n"
_PADDING = _BLANK + "\x00\x1a"
_LIMITS, _DIALECT = Limits(), Dialect()


class Scanner(Heads):
    """Reads segments from a stream; the reader on top of it knows what they mean."""

    def __init__(
        self, stream: BinaryIO, encoding: str | None, lenient: Leniencies = NONE, limits: Limits | None = None
    ) -> None:
        super().__init__(stream, encoding, lenient)
        self.limits = limits or _LIMITS
        self.strict = encoding is None
        self._dialect = _DIALECT
        self._parts: list[str] = []
        self._raw: list[bytes] = []
        self._raw_offset = 0
        self._pending = b""
        self._whole = (b"", 0)
        self._step = BLOCK
        self._ended = self._cut = False
        self.recovered = 0
        """How often a segment was cut where its terminator is lost."""

    def seek(self, *, bare: bool) -> tuple[Head | None, Junk | None]:
        """Go to the next interchange (see `next_head`), ready to read its segments."""
        head, junk = self.next_head(bare=bare)
        if head is not None:
            self._dialect = head.dialect
            self._odd = charset.odd_characters(head.level, self.strict, head.dialect.separators.active)
            self._wide = charset.wide_characters(head.level, self.strict)
            self._decoder = codecs.getincrementaldecoder(head.dialect.encoding)("surrogateescape")
            self._parts, self._raw, self._raw_offset = [], [], self.source.offset
            self._pending, self._step = b"", FIRST
            self._ended = self._cut = False
        return head, junk

    def batch(self) -> list[Segment]:
        """The next segments, none at the end. A segment whose tag is empty is an empty one."""
        terminator = self._dialect.separators.terminator
        while not self._ended:
            data = self.source.take(self._step)
            self._step = min(self._step * 2, BLOCK)
            self._ended = not data
            text = self.decode(data)
            self._raw.append(data)
            self._parts.append(text)
            if terminator in text or self._ended or sum(map(len, self._parts)) > SEGMENT_LIMIT:
                segments = self._segments()
                if segments:
                    return segments
        return []

    def decode(self, data: bytes) -> str:
        """The text of the next `data`; a character cut off at its end comes with the next ones."""
        text = self._decoder.decode(data, not data)
        if not self._dialect.wide:
            return text
        whole, self._pending = self._pending + data, self._decoder.getstate()[0]
        if self._dialect.encoding == "utf-8" or text.isascii():
            return text
        whole = whole[: len(whole) - len(self._pending)]
        if text.encode(self._dialect.encoding, "surrogateescape") == whole:
            return text
        return charset.decode_exactly(whole, self._dialect.encoding)

    def _segments(self) -> list[Segment]:
        """Cut the text at hand into segments and keep the unfinished rest."""
        dialect = self._dialect
        marks = dialect.separators
        text = "".join(self._parts)
        raw = b"".join(self._raw)
        pieces = split(text, marks.terminator, marks.release)
        rest = "" if self._ended else pieces.pop()
        odd = self._odd.search(text) is not None
        if not odd and self._wide is not None and not text.isascii():
            odd = self._wide.search(text) is not None
        wide = dialect.wide and not text.isascii()
        ends = line_ends(text, marks)
        skip = len(ends or "")
        if self._ended:
            pieces[-1] = pieces[-1].rstrip(_PADDING)
        element = marks.element
        offset, line, column = self._raw_offset, self.line, self.column
        out: list[Segment] = []
        for piece in pieces:
            size = (dialect.size(piece) if wide else len(piece)) + 1
            if ends is None:
                out.append(self._segment(piece, odd, offset, line, column))
                line, column = advance_over(piece, marks.terminator, line, column)
                offset += size
                continue
            body, at = piece, offset
            if skip and piece.startswith(ends):
                body, at, line, column = piece[skip:], offset + skip, line + 1, 1
            tag = body[:3]
            if tag in ORDINARY and body[3:4] == element and not odd:
                out.append(Segment(tag, body, dialect, at, line, column))
            else:
                out.append(self._segment(body, odd, at, line, column))
            column += len(body) + 1
            offset += size
        if max(map(len, pieces), default=0) > PARTS:
            self._crowded(out)
        if self._cut and out:
            self._cut = False
            out.pop(0)
        if self._ended:
            self._finish(out)
        elif len(rest) > SEGMENT_LIMIT:
            self._overlong(rest, out, offset, line, column)
            line, column = advance(rest, line, column)
            offset, rest = offset + dialect.size(rest), ""
        self.line, self.column = line, column
        self._parts = [rest] if rest else []
        self._raw = [raw[offset - self._raw_offset :]]
        self._raw_offset, self._whole = offset, (raw, self._raw_offset)
        return out

    def _segment(self, piece: str, odd: bool, offset: int, line: int, column: int) -> Segment:
        """Any segment, with its marks: the slow way that always holds."""
        marks = self._dialect.separators
        body = piece.lstrip(_BLANK)
        lead = len(piece) - len(body)
        found = 0
        if lead:
            line, column = advance(piece[:lead], line, column)
            if " " in piece[:lead] or "\t" in piece[:lead]:
                found = INDENTED
        if odd or "\n" in body or "\r" in body:
            found |= SUSPECT
        tag = tag_of(body, marks)
        segment = Segment(tag, body, self._dialect, offset + lead, line, column, 0, found)
        if self.any_case and (is_lower(tag) or names_in_lower(segment)):
            return in_capitals(segment)
        segment.marks |= marks_of(tag)
        return segment

    def _crowded(self, out: list[Segment]) -> None:
        """Mark segments of too many separators, and split no more than their beginning."""
        separators = self._dialect.separators
        for segment in out:
            if is_crowded(segment.text, separators):
                segment.marks |= CROWDED
                segment.keep(KEPT)

    def _finish(self, out: list[Segment]) -> None:
        """The last piece of a stream has no terminator; it is a segment all the same, unless it is blank."""
        if out and not out[-1].text:
            out.pop()
        elif out:
            out[-1].marks |= UNTERMINATED

    def _overlong(self, rest: str, out: list[Segment], offset: int, line: int, column: int) -> None:
        if not self._cut:
            body = rest.lstrip(_BLANK)
            lead = len(rest) - len(body)
            line, column = advance(rest[:lead], line, column)
            out.append(
                Segment(body[:3], body[:4096], self._dialect, offset + lead, line, column, 0, OVERLONG)
            )
        self._cut = True

    def go_back(self, offset: int, line: int, column: int) -> None:
        """Continue at `offset`, which lies in the last batch."""
        raw, start = self._whole
        self.source.give_back(raw[offset - start :])
        self.line, self.column = line, column
        self._parts, self._raw, self._pending = [], [], b""
        self._decoder.reset()
        self._raw_offset, self._ended, self._step = offset, False, 4096

    @property
    def passed(self) -> int:
        """The offset up to which segments were cut."""
        return self._raw_offset

    def position(self) -> tuple[int, int, int] | None:
        """Offset, line and column of what comes next; None within a segment."""
        if self._ended or self._cut or self._pending or any(self._parts):
            return None
        return self._raw_offset, self.line, self.column

    def resume(self, data: bytes, start: int, place: tuple[int, int, int], step: int) -> None:
        """Continue at `place` in `data`, which was taken from the source at `start`; `step` bytes first."""
        self._whole = data, start
        self.go_back(*place)
        self._step = step or self._step

    def skip(self, size: int) -> int:
        """Pass over `size` bytes after `go_back`; the number really passed."""
        passed = 0
        while passed < size and (data := self.source.take(min(BLOCK, size - passed))):
            passed += len(data)
            self.line, self.column = advance(data.decode("iso8859-1"), self.line, self.column)
        self._raw_offset = self.source.offset
        return passed


def line_ends(text: str, marks: Separators) -> str | None:
    r"""The line end that follows terminators in `text`, and stands nowhere else; None when there are others.

    >>> [line_ends(text, Separators()) for text in ("A'\r\nB'\r\n", "A'B'", "A'B\n'")]
    ['\r\n', '', None]
    """
    feeds, returns = text.count("\n"), text.count("\r")
    if not feeds and not returns:
        return "" if marks.terminator not in "\r\n" else None
    ends = "\r\n" if returns else "\n"
    after = marks.terminator + ends
    first = text.startswith(ends)
    if marks.terminator in "\r\n" or (returns and returns != feeds) or text.count(after) + first != feeds:
        return None
    return ends if not marks.release or marks.release + after not in text else None
