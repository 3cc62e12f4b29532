"""The ledger as processing asks it for file after file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from edi_router.ledger.acknowledging import Acknowledgements
from edi_router.ledger.answering import Answers
from edi_router.ledger.duplicates import Duplicates, prior
from edi_router.pipeline.model import LedgerView, Prior, Reference, Sent


class Viewing(Duplicates, Acknowledgements, Answers):
    """All that the pipeline may ask: its `LedgerView`."""

    @contextmanager
    def asked_often(self) -> Iterator[LedgerView]:
        """The view for many files, of one thread: to take a connection costs more than what is asked of every file.

        It may be of the moment of the first question: recording asks again for what came since the claim. No trip
        more than the questions on PostgreSQL; SQLite has less to do for each in a transaction. When the connection is
        lost, the question that finds it out raises OperationalError, and those after it are asked by others.
        """
        with self.read() if self.sqlite else self.ask() as connection:
            yield _AskedOften(self, connection)


class _AskedOften:
    """`LedgerView` that asks what is asked of every file by one connection, and the rest of the ledger."""

    def __init__(self, ledger: LedgerView, connection: Connection) -> None:
        self._ledger, self._connection = ledger, connection

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        if self._connection.invalidated:
            # The server went away under an earlier question, which has told that.
            return self._ledger.prior_interchange(
                partner, sender, recipient, control_reference, since, content
            )
        return prior(self._connection, partner, (sender, recipient, control_reference, content), since)

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        return self._ledger.sent_interchange(partner, sender, recipient, control_reference)

    def sent_document(self, partner: str, numbers: Sequence[Reference]) -> Sent | None:
        return self._ledger.sent_document(partner, numbers)
