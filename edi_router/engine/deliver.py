"""Deliver: outbox rows to the partners, whole or not at all, and once (fencing: `docs/architecture.md`)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from edi_router.engine.about import Problem, about
from edi_router.engine.tally import Count, Tally
from edi_router.ledger import ClaimedDelivery, Fenced, Ledger
from edi_router.transports import Channel, ChannelError, PushChannel

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
BATCH = 50
"""Deliveries of one destination that share their transactions."""
MESSAGES = 500
"""Messages of one output that a line of the log names; the ledger knows the others."""


def retry_at(now: datetime, attempts: int, limit: int) -> datetime | None:
    """When to try again after `attempts` failures: twice as long each time, with jitter; None after `limit`."""
    if attempts >= limit:
        return None
    wait = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    return now + wait * random.uniform(0.8, 1.2)


class Courier:
    """Brings the deliveries of one destination there, by one open channel."""

    def __init__(
        self,
        channel: Channel,
        ledger: Ledger,
        clock: Callable[[], datetime],
        limit: int,
        tally: Tally | None = None,
        outgoing: Callable[[ClaimedDelivery], bytes] = lambda delivery: delivery.content,
    ) -> None:
        self.channel = channel
        self.ledger = ledger
        self.clock = clock
        self.limit = limit
        """After how many attempts a delivery is given up."""
        self.tally = tally or Tally()
        self.outgoing = outgoing
        """Makes the bytes that leave: the content, or what it is signed and encrypted to."""
        self.problems: list[str] = []
        """What failed though the channel is there, a line each."""

    def deliver(self, ids: Sequence[str]) -> int:
        """Deliver a batch; returns how many the partner has now.

        Upload all, record that they are about to be renamed, rename all, record that they are delivered. A
        row that a crash or a lost connection left in `renaming` is not sent again: either its temporary file
        is still there and gets its final name now, or it is gone and the rename happened, even when the
        partner has already taken the file away.

        Raises ChannelError when the channel is lost, after recording it: the delivery in hand failed once,
        those not yet tried are put back as if they had not been claimed.

        What is pushed has arrived and is not taken back with its neighbours: it is delivered and recorded one by one.
        """
        if isinstance(self.channel, PushChannel) and len(ids) > 1:
            return sum(self.deliver([id]) for id in ids)
        claimed = self.ledger.claim_deliveries(ids)
        delivered: list[ClaimedDelivery] = []
        try:
            ready = self._upload(claimed)
            self.ledger.renaming_all([(each.id, each.fence) for each in ready])
            self._rename(ready, delivered)
        except Fenced as error:
            log.warning("taken over by another worker: %s", error)
        finally:
            self.ledger.delivered_all([(each.id, each.fence) for each in delivered])
            self._delivered(delivered)
        return len(delivered)

    def _upload(self, claimed: Sequence[ClaimedDelivery]) -> list[ClaimedDelivery]:
        """Put everything under its temporary name; returns what can be renamed."""
        ready: list[ClaimedDelivery] = []
        for index, each in enumerate(claimed):
            self.tally.beat()
            try:
                for leftover in each.leftovers:
                    self.channel.discard(leftover)
                if not each.renaming:
                    self._send(each)
                ready.append(each)
            except ChannelError as error:
                self._failed(each, error)
                if not error.transient:
                    self._problem(each, str(error))
                else:
                    rest = [*ready, *claimed[index + 1 :]]
                    self.ledger.put_back([(other.id, other.fence) for other in rest])
                    raise
        return ready

    def _send(self, each: ClaimedDelivery) -> None:
        """Bring the bytes there: under a temporary name, or for good where nothing can be renamed."""
        content = self.outgoing(each)
        if isinstance(self.channel, PushChannel):
            self.channel.push(each.id, each.name, content)
        else:
            self.channel.put_temporary(each.temporary, content)

    def _rename(self, ready: Sequence[ClaimedDelivery], delivered: list[ClaimedDelivery]) -> None:
        """Give everything its final name; what has it is added to `delivered`."""
        for index, each in enumerate(ready):
            self.tally.beat()
            try:
                self.channel.rename(each.temporary, each.name)
            except FileNotFoundError:
                if not each.renaming:
                    # The server refused our one rename, so the partner has nothing: an attempt that failed.
                    reason = f"{each.temporary} vanished from the inbox before it got its name"
                    again = retry_at(self.clock(), each.attempts, self.limit)
                    self.ledger.failed(each.id, each.fence, reason, again, not_renamed=True)
                    self._attempt(each, reason, again)
                    continue
            except FileExistsError:
                reason = f"the inbox has another file named {each.name}; it is not overwritten"
                self.ledger.failed(each.id, each.fence, reason, None, not_renamed=True)
                self._attempt(each, reason, None)
                self._problem(each, reason)
                continue
            except ChannelError as error:
                # Whether the rename happened is not known: the row stays in `renaming`, under the same name.
                self._failed(each, error)
                self.ledger.put_back([(other.id, other.fence) for other in ready[index + 1 :]])
                raise
            delivered.append(each)

    def _failed(self, each: ClaimedDelivery, error: ChannelError) -> None:
        again = retry_at(self.clock(), each.attempts, self.limit) if error.transient else None
        self.ledger.failed(each.id, each.fence, str(error), again)
        self._attempt(each, str(error), again)

    def _problem(self, each: ClaimedDelivery, reason: str) -> None:
        line = f"{each.destination}: {each.name}: {reason}"
        with about(**_names(each)):
            self.problems.append(Problem(line))

    def _attempt(self, each: ClaimedDelivery, reason: str, again: datetime | None) -> None:
        """Count and log an attempt that failed; with what is given up comes a problem, too."""
        self.tally.count(Count.FAILURES, each.destination, "retry" if again else "given_up")
        with about(**_names(each), attempt=each.attempts):
            log.info(
                "not delivered: %s; %s", reason, f"again at {again.isoformat()}" if again else "given up"
            )

    def _delivered(self, delivered: Sequence[ClaimedDelivery]) -> None:
        for each in delivered:
            self.tally.count(Count.DELIVERIES, each.destination)
            self.tally.count(Count.BYTES_OUT, each.destination, by=len(each.content))
            with about(**_names(each), size=len(each.content)):
                log.info("delivered")


def _names(each: ClaimedDelivery) -> dict[str, object]:
    """What a line about a delivery is about: the delivery, and the messages that it brings."""
    names: dict[str, object] = {"delivery": each.id, "output": each.output, "name": each.name}
    if len(each.messages) == 1:
        return names | {"message": each.messages[0]}
    return names | {"messages": list(each.messages[:MESSAGES])}
