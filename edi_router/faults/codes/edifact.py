"""Fault codes for UN/EDIFACT syntax, structure and elements."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
