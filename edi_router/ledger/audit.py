"""The audit: whether the rows, the events and each other's states agree now.

The books count; the audit looks for the single thing that is wrong, and for what nobody would ever take up
again.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, or_, select

from edi_router.ledger import tables
from edi_router.ledger.retaining import without_events
from edi_router.ledger.states import IN_BOOKS, MADE_FROM, TABLES

LIMIT = 100
END = "9999-12-31"
"""No business date is after it."""


def audit(connection: Connection, after: str = "", through: str = END) -> list[str]:
    """What is wrong, as sentences; of settled things only those settled after the one date and through the other.

    So what each page of the books is audited for are the dates since the page before it, and what is open.
    """
    return [
        *(problem for kind in sorted(IN_BOOKS) for problem in _events(connection, kind, after, through)),
        *_stuck(connection),
        *_numbers(connection),
    ]


def _events(connection: Connection, kind: str, after: str, through: str) -> list[str]:
    t, e = TABLES[kind].c, tables.event.c
    said = (  # the kind stands in a function, so that SQLite finds the events by their subject
        select(e.state)
        .where(e.subject == t.id, func.coalesce(e.kind, "") == kind, e.state.is_not(None))
        .order_by(e.id.desc())
        .limit(1)
        .correlate(TABLES[kind])
        .scalar_subquery()
    )
    file = t.id if kind == "file" else t.file
    removed = and_(said.is_(None), t.settled.is_not(None), without_events(file))
    query = (
        select(t.id, t.state, said)
        .where(or_(t.settled.is_(None), and_(t.settled > after, t.settled <= through)))
        .where(func.coalesce(said, "") != t.state)
        .where(~removed)
        .order_by(t.id + "")  # not in the order of the key, through which SQLite would walk all rows
        .limit(LIMIT)
    )
    return [
        f"{kind} {id} is {state}, its last event says {said or 'nothing'}"
        for id, state, said in connection.execute(query)
    ]


def _stuck(connection: Connection) -> list[str]:
    f, m, w, o, d, mo = (
        table.c
        for table in (
            tables.file, tables.message, tables.work, tables.output, tables.delivery, tables.message_output,
        )
    )  # fmt: skip
    alive = w.state.in_(("pending", "claimed", "failed"))
    moving = d.state.in_(("waiting", "claimed", "renaming"))
    carrier = func.coalesce(o.batch, o.id)  # a batch, and the output that it is, have one id
    collected = and_(o.series.is_not(None), o.batch.is_(None))
    undelivered = (
        select(mo.output)
        .join(tables.output, o.id == mo.output)
        .where(mo.message == m.id, mo.role == MADE_FROM, o.state != "delivered")
    )
    checks = (
        ("file {} is in work and nobody has the work",
         select(f.id).where(f.state == "in_work", ~select(w.id).where(w.file == f.id, alive).exists())),
        ("message {} is released and nobody has the work",
         select(m.id).where(m.state == "released", ~select(w.id).where(w.message == m.id, alive).exists())),
        ("message {} is in work and has nothing left to deliver",
         select(m.id).where(m.state == "in_work", ~undelivered.exists())),
        ("output {} waits and has no delivery under way",
         select(o.id).where(
             o.state == "waiting", ~collected, ~select(d.id).where(d.output == carrier, moving).exists())),
        ("output {} failed and its delivery did not",
         select(o.id).where(
             o.state == "failed", ~select(d.id).where(d.output == carrier, d.state == "failed").exists())),
    )  # fmt: skip
    return [text.format(id) for text, query in checks for id in connection.scalars(query.limit(LIMIT))]


def _numbers(connection: Connection) -> list[str]:
    c, o = tables.control_number.c, tables.output.c
    last = (
        select(func.coalesce(func.max(o.number), c.first - 1)).where(o.stream == c.stream).scalar_subquery()
    )
    query = select(c.stream, c.last, last).where(c.last != last).order_by(c.stream).limit(LIMIT)
    return [
        f"control numbers of {stream} stand at {given}, the last output has {used}"
        for stream, given, used in connection.execute(query)
    ]
