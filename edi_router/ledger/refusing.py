"""What follows from the rejection of a held message: its acknowledgements, and the moves of its registers."""

from __future__ import annotations

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.registering import RegisterMoves, moves_of
from edi_router.ledger.rows import outputs_of
from edi_router.ledger.store import Row, Tx
from edi_router.ledger.striking import lock_streams, write_later
from edi_router.pipeline.model import FileOutcome


def close_interchange(tx: Tx, message: Row) -> None:
    """Let what was refused come again, mended: an interchange of which nothing else is left counts as rejected."""
    m, i = tables.message, tables.interchange
    others = select(m.c.id).where(
        m.c.interchange == message["interchange"], m.c.id != message["id"], m.c.state != "rejected"
    )
    if tx.connection.scalar(others.limit(1)) is None:
        tx.connection.execute(
            update(i)
            .where(i.c.id == message["interchange"], i.c.decision == "accepted")
            .values(decision="rejected")
        )


def write_refusal(tx: Tx, message: Row, refusal: FileOutcome) -> None:
    """Write what the refusal of the message made, in the transaction that rejects it.

    Raises Conflict when an entry of a register has been moved since; nothing must be written then.
    """
    outputs = list(outputs_of(refusal))
    lock_streams(tx, outputs)
    moves = moves_of(refusal, message["partner"])
    applied = RegisterMoves(tx, (moved for moved, _, _ in moves))
    applied.add(moves)
    applied.write()
    if outputs:
        write_later(tx, message["file"], message["interchange"], outputs, message["config"])
