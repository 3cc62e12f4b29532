"""CMS (RFC 5652, which S/MIME rests on): signed and enveloped data, read as DER, BER or PEM and written as DER.

Signed data carries its content, or is detached from it. One signer counts, whose certificate is pinned. `cryptography`
makes both forms and decrypts, but verifies no signature: the structure is read by asn1crypto, and the signature over
its attributes is checked by the key of the pinned certificate.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms as asn1
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from edi_router.faults import Fault, Place
from edi_router.security.certificates import Certificate, OwnKey
from edi_router.security.proof import Opened, Proof

_SIGNED, _ENVELOPED = "signed_data", "enveloped_data"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What asn1crypto raises on bytes that are not what they seem."""
_START = Place(line=1, column=1, offset=0)


def kind_of(data: bytes) -> str | None:
    """`signed_data` or `enveloped_data`; None when the bytes are no CMS."""
    info = _read(data)
    return None if info is None else str(info["content_type"].native)


def verify(
    data: bytes, certificates: Sequence[Certificate], at: datetime, detached: bytes | None = None
) -> Opened:
    """The content of signed data, verified against the pinned certificates at the instant `at`.

    `detached` is the content when the signature stands beside it.
    """
    info = _read(data)
    try:
        if info is None or info["content_type"].native != _SIGNED:
            raise ValueError("no signed data")
        return _Signed(info["content"], detached).opened(certificates, at)
    except _BROKEN:
        fault = Fault("signature-invalid", _START, {"problem": "it is not built as CMS has it"})
        return Opened(None, Proof("cms", fault.code), fault)


def decrypt(data: bytes, keys: Sequence[OwnKey]) -> Opened:
    """The content of enveloped data for the first of our keys that it is encrypted for (RSA, AES-CBC)."""
    info = _read(data)
    try:
        if info is None or info["content_type"].native != _ENVELOPED:
            raise ValueError("no enveloped data")
        wanted = {_recipient(each) for each in info["content"]["recipient_infos"]}
    except _BROKEN:
        return _undecrypted("it is not built as CMS has it")
    own = next((each for each in keys if each.certificate.x509.serial_number in wanted), None)
    if own is None:
        named = ", ".join(sorted(f"{each:x}" for each in wanted if each is not None)) or "-"
        return _undecrypted(f"it is for none of our keys, but for certificate {named}")
    if not isinstance(own.key, rsa.RSAPrivateKey):
        return _undecrypted("our key is elliptic; encryption needs RSA", own.certificate)
    try:
        content = pkcs7.pkcs7_decrypt_der(info.dump(force=True), own.certificate.x509, own.key, [])
    except Exception:  # one answer to all that may be wrong inside, so that nothing can be learnt from it
        return _undecrypted(
            "the key does not open it, or its algorithm is not AES in CBC mode", own.certificate
        )
    return Opened(content, own.certificate.proof("encryption", _cipher(info)))


