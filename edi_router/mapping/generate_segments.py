"""Writes a mapping as the source of one Python function that makes the segments of an EDIFACT message without faults.

The function gives the segments as texts, masked as in rows (see `layout`), in the order of the definition, and with each the
number of the place in the definition that it is made for. Where a value stands in its segment is known beforehand. Where
anything is not as it should be it raises `Unclear`, as the programs of `generate` do; what it leaves out is left out by
`edifact_message`, which is the authority.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.formats.edifact.elements import PartSpec
from edi_router.formats.edifact.layout import Layout, masked
from edi_router.formats.edifact.structure import Group, Leaf
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_elements import ElementPaths, names_of
from edi_router.mapping.generate_items import Items
from edi_router.mapping.generate_parts import SAFE, check_possible, without_marks
from edi_router.mapping.generate_paths import Paths
from edi_router.mapping.generate_slots import Level, Parts, is_constant, is_read, reads
from edi_router.mapping.generate_values import Generated
from edi_router.mapping.generate_walk import Cursor, Walk
from edi_router.mapping.generate_wanted import wanted_of
from edi_router.mapping.model import Definition, Item, Source, Wrap
from edi_router.mapping.reading_parts import OUTPUT

_SERVICE = frozenset({"UNH", "UNS", "UNT"})
"""Segments that the definition writes by itself; a mapping that says something about them runs as closures."""


def generate_segments(definition: Definition, origin: Layout | None, target: Layout) -> Generated:
    """The program of a mapping that writes messages of `target`; raises Unsupported.

    It reads messages of the layout `origin`, or without one XML documents.
    """
    check_possible(definition.output)
    wanted = None if origin is None else wanted_of(definition, origin)
    paths = ElementPaths() if origin is None else Paths(origin, wanted)
    writer = SegmentWriter(paths, target)
    writer.result.wanted = wanted
    writer.message(definition)
    lines = ["def program(m, day, ask, memo, rec, zone):", *writer.code.lines, "  return out, way", ""]
    writer.result.text = "\n".join(lines)
    writer.result.names = names_of(paths)
    return writer.result


class SegmentWriter(Items[Level | Parts]):
    """Writes segments; what paths select is found by `paths`."""

    marks = "&<>+:'?"
    safe = SAFE - {"date"}

    def __init__(self, paths: Walk, target: Layout) -> None:
        super().__init__(paths)
        self._target = target
        self.result.masks_all = True

    def message(self, definition: Definition) -> None:
        """The body of the function."""
        root = definition.output
        if root.has_value or root.do is None:
            raise Unsupported("a message with a value")
        with self._opened(definition):
            self.code.add("out, way = [], []")
            self.code.add("add, go = out.append, way.append")
            self._level(root.do, Level(self._target.structure.root), self.paths.message, "1")

    # --- messages and groups ------------------------------------------------------------------------------

    def _level(self, items: Sequence[Item], level: Level, cursor: Cursor, position: str) -> None:
        """What stands in a group, in the order of the definition."""
        names = level.names
        for item in items:
            if names.count(item.name) != 1 or item.name in _SERVICE:
                raise Unsupported(f"{item.name} in {level.group.path or 'the message'}")
        for at, entry in enumerate(level.group.items):
            if names[at] == "UNS" and entry.mandatory and isinstance(entry, Leaf):
                section = "D" if names.count("UNS") > 1 and "UNS" in names[at + 1 :] else "S"
                self._add(f"UNS+{section}", entry)
            self._items([item for item in items if item.name == names[at]], cursor, position, level)

    def _one(self, item: Item, cursor: Cursor, position: str, where: Level | Parts) -> None:
        if isinstance(where, Parts):
            self._part(item, cursor, position, where)
        elif item.has_value or item.do is None:
            raise Unsupported(f"{item.name} with a value")
        elif isinstance(entry := where.entry(item.name), Group):
            self._group(item, item.do, Level(entry, *map(self.code.name, "kb")), cursor, position, where)
        else:
            self._segment(item, item.do, entry, cursor, position, where)

    def _each_one(self, item: Item) -> Item:
        return item  # one that is required and left out is told by the closures

    def _parts(
        self,
        item: Item,
        each: Source,
        cursor: Cursor,
        position: str,
        where: Level | Parts,
        first: Sequence[str],
    ) -> None:
        if item.required and isinstance(where, Parts):
            raise Unsupported(f"{item.name} for several parts")
        super()._parts(item, each, cursor, position, where, first)

    def _group(
        self, item: Item, items: Sequence[Item], level: Level, cursor: Cursor, position: str, outer: Level
    ) -> None:
        """A group; without a value of the input it is taken back, unless the mapping reads none for it."""
        code, before = self.code, self.code.name("n")
        code.add(f"{before} = len(out)")
        code.add(f"{level.said} = {level.begun} = False")
        self._level(items, level, cursor, position)
        with code.block(f"if {level.said if reads(item) else f'len(out) > {before}'}:"):
            code.add(f"if not {level.begun}: raise Unclear")
            if reads(item) and outer.said:
                code.add(f"{outer.said} = True")
        if item.required:
            code.add("else: raise Unclear")
        elif reads(item):
            code.add(f"elif len(out) > {before}: del out[{before}:], way[{before}:]")

    # --- segments -----------------------------------------------------------------------------------------

    def _segment(
        self, item: Item, items: Sequence[Item], leaf: Leaf, cursor: Cursor, position: str, level: Level
    ) -> None:
        """A segment, if it says anything."""
        code, spec, at = self.code, self._target.spec(leaf.tag), len(self.code.lines)
        if spec is None:
            raise Unsupported(f"the segment {leaf.tag}")
        parts = Parts(spec.parts, items, "+")
        self._items(items, cursor, position, parts)
        self._declare(parts, at)
        kept = [parts.reads] if reads(item) else []
        always = parts.said and reads(item)
        if leaf.mandatory or not reads(item):
            kept.append(parts.constants)
            always = always or parts.stands
        # Whether it is written at all tells that a value of the input stands in it.
        says = reads(item) and not (leaf.mandatory and (parts.stands or parts.constants))
        tests = [name for names in kept for name in names]
        if not (always or tests):
            if item.required:
                code.add("raise Unclear")
            return
        with code.either(always, f"if {' or '.join(tests)}:"):
            text, loose = self._text(leaf.tag, parts, says)
            self._add(text, leaf, loose=loose)
            if level.begun and leaf is level.group.items[0]:
                code.add(f"{level.begun} = True")
            if level.said and reads(item):
                with code.either(says or parts.said, f"if {' or '.join(parts.reads)}:"):
                    code.add(f"{level.said} = True")
        if item.required and not always:
            code.add("else: raise Unclear")

    def _declare(self, parts: Parts, at: int) -> None:
        """The variables of the places and what tells about them are empty at first."""
        for names, empty in ((parts.texts, "''"), (parts.flags, "False")):
            if names:
                line = "  " * self.code.depth + " = ".join([*names, empty])
                self.code.lines.insert(at, line)

    def _add(self, text: str, leaf: Leaf, *, loose: bool = False) -> None:
        shown = f"f{text!r}"
        self.code.add(f"add({f'tight({shown})' if loose else shown}); go({leaf.id})")

    def _text(self, tag: str, parts: Parts, says: bool) -> tuple[str, bool]:
        """The segment as an f-string, and whether a composite in it may end with empty components.

        `says` tells that a value of the input stands in the segment.
        """
        shown, loose = [tag], False
        for at in range(parts.size):
            inner = parts.inner.get(at)
            if inner is None:
                shown.append(parts.slots.get(at, ""))
            else:
                sure = inner.said or (says and set(inner.reads) == set(parts.reads))
                components = self._components(inner, sure)
                shown.append(":".join(components))
                ends = is_constant(components[-1]) or inner.size - 1 in inner.certain
                loose = loose or not (ends or inner.size == 1)
        return "+".join(shown), loose

    def _components(self, parts: Parts, said: bool) -> list[str]:
        """The components of a composite; where no value of the input stands in it, only its qualifiers do."""
        shown = [parts.slots.get(at, "") for at in range(parts.size)]
        if said or not parts.item_reads:
            return shown
        for at, text in parts.bare.items():
            name = self.code.name("c")
            tests = " or ".join(parts.reads)
            self.code.add(f"{name} = {text} if {tests} else ''" if tests else f"{name} = ''")
            shown[at] = f"{{{name}}}"
        return shown

    # --- what stands in a segment -------------------------------------------------------------------------

    def _part(self, item: Item, cursor: Cursor, position: str, parts: Parts) -> None:
        places = parts.places(item)
        if not places or item.is_attribute:
            raise Unsupported(f"{item.name} in a segment")
        spec = parts.specs[places[0]]
        if not isinstance(spec, PartSpec):
            if item.do or not item.has_value:
                raise Unsupported(f"the data element {item.name}")
            self._leaf(item, cursor, position, parts, places)
        elif item.has_value or item.do is None:
            raise Unsupported(f"the composite {item.name}")
        else:
            self._composite(item, item.do, spec, cursor, position, parts, places)

    def _composite(
        self,
        item: Item,
        items: Sequence[Item],
        spec: PartSpec,
        cursor: Cursor,
        position: str,
        parts: Parts,
        places: Sequence[int],
    ) -> None:
        fixed, at, code = parts.fixed(item), len(self.code.lines), self.code
        inner = Parts(spec.components, items, ":", item_reads=reads(item))
        if fixed is not None:
            inner.texts, inner.flags = parts.texts, parts.flags
            inner.always = parts.always and not item.when and item.each is None
            self._items(items, cursor, position, inner)
            parts.inner[fixed] = inner
            parts.take(inner)
        else:
            self._items(items, cursor, position, inner)
            self._declare(inner, at)
            text = code.name("e")
            shown = ":".join(self._components(inner, inner.said))
            code.add(f"{text} = f{shown!r}.rstrip(':')")
            if set(shown) <= {":"}:
                raise Unsupported(f"nothing in {item.name}")
            # What would only hold a place is left to the closures.
            if inner.bare and inner.item_reads and not inner.said:
                code.add(f"if not {text}: raise Unclear")
            with code.block(f"if {text}:"):
                self._put(item, text, parts, places)
                for read, always, names in (
                    (True, inner.said, inner.reads),
                    (False, inner.stands, inner.constants),
                ):
                    if always or names:
                        with code.either(always, f"if {' or '.join(names)}:"):
                            self._flag(parts, read=read)
        if item.required and not (inner.said or inner.literal):
            code.add(f"if not ({inner.filled}): raise Unclear")

    def _leaf(self, item: Item, cursor: Cursor, position: str, parts: Parts, places: Sequence[int]) -> None:
        fixed = parts.fixed(item)
        here = parts.always and not item.when and item.each is None
        plain = not (item.functions or item.table or item.then or item.wrap or item.default)
        if item.const and plain and fixed is not None and here:
            parts.constant(fixed, masked(without_marks(item.const)), item)
            return
        value, _ = self._value(item, cursor, position)
        if item.wrap is not None:
            self._lines(item, item.wrap, value, parts, places)
        elif fixed is None:
            with self.code.block(f"if {value}:"):
                self._put(item, value, parts, places)
                self._told(item, parts)
        elif here and is_read(item) and (item.required or item.default):
            parts.value(fixed, value, item, certain=True)
        elif here:
            self.code.add(f"{value} = {value} or ''")
            parts.value(fixed, value, item)
        else:
            text = self._slot(parts, fixed)
            self.code.add(f"{text} = {value} or ''")
            parts.value(fixed, text, item)

    def _told(self, item: Item, parts: Parts) -> None:
        """Note that the item's value stands somewhere."""
        if item.qualifier:
            raise Unsupported(f"the qualifier {item.name}")
        self._flag(parts, read=is_read(item))

    def _flag(self, parts: Parts, *, read: bool) -> None:
        """Set the flag that tells of a value of the input, or of a constant."""
        if read not in parts.own:
            parts.own[read] = flag = self.code.name("s")
            parts.flags.append(flag)
            (parts.reads if read else parts.constants).append(flag)
        self.code.add(f"{parts.own[read]} = True")

    def _lines(self, item: Item, wrap: Wrap, value: str, parts: Parts, places: Sequence[int]) -> None:
        """One place for each line of a text."""
        if wrap.encoding == OUTPUT:
            raise Unsupported("lines of bytes of the output")
        code, line, number = self.code, self.code.name("j"), len(self.result.wraps)
        self.result.wraps.append(wrap)
        if parts.has_last(item, places):
            # Nothing comes behind these places: the lines are written in one piece.
            text = self._slot(parts, places[0])
            with code.block(f"if {value}:"):
                code.add(f"{line} = lines({number}, {value})")
                code.add(f"if len({line}) > {len(places)} or '' in {line}: raise Unclear")
                code.add(f"{text} = {parts.mark!r}.join({line})")
            parts.value(places[0], text, item)
            return
        with code.block(f"if {value}:"), code.block(f"for {line} in lines({number}, {value}):"):
            code.add(f"if not {line}: raise Unclear")
            self._put(item, line, parts, places)
            self._told(item, parts)

    def _slot(self, parts: Parts, place: int) -> str:
        """The variable of a place that may stay empty."""
        if place not in parts.variables:
            parts.variables[place] = self.code.name("e")
            parts.texts.append(parts.variables[place])
        return parts.variables[place]

    def _put(self, item: Item, value: str, parts: Parts, places: Sequence[int]) -> None:
        """The value in the next of its places that is free."""
        texts = [self._slot(parts, place) for place in places]
        word = "if"
        for place, text in zip(places, texts, strict=True):
            if place in parts.slots and parts.slots[place] != f"{{{text}}}":
                raise Unsupported(f"{item.name} in a place that is taken")
            parts.slots[place] = f"{{{text}}}"
            if parts.item_reads and not is_read(item):
                parts.bare[place] = text
            self.code.add(f"{word} not {text}: {text} = {value}")
            word = "elif"
        self.code.add("else: raise Unclear")
