"""Reads the code directories (UNCL, UNSL) of UN/EDIFACT releases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from edi_router.faults import Fault
from edi_router.formats.edifact.import_layouts import (
    ELEMENT_KEY,
    NAME_LIMIT,
    Block,
    Forms,
    Text,
    block_form,
    blocks,
    unread,
)
from edi_router.formats.edifact.import_zip import finding

MARKS = r"[*+#|X\-]"
_CODE = re.compile(rf"^(?:{MARKS}+(?=\s))?\s*([^\s*+#|-]\S*)(\s+)(\S.*)$")
_TEXT = re.compile(r"^\s*(Desc|Repr|Notes?|Remarks?)\s*:", re.IGNORECASE)
_VALUE = re.compile(r"[A-Z0-9](?:[A-Z0-9 ./&+*-]*[A-Z0-9.+*])?")


def read_codes(text: Text, forms: Forms, findings: list[Fault]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Each code list of a code directory: line, data element, values with their names.

    A code's name starts in one column through the whole file and its description further right; that
    column is the one most names start in.
    """
    found = list(blocks(text, ELEMENT_KEY, findings))
    column = _name_column(found)
    for block in found:
        form = block_form(block, findings)
        if form:
            forms.code_forms.setdefault(block.key, form)
        digits = re.search(r"\d+$", form)
        codes = _codes(block, column, int(digits[0]) if digits else 17, findings)
        if not codes:
            findings.append(finding("import-empty", text.path, block.line, what=block.key))
        else:
            yield block.line, block.key, codes


def _name_column(found: list[Block]) -> int:
    starts: Counter[int] = Counter()
    for block in found:
        for _, line in block.rest:
            match = _CODE.match(line)
            if match and len(match[2]) > 1 and match.start(3) <= 14:
                starts[match.start(3)] += 1
    if not starts:
        for block in found:
            for _, line in block.rest:
                match = _CODE.match(line)
                if match and match[1].isalnum() and match[1].isupper():
                    starts[match.start(3)] += 1
    return starts.most_common(1)[0][0] if starts else 10


def _codes(block: Block, column: int, longest: int, findings: list[Fault]) -> dict[str, str]:
    codes: dict[str, str] = {}
    value = ""
    naming = text = False
    for number, line in block.rest:
        if not line.strip():
            text = naming = False
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
            if naming and len(codes[value]) < NAME_LIMIT:
                codes[value] = f"{codes[value]} {line.strip()}".strip()
            else:
                unread(findings, block.file, number, line)
        else:
            found, name = _split(line, start, column)
            naming = len(found) <= longest and _VALUE.fullmatch(found) is not None
            if not naming:
                unread(findings, block.file, number, line)
                continue
            if " " in found:
                what = f"{block.key} {found}"
                findings.append(finding("import-code-space", block.file, number, what=what))
            if found in codes:
                findings.append(finding("import-duplicate", block.file, number, what=f"{block.key} {found}"))
                naming = False
                continue
            value = found
            codes[value] = " ".join(name.split())
    for found, name in codes.items():
        if not name:
            findings.append(
                finding("import-name-missing", block.file, block.line, what=f"{block.key} {found}")
            )
    return codes


def _split(line: str, start: int, column: int) -> tuple[str, str]:
    """The value and the name; a value may hold a space where its name stands in the column of names."""
    if line[column - 1 : column].isspace() and line[column : column + 1].strip():
        return line[start:column].strip(), line[column:]
    value, _, name = line[start:].partition(" ")
    return value, name


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
