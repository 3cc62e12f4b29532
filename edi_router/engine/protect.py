"""What leaves, signed and encrypted as its partner's file says; and our private keys, from where the settings say.

The outbox keeps documents as they were made. They are signed and encrypted when they are delivered, by the keys and
certificates of that day; the archive keeps the bytes that left, the ledger who signed them and for whom they were
encrypted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edi_router.engine.workspace import WorkspaceError
from edi_router.ledger import Archive, ClaimedDelivery, Ledger
from edi_router.partners.security import KeySettings, Protection
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.unwrap import shape_of
from edi_router.security.proof import Proof
from edi_router.transports import ChannelError


@dataclass(frozen=True, slots=True)
class Protector:
    """Signs and encrypts the deliveries of one engine."""

    ledger: Ledger
    archive: Archive
    configuration: Configuration
    clock: Callable[[], datetime]

    def outgoing(self, delivery: ClaimedDelivery) -> bytes:
        """The bytes that leave; the content as it is when the partner's file asks for nothing.

        What is signed or encrypted is in the archive and in the ledger before it is handed out. Raises ChannelError
        when it cannot be done, and Fenced when the claim is lost.
        """
        partner = self.configuration.directory.partners.get(delivery.partner)
        if partner is None:
            return delivery.content
        asked = self._asked(delivery, partner.security.send if partner.security is not None else Protection())
        proofs: list[Proof] = []
        content = delivery.content
        shape = shape_of(content)
        forms = [form for each in asked if (form := each.form(shape)) is not None]
        if forms:
            content = self._signed(delivery, content, forms[0] if len(set(forms)) == 1 else "cms", proofs)
        if any(each.encrypted and each.covers(shape) for each in asked):
            names = partner.security.certificates if partner.security is not None else ()
            content = self._encrypted(delivery, content, names, proofs)
        if proofs:
            sha256, _ = self.archive.put(content)
            self.ledger.protected(delivery.id, delivery.fence, sha256, proofs)
        return content

    def _asked(self, delivery: ClaimedDelivery, usual: Protection) -> list[Protection]:
        """What is asked for it by the agreements of the messages it was made of, `usual` where one says nothing.

        What was made of several, such as a batch, is signed and encrypted if it is asked for by one of them.
        """
        directory = self.configuration.directory
        if not directory.protects:
            return [usual]
        found = self.ledger.agreements_of(delivery.output)
        return [directory.protects.get(each, usual) for each in found] or [usual]

    def _signed(self, delivery: ClaimedDelivery, content: bytes, form: str, proofs: list[Proof]) -> bytes:
        from edi_router.security import cms, xml_signature

        if not self.configuration.keys:
            raise _cannot(delivery, "edi-router.yaml names no keys")
        own = self.configuration.keys[0]
        if not own.certificate.in_force(self.clock()):
            raise _cannot(delivery, f"our certificate {own.certificate.name} is not in force")
        if form == "xml":
            proofs.append(own.certificate.proof("xml"))
            return xml_signature.sign(content, own)
        proofs.append(own.certificate.proof("cms"))
        return cms.sign(content, own)

    def _encrypted(
        self, delivery: ClaimedDelivery, content: bytes, names: tuple[str, ...], proofs: list[Proof]
    ) -> bytes:
        from edi_router.security import cms

        now = self.clock()
        given = [each for name in names for each in self.configuration.certificates[name]]
        certificate = next((each for each in given if each.in_force(now)), None)
        if certificate is None:
            raise _cannot(delivery, "none of the partner's certificates is in force")
        try:
            sealed = cms.encrypt(content, certificate)
        except ValueError as error:
            raise _cannot(delivery, str(error)) from None
        proofs.append(certificate.proof("encryption", "aes256_cbc"))
        return sealed


def with_keys(configuration: Configuration, root: Path) -> Configuration:
    """The configuration with the private keys that its settings name, read from below `root` or the environment.

    Raises WorkspaceError when one cannot be read, is not that of its certificate, or may be read by others.
    """
    if not configuration.settings.keys:
        return configuration
    from edi_router.security.certificates import OwnKey, Unusable, read_key

    keys: list[OwnKey] = []
    for settings in configuration.settings.keys:
        text, passphrase, where = _secret(settings, root)
        try:
            keys.append(read_key(text, passphrase, configuration.certificates[settings.certificate][0]))
        except Unusable as error:
            raise WorkspaceError(f"the private key in {where} cannot be used: {error}") from None
    return replace(configuration, keys=tuple(keys))


def _secret(settings: KeySettings, root: Path) -> tuple[bytes, bytes | None, str]:
    """The key's text, its passphrase and where it was found."""
    passphrase = _variable(settings.passphrase_env) if settings.passphrase_env is not None else None
    if settings.key_env is not None:
        return _variable(settings.key_env), passphrase, settings.key_env
    path = root / str(settings.key_file)
    try:
        if path.stat().st_mode & 0o077:
            raise WorkspaceError(f"others may read {path}; run: chmod 600 {path}")
        return path.read_bytes(), passphrase, str(path)
    except OSError as error:
        raise WorkspaceError(f"the private key {path} cannot be read: {error.strerror}") from None


def _variable(name: str) -> bytes:
    value = os.environ.get(name)
    if not value:
        raise WorkspaceError(f"the environment variable {name} is not set")
    return value.encode()


def _cannot(delivery: ClaimedDelivery, problem: str) -> ChannelError:
    return ChannelError("delivery-unprotected", partner=delivery.partner, problem=problem)
