"""The watch over clocks: reckons when each warns and is over, and has the ledger alarm when it does.

Whoever runs the engine: the clocks are rows, so what a stopped node did not look at, the next one does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from edi_router.calendars import Calendar, NeverOpen
from edi_router.ledger import Ledger
from edi_router.ledger.clocks import Running, Struck
from edi_router.ledger.store import instant
from edi_router.partners.spans import Limit
from edi_router.pipeline.configuration import Configuration

log = logging.getLogger(__name__)
BATCH = 500
BROKEN = timedelta(hours=1)
"""When a clock is looked at again that could not be reckoned."""


def watch_clocks(ledger: Ledger, configuration: Configuration) -> int:
    """Look at every clock whose time has come; returns how many."""
    count = 0
    while due := ledger.clocks_to_look_at(BATCH):
        now = instant(ledger.now())
        ledger.strike_clocks([_look(each, configuration.calendars, now) for each in due])
        count += len(due)
        if len(due) < BATCH:
            break
    return count


def _look(clock: Running, calendars: Mapping[str, Calendar], now: datetime) -> Struck:
    """As `look`; a clock that cannot be reckoned is left for a while, so that it does not stop the others."""
    try:
        return look(clock, calendars, now)
    except Exception:
        log.exception("clock %d of %s cannot be reckoned", clock.id, clock.subject)
        return Struck(clock, clock.state, clock.warn, clock.due, now + BROKEN)


def look(clock: Running, calendars: Mapping[str, Calendar], now: datetime) -> Struck:
    """What a clock has come to at an instant, and when it is to be looked at again."""
    if clock.state in ("met", "late"):
        return _stopped(clock, calendars)
    warn, due = clock.warn, clock.due
    if warn is None or due is None:
        warn, due = times(clock.started, clock.terms, calendars)
    if now >= due:
        return Struck(clock, "breached", warn, due, None)
    if now >= warn:
        return Struck(clock, "warned", warn, due, due)
    return Struck(clock, "running", warn, due, warn)


def _stopped(clock: Running, calendars: Mapping[str, Calendar]) -> Struck:
    """A clock that was stopped before it was ever looked at is reckoned now: it may have been late."""
    if clock.due is not None or clock.stopped is None:
        return Struck(clock, clock.state, clock.warn, clock.due, None)
    warn, due = times(clock.started, clock.terms, calendars)
    return Struck(clock, "late" if clock.stopped >= due else "met", warn, due, None)


def times(
    started: datetime, terms: Mapping[str, str | int], calendars: Mapping[str, Calendar]
) -> tuple[datetime, datetime]:
    """When a clock warns and when it is over. A calendar that is gone, or never open, counts as all the time."""
    limit = Limit.model_validate({name: str(value) for name, value in terms.items()})
    calendar = calendars.get(limit.calendar or "")
    part = timedelta(microseconds=(limit.time // timedelta(microseconds=1)) * limit.warn // 100)
    if calendar is not None:
        try:
            due = calendar.add(started, limit)
            # With days, which end at the close of a day, the share is taken of the open time until then.
            whole = calendar.open_between(started, due)
            share = timedelta(microseconds=(whole // timedelta(microseconds=1)) * limit.warn // 100)
            return min(calendar.add(started, share), due), due
        except NeverOpen:
            pass
    return started + part, started + limit.time
