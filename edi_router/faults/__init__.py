"""Floor 0: faults, their places and the catalogue of codes."""

from edi_router.faults.catalogue import (
    CATALOGUE,
    LANGUAGES,
    Entry,
    Text,
    as_json,
    blocks,
    is_error,
    render,
    severity,
    shown_code,
)
from edi_router.faults.model import Blocks, Fault, FaultList, Place, Severity

__all__ = [
    "CATALOGUE",
    "LANGUAGES",
    "Blocks",
    "Entry",
    "Fault",
    "FaultList",
    "Place",
    "Severity",
    "Text",
    "as_json",
    "blocks",
    "is_error",
    "render",
    "severity",
    "shown_code",
]
