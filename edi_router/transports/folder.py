"""A folder of this machine as a channel: everything written is on the disk before a call returns."""
# ruff: noqa: PTH108, PTH112
# Names of files are texts here: to make a `Path` of each takes longer than to write it.

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeVar

from edi_router.disk import Together, together
from edi_router.partners.channels import FolderSettings
from edi_router.transports.base import BLOCK, Channel, Drop, Sink, Upload, blocks, each_of, in_order
from edi_router.transports.names import actual, shown
from edi_router.transports.problems import ChannelError
from edi_router.transports.renaming import rename_new

A = TypeVar("A")
T = TypeVar("T")
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


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
        try:
            with os.scandir(self._outbox) as entries:
                for entry in entries:
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if stat.S_ISREG(status.st_mode):
                        found.append(Drop(shown(entry.name), status.st_size, status.st_mtime_ns // 1000))
        except OSError as error:
            _tell(error, self._outbox, self._outbox)
        return in_order(found)

    def fetch(self, name: str, into: Sink) -> int:  # noqa: D102
        path = f"{self._outbox}/{actual(name)}"
        source, before = _open(path, _READ, self._outbox)
        try:
            written = 0
            while block := _read(source, path, self._outbox):
                into.write(block)
                written += len(block)
                if written == before.st_size:  # whether there is more by now is told by its size
                    break
            after = os.fstat(source)
        finally:
            os.close(source)
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
            there = _status(path, self._outbox)
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
        written = 0
        synced.renamed(self._inbox)
        target, _ = _open(path, _WRITE, self._inbox)
        try:
            for block in blocks(content):
                written += len(block)
                try:
                    os.write(target, block)
                except OSError as error:
                    _tell(error, path, self._inbox)
            try:
                synced.written(target)
            except OSError as error:
                _tell(error, path, self._inbox)
            size = os.fstat(target).st_size
        finally:
            os.close(target)
        if size != written:
            raise ChannelError("channel-size", path=path, expected=str(written), received=str(size))

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        there = _status(f"{self._inbox}/{actual(name)}", self._inbox)
        return None if there is None else there.st_size

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
        try:
            rename_new(old, new)
        except OSError as error:
            _tell(error, new, self._inbox)

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
        try:
            synced = stack.enter_context(together(Path(folder), files))
        except OSError as error:
            _tell(error, folder, folder)
        yield synced
        try:
            synced.sync()
        except OSError as error:
            _tell(error, folder, folder)


def _unlink(path: str, folder: str, synced: Together) -> None:
    synced.renamed(folder)
    try:
        os.unlink(path)
    except FileNotFoundError as error:
        if not os.path.isdir(folder):
            _tell(error, path, folder)
    except OSError as error:
        _tell(error, path, folder)


def _status(path: str, folder: str) -> os.stat_result | None:
    """What is there under the name; None when nothing is."""
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        _tell(error, path, folder)


def _open(path: str, flags: int, folder: str) -> tuple[int, os.stat_result]:
    """The descriptor of a file, and what was there when it was opened."""
    try:
        descriptor = os.open(path, flags, 0o666)
        status = os.fstat(descriptor)
    except OSError as error:
        _tell(error, path, folder)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ChannelError("channel-name", name=repr(Path(path).name))
    return descriptor, status


def _read(source: int, path: str, folder: str) -> bytes:
    try:
        return os.read(source, BLOCK)
    except OSError as error:
        _tell(error, path, folder)


def _tell(error: OSError, path: str, folder: str) -> NoReturn:
    """Raise an error of the operating system as one of the channel; missing and existing files as they are."""
    if isinstance(error, FileExistsError):
        raise error
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        if not os.path.isdir(folder):
            raise ChannelError("channel-folder", folder=folder) from None
        raise error
    if isinstance(error, PermissionError):
        raise ChannelError("channel-permission", path=path) from error
    if error.errno == errno.ELOOP:
        raise ChannelError("channel-name", name=repr(Path(path).name)) from error
    problem = str(error.strerror or error)
    raise ChannelError("channel-refused", path=path, problem=problem) from error
