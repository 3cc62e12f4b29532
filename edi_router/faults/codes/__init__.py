"""The entries of the catalogue, one module an area."""

from edi_router.faults.codes import config, directory, edifact, mapping, routing, rules, structure, xml

ALL = (
    config.ENTRIES,
    edifact.ENTRIES,
    directory.ENTRIES,
    structure.ENTRIES,
    xml.ENTRIES,
    rules.ENTRIES,
    mapping.ENTRIES,
    routing.ENTRIES,
)
