"""The tree that a move sees: the document, the entry of the register, their paired lines, and what is known besides.

Checks, conditions and destinations are paths over it; `dumped` writes it as XML, which the mappings of an
outcome's documents read (`xml Move`). Names of elements are those of the document and of the entry's fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from edi_router.faults import Place
from edi_router.formats.documents import Kind
from edi_router.formats.xml import Element
from edi_router.paths import Node
from edi_router.registers.entry import Entry, Fields, Line

ROOT = "Move"
MOVE = Kind("xml", ROOT, "")
"""What the mappings of an outcome's documents read: the tree as XML."""


class Branch:
    """A node of the tree that we make: a leaf with a text, or a branch with children."""

    __slots__ = ("_at", "_children", "_order", "_text", "name", "parent")

    def __init__(self, name: str, at: Node, text: str = "", parent: Node | None = None) -> None:
        self.name = name
        self.parent = parent
        self._at = at
        self._text = text
        self._children: dict[str, list[Node]] = {}
        self._order: list[Node] = []

    def add(self, name: str, text: str = "", at: Node | None = None) -> Branch:
        """A new child; `at` is the node of the document whose place it has."""
        child = Branch(name, at or self._at, text, self)
        self._put(child)
        return child

    def graft(self, name: str, node: Node) -> Graft:
        """A part of the document as a child of this name."""
        child = Graft(name, node, self)
        self._put(child)
        return child

    def _put(self, child: Node) -> None:
        self._children.setdefault(child.name, []).append(child)
        self._order.append(child)

    @contextmanager
    def grafted(self, name: str, node: Node) -> Iterator[None]:
        """A part of the tree as a child of this name too, for a while."""
        child = Graft(name, node, self)
        self._put(child)
        try:
            yield
        finally:
            self._order.remove(child)
            self._children[name].remove(child)

    def children(self, name: str) -> Sequence[Node]:
        """The children of this name."""
        return self._children.get(name, ())

    def names(self) -> list[str]:
        """The names of all children."""
        return list(self._children)

    def below(self) -> Sequence[Node]:
        """All children in their order."""
        return self._order

    def value(self) -> str | None:
        """The text of a leaf."""
        return self._text or None

    def place(self) -> Place:
        """The place of the part of the document that it belongs to."""
        return self._at.place()


class Graft:
    """A part of the document under another name; what is below it is the document's own."""

    __slots__ = ("name", "node", "parent")

    def __init__(self, name: str, node: Node, parent: Node) -> None:
        self.name = name
        self.node = node
        self.parent = parent

    def children(self, name: str) -> Sequence[Node]:
        """The children of the part."""
        return self.node.children(name)

    def names(self) -> list[str]:
        """The names of its children."""
        return list(_names(self.node))

    def value(self) -> str | None:
        """Its own text."""
        return self.node.value()

    def place(self) -> Place:
        """Its place."""
        return self.node.place()


class Nowhere:
    """The place of a tree that no document has made: a clock's."""

    name = ROOT
    parent: Node | None = None

    def children(self, name: str) -> Sequence[Node]:
        """There is nothing in it."""
        return ()

    def value(self) -> str | None:
        """It has no text."""
        return None

    def place(self) -> Place:
        """No place in any file."""
        return Place()


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the document: its key, and how much it asks for."""

    key: str
    quantity: Decimal | None
    node: Node | None
    """Where it stands; None when the entry's whole rest is asked for."""


def leaves(branch: Branch, values: Mapping[str, str]) -> None:
    """Add a leaf for each value that is not empty."""
    for name, text in values.items():
        if text:
            branch.add(name, text)


