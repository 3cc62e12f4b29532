"""Reads the text files of UN/EDIFACT releases: segment, composite, element and code directories.

Layouts differ by year (D.93A has no positions, D.94A to D.99A one status column, D.99B on two), so lines
are told apart by what they contain, not by columns. A line that is not understood is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import CompositeDef, ElementDef, SegmentDef, Use
from edi_router.formats.edifact.import_zip import Member, finding

MARKS = r"[*+#|X\-]"
_RULE = re.compile(r"^\s*[-─]{20,}[^\w]*$")
_HEAD = re.compile(rf"^\s*(?:{MARKS}+\s*)?\b([A-Z]{{3}}|[CE]\d{{3}}|\d{{4}})\s+(\S.*)$")
_ENTRY = re.compile(rf"^(\d{{3,4}})?\s*(?:{MARKS}+\s+)?([CES]\d{{3}}|\d{{4}})\s+(\S.*)$")
_TAIL = re.compile(r"^(.*?)(?:\s+|^)([MC])(?:\s+(\d+))?(?:\s+((?:an|a|n)\s?(?:\.\.)?\s?\d+))?$")
_TEXT = re.compile(rf"^\s*(?:{MARKS}+\s*)?(Function|Desc|Notes?|Repr|Remarks?)\s*:", re.IGNORECASE)
_FORM = re.compile(r"Repr\s*:\s*((?:an|a|n)\s?(?:\.\.)?\s?\d+)\s*$", re.IGNORECASE)
_USAGE = re.compile(r"\s+\[[BIC]\]$")
_COMPOSITE = re.compile(r"[CES]\d{3}")


@dataclass(slots=True)
class Block:
    """The lines between two rules: `line` is the number of its heading's line."""

    file: str
    line: int
    key: str
    name: str
    rest: list[tuple[int, str]]


@dataclass(slots=True)
class Entry:
    """One line of a segment or composite."""

    line: int
    position: str
    ref: str
    name: str
    status: str = ""
    repeat: int | None = None
    form: str = ""


@dataclass(slots=True)
class Forms:
    """What segment and composite directories say about parts, kept to compare with the parts' own files."""

    elements: list[tuple[str, int, str, str]] = field(default_factory=list)
    composites: list[tuple[str, int, str, list[tuple[str, str, int]]]] = field(default_factory=list)


def blocks(member: Member, findings: list[Fault]) -> Iterator[Block]:
    """The blocks of a directory file, each with its heading; text before the first rule is left out."""
    started = False
    current: list[tuple[int, str]] = []
    for number, line in enumerate(member.lines(), 1):
        if _RULE.match(line):
            if started:
                yield from _block(member, current, findings)
            started = True
            current = []
        elif started:
            current.append((number, line))
    if started:
        yield from _block(member, current, findings)


def _block(member: Member, lines: list[tuple[int, str]], findings: list[Fault]) -> Iterator[Block]:
    start = next((i for i, (_, line) in enumerate(lines) if line.strip()), None)
    if start is None:
        return
    number, line = lines[start]
    head = _HEAD.match(line)
    if head is None:
        findings.append(finding("import-line-unread", member.path, number, text=line.strip()))
        return
    name = _USAGE.sub("", head[2].strip())
    start += 1
    while start < len(lines) and lines[start][1].strip() and not _TEXT.match(lines[start][1]):
        name = f"{name} {_USAGE.sub('', lines[start][1].strip())}"
        start += 1
    yield Block(member.path, number, head[1], " ".join(name.split()), lines[start:])


def entries(block: Block, findings: list[Fault]) -> Iterator[Entry]:
    """The entries of a segment or composite block, names over several lines joined."""
    current: Entry | None = None
    text = False
    for number, line in block.rest:
        if not line.strip():
            continue
        if _TEXT.match(line):
            text = True
            continue
        match = _ENTRY.match(line)
        tail = _TAIL.match(match[3]) if match else None
        if match and (not text or ((match[1] or not line[:1].strip()) and (tail or match[1]))):
            if current is not None:
                yield from _finish(block, current, findings)
            text = False
            current = Entry(number, match[1] or "", match[2], match[3])
            _take(current, match[3])
        elif text:
            continue
        elif current is not None:
            if current.status:
                current.name = f"{current.name} {line.strip()}"
            else:
                _take(current, f"{current.name} {line.strip()}")
        else:
            findings.append(finding("import-line-unread", block.file, number, text=line.strip()))
    if current is not None:
        yield from _finish(block, current, findings)


def _take(entry: Entry, text: str) -> None:
    tail = _TAIL.match(text)
    entry.name = " ".join((tail[1] if tail else text).split())
    if tail:
        entry.status = tail[2]
        entry.repeat = int(tail[3]) if tail[3] else None
        entry.form = (tail[4] or "").replace(" ", "")


def _finish(block: Block, entry: Entry, findings: list[Fault]) -> Iterator[Entry]:
    if entry.status:
        yield entry
    else:
        findings.append(
            finding("import-line-unread", block.file, entry.line, text=f"{entry.ref} {entry.name}")
        )


def read_segments(member: Member, forms: Forms, findings: list[Fault]) -> Iterator[tuple[int, SegmentDef]]:
    """The segments of a segment directory; components named there go to `forms` for comparison."""
    for block in blocks(member, findings):
        parts: list[Use] = []
        components: list[tuple[str, str, int]] | None = None
        for entry in entries(block, findings):
            is_composite = bool(_COMPOSITE.fullmatch(entry.ref))
            if not is_composite and components is not None and _is_component(entry):
                components.append((entry.ref, entry.status, entry.repeat or 1))
                forms.elements.append((member.path, entry.line, entry.ref, entry.form))
                continue
            position = entry.position or f"{(len(parts) + 1) * 10:03d}"
            parts.append(Use(entry.ref, entry.status, entry.repeat or 1, position))
            components = [] if is_composite else None
            if components is not None:
                forms.composites.append((member.path, entry.line, entry.ref, components))
            elif entry.form:
                forms.elements.append((member.path, entry.line, entry.ref, entry.form))
            else:
                findings.append(finding("import-line-unread", member.path, entry.line, text=entry.ref))
        yield block.line, SegmentDef(block.key, block.name, tuple(parts))


def _is_component(entry: Entry) -> bool:
    """Names of components are in mixed case, those of segments' own elements in capitals."""
    return not entry.position and not entry.name.isupper()


def read_composites(
    member: Member, forms: Forms, findings: list[Fault]
) -> Iterator[tuple[int, CompositeDef]]:
    """The composites of a composite directory."""
    for block in blocks(member, findings):
        parts: list[Use] = []
        for entry in entries(block, findings):
            position = entry.position or f"{(len(parts) + 1) * 10:03d}"
            parts.append(Use(entry.ref, entry.status, entry.repeat or 1, position))
            forms.elements.append((member.path, entry.line, entry.ref, entry.form))
        yield block.line, CompositeDef(block.key, block.name, tuple(parts))


def read_elements(member: Member, findings: list[Fault]) -> Iterator[tuple[int, ElementDef]]:
    """The data elements of an element directory (or the headings of a code directory)."""
    for block in blocks(member, findings):
        form = next((m[1] for _, line in block.rest if (m := _FORM.search(line))), None)
        if form is None:
            findings.append(finding("import-line-unread", member.path, block.line, text=block.key))
        else:
            yield block.line, ElementDef(block.key, block.name, form.replace(" ", ""))
