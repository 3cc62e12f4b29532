"""The places of a target that want a value: from an XSD, an EDIFACT message definition or a record layout."""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.faults import is_error
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import (
    ElementSpec,
    PartSpec,
    SegmentSpec,
    check_elements,
    name_of,
    segment_spec,
)
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.records import Field, Layout, Record
from edi_router.formats.records.check import value_faults
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.skeleton_model import Content, Slot
from edi_router.mapping.skeleton_words import VAGUE, words

DEEPEST = 20
MOST = 6000
"""Places of a target: some schemas describe more than anybody will fill."""
_NUMBERS = frozenset(
    (
        "decimal", "integer", "int", "long", "short", "byte", "float", "double", "nonNegativeInteger",
        "positiveInteger", "negativeInteger", "nonPositiveInteger", "unsignedInt", "unsignedLong",
        "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_DATES = frozenset(("date", "dateTime", "time"))
_MADE = ("UNH", "UNS", "UNT")


class XmlSlots:
    """The elements and attributes of an XSD; with `every` the optional ones too."""

    def __init__(self, schema: Schema, *, every: bool) -> None:
        self.schema = schema
        self.every = every
        self.count = 0

    def root(self, name: str) -> Slot:
        """The root element."""
        return self._element([name], self.schema.element([name]), mandatory=True)

    def _element(self, path: list[str], info: ElementInfo | None, *, mandatory: bool) -> Slot:
        self.count += 1
        slot = Slot(path[-1], "", mandatory=mandatory)
        if info is None:
            return slot
        slot.leaf = info.leaf
        slot.many = info.max_occurs is None or info.max_occurs > 1
        slot.note = _xml_note(info)
        english = info.notes.get("en") or info.notes.get("", "")
        slot.wanted = _names(path[-1], path[-2] if len(path) > 1 else "", english)
        slot.children = tuple(
            self._attribute(path, name, needed)
            for name, needed in info.attributes.items()
            if needed or self.every
        )
        if info.leaf:
            self._type(slot, info, path)
        elif len(path) < DEEPEST and self.count < MOST:
            slot.children += tuple(self._inside(path, info))
        return slot

    def _inside(self, path: list[str], info: ElementInfo) -> list[Slot]:
        chosen = {names[0] for names in info.choices}
        inside: list[Slot] = []
        for name in info.children:
            below = self.schema.element([*path, name])
            needed = below is not None and (below.mandatory or name in chosen)
            if (needed or self.every) and name not in path:
                inside.append(self._element([*path, name], below, mandatory=needed))
        return inside

    def _attribute(self, path: list[str], name: str, needed: bool) -> Slot:
        at = [*path, f"@{name}"]
        slot = Slot(f"@{name}", "", (words(name),), mandatory=needed)
        slot.fits = lambda text: self.schema.value_problem(at, text) is None
        return slot

    def _type(self, slot: Slot, info: ElementInfo, path: list[str]) -> None:
        slot.fits = lambda text: self.schema.value_problem(path, text) is None
        slot.values = info.values
        slot.max_length = info.length or info.max_length
        slot.decimals = info.fraction_digits
        if info.type in _NUMBERS:
            slot.content = Content.NUMBER
            if info.type not in ("decimal", "float", "double"):
                slot.decimals = 0
        elif info.type in _DATES or (slot.fits("20160701") and not slot.fits("TODO") and not slot.fits("7")):
            slot.content = Content.DATE


def _names(name: str, parent: str, note: str) -> tuple[tuple[str, ...], ...]:
    """The ways to call a place; a name such as No says what it is only with its parent's."""
    own = words(name)
    if VAGUE.issuperset(own):
        own = words(parent, name)
    return tuple(found for found in (own, words(note)) if found)


def _xml_note(info: ElementInfo) -> str:
    parts = [info.notes.get("en") or info.notes.get("", "") or info.notes.get("zh", "")]
    if info.leaf:
        kind = info.type if info.type not in ("", "string", "value") else "text"
        if info.length or info.max_length:
            kind += f", {'at most ' if not info.length else ''}{info.length or info.max_length}"
        if info.values:
            kind += f", one of {' '.join(info.values[:8])}{' …' if len(info.values) > 8 else ''}"
        parts.insert(0, kind)
    return "; ".join(" ".join(part.split()) for part in parts if part)


class EdifactSlots:
    """The groups, segments, composites and data elements of a message; with `every` the conditional ones."""

    def __init__(self, definitions: Definitions, message: MessageDef, *, every: bool) -> None:
        self.definitions = definitions
        self.message = message
        self.every = every

    def root(self) -> Slot:
        """The message."""
        inside = self._level(self.message.content)
        return Slot(self.message.type, self.message.name, leaf=False, children=inside)

    def _level(self, content: Sequence[SegmentUse | GroupUse]) -> tuple[Slot, ...]:
        slots: dict[str, Slot] = {}
        for use in content:
            name = use.tag if isinstance(use, SegmentUse) else use.name
            if name in _MADE or name in slots or not (use.status == "M" or self.every):
                continue
            slot = Slot(name, "", mandatory=use.status == "M", many=use.repeat > 1, leaf=False)
            if isinstance(use, GroupUse):
                slot.children = self._level(use.content)
                slot.note = " ".join(_tags(use.content))
            else:
                spec = segment_spec(self.definitions, self.message.directory, name)
                spec = spec or segment_spec(self.definitions, "service-4", name)
                definition = self.definitions.segment(self.message.directory, name)
                slot.note = definition.name.capitalize() if definition is not None else ""
                slot.wanted = (words(slot.note),)
                slot.children = self._segment(spec.parts, slot) if spec is not None else ()
            slots[name] = slot
        return tuple(slots.values())

    def _segment(self, parts: Sequence[ElementSpec | PartSpec], slot: Slot) -> tuple[Slot, ...]:
        """The parts of a segment; of one that has no mandatory part the first is wanted, the others are shown."""
        if not slot.mandatory or any(part.mandatory for part in parts):
            return self._parts(parts, slot.note, every=self.every)
        slots = self._parts(parts, slot.note, every=True)
        first = slots[0]
        first.mandatory = True
        if first.children:
            first.children[0].mandatory = True
        return slots

    def _parts(
        self, parts: Sequence[ElementSpec | PartSpec], around: str, *, every: bool
    ) -> tuple[Slot, ...]:
        slots: dict[str, Slot] = {}
        for part in parts:
            name = name_of(part)
            if name in slots or not (part.mandatory or every):
                continue
            if isinstance(part, PartSpec):
                inner = self._parts(part.components, around, every=every)
                slots[name] = Slot(name, part.name, mandatory=part.mandatory, leaf=False, children=inner)
            else:
                slots[name] = self._element(part, around)
        return tuple(slots.values())

    def _element(self, spec: ElementSpec, around: str) -> Slot:
        directory = self.message.directory

        def fits(text: str) -> bool:
            faults = check_elements(
                Segment.make("XXX", text), SegmentSpec("XXX", directory, (spec,)), 3, None
            )
            return not any(is_error(fault) for fault in faults)

        slot = Slot(f"d{spec.id}", f"{spec.form} {spec.name}".strip(), mandatory=spec.mandatory, fits=fits)
        slot.wanted = (words(spec.name), words(around, spec.name))
        slot.max_length = spec.high
        slot.values = tuple(spec.codes or ())
        slot.content = Content.NUMBER if spec.kind == "n" else Content.TEXT
        return slot


def _tags(content: Sequence[SegmentUse | GroupUse]) -> list[str]:
    return [use.tag if isinstance(use, SegmentUse) else use.name for use in content]


def layout_slots(layout: Layout, *, every: bool) -> Slot:
    """The records and fields of a flat file; what its writer fills by itself is left out."""
    inside = tuple(_record(record, layout, every=every) for record in _wanted(layout.records, every))
    return Slot(layout.id, layout.name_en, leaf=False, children=inside)


def _wanted(records: Sequence[Record], every: bool) -> list[Record]:
    return [record for record in records if (record.min or every) and not record.is_own]


def _record(record: Record, layout: Layout, *, every: bool) -> Slot:
    fields = [field for field in record.fields if not field.is_own and (field.mandatory or every)]
    inner = [_record(each, layout, every=every) for each in _wanted(record.records, every)]
    slot = Slot(
        record.name, record.note, (words(record.name),), bool(record.min), record.max != 1, leaf=False
    )
    slot.children = (*(_field(field, record, layout) for field in fields), *inner)
    return slot


def _field(field: Field, record: Record, layout: Layout) -> Slot:
    content = {"number": Content.NUMBER, "date": Content.DATE}.get(field.type, Content.TEXT)
    form = f"date {field.form}" if field.type == "date" else field.type
    note = "; ".join(part for part in (form, field.column or "", field.note) if part)
    slot = Slot(field.name, note, mandatory=field.mandatory, content=content)
    slot.wanted = _names(field.name, record.name, field.note)
    slot.values = field.codes
    slot.max_length = field.length
    slot.decimals = field.decimals
    slot.fits = lambda text: not list(value_faults(field, text, layout))
    return slot
