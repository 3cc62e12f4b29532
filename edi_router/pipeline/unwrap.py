"""Out of encryption and signature: from the bytes of a file to what is read of it, and what is proven about it.

The file is archived as it came. What comes out here is all that is processed: of a signed file the bytes whose
signature was verified, and nothing around them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edi_router.faults import Fault, Place
from edi_router.formats.detect import detect
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Incoming
from edi_router.security.proof import VALID, Opened, Proof

if TYPE_CHECKING:
    from edi_router.partners.security import Protection, Security
    from edi_router.security.certificates import Certificate

DEEPEST = 4
"""So many envelopes may be inside each other."""
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
    security = configuration.directory.partners[incoming.partner].security
    if security is None:
        return Unwrapped(incoming)
    certificates = [each for name in security.certificates for each in configuration.certificates[name]]
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
    if not faults:
        faults += _missing(security, incoming.partner, shape_of(content), proofs)
    inner = replace(incoming, content=content, faults=tuple(faults))
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


def _missing(security: Security, partner: str, shape: str, proofs: list[Proof]) -> Iterator[Fault]:
    """What the partner's file asks for and the file did not have."""
    receive: Protection = security.receive
    held = {proof.form for proof in proofs if proof.result == VALID}
    form = receive.form(shape)
    if form is not None and form not in held:
        values = {"partner": partner, "form": "XML Signature" if form == "xml" else "CMS"}
        yield Fault("signature-missing", _START, values)
    if receive.encrypted and receive.covers(shape) and "encryption" not in held:
        yield Fault("encryption-missing", _START, {"partner": partner})
