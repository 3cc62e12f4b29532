"""Reads one segment table of a message: segments in order, groups by their drawn brackets.

The brackets tell where a group ends, by column; where a line's brackets are shifted but are as many as
there are open groups, their order tells. What does not fit together is a finding, as is every line that is
not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.import_layouts import MARKS, Forms, Text, unread
from edi_router.formats.edifact.import_zip import finding

_NUMBER = r"[xX]?(\d[\d,]*)"
_GROUP = re.compile(
    rf"^\s?(\d{{4,5}})?[\s*+#|XSR-]*?-*\s*Segment\s+group\s+(\d+)\s*-*"
    rf"\s+([MC])\s+{_NUMBER}\s*([- ]*)([+|]*)\s*$",
    re.IGNORECASE,
)
_SEGMENT = re.compile(
    rf"^\s?(\d{{4,5}})?\s*(?:{MARKS}+\s+)?([A-Z]{{3}})\s+(\S.*?)\s+([MCmc])\s+{_NUMBER}\s*(-*)\s*([+|]*)\s*$"
)
_OPEN = re.compile(rf"^\s?(\d{{4,5}})?\s*(?:{MARKS}+\s+)?([A-Z]{{3}})\s+([^\s|][^|]*?)\s*([|]*)$")
_GROUP_BEGUN = re.compile(r"^\s?(\d{4,5})?[\s*+#|XSR-]*?-*\s*Segment\s+group\s+(\d+)[\s-]*$", re.IGNORECASE)
_GROUP_REST = re.compile(rf"^[\s-]+([MC])\s+{_NUMBER}\s*([- ]*)([+|]*)\s*$", re.IGNORECASE)
_REST = re.compile(rf"^\s{{6,}}(\S.*?)\s+([MCmc])\s+{_NUMBER}\s*(-*)\s*([+|]*)\s*$")
_GLUED = re.compile(r"^(.*[a-z])([MC]\s+\d.*)$")
_STATUS = re.compile(r"^(.*\S)\s+([MCmc])(?:\s*-*\s*)$")
_TITLE = re.compile(
    r"^\s*(?:\S+ SECTION|TAG\s+NAME\b.*|Pos\.?\s+Tag\b.*|[|]+|[-_=]{20,}.*)\s*$", re.IGNORECASE
)
_NEXT = re.compile(r"^\s*(?:Message Type\s*:|\d+(?:\.\d+)+\.?\s+\S|UN/EDIFACT\s*$)", re.IGNORECASE)


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
class _Pending:
    number: int
    position: str
    tag: str
    name: str


@dataclass(slots=True)
class _Heading:
    """The line that begins a group: `column` is where its brackets start."""

    number: int
    position: str
    group: str
    status: str = ""
    repeat: int = 0
    brackets: str = ""
    column: int = 0


def starts_table(line: str) -> str:
    """UNH or UIH when the line begins a segment table, else nothing."""
    match = _SEGMENT.match(line) if "UNH" in line or "UIH" in line else None
    return match[2] if match and match[2] in ("UNH", "UIH") else ""


class TableReader:
    """Reads the table into `top`."""

    def __init__(self, text: Text, user: str, forms: Forms, findings: list[Fault]) -> None:
        self.text = text
        self.user = user
        self.forms = forms
        self.findings = findings
        self.top: list[SegmentUse | GroupUse] = []
        self.stack: list[_Open] = []
        self.pending: _Pending | None = None
        self.heading: _Heading | None = None
        self.groups = 0

    def read(self, number: int) -> int:
        """Read the table that starts at line `number` (from 0); the number of the first line after it."""
        lines = self.text.lines
        start = number
        ended = False
        while number < len(lines) and not ended:
            line = lines[number]
            if number > start and (_NEXT.match(line) or starts_table(line)):
                break
            ended = self._line(number, line)
            number += 1
        self._incomplete()
        if not ended:
            self._find("import-table-open", start, group=self.user)
        while self.stack:
            self._find("import-group-open", self.stack[-1].line, group=self.stack[-1].name)
            self._pop()
        return number

    def _line(self, number: int, line: str) -> bool:
        """Read one line; whether it ends the table."""
        group = self._heading(number, line)
        if not group and not _SEGMENT.match(line) and (glued := _GLUED.match(line)):
            line = f"{glued[1]} {glued[2]}"
            self._find("import-glued", number, text=" ".join(line.split()[:12]))
        segment = None if group else _SEGMENT.match(line)
        rest = None if group or segment or self.pending is None else _REST.match(line)
        if group:
            self._incomplete()
            if group.status:
                self._group(group)
            else:
                self.heading = group
        elif segment:
            self._incomplete()
            self._add(number, segment[1] or "", segment[2], segment[4], _count(segment[5]))
            self._close(number, segment.start(7), segment[7])
            return segment[2] in ("UNT", "UIT")
        elif rest and self.pending:
            self._add(self.pending.number, self.pending.position, self.pending.tag, rest[2], _count(rest[3]))
            self.pending = None
            self._close(number, rest.start(5), rest[5])
        elif _TITLE.match(line) or not line.strip():
            pass
        elif begun := _OPEN.match(line):
            self._incomplete()
            self.pending = _Pending(number, begun[1] or "", begun[2], begun[3])
        else:
            unread(self.findings, self.text.path, number + 1, line)
        return False

    def _heading(self, number: int, line: str) -> _Heading | None:
        """The beginning of a group; one over two lines has no status until the second is read."""
        begun = self.heading
        if begun is not None and (match := _GROUP_REST.match(line)):
            self.heading = None
            repeat = _count(match[2])
            return _Heading(
                begun.number, begun.position, begun.group, match[1], repeat, match[4], match.start(4)
            )
        if "GROUP" not in line.upper():
            return None
        if match := _GROUP.match(line):
            repeat = _count(match[4])
            return _Heading(number, match[1] or "", match[2], match[3], repeat, match[6], match.start(6))
        match = _GROUP_BEGUN.match(line)
        return _Heading(number, match[1] or "", match[2]) if match else None

    def _incomplete(self) -> None:
        """A line whose status or number never came; a segment with position or status still counts."""
        heading, self.heading = self.heading, None
        if heading is not None:
            unread(self.findings, self.text.path, heading.number + 1, f"Segment group {heading.group}")
        pending, self.pending = self.pending, None
        if pending is None:
            return
        status = _STATUS.match(pending.name)
        if not pending.position and not status:
            unread(self.findings, self.text.path, pending.number + 1, f"{pending.tag} {pending.name}")
            return
        self._find("import-status-missing", pending.number, what=f"{self.user} {pending.tag}")
        self._add(pending.number, pending.position, pending.tag, status[2] if status else "C", 1)

    def _add(self, number: int, position: str, tag: str, status: str, repeat: int) -> None:
        here = self.stack[-1].content if self.stack else self.top
        if self.stack and not here and (status.upper() != "M" or repeat != 1):
            self._find("import-group-trigger", number, group=f"{self.user} {self.stack[-1].name}")
        here.append(SegmentUse(tag, status.upper(), repeat, position))
        self.forms.uses.append((self.text.path, number + 1, self.user, tag))

    def _group(self, heading: _Heading) -> None:
        name, number = f"SG{heading.group}", heading.number
        depth = len(self.stack) + 1
        if len(heading.brackets) != depth or (self.stack and heading.column >= self.stack[-1].column):
            self._find("import-group-nesting", number, group=name)
        self.groups += 1
        if int(heading.group) != self.groups:
            self._find(
                "import-group-number", number, group=f"{self.user} {name}", number=str(self.groups)
            )  # fmt: skip
            self.groups = int(heading.group)
        if self.stack and not self.stack[-1].content:
            self._find("import-group-trigger", number, group=f"{self.user} {self.stack[-1].name}")
        self.stack.append(
            _Open(name, heading.status.upper(), heading.repeat, heading.position, heading.column, number)
        )

    def _close(self, number: int, start: int, brackets: str) -> None:
        closing = {start + i for i, mark in enumerate(brackets) if mark == "+"}
        columns = [each.column for each in self.stack]
        if brackets and len(brackets) == len(columns) and not closing <= set(columns):
            self._find("import-group-nesting", number, group=self.stack[-1].name)
            closing = {columns[-1 - i] for i, mark in enumerate(brackets) if mark == "+"}
        elif brackets and len(brackets) != len(columns):
            self._find("import-group-nesting", number, group=self.stack[-1].name if self.stack else self.user)
        while self.stack and self.stack[-1].column in closing:
            closing.discard(self.stack[-1].column)
            self._pop()
        if closing and len(brackets) == len(columns):
            self._find("import-group-nesting", number, group=self.stack[-1].name if self.stack else self.user)

    def _pop(self) -> None:
        group = self.stack.pop()
        here = self.stack[-1].content if self.stack else self.top
        if not group.content:
            self._find("import-group-trigger", group.line, group=f"{self.user} {group.name}")
            return
        here.append(GroupUse(group.name, group.status, group.repeat, tuple(group.content), group.position))

    def _find(self, code: str, at: int, **values: str) -> None:
        self.findings.append(finding(code, self.text.path, at + 1, **values))


def _count(text: str) -> int:
    """A greatest number of repeats, also one written with commas."""
    return int(text.replace(",", "")[:12])
