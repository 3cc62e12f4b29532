"""What a mapping file says, as plain values with their places; `edi_router.mapping.reading` makes them."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.faults import Place
from edi_router.formats.documents import Kind
from edi_router.paths import Path

KEYS = ("id", "from", "aliases", "schema", "to", "note", "date", "output")
ITEM_KEYS = (
    "from", "all", "const", "table", "as", "default", "required", "when", "each", "do", "join", "first",
    "note",
)  # fmt: skip
CONDITION_KEYS = ("path", "equals", "in", "absent")
TABLE_KEYS = ("name", "by", "column")


@dataclass(frozen=True, slots=True)
class Source:
    """A path as written, with the place of its first character."""

    path: Path
    text: str
    place: Place

    def column_place(self, column: int) -> Place:
        """The place of the column (from 1) inside the path's text."""
        start = self.place.column
        return Place(self.place.file, self.place.line, None if start is None else start + column - 1)


@dataclass(frozen=True, slots=True)
class Call:
    """A value function as it is used: `pad` with the argument "10"; an absent argument is None."""

    name: str
    argument: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table look-up: which table, by which column, giving which column."""

    name: str
    by: str
    column: str
    place: Place


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: the path has a value; has one of the `texts`; or, with `absent`, has none."""

    source: Source
    texts: tuple[str, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One output element or attribute (`@name`) and where its content comes from."""

    name: str
    place: Place
    sources: tuple[Source, ...] = ()
    every_source: bool = False
    const: str | None = None
    functions: tuple[Call, ...] = ()
    table: TableUse | None = None
    default: str | None = None
    required: bool = False
    when: tuple[Condition, ...] = ()
    each: Source | None = None
    do: tuple[Item, ...] | None = None
    join: str | None = None
    first: bool = False
    index: int | None = None
    """Which of the places of its name it takes: `d4440[2]`."""
    note: str = ""
    qualifier: bool = False
    """Whether it comes from a condition of a key, `NAD[d3035='CN']`: it is written, and counts for nothing."""
    named: Place | None = None
    """Where its name stands, for one of a list behind the name."""

    @property
    def is_attribute(self) -> bool:
        """Whether this is an attribute of the element it stands in."""
        return self.name.startswith("@")

    @property
    def has_value(self) -> bool:
        """Whether the item has a value of its own (not only items below it)."""
        return (
            bool(self.sources) or self.const is not None or self.default is not None or bool(self.functions)
        )


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole mapping file."""

    id: str
    file: str
    origin: Kind
    schema: str | None
    target: str
    output: Item
    date: Source | None = None
    note: str = ""
    schema_place: Place | None = None
    target_place: Place | None = None
    origin_place: Place | None = None
    others: tuple[Definition, ...] = ()
    """The same mapping as it reads the other releases of `from`, by the groups that its aliases stand for."""
    makes: Kind | None = None
    """What it writes when that is no XML: an EDIFACT message of a directory, or a file of a layout."""
