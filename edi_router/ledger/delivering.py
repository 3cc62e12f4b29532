"""Deliveries: the outbox, by the fenced protocol.

Claim (fence + 1) → upload to the temporary name → check the size → `renaming` → rename without overwriting
→ `delivered`. A worker that lost its fence learns it at `renaming` and stops. Who takes over a delivery that
is `renaming` looks for the temporary name: when it is there, the rename is still to be done; when it is gone,
the rename happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.batched import batches_of, follow
from edi_router.ledger.clocks import start_answers
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.moves import Change, change, note
from edi_router.ledger.outbox import (
    DUE,
    ClaimedDelivery,
    Due,
    Unfinished,
    claimed_delivery,
    complete,
    contents,
    made_from,
    messages_of,
)
from edi_router.ledger.plain import every
from edi_router.ledger.store import Row, Store, Tx, instant, micros
from edi_router.ledger.working import paused


class Delivering(Store):
    """The verbs of the outbox."""

    def due(self, now: datetime | None = None, limit: int = 100, destination: str | None = None) -> list[Due]:
        """Deliveries to claim: waiting ones whose time has come, and those in hand whose lease has ended.

        In the order in which they were made, of one destination or of all; those of paused partners and
        destinations are left out.
        """
        moment = self.now() if now is None else micros(now)
        with self.ask() as connection:
            out = sorted(paused(connection))
            parameters = {"now": moment, "limit": limit, "paused": out, "destination": destination}
            return [Due(*row) for row in every(connection, DUE, parameters)]

    def due_destinations(self) -> set[str]:
        """The destinations for which something is due now, those of paused partners among them."""
        d = tables.delivery.c
        query = select(d.destination).where(
            d.state.in_(("waiting", "claimed", "renaming")), d.next_attempt <= self.now()
        )
        with self.ask() as connection:
            return set(connection.scalars(query.distinct()))

    @again
    def take_over_deliveries(self, destination: str) -> int:
        """End the leases of all claims to a destination; returns how many there were.

        For the only one who delivers there now: whoever did before learns it by the fence.
        """
        d = tables.delivery.c
        sending = (
            d.destination == destination,
            d.state.in_(("claimed", "renaming")),
            d.next_attempt > self.now(),
        )
        with self.ask() as connection:
            if not connection.scalar(select(select(d.id).where(*sending).exists())):
                return 0
        with self.write() as tx:
            freed = update(tables.delivery).where(*sending).values(next_attempt=tx.now)
            return tx.connection.execute(freed).rowcount

    def unfinished(self) -> list[Unfinished]:
        """Deliveries in the states claimed and renaming, whether or not their lease has ended."""
        d = tables.delivery.c
        with self.read() as connection:
            query = select(d.id, d.destination, d.name, d.temporary, d.state, d.fence, d.next_attempt)
            query = query.where(d.state.in_(("claimed", "renaming"))).order_by(d.made, d.id)
            return [Unfinished(*row[:6], instant(row[6])) for row in connection.execute(query)]

    def claim_delivery(self, delivery_id: str) -> ClaimedDelivery | None:
        """Take a delivery; None when it is delivered, failed, not due yet or in somebody's hands."""
        claimed = self.claim_deliveries([delivery_id])
        return claimed[0] if claimed else None

    @again
    def claim_deliveries(self, ids: Iterable[str]) -> list[ClaimedDelivery]:
        """`claim_delivery` for many: those that could be taken, in the order in which they were named.

        What was paused since it was listed is not.
        """
        wanted = list(dict.fromkeys(ids))
        with self.write() as tx:
            out = paused(tx.connection)
            locked = tx.lock(tables.delivery, wanted)
            rows = [
                row
                for row in (locked[each] for each in wanted if each in locked)
                if row["state"] in ("waiting", "claimed", "renaming")
                and row["next_attempt"] <= tx.now
                and not {row["partner"], row["destination"]} & out
            ]
            outputs = contents(tx, (row["output"] for row in rows))
            messages = messages_of(tx, outputs)
            claimed = [
                claimed_delivery(row, outputs[row["output"]], messages.get(row["output"], ())) for row in rows
            ]
            change(tx, "delivery", [
                Change(row, "renaming" if row["state"] == "renaming" else "claimed", values={
                    "fence": own.fence, "temporary": own.temporary, "attempts": own.attempts,
                    "next_attempt": tx.now + self.lease,
                })
                for row, own in zip(rows, claimed, strict=True)
            ])  # fmt: skip
        return claimed

    @again
    def put_back(self, held: Sequence[tuple[str, int]]) -> None:
        """Give up claims without an attempt made: another delivery lost the connection. All or none."""
        with self.write() as tx:
            rows = _held(tx, held, ("claimed", "renaming"))
            change(tx, "delivery", [
                Change(row, "renaming" if row["state"] == "renaming" else "waiting", values={
                    "next_attempt": tx.now, "attempts": row["attempts"] - 1,
                })
                for row in rows
            ])  # fmt: skip

    def extend_delivery(self, delivery_id: str, fence: int) -> None:
        """Renew the lease of a delivery that takes long. Raises Fenced when it is lost."""
        with self.write() as tx:
            held = _held(tx, [(delivery_id, fence)], ("claimed", "renaming"))
            d, until = tables.delivery, tx.now + self.lease
            for row in held:
                tx.connection.execute(update(d).where(d.c.id == row["id"]).values(next_attempt=until))

    def renaming(self, delivery_id: str, fence: int) -> None:
        """Say that the whole content is there under the temporary name. Raises Fenced when the claim is lost.

        Only after this returned may the caller rename.
        """
        self.renaming_all([(delivery_id, fence)])

    @again
    def renaming_all(self, held: Sequence[tuple[str, int]]) -> None:
        """`renaming` for many; all or none."""
        with self.write() as tx:
            rows = _held(tx, held, ("claimed", "renaming"))
            change(tx, "delivery", [
                Change(row, "renaming", values={"next_attempt": tx.now + self.lease}) for row in rows
            ])  # fmt: skip

    def delivered(self, delivery_id: str, fence: int) -> None:
        """Record a delivery as done; a message whose last output this was becomes completed."""
        self.delivered_all([(delivery_id, fence)])

    @again
    def delivered_all(self, held: Sequence[tuple[str, int]]) -> None:
        """`delivered` for many; all or none."""
        with self.write() as tx:
            rows = _held(tx, held, ("renaming",), done="delivered")
            change(tx, "delivery", [
                Change(row, "delivered", values={"delivered": tx.now, "reason": ""}) for row in rows
            ])  # fmt: skip
            _outputs_become(tx, rows, "delivered", "delivered", lambda row: {"delivery": row["id"]})
            start_answers(tx, {row["output"] for row in rows})
            complete(tx, made_from(tx, rows))

    @again
    def failed(
        self,
        delivery_id: str,
        fence: int,
        reason: str,
        retry_at: datetime | None = None,
        *,
        not_renamed: bool = False,
    ) -> None:
        """Record that an attempt failed: it is tried again at `retry_at`, or given up when that is None.

        A failure after `renaming` leaves it open whether the rename happened; `not_renamed` says that it did
        not (the target exists, the temporary file is gone), so that the next attempt sends again.
        """
        with self.write() as tx:
            for row in _held(tx, [(delivery_id, fence)], ("claimed", "renaming")):
                again = "renaming" if row["state"] == "renaming" and not not_renamed else "waiting"
                detail = {"delivery": row["id"], "reason": reason, "attempt": row["attempts"]}
                if retry_at is None:
                    change(tx, "delivery", [Change(row, "failed", values={"again": again, "reason": reason})])
                    _outputs_become(tx, [row], "failed", "failed", lambda _, d=detail: d)  # type: ignore[misc]
                else:
                    values = {"next_attempt": micros(retry_at), "reason": reason}
                    change(tx, "delivery", [Change(row, again, values=values)])
                    subject = {"id": row["output"], "partner": row["partner"]}
                    retry = {"retry_at": instant(micros(retry_at)).isoformat()}
                    note(tx, "output", [subject], "attempt failed", detail | retry)


def _held(tx: Tx, held: Sequence[tuple[str, int]], states: tuple[str, ...], done: str = "") -> list[Row]:
    """The locked rows of the caller's deliveries, without those that are `done` under its fence already."""
    rows = tx.lock(tables.delivery, (delivery_id for delivery_id, _ in held))
    found = []
    for delivery_id, fence in held:
        row = rows.get(delivery_id)
        if row is None:
            raise NotFound(f"no delivery {delivery_id}")
        if row["fence"] != fence or row["state"] not in (*states, done):
            raise Fenced(f"delivery {delivery_id} is {row['state']} under fence {row['fence']}, not {fence}")
        if row["state"] != done:
            found.append(row)
    return found


def _outputs_become(
    tx: Tx, deliveries: Sequence[Row], to: str, what: str, detail: Callable[[Row], dict[str, object]]
) -> None:
    outputs = tx.lock(tables.output, (row["output"] for row in deliveries))
    change(tx, "output", [Change(outputs[row["output"]], to, what, detail(row)) for row in deliveries])
    if batches := batches_of(outputs.values()):
        follow(tx, batches, to, what)
