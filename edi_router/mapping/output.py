"""The output of a mapping as a tree that remembers where every value came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from edi_router.faults import Place
from edi_router.mapping.model import Item
from edi_router.paths import Node


class Found(NamedTuple):
    """A value on its way: its text, the input nodes it came from (none for constants), the table row used."""

    text: str
    nodes: tuple[Node, ...] = ()
    row: str | None = None


@dataclass(slots=True)
class Attribute:
    """An attribute of an output element."""

    name: str
    text: str
    item: Item
    found: Found


@dataclass(slots=True)
class Element:
    """An output element; `scope` is the input node whose item or message made it."""

    name: str
    item: Item
    scope: Node
    text: str | None = None
    found: Found | None = None
    attributes: list[Attribute] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.text and not self.children and not self.attributes


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where one output value came from: the input places, the mapping line, the table row."""

    target: str
    value: str
    sources: tuple[Place, ...]
    rule: str
    row: str | None = None


def with_paths(element: Element, path: str = "") -> Iterator[tuple[str, Element]]:
    """Every element with its XPath: `/Root/Goods[2]/Name`, numbered where a name stands several times."""
    path = path or f"/{element.name}"
    yield path, element
    total: dict[str, int] = {}
    for child in element.children:
        total[child.name] = total.get(child.name, 0) + 1
    seen: dict[str, int] = {}
    for child in element.children:
        seen[child.name] = number = seen.get(child.name, 0) + 1
        step = f"{path}/{child.name}[{number}]" if total[child.name] > 1 else f"{path}/{child.name}"
        yield from with_paths(child, step)


def lineage_of(root: Element, file: str) -> list[Lineage]:
    """The origin of every value of the output, in its order."""
    rows: list[Lineage] = []
    for path, element in with_paths(root):
        for attribute in element.attributes:
            rows.append(
                _row(f"{path}/@{attribute.name}", attribute.text, attribute.item, attribute.found, file)
            )
        if element.text is not None and element.found is not None:
            rows.append(_row(path, element.text, element.item, element.found, file))
    return rows


def rule_of(item: Item, file: str) -> str:
    """The mapping line of an item: `mapping.yaml:14`, `fragments/address.yaml:3`."""
    return line_at(item.place, file)


def line_at(place: Place, file: str) -> str:
    """A line of the mapping's file, or of the shared file of fragments that it uses."""
    folder, _, name = (place.file or "").rpartition("/")
    shared = folder.rpartition("/")[2] == "fragments"
    return f"fragments/{name}:{place.line}" if shared else f"{file}:{place.line}"


def _row(target: str, text: str, item: Item, found: Found, file: str) -> Lineage:
    places = tuple(node.place() for node in found.nodes)
    return Lineage(target, text, places, rule_of(item, file), found.row)
