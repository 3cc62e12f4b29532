"""The equations of the books: what was open and what came, against what became of it.

The left side (carried over + in) is counted from the events since the page closed before; the right side (what became
of them, what is open) from the rows. The two are written in the same transaction but read here from different tables,
so a row or an event that went missing, or was changed behind the ledger's back, shows as unaccounted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select, union_all

from edi_router.ledger import tables
from edi_router.ledger.carrying import Base
from edi_router.ledger.expressions import detail, listed, whole
from edi_router.ledger.states import MADE_FROM, TABLES, TRANSITIONS, is_final

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "message": {
        "completed": "completed", "rejected": "rejected", "duplicate": "duplicate", "held": "held",
        "in_work": "in_work", "released": "in_work",
    },
    "output": {"delivered": "delivered", "failed": "failed", "waiting": "waiting"},
    "file": {"processed": "processed", "held": "held", "failed": "failed", "in_work": "in_work"},
}  # fmt: skip
"""Under which column of the books each state is counted."""

INFLOW = {"message": "in", "output": "made", "file": "received"}
ROUTED = ("message", "output")
"""The kinds that have routes."""
NO_ROUTE = "-"
_Counts = Mapping[Any, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """One side against the other, of one partner, of one route or of all."""

    carried_over: int
    inflow: int
    outcomes: Mapping[str, int]

    @property
    def unaccounted(self) -> int:
        """How many came in of which nothing is known, negative: how many are there that never came in."""
        return self.carried_over + self.inflow - sum(self.outcomes.values())

    @property
    def busy(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.carried_over or self.inflow or any(self.outcomes.values()))


@dataclass(frozen=True, slots=True)
class Equation:
    """The balance of messages, outputs or files."""

    kind: str
    total: Line
    partners: Mapping[str, Line]
    routes: Mapping[str, Mapping[str, Line]] = field(default_factory=dict)
    """By partner and route: the agreement of the message or of what the output was made from, `-` without one (for
    outputs then their kind). A message counts on the route it had at the end of the date."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines."""
        routes = (line for each in self.routes.values() for line in each.values())
        return (self.total, *self.partners.values(), *routes)

    @property
    def balanced(self) -> bool:
        """Whether nothing is unaccounted, for any partner or route."""
        return all(line.unaccounted == 0 for line in self.lines)

    def page(self, version: int) -> dict[str, Any]:
        """Its part of a page."""

        def line(each: Line) -> dict[str, int]:
            return {"carried_over": each.carried_over, INFLOW[self.kind]: each.inflow, **each.outcomes}

        page: dict[str, Any] = {
            "total": line(self.total),
            "partners": {key: line(each) for key, each in self.partners.items()},
        }
        if version > 1 and self.kind in ROUTED:
            page["routes"] = {
                partner: {route: line(each) for route, each in routes.items()}
                for partner, routes in self.routes.items()
            }
        return page


def equation(
    connection: Connection,
    kind: str,
    date: str,
    base: Base,
    routes: bool = True,
    open_: Sequence[str] | None = None,
) -> Equation:
    """The balance of a kind at the end of a business date, carried over from the page closed before it.

    `open_` has the ids of what was open at the end of the date, where they are known.
    """
    carried, inflow = _flows(connection, kind, date, base)
    outcomes = _outcomes(connection, kind, date, _open(connection, kind, date, open_))
    keys = sorted({*carried, *inflow, *outcomes})
    lines = {key: _line(kind, carried.get(key, 0), inflow.get(key, 0), outcomes.get(key, {})) for key in keys}
    busy = {key: line for key, line in lines.items() if line.busy}
    each_route = _routes(connection, kind, date, open_) if routes and kind in ROUTED else {}
    return Equation(kind, _total(kind, busy.values()), busy, each_route)


