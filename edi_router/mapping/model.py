"""What a mapping file says, as plain values with their places; `edi_router.mapping.reading` makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edi_router.faults import Place
from edi_router.formats.documents import Kind
from edi_router.paths import Path, Start

KEYS = ("id", "from", "aliases", "schema", "to", "xslt", "note", "date", "fragments", "output")
ITEM_KEYS = (
    "from", "all", "const", "register", "table", "as", "default", "required", "when", "each", "use", "do", "join", "then",
    "wrap", "first", "note",
)  # fmt: skip
USE_KEYS = ("use", "from", "each", "when", "required", "do", "note")
"""The keys of an element that uses a fragment."""
FRAGMENT_KEYS = ("do", "note")
TESTS = ("equals", "in", "matches", "starts_with", "register", "present", "absent")
"""The tests of one condition, of which it has one at most; the words are those of rules."""
JOINS = ("all", "any", "not")
CONDITION_KEYS = ("path", *TESTS, "states", *JOINS)
TABLE_KEYS = ("name", "by", "column")
REGISTER_KEYS = ("name", "field")
WRAP_KEYS = ("length", "lines", "bytes", "break", "rest")


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


UNREAD = Source(Path(Start.CONTEXT, ()), "", Place())
"""Stands for a path that could not be read, in what lint looks on of a faulty file."""


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
class RegisterUse:
    """A look-up in a register: the value is the key of an entry, whose field is the result."""

    name: str
    gives: str
    """The field."""
    place: Place
    field_place: Place
    missed: Callable[[], None] | None = field(default=None, compare=False, repr=False)
    """Is told each time nothing is found."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a value of the path passes the test; without one, there is a value; with `absent`, there is none.

    At most one of `texts` (the value is one of them), `matches`, `starts_with` and `register` is given.
    """

    source: Source
    texts: tuple[str, ...] = ()
    absent: bool = False
    matches: str = ""
    starts_with: str = ""
    register: str = ""
    """The register in which the value is the key of an entry: one in `states`, else one open and not expired."""
    states: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False, repr=False)
    """Where the register is named."""
    text_places: tuple[Place, ...] = field(default=(), compare=False, repr=False)
    """Where each of the texts stands."""

    @property
    def looks_at_values(self) -> bool:
        """Whether it asks for more than that there is something."""
        return bool(self.texts or self.matches or self.starts_with or self.register)


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined: all hold, any holds, or (`not`) not all of them hold."""

    kind: Literal["all", "any", "not"]
    parts: tuple[When, ...]
    told: Callable[[bool], None] | None = field(default=None, compare=False, repr=False)
    """Is told each time whether it holds."""


When = Condition | Joined


def conditions_in(when: Iterable[When]) -> Iterator[Condition]:
    """The single conditions."""
    for each in when:
        if isinstance(each, Joined):
            yield from conditions_in(each.parts)
        else:
            yield each


@dataclass(frozen=True, slots=True)
class Wrap:
    """A text written as several lines: how long they may be, and which of them this element writes."""

    length: int
    place: Place
    first: int = 1
    last: int | None = None
    """The lines that are written, counted from 1; without `last` all from the first on."""
    encoding: str = ""
    """The length counts bytes in this encoding, `output` for that of the output; characters when empty."""
    words: bool = True
    """Lines end at blanks where they can; else wherever they are full."""
    rest: Literal["fault", "cut", "leave"] = "fault"
    """What is done with a text that needs more lines."""


@dataclass(frozen=True, slots=True)
class Item:
    """One output element or attribute (`@name`) and where its content comes from."""

    name: str
    place: Place
    sources: tuple[Source, ...] = ()
    every_source: bool = False
    const: str | None = None
    functions: tuple[Call, ...] = ()
    register: RegisterUse | None = None
    """The value is a key there; what is found goes on to the table."""
    table: TableUse | None = None
    default: str | None = None
    required: bool = False
    when: tuple[When, ...] = ()
    each: Source | None = None
    single: bool = False
    """`each` may select one part only: it comes from a fragment that is used `from` there."""
    do: tuple[Item, ...] | None = None
    join: str | None = None
    then: tuple[Call, ...] = ()
    """Functions that are applied to the one value, after `join`."""
    wrap: Wrap | None = None
    first: bool = False
    index: int | None = None
    """Which of the places of its name it takes: `d4440[2]`."""
    note: str = ""
    qualifier: bool = False
    """Whether it comes from a condition of a key, `NAD[d3035='CN']`: it is written, and counts for nothing."""
    named: Place | None = None
    """Where its name stands, for one of a list behind the name."""
    unsure: bool = False
    """Whether something of it could not be read, so that nothing can be said of its value."""

    @property
    def is_attribute(self) -> bool:
        """Whether this is an attribute of the element it stands in."""
        return self.name.startswith("@")

    @property
    def fixed(self) -> tuple[str, ...]:
        """The texts that it writes as they stand here: a constant that nothing changes, and its default."""
        changed = self.functions or self.register or self.table or self.then or self.wrap
        texts = (None if changed else self.const, self.default)
        return () if self.unsure else tuple(text for text in texts if text)

    @property
    def repeats(self) -> bool:
        """Whether one line of the mapping may write several elements."""
        return (self.each is not None and not self.single) or self.wrap is not None

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
    id_place: Place | None = None
    schema_place: Place | None = None
    target_place: Place | None = None
    origin_place: Place | None = None
    others: tuple[Definition, ...] = ()
    """The same mapping as it reads the other releases of `from`, by the groups that its aliases stand for."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The names that `aliases` gives, with what they mean in this release; that stands in its paths."""
    fragments: frozenset[str] = frozenset()
    """The shared fragments that it uses, `FILE/NAME`."""
    makes: Kind | None = None
    """What it writes when that is no XML: an EDIFACT message of a directory, or a file of a layout."""
    xslt: str = ""
    """The XSLT 1.0 step that makes the XML output of what is written."""
    xslt_place: Place | None = None
