"""A gzip file (RFC 1952): one member. Several, which the RFC allows, are refused: which one is meant cannot be told."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from edi_router.formats.packed.model import Gauge, Member, refused
from edi_router.formats.packed.source import Source, inflate

_HCRC, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
_LONGEST = 1 << 16
"""Bytes that a name or a comment in the header may have."""


def gzip_members(source: Source, name: str, gauge: Gauge) -> Iterator[Member]:
    """The one member of a gzip file; it is named after the file, not by what its header says. Raises Unpackable."""
    member = Member(name.removesuffix(".gz") or name, 0)
    gauge.entry(0)
    _header(source, member)
    member.blocks = inflate(source, member, gauge)
    yield member
    for _ in member.blocks:  # what was not asked for
        pass
    crc, size = struct.unpack("<2I", source.take(8, member.name))
    if crc != member.crc or size != member.size & 0xFFFFFFFF:
        raise refused("packed-broken", source.at - 8, problem="its checksum differs", member=member.name)
    if source.peek(1):
        raise refused("packed-trailing", source.at)


def _header(source: Source, member: Member) -> None:
    head = source.take(10, member.name)
    flags = head[3]
    if flags & _RESERVED:
        raise refused("packed-broken", 3, problem="its header has unknown flags", member=member.name)
    if flags & _EXTRA:
        head += (length := source.take(2, member.name))
        head += source.take(int.from_bytes(length, "little"), member.name)
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            head += _text(source, member)
    if flags & _HCRC:
        told = int.from_bytes(source.take(2, member.name), "little")
        if told != zlib.crc32(head) & 0xFFFF:
            raise refused("packed-broken", 0, problem="its checksum differs", member=member.name)


def _text(source: Source, member: Member) -> bytes:
    """A text of the header, to its NUL."""
    end = source.peek(_LONGEST).find(b"\0")
    if end < 0:
        raise refused("packed-broken", source.at, problem="its header does not end", member=member.name)
    return source.take(end + 1, member.name)
