"""Early warning (S1-02): numbers and sums of each day against the average of the days before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from sqlalchemy import Connection, func, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store
from edi_router.reports.model import Period, Report, Table, Value
from edi_router.reports.sql import entered, named

COLUMNS = ("date", "partner", "document", "measure", "value", "average", "change", "warning")
COUNT = "documents"
LONGEST, WHOLE, PLACES = 40, 18, 9
"""Characters of an amount, its digits before the point, and those behind it: sums of such stay exact."""
_WIDE = Context(prec=100)
_m, _e, _v = tables.message.c, tables.register_entry.c, tables.register_value.c


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a day is marked: by `above` per cent over the average of the `days` before it, and at `least` so much.

    Days on which nothing came count as nothing. `new`: there was nothing at all in the days before.
    """

    above: int = 50
    days: int = 7
    least: int = 5

    def __post_init__(self) -> None:
        """Raises ValueError where there is nothing to compare with."""
        if self.days < 1 or self.above < 0:
            raise ValueError("needs at least one day, and no negative threshold")


_Days = dict[tuple[str, str, str], dict[date, Decimal]]


def volumes(
    ledger: Store,
    period: Period,
    kinds: Mapping[str, str],
    sums: Iterable[tuple[str, str]] = (),
    partner: str | None = None,
    threshold: Threshold | None = None,
) -> Report:
    """A row for each day, sender and kind of document; `sums` are fields of registers (register, field) that are
    added up over the entries made on the day. Refused and repeated documents count too: a flood of them is
    what a warning is for.
    """
    limit = threshold or Threshold()
    wider = Period(period.since - timedelta(days=limit.days), period.until, period.zone)
    found: _Days = defaultdict(lambda: defaultdict(Decimal))
    with ledger.read() as connection:
        _counts(connection, wider, kinds, partner, found)
        for register, name in sums:
            _sums(connection, wider, register, name, partner, found)
    rows = [row for key in found for row in _rows(key, found[key], period, limit)]
    return Report("volumes", period, (Table("volumes", COLUMNS, sorted(rows, key=lambda row: row[:4])),))


def _counts(
    connection: Connection, period: Period, kinds: Mapping[str, str], partner: str | None, found: _Days
) -> None:
    each = select(_m.date, _m.partner, named(_m.type, kinds).label("kind")).where(entered(period))
    inner = (each if partner is None else each.where(_m.partner == partner)).subquery("days")
    query = select(inner, func.count()).group_by(*inner.c)
    for day, sender, kind, count in connection.execute(query):
        found[sender, kind, COUNT][date.fromisoformat(day)] += count


def _sums(
    connection: Connection, period: Period, register: str, name: str, partner: str | None, found: _Days
) -> None:
    """The database counts equal values, Python adds them up: SQLite has no exact decimals."""
    query = (
        select(_m.date, _m.partner, _v.value, func.count())
        .select_from(tables.register_entry.join(tables.register_value, _v.entry == _e.id))
        .join(tables.message, _m.id == _e.message)
        .where(_e.register == register, _v.name == name, entered(period))
        .group_by(_m.date, _m.partner, _v.value)
    )
    query = query if partner is None else query.where(_m.partner == partner)
    for day, sender, value, count in connection.execute(query):
        amount = _number(value)
        if amount is not None:
            found[sender, register, name][date.fromisoformat(day)] += amount * count


def summed(
    connection: Connection, period: Period, register: str, name: str, partner: str
) -> dict[date, Decimal]:
    """The sum of a field of a register's entries that a partner's documents made, by day."""
    found: _Days = defaultdict(lambda: defaultdict(Decimal))
    _sums(connection, period, register, name, partner, found)
    return dict(found[partner, register, name])


def _number(text: str) -> Decimal | None:
    """The number, or None; also of one that no amount can be, which a document may name all the same.

    >>> _number("12.50"), _number("NaN"), _number("x"), _number("1e18"), _number("0.0000000001")
    (Decimal('12.50'), None, None, None, None)
    """
    try:
        found = Decimal(text) if len(text) <= LONGEST else Decimal("nan")
    except InvalidOperation:
        return None
    fits = found.is_finite() and found.adjusted() < WHOLE and int(found.as_tuple().exponent) >= -PLACES
    return found if fits else None


def rounded(number: Decimal, step: str) -> Decimal:
    """The number to the nearest multiple of a step, however large it is."""
    return number.quantize(Decimal(step), ROUND_HALF_UP, _WIDE)


def _rows(
    key: tuple[str, str, str], days: Mapping[date, Decimal], period: Period, limit: Threshold
) -> Iterable[tuple[Value, ...]]:
    for day in sorted(days):
        if day < period.since:
            continue
        value = days[day]
        before = sum(
            (days.get(day - timedelta(days=n), Decimal(0)) for n in range(1, limit.days + 1)), Decimal(0)
        )
        change = rounded((value * limit.days / before - 1) * 100, "0.1") if before else None
        warning = ""
        if value >= limit.least:
            above = value * limit.days * 100 > before * (100 + limit.above)
            warning = "new" if not before else "above" if above else ""
        average = rounded(before / limit.days, "0.01")
        shown: Value = int(value) if key[2] == COUNT else value
        yield (day.isoformat(), *key, shown, average, change, warning)
