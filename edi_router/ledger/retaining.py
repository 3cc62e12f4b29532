"""Retention: contents and events of what was settled long ago are removed; the rows themselves and the books stay.

Only whole files are touched, with all that was made of them, and only when nothing of them is open: no message held or
in work, no output failed or waiting, no answer waited for, no batch without its acknowledgement, nothing that could be
collected again, no open entry of a register; and of a packed file no member of which that is not so. The date before
which things are removed is that of a closed page, from which later pages carry their figures over; so they come out as
they would have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, update

from edi_router.ledger import tables
from edi_router.ledger.archive import Archive
from edi_router.ledger.batched import refused
from edi_router.ledger.clocks import RUNNING
from edi_router.ledger.desk import decided
from edi_router.ledger.figures import kept_through
from edi_router.ledger.store import Row, Store, Tx
from edi_router.pipeline.model import OutputKind

CONTENTS, EVENTS = "contents", "events"
PART = 200
"""So many files are done in one transaction."""
_f, _m, _o, _e, _c, _k, _x, _b = (
    tables.file.c, tables.message.c, tables.output.c, tables.event.c, tables.content.c, tables.clock.c,
    tables.retired.c, tables.books.c,
)  # fmt: skip
_p = tables.proof.c
_mo, _r, _t = tables.message_output.c, tables.register_entry.c, tables.retention.c


@dataclass(frozen=True, slots=True)
class Removal:
    """What is, or would be, removed of a kind."""

    kind: str
    before: str
    """Of files settled before this business date; "" when no page is closed that is old enough."""
    files: int
    bytes: int
    """Of the contents of these files, as they were received."""
    kept: int
    """Files as old of which something is still open: nothing of them is removed."""


class Retaining(Store):
    """The verbs of retention."""

    def removable(self, days: Mapping[str, int]) -> list[Removal]:
        """What would be removed, by the days for which each kind is kept. Nothing is changed."""
        with self.read() as connection:
            return [self._removable(connection, kind, days[kind]) for kind in sorted(days)]

    def retain(self, archive: Archive, days: Mapping[str, int], by: str, reason: str) -> list[Removal]:
        """Remove it, a part after the other: broken off, it is gone on with by the next call.

        A decision of each kind is kept when anything was removed.
        """
        made = []
        for kind in sorted(days):
            with self.read() as connection:
                removal = self._removable(connection, kind, days[kind])
            if removal.before:
                done = False
                while self._part(removal):
                    done = True
                if done:
                    with self.write() as tx:
                        decided(tx, "retention", kind, "remove", by, f"before {removal.before}: {reason}")
            made.append(removal)
        self._clear(archive)
        return made

    def removed_before(self, kind: str) -> str:
        """Before which business date things of a kind may have been removed; "" when none were."""
        with self.read() as connection:
            return removed_before(connection, kind)

    def _removable(self, connection: Connection, kind: str, days: int) -> Removal:
        today = date.fromisoformat(self.business_date(self.now()))
        limit = (today - timedelta(days=days)).isoformat()
        # Figures of months are counted from events: what was not added up yet is kept.
        limit = min(limit, kept_through(connection, self.zone))
        before = connection.scalar(select(func.max(_b.date)).where(_b.date <= limit)) or ""
        old = _old(kind, before)
        whole = old.where(_resolved(before))
        every = connection.scalar(select(func.count()).select_from(old.subquery())) or 0
        sizes = whole.subquery()
        row = connection.execute(select(func.count(), func.coalesce(func.sum(sizes.c.size), 0))).one()
        return Removal(kind, before, row[0], int(row[1]), every - row[0])

    def _part(self, removal: Removal) -> int:
        with self.write(alone=True) as tx:
            query = _old(removal.kind, removal.before).where(_resolved(removal.before)).limit(PART)
            files = [dict(row) for row in tx.connection.execute(query).mappings()]
            if files:
                _declare(tx, removal)
                remove = _remove_contents if removal.kind == CONTENTS else _remove_events
                remove(tx, files, removal.before)
        return len(files)

    def _clear(self, archive: Archive) -> None:
        """Take from the disk what no file needs any more."""
        with self.read() as connection:
            query = select(_x.sha256).where(_x.done == 0, _x.kind == CONTENTS).distinct()
            contents = list(connection.scalars(query))
        for sha256 in contents:
            if not self._needed(sha256) and archive.remove(sha256, lambda s=sha256: self._needed(s)):  # type: ignore[misc]
                with self.write() as tx:
                    own = (_x.sha256 == sha256, _x.kind == CONTENTS)
                    tx.connection.execute(update(tables.retired).where(*own).values(done=1))
        self._clear_sent(archive)

    def _clear_sent(self, archive: Archive) -> None:
        """Take from the disk what was signed or encrypted and sent; that it was stays in the ledger."""
        with self.read() as connection:
            query = select(_p.sha256).where(_p.way == "sent", _p.sha256 != "", _is_retired(CONTENTS, _p.file))
            contents = list(connection.scalars(query.distinct()))
        for sha256 in contents:
            if not self._needed(sha256) and archive.remove(sha256, lambda s=sha256: self._needed(s)):  # type: ignore[misc]
                with self.write() as tx:
                    own = (_p.sha256 == sha256, _p.way == "sent")
                    tx.connection.execute(update(tables.proof).where(*own).values(sha256=""))

    def _needed(self, sha256: str) -> bool:
        with self.read() as connection:
            query = select(_f.id).where(_f.sha256 == sha256, ~_is_retired(CONTENTS, _f.id)).limit(1)
            sent = select(_p.id).where(_p.sha256 == sha256, _p.way == "sent", ~_is_retired(CONTENTS, _p.file))
            return any(connection.scalar(each) is not None for each in (query, sent.limit(1)))


def removed_before(connection: Connection, kind: str) -> str:
    """Before which business date things of a kind may have been removed; "" when none were."""
    return connection.scalar(select(_t.through).where(_t.kind == kind)) or ""


def without_events(file: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that events of this file were removed."""
    return _is_retired(EVENTS, file)


