"""Bytes on their way into the archive: written under temporary names, and on the disk before they get their own."""
# ruff: noqa: PTH108, PTH118
# Names of files are texts here: to make a `Path` of each takes longer than to write it.

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, cast

from edi_router.disk import Together
from edi_router.ledger.compressing import Compressing, squeezed
from edi_router.ledger.recent import SMALL
from edi_router.ledger.sealing import Sealing, sealed

_BUFFER = 1 << 16


class Writer(io.RawIOBase):
    """Bytes on their way into the archive; they are held as long as they are few, and written at the end then."""

    def __init__(self, temporary: str, key: bytes | None, synced: Together) -> None:
        super().__init__()
        self._temporary, self._key, self._synced = temporary, key, synced
        self._hash, self.size = hashlib.sha256(), 0
        self._held = bytearray()
        self._file: io.BufferedWriter | None = None
        self._compressing: Compressing | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    @property
    def held(self) -> bytes | None:
        """All that was written so far, if that is little."""
        return None if self._compressing is not None else bytes(self._held)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of `data`."""
        self._hash.update(data)
        self.size += len(data)
        if self._compressing is None and self.size <= SMALL:
            self._held += data
        else:
            self._streaming().write(data)
        return len(data)

    def finish(self) -> None:
        """Have everything in the file of the temporary name, and announced to be synced."""
        if self._compressing is None:
            data = squeezed(bytes(self._held))
            with self._new() as raw:
                _write_all(raw, data if self._key is None else sealed(data, self._key))
                self._synced.written(raw.fileno())
        elif self._file is not None:
            with self._file as file:
                self._compressing.finish()
                file.flush()
                self._synced.written(file.fileno())

    def forget(self) -> None:
        """Remove the file of the temporary name."""
        if self._file is not None:
            with suppress(OSError):  # what it holds back is of no use any more
                self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self._temporary)

    def _streaming(self) -> Compressing:
        if self._compressing is None:
            self._file = io.BufferedWriter(self._new(), _BUFFER)
            below = self._file if self._key is None else cast(BinaryIO, Sealing(self._file, self._key))
            self._compressing = Compressing(below)
            self._compressing.write(bytes(self._held))
            self._held.clear()
        return self._compressing

    def _new(self) -> io.FileIO:
        return io.FileIO(
            os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o440), "wb"
        )


@dataclass(frozen=True, slots=True)
class Written:
    """Content under its temporary name."""

    temporary: str
    sha256: str
    held: bytes | None
    """The content itself, where it is small and read soon."""


class Batch:
    """Contents that are archived together, at the end of the block of `Archive.batch`."""

    def __init__(self, folder: str, key: bytes | None, synced: Together, soon: bool) -> None:
        self._names = os.path.join(folder, f".{secrets.token_hex(12)}")
        self._count = 0
        self._key, self._synced, self._soon = key, synced, soon
        self.written: list[Written] = []

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A stream to write to; what it was given at the end of the block is archived, on an exception forgotten."""
        self._count += 1
        temporary = f"{self._names}.{self._count}.part"
        writer = Writer(temporary, self._key, self._synced)
        try:
            yield writer
            writer.finish()
        except BaseException:
            writer.forget()
            raise
        self.written.append(Written(temporary, writer.sha256, writer.held if self._soon else None))

    def forget(self) -> None:
        """Remove the temporary names that are still there."""
        for each in self.written:
            with suppress(FileNotFoundError):
                os.unlink(each.temporary)


def _write_all(raw: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[raw.write(rest) :]
