"""PostgreSQL as the ledger uses it: few trips to the server for a transaction, and many rows at once.

The trips are what a small transaction costs, on the server as well as here. So BEGIN goes together with the lock that
writers take, a connection that was used a moment ago is not asked whether it is still there, and rows are brought by
COPY, which for three of them costs less than statements do already (decision 23).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Engine, LargeBinary, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.types import Integer

COPIED = 3
"""So many rows are brought by COPY, which takes a trip more than a statement. For fewer it does not pay."""
LATELY = 1.0
"""Seconds for which a connection that was used is taken to be there still, without being asked."""
BEGIN = "edi_router_begin"
"""The execution option that says how a transaction begins."""
READ, WRITE = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
)
_USED = "edi_router_used"


def make(url: str) -> Engine:
    """An engine whose transactions begin as their option `BEGIN` says, else to write; with an empty one none begins."""
    # To the driver nothing is a transaction that it has to begin: BEGIN is ours, see below.
    engine = create_engine(url, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        # To compile a question of the books takes seconds, to answer it a tenth of one: costs of large tables mislead.
        connection.execute("SET jit = off")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        statement = options.get(BEGIN, WRITE)
        if statement and options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(statement)

    @event.listens_for(engine, "checkin")
    def returned(connection: DBAPIConnection | None, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def taken(connection: DBAPIConnection, record: Any, proxy: object) -> None:
        used = record.info.get(_USED)
        if used is not None and time.monotonic() - used < LATELY:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError("the connection is gone") from error

    return engine


def begin(lock: str, key: int) -> str:
    """How a transaction to write begins that holds the advisory lock `key` by the function `lock`.

    >>> begin("pg_advisory_xact_lock", 7)
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(7)'
    """
    return f"{WRITE}; SELECT {lock}({key})"


def copy(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Bring rows, their values in the order of these columns, by COPY. Raises what inserting them would raise."""
    statement, types = _copying(table, names)
    driver: Any = connection.connection.driver_connection
    error_of = cast("type[Exception]", connection.dialect.loaded_dbapi.Error)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as brought:
            brought.set_types(types)
            for row in rows:
                brought.write_row(row)
    except error_of as error:
        dialect = connection.dialect
        raise DBAPIError.instance(statement, None, error, error_of, dialect=dialect) from error


@cache
def _copying(table: Table, names: Iterable[str]) -> tuple[str, list[str]]:
    columns = [table.c[name] for name in names]
    quoted = ", ".join(f'"{column.name}"' for column in columns)
    return f'COPY "{table.name}" ({quoted}) FROM STDIN (FORMAT BINARY)', [
        _type(each.type) for each in columns
    ]


def _type(column: object) -> str:
    if isinstance(column, LargeBinary):
        return "bytea"
    return "int8" if isinstance(column, Integer) else "text"
