"""Writes the part of a mapping's program that looks values up: paths over an EDIFACT message as nested loops.

Where a part stands in its segment is known from the layout, so that a look-up is an index. What cannot be
told beforehand raises `Unsupported`: such a mapping runs as closures, which are the authority anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import Layout, Wanted, masked, uses_of
from edi_router.formats.edifact.nodes import indexes_of
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_filling import Filling
from edi_router.mapping.generate_select import Selection, Selections, Straight, is_one, place_of, straight
from edi_router.mapping.generate_walk import Body, Cursor, Scope, Shape, Walk
from edi_router.mapping.generate_wanted import passes
from edi_router.paths import Index, Path, Start, Step


class Paths(Walk):
    """Emits loops over what paths select in messages of one layout."""

    def __init__(self, layout: Layout, wanted: Wanted | None, record: bool = False) -> None:
        super().__init__(Cursor("m", uses_of(layout.definition.content), None), record)
        self.layout = layout
        self.wanted = wanted
        self._whole = True

    @contextmanager
    def scope(self, cursor: Cursor, asked: Iterable[tuple[Path, bool]]) -> Iterator[None]:
        """The code of a scope, with what its paths choose looked up at its beginning."""

        def find(path: Path) -> Straight | None:
            uses = cursor.shape
            return straight(self.layout, self.wanted, uses, path) if isinstance(uses, dict) else None

        scope = cursor.scope = Scope(len(self.code.lines), self.code.depth, Selections(find, asked))
        yield
        self.code.lines[scope.line : scope.line] = scope.prologue
        cursor.scope = None

    def select_values(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select`, for bodies that only take values: what paths of one scope choose is looked up once."""
        self._whole = False
        found = cursor.scope.selections.of(path) if cursor.scope is not None else None
        if found is None:
            self.select(cursor, path, body)
        else:
            selection, steps = found
            with self._held(cursor, selection) as held:
                self._walk(held, steps, body)
        self._whole = True

    def is_single(self, cursor: Cursor, path: Path) -> bool:
        """Whether the body of `select_values` runs once at most."""
        if isinstance(cursor.shape, SegmentSpec | PartSpec):
            return path.start is Start.HERE and is_one(cursor.shape, path.steps)
        found = cursor.scope.selections.of(path) if cursor.scope is not None else None
        if found is None or not found[0].single:
            return False
        selection, steps = found
        return is_one(selection.composite or selection.spec, steps)

    @contextmanager
    def _held(self, cursor: Cursor, selection: Selection) -> Iterator[Cursor]:
        """The code for each segment or composite of the selection."""
        if not selection.var:
            self._look_up(cursor, selection.name)
        shape = selection.composite or selection.spec
        element = (str(selection.element),) if selection.composite else ()
        if selection.single:
            origin = (selection.origin, *element) if selection.origin else ()
            with self.code.block(f"if {selection.var}:"):
                yield Cursor(selection.var, shape, cursor, at=origin)
            return
        found = self.code.name("c" if element else "r")
        row = self.code.name("o") if element and self.record else ""
        with self.code.block(f"for {f'{found}, {row}' if row else found} in {selection.var}:"):
            yield Cursor(found, shape, cursor, at=(row, *element) if row else ())

    def _look_up(self, cursor: Cursor, name: str) -> None:
        """Fill all selections of the segments of this name, at the beginning of the scope."""
        scope, code = cursor.scope, self.code
        if scope is None:
            return
        lines, depth = code.lines, code.depth
        code.lines, code.depth = [], scope.depth
        Filling(code, self.record).fill(
            scope.have(f"{cursor.var}.get({name!r}, N)", code.name("s")), scope.selections.named(name)
        )
        scope.prologue += code.lines
        code.lines, code.depth = lines, depth

    def exists(self, cursor: Cursor, path: Path, text: str | None = None) -> str:
        """A condition: the path selects something that is filled, or the value `text`."""
        short = None if text is None else self._short(cursor, path, text)
        if short is not None:
            return short
        found = cursor.scope.selections.of(path) if cursor.scope is not None and text is None else None
        if found is not None and not found[1]:
            if not found[0].var:
                self._look_up(cursor, found[0].name)
            return found[0].var
        return super().exists(cursor, path, text)

    def _step(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        step, rest = steps[0], steps[1:]
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
        name = f"{cursor.prefix}{step.name}"
        if isinstance(use, GroupUse) and self.wanted is not None and passes(step, rest):
            self._walk(replace(cursor, shape=shape, prefix=f"{name}/"), rest, body)
            return
        expression = f"{cursor.var}.get({name!r}, N)"
        if cursor.scope is not None:
            expression = cursor.scope.have(expression, self.code.name("s"))
        predicates = step.predicates
        first = predicates[0] if predicates else None
        if isinstance(first, Index):
            expression = f"{expression}[{first.number - 1}:{first.number}]"
            predicates = predicates[1:]
        found = Cursor(self.code.name("g" if isinstance(use, GroupUse) else "r"), shape, cursor)
        tests = self._counted(predicates)
        with self.code.block(f"for {found.var} in {expression}:"):
            self._chosen(found, tests, rest, body)

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
        tests = self._counted(predicates)
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
                self._chosen(found, tests, rest, body)
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
            self._chosen(found, tests, rest, body)

    def _is_first(self, part: PartSpec, rest: Sequence[Step]) -> bool:
        """Whether the rest of the path takes the first component, and nobody asks for the composite itself."""
        if self._whole or len(rest) != 1 or rest[0].predicates or rest[0].name == "d2380":
            return False
        return indexes_of(part).get(rest[0].name) == (0,)

    def _short(self, cursor: Cursor, path: Path, text: str) -> str | None:
        """The condition as one expression, if one value is looked up by its index."""
        shape, var = cursor.shape, cursor.var
        if path.start is not Start.HERE or not isinstance(shape, SegmentSpec | PartSpec):
            return None
        at = place_of(shape, path.steps)
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
