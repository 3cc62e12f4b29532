"""One embedded engine at a time on a ledger, in whichever workspace and on whichever host it was started.

`edi-router run` re-opens all that it finds claimed, because nobody else can be at work. So it holds a lock: on PostgreSQL
an advisory one of a session of its own, which ends with the engine, its host or the server; on SQLite one of a file
beside the database. Workers may be many; each looks, as it enters, whether such an engine is there.
"""

from __future__ import annotations

import fcntl
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from edi_router.ledger.errors import LedgerError

ENGINE = 0x45444945
"""Key of the advisory lock of the one embedded engine."""
GRACE = 5.0
"""Seconds for which PostgreSQL may still take an engine that was killed for one that works."""
PAUSE = 0.1
_TAKE = text(f"SELECT pg_try_advisory_lock({ENGINE})")
_THERE = text("SELECT 1")
_ENTER = text(f"SELECT pg_try_advisory_xact_lock_shared({ENGINE})")


class Occupied(LedgerError):
    """Another engine works on this ledger; the text says so."""

    def __init__(self) -> None:
        super().__init__("another engine (edi-router run) works on this database; stop it or wait for it")


class Alone:
    """The lock of an embedded engine on the database behind `engine`; `with` takes it and lets it go."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take it. Raises Occupied when another engine has it and keeps it for longer than `GRACE`."""
        deadline = time.monotonic() + GRACE
        while True:
            try:
                self.hold()
                return self
            except Occupied:
                if self._engine.dialect.name == "sqlite" or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def hold(self) -> None:
        """Make sure of it, and take it again when the session was lost.

        Raises Occupied when another engine has taken it meanwhile, and what SQLAlchemy raises without a database.
        """
        if self._engine.dialect.name == "sqlite":
            self._hold_file()
            return
        if self._session is not None:
            try:
                self._session.execute(_THERE)
                return
            except DBAPIError:
                self._let_go()
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Not to the pool: who takes it from there would have the lock, too.
            session.detach()
            if not session.scalar(_TAKE):
                raise Occupied
        except BaseException:
            session.close()
            raise
        self._session = session

    def _hold_file(self) -> None:
        path = self._engine.url.database
        if self._file is not None or not path or path == ":memory:":
            return
        file = Path(f"{Path(path).resolve()}.engine").open("a+")  # noqa: SIM115 (held until the end)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise Occupied from None
        self._file = file

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):
                session.close()

    def __exit__(self, *exception: object) -> None:
        """Let it go."""
        self._let_go()
        if self._file is not None:
            self._file.close()
            self._file = None


def entering(connection: Connection) -> None:
    """For a worker, in the transaction in which it enters: raises Occupied when an embedded engine works.

    One that begins at the same moment finds the worker once this transaction has ended.
    """
    if connection.dialect.name == "postgresql" and not connection.scalar(_ENTER):
        raise Occupied
