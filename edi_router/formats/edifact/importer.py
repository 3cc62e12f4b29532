"""Imports an official UN/EDIFACT release (the zip as published) into our own definition format.

Nothing is guessed and nothing skipped silently: every oddity of a release is a finding with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import (
    CompositeDef,
    ElementDef,
    GroupUse,
    MessageDef,
    SegmentDef,
    SegmentUse,
)
from edi_router.formats.edifact.directory_json import (
    about_json,
    codes_json,
    elements_json,
    message_json,
    parts_json,
)
from edi_router.formats.edifact.import_codes import read_codes
from edi_router.formats.edifact.import_layouts import Forms, read_composites, read_elements, read_segments
from edi_router.formats.edifact.import_messages import read_message
from edi_router.formats.edifact.import_zip import Member, finding, members

_T = TypeVar("_T")

SERVICE_SEGMENTS = frozenset({"UNH", "UNT", "UNS", "UGH", "UGT", "UGS"})
_PART = re.compile(r"(ED|TR|ID)(MD|SD|CD|ED)\.(\w{3})")
_CODES = re.compile(r"UN[CS]L(-\d)?\.(\w{3})")
_MESSAGE = re.compile(r"([A-Z0-9]{6})_([A-Z])\.(\w{3})")


@dataclass(slots=True)
class Release:
    """What a release defines; what a message does not use is still here."""

    directory: str = ""
    messages: dict[str, MessageDef] = field(default_factory=dict)
    segments: dict[str, SegmentDef] = field(default_factory=dict)
    composites: dict[str, CompositeDef] = field(default_factory=dict)
    elements: dict[str, ElementDef] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import: `files` by name below the directory's folder, `counts`, `findings`."""

    directory: str
    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    findings: list[Fault]
    release: Release
    source: str


def import_release(data: bytes, name: str) -> Imported:
    """Import the zip `data`, called `name` in findings and in ``about.json``."""
    findings: list[Fault] = []
    release = Release()
    forms = Forms()
    directories: dict[str, int] = {}
    for member in sorted(members(data, name, findings), key=_order):
        _read(member, release, forms, directories, findings)
    release.directory = max(directories, key=lambda d: directories[d]) if directories else ""
    if not release.messages:
        findings.append(finding("import-nothing", name, what="messages"))
    if not release.codes:
        findings.append(finding("import-nothing", name, what="code lists"))
    _link_codes(release)
    _compare_forms(release, forms, findings)
    findings += validate(release, name)
    return _imported(release, name, {}, findings)


def subset(imported: Imported, types: Collection[str]) -> Imported:
    """The same import restricted to some message types and what these use."""
    whole = imported.release
    messages = {key: whole.messages[key] for key in sorted(types) if key in whole.messages}
    tags = {use.tag for message in messages.values() for use in segment_uses(message.content)}
    segments = {tag: whole.segments[tag] for tag in sorted(tags) if tag in whole.segments}
    refs = {use.ref for segment in segments.values() for use in segment.parts}
    composites = {ref: whole.composites[ref] for ref in sorted(refs) if ref in whole.composites}
    refs |= {use.ref for composite in composites.values() for use in composite.parts}
    elements = {ref: whole.elements[ref] for ref in sorted(refs) if ref in whole.elements}
    codes = {ref: whole.codes[ref] for ref in elements if ref in whole.codes}
    part = Release(whole.directory, messages, segments, composites, elements, codes)
    return _imported(part, imported.source, {"messages": sorted(messages)}, imported.findings)


def write(release: Release, about: Mapping[str, object]) -> dict[str, bytes]:
    """The files of a directory, by name below its folder."""
    files = {f"messages/{key}.json": message_json(message) for key, message in release.messages.items()}
    files["segments.json"] = parts_json(release.segments.values())
    files["composites.json"] = parts_json(release.composites.values())
    files["elements.json"] = elements_json(release.elements.values())
    files["codes.json"] = codes_json(release.codes)
    files["about.json"] = about_json(about)
    return files


def segment_uses(content: tuple[SegmentUse | GroupUse, ...]) -> Iterator[SegmentUse]:
    """All segments of a message or group in order, those of groups inside included."""
    for entry in content:
        if isinstance(entry, GroupUse):
            yield from segment_uses(entry.content)
        else:
            yield entry


def validate(release: Release, name: str) -> list[Fault]:
    """What the release uses but does not define; groups that are numbered or built wrongly."""
    findings: list[Fault] = []

    def missing(what: str, user: str) -> None:
        findings.append(finding("import-undefined", name, what=what, user=user))

    for message in release.messages.values():
        for use in segment_uses(message.content):
            if use.tag not in release.segments and use.tag not in SERVICE_SEGMENTS:
                missing(use.tag, message.type)
        findings += _check_groups(message, name)
    for segment in release.segments.values():
        for part in segment.parts:
            if part.ref not in release.composites and part.ref not in release.elements:
                missing(part.ref, segment.tag)
    for composite in release.composites.values():
        for part in composite.parts:
            if part.ref not in release.elements:
                missing(part.ref, composite.id)
    return findings


