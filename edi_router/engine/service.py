"""The daemon: rounds by APScheduler, the nightly close by its schedule, a clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from edi_router.calendars import Calendar
from edi_router.calendars.schedule import NeverFires
from edi_router.engine.morning import mornings
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import utc_now
from edi_router.partners.settings import Settings

log = logging.getLogger(__name__)
NIGHTLY = "nightly"


class Service:
    """Runs an engine until it is told to stop."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        engine.patient = True
        self._stop = threading.Event()
        # One thread: rounds and the nightly close never overlap, so the ledger has one writer.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=engine.configuration.settings.zone,
        )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the step in hand is finished first."""
        settings = self.engine.configuration.settings
        self._scheduler.add_job(
            self._poll, IntervalTrigger(seconds=settings.poll_seconds), next_run_time=utc_now()
        )
        previous = {each: signal.signal(each, self._signalled) for each in (signal.SIGTERM, signal.SIGINT)}
        self._scheduler.start()
        nightly = settings.nightly
        when = nightly.cron or ", ".join(nightly.times or ())
        log.info("running: a round every %d s, the nightly close at %s", settings.poll_seconds, when)
        try:
            self._stop.wait()
        finally:
            self.engine.stop()
            self._scheduler.shutdown(wait=True)
            for each, handler in previous.items():
                signal.signal(each, handler)
        log.info("stopped")

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        log.info("%s: finishing the step in hand", signal.Signals(number).name)
        self.engine.stop()
        self._stop.set()

    def _poll(self) -> None:
        try:
            self.engine.reload()
            self.engine.round()
        except Exception:
            # The next poll tries again; the ledger keeps what was done.
            self.engine.tally.end_round(broken=True)
            log.exception("the round was broken off")
        self.nightly()

    def nightly(self) -> None:
        """Close the books of every past business day not yet closed, when the nightly time has come.

        Asked after every round: the schedule says when the last time was, and the ledger whether it is done, so times
        missed while stopped are caught up, once. What fails is logged, and tried again after the next round.
        """
        configuration, ledger = self.engine.configuration, self.engine.ledger
        try:
            window = last_time(self.engine.clock(), configuration.settings, configuration.calendars)
            if window is None or ((last := ledger.last_fired(NIGHTLY)) is not None and last >= window):
                return
            closed = ledger.closed_books()
            pages = {}
            for day in days_to_close(window, closed[-1] if closed else None):
                self.engine.tally.beat()
                pages[day] = books = ledger.close_books(day)
                log.info("books of %s closed: %s", day, "balanced" if books.balanced else "NOT BALANCED")
            mornings(ledger, self.engine.archive, configuration, pages)
            # Closing a day twice changes nothing, so the window counts as fired only when it is done.
            ledger.fire(NIGHTLY, window)
            self.engine.went(NIGHTLY)
        except Exception as error:
            log.exception("the nightly close was broken off")
            self.engine.went(NIGHTLY, error)


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
