"""A folder of this machine as a channel: everything written is on the disk before a call returns."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from edi_router.partners.channels import FolderSettings
from edi_router.transports.base import BLOCK, Channel, Drop, Sink, blocks, in_order
from edi_router.transports.names import actual, shown
from edi_router.transports.problems import ChannelError
from edi_router.transports.renaming import rename_new


class FolderChannel(Channel):
    """The outbox and the inbox are folders below one root (relative to `base`)."""

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
        path = self._outbox / actual(name)
        if seen is not None:
            with _told(path, self._outbox):
                try:
                    there = path.lstat()
                except FileNotFoundError:
                    there = None
            if there is not None and (there.st_size, there.st_mtime_ns // 1000) != (seen.size, seen.modified):
                return False
        self._unlink(self._outbox, name)
        return True

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        path = self._inbox / actual(temporary)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        written = 0
        with _told(path, self._inbox):
            target = _open(path, flags)
        with target:
            for block in blocks(content):
                written += len(block)
                with _told(path, self._inbox):
                    target.write(block)
            with _told(path, self._inbox):
                os.fsync(target.fileno())
            size = os.fstat(target.fileno()).st_size
        if size != written:
            raise ChannelError("channel-size", path=str(path), expected=str(written), received=str(size))
        _sync(self._inbox)

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        path = self._inbox / actual(name)
        with _told(path, self._inbox):
            try:
                return path.lstat().st_size
            except FileNotFoundError:
                return None

    def rename(self, temporary: str, final: str) -> None:  # noqa: D102
        old, new = self._inbox / actual(temporary), self._inbox / actual(final)
        with _told(new, self._inbox):
            rename_new(old, new)
        _sync(self._inbox)

    def discard(self, temporary: str) -> None:  # noqa: D102
        self._unlink(self._inbox, temporary)

    def close(self) -> None:  # noqa: D102
        pass

    def _unlink(self, folder: Path, name: str) -> None:
        path = folder / actual(name)
        with _told(path, folder):
            try:
                path.unlink()
            except FileNotFoundError:
                if folder.is_dir():
                    return
                raise
        _sync(folder)


def _open(path: Path, flags: int) -> FileIO:
    descriptor = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ChannelError("channel-name", name=repr(path.name))
    return FileIO(descriptor, "wb" if flags & os.O_WRONLY else "rb")


def _read(source: FileIO, path: Path, folder: Path) -> bytes:
    with _told(path, folder):
        return source.read(BLOCK)


def _sync(folder: Path) -> None:
    with _told(folder, folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)


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
