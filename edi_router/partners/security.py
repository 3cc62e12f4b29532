"""What a partner's documents are signed and encrypted with: the `security:` part of a partner file, and our own keys.

Certificates are text files below `certificates/` of the workspace, part of the configuration set. Private keys are
never part of it: they come from a file that nobody else may read, or from the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from edi_router.config import ConfigNode, Model, Tree, YesNo, listed, place_of
from edi_router.faults import Fault, Place
from edi_router.partners.channels import Variable

if TYPE_CHECKING:
    from edi_router.partners.model import Partner
    from edi_router.partners.settings import Settings
    from edi_router.security.certificates import Certificate

FOLDER = "certificates"
CertificateName = Annotated[str, Field(pattern=rf"^{FOLDER}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$")]
"""A file below `certificates/`."""
Signature = Literal["none", "xml", "cms"]
Shape = Literal["xml", "edifact", "flat"]


class Protection(Model):
    """How files are signed and encrypted in one direction.

    `signature: xml` is an enveloped XML signature in XML documents and CMS around everything else.
    """

    signature: Signature = "none"
    encrypted: YesNo = False
    of: Annotated[tuple[Shape, ...], BeforeValidator(listed)] = ()
    """The shapes of files that it is about; empty for all."""

    def covers(self, shape: str) -> bool:
        """Whether it is about files of a shape: `xml`, `edifact`, or `flat` for everything else."""
        return not self.of or shape in self.of

    def form(self, shape: str) -> Literal["xml", "cms"] | None:
        """How a file of this shape is signed; None when it is not."""
        if self.signature == "none" or not self.covers(shape):
            return None
        return "xml" if self.signature == "xml" and shape == "xml" else "cms"


class Security(Model):
    """What a partner signs and encrypts, and what is signed and encrypted for it."""

    certificates: Annotated[tuple[CertificateName, ...], BeforeValidator(listed)] = ()
    """Its certificates; while it changes them the old and the new one. What is for it is encrypted for the first
    that is in force."""
    receive: Protection = Protection()
    send: Protection = Protection()

    @model_validator(mode="after")
    def _needed(self) -> Self:
        if not self.certificates and (self.receive.signature != "none" or self.send.encrypted):
            raise ValueError("needs the partner's certificates")
        return self


class AgreementSecurity(Model):
    """What holds for the documents of one agreement, instead of what the partners' files say.

    `receive` is asked of who sends them, by its own certificates; `send` is done to what is made of them, for whoever gets
    it, by its certificates. What is left out is as the partners' files say.
    """

    receive: Protection | None = None
    send: Protection | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.receive is None and self.send is None:
            raise ValueError("must say receive or send")
        return self


class KeySettings(Model):
    """A key pair of ours: the certificate that partners have, and where its private key is."""

    certificate: CertificateName
    key_file: str | None = Field(default=None, min_length=1)
    """A PEM file, relative to the workspace, that only its owner may read (mode 600)."""
    key_env: Variable | None = None
    """Or the environment variable that holds the PEM text."""
    passphrase_env: Variable | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.key_file is None) == (self.key_env is None):
            raise ValueError("needs exactly one of key_file and key_env")
        return self


def lint_security(partner: Partner, node: ConfigNode, partners: Sequence[Partner]) -> list[Fault]:
    """Who is named as recipient of what an agreement encrypts must have certificates to encrypt for."""
    known = {each.id for each in partners if each.security is not None and each.security.certificates}
    here = {each.id for each in partners}
    faults: list[Fault] = []
    for index, agreement in enumerate(partner.agreements):
        send = agreement.security.send if agreement.security is not None else None
        if send is None or not send.encrypted:
            continue
        for to in (delivery.to.partner for delivery in agreement.deliver):
            if to is not None and to in here and to not in known:
                place = place_of(node, ["agreements", index, "security", "send", "encrypted"])
                problem = f"{to} has no certificates to encrypt for"
                faults.append(
                    Fault("config-value", place, {"key": "encrypted", "value": "yes", "problem": problem})
                )
    return faults


def load_certificates(
    tree: Tree, partners: Sequence[Partner], settings: Settings | None
) -> tuple[dict[str, tuple[Certificate, ...]], list[Fault]]:
    """The certificates that partners and settings name, by file; a fault for each file that cannot be used."""
    found: dict[str, tuple[Certificate, ...]] = {}
    faults: list[Fault] = []
    for file, name in _named(tree, partners, settings):
        if name in found:
            continue
        from edi_router.security.certificates import Unusable, read_certificates

        try:
            found[name] = tuple(read_certificates(tree.read(name), name))
        except FileNotFoundError:
            faults.append(
                Fault("certificate-unusable", Place(file), {"file": name, "problem": "the file is missing"})
            )
        except (Unusable, OSError) as error:
            faults.append(Fault("certificate-unusable", Place(file), {"file": name, "problem": str(error)}))
    return found, faults


def expired_certificates(
    tree: Tree, certificates: Mapping[str, Sequence[Certificate]], now: datetime
) -> list[Fault]:
    """A warning for each certificate that is not in force any more."""
    return [
        Fault(
            "certificate-expired",
            Place(tree.display(name)),
            {"file": name, "until": f"{each.until:%Y-%m-%d}"},
        )
        for name, found in certificates.items()
        for each in found
        if each.until < now
    ]


def _named(tree: Tree, partners: Sequence[Partner], settings: Settings | None) -> Iterator[tuple[str, str]]:
    """The file that names a certificate, and the certificate's own."""
    for partner in partners:
        for name in partner.security.certificates if partner.security is not None else ():
            yield tree.display(f"partners/{partner.id}.yaml"), name
    for key in settings.keys if settings is not None else ():
        yield tree.display("edi-router.yaml"), key.certificate
