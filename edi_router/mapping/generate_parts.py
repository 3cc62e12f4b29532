"""What is known of functions, tables and items before a program is written (see `generate`)."""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.formats.edifact.layout import has_masks
from edi_router.formats.xml.writer import is_allowed
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.model import Item, conditions_in
from edi_router.mapping.registry import OwnName
from edi_router.paths import Path

LookUp = tuple[str, str, str, bool]
"""A use of a code table: its name, the column of the key, the column of the result, whether a key may miss."""

LOSSLESS = frozenset((
    "date", "digits", "integer", "local", "lower", "prefix", "sequence", "slice", "suffix", "trim", "unless", "upper",
))  # fmt: skip
"""Functions that never give a `Shortened` text."""
OPAQUE = LOSSLESS - {"date", "local", "unless"} | {"cut", "decimal", "fixed", "multiply", "pad"}
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

INSERTING = frozenset({"flag", "pad", "prefix", "suffix"})
"""Functions that put their argument into a result that is not masked as a whole."""


def tables_of(item: Item) -> Iterator[LookUp]:
    """The look-ups of the item and those below it."""
    if item.table is not None:
        yield item.table.name, item.table.by, item.table.column, bool(item.default)
    for child in item.do or ():
        yield from tables_of(child)


def asks_register(item: Item) -> bool:
    """Whether the item, or one below it, looks into a register."""
    if item.register is not None or any(condition.register for condition in conditions_in(item.when)):
        return True
    return any(asks_register(child) for child in item.do or ())


def runs_python(item: Item) -> bool:
    """Whether the item, or one below it, calls a function of the deployment."""
    own = any(isinstance(call.name, OwnName) for call in (*item.functions, *item.then))
    return own or any(runs_python(child) for child in item.do or ())


def check_possible(item: Item) -> None:
    """Raise Unsupported for what no program does, in the item or below it."""
    if asks_register(item):
        raise Unsupported("a register")  # it may change with each message
    if runs_python(item):
        raise Unsupported("a function of the deployment")


def asked_by(item: Item, sure: bool = True) -> Iterator[tuple[Path, bool]]:
    """The paths of the values and conditions of the item and of its elements without `each`.

    With each stands whether it takes one value in any case, so that several are a fault.
    """
    sure = sure and not item.when
    kinds = {FUNCTIONS[call.name].kind for call in item.functions}
    several = item.join is not None or item.first or item.every_source or kinds & {Kind.ALL, Kind.NODES}
    for number, source in enumerate(item.sources):
        yield source.path, sure and not several and not number
    for condition in conditions_in(item.when):
        yield condition.source.path, False
    for child in item.do or ():
        if child.each is None:
            yield from asked_by(child, sure)


def without_marks(text: str) -> str:
    """The text of a mapping; raises Unsupported when it has characters that mean something in a program."""
    if has_masks(text) or "\r" in text or not is_allowed(text):
        raise Unsupported("a control character")
    return text
