"""Telling partners' webhooks what happened: in the order of the events, at least once, each webhook by itself.

Several webhooks are called at the same time, since to call is mostly to wait.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edi_router.engine.about import about
from edi_router.engine.deliver import retry_at
from edi_router.ledger import Fenced, Ledger
from edi_router.ledger.following import Happening
from edi_router.ledger.moves import canonical
from edi_router.ledger.sealing import key_for
from edi_router.ledger.store import instant
from edi_router.ledger.tenancy import Viewer
from edi_router.ledger.webhooks import Hook, Name, is_due
from edi_router.partners import Partner
from edi_router.partners.webhooks import Webhook
from edi_router.pipeline.series import Exchange
from edi_router.transports import ChannelError

if TYPE_CHECKING:
    from edi_router.transports.webhook import Caller

log = logging.getLogger(__name__)
BUDGET = 5.0
"""Seconds after which a webhook lets the others go on; what is left it is told the next time."""
STRIDE = 1000
"""So many events that are not for a webhook are looked through again rather than written down each time."""
CALLERS = 8
"""So many webhooks are called at the same time; each of them is told one event after the other."""
Wanted = tuple[Name, Webhook, Viewer]
"""A webhook, and what its partner may see."""
TEST = "webhook.test"
"""The type of a call that tells of nothing."""


@dataclass(frozen=True)
class Teller:
    """Tells webhooks. `secret` is the deployment's: it makes ids of events that say nothing of their number."""

    ledger: Ledger
    root: Path
    """The workspace; files of secrets are relative to it."""
    secret: bytes = field(repr=False)
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    monotonic: Callable[[], float] = time.monotonic

    def enter(self, configuration: Exchange) -> None:
        """Let the ledger know every webhook of the configuration: what happens from now on is told."""
        wanted = {name for name, _, _ in webhooks_of(configuration)}
        if wanted and (new := wanted - self.ledger.webhooks().keys()):
            self.ledger.enter_webhooks(sorted(new), self.ledger.last_event())

    def tell(self, configuration: Exchange, partner: str | None = None) -> int:
        """Tell every webhook, or those of one partner, what it has not been told; how many calls were answered."""
        wanted = [each for each in webhooks_of(configuration) if partner in (None, each[0][0])]
        if not wanted:
            return 0
        self.enter(configuration)
        known, paused = self.ledger.webhooks(), self.ledger.paused_partners()
        horizon = self.ledger.horizon()
        if horizon is None or self.stopping():
            return 0

        def told(each: Wanted) -> int:
            return self._told(*each, horizon, configuration.settings.attempts)

        busy = [
            each
            for each in wanted
            if each[2].partner not in paused and self._news(known[each[0]], *each[1:], horizon)
        ]
        if len(busy) < 2:
            return sum(map(told, busy))
        with ThreadPoolExecutor(min(CALLERS, len(busy)), "webhook") as callers:
            calls = [callers.submit(copy_context().run, told, each) for each in busy]
        return sum(each.result() for each in calls)

    def _told(self, name: Name, settings: Webhook, viewer: Viewer, horizon: int, limit: int) -> int:
        """Tell one webhook, if nobody else has it in hand; how many calls were answered."""
        claimed = None if self.stopping() else self.ledger.claim_webhook(name)
        if claimed is None:
            return 0
        with about(partner=viewer.partner, webhook=settings.id):
            try:
                return self._tell(claimed, settings, viewer, horizon, limit)
            except Fenced as error:
                log.warning("taken over by another worker: %s", error)
                return 0

    def _news(self, hook: Hook, settings: Webhook, viewer: Viewer, horizon: int) -> bool:
        """Whether there is something to do for a webhook now; to find that there is nothing writes nothing."""
        if not is_due(hook, instant(self.ledger.now())):
            return False
        if self.ledger.dead(hook.name, again=True, limit=1):
            return True
        found, reached = self.ledger.happened(viewer, settings.events, hook.event, horizon, 1)
        return bool(found) or reached - hook.event >= STRIDE

    def _tell(self, hook: Hook, settings: Webhook, viewer: Viewer, horizon: int, limit: int) -> int:
        """Tell one webhook until nothing is left, a call fails, or it has had its time."""
        from edi_router.transports.webhook import Caller  # HTTP and TLS are slow to load

        until, count = self.monotonic() + BUDGET, 0
        try:
            with Caller(settings, self.root) as caller:
                for what, given_up in self._due(hook, settings, viewer, horizon):
                    caller.connect()
                    try:
                        self._call(caller, viewer.partner, what)
                    except ChannelError as error:
                        self._failed(hook, what, error, given_up, limit, self._again(hook, count))
                        break
                    told = self.ledger.dead_told if given_up else self.ledger.webhook_told
                    told(hook, what.number)
                    count += 1
                    log.info("told of %s", what.type)
                    if self.stopping() or self.monotonic() >= until:
                        break
        except ChannelError as error:
            # It was not reached, or there is no secret: no event is to blame, so none is given up for it.
            self.ledger.webhook_stuck(hook, str(error), self._again(hook, count))
            log.warning("cannot be called: %s", error)
        return count

    def _due(
        self, hook: Hook, settings: Webhook, viewer: Viewer, horizon: int
    ) -> Iterator[tuple[Happening, bool]]:
        """What is to be told once more, then what is new, in its order; with whether it had been given up."""
        for each in self.ledger.dead(hook.name, again=True):
            what = self.ledger.happening(viewer, each.type, each.event)
            if what is None:  # it was retained no longer, or is not the partner's to see any more
                self.ledger.dead_told(hook, each.event, call=False)
            else:
                yield what, True
        after = hook.event
        while after < horizon:
            found, reached = self.ledger.happened(viewer, settings.events, after, horizon)
            yield from ((what, False) for what in found)
            last = found[-1].number if found else after
            if reached - last >= STRIDE:
                self.ledger.webhook_told(hook, reached, call=False)
            after = reached

    def _call(self, caller: Caller, partner: str, what: Happening) -> None:
        id = event_id(self.secret, partner, what.number)
        caller.call(id, int(self.clock().timestamp()), body_of(id, partner, what))

    def _failed(
        self, hook: Hook, what: Happening, error: ChannelError, given_up: bool, limit: int, again: datetime
    ) -> None:
        if given_up:
            self.ledger.dead_failed(hook, what.number, str(error), again)
            over = True
        else:
            # What the receiver will not take however often it comes is not tried again; the next event may be taken.
            most = limit if error.transient else 1
            over = self.ledger.webhook_failed(hook, what, str(error), again, most)
        text = "given up" if over else f"again at {again.isoformat()}"
        log.warning("%s was not told: %s; %s", what.type, error, text)

    def _again(self, hook: Hook, answered: int) -> datetime:
        """When the webhook is tried again: the same waits as for deliveries, by its failures in a row."""
        failures = 1 if answered else hook.failures + 1
        now = instant(self.ledger.now())
        found = retry_at(now, failures, failures + 1)
        assert found is not None  # None is said at the limit alone
        return found


