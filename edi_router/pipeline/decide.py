"""From a checked document to the decision on it: rules, route, mapping. The same for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from edi_router.faults import Fault, is_error
from edi_router.formats.document_type import Extract
from edi_router.formats.secrets import without_secrets
from edi_router.mapping import Context
from edi_router.partners import Agreement, Partner, choose
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    MessageOutcome,
    Output,
    Reference,
    TimeLimit,
    Visibility,
)
from edi_router.pipeline.outputs import Document, context_of, make_output, terms_of
from edi_router.pipeline.unwrap import missing_of
from edi_router.registers import Moved, Overlay

if TYPE_CHECKING:
    from edi_router.formats.document_type import DocumentType

_NOTHING = Extract()


def decide(
    document: Document,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    registers: Overlay,
) -> MessageOutcome:
    """Rules, route, mapping and registers of one document; the first of them with an error decides against it.

    What the document does to the registers is applied to `registers`, so that the next one sees it. The faults tell
    no secret of the document.
    """
    described = configuration.document(document.kind)
    outcome = _decided(document, described, sender, incoming, configuration, registers)
    if described is None or not described.secret:
        return outcome
    return replace(outcome, faults=tuple(without_secrets(outcome.faults, document.root, described.secret)))


def _decided(
    document: Document,
    described: DocumentType | None,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    registers: Overlay,
) -> MessageOutcome:
    extract = described.extract(document.root) if described is not None else _NOTHING
    context = context_of(document.id, sender, incoming, configuration, registers)
    faults = list(document.faults)
    faults += _judged(described.rules if described is not None else (), document, context, configuration)
    visible = _visible(sender, extract, configuration)
    outcome = partial(
        MessageOutcome,
        id=document.id,
        position=document.position,
        offset=document.offset,
        length=document.length,
        type=document.kind.name,
        directory=document.kind.qualifier or "",
        reference=document.reference,
        test=document.test,
        references=tuple([Reference(kind, value) for kind, value in extract.references]),
    )
    rejected = partial(outcome, decision=Decision.REJECTED, visible_to=visible)
    if incoming.refused:
        return _refused(rejected(reason=""), document, sender, incoming, configuration, registers)
    if any(is_error(fault) for fault in faults):
        return rejected(faults=tuple(faults), reason="faulty")
    route = choose(sender, document.kind, document.root, document.test, configuration.directory)
    agreement = route.agreement
    agreed = agreement.id if agreement is not None else None
    if incoming.asked is not None:
        faults += missing_of(incoming, sender, agreement, document.root.place())
        if any(is_error(fault) for fault in faults):
            return rejected(agreement=agreed, faults=tuple(faults), reason="faulty")
    held = partial(outcome, decision=Decision.HELD, visible_to=visible, agreement=agreed)
    unchecked = any(fault.code in ("definition-missing", "message-type-unknown") for fault in faults)
    if (
        unchecked
        and agreement is not None
        and (route.faults or any(leg.delivery.mapping for leg in route.legs))
    ):
        # Without groups, paths would only produce faults about what they cannot find.
        return held(faults=tuple(faults), reason="the definition of its directory is missing")
    if not route.found:
        why = ", ".join(fault.code for fault in route.faults)
        return held(faults=tuple(faults) + route.faults, reason=why)
    assert agreement is not None
    if agreement.rules:
        faults += _judged(agreement.rules, document, context, configuration)
        if any(is_error(fault) for fault in faults):
            return rejected(agreement=agreed, faults=tuple(faults), reason="faulty")
    outputs: list[Output] = []
    for number, leg in enumerate(route.legs, start=1):
        identity = document.id if number == 1 else f"{document.id}-{number}"
        output, found = make_output(
            document, identity, leg, sender, context, configuration, agreement.priority
        )
        faults += found
        if output is not None:
            outputs.append(output)
    if any(is_error(fault) for fault in faults):
        return rejected(agreement=agreed, faults=tuple(faults), reason="not mappable")
    moves: tuple[Moved, ...] = ()
    if agreement.registers:
        from edi_router.pipeline.registering import register  # with all that judges moves

        names = agreement.registers
        moved = register(document, names, sender, context, configuration, registers, incoming.release)
        moves = moved.moves
        faults += moved.faults
        if moved.decision is not Decision.ACCEPTED:
            return outcome(
                decision=moved.decision,
                reason=moved.reason,
                agreement=agreed,
                faults=tuple(faults),
                visible_to=visible,
                outputs=moved.outputs,
                moves=moves,
            )
        outputs += moved.outputs
    destinations = dict.fromkeys([output.destination for output in outputs])
    return outcome(
        decision=Decision.ACCEPTED,
        reason=route.reason,
        agreement=agreed,
        faults=tuple(faults),
        outputs=tuple(outputs),
        moves=moves,
        limits=_limits(agreement, sender),
        visible_to=(*visible, *[Visibility(each, "recipient") for each in destinations]),
    )


def _limits(agreement: Agreement, sender: Partner) -> tuple[TimeLimit, ...]:
    if agreement.within is None:
        return ()
    return (TimeLimit("delivery", "", sender.id, terms_of(agreement.within)),)


def _refused(
    outcome: MessageOutcome,
    document: Document,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    registers: Overlay,
) -> MessageOutcome:
    """The refusal of a held document by a person, in his words; its registers are told of it."""
    place = document.root.place()
    route = choose(sender, document.kind, document.root, document.test, configuration.directory)
    fault = Fault("message-refused", place, {"words": incoming.refused})
    refused = replace(
        outcome,
        reason=incoming.refused,
        faults=(fault,),
        agreement=route.agreement.id if route.agreement is not None else None,
    )
    if route.agreement is None or not route.agreement.registers:
        return refused
    from edi_router.pipeline.registering import register

    context = context_of(document.id, sender, incoming, configuration)
    moved = register(
        document,
        route.agreement.registers,
        sender,
        context,
        configuration,
        registers,
        refused=incoming.refused,
    )
    if moved.decision is not Decision.REJECTED or not moved.moves:
        return refused
    return replace(refused, moves=moved.moves, outputs=moved.outputs)


def _judged(
    names: Sequence[str], document: Document, context: Context, configuration: Configuration
) -> list[Fault]:
    """What rule files find in the document."""
    faults: list[Fault] = []
    for name in names:
        rules = configuration.rules[name]
        if rules.judges(document.kind, document.faults):
            faults += rules.check(document.root, context)
    return faults


def _visible(sender: Partner, extract: Extract, configuration: Configuration) -> tuple[Visibility, ...]:
    seen = [Visibility(sender.id, "sender")]
    for role, code in extract.parties:
        partner = configuration.directory.by_code(code)
        if partner is not None:
            seen.append(Visibility(partner.id, role))
    return tuple(dict.fromkeys(seen))
