"""Writes the part of a mapping's program that goes through its items: conditions, `each`, what is required.

What an item is written as is known to those who write XML (`generate`) and segments (`generate_segments`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Generic, TypeVar

from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_parts import asked_by, tables_of
from edi_router.mapping.generate_values import Values
from edi_router.mapping.generate_walk import Cursor, Scope
from edi_router.mapping.model import Condition, Definition, Item, Joined, Source, When
from edi_router.paths import Start

Where = TypeVar("Where")
"""What tells where an item is written: the depth of an element, the group or segment that is being written."""


class Items(Values, Generic[Where]):
    """Writes items one after the other, each as often as the mapping says."""

    @contextmanager
    def _opened(self, definition: Definition) -> Iterator[None]:
        """The code of a whole document, for the body of the function: its date and its tables are at hand."""
        root, cursor, code = definition.output, self.paths.message, self.code
        asked = [*asked_by(root), *([(definition.date.path, False)] if definition.date else [])]
        with self.paths.scope(cursor, asked):
            if definition.date is not None:
                self._day(definition.date, cursor)
            if self.record:
                code.add("rec(day)")
            self.result.tables = list(dict.fromkeys(tables_of(root)))
            for number in range(len(self.result.tables)):
                code.add(f"m{number} = memo({number}, day)")
            yield

    def _one(self, item: Item, cursor: Cursor, position: str, where: Where) -> None:
        """The item once, its conditions being met."""
        raise NotImplementedError

    def _each_one(self, item: Item) -> Item:
        """The item as it is written for one of several parts: without its value it is left out."""
        return replace(item, required=item.required and item.has_value)

    def _day(self, source: Source, cursor: Cursor) -> None:
        """The document's date, as of which tables are looked up: the first value."""
        code = self.code
        code.add("on = None")

        def sink(value: str, form: str | None, origin: str) -> None:
            with code.block("if on is None:"):
                code.add(f"on = day_of({self._plainly(value)}, {form or repr('')}, zone)")

        self._values(source, cursor, sink)
        code.add("if on is not None: day = on")

    def _items(self, items: Sequence[Item], cursor: Cursor, position: str, where: Where) -> None:
        """The items that stand beside each other, in their order; attributes are the writer's affair."""
        for item in items:
            if item.is_attribute:
                continue
            if item.each is not None and item.single:
                self._from_one(item, item.each, cursor, position, where)
            elif item.each is not None:
                self._each(item, item.each, cursor, where)
            else:
                with self._tested(item.when, cursor):
                    self._one(item, cursor, position, where)

    def _from_one(self, item: Item, each: Source, cursor: Cursor, position: str, where: Where) -> None:
        """A fragment that is used `from` somewhere: one part at most, the position stays."""
        code, seen = self.code, self.code.name("k")
        code.add(f"{seen} = False")
        once = (f"if {seen}: raise Unclear", f"{seen} = True")
        self._parts(item, each, cursor, position, where, once)

    def _each(self, item: Item, each: Source, cursor: Cursor, where: Where) -> None:
        code, position = self.code, self.code.name("p")
        code.add(f"{position} = 0")
        self._parts(item, each, cursor, position, where, (f"{position} += 1",))

    def _parts(
        self, item: Item, each: Source, cursor: Cursor, position: str, where: Where, first: Sequence[str]
    ) -> None:
        """The item for each part that it is for; `first` is what happens before it is written."""
        code, before = self.code, self.code.name("n")
        if item.required:
            code.add(f"{before} = len(out)")
        inner = self._each_one(item)

        def body(found: Cursor) -> None:
            found = replace(found, scope=None)
            scope = self.paths.scope(found, asked_by(item))
            with self.paths.filled(found), scope, self._tested(item.when, found):
                for line in first:
                    code.add(line)
                self._one(inner, found, position, where)

        self.paths.select(cursor, each.path, body)
        if item.required:
            code.add(f"if len(out) == {before}: raise Unclear")

    @contextmanager
    def _tested(self, conditions: Sequence[When], cursor: Cursor) -> Iterator[None]:
        """Only when all conditions hold."""
        tests = [self._condition(condition, cursor) for condition in conditions]
        with self.code.block(f"if {' and '.join(tests)}:") if tests else nullcontext():
            yield

    def _condition(self, condition: When, cursor: Cursor) -> str:
        if isinstance(condition, Joined):
            mark = " or " if condition.kind == "any" else " and "
            joined = f"({mark.join(self._condition(each, cursor) for each in condition.parts)})"
            return f"(not {joined})" if condition.kind == "not" else joined
        if condition.source.path.start is Start.ENVELOPE:
            raise Unsupported("a condition on the envelope")
        scope = self.paths.once(cursor, condition.source.path)
        found = self._found(condition, cursor) if scope is None else self._found_once(condition, scope)
        return f"(not {found})" if condition.absent and not condition.looks_at_values else found

    def _found_once(self, condition: Condition, scope: Scope) -> str:
        """As `_found`, looked up at the beginning of the document; lines of one mapping ask the same again and again."""
        asked = (condition.source.path, condition.texts, condition.matches, condition.starts_with)
        key = f"condition {asked}"
        if key not in scope.known:
            code = self.code
            lines, depth = code.lines, code.depth
            code.lines, code.depth = [], scope.depth
            scope.known[key] = self._found(condition, self.paths.message)
            scope.prologue += code.lines
            code.lines, code.depth = lines, depth
        return scope.known[key]

    def _found(self, condition: Condition, cursor: Cursor) -> str:
        """The variable that tells whether the condition's path selects something that passes its test."""
        code, path = self.code, condition.source.path
        if not condition.looks_at_values and path.start is not Start.CONTEXT:
            test = self.paths.exists(cursor, path)
        else:
            test = code.name("t")
            code.add(f"{test} = False")

            chosen = tuple(map(self.paths.shown, condition.texts))

            def sink(value: str, form: str | None, origin: str) -> None:
                if chosen:
                    asked = f"if {value} in {chosen!r}: "
                elif condition.matches:
                    asked = f"if matches({condition.matches!r}, {self._plainly(value)}): "
                elif condition.starts_with:
                    asked = f"if {value}.startswith({self.paths.shown(condition.starts_with)!r}): "
                else:
                    asked = ""
                code.add(f"{asked}{test} = True")

            self._values(condition.source, cursor, sink)
        return test
