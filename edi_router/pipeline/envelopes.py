"""How the EDIFACT interchanges look that we send to partners."""

from __future__ import annotations

from dataclasses import replace

from edi_router.formats.edifact.writer import Envelope
from edi_router.partners import Partner
from edi_router.partners.model import Identification
from edi_router.partners.settings import Settings


class Envelopes:
    """The envelopes to partners, each made once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], tuple[Partner, Settings, Envelope]] = {}

    def to(self, partner: Partner, settings: Settings, test: bool) -> Envelope:
        """That of `envelope_to`."""
        known = self._known.get((partner.id, test))
        if known is None or known[0] is not partner or known[1] is not settings:
            known = partner, settings, envelope_to(partner, settings, test)
            self._known[partner.id, test] = known
        return known[2]


def envelope_to(to: Partner, settings: Settings, test: bool) -> Envelope:
    """How an EDIFACT interchange from us to the partner looks; without an identification it is named by its id."""
    ours = settings.identifications[0]
    named = to.identifications[0] if to.identifications else Identification(id=to.id)
    envelope = to.edifact.envelope((ours.id, ours.qualifier), (named.id, named.qualifier), test=test)
    return replace(envelope, encoding=envelope.encoding or to.encoding)
