"""Writes the part of a mapping's program that looks values up in XML documents: paths over rows of elements.

Nothing has to be known of the document beforehand, so there is one program for all documents of a mapping. It records
nothing: where values come from the closures tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_select import Selections
from edi_router.mapping.generate_walk import Body, Cursor, Scope, Walk
from edi_router.paths import Index, Path, Start, Step
from edi_router.paths.path import PARENT


class ElementPaths(Walk):
    """Emits loops over what paths select in an XML document, as `element_rows` shows it."""

    def __init__(self, record: bool = False, *, plain: bool = False) -> None:
        if record:
            raise Unsupported("the record of an XML document")
        super().__init__(Cursor("m", None, None, text="''"))
        self.plain = plain
        self._only_texts = False
        self.names: set[str] = set()
        """The elements and attributes that are looked up."""

    @contextmanager
    def scope(self, cursor: Cursor, asked: Iterable[tuple[Path, bool]]) -> Iterator[None]:
        """The code of a scope; the elements on the way of its paths are looked up at its beginning."""
        scope = cursor.scope = Scope(len(self.code.lines), self.code.depth, Selections(lambda path: None, ()))
        yield
        self.code.lines[scope.line : scope.line] = scope.prologue
        cursor.scope = None

    def select_values(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select`, with the texts of what is found; they may be empty."""

        def take(found: Cursor) -> None:
            body(found if found.is_leaf else Cursor(found.text, None, found, is_leaf=True))

        with self._taking(only_texts=True):
            self.select(cursor, path, take)

    def select_places(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select`: an element that has no text may have something in it."""
        with self._taking(only_texts=False):
            self.select(cursor, path, body)

    def once(self, cursor: Cursor, path: Path) -> Scope | None:
        """The scope of the message, for paths from its root."""
        from_root = path.start is Start.MESSAGE or (path.start is Start.HERE and cursor is self.message)
        return self.message.scope if from_root and not path.compares else None

    def is_single(self, cursor: Cursor, path: Path) -> bool:
        """Whether there are only names in the path: then `one` sees to it."""
        return self._straight(cursor, path) is not None

    def select_one(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select_values`: of several texts `one` tells that they are unclear."""
        text = self.look_up(cursor, path)
        if text:
            body(Cursor(text, None, None, is_leaf=True))
        else:
            self.select_values(cursor, path, body)

    def look_up(self, cursor: Cursor, path: Path) -> str:
        """The variable with the one text that the path selects; "" where there are not only names in it."""
        straight = self._straight(cursor, path)
        if straight is None:
            return ""
        text, name = self.code.name("x"), straight[1][-1].name
        self.code.add(f"{text} = {self._merged(*straight)}.get({name!r}, '')")
        self.code.add(f"if type({text}) is not str: {text} = one({text})")
        return text

    def exists(self, cursor: Cursor, path: Path, text: str | None = None) -> str:
        """A condition: the path selects something that is filled, or the value `text`."""
        straight = None if text is not None else self._straight(cursor, path)
        if straight is None:
            return super().exists(cursor, path, text)
        flag, name = self.code.name("t"), straight[1][-1].name
        # Texts and rows are true where they are filled.
        self.code.add(f"{flag} = {self._merged(*straight)}.get({name!r}, '')")
        self.code.add(f"if type({flag}) is list: {flag} = any({flag})")
        return flag

    def _straight(self, cursor: Cursor, path: Path) -> tuple[Cursor, Sequence[Step]] | None:
        """Where a path of names begins, and its steps; None for another one."""
        begin, steps = self._begin(cursor, path)
        if path.start not in (Start.HERE, Start.MESSAGE) or begin is None or begin.is_leaf or not begin.var:
            return None
        if not steps or any(step.predicates or step.name == PARENT for step in steps):
            return None
        # Rows on the way are looked up where the scope begins; below an attribute there is nothing.
        ways = steps[:-1]
        if ways and (begin.scope is None or any(step.name.startswith("@") for step in ways)):
            return None
        return begin, steps

    def _merged(self, cursor: Cursor, steps: Sequence[Step]) -> str:
        """The variable with all rows as one that the steps before the last one lead to."""
        self.names.update(step.name for step in steps)
        scope, rows = cursor.scope, ""
        for step in steps[:-1]:
            assert scope is not None
            rows = scope.have(_rows_of(step.name, cursor.var, rows), self.code.name("s"))
        if not rows:
            return cursor.var
        assert scope is not None
        return scope.have(f"{rows}[0] if len({rows}) == 1 else merged({rows})", self.code.name("h"))

    @contextmanager
    def filled(self, found: Cursor) -> Iterator[None]:
        """Only for what counts as present: an element needs a text, an attribute or an element in it."""
        with self.code.block(f"if {found.var}:" if found.is_leaf else f"if {found.var} or {found.text}:"):
            yield

    @contextmanager
    def _taking(self, *, only_texts: bool) -> Iterator[None]:
        before, self._only_texts = self._only_texts, only_texts
        yield
        self._only_texts = before

    def _step(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        step, rest = steps[0], steps[1:]
        self.names.update(each.name for each in steps)
        if cursor.is_leaf:  # there is nothing below an attribute
            return
        if cursor.scope is not None and rest and not step.predicates:
            self._below(cursor, steps, body)
            return
        predicates, part = step.predicates, ""
        if predicates and isinstance(first := predicates[0], Index):
            part, predicates = f"[{first.number - 1}:{first.number}]", predicates[1:]
        name, code = self.code.name, self.code
        there = f"each({cursor.var}.get({step.name!r}, N)){part}"
        if step.name.startswith("@"):
            leaf = Cursor(name("x"), None, cursor, is_leaf=True)
            with code.block(f"for {leaf.var} in {there}:"):
                body(leaf)
            return
        if self._only_texts and not rest and not predicates:
            leaf = Cursor(name("x"), None, cursor, is_leaf=True)
            with code.block(f"for {leaf.var} in {there}:"):
                code.add(f"if type({leaf.var}) is dict: {leaf.var} = {leaf.var}.get('')")
                body(leaf)
            return
        found = Cursor(name("g"), None, cursor, text=name("x"))
        tests = self._counted(predicates)
        with code.block(f"for {found.var} in {there}:"):
            code.add(f"if type({found.var}) is dict: {found.text} = {found.var}.get('')")
            code.add(f"else: {found.text}, {found.var} = {found.var}, E")
            self._chosen(found, tests, rest, body)

    def _below(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        """From the elements that the first steps lead to, which several paths of the scope may go through."""
        scope = cursor.scope
        assert scope is not None
        rows, found = "", cursor
        while len(steps) > 1 and not steps[0].predicates and steps[0].name != PARENT:
            rows = scope.have(_rows_of(steps[0].name, cursor.var, rows), self.code.name("s"))
            found, steps = Cursor("", None, found), steps[1:]
        found.var = self.code.name("g")
        with self.code.block(f"for {found.var} in {rows}:"):
            self._walk(found, steps, body)


def _rows_of(name: str, row: str, rows: str) -> str:
    """The elements of this name in the rows, or without any in the one row, that are no mere texts."""
    return f"[g for r in {rows} for g in rows_of(r, {name!r})]" if rows else f"rows_of({row}, {name!r})"


def names_of(paths: Walk) -> frozenset[str] | None:
    """The names that paths over an XML document look up; None for messages."""
    return frozenset(paths.names) if isinstance(paths, ElementPaths) else None
