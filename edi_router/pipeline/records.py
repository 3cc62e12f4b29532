"""Flat files: the documents of a layout, each decided on, answered by the receipt of its agreement."""

from __future__ import annotations

from datetime import timedelta

from edi_router.faults import Fault, Place, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.records import Document as FlatDocument
from edi_router.formats.records import Layout, read
from edi_router.formats.records.reader import likeness
from edi_router.partners import Partner
from edi_router.pipeline.answers import with_answers
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.decide import decide
from edi_router.pipeline.model import Decision, Incoming, InterchangeOutcome, LedgerView, Output
from edi_router.pipeline.outputs import Document
from edi_router.pipeline.plain import decision_on, receipts_for, repeated
from edi_router.pipeline.unwrap import is_unproven
from edi_router.registers import Overlay


def layout_for(incoming: Incoming, configuration: Configuration) -> Layout | None:
    """The layout of a file that is neither EDIFACT nor XML, by what the partner's agreements take.

    Where they take several, the one that the file is most like; None when it is like none.
    """
    sender = configuration.directory.partners[incoming.partner]
    names = dict.fromkeys(
        each.kind.name for each in sender.agreements if each.kind.format in ("csv", "records")
    )
    layouts = [configuration.layouts[name] for name in names]
    if len(layouts) == 1:
        return layouts[0]
    alike = [(likeness(incoming.content, layout), layout) for layout in layouts]
    most, found = max(alike, key=lambda each: each[0], default=(0, None))
    return found if most else None


def process_records(
    incoming: Incoming,
    layout: Layout,
    configuration: Configuration,
    ledger: LedgerView,
    registers: Overlay,
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcome of the file, which counts as one interchange; none when no record in it could be read.

    What is wrong with the file as a whole (its columns, its quotes, its encoding) is wrong with each document.
    """
    documents, faults = read(incoming.content, layout)
    if not documents:
        return [], faults or [Fault("format-unknown", Place(line=1, column=1, offset=0))]
    sender = configuration.directory.partners[incoming.partner]
    kind = Kind(layout.format, layout.id)
    keys = [_key(document, kind, configuration) for document in documents]
    key = keys[0] if len(documents) == 1 else ""
    prior = None
    if not incoming.only and not incoming.faults:
        since = incoming.received - timedelta(days=sender.duplicates.window_days)
        prior = ledger.prior_interchange(sender.id, sender.id, str(kind), key, since, incoming.sha256)
    outcomes, found = [], [fault for fault in faults if not is_error(fault)]
    receipts: list[Output] = []
    wrong = (*incoming.faults, *(fault for fault in faults if is_error(fault)))
    for document, own in zip(documents, keys, strict=True):
        id = f"{incoming.id}-1-{document.position}"
        if incoming.only and id not in incoming.only:
            continue
        here = Overlay(registers)
        made_of = _document(document, id, kind, own, wrong, sender, incoming)
        outcome = decide(made_of, sender, incoming, configuration, here)
        if prior is None:
            outcome = with_answers(outcome, made_of, sender, configuration, ledger)
            here.commit()
        elif not is_unproven(outcome):
            outcome = repeated(outcome, prior, own, sender, configuration)
        made, more = receipts_for(outcome, kind, own, sender, incoming, configuration, id)
        receipts += made
        found += more
        outcomes.append(outcome)
    decisions = {decision_on(outcome, prior) for outcome in outcomes}
    if prior is not None and len(decisions) > 1:  # some documents of a repeat are unproven
        decisions.discard(Decision.REJECTED)
    interchange = InterchangeOutcome(
        id=f"{incoming.id}-1",
        position=1,
        format=layout.format,
        sender=sender.id,
        recipient=str(kind),
        control_reference=key,
        # Where one document was accepted, the file was: what is corrected comes in another one.
        decision=decisions.pop() if len(decisions) == 1 else Decision.ACCEPTED,
        test=sender.status == "test",
        faults=tuple(found),
        messages=tuple(outcomes),
        acknowledgements=tuple(receipts),
        duplicate_of=prior.id if prior is not None else None,
    )
    return [interchange], []


def _document(
    document: FlatDocument,
    id: str,
    kind: Kind,
    key: str,
    faults: tuple[Fault, ...],
    sender: Partner,
    incoming: Incoming,
) -> Document:
    end = document.offset + document.length
    return Document(
        id=id,
        kind=kind,
        position=document.position,
        offset=document.offset,
        length=document.length,
        reference=key,
        root=document.root,
        faults=(*faults, *document.faults),
        source=incoming.content[document.offset : end],
        test=sender.status == "test",
    )


def _key(document: FlatDocument, kind: Kind, configuration: Configuration) -> str:
    described = configuration.document(kind)
    return (described.extract(document.root).key or "") if described is not None else ""
