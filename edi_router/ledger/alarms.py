"""Alarms: what needs somebody's attention, raised once, told to each channel once, and cleared once.

An alarm is known by its key while it is open; raising it again changes what it says, not that it is there. Its notices,
one for each channel, are rows that are sent and recorded as deliveries are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.moves import canonical
from edi_router.ledger.store import Row, Store, Tx, instant, micros, storable, storable_text

WARNING, CRITICAL = "warning", "critical"
RAISED, WORSE, CLEARED = "raised", "worse", "cleared"
LEASE = timedelta(minutes=2)
FAR = timedelta(hours=1)
"""No notice waits so long to be tried again: the machine's clock was set back, and it is due."""
REMEMBERED = timedelta(days=2)
"""How long it is tried to tell that an alarm is over."""
_a, _n = tables.alarm.c, tables.alarm_notice.c


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now. `kind` has a text in both languages; `arguments` fill it."""

    kind: str
    key: str
    severity: str
    partner: str = ""
    subject: str = ""
    arguments: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it stands."""

    id: int
    kind: str
    key: str
    severity: str
    partner: str
    subject: str
    arguments: Mapping[str, str | int]
    raised: datetime
    cleared: datetime | None
    worse: datetime | None
    """When it became critical after it had been raised as a warning."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell on a channel, in the caller's hands."""

    id: int
    alarm: Alarm
    channel: str
    what: str
    """`raised`, `worse` or `cleared`."""
    attempts: int


class Alarms(Store):
    """The verbs of alarms."""

    @again
    def raise_alarm(self, trouble: Trouble) -> bool:
        """Raise an alarm, or bring an open one up to date; True when it is new or has become critical."""
        with self.ask() as connection:
            row = _open(connection, trouble.key)
        if row is not None and not _news(row, trouble):
            return False
        with self.write() as tx:
            return raise_in(tx, trouble)

    @again
    def clear_alarm(self, key: str) -> bool:
        """Let an alarm be over; True when one was open."""
        with self.write() as tx:
            return clear_in(tx, key)

    def alarms(self, *, open_only: bool = True, since: datetime | None = None) -> list[Alarm]:
        """The alarms that are open, or all that were raised since an instant; the latest first."""
        query = select(tables.alarm).order_by(_a.raised.desc(), _a.id.desc())
        if open_only:
            query = query.where(_a.open.is_not(None))
        if since is not None:
            query = query.where(_a.raised >= micros(since))
        with self.ask() as connection:
            return [_alarm(row) for row in connection.execute(query).mappings()]

    def given_up(self) -> dict[str, int]:
        """How many outputs have failed for good, by the partner that they are for."""
        o = tables.output.c
        query = select(o.partner, func.count()).where(o.state == "failed").group_by(o.partner)
        with self.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def failed_files(self) -> dict[str, int]:
        """How many files could not be processed, by the partner that they are from."""
        f = tables.file.c
        query = select(f.partner, func.count()).where(f.state == "failed").group_by(f.partner)
        with self.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def untold(self) -> list[tuple[Alarm, frozenset[tuple[str, str]]]]:
        """The alarms of which something may have to be told, with what each channel has been, or is to be, told."""
        since = self.now() - micros_of(REMEMBERED)
        query = select(tables.alarm).where(or_(_a.open.is_not(None), _a.cleared >= since)).order_by(_a.id)
        with self.read() as connection:
            alarms = [_alarm(row) for row in connection.execute(query).mappings()]
            told: dict[int, set[tuple[str, str]]] = {each.id: set() for each in alarms}
            ids = list(told)
            for start in range(0, len(ids), 500):
                chosen = select(_n.alarm, _n.channel, _n.what).where(_n.alarm.in_(ids[start : start + 500]))
                for alarm, channel, what in connection.execute(chosen):
                    told[alarm].add((channel, what))
        return [(each, frozenset(told[each.id])) for each in alarms]

    def announce_alarms(self, notices: Iterable[tuple[int, str, str]]) -> None:
        """Have these told: alarm, channel, what. What is to be told already stays one notice."""
        with self.write() as tx:
            tx.insert_missing(tables.alarm_notice, [
                {"alarm": alarm, "channel": channel, "what": what, "state": "waiting", "next_attempt": tx.now}
                for alarm, channel, what in notices
            ])  # fmt: skip

    def claim_notices(self, limit: int = 50) -> list[Notice]:
        """Take notices whose time has come; a claim that nobody finishes ends by itself."""
        now = self.now()
        due = (
            select(_n.id, _n.channel, _n.what, _n.attempts, _n.alarm)
            .where(_n.state == "waiting", or_(_n.next_attempt <= now, _n.next_attempt > now + micros_of(FAR)))
            .order_by(_n.id)
            .limit(limit)
        )
        with self.ask() as connection:  # most rounds find nothing, and write nothing
            if connection.execute(due).first() is None:
                return []
        with self.write() as tx:
            claimed = []
            for row in tx.connection.execute(due).all():
                taken = tx.connection.execute(
                    update(tables.alarm_notice)
                    .where(and_(_n.id == row.id, _n.state == "waiting", _n.attempts == row.attempts))
                    .values(attempts=row.attempts + 1, next_attempt=tx.now + micros_of(LEASE))
                )
                if taken.rowcount:
                    alarm = tx.connection.execute(select(tables.alarm).where(_a.id == row.alarm)).mappings()
                    claimed.append(
                        Notice(row.id, _alarm(alarm.one()), row.channel, row.what, row.attempts + 1)
                    )
            return claimed

    def notice_sent(self, notice: int) -> None:
        """Record that a notice was told."""
        self._notice(notice, {"state": "sent", "reason": ""})

    def notice_failed(self, notice: int, reason: str, again: datetime | None) -> None:
        """Record that a notice could not be told: it is tried again then, or given up when that is None."""
        state: dict[str, Any] = {"state": "failed"} if again is None else {"next_attempt": micros(again)}
        self._notice(notice, {**state, "reason": reason})

    def put_back_notice(self, notice: Notice, again: datetime) -> None:
        """Give up a claim without an attempt made; it is tried then."""
        self._notice(notice.id, {"next_attempt": micros(again), "attempts": notice.attempts - 1})

    def _notice(self, notice: int, values: Mapping[str, Any]) -> None:
        with self.write() as tx:
            changed = update(tables.alarm_notice).where(_n.id == notice).values(**storable(values))
            tx.connection.execute(changed)


