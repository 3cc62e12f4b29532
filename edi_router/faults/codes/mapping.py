"""Fault codes for mappings, paths and code tables."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
