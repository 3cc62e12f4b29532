"""The entries of the catalogue, one module an area."""

from edi_router.faults.codes import (
    channel,
    config,
    directory,
    edifact,
    leniency,
    mapping,
    packed,
    profile,
    records,
    registers,
    routing,
    rules,
    security,
    structure,
    xml,
)

ALL = (
    config.ENTRIES,
    channel.ENTRIES,
    packed.ENTRIES,
    edifact.ENTRIES,
    leniency.ENTRIES,
    directory.ENTRIES,
    structure.ENTRIES,
    xml.ENTRIES,
    records.ENTRIES,
    rules.ENTRIES,
    profile.ENTRIES,
    mapping.ENTRIES,
    routing.ENTRIES,
    registers.ENTRIES,
    security.ENTRIES,
)
