"""The index of a ZIP archive (central directory): it has to say of each member what was met, and of no others."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from edi_router.formats.packed.model import Unpackable, refused
from edi_router.formats.packed.names import extra_fields
from edi_router.formats.packed.source import Source

_CENTRAL, _END, _WIDE_END, _LOCATOR, _SEALED = (
    b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x06\x08",
)  # fmt: skip
_HEADER = struct.Struct("<4s6H3I5H2I")
_TAIL = struct.Struct("<4s4H2IH")
_COMPARED = 0x801
"""Of the flags: whether it is encrypted, and whether its name is UTF-8."""
_FULL, _MANY = 0xFFFFFFFF, 0xFFFF
_UNIX, _MACOS = 3, 19
_KIND, _PLAIN, _FOLDER = 0o170000, 0o100000, 0o040000
_DOS_FOLDER = 0x10


@dataclass(frozen=True, slots=True)
class Entry:
    """What was met of a member."""

    name: str
    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int


def check_index(source: Source, entries: dict[int, Entry]) -> None:
    """Read the index and the end of the archive. Raises Unpackable where it is other than `entries`, by offset."""
    begins, count = source.at, 0
    seen: set[int] = set()
    if source.peek(4) == _SEALED:
        raise refused("packed-encrypted", source.at, member="-")
    while source.peek(4) == _CENTRAL:
        count += 1
        if count > len(entries):
            raise _differs(source.at, "it lists more members than there are")
        seen.add(_check_entry(source, entries))
    if len(seen) != len(entries):
        raise _differs(source.at, "it does not list every member once")
    _check_end(source, count, begins, source.at - begins)
    if source.peek(1):
        raise refused("packed-trailing", source.at)
    if not any(not entry.name.endswith(("/", "\\")) for entry in entries.values()):
        raise refused("packed-empty", 0)


def _check_entry(source: Source, entries: dict[int, Entry]) -> int:
    """One entry of the index; returns the offset of its member."""
    at = source.at
    fields = _HEADER.unpack(source.take(_HEADER.size))
    made_by, flags, method, crc = fields[1] >> 8, *fields[3:5], fields[7]
    packed, size, names, extras, comments, disk = fields[8:14]
    attributes, offset = fields[15:]
    raw = source.take(names)
    extra = extra_fields(source.take(extras))
    source.take(comments)
    wide = (extra or {}).get(1, b"")
    values = []
    for value, full, form in (
        (size, _FULL, "<Q"), (packed, _FULL, "<Q"), (offset, _FULL, "<Q"), (disk, _MANY, "<I"),
    ):  # fmt: skip
        if value == full and len(wide) >= struct.calcsize(form):
            (value,), wide = struct.unpack_from(form, wide), wide[struct.calcsize(form) :]
        values.append(value)
    size, packed, offset, disk = values
    entry = entries.get(offset)
    if entry is None or extra is None or disk:
        raise _differs(at, "it points to where no member begins")
    told = (raw, flags & _COMPARED, method, crc, packed, size)
    if told != (
        entry.raw, entry.flags & _COMPARED, entry.method, entry.crc, entry.packed, entry.size
    ):  # fmt: skip
        raise _differs(at, "it tells a member otherwise than the member itself")
    kind = attributes >> 16 & _KIND if made_by in (_UNIX, _MACOS) else 0
    is_folder = entry.name.endswith(("/", "\\"))
    if kind not in (0, _PLAIN, _FOLDER if is_folder else 0) or (attributes & _DOS_FOLDER and not is_folder):
        raise refused(
            "packed-member", at, member=entry.name, problem="it is a link or another thing that is no file"
        )
    return int(offset)


def _check_end(source: Source, count: int, begins: int, length: int) -> None:
    """The record at the end, and before it those of an archive with large lengths (ZIP64)."""
    wide_at = source.at
    wide = source.peek(4) == _WIDE_END
    if wide:
        source.take(4)
        (more,) = struct.unpack("<Q", source.take(8))
        record = source.take(min(more, 1 << 16))
        if len(record) < 44 or struct.unpack_from("<2I4Q", record, 4) != (0, 0, count, count, length, begins):
            raise _differs(wide_at, "its end tells other numbers")
        if source.take(20) != struct.pack("<4sIQI", _LOCATOR, 0, wide_at, 1):
            raise _differs(wide_at, "its end tells other numbers")
    if source.peek(4) not in (_END, _END[: len(source.peek(4))]):
        raise _differs(source.at, "between it and the members, or behind it, stands something else")
    at = source.at
    disk, first, here, total, size, offset, comment = _TAIL.unpack(source.take(_TAIL.size))[1:]
    for found, right, full in (
        (disk, 0, _MANY), (first, 0, _MANY), (here, count, _MANY), (total, count, _MANY), (size, length, _FULL),
        (offset, begins, _FULL),
    ):  # fmt: skip
        if found != right and not (wide and found == full):
            raise _differs(at, "its end tells other numbers")
    source.take(comment)


def _differs(offset: int, problem: str) -> Unpackable:
    return refused("packed-index", offset, problem=problem)
