"""What is imported late in a short run is imported at once in a long one.

A run of one file imports what that file needs. An engine that works for months may not: when the product is installed
anew beneath it, a module that it imports later would be one of the new version among those of the old. Workers are
forked from one process, and share what that one has imported.
"""

from __future__ import annotations

import gc
from importlib import import_module

LATE = (
    "edi_router.engine.alarm_mail",
    "edi_router.engine.alarm_webhook",
    "edi_router.engine.morning",
    "edi_router.formats.edifact.profile",
    "edi_router.formats.packed.reading",
    "edi_router.formats.records",
    "edi_router.mapping.target_edifact",
    "edi_router.mapping.target_records",
    "edi_router.mapping.target_styled",
    "edi_router.pipeline.aperak",
    "edi_router.pipeline.records",
    "edi_router.pipeline.registering",
    "edi_router.pipeline.reply",
    "edi_router.pipeline.striking",
    "edi_router.pipeline.xml",
    "edi_router.registers.load",
    "edi_router.rules.load",
    "structlog.stdlib",
)
"""What the engine's modules import late, but for what few deployments ever need: SFTP, XML signatures, xmlschema."""

GARBAGE = (50_000, 20, 20)
"""After how many new objects a process that lasts looks for garbage, which may hold much; a short run need not."""


def preload() -> None:
    """Import all of them, and look for garbage as often as is right for a process that lasts."""
    for name in LATE:
        import_module(name)
    gc.set_threshold(*GARBAGE)