def sign(data: bytes, own: OwnKey) -> bytes:
    """Signed data that carries its content, in DER, by SHA-256."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    builder = builder.add_signer(own.certificate.x509, own.key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def encrypt(data: bytes, certificate: Certificate) -> bytes:
    """Enveloped data for the holder of the certificate, in DER, by AES-256. Raises ValueError for a key that is not RSA."""
    if not isinstance(certificate.x509.public_key(), rsa.RSAPublicKey):
        raise ValueError("the certificate's key is elliptic; encryption needs RSA")
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(data).add_recipient(certificate.x509)
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


class _Signed:
    """Signed data as it is verified."""

    def __init__(self, data: Any, detached: bytes | None) -> None:
        self.signers = list(data["signer_infos"])
        held = data["encap_content_info"]["content"].native
        self.content: bytes | None = held if held is not None else detached
        self.wrong_kind = data["encap_content_info"]["content_type"].native != "data"
        self.carried = [each.chosen for each in data["certificates"] if each.name == "certificate"]

    def opened(self, certificates: Sequence[Certificate], at: datetime) -> Opened:
        if len(self.signers) != 1:
            return self._refused(
                "signature-invalid", {"problem": f"it has {len(self.signers)} signers, not one"}
            )
        if not isinstance(self.content, bytes) or self.wrong_kind:
            return self._refused("signature-invalid", {"problem": "it carries no content"})
        [signer] = self.signers
        digest, method = signer["digest_algorithm"]["algorithm"].native, signer["signature_algorithm"]
        algorithm = f"{method['algorithm'].native} {digest}"
        if digest not in _HASHES or not _allowed(method, digest):
            return self._refused("signature-algorithm", {"algorithm": algorithm}, None, algorithm)
        pinned = _signer(signer, certificates)
        if pinned is None:
            return self._refused("signature-certificate-unknown", self._named(signer), None, algorithm)
        if not pinned.in_force(at):
            return self._refused("signature-certificate-expired", pinned.told, pinned, algorithm)
        problem = _wrong(signer, self.content, _HASHES[digest], pinned)
        if problem:
            return self._refused("signature-invalid", {"problem": problem}, pinned, algorithm)
        return Opened(self.content, pinned.proof("cms", algorithm))

    def _refused(
        self, code: str, values: dict[str, str], certificate: Certificate | None = None, algorithm: str = ""
    ) -> Opened:
        claimed = self.content if isinstance(self.content, bytes) else None
        proof = Proof("cms", code, algorithm=algorithm)
        if certificate is not None:
            proof = certificate.proof("cms", algorithm, code)
        return Opened(None, proof, Fault(code, _START, values), claimed)

    def _named(self, signer: Any) -> dict[str, str]:
        """Subject and serial number of the certificate that it says it was made with."""
        serial = _serial(signer["sid"])
        subject = next(
            (each.subject.human_friendly for each in self.carried if each.serial_number == serial), "-"
        )
        return {"subject": subject, "serial": "-" if serial is None else f"{serial:x}"}


def _wrong(signer: Any, content: bytes, algorithm: hashes.HashAlgorithm, certificate: Certificate) -> str:
    """What is wrong with the signature; empty when it holds (RFC 5652, 5.4)."""
    attributes = signer["signed_attrs"]
    signed = content
    if attributes.native:
        by_type: dict[str, list[Any]] = {}
        for each in attributes:
            by_type.setdefault(each["type"].native, []).extend(each["values"])
        digests, kinds = by_type.get("message_digest", []), by_type.get("content_type", [])
        if len(digests) != 1 or len(kinds) != 1 or kinds[0].native != "data":
            return "its signed attributes are not those that CMS asks for"
        if not hmac.compare_digest(digests[0].native, _digest(content, algorithm)):
            return "the content was changed after it was signed"
        # Signed is the set in DER, under its own tag and not the one it has inside the structure.
        signed = attributes.untag().dump()
    key, value = certificate.x509.public_key(), signer["signature"].native
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme: padding.AsymmetricPadding = padding.PKCS1v15()
            if signer["signature_algorithm"]["algorithm"].native == "rsassa_pss":
                scheme = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
            key.verify(value, signed, scheme, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, signed, ec.ECDSA(algorithm))
    except InvalidSignature:
        return "it was not made with the key of its certificate, or was changed"
    return ""


def _allowed(method: Any, digest: str) -> bool:
    """Whether the signature algorithm is RSA or ECDSA, with the same hash as the digest."""
    name = method["algorithm"].native
    if name == "rsassa_pss":
        return bool(method["parameters"]["hash_algorithm"]["algorithm"].native == digest)
    return name in ("rsassa_pkcs1v15", f"{digest}_rsa", f"{digest}_ecdsa")


def _signer(signer: Any, certificates: Sequence[Certificate]) -> Certificate | None:
    """The pinned certificate that the signer names, by issuer and serial number or by key identifier."""
    sid = signer["sid"]
    for each in certificates:
        loaded = _certificate(each)
        if sid.name == "issuer_and_serial_number":
            issuer = sid.chosen["issuer"]
            if sid.chosen["serial_number"].native == loaded.serial_number and issuer == loaded.issuer:
                return each
        elif loaded.key_identifier is not None and sid.chosen.native == loaded.key_identifier:
            return each
    return None


def _certificate(certificate: Certificate) -> Any:
    return asn1_x509.Certificate.load(certificate.x509.public_bytes(Encoding.DER))


def _recipient(info: Any) -> int | None:
    """The serial number of the certificate that the content is encrypted for; None when it is named otherwise."""
    return _serial(info.chosen["rid"]) if info.name == "ktri" else None


def _serial(identifier: Any) -> int | None:
    """The serial number that a signer or recipient is named by; None when it is named by its key."""
    if identifier.name != "issuer_and_serial_number":
        return None
    return int(identifier.chosen["serial_number"].native)


def _digest(content: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    made = hashes.Hash(algorithm)
    made.update(content)
    return made.finalize()


def _cipher(info: Any) -> str:
    return str(info["content"]["encrypted_content_info"]["content_encryption_algorithm"]["algorithm"].native)


def _read(data: bytes) -> Any | None:
    """The structure in DER, BER or PEM; None when the bytes are none."""
    try:
        if data.lstrip()[:11] == b"-----BEGIN ":
            name, _, data = pem.unarmor(data)
            if name not in ("PKCS7", "CMS"):
                return None
        if data[:1] != b"\x30":
            return None
        info = asn1.ContentInfo.load(data)
        return info if info["content_type"].native in (_SIGNED, _ENVELOPED) else None
    except _BROKEN:
        return None


def _undecrypted(problem: str, certificate: Certificate | None = None) -> Opened:
    code = "decryption-failed"
    proof = Proof("encryption", code) if certificate is None else certificate.proof("encryption", "", code)
    return Opened(None, proof, Fault(code, _START, {"problem": problem}))
