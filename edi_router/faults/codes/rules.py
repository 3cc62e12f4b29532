"""Fault codes for rule files."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
