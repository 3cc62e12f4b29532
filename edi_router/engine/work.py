"""Process: pending rows of the ledger through the pipeline, one transaction each."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edi_router.ledger.archive import Archive
from edi_router.ledger.errors import Conflict, Fenced
from edi_router.ledger.ledger import Ledger
from edi_router.ledger.working import WorkItem
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Incoming
from edi_router.pipeline.process import process

log = logging.getLogger(__name__)
CONFLICT_TRIES = 3


def work(
    ledger: Ledger,
    archive: Archive,
    configuration: Configuration,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Process all pending work; returns how many rows were done. Stops between rows when `stopping()`."""
    done = 0
    while not stopping():
        items = ledger.pending_work(limit=100)
        progress = 0
        for item in items:
            if stopping():
                break
            progress += _one(item, ledger, archive, configuration)
        done += progress
        if not progress:
            break
    return done


def _one(item: WorkItem, ledger: Ledger, archive: Archive, configuration: Configuration) -> int:
    fence = ledger.claim(item.id)
    if fence is None:
        return 0
    try:
        incoming = Incoming(
            id=item.file,
            partner=item.partner,
            name=item.name,
            content=archive.read(item.sha256),
            sha256=item.sha256,
            received=item.received,
            business_date=item.business_date,
            only=item.only,
        )
        for attempt in range(1, CONFLICT_TRIES + 1):
            outcome = process(incoming, configuration, ledger)
            try:
                ledger.record(item.id, fence, outcome, configuration.digest)
                break
            except Conflict:
                if attempt == CONFLICT_TRIES:
                    raise
                log.info("%s: the ledger changed meanwhile; processed again", item.name)
    except Fenced:
        log.warning("%s: another worker has taken it over; our result is dropped", item.name)
        return 0
    except Exception as error:
        # A bug or a broken disk must not stop the other files, and must not lose this one.
        log.exception("%s of %s could not be processed", item.name, item.partner)
        ledger.fail(item.id, fence, f"{type(error).__name__}: {error}")
    return 1
