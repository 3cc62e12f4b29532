"""Schedules: each firing happens once, whichever node is first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store, instant, micros


class Schedules(Store):
    """The verbs of schedules."""

    def fire(self, schedule: str, fire_time: datetime, keep: timedelta | None = None) -> bool:
        """Claim a firing; True for the first that asks, once and for all.

        Of what fires all the time the earlier firings are forgotten, but for those within `keep` before it.
        """
        f = tables.schedule_firing.c
        with self.write() as tx:
            row = {"schedule": schedule, "fire_time": micros(fire_time), "at": tx.now}
            first = tx.insert_once(tables.schedule_firing, row)
            if first and keep is not None:
                past = f.fire_time < micros(fire_time - keep)
                tx.connection.execute(delete(tables.schedule_firing).where(f.schedule == schedule, past))
            return first

    def unfire(self, schedule: str, after: datetime) -> None:
        """Forget the firings of a schedule whose fire times lie after this one: they were claimed by a wrong clock."""
        f = tables.schedule_firing.c
        with self.write() as tx:
            wrong = f.fire_time > micros(after)
            tx.connection.execute(delete(tables.schedule_firing).where(f.schedule == schedule, wrong))

    def last_firings(self) -> dict[str, datetime]:
        """The latest fire time of each schedule that has fired."""
        f = tables.schedule_firing.c
        with self.read() as connection:
            query = select(f.schedule, func.max(f.fire_time)).group_by(f.schedule).order_by(f.schedule)
            return {row[0]: instant(row[1]) for row in connection.execute(query)}

    def last_fired(self, schedule: str) -> datetime | None:
        """The latest fire time of the schedule."""
        f = tables.schedule_firing.c
        with self.read() as connection:
            last = connection.scalar(select(func.max(f.fire_time)).where(f.schedule == schedule))
        return None if last is None else instant(last)
