"""What is known of functions, tables and items before a program is written (see `generate`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.formats.edifact.layout import has_masks
from edi_router.formats.xml.writer import is_allowed
from edi_router.mapping.generate_paths import Unsupported
from edi_router.mapping.model import Item
from edi_router.paths import Path

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
SAFE = SAME | {
    "count",
    "date",
    "fixed",
    "flag",
    "maximum",
    "minimum",
    "multiply",
    "product",
    "sequence",
    "sum",
}
"""Functions whose result needs no mask, as long as their argument needs none."""


def tables_of(item: Item) -> Iterator[LookUp]:
    """The look-ups of the item and those below it."""
    if item.table is not None:
        yield item.table.name, item.table.by, item.table.column, bool(item.default)
    for child in item.do or ():
        yield from tables_of(child)


def paths_of(items: Sequence[Item]) -> Iterator[Path]:
    """The paths that begin where these items stand."""
    for item in items:
        if item.each is not None:
            yield item.each.path
        else:
            yield from paths_inside(item)


def paths_inside(item: Item) -> Iterator[Path]:
    """The paths that begin at the item, or at its elements without `each`."""
    yield from (source.path for source in item.sources)
    yield from (condition.source.path for condition in item.when)
    yield from paths_of(item.do or ())


def without_marks(text: str) -> str:
    """The text of a mapping; raises Unsupported when it has characters that mean something in a program."""
    if has_masks(text) or "\r" in text or not is_allowed(text):
        raise Unsupported("a control character")
    return text
