"""A source and the output that a mapping made of it as lines of values, each knowing its partners on the other side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from edi_router.faults import Place
from edi_router.formats.edifact.nodes import CompositeNode, ElementNode, MessageNode, SegmentNode
from edi_router.formats.records.nodes import RecordNode
from edi_router.mapping.output import Lineage
from edi_router.mapping.trace_parts import child_names
from edi_router.mapping.trace_secret import MASK
from edi_router.paths import Node

_GROUP = re.compile(r"SG\d+(\[\d+\])?")


@dataclass
class Cell:
    """A value: its id in the page, what stands before it, and the ids of the values that belong to it."""

    id: str
    label: str
    text: str
    partners: list[str] = field(default_factory=list)
    where: str = ""
    rule: str = ""
    row: str = ""


@dataclass
class Line:
    """A segment, element or record with its values, indented by its depth."""

    depth: int
    name: str
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Sides:
    """The lines of a source and of its output."""

    source: list[Line]
    output: list[Line]
    by_place: dict[Place, Cell]


def sides(root: Node, rows: Sequence[Lineage], form: str, hidden: frozenset[Place], prefix: str) -> Sides:
    """Both sides; `form` is the output's format, values at `hidden` places are not shown, ids begin with
    `prefix`."""
    places: dict[Place, Cell] = {}
    source = list(_Source(places, hidden, prefix).lines(root, 0))
    output = list(_output(rows, form, places, prefix))
    return Sides(source, output, places)


class _Source:
    def __init__(self, places: dict[Place, Cell], hidden: frozenset[Place], prefix: str) -> None:
        self.places = places
        self.hidden = hidden
        self.prefix = prefix

    def lines(self, node: Node, depth: int) -> Iterator[Line]:
        """The lines of a document or a part of it."""
        if isinstance(node, MessageNode):
            segments = sorted(_segments(node), key=lambda each: each.segment.number)
            for segment in segments:
                yield Line((segment.group or "").count("SG"), segment.name, list(self._elements(segment)))
            return
        if isinstance(node, RecordNode):
            yield from self._record(node, depth)
            return
        own = [child for name in child_names(node) for child in node.children(name)]
        inner = [child for child in own if not child.name.startswith("@")]
        cells = [self._cell(child, child.name) for child in own if child not in inner and child.value()]
        if node.value():
            cells.append(self._cell(node, ""))
        yield Line(depth, node.name, cells)
        for child in inner:
            yield from self.lines(child, depth + 1)

    def _record(self, record: RecordNode, depth: int) -> Iterator[Line]:
        own = [child for name in child_names(record) for child in record.children(name)]
        fields = [child for child in own if not isinstance(child, RecordNode) and child.value()]
        if record.parent is not None:
            yield Line(depth, record.name, [self._cell(child, child.name) for child in fields])
        for inner in record.records:
            yield from self.lines(inner, depth + (record.parent is not None))

    def _elements(self, segment: SegmentNode) -> Iterator[Cell]:
        """The values of a segment, with the separators that lead to them as labels."""
        at = {}
        for node in _leaves(segment):
            at[node.element, node.repeat or 1, node.component or 1] = node
        before = ""
        for element, repeats in enumerate(segment.segment.elements(), 1):
            for repeat, components in enumerate(repeats, 1):
                for component, text in enumerate(components, 1):
                    before += ":" if component > 1 else "*" if repeat > 1 else "+"
                    found = at.get((element, repeat, component))
                    if text and found is not None:
                        yield self._cell(found, before)
                        before = ""

    def _cell(self, node: Node, label: str) -> Cell:
        place = node.place()
        text = MASK if place in self.hidden else node.value() or ""
        cell = Cell(f"{self.prefix}s{len(self.places)}", label, text, where=str(place))
        self.places[place] = cell
        return cell


def _segments(node: Node) -> Iterator[SegmentNode]:
    for name in child_names(node):
        for child in node.children(name):
            if isinstance(child, SegmentNode):
                yield child
            else:
                yield from _segments(child)


def _leaves(node: Node) -> Iterator[ElementNode]:
    for name in child_names(node):
        for child in node.children(name):
            if isinstance(child, ElementNode):
                yield child
            elif isinstance(child, CompositeNode):
                yield from _leaves(child)


def _output(rows: Iterable[Lineage], form: str, places: dict[Place, Cell], prefix: str) -> Iterator[Line]:
    """The lines of the output: an element of XML is one, a segment, and a record."""
    line, current = Line(0, ""), None
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows):
        steps = tuple(row.target.strip("/").split("/"))
        at = _line_end(steps, form)
        if steps[:at] != current:
            if current is not None:
                yield line
            for depth in range(len(steps[:at]) - 1):
                if steps[: depth + 1] not in seen:
                    yield Line(depth, steps[depth])
                    seen.add(steps[: depth + 1])
            current = steps[:at]
            seen.add(current)
            line = Line(at - 1, current[-1])
        cell = Cell(f"{prefix}o{number}", "/".join(steps[at:]), row.value, where=row.target, rule=row.rule)
        cell.row = row.row or ""
        for place in row.sources:
            if (source := places.get(place)) is not None and source.id not in cell.partners:
                cell.partners.append(source.id)
                source.partners.append(cell.id)
        line.cells.append(cell)
    if current is not None:
        yield line


def _line_end(steps: Sequence[str], form: str) -> int:
    """How many steps lead to the line that a value stands in."""
    if form == "xml":
        return len(steps) - steps[-1].startswith("@")
    if form == "edifact":
        groups = sum(1 for step in steps[1:] if _GROUP.fullmatch(step))
        return min(2 + groups, len(steps))
    return max(len(steps) - 1, 1)
