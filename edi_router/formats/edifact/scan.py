"""From bytes to segments: finds interchanges in a stream, decodes block by block, cuts at terminators.

This is the only part whose speed follows the number of bytes; all of its loops run over whole blocks in C.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import BinaryIO

from edi_router.faults import Fault, Place
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.model import (
    BAD_TAG,
    INDENTED,
    OVERLONG,
    SERVICE,
    SUSPECT,
    UNTERMINATED,
    Dialect,
    Segment,
    advance,
    advance_over,
)
from edi_router.formats.edifact.separators import Separators, split
from edi_router.formats.edifact.una import HEADER, guess_separators, read_una

BLOCK = 1 << 16
SEGMENT_LIMIT = 1 << 22
_BLANK = " \t\r\n"
_PADDING = _BLANK + "\x00\x1a"
_START = re.compile(
    rb"UNA[^A-Za-z0-9]{2}.{3}[^A-Za-z0-9]\s*UN[BGH][^A-Za-z0-9]"
    rb"|UNB[^\sA-Za-z0-9][A-Z]{4}[^A-Za-z0-9]"
    rb"|(?<![A-Za-z0-9])(?:UNA[^\sA-Za-z0-9]|UNB[^\sA-Za-z0-9]|UN[GH]\+)",
    re.DOTALL,
)
_BARE = re.compile(rb"[A-Z][A-Z0-9]{2}\+[^']{0,4000}'")
_TAG = re.compile(r"[A-Z][A-Z0-9]{2}").fullmatch
SERVICE_TAGS = frozenset(("", "UNA", "UNB", "UNG", "UNE", "UNH", "UNT", "UNZ", "UNO", "UNP"))
_ORDINARY: set[str] = set()
"""Well-formed tags of other segments, as they are met; at most 26 × 36 × 36."""


class Source:
    """A stream of bytes that can take some back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self.offset = 0

    def take(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        data = self._held[:size] if self._held else self._stream.read(size) or b""
        self._held = self._held[size:]
        self.offset += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Have `data`, taken last, come again."""
        self._held = data + self._held
        self.offset -= len(data)

    def peek(self, size: int) -> bytes:
        """The next bytes: at least `size` of them unless the end comes first."""
        while len(self._held) < size:
            more = self._stream.read(BLOCK) or b""
            if not more:
                break
            self._held += more
        return self._held


@dataclass(slots=True)
class Head:
    """The beginning of an interchange: what UNA and UNB say about how to read it."""

    dialect: Dialect
    level: str
    offset: int
    una: bool
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Junk:
    """Bytes between interchanges that belong to none."""

    place: Place
    count: int
    start: str

    def fault(self, code: str) -> Fault:
        """The fault that tells of them."""
        return Fault(code, self.place, {"count": str(self.count), "start": self.start})


class Scanner:
    """Reads segments from a stream; the reader on top of it knows what they mean."""

    def __init__(self, stream: BinaryIO, encoding: str | None) -> None:
        self.source = Source(stream)
        self.encoding = charset.check_encoding(encoding) if encoding else None
        self.line = 1
        self.column = 1
        self.strict = encoding is None
        self._dialect = Dialect()
        self._parts: list[str] = []
        self._raw: list[bytes] = []
        self._raw_offset = 0
        self._pending = b""
        self._whole = (b"", 0)
        self._step = BLOCK
        self._ended = self._cut = False

    def beginning(self) -> list[Fault]:
        """The faults of the first bytes of a file; a byte order mark is passed."""
        start = self.source.peek(4)
        place = Place(line=1, column=1, offset=0)
        if start.startswith(b"\xef\xbb\xbf"):
            self.source.take(3)
            return [Fault("byte-order-mark", place)]
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:4] in (b"U\0N\0", b"\0U\0N"):
            return [Fault("encoded-utf-16", place)]
        return []

    # --- between interchanges -----------------------------------------------------------------------------

    def seek(self, *, bare: bool) -> tuple[Head | None, Junk | None]:
        """Go to where the next interchange begins, skipping what is none.

        `bare`: segments without any envelope are also taken for one (at the start of a file).
        """
        junk: Junk | None = None
        while data := self.source.peek(BLOCK):
            found = _START.search(data)
            at = found.start() if found else -1
            if at < 0 and bare and _BARE.match(data.lstrip()):
                at = len(data) - len(data.lstrip())
            if at >= 0:
                junk = self._skip(at, junk)
                return self._head(), junk
            bare = False
            junk = self._skip(max(1, len(data) - 32) if len(data) >= BLOCK else len(data), junk)
        return None, junk

    def _skip(self, size: int, junk: Junk | None) -> Junk | None:
        while size:
            data = self.source.take(size)
            size -= len(data)
            text = data.decode("iso8859-1")
            content = text.strip(_BLANK)
            if junk is None and content:
                line, column = advance(text[: text.index(content)], self.line, self.column)
                offset = self.source.offset - len(data) + text.index(content)
                junk = Junk(Place(line=line, column=column, offset=offset), 0, printable(content))
            if junk is not None:
                junk.count += len(content)
            self.line, self.column = advance(text, self.line, self.column)
        return junk

    def _head(self) -> Head:
        data = self.source.peek(4096)
        place = Place(line=self.line, column=self.column, offset=self.source.offset)
        offset = self.source.offset
        marks, faults = Separators(), []
        una = data.startswith(b"UNA")
        if una:
            marks, size, problem = read_una(data)
            if problem:
                shown = printable(data[:9].decode("iso8859-1"))
                values = {"una": shown, "problem": problem, "used": marks.una}
                faults.append(Fault("una-invalid", place, values))
            rest = data[size:]
            self._skip(size + len(rest) - len(rest.lstrip()), None)
            data = self.source.peek(4096)
        header = HEADER.match(data)
        level = header[2].decode("ascii") if header else ""
        version = header[4] if header else None
        if not una:
            marks, guessed = guess_separators(data, header)
            if guessed:
                faults.append(Fault("separators-guessed", place, {"used": marks.una}))
        if version != b"4":
            repetition = ""
        elif una:
            repetition = marks.repetition
        else:
            repetition = "*"
        marks = Separators(
            marks.component, marks.element, marks.decimal, marks.release, repetition, marks.terminator
        )
        encoding = self.encoding or charset.encoding_of(level)
        self._dialect = Dialect(marks, encoding, charset.is_wide(encoding))
        self._open(level)
        return Head(self._dialect, level, offset, una, faults)

    # --- inside an interchange ----------------------------------------------------------------------------

    def _open(self, level: str) -> None:
        self._odd = charset.odd_characters(level, self.strict, self._dialect.separators.active)
        self._decoder = codecs.getincrementaldecoder(self._dialect.encoding)("surrogateescape")
        self._parts, self._raw, self._raw_offset = [], [], self.source.offset
        self._pending, self._step = b"", 4096
        self._ended = self._cut = False

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
        wide = dialect.wide and not text.isascii()
        ends = line_ends(text, marks)
        skip = len(ends or "")
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
            if tag in _ORDINARY and body[3:4] == element and not odd:
                out.append(Segment(tag, body, dialect, at, line, column))
            else:
                out.append(self._segment(body, odd, at, line, column))
            column += len(body) + 1
            offset += size
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
        tag = body[:3]
        if body[3:4] != marks.element and len(body) > 3:
            tag = re.split(f"[{re.escape(marks.element + marks.component)}\r\n]", body[:32], maxsplit=1)[0]
        if tag in SERVICE_TAGS or tag[:3] in ("UNA", "UNB"):
            found |= SERVICE
        elif not _TAG(tag):
            found |= BAD_TAG
        else:
            _ORDINARY.add(tag)
        return Segment(tag, body, self._dialect, offset + lead, line, column, 0, found)

    def _finish(self, out: list[Segment]) -> None:
        """The last piece of a stream has no terminator; it is a segment all the same, unless it is blank."""
        if out and not out[-1].text.strip(_PADDING):
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


def printable(text: str) -> str:
    """The beginning of `text` for a fault's text."""
    return "".join(character if character.isprintable() else "·" for character in text[:24])
