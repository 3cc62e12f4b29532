"""Batches: closed in each round when they are due, by the windows of the partners' files.

Nothing is scheduled. A round looks at the clock, so an opening or a cut-off that was missed is made up for by the next
round, once; of several engines the transaction of the ledger decides which one closes a batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import InterfaceError, OperationalError

from edi_router.engine.about import Problem, about, brief
from edi_router.faults import render
from edi_router.formats.edifact.writer import WriteError
from edi_router.ledger import Ledger
from edi_router.ledger.batching import Series
from edi_router.ledger.store import instant
from edi_router.partners.closing import Closing, Collected, by_hand, next_batch
from edi_router.pipeline.batches import Composer
from edi_router.pipeline.series import Exchange, Kept, kept
from edi_router.reports.forecast import record_forecasts

log = logging.getLogger(__name__)
_MACHINE = (OSError, OperationalError, InterfaceError)
"""Trouble of the machine or the database, not of a batch."""

Decide = Callable[[datetime, Sequence[Collected], Mapping[datetime, int]], Closing | None]


def close_batches(ledger: Ledger, configuration: Exchange, problems: list[str]) -> int:
    """Close every batch that is due; returns how many. What could not be made is told in `problems`."""
    now = instant(ledger.now())
    try:
        record_forecasts(ledger, configuration, now)
    except _MACHINE:
        raise
    except Exception as error:
        log.debug("the forecast could not be made", exc_info=error)
        problems.append(f"the forecast of batches could not be made: {told(error)}")
    waiting = ledger.waiting_series()
    if not waiting:
        return 0
    paused, count = ledger.paused_partners(), 0
    for each in kept(configuration):
        if waiting.pop(each.name, 0) and each.partner.status.active and each.partner.id not in paused:
            try:
                if each.windows.missed(now) is not None:
                    ledger.note_late(_series(each, configuration, _never), each.windows.next_after(now))
                if each.windows.open_at(now) is not None:
                    count += len(_close_all(ledger, each, configuration))
            except _MACHINE:
                raise
            except Exception as error:
                # One partner's trouble must not keep the others' batches.
                log.debug("a batch of %s could not be closed", each.name, exc_info=error)
                line = f"{each.name}: no batch could be made: "
                told_to_log = error.fault.code if isinstance(error, WriteError) else brief(error)
                problems.append(Problem(line + told(error), line + told_to_log, partner=each.partner.id))
    for name, number in waiting.items():
        partner, _, batch = name.partition("/")
        problems.append(f"{partner}: {number} messages wait for batch {batch}, which its file does not have")
    return count


def close_by_hand(ledger: Ledger, configuration: Exchange, series: str, by: str, reason: str) -> list[str]:
    """Close everything that has been collected for a series (`PARTNER/batch`), now; the ids of the batches.

    KeyError when the configuration has no such series; WriteError when a message cannot be written as the partner's
    syntax is now.
    """
    found = {each.name: each for each in kept(configuration)}[series]
    return _close_all(ledger, found, configuration, by, reason)


def _close_all(
    ledger: Ledger, each: Kept, configuration: Exchange, by: str = "", reason: str = ""
) -> list[str]:
    def due(now: datetime, collected: Sequence[Collected], closed: Mapping[datetime, int]) -> Closing | None:
        if by or reason:
            return by_hand(each.batch, each.windows, now, collected)
        return next_batch(each.batch, each.windows, now, collected, closed)

    made: list[str] = []
    series = _series(each, configuration, due)
    # Looked at first without a transaction of writing: most rounds find nothing due.
    while (
        due(instant(ledger.now()), ledger.collected(each.name), ledger.closed_messages(each.name)) is not None
    ):
        id = ledger.close_batch(series, by, reason)
        if id is None:
            break
        with about(partner=each.partner.id, batch=id):
            log.info("%s: a batch is closed", each.name)
        made.append(id)
    return made


def _series(each: Kept, configuration: Exchange, decide: Decide) -> Series:
    composer = Composer(each.partner, configuration.settings, each.batch.groups)
    envelope = composer.envelope(False)
    return Series(
        partner=each.partner.id, batch=each.batch.id, decide=decide, compose=composer.compose,
        missed=each.windows.missed, sender=envelope.sender, recipient=envelope.recipient,
        limit=each.batch.limit,
    )  # fmt: skip


def _never(now: datetime, collected: Sequence[Collected], closed: Mapping[datetime, int]) -> Closing | None:
    return None


def told(error: Exception) -> str:
    """What kept a batch from being made, in a line."""
    if isinstance(error, WriteError):
        return f"{error.fault.place}: {render(error.fault, 'en')}"
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
