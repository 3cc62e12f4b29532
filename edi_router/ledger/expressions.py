"""Parts of statements that SQLite and PostgreSQL spell differently, and what several queries ask of a message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from edi_router.ledger import tables

_e, _m = tables.event.c, tables.message.c
_STEPS = tuple(
    (most * 10**decade, step * 10 ** (decade - 2))
    for decade in range(6, 11)
    for most, step in ((2, 2), (5, 5), (10, 10))
)
"""Below so many microseconds a span is rounded to so many: three steps a decade."""


def detail(connection: Connection, name: str) -> ColumnElement[str]:
    """A value of an event's detail."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # takes its time, and most ledgers are SQLite

        found: ColumnElement[str] = cast(_e.detail, postgresql.JSON)[name].as_string()
    else:
        found = type_coerce(_e.detail, JSON)[name].as_string()
    return found


def register_of(connection: Connection) -> ColumnElement[str]:
    """The register of an event, which is the subject up to the first colon."""
    if connection.dialect.name == "postgresql":
        return func.split_part(_e.subject, ":", 1)
    return func.substr(_e.subject, 1, func.instr(_e.subject, ":") - 1)


def firm() -> ColumnElement[str]:
    """Who the firm of a message is: its reference `firm`, else the partner that sent it."""
    return func.coalesce(_reference("firm"), _m.partner)


def way() -> ColumnElement[str]:
    """How a message came: its reference `way` (direct, self-service, pre-entry …), else from which partner."""
    return func.coalesce(_reference("way"), _m.partner)


def _reference(kind: str) -> ColumnElement[Any]:
    r = tables.reference.c
    return (
        select(func.min(r.value))
        .where(r.message == _m.id, r.kind == kind)
        .correlate(tables.message)
        .scalar_subquery()
    )


def listed(connection: Connection, values: Sequence[str]) -> Select[Any]:
    """These texts as a query of one column: any number of them is one parameter."""
    if connection.dialect.name == "postgresql":
        return select(func.unnest(literal(list(values), ARRAY(Text))))
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return select(each.c.value)


def whole(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum as an integer: PostgreSQL adds integers up to decimals."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def rounded(span: ColumnElement[int]) -> ColumnElement[int]:
    """A span in microseconds as it is kept: to the nearest 20 ms below 2 s, above that within one per cent."""
    steps = [(span < most, (span + step // 2) // step * step) for most, step in _STEPS]
    last = _STEPS[-1][1]
    return case(*steps, else_=(span + last // 2) // last * last)
