"""Receive: from a partner's outbox into the archive and the ledger, and only then out of the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing

from edi_router.engine.about import Problem, about
from edi_router.engine.parting import parts
from edi_router.engine.tally import Count, Tally
from edi_router.ledger import Archive, Ledger, Receipt
from edi_router.ledger import Drop as Arrival
from edi_router.transports import Channel, ChannelError, Drop, StabilityWatch

log = logging.getLogger(__name__)
BYTES = 64_000_000
"""Drops share their transactions up to the one with which they have so many bytes."""


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
            self._batch(part, digest, stopping) for part in parts(fitting, lambda drop: drop.size, BYTES)
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
        # Many are on their way at once; they come in this order, and are archived together.
        with (
            self.archive.batch(len(drops), soon=True) as archived,
            closing(self.channel.fetch_all(drops, lambda _: archived.writer())) as fetched,
        ):
            for drop in drops:
                if stopping():
                    break
                self.tally.beat()
                writer = next(fetched)
                if isinstance(writer, FileNotFoundError):
                    with about(name=drop.name):
                        log.info("the file is gone before it was fetched")
                    continue
                if isinstance(writer, ChannelError):
                    lost = writer
                    break
                came = Arrival(
                    self.partner, self.partner, drop.name, writer.size, drop.modified, writer.sha256
                )
                arrived.append((drop, came))
        receipts = self.ledger.receive_all([came for _, came in arrived], digest, self.fence)
        self._received([(drop, receipt) for (drop, _), receipt in zip(arrived, receipts, strict=True)])
        ids = {drop: receipt.file_id for (drop, _), receipt in zip(arrived, receipts, strict=True)}
        gone: dict[Drop, bool] = {}
        try:
            self._remove(list(ids), gone)
        finally:
            self.ledger.removed(*(ids[drop] for drop in gone))
        self._remove_markers(drop for drop, by_us in gone.items() if by_us)
        if lost is not None:
            raise lost
        return sum(not receipt.known for receipt in receipts)

    def _received(self, receipts: Sequence[tuple[Drop, Receipt]]) -> None:
        """Log and count what is in the ledger now."""
        if log.isEnabledFor(logging.INFO):
            for drop, receipt in receipts:
                with about(file=receipt.file_id, name=drop.name, size=drop.size):
                    log.info("received earlier; its removal is finished" if receipt.known else "received")
        sizes = [drop.size for drop, receipt in receipts if not receipt.known]
        if sizes:
            self.tally.count(Count.FILES, self.partner, by=len(sizes))
            self.tally.count(Count.BYTES_IN, self.partner, by=sum(sizes))

    def _remove(self, drops: Sequence[Drop], gone: dict[Drop, bool]) -> None:
        """Remove drops; `gone` gets those that are out of the outbox, so that meeting their like again means a new
        file, and whether we removed them: where the partner has put another file, that one is for the next round.
        """
        lost: ChannelError | None = None
        for drop, outcome in zip(drops, self.channel.remove_all(drops), strict=False):
            self.tally.beat()
            if not isinstance(outcome, ChannelError):
                gone[drop] = outcome
            elif outcome.transient:
                lost = lost or outcome
            else:
                self._left(drop.name, str(outcome))
        if lost is not None:
            raise lost

    def _remove_markers(self, drops: Iterable[Drop]) -> None:
        """Remove the markers of removed drops; what a crash leaves of them is an orphan of the next round."""
        for drop in drops:
            if marker := self.watch.marker_of(drop.name):
                try:
                    self.channel.remove(marker)
                except ChannelError as error:
                    if error.transient:
                        raise
                    self._left(marker, str(error))
