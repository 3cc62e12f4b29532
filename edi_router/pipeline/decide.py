"""From a checked document to the decision on it: rules, route, mapping. The same for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Extract
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
from edi_router.registers import Looks, Overlay


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
    outcome = _decided(document, sender, incoming, configuration, registers)
    described = configuration.document(document.kind)
    if described is None or not described.secret:
        return outcome
    return replace(outcome, faults=tuple(without_secrets(outcome.faults, document.root, described.secret)))


def _decided(
    document: Document,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    registers: Overlay,
) -> MessageOutcome:
    described = configuration.document(document.kind)
    extract = described.extract(document.root) if described is not None else Extract()
    context = context_of(document.id, sender, incoming, configuration)
    looks = Looks(registers, configuration.registers, context.business_date)
    context = replace(context, registers=looks)
    faults = list(document.faults)
    faults += _judged(described.rules if described is not None else (), document, context, configuration)
    outcome = MessageOutcome(
        id=document.id,
        position=document.position,
        offset=document.offset,
        length=document.length,
        type=document.kind.name,
        directory=document.kind.qualifier or "",
        reference=document.reference,
        decision=Decision.REJECTED,
        reason="",
        test=document.test,
        references=tuple(Reference(kind, value) for kind, value in extract.references),
        visible_to=_visible(sender, extract, configuration),
    )
    directory = configuration.directory
    if incoming.refused:
        return _refused(outcome, document, sender, incoming, configuration, registers)
    if any(is_error(fault) for fault in faults):
        return replace(outcome, faults=tuple(faults), reason="faulty")
    route = choose(sender, document.kind, document.root, document.test, directory, document.root.place())
    faults += missing_of(incoming, sender, route.agreement, document.root.place())
    if any(is_error(fault) for fault in faults):
        agreed = route.agreement.id if route.agreement is not None else None
        return replace(outcome, agreement=agreed, faults=tuple(faults), reason="faulty")
    unchecked = any(fault.code in ("definition-missing", "message-type-unknown") for fault in faults)
    if (
        unchecked
        and route.agreement is not None
        and (route.faults or any(leg.delivery.mapping for leg in route.legs))
    ):
        # Without groups, paths would only produce faults about what they cannot find.
        reason = "the definition of its directory is missing"
        held = tuple(faults)
        return replace(
            outcome, decision=Decision.HELD, faults=held, reason=reason, agreement=route.agreement.id
        )
    if not route.found:
        held = tuple(faults) + route.faults
        why = ", ".join(fault.code for fault in route.faults)
        agreed = route.agreement.id if route.agreement is not None else None
        return replace(outcome, decision=Decision.HELD, faults=held, reason=why, agreement=agreed)
    assert route.agreement is not None
    faults += _judged(route.agreement.rules, document, context, configuration)
    if any(is_error(fault) for fault in faults):
        return replace(outcome, agreement=route.agreement.id, faults=tuple(faults), reason="faulty")
    outputs: list[Output] = []
    for number, leg in enumerate(route.legs, start=1):
        identity = document.id if number == 1 else f"{document.id}-{number}"
        output, found = make_output(
            document, identity, leg, sender, context, configuration, route.agreement.priority
        )
        faults += found
        if output is not None:
            outputs.append(output)
    outcome = replace(outcome, agreement=route.agreement.id)
    if any(is_error(fault) for fault in faults):
        return replace(outcome, faults=tuple(faults), reason="not mappable")
    names = route.agreement.registers
    if names:
        from edi_router.pipeline.registering import register  # with all that judges moves

        moved = register(document, names, sender, context, configuration, registers, incoming.release)
        outcome = replace(outcome, moves=moved.moves)
        faults += moved.faults
        if moved.decision is not Decision.ACCEPTED:
            return replace(
                outcome,
                decision=moved.decision,
                reason=moved.reason,
                faults=tuple(faults),
                outputs=moved.outputs,
            )
        outputs += moved.outputs
    destinations = dict.fromkeys(output.destination for output in outputs)
    return replace(
        outcome,
        decision=Decision.ACCEPTED,
        reason=route.reason,
        faults=tuple(faults),
        outputs=tuple(outputs),
        limits=_limits(route.agreement, sender),
        visible_to=outcome.visible_to + tuple(Visibility(each, "recipient") for each in destinations),
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
    route = choose(sender, document.kind, document.root, document.test, configuration.directory, place)
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
