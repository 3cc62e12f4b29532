"""Enveloped XML signatures (W3C XML Signature 1.1): what is verified is all that is handed on.

A signature counts when it is the only one in the document, a child of its root, made over the whole document by an
allowed algorithm with the key of a pinned certificate that is in force. What a certificate inside the signature says
of itself is not believed; it only tells which of the pinned ones is meant. Handed on is the canonical form that was
hashed, never the document around it, so nothing that is moved, wrapped or added outside of it can be read.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from edi_router.faults import Fault, Place
from edi_router.formats.xml import parse
from edi_router.formats.xml.reader import hardened
from edi_router.formats.xml.xpath import line_of, xpath_of
from edi_router.security.certificates import Certificate, OwnKey, by_fingerprint
from edi_router.security.proof import Opened, Proof

# It writes whole documents into its debug log.
logging.getLogger("signxml").setLevel(logging.INFO)

_DS = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED = _DS + "enveloped-signature"
_CANONICAL = frozenset(each.value for each in CanonicalizationMethod)
_METHODS = frozenset(
    each
    for each in SignatureMethod
    if each.name.startswith(("RSA_SHA", "ECDSA_SHA", "SHA"))
    and each.name.rpartition("SHA")[2][:3] in ("256", "384", "512")
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_ECDSA = {
    "secp256r1": SignatureMethod.ECDSA_SHA256,
    "secp384r1": SignatureMethod.ECDSA_SHA384,
    "secp521r1": SignatureMethod.ECDSA_SHA512,
}


class _Refused(Exception):
    """Why a signature does not count; `fault` says it."""

    def __init__(
        self, code: str, place: Place, certificate: Certificate | None = None, **values: str
    ) -> None:
        super().__init__(code)
        self.fault = Fault(code, place, values)
        self.certificate = certificate
        self.algorithm = ""


def has_signature(root: etree._Element) -> bool:
    """Whether there is an XML signature anywhere in the document."""
    return next(root.iter(f"{{{_DS}}}Signature"), None) is not None


def verify(data: bytes, certificates: Sequence[Certificate], at: datetime) -> Opened | None:
    """The signed document in the bytes, verified against the pinned certificates at the instant `at`.

    None when the bytes are no document that can be read, or one without any signature. The content is the canonical
    form in UTF-8; blank lines before it keep the line of the root.
    """
    document, _ = parse(data)
    if document is None or not has_signature(document.root):
        return None
    root = document.root
    try:
        content, proof = _verified(root, certificates, at)
    except _Refused as refused:
        code = refused.fault.code
        if refused.certificate is None:
            return Opened(None, Proof("xml", code, algorithm=refused.algorithm), refused.fault, data)
        return Opened(None, refused.certificate.proof("xml", refused.algorithm, code), refused.fault, data)
    return Opened(b"\n" * ((line_of(root) or 1) - 1) + content, proof)


def sign(data: bytes, own: OwnKey) -> bytes:
    """The document with an enveloped signature as the last child of its root, in its own encoding.

    RSA keys sign by RSA-SHA256, elliptic ones by the hash of their curve; exclusive canonicalisation. Raises
    ValueError when the bytes are no XML document.
    """
    document, faults = parse(data)
    if document is None:
        raise ValueError(f"no XML document: {faults[0].code}")
    signer = XMLSigner(
        signature_algorithm=_ECDSA[own.key.curve.name]
        if isinstance(own.key, ec.EllipticCurvePrivateKey)
        else SignatureMethod.RSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(document.root, key=own.key, cert=[own.certificate.x509])
    codec = "utf-8" if document.encoding.startswith("utf-") else document.encoding
    made = etree.tostring(signed, encoding=codec, xml_declaration=True)
    assert isinstance(made, bytes)  # text comes of no codec that has a name
    return made


def _verified(root: etree._Element, certificates: Sequence[Certificate], at: datetime) -> tuple[bytes, Proof]:
    signatures = list(root.iter(f"{{{_DS}}}Signature"))
    place = _place(signatures[0])
    if len(signatures) > 1:
        raise _Refused("signature-invalid", _place(signatures[1]), problem="there are several signatures")
    [signature] = signatures
    if signature.getparent() is not root:
        raise _Refused("signature-invalid", place, problem="the signature is not a child of the root element")
    algorithm = _algorithm(signature, place)
    try:
        _whole(root, signature, place)
        pinned = _pinned(signature, certificates, place)
        candidates = [pinned] if pinned is not None else list(certificates)
        if not candidates:
            raise _Refused("signature-certificate-unknown", place, subject="-", serial="-")
        problem = _Refused("signature-invalid", place, problem="no certificate of the partner fits it")
        for each in candidates:
            try:
                return _by(each, root, place, at), each.proof("xml", algorithm)
            except _Refused as refused:
                problem = refused if pinned is not None or refused.fault.code.endswith("expired") else problem
        raise problem
    except _Refused as refused:
        refused.algorithm = algorithm
        raise


def _algorithm(signature: etree._Element, place: Place) -> str:
    """The short name of its algorithm; refused when it, or a digest, is not an allowed one."""
    named = {
        f"{{{_DS}}}SignatureMethod": {str(each.value) for each in _METHODS},
        f"{{{_DS}}}DigestMethod": {str(each.value) for each in _DIGESTS},
    }
    names: list[str] = []
    for tag, allowed in named.items():
        for each in signature.iter(tag):
            uri = str(each.get("Algorithm"))
            if uri not in allowed:
                raise _Refused("signature-algorithm", place, algorithm=uri)
            names.append(uri.rpartition("#")[2])
    return names[0] if names else ""


def _whole(root: etree._Element, signature: etree._Element, place: Place) -> None:
    """Its one reference is to the whole document, by no other transforms than those of an enveloped signature."""
    references = list(signature.iter(f"{{{_DS}}}Reference"))
    uri = references[0].get("URI") if len(references) == 1 else None
    identities = [
        value for name, value in root.attrib.items() if etree.QName(name).localname in ("Id", "ID", "id")
    ]
    if len(references) != 1 or (uri != "" and (uri or "#").removeprefix("#") not in identities):
        raise _Refused("signature-invalid", place, problem="it does not sign the whole document")
    transforms = [str(each.get("Algorithm")) for each in references[0].iter(f"{{{_DS}}}Transform")]
    foreign = [each for each in transforms if each != _ENVELOPED and each not in _CANONICAL]
    if foreign or _ENVELOPED not in transforms:
        raise _Refused("signature-algorithm", place, algorithm=(foreign or ["no enveloped signature"])[0])


def _pinned(
    signature: etree._Element, certificates: Sequence[Certificate], place: Place
) -> Certificate | None:
    """The pinned certificate that the signature names; None when it names none."""
    named = next(signature.iter(f"{{{_DS}}}X509Certificate"), None)
    if named is None:
        return None
    try:
        wanted = x509.load_der_x509_certificate(
            base64.b64decode("".join((named.text or "").split()), validate=True)
        )
        subject, serial = wanted.subject.rfc4514_string(), f"{wanted.serial_number:x}"
        found = by_fingerprint(certificates, wanted)
    except Exception:  # of a hostile one there is no end of what may be raised: InvalidVersion, TypeError …
        raise _Refused("signature-invalid", place, problem="its certificate cannot be read") from None
    if found is None:
        raise _Refused("signature-certificate-unknown", place, subject=subject, serial=serial)
    return found


def _by(certificate: Certificate, root: etree._Element, place: Place, at: datetime) -> bytes:
    """The signed bytes, if the key of this certificate has signed them."""
    if not certificate.in_force(at):
        raise _Refused("signature-certificate-expired", place, certificate, **certificate.told)
    wanted = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        verification_time=at,
    )
    try:
        result = XMLVerifier().verify(
            root, x509_cert=certificate.x509, expect_config=wanted, parser=hardened()
        )
    except InvalidDigest:
        problem = "the document was changed after it was signed"
    except InvalidSignature:
        problem = "it was not made with the key of its certificate, or was changed"
    except (
        SignXMLException,
        etree.LxmlError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        AssertionError,
    ):
        # Whatever an attacker writes into a signature, it is one that does not hold.
        problem = "it is not built as XML Signature 1.1 has it"
    else:
        assert not isinstance(result, list)
        return result.signed_data
    raise _Refused("signature-invalid", place, certificate, problem=problem)


def _place(element: etree._Element) -> Place:
    return Place(line=line_of(element), xpath=xpath_of(element))
