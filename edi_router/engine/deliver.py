"""Deliver: outbox rows to the partners, whole or not at all, and once (fencing: `docs/architecture.md`)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from edi_router.engine.about import Problem, about
from edi_router.engine.parting import parts
from edi_router.engine.tally import Count, Tally
from edi_router.ledger import ClaimedDelivery, Due, Fenced, Ledger
from edi_router.transports import Channel, ChannelError, PushChannel, Upload

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
LISTED = 5000
"""Due deliveries that are looked up at once."""
BYTES = 4_000_000
"""Deliveries of one destination share their transactions up to the one with which they have so many bytes."""
MESSAGES = 500
"""Messages of one output that a line of the log names; the ledger knows the others."""


def retry_at(now: datetime, attempts: int, limit: int) -> datetime | None:
    """When to try again after `attempts` failures: twice as long each time, with jitter; None after `limit`."""
    if attempts >= limit:
        return None
    wait = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    return now + wait * random.uniform(0.8, 1.2)


def batches(due: Sequence[Due]) -> Iterator[list[str]]:
    """The ids of deliveries, batch by batch."""
    for part in parts(due, lambda each: each.size, BYTES):
        yield [each.id for each in part]


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
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.channel = channel
        self.ledger = ledger
        self.clock = clock
        self.limit = limit
        """After how many attempts a delivery is given up."""
        self.tally = tally or Tally()
        self.outgoing = outgoing
        """Makes the bytes that leave: the content, or what it is signed and encrypted to."""
        self.stopping = stopping
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

        What is pushed has arrived and is not taken back with its neighbours: it is delivered and recorded one by one, and
        where each takes long, no more are begun when `stopping()`.
        """
        if isinstance(self.channel, PushChannel) and len(ids) > 1:
            return sum(self.deliver([id]) for id in ids if not self.stopping())
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
        ready = {each.id for each in claimed if each.renaming}
        tried: set[str] = set()
        lost: ChannelError | None = None
        for each, outcome in self._sent([each for each in claimed if not each.renaming]):
            self.tally.beat()
            tried.add(each.id)
            if outcome is None:
                ready.add(each.id)
                continue
            self._failed(each, outcome)
            if outcome.transient:
                lost = lost or outcome
            else:
                self._problem(each, str(outcome))
        if lost is not None:
            self._put_back(each for each in claimed if each.id in ready or each.id not in tried)
            raise lost
        return [each for each in claimed if each.id in ready]

    def _sent(
        self, claimed: Sequence[ClaimedDelivery]
    ) -> Iterator[tuple[ClaimedDelivery, ChannelError | None]]:
        """Bring the bytes there: under a temporary name, or for good where nothing can be renamed."""
        contents: list[tuple[ClaimedDelivery, bytes]] = []
        for each in claimed:
            try:
                contents.append((each, self.outgoing(each)))
            except ChannelError as error:
                yield each, error
        if isinstance(self.channel, PushChannel):
            for each, content in contents:
                yield each, _pushed(self.channel, each, content)
        else:
            uploads = [Upload(each.temporary, content, each.leftovers) for each, content in contents]
            for (each, _), outcome in zip(contents, self.channel.put_all(uploads), strict=False):
                yield each, outcome

    def _rename(self, ready: Sequence[ClaimedDelivery], delivered: list[ClaimedDelivery]) -> None:
        """Give everything its final name; what has it is added to `delivered`.

        Whether a rename happened that has no outcome is not known: the row stays in `renaming`, under the same name.
        """
        lost: ChannelError | None = None
        known: set[str] = set()
        outcomes = self.channel.rename_all([(each.temporary, each.name) for each in ready])
        for each, outcome in zip(ready, outcomes, strict=False):
            self.tally.beat()
            known.add(each.id)
            if outcome is None or (isinstance(outcome, FileNotFoundError) and each.renaming):
                delivered.append(each)
            elif isinstance(outcome, FileNotFoundError):
                # The server refused our one rename, so the partner has nothing: an attempt that failed.
                reason = f"{each.temporary} vanished from the inbox before it got its name"
                again = retry_at(self.clock(), each.attempts, self.limit)
                self.ledger.failed(each.id, each.fence, reason, again, not_renamed=True)
                self._attempt(each, reason, again)
            elif isinstance(outcome, FileExistsError):
                reason = f"the inbox has another file named {each.name}; it is not overwritten"
                self.ledger.failed(each.id, each.fence, reason, None, not_renamed=True)
                self._attempt(each, reason, None)
                self._problem(each, reason)
            else:
                self._failed(each, outcome)
                lost = lost or outcome
                if not outcome.transient:
                    break
        if lost is not None:
            self._put_back(each for each in ready if each.id not in known)
            raise lost

    def _put_back(self, held: Iterable[ClaimedDelivery]) -> None:
        self.ledger.put_back([(each.id, each.fence) for each in held])

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
        sizes: dict[str, list[int]] = {}
        for each in delivered:
            sizes.setdefault(each.destination, []).append(len(each.content))
            if log.isEnabledFor(logging.INFO):
                with about(**_names(each), size=len(each.content)):
                    log.info("delivered")
        for destination, of in sizes.items():
            self.tally.count(Count.DELIVERIES, destination, by=len(of))
            self.tally.count(Count.BYTES_OUT, destination, by=sum(of))


def _pushed(channel: PushChannel, each: ClaimedDelivery, content: bytes) -> ChannelError | None:
    try:
        channel.push(each.id, each.name, content)
    except ChannelError as error:
        return error
    return None


def _names(each: ClaimedDelivery) -> dict[str, object]:
    """What a line about a delivery is about: the delivery, and the messages that it brings."""
    names: dict[str, object] = {"delivery": each.id, "output": each.output, "name": each.name}
    if len(each.messages) == 1:
        return names | {"message": each.messages[0]}
    return names | {"messages": list(each.messages[:MESSAGES])}
