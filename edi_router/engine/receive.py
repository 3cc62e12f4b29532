"""Receive: from a partner's outbox into the archive and the ledger, and only then out of the outbox."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from edi_router.ledger import Archive, Ledger
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
        self, partner: str, channel: Channel, watch: StabilityWatch, ledger: Ledger, archive: Archive
    ) -> None:
        self.partner = partner
        self.channel = channel
        self.watch = watch
        self.ledger = ledger
        self.archive = archive

    def receive(self, digest: str, maximum: int) -> tuple[int, int]:
        """Take what is whole and not larger than `maximum` bytes, under the configuration set `digest`.

        Returns how many files are newly in the ledger, and how many drops are not whole yet. Raises
        ChannelError when the channel is lost, after recording what had arrived.
        """
        drops = self.channel.drops()
        ready = self.watch.ready(drops)
        for orphan in self.watch.orphans():
            self.channel.remove(orphan)
        suffix = self.watch.marker_of("")
        waiting = sum(suffix is None or not drop.name.endswith(suffix) for drop in drops) - len(ready)
        fitting = [drop for drop in ready if self._fits(drop, maximum)]
        taken = sum(
            self._batch(fitting[start : start + BATCH], digest) for start in range(0, len(fitting), BATCH)
        )
        return taken, waiting

    def _fits(self, drop: Drop, maximum: int) -> bool:
        if drop.size > maximum:
            words = "%s: %s has %d bytes, more than the limit of %d; left in the outbox"
            log.error(words, self.partner, drop.name, drop.size, maximum)
        return drop.size <= maximum

    def _batch(self, drops: Sequence[Drop], digest: str) -> int:
        arrived: list[tuple[Drop, Arrival]] = []
        lost: ChannelError | None = None
        for drop in drops:
            try:
                with self.archive.writer() as writer:
                    self.channel.fetch(drop.name, writer)
            except FileNotFoundError:
                log.info("%s: %s is gone before it was fetched", self.partner, drop.name)
                continue
            except ChannelError as error:
                lost = error
                break
            came = Arrival(self.partner, self.partner, drop.name, writer.size, drop.modified, writer.sha256)
            arrived.append((drop, came))
        receipts = self.ledger.receive_all([came for _, came in arrived], digest)
        removed: list[str] = []
        try:
            for (drop, _), receipt in zip(arrived, receipts, strict=True):
                self.channel.remove(drop.name)
                if marker := self.watch.marker_of(drop.name):
                    self.channel.remove(marker)
                removed.append(receipt.file_id)
                if receipt.known:
                    log.info("%s: the removal of %s, received earlier, is finished", self.partner, drop.name)
        finally:
            self.ledger.removed(*removed)
        if lost is not None:
            raise lost
        return sum(not receipt.known for receipt in receipts)
