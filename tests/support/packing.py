"""Packed files for tests, whole and otherwise."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from edi_router.partners import Directory
from edi_router.pipeline.configuration import Configuration

DAY = (1980, 1, 1, 0, 0, 0)


class _Pipe(io.BytesIO):
    """A file that cannot be gone back in: lengths then follow the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation


def zipped(
    members: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    *,
    stored: bool = False,
    piped: bool = False,
    mode: int = 0o100644,
    comment: bytes = b"",
    wide: bool = False,
) -> bytes:
    """A ZIP archive; `piped` has lengths behind the data, `wide` those of 64 bits."""
    target = _Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = comment
        for name, data in members.items() if isinstance(members, Mapping) else members:
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            with archive.open(info, "w", force_zip64=wide) as stream:
                stream.write(data)
    return target.getvalue()


def gzipped(data: bytes, level: int = 9) -> bytes:
    """A gzip file."""
    return gzip.compress(data, level, mtime=0)


def record(name: bytes, data: bytes, *, flags: int = 0, method: int = 8, descriptor: bytes = b"") -> bytes:
    """A member of a ZIP archive as it stands in it; with a descriptor its header tells nothing."""
    packed = _deflated(data) if method == 8 else data
    told = (0, 0, 0) if descriptor else (zlib.crc32(data), len(packed), len(data))
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, method, 0, 33, *told, len(name), 0)
    return head + name + packed + descriptor


def entry(
    name: bytes,
    data: bytes,
    offset: int,
    *,
    flags: int = 0,
    method: int = 8,
    mode: int = 0o100644,
    made_by: int = 3,
) -> bytes:
    """What the index of a ZIP archive says of a member."""
    packed = len(_deflated(data) if method == 8 else data)
    return struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", made_by << 8 | 20, 20, flags, method, 0, 33, zlib.crc32(data), packed, len(data),
        len(name), 0, 0, 0, 0, mode << 16, offset,
    ) + name  # fmt: skip


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def with_index(members: bytes, entries: Iterable[bytes], offset: int | None = None) -> bytes:
    """A ZIP archive of these members and these entries of its index."""
    listed = list(entries)
    index, begins = b"".join(listed), len(members) if offset is None else offset
    count = len(listed)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(index), begins, 0)
    return members + index + end


def unpacking(configuration: Configuration, *partners: str, **limits: Any) -> Configuration:
    """The configuration with `unpack: yes` for these partners, and these limits."""
    directory = configuration.directory
    known = dict(directory.partners)
    for partner in partners:
        known[partner] = known[partner].model_copy(update={"unpack": True})
    settings = configuration.settings
    settings = settings.model_copy(update={"unpacking": settings.unpacking.model_copy(update=limits)})
    return replace(configuration, directory=Directory(known.values()), settings=settings)
