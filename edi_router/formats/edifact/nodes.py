"""The view of a checked message that paths walk over: groups, segments, composites, data elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edi_router.faults import Place
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import Layout, Row, Rows, Wanted, is_usual, row_of, row_text
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.segment import Segment
from edi_router.paths.node import Node

_NONE: tuple[Node, ...] = ()
_KEPT = 10_000
_indexes: dict[int, tuple[SegmentSpec | PartSpec, dict[str, tuple[int, ...]]]] = {}


def indexes_of(spec: SegmentSpec | PartSpec) -> dict[str, tuple[int, ...]]:
    """Where the parts of each name stand in a segment or composite, counted from 0."""
    known = _indexes.get(id(spec))
    if known is None:
        if isinstance(spec, PartSpec):
            names: Sequence[str] = [f"d{part.id}" for part in spec.components]
        else:
            names = spec.names
        found: dict[str, tuple[int, ...]] = {}
        for index, name in enumerate(names):
            found[name] = (*found.get(name, ()), index)
        if len(_indexes) >= _KEPT:
            _indexes.clear()
        # The specification is kept with its entry, so that no other one gets its id.
        known = _indexes[id(spec)] = (spec, found)
    return known[1]


class GroupNode:
    """One repetition of a segment group; its children are segments and groups by name."""

    __slots__ = ("_parent", "_place", "items", "name", "path")

    def __init__(self, name: str, path: str | None, parent: Node | None, place: Place | None = None) -> None:
        self.name = name
        self.path = path
        self._parent = parent
        self._place = place
        self.items: dict[str, list[Node]] = {}

    @property
    def parent(self) -> Node | None:
        """The message or the group around it."""
        return self._parent

    def add(self, node: Node) -> None:
        """Append a child."""
        self.items.setdefault(node.name, []).append(node)

    def children(self, name: str) -> Sequence[Node]:
        """The segments or groups of this name."""
        return self.items.get(name, _NONE)

    def names(self) -> Sequence[str]:
        """The names of the children there are."""
        return tuple(self.items)

    def value(self) -> str | None:
        """None: a group is no leaf."""
        return None

    def place(self) -> Place:
        """Where its first segment stands."""
        if self._place is not None:
            return self._place
        for nodes in self.items.values():
            return nodes[0].place()
        return Place(group=self.path)


class MessageNode(GroupNode):
    """The message; `envelope` has UNB, UNG and UNH, `unplaced` the segments that fit nowhere.

    `layout` is its definition, if it has one. The nodes of a message without faults are made when they are
    first asked for (`defer`).
    """

    __slots__ = ("_envelope", "_rows", "_waiting", "layout", "unplaced")

    def __init__(
        self, name: str, envelope: EnvelopeNode | Callable[[], EnvelopeNode], layout: Layout | None = None
    ) -> None:
        super().__init__(name, None, None)
        self._envelope = envelope
        self.layout = layout
        self.unplaced: list[SegmentNode] = []
        self._waiting: Message | None = None
        self._rows: tuple[Wanted | None, Rows | None] | None = None

    @property
    def envelope(self) -> EnvelopeNode:
        """The service segments around the message, made when they are first asked for."""
        if not isinstance(self._envelope, EnvelopeNode):
            self._envelope = self._envelope()
        return self._envelope

    def defer(self, message: Message) -> None:
        """Make the nodes from `message`, which is known to have no fault, when they are needed."""
        self.items.clear()
        self._waiting = message

    def children(self, name: str) -> Sequence[Node]:
        """The segments or groups of this name."""
        if self._waiting is not None:
            self._grow()
        return self.items.get(name, _NONE)

    def names(self) -> Sequence[str]:
        """The names of the children there are."""
        if self._waiting is not None:
            self._grow()
        return tuple(self.items)

    def place(self) -> Place:
        """Where its first segment stands."""
        if self._waiting is not None:  # it begins with UNH: no node has to be made for that
            return self._waiting.header.place()
        return super().place()

    def rows(self, wanted: Wanted | None = None) -> Rows | None:
        """The message for programs (see `layout`), all of it or what is `wanted`.

        None when it has no definition or an element is repeated.
        """
        if self._rows is None or self._rows[0] is not wanted:
            self._rows = wanted, self._made(wanted)
        return self._rows[1]

    def text(self) -> str | None:
        """The message in one text, masked as rows are; None when it has faults or cannot be shown so."""
        return None if self._waiting is None or self.layout is None else row_text(self._waiting)

    def _made(self, wanted: Wanted | None) -> Rows | None:
        if self.layout is None:
            return None
        if self._waiting is not None:
            return self.layout.rows(self._waiting, wanted)
        found = Rows()
        return found if _add([found], [""], self, wanted, "") else None

    def _grow(self) -> None:
        message, self._waiting = self._waiting, None
        if message is None or self.layout is None:
            return
        specs: dict[str, SegmentSpec | None] = {}
        open: list[GroupNode] = [self]
        segments = message.segments
        for segment, step in zip(
            segments, self.layout.steps([segment.tag for segment in segments]), strict=True
        ):
            leaf, tag = step.target, segment.tag
            if not step.same:
                keep = step.keep - step.repeat
                del open[keep + 1 :]
                for group in leaf.groups[keep:]:
                    node = GroupNode(group.name, group.path, open[-1])
                    open[-1].add(node)
                    open.append(node)
            if tag not in specs:
                specs[tag] = self.layout.spec(tag)
            open[-1].add(SegmentNode(segment, specs[tag], open[-1], leaf.path))


def _add(
    parts: Sequence[Rows], around: Sequence[str], group: GroupNode, wanted: Wanted | None, path: str
) -> bool:
    """Show what is in the group in the parts `around` it; False when something of it cannot be shown.

    A group with nothing in it, as faulty messages have it, does not count as present, unlike a part of rows.
    """
    for name, nodes in group.items.items():
        at = f"{path}{name}"
        places = ((len(parts) - 1, name),) if wanted is None else wanted.places(at, around)
        for node in nodes:
            shown: Rows | Row | None = None
            if isinstance(node, GroupNode) and not node.items:
                return False
            if not isinstance(node, GroupNode):
                shown = _row(node) if places and isinstance(node, SegmentNode) else None
                if places and shown is None:
                    return False
            elif wanted is not None and at not in wanted.groups:
                if not _add(parts, around, node, wanted, f"{at}/"):
                    return False
            else:
                shown = Rows()
                if not _add([*parts, shown], [*around, at], node, wanted, f"{at}/"):
                    return False
            for depth, key in places:
                parts[depth].setdefault(key, []).append(shown)
    return True


def _row(node: SegmentNode) -> Row | None:
    """The segment; None when something in it is repeated, or a simple data element has components."""
    text, marks, parts = (
        node.segment.text,
        node.segment.dialect.separators,
        node.spec.parts if node.spec else (),
    )
    if not is_usual(marks) or (marks.repetition and marks.repetition in text):
        return None
    row = row_of(text)
    if row is None or row[0] != node.name or (parts and parts[-1].repeat > 1 and len(row) > len(parts) + 1):
        return None
    simple = (value for part, value in zip(parts, row[1:], strict=False) if isinstance(part, ElementSpec))
    return None if any(":" in value for value in simple) else row


class EnvelopeNode(GroupNode):
    """What ``$envelope`` means: the service segments around the message."""

    __slots__ = ()

    def __init__(self, headers: Sequence[tuple[Segment, SegmentSpec | None]]) -> None:
        super().__init__("$envelope", None, None)
        for segment, spec in headers:
            self.add(SegmentNode(segment, spec, self, None))


class SegmentNode:
    """One segment; its children are its composites and data elements, in their places."""

    __slots__ = ("_parent", "group", "name", "segment", "spec")

    def __init__(
        self, segment: Segment, spec: SegmentSpec | None, parent: Node | None, group: str | None
    ) -> None:
        self.name = segment.tag
        self.segment = segment
        self.spec = spec
        self.group = group
        self._parent = parent

    @property
    def parent(self) -> Node | None:
        """The message or group it stands in."""
        return self._parent

    def children(self, name: str) -> Sequence[Node]:
        """The parts of this name, the empty ones before the last filled one included."""
        spec = self.spec
        if spec is None:
            return _NONE
        values = self.segment.elements()
        found: list[Node] = []
        indexes = indexes_of(spec).get(name, ())
        size = len(spec.parts)
        if len(values) > size and indexes and indexes[-1] == size - 1 and spec.parts[-1].repeat > 1:
            # Without a repetition separator a repeated last part is written as further elements.
            indexes = (*indexes, *range(size, len(values)))
        for index in indexes:
            if index >= len(values):
                break
            part = spec.parts[min(index, size - 1)]
            several = len(values[index]) > 1
            for number, components in enumerate(values[index], 1):
                repeat = number if several else None
                if isinstance(part, PartSpec):
                    found.append(CompositeNode(self, part, components, index + 1, repeat))
                else:
                    found.append(ElementNode(name, components[0], self, self, index + 1, None, repeat))
        return found

    def value(self) -> str | None:
        """None: a segment is no leaf."""
        return None

    def place(self) -> Place:
        """Where the segment stands."""
        return self.segment.place(group=self.group)


class CompositeNode:
    """One composite (or one repetition of it)."""

    __slots__ = ("_components", "_segment", "_spec", "element", "name", "repeat")

    def __init__(
        self,
        segment: SegmentNode,
        spec: PartSpec,
        components: tuple[str, ...],
        element: int,
        repeat: int | None,
    ) -> None:
        self.name = spec.id
        self._segment = segment
        self._spec = spec
        self._components = components
        self.element = element
        self.repeat = repeat

    @property
    def parent(self) -> Node | None:
        """The segment."""
        return self._segment

    def children(self, name: str) -> Sequence[Node]:
        """The components of this name, the empty ones before the last filled one included."""
        components = self._components
        return [
            ElementNode(name, components[index], self, self._segment, self.element, index + 1, self.repeat)
            for index in indexes_of(self._spec).get(name, ())
            if index < len(components)
        ]

    def value(self) -> str | None:
        """None: a composite is no leaf."""
        return None

    def place(self) -> Place:
        """Where the composite begins."""
        return self._segment.segment.place(self.element, None, self.repeat, self._segment.group)


class ElementNode:
    """One data element."""

    __slots__ = ("_parent", "_segment", "_value", "component", "element", "name", "repeat")

    def __init__(
        self, name: str, value: str, parent: Node, segment: SegmentNode,
        element: int, component: int | None, repeat: int | None,
    ) -> None:  # fmt: skip
        self.name = name
        self._value = value
        self._parent = parent
        self._segment = segment
        self.element = element
        self.component = component
        self.repeat = repeat

    @property
    def parent(self) -> Node | None:
        """The composite or segment it stands in."""
        return self._parent

    def children(self, name: str) -> Sequence[Node]:
        """Nothing: a data element is a leaf."""
        return _NONE

    def value(self) -> str | None:
        """The value, None when it is empty."""
        return self._value or None

    @property
    def leaf(self) -> tuple[int, int, int]:
        """The number of its segment, its element, and its component (0 for a data element that is no component)."""
        return self._segment.segment.number, self.element, self.component or 0

    def place(self) -> Place:
        """Where the value stands."""
        return self._segment.segment.place(self.element, self.component, self.repeat, self._segment.group)
