"""`process`: the product in thirty lines. From the bytes of one file to its outcome; nothing happens yet."""

from __future__ import annotations

from edi_router.faults import Fault, Place
from edi_router.formats.detect import detect, is_blank
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.edifact import process_edifact
from edi_router.pipeline.model import FileOutcome, Incoming, LedgerView
from edi_router.pipeline.records import layout_for, process_records
from edi_router.pipeline.xml import process_xml


def process(incoming: Incoming, configuration: Configuration, ledger: LedgerView) -> FileOutcome:
    """Read, check, decide and map one file of a partner; make the acknowledgements.

    A pure function of its arguments: the same file under the same configuration and the same ledger comes to
    the same outcome, which is why it may be run again after a crash.
    """
    format_: str = detect(incoming.content)
    if format_ == "edifact":
        interchanges, faults = process_edifact(incoming, configuration, ledger)
    elif format_ == "xml":
        interchanges, faults = process_xml(incoming, configuration, ledger)
    elif (layout := layout_for(incoming, configuration)) is not None and not is_blank(incoming.content):
        format_ = layout.format
        interchanges, faults = process_records(incoming, layout, configuration, ledger)
    else:
        code = "file-empty" if is_blank(incoming.content) else "format-unknown"
        interchanges, faults = [], [Fault(code, Place(line=1, column=1, offset=0))]
    return FileOutcome(
        file=incoming.id, format=format_, interchanges=tuple(interchanges), faults=tuple(faults)
    )
