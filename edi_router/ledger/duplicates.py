"""Interchanges met before: what processing may ask, and the guard when its outcome is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from edi_router.ledger import tables
from edi_router.ledger.store import Row, Store, instant, micros
from edi_router.pipeline.model import Prior

Key = tuple[str, str, str, str]
"""Sender, recipient, control reference and content (SHA-256) of an interchange."""


class Duplicates(Store):
    """`LedgerView` of the pipeline."""

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        """The accepted interchange with these references, or with the SHA-256 `content`, since then.

        An empty control reference names nothing: then only the content counts.
        """
        with self.read() as connection:
            recent = tables.interchange.c.received >= micros(since)
            row = find_accepted(connection, partner, (sender, recipient, control_reference, content), recent)
        if row is None:
            return None
        return Prior(row["id"], row["file"], instant(row["received"]), row["content"] == content)


def find_accepted(connection: Connection, partner: str, key: Key, among: ColumnElement[bool]) -> Row | None:
    """The accepted interchange of the partner with this content, else the latest with these references."""
    i = tables.interchange.c
    sender, recipient, control_reference, content = key
    base = (
        select(i.id, i.file, i.received, i.content)
        .where(i.partner == partner, i.decision == "accepted", among)
        .order_by(i.sequence.desc(), i.position)
        .limit(1)
    )
    row = connection.execute(base.where(i.content == content)).mappings().first()
    if row is None and control_reference:
        same = and_(i.sender == sender, i.recipient == recipient, i.control_reference == control_reference)
        row = connection.execute(base.where(same)).mappings().first()
    return None if row is None else dict(row)


def conflict(connection: Connection, partner: str, file: str, keys: Sequence[Key], seen: int) -> Row | None:
    """An interchange of another file, accepted since the claim saw `seen`, that one of these repeats."""
    i = tables.interchange.c
    for key in keys:
        row = find_accepted(connection, partner, key, and_(i.sequence > seen, i.file != file))
        if row is not None:
            return row
    return None