def webhooks_of(configuration: Exchange) -> list[Wanted]:
    """The webhooks of all partners that files are exchanged with, each with what its partner may see."""
    return [
        ((partner.id, each.id), each, viewer_of(partner))
        for partner in configuration.directory.partners.values()
        if partner.status.active
        for each in partner.webhooks
    ]


def viewer_of(partner: Partner) -> Viewer:
    """What a partner may see."""
    return Viewer(partner.id, frozenset(partner.codes))


def event_id(secret: bytes, partner: str, number: int) -> str:
    """The id of an event for a partner: the same however often it is told.

    >>> event_id(b"x" * 32, "ENT-A", 7)
    'evt_ce4a97577a896ae87fb5da55'
    """
    key = key_for(secret, "webhooks")
    return "evt_" + hmac.new(key, f"{partner}\0{number}".encode(), hashlib.sha256).hexdigest()[:24]


def body_of(id: str, partner: str, what: Happening) -> bytes:
    """The body of a call: canonical JSON in UTF-8."""
    at = what.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    told = {"id": id, "type": what.type, "timestamp": at, "partner": partner, "data": what.data}
    return canonical(told).encode()


def call_for_test(settings: Webhook, root: Path, partner: str, now: datetime) -> str:
    """Call a webhook with an event that tells of nothing; returns its id. Raises ChannelError."""
    from edi_router.transports.webhook import Caller

    id = f"evt_{secrets.token_hex(12)}"
    with Caller(settings, root) as caller:
        caller.call(id, int(now.timestamp()), body_of(id, partner, Happening(0, TEST, now, {})))
    return id
