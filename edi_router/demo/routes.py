"""The routes of the sample deployment with their time limits, and how the day has kept them.

`samples/day/routes.csv` says what is measured of each route: agreements (from the arrival of a file to the last
delivery), the clock of a register (how long entries stay in its states), a query, or a report.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from edi_router.config import Tree
from edi_router.engine.round import EmbeddedEngine
from edi_router.ledger import Ledger, tables
from edi_router.ledger.times import share
from edi_router.reports import Period, Terms
from edi_router.reports.summary import summary
from edi_router.reports.times import times

ROUTES = "samples/day/routes.csv"
QUERIES = 40
"""How many numbers are asked for to measure the answer to a query."""
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a route that has a limit."""

    route: str
    flow: str
    flow_zh: str
    step: str
    step_zh: str
    limit: int
    """Seconds."""
    measured: str
    """Ids of agreements, `register ID/CLOCK`, `query` or `report`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a step was kept; the times are seconds, None where nothing has come to its end."""

    step: Step
    count: int
    p50: float | None
    p95: float | None
    longest: float | None
    late: int
    """How many took longer than the limit, those that still last among them."""


def steps(tree: Tree) -> list[Step]:
    """The steps of all routes, in their order."""
    rows = csv.DictReader(io.StringIO(tree.text(ROUTES)))
    return [
        Step(
            row["route"],
            row["flow"],
            row["flow_zh"],
            row["step"],
            row["step_zh"],
            int(row["limit"]),
            row["measured"],
        )
        for row in rows
    ]


def measured(tree: Tree, engine: EmbeddedEngine) -> list[Kept]:
    """How the day in the engine's ledger has kept the limits."""
    ledger = engine.ledger
    spans: dict[str, list[int]] = {}
    for (_, agreement), (_, took) in ledger.agreement_spans().items():
        spans.setdefault(agreement, []).extend(took)
    stays = _stays(ledger, engine)
    return [_kept(step, spans, stays, engine) for step in steps(tree)]


def _kept(
    step: Step, spans: Mapping[str, Sequence[int]], stays: Mapping[str, Kept], engine: EmbeddedEngine
) -> Kept:
    if step.measured.startswith("register "):
        of = stays[step.measured.removeprefix("register ")]
        return Kept(step, of.count, of.p50, of.p95, of.longest, of.late)
    if step.measured == "query":
        took = list(_asked(engine))
    elif step.measured == "report":
        took = [_reported(engine)]
    else:
        took = [each for agreement in step.measured.split() for each in spans.get(agreement, ())]
    late = sum(each > step.limit * _MICROSECONDS for each in took)
    return Kept(step, len(took), share(took, 50), share(took, 95), share(took, 100), late)


def _stays(ledger: Ledger, engine: EmbeddedEngine) -> dict[str, Kept]:
    """How long entries of registers stayed in the states of each clock, by `REGISTER/CLOCK`."""
    found = times(ledger, _today(ledger, engine), engine.configuration.registers, {}).table("clocks")
    return {
        f"{row['register']}/{row['clock']}": Kept(
            Step("", "", "", "", "", 0, ""), int(str(row["started"] or 0)), _float(row["p50"]), _float(row["p95"]),
            _float(row["max"]), int(str(row["late"] or 0)),
        )
        for row in found.dicts()
    }  # fmt: skip


def _float(value: object) -> float | None:
    return None if value is None else float(Decimal(str(value)))


def _today(ledger: Ledger, engine: EmbeddedEngine) -> Period:
    today = date.fromisoformat(ledger.business_date(ledger.now()))
    return Period(today, today, engine.configuration.settings.zone)


def _asked(engine: EmbeddedEngine) -> Iterator[int]:
    """How long the progress of numbers takes to be told (microseconds), for the partner that sent them."""
    m, r = tables.message.c, tables.reference.c
    query = select(m.partner, r.value).join(tables.reference, r.message == m.id).order_by(m.id, r.kind)
    with engine.ledger.read() as connection:
        numbers = connection.execute(query.limit(QUERIES * 10)).all()[::10]
    for partner, number in numbers:
        codes = engine.configuration.directory.partners[partner].codes
        began = time.perf_counter_ns()
        engine.ledger.progress(number, partner, codes)
        yield (time.perf_counter_ns() - began) // 1000


def _reported(engine: EmbeddedEngine) -> int:
    """How long the summary of the day takes to be made (microseconds)."""
    began = time.perf_counter_ns()
    summary(engine.ledger, _today(engine.ledger, engine), Terms())
    return (time.perf_counter_ns() - began) // 1000
