"""Folders whose names outlast a power cut: a name is on the disk only once the folder that holds it was synced."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where its file system can do that. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


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
