"""Promised times against actual (R-SLA-02; S4-27, S4-30): the clocks of agreements and of answers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from edi_router.ledger.figure_queries import CLOCK, HOUR
from edi_router.reports.model import Period, Table, Value, percent, seconds
from edi_router.reports.spans import Spans
from edi_router.reports.sql import figures, of_partner, whole

PROMISED = (
    "partner", "agreement", "level", "limit", "count", "kept", "late", "kept_share", "p50", "p95", "max",
)  # fmt: skip
HOURS = ("hour", "count", "late", "late_share")
BREACHES = ("partner", "agreement", "level", "hour", "count", "late", "late_share")
_BREACHED = ("late", "breached")
_UNITS = (("days", "d"), ("hours", "h"), ("minutes", "min"), ("seconds", "s"))


def promises(connection: Connection, period: Period, partner: str | None = None) -> Iterable[Table]:
    """Of clocks that ended in the period, or are over in it and still run: kept and late, and how long they ran.

    By partner (who is waited for), agreement, and what is waited for: the `delivery` of everything made of a message, or
    an answer of some level; and by the hour of the day, in the business zone, at which they were due.
    """
    yield _promised(connection, period, partner)
    yield from _hours(connection, period, partner)


def limit(terms: str) -> str:
    """A time limit as a reader takes it.

    >>> limit('{"hours":"2","minutes":"30","calendar":"china-office"}'), limit('{"days":"1"}')
    ('2 h 30 min (china-office)', '1 d')
    """
    found = json.loads(terms)
    text = " ".join(
        f"{found[name]} {unit}" for name, unit in _UNITS if str(found.get(name, 0)) not in ("0", "")
    )
    return f"{text} ({found['calendar']})" if found.get("calendar") else text


def _promised(connection: Connection, period: Period, partner: str | None) -> Table:
    c = figures(connection, CLOCK, period).c
    groups = (c.partner, c.agreement, c.type, c.way, c.detail, c.state, c.span)
    query = select(*groups, whole(c.number)).group_by(*groups)
    query = of_partner(query, c, partner)
    took, late = Spans(), Counter[tuple[str, ...]]()
    number: Counter[tuple[str, ...]] = Counter()
    for who, agreement, kind, level, terms, state, span, count in connection.execute(query):
        met = (who, agreement, level or kind, terms)
        number[met] += count
        late[met] += count if state in _BREACHED else 0
        if state != "breached":
            took.add(span, met, number=count)
    spans = {key: each for key, (_, *each) in took.spreads()}
    rows: list[tuple[Value, ...]] = []
    for key in sorted(number):
        kept = number[key] - late[key]
        rows.append((
            *key[:3], limit(key[3]), number[key], kept, late[key], percent(kept, number[key]),
            *map(seconds, spans.get(key, (None, None, None))),
        ))  # fmt: skip
    return Table("promised", PROMISED, rows)


def _hours(connection: Connection, period: Period, partner: str | None) -> Iterable[Table]:
    c = figures(connection, HOUR, period).c
    groups = (c.partner, c.agreement, c.type, c.way, c.state, c.hour)
    query = select(*groups, whole(c.number)).group_by(*groups)
    query = of_partner(query, c, partner)
    hours: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    each: dict[tuple[str, str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for who, agreement, kind, level, state, hour, count in connection.execute(query):
        for sums in (hours[hour], each[who, agreement, level or kind, hour]):
            sums[0] += count
            sums[1] += count if state in _BREACHED else 0
    every = range(24) if hours else ()
    yield Table("hours", HOURS, [
        (f"{hour:02d}", *hours[hour], percent(hours[hour][1], hours[hour][0])) for hour in every
    ], ("hour", "late"), ordered=True)  # fmt: skip
    yield Table("breaches", BREACHES, [
        (*key[:3], f"{key[3]:02d}", *sums, percent(sums[1], sums[0]))
        for key, sums in sorted(each.items()) if sums[1]
    ])  # fmt: skip
