"""Makes the lineage of a document out of what a recording program told (see `generate`).

The document has its values in the order in which the program told them: attributes first, then the element.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from edi_router.faults import Place
from edi_router.formats.edifact.layout import Rows, unmasked
from edi_router.formats.edifact.nodes import MessageNode, SegmentNode
from edi_router.formats.xml.xpath import local_name
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.model import Item, TableUse
from edi_router.mapping.output import Lineage, rule_of
from edi_router.mapping.program import Program, Record
from edi_router.paths import Node
from edi_router.tables import Table

Origin = tuple[Any, ...]
"""The text that was looked up, then a row with element and component, or a group, or a source with a position."""


class Recorded:
    """What a program told of one message."""

    def __init__(self, program: Program, root: MessageNode, record: Record, file: str) -> None:
        self._program = program
        self._root = root
        self._rows, self._day, *self._told = record
        self._file = file
        self._nodes: dict[int, Node] = {}

    def lineage(self, output: bytes) -> list[Lineage]:
        """The origin of every value of the document, in its order."""
        if not self._nodes:
            self._nodes = dict(_nodes(self._rows, self._root))
        values = _values(etree.fromstring(output))
        return [
            self._line(target, text, told) for (target, text), told in zip(values, self._told, strict=True)
        ]

    def _line(self, target: str, text: str, told: Origin) -> Lineage:
        item = self._program.items[told[0]]
        origins: Sequence[Origin] = (told[1:],) if len(told) > 1 else ()
        if origins and isinstance(told[1], list):
            origins = _left(item, told[1])
        row: str | None = None
        if item.table is not None:
            table = self._program.tables[item.table.name]
            found = [(origin, _row(table, item.table, origin[0], self._day)) for origin in origins]
            origins = [origin for origin, place in found if place is not None]
            row = next((place for _, place in found if place is not None), None)
        places = tuple(place for origin in origins for place in self._places(origin))
        return Lineage(target, text, places, rule_of(item, self._file), row)

    def _places(self, origin: Origin) -> Iterator[Place]:
        if len(origin) == 1:  # a constant, or the context
            return
        part, at = origin[1], origin[2:]
        if isinstance(part, int):
            yield self._program.sources[part].path.values(self._root)[at[0]][1].place()
            return
        node = self._nodes[id(part)]
        if at and isinstance(node, SegmentNode):
            yield node.segment.place(at[0], at[1] if len(at) > 1 else None, None, node.group)
        else:
            yield node.place()


def _nodes(rows: Rows, node: Node) -> Iterator[tuple[int, Node]]:
    """The nodes of segments and groups by the `id` of what stands for them in rows."""
    yield id(rows), node
    for name, parts in rows.items():
        for part, child in zip(parts, _children(node, name), strict=True):
            if isinstance(part, dict):
                yield from _nodes(part, child)
            else:
                yield id(part), child


def _children(node: Node, name: str) -> Sequence[Node]:
    """What stands under a name such as `SG33/MOA` (see `layout.Wanted`)."""
    group, _, rest = name.partition("/")
    below = node.children(group)
    return [child for each in below for child in _children(each, rest)] if rest else below


def _values(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every attribute and every text of a document, with its path as `output.with_paths` writes it."""
    return _below(root, f"/{local_name(str(root.tag))}")


def _below(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    for name, text in element.attrib.items():
        yield f"{path}/@{name!s}", str(text)
    children = list(element)
    if not children and element.text is not None:
        yield path, element.text
    names = [local_name(str(child.tag)) for child in children]
    seen: dict[str, int] = {}
    for name, child in zip(names, children, strict=True):
        seen[name] = number = seen.get(name, 0) + 1
        several = number > 1 or names.count(name) > 1
        yield from _below(child, f"{path}/{name}[{number}]" if several else f"{path}/{name}")


def _left(item: Item, origins: Sequence[Origin]) -> Sequence[Origin]:
    """Which of several values a list's functions have left."""
    together = [call.name for call in item.functions if FUNCTIONS[call.name].kind in (Kind.ALL, Kind.NODES)]
    if "distinct" in together:
        first: dict[str, Origin] = {}
        for origin in origins:
            first.setdefault(origin[0], origin)
        return list(first.values())
    if "last" in together:
        return origins[-1:]
    return origins if together or item.table is not None else [origin for origin in origins if origin[0]]


def _row(table: Table, use: TableUse, key: str, day: str) -> str | None:
    """The table's row that a key was found in."""
    rows = [row for row in table.find(unmasked(key), day, use.by) if row.columns.get(use.column)]
    return table.place(rows[0]) if rows else None