def without_contents(file: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that the contents of this file, and of what was made of it, were removed."""
    return _is_retired(CONTENTS, file)


def _is_retired(kind: str, file: Any) -> ColumnElement[bool]:
    return exists().where(_x.kind == kind, _x.file == file)


def _old(kind: str, before: str) -> Select[Any]:
    """The files that were settled before a date, and of which nothing of the kind was removed yet."""
    query = select(_f.id, _f.sha256, _f.size).where(_f.settled < before, ~_is_retired(kind, _f.id))
    return query.order_by(_f.id)


def _resolved(before: str) -> ColumnElement[bool]:
    """The condition that of a file nothing is open, and everything was settled before a date; of a packed one also
    that it is so with each of its members.
    """
    member = tables.file.alias("member")
    late = or_(member.c.settled.is_(None), member.c.settled >= before)
    unresolved = exists().where(member.c.inside == _f.id, or_(late, *_open(member.c.id, before)))
    return and_(~or_(*_open(_f.id, before)), ~unresolved)


def _open(file: ColumnElement[str], before: str) -> Sequence[ColumnElement[bool]]:
    """The conditions, of which one is enough, that something of a file is open or was settled on a date or later."""
    message, output = tables.message.alias("m2"), tables.output.alias("o2")
    mine = file == _o.file
    late_output = or_(_o.settled.is_(None), _o.settled >= before)
    made = (
        exists()
        .where(message.c.file == file, _mo.message == message.c.id, output.c.id == _mo.output)
        .where(or_(output.c.settled.is_(None), output.c.settled >= before))
    )
    unanswered = or_(_o.answer.is_(None), _o.answer == "received")
    lot = tables.output.alias("lot").c
    in_lot = exists().where(
        mine,
        lot.id == _o.batch,
        or_(lot.answer.is_(None), lot.answer == "received"),
        lot.kind == OutputKind.BATCH,
    )
    waiting = _k.state.in_((*RUNNING, "waiting"))
    return (
        exists().where(_m.file == file, or_(_m.settled.is_(None), _m.settled >= before)),
        exists().where(mine, late_output),
        made,
        exists().where(mine, _o.kind == OutputKind.BATCH, unanswered),
        exists().where(mine, in_lot),
        exists().where(mine, refused()),
        exists().where(mine, _k.subject == _o.id, waiting),
        exists().where(_m.file == file, _k.subject == _m.id, waiting),
        exists().where(_m.file == file, _r.message == _m.id, _r.open == 1),
    )


def _declare(tx: Tx, removal: Removal) -> None:
    tx.insert_missing(tables.retention, [{"kind": removal.kind, "through": removal.before, "at": tx.now}])
    later = (_t.kind == removal.kind, _t.through < removal.before)
    tx.connection.execute(update(tables.retention).where(*later).values(through=removal.before, at=tx.now))


def _remove_contents(tx: Tx, files: Sequence[Row], before: str) -> None:
    ids = [row["id"] for row in files]
    made = select(_o.id).where(_o.file.in_(ids))
    tx.connection.execute(delete(tables.content).where(_c.output.in_(made)))
    rows = [{"kind": CONTENTS, "file": row["id"], "date": tx.date, "sha256": row["sha256"]} for row in files]
    tx.insert(tables.retired, rows)


def _remove_events(tx: Tx, files: Sequence[Row], before: str) -> None:
    ids = [row["id"] for row in files]
    for kind, subjects in (
        ("file", select(_f.id).where(_f.id.in_(ids))),
        ("message", select(_m.id).where(_m.file.in_(ids))),
        ("output", select(_o.id).where(_o.file.in_(ids))),
    ):
        gone = delete(tables.event).where(_e.kind == kind, _e.subject.in_(subjects), _e.date < before)
        tx.connection.execute(gone)
    tx.insert(tables.retired, [{"kind": EVENTS, "file": id, "date": tx.date, "done": 1} for id in ids])
