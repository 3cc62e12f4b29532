"""Deliver: outbox rows to the partners, whole or not at all, and once (fencing: `docs/architecture.md`)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from edi_router.ledger.errors import Fenced
from edi_router.ledger.ledger import Ledger
from edi_router.ledger.outbox import ClaimedDelivery
from edi_router.transports import Channel, ChannelError

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)


def retry_at(now: datetime, attempts: int, limit: int) -> datetime | None:
    """When to try again after `attempts` failures: twice as long each time, with jitter; None after `limit`."""
    if attempts >= limit:
        return None
    wait = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    return now + wait * random.uniform(0.8, 1.2)


def deliver(
    delivery_id: str, channel: Channel, ledger: Ledger, clock: Callable[[], datetime], limit: int
) -> bool:
    """Deliver one row; True when the partner has it. Raises ChannelError after recording the failure.

    A row that a crash or a lost connection left in `renaming` is not sent again: either its temporary file is
    still there and gets its final name now, or it is gone and the rename happened, even when the partner has
    already taken the file away.
    """
    claimed = ledger.claim_delivery(delivery_id)
    if claimed is None:
        return False
    try:
        return _attempt(claimed, channel, ledger, clock, limit)
    except Fenced:
        log.warning("%s: %s was taken over by another worker", claimed.destination, claimed.name)
        return False
    except ChannelError as error:
        again = retry_at(clock(), claimed.attempts, limit) if error.transient else None
        ledger.failed(claimed.id, claimed.fence, str(error), again)
        raise


def _attempt(
    claimed: ClaimedDelivery, channel: Channel, ledger: Ledger, clock: Callable[[], datetime], limit: int
) -> bool:
    for leftover in claimed.leftovers:
        channel.discard(leftover)
    if not claimed.renaming:
        channel.put_temporary(claimed.temporary, claimed.content)
        ledger.renaming(claimed.id, claimed.fence)
    try:
        channel.rename(claimed.temporary, claimed.name)
    except FileNotFoundError:
        if not claimed.renaming:
            # The server refused our one rename, so the partner has nothing: a failed attempt like any other.
            reason = f"{claimed.temporary} vanished from the inbox before it got its name"
            again = retry_at(clock(), claimed.attempts, limit)
            ledger.failed(claimed.id, claimed.fence, reason, again, not_renamed=True)
            return False
    except FileExistsError:
        reason = f"the inbox has another file named {claimed.name}; it is not overwritten"
        ledger.failed(claimed.id, claimed.fence, reason, None, not_renamed=True)
        log.error("%s: %s", claimed.destination, reason)
        return False
    ledger.delivered(claimed.id, claimed.fence)
    return True
