"""Writes a mapping as the source of one Python function that makes the segments of an EDIFACT message without faults.

The function gives the segments as texts, in the order of the definition, and with each the number of the place in the
definition that it is made for. What separates is told from data by control characters (`generate_slots.ELEMENT`). Where a
value stands in its segment is known beforehand. Where anything is not as it should be it raises `Unclear`, as the programs of
`generate` do; what it leaves out is left out by `edifact_message`, which is the authority.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.formats.edifact.layout import Layout
from edi_router.formats.edifact.structure import Group, Leaf
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_elements import ElementPaths, names_of
from edi_router.mapping.generate_parts import SAFE, check_possible
from edi_router.mapping.generate_paths import Paths
from edi_router.mapping.generate_places import PlaceWriter
from edi_router.mapping.generate_slots import ELEMENT, Level, Parts, reads
from edi_router.mapping.generate_values import Generated
from edi_router.mapping.generate_walk import Cursor, Walk
from edi_router.mapping.generate_wanted import wanted_of
from edi_router.mapping.model import Definition, Item, Source

_SERVICE = frozenset({"UNH", "UNS", "UNT"})
"""Segments that the definition writes by itself; a mapping that says something about them runs as closures."""


def generate_segments(definition: Definition, origin: Layout | None, target: Layout) -> Generated:
    """The program of a mapping that writes messages of `target`; raises Unsupported.

    It reads messages of the layout `origin`, or without one XML documents.
    """
    check_possible(definition.output)
    wanted = None if origin is None else wanted_of(definition, origin)
    paths = ElementPaths(plain=True) if origin is None else Paths(origin, wanted)
    writer = SegmentWriter(paths, target)
    writer.result.wanted = wanted
    writer.message(definition)
    lines = ["def program(m, day, ask, memo, rec, zone):", *writer.code.lines, "  return out, way", ""]
    writer.result.text = "\n".join(lines)
    writer.result.names = names_of(paths)
    return writer.result


class SegmentWriter(PlaceWriter):
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
                self._add(repr(f"UNS{ELEMENT}{section}"), entry)
            self._items([item for item in items if item.name == names[at]], cursor, position, level)

    def _one(self, item: Item, cursor: Cursor, position: str, where: Level | Parts) -> None:
        if isinstance(where, Parts):
            self._part(item, cursor, position, where)
        elif item.has_value or item.do is None:
            raise Unsupported(f"{item.name} with a value")
        elif isinstance(entry := where.entry(item.name), Group):
            self._group(
                item, item.do, Level(entry, self.code.name("k"), self.code.name("b")), cursor, position, where
            )
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
        if not item.required and self._is_one_segment(items, level.group):
            at, alone = len(self.code.lines), Level(level.group, outer.said)
            self._level(items, alone, cursor, position)
            if alone.says:
                return
            del self.code.lines[at:]
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

    def _is_one_segment(self, items: Sequence[Item], group: Group) -> bool:
        """Whether the first segment is all that is written of a group: then it is begun, or there is none."""
        first = group.items[0]
        return (
            len(items) == 1
            and items[0].each is None
            and isinstance(first, Leaf)
            and items[0].name == first.tag
        )

    # --- segments -----------------------------------------------------------------------------------------

    def _segment(
        self, item: Item, items: Sequence[Item], leaf: Leaf, cursor: Cursor, position: str, level: Level
    ) -> None:
        """A segment, if it says anything."""
        code, spec, at = self.code, self._target.spec(leaf.tag), len(self.code.lines)
        if spec is None:
            raise Unsupported(f"the segment {leaf.tag}")
        parts = Parts(spec.parts, items, ELEMENT)
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
        level.says = level.says and (says or parts.said or not reads(item))
        with code.either(always, f"if {' or '.join(tests)}:"):
            only = f"{{{tests[0]}}}" if len(tests) == 1 and not always else ""
            self._add(self._text(leaf.tag, parts, says, only), leaf)
            if level.begun and leaf is level.group.items[0]:
                code.add(f"{level.begun} = True")
            if level.said and reads(item):
                with code.either(says or parts.said, f"if {' or '.join(parts.reads)}:"):
                    code.add(f"{level.said} = True")
        if item.required and not always:
            code.add("else: raise Unclear")

    def _add(self, shown: str, leaf: Leaf) -> None:
        self.code.add(f"add({shown}); go({leaf.id})")
