"""Reads the code directories (UNCL, UNSL) of UN/EDIFACT releases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from edi_router.faults import Fault
from edi_router.formats.edifact.import_layouts import MARKS, Block, blocks
from edi_router.formats.edifact.import_zip import Member, finding

_CODE = re.compile(rf"^(?:{MARKS}+(?=\s))?\s*(\S+)(\s+)(\S.*)$")
_TEXT = re.compile(r"^\s*(Desc|Repr|Notes?|Remarks?)\s*:", re.IGNORECASE)


def read_codes(member: Member, findings: list[Fault]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Each code list of a code directory: line, data element, values with their names.

    A code's name starts in one column through the whole file and its description further right; that
    column is the one most names start in.
    """
    found = list(blocks(member, findings))
    column = _name_column(found)
    for block in found:
        yield block.line, block.key, _codes(block, column, findings)


def _name_column(found: list[Block]) -> int:
    starts: Counter[int] = Counter()
    for block in found:
        for _, line in block.rest:
            match = _CODE.match(line)
            if match and len(match[2]) > 1 and match.start(3) <= 14:
                starts[match.start(3)] += 1
    return starts.most_common(1)[0][0] if starts else 10


def _codes(block: Block, column: int, findings: list[Fault]) -> dict[str, str]:
    codes: dict[str, str] = {}
    value = ""
    naming = text = False
    for number, line in block.rest:
        if not line.strip():
            text = False
            continue
        if _TEXT.match(line) and len(line) - len(line.lstrip("*+#|X- ")) <= column:
            text = True
            continue
        if text:
            continue
        start = _start(line, column)
        if start > column:
            naming = False
        elif start == column:
            if naming:
                codes[value] = f"{codes[value]} {line.strip()}".strip()
            else:
                findings.append(finding("import-line-unread", block.file, number, text=line.strip()))
        else:
            value, _, name = line[start:].partition(" ")
            if value in codes:
                findings.append(finding("import-duplicate", block.file, number, what=f"{block.key} {value}"))
            codes[value] = " ".join(name.split())
            naming = True
    return codes


def _start(line: str, column: int) -> int:
    """Where the line's text starts; change marks before a code are not text."""
    position = 0
    while position < len(line) and line[position] == " ":
        position += 1
    if position < 5 and position < column:
        marks = re.match(rf"{MARKS}+(?=\s)", line[position:])
        if marks and line[position + marks.end() :].strip():
            after = position + marks.end()
            while line[after] == " ":
                after += 1
            if after <= column and (after < column or not _is_code(line, position, after)):
                return after
    return position


def _is_code(line: str, start: int, after: int) -> bool:
    """Whether what looks like marks is a code itself, such as ``X``: its name starts in the name column."""
    return after - start > 0 and start >= 3
