"""Fault codes for XML documents and schemas."""

from edi_router.faults.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
