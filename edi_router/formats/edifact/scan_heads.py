"""Finds the interchanges in a stream of bytes, and reads how each is written: UNA and the beginning of UNB."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from edi_router.faults import Fault, Place
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.lenient import NONE, Leniencies, Leniency
from edi_router.formats.edifact.segment import Dialect, advance
from edi_router.formats.edifact.separators import Separators
from edi_router.formats.edifact.una import HEADER, USUAL, guess_separators, read_una
from edi_router.formats.edifact.wrapped import wrapped

BLOCK = 1 << 16
_BLANK = " \t\r\n"
_START = re.compile(
    rb"UNA[^A-Za-z0-9]{2}.{3}[^A-Za-z0-9]\s*UN[BGH][^A-Za-z0-9]"
    rb"|UNB[^\sA-Za-z0-9][A-Z]{4}[^A-Za-z0-9]"
    rb"|(?<![A-Za-z0-9])(?:UNA[^\sA-Za-z0-9]|UNB[^\sA-Za-z0-9]|UN[GH]\+)",
    re.DOTALL,
)
_BARE = re.compile(rb"[A-Z][A-Z0-9]{2}\+[^']{0,4000}'")


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


class Heads:
    """Where interchanges begin in a stream; `line` and `column` are where it stands."""

    def __init__(self, stream: BinaryIO, encoding: str | None, lenient: Leniencies = NONE) -> None:
        self.source = Source(stream)
        self.encoding = charset.check_encoding(encoding) if encoding else None
        self.lenient = lenient
        self.any_case = Leniency.LOWER_CASE in lenient
        self.line = 1
        self.column = 1

    def beginning(self) -> list[Fault]:
        """The faults of the first bytes of a file; a byte order mark is passed."""
        start = self.source.peek(4)
        if start.startswith(b"\xef\xbb\xbf"):
            self.source.take(3)
            return [Fault("byte-order-mark", Place(line=1, column=1, offset=0))]
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:4] in (b"U\0N\0", b"\0U\0N"):
            return [Fault("encoded-utf-16", Place(line=1, column=1, offset=0))]
        return []

    def next_head(self, *, bare: bool) -> tuple[Head | None, Junk | None]:
        """Go to where the next interchange begins, and over its UNA, skipping what is none.

        `bare`: segments without any envelope are also taken for one (at the start of a file).
        """
        junk: Junk | None = None
        while data := self.source.peek(BLOCK):
            cased = self._cased(data)
            found = _START.search(cased)
            at = found.start() if found else -1
            if at < 0 and bare and _BARE.match(cased.lstrip()):
                at = len(data) - len(data.lstrip())
            if at >= 0:
                junk = self._skip(at, junk)
                return self._head(), junk
            bare = False
            junk = self._skip(max(1, len(data) - 32) if len(data) >= BLOCK else len(data), junk)
        return None, junk

    def _cased(self, data: bytes) -> bytes:
        """`data` as tags are looked for in it."""
        return data.upper() if self.any_case else data

    def wrapped(self, head: Head) -> Fault | None:
        """That the interchange which begins here is broken into lines of one width, so that nothing in it can be trusted."""
        terminator = head.dialect.separators.terminator
        data = self.source.peek(BLOCK)
        found = wrapped(data, terminator, self.column - 1) if terminator not in "\r\n" else None
        if found is None:
            return None
        width, at = found
        line, column = advance(data[:at].decode("iso8859-1"), self.line, self.column)
        place = Place(line=line, column=column, offset=self.source.offset + at)
        return Fault("lines-wrapped", place, {"width": str(width)})

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
        offset = self.source.offset
        una, marks, faults = self._advice()
        data = self._cased(self.source.peek(4096))
        header = HEADER.match(data)
        level = header[2].decode("ascii") if header else ""
        version = header[4] if header else None
        if not una:
            marks, guessed = guess_separators(data, header)
            if guessed:
                faults.append(Fault("separators-guessed", self._here(), {"used": shown(marks)}))
        if version != b"4":
            repetition = ""
        elif una:
            repetition = marks.repetition
        else:
            repetition = "*"
        if repetition != marks.repetition:
            marks = replace(marks, repetition=repetition)
        encoding = self.encoding or charset.encoding_of(level)
        # ISO 9735:1988, 10.1: UNA overrides the choice between comma and point; version 4 leaves it free.
        decimal = marks.decimal if una and version != b"4" and marks.decimal in (".", ",") else ""
        dialect = Dialect(marks, encoding, charset.is_wide(encoding), decimal)
        return Head(dialect, level, offset, una, faults)

    def _here(self) -> Place:
        return Place(line=self.line, column=self.column, offset=self.source.offset)

    def _advice(self) -> tuple[bool, Separators, list[Fault]]:
        """Pass the service string advice, if there is one: whether there is, its separators, its faults."""
        marks, faults = USUAL, list[Fault]()
        una = False
        while self._cased(data := self.source.peek(4096)).startswith(b"UNA"):
            before, (marks, size, problem) = marks, read_una(self._cased(data[:3]) + data[3:])
            values = {"una": printable(data[:9].decode("iso8859-1")), "used": shown(marks)}
            if una and not problem:
                # The last one stands directly before UNB, where ISO 9735 puts it; `una` is what it overrides.
                faults.append(
                    Fault("una-repeated", self._here(), {"una": shown(before), "used": shown(marks)})
                )
            elif problem and not una:
                faults.append(Fault("una-invalid", self._here(), {**values, "problem": problem}))
            elif problem:
                break
            una = True
            rest = data[size:]
            self._skip(size + len(rest) - len(rest.lstrip()), None)
        return una, marks, faults


def shown(marks: Separators) -> str:
    r"""The service string advice of `marks` for a fault's text, which is one line.

    >>> shown(Separators(terminator="\n"))
    'UNA:+.? \\n'
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in marks.una
    )


def is_head(data: bytes) -> bool:
    """Whether an interchange begins at the start of `data`."""
    return _START.match(data.lstrip()) is not None


def printable(text: str) -> str:
    """The beginning of `text` for a fault's text."""
    return "".join(character if character.isprintable() else "·" for character in text[:24])
