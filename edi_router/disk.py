"""What outlasts a power cut: bytes once their file was synced, a name once the folder that holds it was.

A sync costs some 100 µs of a processor and a wait for the disk. Linux can sync a file system as a whole, with the
promise of a sync of each of its files (syncfs(2)), so many files share one wait, see `Together`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

StrPath = str | os.PathLike[str]
MANY = 8
"""For fewer files the file system is not synced as a whole: others may have written a lot to it."""
LOCAL = frozenset(("ext4", "xfs"))
"""File systems whose `syncfs` ends when everything is on the disk; one over a network may leave that to its server."""
_TELLS_ERRORS = (5, 8)
"""The first version of Linux whose `syncfs` tells that something could not be written."""
_syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def sync_folder(folder: StrPath) -> None:
    """Have the names in a folder on the disk, where its file system can do that. Raises OSError."""
    with _opened(folder) as descriptor:
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing; their names are on the disk when this returns.

    That of one which is there, too: who made it may have been killed before it was synced. Raises OSError.
    """
    missing = [folder]
    while not (above := missing[-1].parent).is_dir():
        missing.append(above)
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


class Together:
    """Files and folders of one file system, on the disk together once `sync` has returned.

    Each is announced when it was changed, a file by its open descriptor. Where the whole file system is not synced at
    the end, a file is synced when it is announced, and a folder at the end, once.
    """

    def __init__(self, whole: int | None) -> None:
        """`whole` is a descriptor of the file system, opened before the first change: so its errors are told."""
        self._whole = whole
        self._folders: dict[StrPath, None] = {}
        self._changed = False

    def written(self, descriptor: int) -> None:
        """A file was written. Raises OSError."""
        self._changed = True
        if self._whole is None:
            os.fsync(descriptor)

    def renamed(self, folder: StrPath) -> None:
        """Names in a folder were added, changed or removed."""
        self._changed = True
        self._folders[folder] = None

    def sync(self) -> None:
        """Have everything announced on the disk. Raises OSError: then nothing of it is certain."""
        folders, changed = list(self._folders), self._changed
        self._folders, self._changed = {}, False
        if self._whole is None:
            for folder in folders:
                sync_folder(folder)
        elif changed:
            _sync_whole(self._whole)


@contextmanager
def together(folder: Path, files: int) -> Iterator[Together]:
    """For so many files in or below `folder`, which is there. Raises OSError."""
    if files < MANY or not tells_errors() or not is_local(folder.stat().st_dev):
        yield Together(None)
    else:
        with _opened(folder) as descriptor:
            yield Together(descriptor)


def _sync_whole(descriptor: int) -> None:
    assert _syncfs is not None
    if _syncfs(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@contextmanager
def _opened(folder: StrPath) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@cache
def tells_errors() -> bool:
    """Whether this is a Linux whose `syncfs` tells that something could not be written."""
    system = os.uname()
    version = tuple(int(number) for number in re.findall(r"\d+", system.release)[:2])
    return _syncfs is not None and system.sysname == "Linux" and version >= _TELLS_ERRORS


@cache
def is_local(device: int) -> bool:
    """Whether the file system with this number is one whose `syncfs` promises as much as `fsync`."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    # 36 35 98:0 /of/its/tree /mounted/at options optional: more - type source options
    kinds = {line.partition(" - ")[2].split()[0] for line in mounts.splitlines() if line.split()[2] == number}
    return bool(kinds) and kinds <= LOCAL
