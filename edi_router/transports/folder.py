"""A folder of this machine as a channel: everything written is on the disk before a call returns."""
# ruff: noqa: PTH108, PTH112
# Names of files are texts here: to make a `Path` of each takes longer than to write it.

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from types import TracebackType
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
        self._outbox = os.fspath(root / settings.outbox)
        self._inbox = os.fspath(root / settings.inbox)

    def drops(self) -> list[Drop]:  # noqa: D102
        found = []
        with _Told(self._outbox, self._outbox), os.scandir(self._outbox) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.append(Drop(shown(entry.name), status.st_size, status.st_mtime_ns // 1000))
        return in_order(found)

    def fetch(self, name: str, into: Sink) -> int:  # noqa: D102
        path = f"{self._outbox}/{actual(name)}"
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with _Told(path, self._outbox):
            source, before = _open(path, flags)
        with source:
            written = 0
            while block := _read(source, path, self._outbox):
                into.write(block)
                written += len(block)
            after = os.fstat(source.fileno())
        if written != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
            raise ChannelError("channel-changed", path=path)
        return written

    def remove(self, name: str, seen: Drop | None = None) -> bool:  # noqa: D102
        with _synced(self._outbox) as synced:
            return self._remove(name, seen, synced)

    def remove_all(self, drops: Sequence[Drop]) -> Iterator[bool | ChannelError]:  # noqa: D102
        return _all(self._outbox, lambda drop, synced: self._remove(drop.name, drop, synced), drops)

    def _remove(self, name: str, seen: Drop | None, synced: Together) -> bool:
        path = f"{self._outbox}/{actual(name)}"
        if seen is not None:
            with _Told(path, self._outbox):
                try:
                    there = os.lstat(path)
                except FileNotFoundError:
                    there = None
            if there is not None and (there.st_size, there.st_mtime_ns // 1000) != (seen.size, seen.modified):
                return False
        _unlink(path, self._outbox, synced)
        return True

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        with _synced(self._inbox) as synced:
            self._put(temporary, content, synced)

    def put_all(self, uploads: Sequence[Upload]) -> Iterator[ChannelError | None]:  # noqa: D102
        def put(upload: Upload, synced: Together) -> None:
            for leftover in upload.leftovers:
                _unlink(f"{self._inbox}/{actual(leftover)}", self._inbox, synced)
            self._put(upload.temporary, upload.content, synced)

        return _all(self._inbox, put, uploads)

    def _put(self, temporary: str, content: bytes | BinaryIO, synced: Together) -> None:
        path = f"{self._inbox}/{actual(temporary)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        written = 0
        synced.renamed(self._inbox)
        with _Told(path, self._inbox):
            target, _ = _open(path, flags)
        with target:
            for block in blocks(content):
                written += len(block)
                with _Told(path, self._inbox):
                    target.write(block)
            with _Told(path, self._inbox):
                synced.written(target.fileno())
            size = os.fstat(target.fileno()).st_size
        if size != written:
            raise ChannelError("channel-size", path=path, expected=str(written), received=str(size))

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        path = f"{self._inbox}/{actual(name)}"
        with _Told(path, self._inbox):
            try:
                return os.lstat(path).st_size
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
        old, new = f"{self._inbox}/{actual(temporary)}", f"{self._inbox}/{actual(final)}"
        # Also where it has its name: who gave it may have been killed before the sync.
        synced.renamed(self._inbox)
        with _Told(new, self._inbox):
            rename_new(old, new)

    def discard(self, temporary: str) -> None:  # noqa: D102
        with _synced(self._inbox) as synced:
            _unlink(f"{self._inbox}/{actual(temporary)}", self._inbox, synced)

    def close(self) -> None:  # noqa: D102
        pass


def _all(folder: str, verb: Callable[[A, Together], T], items: Sequence[A]) -> Iterator[T | ChannelError]:
    """What `verb` comes to for each item, told when all of it is on the disk."""
    outcomes: list[T | ChannelError] = []
    try:
        with _synced(folder, len(items)) as synced:
            outcomes += each_of(lambda item: verb(item, synced), items)
    except ChannelError as error:  # the sync failed: what is on the disk is not known
        outcomes = [error for _ in items]
    yield from outcomes


@contextmanager
def _synced(folder: str, files: int = 1) -> Iterator[Together]:
    """For changes to so many files of a folder, which are on the disk at the end of the block."""
    with ExitStack() as stack:
        with _Told(folder, folder):
            synced = stack.enter_context(together(Path(folder), files))
        yield synced
        with _Told(folder, folder):
            synced.sync()


def _unlink(path: str, folder: str, synced: Together) -> None:
    synced.renamed(folder)
    with _Told(path, folder):
        try:
            os.unlink(path)
        except FileNotFoundError:
            if not os.path.isdir(folder):
                raise


def _open(path: str, flags: int) -> tuple[FileIO, os.stat_result]:
    descriptor = os.open(path, flags, 0o666)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ChannelError("channel-name", name=repr(Path(path).name))
    return FileIO(descriptor, "wb" if flags & os.O_WRONLY else "rb"), status


def _read(source: FileIO, path: str, folder: str) -> bytes:
    with _Told(path, folder):
        return source.read(BLOCK)


class _Told:
    """Turns errors of the operating system into channel errors; missing and existing files pass."""

    __slots__ = ("_folder", "_path")

    def __init__(self, path: str, folder: str) -> None:
        self._path, self._folder = path, folder

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, OSError) or isinstance(error, FileExistsError):
            return
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            if not os.path.isdir(self._folder):
                raise ChannelError("channel-folder", folder=self._folder) from None
            return
        if isinstance(error, PermissionError):
            raise ChannelError("channel-permission", path=self._path) from error
        if error.errno == errno.ELOOP:
            raise ChannelError("channel-name", name=repr(Path(self._path).name)) from error
        problem = str(error.strerror or error)
        raise ChannelError("channel-refused", path=self._path, problem=problem) from error
