"""Work: which file (or released message) is to be processed, who has it, and what if that breaks off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
    union_all,
    update,
)

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.moves import Change, change, note
from edi_router.ledger.plain import every
from edi_router.ledger.store import Row, Store, Tx, instant

_w, _f, _p, _d = tables.work.c, tables.file.c, tables.partner_state.c, tables.decision.c
_s = tables.delivery.c
_TAKEABLE = ("pending", "claimed")
"""States of work that can be claimed when it is due."""


def _with_work(state: str) -> Select[Any]:
    """The partners with work in a state: one look into the index for each, however much of it they have."""
    first = select(func.min(_w.partner).label("partner")).where(_w.state == state)
    found = first.cte(f"of_{state}", recursive=True)
    more = select(func.min(_w.partner)).where(_w.state == state, _w.partner > found.c.partner)
    found = found.union_all(select(more.scalar_subquery()).where(found.c.partner.is_not(None)))
    return select(found.c.partner).where(found.c.partner.is_not(None))


def _items(state: str) -> Select[Any]:
    """A partner's work in a state that is due, in the order of its ids, `limit` behind the id `after`.

    Of one state, which is what an index has in this order: no more is read than is wanted.
    """
    decided = select(func.max(_d.at)).where(_d.subject == _w.message).scalar_subquery().label("decided")
    return (
        select(
            *(_w.id, _w.kind, _w.file, _w.message, _w.partner, _w.attempts),
            *(_f.name, _f.size, _f.sha256, _f.received, _f.date, decided),
        )
        .join(tables.file, _f.id == _w.file)
        .where(_w.state == state, _w.partner == bindparam("partner"))
        .where(_w.id > bindparam("after", type_=BigInteger), _w.due <= bindparam("now", type_=BigInteger))
        .order_by(_w.id)
        .limit(bindparam("limit", type_=BigInteger))
    )


_PARTNERS = union(*map(_with_work, _TAKEABLE)).order_by("partner")
_ITEMS = (
    union_all(*(select(_items(state).subquery()) for state in _TAKEABLE))
    .order_by("id")
    .limit(bindparam("limit", type_=BigInteger))
)
_COLUMNS = tuple(_ITEMS.selected_columns.keys())
_PAUSED = select(_p.partner).where(_p.paused == 1)
_SEQUENCES = select(_p.partner, _p.sequence).where(_p.partner.in_(bindparam("partners", expanding=True)))


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A file to process, whole or (`only`) in some of its messages."""

    id: int
    kind: str
    """`file` or `message`."""
    file: str
    partner: str
    name: str
    size: int
    sha256: str
    received: datetime
    business_date: str
    attempts: int
    only: frozenset[str] = field(default_factory=frozenset)
    decided: datetime | None = None
    """When a person released the message."""


