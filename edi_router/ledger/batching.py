"""Closing a batch: its messages, its number, its interchange and its delivery in one transaction."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.collecting import closed_messages, collected, in_parts
from edi_router.ledger.compressing import deflated
from edi_router.ledger.moves import Entry, enter, note
from edi_router.ledger.states import BATCHED
from edi_router.ledger.store import Row, Store, Tx, instant, micros
from edi_router.partners.closing import Closing, Collected
from edi_router.partners.windows import Window
from edi_router.pipeline.model import OutputKind

LATE = "late"
"""The event of a message that has missed a cut-off."""
_o, _mo = tables.output.c, tables.message_output.c
_e = tables.event.c
_UNTOLD = ~select(_e.id).where(_e.subject == _mo.message, _e.what == LATE).exists()
"""The condition that it was not said yet of a message that it is late."""
_TAKEN = (
    update(tables.output)
    .where(_o.id == bindparam("v_id"))
    .values(batch=bindparam("v_batch"), stream=bindparam("v_stream"), number=bindparam("v_number"))
)


@dataclass(frozen=True, slots=True)
class Series:
    """What the ledger has to know of a series of batches to close one."""

    partner: str
    batch: str
    decide: Callable[[datetime, Sequence[Collected], Mapping[datetime, int]], Closing | None]
    """Which messages are the next batch now, of those collected and with what each window has taken already."""
    compose: Callable[[Sequence[bytes], int, datetime, bool], bytes]
    """The interchange of these messages, under this number, made at this instant, for a test or not."""
    missed: Callable[[datetime], Window | None]
    """The window that a message made then has just missed."""
    sender: str
    recipient: str
    limit: int | None = None
    """Bytes of an interchange."""

    @property
    def name(self) -> str:
        """`PARTNER/batch`."""
        return f"{self.partner}/{self.batch}"

    @property
    def stream(self) -> str:
        """From where its interchanges get their numbers."""
        return f"edifact:{self.partner}"


class Batching(Store):
    """The verbs of closing batches."""

    @again
    def close_batch(self, series: Series, by: str = "", reason: str = "") -> str | None:
        """Close the next batch of a series, if one is due; its id, or None.

        The decision is made on what this transaction sees, under the lock of the partner's numbers: of two who
        close at once one makes the batch, and the other finds nothing left to do. `by` and `reason` are kept when
        a person has it done. Raises what `compose` raises; nothing is written then.
        """
        with self.write() as tx:
            last = _lock_stream(tx, series.stream)
            waiting = {each.id: each for each in collected(tx.connection, series.name)}
            closed = closed_messages(tx.connection, series.name, tx.now)
            closing = series.decide(instant(tx.now), list(waiting.values()), closed)
            if closing is None:
                return None
            contents = _contents(tx, closing.members)
            taken, data = _composed(tx, series, closing, contents, last + 1)
            members = [waiting[id] for id in taken]
            id = f"{series.partner}-{series.batch}-{last + 1}"
            rows = tx.lock(tables.output, taken)
            _write_output(tx, series, id, members, rows[taken[0]], last + 1, data)
            _take(tx, id, [rows[member] for member in taken])
            late = _late(series, closing, members)
            _note_late(tx, late, closing.window)
            tx.insert(tables.batch, [{
                "id": id, "series": series.name, "partner": series.partner, "state": "closed",
                "cause": str(closing.cause), "closed": tx.now, "messages": len(taken), "late": len(late),
                "window": None if closing.window is None else micros(closing.window.opens), "output": id,
                "parent": closing.parent,
            }])  # fmt: skip
            if by or reason:
                row = {"kind": "batch", "subject": id, "verb": "close", "by": by, "reason": reason}
                tx.insert(tables.decision, [row | {"at": tx.now, "date": tx.date}])
            return id

    @again
    def note_late(self, series: Series, goes_with: Window | None) -> int:
        """Note on messages that wait that they have missed a window, once; how many there were."""
        with self.read() as connection:
            found = [each for each in collected(connection, series.name) if not each.lot]
            late = {each.id: window for each in found if (window := series.missed(each.made)) is not None}
            untold = {
                output
                for part in in_parts(list(late))
                for output in connection.scalars(select(_mo.output).where(_mo.output.in_(part), _UNTOLD))
            }
        late = {id: window for id, window in late.items() if id in untold}
        if not late:
            return 0
        with self.write() as tx:
            tx.lock(tables.output, late)
            return _note_late(tx, late, goes_with)


def _lock_stream(tx: Tx, stream: str) -> int:
    tx.insert_missing(tables.control_number, [{"stream": stream}])
    return int(tx.lock(tables.control_number, [stream], "stream")[stream]["last"])


def _contents(tx: Tx, ids: Sequence[str]) -> dict[str, bytes]:
    c = tables.content.c
    found: dict[str, bytes] = {}
    for part in in_parts(ids):
        for output, data in tx.connection.execute(select(c.output, c.data).where(c.output.in_(part))):
            found[output] = zlib.decompress(data)
    return found


def _composed(
    tx: Tx, series: Series, closing: Closing, contents: Mapping[str, bytes], number: int
) -> tuple[Sequence[str], bytes]:
    """The interchange, and the messages in it: fewer than were chosen when they turn out to be too large."""
    taken = closing.members
    while True:
        data = series.compose([contents[id] for id in taken], number, instant(tx.now), closing.test)
        if series.limit is None or len(data) <= series.limit or len(taken) == 1:
            return taken, data
        taken = taken[: max(1, min(len(taken) - 1, len(taken) * series.limit // len(data)))]


def _write_output(
    tx: Tx, series: Series, id: str, members: Sequence[Collected], first: Row, number: int, data: bytes
) -> None:
    """The interchange as an output, with its delivery; it stands with the file of its first message."""
    types = {each.type for each in members}
    row = {
        "id": id, "file": first["file"], "interchange": first["interchange"], "kind": str(OutputKind.BATCH),
        "destination": first["destination"], "partner": series.partner, "name": f"{id}.edi",
        "format": "edifact", "mapping": None, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        "stream": series.stream, "number": number, "control_reference": str(number),
        "sender": series.sender or None, "recipient": series.recipient or None, "state": "waiting",
        "made": tx.now, "type": types.pop() if len(types) == 1 else "",
        "priority": min(each.priority for each in members), "series": None, "batch": None,
    }  # fmt: skip
    detail = {"destination": row["destination"], "name": row["name"], "messages": len(members)}
    enter(tx, "output", [Entry(row, "made", detail)])
    tx.insert(tables.content, [{"output": id, "data": deflated(data)}])
    enter(tx, "delivery", [Entry({
        "id": f"{id}-1", "output": id, "destination": row["destination"], "partner": series.partner,
        "name": row["name"], "state": "waiting", "again": "waiting", "next_attempt": tx.now, "made": tx.now,
    }, "made")])  # fmt: skip
    n = tables.control_number
    tx.connection.execute(update(n).where(n.c.stream == series.stream).values(last=number))


def _take(tx: Tx, id: str, rows: Sequence[Row]) -> None:
    """The messages are in the batch, in this order: their numbers are how an acknowledgement names them."""
    stream = f"batch:{id}"
    tx.connection.execute(_TAKEN, [
        {"v_id": row["id"], "v_batch": id, "v_stream": stream, "v_number": place}
        for place, row in enumerate(rows, 1)
    ])  # fmt: skip
    note(tx, "output", rows, "batched", {"batch": id})
    messages: dict[str, None] = {}
    for part in in_parts([row["id"] for row in rows]):
        messages |= dict.fromkeys(tx.connection.scalars(select(_mo.message).where(_mo.output.in_(part))))
    links = [{"message": message, "output": id, "role": BATCHED} for message in messages]
    tx.insert(tables.message_output, links)


def _late(series: Series, closing: Closing, members: Iterable[Collected]) -> dict[str, Window]:
    """Those that go with a later window than the one that they were just too late for."""
    found = {each.id: series.missed(each.made) for each in members if not closing.lot}
    return {id: window for id, window in found.items() if window is not None and window != closing.window}


def _note_late(tx: Tx, late: Mapping[str, Window], goes_with: Window | None) -> int:
    """Say it on the messages that the outputs were made from, each once."""
    count = 0
    for output, window in sorted(late.items()):
        m = tables.message.c
        query = (
            select(m.id, m.partner)
            .join(tables.message_output, _mo.message == m.id)
            .where(_mo.output == output, _UNTOLD)
        )
        rows = [dict(row) for row in tx.connection.execute(query).mappings()]
        detail = {"missed": window.cut_off.isoformat()}
        detail |= {"goes_with": goes_with.opens.isoformat()} if goes_with is not None else {}
        note(tx, "message", rows, LATE, detail)
        count += bool(rows)
    return count
