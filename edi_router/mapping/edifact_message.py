"""From the output tree of a mapping to the segments of an EDIFACT message, in the order of its definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec, name_of, segment_spec
from edi_router.formats.edifact.segment import Segment
from edi_router.mapping.keys import leaves
from edi_router.mapping.model import Item
from edi_router.mapping.output import Element

Slot = tuple[int, int, int]
"""Element, component (0: the whole element) and repeat of a value in its segment, counted from 1."""


@dataclass(slots=True)
class Made:
    """A segment of the output: what it is made from, and each value by its place."""

    segment: Segment
    element: Element | None = None
    values: dict[Slot, Element] = field(default_factory=dict)
    group: str | None = None
    """The path of the group it stands in."""


@dataclass(slots=True)
class Problem:
    """What keeps a part of the output tree from being written; `item` is the line that should have helped."""

    fault: Fault
    element: Element
    item: Item | None = None


@dataclass(slots=True)
class Assembler:
    """Puts the parts of one message type in their places."""

    definitions: Definitions
    definition: MessageDef
    version: int = 3
    made: list[Made] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: list[Element] = field(default_factory=list)
    _fed: dict[int, bool] = field(default_factory=dict)

    def run(self, root: Element) -> None:
        """Fill `made` with UNH and the segments after it; UNT is for the interchange's writer.

        What comes to nothing is taken out of the tree: see `_has_content`.
        """
        self._prune(root, self.definition.content)
        self._level(root, self.definition.content)
        if not self.made or self.made[0].segment.tag != "UNH":
            self.made.insert(0, Made(self._header(Segment.make("UNH"))))

    # --- what is left out -----------------------------------------------------------------------------------

    def _prune(self, parent: Element, content: Sequence[SegmentUse | GroupUse]) -> None:
        uses = {_name(use): use for use in reversed(content)}
        kept: list[Element] = []
        for child in parent.children:
            use = uses.get(child.name)
            if isinstance(use, GroupUse):
                self._prune(child, use.content)
            if self._has_content(child, mandatory=isinstance(use, SegmentUse) and use.status == "M"):
                kept.append(child)
                if not isinstance(use, GroupUse):
                    child.children = [self._bare(part) for part in child.children]
            elif child.item.required:
                self.dropped.append(child)
        parent.children = kept

    def _has_content(self, element: Element, *, mandatory: bool) -> bool:
        """Whether a segment or group says anything: constants alone do not, where the mapping reads values.

        In a mandatory segment, and where there is nothing but constants, they do.
        """
        if any(_is_read(leaf.item) for leaf in _values(element)):
            return True
        if self._reads(element.item) and not mandatory:
            return False
        return any(not leaf.item.qualifier for leaf in _values(element))

    def _bare(self, part: Element) -> Element:
        """A composite whose constants stand for nothing keeps its qualifiers only."""
        if (
            part.children
            and self._reads(part.item)
            and not any(_is_read(leaf.item) for leaf in part.children)
        ):
            part.children = [leaf for leaf in part.children if leaf.item.qualifier]
        return part

    def _reads(self, item: Item) -> bool:
        """Whether any value of the item comes from the input."""
        known = self._fed.get(id(item))
        if known is None:
            known = self._fed[id(item)] = any(_is_read(leaf) for leaf in leaves(item))
        return known

    # --- what is written ------------------------------------------------------------------------------------

    def _level(
        self, parent: Element, content: Sequence[SegmentUse | GroupUse], group: str | None = None
    ) -> None:
        waiting: dict[str, list[Element]] = {}
        for child in parent.children:
            waiting.setdefault(child.name, []).append(child)
        names = [_name(use) for use in content]
        separators = names.count("UNS")
        for at, use in enumerate(content):
            name = names[at]
            here = waiting.get(name, [])
            later = name in names[at + 1 :]
            taken, waiting[name] = (here[: use.repeat], here[use.repeat :]) if later else (here, [])
            if isinstance(use, GroupUse):
                for child in taken:
                    if self._begins(child, use):
                        self._level(child, use.content, f"{group}/{name}" if group else name)
            elif name == "UNS" and not taken and use.status == "M":
                section = "D" if separators > 1 and later else "S"
                self.made.append(Made(Segment.make("UNS", section), group=group))
            elif name != "UNT":
                for child in taken:
                    self._segment(child, group)
        for left in waiting.values():
            for child in left:
                values = {"name": child.name, "parent": parent.name}
                self.problems.append(Problem(Fault("target-unknown", Place(), values), child))

    def _begins(self, element: Element, use: GroupUse) -> bool:
        """Whether a group has its first segment; without it, its others would be read as part of something else."""
        first = _name(use.content[0])
        if any(child.name == first for child in element.children):
            return True
        item = next((each for each in element.item.do or () if each.name == first), None)
        segment = self.definitions.segment(self.definition.directory, first)
        values = {"tag": first, "name": segment.name if segment is not None else ""}
        self.problems.append(Problem(Fault("segment-missing", Place(), values), element, item))
        return False

    def _segment(self, element: Element, group: str | None) -> None:
        service = "service-4" if self.version == 4 else "service-3"
        spec = segment_spec(self.definitions, self.definition.directory, element.name)
        if spec is None or element.name == "UNH":
            spec = segment_spec(self.definitions, service, element.name) or spec
        if spec is None:
            values = {"name": element.name, "parent": self.definition.directory}
            self.problems.append(Problem(Fault("target-unknown", Place(), values), element))
            return
        made = Made(Segment(element.name, element.name), element, group=group)
        grid = self._filled(element, spec, made)
        segment = Segment.make(element.name, *grid)
        made.segment = self._header(segment) if element.name == "UNH" else segment
        self.made.append(made)

    def _filled(self, element: Element, spec: SegmentSpec, made: Made) -> list[list[list[str]]]:
        """The values as [element][repeat][component]."""
        grid: list[list[list[str]]] = [[] for _ in spec.parts]
        used: set[int] = set()
        for child in element.children:
            at = self._position(child, [name_of(part) for part in spec.parts], used)
            if at is None:
                at = self._again(child, spec, grid)
            if at is None:
                self._no_place(child, element, spec)
                continue
            used.add(at)
            if at == len(grid):
                grid.append([])
            part = spec.parts[min(at, len(spec.parts) - 1)]
            repeat = len(grid[at]) + 1
            if isinstance(part, PartSpec):
                grid[at].append(self._components(child, part, at + 1, repeat, made))
            else:
                grid[at].append([child.text or ""])
                made.values[at + 1, 0, repeat] = child
        return [repeats or [[""]] for repeats in grid]

    def _again(self, child: Element, spec: SegmentSpec, grid: list[list[list[str]]]) -> int | None:
        """The place of one more repeat: with a repetition separator, or as elements after the last part."""
        for at, part in enumerate(spec.parts):
            if name_of(part) == child.name and part.repeat > 1:
                if self.version == 4:
                    return at if len(grid[at]) < part.repeat else None
                if at == len(spec.parts) - 1 and len(grid) - at < part.repeat:
                    return len(grid)
        return None

    def _components(
        self, composite: Element, part: PartSpec, element: int, repeat: int, made: Made
    ) -> list[str]:
        values = [""] * len(part.components)
        used: set[int] = set()
        names = [f"d{component.id}" for component in part.components]
        made.values[element, 0, repeat] = composite
        for child in composite.children:
            at = self._position(child, names, used)
            if at is None:
                self._no_place(child, composite, part)
                continue
            used.add(at)
            values[at] = child.text or ""
            made.values[element, at + 1, repeat] = child
        return values

    def _position(self, child: Element, names: Sequence[str], used: set[int]) -> int | None:
        """The place of that number, or the next free one of that name."""
        places = [at for at, name in enumerate(names) if name == child.name]
        number = child.item.index
        if number is not None:
            places = places[number - 1 : number]
        return next((at for at in places if at not in used), None)

    def _no_place(self, child: Element, parent: Element, spec: SegmentSpec | PartSpec) -> None:
        parts: Sequence[ElementSpec | PartSpec] = (
            spec.components if isinstance(spec, PartSpec) else spec.parts
        )
        same = [part for part in parts if name_of(part) == child.name]
        if not same:
            values = {"name": child.name, "parent": parent.name}
            self.problems.append(Problem(Fault("target-unknown", Place(), values), child))
            return
        limit = len(same) if len(same) > 1 else same[0].repeat
        values = {
            "element": same[0].id, "name": same[0].name, "count": f"> {limit}", "limit": str(limit),
        }  # fmt: skip
        self.problems.append(Problem(Fault("element-repeated", Place(), values), child))

    def _header(self, given: Segment) -> Segment:
        """UNH: what the mapping says about it, the rest by the definition."""
        definition = self.definition
        identifier = [
            given.get(2, component) or value
            for component, value in enumerate(
                (definition.type, definition.version, definition.release, definition.agency), 1
            )
        ]
        rest = [list(repeats) for repeats in given.elements()[2:]]
        more = list(given.elements()[1][0][4:]) if len(given.elements()) > 1 else []
        return Segment.make("UNH", given.get(1) or "1", [*identifier, *more], *rest)


def _name(use: SegmentUse | GroupUse) -> str:
    return use.tag if isinstance(use, SegmentUse) else use.name


def _values(element: Element) -> Iterator[Element]:
    if element.text:
        yield element
    for child in element.children:
        yield from _values(child)


def _is_read(item: Item) -> bool:
    return item.const is None and item.has_value
