"""Bytes on their way into the archive: written under temporary names, and on the disk before they get their own."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from edi_router.disk import Together
from edi_router.ledger.compressing import Compressing
from edi_router.ledger.sealing import Sealing

_BUFFER = 1 << 16


class Writer(io.RawIOBase):
    """Bytes on their way into the archive."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream, self._hash, self.size = stream, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of `data`."""
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)


class Batch:
    """Contents that are archived together, at the end of the block of `Archive.batch`."""

    def __init__(self, folder: Path, key: bytes | None, synced: Together) -> None:
        self._folder, self._key, self._synced = folder, key, synced
        self.written: list[tuple[Path, str]] = []
        """The temporary name of each content, and its SHA-256."""

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A stream to write to; what it was given at the end of the block is archived, on an exception forgotten."""
        temporary = self._folder / f".{secrets.token_hex(12)}.part"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as raw, io.BufferedWriter(raw, _BUFFER) as buffer:
                below = buffer if self._key is None else cast(BinaryIO, Sealing(buffer, self._key))
                compressing = Compressing(below)
                writer = Writer(cast(BinaryIO, compressing))
                yield writer
                compressing.finish()
                buffer.flush()
                self._synced.written(descriptor)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self.written.append((temporary, writer.sha256))

    def forget(self) -> None:
        """Remove the temporary names; what was archived has its own by now."""
        for temporary, _ in self.written:
            temporary.unlink(missing_ok=True)