class Working(Store):
    """The verbs of processing, but for the recording of its outcome."""

    def pending_work(
        self, limit: int = 100, busy: Collection[str] = (), partner: str | None = None
    ) -> list[WorkItem]:
        """Work that can be claimed now: every partner's in the order of arrival, the partners in turn.

        Of one `partner` only, if one is given. Paused partners are left out, and those named in `busy`. Claims whose
        lease has ended are work again.
        """
        with self.ask() as connection:
            out = set(busy) | paused(connection)
            partners = connection.scalars(_PARTNERS).all() if partner is None else [partner]
            queues = _queues(connection, [each for each in partners if each not in out], self.now(), limit)
        turns = ((place, turn, row) for turn, rows in enumerate(queues) for place, row in enumerate(rows))
        return [_item(row) for _, _, row in sorted(turns, key=lambda turn: turn[:2])[:limit]]

    def claim(self, work_id: int) -> int | None:
        """Take a piece of work; returns the fence, or None when it is done or somebody's live claim."""
        return self.claim_all([work_id]).get(work_id)

    @again
    def claim_all(self, work_ids: Iterable[int]) -> dict[int, int]:
        """`claim` for many: the fences of those that could be taken."""
        fences: dict[int, int] = {}
        with self.write() as tx:
            rows = [
                row
                for row in tx.lock(tables.work, work_ids).values()
                if row["state"] in ("pending", "claimed") and row["due"] <= tx.now
            ]
            seen = _sequences(tx, {row["partner"] for row in rows})
            for row in rows:
                fences[row["id"]] = row["fence"] + 1
            change(tx, "work", [
                Change(row, "claimed", values={
                    "fence": row["fence"] + 1, "attempts": row["attempts"] + 1, "due": tx.now + self.lease,
                    "seen": seen.get(row["partner"], 0),
                })
                for row in rows
            ])  # fmt: skip
        return fences

    def extend(self, work_id: int, fence: int) -> None:
        """Renew the lease of a claim that takes long. Raises Fenced when it is lost."""
        with self.write() as tx:
            row = held_claim(tx, work_id, fence)
            tx.connection.execute(
                update(tables.work).where(tables.work.c.id == row["id"]).values(due=tx.now + self.lease)
            )

    @again
    def give_back(self, work_id: int, fence: int) -> None:
        """Put claimed work back, unprocessed (after a Conflict, or at a shutdown)."""
        with self.write() as tx:
            change(tx, "work", [Change(held_claim(tx, work_id, fence), "pending", values={"due": 0})])

    @again
    def fail(self, work_id: int, fence: int, reason: str) -> None:
        """Record that processing broke off. The work stays visible and can be retried; nothing is lost."""
        with self.write() as tx:
            row = held_claim(tx, work_id, fence)
            change(tx, "work", [Change(row, "failed", values={"reason": reason})])
            if row["kind"] == "file":
                files = tx.lock(tables.file, [row["file"]])
                change(tx, "file", [
                    Change(files[row["file"]], "failed", "failed", {"reason": reason}, {"reason": reason})
                ])  # fmt: skip
            else:
                messages = tx.lock(tables.message, [row["message"]])
                note(tx, "message", [messages[row["message"]]], "failed", {"reason": reason})

    @again
    def take_over_work(self, partner: str) -> int:
        """End the leases of all claims of a partner's work; returns how many there were.

        For the only one who processes for the partner now: whoever did before learns it by the fence.
        """
        claimed = and_(_w.partner == partner, _w.state == "claimed", _w.due > self.now())
        with self.ask() as connection:
            if not connection.scalar(select(select(_w.id).where(claimed).exists())):
                return 0
        with self.write() as tx:
            return tx.connection.execute(update(tables.work).where(claimed).values(due=tx.now)).rowcount

    def in_hand(self) -> tuple[set[str], set[str]]:
        """The partners with work, and the destinations with deliveries, that are due or in somebody's hands.

        Those of paused ones are left out. An engine that has no job for one of them makes it.
        """
        now = self.now()
        with self.read() as connection:
            out = paused(connection)
            works = select(_w.partner).where(_w.state.in_(("pending", "claimed"))).distinct()
            sends = (
                select(_s.destination, _s.partner)
                .where(or_(
                    _s.state.in_(("claimed", "renaming")), and_(_s.state == "waiting", _s.next_attempt <= now),
                ))
                .distinct()
            )  # fmt: skip
            partners = set(connection.scalars(works)) - out
            return partners, {
                row.destination
                for row in connection.execute(sends)
                if not {row.destination, row.partner} & out
            }

    def recover(self) -> int:
        """At the start of the only process: end the leases of all claims, of work and of deliveries.

        Returns how many there were. With several processes on one ledger leases end by themselves.
        """
        w, d, now = tables.work, tables.delivery, self.now()
        claimed = and_(w.c.state == "claimed", w.c.due > now)
        sending = and_(d.c.state.in_(("claimed", "renaming")), d.c.next_attempt > now)
        with self.ask() as connection:  # asked before every round, and there is seldom one
            found = select(w.c.id).where(claimed).exists() | select(d.c.id).where(sending).exists()
            if not connection.scalar(select(found)):
                return 0
        with self.write() as tx:
            works = update(w).where(claimed).values(due=tx.now)
            sends = update(d).where(sending).values(next_attempt=tx.now)
            return tx.connection.execute(works).rowcount + tx.connection.execute(sends).rowcount


def _queues(connection: Connection, partners: Sequence[str], now: int, limit: int) -> list[list[Row]]:
    """What these partners have to be done, of each the same number from its first on: `limit` in all, if there are."""
    queues: list[list[Row]] = [[] for _ in partners]
    longer = dict(zip(partners, queues, strict=True))
    """Those of which not all is known."""
    while longer and (missing := limit - sum(map(len, queues))) > 0:
        share = -(-missing // len(longer))
        for partner, queue in list(longer.items()):
            after = queue[-1]["id"] if queue else 0
            parameters = {"partner": partner, "now": now, "after": after, "limit": share}
            found = every(connection, _ITEMS, parameters)
            queue += (dict(zip(_COLUMNS, row, strict=True)) for row in found)
            if len(found) < share:
                del longer[partner]
    return queues


def paused(connection: Connection) -> set[str]:
    """The partners (or destinations) that an operator paused."""
    return set(connection.scalars(_PAUSED))


def held_claim(tx: Tx, work_id: int, fence: int) -> Row:
    """The locked row of the caller's live claim; raises Fenced when it is no longer the caller's."""
    rows = tx.lock(tables.work, [work_id])
    if work_id not in rows:
        raise NotFound(f"no work {work_id}")
    row = rows[work_id]
    if row["state"] != "claimed" or row["fence"] != fence:
        raise Fenced(f"work {work_id} is {row['state']} under fence {row['fence']}, not {fence}")
    return row


def _sequences(tx: Tx, partners: Iterable[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in tx.connection.execute(_SEQUENCES, {"partners": sorted(partners)})}


def _item(row: Row) -> WorkItem:
    return WorkItem(
        row["id"], row["kind"], row["file"], row["partner"], row["name"], row["size"], row["sha256"],
        instant(row["received"]), row["date"], row["attempts"],
        frozenset({row["message"]} if row["message"] is not None else ()),
        instant(row["decided"]) if row["decided"] is not None else None,
    )  # fmt: skip
