"""A message and what was made of it, value to value: worked out again when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edi_router.console.site import Site
from edi_router.console.source import content_of
from edi_router.faults import Fault
from edi_router.library import Report, conversions
from edi_router.mapping.trace_outline import Sides, sides
from edi_router.mapping.trace_secret import secrets_of, without

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Traced:
    """Both sides, and what is wrong with the mapping's work."""

    mapping: str
    file: str
    """The mapping's file."""
    sides: Sides
    faults: tuple[Fault, ...]


def traced(site: Site, message: Row, interchange: Row, file: Row, mapping_id: str) -> Traced | None:
    """The message mapped again by the mapping as it is now; None when that is not possible any more."""
    mapping = site.configuration.mappings.find(mapping_id)
    content = content_of(site, file)
    if mapping is None or content is None:
        return None
    secrets = secrets_of(site.workspace.tree, mapping)
    for found in conversions(content, mapping, site.checker(), Report(), force=True, lineage=True):
        document = found.document
        if (document.interchange, document.position) != (interchange["position"], message["position"]):
            continue
        root = document.root
        hidden = secrets.texts(found.lineage, root)
        form = mapping.target.format if mapping.target is not None else "xml"
        both = sides(
            root, secrets.masked(found.lineage, root), form, secrets.places(found.lineage, root), "v"
        )
        faults = tuple(without(each, hidden) for each in found.faults)
        return Traced(mapping.id, mapping.definition.file, both, faults)
    return None
