"""Promised limits against what was (S3-23, R-SLA-03): the clocks of registers, and the promised times of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store
from edi_router.registers import Register
from edi_router.registers.model import Clock
from edi_router.reports.model import Period, Report, Table, Value, percent, seconds
from edi_router.reports.spans import Spans, spread
from edi_router.reports.sql import of_register, register_of
from edi_router.reports.steps import ways

_e = tables.event.c
CLOCKS = (
    "register", "states", "clock", "limit", "started", "ended", "open", "p50", "p95", "max", "late", "struck",
    "kept_share",
)  # fmt: skip
DOCUMENTS = ("type", "limit", "count", "delivered", "p50", "p95", "max", "late", "kept_share")
_NOTHING = (None, None, None)


def times(
    ledger: Store,
    period: Period,
    registers: Mapping[str, Register],
    promised: Mapping[str, int],
    partner: str | None = None,
) -> Report:
    """Two tables: of each clock that runs for a span, the stays in its states that began in the period; of each
    type of document with a promised time (seconds), how long it took from receipt to delivery.

    A stay that is not over counts as late when it is longer than the limit by now. Clocks that run to a date
    have no span to compare with: of these only the strokes are counted.
    """
    now = ledger.now()
    with ledger.read() as connection:
        struck = _struck(connection, period, partner)
        clocks = [
            _clock(connection, period, id, clock, now, partner, struck[id, clock.id])
            for id, register in sorted(registers.items())
            for clock in register.definition.clocks
        ]
        documents = _documents(connection, period, promised, now, partner) if promised else []
    return Report(
        "times", period, (Table("clocks", CLOCKS, clocks), Table("documents", DOCUMENTS, documents))
    )


def _struck(connection: Connection, period: Period, partner: str | None) -> Counter[tuple[str, str]]:
    """How often each move was made, or clock struck, by register and id."""
    moves = select(register_of(connection).label("register"), _e.what).where(
        _e.kind == "register", _e.date >= period.since.isoformat(), _e.date <= period.until.isoformat()
    )
    inner = (moves if partner is None else moves.where(_e.partner == partner)).subquery("moves")
    query = select(inner, func.count()).group_by(*inner.c)
    return Counter({(register, what): count for register, what, count in connection.execute(query)})


def _clock(
    connection: Connection,
    period: Period,
    register: str,
    clock: Clock,
    now: int,
    partner: str | None,
    struck: int,
) -> tuple[Value, ...]:
    states = ", ".join(clock.in_)
    if clock.after is None:
        limit = f"{clock.field} {clock.days:+d} d"
        return (register, states, clock.id, limit, *[None] * 7, struck, None)
    span = clock.after
    allowed = timedelta(days=span.days, hours=span.hours, minutes=span.minutes, seconds=span.seconds)
    limit_ = allowed // timedelta(microseconds=1)
    stays = _stays(connection, period, register, clock, partner)
    over = [span for _, span in stays if span is not None]
    late = sum((span if span is not None else now - at) > limit_ for at, span in stays)
    took = spread(over)[1:] if over else _NOTHING
    return (
        register, states, clock.id, seconds(limit_), len(stays), len(over), len(stays) - len(over),
        *map(seconds, took), late, struck, percent(len(stays) - late, len(stays)),
    )  # fmt: skip


def _stays(
    connection: Connection, period: Period, register: str, clock: Clock, partner: str | None
) -> list[tuple[int, int | None]]:
    """Each stay in the clock's states: when it began, and how long it was; None while it lasts."""
    was_inside = func.coalesce(_e.before, "").in_(clock.in_)
    inside = func.coalesce(_e.state, "").in_(clock.in_)
    turns = (
        select(
            _e.at, _e.date, _e.partner, inside.label("began"),
            (func.lead(_e.at).over(partition_by=_e.subject, order_by=_e.id) - _e.at).label("span"),
        )
        .where(of_register(register), was_inside != inside, _e.date >= period.since.isoformat())
        .subquery("turns")
    )  # fmt: skip
    t = turns.c
    query = select(t.at, t.span).where(t.began, t.date <= period.until.isoformat())
    query = query if partner is None else query.where(t.partner == partner)
    return [(row[0], row[1]) for row in connection.execute(query)]


def _documents(
    connection: Connection, period: Period, promised: Mapping[str, int], now: int, partner: str | None
) -> list[tuple[Any, ...]]:
    """Documents that were delivered, or are still to be: nothing is promised of those that are refused."""
    spans, begun, late = Spans(), Counter[str](), Counter[str]()
    for way in ways(connection, period, partner):
        limit = promised.get(way.type)
        if limit is None or (way.delivered is None and way.state != "in_work"):
            continue
        begun[way.type] += 1
        took = (way.delivered if way.delivered is not None else now) - way.received
        late[way.type] += took > limit * 1_000_000
        if way.delivered is not None:
            spans.add(took, (way.type,))
    took_ = {type: each for (type,), each in spans.spreads()}
    rows = []
    for type in sorted(begun):
        count, *each = took_.get(type, (0, *_NOTHING))
        kept = percent(begun[type] - late[type], begun[type])
        rows.append(
            (
                type,
                seconds(promised[type] * 1_000_000),
                begun[type],
                count,
                *map(seconds, each),
                late[type],
                kept,
            )
        )
    return rows
