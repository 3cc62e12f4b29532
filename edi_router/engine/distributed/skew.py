"""How far this host's clock is from the one that all hosts share: that of the database server."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import text

from edi_router.ledger import Ledger

DIFFER = "the clocks of the hosts and of the database's server differ: set them by NTP"
_THERE = text("SELECT extract(epoch FROM clock_timestamp())")


def ahead(ledger: Ledger, clock: Callable[[], float] = time.time) -> float:
    """By how many seconds the host's clock is ahead of the server's, at least; below zero when it is behind.

    While the question is under way nothing can be said, so a slow network, or a process that stood still, is no difference.
    """
    with ledger.read() as connection:
        before = clock()
        there = float(connection.scalar(_THERE) or 0)
        after = clock()
    if before <= there <= after:
        return 0.0
    return before - there if there < before else after - there


def told(seconds: float) -> str:
    """The difference as a sentence.

    >>> told(3600.2), told(-75)
    ("this host's clock is 3600 s ahead of the database server's", "this host's clock is 75 s behind the database server's")
    """
    where = "ahead of" if seconds > 0 else "behind"
    return f"this host's clock is {abs(seconds):.0f} s {where} the database server's"
