"""Technical receipts in an XML dialect: the outcome, as a small document of our own, through a mapping.

A receipt is made by the mapping language like any other document; what it maps from is `Outcome`, described by
`schemas/xml/outcome.xsd`. So a new dialect of receipts is a mapping file, not a program.
"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from edi_router.faults import Fault, is_error, render
from edi_router.formats.documents import Kind
from edi_router.formats.xml import Element, parse, write
from edi_router.mapping import Mapping
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, Incoming, MessageOutcome
from edi_router.pipeline.outputs import context_of


def make_receipt(
    outcome: MessageOutcome,
    kind: Kind,
    key: str,
    sender: Partner,
    incoming: Incoming,
    mapping: Mapping,
    configuration: Configuration,
) -> tuple[bytes | None, list[Fault]]:
    """The receipt for a document; None with the mapping's faults when it could not be made."""
    source, _ = parse(outcome_document(outcome, kind, key, sender, incoming, configuration.settings.zone))
    if source is None:  # what we wrote ourselves is well-formed
        raise AssertionError("the outcome document is not well-formed")
    context = context_of(f"{outcome.id}-receipt", sender, incoming, configuration)
    result = mapping.run(source.node(), replace(context, recipient=sender.id))
    failed = any(is_error(fault) for fault in result.faults)
    return (None if failed else result.output), list(result.faults)


def outcome_document(
    outcome: MessageOutcome, kind: Kind, key: str, sender: Partner, incoming: Incoming, zone: ZoneInfo
) -> bytes:
    """The outcome of one document as XML, as `schemas/xml/outcome.xsd` describes it; times in `zone`."""
    # What holds a document is our affair; the sender is told that it has arrived.
    told = [] if outcome.decision is Decision.HELD else [fault for fault in outcome.faults if is_error(fault)]
    accepted = outcome.decision is not Decision.REJECTED and not told
    children = [
        _leaf("Decision", str(outcome.decision)),
        _leaf("Received", "yes" if accepted else "no"),
        _leaf("File", incoming.name),
        _leaf("FileId", incoming.id),
        _leaf("MessageId", outcome.id),
        _leaf("Kind", kind.name),
        _leaf("Key", key),
        _leaf("Partner", sender.id),
        _leaf("Time", incoming.received.astimezone(zone).isoformat(timespec="seconds")),
    ]
    children += [
        Element("Reference", {"kind": reference.kind}, text=_clean(reference.value))
        for reference in outcome.references
    ]
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
        for fault in told
    ]
    written = write(Element("Outcome", {}, children))
    return written.content


def _leaf(name: str, text: str) -> Element:
    return Element(name, {}, text=_clean(text))


def _clean(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
