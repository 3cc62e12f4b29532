"""One round: receive from every partner, process, deliver to every partner; and what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from edi_router.engine.about import Problem, about
from edi_router.engine.alarm_channels import Where
from edi_router.engine.alarms import broken_off, look_around, tell_alarms
from edi_router.engine.batching import close_batches
from edi_router.engine.clocks import strike_clocks
from edi_router.engine.deliver import BATCH, Courier
from edi_router.engine.reach import Reach
from edi_router.engine.receive import Receiver
from edi_router.engine.space import Free, free_bytes, shortage
from edi_router.engine.tally import Count, Tally
from edi_router.engine.watch import watch_clocks
from edi_router.engine.work import work
from edi_router.engine.workspace import Workspace, WorkspaceError, utc_now
from edi_router.faults import Fault
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.alarms import CRITICAL, Trouble
from edi_router.ledger.registering import SealedView
from edi_router.ledger.sealing import key_for
from edi_router.pipeline.configuration import Configuration
from edi_router.transports import ChannelError, StabilityWatch

log = logging.getLogger(__name__)
MEGABYTE = 1_000_000
Progress = Callable[[str, str], None]
"""Told what is being done: a step (`receive`, `process`, `deliver`) and a partner or count."""


def _silent(step: str, detail: str) -> None:
    pass


@dataclass
class Report:
    """What a round did."""

    received: int = 0
    processed: int = 0
    delivered: int = 0
    waiting: int = 0
    """Drops that were not yet stable."""
    problems: list[str] = field(default_factory=list)
    """What needs somebody's attention: channels, drops, files and deliveries that failed, a line each."""

    @property
    def idle(self) -> bool:
        """Whether nothing moved."""
        return not (self.received or self.processed or self.delivered)


