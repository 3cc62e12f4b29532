"""`process`: the product in thirty lines. From the bytes of one file to its outcome; nothing happens yet."""

from __future__ import annotations

from dataclasses import replace

from edi_router.faults import Fault, Place
from edi_router.formats.detect import detect, is_blank, unknown_fault
from edi_router.formats.packed import packing
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.edifact import process_edifact
from edi_router.pipeline.model import FileOutcome, Incoming, InterchangeOutcome, LedgerView
from edi_router.pipeline.replies import with_replies
from edi_router.pipeline.unwrap import unwrap
from edi_router.registers import Empty, Overlay, RegisterView

_START = Place(line=1, column=1, offset=0)


def process(
    incoming: Incoming,
    configuration: Configuration,
    ledger: LedgerView,
    registers: RegisterView | None = None,
) -> FileOutcome:
    """Read, check, decide and map one file of a partner; move the registers, make the acknowledgements.

    A pure function of its arguments: the same file under the same configuration, the same ledger and the same
    registers comes to the same outcome, which is why it may be run again after a crash. Where `registers` is an
    overlay, the moves of the file are applied to it at the end.
    """
    below = registers if registers is not None else Empty()
    here = Overlay(below)
    outcome = _process(incoming, configuration, ledger, here)
    if isinstance(below, Overlay) and outcome.interchanges:  # else nothing of it is recorded
        here.commit()
    return outcome


def _process(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView, registers: Overlay
) -> FileOutcome:
    if incoming.open is not None:  # a large EDIFACT file, of which some messages were released
        found, wrong = process_edifact(incoming, configuration, ledger, registers)
        return with_replies(
            FileOutcome(incoming.id, "edifact", tuple(found), tuple(wrong)), incoming, configuration
        )
    unwrapped = unwrap(incoming, configuration)
    if unwrapped.incoming is None:
        unread = FileOutcome(incoming.id, "cms", (), unwrapped.faults, proofs=unwrapped.proofs)
        return with_replies(unread, incoming, configuration)
    incoming = unwrapped.incoming
    format_: str = detect(incoming.content)
    packed = packing(incoming.content)
    interchanges: list[InterchangeOutcome]
    faults: list[Fault]
    if packed is not None:  # not one that the engine unpacks, or in a signature
        format_ = packed
        interchanges, faults = [], [Fault("file-packed", _START, {"packing": packed})]
    elif format_ == "edifact":
        interchanges, faults = process_edifact(incoming, configuration, ledger, registers)
    elif format_ == "xml":
        from edi_router.pipeline.xml import process_xml

        interchanges, faults = process_xml(incoming, configuration, ledger, registers)
    elif is_blank(incoming.content):
        interchanges, faults = [], [Fault("file-empty", _START)]
    else:
        format_, interchanges, faults = _flat(format_, incoming, configuration, ledger, registers)
    if not interchanges:
        faults = [*unwrapped.faults, *faults]
    elif unwrapped.proofs:  # the same content under another signature is the same content
        interchanges = [replace(each, content=each.content or incoming.sha256) for each in interchanges]
    outcome = FileOutcome(
        file=incoming.id,
        format=format_,
        interchanges=tuple(interchanges),
        faults=tuple(faults),
        proofs=unwrapped.proofs,
    )
    return with_replies(outcome, incoming, configuration)


def _flat(
    detected: str, incoming: Incoming, configuration: Configuration, ledger: LedgerView, registers: Overlay
) -> tuple[str, list[InterchangeOutcome], list[Fault]]:
    """A file that tells its format by nothing: flat by the layout of an agreement, or unknown."""
    from edi_router.pipeline.records import layout_for, process_records

    layout = layout_for(incoming, configuration)
    if layout is None:
        return detected, [], [unknown_fault(incoming.content)]
    interchanges, faults = process_records(incoming, layout, configuration, ledger, registers)
    return layout.format, interchanges, faults
