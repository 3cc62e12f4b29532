"""A file as a stream whose first bytes can be looked at."""

from __future__ import annotations

import io
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
