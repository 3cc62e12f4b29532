"""Keys and certificates for tests, made when they are asked for; invented, and gone with the test."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edi_router.security.certificates import Certificate, OwnKey, PrivateKey

DAY = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
"""The day of the sample deployment's clock."""


@dataclass(frozen=True)
class Pair:
    """A key with its certificate."""

    own: OwnKey

    @property
    def certificate(self) -> Certificate:
        return self.own.certificate

    @property
    def key_pem(self) -> str:
        """The private key as text."""
        return self.own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@functools.cache
def _key(name: str, elliptic: bool) -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)


@functools.cache
def pair(name: str, *, elliptic: bool = False, since: int = -10, until: int = 365) -> Pair:
    """The pair of an invented firm, in force so many days from the sample day; the key is the same for one name."""
    key = _key(name, elliptic)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (invented)")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(DAY + timedelta(days=since))
        .not_valid_after(DAY + timedelta(days=until))
        .sign(key, hashes.SHA256())
    )
    return Pair(OwnKey(Certificate(certificate), key))
