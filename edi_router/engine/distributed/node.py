"""A node: one worker's steps, each done for one job. What it has to know it reads from the ledger."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from procrastinate import App
from sqlalchemy import Connection

from edi_router.engine.about import about, brief, where
from edi_router.engine.alarm_channels import Where
from edi_router.engine.alarms import broken_off, look_around, tell_alarms
from edi_router.engine.distributed.database import holding
from edi_router.engine.distributed.pace import Pace
from edi_router.engine.distributed.queue import (
    CLOCKS,
    NIGHTLY,
    RECEIVE,
    SUPERVISE,
    WEBHOOKS,
    Queue,
    application,
)
from edi_router.engine.distributed.skew import DIFFER, ahead, told
from edi_router.engine.lasting import Lasting
from edi_router.engine.nightly import close_nights
from edi_router.engine.reach import Reach
from edi_router.engine.secret import secret_keys, write_once
from edi_router.engine.steps import Steps
from edi_router.engine.tally import Count
from edi_router.engine.watch import watch_clocks
from edi_router.engine.workspace import Workspace, WorkspaceError
from edi_router.ledger import Fenced, Ledger
from edi_router.ledger.alone import Occupied
from edi_router.ledger.errors import Refused
from edi_router.ledger.sightings import Sighting
from edi_router.ledger.store import DELIVER, PROCESS, Nudge
from edi_router.ledger.workers import DRAINING, WORKING
from edi_router.pipeline.configuration import Configuration
from edi_router.transports import Drop, StabilityWatch

log = logging.getLogger(__name__)
MICROS = 1_000_000
BROKEN, DISK = "broken:", "disk:"
"""Keys of alarms that workers raise, and clear, of what they were doing and of their host's disk."""
SERVER_CLOCK = "server-clock"
"""What is broken off, to say so, when the clock of the database's server is not that of the hosts."""


