"""Writes the part of a mapping's program that looks values up: paths over an EDIFACT message as nested loops.

Where a part stands in its segment is known from the layout, so that a look-up is an index. What cannot be
told beforehand raises `Unsupported`: such a mapping runs as closures, which are the authority anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import Layout, masked, uses_of
from edi_router.formats.edifact.nodes import indexes_of
from edi_router.paths import Equals, Index, Path, Start, Step
from edi_router.paths.path import PARENT

Shape = dict[str, SegmentUse | GroupUse] | SegmentSpec | PartSpec | None
"""What may be in a group; in a segment; in a composite; in a data element or an undefined segment: nothing."""
Body = Callable[["Cursor"], None]
OFTEN, OFTEN_IN_ITEM = 2, 5
"""How many paths have to ask for segments by the same value before they are sorted by it; an item has few."""


class Unsupported(Exception):
    """No program can be made for this."""


class Code:
    """The lines of a function."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 1
        self._names = 0

    def add(self, line: str) -> None:
        """One line at the current depth."""
        self.lines.append("  " * self.depth + line)

    def name(self, letter: str = "v") -> str:
        """A new variable."""
        self._names += 1
        return f"{letter}{self._names}"

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines below `head`."""
        self.add(head)
        before = len(self.lines)
        self.depth += 1
        yield
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1


@dataclass(eq=False)
class Cursor:
    """One part of the message in a variable of the program.

    In a scope (the message, an item of `each`) what several paths look up is looked up once, at its beginning.
    """

    var: str
    shape: Shape
    parent: Cursor | None
    is_leaf: bool = False
    beside: str | None = None
    """For the value d2380 of a composite: what gives its format code, d2379."""
    scope: Scope | None = None
    at: tuple[str, ...] = ()
    """For a part of a segment: the row that it stands in, its element and its component, as expressions."""

    @property
    def origin(self) -> str:
        """Expressions that tell which part of the message it is."""
        return ", ".join(self.at or (self.var,))


@dataclass(eq=False)
class Scope:
    """Where a scope begins in the code, how often its paths ask the same, and what it has at hand."""

    line: int
    depth: int
    asked: Counter[tuple[str, str]]
    known: dict[str, str] = field(default_factory=dict)
    lists: dict[str, Cursor | None] = field(default_factory=dict)
    """What several paths go through: a list of all these parts; None when there can be none."""
    prologue: list[str] = field(default_factory=list)

    def have(self, expression: str, name: str) -> str:
        """The variable that holds the expression from the scope's beginning on."""
        if expression not in self.known:
            self.known[expression] = name
            self.prologue.append("  " * self.depth + f"{name} = {expression}")
        return self.known[expression]


