"""Registers in the ledger: moves applied to entries that are still as they were seen, and the entries as they stand."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    select,
    update,
)

from edi_router.ledger import tables
from edi_router.ledger.errors import Conflict
from edi_router.ledger.moves import canonical
from edi_router.ledger.plain import first
from edi_router.ledger.store import Row, Store, Tx, micros
from edi_router.ledger.tenancy import Viewer, seen
from edi_router.pipeline.model import FileOutcome
from edi_router.registers import Entry, Moved
from edi_router.registers.entry import from_text, to_text

LONGEST = 200
"""Characters of a value by which an entry can be found."""
FEW = 5_000
"""Entries: to collect and sort fewer takes a hundredth of a second."""
_e, _n, _v, _ev = (
    tables.register_entry.c,
    tables.register_number.c,
    tables.register_value.c,
    tables.event.c,
)
_ENTRY = select(tables.register_entry).where(_e.id == bindparam("id"), _e.version > 0)
_COLUMNS = tuple(tables.register_entry.c.keys())
_FORGOTTEN = delete(tables.register_value).where(_v.entry == bindparam("v_entry"))
_NUMBER = select(_n.last).where(_n.stream == bindparam("stream"))
_CLOCKS = "register-clocks/"
"""Which configuration the clocks follow is the latest firing of a schedule of this name."""
_DUE = (
    select(tables.register_entry)
    .where(_e.due <= bindparam("now"), _e.version > 0)
    .order_by(_e.due, _e.id)
    .limit(bindparam("limit", type_=BigInteger))
)
_OPEN = (
    select(tables.register_entry)
    .where(_e.register == bindparam("register"), _e.open == 1, _e.version > 0, _e.id > bindparam("after"))
    .order_by(_e.id)
    .limit(bindparam("limit", type_=BigInteger))
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with what the ledger knows of it besides its content."""

    entry: Entry
    open: bool
    changed: int
    due: int | None


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """One thing that happened to an entry."""

    at: int
    partner: str
    move: str
    before: str
    state: str
    detail: str