class Node(Steps):
    """The steps of one worker (`edi_router.engine.port.Engine`)."""

    app: App
    """procrastinate with the jobs of this node."""

    def __init__(
        self, workspace: Workspace, configuration: Configuration | None = None, pace: Pace | None = None
    ) -> None:
        """Open the ledger, which is this version's already; WorkspaceError when it cannot be worked on."""
        settings = workspace.settings()
        self.pace = pace or Pace()
        url = holding(workspace.database(settings), self.pace)
        self.app = application(url)
        self.queue = Queue(self._priority)
        ledger = Ledger.open(url, zone=settings.time_zone, announce=self.enqueue)
        try:
            super().__init__(workspace, ledger, workspace.open_archive(), configuration=configuration)
        except BaseException:
            ledger.close()
            raise
        self.patient = True
        self.host = os.environ.get("EDI_ROUTER_HOST") or socket.gethostname()
        self.host_clock: Callable[[], float] = time.time
        self.doing = ""
        self._nights = Lasting(log)
        self.broken: set[str] = set()
        """Open alarms of what was broken off, whichever worker it was."""
        self._short = False
        self._unsure: str | None = None
        self.doubt = lambda: self._unsure
        self.steps: dict[str, Callable[[str, list[str]], None]] = {
            RECEIVE: self._receive, PROCESS: self._process, DELIVER: self._deliver, CLOCKS: self._clocks,
            SUPERVISE: self._supervise, NIGHTLY: self._nightly, WEBHOOKS: self._webhooks,
        }  # fmt: skip
        for step in self.steps:
            self.app.task(name=step, queue=step)(self._task(step))

    def enter(self) -> str:
        """Tell the ledger of this worker; its id.

        WorkspaceError when its archive or key is not the others', when its clock is wrong, or when an embedded engine works
        on the ledger.
        """
        if (off := self.clock_off()) is not None:
            raise WorkspaceError(f"{off}: set it by NTP")
        mine = self._archive_mark()
        for other in self.ledger.workers():
            if other.alive and other.archive != mine:
                raise WorkspaceError(
                    f"this host has another archive or key than worker {other.pid} on {other.host}: mount the same "
                    f"folder as {self.archive.folder} and give both the same secret key"
                )
        try:
            id = self.ledger.enter_worker(self.host, os.getpid(), self.configuration.digest, mine)
        except Occupied as error:
            raise WorkspaceError(str(error)) from error
        self.teller.enter(self.configuration)  # before anything happens that they are to be told of
        return id

    def clock_off(self) -> str | None:
        """What is wrong with this host's clock, which is neither the ledger's nor the node's; None when it is right.

        Where a worker of another host has the same time, the server's is wrong, most likely: to end would end them all, and
        nobody would say so. They go on, in doubt of the time, and raise an alarm.
        """
        seconds = ahead(self.ledger, self.host_clock)
        if abs(seconds) <= self.pace.skew:
            self._unsure = None
            # Nearer than that: else one host would clear the alarm, and another raise it, all the time.
            if abs(seconds) <= self.pace.skew / 2:
                self.went(SERVER_CLOCK)
            return None
        if not self._is_others_time():
            return told(seconds)
        self._unsure = DIFFER
        self.went(SERVER_CLOCK, Refused(DIFFER))
        return None

    def _is_others_time(self) -> bool:
        """Whether a worker of another host told of itself a moment ago, by this host's clock."""
        now = self.host_clock()
        return any(
            other.host != self.host and abs(now - other.seen.timestamp()) <= self.pace.stalled
            for other in self.ledger.workers()
        )

    def _archive_mark(self) -> str:
        """A text that all who share archive and keys have in common: with one key fewer, not all could be read."""
        path = self.archive.folder / "shared-by"
        self.archive.folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_once(path, secrets.token_hex(16).encode())
        return hashlib.sha256(path.read_bytes() + b"".join(secret_keys(self.workspace.var))).hexdigest()[:16]

    @property
    def state(self) -> str:
        """How the worker tells of itself."""
        return DRAINING if self.stopping else WORKING

    def _priority(self, partner: str) -> int:
        """That of the most urgent of a partner's agreements: what its files are is not known before they are read."""
        return most_urgent(self.configuration, partner)

    def _task(self, step: str) -> Callable[..., None]:
        def task(partner: str = "", format: int = 0, **later: object) -> None:
            self.do(step, partner)

        return task

    def do(self, step: str, partner: str = "") -> None:
        """Do a step; what breaks it off is an alarm until it goes well, and the sweep has it done again."""
        if self.stopping:
            return
        self.doing = what = f"{step} {partner}".strip()
        self.tally.beat()
        problems: list[str] = []
        try:
            with about(**({"partner": partner} if partner else {})):
                self.steps[step](partner, problems)
            self.went(what)
        except Fenced as error:
            log.warning("%s: another worker has taken it over: %s", what, error)
        except Exception as error:
            log.error("%s was broken off: %s at %s", what, brief(error), (where(error) or ["?"])[-1])
            log.debug("%s was broken off", what, exc_info=error)
            self.went(what, error)
            self.tally.count(Count.JOBS_BROKEN, label=step)
        finally:
            self.doing = ""
        self.tally.count(Count.JOBS, label=step)
        self.tell(problems, what)

    def went(self, what: str, error: Exception | None = None) -> None:
        """Say how something went: of all workers the last one that did it is right."""
        key = BROKEN + what
        try:
            if error is not None:
                self.ledger.raise_alarm(broken_off(what, error))
                self.broken.add(key)
            elif key in self.broken:
                self.ledger.clear_alarm(key)
                self.broken.discard(key)
        except Exception as trouble:  # without the ledger nobody can be told; the log has it
            log.debug("an alarm could not be kept", exc_info=trouble)

    def enqueue(self, connection: Connection, nudges: Sequence[Nudge]) -> None:
        """Make jobs in the transaction of this connection."""
        self.queue.enqueue(connection, nudges)

    def sweep(self) -> int:
        """Make a job for all rows that are due, or in somebody's hands, without one; how many jobs were made."""
        works, sends = self.ledger.in_hand()
        wanted = {(PROCESS, partner) for partner in works} | {(DELIVER, partner) for partner in sends}
        self.broken = {each.key for each in self.ledger.alarms() if each.key.startswith(BROKEN)}
        with self.ledger.read() as connection:
            live = self.queue.live(connection)
        missing = {each for each in wanted if ":".join(each) not in live}
        if missing:
            with self.ledger.write() as tx:
                for step, partner in missing:
                    tx.nudge(step, partner)
        return len(missing)

    def look_at_disk(self) -> None:
        """Raise the alarm that this host has too little room, or clear it."""
        key = DISK + self.host
        short = self.shortage([])
        if short is not None:
            self.ledger.raise_alarm(replace(short, key=key))
        elif self._short:
            self.ledger.clear_alarm(key)
        self._short = short is not None

    def _receive(self, partner: str, problems: list[str]) -> None:
        found = self.configuration.directory.partners.get(partner)
        settings = self.workspace.channel(self.configuration, partner) if found is not None else None
        if (
            found is None
            or settings is None
            or not found.status.active
            or self.shortage(problems) is not None
        ):
            return
        # Before the outbox is listed: what this worker then records it records as the only one.
        fence = self.ledger.begin_receiving(partner)
        wait = settings.wait_seconds
        seen = self.ledger.sightings(partner) if wait else {}
        before = {Drop(each.name, each.size, each.modified): at / MICROS for each, at in seen.items()}
        watch = StabilityWatch(wait, lambda: self.ledger.now() / MICROS, settings.marker, before)
        with ExitStack() as stack:
            channels = Reach(self, problems, stack, partner)
            self.receive(partner, channels, watch, problems, fence)
            channels.record()
        if wait and watch.since != before:
            now = {Sighting(each.name, each.size, each.modified): at for each, at in watch.since.items()}
            self.ledger.keep_sightings(partner, {each: round(at * MICROS) for each, at in now.items()})

    def _process(self, partner: str, problems: list[str]) -> None:
        self.ledger.take_over_work(partner)
        self.process(problems, partner)

    def _deliver(self, destination: str, problems: list[str]) -> None:
        found = self.configuration.directory.partners.get(destination)
        if found is None or not found.status.active:
            return
        self.ledger.take_over_deliveries(destination)
        with ExitStack() as stack:
            channels = Reach(self, problems, stack, destination)
            self.deliver(destination, channels, problems)
            channels.record()

    def _clocks(self, _: str, problems: list[str]) -> None:
        self.strike(problems)

    def _supervise(self, _: str, problems: list[str]) -> None:
        watch_clocks(self.ledger, self.configuration)
        look_around(self.ledger, self.configuration, others=(BROKEN, DISK))
        hosts = {DISK + worker.host for worker in self.ledger.workers() if worker.alive}
        for alarm in self.ledger.alarms():
            if alarm.key.startswith(DISK) and alarm.key not in hosts:
                self.ledger.clear_alarm(alarm.key)
        settings = self.configuration.settings
        place = Where(settings.name, self.workspace.root, settings.zone)
        tell_alarms(self.ledger, settings.alarms, place, self.tally.beat)

    def _webhooks(self, partner: str, problems: list[str]) -> None:
        self.tell_webhooks(partner)

    def _nightly(self, _: str, problems: list[str]) -> None:
        close_nights(self, self._nights)


def most_urgent(configuration: Configuration, partner: str) -> int:
    """The priority of the most urgent agreement of a partner, 1 before 9; 5 when it has none."""
    found = configuration.directory.partners.get(partner)
    return min((each.priority for each in found.agreements), default=5) if found is not None else 5
