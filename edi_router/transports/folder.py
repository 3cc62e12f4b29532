"""A folder of this machine as a channel: everything written is on the disk before a call returns."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, TypeVar

from edi_router.disk import Together, together
from edi_router.partners.channels import FolderSettings
from edi_router.transports.base import BLOCK, Channel, Drop, Sink, Upload, blocks, each_of, in_order
from edi_router.transports.names import actual, shown
from edi_router.transports.problems import ChannelError
from edi_router.transports.renaming import rename_new

A = TypeVar("A")
T = TypeVar("T")


class FolderChannel(Channel):
    """The outbox and the inbox are folders below one root (relative to `base`).

    What is done to many files is on the disk for all of them before the first outcome is told.
    """

    def __init__(self, settings: FolderSettings, base: Path) -> None:
        root = base / settings.root
        self._outbox = root / settings.outbox
        self._inbox = root / settings.inbox

    def drops(self) -> list[Drop]:  # noqa: D102
        found = []
        with _told(self._outbox, self._outbox), os.scandir(self._outbox) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.append(Drop(shown(entry.name), status.st_size, status.st_mtime_ns // 1000))
        return in_order(found)

    def fetch(self, name: str, into: Sink) -> int:  # noqa: D102
        path = self._outbox / actual(name)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with _told(path, self._outbox):
            source = _open(path, flags)
        with source:
            before = os.fstat(source.fileno())
            written = 0
            while block := _read(source, path, self._outbox):
                into.write(block)
                written += len(block)
            after = os.fstat(source.fileno())
        if written != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
            raise ChannelError("channel-changed", path=str(path))
        return written

    def remove(self, name: str, seen: Drop | None = None) -> bool:  # noqa: D102
        with _synced(self._outbox) as synced:
            return self._remove(name, seen, synced)

    def remove_all(self, drops: Sequence[Drop]) -> Iterator[bool | ChannelError]:  # noqa: D102
        return _all(self._outbox, lambda drop, synced: self._remove(drop.name, drop, synced), drops)

    def _remove(self, name: str, seen: Drop | None, synced: Together) -> bool:
        path = self._outbox / actual(name)
        if seen is not None:
            with _told(path, self._outbox):
                try:
                    there = path.lstat()
                except FileNotFoundError:
                    there = None
            if there is not None and (there.st_size, there.st_mtime_ns // 1000) != (seen.size, seen.modified):
                return False
        _unlink(path, synced)
        return True

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        with _synced(self._inbox) as synced:
            self._put(temporary, content, synced)

    def put_all(self, uploads: Sequence[Upload]) -> Iterator[ChannelError | None]:  # noqa: D102
        def put(upload: Upload, synced: Together) -> None:
            for leftover in upload.leftovers:
                _unlink(self._inbox / actual(leftover), synced)
            self._put(upload.temporary, upload.content, synced)

        return _all(self._inbox, put, uploads)

    def _put(self, temporary: str, content: bytes | BinaryIO, synced: Together) -> None:
        path = self._inbox / actual(temporary)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        written = 0
        synced.renamed(self._inbox)
        with _told(path, self._inbox):
            target = _open(path, flags)
        with target:
            for block in blocks(content):
                written += len(block)
                with _told(path, self._inbox):
                    target.write(block)
            with _told(path, self._inbox):
                synced.written(target.fileno())
            size = os.fstat(target.fileno()).st_size
        if size != written:
            raise ChannelError("channel-size", path=str(path), expected=str(written), received=str(size))

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        path = self._inbox / actual(name)
        with _told(path, self._inbox):
            try:
                return path.lstat().st_size
            except FileNotFoundError:
                return None

    def rename(self, temporary: str, final: str) -> None:  # noqa: D102
        with _synced(self._inbox) as synced:
            self._rename(temporary, final, synced)

    def rename_all(  # noqa: D102
        self, names: Sequence[tuple[str, str]]
    ) -> Iterator[FileNotFoundError | FileExistsError | ChannelError | None]:
        def rename(pair: tuple[str, str], synced: Together) -> FileNotFoundError | FileExistsError | None:
            try:
                self._rename(*pair, synced)
            except (FileNotFoundError, FileExistsError) as error:
                return error
            return None

        return _all(self._inbox, rename, names)

    def _rename(self, temporary: str, final: str, synced: Together) -> None:
        old, new = self._inbox / actual(temporary), self._inbox / actual(final)
        synced.renamed(
            self._inbox
        )  # also where it has its name: who gave it may have been killed before the sync
        with _told(new, self._inbox):
            rename_new(old, new)

    def discard(self, temporary: str) -> None:  # noqa: D102
        with _synced(self._inbox) as synced:
            _unlink(self._inbox / actual(temporary), synced)

    def close(self) -> None:  # noqa: D102
        pass


def _all(folder: Path, verb: Callable[[A, Together], T], items: Sequence[A]) -> Iterator[T | ChannelError]:
    """What `verb` comes to for each item, told when all of it is on the disk."""
    outcomes: list[T | ChannelError] = []
    try:
        with _synced(folder, len(items)) as synced:
            outcomes += each_of(lambda item: verb(item, synced), items)
    except ChannelError as error:  # the sync failed: what is on the disk is not known
        outcomes = [error for _ in items]
    yield from outcomes


@contextmanager
def _synced(folder: Path, files: int = 1) -> Iterator[Together]:
    """For changes to so many files of a folder, which are on the disk at the end of the block."""
    with ExitStack() as stack:
        with _told(folder, folder):
            synced = stack.enter_context(together(folder, files))
        yield synced
        with _told(folder, folder):
            synced.sync()


def _unlink(path: Path, synced: Together) -> None:
    synced.renamed(path.parent)
    with _told(path, path.parent):
        try:
            path.unlink()
        except FileNotFoundError:
            if not path.parent.is_dir():
                raise


def _open(path: Path, flags: int) -> FileIO:
    descriptor = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ChannelError("channel-name", name=repr(path.name))
    return FileIO(descriptor, "wb" if flags & os.O_WRONLY else "rb")


def _read(source: FileIO, path: Path, folder: Path) -> bytes:
    with _told(path, folder):
        return source.read(BLOCK)


@contextmanager
def _told(path: Path, folder: Path) -> Iterator[None]:
    """Turn errors of the operating system into channel errors; missing and existing files pass."""
    try:
        yield
    except FileExistsError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        if not folder.is_dir():
            raise ChannelError("channel-folder", folder=str(folder)) from None
        raise
    except PermissionError as error:
        raise ChannelError("channel-permission", path=str(path)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ChannelError("channel-name", name=repr(path.name)) from error
        raise ChannelError("channel-refused", path=str(path), problem=str(error.strerror or error)) from error
