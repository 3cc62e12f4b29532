"""Searching: pages of what a filter asks for, newest first, at the same cost on the first page and the thousandth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, func, literal, or_, select, union_all

from edi_router.formats.answer import Answer
from edi_router.ledger import tables
from edi_router.ledger.queries import plain_row
from edi_router.ledger.states import TRANSITIONS
from edi_router.ledger.store import Row, Store, instant, micros

KINDS = ("message", "file", "output", "delivery", "acknowledgement", "clock")
_AT = {
    "message": "entered", "file": "received", "output": "made", "delivery": "made", "acknowledgement": "at",
    "clock": "due",
}  # fmt: skip
_STATE = {"acknowledgement": "answer"}
"""What stands for the state of the kinds that have none."""
STATES: Mapping[str, tuple[str, ...]] = {
    **{kind: tuple(TRANSITIONS[kind]) for kind in ("message", "file", "output", "delivery")},
    "acknowledgement": tuple(map(str, Answer)),
    "clock": ("waiting", "running", "warned", "breached", "met", "late"),
}
"""The states that the things of each kind may be in."""
_UNORDERED = ("clock",)
"""Kinds with an index on a value that is not in the order of time."""
_USUAL = 5_000
"""Rows: of so many with a value it does not matter how many more there are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is None is not asked."""

    kind: str = "message"
    partner: str | None = None
    """Who sent a message or file, or who gets an output or delivery."""
    type: str | None = None
    """Of a message or output."""
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Up to, not including, this instant."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    rows: Sequence[dict[str, Any]]
    next: str | None
    """What to ask for to get the next page (`after`); None on the last one."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message whose bytes may be searched: where they are in the archive."""

    id: str
    sha256: str
    offset: int
    length: int
    type: str
    entered: int
    """When it came, in microseconds."""

    @property
    def place(self) -> str:
        """Its place in the list: what to ask for to get those after it."""
        return f"{self.entered}.{self.id}"


