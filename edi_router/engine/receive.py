"""Receive: from a partner's outbox into the archive and the ledger, and only then out of the outbox."""

from __future__ import annotations

import logging

from edi_router.ledger import Archive, Ledger
from edi_router.transports import Channel, StabilityWatch

log = logging.getLogger(__name__)


def receive(
    partner: str,
    channel: Channel,
    watch: StabilityWatch,
    ledger: Ledger,
    archive: Archive,
    digest: str,
    maximum: int,
) -> tuple[int, int]:
    """Take what is whole in a partner's outbox.

    Returns how many files are newly in the ledger, and how many drops are not whole yet. Order is everything:
    archived and synced, then recorded, then removed at the source. A crash between any two leaves the drop
    where it is or makes it known; `Ledger.receive` recognises it and only the removal is finished.
    """
    drops = channel.drops()
    ready = watch.ready(drops)
    for orphan in watch.orphans():
        channel.remove(orphan)
    taken = 0
    for drop in ready:
        if drop.size > maximum:
            log.error(
                "%s: %s has %d bytes, more than the limit of %d; left in the outbox",
                partner,
                drop.name,
                drop.size,
                maximum,
            )
            continue
        try:
            with archive.writer() as writer:
                channel.fetch(drop.name, writer)
        except FileNotFoundError:
            log.info("%s: %s is gone before it was fetched", partner, drop.name)
            continue
        receipt = ledger.receive(
            partner=partner,
            channel=partner,
            name=drop.name,
            size=writer.size,
            modified=drop.modified,
            sha256=writer.sha256,
            config_digest=digest,
        )
        channel.remove(drop.name)
        if marker := watch.marker_of(drop.name):
            channel.remove(marker)
        ledger.removed(receipt.file_id)
        if receipt.known:
            log.info("%s: %s was received before a stop; its removal is finished", partner, drop.name)
        else:
            taken += 1
    suffix = watch.marker_of("")
    waiting = sum(suffix is None or not drop.name.endswith(suffix) for drop in drops) - len(ready)
    return taken, waiting
