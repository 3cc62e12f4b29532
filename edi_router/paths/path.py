"""A parsed path, and how it selects nodes of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from edi_router.paths.node import Node

PARENT = ".."
Cache = dict[tuple[int, int], tuple[Node, Any]]
"""What steps selected below the nodes of one document: by `id` of the node (kept alive) and `key` of the
step. Of a step that compares with values of the item: the places of its children by their values. The document
must not change."""


class Start(StrEnum):
    """Where a path begins."""

    HERE = "here"
    MESSAGE = "message"
    ENVELOPE = "envelope"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]`: the n-th of the children of that name under one parent, empty ones counted."""

    number: int

    def __str__(self) -> str:
        return f"[{self.number}]"


@dataclass(frozen=True, slots=True)
class Equals:
    """`[path='text']`: one of the values that the path selects below the child is the text.

    `[path=$item/other]`: it is one of the values of the other path, seen from where the whole path begins.
    """

    path: Path
    text: str
    other: Path | None = None

    def __str__(self) -> str:
        if self.other is not None:
            return f"[{self.path}=$item{f'/{self.other}' if self.other.steps else ''}]"
        quote = '"' if "'" in self.text else "'"
        return f"[{self.path}={quote}{self.text}{quote}]"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a name (`@name` for an attribute, `..` for the parent) with its predicates in order."""

    name: str
    predicates: tuple[Index | Equals, ...] = ()
    column: int = field(default=1, compare=False)
    key: int = field(default=-1, compare=False, repr=False)
    """The same number for equal steps of parsed paths, for the cache of a reading."""

    def __str__(self) -> str:
        return self.name + "".join(str(predicate) for predicate in self.predicates)


@dataclass(frozen=True, slots=True)
class Path:
    """A path of the closed language; `edi_router.paths.parse` makes one from its text."""

    start: Start
    steps: tuple[Step, ...]
    compares: bool = field(default=False, compare=False, repr=False)
    """Whether a predicate asks for values of the item, `$item`."""

    def __str__(self) -> str:
        steps = "/".join(str(step) for step in self.steps)
        if self.start is Start.HERE:
            return steps or "."
        if self.start is Start.MESSAGE:
            return "/" + steps
        return f"${self.start}" + (f"/{steps}" if steps else "")

    def select(self, node: Node, cache: Cache | None = None) -> list[Node]:
        """The nodes that the path means, seen from `node`, in document order, empty ones included.

        A path into the context selects nothing here: whoever has a context reads `steps`. A `cache` serves
        many paths over one document.
        """
        if self.compares:
            return self._at_item(node, cache)
        found: Sequence[Node] = self._begin(node)
        for step in self.steps:
            if not found:
                return []
            found = _parents(found) if step.name == PARENT else _children(found, step, cache)
        return list(found)

    def _at_item(self, node: Node, cache: Cache | None) -> list[Node]:
        found: Sequence[Node] = self._begin(node)
        for step in self.steps:
            if not found:
                return []
            if step.name == PARENT:
                found = _parents(found)
            elif any(isinstance(each, Equals) and each.other is not None for each in step.predicates):
                found = [child for parent in found for child in _compared(parent, step, node, cache)]
            else:
                found = _children(found, step, cache)
        return list(found)

    def values(self, node: Node) -> list[tuple[str, Node]]:
        """The values that the path means, each with its node; empty ones are missing."""
        return [(value, found) for found in self.select(node) if (value := found.value())]

    def has_value(self, node: Node, cache: Cache | None = None) -> bool:
        """Whether the path selects a value, or a part of the document that is no leaf but not empty."""
        return any(is_filled(found) for found in self.select(node, cache))

    def _begin(self, node: Node) -> list[Node]:
        if self.start is Start.HERE:
            return [node]
        if self.start is Start.CONTEXT:
            return []
        top = message_of(node)
        if self.start is Start.MESSAGE:
            return [top]
        envelope: Node | None = getattr(top, "envelope", None)
        return [] if envelope is None else [envelope]


def message_of(node: Node) -> Node:
    """The message that the node stands in (itself, if it is the message)."""
    while (parent := node.parent) is not None:
        node = parent
    return node


def is_filled(node: Node) -> bool:
    """Whether the node counts as present: it has a value, or something in it has.

    An EDIFACT data element or an attribute needs a value; a node that can name its children (`names()`) needs
    one; others are present as they are.
    """
    if node.value():
        return True
    names = getattr(node, "names", None)
    if names is not None:
        return bool(names())
    return not (node.name.startswith("@") or (node.name[:1] == "d" and node.name[1:].isdigit()))


def _compared(parent: Node, step: Step, item: Node, cache: Cache | None) -> Sequence[Node]:
    """The children that a step with `[path=$item/other]` leaves."""
    nodes: Sequence[Node] = parent.children(step.name)
    for number, predicate in enumerate(step.predicates):
        if not isinstance(predicate, Equals) or predicate.other is None:
            nodes = _filter(nodes, (predicate,), cache)
            continue
        texts = {text for node in predicate.other.select(item, cache) if (text := node.value())}
        if cache is None or number or step.key < 0:
            nodes = [each for each in nodes if texts & _texts(each, predicate.path, cache)]
        else:  # many items ask the same children: they are sorted by their values once
            key = (id(parent), step.key)
            if key not in cache:
                cache[key] = (parent, _by_value(nodes, predicate.path, cache))
            known: dict[str, list[int]] = cache[key][1]
            nodes = [nodes[at] for at in sorted({at for text in texts for at in known.get(text, ())})]
    return nodes


def _texts(node: Node, path: Path, cache: Cache | None) -> set[str]:
    return {text for found in path.select(node, cache) if (text := found.value())}


def _by_value(nodes: Sequence[Node], path: Path, cache: Cache) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, node in enumerate(nodes):
        for text in _texts(node, path, cache):
            found.setdefault(text, []).append(at)
    return found


def _parents(nodes: Sequence[Node]) -> list[Node]:
    found: dict[int, Node] = {}
    for node in nodes:
        if (parent := node.parent) is not None:
            found.setdefault(id(parent), parent)
    return list(found.values())


def _children(nodes: Sequence[Node], step: Step, cache: Cache | None) -> Sequence[Node]:
    if len(nodes) == 1:
        return _below(nodes[0], step, cache)
    return [child for node in nodes for child in _below(node, step, cache)]


def _below(node: Node, step: Step, cache: Cache | None) -> Sequence[Node]:
    if cache is None or step.key < 0:
        return _filter(node.children(step.name), step.predicates, cache)
    key = (id(node), step.key)
    known = cache.get(key)
    if known is None:
        known = cache[key] = (node, _filter(node.children(step.name), step.predicates, cache))
    found: Sequence[Node] = known[1]
    return found


def _filter(
    nodes: Sequence[Node], predicates: Sequence[Index | Equals], cache: Cache | None
) -> Sequence[Node]:
    for predicate in predicates:
        if isinstance(predicate, Index):
            nodes = nodes[predicate.number - 1 : predicate.number]
        else:
            select, text = predicate.path.select, predicate.text
            nodes = [node for node in nodes if any(found.value() == text for found in select(node, cache))]
    return nodes
