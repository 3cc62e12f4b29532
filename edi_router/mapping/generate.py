"""Writes a mapping as the source of one Python function that makes the XML text of a message without faults.

The function says nothing about what is wrong: where anything is not as it should be it raises `Unclear`, and the
closures of `compile`, which are the authority, run the message again. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from edi_router.formats.edifact.layout import Layout, has_masks, masked
from edi_router.formats.xml.writer import is_name, quote
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.generate_parts import (
    LOSSLESS,
    OPAQUE,
    SAFE,
    SAME,
    LookUp,
    paths_inside,
    paths_of,
    tables_of,
    without_marks,
)
from edi_router.mapping.generate_paths import Cursor, Paths, Unsupported
from edi_router.mapping.model import Call, Condition, Definition, Item, Source
from edi_router.paths import Start

Sink = Callable[[str, str | None, str], None]
"""Writes what is done with a value: given its variable, what gives the format code of a date, and its origin."""


@dataclass
class Generated:
    """The source of the function `program`, and the sources and tables that it asks for by number."""

    text: str = ""
    sources: list[Source] = field(default_factory=list)
    tables: list[LookUp] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """What the numbers in a record stand for."""
    records: bool = False


def generate(definition: Definition, layout: Layout, namespace: str, record: bool = False) -> Generated:
    """The program of a mapping for messages of one layout; raises Unsupported.

    With `record` it also tells of every value where it comes from, as `recorded` reads it: the number of its
    item, then the text that was looked up with the part of the message that it stands in, or a list of such.
    """
    writer = _Writer(layout, record)
    writer.program(definition, namespace)
    code = writer.paths.code
    lines = ["def program(m, day, ask, memo, rec):", *code.lines, "  return out", ""]
    writer.result.text = "\n".join(lines)
    return writer.result


class _Writer:
    def __init__(self, layout: Layout, record: bool) -> None:
        self.paths = Paths(layout, record)
        self.code = self.paths.code
        self.record = record
        self.result = Generated(records=record)

    def program(self, definition: Definition, namespace: str) -> None:
        root, cursor, code = definition.output, self.paths.message, self.code
        if root.has_value or root.do is None or not is_name(root.name):
            raise Unsupported("a root element with a value")
        wanted = [*paths_of(root.do), *([definition.date.path] if definition.date else [])]
        with self.paths.scope(cursor, wanted):
            if definition.date is not None:
                self._day(definition.date, cursor)
            if self.record:
                code.add("rec(day)")
            self.result.tables = list(dict.fromkeys(tables_of(root)))
            for number in range(len(self.result.tables)):
                code.add(f"m{number} = memo({number}, day)")
            code.add("out = []")
            code.add("add = out.append")
            start = f'<{root.name} xmlns="{quote(namespace)}"' if namespace else f"<{root.name}"
            self._nest(replace(root, required=True), root.do, cursor, "1", 0, start)

    def _day(self, source: Source, cursor: Cursor) -> None:
        """The document's date, as of which tables are looked up: the first value."""
        code = self.code
        code.add("on = None")

        def sink(value: str, form: str | None, origin: str) -> None:
            with code.block("if on is None:"):
                code.add(f"on = day_of(plain({value}), {form or repr('')})")

        self._values(source, cursor, sink)
        code.add("if on is not None: day = on")

    def _items(self, items: Sequence[Item], cursor: Cursor, position: str, depth: int) -> None:
        for item in items:
            if item.is_attribute:
                continue
            if not is_name(item.name):
                raise Unsupported(f"the name {item.name}")
            if item.each is not None:
                self._each(item, item.each, cursor, depth)
            else:
                with self._tested(item.when, cursor):
                    self._one(item, cursor, position, depth)

    def _each(self, item: Item, each: Source, cursor: Cursor, depth: int) -> None:
        code, position, before = self.code, self.code.name("p"), self.code.name("n")
        code.add(f"{position} = 0")
        code.add(f"{before} = len(out)")
        inner = replace(item, required=item.required and item.has_value)

        def body(found: Cursor) -> None:
            found = replace(found, scope=None)
            scope = self.paths.scope(found, list(paths_inside(item)))
            with self.paths.filled(found), scope, self._tested(item.when, found):
                code.add(f"{position} += 1")
                self._one(inner, found, position, depth)

        self.paths.select(cursor, each.path, body)
        if item.required:
            code.add(f"if len(out) == {before}: raise Unclear")

    def _one(self, item: Item, cursor: Cursor, position: str, depth: int) -> None:
        """One element, when its conditions hold."""
        if not item.has_value:
            self._nest(item, item.do or (), cursor, position, depth, f"<{item.name}")
            return
        if item.const and not (item.functions or item.table or item.do):
            text = f"\n{'  ' * depth}<{item.name}>{masked(without_marks(item.const))}</{item.name}>"
            self.code.add(f"add({text!r})")
            self._record(item, "")
            return
        value, origin = self._value(item, cursor, position)
        certain = item.required or item.default
        with nullcontext() if certain else self.code.block(f"if {value}:"):
            attributes = self._attributes(item.do or (), cursor, position)
            start = f"\\n{'  ' * depth}<{item.name}{f'{{{attributes}}}' if attributes else ''}>"
            self.code.add(f"add(f'{start}{{{value}}}</{item.name}>')")
            self._record(item, origin)

    def _record(self, item: Item, origin: str) -> None:
        """Tell where the value that is being written comes from."""
        if self.record:
            self.code.add(
                f"rec(({self._number(item)}, {origin}))" if not origin.startswith("w") else f"rec({origin})"
            )

    def _number(self, item: Item) -> int:
        """The item's number in a record."""
        items = self.result.items
        if not any(each is item for each in items):
            items.append(item)
        return next(number for number, each in enumerate(items) if each is item)

    def _nest(
        self, item: Item, items: Sequence[Item], cursor: Cursor, position: str, depth: int, start: str
    ) -> None:
        """An element with elements inside; it is left out when there is nothing in it."""
        code, before = self.code, self.code.name("n")
        line = "\n" + "  " * depth
        start = line * bool(depth) + start
        attributes = self._attributes(items, cursor, position)
        opened = f"{start!r} + {attributes} + " if attributes else f"{start!r} + "
        code.add(f"{before} = len(out) + 1")
        code.add(f"add({opened}'>')")
        self._items(items, cursor, position, depth + 1)
        with code.block(f"if len(out) > {before}:"):
            code.add(f"add({f'{line}</{item.name}>'!r})")
        if attributes:
            with code.block(f"elif {attributes}:"):
                code.add(f"out[-1] = {opened}'/>'")
        with code.block("else:"):
            code.add("raise Unclear" if item.required and item.do is not None else "out.pop()")

    def _attributes(self, items: Sequence[Item], cursor: Cursor, position: str) -> str:
        """The variable that holds the attributes as text; "" when there can be none."""
        chosen = [item for item in items if item.is_attribute]
        names = {item.name for item in chosen}
        if not chosen:
            return ""
        if len(names) < len(chosen) or "@xmlns" in names or not all(is_name(name[1:]) for name in names):
            raise Unsupported("attributes of one name")
        code, text = self.code, self.code.name("a")
        code.add(f"{text} = ''")
        for item in chosen:
            with self._tested(item.when, cursor):
                value, origin = self._value(item, cursor, position)
                with code.block(f"if {value}:"):
                    code.add(f"{text} += f' {item.name[1:]}=\"{{quote({value})}}\"'")
                    self._record(item, origin)
        return text

    @contextmanager
    def _tested(self, conditions: Sequence[Condition], cursor: Cursor) -> Iterator[None]:
        """Only when all conditions hold."""
        tests = [self._condition(condition, cursor) for condition in conditions]
        with self.code.block(f"if {' and '.join(tests)}:") if tests else nullcontext():
            yield

    def _condition(self, condition: Condition, cursor: Cursor) -> str:
        code, path = self.code, condition.source.path
        if path.start is Start.ENVELOPE:
            raise Unsupported("a condition on the envelope")
        if not condition.texts and path.start is not Start.CONTEXT:
            test = self.paths.exists(cursor, path)
        else:
            test = code.name("t")
            code.add(f"{test} = False")

            chosen = tuple(map(masked, condition.texts))

            def sink(value: str, form: str | None, origin: str) -> None:
                texts = f"if {value} in {chosen!r}: " if chosen else ""
                code.add(f"{texts}{test} = True")

            self._values(condition.source, cursor, sink)
        return f"not {test}" if condition.absent and not condition.texts else test

    def _values(self, source: Source, cursor: Cursor, sink: Sink, *, places: bool = False) -> None:
        """Emit the sink for every value of the source; with `places`, for every place that is filled."""
        code = self.code
        if source.path.start in (Start.CONTEXT, Start.ENVELOPE):
            if places and source.path.start is Start.ENVELOPE:
                raise Unsupported("places of the envelope")
            self.result.sources.append(source)
            value, at, number = code.name("x"), code.name("i"), len(self.result.sources) - 1
            recorded = self.record and source.path.start is Start.ENVELOPE
            names, values = (f"{at}, {value}", "enumerate(ask({}))") if recorded else (value, "ask({})")
            with code.block(f"for {names} in {values.format(number)}:"):
                sink(value, None, f"{number}, {at}" if recorded else "")
            return

        def body(found: Cursor) -> None:
            if found.is_leaf:
                with code.block(f"if {found.var}:"):
                    sink(found.var, found.beside, found.origin)
            elif places:
                sink("''", None, found.origin)

        self.paths.select_values(cursor, source.path, body)

    def _value(self, item: Item, cursor: Cursor, position: str) -> tuple[str, str]:
        """The variable that holds the item's value, and the one that tells where it comes from.

        The value is nothing, or an empty text, when it has none.
        """
        code, value, where = self.code, self.code.name("v"), self.code.name("w")
        calls = list(item.functions)
        kinds = [FUNCTIONS[call.name].kind for call in calls]
        listed = item.join is not None or Kind.ALL in kinds or Kind.NODES in kinds
        if Kind.POSITION in kinds[1:] or (listed and item.first):
            raise Unsupported(f"the functions of {item.name}")
        for text in (item.const, item.default, item.join, *(call.argument for call in calls)):
            without_marks(text or "")
        if any(mark in (call.argument or "") for call in calls for mark in "&<>"):
            raise Unsupported(f"the functions of {item.name}")
        together = [call.name for call in calls if FUNCTIONS[call.name].kind in (Kind.ALL, Kind.NODES)]
        chosen = not {"distinct", "last"}.isdisjoint(together)
        later = chosen and together[-1:] != [call.name for call in calls][-1:]
        if self.record and (len(together) > 1 or later or (together and item.table and not chosen)):
            raise Unsupported(f"the record of {item.name}")
        code.add(f"{value} = {'[]' if listed else None}")
        if self.record and listed:
            code.add(f"{where} = ({self._number(item)}, [])")
        unmasked = any(call.name not in OPAQUE for call in calls)
        first = calls.pop(0) if kinds[:1] == [Kind.POSITION] else None
        single: list[Call] = []
        while calls and FUNCTIONS[calls[0].name].kind in (Kind.EACH, Kind.DATED):
            single.append(calls.pop(0))

        def sink(text: str, form: str | None, origin: str) -> None:
            if unmasked and text.startswith("x"):
                masked_text, text = text, code.name("y")  # others may need the masked one
                code.add(f"{text} = {masked_text} if {masked_text}.isalnum() else plain({masked_text})")
            for call in single:
                text = self._call(call, text, form)
            if listed:
                code.add(f"{value}.append({text})")
                if self.record:
                    code.add(f"{where}[1].append(({text}, {origin}))")
                return
            if item.first:
                with code.block(f"if {value} is None:"):
                    code.add(f"{value} = {text}")
                    if self.record:
                        code.add(f"{where} = ({self._number(item)}, {text}, {origin})")
                return
            code.add(f"if {value} is not None: raise Unclear")
            code.add(f"{value} = {text}")
            if self.record:
                code.add(f"{where} = ({self._number(item)}, {text}, {origin})")

        if first is not None:
            sink(self._call(first, position, None), None, cursor.origin)
        elif item.const is not None:
            sink(repr(item.const if unmasked else masked(item.const)), None, "")
        else:
            missing = f"not {value}" if listed else f"{value} is None"
            self._gather(item, cursor, sink, missing, kinds[:1] == [Kind.NODES])
        if listed:
            self._list(item, value, calls)
        elif item.table is not None:
            number = self._table(item)
            code.add(
                f"if {value} is not None: {value} = m{number}.get({value}) or find({number}, {value}, day)"
            )
        safe = (
            not has_masks(masked(item.join or "")) and item.functions[-1:] and item.functions[-1].name in SAFE
        )
        if unmasked and not item.table and not safe:
            code.add(f"if {value} and not {value}.isalnum(): {value} = safe({value})")
        if item.default:
            with code.block(f"if not {value}:"):
                code.add(f"{value} = {masked(item.default)!r}")
                if self.record:
                    code.add(f"{where} = ({self._number(item)},)")
        elif item.required:
            code.add(f"if not {value}: raise Unclear")
        return value, where

    def _gather(self, item: Item, cursor: Cursor, sink: Sink, missing: str, places: bool) -> None:
        """All sources, or the first one that has a value."""
        for number, source in enumerate(item.sources):
            if number and not (item.every_source or places):
                with self.code.block(f"if {missing}:"):
                    self._values(source, cursor, sink)
            else:
                self._values(source, cursor, sink, places=places)

    def _call(self, call: Call, text: str, form: str | None) -> str:
        """The variable that holds the function's result; a result that lost something is unclear."""
        code, result = self.code, self.code.name("y")
        arguments = [text] if call.argument is None else [text, repr(call.argument)]
        if FUNCTIONS[call.name].kind is Kind.DATED:
            arguments = [text, repr(call.argument or "yyyyMMdd"), form or "''"]
        run = f"{result} = f_{call.name}({', '.join(arguments)})"
        with self._unless_same(call, text, result):
            code.add(run)
            if call.name not in LOSSLESS:
                code.add(f"if type({result}) is not str: raise Unclear")
        return result

    @contextmanager
    def _unless_same(self, call: Call, text: str, result: str) -> Iterator[None]:
        """The function need not be called for a number that it leaves as it is."""
        if call.name not in SAME:
            yield
            return
        places = 9 if call.argument is None else int(call.argument)
        other = f" or number{min(places, 9)}({text})" if call.name == "decimal" and places else ""
        whole = f"{text}.isdigit() and {text}[0] != '0' and len({text}) < 40 and {text}.isascii()"
        self.code.add(f"if {whole}{other}: {result} = {text}")
        with self.code.block("else:"):
            yield

    def _list(self, item: Item, value: str, calls: Sequence[Call]) -> None:
        """What is done with all values together: functions, table, join."""
        code = self.code
        for call in calls:
            kind = FUNCTIONS[call.name].kind
            more = "" if call.argument is None else f", {call.argument!r}"
            if kind in (Kind.ALL, Kind.NODES):
                cut = "" if call.name in ("distinct", "last") else "[:1]"
                code.add(f"{value} = f_{call.name}({value}{more}){cut}")
            elif kind is Kind.EACH:
                code.add(f"{value} = [f_{call.name}(x{more}) for x in {value}]")
                code.add(f"if any(type(x) is not str for x in {value}): raise Unclear")
            else:
                raise Unsupported(f"{call.name} after a function of all values")
        if item.join is None:
            code.add(f"if len({value}) > 1: raise Unclear")
        join = item.join or ""
        if item.table is not None:
            number, join = self._table(item), masked(join)
            code.add(f"{value} = [m{number}.get(x) or find({number}, x, day) for x in {value}]")
        changed = item.functions or item.table
        values = f"[x for x in {value} if x]" if changed else value
        if not any(call.name not in OPAQUE for call in item.functions):
            join = masked(join)
        code.add(f"if {value}: {value} = {join!r}.join({values})")

    def _table(self, item: Item) -> int:
        return self.result.tables.index(next(tables_of(replace(item, do=None))))
