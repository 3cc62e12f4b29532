"""Fault codes for importing UN/EDIFACT directories."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
