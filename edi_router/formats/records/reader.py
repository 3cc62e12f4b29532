"""From the bytes of a flat file to its documents: records known by their constants, in their nesting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from edi_router.config import did_you_mean
from edi_router.faults import Fault, FaultList
from edi_router.formats.records.cells import Cell, Line, delimited, lines, sliced, width
from edi_router.formats.records.check import check
from edi_router.formats.records.layout import Layout, Record
from edi_router.formats.records.nodes import RecordNode
from edi_router.formats.records.text import Text

LIMIT = 1000
"""Faults kept for one document."""
_HEAD = 1 << 16
"""The bytes that tell whether a file is of a layout."""


@dataclass(slots=True)
class Document:
    """One document of a flat file: its tree, what is wrong with it, and where it stands."""

    root: RecordNode
    faults: FaultList = field(default_factory=lambda: FaultList(LIMIT))
    position: int = 1
    offset: int = 0
    length: int = 0


def read(data: bytes, layout: Layout) -> tuple[list[Document], list[Fault]]:
    """The documents of a file, checked, and the faults of the file as a whole."""
    text = Text(data, layout.encoding, layout.or_utf8)
    faults = text.faults()
    if not text.text.strip("\r\n\t \x1a"):
        return [], [*faults, Fault("file-empty", text.place(0))]
    reader = _Reader(text, layout, faults)
    reader.run()
    if not reader.documents and not faults:
        faults.append(Fault("file-empty", text.place(0)))
    for document in reader.documents:
        document.faults.extend(check(document.root, layout))
    return reader.documents, faults


def likeness(data: bytes, layout: Layout) -> int:
    """How much a file begins as the layout says: 0 not at all, else the number of columns that it knows."""
    head = data
    if len(data) > _HEAD:
        head = (
            data[: data.rfind(b"\n", 0, _HEAD) + 1] or data[:_HEAD]
        )  # half a character would hide the encoding
    reader = _Reader(Text(head, layout.encoding, layout.or_utf8), layout, [])
    first = next(reader.records(), None)
    if first is None or first[1] is None:
        return 0
    return len(first[2])


class _Reader:
    def __init__(self, text: Text, layout: Layout, faults: list[Fault]) -> None:
        self.text = text
        self.layout = layout
        self.file_faults = faults
        self.faults = faults
        """Where faults go: to the document that is open, else to the file."""
        self.found: list[Fault] = []
        """Faults of the record at hand, until it is known which document it belongs to."""
        self.documents: list[Document] = []
        self.open: list[RecordNode] = []
        self.kinds = list(layout.all())
        self.parents = {child.name: parent for parent, child in _pairs(layout)}
        self.key: tuple[str, ...] | None = None
        self.columns: dict[str, int] = {}
        """Which cell stands below which heading."""
        self.nothing = False
        """Whether the header is that of another file."""

    def run(self) -> None:
        end = 0
        for line, record, cells in self.records():
            if record is not None:
                self._place(line, record, cells)
            self.faults.extend(self.found)
            self.found.clear()
            end = line.end
        self._close(end)

    def records(self) -> Iterator[tuple[Line, Record | None, Mapping[str, Cell]]]:
        """The records with their cells by field name; None for one that is not known."""
        if self.layout.kind == "fixed":
            for line in lines(self.text):
                yield self._fixed(line)
            return
        found = delimited(self.text, self.layout, self.file_faults)
        header: list[Cell] | None = None
        if self.layout.kind == "csv" and self.layout.header:
            first = next(found, None)
            header = first.cells if first is not None else []
            self._header(header)
        for line in () if self.nothing else found:
            if header is not None:
                line.number -= 1
            yield self._cut(line, header)

    def _header(self, header: list[Cell]) -> None:
        known: dict[str, bool] = {}
        for record in self.kinds:
            for each in record.fields:
                known[each.heading] = known.get(each.heading, False) or each.mandatory
        if header and not any(cell.text.strip() in known for cell in header):
            self._unknown(header[0].at, None, header[0].text, list(known))
            self.file_faults += self.found
            self.found.clear()
            self.nothing = True
            return
        seen: set[str] = set()
        for number, cell in enumerate(header):
            heading = cell.text.strip()
            self.columns.setdefault(heading, number)
            place = self.text.place(cell.at)
            if heading in seen:
                self.file_faults.append(Fault("column-repeated", place, {"column": heading}))
            elif heading not in known:
                values = {"column": heading, "known": listed(list(known))}
                hint = did_you_mean(heading, list(known))
                self.file_faults.append(Fault("column-unknown", place, values, hint=hint))
            seen.add(heading)
        for heading, needed in known.items():
            if needed and heading not in seen:
                self.file_faults.append(Fault("column-missing", self.text.place(0), {"column": heading}))

    def _cut(self, line: Line, header: list[Cell] | None) -> tuple[Line, Record | None, Mapping[str, Cell]]:
        if header is not None and len(line.cells) != len(header):
            self._ragged(line, len(header))
        for record in self.kinds:
            if header is not None:
                cells = {
                    each.name: line.cells[at]
                    for each in record.fields
                    if (at := self.columns.get(each.heading)) is not None and at < len(line.cells)
                }
            else:
                cells = dict(zip((each.name for each in record.fields), line.cells, strict=False))
            if self._is(record, cells):
                if header is None and any(cell.text for cell in line.cells[len(record.fields) :]):
                    self._ragged(line, len(record.fields))
                return line, record, cells
        self._unknown(line.at, line.number, line.cells[0].text, self._beginnings())
        return line, None, {}

    def _fixed(self, line: Line) -> tuple[Line, Record | None, Mapping[str, Cell]]:
        for record in self.kinds:
            found: list[Fault] = []
            names = [each.name for each in record.fields]
            cells = dict(zip(names, sliced(line, record, self.text, self.layout, found), strict=True))
            if not self._is(record, cells):
                continue
            encoding = self.text.counted(self.layout.encoding)
            data = self.text.text[line.at : line.end].encode(encoding, "surrogateescape")
            expected = width(record)
            if not found and data[expected:].strip():
                values = {"length": str(len(data)), "expected": str(expected)}
                place = self.text.place(line.at, line.number, record.name)
                self.found.append(Fault("record-length", place, values))
            self.found.extend(found)
            return line, record, cells
        self._unknown(line.at, line.number, self.text.text[line.at : line.end], self._beginnings())
        return line, None, {}

    def _is(self, record: Record, cells: Mapping[str, Cell]) -> bool:
        return all(
            (cell := cells.get(record.fields[at].name)) is not None and cell.text == text
            for at, text in record.constants
        )

    def _ragged(self, line: Line, expected: int) -> None:
        values = {"count": str(len(line.cells)), "expected": str(expected)}
        self.found.append(Fault("record-cells", self.text.place(line.at, line.number), values))

    def _beginnings(self) -> list[str]:
        return ["/".join(text for _, text in each.constants) for each in self.kinds if each.constants]

    def _unknown(self, at: int, number: int | None, text: str, known: list[str]) -> None:
        values = {"text": text[:20], "known": listed(known)}
        self.found.append(Fault("record-unknown", self.text.place(at, number), values))

    # --- the tree -------------------------------------------------------------------------------------------

    def _place(self, line: Line, record: Record, cells: Mapping[str, Cell]) -> None:
        if self._begins(record, cells) or not self.documents:
            self._begin(line)
        parent = self.parents.get(record.name)
        for depth in range(len(self.open) - 1, -1, -1):
            above = self.open[depth].record
            if (parent is None and depth == 0) or (parent is not None and above is parent):
                break
        else:
            depth = 0
            values = {"name": record.name, "parent": parent.name if parent is not None else self.layout.id}
            place = self.text.place(line.at, line.number, record.name)
            self.faults.append(Fault("record-misplaced", place, values))
        del self.open[depth + 1 :]
        node = RecordNode(record.name, self.open[-1], self.text, line.at, line.number, record)
        node.cells.update(cells)
        self.open[-1].records.append(node)
        self.open.append(node)

    def _begins(self, record: Record, cells: Mapping[str, Cell]) -> bool:
        """Whether a new document begins with the record."""
        if record.name != self.layout.each:
            return False
        before = self.key
        self.key = tuple(cells[name].text if name in cells else "" for name in self.layout.by)
        if not self.documents:
            return True
        started = any(node.name == record.name for node in self.documents[-1].root.records)
        return started and (not self.layout.by or self.key != before)

    def _begin(self, line: Line) -> None:
        self._close(line.at)
        root = RecordNode(self.layout.id, None, self.text, line.at, line.number, None)
        self.documents.append(
            Document(root, position=len(self.documents) + 1, offset=self.text.offset(line.at))
        )
        self.open = [root]
        self.faults = self.documents[-1].faults

    def _close(self, end: int) -> None:
        if self.documents:
            document = self.documents[-1]
            document.length = self.text.offset(end) - document.offset


def _pairs(layout: Layout) -> Iterator[tuple[Record, Record]]:
    for record in layout.all():
        for child in record.records:
            yield record, child


def listed(names: list[str]) -> str:
    """Some of the names, for a fault's text."""
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
