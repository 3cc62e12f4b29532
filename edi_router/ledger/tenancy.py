"""Who may see what (R-PRIV-01), as conditions for queries: the one place that says it.

A viewer sees a message that it sent or got, or in which it is a party (`visible_to`); a file or interchange that it sent,
or all of whose messages it sees; an output and a delivery that go to it; what is said of these; and an entry of a
register that it made, that a message which it sees has made, or that names it by its id or one of its codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from edi_router.ledger import tables

_m, _v, _f, _i, _o, _d, _a, _e, _x = (
    tables.message.c,
    tables.visible_to.c,
    tables.file.c,
    tables.interchange.c,
    tables.output.c,
    tables.delivery.c,
    tables.acknowledgement.c,
    tables.register_entry.c,
    tables.register_value.c,
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A partner who looks: its id, and the codes by which registers know it."""

    partner: str
    codes: frozenset[str] = frozenset()
    few: bool = False
    """Whether a list collects what it sees and sorts it (`weighed`); else rows are walked, the newest first, and of each
    it is looked up whether it is seen."""


FEW = 20_000
"""Messages: to collect and sort fewer takes a twentieth of a second."""
_EACH: ColumnElement[int] = literal_column("0")
"""The offset of a question that is asked of each row: without one PostgreSQL would collect all answers beforehand."""


def weighed(connection: Connection, viewer: Viewer) -> Viewer:
    """The viewer, with how its lists are best found; not for questions about a few rows, which are looked up."""
    some = select(_v.message).where(_v.partner == viewer.partner).limit(FEW).subquery()
    number = connection.scalar(select(func.count()).select_from(some)) or 0
    return replace(viewer, few=number < FEW)


def of_messages(column: Column[Any], viewer: Viewer) -> ColumnElement[bool]:
    """Whether a column holds the id of a message that the viewer sees."""
    own = select(_v.message).where(_v.partner == viewer.partner)
    if viewer.few:
        return column.in_(own)
    return own.where(_v.message == column).correlate_except(tables.visible_to).offset(_EACH).exists()


def _any(id: Column[Any], viewer: Viewer, *rules: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of the rules holds of a row; to collect the rows, each rule is asked by itself, with its index."""
    if not viewer.few:
        return or_(*rules)
    return id.in_(union_all(*(select(id).where(rule).correlate(None) for rule in rules)))


def seen(kind: str, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row of a kind's table is one that the viewer sees; of a kind without a rule it sees none."""
    rule = _RULES.get(kind)
    return false() if rule is None else rule(viewer)


def _whole(column: Column[Any], id: Column[Any], viewer: Viewer) -> ColumnElement[bool]:
    own, inside = (
        of_messages(_m.id, viewer),
        select(_m.id).where(column == id).correlate_except(tables.message),
    )
    if viewer.few:
        return and_(id.in_(select(column).where(own)), ~inside.where(~own).offset(_EACH).exists())
    return and_(inside.where(own).offset(_EACH).exists(), ~inside.where(~own).offset(_EACH).exists())


def _files(viewer: Viewer) -> ColumnElement[bool]:
    return _any(_f.id, viewer, _f.partner == viewer.partner, _whole(_m.file, _f.id, viewer))


def _interchanges(viewer: Viewer) -> ColumnElement[bool]:
    return _any(_i.id, viewer, _i.partner == viewer.partner, _whole(_m.interchange, _i.id, viewer))


def _acknowledgements(viewer: Viewer) -> ColumnElement[bool]:
    to_it = select(_o.id).where(_o.partner == viewer.partner)
    one = to_it.where(_o.id == _a.output).correlate_except(tables.output).offset(_EACH).exists()
    own = of_messages(_a.message, viewer)
    return _any(_a.id, viewer, _a.partner == viewer.partner, own, _a.output.in_(to_it) if viewer.few else one)


def _entries(viewer: Viewer) -> ColumnElement[bool]:
    party = select(_x.entry).where(_x.value.in_(sorted({viewer.partner, *viewer.codes})))
    return or_(_e.partner == viewer.partner, of_messages(_e.message, viewer), _e.id.in_(party))


_RULES: dict[str, Callable[[Viewer], ColumnElement[bool]]] = {
    "message": lambda viewer: of_messages(_m.id, viewer),
    "file": _files,
    "interchange": _interchanges,
    "output": lambda viewer: _o.partner == viewer.partner,
    "delivery": lambda viewer: _d.partner == viewer.partner,
    "acknowledgement": _acknowledgements,
    "entry": _entries,
}
"""Clocks and alarms are the operators' alone."""
TABLES = {
    "message": tables.message, "file": tables.file, "interchange": tables.interchange, "output": tables.output,
    "delivery": tables.delivery, "acknowledgement": tables.acknowledgement, "entry": tables.register_entry,
}  # fmt: skip
"""The table of each kind that a viewer can see of."""
