"""The supervisor: keeps so many workers running on a host, and starts those again that end.

It loads the configuration once and forks: a worker is there again at once, and all of them share its memory. It holds no
connection and no thread of its own.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from edi_router.engine.distributed.counts import Counts
from edi_router.engine.preload import preload
from edi_router.engine.steps import ConfigurationFaulty, load
from edi_router.engine.workspace import Workspace
from edi_router.pipeline.configuration import Configuration

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker that ended is started again: twice as many each time."""
WELL = 60.0
"""Seconds after which a worker is taken to run well."""
LOOK = 0.2
TOLD = 1.0
"""Seconds between two lines about how the workers stand."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Place:
    """The place of one worker."""

    number: int
    body: Callable[[Configuration], int]
    """What the process does; its exit code."""
    process: int | None = None
    started: float = 0.0
    again: float = 0.0
    pause: float = FIRST_PAUSE


class Supervisor:
    """Runs `count` workers; `body` is what each does with the configuration, and gives its exit code."""

    def __init__(
        self,
        workspace: Workspace,
        body: Callable[[Configuration], int],
        count: int,
        monotonic: Callable[[], float] = time.monotonic,
        counts: Counts | None = None,
        watch: Callable[[Configuration], int] | None = None,
    ) -> None:
        """`watch` is done by one process more, which serves what `counts` has of the others."""
        self.workspace = workspace
        self.workers = [Place(number, body) for number in range(1, count + 1)]
        self.places = [*self.workers, *([Place(0, watch)] if watch is not None else [])]
        self.counts = counts
        self._started_again = 0
        self._told = -TOLD
        self.monotonic = monotonic
        preload()
        self.configuration = load(workspace)
        self._stopping = False
        self._asked = False
        self._renew: list[Place] = []
        """Those still to be replaced by one with the new configuration, one after the other."""
        self._wanted = workspace.reload_wanted()

    def run(self) -> None:
        """Until SIGTERM or SIGINT, which all workers are told. SIGHUP, or a reload asked for, replaces them in turn."""
        previous = [(each, signal.signal(each, self._signalled)) for each in _SIGNALS]
        log.info("%d workers, configuration %s", len(self.workers), self.configuration.digest[:12])
        try:
            while not self._stopping:
                self.look()
                time.sleep(LOOK)
        finally:
            self._end()
            for each, handler in previous:
                signal.signal(each, handler)
        log.info("stopped")

    def look(self) -> None:
        """Start what is not running and may be, and replace the next one where a reload was asked for."""
        now = self.monotonic()
        self._reload()
        for place in self.places:
            if place.process is not None and (code := ended(place.process)) is not None:
                self._ended(place, code, now)
            if place.process is None and now >= place.again:
                place.process, place.started = self._start(place), now
        if self._renew and all(place.process is not None for place in self.places):
            place = self._renew.pop(0)
            assert place.process is not None
            os.kill(place.process, signal.SIGTERM)
        if self.counts is not None and now - self._told >= TOLD:
            self._told = now
            running = [place.process for place in self.workers if place.process is not None]
            self.counts.tell(len(self.workers), running, self._started_again)

    def _start(self, place: Place) -> int:
        gc.freeze()  # what is loaded is not looked at again for garbage, so that it stays shared
        # A signal that comes before the child has handlers of its own must end it, not be lost on ours.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        child = os.fork()
        if child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return child
        code = 1
        try:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            code = place.body(self.configuration)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            log.exception("the worker could not work")
        finally:
            os._exit(code)

    def _ended(self, place: Place, code: int, now: float) -> None:
        if self.counts is not None and place.process is not None:
            self.counts.add(place.process)
        place.process = None
        place.again = now
        if now - place.started >= WELL:
            place.pause = FIRST_PAUSE
        if code == 0 or (place not in self.workers and code == -signal.SIGTERM):  # it was told to
            return
        self._started_again += place in self.workers
        log.warning("worker %d ended with %d; started again in %.1f s", place.number, code, place.pause)
        place.again = now + place.pause
        place.pause = min(2 * place.pause, LONGEST_PAUSE)

    def _reload(self) -> None:
        wanted = self.workspace.reload_wanted()
        if not self._asked and wanted == self._wanted:
            return
        self._asked, self._wanted = False, wanted
        try:
            self.configuration = load(self.workspace)
        except ConfigurationFaulty as error:
            log.error("%s; the workers go on with the configuration they have", error)
            return
        log.info("configuration %s: workers are replaced one after the other", self.configuration.digest[:12])
        self._renew = list(self.places)

    def _end(self) -> None:
        """Tell all workers to end, and wait until each has finished the step in hand."""
        running = [place.process for place in self.places if place.process is not None]
        for process in running:
            os.kill(process, signal.SIGTERM)
        for process in running:
            os.waitpid(process, 0)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._asked = True
        else:
            self._stopping = True


def ended(process: int) -> int | None:
    """The exit code of a child, as a shell tells it; None while it runs."""
    found, status = os.waitpid(process, os.WNOHANG)
    return None if not found else os.waitstatus_to_exitcode(status)
