"""Clocks of registers in the ledger: what time did to an entry, recorded as moves by documents are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.moves import enter
from edi_router.ledger.registering import RegisterMoves
from edi_router.ledger.rows import Numbers, build_later
from edi_router.ledger.store import Store, Tx
from edi_router.pipeline.model import Output
from edi_router.registers import Moved
from edi_router.version import __version__


class Striking(Store):
    """The verb that applies what a clock did."""

    @again
    def record_struck(self, moved: Moved, outputs: Sequence[Output], config: str) -> None:
        """Move the entry and make its documents, in one transaction.

        The documents belong to the message that made the entry. Raises Conflict when the entry has been moved
        since it was read; nothing is written then.
        """
        assert moved.before is not None
        message = moved.before.message
        with self.write() as tx:
            lock_streams(tx, outputs)
            moves = RegisterMoves(tx, [moved])
            moves.add([(moved, message, moved.before.entered_by)])
            moves.write()
            if not outputs:
                return
            m = tables.message.c
            row = tx.connection.execute(select(m.file, m.interchange).where(m.id == message)).one()
            write_later(tx, row.file, row.interchange, outputs, config)


def lock_streams(tx: Tx, outputs: Iterable[Output]) -> dict[str, int]:
    """The last control numbers that envelopes need, locked; before any entry, as where a file is recorded."""
    streams = sorted({each.unsealed.stream for each in outputs if each.unsealed is not None})
    tx.insert_missing(tables.control_number, [{"stream": stream} for stream in streams])
    return {key: found["last"] for key, found in tx.lock(tables.control_number, streams, "stream").items()}


def write_later(tx: Tx, file: str, interchange: str, outputs: Sequence[Output], config: str) -> None:
    """Write outputs of an interchange that was recorded long before, with the numbers of their envelopes."""
    numbers = Numbers(lock_streams(tx, outputs))
    common = {"now": tx.now, "config": config, "engine": __version__}
    rows = build_later(file, interchange, common, outputs, numbers)
    enter(tx, "output", rows.outputs)
    tx.insert(tables.content, rows.contents)
    tx.insert_missing(tables.message_output, rows.links)
    tx.insert_missing(tables.output_reference, rows.known_by)
    tx.insert_missing(tables.clock, rows.clocks)
    enter(tx, "delivery", rows.deliveries)
    n = tables.control_number
    for stream, last in numbers.last.items():
        tx.connection.execute(update(n).where(n.c.stream == stream).values(last=last))
