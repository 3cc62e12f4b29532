"""Runs the program that `generate` makes of a mapping, for EDIFACT messages that give no cause for a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from edi_router.formats.edifact.layout import Layout, Row, has_masks, unmasked
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.formats.xml.writer import declaration, encoded, escape, is_allowed, quote
from edi_router.mapping.dates import read_moment
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.generate import Generated, generate
from edi_router.mapping.generate_paths import Unsupported
from edi_router.mapping.model import Definition, Source
from edi_router.mapping.scope import Run
from edi_router.paths import Start
from edi_router.tables import Table

DAYS = 32
"""Days whose look-ups are remembered."""


class Unclear(Exception):
    """Something is not as it should be: the closures have to tell what."""


class Program:
    """A mapping for the messages of one layout; `text` is the source of its function."""

    def __init__(self, generated: Generated, tables: Mapping[str, Table]) -> None:
        self.text = generated.text
        self._sources = generated.sources
        self._uses = [(tables[name], by, column, may) for name, by, column, may in generated.tables]
        self._memos: list[dict[str, dict[str, str]]] = [{} for _ in self._uses]
        space: dict[str, Any] = {f"f_{name}": function.apply for name, function in FUNCTIONS.items()}
        space |= {"f_date": _date, "day_of": _day_of, "by": _by, "N": (), "find": self._find}
        space |= {"escape": _escape, "quote": _quote, "plain": unmasked, "Unclear": Unclear}
        exec(compile(self.text, "<mapping>", "exec"), space)
        self._function: Callable[..., list[str]] = space["program"]

    def run(self, root: MessageNode, run: Run) -> bytes | None:
        """The document; None when the closures have to run."""
        rows = root.rows()
        if rows is None:
            return None
        known: dict[int, Sequence[str]] = {}

        def ask(number: int) -> Sequence[str]:
            if number not in known:
                known[number] = _values(self._sources[number], root, run)
            return known[number]

        try:
            parts = self._function(rows, run.day, ask, self._memo)
        except (Unclear, ValueError):
            return None
        encoding = run.context.encoding
        return encoded(f"{declaration(encoding)}\n{''.join(parts)}\n", encoding)

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
        key = unmasked(key)
        texts = {row.columns.get(column, "") for row in table.find(key, day, by)}
        if len(texts) > 1 or not (may_miss or (texts and all(texts))):
            raise Unclear
        for text in texts:
            if has_masks(text):
                raise Unclear
            if text:
                self._memo(number, day)[key] = text
                return text
        return None


def program_for(
    definition: Definition, layout: Layout, namespace: str, tables: Mapping[str, Table]
) -> Program | None:
    """The mapping as a program; None when it has something that no program is made for."""
    try:
        generated = generate(definition, layout, namespace)
        if any(name not in tables for name, *_ in generated.tables):
            return None
        return Program(generated, tables)
    except (Unsupported, SyntaxError):
        return None


def _values(source: Source, root: MessageNode, run: Run) -> Sequence[str]:
    """The values of a path into the context or the envelope."""
    if source.path.start is Start.CONTEXT:
        values = [found.text for found in run.from_context(source)]
    else:
        values = [value for value, _ in source.path.values(root)]
    if any(has_masks(value) for value in values):
        raise Unclear
    return values


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


def _escape(text: str) -> str:
    """A value as it stands between tags."""
    if not text.isprintable():
        text = _allowed(text)
    return escape(text) if "&" in text or "<" in text or ">" in text or "\r" in text else text


def _quote(text: str) -> str:
    """A value as it stands in an attribute."""
    return quote(_allowed(text))


def _allowed(text: str) -> str:
    text = unmasked(text)
    if not is_allowed(text):
        raise Unclear
    return text


@lru_cache(maxsize=4096)
def _date(value: str, pattern: str, form: str) -> str:
    result: str = FUNCTIONS["date"].apply(value, pattern, form)
    return result


@lru_cache(maxsize=4096)
def _day_of(value: str, form: str) -> str:
    return read_moment(value, form).date().isoformat()
