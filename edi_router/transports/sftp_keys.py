"""Keys of SFTP channels: the pinned host key, and our own secret from where the settings say."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from paramiko import ECDSAKey, Ed25519Key, PasswordRequiredException, PKey, RSAKey, SSHException

from edi_router.partners.channels import SftpSettings, split_host_key
from edi_router.transports.problems import ChannelError

_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned host key: its type where known, and the key itself or its fingerprint."""

    type: str | None
    blob: bytes | None
    digest: str | None

    @classmethod
    def parse(cls, text: str) -> Pin:
        """Read a public key line or a fingerprint."""
        return cls(*split_host_key(text))

    def matches(self, key: PKey) -> bool:
        """Whether the server's key is the pinned one."""
        if self.type is not None and key.get_name() != self.type:
            return False
        if self.blob is not None:
            return key.asbytes() == self.blob
        return fingerprint(key) == f"SHA256:{self.digest}"

    def __str__(self) -> str:
        digest = fingerprint_of(self.blob) if self.blob is not None else f"SHA256:{self.digest}"
        return f"{self.type} {digest}" if self.type else digest


def fingerprint(key: PKey) -> str:
    """The key's fingerprint as OpenSSH shows it."""
    return fingerprint_of(key.asbytes())


def fingerprint_of(blob: bytes) -> str:
    """The fingerprint of a public key given as bytes.

    >>> fingerprint_of(b"")
    'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def signature_types(pins: Iterable[Pin], supported: Iterable[str]) -> tuple[str, ...]:
    """The host key algorithms to ask the server for, so that it shows a key of a pinned type."""
    known = tuple(supported)
    wanted = [pin.type for pin in pins]
    if None in wanted:
        return known
    names = {name for kind in wanted if kind for name in _SIGNATURES.get(kind, (kind,))}
    return tuple(name for name in known if name in names)


def password(settings: SftpSettings) -> str | None:
    """The password, when the settings name one."""
    return _variable(settings.password_env) if settings.password_env else None


def private_key(settings: SftpSettings, base: Path) -> PKey:
    """Our private key, from its file or the environment."""
    passphrase = _variable(settings.passphrase_env) if settings.passphrase_env else None
    if settings.key_file is not None:
        where = str(base / settings.key_file)
        try:
            text = Path(where).read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            problem = error.strerror if isinstance(error, OSError) else "no text"
            raise ChannelError("channel-secret", secret=where, problem=str(problem)) from error
    else:
        assert settings.key_env is not None
        where = settings.key_env
        text = _variable(where)
    return _parse(text, passphrase, where)


def _parse(text: str, passphrase: str | None, where: str) -> PKey:
    problem = "no private key of a known type (Ed25519, ECDSA, RSA)"
    for kind in (Ed25519Key, ECDSAKey, RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except PasswordRequiredException:
            problem = "it is encrypted and passphrase_env is not given"
            break
        except (SSHException, ValueError, IndexError):
            continue
    if passphrase is not None:
        problem += ", or the passphrase is wrong"
    raise ChannelError("channel-secret", secret=where, problem=problem)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ChannelError("channel-secret", secret=name, problem="the environment variable is not set")
    return value