def stored_equation(kind: str, part: Mapping[str, Any]) -> Equation:
    """The balance of a kind as a page has it."""

    def line(each: Mapping[str, int]) -> Line:
        outcomes = {column: each.get(column, 0) for column in _columns(kind)}
        return Line(each["carried_over"], each[INFLOW[kind]], outcomes)

    partners = {partner: line(each) for partner, each in part["partners"].items()}
    routes = {
        partner: {route: line(each) for route, each in lines.items()}
        for partner, lines in part.get("routes", {}).items()
    }
    return Equation(kind, line(part["total"]), partners, routes)


def _line(kind: str, carried: int, inflow: int, outcomes: Mapping[str, int]) -> Line:
    return Line(carried, inflow, {each: outcomes.get(each, 0) for each in _columns(kind)})


def _columns(kind: str) -> list[str]:
    return list(dict.fromkeys(COLUMNS[kind].values()))


def _total(kind: str, lines: Iterable[Line]) -> Line:
    every = list(lines)
    return Line(
        sum(line.carried_over for line in every), sum(line.inflow for line in every),
        {column: sum(line.outcomes[column] for line in every) for column in _columns(kind)},
    )  # fmt: skip


def _open(connection: Connection, kind: str, date: str, known: Sequence[str] | None) -> ColumnElement[bool]:
    """The condition that a row had come by the end of the date, and was not settled then."""
    t = TABLES[kind].c
    if known is not None:
        return t.id.in_(listed(connection, known))
    return _either(
        connection, kind, and_(t.settled.is_(None), t.date <= date), and_(t.settled > date, t.date <= date)
    )


