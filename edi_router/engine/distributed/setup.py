"""The jobs' tables: procrastinate's own schema in the ledger's database, put in, looked at, thrown away."""

from __future__ import annotations

from importlib.metadata import version
from typing import cast

import psycopg
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

_LOCK = 0x45444951
_MARK = text("SELECT obj_description(to_regclass('procrastinate_jobs'))")
_DROP = """
DO $$
DECLARE each record;
BEGIN
    FOR each IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relkind = 'r' AND c.relname LIKE 'procrastinate\\_%' AND pg_table_is_visible(c.oid)
    LOOP EXECUTE format('DROP TABLE %s CASCADE', each.name); END LOOP;
    FOR each IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.proname LIKE 'procrastinate\\_%' AND pg_function_is_visible(p.oid)
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', each.name); END LOOP;
    FOR each IN SELECT t.oid::regtype AS name FROM pg_type t
        WHERE t.typname LIKE 'procrastinate\\_%' AND t.typtype IN ('e', 'c') AND pg_type_is_visible(t.oid)
    LOOP EXECUTE format('DROP TYPE %s CASCADE', each.name); END LOOP;
END $$
"""


def mark() -> str:
    """Which tables this version's jobs need: those of one minor version of procrastinate.

    >>> mark().startswith("procrastinate 3.")
    True
    """
    return "procrastinate " + ".".join(version("procrastinate").split(".")[:2])


def found(connection: Connection) -> str | None:
    """The mark of the tables that are there; None when there are none."""
    told = connection.scalar(_MARK)
    if told is None and connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None:
        return "unmarked"
    return None if told is None else str(told)


def put_in(connection: Connection, anew: bool = False) -> bool:
    """Put the tables in where they are missing; `anew` also where they are not, which drops all jobs.

    Returns whether they were put in. Jobs that are dropped are made again from the ledger's rows.
    """
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    if found(connection) is not None:
        if not anew:
            return False
        connection.exec_driver_sql(_DROP.replace("%", "%%"))
    # The driver itself takes the schema's many statements at once.
    driver = cast("psycopg.Connection[object]", connection.connection.driver_connection)
    driver.execute(SchemaManager.get_schema())
    connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{mark()}'")
    return True
