"""`python -m edi_router.ledger.migrations.write`: what the migrations make of an empty SQLite file, as `sqlite.sql`."""

from __future__ import annotations

import sqlite3

from sqlalchemy import create_engine

from edi_router.ledger.fresh import FILE, heading
from edi_router.ledger.upgrade import migrate

_NOT_OURS = ("BEGIN TRANSACTION;", "COMMIT;", 'DELETE FROM "sqlite_sequence";')


def text() -> str:
    """The file as the migrations make it."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        made = [line for each in raw.iterdump() if each not in _NOT_OURS for line in each.splitlines()]
    engine.dispose()
    return "\n".join([heading(), *map(str.rstrip, made), ""])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
