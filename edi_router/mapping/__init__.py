"""Floor 3: the mapping language: compiled mappings, value functions, lineage, lint, golden cases."""

from edi_router.mapping.mapping import Mapping, Result, load, names
from edi_router.mapping.output import Element, Lineage
from edi_router.rules.context import Context

__all__ = ["Context", "Element", "Lineage", "Mapping", "Result", "load", "names"]
