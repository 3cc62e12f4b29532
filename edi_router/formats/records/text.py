"""The text of a flat file with the place of each of its characters."""

from __future__ import annotations

import bisect
import codecs
import re

from edi_router.faults import Fault, Place
from edi_router.formats.edifact.charset import decode_exactly

_LINE = re.compile(r"\r\n|\n|\r")
_RAW = re.compile("[\udc80-\udcff]")
_UTF8_CHINESE = re.compile(rb"(?:[\x00-\x7f]|[\xe1-\xef][\x80-\xbf]{2})*")


def _is_utf8(data: bytes) -> bool:
    """Whether a file is UTF-8 and no GB18030: all its characters outside ASCII have three bytes.

    Chinese text has two bytes a character in GB18030: of 17,937 runs of three Chinese characters, taken from real
    text, none looks like UTF-8 of that kind (nor of 4, 6, 9 or 12).
    """
    if data.isascii() or _UTF8_CHINESE.fullmatch(data) is None:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Text:
    """A file decoded so that encoding its text gives the same bytes; `faults` tell of what is no text."""

    def __init__(self, data: bytes, encoding: str, or_utf8: bool = False) -> None:
        self.start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        if self.start or (or_utf8 and _is_utf8(data)):  # a byte order mark says what it is
            encoding = "utf-8"
        self.encoding = encoding
        self.size = len(data)
        body = data[self.start :]
        try:
            self.text = body.decode(encoding)
        except UnicodeDecodeError:
            self.text = decode_exactly(body, encoding)
        self._plain = len(self.text) == len(body)
        self._lines = [0, *(found.end() for found in _LINE.finditer(self.text))]
        self._offsets: list[int] | None = None
        self._counted: str | None = None

    def counted(self, encoding: str) -> str:
        """The encoding whose bytes a fixed layout counts: the layout's, unless the file has what that has not."""
        if self._counted is None:
            try:
                self.text.encode(encoding, "surrogateescape")
            except UnicodeEncodeError:
                encoding = self.encoding
            self._counted = encoding
        return self._counted

    def place(
        self, at: int, number: int | None = None, record: str | None = None, field: int | None = None
    ) -> Place:
        """The place of a character: of field `field` of record `number`, when those are told."""
        line = bisect.bisect_right(self._lines, at)
        return Place(
            line=line,
            column=at - self._lines[line - 1] + 1,
            offset=self.offset(at),
            segment=number,
            tag=record,
            element=field,
        )

    def offset(self, at: int) -> int:
        """The byte at which a character begins."""
        if self._plain:
            return self.start + at
        if self._offsets is None:
            self._offsets, total = [], self.start
            for begin, end in zip(self._lines, [*self._lines[1:], len(self.text)], strict=True):
                self._offsets.append(total)
                total += self._bytes(begin, end)
        line = bisect.bisect_right(self._lines, at) - 1
        return self._offsets[line] + self._bytes(self._lines[line], at)

    def _bytes(self, begin: int, end: int) -> int:
        return len(self.text[begin:end].encode(self.encoding, "surrogateescape"))

    def faults(self) -> list[Fault]:
        """Bytes that are no characters of the encoding."""
        found = [match.start() for match in _RAW.finditer(self.text)]
        if not found:
            return []
        values = {
            "encoding": self.encoding,
            "count": str(len(found)),
            "character": f"0x{ord(self.text[found[0]]) - 0xDC00:02X}",
        }
        return [Fault("byte-not-decodable", self.place(found[0]), values)]
