"""How many messages came and went in each of the last hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from edi_router.ledger import Ledger, tables
from edi_router.ledger.store import instant, micros

HOUR = 3_600_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One full hour of the clock."""

    begins: datetime
    came: int
    """Messages received in it."""
    refused: int
    """Those of them that were rejected or are held."""
    went: int
    """Deliveries completed in it."""


def throughput(ledger: Ledger, now: datetime, hours: int = 24) -> list[Hour]:
    """The last hours, the present one last; each is answered from the index on its instant."""
    m, d = tables.message.c, tables.delivery.c
    last = micros(now) // HOUR
    first = last - hours + 1
    begin, end = first * HOUR, (last + 1) * HOUR
    entered, delivered = m.entered // HOUR, d.delivered // HOUR
    refused = m.state.in_(("rejected", "held"))
    within = (m.entered >= begin) & (m.entered < end)
    came = select(entered, func.count()).where(within).group_by(entered)
    bad = select(entered, func.count()).where(within, refused).group_by(entered)
    gone = (
        select(delivered, func.count())
        .where(d.delivered >= begin, d.delivered < end, d.made >= begin - timedelta(days=7) // _MICRO)
        .group_by(delivered)
    )
    with ledger.read() as connection:
        counts: list[Mapping[int, int]] = [
            {row[0]: row[1] for row in connection.execute(query)} for query in (came, bad, gone)
        ]
    return [Hour(instant(at * HOUR), *(each.get(at, 0) for each in counts)) for at in range(first, last + 1)]


_MICRO = timedelta(microseconds=1)
