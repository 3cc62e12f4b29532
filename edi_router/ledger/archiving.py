"""Bytes on their way into the archive: written under temporary names, and on the disk before they get their own."""
# ruff: noqa: PTH108, PTH118
# Names of files are texts here: to make a `Path` of each takes longer than to write it.

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self, cast

from edi_router.disk import Together
from edi_router.ledger.compressing import Compressing, squeezed
from edi_router.ledger.recent import SMALL
from edi_router.ledger.sealing import Ring, Sealer, Sealing

_BUFFER = 1 << 16


class Writer:
    """Bytes on their way into the archive; they are held as long as they are few, and written at the end then.

    At the end of a `with` block what it was given is archived with its batch, on an exception forgotten.
    """

    def __init__(self, temporary: str, batch: Batch) -> None:
        self._temporary, self._batch = temporary, batch
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.finish()
                self._batch.add(self._temporary, self)
        except BaseException:
            self.forget()
            raise
        if kind is not None:
            self.forget()

    def write(self, data: bytes) -> int:
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
        batch = self._batch
        if self._compressing is None:
            data = squeezed(bytes(self._held))
            descriptor = self._new()
            try:
                _write_all(descriptor, data if batch.sealer is None else batch.sealer.sealed(data))
                batch.synced.written(descriptor)
            finally:
                os.close(descriptor)
        elif self._file is not None:
            with self._file as file:
                self._compressing.finish()
                file.flush()
                batch.synced.written(file.fileno())

    def forget(self) -> None:
        """Remove the file of the temporary name."""
        if self._file is not None:
            with suppress(OSError):  # what it holds back is of no use any more
                self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self._temporary)

    def _streaming(self) -> Compressing:
        if self._compressing is None:
            self._file = io.BufferedWriter(io.FileIO(self._new(), "wb"), _BUFFER)
            ring = self._batch.ring
            below = self._file if ring is None else cast(BinaryIO, Sealing(self._file, ring))
            self._compressing = Compressing(below)
            self._compressing.write(bytes(self._held))
            self._held.clear()
        return self._compressing

    def _new(self) -> int:
        return os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o440)


@dataclass(frozen=True, slots=True)
class Written:
    """Content under its temporary name."""

    temporary: str
    sha256: str
    held: bytes | None
    """The content itself, where it is small and read soon."""


class Batch:
    """Contents that are archived together, at the end of the block of `Archive.batch`."""

    def __init__(self, folder: str, ring: Ring | None, synced: Together, soon: bool) -> None:
        self._names = os.path.join(folder, f".{secrets.token_hex(12)}")
        self._count = 0
        self._soon = soon
        self.ring, self.synced = ring, synced
        self.sealer = None if ring is None else Sealer(ring)
        self.written: list[Written] = []

    def writer(self) -> Writer:
        """What to write one content to, as a context manager."""
        self._count += 1
        return Writer(f"{self._names}.{self._count}.part", self)

    def add(self, temporary: str, writer: Writer) -> None:
        """Have the finished content of a writer archived."""
        self.written.append(Written(temporary, writer.sha256, writer.held if self._soon else None))

    def forget(self) -> None:
        """Remove the temporary names that are still there."""
        for each in self.written:
            with suppress(FileNotFoundError):
                os.unlink(each.temporary)


def _write_all(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])
