"""The statements by which rows are written, made once for each table and kept: to build one costs more than to run it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Insert,
    Select,
    Table,
    Update,
    any_,
    bindparam,
    select,
    update,
)

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


@cache
def insert_of(table: Table) -> Insert:
    """An INSERT of rows whose columns they tell."""
    return table.insert()


@cache
def plain_insert(table: Table, names: tuple[str, ...], missing: bool = False) -> str:
    """The same for SQLite, as the driver takes it: columns in this order; `missing` leaves alone what is there already."""
    columns = ", ".join(f'"{name}"' for name in names)
    text = f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))})'
    return f"{text} ON CONFLICT DO NOTHING" if missing else text


@cache
def plain_update(table: Table, names: tuple[str, ...], ids: int = 1) -> str:
    """For SQLite, as the driver takes it: the columns in this order, then the ids of so many rows."""
    columns = ", ".join(f'"{name}" = ?' for name in names)
    return f'UPDATE "{table.name}" SET {columns} WHERE "id" IN ({", ".join("?" * ids)})'


def inserting(table: Table, dialect: str) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that can say what to do with rows that are there already; only the dialect in use is imported."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


@cache
def insert_missing(table: Table, dialect: str) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that leaves alone what is there already."""
    return inserting(table, dialect).on_conflict_do_nothing()


@cache
def lock_rows(table: Table, key: str, dialect: str) -> Select[Any]:
    """The rows whose `key` is one of `wanted`, locked in this order."""
    column = table.c[key]
    return select(table).where(_among(column, dialect)).order_by(column).with_for_update()


@cache
def update_each(table: Table, names: tuple[str, ...]) -> Update:
    """One row, of the id `v__id`, gets `v_…` in each of these columns."""
    return update(table).where(table.c.id == bindparam("v__id")).values(_set(names))


@cache
def update_alike(table: Table, names: tuple[str, ...], dialect: str) -> Update:
    """All rows whose id is one of `wanted` get the same `v_…` in each of these columns."""
    return update(table).where(_among(table.c.id, dialect)).values(_set(names))


def _set(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(f"v_{name}") for name in names}


def _among(column: Column[Any], dialect: str) -> ColumnElement[bool]:
    """That a column is one of `wanted`: on PostgreSQL an array, so that it is one statement however many there are."""
    if dialect == "postgresql":
        return column == any_(bindparam("wanted", type_=ARRAY(column.type)))
    return column.in_(bindparam("wanted", expanding=True))
