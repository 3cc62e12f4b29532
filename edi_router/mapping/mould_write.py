"""Writes a mould: the pattern of a part of a message, and the function that writes what the mapping makes of it.

The values are written by the same `Writer` as programs; only what paths select is known (see `mould_paths`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from edi_router.formats.edifact.directory import GroupUse
from edi_router.formats.edifact.layout import Layout, masked, uses_of
from edi_router.formats.edifact.nodes import GroupNode
from edi_router.formats.xml.declared import Declared
from edi_router.formats.xml.lexical import Simple
from edi_router.mapping.generate import Writer
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_parts import tables_of
from edi_router.mapping.generate_proof import Open
from edi_router.mapping.generate_walk import Cursor
from edi_router.mapping.model import Definition, Item, Source, Wrap, conditions_in
from edi_router.mapping.mould_paths import KnownPaths, Leaf, Taken
from edi_router.paths import Equals, Path, Start

_ADD = re.compile(r"""add\(((?:'(?:[^'\\]|\\.)*')|(?:"(?:[^"\\]|\\.)*")|[a-z]+\d+)\)(?:; )?""")
_LONG = re.compile(
    r"\s*if (?:len\((xc\d+)\) > (\d+)|not 1 <= len\((xc\d+)\) <= (\d+)): sure = False"
).fullmatch
_MEMO = re.compile(r"\bm(\d+)\b")


@dataclass
class Shared:
    """What all moulds of one mapping and layout ask for by number."""

    definition: Definition
    layout: Layout
    namespace: str
    declared: Declared | None
    sources: list[Source] = field(default_factory=list)
    wraps: list[Wrap] = field(default_factory=list)
    kinds: list[Simple] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables = list(dict.fromkeys(tables_of(self.definition.output)))
        self.apart = apart(self.definition, self.layout)
        """The groups that have moulds of their own."""


def apart(definition: Definition, layout: Layout) -> tuple[str, ...]:
    """The groups directly in the message that only one line asks for, `each: SG30`, and nothing else."""
    groups = {name for name, use in uses_of(layout.definition.content).items() if isinstance(use, GroupUse)}
    each: list[str] = []
    other: set[str] = set()

    def path(found: Path, from_message: bool) -> None:
        if (from_message or found.start is Start.MESSAGE) and found.steps:
            other.add(found.steps[0].name)
        for step in found.steps:
            for predicate in step.predicates:
                if isinstance(predicate, Equals):
                    path(predicate.path, False)

    def item(found: Item, from_message: bool) -> None:
        inner = from_message
        if found.each is not None:
            steps, start = found.each.path.steps, found.each.path.start
            if from_message and start is Start.HERE and len(steps) == 1 and not steps[0].predicates:
                each.append(steps[0].name)
            else:
                path(found.each.path, from_message)
            inner = False
        for source in found.sources:
            path(source.path, inner)
        for condition in conditions_in(found.when):
            path(condition.source.path, inner)
        for child in found.do or ():
            item(child, inner)

    item(definition.output, True)
    if definition.date is not None:
        path(definition.date.path, True)
    return tuple(name for name in each if name in groups and name not in other and each.count(name) == 1)


class MouldWriter(Writer):
    """Writes the function of a message, or of a group that has moulds of its own."""

    def __init__(self, shared: Shared, root: GroupNode, declared: Declared | None, whole: bool) -> None:
        self.taken = Taken()
        names = shared.apart if whole else ()
        super().__init__(KnownPaths(shared.layout, root, names, self.taken, whole), declared)
        self.shared = shared
        self.result.sources = shared.sources
        self.result.wraps = shared.wraps
        self.result.tables = shared.tables
        self.proof.kinds = shared.kinds
        self.apart: list[str] = []
        """The groups apart, in the order in which their places in the document come."""

    def message(self) -> None:
        """The body of the function of a message."""
        self.program(self.shared.definition, self.shared.namespace)

    def part(self, item: Item, outer: Declared | None) -> None:
        """The body of the loop over repetitions of a group; `outer` is the element around what it writes."""
        if outer is not None:
            number = next(
                (at for at, place in enumerate(outer.places) if item.name in place.names),
                None,
            )
            if number is None:
                raise Unsupported(item.name)
            self.proof.open.append(Open(outer, {number: "w"}))
        found = self.paths.message
        with self._tested(item.when, found):
            self.code.add("p += 1")
            self._one(
                replace(item, required=item.required and item.has_value),
                found,
                "p",
                self.depth_of(item),
            )

    def depth_of(self, item: Item) -> int:
        """How deep the item's element stands in the document."""

        def below(found: Item, depth: int) -> int | None:
            if found is item:
                return depth
            depths = (below(child, depth + 1) for child in found.do or ())
            return next((each for each in depths if each is not None), None)

        return below(self.shared.definition.output, 0) or 0

    def _each(self, item: Item, each: Source, cursor: Cursor, depth: int) -> None:
        steps = each.path.steps
        name = steps[0].name if len(steps) == 1 else ""
        if cursor is not self.paths.message or name not in self.shared.apart:
            super()._each(item, each, cursor, depth)
            return
        code, before = self.code, self.code.name("n")
        self.apart.append(name)
        code.add(f"{before} = len(out)")
        code.add(f"w, sure = parts({name!r}, out, sure, day)")
        counter = self.proof.counter(item.name)
        if counter:
            code.add(f"{counter} += w")
        if item.required:
            code.add(f"if len(out) == {before}: raise Unclear")


def memos_in(lines: Sequence[str]) -> list[int]:
    """The numbers of the look-ups that the code uses."""
    return sorted({int(number) for line in lines for number in _MEMO.findall(line)})


def limits_in(lines: list[str]) -> tuple[list[str], dict[str, int]]:
    """The code without tests of how long captured values are, and how long they may be at most."""
    kept, limits = list[str](), dict[str, int]()
    for line in lines:
        found = _LONG(line)
        if found is None:
            kept.append(line)
        else:
            name, most = found[1] or found[3], int(found[2] or found[4])
            limits[name] = min(most, limits.get(name, most))
    return kept, limits


def pattern_of(text: str, first: int, taken: Taken, limits: dict[str, int]) -> tuple[str, list[str]]:
    """The pattern of some segments, the first of which has that number, and the variables that it captures."""
    parts: list[str] = []
    names: list[str] = []

    def value(shown: str, leaf: Leaf) -> str:
        pinned, name = taken.pinned.get(leaf), taken.captured.get(leaf)
        if not shown:
            return ""
        if pinned is not None and masked(pinned) != shown:
            raise Unsupported("a value that is not as it is shown")
        plain = "[^:+']" + (f"{{1,{limits[name]}}}" if name in limits else "+") if name else "[^:+']+"
        plain = plain if pinned is None else re.escape(shown)
        if name:
            names.append(name)
        return f"({plain})" if name else plain

    for number, segment in enumerate(text.split("'")[:-1], first):
        elements = segment.split("+")
        found = [re.escape(elements[0])]
        for element, content in enumerate(elements[1:], 1):
            if (number, element, 0) in taken.pinned or (
                number,
                element,
                0,
            ) in taken.captured:
                found.append(value(content, (number, element, 0)))
            else:
                components = enumerate(content.split(":"), 1)
                found.append(":".join(value(each, (number, element, at)) for at, each in components))
        parts.append(r"\+".join(found) + "'")
    return "".join(parts), names


def merged(lines: Sequence[str]) -> list[str]:
    """The code with texts that are written one after the other in one piece."""
    out: list[str] = []
    waiting: list[str] = []
    depth = ""

    def flush() -> None:
        if waiting:
            text = "".join(
                ast.literal_eval(each).replace("{", "{{").replace("}", "}}")
                if each[0] in "'\""
                else f"{{{each}}}"
                for each in waiting
            )
            out.append(f"{depth}add(f{text!r})")
            waiting.clear()

    for line, following in pairwise([*lines, ""]):
        code = line.lstrip()
        indent = line[: len(line) - len(code)]
        if indent != depth:
            flush()
            depth = indent
        if _ADD.sub("", code) == "":
            waiting.extend(_ADD.findall(code))
            continue
        # What neither writes nor begins a block may as well come first.
        writes = "out" in code or "add(" in code or "put(" in code
        if writes or code.endswith(":") or following.lstrip().startswith("else"):
            flush()
        out.append(line)
    flush()
    return out
