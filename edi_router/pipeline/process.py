"""`process`: the product in thirty lines. From the bytes of one file to its outcome; nothing happens yet."""

from __future__ import annotations

from edi_router.faults import Fault, Place
from edi_router.formats.detect import detect
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.edifact import process_edifact
from edi_router.pipeline.model import FileOutcome, Incoming, LedgerView
from edi_router.pipeline.xml import process_xml


def process(incoming: Incoming, configuration: Configuration, ledger: LedgerView) -> FileOutcome:
    """Read, check, decide and map one file of a partner; make the acknowledgements.

    A pure function of its arguments: the same file under the same configuration and the same ledger comes to
    the same outcome, which is why it may be run again after a crash.
    """
    format_ = detect(incoming.content)
    if format_ == "edifact":
        interchanges, faults = process_edifact(incoming, configuration, ledger)
    elif format_ == "xml":
        interchanges, faults = process_xml(incoming, configuration, ledger)
    else:
        code = "format-unknown" if incoming.content.strip() else "file-empty"
        interchanges, faults = [], [Fault(code, Place(line=1, column=1, offset=0))]
    return FileOutcome(
        file=incoming.id, format=format_, interchanges=tuple(interchanges), faults=tuple(faults)
    )
