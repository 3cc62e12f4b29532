"""Unpacking: a packed file comes to its end, and each of its members becomes a file and its work, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.errors import Fenced, NotFound
from edi_router.ledger.moves import Change, Entry, canonical, change, enter
from edi_router.ledger.store import PROCESS, Row, Store, Tx
from edi_router.version import __version__


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A member of a packed file, its bytes already in the archive."""

    name: str
    """As it is in the packed file."""
    size: int
    sha256: str


class Unpacking(Store):
    """The verb of unpacking."""

    @again
    def unpacked(
        self, work_id: int, fence: int, packing: str, members: Sequence[Unpacked], config: str
    ) -> list[str]:
        """Record what was in a packed file; returns the ids of the files that its members became.

        They follow from the file and the place of a member in it. Raises Fenced when the claim is lost; done again under
        the same fence it changes nothing.
        """
        with self.write() as tx:
            work = tx.lock(tables.work, [work_id]).get(work_id)
            if work is None:
                raise NotFound(f"no work {work_id}")
            if work["fence"] != fence or work["state"] not in ("claimed", "done"):
                raise Fenced(f"work {work_id} is {work['state']} under {work['fence']}, not {fence}")
            file = tx.lock(tables.file, [work["file"]])[work["file"]]
            rows = [_row(tx, file, place, member, config) for place, member in enumerate(members, start=1)]
            if work["state"] == "claimed":
                self._write(tx, work, file, packing, rows)
        return [str(row["id"]) for row in rows]

    def _write(self, tx: Tx, work: Row, file: Row, packing: str, rows: Sequence[Row]) -> None:
        enter(tx, "file", [
            Entry(row, "received", {"channel": row["channel"], "name": row["name"], "inside": file["id"]})
            for row in rows
        ])  # fmt: skip
        partner = file["partner"]
        works = [{"kind": "file", "file": row["id"], "partner": partner, "state": "pending"} for row in rows]
        tx.insert(tables.work, works)
        tx.nudge(PROCESS, partner)
        change(tx, "work", [Change(work, "done", values={"reason": ""})])
        values = {"format": packing, "reason": "", "config": rows[0]["config"], "engine": __version__}
        change(tx, "file", [Change(file, "processed", "unpacked", {"members": len(rows)}, values)])


def _row(tx: Tx, file: Row, place: int, member: Unpacked, config: str) -> Row:
    """The row of a member: it came when the packed file came, and there is nowhere to remove it from."""
    identity = hashlib.sha256(canonical([file["id"], place]).encode()).hexdigest()
    return {
        "id": hashlib.sha256(canonical([identity, 0]).encode()).hexdigest()[:24], "identity": identity,
        "counter": 0, "partner": file["partner"], "channel": file["channel"],
        "name": f"{file['name']}/{member.name}", "size": member.size, "modified": file["modified"],
        "sha256": member.sha256, "received": file["received"], "removed": tx.now, "format": None, "state": "in_work",
        "reason": "", "config": config, "engine": __version__, "inside": file["id"],
    }  # fmt: skip