class RegisterReads(Store):
    """What may be asked of the registers."""

    def register_entry(self, register: str, key: str) -> Entry | None:
        """The entry of this key; None when there is none."""
        with self.ask() as connection:
            row = first(connection, _ENTRY, {"id": f"{register}:{key}"})
        return None if row is None else entry_of(dict(zip(_COLUMNS, row, strict=True)))

    def last_number(self, stream: str) -> int:
        """The number given last in a series; 0 when none was."""
        with self.ask() as connection:
            return connection.scalar(_NUMBER, {"stream": stream}) or 0

    def register_entries(
        self,
        register: str,
        state: str | None = None,
        value: str | None = None,
        only_open: bool = False,
        limit: int = 100,
        after: str = "",
        viewer: Viewer | None = None,
    ) -> list[Listed]:
        """Entries of a register in the order of their keys: all, or those in a state, with a value, or of a viewer."""
        begin = _e.id > f"{register}:{after}" if after else _e.id >= f"{register}:"
        query = select(tables.register_entry).where(begin, _e.id < f"{register};", _e.version > 0)
        if state is not None:
            query = query.where(func.coalesce(_e.state, "") == state)
        if only_open:
            query = query.where(func.coalesce(_e.open, 0) == 1)
        if value is not None:
            found = select(_v.entry).where(_v.value == value)
            query = query.where(_e.id.in_(found) | (_e.key == value))
        if viewer is not None:
            query = query.where(seen("entry", viewer))
        with self.read() as connection:
            if state is not None or only_open:
                query = query.where(*_if_few(connection, register, state, only_open))
            rows = connection.execute(query.order_by(_e.id).limit(limit)).mappings().all()
        return [_listed(row) for row in rows]

    def open_entries(self, register: str, limit: int, after: str = "") -> list[Listed]:
        """The open entries of a register in the order of their keys, behind the key `after`."""
        asked = {"register": register, "after": f"{register}:{after}" if after else "", "limit": limit}
        with self.ask() as connection:
            return [_listed(row) for row in connection.execute(_OPEN, asked).mappings()]

    def register_counts(self) -> list[tuple[str, str, int]]:
        """How many entries each register has in each state."""
        query = (
            select(_e.register, _e.state, func.count())
            .where(_e.version > 0)
            .group_by(_e.register, _e.state)
            .order_by(_e.register, _e.state)
        )
        with self.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def register_events(self, register: str, key: str) -> list[RegisterEvent]:
        """Everything that happened to an entry, in order."""
        query = (
            select(_ev.at, _ev.partner, _ev.what, _ev.before, _ev.state, _ev.detail)
            .where(_ev.kind == "register", _ev.subject == f"{register}:{key}")
            .order_by(_ev.id)
        )
        with self.read() as connection:
            return [
                RegisterEvent(row[0], row[1], row[2], row[3] or "", row[4] or "", row[5])
                for row in connection.execute(query)
            ]

    def due_entries(self, limit: int = 500) -> list[Entry]:
        """The entries for which a clock has struck."""
        with self.ask() as connection:
            rows = connection.execute(_DUE, {"now": self.now(), "limit": limit}).mappings().all()
        return [entry_of(dict(row)) for row in rows]

    def clocks_followed(self) -> str:
        """The digest of the configuration that the moments of the clocks were computed by last; empty at first."""
        f = tables.schedule_firing.c
        latest = (
            select(f.schedule).where(f.schedule.like(f"{_CLOCKS}%")).order_by(f.fire_time.desc(), f.at.desc())
        )
        with self.ask() as connection:
            found = connection.scalar(latest.limit(1))
        return "" if found is None else str(found).removeprefix(_CLOCKS)

    def follow_clocks(self, digest: str) -> None:
        """Remember that the moments of all clocks are those of this configuration."""
        with self.write() as tx:
            row = {"schedule": f"{_CLOCKS}{digest}", "fire_time": tx.now, "at": tx.now}
            tx.insert_once(tables.schedule_firing, row)

    def reset_due(self, changes: Iterable[tuple[str, int, int | None]]) -> int:
        """Let entries (id, version) strike at other moments (microseconds); those that were moved meanwhile know already."""
        rows = [{"v_id": id, "v_version": version, "v_due": due} for id, version, due in changes]
        if not rows:
            return 0
        statement = (
            update(tables.register_entry)
            .where(_e.id == bindparam("v_id"), _e.version == bindparam("v_version"))
            .values(due=bindparam("v_due"))
        )
        with self.write() as tx:
            tx.connection.execute(statement, rows)
        return len(rows)


