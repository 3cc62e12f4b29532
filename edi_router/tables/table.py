"""Code tables with validity dates, read strictly from CSV.

A table is a UTF-8 CSV file `mappings/tables/NAME.csv` with a header; `code` is its key, `value` what it
gives; `valid_from` and `valid_to` (both days included, empty for open) say when a row holds; other columns
may be looked up by name. Lines that begin with `#` are comments.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from edi_router.config import Tree
from edi_router.faults import Fault, Place

FOLDER = "mappings/tables"
DATED = ("valid_from", "valid_to")
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, its columns, the first and last day on which it holds ("" for open)."""

    line: int
    columns: Mapping[str, str]
    valid_from: str = ""
    valid_to: str = ""

    def holds(self, day: str) -> bool:
        """Whether the row holds on the day (yyyy-MM-dd); every row does on no day at all ("")."""
        return not day or (self.valid_from <= day and (not self.valid_to or day <= self.valid_to))

    def overlaps(self, other: Row) -> bool:
        """Whether there is a day on which both rows hold."""
        return (not other.valid_to or self.valid_from <= other.valid_to) and (
            not self.valid_to or other.valid_from <= self.valid_to
        )


@dataclass(frozen=True)
class Table:
    """A code table; look-ups go by any column and give the row that holds on a day."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    _index: dict[str, dict[str, list[Row]]] = field(default_factory=dict, repr=False, compare=False)

    def find(self, key: str, day: str | datetime.date | None = None, by: str = "code") -> Sequence[Row]:
        """All rows whose column `by` is `key` and that hold on the day."""
        index = self._index.get(by)
        if index is None:
            index = {}
            for row in self.rows:
                index.setdefault(row.columns.get(by, ""), []).append(row)
            self._index[by] = index
        on = day.isoformat() if isinstance(day, datetime.date) else day or ""
        return [row for row in index.get(key, ()) if row.holds(on)]

    def lookup(self, key: str, day: str | datetime.date | None = None, by: str = "code") -> Row | None:
        """The first such row, or None; `by="value"` looks up the other way round."""
        return next(iter(self.find(key, day, by)), None)

    def place(self, row: Row) -> str:
        """How lineage and messages name a row: `country-ciq.csv:12`."""
        return f"{self.name}.csv:{row.line}"


def load_table(tree: Tree, name: str) -> tuple[Table | None, list[Fault]]:
    """The table of that name; None and no fault when there is no such file."""
    file = f"{FOLDER}/{name}.csv"
    if tree.find(file) is None:
        return None, []
    return parse_table(tree.read(file), name, tree.display(file))


def parse_table(data: bytes, name: str, file: str) -> tuple[Table | None, list[Fault]]:
    """Read a table; the table is None when there are faults, of which each names its line.

    The same bytes give the same table, which is not read anew: many mappings share a few tables.
    """
    table, faults = _parsed(data, name, file)
    return table, list(faults)


@lru_cache(maxsize=_KEPT)
def _parsed(data: bytes, name: str, file: str) -> tuple[Table | None, Sequence[Fault]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [_wrong(file, line, "the file is not UTF-8")]
    rows, faults, header = [], [], ()  # type: list[Row], list[Fault], tuple[str, ...]
    for line, cells in _records(text, file, faults):
        if not header:
            header = tuple(cell.strip() for cell in cells)
            faults += _check_header(header, file, line)
            if faults:
                break  # what is wrong with rows would follow from it
            continue
        if len(cells) != len(header):
            faults.append(_wrong(file, line, f"{len(cells)} columns, the header has {len(header)}"))
            continue
        columns = dict(zip(header, cells, strict=True))
        valid_from, valid_to = (columns.get(key, "") for key in DATED)
        row = Row(line, columns, valid_from, valid_to)
        problem = _problem(row)
        if problem:
            faults.append(_wrong(file, line, problem))
        else:
            rows.append(row)
    if not header:
        faults.append(_wrong(file, 1, "the file is empty"))
    faults += _overlaps(rows, name, file)
    return (None if faults else Table(name, file, header, tuple(rows))), faults


def _records(text: str, file: str, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    lines = text.splitlines(keepends=True)
    kept = ["\n" if line.startswith("#") else line for line in lines]
    reader = csv.reader(io.StringIO("".join(kept), newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        begin = 1
        for cells in reader:
            if any(cells):
                records.append((begin, cells))
            begin = reader.line_num + 1
    except csv.Error as error:
        faults.append(_wrong(file, reader.line_num, str(error)))
    return records


def _check_header(header: Sequence[str], file: str, line: int) -> list[Fault]:
    if len(set(header)) != len(header):
        return [_wrong(file, line, "a column stands twice in the header")]
    if "code" in header:
        return []
    other = next((mark for mark in (";", "\t", "|") if "code" in header[0].split(mark)), None)
    divided = f"; its columns are divided by `{_MARKS[other]}`, write commas" if other else ""
    return [_wrong(file, line, f"the header has no column `code`{divided}")]


_MARKS = {";": ";", "\t": "TAB", "|": "|"}
"""What stands between columns in files of other programs, as it is told."""


def _problem(row: Row) -> str | None:
    if not row.columns.get("code"):
        return "the code is empty"
    for key in DATED:
        text = row.columns.get(key, "")
        if text and not _is_day(text):
            return f"{key} `{text}` is no date of the form yyyy-MM-dd"
    if row.valid_to and row.valid_to < row.valid_from:
        return "valid_to lies before valid_from"
    return None


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _overlaps(rows: Sequence[Row], name: str, file: str) -> list[Fault]:
    faults: list[Fault] = []
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        earlier = by_code.setdefault(row.columns["code"], [])
        twin = next((other for other in earlier if other.overlaps(row)), None)
        if twin is not None:
            values = {"table": name, "key": row.columns["code"], "other": str(twin.line)}
            faults.append(Fault("table-overlap", Place(file, row.line), values))
        earlier.append(row)
    return faults


def _wrong(file: str, line: int, problem: str) -> Fault:
    return Fault("table-syntax", Place(file, line), {"problem": problem})
