"""The ledger as the later interchanges of a file see it: with those before them, which are not recorded yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from edi_router.pipeline.model import (
    Decision,
    Incoming,
    InterchangeOutcome,
    LedgerView,
    Prior,
    Reference,
    Sent,
)


class SoFar:
    """The ledger as it will be when the interchanges before, of the same file, are recorded."""

    def __init__(self, ledger: LedgerView, incoming: Incoming) -> None:
        self.ledger = ledger
        self.incoming = incoming
        self.accepted: list[InterchangeOutcome] = []

    def add(self, outcome: InterchangeOutcome) -> None:
        """Let the interchange have been recorded; only an accepted one can be repeated."""
        if outcome.decision is Decision.ACCEPTED:
            self.accepted.append(outcome)

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        """The interchange that this one repeats: one before it in the file, else as the ledger says."""
        for other in reversed(self.accepted):
            same = (other.sender, other.recipient, other.control_reference)
            if other.content == content or (
                control_reference and same == (sender, recipient, control_reference)
            ):
                return Prior(other.id, self.incoming.id, self.incoming.received, other.content == content)
        return self.ledger.prior_interchange(partner, sender, recipient, control_reference, since, content)

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        """As the ledger says: nothing is sent while a file is processed."""
        return self.ledger.sent_interchange(partner, sender, recipient, control_reference)

    def sent_document(self, partner: str, numbers: Sequence[Reference]) -> Sent | None:
        """As the ledger says: nothing is sent while a file is processed."""
        return self.ledger.sent_document(partner, numbers)
