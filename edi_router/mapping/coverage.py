"""Coverage: what of a mapping its golden cases (or other files) prove, and what of their input it never reads.

The closures run, which are the authority on what a mapping does; `coverage_watch` takes notes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from edi_router.faults import Place
from edi_router.mapping.compile import compile_root
from edi_router.mapping.conditions import told_when
from edi_router.mapping.coverage_watch import Notes, Watch
from edi_router.mapping.mapping import Mapping
from edi_router.mapping.model import Item
from edi_router.mapping.output import with_paths
from edi_router.mapping.trace_given import Given
from edi_router.mapping.trace_parts import parts_of
from edi_router.paths import Start


@dataclass
class SourceValue:
    """A place of the source as paths name it: how often it had a value, how often that was read."""

    path: str
    occurs: int = 0
    read: int = 0
    example: str = ""
    """Where one stands that was not read: the case or file, and the place."""


@dataclass(frozen=True)
class Outcome:
    """Something that a line of the mapping can do, and how often it did: a target written, a branch taken.

    `kind` is ``target``, ``holds``, ``fails`` (a condition), ``alternative`` (a source in a list of sources),
    ``default`` (for a missing value), ``table-default`` or ``register-default`` (for a key that the table or
    the register does not have); `detail` is the condition, the source, the default, the table or the register.
    """

    file: str
    """The mapping's file, or the shared file of a fragment that it uses."""
    line: int
    target: str
    kind: str
    detail: str
    times: int


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    total: int

    @property
    def percent(self) -> float:
        """The share in percent, cut to one decimal so that only all of them are 100; of nothing, all."""
        return int(1000 * self.part / self.total) / 10 if self.total else 100.0


@dataclass
class Coverage:
    """What documents have shown of a mapping. `add` them one by one."""

    mapping: Mapping
    documents: int = 0
    names: dict[str, None] = field(default_factory=dict)
    """The cases or files that had a document for the mapping."""
    sources: dict[str, SourceValue] = field(default_factory=dict)
    raised: set[tuple[str, str]] = field(default_factory=set)
    """The faults that the mapping has told: the code, and the line of the mapping that it is told at."""
    _watches: list[tuple[Mapping, Mapping, Watch]] = field(init=False, repr=False)
    """For each release that the mapping reads: the mapping, the same with watched paths, the notes."""

    def __post_init__(self) -> None:
        self._watches = [(each, *_watched(each)) for each in (self.mapping, *self.mapping.others.values())]

    def add(self, given: Given) -> None:
        """Run the mapping over one document, if it can be read."""
        root = given.document.root
        if root is None:
            return
        chosen = self.mapping.for_release(root)
        watched, watch = next((mapping, watch) for each, mapping, watch in self._watches if each is chosen)
        self.documents += 1
        self.names[given.name] = None
        watch.read.clear()
        result = watched.run_closely(root, given.context, given.envelope)
        self.raised.update((fault.code, fault.rule or "") for fault in result.faults)
        for part in parts_of(root):
            value = self.sources.setdefault(part.path, SourceValue(part.path))
            value.occurs += 1
            if part.place in watch.read:
                value.read += 1
            elif not value.example:
                value.example = f"{given.name}: {part.place}"
        for _, element in with_paths(result.tree):
            if element.text and element.found is not None:
                _written(
                    watch, element.item, element.found.nodes == () and element.text == element.item.default
                )
            for attribute in element.attributes:
                found = attribute.found
                _written(watch, attribute.item, found.nodes == () and found.text == attribute.item.default)

    def unread(self) -> list[SourceValue]:
        """The places of the source that had values, none of which was read."""
        return [each for each in self.sources.values() if not each.read]

    def outcomes(self) -> list[Outcome]:
        """Everything that the lines of the mapping can do, by line; what one line does at several places counts
        as one thing (a segment that is taken over whole)."""
        found: dict[tuple[Place, str, int], Outcome] = {}
        for _, _, watch in self._watches:
            for number, (path, item, _) in enumerate(watch.items):
                for at, each in enumerate(_outcomes(path, item, watch.notes[number])):
                    key = item.place, each.kind, at
                    known = found.get(key)
                    found[key] = each if known is None else replace(known, times=known.times + each.times)
        own = self.mapping.definition.file
        return sorted(found.values(), key=lambda each: (each.file != own, each.file, each.line))

    @property
    def share_of_sources(self) -> Share:
        """The places of the source that were read."""
        return Share(len(self.sources) - len(self.unread()), len(self.sources))

    def lines(self) -> dict[tuple[str, int], Share]:
        """The share of what each line can do that it did, by its file and number."""
        found: dict[tuple[str, int], list[Outcome]] = {}
        for each in self.outcomes():
            found.setdefault((each.file, each.line), []).append(each)
        return {line: share_of(outcomes) for line, outcomes in found.items()}


def coverage(mapping: Mapping, documents: Iterable[Given]) -> Coverage:
    """What the documents show of the mapping."""
    found = Coverage(mapping)
    for given in documents:
        found.add(given)
    return found


def share_of(outcomes: Iterable[Outcome]) -> Share:
    """How many of them were seen."""
    times = [each.times for each in outcomes]
    return Share(sum(each > 0 for each in times), len(times))


def _watched(mapping: Mapping) -> tuple[Mapping, Watch]:
    watch = Watch()
    definition = watch.definition(mapping.definition)
    build = compile_root(definition.output, watch.tables(dict(mapping.tables)))
    return replace(mapping, definition=definition, build=build, others={}, _programs={}), watch


def _written(watch: Watch, item: Item, by_default: bool) -> None:
    notes = watch.note(item)
    if notes is not None:
        notes.written += 1
        notes.defaults += by_default and bool(item.sources)


def _outcomes(path: str, item: Item, notes: Notes) -> Iterator[Outcome]:
    file, line = item.place.file or "", item.place.line or 0
    if item.has_value and not item.qualifier:
        yield Outcome(file, line, path, "target", "", notes.written)
    if item.when:
        told = " & ".join(told_when(each) for each in item.when)
        yield Outcome(file, line, path, "holds", told, notes.held)
        yield Outcome(file, line, path, "fails", told, notes.refused)
    if len(item.sources) > 1 and not item.every_source:
        for source, times in zip(item.sources, notes.sources, strict=True):
            if source.path.start is not Start.CONTEXT:
                yield Outcome(file, line, path, "alternative", source.text, times)
    if item.default and item.sources:
        if item.table is None and item.register is None:
            yield Outcome(file, line, path, "default", item.default, notes.defaults)
            return
        yield Outcome(file, line, path, "default", item.default, min(notes.nothing, notes.defaults))
        if item.register is not None:
            times = min(notes.unregistered, notes.defaults)
            yield Outcome(file, line, path, "register-default", item.register.name, times)
        if item.table is not None:
            times = min(notes.missed, notes.defaults)
            yield Outcome(file, line, path, "table-default", item.table.name, times)
