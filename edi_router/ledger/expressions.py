"""Parts of statements that SQLite and PostgreSQL spell differently, and what several queries ask of a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Connection, case, cast, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSON as POSTGRESQL_JSON

from edi_router.ledger import tables

_e, _m = tables.event.c, tables.message.c
_STEPS = (
    (10_000_000, 10_000),
    (100_000_000, 100_000),
    (1_000_000_000, 1_000_000),
    (10_000_000_000, 10_000_000),
)
"""Below so many microseconds a span is rounded to so many."""


def detail(connection: Connection, name: str) -> ColumnElement[str]:
    """A value of an event's detail."""
    if connection.dialect.name == "postgresql":
        found: ColumnElement[str] = cast(_e.detail, POSTGRESQL_JSON)[name].as_string()
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


def whole(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum as an integer: PostgreSQL adds integers up to decimals."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def rounded(span: ColumnElement[int]) -> ColumnElement[int]:
    """A span in microseconds as it is kept: to the nearest 10 ms below 10 s, above that within half a per cent
    (0.1 s below 100 s, 1 s below 1,000 s, 10 s below 10,000 s, then 100 s)."""
    steps = [(span < most, (span + step // 2) // step * step) for most, step in _STEPS]
    return case(*steps, else_=(span + 50_000_000) // 100_000_000 * 100_000_000)
