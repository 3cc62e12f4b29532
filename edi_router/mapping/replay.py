"""Replay: a changed mapping over real input beside the one it replaces, and what that changes in the outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.mapping.documents import Source
from edi_router.mapping.mapping import Mapping
from edi_router.mapping.output import Lineage
from edi_router.mapping.replay_diff import Difference, differences, shape, shoot_of
from edi_router.mapping.trace_given import Given, of_data
from edi_router.mapping.trace_secret import MASK, Secrets, covered, secrets_of
from edi_router.paths import Node
from edi_router.rules.context import Context


@dataclass(frozen=True, order=True)
class Change:
    """A kind of change: the element (or the fault's code), what happened to it, and the shapes of its values.

    `change` is ``changed``, ``added``, ``removed``; ``accepted``, ``refused`` (a document that had no output has
    one, or the other way round); ``fault-added``, ``fault-removed``; ``form`` (the same values, written otherwise).
    """

    element: str
    change: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Example:
    """Where a kind of change is to be seen: the input, the place in the output, the two values."""

    input: str
    document: int
    where: str
    old: str | None
    new: str | None


@dataclass
class Replay:
    """The old and the new mapping, and what they make differently of the documents that were `add`ed."""

    old: Mapping
    new: Mapping
    old_source: Source
    new_source: Source
    documents: int = 0
    changed: int = 0
    counts: Counter[Change] = field(default_factory=Counter)
    examples: dict[Change, Example] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = _Side(self.old, self.old_source)
        self._new = _Side(self.new, self.new_source)

    def add(self, name: str, data: bytes, context: Context, settings: EdifactSettings | None = None) -> None:
        """Run both over the documents of one input; `settings` are the syntax of an EDIFACT output."""
        given = (name, data, context, settings)
        pairs = zip_longest(self._old.run(*given), self._new.run(*given))
        for number, (old, new) in enumerate(pairs, 1):
            self._compare(name, number, old or _Made(), new or _Made())

    def changes(self) -> list[tuple[Change, int, Example]]:
        """The kinds of change, the most frequent first."""
        kinds = sorted(self.counts, key=lambda change: (-self.counts[change], change))
        return [(change, self.counts[change], self.examples[change]) for change in kinds]

    def _compare(self, name: str, number: int, old: _Made, new: _Made) -> None:
        self.documents += 1
        secrets = old.secrets | new.secrets
        found = list(_changes(old, new, self._old.secrets, self._new.secrets, secrets))
        self.changed += bool(found)
        for change, where, before, after in found:
            self.counts[change] += 1
            self.examples.setdefault(change, Example(name, number, where, before, after))


@dataclass
class _Made:
    """What one mapping made of one document: None as content when it is refused."""

    content: bytes | None = None
    root: Node | None = None
    faults: tuple[Fault, ...] = ()
    secrets: frozenset[str] = frozenset()


class _Side:
    """One of the two mappings."""

    def __init__(self, mapping: Mapping, source: Source) -> None:
        self.mapping = mapping
        self.source = source
        self.secrets = secrets_of(source.tree, mapping)
        definition = mapping.definition
        made = definition.makes or Kind("xml", definition.output.name)
        self._reads = replace(definition, origin=made, schema=None)
        """The mapping's own output as something to be read."""

    def run(
        self, name: str, data: bytes, context: Context, settings: EdifactSettings | None
    ) -> Iterator[_Made]:
        for given in of_data(self.source, self.mapping.definition, name, data, context, settings):
            if given.document.root is None:
                yield _Made(faults=tuple(given.document.faults))
            else:
                yield self._made(given, given.document.root)

    def _made(self, given: Given, root: Node) -> _Made:
        result = self.mapping.run(root, given.context, given.envelope)
        rows: list[Lineage] = result.lineage if self.secrets else []
        secrets = self.secrets.texts(rows, root)
        faults = (*given.document.faults, *result.faults)
        if any(is_error(fault) for fault in result.faults):
            return _Made(None, None, faults, secrets)
        documents = self.source.documents(result.output, self._reads)
        made = next((each.root for each in documents if each.root is not None), None)
        return _Made(result.output, made, faults, secrets)


def replay(
    old: tuple[Mapping, Source],
    new: tuple[Mapping, Source],
    inputs: Iterable[tuple[str, bytes, Context, EdifactSettings | None]],
) -> Replay:
    """Both mappings over all inputs."""
    found = Replay(old[0], new[0], old[1], new[1])
    for each in inputs:
        found.add(*each)
    return found


_Told = tuple[Change, str, "str | None", "str | None"]


def _changes(
    old: _Made, new: _Made, before: Secrets, after: Secrets, secrets: frozenset[str]
) -> Iterator[_Told]:
    yield from _faults(old, new)
    if (old.content is None) is not (new.content is None):
        yield Change(".", "refused" if new.content is None else "accepted"), "/", None, None
        return
    if old.content is None or old.content == new.content:
        return
    left, right = (None if made.root is None else shoot_of(made.root) for made in (old, new))
    differ = False
    for each in differences(left, right):
        differ = True
        hidden = each.path != "." and (before.is_target(each.path) or after.is_target(each.path))
        shown = _shown(each.old, hidden, secrets), _shown(each.new, hidden, secrets)
        yield _change(each, *shown), each.where, *shown
    if not differ:
        yield Change(".", "form"), "/", None, None


def _change(each: Difference, old: str | None, new: str | None) -> Change:
    what = "added" if each.old is None else "removed" if each.new is None else "changed"
    return Change(each.path, what, _shape(old), _shape(new))


def _shape(value: str | None) -> str:
    return "" if value is None else value if value == MASK else shape(value)


def _shown(value: str | None, hidden: bool, secrets: frozenset[str]) -> str | None:
    return None if value is None else MASK if hidden else covered(value, secrets)


def _faults(old: _Made, new: _Made) -> Iterator[_Told]:
    counts = [Counter((fault.code, str(fault.place)) for fault in made.faults) for made in (old, new)]
    for what, found in (("fault-added", counts[1] - counts[0]), ("fault-removed", counts[0] - counts[1])):
        for code, place in found.elements():
            yield Change(code, what), place, None, None
