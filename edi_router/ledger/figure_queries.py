"""What figures of months count: a statement for each measure, of one date that is over or of a period as it stands.

Every statement gives a row for each thing counted, with the columns `DIMENSIONS`; what has no meaning for a measure is
"" or 0.

============  ======================================================================================================
measure       counts
============  ======================================================================================================
came          live messages, by sender, type, agreement, state and firm (`detail`)
to            of these what was not refused or repeated, by receiving bureau (`partner`), type, firm (`detail`), `way`
took          steps of live messages (`detail`, see STEPS), by sender, type and agreement, with the `span`
went          outputs, by partner, kind (`type`) and state
moved         moves of registers, by partner, register (`type`), outcome (`state`) and move (`detail`)
clock         clocks that came to an end, or are over: by partner, kind (`type`), level (`way`), agreement, state, terms
              (`detail`), and the `span` they ran
hour          the same clocks, by partner, kind, level, agreement, state and the `hour` at which they were due
============  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from edi_router.ledger import tables
from edi_router.ledger.expressions import detail, firm, register_of, rounded, way
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import micros

DIMENSIONS = ("measure", "month", "partner", "type", "agreement", "state", "detail", "way", "hour", "span")
PROCESSED, MADE, WHOLE = "received-processed", "processed-delivered", "received-delivered"
REFUSED, ACKNOWLEDGED, DECIDED = "received-refused", "delivered-acknowledged", "held-decided"
STEPS = (PROCESSED, MADE, WHOLE, REFUSED, ACKNOWLEDGED, DECIDED)
CAME, TO, TOOK, WENT, MOVED, CLOCK, HOUR = "came", "to", "took", "went", "moved", "clock", "hour"
_AN_HOUR = 3_600_000_000
_m, _f, _o, _d, _e, _a, _c, _v, _mo = (
    tables.message.c, tables.file.c, tables.output.c, tables.delivery.c, tables.event.c, tables.acknowledgement.c,
    tables.clock.c, tables.visible_to.c, tables.message_output.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """What is counted: all that was settled on one date, or of what came in a period all that is not kept yet."""

    since: str
    until: str
    begin: int
    """The first microsecond of the period, or of the date."""
    end: int
    offset: int
    """By how many microseconds the business zone is ahead of UTC."""
    on: bool = False
    """Only what was settled, or happened, on the date `since`, whenever it came in; spans are rounded."""
    after: str = ""
    """Only what was settled, or happened, after this date, or is not settled."""
    late: int = 0
    """The first microsecond after the date `after`."""

    @classmethod
    def of(cls, day: date, zone: tzinfo) -> Reach:
        """What was settled on a date."""
        begin, end = (
            micros(datetime.combine(each, time.min, zone)) for each in (day, day + timedelta(days=1))
        )
        return cls(day.isoformat(), day.isoformat(), begin, end, _offset(day, zone), on=True)

    @classmethod
    def period(cls, since: date, until: date, zone: tzinfo, after: str = "") -> Reach:
        """What came in a period, as far as it was not kept."""
        begin, end = (
            micros(datetime.combine(each, time.min, zone)) for each in (since, until + timedelta(days=1))
        )
        late = date.fromisoformat(after) + timedelta(days=1) if after else since
        return cls(
            since.isoformat(), until.isoformat(), begin, end, _offset(since, zone), after=after,
            late=max(begin, micros(datetime.combine(late, time.min, zone))),
        )  # fmt: skip

    def span(self, span: ColumnElement[int]) -> ColumnElement[int]:
        """A span as it is kept: rounded, so that equal ones can be counted together."""
        return rounded(span) if self.on else span

    def settled(
        self, came: ColumnElement[str], settled: ColumnElement[str | None], at: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """Whether a row with these columns (date of coming, of settling, instant of coming) is counted."""
        if self.on:
            return settled == self.since
        if not self.after:
            return and_(at >= self.begin, at < self.end)
        return and_(came >= self.since, came <= self.until, or_(settled.is_(None), settled > self.after))

    def happened(self, day: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether something that happened on a date is counted."""
        if self.on:
            return day == self.since
        return and_(day >= self.since, day <= self.until, day > self.after)


