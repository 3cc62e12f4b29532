"""Bringing a database to this version's tables: a new one at once, an older one with Alembic."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from edi_router.ledger.errors import LedgerError
from edi_router.ledger.fresh import create

HEAD = "0006"
"""The newest revision under `migrations/versions`."""
OLDEST = "0006"
"""The oldest revision whose programs may go on working on tables of `HEAD`, beside those of this one.

A migration that only adds (tables, indexes, columns that may be null or have a default) leaves it as it is. One that takes
something away, or demands what older programs do not write, raises it to its own revision.
"""

_LOCK = 0x45444D49
_MARK = "for programs of revision "
_OLDEST = text("SELECT obj_description(to_regclass('alembic_version'))")


def is_current(engine: Engine) -> bool:
    """Whether this version can work on the tables: they are at `HEAD`, or newer ones that allow for it."""
    with engine.begin() as connection:
        return _serves(connection)


def newer(engine: Engine) -> str | None:
    """The revision of the database where it is newer than this version can work on, else None."""
    with engine.begin() as connection:
        found = _version(connection)
        return found if found is not None and found > HEAD and not _allows(connection) else None


def upgrade(engine: Engine) -> None:
    """Upgrade to `HEAD` in one transaction; processes that do it at once wait for the first.

    LedgerError when the tables are newer than this version can work on.
    """
    if is_current(engine):
        return
    if (found := newer(engine)) is not None:
        raise LedgerError(
            f"the ledger is at revision {found}, which this version ({HEAD}) does not know: "
            "run the version that made it, or bring back a backup"
        )
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if not _serves(connection) and not create(connection):
            migrate(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{_MARK}{OLDEST}'"))


def migrate(connection: Connection) -> None:
    """Run the migrations that the database has not seen yet, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "edi_router.ledger:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _serves(connection: Connection) -> bool:
    found = _version(connection)
    return found == HEAD or (found is not None and found > HEAD and _allows(connection))


def _allows(connection: Connection) -> bool:
    """Whether newer tables say that programs of this revision may work on them; only PostgreSQL has many programs."""
    if connection.dialect.name != "postgresql":
        return False
    told = connection.scalar(_OLDEST)
    return told is not None and str(told).removeprefix(_MARK) <= HEAD


def _version(connection: Connection) -> str | None:
    if connection.dialect.name == "sqlite":  # to inspect is to learn more than is asked
        asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        there = connection.exec_driver_sql(asked).first() is not None
    else:
        there = connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if there else None
    return None if found is None else str(found)
