"""Records cut into cells, each with the place it begins at: by delimiters, or by the bytes of a fixed layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault
from edi_router.formats.records.layout import Layout, Record
from edi_router.formats.records.text import Text

_LINE_END = "\r\n|\n|\r"


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and the character it begins at."""

    text: str
    at: int


@dataclass(slots=True)
class Line:
    """One record as it stands in the file: where it begins and ends, its cells (none yet in a fixed layout)."""

    number: int
    at: int
    end: int
    cells: list[Cell] = field(default_factory=list)


def delimited(text: Text, layout: Layout, faults: list[Fault]) -> Iterator[Line]:
    """The records of a CSV or delimited file; empty lines are passed over."""
    cutter = _Cutter(text, layout, faults)
    number = 0
    while cutter.at < len(cutter.text):
        line = cutter.line()
        if any(cell.text for cell in line.cells) or len(line.cells) > 1:
            number += 1
            line.number = number
            yield line


class _Cutter:
    def __init__(self, text: Text, layout: Layout, faults: list[Fault]) -> None:
        self.source = text
        self.text = text.text
        self.layout = layout
        self.faults = faults
        self.at = 0
        ends = re.escape(layout.terminator) if layout.terminator else _LINE_END
        release = f"|{re.escape(layout.release)}" if layout.release else ""
        self._stop = re.compile(f"{re.escape(layout.delimiter)}|{ends}{release}")

    def line(self) -> Line:
        """The next record; line ends after a terminator belong to none."""
        if self.layout.terminator:
            while self.text[self.at : self.at + 1] in ("\r", "\n", "\x1a", " ", "\t"):
                self.at += 1
        line = Line(0, self.at, self.at)
        while True:
            cell, end = self._cell()
            line.cells.append(cell)
            line.end = self.at
            if end != self.layout.delimiter:
                return line

    def _cell(self) -> tuple[Cell, str]:
        """One cell, and what ended it."""
        quote = self.layout.quote
        if quote and not self.layout.release and self.text.startswith(quote, self.at):
            return self._quoted(self.at)
        return self._plain(self.at)

    def _plain(self, start: int) -> tuple[Cell, str]:
        """A cell without quotes."""
        parts: list[str] = []
        while True:
            found = self._stop.search(self.text, self.at)
            if found is None:
                parts.append(self.text[self.at :])
                self.at = len(self.text)
                return Cell("".join(parts), start), ""
            parts.append(self.text[self.at : found.start()])
            self.at = found.end()
            if found[0] != self.layout.release or not found[0]:
                return Cell("".join(parts), start), found[0]
            parts.append(self.text[self.at : self.at + 1])
            self.at += 1

    def _quoted(self, start: int) -> tuple[Cell, str]:
        quote = self.layout.quote
        parts: list[str] = []
        at = start + 1
        while True:
            end = self.text.find(quote, at)
            if end < 0:
                # The rest of the file is not swallowed: the cell is taken for one without quotes.
                self.faults.append(Fault("quote-open", self.source.place(start), {"quote": quote}))
                self.at = start + 1
                return self._plain(start)
            parts.append(self.text[at:end])
            at = end + 1
            if not self.text.startswith(quote, at):
                break
            parts.append(quote)
            at += 1
        found = self._stop.search(self.text, at)
        stray = self.text[at : found.start() if found else None]
        if stray.strip():
            values = {"quote": quote, "text": stray.strip()[:20]}
            self.faults.append(Fault("quote-stray", self.source.place(at), values))
        self.at = found.end() if found else len(self.text)
        return Cell("".join(parts), start), found[0] if found else ""


def lines(text: Text) -> Iterator[Line]:
    """The lines of a fixed-width file; empty ones are passed over."""
    number = begin = 0
    for found in re.finditer(f"{_LINE_END}|$", text.text):
        end = found.start()
        if end > begin and text.text[begin:end].strip("\x1a"):
            number += 1
            yield Line(number, begin, end)
        begin = found.end()


def sliced(line: Line, record: Record, text: Text, layout: Layout, faults: list[Fault]) -> list[Cell]:
    """The cells of a fixed-width record: its bytes by the positions of the fields."""
    encoding = text.counted(layout.encoding)
    data = text.text[line.at : line.end].encode(encoding, "surrogateescape")
    cells: list[Cell] = []
    at, cut = 0, False
    for number, each in enumerate(record.fields, 1):
        begin = at if each.at is None else each.at - 1
        at = begin + (each.length or 0)
        # Where the field begins, in characters; a character that the boundary cuts belongs to the field before.
        start = line.at + len(data[:begin].decode(encoding, "ignore"))
        value = _decoded(data[begin:at], encoding)
        if value is None and cut:
            value = data[begin:at].decode(encoding, "ignore")
        cut = value is None
        if value is None:
            place = text.place(start, line.number, record.name, number)
            faults.append(Fault("character-split", place, {"field": each.name, "length": str(each.length)}))
            value = data[begin:at].decode(encoding, "ignore")
        if each.align == "right":
            kept = value.lstrip(each.pad)
            cells.append(Cell(kept or (each.pad if value and each.pad == "0" else ""), start))
        else:
            cells.append(Cell(value.rstrip(each.pad), start))
    return cells


def width(record: Record) -> int:
    """The bytes of a fixed-width record."""
    at = longest = 0
    for each in record.fields:
        at = (at if each.at is None else each.at - 1) + (each.length or 0)
        longest = max(longest, at)
    return longest


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # Bytes that are no text anywhere have been told already; those cut off at an edge have not.
        edge = error.start == 0 or error.end == len(data)
        return None if edge else data.decode(encoding, "surrogateescape")
