"""Compressed files: what lies in the archive as Zstandard, a fifth of its size.

A compressed file is a mark and one Zstandard frame. What does not shrink (it is compressed already, or very short) is
stored as it stands, and so is everything that was archived before there was compression; the mark tells them apart,
so content that itself begins as a mark does is always compressed. Compression comes before sealing, since sealed
bytes do not shrink.
"""

from __future__ import annotations

import io
import threading
import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from zstandard import ZstdCompressionObj, ZstdCompressor, ZstdDecompressionReader

MARK = b"\x93EDIZSTD"
MARKED = MARK[:4]
"""How the marks of this archive begin."""
LEVEL = 3
"""Of EDIFACT and XML a fifth is left, at 150 MB/s; level 9 leaves 5 % less and takes four times as long."""
FIRST = 1 << 20
"""So many bytes are kept to see whether content shrinks; what is longer is judged by them."""

_own = threading.local()
"""The compressor of each thread: to make one takes longer than to compress a short file."""


class Broken(Exception):
    """A compressed file is no Zstandard frame any more."""


class Compressing(io.RawIOBase):
    """Bytes on their way into a compressed file. `finish` has to be called at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream, self._first, self._decided = stream, bytearray(), False
        self._frame: ZstdCompressionObj | None = None

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of `data`, compressed if that is worth it."""
        if self._decided:
            self._more(data)
        elif len(self._first) + len(data) <= FIRST:
            self._first += data
        else:
            self._begin(bytes(self._first) + data[: FIRST - len(self._first)])
            self._more(data[FIRST - len(self._first) :])
            self._first.clear()
        return len(data)

    def finish(self) -> None:
        """Write what is left: the whole of short content in one piece."""
        if not self._decided:
            self._stream.write(squeezed(bytes(self._first)))
        elif self._frame is not None:
            self._stream.write(self._frame.flush())

    def _begin(self, first: bytes) -> None:
        from zstandard import ZstdCompressor

        self._decided = True
        if _worth(first, _compressed(first)):
            self._frame = ZstdCompressor(level=LEVEL).compressobj()
            self._stream.write(MARK)
        self._more(first)

    def _more(self, data: bytes) -> None:
        self._stream.write(data if self._frame is None else self._frame.compress(data))


def squeezed(data: bytes) -> bytes:
    """The compressed file of short content.

    >>> squeezed(b"UNB")
    b'UNB'
    """
    small = _compressed(data)
    return MARK + small if _worth(data, small) else data


def deflated(data: bytes) -> bytes:
    """The content of an output as the database holds it, for `zlib.decompress`.

    With a window no larger than short content needs: to clear the usual one takes longer than to compress that.

    >>> zlib.decompress(deflated(b"UNB" * 9000)) == b"UNB" * 9000
    True
    """
    window, memory = (13, 6) if len(data) <= 1 << 13 else (15, 8)
    compressor = zlib.compressobj(3, zlib.DEFLATED, window, memory)
    return compressor.compress(data) + compressor.flush()


class Decompressing(io.RawIOBase):
    """A compressed file as it is read; one that is not compressed is read as it stands.

    Takes no more memory than Zstandard's window (2 MiB at our level), however much a damaged file claims to hold.
    """

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self._raw = raw
        self._first = _head(raw)
        self._frame: ZstdDecompressionReader | None = None
        if self._first == MARK:
            from zstandard import ZstdDecompressor

            self._first = b""
            self._frame = ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, closefd=False)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with content. Raises Broken."""
        if self._frame is None:
            data = self._first[: len(buffer)] or self._raw.read(len(buffer)) or b""
            self._first = self._first[len(data) :]
        else:
            from zstandard import ZstdError

            try:
                data = self._frame.read(len(buffer))
            except ZstdError as error:
                raise Broken(str(error)) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


def _head(raw: BinaryIO) -> bytes:
    head = b""
    while len(head) < len(MARK) and (more := raw.read(len(MARK) - len(head))):
        head += more
    return head


def _compressed(data: bytes) -> bytes:
    compressor: ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        from zstandard import ZstdCompressor

        compressor = _own.compressor = ZstdCompressor(level=LEVEL)
    return compressor.compress(data)


def _worth(data: bytes, small: bytes) -> bool:
    return len(MARK) + len(small) < len(data) or data.startswith(MARKED)
