"""Runs the program that `generate` makes of a mapping, for documents that give no cause for a fault."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from edi_router.formats.edifact.layout import MASKS, Layout, Row, has_masks, masked, unmasked
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.formats.xml.declared import Declared
from edi_router.formats.xml.document import ElementNode
from edi_router.formats.xml.writer import declaration, encoded, escape, is_allowed, quote
from edi_router.mapping.dates import in_zone, read_moment
from edi_router.mapping.element_rows import RowReader, each, merged, one, rows_of
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.generate import generate
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_proof import names_for
from edi_router.mapping.generate_slots import COMPONENT, ELEMENT
from edi_router.mapping.generate_values import Generated
from edi_router.mapping.model import Definition, Source, Wrap
from edi_router.mapping.mould_write import Shared
from edi_router.mapping.moulds import Moulds
from edi_router.mapping.patterns import matches
from edi_router.mapping.scope import Run
from edi_router.mapping.wrapping import chosen, is_too_long, lines_of
from edi_router.paths import Start
from edi_router.tables import Table

LARGEST = 1 << 20
"""Bytes of an output that needs no look at the limits of XML documents."""
DAYS = 32
"""Days whose look-ups are remembered."""


class Unclear(Exception):
    """Something is not as it should be: the closures have to tell what."""


_NUMBERS = {
    f"number{places}": re.compile(rf"(?:0|[1-9][0-9]{{0,20}})(?:\.[0-9]{{0,{places - 1}}}[1-9])?").fullmatch
    for places in range(1, 10)
}
"""Numbers of at most so many decimals that the function `decimal` leaves as they are."""
_MARKS = [(mask, escape(mark)) for mask, mark in MASKS.items()]
Readable = MessageNode | ElementNode
"""The documents that programs read."""
Record = list[Any]
"""What a program tells of the values that it writes (see `recorded`)."""


class Made(NamedTuple):
    """A document, and whether it is proven to be valid under the XSD of the mapping."""

    content: bytes
    sure: bool


class Program:
    """A mapping for the messages of one layout, or for XML documents; `text` is the source of its function.

    With `record` it tells where its values come from; `items` are those that the record speaks of.
    """

    def __init__(
        self, generated: Generated, tables: Mapping[str, Table], shared: Shared | None = None
    ) -> None:
        self.text = generated.text
        self.items = generated.items
        self.sources = generated.sources
        self.tables = tables
        self.records = generated.records
        self.is_plain = generated.plain
        """Whether values are not masked in what its function gives."""
        self._kept = _checked if generated.plain else _kept
        self._wanted = generated.wanted
        self._reader = RowReader(generated.names, plain=generated.plain)
        self._uses = [(tables[name], by, column, may) for name, by, column, may in generated.tables]
        self._elsewhere = {mask for mask in MASKS if repr(mask)[1:-1] in self.text}
        """The masks of texts that are not of the message: constants, and what tables and the context have given."""
        self._memos: list[dict[str, dict[str, str]]] = [{} for _ in self._uses]
        space: dict[str, Any] = {f"f_{name}": function.apply for name, function in FUNCTIONS.items()}
        space |= {
            "f_date": _date,
            "day_of": _day_of,
            "by": _by,
            "N": (),
            "E": {},
            "NONE": (None,),
            "find": self._find,
            "each": each,
            "merged": merged,
            "one": one,
            "rows_of": rows_of,
            **_NUMBERS,
        }
        space |= {"matches": matches}
        safe = masked if generated.masks_all else _safe
        space |= {"quote": quote, "plain": unmasked, "safe": safe, "tight": _tight, "Unclear": Unclear}
        self._moulds: Moulds | None = None
        if shared is not None:
            self._moulds = Moulds(shared, {**space, "lines": _line_maker(shared.wraps)})
        space |= {"lines": _line_maker(generated.wraps, generated.plain), **names_for(generated.kinds)}
        exec(compile(self.text, "<mapping>", "exec"), space)
        self._function: Callable[..., tuple[list[str], bool]] = space["program"]
        self.beyond = generated.beyond
        """Why nothing proves its documents valid, "" when they are."""

    def run(self, root: Readable, run: Run, record: Record | None = None) -> Made | None:
        """The document; None when the closures have to run."""
        made = self.run_by_mould(root, run) if record is None and isinstance(root, MessageNode) else None
        if made is not None:
            return made
        try:
            out, sure = self._by_rows(root, run, record)
        except (Unclear, ValueError):
            return None
        return self._made(out, sure, run, _MARKS)

    def parts(self, root: Readable, run: Run) -> tuple[list[str], Any] | None:
        """What the function of the program gives; None when the closures have to run."""
        try:
            return self._by_rows(root, run)
        except (Unclear, ValueError):
            return None

    def run_by_mould(self, root: MessageNode, run: Run) -> Made | None:
        """The document of a message that fits a mould; nothing is recorded by this."""
        moulds = self._moulds
        shown = root.text() if moulds is not None and not moulds.is_over else None
        if moulds is None or shown is None:
            return None
        try:
            found = self._by_mould(moulds, root, run, shown)
        except (Unclear, ValueError):
            return None
        return None if found is None else self._made(*found, run, self._marks_in(shown))

    def _made(self, out: list[str], sure: bool, run: Run, marks: Sequence[tuple[str, str]]) -> Made | None:
        text = "".join(out)
        for mask, mark in marks:
            text = text.replace(mask, mark)
        encoding = run.context.encoding
        document = encoded(f"{declaration(encoding)}\n{text}\n", encoding)
        if document is None:
            return None
        # What another encoding's decoder makes of the bytes is not ours to prove.
        return Made(document, sure and encoding.upper() == "UTF-8" and len(document) <= LARGEST)

    def _by_rows(self, root: Readable, run: Run, record: Record | None = None) -> tuple[list[str], bool]:
        rows = root.rows(self._wanted) if isinstance(root, MessageNode) else self._reader.rows(root.element)
        if rows is None:
            raise Unclear
        if record is not None:
            record.append(rows)
        tell = None if record is None else record.append
        ask = _asking(self.sources, root, run, self._elsewhere, self._kept)
        return self._function(rows, run.day, ask, self._memo, tell, run.context.zone)

    def _marks_in(self, shown: str) -> list[tuple[str, str]]:
        """The masks that an output may have: those of the message, which is `shown`, and of texts from elsewhere."""
        return [(mask, mark) for mask, mark in _MARKS if mask in shown or mask in self._elsewhere]

    def _by_mould(
        self, moulds: Moulds, root: MessageNode, run: Run, text: str
    ) -> tuple[list[str], bool] | None:
        """By a pattern that captures all values of the message, which is `text`, where one fits it."""
        ask = _asking(moulds.sources, root, run, self._elsewhere, self._kept)

        def tried() -> tuple[list[str], bool] | None:
            return moulds.run(text, run.day, ask, self._memo, run.context.zone)

        found = tried()
        if found is None and moulds.is_due():
            right = self._by_rows(root, run)

            def again() -> tuple[list[str], bool] | None:
                found = tried()
                same = found is not None and ("".join(found[0]), found[1]) == ("".join(right[0]), right[1])
                return found if same else None

            moulds.learn(root, text, again)
            return right
        return found

    def _memo(self, number: int, day: str) -> dict[str, str]:
        """What look-ups of one kind have found as of a day."""
        memos = self._memos[number]
        if day not in memos:
            if len(memos) >= DAYS:
                memos.clear()
            memos[day] = {}
        return memos[day]

    def _find(self, number: int, key: str, day: str) -> str | None:
        """A look-up that has not been made yet; None when a default stands for a missing key."""
        table, by, column, may_miss = self._uses[number]
        key = key if self.is_plain else unmasked(key)
        texts = {row.columns.get(column, "") for row in table.find(key, day, by)}
        if len(texts) > 1 or not (may_miss or (texts and all(texts))):
            raise Unclear
        for text in texts:
            if text:
                self._memo(number, day)[key] = text = self._kept(text)
                self._elsewhere.update(mask for mask in MASKS if mask in text)
                return text
        return None


def program_for(
    definition: Definition,
    layout: Layout | None,
    namespace: str,
    tables: Mapping[str, Table],
    record: bool = False,
    declared: Declared | None = None,
) -> Program | None:
    """The mapping as a program, without a layout for XML documents; None when no program can be made for it.

    With the root that its XSD has `declared` it proves its documents valid, where it can.
    """
    try:
        generated = generate(definition, layout, namespace, record, declared)
        if any(name not in tables for name, *_ in generated.tables):
            return None
        shared = None
        if not record and layout is not None:
            shared = Shared(definition, layout, namespace, None if generated.beyond else declared)
        return Program(generated, tables, shared)
    except (Unsupported, SyntaxError):
        return None


def _asking(
    sources: Sequence[Source], root: Readable, run: Run, masks: set[str], kept: Callable[[str], str]
) -> Callable[[int], Sequence[str]]:
    """What gives the values of paths into the context or the envelope, by their numbers; their masks are noted."""
    known: dict[int, Sequence[str]] = {}

    def ask(number: int) -> Sequence[str]:
        if number not in known:
            known[number] = found = [kept(value) for value in _values(sources[number], root, run)]
            masks.update(mask for text in found for mask in MASKS if mask in text)
        return known[number]

    return ask


def _values(source: Source, root: Readable, run: Run) -> Sequence[str]:
    """The values of a path into the context or the envelope."""
    if source.path.start is Start.CONTEXT:
        return [found.text for found in run.from_context(source)]
    return [value for value, _ in source.path.values(root)]


def _by(rows: Sequence[Row], element: int, component: int | None = None) -> dict[str, list[Row]]:
    """The segments by one of their values."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if len(row) > element:
            key = row[element]
            if component is not None:
                parts = key.split(":")
                if len(parts) <= component:
                    continue
                key = parts[component]
            if key in found:
                found[key].append(row)
            else:
                found[key] = [row]
    return found


