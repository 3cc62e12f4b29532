"""Schedules: each firing happens once, whichever node is first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store, instant, micros


class Schedules(Store):
    """The verbs of schedules."""

    def fire(self, schedule: str, fire_time: datetime) -> bool:
        """Claim a firing; True for the first that asks, once and for all."""
        with self.write() as tx:
            row = {"schedule": schedule, "fire_time": micros(fire_time), "at": tx.now}
            return tx.insert_once(tables.schedule_firing, row)

    def last_fired(self, schedule: str) -> datetime | None:
        """The latest fire time of the schedule."""
        f = tables.schedule_firing.c
        with self.read() as connection:
            last = connection.scalar(select(func.max(f.fire_time)).where(f.schedule == schedule))
        return None if last is None else instant(last)
