"""Bringing a database to this version's tables with Alembic."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

HEAD = "0005"
"""The newest revision under `migrations/versions`."""

_LOCK = 0x45444D49


def is_current(engine: Engine) -> bool:
    """Whether the database is at `HEAD`; without importing Alembic."""
    with engine.begin() as connection:
        return _version(connection) == HEAD


def revision(engine: Engine) -> str | None:
    """The revision that the database is at; None when it has no tables yet."""
    with engine.begin() as connection:
        return _version(connection)


def upgrade(engine: Engine) -> None:
    """Upgrade to `HEAD` in one transaction; processes that do it at once wait for the first."""
    if is_current(engine):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "edi_router.ledger:migrations")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