def _offset(day: date, zone: tzinfo) -> int:
    there = datetime.combine(day, time(12), zone).utcoffset()
    assert there is not None
    return there // timedelta(microseconds=1)


_NO, _NULL = literal(""), literal(0)
_MESSAGE = {"month": func.substr(_m.date, 1, 7), "partner": _m.partner, "type": _m.type,
            "agreement": func.coalesce(_m.agreement, "")}  # fmt: skip


def _columns(measure: str, **given: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    others = dict.fromkeys(("hour", "span"), _NULL)
    return [
        given.get(name, literal(measure) if name == "measure" else others.get(name, _NO)).label(name)
        for name in DIMENSIONS
    ]


def _came(connection: Connection, reach: Reach) -> Select[Any]:
    return select(*_columns(CAME, **_MESSAGE, state=_m.state, detail=firm())).where(
        _m.test == 0, reach.settled(_m.date, _m.settled, _m.entered)
    )


def _to(connection: Connection, reach: Reach) -> Select[Any]:
    columns = _columns(
        TO, month=_MESSAGE["month"], partner=_v.partner, type=_m.type, detail=firm(), way=way()
    )
    return (
        select(*columns)
        .select_from(
            tables.message.outerjoin(tables.visible_to, and_(_v.message == _m.id, _v.role == "recipient"))
        )
        .where(
            _m.test == 0, reach.settled(_m.date, _m.settled, _m.entered), func.coalesce(_v.partner, "") != ""
        )
        .where(_m.state.not_in(("rejected", "duplicate")))
    )


def _took(connection: Connection, reach: Reach) -> Select[Any]:
    # A message of a batch is delivered when the batch is.
    delivered = (
        select(func.min(_d.delivered))
        .select_from(tables.message_output)
        .join(tables.output, _o.id == _mo.output)
        .join(tables.delivery, _d.output == func.coalesce(_o.batch, _o.id))
        .where(_mo.message == _m.id, _mo.role == MADE_FROM)
        .correlate(tables.message)
        .scalar_subquery()
    )
    ways = (
        select(
            *(column.label(name) for name, column in _MESSAGE.items()), _m.state.label("was"),
            (_m.entered - _f.received).label("processed"), (delivered - _m.entered).label("made"),
        )
        .join(tables.file, _f.id == _m.file)
        .where(_m.test == 0, reach.settled(_m.date, _m.settled, _m.entered))
        .cte("ways")
    ).c  # fmt: skip
    from_ways = {name: ways[name] for name in _MESSAGE}

    def step(name: str, span: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
        columns = _columns(TOOK, **from_ways, detail=literal(name), span=reach.span(span))
        return select(*columns).where(*where)

    return _together(
        step(PROCESSED, ways.processed),
        step(REFUSED, ways.processed, ways.was.in_(("rejected", "held"))),
        step(MADE, ways.made, ways.made.is_not(None)),
        step(WHOLE, ways.processed + ways.made, ways.made.is_not(None)),
        _acknowledged(reach),
        _decided(reach),
    )


def _acknowledged(reach: Reach) -> Select[Any]:
    """From the delivery of an output to the first acknowledgement that we got of it, on the date of that.

    By outer joins, of which then only what was found is taken: SQLite keeps the order of these, and would else begin
    with the largest table.
    """
    carrier, earlier = tables.message.alias("carrier"), tables.acknowledgement.alias("earlier").c
    when = carrier.c.entered >= (reach.begin if reach.on else reach.late)
    span = reach.span(_a.at - _d.delivered)
    query = (
        select(*_columns(TOOK, **_MESSAGE, detail=literal(ACKNOWLEDGED), span=span))
        .select_from(carrier)
        .outerjoin(tables.acknowledgement, _a.message == carrier.c.id)
        .outerjoin(tables.output, _o.id == _a.output)
        .outerjoin(tables.message_output, and_(_mo.output == _o.id, _mo.role == MADE_FROM))
        .outerjoin(tables.message, _m.id == _mo.message)
        .outerjoin(tables.delivery, _d.output == func.coalesce(_o.batch, _o.id))
        .where(when, func.coalesce(_d.delivered, 0) > 0, func.coalesce(_m.test, 1) == 0)
        .where(~select(earlier.id).where(earlier.output == _a.output, earlier.id < _a.id).exists())
    )
    if reach.on:
        return query.where(carrier.c.entered < reach.end)
    came = func.coalesce(_m.date, "")
    return query.where(came >= reach.since, came <= reach.until)


def _decided(reach: Reach) -> Select[Any]:
    """From being held to a person's decision, on the date of that."""
    held = tables.event.alias("held").c
    since = (
        select(held.at)
        .where(held.subject == _e.subject, held.kind == "message", held.state == "held", held.id < _e.id)
        .order_by(held.id.desc())
        .limit(1)
        .correlate(tables.event)
        .scalar_subquery()
    )
    query = (
        select(*_columns(TOOK, **_MESSAGE, detail=literal(DECIDED), span=reach.span(_e.at - since)))
        .select_from(tables.event)
        .join(tables.message, _m.id == _e.subject)
        .where(_e.kind == "message", _e.before == "held", _e.state.is_not(None), _m.test == 0)
    )
    if reach.on:
        return query.where(_e.date == reach.since)
    when = and_(_e.date >= reach.since, _e.date > reach.after)
    return query.where(when, _m.entered >= reach.begin, _m.entered < reach.end)


def _went(connection: Connection, reach: Reach) -> Select[Any]:
    columns = _columns(
        WENT, month=func.substr(_o.date, 1, 7), partner=_o.partner, type=_o.kind, state=_o.state
    )
    return select(*columns).where(reach.settled(_o.date, _o.settled, _o.made))


def _moved(connection: Connection, reach: Reach) -> Select[Any]:
    columns = _columns(
        MOVED, month=func.substr(_e.date, 1, 7), partner=_e.partner, type=register_of(connection),
        state=func.coalesce(detail(connection, "outcome"), ""), detail=_e.what,
    )  # fmt: skip
    return select(*columns).where(_e.kind == "register", reach.happened(_e.date))


def _clock(connection: Connection, reach: Reach) -> Select[Any]:
    ran = reach.span(func.coalesce(_c.stopped - _c.started, 0))
    return _clocks(CLOCK, reach, detail=_c.terms, span=ran)


def _hour(connection: Connection, reach: Reach) -> Select[Any]:
    due = func.coalesce(_c.due, _c.stopped, 0)
    return _clocks(HOUR, reach, hour=(due + reach.offset) // _AN_HOUR % 24)


def _clocks(measure: str, reach: Reach, **more: ColumnElement[Any]) -> Select[Any]:
    columns = _columns(
        measure, month=literal(reach.since[:7]), partner=_c.partner, type=_c.kind, way=_c.level,
        agreement=_c.agreement, state=_c.state, **more,
    )  # fmt: skip
    stopped = and_(_c.stopped >= (reach.begin if reach.on else reach.late), _c.stopped < reach.end)
    over = and_(_c.stopped.is_(None), _c.state == "breached", _c.due >= reach.begin, _c.due < reach.end)
    queries = [select(*columns).where(stopped)]
    return _together(*queries, *([] if reach.on else [select(*columns).where(over)]))


def _together(*queries: Select[Any]) -> Select[Any]:
    every = union_all(*queries).subquery()
    return select(*(every.c[name] for name in DIMENSIONS))


MEASURES: Mapping[str, Callable[[Connection, Reach], Select[Any]]] = {
    CAME: _came, TO: _to, TOOK: _took, WENT: _went, MOVED: _moved, CLOCK: _clock, HOUR: _hour,
}  # fmt: skip


def counted(connection: Connection, measure: str, reach: Reach) -> Select[Any]:
    """How often each combination of `DIMENSIONS` was met, as `number`."""
    rows = MEASURES[measure](connection, reach).subquery(f"{measure}_rows")
    return select(*rows.c, func.count().label("number")).group_by(*rows.c)


def single(connection: Connection, measure: str, reach: Reach) -> Select[Any]:
    """Each thing counted by itself, `number` 1: for who adds up by some of the dimensions alone."""
    rows = MEASURES[measure](connection, reach).subquery(f"{measure}_rows")
    return select(*rows.c, literal_column("1").label("number"))
