"""X.509 certificates and private keys, read from PEM text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from edi_router.security.proof import Form, Proof

SHORTEST_RSA = 2048
"""Bits of an RSA key; shorter ones are refused."""
CURVES = ("secp256r1", "secp384r1", "secp521r1")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Unusable(ValueError):
    """A certificate or key that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with an RSA key of 2048 bits or more, or an elliptic one on a NIST curve."""

    x509: x509.Certificate
    name: str = ""
    """The file it came from."""

    @property
    def subject(self) -> str:
        """The distinguished name of its holder (RFC 4514)."""
        return self.x509.subject.rfc4514_string()

    @property
    def serial(self) -> str:
        """Its serial number, hexadecimal."""
        return f"{self.x509.serial_number:x}"

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, hexadecimal."""
        return self.x509.fingerprint(hashes.SHA256()).hex()

    @property
    def since(self) -> datetime:
        """From when on it is in force, UTC."""
        return self.x509.not_valid_before_utc

    @property
    def until(self) -> datetime:
        """Until when it is in force, UTC."""
        return self.x509.not_valid_after_utc

    @property
    def pem(self) -> str:
        """The certificate as text."""
        return self.x509.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def told(self) -> dict[str, str]:
        """What a fault tells of it."""
        return {
            "subject": self.subject, "serial": self.serial,
            "since": f"{self.since:%Y-%m-%d}", "until": f"{self.until:%Y-%m-%d}",
        }  # fmt: skip

    def in_force(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.since <= at <= self.until

    def proof(self, form: Form, algorithm: str = "", result: str = "valid") -> Proof:
        """What the ledger keeps of something that was done with this certificate."""
        return Proof(form, result, self.subject, self.serial, self.fingerprint, self.until, algorithm)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One of our private keys, with its certificate."""

    certificate: Certificate
    key: PrivateKey = field(repr=False)


def read_certificates(data: bytes, name: str = "") -> list[Certificate]:
    """The certificates of a PEM file. Raises Unusable when there is none, or one that cannot be used."""
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise Unusable(f"no certificate in PEM ({_brief(error)})") from None
    for each in found:
        _fit(each)
    return [Certificate(each, name) for each in found]


def read_key(data: bytes, passphrase: bytes | None, certificate: Certificate) -> OwnKey:
    """A private key in PEM, for its certificate. Raises Unusable, which quotes nothing of the key."""
    try:
        key = load_pem_private_key(data, passphrase)
    except TypeError:
        why = "it is encrypted and no passphrase is given" if passphrase is None else "it is not encrypted"
        raise Unusable(why) from None
    except ValueError:
        raise Unusable("no private key in PEM, or the passphrase is wrong") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Unusable("the key is neither RSA nor elliptic")
    if key.public_key() != certificate.x509.public_key():
        raise Unusable(f"the key is not that of the certificate {certificate.name or certificate.serial}")
    return OwnKey(certificate, key)


def by_fingerprint(certificates: Sequence[Certificate], wanted: x509.Certificate) -> Certificate | None:
    """The certificate among these that is `wanted`, byte for byte."""
    print_ = wanted.fingerprint(hashes.SHA256()).hex()
    return next((each for each in certificates if each.fingerprint == print_), None)


def _fit(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
        certificate.subject.rfc4514_string()
    except Exception as error:  # whatever is inside, the file is of no use
        raise Unusable(f"a certificate that cannot be read ({_brief(error)})") from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < SHORTEST_RSA:
            raise Unusable(f"an RSA key of {key.key_size} bits; {SHORTEST_RSA} are the least")
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise Unusable("a key that is neither RSA nor on one of the curves P-256, P-384, P-521")


def _brief(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
