"""The channels of one round, or of some that follow each other: each opened once, and left alone after it failed."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Protocol

from edi_router.engine.about import Problem
from edi_router.engine.tally import Tally
from edi_router.engine.workspace import Workspace
from edi_router.ledger import Ledger
from edi_router.ledger.contacts import is_due
from edi_router.pipeline.configuration import Configuration
from edi_router.transports import Channel, ChannelError, open_channel


class _Engine(Protocol):
    """What is needed of an engine."""

    workspace: Workspace
    configuration: Configuration
    ledger: Ledger
    clock: Callable[[], datetime]
    tally: Tally
    patient: bool


class Reach:
    """Opens channels. A patient engine does not try those again so soon that could not be reached before."""

    def __init__(
        self, engine: _Engine, problems: list[str], stack: ExitStack, only: str | None = None
    ) -> None:
        """`only` is the one partner that is to be reached, where it is one: how the others stand is not asked then."""
        self.engine = engine
        self.problems = problems
        self.stack = stack
        self._contacts = engine.ledger.contacts(None if only is None else [only])
        self._open: dict[str, Channel | None] = {}

    def again(self, problems: list[str]) -> None:
        """Another round begins: what is open is used again; what failed, or was closed meanwhile, is opened anew."""
        self.problems = problems
        self._contacts = self.engine.ledger.contacts()
        for partner, channel in list(self._open.items()):
            if channel is not None and channel.is_open:
                self.engine.tally.contact(partner, reached=True)
            else:
                self._close(partner)
                del self._open[partner]

    def get(self, partner: str) -> Channel | None:
        """The channel to the partner; None when there is none, or it cannot be reached now."""
        if partner not in self._open:
            self._open[partner] = self._connect(partner)
        return self._open[partner]

    def failed(self, partner: str, error: ChannelError) -> None:
        """The channel failed, at opening or later: it is not used any more in this round."""
        self._close(partner)
        self._open[partner] = None
        self.engine.tally.contact(partner, reached=False)
        self.engine.ledger.contact_failed(partner, str(error), random.uniform(0.8, 1.2))
        self.problems.append(Problem(f"{partner}: {error}", partner=partner))

    def record(self) -> None:
        """Record which partners were reached in this round."""
        self.engine.ledger.contacted(each for each, channel in self._open.items() if channel is not None)

    def _close(self, partner: str) -> None:
        channel = self._open.get(partner)
        if channel is not None:
            channel.close()

    def _connect(self, partner: str) -> Channel | None:
        settings = self.engine.workspace.channel(self.engine.configuration, partner)
        if settings is None:
            return None
        contact = self._contacts.get(partner)
        if self.engine.patient and contact is not None and not is_due(contact, self.engine.clock()):
            self.problems.append(Problem(f"{partner}: {contact.reason}", partner=partner))
            return None
        try:
            channel = self.stack.enter_context(open_channel(settings, base=self.engine.workspace.root))
        except ChannelError as error:
            self.failed(partner, error)
            return None
        self.engine.tally.contact(partner, reached=True)
        return channel
