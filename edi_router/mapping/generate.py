"""Writes a mapping as the source of one Python function that makes the XML text of a message without faults.

The function says nothing about what is wrong: where anything is not as it should be it raises `Unclear`, and the
closures of `compile`, which are the authority, run the message again. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from edi_router.formats.edifact.layout import Layout, has_masks
from edi_router.formats.xml.writer import escape, is_name, quote
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.generate_paths import Cursor, Paths, Unsupported
from edi_router.mapping.model import Call, Condition, Definition, Item, Source
from edi_router.paths import Path, Start

Sink = Callable[[str, str | None], None]
"""Writes what is done with a value: given its variable, and what gives the format code of a date."""
LookUp = tuple[str, str, str, bool]
"""A use of a code table: its name, the column of the key, the column of the result, whether a key may miss."""

LOSSLESS = frozenset(
    {"date", "digits", "integer", "lower", "prefix", "sequence", "slice", "suffix", "trim", "upper"}
)
"""Functions that never give a `Shortened` text."""
OPAQUE = LOSSLESS - {"date"} | {"cut", "decimal", "fixed", "multiply", "pad"}
"""Functions that do the same to a masked character (see `layout`) as to the service character it stands for."""
SAME = frozenset({"decimal", "digits", "integer"})
"""Functions that leave a whole number as it is, if it does not begin with a zero."""


@dataclass
class Generated:
    """The source of the function `program`, and the sources and tables that it asks for by number."""

    text: str = ""
    sources: list[Source] = field(default_factory=list)
    tables: list[LookUp] = field(default_factory=list)


def generate(definition: Definition, layout: Layout, namespace: str) -> Generated:
    """The program of a mapping for messages of one layout; raises Unsupported."""
    writer = _Writer(layout)
    writer.program(definition, namespace)
    code = writer.paths.code
    lines = ["def program(m, day, ask, memo):", *code.lines, "  return out", ""]
    writer.result.text = "\n".join(lines)
    return writer.result


class _Writer:
    def __init__(self, layout: Layout) -> None:
        self.paths = Paths(layout)
        self.code = self.paths.code
        self.result = Generated()

    def program(self, definition: Definition, namespace: str) -> None:
        root, cursor, code = definition.output, self.paths.message, self.code
        if root.has_value or root.do is None or not is_name(root.name):
            raise Unsupported("a root element with a value")
        wanted = [*_paths(root.do), *([definition.date.path] if definition.date else [])]
        with self.paths.scope(cursor, wanted):
            if definition.date is not None:
                self._day(definition.date, cursor)
            self.result.tables = list(dict.fromkeys(_tables(root)))
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

        def sink(value: str, form: str | None) -> None:
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
            scope = self.paths.scope(found, list(_inside(item)))
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
        if has_masks(f"{item.const}{item.default}{item.join}"):
            raise Unsupported(f"a control character in {item.name}")
        if item.const and not (item.functions or item.table or item.do):
            text = f"\n{'  ' * depth}<{item.name}>{escape(item.const)}</{item.name}>"
            self.code.add(f"add({text!r})")
            return
        value = self._value(item, cursor, position)
        certain = item.required or item.default
        with nullcontext() if certain else self.code.block(f"if {value}:"):
            attributes = self._attributes(item.do or (), cursor, position)
            start = f"\\n{'  ' * depth}<{item.name}{f'{{{attributes}}}' if attributes else ''}>"
            shown = f"{{{value} if {value}.isalnum() else escape({value})}}"
            self.code.add(f"add(f'{start}{shown}</{item.name}>')")

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
                value = self._value(item, cursor, position)
                with code.block(f"if {value}:"):
                    code.add(f"{text} += f' {item.name[1:]}=\"{{quote({value})}}\"'")
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

            def sink(value: str, form: str | None) -> None:
                texts = f"if plain({value}) in {condition.texts!r}: " if condition.texts else ""
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
            value = code.name("x")
            with code.block(f"for {value} in ask({len(self.result.sources) - 1}):"):
                sink(value, None)
            return

        def body(found: Cursor) -> None:
            if found.is_leaf:
                with code.block(f"if {found.var}:"):
                    sink(found.var, found.beside)
            elif places:
                sink("''", None)

        self.paths.select_values(cursor, source.path, body)

    def _value(self, item: Item, cursor: Cursor, position: str) -> str:
        """The variable that holds the item's value; nothing, or an empty text, when it has none."""
        code, value = self.code, self.code.name("v")
        calls = list(item.functions)
        kinds = [FUNCTIONS[call.name].kind for call in calls]
        listed = item.join is not None or Kind.ALL in kinds or Kind.NODES in kinds
        if Kind.POSITION in kinds[1:] or (listed and item.first):
            raise Unsupported(f"the functions of {item.name}")
        code.add(f"{value} = {'[]' if listed else None}")
        first = calls.pop(0) if kinds[:1] == [Kind.POSITION] else None
        single: list[Call] = []
        while calls and FUNCTIONS[calls[0].name].kind in (Kind.EACH, Kind.DATED):
            single.append(calls.pop(0))

        def sink(text: str, form: str | None) -> None:
            if any(call.name not in OPAQUE for call in item.functions) and text.startswith("x"):
                code.add(f"if not {text}.isalnum(): {text} = plain({text})")
            for call in single:
                text = self._call(call, text, form)
            if listed:
                code.add(f"{value}.append({text})")
            elif item.first:
                code.add(f"if {value} is None: {value} = {text}")
            else:
                code.add(f"if {value} is not None: raise Unclear")
                code.add(f"{value} = {text}")

        if first is not None:
            sink(self._call(first, position, None), None)
        elif item.const is not None:
            sink(repr(item.const), None)
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
        if item.default:
            code.add(f"if not {value}: {value} = {item.default!r}")
        elif item.required:
            code.add(f"if not {value}: raise Unclear")
        return value

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
        if call.name in SAME:
            code.add(
                f"if {text}.isdigit() and {text}.isascii() and {text}[0] != '0' and len({text}) < 40: {result} = {text}"
            )
            run = f"else: {run}"
        code.add(run)
        if call.name not in LOSSLESS:
            code.add(f"if type({result}) is not str: raise Unclear")
        return result

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
        if item.table is not None:
            number = self._table(item)
            code.add(f"{value} = [m{number}.get(x) or find({number}, x, day) for x in {value}]")
        changed = item.functions or item.table
        values = f"[x for x in {value} if x]" if changed else value
        code.add(f"if {value}: {value} = {item.join or ''!r}.join({values})")

    def _table(self, item: Item) -> int:
        return self.result.tables.index(next(_tables(replace(item, do=None))))


def _tables(item: Item) -> Iterator[LookUp]:
    """The look-ups of the item and those below it."""
    if item.table is not None:
        yield item.table.name, item.table.by, item.table.column, bool(item.default)
    for child in item.do or ():
        yield from _tables(child)


def _paths(items: Sequence[Item]) -> Iterator[Path]:
    """The paths that begin where these items stand."""
    for item in items:
        if item.each is not None:
            yield item.each.path
        else:
            yield from _inside(item)


def _inside(item: Item) -> Iterator[Path]:
    """The paths that begin at the item, or at its elements without `each`."""
    yield from (source.path for source in item.sources)
    yield from (condition.source.path for condition in item.when)
    yield from _paths(item.do or ())
