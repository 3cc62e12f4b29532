"""Reads message files of UN/EDIFACT releases: identification, segment table, the text it is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.import_layouts import Forms, Text
from edi_router.formats.edifact.import_tables import TableReader, starts_table
from edi_router.formats.edifact.import_zip import base_name, finding

_HEADER = re.compile(
    r"^[\s*+#|X-]*(Message Type|Version|Release|Contr\. ?Agency)\s*:\s*(\S+)\s*$", re.IGNORECASE
)
_CLARIFICATION = re.compile(
    r"Segment\s+group\s+(\d+)\s*:\s+([A-Z]{3}(?:\s*-\s*(?:[A-Z]{3}|SG\d+))*)", re.IGNORECASE
)
_HEADINGS = ("UN/EDIFACT", "DRAFT RECOMMENDATION", "UNITED NATIONS STANDARD MESSAGE", "INTERACTIVE")
_LONGEST_TITLE = 120
_NAME = re.compile(r"([A-Z]{6})(?:[_-]([A-Z]))?(?:[._-]?(\d\d[A-Z]))?")


@dataclass(slots=True)
class Table:
    """One segment table: `interactive` when its first segment is UIH; `said` is what the header calls it."""

    line: int
    message: MessageDef
    interactive: bool
    said: str


def read_message(text: Text, forms: Forms, findings: list[Fault]) -> Iterator[Table]:
    """The message types in a message file: normally one; others appended to it are found too."""
    lines = text.lines
    header: dict[str, str] = {}
    title = ""
    named = _NAME.match(base_name(text.path).upper())
    number = begin = tables = 0
    while number < len(lines):
        match = _HEADER.match(lines[number])
        if match:
            header[match[1].lower().replace(". ", ".")] = match[2].upper()
            if match[1].lower() == "message type":
                title = _title(lines, begin, number)
        elif first := starts_table(lines[number]):
            kind = header.get("message type") or (named[1] if named and not tables else "")
            version = header.get("version") or (named[2] if named and named[2] else "D")
            release = header.get("release") or (named[3] if named and named[3] else "")
            if not tables and named and kind != named[1]:
                findings.append(
                    finding("import-name-differs", text.path, number + 1, here=kind, there=named[1])
                )
            interactive = first == "UIH"
            told = [] if interactive else findings
            reader = TableReader(text, kind, Forms() if interactive else forms, told)
            end = reader.read(number)
            name = title or _first_title(lines)
            agency = header.get("contr.agency", "UN")
            message = MessageDef(kind, version, release, agency, name, tuple(reader.top))
            _compare(text.path, lines, begin, number, message, told)
            said = f"{version}{release}" if "release" in header else ""
            yield Table(number + 1, message, interactive, said)
            number = begin = end
            tables += 1
            header, title = {}, ""
            continue
        number += 1


def _title(lines: list[str], begin: int, number: int) -> str:
    """The message's name: the first block below the page's headings, above the identification at `number`.

    A block of prose that stands there (a remark about trial use) is no name.
    """
    start = max(begin - 1, number - 80, -1)
    near = max(start + 1, number - 12)
    top = next((at for at in range(number, start, -1) if "UN/EDIFACT" in lines[at]), near)
    block: list[str] = []
    for line in [*lines[top:number], ""]:
        text = " ".join(line.split())
        if text and not text.upper().startswith(_HEADINGS):
            block.append(text)
        elif block:
            name = " ".join(block)
            if not name.startswith("-") and len(name) <= _LONGEST_TITLE:
                return name
            block = []
    return ""


def _first_title(lines: list[str]) -> str:
    """D.93A: the first line in capitals that names a message."""
    for line in lines[:40]:
        text = line.strip()
        if text.isupper() and ("MESSAGE" in text or "CERTIFICATE" in text) and "STANDARD" not in text:
            return " ".join(text.split())
    return ""


def groups_of(content: tuple[SegmentUse | GroupUse, ...]) -> Iterator[GroupUse]:
    """All groups in document order."""
    for entry in content:
        if isinstance(entry, GroupUse):
            yield entry
            yield from groups_of(entry.content)


def _compare(
    path: str, lines: list[str], begin: int, end: int, message: MessageDef, findings: list[Fault]
) -> None:
    """Hold the table against the headings ``Segment group 2: TDT-DTM-RFF-SG3`` of the text before it."""
    said: dict[str, tuple[int, list[str]]] = {}
    number = begin
    while number < end:
        match = _CLARIFICATION.search(lines[number])
        if match:
            text, first = match[2], number
            while number + 1 < end and (
                lines[number].endswith("-") or re.match(r"\s*-\s*(?:[A-Z]{3}|SG\d+)\b", lines[number + 1])
            ):
                number += 1
                text += "-" + lines[number].strip()
            parts = re.findall(r"[A-Z]{3}|SG\d+", text.upper())
            said.setdefault(f"SG{match[1]}", (first + 1, parts))
        number += 1
    for group in groups_of(message.content):
        here = [entry.name if isinstance(entry, GroupUse) else entry.tag for entry in group.content]
        line, parts = said.get(group.name, (0, here))
        if parts != here:
            findings.append(
                finding(
                    "import-group-differs", path, line,
                    group=group.name, table="-".join(here), text="-".join(parts),
                )
            )  # fmt: skip
