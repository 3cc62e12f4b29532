"""Unpacks a release as published: zips within zips, damaged and hostile members reported, never raised.

Members are decompressed here rather than by `zipfile`, so that one whose checksum is wrong or whose local
header disagrees with the zip's index can still be read, and so that no member unpacks without bound.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault, Place

MEMBER_LIMIT = 16 * 1024 * 1024
TOTAL_LIMIT = 256 * 1024 * 1024
COUNT_LIMIT = 5000
DEPTH = 4

_BROKEN = (
    zipfile.BadZipFile,
    ValueError,
    OSError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)
_METHODS = {1: "shrink", 2: "reduce", 3: "reduce", 4: "reduce", 5: "reduce", 6: "implode", 9: "deflate64"}
_HEADER = b"PK\x03\x04"
_SIZES_FOLLOW = 0x8
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".jar")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a release; `path` names the zips it was in."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The bare file name in upper case."""
        return base_name(self.path).upper().strip()


@dataclass(slots=True)
class Budget:
    """What may still be unpacked."""

    bytes: int = TOTAL_LIMIT
    members: int = COUNT_LIMIT
    spent: bool = field(default=False)


def base_name(path: str) -> str:
    """The part after the last slash or backslash.

    >>> base_name("EDIFACT/DIRECTOR/TRMD.ZIP"), base_name("Edmd\\\\CUSCAR_D.95B")
    ('TRMD.ZIP', 'CUSCAR_D.95B')
    """
    return re.split(r"[/\\]", path)[-1]


def members(
    data: bytes, name: str, findings: list[Fault], depth: int = 0, budget: Budget | None = None
) -> Iterator[Member]:
    """The files in the zip `data`, those of zips inside it included; what cannot be read is a finding."""
    budget = budget or Budget()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        findings.append(finding("import-damaged", name, problem=_problem(error)))
        infos = list(_without_index(data))
    seen: set[str] = set()
    for info in infos:
        if not info.filename or info.filename.endswith(("/", "\\")):
            continue
        path = f"{name}/{printable(info.filename)}"
        if path in seen:
            findings.append(finding("import-duplicate-file", path, other=path))
        seen.add(path)
        if budget.spent:
            return
        budget.members -= 1
        if budget.members < 0:
            budget.spent = True
            findings.append(finding("import-damaged", path, problem=f"more than {COUNT_LIMIT} files"))
            return
        base = base_name(info.filename)
        if base.startswith("._") or "__MACOSX" in info.filename or base == ".DS_Store":
            findings.append(finding("import-file-unused", path, reason="a macOS resource file"))
            continue
        content = _unpack(data, info, path, findings, budget)
        if content is None:
            continue
        if not is_zip(base, content):
            yield Member(path, content)
        elif depth >= DEPTH:
            findings.append(finding("import-damaged", path, problem="zips nested too deep"))
        else:
            yield from members(content, path, findings, depth + 1, budget)


def _without_index(data: bytes) -> Iterator[zipfile.ZipInfo]:
    """The members of a zip whose index is lost (a download that was cut off), by their own headers."""
    at = data.find(_HEADER)
    count = 0
    while at >= 0 and count <= COUNT_LIMIT:
        fields = data[at : at + 30]
        if len(fields) < 30:
            return
        _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack("<5H3I2H", fields[4:])
        start = at + 30 + name
        if name and not flags & _SIZES_FOLLOW and start + extra + packed <= len(data):
            info = zipfile.ZipInfo(data[at + 30 : start].decode("cp437"))
            info.header_offset, info.flag_bits, info.compress_type = at, flags, method
            info.CRC, info.compress_size, info.file_size = crc, packed, size
            count += 1
            yield info
            at = start + extra + packed - 4
        at = data.find(_HEADER, at + 4)


def is_zip(base: str, content: bytes) -> bool:
    """Whether a member is a zip itself, whatever its name; office documents are zips too but no archives."""
    lower = base.lower()
    if lower.endswith(".zip"):
        return True
    if lower.endswith(_OFFICE):
        return False
    if content[:4] == _HEADER:
        return True
    return lower.endswith(".exe") and zipfile.is_zipfile(io.BytesIO(content))


def _unpack(
    data: bytes, info: zipfile.ZipInfo, path: str, findings: list[Fault], budget: Budget
) -> bytes | None:
    try:
        content = _content(data, info, min(MEMBER_LIMIT, budget.bytes))
    except _BROKEN as error:
        findings.append(finding("import-damaged", path, problem=_problem(error)))
        return None
    budget.bytes -= len(content)
    if len(content) != info.file_size:
        problem = f"{len(content)} bytes instead of {info.file_size}"
        findings.append(finding("import-damaged", path, problem=problem))
        return None
    if zlib.crc32(content) != info.CRC:
        findings.append(
            finding(
                "import-checksum", path, there=f"{info.CRC:08x}", here=f"{zlib.crc32(content):08x}"
            )
        )  # fmt: skip
    return content


def _content(data: bytes, info: zipfile.ZipInfo, limit: int) -> bytes:
    """The member's bytes, whatever its checksum."""
    if info.flag_bits & 0x1:
        raise ValueError("encrypted")
    if info.file_size > limit:
        raise ValueError(f"larger than {limit} bytes")
    header = data[info.header_offset : info.header_offset + 30]
    if len(header) < 30 or header[:4] != _HEADER:
        raise ValueError("the zip's index points to no file")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = info.header_offset + 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        return packed
    if info.compress_type != zipfile.ZIP_DEFLATED:
        method = _METHODS.get(info.compress_type, str(info.compress_type))
        raise ValueError(f"packed by method {method}: unpack it and zip it again")
    unpacker = zlib.decompressobj(-15)
    content = unpacker.decompress(packed, limit + 1)
    if len(content) > limit:
        raise ValueError(f"larger than {limit} bytes")
    if not unpacker.eof:
        raise ValueError("ends early")
    return content


def _problem(error: BaseException) -> str:
    return printable(str(error)) or type(error).__name__


def printable(text: str) -> str:
    """The text with what cannot be printed as escapes.

    >>> printable("a\\x00b")
    'a\\\\x00b'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def finding(code: str, path: str, line: int | None = None, **values: str) -> Fault:
    """A finding at a line (from 1) of a file of the release."""
    return Fault(code, Place(file=path, line=line), values)
