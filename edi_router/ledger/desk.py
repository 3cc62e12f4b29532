"""The operator's desk: retry, pause, resume, release, reject. Each decision is kept with who and why."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from edi_router.ledger import tables
from edi_router.ledger.batched import batches_of, follow, retry_rejected
from edi_router.ledger.clocks import give_up_answers
from edi_router.ledger.errors import NotFound, Refused
from edi_router.ledger.moves import Change, change, note
from edi_router.ledger.refusing import close_interchange, write_refusal
from edi_router.ledger.states import TABLES
from edi_router.ledger.store import PROCESS, Row, Store, Tx
from edi_router.pipeline.model import FileOutcome


class Desk(Store):
    """The verbs of an operator."""

    def retry(self, id: str, by: str = "", reason: str = "") -> int:
        """Try again what was given up; returns how many things that are.

        `id` is a delivery, an output (its deliveries), a file or message (its failed work, and the failed
        deliveries of what was made from it). Where nothing has failed, what a partner has rejected out of a batch
        is collected again. Raises NotFound, and Refused when nothing of it has failed.
        """
        with self.write() as tx:
            if not _exists(tx, id):
                raise NotFound(f"nothing has the id {id}")
            count = self._retry_work(tx, id) + self._retry_deliveries(tx, id) or retry_rejected(tx, id)
            if not count:
                raise Refused(f"nothing of {id} has failed")
            decided(tx, "retry", id, "retry", by, reason)
        return count

    def waive(self, output: str, reason: str, by: str = "") -> int:
        """Wait no longer for answers to an output; how many levels that were waited for, which count as late.

        Raises NotFound when there is no such output, Refused when nothing is waited for.
        """
        with self.write() as tx:
            rows = tx.lock(tables.output, [output])
            if not rows:
                raise NotFound(f"no output {output}")
            count = give_up_answers(tx, output)
            if not count:
                raise Refused(f"no answer to {output} is waited for")
            note(tx, "output", list(rows.values()), "answers waived", {"reason": reason})
            decided(tx, "output", output, "waive", by, reason)
        return count

    def pause(self, partner: str, reason: str, by: str = "") -> None:
        """Process and deliver nothing more of a partner (or to a destination `partner/place`); receive on."""
        self._pause(partner, 1, reason, by)

    def resume(self, partner: str, by: str = "", reason: str = "") -> None:
        """Undo `pause`."""
        self._pause(partner, 0, reason, by)

    def paused_partners(self) -> dict[str, str]:
        """The paused partners and why."""
        p = tables.partner_state.c
        with self.read() as connection:
            query = select(p.partner, p.reason).where(p.paused == 1).order_by(p.partner)
            return {row[0]: row[1] for row in connection.execute(query)}

    def release(self, id: str, by: str, reason: str) -> None:
        """Have a held message (or a held file) processed again."""
        with self.write() as tx:
            kind, row = _held(tx, id)
            release_held(tx, kind, row, by, reason)
            decided(tx, kind, id, "release", by, reason)

    def reject(self, id: str, by: str, reason: str, refusal: FileOutcome | None = None) -> None:
        """Refuse a held message for good; or close a held or failed file, that nothing can be made of.

        `refusal` is what follows from it: acknowledgements to the sender, moves of registers. All of it is
        written together with the rejection. Raises Refused when the message is not held (any more), and Conflict
        when an entry of a register has been moved since `refusal` was made.
        """
        with self.write() as tx:
            kind, row = _held(tx, id, failed=True)
            if kind == "message":
                close_interchange(tx, row)
                if refusal is not None:
                    write_refusal(tx, row, refusal)
            detail = {"by": by, "reason": reason}
            to = "rejected" if kind == "message" else "processed"
            change(tx, kind, [Change(row, to, "rejected", detail, {"reason": reason})])
            if kind == "file":
                w = tables.work
                works = tx.connection.scalars(select(w.c.id).where(w.c.file == id, w.c.state == "failed"))
                change(tx, "work", [Change(work, "done") for work in tx.lock(w, works).values()])
            decided(tx, kind, id, "reject", by, reason)

    def note(self, kind: str, subject: str, what: str, detail: Mapping[str, object] | None = None) -> None:
        """Write an event that changes no state, of anything: `kind` may be `partner`, `engine` …"""
        with self.write() as tx:
            table = TABLES.get(kind)
            row = tx.lock(table, [subject]).get(subject) if table is not None else None
            row = row or {"id": subject, "partner": subject if kind == "partner" else ""}
            note(tx, kind, [row], what, detail)

    def _pause(self, partner: str, paused: int, reason: str, by: str) -> None:
        p = tables.partner_state
        with self.write() as tx:
            tx.insert_missing(p, [{"partner": partner}])
            tx.connection.execute(
                update(p).where(p.c.partner == partner).values(paused=paused, reason=reason if paused else "")
            )
            decided(tx, "partner", partner, "pause" if paused else "resume", by, reason)

    def _retry_work(self, tx: Tx, id: str) -> int:
        w = tables.work
        query = select(w.c.id).where(w.c.state == "failed", (w.c.file == id) | (w.c.message == id))
        return len(retry_works(tx, tx.lock(w, tx.connection.scalars(query))))

    def _retry_deliveries(self, tx: Tx, id: str) -> int:
        d, o, mo = tables.delivery, tables.output, tables.message_output
        made = select(mo.c.output).where(mo.c.message == id)
        member = o.alias("member").c
        around = select(member.batch).where(
            (member.id == id) | (member.file == id), member.batch.is_not(None)
        )
        query = (
            select(d.c.id)
            .join(o, o.c.id == d.c.output)
            .where(
                d.c.state == "failed",
                (d.c.id == id) | (o.c.id == id) | (o.c.file == id) | o.c.id.in_(made) | o.c.id.in_(around),
            )
        )
        return len(retry_deliveries(tx, tx.lock(d, tx.connection.scalars(query))))


def retry_works(tx: Tx, locked: Mapping[int, Row]) -> list[Row]:
    """Put failed work back; which of these rows had failed. An engine finds it by itself."""
    works = [row for row in locked.values() if row["state"] == "failed"]
    change(tx, "work", [Change(row, "pending", values={"due": 0}) for row in works])
    files = tx.lock(tables.file, (row["file"] for row in works if row["kind"] == "file"))
    change(tx, "file", [Change(row, "in_work", "retried", values={"reason": ""}) for row in files.values()])
    return works


def retry_deliveries(tx: Tx, locked: Mapping[str, Row]) -> list[Row]:
    """Deliver again what was given up; which of these rows had failed."""
    rows = [row for row in locked.values() if row["state"] == "failed"]
    change(tx, "delivery", [Change(row, row["again"], values={"next_attempt": tx.now}) for row in rows])
    outputs = tx.lock(tables.output, (row["output"] for row in rows))
    change(tx, "output", [Change(row, "waiting", "retried") for row in outputs.values()])
    follow(tx, batches_of(outputs.values()), "waiting", "retried")
    return rows


def release_held(tx: Tx, kind: str, row: Row, by: str, reason: str) -> None:
    """Have a held file or message processed again; `row` is its locked row."""
    id = row["id"]
    work = {"kind": kind, "file": row["file"] if kind == "message" else id, "partner": row["partner"]}
    work |= {"message": id if kind == "message" else None, "state": "pending"}
    tx.insert(tables.work, [work])
    tx.nudge(PROCESS, row["partner"])
    to = "released" if kind == "message" else "in_work"
    change(tx, kind, [Change(row, to, "released", {"by": by, "reason": reason})])


def _exists(tx: Tx, id: str) -> bool:
    kinds = (tables.file, tables.message, tables.output, tables.delivery)
    return any(
        tx.connection.scalar(select(table.c.id).where(table.c.id == id)) is not None for table in kinds
    )


def _held(tx: Tx, id: str, failed: bool = False) -> tuple[str, Row]:
    for kind, table in (("message", tables.message), ("file", tables.file)):
        row = tx.lock(table, [id]).get(id)
        if row is not None:
            if row["state"] == "held" or (failed and kind == "file" and row["state"] == "failed"):
                return kind, row
            raise Refused(f"{kind} {id} is {row['state']}, not held")
    raise NotFound(f"no message or file {id}")


def decided(tx: Tx, kind: str, subject: str, verb: str, by: str, reason: str) -> None:
    """Keep who decided what, and why."""
    row = {"kind": kind, "subject": subject, "verb": verb, "by": by, "reason": reason}
    tx.insert(tables.decision, [row | {"at": tx.now, "date": tx.date}])