def _kept(text: str) -> str:
    """A text from elsewhere as it stands in rows."""
    return masked(_checked(text))


def _checked(text: str) -> str:
    """A text from elsewhere as it stands in plain rows."""
    if has_masks(text) or "\r" in text or not is_allowed(text):
        raise Unclear
    return text


def _line_maker(wraps: Sequence[Wrap], plain: bool = False) -> Callable[[int, str], list[str]]:
    """What gives the lines of a text as they stand in rows, by the number of the wrap."""

    def lines(number: int, text: str) -> list[str]:
        wrap = wraps[number]
        if len(text) <= wrap.length and wrap.first == 1 and not wrap.encoding:  # most texts are short
            text = text.strip() if wrap.words else text
            return [text] if text else []
        found = lines_of(text if plain else unmasked(text), wrap, wrap.encoding)
        if is_too_long(found, wrap):
            raise Unclear
        shown = chosen(found, wrap)
        return list(shown) if plain else [masked(line) for line in shown]

    return lines


def _tight(segment: str) -> str:
    """A segment without the empty components at the end of its composites; at its own end they may stay."""
    while COMPONENT + ELEMENT in segment:
        segment = segment.replace(COMPONENT + ELEMENT, ELEMENT)
    return segment


def _safe(text: str) -> str:
    """What a function made of plain values, as it stands in rows."""
    return masked(text) if "&" in text or "<" in text or ">" in text else text


@lru_cache(maxsize=4096)
def _date(value: str, pattern: str, form: str, zone: datetime.tzinfo) -> str:
    result: str = FUNCTIONS["date"].apply(value, pattern, form, zone)
    return result


@lru_cache(maxsize=4096)
def _day_of(value: str, form: str, zone: datetime.tzinfo) -> str:
    return in_zone(read_moment(value, form), zone).date().isoformat()
