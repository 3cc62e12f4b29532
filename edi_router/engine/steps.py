"""The steps: what an engine does for one partner at a time, whichever engine has it done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edi_router.engine.about import Problem, about
from edi_router.engine.alarms import broken_off
from edi_router.engine.batching import close_batches
from edi_router.engine.clocks import strike_clocks
from edi_router.engine.deliver import LISTED, Courier, batches
from edi_router.engine.protect import Protector, with_keys
from edi_router.engine.reach import Reach
from edi_router.engine.receive import Receiver
from edi_router.engine.space import Free, free_bytes, shortage
from edi_router.engine.tally import Count, Tally
from edi_router.engine.webhooks import Teller
from edi_router.engine.work import work
from edi_router.engine.workspace import Workspace, WorkspaceError, utc_now
from edi_router.faults import Fault
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.alarms import CRITICAL, Trouble
from edi_router.ledger.registering import SealedView
from edi_router.ledger.sealing import key_for
from edi_router.pipeline.configuration import Configuration
from edi_router.transports import Channel, ChannelError, StabilityWatch

log = logging.getLogger(__name__)
MEGABYTE = 1_000_000


class ConfigurationFaulty(WorkspaceError):
    """The configuration has faults; they are in `faults`."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(f"the configuration has {len(faults)} faults; run: edi-router lint")


@dataclass(frozen=True, slots=True)
class Taken:
    """What receiving from a partner came to."""

    files: int = 0
    """Newly in the ledger."""
    waiting: int = 0
    """Drops that were not yet whole."""


