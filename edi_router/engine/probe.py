"""A try whether a partner's channel answers: opened, listed and closed, within a time that can be waited for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from edi_router.engine.workspace import Workspace
from edi_router.partners.channels import ChannelSettings, HttpSettings, SftpSettings
from edi_router.pipeline.configuration import Configuration
from edi_router.transports import ChannelError, open_channel

PATIENCE = 15.0
"""Seconds after which a channel that has said nothing counts as one that does not answer."""
_PROBE = ".edi-router-check"
"""A name that no file of the inbox has: asking for its size shows whether the inbox can be read."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of a try."""

    partner: str
    state: Literal["ok", "inactive", "no-channel", "silent", "failed"]
    kind: str = ""
    """Of the channel."""
    waiting: int = 0
    """Files in the partner's outbox."""
    problem: Exception | None = None
    """What the channel said when it failed."""


def probe(
    workspace: Workspace, configuration: Configuration, partner: str, patience: float = PATIENCE
) -> Probed:
    """Open the channel of a partner and look into its outbox and inbox; nothing is changed there or here.

    It takes no longer than `patience` seconds. A channel that is silent for longer is left to its own time limit.
    Raises KeyError when no partner has this id.
    """
    status = configuration.directory.partners[partner].status
    if not status.active:
        return Probed(partner, "inactive", str(status))
    settings = workspace.channel(configuration, partner)
    if settings is None:
        return Probed(partner, "no-channel")
    found: list[Probed] = []
    bugs: list[Exception] = []

    def look() -> None:
        try:
            found.append(_look(workspace, partner, _hurried(settings, patience)))
        except Exception as error:  # raised below, where somebody waits for it
            bugs.append(error)

    thread = threading.Thread(target=look, name=f"probe {partner}", daemon=True)
    thread.start()
    thread.join(patience)
    if bugs:
        raise bugs[0]
    return found[0] if found else Probed(partner, "silent", settings.kind)


def _hurried(settings: ChannelSettings, patience: float) -> ChannelSettings:
    """The same with a time limit of its own that is no longer."""
    if isinstance(settings, SftpSettings | HttpSettings) and settings.timeout_seconds > patience:
        return settings.model_copy(update={"timeout_seconds": patience})
    return settings


def _look(workspace: Workspace, partner: str, settings: ChannelSettings) -> Probed:
    try:
        with open_channel(settings, base=workspace.root) as channel:
            waiting = len(channel.drops())
            channel.inbox_size(_PROBE)
    except (ChannelError, OSError) as error:
        return Probed(partner, "failed", settings.kind, problem=error)
    return Probed(partner, "ok", settings.kind, waiting)
