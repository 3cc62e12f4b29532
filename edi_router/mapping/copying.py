"""Taking over a whole segment or composite from one release to another: `LOC: SG1/LOC`, `C517: C517`.

The line is spelt out for every part that both releases have, so that lint, lineage and the run see ordinary
lines. A data element that moved into a composite of its own (1004 of BGM into C106, 3229 of NAD into C819), or
out of one, is followed there; one that has no place any more is a fault of the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of, segment_spec
from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.model import Definition, Item, Source
from edi_router.mapping.shape import EdifactShape, Shape
from edi_router.paths import parse

Parts = Sequence[ElementSpec | PartSpec]
Content = Sequence[SegmentUse | GroupUse]


def spelt_out(definition: Definition, definitions: Definitions) -> tuple[Definition, list[Fault]]:
    """The mapping with the lines that take over segments and composites spelt out."""
    makes, origin = definition.makes, definition.origin
    if makes is None or makes.format != "edifact" or origin.format != "edifact":
        return definition, []
    source = definitions.message_of(origin.qualifier or "", origin.name)
    target = definitions.message_of(makes.qualifier or "", makes.name)
    if source is None or target is None:
        return definition, []
    copier = _Copier(definitions, source, target)
    root = copier.level(definition.output, target.content, EdifactShape.of_message(definitions, source))
    return replace(definition, output=root), copier.faults


class _Copier:
    def __init__(self, definitions: Definitions, source: MessageDef, target: MessageDef) -> None:
        self.definitions = definitions
        self.source = source
        self.target = target
        self.faults: list[Fault] = []

    def level(self, parent: Item, content: Content, here: Shape) -> Item:
        """The segments and groups of a message or group of the output."""
        uses = {_name(use): use for use in reversed(content)}
        items: list[Item] = []
        for child in parent.do or ():
            use = uses.get(child.name)
            inner = here if child.each is None else end_of(child.each.path, here)
            if use is None or inner is None:
                items.append(child)
            elif isinstance(use, GroupUse):
                items.append(self.level(child, use.content, inner))
            else:
                items.append(self._segment(child, use, inner))
        return replace(parent, do=tuple(items)) if parent.do is not None else parent

    def _segment(self, item: Item, use: SegmentUse, here: Shape) -> Item:
        spec = segment_spec(self.definitions, self.target.directory, item.name)
        if spec is None:
            return item
        source = self._taken(item, here)
        if source is None:
            composites = {part.id: part for part in spec.parts if isinstance(part, PartSpec)}
            inner = [self._composite(child, composites, here) for child in item.do or ()]
            return replace(item, do=tuple(inner)) if item.do is not None else item
        old = segment_spec(self.definitions, self.source.directory, item.name)
        if old is None:
            return item
        if use.repeat > 1 and item.each is None:
            item, prefix = replace(item, each=source), ""
        else:
            prefix = "" if source.text == "." else f"{source.text}/"
        return self._with(item, self._parts(item, source, prefix, old.parts, spec.parts))

    def _composite(self, item: Item, composites: dict[str, PartSpec], here: Shape) -> Item:
        new = composites.get(item.name)
        inner = here if item.each is None else end_of(item.each.path, here)
        source = self._taken(item, inner) if new is not None and inner is not None else None
        if new is None or source is None or inner is None:
            return item
        end = end_of(source.path, inner)
        holder = end.parent if end is not None else None
        spec = segment_spec(self.definitions, self.source.directory, holder.name) if holder else None
        old = next((part for part in spec.parts if name_of(part) == item.name), None) if spec else None
        if not isinstance(old, PartSpec):
            return item
        prefix = "" if source.text == "." else f"{source.text}/"
        return self._with(item, self._parts(item, source, prefix, old.components, new.components))

    def _taken(self, item: Item, here: Shape) -> Source | None:
        """The path of the segment or composite that the item takes over, if it does."""
        if len(item.sources) != 1 or item.functions or item.table is not None:
            return None
        end = end_of(item.sources[0].path, here)
        return item.sources[0] if end is not None and not end.is_leaf and end.name == item.name else None

    def _with(self, item: Item, parts: list[Item]) -> Item:
        """What is written in its own `do` goes before what is taken over."""
        own = {(child.name, child.index or 1) for child in item.do or ()}
        kept = [part for part in parts if (part.name, part.index or 1) not in own]
        return replace(item, sources=(), do=(*(item.do or ()), *kept))

    def _parts(self, item: Item, source: Source, prefix: str, old: Parts, new: Parts) -> list[Item]:
        """The lines for the parts of a segment or composite."""
        items: list[Item] = []
        own = {child.name for child in item.do or ()}
        seen: dict[str, int] = {}
        for part in old:
            name = name_of(part)
            number = seen[name] = seen.get(name, 0) + 1
            path = f"{prefix}{name}[{number}]"
            there = [each for each in new if name_of(each) == name]
            if len(there) >= number:
                items.append(self._same(item, source, path, part, there[number - 1], number))
            elif (moved := self._moved(item, source, path, part, new)) is not None:
                items.append(moved)
            elif name not in own:
                self.faults.append(Fault("target-unknown", item.place, {"name": name, "parent": item.name}))
        return items

    def _same(
        self,
        item: Item,
        source: Source,
        path: str,
        old: ElementSpec | PartSpec,
        new: ElementSpec | PartSpec,
        number: int,
    ) -> Item:
        name = name_of(new)
        if isinstance(old, PartSpec) and isinstance(new, PartSpec):
            composite = Item(name, item.place, index=number)
            inner = self._parts(composite, source, f"{path}/", old.components, new.components)
            return replace(composite, do=tuple(inner))
        return Item(name, item.place, (_source(source, path),), index=number)

    def _moved(
        self, item: Item, source: Source, path: str, old: ElementSpec | PartSpec, new: Parts
    ) -> Item | None:
        """A data element that stands in a composite now, or one that stood in one."""
        if isinstance(old, ElementSpec):
            for part in new:
                if isinstance(part, PartSpec) and any(each.id == old.id for each in part.components):
                    inner = Item(f"d{old.id}", item.place, (_source(source, path),))
                    return Item(part.id, item.place, do=(inner,))
            return None
        return next(
            (
                Item(f"d{each.id}", item.place, (_source(source, f"{path}/d{each.id}"),))
                for each in old.components
                if any(name_of(part) == f"d{each.id}" for part in new)
            ),
            None,
        )


def _source(source: Source, text: str) -> Source:
    return Source(parse(text), text, source.place)


def _name(use: SegmentUse | GroupUse) -> str:
    return use.tag if isinstance(use, SegmentUse) else use.name
