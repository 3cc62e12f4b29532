"""Unpacks a release as published: zips within zips, any case of names, damaged members reported."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from edi_router.faults import Fault, Place

LIMIT = 64 * 1024 * 1024
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a release; `path` names the zips it was in, `lines` its text as CP437."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The bare file name in upper case."""
        return self.path.rpartition("/")[2].upper()

    def lines(self) -> list[str]:
        """The text's lines without their ends; box characters are CP437 throughout, as in the releases."""
        return [line.rstrip() for line in self.data.decode("cp437").replace("\x1a", "").split("\n")]


def members(data: bytes, name: str, findings: list[Fault], depth: int = 0) -> Iterator[Member]:
    """The files in the zip `data`, those of zips inside it included; what cannot be read is a finding."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        findings.append(finding("import-damaged", name, problem=str(error)))
        return
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            path = f"{name}/{info.filename}"
            base = info.filename.rpartition("/")[2]
            if base.startswith("._") or "__MACOSX/" in info.filename:
                findings.append(finding("import-file-unused", path, reason="a macOS resource file"))
                continue
            if info.file_size > LIMIT:
                findings.append(finding("import-damaged", path, problem=f"larger than {LIMIT} bytes"))
                continue
            try:
                content = archive.read(info)
            except (
                zipfile.BadZipFile,
                zlib.error,
                NotImplementedError,
                RuntimeError,
                EOFError,
                OSError,
            ) as error:
                findings.append(finding("import-damaged", path, problem=str(error) or type(error).__name__))
                continue
            if base.lower().endswith(".zip"):
                if depth >= DEPTH:
                    findings.append(finding("import-damaged", path, problem="zips nested too deep"))
                else:
                    yield from members(content, path, findings, depth + 1)
            else:
                yield Member(path, content)


def finding(code: str, path: str, line: int | None = None, **values: str) -> Fault:
    """A finding at a line (from 1) of a file of the release."""
    return Fault(code, Place(file=path, line=line), values)
