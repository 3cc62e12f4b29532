"""The clocks of registers: entries that are due are moved, and what follows is made."""

from __future__ import annotations

import logging

from sqlalchemy.exc import InterfaceError, OperationalError

from edi_router.engine.about import Problem, about, brief, where
from edi_router.engine.due import follow_clocks
from edi_router.faults import render
from edi_router.ledger import Conflict, Ledger
from edi_router.ledger.store import instant
from edi_router.pipeline.configuration import Configuration
from edi_router.registers import Entry

log = logging.getLogger(__name__)
BATCH = 500
_MACHINE = (OSError, OperationalError, InterfaceError)
"""Trouble of the machine or the database, not of an entry."""


def strike_clocks(ledger: Ledger, configuration: Configuration, problems: list[str]) -> int:
    """Let every clock strike that is due; returns how many did. What could not be made is told in `problems`."""
    follow_clocks(ledger, configuration)
    count = 0
    seen: set[tuple[str, int]] = set()
    while True:
        # Entries that stay due (their register is gone, their clock has failed) must not hide those behind them.
        found = ledger.due_entries(BATCH + len(seen))
        due = [each for each in found if (each.id, each.version) not in seen]
        if not due:
            return count
        for entry in due:
            try:
                with about(entry=entry.id, partner=entry.entered_by, message=entry.message):
                    count += _strike(entry, ledger, configuration, problems)
            except Conflict:
                log.info("%s was moved meanwhile; its clock is looked at again", entry.id)
            except _MACHINE:
                raise
            except Exception as error:
                # A clock that fails must not stop the others, nor what the engine does after them.
                log.debug("the clock of %s could not strike", entry.id, exc_info=error)
                told = str(error).partition("\n")[0]  # not the rows of a database's error
                logged = f"{entry.id}: {brief(error)} at {(where(error) or ['?'])[-1]}"
                line = f"{entry.id}: {type(error).__name__}: {told}"
                problems.append(Problem(line, logged, entry=entry.id))
            seen.add((entry.id, entry.version))


def _strike(entry: Entry, ledger: Ledger, configuration: Configuration, problems: list[str]) -> int:
    """How many clocks of the entry have struck: one or none."""
    from edi_router.pipeline.striking import struck

    result = struck(entry, configuration, instant(ledger.now()))
    if result is None:
        return 0
    moved, outputs, faults = result
    ledger.record_struck(moved, outputs, configuration.digest)
    log.info("the clock %s struck", moved.move)
    told = f"{entry.id}: {moved.move}: "
    problems += [Problem(told + render(fault, "en"), told + fault.code) for fault in faults]
    return 1
