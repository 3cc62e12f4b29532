"""One round: receive from every partner, process, deliver to every partner; and what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from edi_router.engine.alarm_channels import Where
from edi_router.engine.alarms import look_around, tell_alarms
from edi_router.engine.reach import Reach
from edi_router.engine.steps import ConfigurationFaulty, Steps, load
from edi_router.engine.tally import Tally
from edi_router.engine.watch import watch_clocks
from edi_router.engine.workspace import Workspace, WorkspaceError, utc_now
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.alarms import Trouble
from edi_router.ledger.store import Nudge
from edi_router.transports import StabilityWatch

__all__ = ["ConfigurationFaulty", "EmbeddedEngine", "Report"]
log = logging.getLogger(__name__)
Progress = Callable[[str, str], None]
"""Told what is being done: a step (`receive`, `process`, `deliver`) and a partner or count."""


def _silent(step: str, detail: str) -> None:
    pass


def _unshared() -> None:
    """The ledger is this engine's alone: whoever made the engine has seen to it."""


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


class EmbeddedEngine(Steps):
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
        super().__init__(workspace, ledger, archive, clock, tally)
        self.progress = progress
        self.alone: Callable[[], None] = _unshared
        """Makes sure, before each round, that no other engine works on the ledger; raises `Occupied` else."""
        self._watches: dict[str, StabilityWatch] = {}
        self._troubles: list[Trouble] = []

    def reload(self) -> bool:
        """Take up the configuration that `edi-router reload` asked for; True when it is in force now.

        One that was changed since it was linted, or has faults, is refused and the old one stays.
        """
        wanted = self.workspace.requested_reload()
        if wanted is None or wanted == self.configuration.digest:
            return False
        try:
            loaded = load(self.workspace)
        except WorkspaceError as error:
            log.error("%s; the engine goes on with the configuration it has", error)
            return False
        if loaded.digest != wanted:
            log.error("the configuration was changed after `reload` linted it; reload again")
            return False
        self.configuration = loaded
        self._watches.clear()
        log.info("configuration %s loaded", loaded.digest[:12])
        return True

    def round(self, channels: Reach | None = None) -> Report:
        """One round over all partners. A channel that fails is reported and does not stop the others.

        `channels` are those of the rounds before, where they stay open; else they are closed at its end.
        """
        self.alone()
        self.tally.begin_round()
        report = Report()
        try:
            self.sweep()
            self.teller.enter(self.configuration)  # before anything happens that they are to be told of
            with ExitStack() as stack:
                if channels is None:
                    channels = Reach(self, report.problems, stack)
                else:
                    channels.again(report.problems)
                short = self.shortage(report.problems)
                if short is None:
                    self._receive(channels, report)
                else:
                    self._troubles.append(short)
                self.progress("process", "")
                report.processed = self.process(report.problems) + self.strike(report.problems)
                self._deliver(channels, report)
                channels.record()
            self.went("round")
        except Exception as error:
            self.went("round", error)
            raise
        finally:
            # Clocks run and alarms are told also while rounds are broken off: then more than ever.
            self.supervise()
        self.tell(report.problems)
        self.tally.end_round()
        return report

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

    def until_idle(self, timeout_seconds: float = 3600, pause_seconds: float = 0.2) -> Report:
        """Rounds until nothing moves and no drop is still becoming stable; the sum of their reports.

        They log in once at each partner.
        """
        total = Report()
        deadline = time.monotonic() + timeout_seconds
        with ExitStack() as stack:
            channels = Reach(self, [], stack)
            while not self.stopping:
                report = self.round(channels)
                self.tell_webhooks()
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

    def enqueue(self, connection: Connection, nudges: Sequence[Nudge]) -> None:
        """Nothing to announce: this engine looks for its work in the rows."""

    def sweep(self) -> int:
        """Re-open what a stopped process, or a broken-off round, had claimed: this is the only engine."""
        return self.ledger.recover()

    def _partners(self) -> Iterator[str]:
        """The partners to exchange with. A paused one is still received from; the ledger keeps its rest back."""
        for partner in self.configuration.directory.partners.values():
            if partner.status.active:
                yield partner.id

    def _receive(self, channels: Reach, report: Report) -> None:
        for partner in self._partners():
            if self.stopping:
                return
            if channels.get(partner) is None:
                continue
            self.progress("receive", partner)
            taken = self.receive(partner, channels, self._watch(partner), report.problems)
            report.received += taken.files
            report.waiting += taken.waiting

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
            if destination in due and not self.stopping:
                self.progress("deliver", destination)
                report.delivered += self.deliver(destination, channels, report.problems)
