"""Out of encryption and signature: from the bytes of a file to what is read of it, and what is proven about it.

The file is archived as it came. What comes out here is all that is processed: of a signed file the bytes whose
signature was verified, and nothing around them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edi_router.faults import Fault, Place
from edi_router.formats.detect import detect
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Asked, Incoming, MessageOutcome
from edi_router.security.proof import VALID, Opened, Proof

if TYPE_CHECKING:
    from edi_router.partners import Agreement, Partner
    from edi_router.partners.security import Protection
    from edi_router.security.certificates import Certificate

DEEPEST = 4
"""So many envelopes may be inside each other."""
_MISSING = frozenset(("signature-missing", "encryption-missing"))
_START = Place(line=1, column=1, offset=0)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A file out of its envelopes.

    With faults, everything in it is rejected; `incoming` then is None when there is nothing to read at all.
    """

    incoming: Incoming | None
    proofs: tuple[Proof, ...] = ()
    faults: tuple[Fault, ...] = ()


def shape_of(content: bytes) -> str:
    """What a file is to a partner's `security`: `xml`, `edifact`, or `flat` for everything else."""
    found: str = detect(content)
    return found if found in ("xml", "edifact") else "flat"


def unwrap(incoming: Incoming, configuration: Configuration) -> Unwrapped:
    """Decrypt and verify a file as the partner's file says; one of a partner without `security` stays as it is."""
    partner = configuration.directory.partners[incoming.partner]
    security = partner.security
    if security is None and not partner.asked:
        return Unwrapped(incoming)
    names = () if security is None else security.certificates
    certificates = [each for name in names for each in configuration.certificates[name]]
    content: bytes = incoming.content
    proofs: list[Proof] = []
    faults: list[Fault] = []
    for opened in _opened(content, certificates, configuration, incoming.arrived or incoming.received):
        proofs.append(opened.proof)
        if opened.fault is not None:
            faults.append(opened.fault)
        inside = opened.content if opened.content is not None else opened.claimed
        if inside is None:
            return Unwrapped(None, tuple(proofs), tuple(faults))
        content = inside
    held = frozenset(proof.form for proof in proofs if proof.result == VALID)
    shape = shape_of(content)
    if not faults and not partner.asked and security is not None:
        faults += missing(security.receive, partner.id, shape, held)
    # What an agreement asks for is known when it is chosen, document by document.
    asked = Asked(shape, held) if partner.asked and not faults else None
    inner = replace(incoming, content=content, faults=tuple(faults), asked=asked)
    if proofs:
        inner = replace(inner, sha256=hashlib.sha256(content).hexdigest())
    return Unwrapped(inner, tuple(proofs), tuple(faults))


def inside(file: Mapping[str, Any], content: bytes, configuration: Configuration) -> bytes | None:
    """What is read of an archived file, `file` being its row; None when it cannot be opened."""
    if file["partner"] not in configuration.directory.partners:
        return content
    received: datetime = file["received"]
    incoming = Incoming(
        file["id"], file["partner"], file["name"], content, file["sha256"], received, file["date"]
    )
    inner = unwrap(incoming, configuration).incoming
    return None if inner is None else inner.content


def _opened(
    content: bytes, certificates: list[Certificate], configuration: Configuration, at: datetime
) -> Iterator[Opened]:
    """One envelope after the other, from the outermost in; the last is the first that does not hold."""
    from edi_router.security import cms, smime, xml_signature

    for _ in range(DEEPEST):
        entity = smime.entity(content)
        raw = entity.cms if entity is not None else content
        kind = cms.kind_of(raw)
        if kind is None:
            break
        if kind == "enveloped_data":
            opened = cms.decrypt(raw, configuration.keys)
        else:
            opened = cms.verify(raw, certificates, at, entity.detached if entity is not None else None)
        if entity is not None and opened.content is not None:
            opened = replace(opened, content=_body(opened.content))
        yield opened
        if opened.content is None:
            return
        content = opened.content
    if certificates and detect(content) == "xml":
        signed = xml_signature.verify(content, certificates, at)
        if signed is not None:
            yield signed


def _body(content: bytes) -> bytes:
    """The content of a MIME entity, unless that is S/MIME again."""
    from edi_router.security import smime

    return content if smime.entity(content) is not None else smime.content(content)


def missing(
    receive: Protection | None, partner: str, shape: str, held: Collection[str], place: Place = _START
) -> Iterator[Fault]:
    """What is asked of a file or document from a partner, and it did not have; `held` are the forms that are proven."""
    if receive is None:
        return
    form = receive.form(shape)
    if form is not None and form not in held:
        values = {"partner": partner, "form": "XML Signature" if form == "xml" else "CMS"}
        yield Fault("signature-missing", place, values)
    if receive.encrypted and receive.covers(shape) and "encryption" not in held:
        yield Fault("encryption-missing", place, {"partner": partner})


def missing_of(
    incoming: Incoming, sender: Partner, agreement: Agreement | None, place: Place
) -> Iterator[Fault]:
    """The same of one document, by the agreement that takes it; nothing where the whole file was looked at already."""
    if incoming.asked is not None:
        yield from missing(
            sender.receives(agreement), sender.id, incoming.asked.shape, incoming.asked.held, place
        )


def is_unproven(outcome: MessageOutcome) -> bool:
    """Whether a document came without what its agreement asks for. It is rejected then, also where it repeats another:
    who sends it is not known, so it gets no answer that was meant for the one that was signed.
    """
    return any(fault.code in _MISSING for fault in outcome.faults)