class Paths:
    """Emits loops over what paths select; with `record` each knows by its `origin` where it stands."""

    def __init__(self, layout: Layout, record: bool = False) -> None:
        self.layout = layout
        self.record = record
        self._whole = True
        self.code = Code()
        self.message = Cursor("m", uses_of(layout.definition.content), None)

    @contextmanager
    def scope(self, cursor: Cursor, paths: Sequence[Path]) -> Iterator[None]:
        """The code of a scope, in which these paths begin at the cursor."""
        steps = [path.steps[0] for path in paths if path.start is Start.HERE and path.steps]
        asked = Counter(key for step in steps if (key := _question(step)) is not None)
        asked.update(("", _through(path)) for path in paths if _through(path))
        scope = cursor.scope = Scope(len(self.code.lines), self.code.depth, asked)
        yield
        self.code.lines[scope.line : scope.line] = scope.prologue
        cursor.scope = None

    def select(self, cursor: Cursor, path: Path, body: Body) -> None:
        """Emit `body` for everything that the path selects, seen from the cursor; the body writes code."""
        if path.start in (Start.ENVELOPE, Start.CONTEXT):
            raise Unsupported(f"{path} within another path")
        steps = path.steps
        if path.start is Start.MESSAGE:
            cursor = self.message
        while steps and steps[0].name == PARENT:
            if cursor.parent is None:
                return
            cursor, steps = cursor.parent, steps[1:]
        self._walk(cursor, steps, body)

    def select_values(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select`, for bodies that only take values: what paths of one scope have in common is looked up once."""
        scope, through = cursor.scope, _through(path)
        if scope is None or not through or scope.asked["", through] < 2:
            self._whole = False
            self.select(cursor, path, body)
            self._whole = True
            return
        if through not in scope.lists:
            scope.lists[through] = self._listed(cursor, scope, path)
        several = scope.lists[through]
        if several is not None:
            found = replace(several, var=self.code.name("c"))
            names = found.var
            if self.record and several.at:
                found.at = tuple(self.code.name("o") for _ in several.at)
                names = f"{found.var}, {', '.join(found.at)}"
            with self.code.block(f"for {names} in {several.var}:"):
                self._walk(found, path.steps[-1:], body)

    def _listed(self, cursor: Cursor, scope: Scope, path: Path) -> Cursor | None:
        """A list, made at the scope's beginning, of what a path goes through before its last step."""
        name = self.code.name("l")
        seen: list[Cursor] = []

        def body(found: Cursor) -> None:
            seen.append(replace(found, var=name, scope=None))
            kept = f"({found.var}, {found.origin})" if self.record and found.at else found.var
            self.code.add(f"{name}.append({kept})")

        lines, depth = self.code.lines, self.code.depth
        self.code.lines, self.code.depth = [], scope.depth
        self.code.add(f"{name} = []")
        self._walk(cursor, path.steps[:-1], body)
        scope.prologue += self.code.lines
        self.code.lines, self.code.depth = lines, depth
        return seen[0] if seen else None

    def exists(self, cursor: Cursor, path: Path, text: str | None = None) -> str:
        """A condition: the path selects something that is filled, or the value `text`."""
        short = None if text is None else self._short(cursor, path, text)
        if short is not None:
            return short
        flag = self.code.name("t")
        self.code.add(f"{flag} = False")

        def body(found: Cursor) -> None:
            if text is not None:
                if found.is_leaf:
                    with self.code.block(f"if {found.var} == {masked(text)!r}:"):
                        self.code.add(f"{flag} = True")
            else:
                with self.filled(found):
                    self.code.add(f"{flag} = True")

        self.select_values(cursor, path, body)
        return flag

    @contextmanager
    def filled(self, found: Cursor) -> Iterator[None]:
        """Only for what counts as present: a data element needs a value."""
        if found.is_leaf:
            with self.code.block(f"if {found.var}:"):
                yield
        else:
            yield

    def _walk(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        if not steps:
            body(cursor)
            return
        step, rest = steps[0], steps[1:]
        if step.name == PARENT:
            raise Unsupported("`..` after another step")
        if any(isinstance(predicate, Index) for predicate in step.predicates[1:]):
            raise Unsupported("`[n]` after another predicate")
        if isinstance(cursor.shape, dict):
            self._in_group(cursor, cursor.shape, step, rest, body)
        elif isinstance(cursor.shape, SegmentSpec | PartSpec):
            self._in_segment(cursor, cursor.shape, step, rest, body)

    def _in_group(
        self,
        cursor: Cursor,
        uses: dict[str, SegmentUse | GroupUse],
        step: Step,
        rest: Sequence[Step],
        body: Body,
    ) -> None:
        use = uses.get(step.name)
        if use is None:
            return
        shape: Shape = uses_of(use.content) if isinstance(use, GroupUse) else self.layout.spec(use.tag)
        expression = f"{cursor.var}.get({step.name!r}, N)"
        if cursor.scope is not None:
            expression = cursor.scope.have(expression, self.code.name("s"))
        predicates = step.predicates
        first = predicates[0] if predicates else None
        if isinstance(first, Index):
            expression = f"{expression}[{first.number - 1}:{first.number}]"
            predicates = predicates[1:]
        elif first is not None and cursor.scope is not None and isinstance(shape, SegmentSpec):
            key, at = _question(step), _index(shape, first.path.steps)
            often = OFTEN if cursor.parent is None else OFTEN_IN_ITEM
            if key is not None and at is not None and cursor.scope.asked[key] >= often:
                name = cursor.scope.have(f"by({expression}, {', '.join(map(str, at))})", self.code.name("q"))
                expression = f"{name}.get({masked(first.text)!r}, N)"
                predicates = predicates[1:]
        found = Cursor(self.code.name("g" if isinstance(use, GroupUse) else "r"), shape, cursor)
        with self.code.block(f"for {found.var} in {expression}:"):
            self._chosen(found, predicates, rest, body)

    def _in_segment(
        self, cursor: Cursor, spec: SegmentSpec | PartSpec, step: Step, rest: Sequence[Step], body: Body
    ) -> None:
        offset = 1 if isinstance(spec, SegmentSpec) else 0
        indexes = [index + offset for index in indexes_of(spec).get(step.name, ())]
        predicates = step.predicates
        if predicates and isinstance(first := predicates[0], Index):
            indexes = indexes[first.number - 1 : first.number]
            predicates = predicates[1:]
        if not indexes:
            return
        part = spec.parts[indexes[0] - 1] if isinstance(spec, SegmentSpec) else spec.components[indexes[0]]
        row = cursor.at or (cursor.var,)
        if isinstance(part, PartSpec):
            found = Cursor(self.code.name("c"), part, cursor)
        else:
            found = Cursor(self.code.name("x"), None, cursor, True, _beside(cursor, spec, step))
        split = ".split(':')" if isinstance(part, PartSpec) else ""
        # Elements are counted as they stand in a row, behind the tag; components from 1 on.
        number = 0 if offset else 1
        if len(indexes) == 1:
            index = indexes[0]
            found.at = (*row, str(index + number))
            with self.code.block(f"if len({cursor.var}) > {index}:") if index else nullcontext():
                if isinstance(part, PartSpec) and not predicates and self._is_first(part, rest):
                    leaf = Cursor(self.code.name("x"), None, found, True, None, None, (*found.at, "1"))
                    self.code.add(f"{leaf.var} = {cursor.var}[{index}]")
                    self.code.add(f"if ':' in {leaf.var}: {leaf.var} = {leaf.var}[:{leaf.var}.index(':')]")
                    body(leaf)
                    return
                self.code.add(f"{found.var} = {cursor.var}[{index}]{split}")
                self._chosen(found, predicates, rest, body)
            return
        at = self.code.name("i")
        found.at = (*row, at)
        if indexes[-1] - indexes[0] == len(indexes) - 1:
            several = f"{cursor.var}[{indexes[0]}:{indexes[-1] + 1}]"
            if self.record:
                several = f"enumerate({several}, {indexes[0] + number})"
        else:
            kept = f"(i + {number}, {cursor.var}[i])" if self.record else f"{cursor.var}[i]"
            several = f"[{kept} for i in {tuple(indexes)} if i < len({cursor.var})]"
        names = f"{at}, {found.var}" if self.record else found.var
        with self.code.block(f"for {names} in {several}:"):
            if split:
                self.code.add(f"{found.var} = {found.var}{split}")
            self._chosen(found, predicates, rest, body)

    def _is_first(self, part: PartSpec, rest: Sequence[Step]) -> bool:
        """Whether the rest of the path takes the first component, and nobody asks for the composite itself."""
        if self._whole or len(rest) != 1 or rest[0].predicates or rest[0].name == "d2380":
            return False
        return indexes_of(part).get(rest[0].name) == (0,)

    def _chosen(
        self, found: Cursor, predicates: Sequence[Index | Equals], rest: Sequence[Step], body: Body
    ) -> None:
        """The rest of the path, for what all (further) predicates let through."""
        if not predicates:
            self._walk(found, rest, body)
            return
        first = predicates[0]
        if isinstance(first, Index):
            raise Unsupported("`[n]` after another predicate")
        with self.code.block(f"if {self.exists(found, first.path, first.text)}:"):
            self._chosen(found, predicates[1:], rest, body)

    def _short(self, cursor: Cursor, path: Path, text: str) -> str | None:
        """The condition as one expression, if one value is looked up by its index."""
        shape, var = cursor.shape, cursor.var
        if path.start is not Start.HERE or not isinstance(shape, SegmentSpec | PartSpec):
            return None
        at = _index(shape, path.steps)
        if at is None:
            return None
        first, text = at[0], masked(text)
        there = f"len({var}) > {first} and " if first else ""
        if len(at) == 1:
            return f"{there}{var}[{first}] == {text!r}"
        last = at[1]
        if not last:
            return f"{there}{var}[{first}].partition(':')[0] == {text!r}"
        return f"{there}{var}[{first}].split(':', {last + 1})[{last}:{last + 1}] == {[text]!r}"


def _question(step: Step) -> tuple[str, str] | None:
    """By what a step that begins with `[path='text']` tells its parts apart."""
    first = step.predicates[0] if step.predicates else None
    return (
        (step.name, str(first.path)) if isinstance(first, Equals) and first.path.start is Start.HERE else None
    )


def _through(path: Path) -> str:
    """The path without its last step, if it leads to a plain value; else nothing."""
    steps = path.steps
    plain = path.start is Start.HERE and len(steps) > 1 and not steps[-1].predicates
    if not plain or any(step.name == PARENT for step in steps):
        return ""
    return "/".join(str(step) for step in steps[:-1])


def _index(spec: SegmentSpec | PartSpec, steps: Sequence[Step]) -> tuple[int, ...] | None:
    """Element and component of the one value that a path without predicates selects; None if not so simple."""
    if not steps or any(step.predicates for step in steps):
        return None
    found = indexes_of(spec).get(steps[0].name, ())
    if len(found) != 1:
        return None
    if isinstance(spec, PartSpec):
        return found if len(steps) == 1 else None
    part = spec.parts[found[0]]
    if not isinstance(part, PartSpec):
        return (found[0] + 1,) if len(steps) == 1 else None
    inner = _index(part, steps[1:])
    return None if inner is None else (found[0] + 1, *inner)


def _beside(cursor: Cursor, spec: SegmentSpec | PartSpec, step: Step) -> str | None:
    """What gives the format code (2379) beside a date, as `compile.form_of` finds it."""
    if step.name != "d2380":
        return None
    places = indexes_of(spec).get("d2379", ())
    if isinstance(spec, SegmentSpec) or len(places) > 1:
        raise Unsupported("a date outside of a composite")
    if not places:
        return None
    return f"({cursor.var}[{places[0]}] if len({cursor.var}) > {places[0]} else '')"
