"""A mapping whose paths tell what they select: the closures run as always, and a watch takes notes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from edi_router.faults import Place
from edi_router.mapping.model import Definition, Item, Joined, Source, TableUse, When
from edi_router.paths import Node, Path
from edi_router.paths.path import Cache, Equals, is_filled
from edi_router.tables import Row, Table

Told = Callable[[Sequence[Node]], None]


@dataclass(frozen=True, slots=True)
class WatchedPath(Path):
    """A path that tells what it has selected."""

    told: Told = field(kw_only=True, compare=False, repr=False)

    def select(self, node: Node, cache: Cache | None = None) -> list[Node]:
        """As the path does."""
        found = Path.select(self, node, cache)
        self.told(found)
        return found


@dataclass(frozen=True)
class WatchedTable(Table):
    """A code table that tells of the keys that it does not have."""

    missed: Callable[[], None] = field(kw_only=True, compare=False, repr=False)

    def find(self, key: str, day: str | datetime.date | None = None, by: str = "code") -> Sequence[Row]:
        """As the table does."""
        found = Table.find(self, key, day, by)
        if not found:
            self.missed()
        return found


@dataclass
class Notes:
    """What was seen of one line: how often each source had a value, each condition held or did not, …"""

    sources: list[int]
    nothing: int = 0
    """How often no source had a value."""
    held: int = 0
    refused: int = 0
    missed: int = 0
    """How often the table did not have the key."""
    unregistered: int = 0
    """How often the register gave nothing for a key."""
    written: int = 0
    defaults: int = 0


class Watch:
    """Takes the notes: which values of the document were read, and what happened at each item."""

    def __init__(self) -> None:
        self.read: set[Place] = set()
        self.notes: dict[int, Notes] = {}
        self.items: list[tuple[str, Item, Item]] = []
        """Every item: its path in the output, the item, and the same with watched paths."""
        self._numbers: dict[int, int] = {}

    def definition(self, definition: Definition) -> Definition:
        """The same mapping with watched paths."""
        date = definition.date
        return replace(
            definition,
            output=self._item(definition.output, ""),
            date=None if date is None else self._source(date, self._values),
        )

    def tables(self, tables: dict[str, Table]) -> dict[str, Table]:
        """The tables, one for each item that looks something up, under the name that the item gives it."""
        found: dict[str, Table] = {}
        for number, (_, item, watched) in enumerate(self.items):
            if item.table is not None and watched.table is not None and item.table.name in tables:
                table, notes = tables[item.table.name], self.notes[number]
                found[watched.table.name] = WatchedTable(
                    table.name, table.file, table.header, table.rows, missed=_missed(notes)
                )
        return found

    def note(self, watched: Item) -> Notes | None:
        """The notes of an item with watched paths."""
        if not self._numbers:
            self._numbers = {id(each): number for number, (_, _, each) in enumerate(self.items)}
        number = self._numbers.get(id(watched))
        return None if number is None else self.notes[number]

    def _item(self, item: Item, path: str) -> Item:
        number = len(self.items)
        path = f"{path}/{item.name}"
        self.items.append((path, item, item))
        notes = self.notes[number] = Notes([0] * len(item.sources))
        watched = replace(
            item,
            sources=tuple(
                self._source(source, self._source_told(notes, at)) for at, source in enumerate(item.sources)
            ),
            when=self._when(item.when, notes),
            each=None if item.each is None else self._source(item.each, self._values),
            register=None if item.register is None else replace(item.register, missed=_unregistered(notes)),
            table=None if item.table is None else _named(item.table, number),
            do=None if item.do is None else tuple(self._item(child, path) for child in item.do),
        )
        self.items[number] = (path, item, watched)
        return watched

    def _source(self, source: Source, told: Told) -> Source:
        return replace(source, path=self._path(source.path, told))

    def _path(self, path: Path, told: Told) -> WatchedPath:
        steps = tuple(
            replace(
                step,
                predicates=tuple(
                    self._predicate(each) if isinstance(each, Equals) else each for each in step.predicates
                ),
            )
            for step in path.steps
        )
        return WatchedPath(path.start, steps, path.compares, told=told)

    def _predicate(self, predicate: Equals) -> Equals:
        other = None if predicate.other is None else self._path(predicate.other, self._values)
        return replace(predicate, path=self._path(predicate.path, self._values), other=other)

    def _values(self, found: Sequence[Node]) -> None:
        for node in found:
            if node.value():
                self.read.add(node.place())
                if node.name == "d2380" and node.parent is not None:  # a date is read by its 2379
                    self.read.update(beside.place() for beside in node.parent.children("d2379"))

    def _source_told(self, notes: Notes, at: int) -> Told:
        def told(found: Sequence[Node]) -> None:
            self._values(found)
            if any(is_filled(node) for node in found):
                notes.sources[at] += 1
            elif at == len(notes.sources) - 1:
                notes.nothing += 1

        return told

    def _when(self, when: tuple[When, ...], notes: Notes) -> tuple[When, ...]:
        """The same conditions as one, which tells whether it held."""
        if not when:
            return ()

        def told(holds: bool) -> None:
            notes.held += holds
            notes.refused += not holds

        return (Joined("all", tuple(self._condition(each) for each in when), told),)

    def _condition(self, when: When) -> When:
        if isinstance(when, Joined):
            return replace(when, parts=tuple(self._condition(each) for each in when.parts))
        return replace(when, source=self._source(when.source, self._values))


def _named(use: TableUse, number: int) -> TableUse:
    return replace(use, name=f"{use.name}@{number}")


def _unregistered(notes: Notes) -> Callable[[], None]:
    def missed() -> None:
        notes.unregistered += 1

    return missed


def _missed(notes: Notes) -> Callable[[], None]:
    def missed() -> None:
        notes.missed += 1

    return missed
