"""From a checked document to the decision on it: rules, route, mapping. The same for every format."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Extract, Kind
from edi_router.formats.edifact import Message
from edi_router.formats.edifact.writer import Envelope
from edi_router.mapping import Context
from edi_router.partners import Leg, Partner, choose
from edi_router.partners.model import Identification
from edi_router.paths import Node
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.forward import forward
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    MessageOutcome,
    Output,
    OutputKind,
    Reference,
    Unsealed,
    Visibility,
)

LONGEST = 60
"""Characters that a reference and the like may have in a file name, so that the id always fits."""
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file, read and checked."""

    id: str
    kind: Kind
    position: int
    offset: int
    length: int
    reference: str
    root: Node
    faults: tuple[Fault, ...]
    source: bytes | Message
    """What is passed on without a mapping: the bytes, or the EDIFACT message, which needs an interchange."""
    test: bool
    check_as: str | None = None


def decide(
    document: Document, sender: Partner, incoming: Incoming, configuration: Configuration
) -> MessageOutcome:
    """Rules, route and mapping of one document; the first of them with an error decides against it."""
    described = configuration.document(document.kind)
    extract = described.extract(document.root) if described is not None else Extract()
    context = context_of(document.id, sender, incoming, configuration)
    faults = list(document.faults)
    for name in described.rules if described is not None else ():
        rules = configuration.rules[name]
        if rules.judges(document.kind, document.faults):
            faults += rules.check(document.root, context)
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
    if any(is_error(fault) for fault in faults):
        return replace(outcome, faults=tuple(faults), reason="faulty")
    directory = configuration.directory
    route = choose(sender, document.kind, document.root, document.test, directory, document.root.place())
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
    outputs: list[Output] = []
    for number, leg in enumerate(route.legs, start=1):
        output, found = _make(document, number, leg, sender, context, configuration)
        faults += found
        if output is not None:
            outputs.append(output)
    if any(is_error(fault) for fault in faults):
        return replace(outcome, agreement=route.agreement.id, faults=tuple(faults), reason="not mappable")
    return replace(
        outcome,
        decision=Decision.ACCEPTED,
        reason=route.reason,
        agreement=route.agreement.id,
        faults=tuple(faults),
        outputs=tuple(outputs),
        visible_to=outcome.visible_to
        + tuple(Visibility(leg.destination.id, "recipient") for leg in route.legs),
    )


def context_of(message_id: str, sender: Partner, incoming: Incoming, configuration: Configuration) -> Context:
    """What rules and mappings may know besides the document."""
    return Context(
        now=incoming.received,
        business_date=date.fromisoformat(incoming.business_date),
        message_id=message_id,
        sender=sender.id,
        zone=configuration.settings.zone,
    )


def _visible(sender: Partner, extract: Extract, configuration: Configuration) -> tuple[Visibility, ...]:
    seen = [Visibility(sender.id, "sender")]
    for role, code in extract.parties:
        partner = configuration.directory.by_code(code)
        if partner is not None:
            seen.append(Visibility(partner.id, role))
    return tuple(dict.fromkeys(seen))


def _make(
    document: Document, number: int, leg: Leg, sender: Partner, context: Context, configuration: Configuration
) -> tuple[Output | None, list[Fault]]:
    delivery = leg.delivery
    unsealed: Unsealed | None = None
    content: bytes | None = None
    faults: list[Fault] = []
    format_ = document.kind.format
    to = leg.destination
    envelope = _envelope(to, configuration, document.test)
    if delivery.mapping is not None:
        mapping = configuration.mappings[delivery.mapping]
        origin = mapping.definition.origin
        if not origin.includes(document.kind):
            values = {"mapping": mapping.id, "source": str(origin), "kind": str(document.kind)}
            return None, [Fault("mapping-wrong-source", document.root.place(), values)]
        result = mapping.run(document.root, replace(context, recipient=to.id), envelope)
        faults = list(result.faults)
        if any(is_error(fault) for fault in faults):
            return None, faults
        content, format_ = result.output, mapping.target.format if mapping.target is not None else "xml"
        if result.seal is not None:
            content = None
            unsealed = Unsealed(f"edifact:{to.id}", result.seal, envelope.sender, envelope.recipient)
    elif isinstance(document.source, Message):
        named = "syntax" in to.edifact.model_fields_set
        at = context.now.astimezone(context.zone)
        seal, faults = forward(document.source, envelope, at, level_named=named)
        if faults:
            return None, faults
        unsealed = Unsealed(f"edifact:{to.id}", seal, envelope.sender, envelope.recipient)
    else:
        content = document.source
    identity = document.id if number == 1 else f"{document.id}-{number}"
    output = Output(
        id=identity,
        kind=OutputKind.DOCUMENT,
        destination=to.id,
        name=_name(delivery.name, identity, document, sender, delivery.mapping, format_),
        format=format_,
        content=content,
        unsealed=unsealed,
        mapping=delivery.mapping,
        messages=(document.id,),
    )
    return output, faults


def _envelope(to: Partner, configuration: Configuration, test: bool) -> Envelope:
    """How an EDIFACT interchange from us to the partner looks; without an identification it is named by its id."""
    ours = configuration.settings.identifications[0]
    named = to.identifications[0] if to.identifications else Identification(id=to.id)
    envelope = to.edifact.envelope((ours.id, ours.qualifier), (named.id, named.qualifier), test=test)
    return replace(envelope, encoding=envelope.encoding or to.encoding)


def _name(
    pattern: str | None, identity: str, document: Document, sender: Partner, mapping: str | None, format_: str
) -> str:
    """The deterministic file name of an output, of safe characters only."""
    suffix = {"edifact": "edi", "records": "txt"}.get(format_, format_)
    fields = {
        "id": identity,
        "type": document.kind.name,
        "reference": document.reference,
        "mapping": mapping or "",
        "sender": sender.id,
    }
    safe = {field: _UNSAFE.sub("_", value)[:LONGEST] for field, value in fields.items() if field != "id"}
    name = (pattern or "{type}_{id}." + suffix).format_map({**safe, "id": identity})
    return _UNSAFE.sub("_", name).lstrip(".")
