"""The archive: every file received, under the SHA-256 of its content, written once and never changed."""
# ruff: noqa: PTH102, PTH104, PTH108, PTH110, PTH120
# Names of files are texts here: to make a `Path` of each takes longer than to write it.

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from edi_router.disk import Together, make_folder, sync_folder, together
from edi_router.ledger.archiving import Batch, Writer, Written
from edi_router.ledger.compressing import Broken, Decompressing
from edi_router.ledger.recent import Recent
from edi_router.ledger.sealing import MARK, NAMED, Ring, Unsealing

BLOCK = 1 << 20
_SHA256 = re.compile("[0-9a-f]{64}")
FRESH = 86_400
"""Content that came within so many seconds is not removed: a file may refer to it that is being recorded now."""

TRIED = 5
"""Contents that are read to see whether the key fits: some may be damaged."""


class Corrupt(Exception):
    """The archived bytes are not those that were put there."""


class Missing(Exception):
    """Nothing is archived under this SHA-256."""


class Archive:
    """A content-addressed folder: ``<folder>/ab/cd/abcd…``.

    A file appears under its name only when it is whole and on the disk. Putting the same bytes again changes
    nothing, whoever does it at the same time. What is put is compressed where it shrinks, and with a `key` (32
    bytes, or a ring of the present one and those before it) sealed then; what was put before, without either, stays
    readable. The SHA-256 is always that of the content.
    """

    def __init__(self, folder: str | os.PathLike[str], key: bytes | Ring | None = None) -> None:
        self.folder = Path(folder)
        self._ring = Ring((key,)) if isinstance(key, bytes) else key
        self._root = os.fspath(self.folder)
        self._made: set[str] = set()
        self._recent = Recent()

    def path(self, sha256: str) -> Path:
        """Where the content with this hash is, or would be."""
        return Path(self._name(sha256))

    def _name(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def put(self, source: bytes | BinaryIO) -> tuple[str, int]:
        """Archive the bytes (to the end of a stream); returns SHA-256 and size when they are on the disk."""
        with self.writer() as writer:
            if isinstance(source, bytes):
                writer.write(source)
            else:
                shutil.copyfileobj(source, writer, BLOCK)
        return writer.sha256, writer.size

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A stream to write to; at the end of the block its bytes are archived, on an exception forgotten."""
        with self.batch(1) as batch, batch.writer() as writer:
            yield writer

    @contextmanager
    def batch(self, count: int, soon: bool = False) -> Iterator[Batch]:
        """For so many contents, which are archived together at the end of the block; on an exception none is.

        What is to be read `soon` is kept in memory for that, as far as there is room (`Recent`).
        """
        self._make()
        with together(self.folder, count) as synced:
            batch = Batch(self._root, self._ring, synced, soon)
            try:
                yield batch
                synced.sync()
                made = [folder for each in batch.written for folder in self._settle(each, synced)]
                synced.sync()
            except BaseException:
                batch.forget()
                raise
        self._made.update(made)
        for each in batch.written:
            if each.held is not None:
                self._recent.add(each.sha256, each.held)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream; reading to its end raises `Corrupt` when the bytes have changed."""
        try:
            raw = io.FileIO(self._name(sha256), "rb")
        except FileNotFoundError:
            raise Missing(f"nothing is archived as {sha256}") from None
        try:
            return io.BufferedReader(_Checked(self._plain(raw), sha256), BLOCK)
        except Broken as error:
            raise Corrupt(f"{sha256} cannot be read: {error}") from None

    def _plain(self, raw: io.FileIO) -> io.RawIOBase:
        try:
            unsealed = raw if self._ring is None else Unsealing(cast(BinaryIO, raw), self._ring)
            return Decompressing(cast(BinaryIO, unsealed))
        except BaseException:
            raw.close()
            raise

    def read(self, sha256: str) -> bytes:
        """The whole content; raises Corrupt when it has changed, Missing when it is not there."""
        recent = self._recent.take(sha256)
        if recent is not None:
            return recent
        with self.open(sha256) as stream:
            return stream.read()

    def verify(self) -> Iterator[str]:
        """Read everything; yields a sentence for each thing that is wrong (leftovers of a crash are not)."""
        for path in sorted(self.folder.rglob("*")):
            leftover = path.parent == self.folder and path.name.endswith(".part")
            if path.is_dir() or leftover or path.name.endswith(".removed"):
                continue
            name = path.name
            if name.endswith(".corrupt"):
                yield f"{name} is a damaged copy, kept when its right bytes came again"
                continue
            try:
                expected = self.path(name)
            except ValueError:
                yield f"{path.relative_to(self.folder)} does not belong here"
                continue
            if path != expected:
                yield f"{path.relative_to(self.folder)} is in the wrong folder"
            elif self._hash(path) != name:
                yield f"{name} is corrupt"

    def key_fits(self) -> bool | None:
        """Whether what is sealed can be read with the key: one of a few contents is; None when nothing is sealed."""
        tried = 0
        for path in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError), path.open("rb") as file:
                if file.read(len(MARK)) not in (MARK, NAMED):
                    continue
            if self._hash(path) == path.name:
                return True
            tried += 1
            if tried == TRIED:
                break
        return False if tried else None

    def remove(self, sha256: str, still: Callable[[], bool]) -> bool:
        """Remove content for good, unless it came again within a day or is `still` of use; whether it is gone.

        What comes again while it is removed is safe: `put` marks the time on what is there already, and this looks
        at the time again when it has taken the file aside.
        """
        self._recent.take(sha256)
        path = self.path(sha256)
        aside = path.with_name(f".{sha256}.removed")
        if path.exists():
            if path.stat().st_mtime > time.time() - FRESH:
                return False
            path.replace(aside)
        if not aside.exists():
            return True
        if aside.stat().st_mtime > time.time() - FRESH or still():
            if path.exists():
                aside.unlink()
            else:
                aside.replace(path)
            return False
        aside.unlink()
        sync_folder(path.parent)
        return True

    def sweep(self, older_than: float) -> int:
        """Remove what crashes left half-written before the time stamp `older_than`; returns how many."""
        count = 0
        for path in self.folder.glob(".*.part"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    count += 1
        return count

    def _hash(self, path: Path) -> str:
        """The SHA-256 of the content, "" when it cannot be read."""
        try:
            with io.BufferedReader(self._plain(path.open("rb", buffering=0)), BLOCK) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except Broken:
            return ""

    def _make(self) -> None:
        """Have the folder there, its name on the disk: made sure of once by each archive that is opened."""
        if self._root not in self._made or not self.folder.is_dir():
            make_folder(self.folder)
            self._made.add(self._root)

    def _known(self, path: Path, sha256: str) -> bool:
        """Whether the right bytes are there; then their time says that they came again just now."""
        with suppress(FileNotFoundError):
            if self._hash(path) == sha256:
                os.utime(path)
                return True
        return False

    def _settle(self, written: Written, synced: Together) -> tuple[str, ...]:
        """Give content that is on the disk its own name, which is there after the next sync, as are the folders returned."""
        sha256 = written.sha256
        name = self._name(sha256)
        above = f"{self._root}/{sha256[:2]}"
        folders = above, (folder := f"{above}/{sha256[2:4]}")
        synced.renamed(folder)
        if os.path.exists(name):
            path = Path(name)
            if self._known(path, written.sha256):
                os.unlink(written.temporary)
                return ()
            # The right bytes have come again: they take the place of the damaged ones, which are kept.
            with suppress(FileNotFoundError):  # removed by retention a moment ago
                path.replace(path.with_name(f".{written.sha256}.{secrets.token_hex(4)}.corrupt"))
        for each in folders:
            if each not in self._made:
                self._add_folder(each, synced)
        # Where another process was faster, its file gives way to ours: they hold the same.
        try:
            os.rename(written.temporary, name)
        except FileNotFoundError:  # somebody has removed the folders, empty as they were
            for each in folders:
                self._add_folder(each, synced)
            os.rename(written.temporary, name)
        return folders

    def _add_folder(self, folder: str, synced: Together) -> None:
        with suppress(FileExistsError):
            os.mkdir(folder)
        # Its name, also where it was there: who made it may have been killed before the sync.
        synced.renamed(os.path.dirname(folder))


class _Checked(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sha256: str) -> None:
        super().__init__()
        self._raw, self._sha256, self._hash = raw, sha256, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = self._raw.readinto(buffer)
        except Broken as error:
            raise Corrupt(f"{self._sha256} has changed in the archive: {error}") from None
        self._hash.update(buffer[:count])
        if count == 0 and self._hash.hexdigest() != self._sha256:
            raise Corrupt(f"{self._sha256} has changed in the archive")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
