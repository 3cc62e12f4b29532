"""A new SQLite ledger made at once, by the statements that the migrations come to.

The migrations say what the tables are. What they make of an empty file is kept in `migrations/sqlite.sql`, with the hash
of the migrations that it was made of: with others it is not used. `python -m edi_router.ledger.migrations.write` makes it anew.
To run the migrations takes Alembic, which to import takes longer than all that a small run has to do.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"
FILE = _MIGRATIONS / "sqlite.sql"
_MADE_OF = "-- Made of the migrations of SHA-256 "


def create(connection: Connection) -> bool:
    """Make all tables in an empty SQLite database, in the transaction of the connection; whether that was done.

    It is not where there is any table, or the statements are not those of the migrations.
    """
    if connection.dialect.name != "sqlite" or _is_used(connection):
        return False
    statements = list(_statements())
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    for statement in statements:
        raw.execute(statement)
    return bool(statements)


def _is_used(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").first() is not None


def _statements() -> Iterator[str]:
    """The statements of the file; none when it was made of other migrations."""
    try:
        first, _, rest = FILE.read_text(encoding="utf-8").partition("\n")
    except FileNotFoundError:
        return
    if first != heading():
        return
    statement = ""
    for line in rest.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def heading() -> str:
    """The first line of the file, with the hash of the migrations as they are."""
    total = hashlib.sha256()
    for path in sorted((_MIGRATIONS / "versions").glob("m*.py")):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return _MADE_OF + total.hexdigest()
