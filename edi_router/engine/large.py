"""Large files: an EDIFACT file that is too large to be held is read from the archive and recorded slice by slice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing

from edi_router.faults import Fault, Place
from edi_router.formats.detect import WINDOW, detect
from edi_router.ledger import Archive, Conflict, Ledger, WorkItem
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import FileOutcome, Incoming
from edi_router.pipeline.replies import with_replies
from edi_router.pipeline.slices import LargeFile
from edi_router.pipeline.slicing import Slice

log = logging.getLogger(__name__)
LARGE = 2_000_000
"""Bytes above which an EDIFACT file is not held in memory."""
MEGABYTE = 1_000_000
TRIES = 3
"""How often a slice is decided anew when the ledger has changed meanwhile."""


def is_streamed(item: WorkItem, archive: Archive, configuration: Configuration) -> bool:
    """Whether the file is read as a stream: a large EDIFACT file. A partner's signature is on the whole of one."""
    partner = configuration.directory.partners[item.partner]
    if item.size <= LARGE or partner.security is not None or partner.asked:
        return False
    with closing(archive.open(item.sha256)) as stream:
        return detect(stream.read(WINDOW)) == "edifact"


def is_too_large(item: WorkItem, configuration: Configuration) -> bool:
    """Whether the file is larger than one may be that is read as a whole."""
    return item.size > configuration.settings.maximum_document_megabytes * MEGABYTE


def refused(item: WorkItem, incoming: Incoming, configuration: Configuration) -> FileOutcome:
    """The outcome of a file that is too large to be read as a whole, and cannot be read otherwise: it is held."""
    limit = configuration.settings.maximum_document_megabytes * MEGABYTE
    values = {"found": str(item.size), "limit": str(limit)}
    fault = Fault("file-over-limit", Place(line=1, column=1, offset=0), values)
    return with_replies(FileOutcome(item.file, "unknown", (), (fault,)), incoming, configuration)


def process_large(
    item: WorkItem,
    fence: int,
    large: LargeFile,
    ledger: Ledger,
    told: Callable[[FileOutcome], None],
    stopping: Callable[[], bool],
) -> bool:
    """Process and record what is still to be recorded of the file; False when it was stopped between two slices.

    The work is put back then, and is gone on with later. `told` is given each outcome that is recorded. Raises what
    reading and recording raise: what is recorded before stays, and is not done again.
    """
    unread = large.read_through()
    if unread is not None:
        unread = with_replies(unread, large.incoming, large.configuration)
        ledger.record(item.id, fence, unread, large.configuration.digest)
        told(unread)
        return True
    for each in large.slices(ledger.begun(item.file)):
        if stopping():
            ledger.give_back(item.id, fence)
            return False
        told(_recorded(item, fence, each, ledger, large.configuration.digest))
    return True


def _recorded(item: WorkItem, fence: int, each: Slice, ledger: Ledger, digest: str) -> FileOutcome:
    for _ in range(TRIES - 1):
        outcome = each.decide()
        try:
            ledger.record(item.id, fence, outcome, digest)
        except Conflict:
            log.info("the ledger changed meanwhile; the slice is processed again")
        else:
            return outcome
    outcome = each.decide()
    ledger.record(item.id, fence, outcome, digest)
    return outcome
