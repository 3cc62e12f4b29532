"""Recording what processing came to: an outcome in one transaction, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam, delete, select, update

from edi_router.ledger import tables
from edi_router.ledger.acknowledging import acknowledge
from edi_router.ledger.again import again
from edi_router.ledger.answering import adopt, answer
from edi_router.ledger.clocks import ANSWER
from edi_router.ledger.duplicates import Key, conflict
from edi_router.ledger.errors import Conflict, Fenced, NotFound, Refused
from edi_router.ledger.moves import Change, Entry, change, enter
from edi_router.ledger.outbox import complete
from edi_router.ledger.parts import answers_all, recorded
from edi_router.ledger.registering import RegisterMoves, moves_of
from edi_router.ledger.rows import Known, Numbers, Rows, build, outputs_of
from edi_router.ledger.store import Row, Store, Tx
from edi_router.pipeline.model import Decision, FileOutcome
from edi_router.version import __version__

_n, _p = tables.control_number, tables.partner_state
_COUNTED = update(_n).where(_n.c.stream == bindparam("v_stream")).values(last=bindparam("v_last"))
_RECORDED = update(_p).where(_p.c.partner == bindparam("v_partner")).values(sequence=bindparam("v_sequence"))


@dataclass(frozen=True, slots=True)
class Recordable:
    """An outcome, the claim it was made under, and the digest of the configuration that made it."""

    work_id: int
    fence: int
    outcome: FileOutcome
    config: str | None = None


class Recording(Store):
    """The verb that applies an outcome."""

    def record(self, work_id: int, fence: int, outcome: FileOutcome, config: str | None = None) -> None:
        """Write everything an outcome says, in one transaction.

        Raises Fenced when the claim is lost, Conflict when the same interchange was accepted since the claim
        (process the file again, under the same claim), and whatever sealing an envelope raises; nothing is
        written then. Doing it again under the same fence changes nothing.
        """
        problem = self.record_all([Recordable(work_id, fence, outcome, config)])[0]
        if problem is not None:
            raise problem

    @again
    def record_all(self, items: Sequence[Recordable]) -> list[Exception | None]:
        """`record` for many in one transaction; what could not be recorded is left out and told.

        Each was made with the moves of those before it in view: where one that moves registers is left out, those
        after it are left out with Conflict.
        """
        with self.write() as tx:
            batch = _Batch(tx, items, self.lease)
            results: list[Exception | None] = []
            missing = False
            for item in items:
                before = dict(batch.numbers.last)
                try:
                    if missing:
                        raise Conflict("what an earlier file of the batch did to registers is not recorded")
                    batch.add(item)
                    results.append(None)
                except Exception as problem:
                    if isinstance(problem, Conflict):
                        batch.conflicted.append(item.work_id)
                    batch.numbers.last = before
                    missing = missing or bool(moves_of(item.outcome, ""))
                    results.append(problem)
            batch.write()
        return results


@dataclass(slots=True)
class _Accepted:
    references: dict[tuple[str, str, str], str] = field(default_factory=dict)  # references -> file
    contents: dict[str, str] = field(default_factory=dict)  # sha256 -> file


class _Batch:
    """The outcomes of one transaction."""

    def __init__(self, tx: Tx, items: Sequence[Recordable], lease: int) -> None:
        self.tx = tx
        self.lease = lease
        self.works = tx.lock(tables.work, (item.work_id for item in items))
        partners = sorted({row["partner"] for row in self.works.values()})
        tx.insert_missing(tables.partner_state, [{"partner": partner} for partner in partners])
        self.partners = {
            k: r["sequence"] for k, r in tx.lock(tables.partner_state, partners, "partner").items()
        }
        self.files = tx.lock(tables.file, (row["file"] for row in self.works.values()))
        self.numbers = Numbers(_streams(tx, items))
        self.first = dict(self.numbers.last)
        self.moves = RegisterMoves(
            tx, (moved for item in items for moved, _, _ in moves_of(item.outcome, ""))
        )
        self.accepted: dict[str, _Accepted] = {}
        self.rows = Rows()
        self.done: dict[int, Change] = {}
        self.going: list[Change] = []
        """Work on large files, of which another slice is recorded."""
        self.conflicted: list[int] = []
        self.processed: list[Change] = []
        self._used: set[str] = set()

    def add(self, item: Recordable) -> None:
        work = self.works.get(item.work_id)
        if work is None:
            raise NotFound(f"no work {item.work_id}")
        if work["fence"] != item.fence or work["state"] not in ("claimed", "done"):
            raise Fenced(f"work {item.work_id} is {work['state']} under {work['fence']}, not {item.fence}")
        if work["state"] == "done" or item.work_id in self.done:
            return
        file = self.files[work["file"]]
        if item.outcome.file != file["id"]:
            raise Refused(f"the outcome is of file {item.outcome.file}, the work of {file['id']}")
        keys = self._guard(work, file, item.outcome)
        known = self._known(work, item.outcome) if work["kind"] == "message" else None
        config = item.config if item.config is not None else file["config"]
        common = {"now": self.tx.now, "config": config, "engine": __version__}
        outcome = self._untold(item.outcome)
        rows = build(file, common, outcome, self.partners[work["partner"]] + 1, self.numbers, known)
        moves = moves_of(item.outcome, work["partner"])
        if known is not None:
            moves = [each for each in moves if each[1] in known.messages]
        self.moves.add(moves)
        self.rows.extend(rows)
        self._used.add(work["partner"])
        self._accept(work["partner"], file, keys)
        part = item.outcome.part
        if part is not None and not part.last:  # more of the file is to come, under the same claim
            self.going.append(Change(work, "claimed", values={"due": self.tx.now + self.lease}))
            return
        self.done[item.work_id] = Change(work, "done", values={"reason": ""})
        if known is None:
            before = (0, 0, 0) if part is None else recorded(self.tx, file["id"])
            held = part is None and item.outcome.decision is Decision.HELD
            reason = item.outcome.faults[0].code if held and item.outcome.faults else ""
            self.processed.append(Change(
                file, "held" if held else "processed", "held" if held else "processed",
                {
                    "interchanges": before[0] + len(rows.interchanges),
                    "messages": before[1] + len(rows.messages),
                    "outputs": before[2] + len(rows.outputs),
                },
                {"format": item.outcome.format, "reason": reason, "config": config, "engine": __version__},
            ))  # fmt: skip

    def _untold(self, outcome: FileOutcome) -> FileOutcome:
        """The outcome without what an earlier try has told: a file that was released may be as unreadable as before."""
        if not outcome.told:
            return outcome
        o = tables.output.c.id
        known = set(self.tx.connection.scalars(select(o).where(o.in_([each.id for each in outcome.told]))))
        return replace(outcome, told=tuple(each for each in outcome.told if each.id not in known))

    def _guard(self, work: Row, file: Row, outcome: FileOutcome) -> list[Key]:
        found: list[tuple[Decision, Key]] = [
            (i.decision, (i.sender, i.recipient, i.control_reference, i.content or file["sha256"]))
            for i in outcome.interchanges
            if i.decision in (Decision.ACCEPTED, Decision.REJECTED)
            and (outcome.part is None or outcome.part.begins)
        ]
        keys = [key for decision, key in found if decision is Decision.ACCEPTED]
        if not found or work["kind"] == "message":  # a person released it, and knows
            return keys
        mine = self.accepted.get(work["partner"], _Accepted())
        # Also what was rejected may repeat an earlier file of the batch: by what that did to registers it was.
        twins = {mine.contents.get(key[3]) for _, key in found}
        twins |= {mine.references.get(key[:3]) for _, key in found}
        twins -= {None, file["id"]}
        # With the number that the claim saw, nothing of this partner was recorded since.
        since = work["seen"] != self.partners[work["partner"]]
        if twins or (since and conflict(self.tx.connection, work["partner"], file["id"], keys, work["seen"])):
            raise Conflict(f"an interchange of file {file['id']} was accepted from another file meanwhile")
        return keys

    def _accept(self, partner: str, file: Row, keys: list[Key]) -> None:
        if keys:
            mine = self.accepted.setdefault(partner, _Accepted())
            mine.references |= {key[:3]: file["id"] for key in keys if key[2]}
            mine.contents |= {key[3]: file["id"] for key in keys}

    def _known(self, work: Row, outcome: FileOutcome) -> Known:
        locked = self.tx.lock(tables.message, [work["message"]])
        released = {key: row for key, row in locked.items() if row["state"] == "released"}
        if work["message"] not in {m.id for i in outcome.interchanges for m in i.messages}:
            raise Refused(f"the outcome says nothing of the released message {work['message']}")
        made = tables.output.c
        outputs = self.tx.connection.scalars(select(made.id).where(made.file == work["file"]))
        pending = (entry.row["id"] for entry in self.rows.outputs)
        return Known(
            self.tx.lock(tables.interchange, (i.id for i in outcome.interchanges)),
            released, frozenset((*outputs, *pending)),
        )  # fmt: skip

    def write(self) -> None:
        tx, rows = self.tx, self.rows
        tx.insert(tables.interchange, rows.interchanges)
        tx.insert_missing(tables.interchange, rows.unread)
        if rows.decided:
            self._decide(rows.decided)
        enter(tx, "message", rows.messages)
        if rows.redone:
            again = [redone.row["id"] for redone in rows.redone]
            for table, column in (
                (tables.fault, tables.fault.c.subject),
                (tables.reference, tables.reference.c.message),
                (tables.visible_to, tables.visible_to.c.message),
            ):
                tx.connection.execute(delete(table).where(column.in_(again)))
            change(tx, "message", rows.redone)
        enter(tx, "output", rows.outputs)
        tx.insert(tables.content, rows.contents)
        tx.insert_missing(tables.message_output, rows.links)
        for interchange, output in rows.answering:
            answers_all(tx, interchange, output)
        # Each a microsecond after the one before: that is the order in which they are delivered.
        enter(tx, "delivery", [
            Entry({**each.row, "made": each.row["made"] + place}, each.what, each.detail)
            for place, each in enumerate(rows.deliveries)
        ])  # fmt: skip
        tx.insert(tables.reference, rows.references)
        tx.insert(tables.visible_to, rows.visible)
        # A file that was released tells its faults anew.
        files = {fault["subject"] for fault in rows.faults if fault["kind"] == "file"}
        if files:
            f = tables.fault.c
            tx.connection.execute(delete(tables.fault).where(f.kind == "file", f.subject.in_(files)))
        tx.insert(tables.fault, rows.faults)
        tx.insert_missing(tables.output_reference, rows.known_by)
        tx.insert_missing(tables.clock, rows.clocks)
        tx.insert(tables.proof, rows.proofs)
        complete(tx, (redone.row["id"] for redone in rows.redone))
        if rows.arrived:
            acknowledge(tx, rows.arrived)
        if rows.answered:
            answer(tx, rows.answered)
        self._adopt()
        self.moves.write()
        change(tx, "work", [*self.done.values(), *self.going])
        change(tx, "file", self.processed)
        for stream, last in self.numbers.last.items():
            if last != self.first[stream]:
                tx.connection.execute(_COUNTED, {"v_stream": stream, "v_last": last})
        for partner in sorted(self._used):
            tx.connection.execute(_RECORDED, {"v_partner": partner, "v_sequence": self.partners[partner] + 1})
        for work_id in self.conflicted:  # it will process again, and see all that is written here
            partner, w = self.works[work_id]["partner"], tables.work
            seen = self.partners[partner] + (partner in self._used)
            tx.connection.execute(update(w).where(w.c.id == work_id).values(seen=seen))

    def _adopt(self) -> None:
        """Give the new outputs that are to be answered the answers that came too early."""
        awaited = {row["subject"] for row in self.rows.clocks if row["kind"] == ANSWER}
        outputs = [entry.row for entry in self.rows.outputs if entry.row["id"] in awaited]
        adopt(self.tx, outputs, self.rows.known_by, self.rows.references)

    def _decide(self, rows: Iterable[Row]) -> None:
        i = tables.interchange
        self.tx.connection.execute(
            update(i)
            .where(i.c.id == bindparam("v_id"))
            .values(decision=bindparam("v_decision"), sequence=bindparam("v_sequence")),
            [{"v_id": r["id"], "v_decision": r["decision"], "v_sequence": r["sequence"]} for r in rows],
        )


def _streams(tx: Tx, items: Sequence[Recordable]) -> dict[str, int]:
    streams = {
        output.unsealed.stream
        for item in items
        for output in outputs_of(item.outcome)
        if output.unsealed is not None
    }
    tx.insert_missing(tables.control_number, [{"stream": stream} for stream in sorted(streams)])
    return {k: row["last"] for k, row in tx.lock(tables.control_number, streams, "stream").items()}
