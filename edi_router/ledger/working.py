"""Work: which file (or released message) is to be processed, who has it, and what if that breaks off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, select, update

from edi_router.ledger import tables
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.moves import Change, change, note
from edi_router.ledger.store import Row, Store, Tx, instant


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


class Working(Store):
    """The verbs of processing, but for the recording of its outcome."""

    def pending_work(self, limit: int = 100, busy: Collection[str] = ()) -> list[WorkItem]:
        """Work that can be claimed now: every partner's in the order of arrival, the partners in turn.

        Paused partners are left out, and those named in `busy`. Claims whose lease has ended are work again.
        """
        with self.read() as connection:
            now = self.now()
            out = set(busy) | paused(connection)
            w = tables.work.c
            takeable = and_(w.state.in_(("pending", "claimed")), w.due <= now)
            queues: list[list[Row]] = []
            partners = select(w.partner).where(takeable).distinct().order_by(w.partner)
            for partner in connection.scalars(partners):
                if partner not in out:
                    query = _items().where(takeable, w.partner == partner).order_by(w.id).limit(limit)
                    queues.append([dict(row) for row in connection.execute(query).mappings()])
        turns = ((place, turn, row) for turn, rows in enumerate(queues) for place, row in enumerate(rows))
        return [_item(row) for _, _, row in sorted(turns, key=lambda turn: turn[:2])[:limit]]

    def claim(self, work_id: int) -> int | None:
        """Take a piece of work; returns the fence, or None when it is done or somebody's live claim."""
        return self.claim_all([work_id]).get(work_id)

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

    def give_back(self, work_id: int, fence: int) -> None:
        """Put claimed work back, unprocessed (after a Conflict, or at a shutdown)."""
        with self.write() as tx:
            change(tx, "work", [Change(held_claim(tx, work_id, fence), "pending", values={"due": 0})])

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
                note(tx, "message", messages[row["message"]], "failed", {"reason": reason})

    def recover(self) -> int:
        """At the start of the only process: end the leases of all claims, of work and of deliveries.

        Returns how many there were. With several processes on one ledger leases end by themselves.
        """
        with self.write() as tx:
            w, d = tables.work, tables.delivery
            works = update(w).where(w.c.state == "claimed", w.c.due > tx.now).values(due=tx.now)
            sends = (
                update(d)
                .where(d.c.state.in_(("claimed", "renaming")), d.c.next_attempt > tx.now)
                .values(next_attempt=tx.now)
            )
            return tx.connection.execute(works).rowcount + tx.connection.execute(sends).rowcount


def paused(connection: Connection) -> set[str]:
    """The partners (or destinations) that an operator paused."""
    p = tables.partner_state.c
    return set(connection.scalars(select(p.partner).where(p.paused == 1)))


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
    p = tables.partner_state.c
    query = select(p.partner, p.sequence).where(p.partner.in_(sorted(partners)))
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _items() -> Select[Any]:
    w, f = tables.work.c, tables.file.c
    return select(
        w.id, w.kind, w.file, w.message, w.partner, w.attempts, f.name, f.size, f.sha256, f.received, f.date
    ).join(tables.file, f.id == w.file)


def _item(row: Row) -> WorkItem:
    return WorkItem(
        row["id"], row["kind"], row["file"], row["partner"], row["name"], row["size"], row["sha256"],
        instant(row["received"]), row["date"], row["attempts"],
        frozenset({row["message"]} if row["message"] is not None else ()),
    )  # fmt: skip