def add_entry(branch: Branch, entry: Entry, expired: bool, name: str = "Entry", same: bool = False) -> Branch:
    """Add the entry as it stands."""
    made = branch.add(name)
    leaves(made, {
        "Key": entry.key, "State": entry.state, "EnteredBy": entry.entered_by,
        "Uses": str(entry.uses), "Tries": str(entry.tries),
        "Expired": "yes" if expired else "", "Same": "yes" if same else "",
    })  # fmt: skip
    _add_fields(made, entry.fields)
    for by in dict.fromkeys(draw.by for draw in entry.draws):
        made.add("By", by)
    for by, partner in dict.fromkeys((draw.by, draw.partner) for draw in entry.draws):
        leaves(made.add("Taker"), {"By": by, "Sender": partner})
    for line in entry.lines:
        add_line(made.add("Line"), entry, line)
    return made


def add_line(branch: Branch, entry: Entry, line: Line) -> None:
    """Fill the branch with a line of the entry."""
    branch.add("No", line.key)
    left = entry.left(line)
    if line.granted is not None and left is not None:
        leaves(branch, {
            "Granted": plain(line.granted), "Used": plain(entry.used(line.key)), "Left": plain(left),
        })  # fmt: skip
    _add_fields(branch, line.fields)


def add_pairs(root: Branch, asked: Iterable[Asked], entry: Entry | None) -> None:
    """Add a `Line` for each line of the document: with the document's part, the entry's line, and what is left."""
    known = {line.key: line for line in entry.lines} if entry is not None else {}
    for each in asked:
        pair = root.add("Line", at=each.node)
        pair.add("No", each.key)
        if each.node is not None:
            pair.graft("Document", each.node)
        if each.quantity is not None:
            pair.add("Asked", plain(each.quantity))
        line = known.get(each.key)
        if entry is not None and line is not None:
            add_line(pair.add("Entry"), entry, line)
            left = entry.left(line)
            if left is not None:
                pair.add("Left", plain(left))


def add_taken(root: Branch, before: Entry | None, after: Entry, by: str) -> None:
    """Add what the taker drew from each line by this move (`Drawn`), or gave back (`Returned`)."""
    earlier = _taken(before, by) if before is not None else {}
    now = _taken(after, by)
    for line in after.lines:
        drawn = now.get(line.key, Decimal(0)) - earlier.get(line.key, Decimal(0))
        if drawn:
            branch = root.add("Drawn" if drawn > 0 else "Returned")
            branch.add("Quantity", plain(abs(drawn)))
            add_line(branch, after, line)


def _taken(entry: Entry, by: str) -> dict[str, Decimal]:
    """What the taker has drawn, by line."""
    taken: dict[str, Decimal] = {}
    for draw in entry.draws:
        if draw.by == by:
            taken[draw.line] = taken.get(draw.line, Decimal(0)) + draw.quantity
    return taken


def _add_fields(branch: Branch, fields: Fields) -> None:
    for name, values in fields.items():
        for value in values:
            branch.add(name, value)


def plain(number: Decimal) -> str:
    """A number as it is written in documents.

    >>> plain(Decimal("1E+3")), plain(Decimal("2.500")), plain(Decimal("0.00"))
    ('1000', '2.5', '0')
    """
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def dumped(root: Branch, hidden: frozenset[str] = frozenset()) -> Element:
    """The tree as an XML element; elements named in `hidden` are left out wherever they stand."""
    return _dumped(root, hidden)


def _dumped(node: Node, hidden: frozenset[str]) -> Element:
    attributes: dict[str, str] = {}
    children: list[Element] = []
    for child in _below(node):
        if child.name in hidden:
            continue
        if child.name.startswith("@"):
            attributes[child.name[1:]] = _clean(child.value() or "")
        else:
            children.append(_dumped(child, hidden))
    return Element(node.name, attributes, children, text="" if children else _clean(node.value() or ""))


def _below(node: Node) -> Iterator[Node]:
    if isinstance(node, Branch):
        yield from node.below()
        return
    if isinstance(node, Graft):
        node = node.node
    for name in _names(node):
        yield from node.children(name)


def _names(node: Node) -> Sequence[str]:
    names = getattr(node, "names", None)
    return names() if names is not None else ()


def _clean(text: str) -> str:
    """The text without characters that XML refuses."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() or character in "\t\n" else " " for character in text)
