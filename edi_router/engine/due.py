"""When clocks strike, computed anew after a change of the configuration: entries keep the moment that they had before."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from edi_router.ledger import Ledger
from edi_router.ledger.store import micros
from edi_router.pipeline.configuration import Configuration

BATCH = 500
_followed: WeakKeyDictionary[Ledger, str] = WeakKeyDictionary()
"""The configuration that was followed last, so that the ledger is not asked in every round."""


def follow_clocks(ledger: Ledger, configuration: Configuration) -> int:
    """Let the open entries of registers follow the clocks and calendars of a changed configuration.

    Returns how many strike at another moment now. Nothing is done for a configuration that they follow already.
    """
    if _followed.get(ledger) == configuration.digest:
        return 0
    changed = 0
    if ledger.clocks_followed() != configuration.digest:
        for register in configuration.registers:
            for due in _changes(ledger, configuration, register):
                changed += ledger.reset_due(due)
        ledger.follow_clocks(configuration.digest)
    _followed[ledger] = configuration.digest
    return changed


def _changes(
    ledger: Ledger, configuration: Configuration, id: str
) -> Iterator[list[tuple[str, int, int | None]]]:
    """Entry, version and moment (microseconds) of what strikes at another moment now, batch by batch."""
    after = ""
    while listed := ledger.open_entries(id, BATCH, after):
        from edi_router.registers import next_stroke

        register, zone = configuration.registers[id], configuration.settings.zone
        after = listed[-1].entry.key
        strokes = ((each, next_stroke(register, each.entry, zone)) for each in listed)
        moments = ((each, micros(stroke[0]) if stroke is not None else None) for each, stroke in strokes)
        yield [(each.entry.id, each.entry.version, due) for each, due in moments if due != each.due]
