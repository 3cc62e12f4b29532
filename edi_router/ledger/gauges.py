"""Looking at the ledger from outside, often: what is open and since when, what the last books said, is it there.

Every question is answered from an index and costs what is open, not what ever was. Each look has a connection of
its own that waits for nothing long: a database that is gone or locked is told, not waited for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, func, null, select, text

from edi_router.ledger import tables
from edi_router.ledger.ledger import Ledger
from edi_router.ledger.states import TRANSITIONS, is_final
from edi_router.ledger.upgrade import is_current
from edi_router.ledger.working import paused

WAIT = 5
"""Seconds after which a look gives up."""
_SINCE = {
    "file": tables.file.c.received,
    "message": tables.message.c.entered,
    "output": tables.output.c.made,
    "delivery": tables.delivery.c.made,
}
"""From when on something waits."""
OPEN: Mapping[str, tuple[str, ...]] = {
    kind: tuple(state for state in TRANSITIONS[kind] if not is_final(kind, state)) for kind in TRANSITIONS
}
"""The states of each kind after which something is still to come."""
TODAY = ("file", "message", "output")
_CLOCKS = ("running", "warned", "breached")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind are in a state that is not final, for a partner; `oldest` in microseconds, where known."""

    kind: str
    partner: str
    state: str
    number: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """The last closed page of the books."""

    date: str
    closed: int
    """When, in microseconds."""
    unaccounted: int
    gaps: int
    """Streams with control numbers that were not used."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one look saw, of one state of the database."""

    now: int
    """The clock's instant in microseconds."""
    waiting: tuple[Waiting, ...]
    today: Mapping[tuple[str, str], int]
    """How often a file, message or output came into a state on the present business date, by kind and state."""
    entries: Mapping[str, int]
    """Open entries by register."""
    entries_due: int
    """Entries whose clock should have struck."""
    clocks: Mapping[tuple[str, str, str], int]
    """Clocks of messages and outputs that run, by partner, kind and state."""
    alarms: Mapping[tuple[str, str], int]
    """Open alarms, by kind and severity."""
    missing: Mapping[str, int]
    """Control numbers that were given and not used, by stream."""
    paused: frozenset[str]
    failures: Mapping[str, int]
    """How often in a row a partner could not be reached, by any engine; without those that were."""
    page: Page | None


class Gauges:
    """Looks at the database of a ledger. One at a time: it remembers which control numbers it has seen."""

    def __init__(self, ledger: Ledger, wait_seconds: float = WAIT) -> None:
        self._engine = _engine(ledger.engine, wait_seconds)
        self._ledger = ledger
        self._seen: dict[str, int] = {}
        self._missing: dict[str, int] = {}

    def look(self, partners: Collection[str], registers: Collection[str]) -> Figures:
        """Everything at once; raises SQLAlchemyError when the database does not answer."""
        now = self._ledger.now()
        with self._engine.begin() as connection:
            return Figures(
                now,
                tuple(each for kind in OPEN for each in _waiting(connection, kind)),
                _today(connection, self._ledger.business_date(now)),
                _entries(connection, registers),
                _due(connection, now),
                _clocks(connection, partners),
                _alarms(connection),
                dict(self._gaps(connection)),
                frozenset(paused(connection)),
                _failures(connection),
                _page(connection),
            )

    def is_current(self) -> bool:
        """Whether the tables are this version's; raises SQLAlchemyError when the database does not answer."""
        return is_current(self._engine)

    def is_writable(self) -> bool:
        """Whether a writer could begin now; raises SQLAlchemyError when nobody can tell, or it is locked."""
        with self._engine.connect().execution_options(edi_router_write=True) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(
                    "SELECT 1"
                )  # a writer's transaction has begun, and ends with nothing done
                return True
            return bool(connection.scalar(text("SELECT current_setting('transaction_read_only') = 'off'")))

    def _gaps(self, connection: Connection) -> Mapping[str, int]:
        """Numbers that no output has; each is looked for once, when it has been given."""
        c, o = tables.control_number.c, tables.output.c
        for stream, first, last in connection.execute(select(c.stream, c.first, c.last)).all():
            seen = self._seen.get(stream, first - 1)
            if last > seen:
                used = select(func.count()).where(o.stream == stream, o.number > seen, o.number <= last)
                missing = last - seen - (connection.scalar(used) or 0)
                self._missing[stream] = self._missing.get(stream, 0) + missing
                self._seen[stream] = last
        return {stream: number for stream, number in self._missing.items() if number}


