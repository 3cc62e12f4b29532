"""The daemon: rounds at equal distances, the nightly close by its schedule, a clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

from edi_router.engine.nightly import close_nights, days_to_close, last_time
from edi_router.engine.round import EmbeddedEngine

__all__ = ["Service", "days_to_close", "last_time"]
log = logging.getLogger(__name__)


class Service:
    """Runs an engine until it is told to stop."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        engine.patient = True
        self._stop = threading.Event()
        # One thread: rounds and the nightly close never overlap, so the ledger has one writer.
        self._worker = threading.Thread(target=self._rounds, name="rounds")

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the step in hand is finished first."""
        settings = self.engine.configuration.settings
        previous = {each: signal.signal(each, self._signalled) for each in (signal.SIGTERM, signal.SIGINT)}
        self._worker.start()
        nightly = settings.nightly
        when = nightly.cron or ", ".join(nightly.times or ())
        log.info("running: a round every %d s, the nightly close at %s", settings.poll_seconds, when)
        try:
            self._stop.wait()
        finally:
            self.engine.stop()
            self._stop.set()
            self._worker.join()
            for each, handler in previous.items():
                signal.signal(each, handler)
        log.info("stopped")

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        log.info("%s: finishing the step in hand", signal.Signals(number).name)
        self.engine.stop()
        self._stop.set()

    def _rounds(self) -> None:
        """A round every `poll_seconds`, by a clock that nobody sets: that of the day may go back by hours."""
        seconds = self.engine.configuration.settings.poll_seconds
        while not self._stop.is_set():
            began = time.monotonic()
            self._poll()
            self._stop.wait(max(0.0, began + seconds - time.monotonic()))

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
        """Close the books of the days before, if it is time; asked after every round. What fails is tried again."""
        close_nights(self.engine)
