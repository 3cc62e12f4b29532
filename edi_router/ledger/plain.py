"""What is asked row for row, of SQLite as its driver takes it: what SQLAlchemy does for a row costs as much as the row.

A statement is one of a module, made once; its columns are texts, whole numbers and bytes, which need no conversion. On
PostgreSQL it goes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import CompoundSelect, Connection, Select
from sqlalchemy.exc import DBAPIError

Statement = CompoundSelect[Any] | Select[Any]
Found = Sequence[Any]
"""A row, its columns in the order in which the statement has them."""


def first(connection: Connection, statement: Statement, parameters: Mapping[str, Any]) -> Found | None:
    """The first row that a statement finds; None when it finds none."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, parameters).first()
    return cast("Found | None", _asked(connection, statement, parameters, "fetchone"))


def every(connection: Connection, statement: Statement, parameters: Mapping[str, Any]) -> Sequence[Found]:
    """All rows that a statement finds; a list among the parameters is one that it expands."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, parameters).all()
    return cast("Sequence[Found]", _asked(connection, statement, parameters, "fetchall"))


def _asked(connection: Connection, statement: Statement, parameters: Mapping[str, Any], fetch: str) -> Any:
    """What the method `fetch` of the cursor gives."""
    text, names, fixed = _text(statement)
    values: list[Any] = []
    for name in names:
        value = parameters[name] if name in parameters else fixed[name]
        if isinstance(value, list | tuple):
            text = text.replace(f"__[POSTCOMPILE_{name}]", ", ".join("?" * len(value)), 1)
            values += value
        else:
            values.append(value)
    driver: Any = connection.connection.driver_connection
    error_of = cast("type[Exception]", connection.dialect.loaded_dbapi.Error)
    try:
        cursor = driver.execute(text, values)
        try:
            return getattr(cursor, fetch)()
        finally:
            cursor.close()
    except error_of as error:
        raise DBAPIError.instance(text, values, error, error_of, dialect=connection.dialect) from error


@cache
def _text(statement: Statement) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """The text of a statement for SQLite, the names of its parameters in their order, and those that are fixed."""
    from sqlalchemy.dialects import sqlite

    compiled: Any = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    return str(compiled), tuple(compiled.positiontup), compiled.params