class RegisterMoves:
    """The moves of one transaction: each must find its entry as it was seen."""

    def __init__(self, tx: Tx, moves: Iterable[Moved]) -> None:
        self.tx = tx
        several = list(moves)
        ids = sorted({moved.id for moved in several})
        streams = sorted({moved.stream for moved in several if moved.number})
        # Only what will be written needs a row; in the order of the ids, as all locks are taken.
        new = {
            each.id: {"id": each.id, "register": each.register, "key": each.key}
            for each in several
            if each.after is not None
        }
        tx.insert_missing(tables.register_entry, [new[id] for id in sorted(new)])
        tx.insert_missing(tables.register_number, [{"stream": stream} for stream in streams])
        self.versions = {
            id: row["version"] for id, row in (tx.lock(tables.register_entry, ids) if ids else {}).items()
        }
        locked = tx.lock(tables.register_number, streams, "stream") if streams else {}
        self.numbers = {stream: row["last"] for stream, row in locked.items()}
        self.first = dict(self.numbers)
        self.last: dict[str, tuple[Moved, str]] = {}
        self.events: list[Row] = []

    def add(self, moves: Sequence[tuple[Moved, str, str]]) -> None:
        """Take the moves (each with its message and partner), or raise Conflict and take none of them."""
        versions, numbers = dict(self.versions), dict(self.numbers)
        for moved, _, _ in moves:
            seen = moved.before.version if moved.before is not None else 0
            if versions.get(moved.id, 0) != seen:
                raise Conflict(f"the entry {moved.id} was moved meanwhile")
            if moved.number and numbers[moved.stream] != moved.number - 1:
                raise Conflict(f"the number {moved.number} of {moved.stream} was given meanwhile")
            if moved.after is not None:
                versions[moved.id] = moved.after.version
            if moved.number:
                numbers[moved.stream] = moved.number
        self.versions, self.numbers = versions, numbers
        for moved, message, partner in moves:
            if moved.after is not None:
                self.last[moved.id] = (moved, message)
            self.events.append(self._event(moved, message, partner))

    def _event(self, moved: Moved, message: str, partner: str) -> Row:
        before = moved.before.state if moved.before is not None else None
        state = moved.after.state if moved.after is not None else before
        detail = {"outcome": moved.outcome, "message": message, **moved.detail}
        if moved.number:
            detail["number"] = str(moved.number)
        return {
            "at": self.tx.now, "date": self.tx.date, "kind": "register", "subject": moved.id,
            "partner": partner, "what": moved.move, "before": before, "state": state,
            "detail": canonical(detail),
        }  # fmt: skip

    def write(self) -> None:
        """Write what the moves came to."""
        tx = self.tx
        entries: list[Row] = []
        values: list[Row] = []
        for id, (moved, _) in self.last.items():
            entry = moved.after
            assert entry is not None
            entries.append({
                "id": id, "version": entry.version, "state": entry.state, "open": int(moved.open),
                "content": to_text(entry), "partner": entry.entered_by, "message": entry.message or None,
                "entered": micros(entry.entered) if entry.entered else tx.now, "changed": tx.now,
                "due": micros(moved.due) if moved.due is not None else None,
            })  # fmt: skip
            values += (
                {"entry": id, "name": name, "value": value}
                for name, several in entry.fields.items()
                for value in dict.fromkeys(several)
                if len(value) <= LONGEST
            )
        tx.update(tables.register_entry, entries)
        if entries:
            tx.connection.execute(_FORGOTTEN, [{"v_entry": row["id"]} for row in entries])
        tx.insert(tables.register_value, values)
        tx.insert(tables.event, self.events)
        for stream, last in self.numbers.items():
            if last != self.first[stream]:
                tx.connection.execute(
                    update(tables.register_number).where(_n.stream == stream).values(last=last)
                )


def moves_of(outcome: FileOutcome, partner: str) -> list[tuple[Moved, str, str]]:
    """The moves of an outcome in their order, each with its message and the partner."""
    return [
        (moved, message.id, partner)
        for interchange in outcome.interchanges
        for message in interchange.messages
        for moved in message.moves
    ]


def _if_few(
    connection: Connection, register: str, state: str | None, only_open: bool
) -> list[ColumnElement[bool]]:
    """That an entry is one of those in a state, collected by their index, when they are few; else nothing.

    Of many the first are soon met in the order of the keys.
    """
    them = select(_e.id).where(_e.register == register, _e.open.in_((1,) if only_open else (0, 1)))
    them = them if state is None else them.where(_e.state == state)
    number = connection.scalar(select(func.count()).select_from(them.limit(FEW).subquery())) or 0
    return [_e.id.in_(them.correlate(None))] if number < FEW else []


def _listed(row: RowMapping) -> Listed:
    return Listed(entry_of(dict(row)), bool(row["open"]), row["changed"], row["due"])


def entry_of(row: Row) -> Entry:
    """The entry of a row of `register_entry`."""
    return from_text(row["register"], row["key"], row["state"], row["version"], row["content"])


@dataclass(frozen=True)
class SealedView:
    """The registers as processing sees them, with the key that seals secrets."""

    reads: RegisterReads
    key: bytes = field(repr=False)

    def register_entry(self, register: str, key: str) -> Entry | None:
        """The entry of this key; None when there is none."""
        return self.reads.register_entry(register, key)

    def last_number(self, stream: str) -> int:
        """The number given last in a series; 0 when none was."""
        return self.reads.last_number(stream)

    def sealed(self, register: str, key: str, secret: str) -> str:
        """HMAC-SHA256 of the secret, bound to its entry: equal secrets of two entries are not to be told apart."""
        text = "\0".join((register, key, secret)).encode()
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()
