"""Imports an official UN/EDIFACT release (the zip as published) into our own definition format.

Nothing is guessed and nothing skipped silently: every oddity of a release is a finding with file and line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from edi_router.faults import Fault
from edi_router.formats.edifact import import_names as names
from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.directory_json import (
    about_json,
    codes_json,
    elements_json,
    message_json,
    parts_json,
)
from edi_router.formats.edifact.import_checks import (
    SERVICE_SEGMENTS,
    Release,
    compare_forms,
    compare_index,
    complete_elements,
    undefined,
)
from edi_router.formats.edifact.import_codes import read_codes
from edi_router.formats.edifact.import_layouts import (
    Forms,
    Text,
    read_composites,
    read_elements,
    read_segments,
)
from edi_router.formats.edifact.import_messages import Table, read_message
from edi_router.formats.edifact.import_text import lines_of
from edi_router.formats.edifact.import_zip import Member, base_name, finding, members

__all__ = ["SERVICE_SEGMENTS", "Imported", "Release", "import_release", "segment_uses", "subset", "write"]

_T = TypeVar("_T")
UNREAD_LIMIT = 100
SEVERAL = 3
"""Messages with the name of a release that make it one."""
_ORDER = {names.CODES: 0, names.COMPOSITES: 1, names.ELEMENTS: 2, names.SEGMENTS: 3, names.MESSAGE: 4}


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import: `files` by name below the directory's folder, `counts`, `findings`."""

    directory: str
    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    findings: list[Fault]
    release: Release
    source: str


@dataclass(slots=True)
class _Work:
    name: str
    release: Release = field(default_factory=Release)
    forms: Forms = field(default_factory=Forms)
    findings: list[Fault] = field(default_factory=list)
    tables: list[tuple[Text, Table, names.Kind]] = field(default_factory=list)
    indexes: list[tuple[Text, str]] = field(default_factory=list)
    parts: list[tuple[Text, str]] = field(default_factory=list)


def import_release(data: bytes, name: str) -> Imported:
    """Import the zip `data`, called `name` in findings and in ``about.json``."""
    work = _Work(name)
    release = work.release
    files = list(_files(data, work))
    others = _other_releases([kind for _, _, kind in files])
    for member, text, kind in sorted(files, key=lambda file: _order(*file)):
        if kind.suffix in others and kind.kind != names.MESSAGE:
            values = {"message": member.name, "here": f"D{kind.suffix}", "there": f"D{others[kind.suffix]}"}
            work.findings.append(finding("import-other-release", text.path, None, **values))
        else:
            _read(member, text, kind, work)
    _settle(work)
    for missing, what in ((release.messages, "messages"), (release.segments, "segment definitions"),
                          (release.composites, "composites"), (release.elements, "element definitions"),
                          (release.codes, "code lists")):  # fmt: skip
        if not missing:
            work.findings.append(finding("import-nothing", name, what=what))
    complete_elements(release, work.forms, work.findings)
    compare_forms(release, work.forms, work.findings)
    if release.messages:
        work.findings += undefined(release, work.forms)
        for text, of in work.indexes:
            compare_index(text, of, release, True, work.findings)
    facts = {"whole": True, "messages": sorted(release.messages)}
    return _imported(release, name, facts, _limited(work.findings))


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


def _files(data: bytes, work: _Work) -> Iterator[tuple[Member, Text, names.Kind]]:
    """The files that are of use, each once, with what they are."""
    seen: dict[bytes, str] = {}
    for member in members(data, work.name, work.findings):
        digest = hashlib.sha256(member.data).digest()
        if member.data and digest in seen:
            work.findings.append(finding("import-duplicate-file", member.path, other=seen[digest]))
            continue
        seen[digest] = member.path
        if b"\x00" in member.data[:4096] and not member.data.startswith((b"\xff\xfe", b"\xfe\xff")):
            work.findings.append(finding("import-file-unused", member.path, reason="not a text"))
            continue
        noted: list[Fault] = []
        text = Text(member.path, lines_of(member, noted))
        kind = names.kind_of(member.name, text.lines)
        if not kind.kind:
            work.findings.append(finding("import-file-unused", member.path, reason="not a directory file"))
        elif kind.interactive:
            work.findings.append(finding("import-interactive", member.path, what=member.name))
        else:
            work.findings += noted
            if kind.by_content:
                work.findings.append(finding("import-by-content", member.path, what=kind.kind))
            yield member, text, kind


def _other_releases(kinds: list[names.Kind]) -> dict[str, str]:
    """When several releases are in one zip: those to leave out, each with the one that has most messages.

    A single file with another release in its name is a misprint and not a release.
    """
    counts = Counter(kind.suffix for kind in kinds if kind.kind == names.MESSAGE and kind.suffix)
    most = max(counts, key=lambda suffix: (counts[suffix], suffix), default="")
    return {suffix: most for suffix, count in counts.items() if suffix != most and count >= SEVERAL}


