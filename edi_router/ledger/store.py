"""The database behind the ledger: one way to open it, one way to write, one way to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, String, Table, create_engine, event

from edi_router.ledger import postgresql, statements
from edi_router.ledger.plain import every
from edi_router.ledger.postgresql import BEGIN

Clock = Callable[[], datetime]
Row = Mapping[str, Any]
PROCESS, DELIVER = "process", "deliver"
PART = 500
"""So many ids are named in one statement."""

WRITERS = 0x45444952
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
    if not any(_UNSTORABLE.search(value) for value in row.values() if isinstance(value, str)):
        return row
    return {
        name: _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def storable_values(table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The values of rows in these columns, every text as `storable` makes it."""
    if len(names) == 1:
        return [tuple(storable({names[0]: row[names[0]]}).values()) for row in rows]
    values = list(map(itemgetter(*names), rows))
    # A look at a whole column at a time: at each value it would cost as much as the insertion.
    for name, column in zip(names, zip(*values, strict=True), strict=False):
        if isinstance(table.c[name].type, String):
            text = "".join(filter(None, column))
            if not (text.isascii() and "\0" not in text) and _UNSTORABLE.search(text):
                return [tuple(storable(dict(zip(names, row, strict=True))).values()) for row in values]
    return values


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
        """Insert all rows in one batch; they all have the columns of the first one."""
        if not rows:
            return
        names = tuple(rows[0])
        stored = storable_values(table, names, rows)
        if self.connection.dialect.name == "sqlite":
            # As the driver takes it: that SQLAlchemy looks at every value costs as much as the insertion.
            self.connection.exec_driver_sql(statements.plain_insert(table, names), stored)
        elif len(stored) >= postgresql.COPIED:
            postgresql.copy(self.connection, table, names, stored)
        else:
            each = [dict(zip(names, row, strict=True)) for row in stored]
            self.connection.execute(statements.insert_of(table), each)

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert those rows whose key is not there yet; they all have the columns of the first one."""
        if rows and self.connection.dialect.name == "sqlite":  # see `insert`
            names = tuple(rows[0])
            text = statements.plain_insert(table, names, missing=True)
            self.connection.exec_driver_sql(text, storable_values(table, names, rows))
        elif rows:
            self.connection.execute(
                statements.insert_missing(table, self.connection.dialect.name),
                [storable(row) for row in rows],
            )

    def insert_once(self, table: Table, row: Row) -> bool:
        """Insert a row unless its key is there; whether it was inserted."""
        statement = statements.insert_missing(table, self.connection.dialect.name).returning(
            *table.primary_key.columns
        )
        return self.connection.execute(statement, storable(row)).first() is not None

    def lock(self, table: Table, ids: Iterable[Any], key: str = "id") -> dict[Any, Row]:
        """The rows with these ids, locked in the order of their ids until the transaction ends."""
        wanted = sorted(set(ids))
        found: dict[Any, Row] = {}
        query = statements.lock_rows(table, key, self.connection.dialect.name)
        names = tuple(table.c.keys())
        place = names.index(key)
        for start in range(0, len(wanted), PART):
            rows = every(self.connection, query, {"wanted": wanted[start : start + PART]})
            found |= {row[place]: dict(zip(names, row, strict=True)) for row in rows}
        return found

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        """Set the other columns of the rows with these ids. All rows have the columns of the first one.

        Rows that get the same values, as most of a batch do, are one statement.
        """
        alike: dict[tuple[Any, ...], list[Any]] = {}
        names = tuple(sorted(name for name in (rows[0] if rows else ()) if name != "id"))
        for row in storable_values(table, (*names, "id"), rows):
            alike.setdefault(row[:-1], []).append(row[-1])
        single = [(*values, ids[0]) for values, ids in alike.items() if len(ids) == 1]
        many = {values: ids for values, ids in alike.items() if len(ids) > 1}
        sqlite = self.connection.dialect.name == "sqlite"  # see `insert`
        for values, ids in many.items():
            for start in range(0, len(ids), PART):
                part = ids[start : start + PART]
                if sqlite:
                    text = statements.plain_update(table, names, len(part))
                    self.connection.exec_driver_sql(text, (*values, *part))
                    continue
                parameters = {f"v_{name}": value for name, value in zip(names, values, strict=True)}
                statement = statements.update_alike(table, names, self.connection.dialect.name)
                self.connection.execute(statement, parameters | {"wanted": part})
        if single and sqlite:
            self.connection.exec_driver_sql(statements.plain_update(table, names), single)
        elif single:
            parameters_of = [f"v_{name}" for name in (*names, "_id")]
            each = [dict(zip(parameters_of, row, strict=True)) for row in single]
            self.connection.execute(statements.update_each(table, names), each)


class Store:
    """Opens the database; `write` and `read` are the only ways to it."""

    def __init__(self, url: str, zone: str, clock: Clock, lease: timedelta, announce: Announce) -> None:
        self.engine = _engine(url)
        self.zone = ZoneInfo(zone)
        self.clock = clock
        self.announce = announce
        self.lease = lease // timedelta(microseconds=1)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._asker = self._beginning("")
        if self.sqlite:
            self._reader = self._beginning("BEGIN")
            self._writer = self._alone = self.engine
        else:
            self._reader = self._beginning(postgresql.READ)
            self._writer = self._beginning(postgresql.begin("pg_advisory_xact_lock_shared", WRITERS))
            self._alone = self._beginning(postgresql.begin("pg_advisory_xact_lock", WRITERS))

    def _beginning(self, statement: str) -> Engine:
        """The engine whose transactions begin with this statement; with none nothing begins."""
        return self.engine.execution_options(**{BEGIN: statement})

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
        with (self._alone if alone else self._writer).begin() as connection:
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

    @contextmanager
    def ask(self) -> Iterator[Connection]:
        """For a question of one statement, which sees one state of the database by itself: at half the cost of `read`.

        Of more statements each sees a state of its own. On PostgreSQL a question is one trip to the server, not three.
        """
        with self._asker.connect() as connection:
            yield connection


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return postgresql.make(url)
    engine = create_engine(url, connect_args={"timeout": 60, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 60000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # 8 MB: of the 2 MB that it has by itself, a large ledger would read pages anew for each row.
        cursor.execute("PRAGMA cache_size = -8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        begin = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
        if begin:
            connection.exec_driver_sql(begin)

    return engine
