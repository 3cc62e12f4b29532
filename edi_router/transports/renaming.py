"""Rename without overwriting, in one step of the file system where it has such a step."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

StrPath = str | os.PathLike[str]
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_NOT_HERE = frozenset((errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP))
_NO_LINKS = _NOT_HERE | {errno.EPERM, errno.EMLINK, errno.EXDEV}
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def rename_new(old: StrPath, new: StrPath) -> None:
    """Give `old` the name `new`; FileExistsError when that is taken, FileNotFoundError when `old` is gone.

    Linux's `renameat2` does it at once: a program killed in the middle leaves one name or the other. Where
    there is none (another system, some network file systems) a link is made and the old name removed, which
    a crash can leave half done: then both names are there, and a second call finishes it, unless the
    receiver took the file under its new name first.
    """
    if _renameat2 is not None:
        done = _renameat2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), _RENAME_NOREPLACE)
        if done == 0:
            return
        number = ctypes.get_errno()
        if number not in _NOT_HERE | {errno.EEXIST}:  # the name may be taken by ourselves, half done
            raise OSError(number, os.strerror(number), str(new))
    link_new(Path(old), Path(new))


def link_new(old: Path, new: Path) -> None:
    """The same in two steps: a link fails when the name is taken, a plain rename would not."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        if not (os.path.lexists(old) and old.samefile(new)):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(new):
            raise FileExistsError(str(new)) from None
        old.rename(new)
        return
    old.unlink(missing_ok=True)
