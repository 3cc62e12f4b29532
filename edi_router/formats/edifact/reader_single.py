"""Reads a file of one ordinary message in an ordinary envelope at once: many files are such, and small.

What is not certain to be read as `reader` reads it, without any fault around the message, is left to that one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from edi_router.formats.edifact import charset
from edi_router.formats.edifact.envelope import is_ordinary, is_ordinary_end
from edi_router.formats.edifact.fast_canon import Reading, reading_of
from edi_router.formats.edifact.fast_message import Slice
from edi_router.formats.edifact.fast_scan import Prove, taken
from edi_router.formats.edifact.model import Interchange
from edi_router.formats.edifact.segment import SERVICE, Dialect, Segment
from edi_router.formats.edifact.una import USUAL

LONGEST = 1 << 16
"""Bytes of the longest file that is read so: in a longer one the look at its beginning does not count."""
_BEGINNING = re.compile(r"(UNB\+(UNO[A-F]):([1-3])\+[^'?]{1,120})'(\r?\n|)(?=UNH\+)").match
_END = re.compile(r"(\r?\n|)(UNZ\+0*1\+[^'?]{1,14})'[ \t\r\n]*").fullmatch


def read_single(data: bytes, encoding: str | None, prove: Prove | None, most: int) -> Interchange | None:
    """The interchange that the file is; None where it is something else, or anything may be wrong around its message.

    `most` is how many segments a message may have.
    """
    if len(data) > LONGEST:
        return None
    begins = _BEGINNING(data[:160].decode("iso8859-1"))
    if begins is None:
        return None
    header_text, level, version, ends = begins.groups()
    reading = _reading_of(level, encoding)
    dialect = reading.dialect
    if dialect.wide and dialect.encoding != "utf-8" and not data.isascii():
        return None
    text = data.decode(dialect.encoding, "surrogateescape")
    start = begins.end()
    trailer = text.find(f"'{ends}UNT+", start)
    end = text.find("'", trailer + 1) + 1 if trailer >= 0 else 0
    closes = _END(text, end) if end else None
    if closes is None or closes[1] != ends or "?" in (text[trailer - 1], text[end - 2]):
        return None
    header = Segment("UNB", header_text, dialect, number=1, marks=SERVICE)
    raw = text[start:end]
    if ends:
        found = Slice(raw, ends, start, 2, 1, reading)
    else:
        found = Slice(raw, ends, start, 1, start + 1, reading)
    canonical = reading.message(raw, ends)
    if canonical is None or canonical.count > most:
        return None
    offset, line, column = found.after()
    if ends:
        offset, line, column = offset + len(ends), line + 1, 1
    interchange = Interchange(USUAL, dialect.encoding, header=header, message_count=1)
    interchange.trailer = Segment("UNZ", closes[2], dialect, offset, line, column, 2, SERVICE)
    if not is_ordinary(header) or not is_ordinary_end(interchange.trailer, 1, interchange.control_reference):
        return None
    message = taken(found, canonical, None, prove and prove(reading, int(version)))
    if message is None:
        return None
    interchange.source = iter((message,))
    return interchange


@lru_cache(maxsize=64)
def _reading_of(level: str, encoding: str | None) -> Reading:
    codec = charset.check_encoding(encoding) if encoding else charset.encoding_of(level)
    return reading_of(Dialect(USUAL, codec, charset.is_wide(codec)), level, encoding is None)
