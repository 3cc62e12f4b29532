"""Terms compiled: the values of paths, counts and sums, seen from a node of a document."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import TYPE_CHECKING

from edi_router.paths import Node, Path, Start
from edi_router.paths.path import PARENT, Cache
from edi_router.rules.uses import asks_item

if TYPE_CHECKING:
    from edi_router.rules.context import RegisterLook
    from edi_router.rules.model import Term

Value = tuple[str, Node]
_NOTHING = Decimal(0)
LONGEST_NUMBER = 1000
"""Characters of a number; what is longer is none, since nobody means it and it would cost time to reckon with."""
EXACT = Context(prec=100_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""In which numbers are added and multiplied: of such numbers nothing is rounded, so none passes by a rounding."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)")


class Run:
    """One document being checked: the item at hand, the days that count, and what paths have selected."""

    __slots__ = ("cache", "day", "item", "known", "registers", "today")

    def __init__(self, today: datetime.date, day: str, registers: RegisterLook | None = None) -> None:
        self.today = today
        self.registers = registers
        self.day = day
        """The day on which code tables are looked up, as ISO text."""
        self.item: Node | None = None
        self.cache: Cache = {}
        self.known: dict[tuple[int, int], tuple[Node | None, Node | None, list[Value]]] = {}
        """Values by the key of the term and `id` of the node (kept alive) that it was seen from.

        Between them stands the item by which they were chosen; None where every item chooses the same.
        """


Select = Callable[[Node, Run], Sequence[Node]]
Holds = Callable[[Node, Run], bool]
Values = Callable[[Node, Run], list[Value]]
Number = Callable[[Node, Run], Decimal | None]


def number_of(text: str) -> Decimal | None:
    """The number that a text is, with a point or a comma; None when it is none.

    >>> number_of("1,5"), number_of("+3"), number_of("1.2.3"), number_of("12 kg")
    (Decimal('1.5'), Decimal('3'), None, None)
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", "."))


def nodes_of(path: Path) -> Select:
    """What the path selects; the common path, names without predicates, takes the shortest way."""
    names = [step.name for step in path.steps]
    ups = names.count(PARENT)
    plain = path.start is Start.HERE and not any(step.predicates for step in path.steps)
    if not plain or PARENT in names[ups:]:
        return lambda here, run: path.select(here, run.cache)
    downs = names[ups:]
    if not ups and len(downs) == 1:
        name = downs[0]
        return lambda here, run: here.children(name)

    def select(here: Node, run: Run) -> Sequence[Node]:
        for _ in range(ups):
            parent = here.parent
            if parent is None:
                return ()
            here = parent
        found: Sequence[Node] = (here,)
        for name in downs:
            if len(found) == 1:
                found = found[0].children(name)
            else:
                found = [child for node in found for child in node.children(name)]
        return found

    return select


def chosen(path: Path, where: Holds | None, *, of_item: bool = False) -> Select:
    """The nodes of a path that the term's `where` leaves; with `of_item` seen from the rule's item."""
    select = nodes_of(path)
    if of_item:
        inner = select

        def select(here: Node, run: Run) -> Sequence[Node]:
            return inner(here if run.item is None else run.item, run)

    if where is None:
        return select
    return lambda here, run: [node for node in select(here, run) if where(node, run)]


def values_of(term: Term, path: Path, where: Holds | None, key: int) -> Values:
    """The values of a path, treated as the term's `white_space`, `split` and `part` say.

    `key` is the number of all terms that give the same values.
    """
    of_item, by_item = term.item is not None, asks_item(term)
    select = chosen(path, where, of_item=of_item)
    treat = _treatment(term)
    plain = term.white_space == "trim" and term.split is None and term.part is None

    def values(here: Node, run: Run) -> list[Value]:
        at = (key, id(run.item if of_item else here))
        known = run.known.get(at)
        chooser = run.item if by_item else None
        if known is not None and known[1] is chooser:
            return known[2]
        found: list[Value] = []
        for node in select(here, run):
            text = node.value()
            if text and plain:
                found.append((text.strip(), node))
            elif text:
                treat(text, node, found)
        run.known[at] = (run.item if of_item else here, chooser, found)
        return found

    return values


def _treatment(term: Term) -> Callable[[str, Node, list[Value]], None]:
    white_space, split = term.white_space, term.split
    first, _, last = (term.part or "").partition("-")
    start, stop = int(first or 1) - 1, int(last) if last else None

    def treat(text: str, node: Node, found: list[Value]) -> None:
        if white_space == "collapse":
            text = " ".join(text.split())
        elif white_space == "trim":
            text = text.strip()
        for each in (text,) if split is None else text.split(split):
            value = each.strip() if split is not None else each
            found.append((value if term.part is None else value[start:stop], node))

    return treat


def count_of(selects: Sequence[Select], filled: Callable[[Node], bool]) -> Number:
    """How many nodes there are that are not empty."""
    return lambda here, run: Decimal(
        sum(1 for select in selects for node in select(here, run) if filled(node))
    )


def sum_of(terms: Sequence[Values]) -> Number:
    """The sum of the numbers among the values."""

    def add(here: Node, run: Run) -> Decimal:
        result = _NOTHING
        for values in terms:
            for value, _ in values(here, run):
                result = EXACT.add(result, number_of(value) or _NOTHING)
        return result

    return add


def distinct_of(values: Values) -> Number:
    """How many different values there are."""
    return lambda here, run: Decimal(len({value for value, _ in values(here, run)}))


def combined(parts: Sequence[Number], *, multiply: bool) -> Number:
    """The sum or the product; nothing when a part of it is no number."""

    def combine(here: Node, run: Run) -> Decimal | None:
        result = Decimal(1) if multiply else _NOTHING
        for part in parts:
            number = part(here, run)
            if number is None:
                return None
            result = EXACT.multiply(result, number) if multiply else EXACT.add(result, number)
        return result

    return combine
