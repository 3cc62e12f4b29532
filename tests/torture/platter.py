"""What a disk holds when the power goes: synced data for certain, the rest as it happens to be.

The strictest reading of POSIX: a file's bytes are safe once the file was synced, its name once the folder was, and all of
them once the file system was. Of what was not synced a power cut may keep everything, nothing, or any part: of each folder
the first few changes of names, of each file any of its writes, a last one torn.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.shim import (
    CREATE,
    LINK,
    MKDIR,
    RENAME,
    RMDIR,
    SYNC,
    SYNC_ALL,
    SYNC_FOLDER,
    TRUNCATE,
    UNLINK,
    WRITE,
    Did,
)

SECTOR = 512
KEEPS = ("nothing", "everything", "some")
"""What may be kept of that which was not synced."""
_NOT_KEPT = "-shm"
"""SQLite's index of the log: in memory, made anew when the first process opens the database."""


@dataclass(eq=False)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Did] = field(default_factory=list)
    modified: int | None = None
    """Of a file that was there before, in nanoseconds: by its time a drop is known again."""

    def sync(self) -> None:
        for each in self.pending:
            _apply(self.safe, each)
        self.pending = []

    def content(self, keep: str, chance: random.Random) -> bytes:
        """Its bytes after the cut."""
        data = bytearray(self.safe)
        for each in self.pending:
            if keep == "everything" or (keep == "some" and chance.random() < 0.5):
                _apply(data, each, chance if keep == "some" and chance.random() < 0.3 else None)
        return bytes(data)


@dataclass(eq=False)
class _Folder:
    safe: dict[str, _File | _Folder] = field(default_factory=dict)
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    pending: list[dict[str, _File | _Folder | None]] = field(default_factory=list)
    """Changes since the last sync: names that came (or, None, went) at once."""

    def change(self, names: dict[str, _File | _Folder | None]) -> None:
        _changed(self.now, names)
        self.pending.append(names)

    def sync(self) -> None:
        self.safe, self.pending = dict(self.now), []

    def sync_all(self) -> None:
        self.sync()
        for entry in self.now.values():
            if isinstance(entry, _Folder):
                entry.sync_all()


class Platter:
    """A folder as it lies on the disk: begun with what is there, which counts as synced; then told the journal."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._top = _read(root)
        self._files: dict[int, _File] = {}
        self._inodes(root, self._top)

    def _inodes(self, path: Path, folder: _Folder) -> None:
        for name, entry in folder.now.items():
            if isinstance(entry, _Folder):
                self._inodes(path / name, entry)
            else:
                self._files[(path / name).stat().st_ino] = entry

    def tell(self, journal: Iterable[Did]) -> None:
        """What was done, in order."""
        for did in journal:
            self._do(did)

    def _do(self, did: Did) -> None:
        if did.op == SYNC_FOLDER:
            self._folder(did.path).sync()
            return
        if did.op == SYNC_ALL:
            self._top.sync_all()
            for file in self._files.values():
                file.sync()
            return
        parent, name = self._place(did.path)
        if did.op == CREATE:
            self._files[did.inode] = _File()
            parent.change({name: self._files[did.inode]})
        elif did.op in (WRITE, TRUNCATE):
            self._files[did.inode].pending.append(did)
        elif did.op == SYNC:
            self._files[did.inode].sync()
        elif did.op == MKDIR:
            parent.change({name: _Folder()})
        elif did.op in (UNLINK, RMDIR):
            parent.change({name: None})
        else:
            target, new = self._place(did.other)
            entry = parent.now[name]
            if did.op == LINK:
                target.change({new: entry})
            elif did.op == RENAME and target is parent:
                parent.change({name: None, new: entry})
            else:
                parent.change({name: None})
                target.change({new: entry})

    def _place(self, path: str) -> tuple[_Folder, str]:
        parent, _, name = path.rpartition("/")
        return self._folder(parent), name

    def _folder(self, path: str) -> _Folder:
        folder = self._top
        for part in Path(path).relative_to(self.root).parts:
            found = folder.now[part]
            assert isinstance(found, _Folder), path
            folder = found
        return folder

    def cut(self, keep: str, chance: random.Random) -> None:
        """Make the folder what it is after a power cut, with this kept of what was not synced."""
        for path in self.root.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        _write(self.root, self._top, keep, chance)


def _read(path: Path) -> _Folder:
    folder = _Folder()
    for entry in path.iterdir():
        if entry.is_dir():
            folder.now[entry.name] = _read(entry)
        else:
            modified = entry.stat().st_mtime_ns
            folder.now[entry.name] = _File(bytearray(entry.read_bytes()), modified=modified)
    folder.sync()
    return folder


def _write(path: Path, folder: _Folder, keep: str, chance: random.Random) -> None:
    names = dict(folder.safe)
    kept = {"nothing": 0, "everything": len(folder.pending)}.get(keep)
    if kept is None:
        kept = chance.randint(0, len(folder.pending))
    for change in folder.pending[:kept]:
        _changed(names, change)
    for name, entry in names.items():
        if isinstance(entry, _Folder):
            (path / name).mkdir()
            _write(path / name, entry, keep, chance)
        elif not name.endswith(_NOT_KEPT):
            (path / name).touch(mode=0o600)
            (path / name).write_bytes(entry.content(keep, chance))
            if entry.modified is not None:
                os.utime(path / name, ns=(entry.modified, entry.modified))


def _changed(names: dict[str, _File | _Folder], change: dict[str, _File | _Folder | None]) -> None:
    for name, entry in change.items():
        if entry is None:
            names.pop(name, None)
        else:
            names[name] = entry


def _apply(data: bytearray, did: Did, torn: random.Random | None = None) -> None:
    """Do to bytes what was done to a file; `torn`: only some first sectors of a write."""
    if did.op == TRUNCATE:
        del data[did.offset :]
        data.extend(bytes(did.offset - len(data)))
        return
    part = did.data
    if torn is not None:
        part = part[: SECTOR * torn.randint(0, len(part) // SECTOR)]
    data.extend(bytes(max(0, did.offset - len(data))))
    data[did.offset : did.offset + len(part)] = part