class EmbeddedEngine:
    """The engine in one process (`edi_router.engine.port.Engine`): the ledger's rows are its only queue."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        archive: Archive,
        clock: Callable[[], datetime] = utc_now,
        progress: Progress = _silent,
        tally: Tally | None = None,
    ) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.archive = archive
        self.clock = clock
        self.progress = progress
        self.tally = tally or Tally(clock=lambda: clock().timestamp())
        self.stopping = False
        self.free: Free = free_bytes
        self.patient = False
        """Whether partners that could not be reached are left alone for a while; else every round tries them."""
        self._watches: dict[str, StabilityWatch] = {}
        self._told: set[str] = set()
        self._troubles: list[Trouble] = []
        self._broken: dict[str, Trouble] = {}
        """What was broken off when it was done last, by its name."""
        self.configuration = self._load()
        self.registers = SealedView(ledger, key_for(workspace.secret_key(), "registers"))

    def _load(self) -> Configuration:
        configuration, faults = self.workspace.configuration()
        if configuration is None:
            raise ConfigurationFaulty(faults)
        return configuration

    def reload(self) -> bool:
        """Take up the configuration that `edi-router reload` asked for; True when it is in force now.

        One that was changed since it was linted, or has faults, is refused and the old one stays.
        """
        wanted = self.workspace.requested_reload()
        if wanted is None or wanted == self.configuration.digest:
            return False
        try:
            loaded = self._load()
        except ConfigurationFaulty as error:
            log.error("%s; the engine goes on with the configuration it has", error)
            return False
        if loaded.digest != wanted:
            log.error("the configuration was changed after `reload` linted it; reload again")
            return False
        self.configuration = loaded
        self._watches.clear()
        log.info("configuration %s loaded", loaded.digest[:12])
        return True

    def stop(self) -> None:
        """Finish the step in hand and come to an end."""
        self.stopping = True

    def round(self) -> Report:
        """One round over all partners. A channel that fails is reported and does not stop the others."""
        self.tally.begin_round()
        report = Report()
        try:
            self.sweep()
            with ExitStack() as stack:
                channels = Reach(self, report.problems, stack)
                if self._has_room(report.problems):
                    self._receive(channels, report)
                self.progress("process", "")
                report.processed = self.process(report.problems)
                self._deliver(channels, report)
                channels.record()
            self.went("round")
        except Exception as error:
            self.went("round", error)
            raise
        finally:
            # Clocks run and alarms are told also while rounds are broken off: then more than ever.
            self.supervise()
        self._tell(report.problems)
        self.tally.end_round()
        return report

    def _has_room(self, problems: list[str]) -> bool:
        """Whether there is room to receive; an alarm where there is not, over when there is again."""
        settings = self.configuration.settings
        short = shortage(
            (self.archive.folder, self.workspace.root), settings.minimum_free_megabytes, self.free
        )
        if short is None:
            return True
        path, megabytes = short
        arguments: dict[str, str | int] = {
            "path": path.name, "number": megabytes, "least": settings.minimum_free_megabytes,
        }  # fmt: skip
        problems.append(
            f"{megabytes} MB are free on the disk of {path}, {settings.minimum_free_megabytes} have to be: "
            "nothing is received"
        )
        self._troubles.append(Trouble("disk-low", "disk", CRITICAL, "", "", arguments))
        return False

    def supervise(self) -> None:
        """Look at the clocks, at partners out of reach and at what failed; tell the alarms that follow."""
        try:
            watch_clocks(self.ledger, self.configuration)
            self.went("clocks")
        except Exception as error:
            log.exception("the clocks could not be looked at")
            self.went("clocks", error)
        look_around(self.ledger, self.configuration, [*self._troubles, *self._broken.values()])
        self._troubles = []
        settings = self.configuration.settings
        where = Where(settings.name, self.workspace.root, settings.zone)
        tell_alarms(self.ledger, settings.alarms, where, self.tally.beat)

    def went(self, what: str, error: Exception | None = None) -> None:
        """Say how something went that is done again and again: what is broken off is an alarm until it goes well."""
        if error is None:
            self._broken.pop(what, None)
        else:
            self._broken[what] = broken_off(what, error)

    def _tell(self, problems: Sequence[str]) -> None:
        """Log what is new; a problem that lasts is told once, and once when it is over."""
        for problem in problems:
            if problem not in self._told:
                _log(logging.ERROR, "%s", problem)
        for problem in self._told - set(problems):
            _log(logging.INFO, "over: %s", problem)
        self._told = set(problems)

    def until_idle(self, timeout_seconds: float = 3600, pause_seconds: float = 0.2) -> Report:
        """Rounds until nothing moves and no drop is still becoming stable; the sum of their reports."""
        total = Report()
        deadline = time.monotonic() + timeout_seconds
        while not self.stopping:
            report = self.round()
            total.received += report.received
            total.processed += report.processed
            total.delivered += report.delivered
            total.problems += [problem for problem in report.problems if problem not in total.problems]
            total.waiting = report.waiting
            if (report.idle and not report.waiting) or time.monotonic() > deadline:
                break
            if report.idle:
                time.sleep(pause_seconds)
        return total

    def enqueue(self, connection: Connection, work: Sequence[str]) -> None:
        """Nothing to announce: this engine looks for its work in the rows."""

    def work(self) -> int:
        """Process all pending rows."""
        return self.process([])

    def process(self, problems: list[str]) -> int:
        """`work`, with what went wrong added to `problems`."""
        done = work(
            self.ledger, self.archive, self.configuration, problems, lambda: self.stopping, self.registers,
            self.tally,
        )  # fmt: skip
        struck = strike_clocks(self.ledger, self.configuration, problems)
        self.tally.count(Count.CLOCKS, by=struck)
        return done + struck + close_batches(self.ledger, self.configuration, problems)

    def sweep(self) -> int:
        """Re-open what a stopped process, or a broken-off round, had claimed: this is the only engine."""
        return self.ledger.recover()

    def _partners(self) -> Iterator[str]:
        """The partners to exchange with. A paused one is still received from; the ledger keeps its rest back."""
        for partner in self.configuration.directory.partners.values():
            if partner.status.active:
                yield partner.id

    def _receive(self, channels: Reach, report: Report) -> None:
        maximum = self.configuration.settings.maximum_file_megabytes * MEGABYTE
        for partner in self._partners():
            if self.stopping:
                return
            channel = channels.get(partner)
            if channel is None:
                continue
            self.progress("receive", partner)
            digest = self.configuration.digest
            receiver = Receiver(partner, channel, self._watch(partner), self.ledger, self.archive, self.tally)
            try:
                with about(partner=partner):
                    taken, waiting = receiver.receive(digest, maximum, lambda: self.stopping)
                report.received += taken
                report.waiting += waiting
            except ChannelError as error:
                channels.failed(partner, error)
            report.problems += receiver.problems

    def _watch(self, partner: str) -> StabilityWatch:
        if partner not in self._watches:
            settings = self.workspace.channel(self.configuration, partner)
            assert settings is not None
            self._watches[partner] = StabilityWatch(settings.wait_seconds, time.monotonic, settings.marker)
        return self._watches[partner]

    def _deliver(self, channels: Reach, report: Report) -> None:
        # Destination by destination: what one cannot take must not stand in the way of the others.
        due = self.ledger.due_destinations()
        for destination in self._partners():
            before: list[str] = []
            while destination in due and not self.stopping:
                ids = [row.id for row in self.ledger.due(destination=destination, limit=BATCH)]
                channel = channels.get(destination) if ids and ids != before else None
                if channel is None:
                    break
                before = ids
                self.progress("deliver", destination)
                attempts = self.configuration.settings.attempts
                courier = Courier(channel, self.ledger, self.clock, attempts, self.tally)
                try:
                    with about(partner=destination):
                        report.delivered += courier.deliver(ids)
                except ChannelError as error:
                    channels.failed(destination, error)
                report.problems += courier.problems


def _log(level: int, text: str, problem: str) -> None:
    """A line about a problem, with what it is about; what it may quote of messages stays out of the log."""
    if isinstance(problem, Problem):
        with about(**problem.names):
            log.log(level, text, problem.logged)
    else:
        log.log(level, text, problem)


class ConfigurationFaulty(WorkspaceError):
    """The configuration has faults; they are in `faults`."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(f"the configuration has {len(faults)} faults; run: edi-router lint")
