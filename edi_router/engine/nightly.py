"""The nightly close: the books of every past business day, when the nightly time has come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from edi_router.calendars import Calendar
from edi_router.calendars.schedule import NeverFires
from edi_router.engine.morning import mornings
from edi_router.engine.steps import Steps
from edi_router.partners.settings import Settings

log = logging.getLogger(__name__)
NIGHTLY = "nightly"


def window_to_close(steps: Steps) -> datetime | None:
    """The nightly time that has come and for which nothing was done yet; None when there is none."""
    configuration = steps.configuration
    window = last_time(steps.clock(), configuration.settings, configuration.calendars)
    if window is None or ((last := steps.ledger.last_fired(NIGHTLY)) is not None and last >= window):
        return None
    return window


def close_nights(steps: Steps) -> None:
    """Close the books of every past business day not yet closed, when the nightly time has come.

    The schedule says when the last time was, and the ledger whether it is done, so times missed while stopped are
    caught up, once. What fails is logged, and is to be tried again.
    """
    try:
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
    except Exception as error:
        log.exception("the nightly close was broken off")
        steps.went(NIGHTLY, error)


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
