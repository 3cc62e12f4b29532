"""What a document says to a register: its key, its fields, its lines, and how much it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from edi_router.paths import Node, Path
from edi_router.registers.entry import Entry, Line
from edi_router.registers.model import LineSource
from edi_router.registers.tree import Asked
from edi_router.rules.terms import number_of

LONGEST_KEY = 200
"""Characters of a key: the databases' indexes take no texts of any length."""
LONGEST_NUMBER = 24
"""Digits of a quantity: sums of these are exact."""
_NO_KEY = re.compile("[\x00-\x1f\ufffd]")
"""What no key may have: two keys with bytes that are no characters are not to be told apart."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""A byte that was no character: kept as U+FFFD, as everywhere in the ledger."""


class Unreadable(Exception):
    """A quantity that is no number, or one of more digits than are counted exactly."""

    def __init__(self, text: str, node: Node) -> None:
        super().__init__()
        self.text = text
        self.node = node


def joined(parts: Sequence[str]) -> str:
    """The key that these parts make; empty when there is nothing in them, or what no database would keep.

    A stroke in one of several parts is escaped: other parts never make the same key.

    >>> joined(["A/B", "C"]), joined(["A", "B/C"]), joined(["A/B"]), joined(["", ""]), joined(["A", ""])
    ('A%2FB/C', 'A/B%2FC', 'A/B', '', 'A/')
    """
    if len(parts) > 1:
        whole = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts) if any(parts) else ""
    else:
        whole = "".join(parts)
    return whole if len(whole) <= LONGEST_KEY and not _NO_KEY.search(whole) else ""


def with_fields(entry: Entry, paths: Mapping[str, Path], tree: Node) -> Entry:
    """The entry with the fields that these paths find in the tree."""
    return replace(entry, fields={**entry.fields, **fields_of(paths, tree)}) if paths else entry


def cleaned(text: str) -> str:
    """The text as the ledger keeps it."""
    return _UNSTORABLE.sub("\ufffd", text.strip())


def fields_of(paths: Mapping[str, Path], root: Node) -> dict[str, tuple[str, ...]]:
    """The values that the paths find, by the names of the fields; what finds nothing is left out."""
    found = {name: tuple(cleaned(text) for text, _ in path.values(root)) for name, path in paths.items()}
    return {name: values for name, values in found.items() if values}


def lines_of(source: LineSource, tree: Node) -> Iterator[Line]:
    """The lines that an entry is made of. Raises Unreadable for a quantity that is none."""
    for node in source.each.select(tree):
        keys = source.key.values(node)
        if keys:
            yield Line(cleaned(keys[0][0]), fields_of(source.fields, node), _quantity(source, node))


def _quantity(source: LineSource, node: Node) -> Decimal | None:
    found = source.quantity.values(node) if source.quantity is not None else []
    if not found or not found[0][0].strip():
        return None
    text, place = found[0]
    number = number_of(text)
    if number is None or len(number.as_tuple().digits) > LONGEST_NUMBER:
        raise Unreadable(cleaned(text)[:40], place)
    return number


def asked_of(source: LineSource, tree: Node, entry: Entry | None) -> Iterator[Asked]:
    """What the document asks for, line by line; several lines of one key are one, with the sum."""
    nodes = [node for node in source.each.select(tree) if _is_alike(source, node, entry)]
    if source.spread and entry is not None:
        yield from _spread(source, nodes, entry)
        return
    found: dict[str, Asked] = {}
    for node in nodes:
        keys = source.key.values(node)
        if not keys:
            continue
        key, quantity = cleaned(keys[0][0]), _quantity(source, node)
        other = found.setdefault(key, Asked(key, None, node))
        if quantity is not None:
            found[key] = replace(other, quantity=(other.quantity or Decimal(0)) + quantity)
    if not found and source.whole and entry is not None:
        for line in entry.lines:
            found[line.key] = Asked(line.key, entry.left(line), None)
    yield from found.values()


def _is_alike(source: LineSource, node: Node, entry: Entry | None) -> bool:
    """Whether a line of the document is about the entry."""
    alike = source.alike
    if alike is None or entry is None:
        return True
    wanted = entry.value(alike.field)[: alike.first]
    return any(text.strip()[: alike.first] == wanted for text, _ in alike.path.values(node))


def _spread(source: LineSource, nodes: Sequence[Node], entry: Entry) -> Iterator[Asked]:
    """What is asked for in all, taken from the entry's lines one after the other; the last takes what is too much."""
    rest = sum((quantity for node in nodes if (quantity := _quantity(source, node))), Decimal(0))
    for number, line in enumerate(entry.lines, start=1):
        left = entry.left(line)
        fits = rest if left is None or number == len(entry.lines) else min(rest, max(left, Decimal(0)))
        if fits > 0:
            yield Asked(line.key, fits, nodes[0])
        rest -= fits
    if rest > 0 and not entry.lines:
        yield Asked("", rest, nodes[0])
