"""How a partner is reached: the `channel:` part of a partner file.

Only the settings live here; the channels themselves are `edi_router.transports`. *Outbox* is the folder the
partner fills and we empty, *inbox* the folder we fill. Secrets are never written in a partner file: it names
an environment variable or a key file.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edi_router.config import Model, listed

_FINGERPRINT = re.compile(r"(?:(?P<type>[a-z0-9@.-]+) )?SHA256:(?P<digest>[A-Za-z0-9+/]{43})=?")
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"

Variable = Annotated[str, Field(pattern=_VARIABLE)]
"""The name of an environment variable."""


def web_address(url: str, schemes: Sequence[str]) -> str:
    """The address itself. Raises ValueError when it is none of these schemes, or has what no address here may have."""
    parts = urlsplit(url)
    fine = (
        parts.scheme in schemes and parts.hostname and url.isascii() and url.isprintable() and " " not in url
    )
    if not fine or "@" in parts.netloc or parts.fragment:
        begins = " or ".join(f"{each}://" for each in schemes)
        raise ValueError(f"must be an address that begins with {begins} and has no user, password or #")
    if not -1 < (443 if parts.port is None else parts.port) < 65536:
        raise ValueError("has no such port")
    return url


class _Folders(Model):
    """What every kind of channel says: its two folders, and when a file in the outbox is whole.

    A drop is taken when its size and time have not changed for `wait_seconds`; with `marker` (such as
    ``.done``) only once a file of the same name and this ending stands beside it. Both hold together.
    """

    outbox: str = "out"
    inbox: str = "in"
    wait_seconds: float = Field(default=10.0, ge=0)
    marker: str = Field(default="", pattern=r"^(?:\.[A-Za-z0-9_-]+)?$")


class FolderSettings(_Folders):
    """A folder of this machine (or one mounted on it): `root` with the outbox and the inbox below it."""

    kind: Literal["folder"] = "folder"
    root: str = ""


class SftpSettings(_Folders):
    """A folder on the partner's SFTP server.

    `host_key` pins the server's key: a line of its public key file (``ssh-ed25519 AAAA…``) or a fingerprint
    (``SHA256:…``, or ``ssh-ed25519 SHA256:…`` when the server has keys of several types); a list while the
    partner changes keys. There is no trust on first use. Exactly one of `password_env`, `key_file` and
    `key_env` (the private key's text in an environment variable) says how to log in.
    """

    kind: Literal["sftp"] = "sftp"
    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    password_env: Variable | None = None
    key_file: str | None = Field(default=None, min_length=1)
    key_env: Variable | None = None
    passphrase_env: Variable | None = None
    host_key: Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
    timeout_seconds: float = Field(default=30.0, gt=0, le=3600)
    keepalive_seconds: int = Field(default=30, ge=0, le=3600)
    name_encoding: Literal["utf-8", "gb18030"] = "utf-8"

    @field_validator("host_key")
    @classmethod
    def _pinned(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            if not _is_host_key(key):
                raise ValueError("must be a public key line (ssh-ed25519 AAAA…) or a fingerprint (SHA256:…)")
        return keys

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        given = [name for name in ("password_env", "key_file", "key_env") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("needs exactly one of password_env, key_file, key_env")
        if self.passphrase_env is not None and given == ["password_env"]:
            raise ValueError("passphrase_env goes with key_file or key_env")
        return self


class HttpSettings(_Folders):
    """The partner's HTTPS service: each document is a request of its own to `url`.

    Nothing is fetched: what the partner sends it hands in at our API (docs/api.md), so `outbox`, `inbox`, `wait_seconds`
    and `marker` mean nothing here. The service's certificate is always verified, against `ca_file` where there is one.
    We are known by a token (`token_env` or `token_file`), by a certificate (`certificate_file` with `key_file`), or both.
    """

    kind: Literal["http"] = "http"
    url: str = Field(max_length=2000)
    method: Literal["POST", "PUT"] = "POST"
    ca_file: str | None = Field(default=None, min_length=1)
    token_env: Variable | None = None
    token_file: str | None = Field(default=None, min_length=1)
    certificate_file: str | None = Field(default=None, min_length=1)
    key_file: str | None = Field(default=None, min_length=1)
    timeout_seconds: float = Field(default=30.0, gt=0, le=3600)

    @field_validator("url")
    @classmethod
    def _https(cls, url: str) -> str:
        return web_address(url, ("https",))

    @model_validator(mode="after")
    def _known_by(self) -> Self:
        if self.token_env is not None and self.token_file is not None:
            raise ValueError("needs only one of token_env, token_file")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file go together")
        if self.token_env is None and self.token_file is None and self.key_file is None:
            raise ValueError(
                "needs a token (token_env, token_file) or a certificate (certificate_file, key_file)"
            )
        return self


class MemorySettings(_Folders):
    """A channel in memory, for tests: all channels of the same `name` share one store."""

    kind: Literal["memory"] = "memory"
    name: str = Field(min_length=1)
    wait_seconds: float = Field(default=0.0, ge=0)


ChannelSettings = Annotated[
    FolderSettings | HttpSettings | SftpSettings | MemorySettings, Field(discriminator="kind")
]
"""The settings of any channel; `kind` says which."""


def split_host_key(key: str) -> tuple[str | None, bytes | None, str | None]:
    """A pinned key as (type, key bytes, SHA-256 digest in base64): a key line or a fingerprint.

    >>> split_host_key("ssh-ed25519 SHA256:" + "A" * 43)[0::2] == ("ssh-ed25519", "A" * 43)
    True

    Raises ValueError when it is neither.
    """
    fingerprint = _FINGERPRINT.fullmatch(key.strip())
    if fingerprint:
        return fingerprint["type"], None, fingerprint["digest"]
    parts = key.split()
    if len(parts) < 2:
        raise ValueError(f"no key and no fingerprint: {key}")
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    name = parts[0].encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name):
        raise ValueError(f"the key is not of type {parts[0]}")
    return parts[0], blob, None


def _is_host_key(key: str) -> bool:
    try:
        split_host_key(key)
    except ValueError:
        return False
    return True