def _either(connection: Connection, kind: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """That one of these holds, each looked for by its index.

    SQLite would walk all rows in the order of the groups if it were not told to collect them first. PostgreSQL joins its
    indexes by itself, and would read all rows to find those collected.
    """
    if connection.dialect.name == "postgresql":
        return or_(*conditions)
    id = TABLES[kind].c.id
    return id.in_(union_all(*(select(id).where(each).correlate(None) for each in conditions)))


def _flows(connection: Connection, kind: str, date: str, base: Base) -> tuple[dict[str, int], dict[str, int]]:
    """From the events: what was open when the date began, and what came in on it, by partner.

    The page before tells what was open when its date began, and what came in on that; so what went is counted from
    its date on, what came from the day after.
    """
    e = tables.event.c
    came = and_(e.before.is_(None), e.state.is_not(None))
    went = e.state.in_([state for state in TRANSITIONS[kind] if is_final(kind, state)])

    def count(*conditions: Any) -> dict[str, int]:
        query = select(e.partner, func.count()).where(e.kind == kind, *conditions).group_by(e.partner)
        return {row[0]: row[1] for row in connection.execute(query)}

    earlier = base.open_after(kind, INFLOW[kind])
    before = count(came, e.date > base.date, e.date < date)
    gone = count(went, e.date >= base.date, e.date < date)
    carried = {
        partner: earlier.get(partner, 0) + before.get(partner, 0) - gone.get(partner, 0)
        for partner in {*earlier, *before, *gone}
    }
    return carried, count(came, e.date == date)


def _outcomes(connection: Connection, kind: str, date: str, opened: ColumnElement[bool]) -> _Counts:
    """From the rows: what was settled on the date, and what was open at its end, by partner and column."""
    t, e = TABLES[kind].c, tables.event.c
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    settled = select(t.partner, t.state, func.count()).where(t.settled == date).group_by(t.partner, t.state)
    state = func.coalesce(_latest(kind, date, e.state), t.state)
    still = select(t.partner, state.label("state")).where(opened).subquery("still").c
    told = select(still.partner, still.state, func.count()).group_by(still.partner, still.state)
    for query in (settled, told):
        for partner, name, number in connection.execute(query):
            counts[partner][COLUMNS[kind].get(name, name)] += number
    return counts


def _routes(
    connection: Connection, kind: str, date: str, known: Sequence[str] | None
) -> dict[str, dict[str, Line]]:
    """The lines by partner and route. Each row that was there on the date is asked how often it came, and when.

    Kinds and dates of its events stand in functions, so that SQLite finds them by their subject: it would else look
    through all events of the date for each row.
    """
    e = tables.event.c
    rows = _there(connection, kind, date, known)
    came = (e.kind == kind, e.before.is_(None), e.state.is_not(None))
    day = func.coalesce(e.date, "")
    of_row = (e.subject == rows.c.id, func.coalesce(e.kind, "") == kind, *came[1:])
    before, on = (
        select(func.count()).where(*of_row, when).correlate(rows).scalar_subquery()
        for when in (day < date, day == date)
    )
    counted = (
        select(rows.c.partner, rows.c.route, rows.c.state, before.label("b"), on.label("o")).subquery().c
    )
    query = select(
        counted.partner, counted.route, counted.state, whole(counted.b), whole(counted.o), func.count()
    ).group_by(counted.partner, counted.route, counted.state)
    lines: dict[tuple[str, str], tuple[int, int, dict[str, int]]] = {}
    for partner, route, state, carried, inflow, number in connection.execute(query):
        sum_ = lines.setdefault((partner, route), (0, 0, defaultdict(int)))
        sum_[2][COLUMNS[kind].get(state, state)] += number
        lines[partner, route] = (sum_[0] + carried, sum_[1] + inflow, sum_[2])
    t = TABLES[kind].c
    lost = select(e.partner, func.count()).where(*came, e.date == date).group_by(e.partner)
    for partner, number in connection.execute(lost.where(~select(t.id).where(t.id == e.subject).exists())):
        sum_ = lines.setdefault((partner, NO_ROUTE), (0, 0, {}))
        lines[partner, NO_ROUTE] = (sum_[0], sum_[1] + number, sum_[2])
    found: dict[str, dict[str, Line]] = {}
    for (partner, route), each in sorted(lines.items()):
        found.setdefault(partner, {})[route] = _line(kind, *each)
    return found


def _there(connection: Connection, kind: str, date: str, known: Sequence[str] | None) -> Any:
    """The rows that were open or settled on the date: id, partner, and state and route as they were at its end."""
    t, e = TABLES[kind].c, tables.event.c
    done = t.settled == date
    there = _either(
        connection, kind, and_(t.settled.is_(None), t.date <= date), and_(t.settled >= date, t.date <= date)
    )
    if known is not None:
        there = _either(connection, kind, and_(done, t.date <= date), _open(connection, kind, date, known))
    if kind == "message":
        now, then = tables.message.c.agreement, _latest(kind, date, detail(connection, "agreement"))
        route = func.coalesce(case((done, now), else_=then), literal(NO_ROUTE))
    else:
        mo, m = tables.message_output.c, tables.message.c
        made_from = (
            select(func.min(m.agreement))
            .join(tables.message_output, mo.message == m.id)
            .where(mo.output == t.id, mo.role == MADE_FROM)
            .correlate(TABLES[kind])
            .scalar_subquery()
        )
        route = func.coalesce(made_from, tables.output.c.kind)
    state = func.coalesce(case((done, t.state), else_=_latest(kind, date, e.state)), t.state)
    return select(t.id, t.partner, state.label("state"), route.label("route")).where(there).subquery("there")


def _latest(kind: str, date: str, column: ColumnElement[str]) -> ColumnElement[Any]:
    """A value of the last event of a row by the end of a date, where that told a state.

    Kind and date stand in functions, so that SQLite finds the events by their subject.
    """
    e = tables.event.c
    return (
        select(column)
        .where(e.subject == TABLES[kind].c.id, func.coalesce(e.kind, "") == kind)
        .where(e.state.is_not(None), func.coalesce(e.date, "") <= date)
        .order_by(e.id.desc())
        .limit(1)
        .correlate(TABLES[kind])
        .scalar_subquery()
    )
