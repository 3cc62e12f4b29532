"""The nightly close: the books of every past business day, when the nightly time has come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from edi_router.calendars import Calendar
from edi_router.calendars.schedule import NeverFires
from edi_router.engine.doubt import FAR
from edi_router.engine.lasting import Lasting
from edi_router.engine.morning import mornings
from edi_router.engine.steps import Steps
from edi_router.ledger.errors import Refused
from edi_router.partners.settings import Settings

log = logging.getLogger(__name__)
NIGHTLY = "nightly"
CLOCK = "clock"


def window_to_close(steps: Steps) -> datetime | None:
    """The nightly time that has come and for which nothing was done yet; None when there is none."""
    configuration = steps.configuration
    window = last_time(steps.clock(), configuration.settings, configuration.calendars)
    if window is None or ((last := steps.ledger.last_fired(NIGHTLY)) is not None and last >= window):
        return None
    return window


def close_nights(steps: Steps, lasting: Lasting | None = None) -> None:
    """Close the books of every past business day not yet closed, when the nightly time has come.

    The schedule says when the last time was, and the ledger whether it is done, so times missed while stopped are
    caught up, once. What fails is told by `lasting`, and is to be tried again.
    """
    lasting = lasting or Lasting(log)
    try:
        if not believed(steps):
            return
        window = window_to_close(steps)
        if window is None:
            return
        ledger, configuration = steps.ledger, steps.configuration
        closed = ledger.closed_books()
        pages = {}
        for day in days_to_close(window, closed[-1] if closed else None):
            steps.tally.beat()
            pages[day] = books = ledger.close_books(day)
            log.info("books of %s closed: %s", day, "balanced" if books.balanced else "NOT BALANCED")
        mornings(ledger, steps.archive, configuration, pages)
        for removal in ledger.retain(steps.archive, configuration.settings.retention.days, "engine", NIGHTLY):
            log.info("retention: %s of %d files removed, %d kept", removal.kind, removal.files, removal.kept)
        # Closing a day twice changes nothing, so the window counts as fired only when it is done.
        ledger.fire(NIGHTLY, window)
        steps.went(NIGHTLY)
        lasting.went("the nightly close")
    except Exception as error:
        lasting.broke(error, "the nightly close was broken off")
        steps.went(NIGHTLY, error)


def believed(steps: Steps) -> bool:
    """Whether the clock is right, as far as can be told; when not, that is an alarm until it is."""
    problem = steps.doubt()
    last = steps.ledger.last_fired(NIGHTLY) if problem is None else None
    if last is not None and last > steps.clock() + timedelta(seconds=FAR):
        problem = (
            f"the nightly close was done for {last:%Y-%m-%d}, which is yet to come: a clock was ahead, "
            "and no books are closed until then"
        )
    steps.went(CLOCK, None if problem is None else Refused(problem))
    return problem is None


def last_time(now: datetime, settings: Settings, calendars: Mapping[str, Calendar]) -> datetime | None:
    """The latest nightly time up to `now`, in the business zone; None when the schedule has had none."""
    try:
        latest = settings.nightly.timetable(settings.zone, calendars).previous_fire(now)
    except NeverFires:
        return None
    return latest.astimezone(settings.zone)


def days_to_close(window: datetime, last_closed: str | None) -> list[str]:
    """The business days after the last closed one up to the day before the window, oldest first."""
    last = window.date() - timedelta(days=1)
    day = last if last_closed is None else date.fromisoformat(last_closed) + timedelta(days=1)
    days: list[str] = []
    while day <= last:
        days.append(day.isoformat())
        day += timedelta(days=1)
    return days
