"""What a look at a signature or an encryption came to, as the ledger keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edi_router.faults import Fault

VALID = "valid"
Form = Literal["xml", "cms", "encryption"]
"""An enveloped XML signature, a signature by CMS (S/MIME), or an encryption by CMS."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One signature or encryption: of what form, by or for whom, and whether it holds."""

    form: Form
    result: str = VALID
    """`valid`, or the code of the fault."""
    subject: str = ""
    """The distinguished name in the certificate (RFC 4514); empty when none could be told."""
    serial: str = ""
    """The certificate's serial number, hexadecimal."""
    fingerprint: str = ""
    """SHA-256 of the certificate, hexadecimal."""
    until: datetime | None = None
    """When the certificate expires, UTC."""
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Bytes taken out of a signature or an encryption; None where there is nothing that can be trusted or read."""

    content: bytes | None
    proof: Proof
    fault: Fault | None = None
    claimed: bytes | None = None
    """What stands inside although it is not proven: only to tell its sender what is rejected."""
