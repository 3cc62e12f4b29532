"""Which volumes and values of a day are unusual, by the bounds of a partner's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from edi_router.calendars import Calendar
from edi_router.formats.documents import Kind
from edi_router.ledger import tables
from edi_router.ledger.store import Store
from edi_router.partners.supervision import Volume
from edi_router.reports.model import Period
from edi_router.reports.sql import entered
from edi_router.reports.volumes import rounded, summed

LOOK_BACK = 60
"""So many days before are looked at, at most."""
_m = tables.message.c


@dataclass(frozen=True, slots=True)
class Judged:
    """A day of a watched volume."""

    what: str
    number: Decimal
    usual: str
    """What would have been usual, as text: `≤ 100`, `≥ 5`, or the average of the days before."""
    unusual: bool


def judge(
    ledger: Store, partner: str, volume: Volume, day: date, calendars: Mapping[str, Calendar]
) -> Judged | None:
    """What is to be said of a day; None when the calendar has no working day there. Test messages do not count."""
    calendar = calendars.get(volume.calendar or "")
    if calendar is not None and not calendar.working_day(day):
        return None
    before = [day - timedelta(days=n) for n in range(1, LOOK_BACK + 1)]
    judged = [each for each in before if calendar is None or calendar.working_day(each)][: volume.days]
    first = judged[-1] if volume.usual is not None and judged else day
    with ledger.read() as connection:
        found = _values(connection, partner, volume, Period(first, day, ledger.zone))
    number = found.get(day, Decimal(0))
    most, least = volume.daily.most, volume.daily.least
    if most is not None and number > most:
        return Judged(volume.what, number, f"≤ {most}", True)
    if least is not None and number < least:
        return Judged(volume.what, number, f"≥ {least}", True)
    average = sum((found.get(each, Decimal(0)) for each in judged), Decimal(0)) / max(1, len(judged))
    usual = str(rounded(average, "0.1"))
    factor = volume.usual
    unusual = (
        factor is not None and average > 0 and not average <= number * factor <= average * factor * factor
    )
    return Judged(volume.what, number, usual, unusual)


def _values(connection: Connection, partner: str, volume: Volume, period: Period) -> dict[date, Decimal]:
    if volume.sum is not None:
        register, _, name = volume.sum.partition("/")
        return summed(connection, period, register, name, partner)
    kind = Kind.parse(volume.what)
    query = select(_m.date, func.count()).where(entered(period), _m.partner == partner, _m.type == kind.name)
    if kind.format == "edifact" and kind.qualifier:
        query = query.where(_m.directory == kind.qualifier)
    rows = connection.execute(query.group_by(_m.date))
    return {date.fromisoformat(day): Decimal(number) for day, number in rows}
