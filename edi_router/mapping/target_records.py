"""A flat file as the output of a mapping: written by its layout, refused where a check would."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.faults import Fault, is_error
from edi_router.formats.edifact.writer import Envelope
from edi_router.formats.records import Layout, Row, read, write
from edi_router.mapping.lint_records import lint_records
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.output import Element, with_paths
from edi_router.mapping.scope import Run
from edi_router.mapping.target import Written
from edi_router.mapping.writing import invalid
from edi_router.rules.context import Context


@dataclass
class RecordsTarget:
    """A layout."""

    layout: Layout

    @property
    def format(self) -> str:
        """``csv`` or ``records``."""
        return self.layout.format

    @property
    def suffix(self) -> str:
        """The ending of a file's name."""
        return self.layout.suffix

    def encoding(self, context: Context, envelope: Envelope | None) -> str:
        """The encoding of the layout."""
        return self.layout.encoding

    def lint(self, definition: Definition) -> list[Fault]:
        """The faults of the output's items against the layout. Their order is the writer's affair."""
        return lint_records(definition.output, self.layout)

    def write(self, root: Element, run: Run, envelope: Envelope | None) -> Written:
        """The file, with every fault that its reader would find."""
        made: dict[int, Element] = {}
        done = write([_row(child, made) for child in root.children], self.layout)
        faults = list(done.faults)
        if not faults:
            documents, faults = read(done.content, self.layout)
            faults = [*faults, *(fault for document in documents for fault in document.faults)]
        paths = {id(element): path for path, element in with_paths(root)}
        told = []
        for fault in faults:
            element, item = _part(fault, done.rows, made, self.layout, root)
            if is_error(fault) and not (fault.code == "field-missing" and item.name in run.unfilled):
                path = paths.get(id(element), element.name)
                told.append(invalid(fault, path, element, item, run))
        return Written(done.content, told)


def _row(element: Element, made: dict[int, Element]) -> Row:
    """The record of an output element; `made` remembers which row is made of which."""
    row = Row(element.name)
    made[id(row)] = element
    for child in element.children:
        if child.item.do is None:
            row.values[child.name] = child.text or ""
        else:
            row.rows.append(_row(child, made))
    return row


def _part(
    fault: Fault, rows: list[Row], made: dict[int, Element], layout: Layout, root: Element
) -> tuple[Element, Item]:
    """The part of the output that a fault is about, and the mapping's line for it."""
    number = fault.place.segment
    if number is None or not 0 < number <= len(rows):
        return root, root.item
    row = rows[number - 1]
    element = made.get(id(row), root)
    record = layout.find(row.name)
    at = fault.place.element
    if record is None or at is None:
        return element, element.item
    name = record.fields[at - 1].name
    child = next((child for child in element.children if child.name == name), None)
    if child is not None:
        return child, child.item
    return element, next((item for item in element.item.do or () if item.name == name), element.item)
