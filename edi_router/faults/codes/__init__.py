"""The entries of the catalogue, one module an area."""

from edi_router.faults.codes import (
    channel,
    config,
    directory,
    edifact,
    mapping,
    profile,
    routing,
    rules,
    structure,
    xml,
)

ALL = (
    config.ENTRIES,
    channel.ENTRIES,
    edifact.ENTRIES,
    directory.ENTRIES,
    structure.ENTRIES,
    xml.ENTRIES,
    rules.ENTRIES,
    profile.ENTRIES,
    mapping.ENTRIES,
    routing.ENTRIES,
)
