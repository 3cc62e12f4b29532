"""Room on the disks: with too little, nothing more is received, while what is in hand is processed and delivered."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

MEGABYTE = 1_000_000
Free = Callable[[Path], int]


def free_bytes(path: Path) -> int:
    """The free bytes of the disk that `path`, or the nearest folder above that is there, lies on. Raises OSError."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def shortage(paths: Iterable[Path], least_megabytes: int, free: Free = free_bytes) -> tuple[Path, int] | None:
    """The path with the least room and its free megabytes, when that is less than it has to be; else None."""
    found = min(((free(path) // MEGABYTE, path) for path in paths), default=None, key=lambda each: each[0])
    if found is None or found[0] >= least_megabytes:
        return None
    return found[1], found[0]
