"""The clocks of registers: entries that are due are moved, and what follows is made."""

from __future__ import annotations

import logging

from edi_router.faults import render
from edi_router.ledger import Conflict, Ledger
from edi_router.ledger.store import instant
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.striking import struck

log = logging.getLogger(__name__)
BATCH = 500


def strike_clocks(ledger: Ledger, configuration: Configuration, problems: list[str]) -> int:
    """Let every clock strike that is due; returns how many did. What could not be made is told in `problems`."""
    count = 0
    seen: set[tuple[str, int]] = set()
    while True:
        due = [each for each in ledger.due_entries(BATCH) if (each.id, each.version) not in seen]
        if not due:
            return count
        for entry in due:
            seen.add((entry.id, entry.version))
            result = struck(entry, configuration, instant(ledger.now()))
            if result is None:
                continue
            moved, outputs, faults = result
            for fault in faults:
                problems.append(f"{entry.id}: {moved.move}: {render(fault, 'en')}")
            try:
                ledger.record_struck(moved, outputs, configuration.digest)
                count += 1
            except Conflict:
                log.info("%s was moved meanwhile; its clock is looked at again", entry.id)
