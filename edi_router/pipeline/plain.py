"""Documents that come without an envelope, XML and flat files: repeats, receipts, the decision on the whole."""

from __future__ import annotations

from dataclasses import replace

from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.partners import Agreement, Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, Incoming, MessageOutcome, Output, OutputKind, Prior
from edi_router.pipeline.receipts import make_receipt


def decision_on(outcome: MessageOutcome, prior: Prior | None) -> Decision:
    """The decision on the transmission: a held document is in our hands, so the same again is a duplicate.

    So is one that repeats, under a new number, what a register was told before.
    """
    if outcome.decision in (Decision.HELD, Decision.DUPLICATE) and prior is None:
        return Decision.ACCEPTED
    return outcome.decision


def repeated(
    outcome: MessageOutcome, prior: Prior, key: str, sender: Partner, configuration: Configuration
) -> MessageOutcome:
    """The outcome of a document that was met before, in place of its own."""
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
        moves=(),
        faults=(fault,),
    )


def receipts_for(
    outcome: MessageOutcome,
    kind: Kind,
    key: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    id: str,
) -> tuple[tuple[Output, ...], list[Fault]]:
    """The technical receipt that the agreement names; none where no agreement takes such documents.

    `id` is what it is named after.
    """
    if incoming.only and not incoming.refused:
        return (), []
    agreement = _agreement(outcome, kind, sender)
    if agreement is None or agreement.receipt is None:
        return (), []
    mapping = configuration.mappings[agreement.receipt]
    content, faults = make_receipt(outcome, kind, key, sender, incoming, mapping, configuration)
    if content is None:
        return (), faults
    if incoming.refused:
        id = f"{outcome.id}-refusal"
    target = mapping.target
    suffix, format_ = (target.suffix, target.format) if target is not None else ("xml", "xml")
    receipt = Output(
        id=f"{id}-receipt",
        kind=OutputKind.ACKNOWLEDGEMENT,
        destination=sender.id,
        name=f"receipt_{id}.{suffix}",
        format=format_,
        content=content,
        mapping=mapping.id,
        messages=(outcome.id,),
    )
    return (receipt,), faults


def _agreement(outcome: MessageOutcome, kind: Kind, sender: Partner) -> Agreement | None:
    """The agreement it was routed by; where there was no route, the first one that takes its kind."""
    taking = [each for each in sender.agreements if each.kind.includes(kind)]
    return next((each for each in taking if each.id == outcome.agreement), taking[0] if taking else None)
