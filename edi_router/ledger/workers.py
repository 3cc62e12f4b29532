"""Workers: the processes that work on the ledger together, as they tell of themselves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from edi_router.ledger import tables
from edi_router.ledger.alone import entering
from edi_router.ledger.store import Store, instant
from edi_router.ledger.upgrade import HEAD
from edi_router.version import __version__

ALIVE = timedelta(seconds=30)
"""A worker that was not seen for so long is taken for dead."""
FORGOTTEN = timedelta(days=1)
WORKING, DRAINING = "working", "draining"
_w = tables.worker.c


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as it told of itself last."""

    id: str
    host: str
    pid: int
    version: str
    revision: str
    """The revision of the ledger's tables that it was made for."""
    configuration: str
    """The digest of its configuration set."""
    archive: str
    """Which archive and key it has: the same text for all that share them."""
    state: str
    """`working`, or `draining` when it ends after the step in hand."""
    doing: str
    """The job in hand, such as `deliver CIQ-QD`."""
    started: datetime
    seen: datetime
    alive: bool


class Workers(Store):
    """The verbs of workers."""

    def enter_worker(self, host: str, pid: int, configuration: str, archive: str) -> str:
        """A worker begins; returns its id. Those of which nothing was heard for a day are forgotten.

        Raises Occupied when an embedded engine works on this ledger.
        """
        id = secrets.token_hex(8)
        with self.write() as tx:
            entering(tx.connection)
            past = tx.now - FORGOTTEN // timedelta(microseconds=1)
            tx.connection.execute(delete(tables.worker).where(_w.seen < past))
            tx.insert(tables.worker, [{
                "id": id, "host": host, "pid": pid, "version": __version__, "revision": HEAD,
                "configuration": configuration, "archive": archive, "state": WORKING, "started": tx.now,
                "seen": tx.now,
            }])  # fmt: skip
        return id

    def see_worker(self, id: str, state: str, doing: str) -> bool:
        """It lives; False when it has been forgotten."""
        seen = update(tables.worker).where(_w.id == id)
        with self.write() as tx:
            return tx.connection.execute(seen.values(seen=tx.now, state=state, doing=doing)).rowcount > 0

    def forget_replaced(self) -> int:
        """Forget workers that have gone silent and were replaced: another one began on their host since. How many there were."""
        other = tables.worker.alias()
        with self.write() as tx:
            limit = tx.now - ALIVE // timedelta(microseconds=1)
            since = select(other.c.id).where(
                other.c.host == _w.host, other.c.seen >= limit, other.c.started > _w.seen
            )
            gone = delete(tables.worker).where(_w.seen < limit, since.correlate(tables.worker).exists())
            return tx.connection.execute(gone).rowcount

    def leave_worker(self, id: str) -> None:
        """It ends."""
        with self.write() as tx:
            tx.connection.execute(delete(tables.worker).where(_w.id == id))

    def workers(self) -> list[Worker]:
        """All that have not ended in good order, by host and process."""
        limit = self.now() - ALIVE // timedelta(microseconds=1)
        with self.read() as connection:
            return [
                Worker(
                    row["id"], row["host"], row["pid"], row["version"], row["revision"], row["configuration"],
                    row["archive"], row["state"], row["doing"], instant(row["started"]), instant(row["seen"]),
                    row["seen"] >= limit,
                )
                for row in connection.execute(select(tables.worker).order_by(_w.host, _w.pid)).mappings()
            ]  # fmt: skip
