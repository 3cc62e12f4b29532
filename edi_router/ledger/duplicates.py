"""Interchanges met before: what processing may ask, and the guard when its outcome is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from edi_router.ledger import tables
from edi_router.ledger.store import Row, Store, instant, micros
from edi_router.pipeline.model import Prior

Key = tuple[str, str, str]
"""Sender, recipient and control reference of an interchange."""


class Duplicates(Store):
    """`LedgerView` of the pipeline."""

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        """The accepted interchange with these references, or with the SHA-256 `content`, since then.

        An empty control reference names nothing: then only the content counts. Of a file with the same
        content, other interchanges do not count when one of its own has these references.
        """
        with self.read() as connection:
            recent = tables.interchange.c.received >= micros(since)
            row = find_accepted(connection, partner, (sender, recipient, control_reference), content, recent)
        if row is None:
            return None
        return Prior(row["id"], row["file"], instant(row["received"]), row["sha256"] == content)


def find_accepted(
    connection: Connection, partner: str, key: Key, content: str, among: ColumnElement[bool]
) -> Row | None:
    """The latest accepted interchange of the partner with this key, else with this content, `among` some."""
    i, f = tables.interchange.c, tables.file.c
    sender, recipient, control_reference = key
    same = and_(i.sender == sender, i.recipient == recipient, i.control_reference == control_reference)
    base = (
        select(i.id, i.file, i.received, f.sha256)
        .join(tables.file, f.id == i.file)
        .where(i.partner == partner, i.decision == "accepted", among)
        .order_by(i.sequence.desc(), i.position)
        .limit(1)
    )
    if control_reference:
        row = connection.execute(base.where(same)).mappings().first()
        if row is not None:
            return dict(row)
        alike = select(i.id).join(tables.file, f.id == i.file).where(i.partner == partner)
        if connection.execute(alike.where(f.sha256 == content, same).limit(1)).first() is not None:
            return None
    row = connection.execute(base.where(f.sha256 == content)).mappings().first()
    return None if row is None else dict(row)


def conflict(connection: Connection, partner: str, file: Row, keys: Sequence[Key], seen: int) -> Row | None:
    """An interchange of another file, accepted since the claim saw `seen`, that one of these repeats."""
    i = tables.interchange.c
    for key in keys:
        row = find_accepted(
            connection, partner, key, file["sha256"], and_(i.sequence > seen, i.file != file["id"])
        )
        if row is not None:
            return row
    return None
