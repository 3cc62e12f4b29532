"""What the target of a mapping refuses of one part of the output: a text, that it is missing, too many of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of, segment_spec
from edi_router.formats.records import Record
from edi_router.formats.records.check import value_faults
from edi_router.mapping.lint_values import refused
from edi_router.mapping.model import Item
from edi_router.mapping.source_values import Verdicts, fits
from edi_router.mapping.target import Target, XmlTarget
from edi_router.mapping.target_edifact import EdifactTarget
from edi_router.mapping.target_records import RecordsTarget


class Limits:
    """The limits of a target, asked by the path of names from the root."""

    def __init__(self, target: Target | None, verdicts: Verdicts) -> None:
        self.target = target
        self.verdicts = verdicts
        self._refused: dict[tuple[tuple[str, ...], str, bool], bool] = {}

    def refuses(self, path: Sequence[str], text: str, beside: Sequence[Item]) -> bool:
        """Whether the text can never be the value there; `beside` are the lines of the same part."""
        qualified = any(item.name in ("d1131", "d3055") for item in beside)
        key = (tuple(path), text, qualified)
        if key not in self._refused:
            self._refused[key] = self._refuses(path, text, qualified)
        return self._refused[key]

    def problem(self, path: Sequence[str], text: str, beside: Sequence[Item]) -> Fault | None:
        """Why the text can never be the value there; None when it can."""
        target = self.target
        if isinstance(target, XmlTarget):
            return target.schema.value_problem(list(path), text)
        if isinstance(target, EdifactTarget):
            found = _edifact(target, path)
            if not isinstance(found, ElementSpec):
                return None
            qualified = any(item.name in ("d1131", "d3055") for item in beside)
            spec = replace(found, codes=None) if qualified else found
            return refused(spec, target.definition.directory, text)
        if isinstance(target, RecordsTarget):
            record = _record(target.layout.records, path[1:-1])
            field = record.field(path[-1]) if record is not None else None
            return None if field is None else next(iter(value_faults(field, text, target.layout)), None)
        return None

    def _refuses(self, path: Sequence[str], text: str, qualified: bool) -> bool:
        target = self.target
        if isinstance(target, XmlTarget):
            info = None if path[-1].startswith("@") else target.look(path)
            return self.verdicts.refuses(target.schema, path, info, text)
        if isinstance(target, EdifactTarget):
            found = _edifact(target, path)
            if not isinstance(found, ElementSpec):
                return False
            spec = replace(found, codes=None) if qualified else found
            return not fits(spec, target.definition.directory, text)
        if isinstance(target, RecordsTarget):
            record = _record(target.layout.records, path[1:-1])
            field = record.field(path[-1]) if record is not None else None
            return field is not None and any(value_faults(field, text, target.layout))
        return False

    def mandatory(self, path: Sequence[str]) -> bool:
        """Whether the part above cannot do without it."""
        target = self.target
        if isinstance(target, XmlTarget):
            if path[-1].startswith("@"):
                above = target.look(path[:-1])
                return above is not None and above.attributes.get(path[-1][1:], False)
            info = target.look(path)
            return info is not None and info.mandatory
        if isinstance(target, EdifactTarget):
            found = _edifact(target, path)
            if isinstance(found, SegmentUse | GroupUse):
                return found.status == "M"
            return found is not None and found.mandatory
        if isinstance(target, RecordsTarget):
            above_of = _record(target.layout.records, path[1:-1])
            field = above_of.field(path[-1]) if above_of is not None else None
            if field is not None:
                return field.mandatory
            record = _record(target.layout.records, path[1:])
            return record is not None and bool(record.min)
        return False

    def most(self, path: Sequence[str]) -> int:
        """How many there may be; 0 for no bound, or when nothing is known."""
        target = self.target
        if isinstance(target, XmlTarget):
            info = target.look(path)
            return (info.max_occurs or 0) if info is not None else 0
        if isinstance(target, EdifactTarget):
            found = _edifact(target, path)
            return found.repeat if isinstance(found, SegmentUse | GroupUse) else 0
        if isinstance(target, RecordsTarget):
            record = _record(target.layout.records, path[1:])
            return (record.max or 0) if record is not None else 0
        return 0


def _edifact(
    target: EdifactTarget, path: Sequence[str]
) -> SegmentUse | GroupUse | ElementSpec | PartSpec | None:
    content: Sequence[SegmentUse | GroupUse] = target.definition.content
    found: SegmentUse | GroupUse | None = None
    at = 1
    while at < len(path):
        name = path[at]
        found = next((use for use in content if _name(use) == name), None)
        at += 1
        if not isinstance(found, GroupUse):
            break
        content = found.content
    if found is None or at >= len(path) or isinstance(found, GroupUse):
        return found
    spec = segment_spec(target.definitions, target.definition.directory, found.tag)
    parts: Sequence[ElementSpec | PartSpec] = spec.parts if spec is not None else ()
    part: ElementSpec | PartSpec | None = None
    for name in path[at:]:
        part = next((each for each in parts if name_of(each) == name), None)
        parts = part.components if isinstance(part, PartSpec) else ()
    return part


def _name(use: SegmentUse | GroupUse) -> str:
    return use.tag if isinstance(use, SegmentUse) else use.name


def _record(records: Sequence[Record], path: Sequence[str]) -> Record | None:
    record: Record | None = None
    for name in path:
        record = next((each for each in records if each.name == name), None)
        if record is None:
            return None
        records = record.records
    return record
