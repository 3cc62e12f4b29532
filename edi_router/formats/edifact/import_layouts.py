"""Reads the text files of UN/EDIFACT releases: segment, composite and element directories.

Layouts differ by year (D.93A has no positions, D.94A to D.99A one status column, D.99B on two), so lines
are told apart by what they contain, not by columns. A line that is not understood is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import CompositeDef, ElementDef, SegmentDef, Use
from edi_router.formats.edifact.import_zip import finding, printable

MARKS = r"[*+#|XSR\-]"
NAME_LIMIT = 500
RULE = re.compile(r"^\s*[-_=]{20,}\W*$")
FORM = r"(?:an|a|n)\s?\.{0,3}\s?\d+"
SEGMENT_KEY, COMPOSITE_KEY, ELEMENT_KEY = r"[A-Z]{3}", r"[CES]\d{3}", r"\d{4}"
_ENTRY = re.compile(rf"^(\d{{3,4}})?\s*(?:{MARKS}+\s+)?([CES]\d{{3}}|\d{{4}})\s+(\S.*)$")
_TAIL = re.compile(rf"^(.*?)(?:\s+|^)([MCmc])(?:\s+(\d[\d,]*))?(?:\s+({FORM}))?$", re.IGNORECASE)
_ONLY_FORM = re.compile(rf"^(.*?)\s+({FORM})$", re.IGNORECASE)
_TEXT = re.compile(
    rf"^\s*(?:{MARKS}+\s*)?(Function|Desc|(?:Dependency )?Notes?|Repr|Remarks?)\s*:", re.IGNORECASE
)
_BODY = re.compile(rf"^\s*(?:{MARKS}+\s*)?(Function|Desc)\s*:", re.IGNORECASE)
_REPR = re.compile(r"^.*?Repr\s*:\s*(.*?)\s*$", re.IGNORECASE)
_USAGE = re.compile(r"\s+\[[BIC]\]$")


@dataclass(slots=True)
class Text:
    """A file's lines and the path to name in findings."""

    path: str
    lines: list[str]


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
    """What the files say about what they use, kept to compare with the parts' own files."""

    elements: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    composites: list[tuple[str, int, str, list[tuple[str, str, int]]]] = field(default_factory=list)
    uses: list[tuple[str, int, str, str]] = field(default_factory=list)
    code_forms: dict[str, str] = field(default_factory=dict)
    formless: dict[str, tuple[str, int, str]] = field(default_factory=dict)


def blocks(text: Text, key: str, findings: list[Fault]) -> Iterator[Block]:
    """The blocks of a directory file, each with its heading; the preface is left out."""
    head = re.compile(rf"^\s*(?:{MARKS}+\s*)?\b({key})\s+(\S.*)$")
    current: list[tuple[int, str]] = []
    start = _first(text.lines, head)
    for number, line in enumerate(text.lines[start:], start + 1):
        if RULE.match(line):
            yield from _block(text, head, current, findings)
            current = []
        else:
            current.append((number, line))
    yield from _block(text, head, current, findings)


def _first(lines: list[str], head: re.Pattern[str]) -> int:
    """Where the blocks begin: at the first rule, or at a heading with its text if that stands before it."""
    heading = -1
    for number, line in enumerate(lines):
        if RULE.match(line):
            return number
        if not line.strip():
            continue
        if head.match(line):
            heading = number
        elif heading >= 0 and _BODY.match(line):
            return heading
        else:
            heading = -1
    return len(lines)


def _block(
    text: Text, head: re.Pattern[str], lines: list[tuple[int, str]], findings: list[Fault]
) -> Iterator[Block]:
    start = 0
    while start < len(lines):
        number, line = lines[start]
        start += 1
        if not line.strip():
            continue
        match = head.match(line)
        if match is None:
            unread(findings, text.path, number, line)
            continue
        name = _USAGE.sub("", match[2].strip())
        while (
            start < len(lines)
            and len(name) < NAME_LIMIT
            and lines[start][1].strip()
            and not _TEXT.match(lines[start][1])
        ):
            if (entry := _ENTRY.match(lines[start][1])) and (entry[1] or _TAIL.match(entry[3])):
                break
            name = f"{name} {_USAGE.sub('', lines[start][1].strip())}"
            start += 1
        yield Block(text.path, number, match[1], " ".join(name.split()), lines[start:])
        return


def entries(block: Block, findings: list[Fault]) -> Iterator[Entry]:
    """The entries of a segment or composite block, names over several lines joined."""
    current: Entry | None = None
    text = False
    for number, line in block.rest:
        if not line.strip():
            if current is not None and (current.status or text):
                yield _finished(block, current, findings)
                current = None
            continue
        if _TEXT.match(line):
            text = True
            continue
        match = _ENTRY.match(line)
        tail = _TAIL.match(match[3]) if match else None
        if match and (not text or ((match[1] or not line[:1].strip()) and (tail or match[1]))):
            if current is not None:
                yield _finished(block, current, findings)
            text = False
            current = Entry(number, match[1] or "", match[2], match[3])
            _take(current, match[3])
        elif text:
            continue
        elif current is not None and line.startswith("      ") and len(current.name) < NAME_LIMIT:
            if current.status:
                current.name = f"{current.name} {line.strip()}"
            else:
                _take(current, f"{current.name} {line.strip()}")
        else:
            unread(findings, block.file, number, line)
    if current is not None:
        yield _finished(block, current, findings)