def _waiting(connection: Connection, kind: str) -> list[Waiting]:
    table = getattr(tables, kind)
    since = func.min(_SINCE[kind]) if kind in _SINCE else null()
    query = (
        select(table.c.partner, table.c.state, func.count(), since)
        .where(table.c.state.in_(OPEN[kind]))
        .group_by(table.c.partner, table.c.state)
        .order_by(table.c.partner, table.c.state)
    )
    return [Waiting(kind, *row) for row in connection.execute(query)]


def _today(connection: Connection, date: str) -> dict[tuple[str, str], int]:
    e = tables.event.c
    query = (
        select(e.kind, e.state, func.count())
        .where(e.kind.in_(TODAY), e.date == date, e.state.is_not(None))
        .group_by(e.kind, e.state)
    )
    return {(kind, state): number for kind, state, number in connection.execute(query)}


def _entries(connection: Connection, registers: Collection[str]) -> dict[str, int]:
    e = tables.register_entry.c
    query = (
        select(e.register, func.count())
        .where(e.register.in_(sorted(registers)), e.open == 1)
        .group_by(e.register)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _due(connection: Connection, now: int) -> int:
    query = select(func.count()).where(tables.register_entry.c.due <= now)
    return connection.scalar(query) or 0


def _clocks(connection: Connection, partners: Collection[str]) -> dict[tuple[str, str, str], int]:
    c = tables.clock.c
    query = (
        select(c.partner, c.kind, c.state, func.count())
        .where(c.partner.in_(sorted(partners)), c.state.in_(_CLOCKS))
        .group_by(c.partner, c.kind, c.state)
    )
    return {(partner, kind, state): number for partner, kind, state, number in connection.execute(query)}


def _alarms(connection: Connection) -> dict[tuple[str, str], int]:
    a = tables.alarm.c
    query = select(a.kind, a.severity, func.count()).where(a.open.is_not(None)).group_by(a.kind, a.severity)
    return {(kind, severity): number for kind, severity, number in connection.execute(query)}


def _failures(connection: Connection) -> dict[str, int]:
    p = tables.partner_state.c
    query = select(p.partner, p.failures).where(p.failures > 0)
    return {row[0]: row[1] for row in connection.execute(query)}


def _page(connection: Connection) -> Page | None:
    b = tables.books.c
    row = connection.execute(select(b.date, b.at, b.page).order_by(b.date.desc()).limit(1)).first()
    if row is None:
        return None
    page: dict[str, Any] = json.loads(row.page)
    return Page(row.date, row.at, page["unaccounted"], len(page["gaps"]))


def _engine(of: Engine, wait: float) -> Engine:
    """A way to the same database that makes no file and keeps no connection."""
    if of.dialect.name != "sqlite":
        engine = create_engine(
            of.url,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            connect_args={"connect_timeout": max(2, ceil(wait))},
        )

        @event.listens_for(engine, "connect")
        def limited(connection: Any, record: Any) -> None:
            connection.execute(f"SET statement_timeout = {ceil(wait * 1000)}")
            connection.commit()

        return engine
    path = quote(str(of.url.database))

    def connect() -> sqlite3.Connection:
        # mode=rw does not make the file: one that is gone is not replaced by an empty one.
        return sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=wait, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("edi_router_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