def _check_groups(message: MessageDef, name: str) -> Iterator[Fault]:
    expected = 0

    def walk(content: tuple[SegmentUse | GroupUse, ...]) -> Iterator[Fault]:
        nonlocal expected
        for entry in content:
            if not isinstance(entry, GroupUse):
                continue
            expected += 1
            if entry.name != f"SG{expected}":
                yield finding(
                    "import-group-number", name, group=f"{message.type} {entry.name}", number=str(expected)
                )
                expected = int(entry.name[2:])
            first = entry.content[0] if entry.content else None
            if not isinstance(first, SegmentUse) or first.status != "M" or first.repeat != 1:
                yield finding("import-group-trigger", name, group=f"{message.type} {entry.name}")
            yield from walk(entry.content)

    yield from walk(message.content)


def _order(member: Member) -> tuple[int, str]:
    """Code directories in their own order; the rest by name, so that findings come in a fixed order."""
    return (0, member.path) if _PART.fullmatch(member.name) else (1, member.path)


def _read(
    member: Member, release: Release, forms: Forms, directories: dict[str, int], findings: list[Fault]
) -> None:
    part = _PART.fullmatch(member.name)
    if part and part[1] == "ID":
        findings.append(finding("import-interactive", member.path, what=member.name))
    elif part and part[2] != "MD":
        _read_part(part[2], member, release, forms, findings)
    elif _CODES.fullmatch(member.name):
        for line, key, codes in read_codes(member, findings):
            _put(release.codes, key, codes, member, line, findings)
    elif _MESSAGE.fullmatch(member.name):
        _read_messages(member, release, directories, findings)
    else:
        findings.append(finding("import-file-unused", member.path, reason="not a directory file"))


def _read_part(kind: str, member: Member, release: Release, forms: Forms, findings: list[Fault]) -> None:
    if kind == "SD":
        for line, segment in read_segments(member, forms, findings):
            _put(release.segments, segment.tag, segment, member, line, findings)
    elif kind == "CD":
        for line, composite in read_composites(member, forms, findings):
            _put(release.composites, composite.id, composite, member, line, findings)
    else:
        for line, element in read_elements(member, findings):
            _put(release.elements, element.id, element, member, line, findings)


def _read_messages(
    member: Member, release: Release, directories: dict[str, int], findings: list[Fault]
) -> None:
    tables = list(read_message(member, findings))
    if not tables:
        findings.append(finding("import-file-unused", member.path, reason="no segment table in it"))
    for index, table in enumerate(tables):
        message = table.message
        if index:
            findings.append(finding("import-appended", member.path, table.line, message=message.type))
        if table.interactive:
            findings.append(finding("import-interactive", member.path, table.line, what=message.type))
            continue
        directories[message.directory] = directories.get(message.directory, 0) + 1
        _put(release.messages, message.type, message, member, table.line, findings)


def _put(found: dict[str, _T], key: str, value: _T, member: Member, line: int, findings: list[Fault]) -> None:
    if key in found:
        findings.append(finding("import-duplicate", member.path, line, what=key))
    else:
        found[key] = value


def _link_codes(release: Release) -> None:
    for key, element in release.elements.items():
        if key in release.codes:
            release.elements[key] = replace(element, codes=key)


def _compare_forms(release: Release, forms: Forms, findings: list[Fault]) -> None:
    """The segment directory repeats what composites and elements are: it must say the same."""
    for file, line, ref, form in forms.elements:
        element = release.elements.get(ref)
        if element is not None and form and form != element.form:
            findings.append(
                finding("import-form-differs", file, line, element=ref, here=form, there=element.form)
            )
    for file, line, ref, components in forms.composites:
        composite = release.composites.get(ref)
        there = [(use.ref, use.status, use.repeat) for use in composite.parts] if composite else components
        if there != components:
            findings.append(finding("import-composite-differs", file, line, composite=ref))


def _imported(release: Release, source: str, about: Mapping[str, object], findings: list[Fault]) -> Imported:
    counts = {
        "messages": len(release.messages),
        "segments": len(release.segments),
        "composites": len(release.composites),
        "elements": len(release.elements),
        "code lists": len(release.codes),
        "codes": sum(map(len, release.codes.values())),
    }
    facts = {"directory": release.directory, "source": source, **about, "counts": counts}
    return Imported(release.directory, write(release, facts), counts, findings, release, source)
