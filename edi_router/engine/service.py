"""The daemon: rounds by APScheduler, the nightly close by its schedule, a clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import logging
import signal
import time
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from edi_router.engine.bell import Bell
from edi_router.engine.doubt import Doubt
from edi_router.engine.lasting import Lasting
from edi_router.engine.nightly import close_nights, days_to_close, last_time
from edi_router.engine.preload import preload
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import utc_now
from edi_router.ledger.alone import Occupied

__all__ = ["Service", "days_to_close", "last_time"]
log = logging.getLogger(__name__)
ROUNDS, WEBHOOKS = "rounds", "webhooks"
WATCH = 1.0
"""Seconds between two looks whether the clock of the day was set."""
JUMP = 0.5
"""Seconds by which it has to have moved; a clock that is kept right moves by less."""


class Service:
    """Runs an engine until it is told to stop."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        engine.patient = True
        self._told = ""
        """The signal that ended it."""
        self._rounds, self._nightly, self._webhooks = Lasting(log), Lasting(log), Lasting(log)
        self.doubt = Doubt()
        engine.doubt = self.doubt.problem
        # One thread: rounds and the nightly close never overlap. Webhooks have one of their own: a receiver that is slow to
        # answer must not hold up the exchange; between two calls their writes are short.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1), WEBHOOKS: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=engine.configuration.settings.zone,
        )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the step in hand is finished first."""
        preload()
        settings = self.engine.configuration.settings
        self._plan()
        self._bell = Bell()
        previous = {each: signal.signal(each, self._signalled) for each in (signal.SIGTERM, signal.SIGINT)}
        self._scheduler.start()
        nightly = settings.nightly
        when = nightly.cron or ", ".join(nightly.times or ())
        log.info("running: a round every %d s, the nightly close at %s", settings.poll_seconds, when)
        try:
            self._watch()
        finally:
            self.engine.stop()
            log.info("%s: finishing the step in hand", self._told or "stopped")
            self._scheduler.shutdown(wait=True)
            for each, handler in previous.items():
                signal.signal(each, handler)
            self._bell.close()
        log.info("stopped")

    def _plan(self) -> None:
        """A round now, and then every `poll_seconds`; as often webhooks are told."""
        seconds = self.engine.configuration.settings.poll_seconds
        self._scheduler.add_job(
            self._tell, IntervalTrigger(seconds=seconds), id=WEBHOOKS, executor=WEBHOOKS, replace_existing=True,
            next_run_time=utc_now(),
        )  # fmt: skip
        self._scheduler.add_job(
            self._poll,
            IntervalTrigger(seconds=seconds),
            id=ROUNDS,
            replace_existing=True,
            next_run_time=utc_now(),
        )

    def _watch(self) -> None:
        """Wait for the end. The scheduler goes by the clock of the day: when that was set, rounds are planned anew."""
        before = time.time() - time.monotonic()
        while not self._bell.wait(WATCH):
            ahead = time.time() - time.monotonic()
            if abs(ahead - before) > JUMP:
                log.warning("the clock was set by %+.1f s; the rounds go on", ahead - before)
                self._plan()
            before = ahead

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        # Nothing is logged in here, and no lock taken: the signal may have come in the middle of a line that is being written.
        self._told = signal.Signals(number).name
        self.engine.stop()
        self._bell.ring()

    def _poll(self) -> None:
        try:
            self.engine.reload()
            self.engine.round()
        except Occupied as error:
            self._rounds.broke(error, str(error), trace=False)
            return
        except Exception as error:
            # The next poll tries again; the ledger keeps what was done.
            self.engine.tally.end_round(broken=True)
            self._rounds.broke(error, "the round was broken off")
        else:
            self._rounds.went("the round")
        self.nightly()

    def _tell(self) -> None:
        try:
            self.engine.tell_webhooks()
        except Exception as error:
            # The next time tries again, from where the ledger says that each was told.
            self._webhooks.broke(error, "webhooks could not be told")
        else:
            self._webhooks.went("webhooks are told")

    def nightly(self) -> None:
        """Close the books of the days before, if it is time; asked after every round. What fails is tried again."""
        close_nights(self.engine, self._nightly)
