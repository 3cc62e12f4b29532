"""How far the webhooks of partners have been told: a place in the order of events for each, and what it could not be told.

There is no row for a call to come: what there is to tell the events themselves say (`ledger.following`). Whoever tells
claims the webhook under a fence; a call is recorded after it was answered, so that it may be made twice, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.desk import decided
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.following import Happening
from edi_router.ledger.store import Store, Tx, instant, micros, storable

FAR = timedelta(hours=3)
"""No webhook waits so long to be tried again: the machine's clock was set back, and it is due."""
_w, _d = tables.webhook.c, tables.webhook_dead.c
Name = tuple[str, str]
"""A partner, and the id of one of its webhooks."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it stands."""

    partner: str
    id: str
    event: int
    """The last event that is settled: told, given up, or not for it."""
    fence: int
    attempts: int
    """Of the event in hand."""
    failures: int
    """In a row, whatever was told."""
    since: datetime | None
    """When the first of them was."""
    again: datetime | None
    """Before then it is not tried."""
    last: datetime | None
    """When it was told something last."""
    reason: str
    """Why the last call failed, in English."""
    dead: int = 0
    """How many events were given up."""

    @property
    def name(self) -> Name:
        """What it is known by."""
        return self.partner, self.id


@dataclass(frozen=True, slots=True)
class Dead:
    """An event that a webhook could not be told."""

    event: int
    type: str
    at: datetime
    """When it happened."""
    failed: datetime
    """When it was given up."""
    attempts: int
    reason: str
    again: bool
    """It is to be told once more."""


def is_due(hook: Hook, now: datetime) -> bool:
    """Whether a webhook may be called now."""
    return hook.again is None or not now < hook.again <= now + FAR