class Steps:
    """A workspace, its ledger, archive and configuration, and each step of the work on them.

    `problems` of a step gets what needs somebody's attention, a line each. A channel that fails is one, and stops
    nothing else.
    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        archive: Archive,
        clock: Callable[[], datetime] = utc_now,
        tally: Tally | None = None,
        configuration: Configuration | None = None,
    ) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.archive = archive
        self.clock = clock
        self.tally = tally or Tally(clock=lambda: clock().timestamp())
        self.stopping = False
        self.free: Free = free_bytes
        self.doubt: Callable[[], str | None] = lambda: None
        """Why the clock is not believed; then what time alone brings about waits."""
        self.patient = False
        """Whether partners that could not be reached are left alone for a while; else every round tries them."""
        self._told: dict[str, set[str]] = {}
        self._broken: dict[str, Trouble] = {}
        """What was broken off when it was done last, by its name."""
        self.configuration = configuration or load(workspace)
        secret = workspace.secret_key()
        self.registers = SealedView(ledger, key_for(secret, "registers"))
        self.teller = Teller(ledger, workspace.root, secret, clock, lambda: self.stopping)

    def stop(self) -> None:
        """Finish the step in hand and come to an end."""
        self.stopping = True

    def shortage(self, problems: list[str]) -> Trouble | None:
        """The trouble that there is too little room to receive; None when there is enough."""
        settings = self.configuration.settings
        short = shortage(
            (self.archive.folder, self.workspace.root), settings.minimum_free_megabytes, self.free
        )
        if short is None:
            return None
        path, megabytes = short
        arguments: dict[str, str | int] = {
            "path": path.name, "number": megabytes, "least": settings.minimum_free_megabytes,
        }  # fmt: skip
        problems.append(
            f"{megabytes} MB are free on the disk of {path}, {settings.minimum_free_megabytes} have to be: "
            "nothing is received"
        )
        return Trouble("disk-low", "disk", CRITICAL, "", "", arguments)

    def receive(
        self,
        partner: str,
        channels: Reach,
        watch: StabilityWatch,
        problems: list[str],
        fence: int | None = None,
    ) -> Taken:
        """Take what is whole from a partner's outbox; `watch` and `fence` as the `Receiver` needs them."""
        maximum = self.configuration.settings.maximum_file_megabytes * MEGABYTE
        channel = channels.get(partner)
        if channel is None:
            return Taken()
        receiver = Receiver(partner, channel, watch, self.ledger, self.archive, self.tally, fence)
        taken = Taken()
        try:
            with about(partner=partner):
                taken = Taken(*receiver.receive(self.configuration.digest, maximum, lambda: self.stopping))
        except ChannelError as error:
            channels.failed(partner, error)
        problems += receiver.problems
        return taken

    def process(self, problems: list[str], partner: str | None = None) -> int:
        """Process pending work, of all partners or of one; returns how many rows were done."""
        return work(
            self.ledger, self.archive, self.configuration, problems, lambda: self.stopping, self.registers,
            self.tally, partner,
        )  # fmt: skip

    def strike(self, problems: list[str]) -> int:
        """Let the clocks of registers strike and close the batches that are due; returns how many there were."""
        struck = strike_clocks(self.ledger, self.configuration, problems) if self.doubt() is None else 0
        self.tally.count(Count.CLOCKS, by=struck)
        return struck + close_batches(self.ledger, self.configuration, problems)

    def work(self) -> int:
        """Process all pending rows, strike the clocks that are due, close batches; returns how many there were."""
        return self.process([]) + self.strike([])

    def deliver(
        self,
        destination: str,
        channels: Reach,
        problems: list[str],
    ) -> int:
        """Deliver what is due at a destination, batch by batch; returns how much of it is there now."""
        delivered = 0
        before: list[str] = []
        while due := self.ledger.due(destination=destination, limit=LISTED):
            listed = [each.id for each in due]
            if listed == before:
                break
            before = listed
            for ids in batches(due):
                channel = None if self.stopping else channels.get(destination)
                if channel is None:
                    return delivered
                delivered += self._deliver_batch(ids, destination, channel, channels, problems)
        return delivered

    def _deliver_batch(
        self, ids: Sequence[str], destination: str, channel: Channel, channels: Reach, problems: list[str]
    ) -> int:
        attempts = self.configuration.settings.attempts
        protector = Protector(self.ledger, self.archive, self.configuration, self.clock)
        courier = Courier(
            channel, self.ledger, self.clock, attempts, self.tally, protector.outgoing, lambda: self.stopping
        )
        delivered = 0
        try:
            with about(partner=destination):
                delivered = courier.deliver(ids)
        except ChannelError as error:
            channels.failed(destination, error)
        problems += courier.problems
        return delivered

    def tell_webhooks(self, partner: str | None = None) -> int:
        """Tell the webhooks of all partners, or of one, what happened; returns how many calls were answered."""
        return self.teller.tell(self.configuration, partner)

    def went(self, what: str, error: Exception | None = None) -> None:
        """Say how something went that is done again and again: what is broken off is an alarm until it goes well."""
        if error is None:
            self._broken.pop(what, None)
        else:
            self._broken[what] = broken_off(what, error)

    def tell(self, problems: Sequence[str], about_what: str = "") -> None:
        """Log what is new; a problem that lasts is told once, and once when it is over."""
        told = self._told.get(about_what, set())
        for problem in problems:
            if problem not in told:
                _log(logging.ERROR, "%s", problem)
        for problem in told - set(problems):
            _log(logging.INFO, "over: %s", problem)
        self._told[about_what] = set(problems)


def load(workspace: Workspace) -> Configuration:
    """The configuration set as it is now, with our private keys.

    ConfigurationFaulty when it has faults, WorkspaceError when a key cannot be had.
    """
    configuration, faults = workspace.configuration()
    if configuration is None:
        raise ConfigurationFaulty(faults)
    return with_keys(configuration, workspace.root)


def _log(level: int, text: str, problem: str) -> None:
    """A line about a problem, with what it is about; what it may quote of messages stays out of the log."""
    if isinstance(problem, Problem):
        with about(**problem.names):
            log.log(level, text, problem.logged)
    else:
        log.log(level, text, problem)
