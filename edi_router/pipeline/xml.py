"""XML files: one document, checked by its XSD, answered by the receipt of its dialect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.formats.xml import XmlDocument, parse
from edi_router.partners import Agreement, Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.decide import Document, decide
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    InterchangeOutcome,
    LedgerView,
    MessageOutcome,
    Output,
    OutputKind,
    Prior,
)
from edi_router.pipeline.receipts import make_receipt


def process_xml(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcome of the document; no interchange at all, but faults, when it is not well-formed."""
    parsed, faults = parse(incoming.content)
    if parsed is None:
        return [], faults
    sender = configuration.directory.partners[incoming.partner]
    kind = Kind("xml", parsed.local, parsed.namespace or "")
    outcome = _document(parsed, kind, tuple(faults), sender, incoming, configuration)
    key = _key(parsed, kind, configuration)
    prior = None
    if not incoming.only:
        since = incoming.received - timedelta(days=sender.duplicates.window_days)
        prior = ledger.prior_interchange(sender.id, sender.id, str(kind), key, since, incoming.sha256)
    if prior is not None:
        outcome = _repeated(outcome, prior, key, sender, configuration)
    receipts, found = _receipts(outcome, kind, key, sender, incoming, configuration)
    interchange = InterchangeOutcome(
        id=f"{incoming.id}-1",
        position=1,
        format="xml",
        sender=sender.id,
        recipient=str(kind),
        control_reference=key,
        decision=_whole(outcome, prior),
        test=outcome.test,
        faults=tuple(found),
        messages=(outcome,),
        acknowledgements=receipts,
        duplicate_of=prior.id if prior is not None else None,
    )
    return [interchange], []


def _whole(outcome: MessageOutcome, prior: Prior | None) -> Decision:
    """The decision on the transmission: a held document is in our hands, so the same again is a duplicate."""
    if outcome.decision is Decision.HELD and prior is None:
        return Decision.ACCEPTED
    return outcome.decision


def _document(
    parsed: XmlDocument,
    kind: Kind,
    faults: tuple[Fault, ...],
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
) -> MessageOutcome:
    described = configuration.document(kind)
    if described is not None and described.schema_ is not None:
        faults += tuple(configuration.schemas[described.schema_].check(parsed))
    document = Document(
        id=f"{incoming.id}-1-1",
        kind=kind,
        position=1,
        offset=0,
        length=len(incoming.content),
        reference=_key(parsed, kind, configuration),
        root=parsed.node(),
        faults=faults,
        raw=incoming.content,
        test=sender.status == "test",
    )
    return decide(document, sender, incoming, configuration)


def _key(parsed: XmlDocument, kind: Kind, configuration: Configuration) -> str:
    described = configuration.document(kind)
    return (described.extract(parsed.node()).key or "") if described is not None else ""


def _repeated(
    outcome: MessageOutcome, prior: Prior, key: str, sender: Partner, configuration: Configuration
) -> MessageOutcome:
    when = prior.received.astimezone(configuration.settings.zone).strftime("%Y-%m-%d %H:%M:%S")
    refused = sender.duplicates.policy == "reject" or not prior.same_content
    code = "duplicate-refused" if refused else "duplicate-interchange"
    fault = Fault(code, Place(line=1, column=1, offset=0), {"reference": key, "when": when})
    decision = Decision.HELD if sender.duplicates.policy == "hold" else Decision.DUPLICATE
    return replace(
        outcome,
        decision=decision,
        reason=f"repeats interchange {prior.id}",
        outputs=(),
        faults=(fault,),
    )


def _receipts(
    outcome: MessageOutcome,
    kind: Kind,
    key: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
) -> tuple[tuple[Output, ...], list[Fault]]:
    """The technical receipt that the agreement names; none where no agreement takes such documents."""
    if incoming.only:
        return (), []
    agreement = _agreement(outcome, kind, sender)
    if agreement is None or agreement.receipt is None:
        return (), []
    mapping = configuration.mappings[agreement.receipt]
    content, faults = make_receipt(outcome, kind, key, sender, incoming, mapping, configuration)
    if content is None:
        return (), faults
    receipt = Output(
        id=f"{incoming.id}-1-receipt",
        kind=OutputKind.ACKNOWLEDGEMENT,
        destination=sender.id,
        name=f"receipt_{incoming.id}-1.xml",
        format="xml",
        content=content,
        mapping=mapping.id,
        messages=(outcome.id,),
    )
    return (receipt,), faults


def _agreement(outcome: MessageOutcome, kind: Kind, sender: Partner) -> Agreement | None:
    """The agreement it was routed by; where there was no route, the first one that takes its kind."""
    taking = [each for each in sender.agreements if each.kind.includes(kind)]
    return next((each for each in taking if each.id == outcome.agreement), taking[0] if taking else None)
