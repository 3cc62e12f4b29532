"""Writes the part of a mapping's program that makes one value: look-up, functions, code table, default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from edi_router.formats.edifact.layout import Wanted, has_masks, masked
from edi_router.formats.xml.lexical import Simple
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_parts import (
    INSERTING,
    LOSSLESS,
    OPAQUE,
    SAFE,
    SAME,
    LookUp,
    tables_of,
    without_marks,
)
from edi_router.mapping.generate_walk import Cursor, Walk
from edi_router.mapping.model import Call, Item, Source, Wrap
from edi_router.paths import Start

Sink = Callable[[str, str | None, str], None]
"""Writes what is done with a value: given its variable, what gives the format code of a date, and its origin."""


@dataclass
class Generated:
    """The source of the function `program`, and the sources and tables that it asks for by number."""

    text: str = ""
    sources: list[Source] = field(default_factory=list)
    tables: list[LookUp] = field(default_factory=list)
    wraps: list[Wrap] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """What the numbers in a record stand for."""
    records: bool = False
    wanted: Wanted | None = None
    """What of a message the program looks at."""
    names: frozenset[str] | None = None
    """The names of the elements of an XML document that it looks at."""
    kinds: list[Simple] = field(default_factory=list)
    """The types that values are tested by."""
    masks_all: bool = False
    """Whether the output has service characters, so that these are masked in all values."""
    plain: bool = False
    """Whether values are never masked: the characters that mean something in the output are told apart at its end."""
    beyond: str = ""
    """Why nothing proves the output valid."""


class Values:
    """Writes values into variables of the program."""

    marks = "&<>"
    """What has to be masked in the output."""
    safe = SAFE
    """The functions whose results need no mask."""

    def __init__(self, paths: Walk) -> None:
        self.paths = paths
        self.code = paths.code
        self.record = paths.record
        self.result = Generated(records=paths.record, plain=paths.plain)

    def _number(self, item: Item) -> int:
        """The item's number in a record."""
        items = self.result.items
        if not any(each is item for each in items):
            items.append(item)
        return next(number for number, each in enumerate(items) if each is item)

    def _plainly(self, value: str) -> str:
        """An expression: the value without masks."""
        return value if self.paths.plain else f"plain({value})"

    def _values(
        self, source: Source, cursor: Cursor, sink: Sink, *, places: bool = False, alone: bool = False
    ) -> None:
        """Emit the sink for every value of the source; with `places`, for every place that is filled.

        `alone` tells that a second value would be unclear, and that the sink does not see to it.
        """
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
                with self.paths.filled(found):
                    sink("''", None, found.origin)

        paths = self.paths
        select = paths.select_places if places else paths.select_one if alone else paths.select_values
        select(cursor, source.path, body)

    def _value(self, item: Item, cursor: Cursor, position: str) -> tuple[str, str]:
        """The variable that holds the item's value, and the one that tells where it comes from.

        The value is nothing, or an empty text, when it has none.
        """
        code, value, where = self.code, self.code.name("v"), self.code.name("w")
        calls = [*item.functions]
        kinds = [FUNCTIONS[call.name].kind for call in calls]
        listed = item.join is not None or Kind.ALL in kinds or Kind.NODES in kinds
        if Kind.POSITION in kinds[1:] or (listed and item.first):
            raise Unsupported(f"the functions of {item.name}")
        self._check_texts(item)
        together = [call.name for call in calls if FUNCTIONS[call.name].kind in (Kind.ALL, Kind.NODES)]
        chosen = not {"distinct", "last"}.isdisjoint(together)
        later = chosen and together[-1:] != [call.name for call in calls][-1:]
        if self.record and (len(together) > 1 or later or (together and item.table and not chosen)):
            raise Unsupported(f"the record of {item.name}")
        if self.record and listed:
            code.add(f"{where} = ({self._number(item)}, [])")
        unmasked = self._are_unmasked(calls)
        first = calls.pop(0) if kinds[:1] == [Kind.POSITION] else None
        single: list[Call] = []
        while calls and FUNCTIONS[calls[0].name].kind in (Kind.EACH, Kind.DATED):
            single.append(calls.pop(0))

        several = listed or item.first or item.every_source
        alone = not several and all(self.paths.is_single(cursor, source.path) for source in item.sources)
        looked_up = ""
        if alone and len(item.sources) == 1 and not item.functions and item.const is None:
            looked_up = self.paths.look_up(cursor, item.sources[0].path)
        value = looked_up or value
        if not looked_up:
            code.add(f"{value} = {'[]' if listed else None}")

        def sink(text: str, form: str | None, origin: str) -> None:
            text = self._converted(text, form, single, unmasked)
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
            if not alone:
                code.add(f"if {value} is not None: raise Unclear")
            code.add(f"{value} = {text}")
            if self.record:
                code.add(f"{where} = ({self._number(item)}, {text}, {origin})")

        if first is not None:
            sink(self._call(first, position, None), None, cursor.origin)
        elif looked_up:
            pass
        elif item.const is not None:
            sink(repr(item.const if unmasked else self.paths.shown(item.const)), None, "")
        else:
            missing = f"not {value}" if listed else f"{value} is None"
            self._gather(item, cursor, sink, missing, places=kinds[:1] == [Kind.NODES], alone=alone)
        if listed:
            self._list(item, value, calls)
        elif item.table is not None:
            number = self._table(item)
            there = value if looked_up else f"{value} is not None"
            code.add(f"if {there}: {value} = m{number}.get({value}) or find({number}, {value}, day)")
        safe = (
            not has_masks(masked(item.join or ""))
            and item.functions[-1:]
            and item.functions[-1].name in self.safe
        )
        plain = unmasked and item.table is None
        if item.then:
            plain, safe = self._then(item.then, value, plain), item.then[-1].name in self.safe
        if plain and not safe and not self.paths.plain:
            code.add(f"if {value} and not {value}.isalnum(): {value} = safe({value})")
        if item.default:
            with code.block(f"if not {value}:"):
                code.add(f"{value} = {self.paths.shown(item.default)!r}")
                if self.record:
                    code.add(f"{where} = ({self._number(item)},)")
        elif item.required:
            code.add(f"if not {value}: raise Unclear")
        return value, where

    def _is_plain(self, item: Item, cursor: Cursor) -> bool:
        """Whether the item has one value at most, which is left out when it is missing."""
        kinds = {FUNCTIONS[call.name].kind for call in item.functions}
        left_out = not (item.required or item.default or item.then or item.wrap or item.first)
        return (
            left_out
            and len(item.sources) == 1
            and item.join is None
            and kinds <= {Kind.EACH, Kind.DATED}
            and self.paths.is_single(cursor, item.sources[0].path)
        )

    def _plain(self, item: Item, cursor: Cursor, write: Callable[[str, str], None]) -> None:
        """The value of a plain item, which is written where it is found."""
        self._check_texts(item)
        unmasked = self._are_unmasked(item.functions)

        def sink(text: str, form: str | None, origin: str) -> None:
            key = value = self._converted(text, form, item.functions, unmasked)
            if item.table is not None:
                value, number = self.code.name("v"), self._table(item)
                self.code.add(f"{value} = m{number}.get({key}) or find({number}, {key}, day)")
            elif unmasked and item.functions[-1].name not in self.safe:
                self.code.add(f"if not {value}.isalnum(): {value} = safe({value})")
            with self.code.block(f"if {value}:") if item.functions else nullcontext():
                write(value, f"{key}, {origin}")

        self._values(item.sources[0], cursor, sink, alone=True)

    def _are_unmasked(self, calls: Sequence[Call]) -> bool:
        """Whether the masks have to be taken from values before the functions see them."""
        return not self.paths.plain and any(call.name not in OPAQUE for call in calls)

    def _converted(self, text: str, form: str | None, calls: Sequence[Call], unmasked: bool) -> str:
        """The variable with what functions of one value make of a text."""
        if unmasked and text.startswith("x"):
            masked_text, text = text, self.code.name("y")  # others may need the masked one
            # Masks are control characters.
            self.code.add(f"{text} = {masked_text} if {masked_text}.isprintable() else plain({masked_text})")
        for call in calls:
            text = self._call(call, text, form)
        return text

    def _gather(
        self, item: Item, cursor: Cursor, sink: Sink, missing: str, *, places: bool, alone: bool
    ) -> None:
        """All sources, or the first one that has a value."""
        for number, source in enumerate(item.sources):
            if number and not (item.every_source or places):
                with self.code.block(f"if {missing}:"):
                    self._values(source, cursor, sink, alone=alone)
            else:
                self._values(source, cursor, sink, places=places, alone=alone)

    def _call(self, call: Call, text: str, form: str | None) -> str:
        """The variable that holds the function's result; a result that lost something is unclear."""
        code, result = self.code, self.code.name("y")
        arguments = [text] if call.argument is None else [text, repr(call.argument)]
        if FUNCTIONS[call.name].kind is Kind.DATED:
            arguments = [text, repr(call.argument or "yyyyMMdd"), form or "''", "zone"]
        run = f"{result} = f_{call.name}({', '.join(arguments)})"
        if call.name == "unless":  # of such there are many: without a call
            run = f"{result} = '' if {text} == {call.argument!r} else {text}"
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
            number, join = self._table(item), self.paths.shown(join)
            code.add(f"{value} = [m{number}.get(x) or find({number}, x, day) for x in {value}]")
        changed = item.functions or item.table
        values = f"[x for x in {value} if x]" if changed else value
        if not any(call.name not in OPAQUE for call in item.functions):
            join = self.paths.shown(join)
        code.add(f"if {value}: {value} = {join!r}.join({values})")

    def _then(self, calls: Sequence[Call], value: str, plain: bool) -> bool:
        """The functions of the one value; whether it is a plain one in the end, without masks."""
        code = self.code
        with code.block(f"if {value}:"):
            if not plain and self._are_unmasked(calls):
                code.add(f"{value} = plain({value})")
                plain = True
            for call in calls:
                with code.block(f"if {value}:"):
                    code.add(f"{value} = {self._call(call, value, None)}")
        return plain

    def _table(self, item: Item) -> int:
        return self.result.tables.index(next(tables_of(replace(item, do=None))))

    def _check_texts(self, item: Item) -> None:
        """Raise Unsupported for texts of the mapping that could mean something else in rows or in the output."""
        calls = [*item.functions, *item.then]
        for text in (item.const, item.default, item.join, *(call.argument for call in calls)):
            without_marks(text or "")
        for call in calls:
            if self.paths.plain:
                continue
            kept = not self.result.masks_all or call.name in INSERTING
            if kept and any(mark in (call.argument or "") for mark in self.marks):
                raise Unsupported(f"the functions of {item.name}")
