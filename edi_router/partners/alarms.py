"""Where alarms are told: the `alarms:` part of a deployment's settings.

Every channel says from which severity on it is told, of which partners, and after how long: a channel with `after` is
the escalation, told of what is still open then. Secrets are named by environment variables, as in partner files.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edi_router.config import Model, listed
from edi_router.partners.channels import Variable
from edi_router.partners.spans import Span

Severity = Literal["warning", "critical"]


class _Told(Model):
    """What every channel says."""

    severity: Severity = "warning"
    """The least severity that is told."""
    partners: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Only alarms of these partners; none named: all alarms."""
    after: Span | None = None
    """Only what is still open after so long."""
    language: Literal["en", "zh"] = "en"


class LogChannel(_Told):
    """The engine's log."""

    kind: Literal["log"] = "log"


class FileChannel(_Told):
    """A folder, below the workspace if relative: a JSON file for each alarm, and for its end."""

    kind: Literal["folder"] = "folder"
    folder: str = Field(default="alarms", min_length=1)


class WebhookChannel(_Told):
    """An HTTP POST of JSON. With `secret_env` it is signed: `X-Signature: sha256=` HMAC of the body in hexadecimal."""

    kind: Literal["webhook"] = "webhook"
    url: str
    secret_env: Variable | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=300)

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value


class MailChannel(_Told):
    """E-mail by SMTP."""

    kind: Literal["mail"] = "mail"
    server: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str = Field(min_length=3)
    to: Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
    user: str | None = None
    password_env: Variable | None = None
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)

    @model_validator(mode="after")
    def _login(self) -> Self:
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env go together")
        if self.user is not None and self.security == "none":
            raise ValueError("a password is not sent without starttls or tls")
        return self


AlarmChannel = Annotated[LogChannel | FileChannel | WebhookChannel | MailChannel, Field(discriminator="kind")]


def _log_only() -> dict[str, AlarmChannel]:
    return {"log": LogChannel()}


class AlarmSettings(Model):
    """Who is told of alarms, and when a partner counts as out of reach."""

    channels: dict[str, AlarmChannel] = Field(default_factory=_log_only)
    failures: int = Field(default=3, ge=1, le=1000)
    """After how many failures in a row a partner that cannot be reached is an alarm."""
    attempts: int = Field(default=20, ge=1, le=1000)
    """How often it is tried to tell a channel."""
