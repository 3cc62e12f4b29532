"""The page of the books for a business date, and how it is computed.

The left side of each equation (carried over + in) is counted from the events; the right side (what became of
them, what is open) from the rows. The two are written in the same transaction but read here from different
tables, so a row or an event that went missing, or was changed behind the ledger's back, shows as unaccounted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from edi_router.ledger import tables
from edi_router.ledger.states import TABLES, TRANSITIONS, is_final

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


@dataclass(frozen=True, slots=True)
class Line:
    """One side against the other, of one partner or of all."""

    carried_over: int
    inflow: int
    outcomes: Mapping[str, int]

    @property
    def unaccounted(self) -> int:
        """How many came in of which nothing is known, negative: how many are there that never came in."""
        return self.carried_over + self.inflow - sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Equation:
    """The balance of messages, outputs or files."""

    kind: str
    total: Line
    partners: Mapping[str, Line]

    @property
    def balanced(self) -> bool:
        """Whether nothing is unaccounted, for any partner."""
        return all(line.unaccounted == 0 for line in (self.total, *self.partners.values()))


@dataclass(frozen=True, slots=True)
class Books:
    """The page of one business date."""

    business_date: str
    messages: Equation
    """Carried over + in = completed + rejected + duplicate + held + in work."""
    outputs: Equation
    """Carried over + made = delivered + failed + waiting."""
    files: Equation
    """Carried over + received = processed + held + failed + in work."""
    gaps: Mapping[str, tuple[int, ...]]
    """Control numbers that were not used, by stream (the first hundred of each)."""
    problems: tuple[str, ...] = ()
    """What the audit of the present state found; no part of the page."""
    leniencies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each leniency was used in files of the date, by partner; no part of the page."""

    @property
    def unaccounted(self) -> int:
        """How many messages, outputs and files are unaccounted; must be 0."""
        equations = (self.messages, self.outputs, self.files)
        return sum(abs(line.unaccounted) for each in equations for line in each.partners.values())

    @property
    def balanced(self) -> bool:
        """Whether all three equations hold, no control number is missing and the audit found nothing."""
        equations = (self.messages, self.outputs, self.files)
        return all(each.balanced for each in equations) and not self.gaps and not self.problems

    def page(self) -> dict[str, Any]:
        """The page as it is closed and compared."""
        return {
            "business_date": self.business_date,
            "messages": _page(self.messages), "outputs": _page(self.outputs), "files": _page(self.files),
            "gaps": {stream: list(numbers) for stream, numbers in self.gaps.items()},
            "unaccounted": self.unaccounted,
        }  # fmt: skip


def compute(connection: Connection, date: str, problems: tuple[str, ...] = ()) -> Books:
    """The page of a business date, of the state at its end."""
    messages, outputs, files = (_equation(connection, kind, date) for kind in ("message", "output", "file"))
    return Books(
        date, messages, outputs, files, _gaps(connection, date), problems, _leniencies(connection, date)
    )


def _leniencies(connection: Connection, date: str) -> dict[str, dict[str, int]]:
    """The warnings of leniencies in the files of the date."""
    f, t = tables.fault.c, tables.file.c
    prefix = "tolerated-"
    query = (
        select(t.partner, f.code, func.count())
        .join(tables.file, t.id == f.file)
        .where(t.date == date, f.code.startswith(prefix))
        .group_by(t.partner, f.code)
        .order_by(t.partner, f.code)
    )
    counts: dict[str, dict[str, int]] = {}
    for partner, code, number in connection.execute(query):
        counts.setdefault(partner, {})[code.removeprefix(prefix)] = number
    return counts


def _page(equation: Equation) -> dict[str, Any]:
    def line(each: Line) -> dict[str, int]:
        return {"carried_over": each.carried_over, INFLOW[equation.kind]: each.inflow, **each.outcomes}

    return {"total": line(equation.total), "partners": {k: line(v) for k, v in equation.partners.items()}}


def _equation(connection: Connection, kind: str, date: str) -> Equation:
    carried, inflow = _flows(connection, kind, date)
    outcomes = _outcomes(connection, kind, date)
    columns = list(dict.fromkeys(COLUMNS[kind].values()))
    partners = {
        partner: Line(
            carried.get(partner, 0), inflow.get(partner, 0),
            {column: outcomes[partner].get(column, 0) for column in columns},
        )
        for partner in sorted({*carried, *inflow, *outcomes})
    }  # fmt: skip
    busy = {
        partner: line
        for partner, line in partners.items()
        if line.carried_over or line.inflow or any(line.outcomes.values())
    }
    lines = busy.values()
    total = Line(
        sum(line.carried_over for line in lines), sum(line.inflow for line in lines),
        {column: sum(line.outcomes[column] for line in lines) for column in columns},
    )  # fmt: skip
    return Equation(kind, total, busy)


def _flows(connection: Connection, kind: str, date: str) -> tuple[dict[str, int], dict[str, int]]:
    """From the events: what was open when the date began, and what came in on it, by partner."""
    e = tables.event.c
    came = and_(e.before.is_(None), e.state.is_not(None))
    went = e.state.in_([state for state in TRANSITIONS[kind] if is_final(kind, state)])

    def count(*conditions: Any) -> dict[str, int]:
        query = select(e.partner, func.count()).where(e.kind == kind, *conditions).group_by(e.partner)
        return {row[0]: row[1] for row in connection.execute(query)}

    before, gone = count(came, e.date < date), count(went, e.date < date)
    carried = {partner: before.get(partner, 0) - gone.get(partner, 0) for partner in {*before, *gone}}
    return carried, count(came, e.date == date)


def _outcomes(connection: Connection, kind: str, date: str) -> dict[str, dict[str, int]]:
    """From the rows: what was settled on the date, and what was open at its end, by partner and column."""
    t, e = TABLES[kind].c, tables.event.c
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    settled = select(t.partner, t.state, func.count()).where(t.settled == date).group_by(t.partner, t.state)
    still = (
        select(t.id, t.partner, t.state)
        .where(t.date <= date, or_(t.settled.is_(None), t.settled > date))
        .subquery("still")
    )
    latest = (
        select(e.subject, func.max(e.id).label("event"))
        .join(still, still.c.id == e.subject)
        .where(e.kind == kind, e.state.is_not(None), e.date <= date)
        .group_by(e.subject)
        .subquery("latest")
    )
    then = tables.event.alias("then")
    state = func.coalesce(then.c.state, still.c.state)
    opened = (
        select(still.c.partner, state, func.count())
        .select_from(still)
        .outerjoin(latest, latest.c.subject == still.c.id)
        .outerjoin(then, then.c.id == latest.c.event)
        .group_by(still.c.partner, state)
    )
    for query in (settled, opened):
        for partner, name, number in connection.execute(query):
            counts[partner][COLUMNS[kind].get(name, name)] += number
    return counts


def _gaps(connection: Connection, date: str) -> dict[str, tuple[int, ...]]:
    o, c = tables.output.c, tables.control_number.c
    used = (
        select(o.stream, c.first, func.max(o.number), func.count())
        .join(tables.control_number, c.stream == o.stream)
        .where(o.date <= date)
        .group_by(o.stream, c.first)
        .order_by(o.stream)
    )
    gaps: dict[str, tuple[int, ...]] = {}
    for stream, first, last, number in connection.execute(used):
        if last - first + 1 != number:
            there = set(connection.scalars(select(o.number).where(o.stream == stream, o.date <= date)))
            missing = (each for each in range(first, last + 1) if each not in there)
            gaps[stream] = tuple(each for each, _ in zip(missing, range(100), strict=False))
    return gaps
