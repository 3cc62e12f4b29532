"""Parts of statements of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case

from edi_router.ledger import figures as kept
from edi_router.ledger import tables
from edi_router.ledger.expressions import detail, register_of, whole
from edi_router.reports.model import Period

__all__ = ["detail", "entered", "figures", "named", "of_partner", "of_register", "register_of", "whole"]
_e, _m = tables.event.c, tables.message.c


def of_register(name: str) -> ColumnElement[bool]:
    """Whether an event is of this register: a range, so that the index on subjects serves."""
    return (_e.kind == "register") & (_e.subject >= f"{name}:") & (_e.subject < f"{name};")


def entered(period: Period) -> ColumnElement[bool]:
    """Whether a message is a live one and came in the period."""
    return (_m.entered >= period.begin) & (_m.entered < period.end) & (_m.test == 0)


def named(column: ColumnElement[str], names: Mapping[str, str]) -> ColumnElement[str]:
    """The column with some values replaced."""
    return case(dict(names), value=column, else_=column) if names else column


def figures(connection: Connection, measure: str, period: Period) -> Subquery:
    """The figures of a measure in the period (`edi_router.ledger.figures`)."""
    return kept.figures(connection, measure, period.since, period.until, period.zone)


def of_partner(query: Select[Any], columns: Any, partner: str | None) -> Select[Any]:
    """The query, confined to a partner when one is named."""
    return query if partner is None else query.where(columns.partner == partner)