def raise_in(tx: Tx, trouble: Trouble) -> bool:
    """`raise_alarm` inside a transaction."""
    values = {
        "kind": trouble.kind, "key": trouble.key, "open": trouble.key, "severity": trouble.severity,
        "partner": trouble.partner, "subject": trouble.subject, "arguments": _arguments(trouble),
        "raised": tx.now, "escalated": 0,
    }  # fmt: skip
    row = _open(tx.connection, trouble.key)
    if row is None:
        return tx.insert_once(tables.alarm, values)
    worse = row["severity"] == WARNING and trouble.severity == CRITICAL
    if _news(row, trouble):
        changed: dict[str, Any] = {"arguments": values["arguments"], "subject": trouble.subject}
        changed |= {"severity": CRITICAL, "escalated": tx.now, "kind": trouble.kind} if worse else {}
        tx.connection.execute(update(tables.alarm).where(_a.id == row["id"]).values(**storable(changed)))
    return worse


def _news(row: Any, trouble: Trouble) -> bool:
    """Whether a trouble changes what an open alarm says."""
    if row["severity"] == WARNING and trouble.severity == CRITICAL:
        return True
    return bool(row["arguments"] != _arguments(trouble))


def _arguments(trouble: Trouble) -> str:
    return canonical(storable(trouble.arguments or {}))


def open_severity(tx: Tx, key: str) -> str | None:
    """How severe the open alarm of a key is; None when there is none."""
    row = _open(tx.connection, key)
    return None if row is None else str(row["severity"])


def clear_in(tx: Tx, key: str) -> bool:
    """`clear_alarm` inside a transaction."""
    over = update(tables.alarm).where(_a.open == storable_text(key)).values(open=None, cleared=tx.now)
    done = tx.connection.execute(over)
    return bool(done.rowcount)


def _open(connection: Connection, key: str) -> Row | None:
    query = select(tables.alarm).where(_a.open == storable_text(key))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def micros_of(span: timedelta) -> int:
    """A span in microseconds."""
    return span // timedelta(microseconds=1)


def _alarm(row: Any) -> Alarm:
    return Alarm(
        row["id"], row["kind"], row["key"], row["severity"], row["partner"], row["subject"],
        json.loads(row["arguments"]), instant(row["raised"]),
        None if row["cleared"] is None else instant(row["cleared"]),
        instant(row["escalated"]) if row["escalated"] else None,
    )  # fmt: skip
