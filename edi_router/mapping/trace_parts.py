"""A document taken apart into its values, each with the path that a mapping would name it by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_router.faults import Place
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of
from edi_router.formats.edifact.nodes import CompositeNode, GroupNode, SegmentNode
from edi_router.paths import Node


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a document: its path without numbers (`SG30/LOC[d3227='35']/C517/d3225`), and where it is."""

    path: str
    value: str
    place: Place


def parts_of(root: Node) -> Iterator[Part]:
    """Every value below the node, in the order of its names."""
    yield from _below(root, "")


def _below(node: Node, path: str) -> Iterator[Part]:
    value = node.value()
    if value:
        yield Part(path or ".", value, node.place())
        if not child_names(node):
            return
    for name in child_names(node):
        for child in node.children(name):
            step = step_of(child)
            yield from _below(child, f"{path}/{step}" if path else step)


def step_of(node: Node) -> str:
    """The step of a path that leads to the node: its name, of a segment with the qualifier it has."""
    found = qualifier_of(node) if isinstance(node, SegmentNode) else None
    if found is None:
        return node.name
    quote = '"' if "'" in found[1] else "'"
    return f"{node.name}[{found[0]}={quote}{found[1]}{quote}]"


def qualifier_of(segment: SegmentNode) -> tuple[str, str] | None:
    """The path and the value of what says what a segment is about: a coded qualifier that stands first."""
    for part in segment.spec.parts[:2] if segment.spec is not None else ():
        inside = isinstance(part, PartSpec)
        first = part.components[0] if isinstance(part, PartSpec) and part.components else part
        if isinstance(first, ElementSpec) and first.codes is not None and "qualifier" in first.name.lower():
            nodes: Sequence[Node] = segment.children(name_of(part))
            nodes = (
                [each for node in nodes[:1] for each in node.children(name_of(first))] if inside else nodes
            )
            value = nodes[0].value() if nodes else None
            return (
                (f"{name_of(part)}/{name_of(first)}" if inside else name_of(first), value) if value else None
            )
    return None


def child_names(node: Node) -> list[str]:
    """The names of what stands in a node, each once."""
    if isinstance(node, SegmentNode):
        return list(dict.fromkeys(node.spec.names)) if node.spec is not None else []
    if isinstance(node, CompositeNode):
        segment = node.parent
        spec = segment.spec if isinstance(segment, SegmentNode) else None
        part = spec.parts[node.element - 1] if spec is not None else None
        inside = part.components if isinstance(part, PartSpec) else ()
        return list(dict.fromkeys(name_of(each) for each in inside))
    names = getattr(node, "names", None)
    found = [] if names is None else list(dict.fromkeys(names()))
    return [each for each in found if not (isinstance(node, GroupNode) and each in _OWN)]


_OWN = ("UNH", "UNS", "UNT")
"""Service segments of a message, which carry nothing that a mapping would take over."""
