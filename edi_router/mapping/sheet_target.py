"""What the target's definition says of the parts of an output, in the words of a partner sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of, segment_spec
from edi_router.formats.records import Record
from edi_router.formats.xml.model import ElementInfo
from edi_router.mapping.target import Target, XmlTarget
from edi_router.mapping.target_edifact import EdifactTarget
from edi_router.mapping.target_records import RecordsTarget

_GROUP = re.compile(r"SG\d+")
SHOWN = 8
"""So many values of an enumeration are told."""


@dataclass(frozen=True)
class About:
    """A part of the output: its name in words, its form, whether there has to be one."""

    name: str = ""
    form: str = ""
    mandatory: bool = False


def about(target: Target | None, path: Sequence[str], language: str) -> About:
    """What is known of the part at a path of names from the root."""
    if isinstance(target, XmlTarget):
        return _xml(target, path, language)
    if isinstance(target, EdifactTarget):
        return _edifact(target, path)
    if isinstance(target, RecordsTarget):
        return _records(target.layout.records, path[1:])
    return About()


def _xml(target: XmlTarget, path: Sequence[str], language: str) -> About:
    if path[-1].startswith("@"):
        parent = target.look(path[:-1])
        return About(mandatory=parent is not None and parent.attributes.get(path[-1][1:], False))
    info = target.look(path)
    if info is None:
        return About()
    name = info.notes.get(language) or info.notes.get("") or ""
    return About(name, _form(info) if info.leaf else "", info.mandatory)


def _form(info: ElementInfo) -> str:
    """A type with its facets as tables of data elements write them: `string 1..35`, `decimal 12,5`."""
    parts = [info.type]
    if info.values:
        shown = ", ".join(info.values[:SHOWN])
        return f"{info.type}: {shown}{', …' if len(info.values) > SHOWN else ''}"
    if info.total_digits is not None:
        parts.append(f"{info.total_digits},{info.fraction_digits or 0}")
    elif info.length is not None:
        parts.append(str(info.length))
    elif info.max_length is not None:
        parts.append(f"{info.min_length or ''}..{info.max_length}")
    elif info.patterns:
        parts.append(" ".join(info.patterns))
    return " ".join(parts)


def _edifact(target: EdifactTarget, path: Sequence[str]) -> About:
    content: Sequence[SegmentUse | GroupUse] = target.definition.content
    at = 1
    while at < len(path) and _GROUP.fullmatch(path[at]):
        group = next((use for use in content if isinstance(use, GroupUse) and use.name == path[at]), None)
        if group is None:
            return About()
        if at == len(path) - 1:
            return About(mandatory=group.status == "M")
        content, at = group.content, at + 1
    if at >= len(path):
        return About(target.definition.name, mandatory=True)
    use = next((use for use in content if isinstance(use, SegmentUse) and use.tag == path[at]), None)
    spec = segment_spec(target.definitions, target.definition.directory, path[at])
    if use is None or spec is None:
        return About()
    if at == len(path) - 1:
        segment = target.definitions.segment(target.definition.directory, use.tag)
        return About(segment.name.capitalize() if segment is not None else "", mandatory=use.status == "M")
    parts: Sequence[ElementSpec | PartSpec] = spec.parts
    found: ElementSpec | PartSpec | None = None
    mandatory = True
    for name in path[at + 1 :]:
        found = next((part for part in parts if name_of(part) == name), None)
        parts = found.components if isinstance(found, PartSpec) else ()
        mandatory = mandatory and found is not None and found.mandatory
    if found is None:
        return About()
    form = found.form if isinstance(found, ElementSpec) else ""
    return About(found.name.capitalize(), form, mandatory)


def _records(records: Sequence[Record], path: Sequence[str]) -> About:
    record: Record | None = None
    for name in path:
        field = next((field for field in record.fields if field.name == name), None) if record else None
        if field is not None:
            length = f" ..{field.length}" if field.length else ""
            form = f"{field.type} {field.form}" if field.type == "date" else field.type + length
            return About(field.note or (field.column or ""), form, field.mandatory)
        record = next((each for each in records if each.name == name), None)
        if record is None:
            return About()
        records = record.records
    return About() if record is None else About(record.note, "", bool(record.min))
