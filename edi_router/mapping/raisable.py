"""Which faults a mapping can raise over documents that follow the definition of its source.

For each line: a required value that may be missing, several values where one is wanted, a text that a function
cannot convert or has to shorten, a key that its table lacks, a text that the target refuses, a part of the target
that has to be there and may be missing, more of a part than the target takes. A text counts as possible when the
source allows it; texts at the limits of its form stand for all (`source_values`). The closures run over such texts,
so this cannot differ from what a mapping does. What depends on several places at once is not derived.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from edi_router.config import Tree
from edi_router.faults import Place
from edi_router.formats.records import load_layout
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.compile import compile_item
from edi_router.mapping.documents import reader_of
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.lint import source_shape
from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.mapping import Mapping
from edi_router.mapping.model import Definition, Item, Source
from edi_router.mapping.output import Element, rule_of
from edi_router.mapping.raisable_lines import ABSENT, Known, covers, items, known_of, leaves, one_of, tells
from edi_router.mapping.scope import Run, Scope
from edi_router.mapping.shape import Shape
from edi_router.mapping.source_values import Possible, Samples, longest, occurrence, occurs, possible
from edi_router.mapping.target_limits import Limits
from edi_router.paths import Node, Path, Start, parse
from edi_router.paths.path import Cache
from edi_router.tables import Table

MANY = 99
"""So many repeats are tried; a limit of the target beyond it is taken for one that is never reached."""
_CONTEXT = replace(STANDARD, sender="SENDER", recipient="RECIPIENT", message_id="1")
"""Who sends and who receives is always known."""
REPEATED = "*"
"""Stands for a part of the source that is there, in `Raisable.texts`."""
_COUNTS = (2, 3, 4, 5, 6, 9, 12, 20, 40)


@dataclass(frozen=True)
class Raisable:
    """A fault that a line of the mapping can raise: the code, the target, and what raises it.

    It is told at one of `rules`, the first being the line of the target. `path` is what is read, `texts` are values
    of it that raise the fault; none when it has to be missing.
    """

    code: str
    rules: tuple[str, ...]
    target: str
    path: str = ""
    texts: tuple[str, ...] = ()

    def is_raised(self, raised: Container[tuple[str, str]]) -> bool:
        """Whether it is among the faults, each as its code and rule."""
        return any((self.code, rule) in raised for rule in self.rules)


def raisable(tree: Tree, mapping: Mapping, samples: Samples) -> list[Raisable]:
    """What the mapping can raise in any of the releases that it reads, by line."""
    found: dict[tuple[str, str], Raisable] = {}
    for each in (mapping, *mapping.others.values()):
        shape, _ = source_shape(each, tree, samples.definitions)
        for one in _Deriver(each, shape, _with_schema(tree, each.definition, samples)).run():
            found.setdefault((one.code, one.rules[0]), one)
    return sorted(found.values(), key=lambda one: (_by_line(one.rules[0]), one.code))


def _with_schema(tree: Tree, definition: Definition, samples: Samples) -> Samples:
    if definition.schema is not None:
        schema = Schema.load(reader_of(tree), definition.schema)
        return Samples(samples.definitions, samples.verdicts, schema=schema)
    if definition.origin.format not in ("edifact", "xml"):
        layout, _ = load_layout(tree, definition.origin.name)
        return Samples(samples.definitions, samples.verdicts, layout=layout)
    return samples


def _by_line(rule: str) -> tuple[str, int]:
    file, _, line = rule.rpartition(":")
    return file, int(line) if line.isdigit() else 0


@dataclass(slots=True)
class _Text:
    """A node of a document that has just this value."""

    text: str
    form: str = ""
    name: str = "d2380"
    parent: Node | None = None

    def value(self) -> str | None:
        return self.text

    def children(self, name: str) -> Sequence[Node]:
        return ()

    def place(self) -> Place:
        return Place()


@dataclass(frozen=True, slots=True)
class _Given(Path):
    """A path that selects what it is told."""

    nodes: list[Node] = field(kw_only=True, compare=False)

    def select(self, node: Node, cache: Cache | None = None) -> list[Node]:
        return list(self.nodes)


class _Deriver:
    def __init__(self, mapping: Mapping, shape: Shape | None, samples: Samples) -> None:
        self.mapping = mapping
        self.shape = shape
        self.samples = samples
        self.limits = Limits(mapping.target, samples.verdicts)
        self.node = _Text("")
        self.run_of = Run(mapping.definition, self.node, _CONTEXT)
        self.tables: dict[str, Table] = dict(mapping.tables)
        self.edifact = mapping.target is not None and mapping.target.format == "edifact"

    def run(self) -> Iterator[Raisable]:
        definition = self.mapping.definition
        yield from self._date(definition)
        yield from self._below(definition.output, [definition.output.name], self.shape, {}, ())

    def _date(self, definition: Definition) -> Iterator[Raisable]:
        """The date for look-ups, unless a line reads the same path as a date and tells it."""
        source = definition.date
        if source is None or any(
            read.text == source.text and any(call.name == "date" for call in item.functions)
            for item in items(definition.output)
            for read in item.sources
        ):
            return
        found = self._possible(source, self.shape, {})
        bad = next((text for text in found.texts if _is_no_date(text)), None)
        if bad is not None:
            yield Raisable(
                "function-value", (f"{self.run_of.file}:{source.place.line}",), "date", source.text, (bad,)
            )

    # --- lines ----------------------------------------------------------------------------------------------

    def _below(
        self, parent: Item, path: list[str], here: Shape | None, known: Known, lines: tuple[str, ...]
    ) -> Iterator[Raisable]:
        lines = (self._line(parent), *lines)
        for child in parent.do or ():
            yield from self._item(child, parent, [*path, child.name], here, known, lines)
        for name in dict.fromkeys(child.name for child in parent.do or ()):
            yield from self._structure(name, parent, path, here, known, lines)

    def _item(
        self,
        item: Item,
        parent: Item,
        path: list[str],
        here: Shape | None,
        known: Known,
        lines: tuple[str, ...],
    ) -> Iterator[Raisable]:
        line = self._line(item)
        if item.each is not None:
            missing, most = occurs(item.each.path, here)
            limit = 0 if item.single else self.limits.most(path)
            if item.single and most != 1:
                yield Raisable(
                    "mapping-several-values", (line,), "/".join(path), item.each.text, (REPEATED,) * 2
                )
            if item.required and missing and item.each.text not in known:
                yield Raisable("target-required", (line,), "/".join(path), item.each.text)
            if 0 < limit <= MANY and (most == 0 or most > limit):
                inside = [self._line(child) for child in items(item)]
                rules = tuple(dict.fromkeys([line, *lines, *inside]))
                yield Raisable(
                    "output-invalid", rules, "/".join(path), item.each.text, (REPEATED,) * (limit + 1)
                )
            here = None if here is None else end_of(item.each.path, here)
            known = {text: texts for text, texts in known.items() if text.startswith("/")} | {".": ()}
        known = {**known, **known_of(item)}
        if item.has_value and not item.qualifier:
            yield from self._value(item, parent, path, here, known, lines)
        elif item.required and item.each is None and item.do is not None and self._absent(item, here, known):
            texts = [source.text for leaf in leaves(item) for source in leaf.sources]
            yield Raisable("target-required", (line,), "/".join(path), " | ".join(texts))
        yield from self._below(item, path, here, known, lines)

    def _value(
        self,
        item: Item,
        parent: Item,
        path: list[str],
        here: Shape | None,
        known: Known,
        lines: tuple[str, ...],
    ) -> Iterator[Raisable]:
        """What the closures tell of the item over texts that its sources may have."""
        nodes: list[list[Node]] = [[] for _ in item.sources]
        sources = tuple(
            source
            if source.path.start is Start.CONTEXT
            else replace(source, path=_Given(Start.HERE, (), nodes=nodes[at]))
            for at, source in enumerate(item.sources)
        )
        write = compile_item(replace(item, sources=sources, each=None, when=(), do=None), self.tables)
        scope = Scope(self.run_of, self.node, 1)
        seen: set[tuple[str, str]] = set()
        for at, texts in self._trials(item, here, known):
            for each, chosen in zip(nodes, texts, strict=True):
                each[:] = [_Text(text) for text in chosen]
            self.run_of.faults.clear()
            made = Element("", item, self.node)
            write(scope, made)
            told = [(fault.code, fault.rule or "") for fault in self.run_of.faults]
            written = [*(each.text for each in made.attributes), *(each.text or "" for each in made.children)]
            if any(self.limits.refuses(path, text, parent.do or ()) for text in written if text):
                told.append(("output-invalid", self._line(item)))
            for code, line in told:
                if (code, line) not in seen:
                    seen.add((code, line))
                    at_lines = (line, *lines) if code == "output-invalid" else (line,)
                    read = item.sources[at].text if item.sources else ""
                    yield Raisable(code, at_lines, "/".join(path), read, texts[at] if item.sources else ())

    def _line(self, item: Item) -> str:
        return rule_of(item, self.run_of.file)

    def _trials(
        self, item: Item, here: Shape | None, known: Known
    ) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
        """Texts for each source, with the number of the source that is tried."""
        found = [self._possible(source, here, known) for source in item.sources]
        none: list[tuple[str, ...]] = [() for _ in found]
        usual = [() if one.missing else one.texts[:1] for one in found]
        if item.const is not None or (all(one.missing for one in found) and not one_of(item, here, known)):
            yield 0, none
        takes_all = item.every_source or (
            item.functions and FUNCTIONS[item.functions[0].name].kind is Kind.NODES
        )
        for at, one in enumerate(found):
            around = usual if takes_all else [() if n < at else texts for n, texts in enumerate(usual)]
            if not takes_all and any(not other.missing for other in found[:at]):
                break  # a source before always has a value
            for text in one.texts:
                yield at, [*around[:at], (text,), *around[at + 1 :]]
            if one.several != 1 and one.texts:
                first, *rest = list(longest(one.texts)) or list(one.texts)
                many = min(one.several or MANY, MANY)
                counts = [count for count in _COUNTS if count < many] + [many]
                for texts in (
                    one.texts[:2],
                    (first, *(rest or [one.texts[-1]])),
                    *((first,) * n for n in counts),
                ):
                    yield at, [*around[:at], tuple(texts), *around[at + 1 :]]
        if takes_all and len(found) > 1:
            full = [tuple(longest(one.texts))[:1] for one in found]
            yield 0, full
            yield 0, [texts * min(one.several or MANY, MANY) for texts, one in zip(full, found, strict=True)]
            for at, one in enumerate(found):
                if one.missing:
                    yield at, [*full[:at], (), *full[at + 1 :]]

    def _possible(self, source: Source, here: Shape | None, known: Known) -> Possible:
        found = possible(source, here, self.samples)
        above = source.text.rpartition("/")[0]
        if any(f"{ABSENT}{text}" in known for text in (source.text, above)):
            return replace(found, missing=True, texts=())
        if above in known and here is not None:
            end = end_of(source.path, here)
            with_it = end is not None and end.parent is not None and occurrence(end.parent, end.name)[0] > 0
            found = replace(found, missing=found.missing and not with_it)
        if source.text not in known:
            return found
        allowed = known[source.text]
        texts = tuple(text for text in allowed if not found.closed or text in found.texts) or found.texts
        return replace(found, missing=False, texts=texts)

    # --- parts that have to be there --------------------------------------------------------------------------

    def _structure(
        self,
        name: str,
        parent: Item,
        path: list[str],
        here: Shape | None,
        known: Known,
        lines: tuple[str, ...],
    ) -> Iterator[Raisable]:
        """A part that the target asks for and that may be left out while others of the same parent are there."""
        same = [child for child in parent.do or () if child.name == name and not child.qualifier]
        inner = [*path, name]
        if not same or not self.limits.mandatory(inner):
            return
        if tells(same):
            return  # told as the missing value
        if not self._beside(parent, same, path):
            return
        if self.edifact and len(path) > 1 and any(each.qualifier for child in same for each in items(child)):
            return  # what the key of its group names keeps it
        if self._never_absent(same, here, known) or self._come_together(parent, same, here):
            return
        inside = [self._line(each) for child in same for each in items(child)]
        at = tuple(dict.fromkeys([*(self._line(child) for child in same), *lines, *inside]))
        read = [source.text for child in same for leaf in leaves(child) for source in leaf.sources]
        yield Raisable("output-invalid", at, "/".join(inner), " | ".join(read) or "-")

    def _never_absent(self, same: Sequence[Item], here: Shape | None, known: Known) -> bool:
        if covers(same):
            return all(
                child.required
                or not self._absent(replace(child, when=()), here, {**known, **known_of(child)})
                for child in same
            )
        return any(child.required or not self._absent(child, here, known) for child in same if not child.when)

    def _come_together(self, parent: Item, same: Sequence[Item], here: Shape | None) -> bool:
        """Whether all of the parent comes from one part of the source, which never stands without this one."""
        firsts = [child for child in same if child.index in (None, 1)]
        reads = [source for child in firsts for leaf in leaves(child) for source in leaf.sources]
        if len(firsts) != 1 or not reads or here is None or firsts[0].each is not None:
            return False
        path = reads[0].text
        if firsts[0].do is not None and not firsts[0].has_value:
            path = path.rpartition("/")[0]
            if not path or any(each.text.rpartition("/")[0] != path for each in reads):
                return False
        elif len(reads) != 1:
            return False
        end = end_of(parse(path), here)
        above = path.rpartition("/")[0]
        texts = [each.text for leaf in leaves(parent) for each in leaf.sources]
        together = all(not above or text.startswith(f"{above}/") for text in texts)
        together = together and (bool(above) or not any(text.startswith(("/", "..")) for text in texts))
        return (
            together
            and end is not None
            and end.parent is not None
            and occurrence(end.parent, end.name)[0] > 0
        )

    def _beside(self, parent: Item, same: Sequence[Item], path: Sequence[str]) -> bool:
        """Whether something else can keep the part above alive."""
        if len(path) == 1:
            return True
        if not self.edifact and all(self.limits.mandatory(path[:end]) for end in range(2, len(path) + 1)):
            return True
        others = [leaf for child in parent.do or () if child not in same for leaf in leaves(child)]
        if self.edifact:
            others = [leaf for leaf in others if leaf.const is None and not leaf.qualifier]
        return bool(others)

    def _absent(self, item: Item, here: Shape | None, known: Known) -> bool:
        """Whether nothing may come of the item."""
        known = {**known, **known_of(item)} if not item.when else known
        if item.when:
            return True
        if item.each is not None:
            missing, _ = occurs(item.each.path, here)
            if missing and item.each.text not in known:
                return True
            here = None if here is None else end_of(item.each.path, here)
            known = {text: texts for text, texts in known.items() if text.startswith("/")} | {".": ()}
        if item.has_value:
            if item.const is not None or item.default:
                return False
            if item.functions and FUNCTIONS[item.functions[0].name].kind in (Kind.NODES, Kind.POSITION):
                return False
            if any(call.name in ("unless", "slice", "split", "digits", "remove") for call in item.functions):
                return True
            missing = all(self._possible(source, here, known).missing for source in item.sources)
            return missing and not one_of(item, here, known)
        if self.edifact and any(leaf.const is None and leaf.has_value for leaf in leaves(item)):
            return all(
                self._absent(child, here, known) or (child.const is not None) for child in item.do or ()
            )
        names = dict.fromkeys(child.name for child in item.do or ())
        groups = [[child for child in item.do or () if child.name == name] for name in names]
        return not any(self._never_absent(group, here, known) for group in groups)


def _is_no_date(text: str) -> bool:
    try:
        FUNCTIONS["date"].apply(text, "yyyyMMdd", "")
    except ValueError:
        return True
    return False