def _order(member: Member, text: Text, kind: names.Kind) -> tuple[int, str]:
    """Parts before what uses them; files of a kind by name, so that findings come in a fixed order."""
    return _ORDER.get(kind.kind, 9), member.path


def _read(member: Member, text: Text, kind: names.Kind, work: _Work) -> None:
    release, forms, findings = work.release, work.forms, work.findings
    before = len(findings)
    found = 0
    if kind.kind == names.INDEX:
        work.indexes.append((text, kind.of))
        return
    if kind.kind == names.MESSAGE:
        tables = list(read_message(text, forms, findings))
        found = len(tables)
        for index, table in enumerate(tables):
            if index:
                what = table.message.type
                findings.append(finding("import-appended", text.path, table.line, message=what))
            work.tables.append((text, table, kind))
    elif kind.kind == names.CODES:
        for line, key, codes in read_codes(text, forms, findings):
            found += 1
            _put(release.codes, key, codes, text, line, findings)
    elif kind.kind == names.COMPOSITES:
        for line, composite in read_composites(text, forms, findings):
            found += 1
            _put(release.composites, composite.id, composite, text, line, findings)
    elif kind.kind == names.ELEMENTS:
        for line, element in read_elements(text, forms, findings):
            found += 1
            _put(release.elements, element.id, element, text, line, findings)
    else:
        segments = read_segments(text, release.composites, forms, findings)
        for line, segment in segments:
            found += 1
            _put(release.segments, segment.tag, segment, text, line, findings)
    if kind.suffix and found and kind.kind != names.MESSAGE:
        work.parts.append((text, kind.suffix))
    if not found and len(findings) == before:
        findings.append(finding("import-file-unused", member.path, reason=f"no {kind.kind} in it"))


def _settle(work: _Work) -> None:
    """Which directory this is, by the most messages; a message that says another one is looked into."""
    votes: dict[str, int] = {}
    batch = [found for found in work.tables if not found[1].interactive]
    for _, table, kind in batch:
        for said in {table.said, _named(table, kind)} - {""}:
            votes[said] = votes.get(said, 0) + 1
    if votes:
        work.release.directory = max(votes, key=lambda said: (votes[said], said))
    elif work.parts:
        suffixes = Counter(suffix for _, suffix in work.parts)
        work.release.directory = "D" + max(suffixes, key=lambda each: (suffixes[each], each))
    directory = work.release.directory
    for text, suffix in work.parts:
        if suffix != directory[1:]:
            values = {"message": base_name(text.path), "here": f"D{suffix}", "there": directory}
            work.findings.append(finding("import-release-differs", text.path, None, **values))
    for text, table, kind in sorted(work.tables, key=_is_misnamed):
        message = table.message
        if table.interactive:
            work.findings.append(finding("import-interactive", text.path, table.line, what=message.type))
            continue
        says = [said for said in (table.said, _named(table, kind)) if said]
        others = [said for said in says if said != directory]
        if others:
            values = {"message": message.type, "here": others[0], "there": directory}
            code = "import-other-release" if len(others) == len(says) else "import-release-differs"
            work.findings.append(finding(code, text.path, table.line, **values))
            if len(others) == len(says):
                continue
        if not message.type:
            work.findings.append(finding("import-name-missing", text.path, table.line, what="message"))
            continue
        message = replace(message, version=directory[:1], release=directory[1:])
        _put(work.release.messages, message.type, message, text, table.line, work.findings)
    work.release.messages = dict(sorted(work.release.messages.items()))


def _is_misnamed(found: tuple[Text, Table, names.Kind]) -> bool:
    """Whether the message is in a file of another name: one in its own file goes first."""
    text, table, _ = found
    return not base_name(text.path).upper().startswith(table.message.type)


def _named(table: Table, kind: names.Kind) -> str:
    """The directory that the file's name says."""
    return f"{kind.version or table.message.version}{kind.suffix}" if kind.suffix else ""


def _put(found: dict[str, _T], key: str, value: _T, text: Text, line: int, findings: list[Fault]) -> None:
    if key in found:
        findings.append(finding("import-duplicate", text.path, line, what=key))
    else:
        found[key] = value


def _limited(findings: list[Fault]) -> list[Fault]:
    """At most so many findings of one code in a file; how many more there are is a finding too."""
    kept: list[Fault] = []
    counts: dict[tuple[str, str], int] = {}
    for fault in findings:
        key = (fault.code, fault.place.file or "")
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= UNREAD_LIMIT:
            kept.append(fault)
    for (code, file), count in counts.items():
        if count > UNREAD_LIMIT:
            kept.append(finding("import-more", file, what=code, count=str(count - UNREAD_LIMIT)))
    return kept


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
