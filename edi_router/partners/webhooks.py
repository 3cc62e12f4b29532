"""Who is told at once of what happened: the `webhooks:` part of a partner file (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from edi_router.config import ConfigNode, Model, YesNo, did_you_mean, listed, place_of
from edi_router.faults import Fault
from edi_router.partners.channels import Variable, web_address

if TYPE_CHECKING:
    from edi_router.partners.model import Partner

EVENTS = (
    "file.received", "file.processed", "file.held", "file.failed",
    "message.accepted", "message.completed", "message.held", "message.released", "message.rejected",
    "message.duplicate",
    "output.delivered", "output.failed", "output.acknowledged",
    "register.changed",
)  # fmt: skip
"""What may be told of."""
EventName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(EVENTS)})]
"""One of `EVENTS`; another one is a finding of lint, with the name that may be meant."""


class Secret(Model):
    """Where a secret is: base64 of 24 to 64 bytes, in the environment or in a file that only its owner may read."""

    env: Variable | None = None
    file: str | None = Field(default=None, min_length=1)
    """Relative to the workspace, mode 600."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("needs exactly one of env and file")
        return self


class Webhook(Model):
    """An address of the partner that is called for each event that it chose, in their order."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,34}$")
    url: str = Field(max_length=2000)
    events: Annotated[tuple[EventName, ...], BeforeValidator(listed), Field(min_length=1)]
    secrets: Annotated[tuple[Secret, ...], BeforeValidator(listed), Field(min_length=1, max_length=2)]
    """What calls are signed with; two while one is changed for the other."""
    plain_http: YesNo = False
    """Whether `url` may begin with http://: what is told can then be read on the way."""
    ca_file: str | None = Field(default=None, min_length=1)
    """The authorities that are believed instead of the machine's; relative to the workspace."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=30)
    """To connect takes no longer than this, nor does a call with its answer, however slowly it comes."""

    @model_validator(mode="after")
    def _address(self) -> Self:
        web_address(self.url, ("https", "http") if self.plain_http else ("https",))
        return self


def lint_webhooks(partner: Partner, node: ConfigNode) -> list[Fault]:
    """Every event must be one that there is, and every webhook of a partner has a name of its own."""
    faults: list[Fault] = []
    names: set[str] = set()
    for index, hook in enumerate(partner.webhooks):
        faults += _events(hook.events, node, index)
        if hook.id in names:
            place = place_of(node, ["webhooks", index, "id"])
            faults.append(Fault("partner-twice", place, {"what": hook.id, "other": partner.id}))
        names.add(hook.id)
    return faults


def _events(events: Sequence[str], node: ConfigNode, index: int) -> list[Fault]:
    return [
        Fault(
            "config-unknown-name",
            place_of(node, ["webhooks", index, "events", number]),
            {"what": "event", "name": name},
            hint=did_you_mean(name, EVENTS),
        )
        for number, name in enumerate(events)
        if name not in EVENTS
    ]
