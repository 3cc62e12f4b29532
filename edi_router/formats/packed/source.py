"""The bytes of a packed file, read once from their beginning to their end; and deflate (RFC 1951) within limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from edi_router.formats.packed.model import Gauge, Member, refused

BLOCK = 1 << 16
"""Bytes that are read, and that are unpacked, at a time."""


class Source:
    """A stream with a look ahead. `at` is the offset of the next byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead = b""
        self.at = 0

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer at the end; they stay."""
        while len(self._ahead) < size and (more := self._stream.read(BLOCK)):
            self._ahead += more
        return self._ahead[:size]

    def take(self, size: int, member: str = "-") -> bytes:
        """The next `size` bytes. Raises Unpackable when there are not so many."""
        data = self.peek(size)
        if len(data) < size:
            raise refused("packed-broken", self.at + len(data), problem="it ends early", member=member)
        self._ahead = self._ahead[size:]
        self.at += size
        return data

    def some(self, most: int = BLOCK) -> bytes:
        """Some of the next bytes, none at the end."""
        data = self._ahead or self._stream.read(BLOCK)
        data, self._ahead = data[:most], data[most:]
        self.at += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Put bytes back that were read too far."""
        self._ahead = data + self._ahead
        self.at -= len(data)


def inflate(source: Source, member: Member, gauge: Gauge) -> Iterator[bytes]:
    """Unpack one deflated stream; the source stands behind its last byte then. Raises Unpackable.

    Memory is two blocks and the window of deflate, whatever comes out.
    """
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    begins, tail = source.at, b""
    while not unpacker.eof:
        data = tail or source.some()
        try:
            made = unpacker.decompress(data, BLOCK)
        except zlib.error:
            problem = "its data cannot be unpacked"
            raise refused("packed-broken", member.offset, problem=problem, member=member.name) from None
        tail = unpacker.unconsumed_tail
        if not data and not made and not unpacker.eof:
            raise refused("packed-broken", source.at, problem="it ends early", member=member.name)
        member.count(made)
        gauge.more(len(made), member, source.at - len(tail) - begins)
        if made:
            yield made
    source.give_back(unpacker.unused_data)


def stored(source: Source, size: int, member: Member, gauge: Gauge) -> Iterator[bytes]:
    """Read `size` bytes that are not compressed. Raises Unpackable."""
    left = size
    while left:
        data = source.some(min(left, BLOCK))
        if not data:
            raise refused("packed-broken", source.at, problem="it ends early", member=member.name)
        left -= len(data)
        member.count(data)
        gauge.more(len(data), member, member.size)
        yield data
