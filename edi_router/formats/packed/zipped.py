"""A ZIP archive (APPNOTE 6.3), read from its beginning to its end without a look at its index first.

Each member has to begin where the one before ends, and the index at the end has to say of each what was met: so nothing
overlaps, nothing is hidden between members, and no two programs can see different members in one archive.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from edi_router.formats.packed.model import Gauge, Member, refused
from edi_router.formats.packed.names import decoded, extra_fields, is_fit
from edi_router.formats.packed.source import Source, inflate, stored
from edi_router.formats.packed.zip_index import Entry, check_index

LOCAL = b"PK\x03\x04"
_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED, _FOLLOWS, _PATCH, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x20, 0x40, 0x800, 0x2000
_STORED, _DEFLATED = 0, 8
_FULL = 0xFFFFFFFF
_SIGNED = b"PK\x07\x08"


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    raw: bytes
    offset: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int

    @property
    def follows(self) -> bool:
        """Whether its lengths and checksum stand behind its data."""
        return bool(self.flags & _FOLLOWS)


def zip_members(source: Source, gauge: Gauge) -> Iterator[Member]:
    """The files in a ZIP archive, folders left out. Raises Unpackable, also at the end, where the index is read."""
    entries: dict[int, Entry] = {}
    names: set[str] = set()
    while source.peek(4) == LOCAL:
        gauge.entry(source.at)
        header = _read_header(source)
        if header.name in names:
            raise _not_taken(header, "its name is there twice")
        names.add(header.name)
        member = Member(header.name, header.offset)
        begins = source.at
        if header.method == _DEFLATED:
            member.blocks = inflate(source, member, gauge)
        else:
            member.blocks = stored(source, header.packed, member, gauge)
        is_folder = header.name.endswith(("/", "\\"))
        if not is_folder:
            yield member
        for _ in member.blocks:  # of a folder, or what was not asked for
            pass
        if is_folder and member.size:
            raise _not_taken(header, "it is a folder with content")
        packed = source.at - begins
        _check(source, header, member, packed)
        entries[header.offset] = Entry(
            header.name, header.raw, header.flags, header.method, member.crc, packed, member.size
        )
    check_index(source, entries)


def _read_header(source: Source) -> _Header:
    offset = source.at
    _, _, flags, method, _, _, crc, packed, size, names, extras = _HEADER.unpack(source.take(_HEADER.size))
    raw = source.take(names)
    extra = extra_fields(source.take(extras))
    name = decoded(raw, bool(flags & _UTF8), extra or {}) or ascii(raw)[2:-1]
    if extra is None:
        raise refused("packed-broken", offset, problem="its header is broken", member=name)
    if flags & (_ENCRYPTED | _STRONG | _MASKED):
        raise refused("packed-encrypted", offset, member=name)
    if _FULL in (packed, size):
        wide = extra.get(1, b"")
        if len(wide) < 16:
            raise refused("packed-broken", offset, problem="its header is broken", member=name)
        size, packed = struct.unpack_from("<2Q", wide)
    header = _Header(name, raw, offset, flags, method, crc, packed, size)
    if not is_fit(name.removesuffix("/").removesuffix("\\")):
        raise _not_taken(header, "its name could be a path elsewhere, or is no name")
    if method not in (_STORED, _DEFLATED) or flags & _PATCH:
        raise _not_taken(header, "it is packed by another method than deflate")
    if method == _STORED and header.follows and not name.endswith("/"):
        raise _not_taken(header, "its length is not told before it")
    return header


def _check(source: Source, header: _Header, member: Member, packed: int) -> None:
    """What the header, or what follows the data, says of lengths and checksum."""
    told = (header.crc, header.packed, header.size)
    if header.follows:
        told = _descriptor(source, member, packed)
    if told[0] != member.crc:
        problem = "its checksum differs"
    elif told != (member.crc, packed, member.size):
        problem = "its length differs"
    else:
        return
    raise refused("packed-broken", header.offset, problem=problem, member=header.name)


def _descriptor(source: Source, member: Member, packed: int) -> tuple[int, int, int]:
    """Lengths and checksum behind the data: with or without a mark, in 32 or 64 bits; the form that fits is meant."""
    for mark in (_SIGNED, b""):
        for form in ("<I2Q", "<3I"):
            if form == "<3I" and max(packed, member.size) > _FULL:
                continue
            right = mark + struct.pack(form, member.crc, packed, member.size)
            seen = source.peek(len(right) + 2)
            if seen.startswith(right) and seen[len(right) :] == b"PK":
                source.take(len(right))
                return member.crc, packed, member.size
    start = 4 if source.peek(4) == _SIGNED else 0
    crc, small, large = struct.unpack("<3I", source.take(start + 12, member.name)[start:])
    return (crc, small, large) if crc != member.crc else (crc, -1, -1)


def _not_taken(header: _Header, problem: str) -> Exception:
    return refused("packed-member", header.offset, problem=problem, member=header.name)
