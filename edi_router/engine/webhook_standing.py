"""How webhooks stand: for the command, the API and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edi_router.engine.webhooks import webhooks_of
from edi_router.ledger import Ledger
from edi_router.ledger.store import instant
from edi_router.ledger.tenancy import Viewer
from edi_router.ledger.webhooks import Hook
from edi_router.partners.webhooks import Webhook
from edi_router.pipeline.series import Exchange

LOOKS = 10
"""How many windows of events are looked through for the first that waits; what lies behind is found later."""
State = Literal["new", "told", "waiting", "failing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A webhook of the configuration, and how far it has been told."""

    partner: str
    id: str
    address: str
    """Without what follows the `?`: it may be a secret."""
    events: tuple[str, ...]
    state: State
    """`new`: the engine has not seen it yet; `waiting`: there is something to tell; `failing`: the last call failed."""
    last: datetime | None
    """When it was told something last."""
    waiting: datetime | None
    """When the oldest event happened that it is still to be told."""
    failures: int
    since: datetime | None
    again: datetime | None
    reason: str
    given_up: int


def standings(ledger: Ledger, configuration: Exchange, partner: str | None = None) -> list[Standing]:
    """The webhooks of all partners or of one, in the order of the configuration."""
    wanted = [each for each in webhooks_of(configuration) if partner in (None, each[0][0])]
    known = ledger.webhooks() if wanted else {}
    return [_standing(ledger, settings, viewer, known.get(name)) for name, settings, viewer in wanted]


def _standing(ledger: Ledger, settings: Webhook, viewer: Viewer, hook: Hook | None) -> Standing:
    address = settings.url.partition("?")[0]
    if hook is None:
        return Standing(
            viewer.partner, settings.id, address, settings.events, "new", None, None, 0, None, None, "", 0
        )
    waiting = _waiting(ledger, settings, viewer, hook.event)
    state: State = "failing" if hook.failures else "waiting" if waiting else "told"
    again = hook.again if hook.again is not None and hook.again > instant(ledger.now()) else None
    return Standing(
        viewer.partner, settings.id, address, settings.events, state, hook.last, waiting, hook.failures,
        hook.since if hook.failures else None, again, hook.reason, hook.dead,
    )  # fmt: skip


def _waiting(ledger: Ledger, settings: Webhook, viewer: Viewer, after: int) -> datetime | None:
    last = ledger.last_event()
    for _ in range(LOOKS):
        if after >= last:
            return None
        found, after = ledger.happened(viewer, settings.events, after, last, 1)
        if found:
            return found[0].at
    return None
