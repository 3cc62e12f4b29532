"""Throttling of logins: a try is counted before its password is looked at, so that many at once gain nothing.

A subject is an account's name or an address. From the limit on, each further try locks it for twice as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, update

from edi_router.ledger import tables
from edi_router.ledger.desk import decided
from edi_router.ledger.store import Store

_t = tables.throttle.c


@dataclass(frozen=True, slots=True)
class Limits:
    """When a subject is locked and for how long; spans in microseconds."""

    tries: int
    """So many are free."""
    window: int
    """After so long without a try, and without a lock, the failures are forgotten."""
    first: int
    """How long the first lock holds."""
    longest: int

    def lock(self, failures: int) -> int:
        """How long so many failures lock.

        >>> limits = Limits(tries=3, window=900, first=30, longest=100)
        >>> [limits.lock(failures) for failures in (2, 3, 4, 5, 5000)]
        [0, 30, 60, 100, 100]
        """
        over = failures - self.tries
        return 0 if over < 0 else min(self.longest, self.first << min(over, 40))


class Throttling(Store):
    """The verbs of throttling."""

    def try_login(self, subjects: Mapping[str, Limits], told: str, by: str) -> int:
        """Count a try of all subjects; returns 0, or for how many microseconds one of them is locked still.

        A try of something locked is not counted. A lock that begins is written down as a decision on `told`.
        """
        with self.write() as tx:
            forgotten = tx.now - max(each.window for each in subjects.values())
            tx.connection.execute(delete(tables.throttle).where(_t.tried <= forgotten, _t.until <= forgotten))
            fresh = {"failures": 0, "tried": tx.now, "until": 0}
            tx.insert_missing(tables.throttle, [{"subject": each, **fresh} for each in sorted(subjects)])
            rows = tx.lock(tables.throttle, subjects, "subject")
            wait = max(int(row["until"]) for row in rows.values()) - tx.now
            if wait > 0:
                return wait
            for subject, limits in subjects.items():
                row = rows[subject]
                within = max(row["tried"], row["until"]) > tx.now - limits.window
                failures = row["failures"] + 1 if within else 1
                lock = limits.lock(failures)
                values = {"failures": failures, "tried": tx.now, "until": tx.now + lock if lock else 0}
                tx.connection.execute(update(tables.throttle).where(_t.subject == subject).values(values))
                if lock:
                    what = subject.partition(":")[0]
                    decided(tx, "login", told, "locked", by, f"{what} {lock // 1_000_000} s")
        return 0

    def login_fits(self, account: str, address: str) -> None:
        """The password was right: forget the account's failures, and of the address this one try.

        The address keeps its others: who has one account must not guess the passwords of others for free.
        """
        t = tables.throttle
        with self.write() as tx:
            rows = tx.lock(t, [account, address], "subject")
            if account in rows:
                tx.connection.execute(delete(t).where(_t.subject == account))
            if address in rows:
                failures = max(0, rows[address]["failures"] - 1)
                tx.connection.execute(
                    update(t).where(_t.subject == address).values(failures=failures, until=0)
                )
