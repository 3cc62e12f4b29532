"""Reads message files of UN/EDIFACT releases: the segment table with its group brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.import_layouts import MARKS
from edi_router.formats.edifact.import_zip import Member, finding

_GROUP = re.compile(
    r"^(\d{4,5})?[\s*+#|X-]*?[-─]{2,}\s*Segment\s+group\s+(\d+)\s*[-─]+"
    r"\s+([MC])\s+(\d+)\s*([-─ ]*)([┐│+|]*)\s*$",
    re.IGNORECASE,
)
_SEGMENT = re.compile(
    rf"^(\d{{4,5}})?\s*(?:{MARKS}+\s+)?([A-Z]{{3}})\s+(\S.*?)\s+([MC])\s+(\d+)\s*([-─]*)\s*([┐│┘┴├+|]*)\s*$"
)
_OPEN_SEGMENT = re.compile(rf"^(\d{{4,5}})?\s*(?:{MARKS}+\s+)?([A-Z]{{3}})\s+([^\s│|][^│|]*?)\s*([│|]*)$")
_REST = re.compile(r"^\s{8,}(\S.*?)\s+([MC])\s+(\d+)\s*([-─]*)\s*([┐│┘┴+|]*)\s*$")
_HEADER = re.compile(r"^\s*(Message Type|Version|Release|Contr\. Agency)\s*:\s*(\S+)\s*$", re.IGNORECASE)
_TITLE = re.compile(r"^\s*(?:\S+ SECTION|TAG\s+NAME\b.*|Pos\s+Tag\b.*|[│|]+)\s*$", re.IGNORECASE)
_CLARIFICATION = re.compile(r"Segment\s+group\s+(\d+)\s*:\s+([A-Z]{3}(?:\s*-\s*(?:[A-Z]{3}|SG\d+))*)", re.I)
_CLOSES = frozenset("┘┴+")


@dataclass(slots=True)
class _Open:
    name: str
    status: str
    repeat: int
    position: str
    column: int
    line: int
    content: list[SegmentUse | GroupUse] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """One segment table: `interactive` when its first segment is UIH."""

    line: int
    message: MessageDef
    interactive: bool


def read_message(member: Member, findings: list[Fault]) -> Iterator[Table]:
    """The message types in a message file: normally one; others appended to it are found too."""
    lines = member.lines()
    header: dict[str, str] = {}
    title = ""
    number = 0
    while number < len(lines):
        match = _HEADER.match(lines[number])
        if match:
            header[match[1].lower()] = match[2].upper()
            if match[1].lower() == "message type":
                title = _title(lines, number)
        else:
            first = _SEGMENT.match(lines[number])
            if first and first[2] in ("UNH", "UIH"):
                reader = _TableReader(member.path, findings)
                end = reader.read(lines, number)
                kind = header.get("message type") or member.name[:6]
                release = header.get("release") or member.name.rpartition(".")[2]
                version = header.get("version", "D")
                agency = header.get("contr. agency", "UN")
                name = title or _first_title(lines)
                message = MessageDef(kind, version, release, agency, name, tuple(reader.top))
                _compare(member.path, lines[:end], number, message, findings)
                yield Table(number + 1, message, first[2] == "UIH")
                number = end
                header = {}
                title = ""
                continue
        number += 1


_HEADINGS = ("UN/EDIFACT", "DRAFT RECOMMENDATION", "UNITED NATIONS STANDARD MESSAGE", "INTERACTIVE")
_LONGEST_TITLE = 120


def _title(lines: list[str], number: int) -> str:
    """The message's name: the first block below the page's headings, above the identification at `number`.

    A block of prose that stands there (a remark about trial use) is no name.
    """
    top = next((at for at in range(number, max(-1, number - 80), -1) if "UN/EDIFACT" in lines[at]), max(0, number - 12))
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


class _TableReader:
    def __init__(self, file: str, findings: list[Fault]) -> None:
        self.file = file
        self.findings = findings
        self.top: list[SegmentUse | GroupUse] = []
        self.stack: list[_Open] = []

    def read(self, lines: list[str], number: int) -> int:
        """Read the table that starts at `number`; the number of the first line after it."""
        last = number
        pending: tuple[str, str] | None = None
        while number < len(lines):
            line = lines[number]
            group = _GROUP.match(line)
            segment = None if group else _SEGMENT.match(line)
            if group:
                self._open(number, line, group)
            elif segment:
                self._add(number, segment[1] or "", segment[2], segment[4], int(segment[5]))
                self._close(number, line, segment.start(7), segment[7])
                if segment[2] in ("UNT", "UIT"):
                    last = number + 1
                    break
            elif pending and (rest := _REST.match(line)):
                self._add(number, *pending, rest[2], int(rest[3]))
                self._close(number, line, rest.start(5), rest[5])
                pending = None
            elif (begun := _OPEN_SEGMENT.match(line)) and not _TITLE.match(line):
                pending = (begun[1] or "", begun[2])
            elif line.strip() and not _TITLE.match(line):
                self.findings.append(finding("import-line-unread", self.file, number + 1, text=line.strip()))
            number += 1
        for group_open in reversed(self.stack):
            self.findings.append(
                finding("import-group-open", self.file, group_open.line, group=group_open.name)
            )
        while self.stack:
            self._pop()
        return max(last, number)

    def _here(self) -> list[SegmentUse | GroupUse]:
        return self.stack[-1].content if self.stack else self.top

    def _add(self, number: int, position: str, tag: str, status: str, repeat: int) -> None:
        self._here().append(SegmentUse(tag, status, repeat, position))

    def _open(self, number: int, line: str, group: re.Match[str]) -> None:
        column = group.start(6)
        if self.stack and column >= self.stack[-1].column:
            self.findings.append(
                finding("import-group-nesting", self.file, number + 1, group=f"SG{group[2]}")
            )
        if len(group[6]) != len(self.stack) + 1:
            self.findings.append(
                finding("import-group-nesting", self.file, number + 1, group=f"SG{group[2]}")
            )
        self.stack.append(_Open(f"SG{group[2]}", group[3], int(group[4]), group[1] or "", column, number + 1))

    def _close(self, number: int, line: str, start: int, brackets: str) -> None:
        closing = {start + i for i, mark in enumerate(brackets) if mark in _CLOSES}
        if brackets and len(brackets) != len(self.stack):
            self.findings.append(
                finding(
                    "import-group-nesting",
                    self.file,
                    number + 1,
                    group=self.stack[-1].name if self.stack else "",
                )
            )
        while self.stack and self.stack[-1].column in closing:
            closing.discard(self.stack[-1].column)
            self._pop()
        if closing:
            self.findings.append(finding("import-group-nesting", self.file, number + 1, group=""))

    def _pop(self) -> None:
        group = self.stack.pop()
        self._here().append(
            GroupUse(group.name, group.status, group.repeat, tuple(group.content), group.position)
        )


def groups_of(content: tuple[SegmentUse | GroupUse, ...]) -> Iterator[GroupUse]:
    """All groups in document order."""
    for entry in content:
        if isinstance(entry, GroupUse):
            yield entry
            yield from groups_of(entry.content)


def _compare(path: str, lines: list[str], end: int, message: MessageDef, findings: list[Fault]) -> None:
    """Hold the table against the headings ``Segment group 2: TDT-DTM-RFF-SG3`` of the text before it."""
    said: dict[str, tuple[int, list[str]]] = {}
    number = 0
    while number < end:
        match = _CLARIFICATION.search(lines[number])
        if match:
            text, first = match[2], number
            while lines[number].rstrip().endswith("-") and number + 1 < end:
                number += 1
                text += lines[number].strip()
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
