"""Fault codes for partners, agreements, routing and duplicates."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
