"""How partners can be reached: when last, since when not, and when it is tried again.

A partner that fails is left alone for longer and longer (the circuit is open), so that one dead server does not slow
down what is done for the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.store import Store, instant, micros, storable

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)
FRESH = timedelta(minutes=1)
"""A contact is not written down again so soon after the last one."""
FEW = 20
"""Partners: of so many each is looked up; for more the table is read, which has a row for each."""
_p = tables.partner_state.c


@dataclass(frozen=True, slots=True)
class Contact:
    """How a partner can be reached."""

    partner: str
    failures: int
    """In a row."""
    since: datetime | None
    """When the first of them was."""
    last: datetime | None
    """When it was reached last."""
    again: datetime | None
    """Before then it is not tried."""
    reason: str
    """Why the last try failed."""


class Contacts(Store):
    """The verbs of contacts."""

    def contact_failed(self, partner: str, reason: str, jitter: float = 1.0) -> None:
        """Record that a partner could not be reached, and why; `jitter` stretches the pause that follows."""
        with self.write() as tx:
            tx.insert_missing(tables.partner_state, [{"partner": partner}])
            row = tx.lock(tables.partner_state, [partner], "partner")[partner]
            failures = row["failures"] + 1
            pause = min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LONGEST_PAUSE) * jitter
            values = {
                "failures": failures, "failure": reason[:500],
                "first_failure": row["first_failure"] if row["failures"] else tx.now,
                "next_contact": tx.now + pause // timedelta(microseconds=1),
            }  # fmt: skip
            failed = update(tables.partner_state).where(_p.partner == partner)
            tx.connection.execute(failed.values(**storable(values)))

    def contacted(self, partners: Iterable[str]) -> None:
        """Record that partners were reached; those of which it was recorded just before are left alone."""
        reached = set(partners)
        known = self.contacts(reached)
        now = self.now()
        news = sorted(
            each
            for each in reached
            if (found := known.get(each)) is None
            or found.failures
            or found.last is None
            or now - micros(found.last) >= FRESH // timedelta(microseconds=1)
        )
        if not news:
            return
        with self.write() as tx:
            tx.insert_missing(tables.partner_state, [{"partner": each} for each in news])
            values = {
                "failures": 0, "failure": "", "first_failure": None, "next_contact": None, "last_contact": tx.now,
            }  # fmt: skip
            tx.connection.execute(update(tables.partner_state).where(_p.partner.in_(news)).values(**values))

    def contacts(self, only: Collection[str] | None = None) -> dict[str, Contact]:
        """Every partner that was tried, by id; with `only` those of these."""
        query = select(
            _p.partner, _p.failures, _p.first_failure, _p.last_contact, _p.next_contact, _p.failure
        )
        if only is not None and len(only) <= FEW:
            query = query.where(_p.partner.in_(only))
        with self.ask() as connection:
            return {row.partner: _contact(row) for row in connection.execute(query)}


def _contact(row: Any) -> Contact:
    since, last, again = (
        None if each is None else instant(each)
        for each in (row.first_failure, row.last_contact, row.next_contact)
    )
    return Contact(row.partner, row.failures, since, last, again, row.failure)


def is_due(contact: Contact | None, now: datetime) -> bool:
    """Whether a partner is to be tried now."""
    if contact is None or contact.again is None:
        return True
    # No pause is so long: the machine's clock was set back, and must not keep the partner waiting for it.
    return contact.again <= now or contact.again - now > 2 * LONGEST_PAUSE