class Webhooks(Store):
    """The verbs of webhooks."""

    def enter_webhooks(self, names: Iterable[Name], after: int) -> None:
        """Let webhooks be known; one that is new is told of what happens after this event."""
        with self.write() as tx:
            tx.insert_missing(
                tables.webhook, [{"partner": partner, "hook": id, "event": after} for partner, id in names]
            )

    def webhooks(self) -> dict[Name, Hook]:
        """All that have been entered."""
        dead = select(_d.partner, _d.hook, func.count()).where(_d.again == 0).group_by(_d.partner, _d.hook)
        query = select(tables.webhook).order_by(_w.partner, _w.hook)
        with self.read() as connection:
            given_up = {(row[0], row[1]): row[2] for row in connection.execute(dead)}
            hooks = [_hook(row, given_up) for row in connection.execute(query).mappings()]
        return {each.name: each for each in hooks}

    def claim_webhook(self, name: Name) -> Hook | None:
        """Take a webhook in hand; None when it is not due. Who had it before is fenced off."""
        with self.write() as tx:
            row = _locked(tx, name)
            if row is None or not is_due(_hook(row, {}), instant(tx.now)):
                return None
            tx.connection.execute(update(tables.webhook).where(_named(name)).values(fence=row["fence"] + 1))
        return _hook(row | {"fence": row["fence"] + 1}, {})

    @again
    def webhook_told(self, hook: Hook, event: int, *, call: bool = True) -> None:
        """Record that all up to this event is settled, and with `call` that it was told. Raises Fenced."""
        with self.write() as tx:
            _held(tx, hook)
            values: dict[str, Any] = {"event": event, "attempts": 0}
            if call:
                values |= _WELL | {"last_success": tx.now}
            tx.connection.execute(update(tables.webhook).where(_named(hook.name)).values(**values))

    @again
    def webhook_failed(
        self, hook: Hook, what: Happening, reason: str, retry_at: datetime, limit: int
    ) -> bool:
        """Record that a call failed. After `limit` calls the event is given up; whether it was. Raises Fenced.

        `retry_at` is when the webhook is tried again, with this event or the one that follows.
        """
        with self.write() as tx:
            row = _held(tx, hook)
            attempts = int(row["attempts"]) + 1
            over = attempts >= limit
            values = _failure(tx, row, reason, retry_at) | {"attempts": 0 if over else attempts}
            if over:
                values["event"] = what.number
                tx.insert_missing(tables.webhook_dead, [{
                    "partner": hook.partner, "hook": hook.id, "event": what.number, "type": what.type,
                    "at": micros(what.at), "failed": tx.now, "attempts": attempts, "reason": reason,
                }])  # fmt: skip
            tx.connection.execute(update(tables.webhook).where(_named(hook.name)).values(**storable(values)))
            return over

    @again
    def webhook_stuck(self, hook: Hook, reason: str, retry_at: datetime) -> None:
        """Record that the webhook cannot be called at all, whatever there is to tell. Raises Fenced."""
        with self.write() as tx:
            values = storable(_failure(tx, _held(tx, hook), reason, retry_at))
            tx.connection.execute(update(tables.webhook).where(_named(hook.name)).values(**values))

    def dead(self, name: Name, *, again: bool | None = None, limit: int = 100) -> list[Dead]:
        """What a webhook could not be told, in its order; with `again` only what is, or is not, to be told once more."""
        query = select(tables.webhook_dead).where(_named(name, _d)).order_by(_d.event).limit(limit)
        if again is not None:
            query = query.where(_d.again == int(again))
        with self.read() as connection:
            return [
                Dead(
                    row["event"], row["type"], instant(row["at"]), instant(row["failed"]), row["attempts"],
                    row["reason"], bool(row["again"]),
                )
                for row in connection.execute(query).mappings()
            ]  # fmt: skip

    @again
    def dead_told(self, hook: Hook, event: int, *, call: bool = True) -> None:
        """Record that an event that had been given up was told; without `call` that it is kept no more. Raises Fenced."""
        with self.write() as tx:
            _held(tx, hook)
            tx.connection.execute(delete(tables.webhook_dead).where(_named(hook.name, _d), _d.event == event))
            if call:
                values = _WELL | {"last_success": tx.now}
                tx.connection.execute(update(tables.webhook).where(_named(hook.name)).values(**values))

    @again
    def dead_failed(self, hook: Hook, event: int, reason: str, retry_at: datetime) -> None:
        """Record that it failed once more: it stays given up. Raises Fenced."""
        with self.write() as tx:
            row = _held(tx, hook)
            dead = update(tables.webhook_dead).where(_named(hook.name, _d), _d.event == event)
            changed = {
                "again": 0,
                "attempts": _d.attempts + 1,
                "failed": tx.now,
                **storable({"reason": reason}),
            }
            tx.connection.execute(dead.values(**changed))
            values = storable(_failure(tx, row, reason, retry_at))
            tx.connection.execute(update(tables.webhook).where(_named(hook.name)).values(**values))

    def retry_webhook(self, name: Name, by: str, reason: str = "") -> int:
        """Have a webhook tried now, and told once more of what was given up; how many events that are.

        Raises NotFound when no webhook has this name.
        """
        with self.write() as tx:
            if _locked(tx, name) is None:
                raise NotFound(f"no webhook {'/'.join(name)}")
            tx.connection.execute(update(tables.webhook).where(_named(name)).values(next_attempt=tx.now))
            dead = update(tables.webhook_dead).where(_named(name, _d), _d.again == 0).values(again=1)
            count = tx.connection.execute(dead).rowcount
            decided(tx, "webhook", "/".join(name), "retry", by, reason)
            return int(count)


_WELL: dict[str, Any] = {"failures": 0, "first_failure": None, "next_attempt": 0, "reason": ""}


def _named(name: Name, columns: Any = _w) -> ColumnElement[bool]:
    return and_(columns.partner == name[0], columns.hook == name[1])


def _locked(tx: Tx, name: Name) -> dict[str, Any] | None:
    query = select(tables.webhook).where(_named(name)).with_for_update()
    row = tx.connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _held(tx: Tx, hook: Hook) -> dict[str, Any]:
    row = _locked(tx, hook.name)
    if row is None or row["fence"] != hook.fence:
        raise Fenced(f"the webhook {'/'.join(hook.name)} was taken over by another worker")
    return row


def _failure(tx: Tx, row: dict[str, Any], reason: str, retry_at: datetime) -> dict[str, Any]:
    first = row["first_failure"] if row["failures"] else tx.now
    return {
        "failures": row["failures"] + 1, "first_failure": first, "next_attempt": micros(retry_at),
        "reason": reason,
    }  # fmt: skip


def _hook(row: Any, given_up: dict[Name, int]) -> Hook:
    since, again, last = (
        instant(row[name]) if row[name] else None
        for name in ("first_failure", "next_attempt", "last_success")
    )
    return Hook(
        row["partner"], row["hook"], row["event"], row["fence"], row["attempts"], row["failures"], since, again,
        last, row["reason"], given_up.get((row["partner"], row["hook"]), 0),
    )  # fmt: skip
