"""Parts of statements that SQLite and PostgreSQL spell differently, and measures that neither has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSON as POSTGRESQL_JSON

from edi_router.ledger import tables
from edi_router.reports.model import Period

_e, _m = tables.event.c, tables.message.c


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


def of_register(name: str) -> ColumnElement[bool]:
    """Whether an event is of this register: a range, so that the index on subjects serves."""
    return (_e.kind == "register") & (_e.subject >= f"{name}:") & (_e.subject < f"{name};")


def entered(period: Period) -> ColumnElement[bool]:
    """Whether a message is a live one and came in the period."""
    return (_m.entered >= period.begin) & (_m.entered < period.end) & (_m.test == 0)


def named(column: ColumnElement[str], names: Mapping[str, str]) -> ColumnElement[str]:
    """The column with some values replaced."""
    return case(dict(names), value=column, else_=column) if names else column


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
