"""A person's rejection of a held message, told to the sender in its own dialect."""

from __future__ import annotations

from edi_router.engine.work import CONFLICT_TRIES
from edi_router.ledger import Archive, Conflict, Ledger
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import FileOutcome, Incoming
from edi_router.pipeline.process import process
from edi_router.registers import Overlay, RegisterView


def refuse(
    ledger: Ledger,
    archive: Archive,
    configuration: Configuration,
    registers: RegisterView,
    id: str,
    by: str,
    reason: str,
) -> int:
    """Reject a held message (or close a file); returns how many documents tell of it.

    The rejection, its acknowledgement (the receipt of the agreement, or CONTRL) and what it does to registers are
    written in one transaction. Raises NotFound, Refused when nothing of that id is held, Conflict when the
    registers changed again and again meanwhile.
    """
    for tries in range(1, CONFLICT_TRIES + 1):
        refusal = _refusal(ledger, archive, configuration, registers, id, reason)
        try:
            ledger.reject(id, by, reason, refusal)
        except Conflict:
            if tries == CONFLICT_TRIES:
                raise
            continue
        break
    interchanges = refusal.interchanges if refusal is not None else ()
    documents = [output for each in interchanges for output in each.acknowledgements]
    return len(
        documents + [output for each in interchanges for one in each.messages for output in one.outputs]
    )


def _refusal(
    ledger: Ledger,
    archive: Archive,
    configuration: Configuration,
    registers: RegisterView,
    id: str,
    reason: str,
) -> FileOutcome | None:
    """What the rejection makes; None for a file, and for a partner that is no longer configured."""
    shown = ledger.show(id)
    if shown["kind"] != "message" or shown["partner"] not in configuration.directory.partners:
        return None
    [file] = shown["files"]
    now = ledger.clock()
    incoming = Incoming(
        id=file["id"],
        partner=shown["partner"],
        name=file["name"],
        content=archive.read(file["sha256"]),
        sha256=file["sha256"],
        received=now,
        arrived=file["received"],
        business_date=now.astimezone(configuration.settings.zone).date().isoformat(),
        only=frozenset({id}),
        refused=reason or "-",
    )
    return process(incoming, configuration, ledger, Overlay(registers))
