"""The possible parts of a document, as far as its definition knows them: what lint walks paths over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse, Use
from edi_router.formats.xml.model import ElementInfo

if TYPE_CHECKING:
    from edi_router.formats.records import Layout, Record


class Shape(Protocol):
    """A part of a document that may exist: a node's definition."""

    @property
    def name(self) -> str:
        """The node's name."""
        ...

    @property
    def parent(self) -> Shape | None:
        """What it stands in; None for the message."""
        ...

    def child(self, name: str) -> Shape | None:
        """The possible child of that name."""
        ...

    def names(self) -> Sequence[str]:
        """The names of all possible children."""
        ...

    @property
    def is_leaf(self) -> bool:
        """Whether it has a value of its own."""
        ...

    @property
    def envelope(self) -> Shape | None:
        """The envelope of a message."""
        ...


class EdifactShape:
    """A message, group, segment, composite or data element of a directory, or the envelope."""

    def __init__(
        self,
        definitions: Definitions,
        directory: str,
        name: str,
        content: Sequence[SegmentUse | GroupUse | Use] = (),
        parent: EdifactShape | None = None,
        *,
        is_leaf: bool = False,
    ) -> None:
        self.definitions = definitions
        self.directory = directory
        self.name = name
        self.parent = parent
        self.is_leaf = is_leaf
        self.uses = tuple(content)
        self._content = {_name_of(use): use for use in content}

    @classmethod
    def of_message(cls, definitions: Definitions, message: MessageDef) -> EdifactShape:
        """The shape of a message type."""
        return cls(definitions, message.directory, message.type, message.content)

    @property
    def envelope(self) -> EdifactShape:
        """The service segments around the message."""
        tags = [SegmentUse(tag, "C", 1, "") for tag in ("UNB", "UNG", "UNH")]
        return EdifactShape(self.definitions, "service-3", "$envelope", tags)

    def names(self) -> list[str]:
        """The names of the groups, segments, composites or data elements in it."""
        return list(self._content)

    def child(self, name: str) -> EdifactShape | None:
        """The part of that name."""
        use = self._content.get(name)
        if use is None:
            return None
        if isinstance(use, GroupUse):
            return EdifactShape(self.definitions, self.directory, name, use.content, self)
        if isinstance(use, SegmentUse):
            service = self.directory if not name.startswith("UN") or name == "UNS" else "service-3"
            segment = self.definitions.segment(service, name)
            segment = segment or self.definitions.segment(self.directory, name)
            return EdifactShape(self.definitions, service, name, segment.parts if segment else (), self)
        composite = None if name.startswith("d") else self.definitions.composite(self.directory, use.ref)
        if composite is not None:
            return EdifactShape(self.definitions, self.directory, name, composite.parts, self)
        return EdifactShape(self.definitions, self.directory, name, (), self, is_leaf=name.startswith("d"))


def _name_of(use: SegmentUse | GroupUse | Use) -> str:
    """The name as paths write it."""
    if isinstance(use, SegmentUse):
        return use.tag
    if isinstance(use, GroupUse):
        return use.name
    return f"d{use.ref}" if use.ref.isdigit() else use.ref


class XmlShape:
    """An element or attribute of an XSD, at a path of local names from the root; `judge` tells what it refuses."""

    envelope: None = None

    def __init__(
        self,
        look: Callable[[Sequence[str]], ElementInfo | None],
        path: tuple[str, ...],
        parent: XmlShape | None = None,
        judge: Callable[[list[str], str], Fault | None] | None = None,
    ) -> None:
        self._look = look
        self.judge = judge
        self._path = path
        self.path = path
        self.info = self._info = None if path[-1].startswith("@") else look(list(path))
        self.name = path[-1]
        self.parent = parent
        self.is_leaf = self.name.startswith("@") or self._info is None or self._info.leaf

    def names(self) -> list[str]:
        """The names of its elements and attributes."""
        if self._info is None:
            return []
        return [*self._info.children, *(f"@{name}" for name in self._info.attributes)]

    def child(self, name: str) -> XmlShape | None:
        """The element or attribute of that name."""
        if name in self.names() or (self._info is not None and self._info.any_child):
            return XmlShape(self._look, (*self._path, name), self, self.judge)
        return None


class LayoutShape:
    """A document, record or field of a flat file's layout."""

    envelope: None = None

    def __init__(
        self,
        name: str,
        records: Sequence[Record],
        record: Record | None,
        parent: LayoutShape | None,
        layout: Layout | None = None,
    ) -> None:
        self.layout = layout
        self.name = name
        self.parent = parent
        self._records = {each.name: each for each in records}
        self._fields = [field.name for field in record.fields] if record is not None else []
        self.record = record
        self.is_leaf = False

    @classmethod
    def of_layout(cls, layout: Layout) -> LayoutShape:
        """The shape of a document."""
        return cls(layout.id, layout.records, None, None, layout)

    def names(self) -> list[str]:
        """The names of the fields, and of the records that belong to it."""
        return [*self._fields, *self._records]

    def child(self, name: str) -> LayoutShape | None:
        """The field or record of that name."""
        if name in self._fields:
            field = LayoutShape(name, (), None, self, self.layout)
            field.is_leaf = True
            return field
        record = self._records.get(name)
        return None if record is None else LayoutShape(name, record.records, record, self, self.layout)
