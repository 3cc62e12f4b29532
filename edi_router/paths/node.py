"""What a path walks over: the one view that every format gives of its documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from edi_router.faults import Place


@runtime_checkable
class Node(Protocol):
    """A part of a document: message, group, segment, composite, data element, XML element, row, field.

    EDIFACT names are ``SG30``, ``CST``, ``C246``, ``d7361``; XML names are local names, and ``@name`` for
    attributes.
    """

    @property
    def name(self) -> str:
        """The node's own name."""
        ...

    @property
    def parent(self) -> Node | None:
        """The node it stands in; None for the message."""
        ...

    def children(self, name: str) -> Sequence[Node]:
        """The children of this name in document order; empty components keep their place."""
        ...

    def value(self) -> str | None:
        """The text of a leaf; None when it is empty or missing, or when the node is no leaf."""
        ...

    def place(self) -> Place:
        """Where the node stands."""
        ...