def _take(entry: Entry, text: str) -> None:
    tail = _TAIL.match(text)
    entry.name = " ".join((tail[1] if tail else text).split())
    if tail:
        entry.status = tail[2].upper()
        entry.repeat = int(tail[3].replace(",", "")) if tail[3] else None
        entry.form = tail[4] or ""


def _finished(block: Block, entry: Entry, findings: list[Fault]) -> Entry:
    """The entry; without a status it still holds its position, so that those after it keep theirs."""
    if not entry.status:
        form = _ONLY_FORM.match(entry.name)
        entry.name, entry.form = (form[1], form[2]) if form else (entry.name, "")
        entry.status = "C"
        what = f"{block.key} {entry.ref}"
        findings.append(finding("import-status-missing", block.file, entry.line, what=what))
    entry.form = form_of(entry.form, f"{block.key} {entry.ref}", block.file, entry.line, findings)
    return entry


def form_of(text: str, what: str, file: str, line: int, findings: list[Fault]) -> str:
    """The form as we write it; one that is written otherwise than by the rules is a finding.

    >>> form_of("an ..35", "1004", "f", 1, []), form_of("AN...3", "1001", "f", 1, found := []), len(found)
    ('an..35', 'an..3', 1)
    """
    match = re.fullmatch(r"(an|a|n)\s*(\.*)\s*0*([1-9]\d{0,5})", text, re.IGNORECASE)
    if match is None:
        return ""
    if len(match[2]) not in (0, 2) or not match[1].islower():
        findings.append(finding("import-form-odd", file, line, what=what, text=text))
    return f"{match[1].lower()}{'..' if match[2] else ''}{match[3]}"


def read_segments(
    text: Text, composites: Mapping[str, CompositeDef], forms: Forms, findings: list[Fault]
) -> Iterator[tuple[int, SegmentDef]]:
    """The segments of a segment directory; components named there go to `forms` for comparison."""
    for block in blocks(text, SEGMENT_KEY, findings):
        parts: list[Use] = []
        components: list[tuple[str, str, int]] | None = None
        expected: list[str] = []
        for entry in entries(block, findings):
            is_composite = not entry.ref.isdigit()
            if not is_composite and components is not None and _is_component(entry, expected, components):
                components.append((entry.ref, entry.status, entry.repeat or 1))
                forms.elements.append((text.path, entry.line, entry.ref, entry.form, entry.name))
                continue
            position = entry.position or f"{(len(parts) + 1) * 10:03d}"
            parts.append(Use(entry.ref, entry.status, entry.repeat or 1, position))
            forms.uses.append((text.path, entry.line, block.key, entry.ref))
            components = None
            if is_composite:
                components = []
                known = composites.get(entry.ref)
                expected = [part.ref for part in known.parts] if known else []
                forms.composites.append((text.path, entry.line, entry.ref, components))
            else:
                forms.elements.append((text.path, entry.line, entry.ref, entry.form, entry.name))
                if not entry.form:
                    what = f"{block.key} {entry.ref}"
                    findings.append(finding("import-form-missing", text.path, entry.line, what=what))
        if not parts:
            findings.append(finding("import-empty", text.path, block.line, what=block.key))
        yield block.line, SegmentDef(block.key, block.name, tuple(parts))


def _is_component(entry: Entry, expected: list[str], found: list[tuple[str, str, int]]) -> bool:
    """An entry without position below a composite: what the composite directory lists there, else by case.

    Names of components are in mixed case, those of segments' own elements in capitals.
    """
    if entry.position:
        return False
    if len(found) < len(expected) and expected[len(found)] == entry.ref:
        return True
    return not entry.name.isupper()


def read_composites(text: Text, forms: Forms, findings: list[Fault]) -> Iterator[tuple[int, CompositeDef]]:
    """The composites of a composite directory."""
    for block in blocks(text, COMPOSITE_KEY, findings):
        parts: list[Use] = []
        for entry in entries(block, findings):
            position = entry.position or f"{(len(parts) + 1) * 10:03d}"
            parts.append(Use(entry.ref, entry.status, entry.repeat or 1, position))
            forms.uses.append((text.path, entry.line, block.key, entry.ref))
            forms.elements.append((text.path, entry.line, entry.ref, entry.form, entry.name))
        if not parts:
            findings.append(finding("import-empty", text.path, block.line, what=block.key))
        yield block.line, CompositeDef(block.key, block.name, tuple(parts))


def read_elements(text: Text, forms: Forms, findings: list[Fault]) -> Iterator[tuple[int, ElementDef]]:
    """The data elements of an element directory; those without a form go to `forms`."""
    for block in blocks(text, ELEMENT_KEY, findings):
        form = block_form(block, findings)
        if form:
            yield block.line, ElementDef(block.key, block.name, form)
        else:
            forms.formless[block.key] = (text.path, block.line, block.name)


def block_form(block: Block, findings: list[Fault]) -> str:
    """What ``Repr:`` says in a block, or nothing."""
    for number, line in block.rest:
        match = _REPR.match(line)
        if match:
            form = form_of(match[1], block.key, block.file, number, findings)
            if form:
                return form
            if match[1]:
                unread(findings, block.file, number, line)
    return ""


def unread(findings: list[Fault], path: str, number: int, line: str) -> None:
    """A line that is not understood."""
    findings.append(finding("import-line-unread", path, number, text=printable(" ".join(line.split())[:120])))
