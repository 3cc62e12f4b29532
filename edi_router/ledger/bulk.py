"""The operator's desk for many things at once: choose, look, then try them again, each only once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from edi_router.ledger import tables
from edi_router.ledger.batched import collect_again, refused
from edi_router.ledger.desk import decided, release_held, retry_deliveries, retry_works
from edi_router.ledger.errors import Refused
from edi_router.ledger.selecting import FAILED, HELD, Filter, Item, Selection, choose
from edi_router.ledger.store import Store, Tx, instant

PART = 200
"""So many things are tried again in one transaction."""
SELECTION = "selection"
"""The kind of the decision on a whole selection; its subject is the digest."""


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of a selection."""

    digest: str
    done: int
    """How many things were put back to work."""
    skipped: int
    """How many were not, since somebody took them up meanwhile, or this selection was done before."""


@dataclass(frozen=True, slots=True)
class BulkDecision:
    """That a selection was done before."""

    at: datetime
    by: str
    reason: str


class Bulk(Store):
    """The verbs of many."""

    def select_failed(self, wanted: Filter) -> Selection:
        """What the filter asks for, as it stands now: the preview. Nothing is changed.

        Raises ValueError for a state that cannot be tried again.
        """
        with self.read() as connection:
            return choose(connection, wanted)

    def bulk_decision(self, digest: str) -> BulkDecision | None:
        """Who had the selection with this digest done, when and why; None when nobody had."""
        d = tables.decision.c
        query = select(d.at, d.by, d.reason).where(d.subject == digest, d.kind == SELECTION).order_by(d.id)
        with self.read() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else BulkDecision(instant(row.at), row.by, row.reason)

    def select_again(self, wanted: Filter, digest: str) -> Selection | None:
        """The selection that was looked at, by its digest; None when it was done before.

        Raises Refused when the filter now chooses something else: it has to be looked at again.
        """
        if self.bulk_decision(digest) is not None:
            return None
        chosen = self.select_failed(wanted)
        if chosen.digest != digest:
            raise Refused(
                f"the selection has changed since {digest}: it is now {len(chosen.items)} things, {chosen.digest}"
            )
        return chosen

    def retry_all(self, selection: Selection, by: str, reason: str) -> BulkOutcome:
        """Put back to work what was chosen: failed deliveries, files and messages again, what is held released, what
        was rejected out of a batch collected again.

        Each thing is done only when it stands as it was chosen, so a second call (or one at the same time) does
        nothing, and a call that broke off is made good by the next. A decision for each thing and one for the
        selection are kept.
        """
        done = 0
        for start in range(0, len(selection.items), PART):
            part = selection.items[start : start + PART]
            with self.write() as tx:
                made = _retry(tx, part, by, reason)
                if made and not done:
                    decided(tx, SELECTION, selection.digest, "retry", by, reason)
                for item in made:
                    verb = "release" if item.state == HELD else "retry"
                    decided(tx, item.kind, item.id, verb, by, reason)
            done += len(made)
        return BulkOutcome(selection.digest, done, len(selection.items) - done)


def _retry(tx: Tx, items: tuple[Item, ...], by: str, reason: str) -> list[Item]:
    """Try again those of these that still stand as they were chosen."""
    broken = {int(item.mark.partition(".")[0]): item for item in items if _is_work(item)}
    works = tx.lock(tables.work, broken)
    works = {id: row for id, row in works.items() if f"{id}.{row['fence']}" == broken[id].mark}
    done = [broken[row["id"]] for row in retry_works(tx, works)]
    failed = {item.id: item for item in items if item.kind == "delivery"}
    rows = tx.lock(tables.delivery, failed)
    rows = {id: row for id, row in rows.items() if str(row["fence"]) == failed[id].mark}
    done += [failed[row["id"]] for row in retry_deliveries(tx, rows)]
    rejected = {item.id: item for item in items if item.kind == "output"}
    outputs = tx.lock(tables.output, rejected)
    still = select(tables.output.c.id).where(refused(), tables.output.c.id.in_(list(outputs)))
    chosen = [outputs[id] for id in tx.connection.scalars(still)]
    chosen.sort(key=lambda row: (row["batch"], row["number"]))
    collect_again(tx, chosen, "", "tried again by hand")
    done += [rejected[row["id"]] for row in chosen]
    return done + [item for item in items if item.state == HELD and _release(tx, item, by, reason)]


def _is_work(item: Item) -> bool:
    return item.state == FAILED and item.kind in ("file", "message")


def _release(tx: Tx, item: Item, by: str, reason: str) -> bool:
    table = tables.message if item.kind == "message" else tables.file
    row = tx.lock(table, [item.id]).get(item.id)
    if row is None or row["state"] != HELD or _last_event(tx, item) != item.mark:
        return False
    release_held(tx, item.kind, row, by, reason)
    return True


def _last_event(tx: Tx, item: Item) -> str:
    e = tables.event.c
    query = select(e.id).where(e.subject == item.id, e.kind == item.kind, e.state.is_not(None))
    return str(tx.connection.scalar(query.order_by(e.id.desc()).limit(1)) or 0)
