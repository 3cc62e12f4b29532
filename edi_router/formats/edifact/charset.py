"""Syntax levels (UNOA … UNOY) and their encodings, and the characters a segment may hold."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

from edi_router.faults import Fault
from edi_router.formats.edifact.segment import BAD_TAG, SUSPECT, Segment

_CODECS = {
    "UNOA": "iso8859-1",
    "UNOB": "iso8859-1",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
    "IATA": "iso8859-1",
    "IATB": "iso8859-1",
    "KECA": "euc_kr",
}
_ASCII_LEVELS = ("UNOA", "UNOB", "IATA", "IATB")
_LEVEL_A = r"A-Z0-9 .,()/='+:?!\"%&*;<>\-"
_CONTROLS = r"\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f"
_RAW = r"\udc80-\udcff"
_FALLBACK = "iso8859-1"
_SHOWN = 35
"""Characters of a word that are shown."""


def is_known(level: str) -> bool:
    """Whether `level` is a syntax identifier with a known encoding."""
    return level in _CODECS


def encoding_of(level: str) -> str:
    """The Python codec of a syntax identifier (ISO 8859-1 for one that is not known, so no byte is lost).

    UNOA and UNOB are read as ISO 8859-1: what exceeds their repertoire is a warning, not a loss. UNOX
    (ISO 2022 escapes) has no one encoding: the agreement names it.

    >>> encoding_of("UNOY")
    'utf-8'
    """
    return _CODECS.get(level, _FALLBACK)


def level_for(text: str, wanted: str) -> str:
    """The syntax identifier to write `text` under: the wanted one, or the first that has all its characters.

    >>> level_for("ABC", "UNOA"), level_for("abc", "UNOA"), level_for("关", "UNOC")
    ('UNOA', 'UNOB', 'UNOY')
    """
    return next((level for level in (wanted, "UNOB", "UNOC") if _holds(level, text)), "UNOY")


def _holds(level: str, text: str) -> bool:
    try:
        text.encode(encoding_of(level))
    except UnicodeEncodeError:
        return False
    return is_known(level) and odd_characters(level, True, "").search(text) is None


@lru_cache(maxsize=64)
def check_encoding(encoding: str) -> str:
    """The codec's plain name; ValueError for one that is unknown or in which ASCII does not stand for itself.

    That leaves out the ISO 2022 family: behind its escapes the byte of a terminator may be half of a character.

    >>> check_encoding("GB18030")
    'gb18030'
    >>> check_encoding("iso2022_jp")
    Traceback (most recent call last):
    ...
    ValueError: encoding 'iso2022_jp' cannot be used for EDIFACT
    """
    try:
        name = codecs.lookup(encoding).name
        name = "utf-8" if name == "utf-8-sig" else name
        ascii_bytes = bytes(range(128))
        stateful = name.startswith("iso2022")
        if not stateful and ascii_bytes.decode(name) == ascii_bytes.decode("ascii"):
            return name
    except (LookupError, UnicodeError, TypeError):
        pass
    raise ValueError(f"encoding {encoding!r} cannot be used for EDIFACT")


@lru_cache(maxsize=64)
def is_wide(encoding: str) -> bool:
    """Whether a character may take more than one byte in `encoding`."""
    return len(bytes(range(256)).decode(encoding, "replace")) != 256 or encoding == "utf-8"


def decode_exactly(data: bytes, encoding: str) -> str:
    """Decode so that encoding gives the same bytes again; bytes for which that fails are escaped.

    >>> decode_exactly("中".encode("gb18030") + b"\\xff", "gb18030")
    '中\\udcff'
    """
    out: list[str] = []
    at = 0
    while at < len(data):
        for size in (1, 2, 3, 4):
            piece = data[at : at + size]
            try:
                character = piece.decode(encoding)
                if len(character) == 1 and character.encode(encoding) == piece:
                    break
            except UnicodeError:
                pass
        else:
            piece, character = data[at : at + 1], chr(0xDC00 + data[at])
            if data[at] < 0x80:
                character = chr(data[at])
        out.append(character)
        at += len(piece)
    return "".join(out)


@lru_cache(maxsize=64)
def odd_characters(level: str, strict: bool, separators: str) -> re.Pattern[str]:
    """Finds characters that do not belong into an interchange of this level (line ends between segments do).

    `strict` also finds what is outside the repertoire of UNOA and UNOB.
    """
    service = re.escape(separators)
    if strict and level in _ASCII_LEVELS:
        lower = "a-z" if level in ("UNOB", "IATB") else ""
        return re.compile(f"[^{_LEVEL_A}{lower}\r\n{service}]")
    odd = f"[{_CONTROLS}{_RAW}]"
    return re.compile(f"(?![{service}]){odd}" if re.search(odd, separators) else odd)


@lru_cache(maxsize=64)
def wide_characters(level: str, strict: bool) -> re.Pattern[str] | None:
    """Finds what may be a character of UTF-8, read in the encoding of this level, which has one byte for each.

    Most such text has no character that the level lacks, and would pass without a word: `Jürgen` is read as
    `JÃ¼rgen`. None where the level says UTF-8, where what is not ASCII is told anyway, and where it names no encoding.

    >>> bool(wide_characters("UNOC", True).search("JÃ¼rgen")), wide_characters("UNOA", True)
    (True, None)
    """
    encoding = encoding_of(level)
    if not strict or not is_known(level) or level in _ASCII_LEVELS or is_wide(encoding):
        return None
    first, more = (bytes(each).decode(encoding, "ignore") for each in (range(0xC2, 0xF5), range(0x80, 0xC0)))
    return re.compile(f"[{re.escape(first)}][{re.escape(more)}]")


def _suspected(segment: Segment, level: str, strict: bool) -> Iterator[Fault]:
    """Whether all that is not ASCII in a segment is UTF-8, though its level says otherwise."""
    wide = wide_characters(level, strict)
    match = wide.search(segment.text) if wide is not None else None
    if match is None or _guess(segment) != "utf-8":
        return
    words = re.compile(f"[^\\s{re.escape(segment.dialect.separators.active)}]+")
    read = next(word[0] for word in words.finditer(segment.text) if word.end() > match.start())
    encoding = segment.dialect.encoding
    values = {"level": level, "encoding": encoding.upper(), "read": read[:_SHOWN]}
    values["found"] = read.encode(encoding).decode("utf-8", "replace")[:_SHOWN]
    yield Fault("encoding-suspected", segment.place_at(match.start()), values)


def character_faults(segment: Segment, level: str, strict: bool) -> list[Fault]:
    """The faults of the characters of one segment: at most one of each kind, with how many there are.

    What stands where the tag should be is a fault of the tag, whatever it consists of, as long as it is text.
    """
    marks = segment.dialect.separators
    begin = _tag_end(segment) if segment.marks & BAD_TAG else 0
    found: dict[str, list[int]] = {}
    for match in odd_characters(level, strict, marks.active).finditer(segment.text):
        kind = _kind(match[0])
        if match.start() >= begin or kind == "byte-not-decodable":
            found.setdefault(kind, []).append(match.start())
    lost = lost_terminators(segment)
    between = {at for match in lost for at in range(*match.span())}
    for match in re.compile(r"[\r\n]").finditer(segment.text, begin):
        if match.start() not in between:
            found.setdefault("control-character", []).append(match.start())
    faults = []
    for code, places in found.items():
        first = min(places)
        character = segment.text[first]
        values = {"character": _show(character), "count": str(len(places))}
        if code == "byte-not-decodable":
            values["encoding"] = segment.dialect.encoding
        if code == "character-outside-repertoire":
            values["level"] = level or segment.dialect.encoding.upper()  # without UNB no level is declared
        hint = None if code == "control-character" else _guess(segment)
        faults.append(Fault(code, segment.place_at(first), values, hint=hint))
    if not any(fault.hint for fault in faults):
        faults.extend(_suspected(segment, level, strict))
    for match in [match for match in lost if match.start() >= begin][:1]:
        faults.append(Fault("terminator-suspected", segment.place_at(match.start()), {"tag": match[1]}))
    return faults


def _tag_end(segment: Segment) -> int:
    """Where the text ends that stands for the tag."""
    marks = segment.dialect.separators
    ends = (segment.text.find(mark) for mark in (marks.element, marks.component) if mark)
    return min((end for end in ends if end >= 0), default=len(segment.text))


def lost_terminators(segment: Segment) -> list[re.Match[str]]:
    """The line breaks inside a segment behind which another one seems to begin, with its tag."""
    element = re.escape(segment.dialect.separators.element)
    return list(re.finditer(r"[\r\n]\s*([A-Z]{3})" + element, segment.text))


def lost_tags(segment: Segment) -> list[str]:
    """The tags of the segments that this one holds behind line breaks, their terminators being lost."""
    return [match[1] for match in lost_terminators(segment)] if segment.marks & SUSPECT else []


def _kind(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return "byte-not-decodable"
    if character < " " or character == "\x7f":
        return "control-character"
    return "character-outside-repertoire"


def _show(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"0x{ord(character) - 0xDC00:02X}"
    return f"U+{ord(character):04X}" + (f" {character}" if character.isprintable() else "")


def _guess(segment: Segment) -> str | None:
    """The encoding that the bytes of this segment look like, if it is another one."""
    data = segment.text.encode(segment.dialect.encoding, "surrogateescape")
    if data.isascii():
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [character for character in text if character > "\x7f"]
        if encoding == "utf-8" or all("\u3000" <= c <= "\u9fff" or c >= "\uff00" for c in foreign):
            return None if encoding == segment.dialect.encoding else encoding
    return None
