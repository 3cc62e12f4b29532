"""The partner sheet of a mapping: for every target where it comes from, with examples from the golden cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edi_router.faults import Place, is_error
from edi_router.formats.edifact.directory import Definitions
from edi_router.mapping.conditions import told_when
from edi_router.mapping.mapping import Mapping
from edi_router.mapping.model import Call, Item, Source, TableUse
from edi_router.mapping.output import Found, with_paths
from edi_router.mapping.sheet_target import About, about
from edi_router.mapping.trace_given import Given
from edi_router.mapping.trace_secret import MASK, Secrets
from edi_router.tables import Table

EXAMPLES = 2
LONGEST = 60
"""Examples shown of a target, and characters shown of a value."""


@dataclass(frozen=True)
class Example:
    """What a target was made of in a case, and what it was: the values of the input, the value of the output."""

    inputs: tuple[str, ...]
    output: str


@dataclass
class Row:
    """A line of the sheet: an element with parts (`each` says of what it is repeated), or one with a value."""

    depth: int
    name: str
    item: Item
    about: About
    sources: list[tuple[str, str]]
    """The paths that it comes from, each with the name of the data element it ends at, where that is known."""
    secret: bool = False
    examples: list[Example] = field(default_factory=list)

    def condition(self, language: str = "en") -> str:
        """When it is written."""
        return " & ".join(told_when(each, language) for each in self.item.when)

    @property
    def functions(self) -> list[str]:
        """The functions that its values go through: `date(yyyy-MM-dd)`."""
        return [_told(call) for call in self.item.functions]

    @property
    def then(self) -> list[str]:
        """Those that the one value goes through at last."""
        return [_told(call) for call in self.item.then]


@dataclass(frozen=True)
class Sheet:
    """A mapping as its partner sees it."""

    mapping: Mapping
    rows: list[Row]
    tables: list[tuple[TableUse, Table]]
    documents: int
    """Documents of cases that the examples come from."""

    @property
    def functions(self) -> list[str]:
        """The names of the functions in use."""
        return sorted({call.name for row in self.rows for call in (*row.item.functions, *row.item.then)})


def sheet_of(
    mapping: Mapping, given: Iterable[Given], definitions: Definitions, secrets: Secrets, language: str
) -> Sheet:
    """The sheet, with examples from the documents that are mapped without an error.

    `definitions` are the EDIFACT directories, for the names of data elements.
    """
    rows = _Rows(mapping, definitions, secrets, language).all()
    by_item = {id(row.item): row for row in rows}
    documents = 0
    for each in given:
        if each.document.root is None or mapping.for_release(each.document.root) is not mapping:
            continue
        result = mapping.run_closely(each.document.root, each.context, each.envelope)
        if any(is_error(fault) for fault in (*each.document.faults, *result.faults)):
            continue
        documents += 1
        hidden = secrets.places(result.lineage, each.document.root) if secrets else frozenset()
        for _, element in with_paths(result.tree):
            if element.text and element.found is not None:
                _example(by_item.get(id(element.item)), element.text, element.found, hidden)
            for attribute in element.attributes:
                _example(by_item.get(id(attribute.item)), attribute.text, attribute.found, hidden)
    return Sheet(mapping, rows, _tables(mapping, rows), documents)


class _Rows:
    def __init__(self, mapping: Mapping, definitions: Definitions, secrets: Secrets, language: str) -> None:
        self.mapping = mapping
        self.definitions = definitions
        self.secrets = secrets
        self.language = language

    def all(self) -> list[Row]:
        """The rows of the whole output."""
        root = self.mapping.definition.output
        return list(self._of(root, (root.name,), "", 0))

    def _of(
        self, item: Item, path: tuple[str, ...], before: str, depth: int, *, numbered: bool = False
    ) -> Iterator[Row]:
        """The rows of an item; composites are told with their data elements."""
        name = f"{before}{item.name}" + (f"[{item.index}]" if item.index and numbered else "")
        shown = item.has_value or item.each is not None or bool(item.when) or not _is_composite(item.name)
        if shown and not item.qualifier:
            known = about(self.mapping.target, path, self.language)
            sources = [(source.text, self._name(source)) for source in item.sources]
            secret = len(path) > 1 and self.secrets.is_target("/".join(path[1:]))
            yield Row(depth, name + _qualifiers(item), item, known, sources, secret)
        inner = "" if shown else f"{name}/"
        several = {child.name for child in item.do or () if (child.index or 1) > 1}
        for child in item.do or ():
            below = (*path, child.name)
            yield from self._of(child, below, inner, depth + shown, numbered=child.name in several)

    def _name(self, source: Source) -> str:
        """The name of the data element that a path into an EDIFACT message ends at."""
        origin, last = self.mapping.definition.origin, source.path.steps[-1:]
        if origin.format != "edifact" or not last or not last[0].name[1:].isdigit():
            return ""
        id = last[0].name[1:]
        homes = ("service-3", "service-4") if id.startswith("00") else (origin.qualifier or "",)
        found = next((each for home in homes if (each := self.definitions.element(home, id))), None)
        return "" if found is None else found.name.capitalize()


def _told(call: Call) -> str:
    return call.name + (f"({call.argument})" if call.argument is not None else "")


def _is_composite(name: str) -> bool:
    return len(name) == 4 and name[0].isupper() and name[1:].isdigit()


def _qualifiers(item: Item) -> str:
    """The conditions of an EDIFACT key: `[d3035='CN']`."""
    return "".join(f"[{path}='{text}']" for path, text in _fixed(item, ""))


def _fixed(item: Item, path: str) -> Iterator[tuple[str, str]]:
    for child in item.do or ():
        here = f"{path}{child.name}"
        if child.qualifier:
            yield here, child.const or ""
        elif _is_composite(child.name):
            yield from _fixed(child, f"{here}/")


def _example(row: Row | None, text: str, found: Found, hidden: frozenset[Place]) -> None:
    if row is None or row.item.const is not None or len(row.examples) >= EXAMPLES:
        return
    secret = row.secret or any(node.place() in hidden for node in found.nodes)
    inputs = tuple(_short(MASK if secret else node.value() or "") for node in found.nodes)
    example = Example(tuple(value for value in inputs if value), _short(MASK if secret else text))
    if example not in row.examples:
        row.examples.append(example)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _tables(mapping: Mapping, rows: Iterable[Row]) -> list[tuple[TableUse, Table]]:
    """The tables in use, each once for each pair of columns."""
    found: dict[tuple[str, str, str], tuple[TableUse, Table]] = {}
    for row in rows:
        use = row.item.table
        if use is not None and use.name in mapping.tables:
            found.setdefault((use.name, use.by, use.column), (use, mapping.tables[use.name]))
    return [found[key] for key in sorted(found)]
