"""A file as a stream whose first bytes can be looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

HEAD = 4096
"""The bytes that tell a file's format."""


class _Rest:
    """A stream whose first bytes have been read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            head, self._head = self._head, b""
            return head + self._stream.read()
        if self._head:
            part, self._head = self._head[:size], self._head[size:]
            return part
        return self._stream.read(size)


def opened(source: bytes | BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of the source, and the source from its beginning as a stream."""
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
        return data[:HEAD], io.BytesIO(data)
    if not hasattr(source, "read"):
        raise TypeError(f"bytes or a binary file are needed, not {type(source).__name__}")
    head = source.read(HEAD)
    return head, _Rest(head, source)  # type: ignore[return-value]  # only read() is used


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._rest or next(self._blocks, b"")
        size = min(len(buffer), len(data))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


def streamed(blocks: Iterator[bytes]) -> BinaryIO:
    """Blocks, none of them empty, as a stream; what reading them raises goes through."""
    return io.BufferedReader(_Blocks(blocks))
