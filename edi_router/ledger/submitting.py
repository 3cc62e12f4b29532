"""Submitting: a file handed over in a request becomes a file and its work, once for each key."""

from __future__ import annotations

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.errors import Refused
from edi_router.ledger.intake import Drop, Receipt, receive_in
from edi_router.ledger.moves import note
from edi_router.ledger.store import Store

CHANNEL = "request"
"""The channel of what was handed over in a request, by the console or the API."""
LONGEST = 200
"""Characters of a key."""


class Submitting(Store):
    """The verb of submitting."""

    @again
    def submit(
        self, partner: str, key: str, name: str, size: int, sha256: str, config_digest: str
    ) -> Receipt:
        """Register a file of a partner whose bytes are in the archive, under a key that the partner chose for it.

        The same key with the same bytes is the same file: `known`, and nothing is received twice. Raises Refused when
        the key was used for other bytes, and ValueError for a key that is empty or too long.
        """
        if not 0 < len(key) <= LONGEST:
            raise ValueError(f"a key has 1 to {LONGEST} characters")
        s = tables.submission
        with self.write() as tx:
            if not tx.insert_once(s, {"partner": partner, "key": key, "sha256": sha256}):
                query = select(s.c.sha256, s.c.file).where(s.c.partner == partner, s.c.key == key)
                known = tx.connection.execute(query).one()
                if known.sha256 != sha256:
                    raise Refused(f"the key {key} was used for another content")
                return Receipt(known.file, known=True)
            drop = Drop(partner, CHANNEL, f"{key}/{name}", size, tx.now, sha256)
            [receipt] = receive_in(tx, [drop], config_digest)
            named = update(s).where(s.c.partner == partner, s.c.key == key)
            tx.connection.execute(named.values(file=receipt.file_id))
            rows = tx.lock(tables.file, [receipt.file_id])
            gone = update(tables.file).where(tables.file.c.id == receipt.file_id)
            tx.connection.execute(gone.values(removed=tx.now, name=name))
            note(tx, "file", list(rows.values()), "removed")
            return receipt
