"""The ledger: one object with all verbs, each group in its module.

``Ledger.open(url)``, ``migrate()``, then: `receive` → `pending_work` → `claim` → `record` → `due` →
`claim_delivery` → `renaming` → `delivered`. A file is either still in the drop or in here; a message has one
final state; a delivery is visible whole or not at all, and once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from edi_router.ledger.accounts import Accounts
from edi_router.ledger.alarms import Alarms
from edi_router.ledger.batching import Batching
from edi_router.ledger.bookkeeping import Bookkeeping
from edi_router.ledger.bulk import Bulk
from edi_router.ledger.clocks import Clocks
from edi_router.ledger.collecting import Collecting
from edi_router.ledger.contacts import Contacts
from edi_router.ledger.deciding import Deciding
from edi_router.ledger.delivering import Delivering
from edi_router.ledger.desk import Desk
from edi_router.ledger.exchanges import Exchanges
from edi_router.ledger.figures import Figures
from edi_router.ledger.following import Following
from edi_router.ledger.fsck import Fsck
from edi_router.ledger.intake import Intake
from edi_router.ledger.issuing import Issuing
from edi_router.ledger.logins import Logins
from edi_router.ledger.parts import Parts
from edi_router.ledger.progress import Follow
from edi_router.ledger.proving import Proving
from edi_router.ledger.queries import Queries
from edi_router.ledger.recording import Recording
from edi_router.ledger.registering import RegisterReads
from edi_router.ledger.related import Related
from edi_router.ledger.retaining import Retaining
from edi_router.ledger.schedules import Schedules
from edi_router.ledger.searching import Searching
from edi_router.ledger.sightings import Sightings
from edi_router.ledger.store import Announce, Clock, to_nobody
from edi_router.ledger.striking import Striking
from edi_router.ledger.submitting import Submitting
from edi_router.ledger.throttling import Throttling
from edi_router.ledger.times import Times
from edi_router.ledger.tokens import Tokens
from edi_router.ledger.unpacking import Unpacking
from edi_router.ledger.upgrade import is_current, newer, upgrade
from edi_router.ledger.viewing import Viewing
from edi_router.ledger.waiting import Waiting
from edi_router.ledger.webhooks import Webhooks
from edi_router.ledger.workers import Workers
from edi_router.ledger.working import Working

LEASE = timedelta(minutes=10)


def system_clock() -> datetime:
    """The instant now, UTC."""
    return datetime.now(UTC)


class Ledger(
    Intake,
    Sightings,
    Working,
    Viewing,
    Collecting,
    Batching,
    Recording,
    Unpacking,
    Parts,
    RegisterReads,
    Striking,
    Delivering,
    Proving,
    Desk,
    Bulk,
    Waiting,
    Schedules,
    Workers,
    Bookkeeping,
    Queries,
    Searching,
    Related,
    Submitting,
    Follow,
    Times,
    Clocks,
    Alarms,
    Contacts,
    Fsck,
    Figures,
    Exchanges,
    Issuing,
    Retaining,
    Deciding,
    Accounts,
    Logins,
    Tokens,
    Throttling,
    Following,
    Webhooks,
):
    """What happened: every file, message, output and delivery, with its events; and the books."""

    @classmethod
    def open(
        cls,
        url: str,
        zone: str = "Asia/Shanghai",
        clock: Clock = system_clock,
        lease: timedelta = LEASE,
        announce: Announce = to_nobody,
    ) -> Self:
        """Open the database at `url` (``sqlite:///path`` or ``postgresql+psycopg://…``).

        `clock` returns the aware instant now; `zone` makes business dates of instants; `lease` is how long a
        claim holds before somebody else may take it. `announce` is an engine's `enqueue`: it is given the
        connection and what there is to do now, at the end of the transaction that made it so.
        """
        return cls(url, zone, clock, lease, announce)

    def migrate(self) -> None:
        """Bring the tables to this version's; does nothing when they are."""
        upgrade(self.engine)

    def is_current(self) -> bool:
        """Whether the tables are this version's."""
        return is_current(self.engine)

    def newer(self) -> str | None:
        """The revision of the tables where it is newer than this version can work on, else None."""
        return newer(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
