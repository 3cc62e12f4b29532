"""Receive: from a partner's outbox into the archive and the ledger, and only then out of the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from edi_router.engine.about import Problem, about
from edi_router.engine.tally import Count, Tally
from edi_router.ledger import Archive, Ledger, Receipt
from edi_router.ledger import Drop as Arrival
from edi_router.transports import Channel, ChannelError, Drop, StabilityWatch

log = logging.getLogger(__name__)
BATCH = 100
"""Drops that share their transactions."""


class Receiver:
    """Empties the outbox of one partner.

    Order is everything: archived and synced, then recorded, then removed at the source. A crash between any
    two leaves the drop where it is or makes it known; the ledger recognises it when it is met again, and only
    the removal is finished.
    """

    def __init__(
        self,
        partner: str,
        channel: Channel,
        watch: StabilityWatch,
        ledger: Ledger,
        archive: Archive,
        tally: Tally | None = None,
        fence: int | None = None,
    ) -> None:
        self.partner = partner
        self.channel = channel
        self.watch = watch
        self.ledger = ledger
        self.archive = archive
        self.tally = tally or Tally()
        self.fence = fence
        """Of `Ledger.begin_receiving`, where others may receive from this partner too."""
        self.problems: list[str] = []
        """Drops that had to be left where they are, a line each."""

    def receive(self, digest: str, maximum: int, stopping: Callable[[], bool]) -> tuple[int, int]:
        """Take what is whole and not larger than `maximum` bytes, under the configuration set `digest`.

        Returns how many files are newly in the ledger, and how many drops are not whole yet. Raises
        ChannelError when the channel is lost, after recording what had arrived, and Fenced when somebody else
        receives from the partner by now. Stops between drops when `stopping()`.
        """
        drops = self.channel.drops()
        ready = self.watch.ready(drops)
        for orphan in self.watch.orphans():
            self.channel.remove(orphan)
        suffix = self.watch.marker_of("")
        waiting = sum(suffix is None or not drop.name.endswith(suffix) for drop in drops) - len(ready)
        fitting = [drop for drop in ready if self._fits(drop, maximum)]
        taken = sum(
            self._batch(fitting[start : start + BATCH], digest, stopping)
            for start in range(0, len(fitting), BATCH)
        )
        return taken, waiting

    def _fits(self, drop: Drop, maximum: int) -> bool:
        if drop.size > maximum:
            self._left(drop.name, f"has {drop.size} bytes, more than the limit of {maximum}")
        return drop.size <= maximum

    def _left(self, name: str, why: str) -> None:
        line = f"{self.partner}: {name} is left in the outbox: {why}"
        self.problems.append(Problem(line, partner=self.partner, name=name))

    def _batch(self, drops: Sequence[Drop], digest: str, stopping: Callable[[], bool]) -> int:
        arrived: list[tuple[Drop, Arrival]] = []
        lost: ChannelError | None = None
        for drop in drops:
            if stopping():
                break
            self.tally.beat()
            try:
                with self.archive.writer() as writer:
                    self.channel.fetch(drop.name, writer)
            except FileNotFoundError:
                with about(name=drop.name):
                    log.info("the file is gone before it was fetched")
                continue
            except ChannelError as error:
                lost = error
                break
            came = Arrival(self.partner, self.partner, drop.name, writer.size, drop.modified, writer.sha256)
            arrived.append((drop, came))
        receipts = self.ledger.receive_all([came for _, came in arrived], digest, self.fence)
        for (drop, _), receipt in zip(arrived, receipts, strict=True):
            self._received(drop, receipt)
        removed: list[str] = []
        try:
            for (drop, _), receipt in zip(arrived, receipts, strict=True):
                if self._remove(drop):
                    removed.append(receipt.file_id)
        finally:
            self.ledger.removed(*removed)
        if lost is not None:
            raise lost
        return sum(not receipt.known for receipt in receipts)

    def _received(self, drop: Drop, receipt: Receipt) -> None:
        with about(file=receipt.file_id, name=drop.name, size=drop.size):
            if receipt.known:
                log.info("received earlier; its removal is finished")
                return
            log.info("received")
        self.tally.count(Count.FILES, self.partner)
        self.tally.count(Count.BYTES_IN, self.partner, by=drop.size)

    def _remove(self, drop: Drop) -> bool:
        """Whether the drop is out of the outbox, so that meeting its like again means a new file."""
        try:
            if not self.channel.remove(drop.name, drop):
                # The partner has put another file in its place: that one is for the next round.
                return True
            if marker := self.watch.marker_of(drop.name):
                self.channel.remove(marker)
        except ChannelError as error:
            if error.transient:
                raise
            self._left(drop.name, str(error))
            return False
        return True
