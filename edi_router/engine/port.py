"""The port behind which an engine stands: the embedded one now, a distributed one beside it later.

The ledger's rows are the truth; a job is only a nudge that carries ids. So an engine may forget everything:
`sweep` finds the work again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection


class Engine(Protocol):
    """What the rest of the product asks of an engine."""

    def enqueue(self, connection: Connection, work: Sequence[str]) -> None:
        """Announce work rows in the transaction that writes them; nothing is announced if it rolls back."""
        ...

    def work(self) -> int:
        """Do the work that is due now; returns how many steps were done."""
        ...

    def sweep(self) -> int:
        """Take up rows that nobody works on any more; returns how many there were."""
        ...
