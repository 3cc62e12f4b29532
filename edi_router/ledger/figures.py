"""Figures of months, kept ready: what no longer changes is added up once, the night after; the rest is counted live.

A message or output counts in the month it came in and is added on the date it was settled, from which on its row is
final; so are events and stopped clocks from their own date on. What is settled later than the last date that was
added, or not at all, a report counts from the rows themselves. Both are the same statements (`figure_queries`), with
another `Reach`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection, Subquery, func, select, union_all

from edi_router.ledger import tables
from edi_router.ledger.figure_queries import DIMENSIONS, MEASURES, Reach, counted, single
from edi_router.ledger.statements import inserting
from edi_router.ledger.store import Store, Tx, instant, micros

SCHEDULE = "figures"
"""Under which name the dates that were added up are noted: each once."""
_t, _b = tables.monthly.c, tables.books.c


class Figures(Store):
    """The verb of the nightly close."""

    def keep_figures(self) -> list[str]:
        """Add up each business date that is closed in the books and was not added yet; which ones, oldest first.

        A transaction a date; done again, or by two at once, it changes nothing.
        """
        with self.read() as connection:
            closed = connection.scalar(select(func.max(_b.date)))
            first = next_date(connection, self.zone)
        kept: list[str] = []
        day = first
        while day is not None and closed is not None and day <= closed:
            with self.write() as tx:
                if _keep(tx, date.fromisoformat(day), self.zone):
                    kept.append(day)
            day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        return kept


def kept_through(connection: Connection, zone: tzinfo) -> str:
    """The last date that was added up; "" when none was."""
    f = tables.schedule_firing.c
    last = connection.scalar(select(func.max(f.fire_time)).where(f.schedule == SCHEDULE))
    return "" if last is None else instant(last).astimezone(zone).date().isoformat()


def next_date(connection: Connection, zone: tzinfo) -> str | None:
    """The first date that is still to be added; None when nothing ever happened."""
    last = kept_through(connection, zone)
    if last:
        return (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    e = tables.event.c
    firsts = [
        connection.scalar(select(func.min(e.date)).where(e.kind == kind))
        for kind in ("file", "message", "output", "register")
    ]
    return min((each for each in firsts if each is not None), default=None)


def _keep(tx: Tx, day: date, zone: tzinfo) -> bool:
    begin = micros(datetime.combine(day, time.min, zone))
    firing = {"schedule": SCHEDULE, "fire_time": begin, "at": tx.now}
    if not tx.insert_once(tables.schedule_firing, firing):
        return False
    for measure in MEASURES:
        statement = counted(tx.connection, measure, Reach.of(day, zone))
        kept = inserting(tables.monthly, tx.connection.dialect.name)
        kept = kept.from_select([*DIMENSIONS, "number"], statement)
        kept = kept.on_conflict_do_update(
            index_elements=list(DIMENSIONS), set_={"number": _t.number + kept.excluded.number}
        )
        tx.connection.execute(kept)
    return True


def figures(connection: Connection, measure: str, since: date, until: date, zone: tzinfo) -> Subquery:
    """The figures of a measure in a period, its columns `DIMENSIONS` and `number`: to be summed by what one asks for.

    Whole months are taken from what is kept, which is fast and knows spans within one per cent; a period of
    another kind is counted from the rows.
    """
    last = kept_through(connection, zone) if _whole_months(since, until) else ""
    live = single(connection, measure, Reach.period(since, until, zone, last))
    if not last:
        return live.subquery(measure)
    months = f"{since:%Y-%m}", f"{until:%Y-%m}"
    kept = select(tables.monthly).where(_t.measure == measure, _t.month >= months[0], _t.month <= months[1])
    return union_all(kept, live).subquery(measure)


def _whole_months(since: date, until: date) -> bool:
    return since.day == 1 and (until + timedelta(days=1)).day == 1