class Searching(Store):
    """The verbs of searching."""

    def search(
        self,
        wanted: Wanted,
        seen: ColumnElement[bool] | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Found:
        """A page of at most `limit`, after the place `after` that the page before told.

        `seen` is a condition on the rows that the viewer may see. Raises ValueError for an unknown kind or place.
        """
        if wanted.kind not in KINDS:
            raise ValueError(f"{wanted.kind} cannot be searched")
        table: Table = getattr(tables, wanted.kind)
        at: Column[int] = table.c[_AT[wanted.kind]]
        id: Column[Any] = table.c.id
        query = select(table).order_by(at.desc(), id.desc()).limit(limit + 1)
        query = query.where(*_within(at, wanted))
        if seen is not None:
            query = query.where(seen)
        if after is not None:
            query = query.where(*_beyond(at, id, _place(after, wanted.kind)))
        with self.read() as connection:
            query = query.where(*_rarest_leads(connection, wanted.kind, _values(table, wanted)))
            rows = [dict(row) for row in connection.execute(query).mappings()]
            names = _names(connection, rows) if wanted.kind == "message" else {}
        more = len(rows) > limit
        rows = rows[:limit]
        last_row = rows[-1] if rows else None
        following = f"{last_row[at.name]}.{last_row['id']}" if more and last_row is not None else None
        return Found([told_row(row, names) for row in rows], following)

    def partner_known(self, partner: str) -> bool:
        """Whether anything came from this partner or was made for it, also when it is configured no more."""
        parts = (
            select(literal(1)).where(table.c.partner == partner).limit(1).subquery()
            for table in (tables.file, tables.message, tables.output)
        )
        with self.read() as connection:
            return connection.execute(union_all(*(select(part) for part in parts))).first() is not None

    def texts(
        self,
        partner: str,
        day: tuple[datetime, datetime],
        seen: ColumnElement[bool] | None = None,
        limit: int = 500,
        after: str | None = None,
    ) -> list[Text]:
        """Where the messages lie that a partner sent within a span (from, up to), newest first: to look into their bytes.

        At most `limit`, after the place `after` (`Text.place`). Raises ValueError for what is no place.
        """
        m, f = tables.message.c, tables.file.c
        query = (
            select(m.id, f.sha256, m.offset, m.length, m.type, m.entered)
            .join(tables.file, f.id == m.file)
            .where(*_sent(partner, day, seen, after))
            .order_by(m.entered.desc(), m.id.desc())
            .limit(limit)
        )
        with self.read() as connection:
            return [Text(*row) for row in connection.execute(query)]

    def texts_left(
        self, partner: str, day: tuple[datetime, datetime], seen: ColumnElement[bool] | None, after: str
    ) -> int:
        """How many messages `texts` has after this place."""
        query = select(func.count()).select_from(tables.message).where(*_sent(partner, day, seen, after))
        with self.read() as connection:
            return connection.scalar(query) or 0

    def message_rows(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The messages with these ids, newest first, as `search` tells them."""
        m = tables.message
        rows: list[dict[str, Any]] = []
        with self.read() as connection:
            for start in range(0, len(ids), 500):
                query = select(m).where(m.c.id.in_(ids[start : start + 500]))
                rows += [dict(row) for row in connection.execute(query).mappings()]
            names = _names(connection, rows)
        rows.sort(key=lambda row: (row["entered"], row["id"]), reverse=True)
        return [told_row(row, names) for row in rows]

    def save_search(self, account: str, name: str, query: str) -> None:
        """Keep a search (the query of its address) under a name of an account; one of this name is replaced."""
        s = tables.saved_search
        with self.write() as tx:
            tx.connection.execute(delete(s).where(s.c.account == account, s.c.name == name))
            tx.insert(s, [{"account": account, "name": name, "query": query}])

    def saved_searches(self, account: str) -> list[tuple[str, str]]:
        """Name and query of the searches that an account keeps, by name."""
        s = tables.saved_search.c
        with self.read() as connection:
            rows = connection.execute(select(s.name, s.query).where(s.account == account).order_by(s.name))
            return [(row.name, row.query) for row in rows]

    def forget_search(self, account: str, name: str) -> None:
        """Keep a search no longer."""
        s = tables.saved_search
        with self.write() as tx:
            tx.connection.execute(delete(s).where(s.c.account == account, s.c.name == name))


def _sent(
    partner: str, span: tuple[datetime, datetime], seen: ColumnElement[bool] | None, after: str | None
) -> list[ColumnElement[bool]]:
    """The conditions on messages that a partner sent within a span, after a place."""
    m = tables.message.c
    conditions = [m.partner == partner, m.entered >= micros(span[0]), m.entered < micros(span[1])]
    if seen is not None:
        conditions.append(seen)
    return conditions if after is None else [*conditions, *_beyond(m.entered, m.id, _place(after, "message"))]


def _beyond(at: Column[int], id: Column[Any], place: tuple[int, Any]) -> list[ColumnElement[bool]]:
    """The conditions that a row is older than a place."""
    moment, last = place
    return [at <= moment, or_(at < moment, id < last)]


def _values(table: Table, wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions on partner, state and type; each has an index that is in the order of time."""
    asked = {"partner": wanted.partner, _STATE.get(wanted.kind, "state"): wanted.state, "type": wanted.type}
    return [table.c[name] == value for name, value in asked.items() if value is not None and name in table.c]


def _within(at: Column[int], wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions on the time."""
    within = list[ColumnElement[bool]]()
    if at.nullable:
        within.append(at.is_not(None))
    if wanted.since is not None:
        within.append(at >= micros(wanted.since))
    if wanted.until is not None:
        within.append(at < micros(wanted.until))
    return within


def _rarest_leads(
    connection: Connection, kind: str, values: list[ColumnElement[bool]]
) -> list[ColumnElement[bool]]:
    """The conditions, with those marked that the database should not begin with.

    SQLite knows how many values a column has, but not how many rows one of them: it would walk all messages of a usual
    type to find the three that are held. PostgreSQL counts by itself.
    """
    if connection.dialect.name != "sqlite" or len(values) < (1 if kind in _UNORDERED else 2):
        return values
    some = [select(func.count()).select_from(_some(each)) for each in values]
    numbers = [connection.scalar(each) or 0 for each in some]
    first = numbers.index(min(numbers))
    if (
        kind in _UNORDERED and numbers[first] >= _USUAL
    ):  # better the newest of all than all with the value, to be sorted
        return [func.likely(each) for each in values]
    return [each if at == first else func.likely(each) for at, each in enumerate(values)]


def _some(value: ColumnElement[bool]) -> Any:
    return select(literal(1)).where(value).limit(_USUAL).subquery()


def _place(after: str, kind: str) -> tuple[int, Any]:
    moment, _, id = after.partition(".")
    if not moment.isdecimal() or len(moment) > 18 or not id:
        raise ValueError(f"{after} is no place in a list")
    if kind in ("acknowledgement", "clock"):
        if not id.isdecimal() or len(id) > 18:
            raise ValueError(f"{after} is no place in a list")
        return int(moment), int(id)
    return int(moment), id


def _names(connection: Any, rows: Sequence[Row]) -> dict[str, str]:
    """The names of the files that the messages came in."""
    f = tables.file.c
    ids = sorted({row["file"] for row in rows})
    found = connection.execute(select(f.id, f.name).where(f.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in found}


def told_row(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A row with its instants, and the name of its file where that is known."""
    told = plain_row(row)
    for name in ("started", "warn", "due", "stopped"):
        if isinstance(told.get(name), int):
            told[name] = instant(told[name])
    return told | ({"name": names.get(row["file"], "")} if "interchange" in row and names else {})
