"""The view of a flat file that paths walk over: the document, its records, their fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.faults import Place
from edi_router.formats.records.cells import Cell
from edi_router.formats.records.layout import Record
from edi_router.formats.records.text import Text
from edi_router.paths.node import Node


class RecordNode:
    """One record, or the document: its children are its fields and the records that belong to it."""

    __slots__ = ("_parent", "at", "cells", "name", "number", "record", "records", "text")

    def __init__(
        self, name: str, parent: RecordNode | None, text: Text, at: int, number: int, record: Record | None
    ) -> None:
        self.name = name
        self._parent = parent
        self.text = text
        self.at = at
        self.number = number
        self.record = record
        self.cells: dict[str, Cell] = {}
        self.records: list[RecordNode] = []

    @property
    def parent(self) -> Node | None:
        """The record it belongs to, or the document; None for the document."""
        return self._parent

    @property
    def above(self) -> RecordNode | None:
        """The same, as a record."""
        return self._parent

    def children(self, name: str) -> Sequence[Node]:
        """The field or the records of this name."""
        cell = self.cells.get(name)
        if cell is not None:
            return (FieldNode(name, cell, self),)
        return [record for record in self.records if record.name == name]

    def names(self) -> Sequence[str]:
        """The names of the filled fields and of the records there are."""
        filled = [name for name, cell in self.cells.items() if cell.text]
        return [*filled, *dict.fromkeys(record.name for record in self.records)]

    def value(self) -> str | None:
        """None: a record is no leaf."""
        return None

    def place(self) -> Place:
        """Where the record begins."""
        if self._parent is None:
            return self.text.place(self.at)
        return self.text.place(self.at, self.number, self.name)

    def field_place(self, name: str) -> Place:
        """Where a field stands; one that is absent stands at the end of nothing, so the record's own place."""
        cell = self.cells.get(name)
        fields = [field.name for field in self.record.fields] if self.record is not None else []
        number = fields.index(name) + 1 if name in fields else None
        return self.text.place(self.at if cell is None else cell.at, self.number, self.name, number)

    def walk(self) -> Iterator[RecordNode]:
        """The records below it, in the order of the file."""
        for record in self.records:
            yield record
            yield from record.walk()


class FieldNode:
    """One field of a record."""

    __slots__ = ("_cell", "_record", "name")

    def __init__(self, name: str, cell: Cell, record: RecordNode) -> None:
        self.name = name
        self._cell = cell
        self._record = record

    @property
    def parent(self) -> Node | None:
        """The record."""
        return self._record

    def children(self, name: str) -> Sequence[Node]:
        """Nothing: a field is a leaf."""
        return ()

    def names(self) -> Sequence[str]:
        """Nothing, so that an empty field counts as missing."""
        return ()

    def value(self) -> str | None:
        """The text; None when it is empty."""
        return self._cell.text or None

    def place(self) -> Place:
        """Where the field begins."""
        return self._record.field_place(self.name)
