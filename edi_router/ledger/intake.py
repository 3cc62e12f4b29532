"""Receiving: a drop becomes a file and its work in one transaction, once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.moves import Entry, canonical, enter, note
from edi_router.ledger.plain import every
from edi_router.ledger.store import PROCESS, Row, Store, Tx, micros
from edi_router.version import __version__

_f = tables.file.c
_MET = (
    select(_f.identity, _f.counter, _f.id, _f.removed)
    .where(_f.identity.in_(bindparam("wanted", expanding=True)))
    .order_by(_f.counter)
)
_BEGUN = (
    update(tables.partner_state)
    .where(tables.partner_state.c.partner == bindparam("v_partner"))
    .values(receiving=tables.partner_state.c.receiving + 1)
    .returning(tables.partner_state.c.receiving)
)


@dataclass(frozen=True, slots=True)
class Drop:
    """A file as it was met at a channel, its bytes already in the archive.

    `modified` is the time the channel tells, as an aware instant or as integer microseconds.
    """

    partner: str
    channel: str
    name: str
    size: int
    modified: datetime | int
    sha256: str

    @property
    def stamp(self) -> int:
        """`modified` in microseconds."""
        return micros(self.modified) if isinstance(self.modified, datetime) else self.modified

    def identity(self) -> str:
        """What makes two meetings one drop."""
        return hashlib.sha256(
            canonical([self.channel, self.name, self.size, self.stamp, self.sha256]).encode()
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The file that a drop became; `known` when it was received before and is still to be removed."""

    file_id: str
    known: bool


class Intake(Store):
    """The verbs of receiving."""

    def receive(
        self,
        partner: str,
        channel: str,
        name: str,
        size: int,
        modified: datetime | int,
        sha256: str,
        config_digest: str,
    ) -> Receipt:
        """Register a drop whose bytes are in the archive.

        A drop met again (same channel, name, size, time and content) whose removal is not recorded is known:
        the caller finishes the removal and nothing is received twice. After a recorded removal the same drop
        is a new file.
        """
        return self.receive_all([Drop(partner, channel, name, size, modified, sha256)], config_digest)[0]

    @again
    def begin_receiving(self, partner: str) -> int:
        """Be the one who receives from a partner; returns the fence, which ends that of whoever did before."""
        with self.write() as tx:
            tx.insert_missing(tables.partner_state, [{"partner": partner}])
            return int(tx.connection.execute(_BEGUN, {"v_partner": partner}).scalar_one())

    @again
    def receive_all(
        self, drops: Sequence[Drop], config_digest: str, fence: int | None = None
    ) -> list[Receipt]:
        """`receive` for many drops, of one partner, in one transaction.

        With the `fence` of `begin_receiving` it raises Fenced when somebody else has begun since: that one may have
        received these drops and recorded their removal, and they would seem new.
        """
        try:
            return self._receive_all(drops, config_digest, fence)
        except IntegrityError:  # another process registered one of them meanwhile: now it is known
            return self._receive_all(drops, config_digest, fence)

    def _receive_all(self, drops: Sequence[Drop], config_digest: str, fence: int | None) -> list[Receipt]:
        with self.write() as tx:
            if fence is not None:
                _hold(tx, {drop.partner for drop in drops}, fence)
            return receive_in(tx, drops, config_digest)

    @again
    def removed(self, *file_ids: str) -> None:
        """Record that the drops of these files are gone from their channels."""
        with self.write() as tx:
            rows = tx.lock(tables.file, file_ids)
            for file_id in file_ids:
                if file_id not in rows:
                    raise NotFound(f"no file {file_id}")
            new = [file_id for file_id in rows if rows[file_id]["removed"] is None]
            if new:
                tx.update(tables.file, [{"id": file_id, "removed": tx.now} for file_id in new])
            note(tx, "file", [rows[file_id] for file_id in new], "removed")


def _hold(tx: Tx, partners: set[str], fence: int) -> None:
    for partner, row in tx.lock(tables.partner_state, partners, "partner").items():
        if row["receiving"] != fence:
            raise Fenced(f"{partner} is received from under fence {row['receiving']}, not {fence}")


def receive_in(tx: Tx, drops: Sequence[Drop], config_digest: str) -> list[Receipt]:
    """`receive_all` within a transaction."""
    latest: dict[str, tuple[int, str, bool]] = {}  # identity -> counter, file, removed
    identities = [drop.identity() for drop in drops]
    for start in range(0, len(identities), 500):
        wanted = {"wanted": identities[start : start + 500]}
        for identity, counter, file_id, removed in every(tx.connection, _MET, wanted):
            latest[identity] = (counter, file_id, removed is not None)
    entries: list[Entry] = []
    works: list[Row] = []
    receipts: list[Receipt] = []
    for drop, identity in zip(drops, identities, strict=True):
        counter, file_id, gone = latest.get(identity, (-1, "", True))
        if not gone:
            receipts.append(Receipt(file_id, known=True))
            continue
        counter += 1
        file_id = hashlib.sha256(canonical([identity, counter]).encode()).hexdigest()[:24]
        latest[identity] = (counter, file_id, False)
        row = {
            "id": file_id, "identity": identity, "counter": counter, "partner": drop.partner,
            "channel": drop.channel, "name": drop.name, "size": drop.size, "modified": drop.stamp,
            "sha256": drop.sha256, "received": tx.now, "removed": None, "format": None, "state": "in_work",
            "reason": "", "config": config_digest, "engine": __version__, "inside": None,
        }  # fmt: skip
        entries.append(Entry(row, "received", {"channel": drop.channel, "name": drop.name}))
        works.append({"kind": "file", "file": file_id, "partner": drop.partner, "state": "pending"})
        receipts.append(Receipt(file_id, known=False))
    enter(tx, "file", entries)
    tx.insert(tables.work, works)
    for partner in {str(row["partner"]) for row in works}:
        tx.nudge(PROCESS, partner)
    return receipts
