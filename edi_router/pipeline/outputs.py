"""The documents that are made of a document: through a mapping, or as it is; their names and envelopes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Message
from edi_router.mapping import Context
from edi_router.partners import Leg, Partner
from edi_router.partners.batches import batch_for, series_of
from edi_router.partners.spans import Limit
from edi_router.paths import Node
from edi_router.pipeline.batches import bare_of
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.forward import forward
from edi_router.pipeline.known_by import known_by
from edi_router.pipeline.model import Incoming, Output, OutputKind, Reference, TimeLimit, Unsealed
from edi_router.registers import Looks, RegisterView

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


def context_of(
    message_id: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    registers: RegisterView | None = None,
) -> Context:
    """What rules and mappings may know besides the document."""
    day = date.fromisoformat(incoming.business_date)
    return Context(
        now=incoming.received,
        business_date=day,
        message_id=message_id,
        sender=sender.id,
        zone=configuration.settings.zone,
        registers=None if registers is None else Looks(registers, configuration.registers, day),
    )


def make_output(
    document: Document,
    identity: str,
    leg: Leg,
    sender: Partner,
    context: Context,
    configuration: Configuration,
    priority: int = 5,
) -> tuple[Output | None, list[Fault]]:
    """One document for a destination, under the id `identity`; None with the faults that keep it from being made."""
    delivery = leg.delivery
    unsealed: Unsealed | None = None
    content: bytes | None = None
    faults: list[Fault] = []
    kind, format_ = document.kind, document.kind.format
    to = leg.destination
    envelope = configuration.envelopes.to(to, configuration.settings, document.test)
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
        kind = mapping.makes
        content, format_ = result.output, mapping.target.format if mapping.target is not None else "xml"
        if result.seal is not None:
            content = None
            unsealed = Unsealed(f"edifact:{to.id}", result.seal, envelope.sender, envelope.recipient)
    elif isinstance(document.source, Message):
        named_level = "syntax" in to.edifact.model_fields_set
        at = context.now.astimezone(context.zone)
        seal, faults = forward(document.source, envelope, at, level_named=named_level)
        if faults:
            return None, faults
        unsealed = Unsealed(f"edifact:{to.id}", seal, envelope.sender, envelope.recipient)
    else:
        content = document.source
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
        type=str(kind),
        priority=priority,
        limits=expected(to, kind),
    )
    if output.limits:
        sealed = content if unsealed is None else unsealed.seal(1)
        assert sealed is not None
        named = (Reference("file", output.name), *known_by(sealed, kind, configuration))
        output = replace(output, references=named)
    batch = batch_for(to, kind)
    if batch is not None and unsealed is not None:
        waiting = bare_of(unsealed.seal(1), envelope.encoding)
        output = replace(output, content=waiting, unsealed=None, series=series_of(to.id, batch))
    return output, faults


def expected(to: Partner, kind: Kind) -> tuple[TimeLimit, ...]:
    """The answers that the partner gives to a document of this kind; of each level the first that is named."""
    if not to.expects:
        return ()
    wanted = {each.level: each for each in reversed(to.expects) if each.kind.includes(kind)}
    return tuple(TimeLimit("answer", level, to.id, terms_of(each.within)) for level, each in wanted.items())


def terms_of(limit: Limit) -> dict[str, str | int]:
    """The limit as the ledger keeps it."""
    return limit.model_dump(exclude_none=True, exclude_defaults=True)


def _name(
    pattern: str | None, identity: str, document: Document, sender: Partner, mapping: str | None, format_: str
) -> str:
    """The deterministic file name of an output, of safe characters only."""
    if pattern is None:
        suffix = {"edifact": "edi", "records": "txt"}.get(format_, format_)
        return _safe(f"{_short(document.kind.name)}_{identity}.{suffix}").lstrip(".")
    fields = {
        "type": document.kind.name,
        "reference": document.reference,
        "mapping": mapping or "",
        "sender": sender.id,
    }
    short = {field: _short(value) for field, value in fields.items()}
    return _safe(pattern.format_map({**short, "id": identity})).lstrip(".")


def _short(value: str) -> str:
    return _safe(value)[:LONGEST]


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)
