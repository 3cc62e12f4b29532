"""XML files: one document, checked by its XSD, answered by the receipt of its dialect."""

from __future__ import annotations

from datetime import timedelta

from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.formats.xml import XmlDocument, parse
from edi_router.partners import Partner
from edi_router.pipeline.answers import with_answers
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.decide import decide
from edi_router.pipeline.model import Incoming, InterchangeOutcome, LedgerView
from edi_router.pipeline.outputs import Document
from edi_router.pipeline.plain import decision_on, receipts_for, repeated
from edi_router.pipeline.unwrap import is_unproven
from edi_router.registers import Overlay


def process_xml(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView, registers: Overlay
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcome of the document; no interchange at all, but faults, when it is not well-formed."""
    parsed, faults = parse(incoming.content)
    if parsed is None:
        return [], faults
    sender = configuration.directory.partners[incoming.partner]
    kind = Kind("xml", parsed.local, parsed.namespace or "")
    key = _key(parsed, kind, configuration)
    prior = None
    if not incoming.only and not incoming.faults:
        since = incoming.received - timedelta(days=sender.duplicates.window_days)
        prior = ledger.prior_interchange(sender.id, sender.id, str(kind), key, since, incoming.sha256)
    # What repeats an earlier document moves nothing again.
    here = Overlay(registers)
    document = _document(parsed, kind, (*incoming.faults, *faults), sender, incoming, configuration)
    outcome = decide(document, sender, incoming, configuration, here)
    if is_unproven(outcome):
        prior = None
    if prior is None:
        outcome = with_answers(outcome, document, sender, configuration, ledger)
        here.commit()
    else:
        outcome = repeated(outcome, prior, key, sender, configuration)
    receipts, found = receipts_for(outcome, kind, key, sender, incoming, configuration, f"{incoming.id}-1")
    interchange = InterchangeOutcome(
        id=f"{incoming.id}-1",
        position=1,
        format="xml",
        sender=sender.id,
        recipient=str(kind),
        control_reference=key,
        decision=decision_on(outcome, prior),
        test=outcome.test,
        faults=tuple(found),
        messages=(outcome,),
        acknowledgements=receipts,
        duplicate_of=prior.id if prior is not None else None,
    )
    return [interchange], []


def _document(
    parsed: XmlDocument,
    kind: Kind,
    faults: tuple[Fault, ...],
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
) -> Document:
    described = configuration.document(kind)
    if described is not None and described.schema_ is not None and not incoming.faults:
        faults += tuple(configuration.schemas[described.schema_].check(parsed))
    return Document(
        id=f"{incoming.id}-1-1",
        kind=kind,
        position=1,
        offset=0,
        length=len(incoming.content),
        reference=_key(parsed, kind, configuration),
        root=parsed.node(),
        faults=faults,
        source=incoming.content,
        test=sender.status == "test",
    )


def _key(parsed: XmlDocument, kind: Kind, configuration: Configuration) -> str:
    described = configuration.document(kind)
    return (described.extract(parsed.node()).key or "") if described is not None else ""
