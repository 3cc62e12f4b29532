"""The shim between an engine and its disk and clock: built with gcc, loaded with LD_PRELOAD, armed in a forked child."""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
CREATE, WRITE, TRUNCATE, LINK, RENAME, UNLINK, MKDIR, RMDIR, SYNC, SYNC_FOLDER, SYNC_ALL = range(1, 12)
_HEAD = struct.Struct("=IIIIQq")
_CONTROL = struct.Struct("=qqqqqq")
NO_SENDS, ALL_SENDS, COMMITS = range(3)
"""What is sent to sockets counts as durable steps: nothing, each packet, each COMMIT to a database."""


def build() -> Path:
    """The compiled shim, made once for each version of its source. Raises FileNotFoundError without gcc."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise FileNotFoundError("gcc")
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    built = Path(tempfile.gettempdir()) / f"edi-router-shim-{digest}.so"
    if not built.exists():
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "shim.so"
            command = [compiler, "-std=gnu11", "-O2", "-fPIC", "-shared", "-o", str(made), str(SOURCE)]
            subprocess.run([*command, "-lpthread"], check=True)
            shutil.copyfile(made, built.with_suffix(".new"))
            built.with_suffix(".new").replace(built)
    return built


class Control:
    """What a test and an armed process share: a file of six numbers, mapped by both."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(_CONTROL.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _CONTROL.size)

    def reset(self, clock_offset: int = 0, full_from: int = 0, hold_at: int = 0) -> None:
        """Begin to count anew; the clock goes `clock_offset` microseconds off, the disk is full from a step on.

        Before the step `hold_at` the armed process waits for `go`.
        """
        self._map[:] = _CONTROL.pack(0, clock_offset, full_from, hold_at, 0, 0)

    @property
    def steps(self) -> int:
        """How many durable steps were taken."""
        return int(_CONTROL.unpack(self._map[:])[0])

    @property
    def held(self) -> bool:
        """Whether the armed process waits before the step at which it is to be held."""
        return bool(_CONTROL.unpack(self._map[:])[4])

    def go(self) -> None:
        """Let it go on, or not wait at all."""
        self._map[40:48] = struct.pack("=q", 1)

    def move_clock(self, microseconds: int) -> None:
        """Set how far the clock of the armed process is off, at once."""
        self._map[8:16] = struct.pack("=q", microseconds)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()


def arm(root: str, control: str, die_at: int, journal: str, sockets: int) -> None:
    """Arm the shim in this process. Raises RuntimeError when it is not loaded."""
    function = getattr(ctypes.CDLL(None), "torture_arm", None)
    if function is None:
        raise RuntimeError("the shim is not loaded: LD_PRELOAD")
    function.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int64, ctypes.c_char_p, ctypes.c_int]
    if function(root.encode(), control.encode(), die_at, journal.encode(), sockets) != 0:
        raise RuntimeError("the shim could not be armed")


@dataclass(frozen=True, slots=True)
class Did:
    """One entry of the journal: an operation that the kernel had carried out."""

    op: int
    path: str
    other: str
    """The new name of a link or a rename."""
    data: bytes
    inode: int
    offset: int
    """Of a write; the size after a truncation."""

    @property
    def syncs(self) -> bool:
        """Whether it makes earlier ones safe."""
        return self.op in (SYNC, SYNC_FOLDER, SYNC_ALL)


def journal(path: Path) -> Iterator[Did]:
    """The entries of a journal, in order; a last one that is cut off was not done by the time of the kill."""
    raw = path.read_bytes() if path.exists() else b""
    at = 0
    while at + _HEAD.size <= len(raw):
        op, first, second, data, inode, offset = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        if at + first + second + data > len(raw):
            return
        names = raw[at : at + first + second]
        at += first + second
        yield Did(op, names[:first].decode(), names[first:].decode(), raw[at : at + data], inode, offset)
        at += data
