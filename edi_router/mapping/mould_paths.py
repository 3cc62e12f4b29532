"""Paths over one message that is at hand: what they select is known, so that a program needs no look-ups for it.

A mould (see `moulds`) is made after a message: its segments, which of their elements are filled, and the qualifiers that
predicates ask for. The writer of programs asks `KnownPaths` instead of `Paths`, and gets for every value a
variable that a pattern captures. What was asked for in predicates is `pinned`: another message has to have the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from edi_router.faults import Place
from edi_router.formats.edifact.layout import Layout
from edi_router.formats.edifact.nodes import CompositeNode, ElementNode
from edi_router.mapping.generate_code import Code, Unsupported
from edi_router.mapping.generate_paths import Paths
from edi_router.mapping.generate_walk import Body, Cursor
from edi_router.paths import Equals, Node, Path, Start
from edi_router.paths.path import PARENT

Leaf = tuple[int, int, int]
"""A data element: the number of its segment, its element, and its component (0 for an element without)."""
_FILLED = re.compile(r"if xc\d+:").fullmatch
_KNOWN = re.compile(r"if ([()]|True|False|and|or|not| )+:").fullmatch


class StraightCode(Code):
    """Code in which what is known beforehand is no condition any more."""

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines below `head`, or no lines where it can never hold."""
        if _KNOWN(head):
            kept = len(self.lines)
            yield
            if not eval(head[3:-1], {}):
                del self.lines[kept:]
        elif _FILLED(head):
            yield
        else:
            with super().block(head):
                yield


@dataclass(eq=False)
class KnownCursor(Cursor):
    """A part of the message at hand."""

    node: Watched | None = None


class Watched:
    """A node that remembers which values predicates have asked for."""

    __slots__ = ("_known", "_parent", "_paths", "node")

    def __init__(self, node: Node, parent: Watched | None, paths: KnownPaths) -> None:
        self.node = node
        self._parent = parent
        self._paths = paths
        self._known: dict[str, list[Watched]] = {}

    @property
    def name(self) -> str:
        """The node's own name."""
        return self.node.name

    @property
    def parent(self) -> Watched | None:
        """The node it stands in."""
        return self._parent

    def children(self, name: str) -> Sequence[Watched]:
        """The children of this name."""
        if self._parent is None and name in self._paths.apart:
            raise Unsupported(f"a path through {name}")
        if name not in self._known:
            self._known[name] = [Watched(child, self, self._paths) for child in self.node.children(name)]
        return self._known[name]

    def value(self) -> str | None:
        """The text of a leaf, which is pinned by this."""
        text = self.node.value()
        if text and isinstance(self.node, ElementNode):
            self._paths.pinned[self.node.leaf] = text
        return text

    def names(self) -> Sequence[str]:
        """The names of the children there are."""
        found: Sequence[str] = getattr(self.node, "names", tuple)()
        return found

    def place(self) -> Place:
        """Where the node stands."""
        return self.node.place()


@dataclass
class Taken:
    """What a mould takes from a message."""

    pinned: dict[Leaf, str] = field(default_factory=dict)
    captured: dict[Leaf, str] = field(default_factory=dict)
    """The variables of values."""


class KnownPaths(Paths):
    """What paths select in one message, or in one part of it, `root`; groups in `apart` are no part of it."""

    def __init__(
        self,
        layout: Layout,
        root: Node,
        apart: Collection[str],
        taken: Taken,
        whole: bool,
    ) -> None:
        super().__init__(layout, None)
        self.code = StraightCode()
        self.apart = apart
        self.pinned = taken.pinned
        self.captured = taken.captured
        self._is_whole = whole
        self.message = KnownCursor("m", None, None, node=Watched(root, None, self))

    @contextmanager
    def scope(self, cursor: Cursor, asked: Iterable[tuple[Path, bool]]) -> Iterator[None]:
        """Nothing is looked up together here."""
        yield

    def select(self, cursor: Cursor, path: Path, body: Body) -> None:
        """Emit `body` for everything that the path selects, seen from the cursor."""
        for node in self._found(cursor, path):
            is_leaf = isinstance(node.node, ElementNode)
            if is_leaf and not node.node.value():
                continue
            var = self._captured(node.node) if isinstance(node.node, ElementNode) else "m"
            body(
                KnownCursor(
                    var,
                    None,
                    cursor,
                    is_leaf,
                    self._form(node) if is_leaf else None,
                    node=node,
                )
            )

    def select_values(self, cursor: Cursor, path: Path, body: Body) -> None:
        """The same: values that are missing are no values."""
        self.select(cursor, path, body)

    def is_single(self, cursor: Cursor, path: Path) -> bool:
        """Whether there is one value at most."""
        if path.start not in (Start.HERE, Start.MESSAGE):
            return False
        return sum(bool(node.node.value()) for node in self._found(cursor, path)) <= 1

    def exists(self, cursor: Cursor, path: Path, text: str | None = None) -> str:
        """Whether the path selects something that is filled."""
        found = self._found(cursor, path)
        return str(any(not isinstance(each.node, ElementNode) or each.node.value() for each in found))

    def _found(self, cursor: Cursor, path: Path) -> list[Watched]:
        if path.compares or path.start not in (Start.HERE, Start.MESSAGE):
            raise Unsupported(f"{path}")
        if not self._is_whole and not _is_inner(path):
            raise Unsupported(f"{path} in a part")
        if not isinstance(cursor, KnownCursor) or cursor.node is None:
            raise Unsupported(f"{path} below a value")
        found = path.select(cursor.node)
        return [node for node in found if isinstance(node, Watched)]

    def _captured(self, node: ElementNode) -> str:
        return self.captured.setdefault(node.leaf, f"xc{len(self.captured)}")

    def _form(self, node: Watched) -> str | None:
        """What gives the format code (2379) of a date."""
        if node.name != "d2380":
            return None
        outer = node.parent
        if outer is None or not isinstance(outer.node, CompositeNode):
            raise Unsupported("a date outside of a composite")
        forms = [each.node for each in outer.children("d2379")]
        if len(forms) > 1:
            raise Unsupported("two formats of a date")
        filled = [each for each in forms if isinstance(each, ElementNode) and each.value()]
        return self._captured(filled[0]) if filled else "''"


def _is_inner(path: Path) -> bool:
    """Whether the path, and those of its predicates, do not leave the part that they begin in."""
    return path.start is Start.HERE and all(
        step.name != PARENT
        and all(_is_inner(each.path) for each in step.predicates if isinstance(each, Equals))
        for step in path.steps
    )
