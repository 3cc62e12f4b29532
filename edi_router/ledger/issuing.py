"""Documents that we make of our own accord, not of a message: files of ours, in the archive and the books like others.

Such a file is known by what it is for, so issuing it again (after a crash, by another node) changes nothing. Its
document goes through the outbox, as every output does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, select

from edi_router.ledger import tables
from edi_router.ledger.moves import Entry, canonical, enter
from edi_router.ledger.store import Store
from edi_router.ledger.striking import write_later
from edi_router.pipeline.model import Output, OutputKind
from edi_router.version import __version__

OURSELVES = "router"
"""The sender of such files; no partner can have this id."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A document of our own for a partner."""

    about: str
    """What it is, once and for all: `books/CUS-QD/2026-03-14`."""
    partner: str
    name: str
    """The file name, without the id that makes it unique."""
    format: str
    content: bytes
    type: str = ""


class Issuing(Store):
    """The verb of documents of our own."""

    def issued(self, about: str) -> bool:
        """Whether a document was issued already."""
        with self.read() as connection:
            return _known(connection, _identity(about))

    def issue(self, issued: Issue, config: str) -> bool:
        """Write a document into the outbox; False when it was issued before. Its bytes are in the archive already."""
        identity = _identity(issued.about)
        sha256 = hashlib.sha256(issued.content).hexdigest()
        file = identity[:24]
        with self.write() as tx:
            if _known(tx.connection, identity):
                return False
            row = {
                "id": file, "identity": identity, "counter": 0, "partner": OURSELVES, "channel": OURSELVES,
                "name": issued.name, "size": len(issued.content), "modified": tx.now, "sha256": sha256,
                "received": tx.now, "removed": tx.now, "format": issued.format, "state": "processed", "reason": "",
                "config": config, "engine": __version__,
            }  # fmt: skip
            enter(tx, "file", [Entry(row, "issued", {"about": issued.about})])
            interchange = {
                "id": f"{file}-1", "file": file, "position": 1, "format": issued.format, "partner": OURSELVES,
                "sender": OURSELVES, "recipient": issued.partner, "control_reference": "", "content": sha256,
                "decision": "accepted", "test": 0, "duplicate_of": None, "sequence": 0, "received": tx.now,
                "config": config, "engine": __version__,
            }  # fmt: skip
            tx.insert(tables.interchange, [interchange])
            output = Output(
                f"{file}-1-1", OutputKind.DOCUMENT, issued.partner, issued.name, issued.format, issued.content,
                type=issued.type,
            )  # fmt: skip
            write_later(tx, file, f"{file}-1", [output], config)
            return True


def _identity(about: str) -> str:
    return hashlib.sha256(canonical([OURSELVES, about]).encode()).hexdigest()


def _known(connection: Connection, identity: str) -> bool:
    found = select(tables.file.c.id).where(tables.file.c.identity == identity)
    return connection.scalar(found) is not None
