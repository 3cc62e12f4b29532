"""The port behind which an engine stands: the embedded one, in one process, and the distributed one, on many hosts.

The ledger's rows are the truth; a job is only a nudge that says for whom there is something to do. So an engine may
forget everything: `sweep` finds the work again. What is done for a partner is the same for both: `steps.Steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from edi_router.ledger.store import Nudge


class Engine(Protocol):
    """What the rest of the product asks of an engine."""

    def enqueue(self, connection: Connection, nudges: Sequence[Nudge]) -> None:
        """Announce work in the transaction that writes its rows; nothing is announced if it rolls back."""
        ...

    def work(self) -> int:
        """Do the work that is due now; returns how many steps were done."""
        ...

    def sweep(self) -> int:
        """Take up rows that nobody works on any more; returns how many there were."""
        ...
