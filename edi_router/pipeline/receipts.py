"""Technical receipts in an XML dialect: the outcome, as a small document of our own, through a mapping.

A receipt is made by the mapping language like any other document; what it maps from is `Outcome`, described by
`schemas/xml/outcome.xsd`. So a new dialect of receipts is a mapping file, not a program.
"""

from __future__ import annotations

from edi_router.faults import Fault, is_error, render
from edi_router.formats.documents import Kind
from edi_router.formats.xml import Element, parse, write
from edi_router.mapping import Context, Mapping
from edi_router.partners import Partner
from edi_router.pipeline.model import Decision, Incoming, MessageOutcome


def make_receipt(
    outcome: MessageOutcome, kind: Kind, key: str, sender: Partner, incoming: Incoming, mapping: Mapping
) -> tuple[bytes | None, list[Fault]]:
    """The receipt for a document; None with the mapping's faults when it could not be made."""
    source, _ = parse(outcome_document(outcome, kind, key, sender, incoming))
    if source is None:  # what we wrote ourselves is well-formed
        raise AssertionError("the outcome document is not well-formed")
    context = Context(
        now=incoming.received,
        business_date=incoming.business_date,
        message_id=f"{outcome.id}-receipt",
        sender=sender.id,
        recipient=sender.id,
    )
    result = mapping.run(source.node(), context)
    return result.output, list(result.faults)


def outcome_document(
    outcome: MessageOutcome, kind: Kind, key: str, sender: Partner, incoming: Incoming
) -> bytes:
    """The outcome of one document as XML, as `schemas/xml/outcome.xsd` describes it."""
    accepted = outcome.decision in (Decision.ACCEPTED, Decision.DUPLICATE, Decision.HELD)
    children = [
        _leaf("Decision", str(outcome.decision)),
        _leaf("Received", "yes" if accepted else "no"),
        _leaf("File", incoming.name),
        _leaf("FileId", incoming.id),
        _leaf("MessageId", outcome.id),
        _leaf("Kind", kind.name),
        _leaf("Key", key),
        _leaf("Partner", sender.id),
        _leaf("Time", incoming.received.strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]
    children += [
        Element("Reference", {"kind": reference.kind}, text=reference.value) for reference in outcome.references
    ]
    faults = [fault for fault in outcome.faults if is_error(fault)]
    children += [
        Element(
            "Fault",
            {"code": fault.code},
            [
                _leaf("Place", str(fault.place)),
                _leaf("TextEn", render(fault, "en")),
                _leaf("TextZh", render(fault, "zh")),
            ],
        )
        for fault in faults
    ]
    written = write(Element("Outcome", {}, children))
    return written.content


def _leaf(name: str, text: str) -> Element:
    return Element(name, {}, text="".join(char if char.isprintable() else "?" for char in text))
