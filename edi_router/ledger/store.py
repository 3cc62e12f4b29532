"""The database behind the ledger: one way to open it, one way to write, one way to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Insert, Select, Table, bindparam, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite

Clock = Callable[[], datetime]
Row = Mapping[str, Any]
PROCESS, DELIVER = "process", "deliver"

_WRITERS = 0x45444952
"""Key of the advisory lock that writers share on PostgreSQL and the closing of the books takes alone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """An aware instant as integer microseconds since 1970 UTC.

    >>> micros(datetime(1970, 1, 1, 8, 0, 0, 7, tzinfo=ZoneInfo("Asia/Shanghai")))
    7
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The UTC instant of so many microseconds.

    >>> instant(7).isoformat()
    '1970-01-01T00:00:00.000007+00:00'
    """
    return _EPOCH + timedelta(microseconds=value)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(row: Row) -> Row:
    """The row with every text as a database takes it: a byte that was no character becomes U+FFFD, as NUL does.

    The bytes themselves are in the archive; a partner's wrong encoding must not keep a batch from being
    recorded.

    >>> storable({"reference": "A\\udcd6\\x00", "number": 1})
    {'reference': 'A\ufffd\ufffd', 'number': 1}
    """
    if all(value.isascii() and "\0" not in value for value in row.values() if isinstance(value, str)):
        return row
    return {
        name: _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def storable_text(text: str) -> str:
    """A text as `storable` stores it: what is looked up has to be it too."""
    return _UNSTORABLE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True, order=True)
class Nudge:
    """A hint to an engine that there is something to do. What it is, the rows say."""

    step: str
    """`process` or `deliver`."""
    partner: str
    """Whose files are to be processed, or the destination to deliver to."""
    priority: int = 5
    """That of the most urgent agreement, 1 before 9; of files not yet read it is not known."""


Announce = Callable[[Connection, Sequence[Nudge]], None]


def to_nobody(connection: Connection, nudges: Sequence[Nudge]) -> None:
    """No engine has to be told: it looks for work in the rows by itself."""


@dataclass(frozen=True, slots=True)
class Tx:
    """A write transaction: its connection, its one instant and business date."""

    connection: Connection
    now: int
    date: str
    nudges: set[Nudge] | None = None
    """What the engine is told at the end of the transaction, and in it; None when none wants to know."""

    def nudge(self, step: str, partner: str, priority: int = 5) -> None:
        """Have the engine told that there is something to do, once for the transaction."""
        if self.nudges is not None:
            self.nudges.add(Nudge(step, partner, priority))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert all rows in one batch."""
        if rows:
            self.connection.execute(_insert(table), [storable(row) for row in rows])

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert those rows whose key is not there yet."""
        if rows:
            self.connection.execute(
                _missing(table, self.connection.dialect.name), [storable(row) for row in rows]
            )

    def insert_once(self, table: Table, row: Row) -> bool:
        """Insert a row unless its key is there; whether it was inserted."""
        statement = _missing(table, self.connection.dialect.name).returning(*table.primary_key.columns)
        return self.connection.execute(statement, storable(row)).first() is not None

    def lock(self, table: Table, ids: Iterable[Any], key: str = "id") -> dict[Any, Row]:
        """The rows with these ids, locked in the order of their ids until the transaction ends."""
        wanted = sorted(set(ids))
        found: dict[Any, Row] = {}
        query = _locking(table, key)
        for start in range(0, len(wanted), 500):
            chosen = {"wanted": wanted[start : start + 500]}
            for row in self.connection.execute(query, chosen).mappings():
                found[row[key]] = dict(row)
        return found


@cache  # the statements are kept: to build one costs more than to run it
def _insert(table: Table) -> Insert:
    return table.insert()


@cache
def _missing(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return maker(table).on_conflict_do_nothing()


@cache
def _locking(table: Table, key: str) -> Select[Any]:
    column = table.c[key]
    chosen = column.in_(bindparam("wanted", expanding=True))
    return select(table).where(chosen).order_by(column).with_for_update()


class Store:
    """Opens the database; `write` and `read` are the only ways to it."""

    def __init__(self, url: str, zone: str, clock: Clock, lease: timedelta, announce: Announce) -> None:
        self.engine = _engine(url)
        self.zone = ZoneInfo(zone)
        self.clock = clock
        self.announce = announce
        self.lease = lease // timedelta(microseconds=1)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._reader = (
            self.engine.execution_options(edi_router_read=True)
            if self.sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def now(self) -> int:
        """The clock's instant in microseconds."""
        return micros(self.clock())

    def business_date(self, moment: int) -> str:
        """The business date (yyyy-MM-dd) of an instant, in the business zone."""
        return instant(moment).astimezone(self.zone).date().isoformat()

    @contextmanager
    def write(self, alone: bool = False) -> Iterator[Tx]:
        """A write transaction, committed at the end; `alone` waits for all other writers first."""
        with self.engine.begin() as connection:
            if not self.sqlite:
                lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
                connection.exec_driver_sql(f"SELECT {lock}({_WRITERS})")
            now = self.now()
            nudges: set[Nudge] | None = None if self.announce is to_nobody else set()
            yield Tx(connection, now, self.business_date(now), nudges)
            # At the very end, in one order: who waits here for another transaction holds up nobody else for long.
            if nudges:
                self.announce(connection, sorted(nudges))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction that sees one state of the database."""
        with self._reader.begin() as connection:
            yield connection


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 60, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 60000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("edi_router_read", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
