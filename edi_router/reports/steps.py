"""How long each step of a message took, from the ledger's instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, func, select

from edi_router.ledger import tables
from edi_router.ledger.figure_queries import TOOK, WHOLE
from edi_router.reports.model import Period, Table, seconds
from edi_router.reports.spans import Spans
from edi_router.reports.sql import entered, figures, of_partner, whole

COLUMNS = ("step", "document", "count", "p50", "p95", "max")
ALL = "*"
_m, _f, _o, _d, _mo = (
    tables.message.c, tables.file.c, tables.output.c, tables.delivery.c, tables.message_output.c,
)  # fmt: skip


@dataclass(slots=True)
class Way:
    """A message's way: received, processed, first delivered (or not yet), in microseconds."""

    partner: str
    type: str
    agreement: str
    state: str
    received: int
    entered: int
    delivered: int | None


@dataclass
class Steps:
    """Spans by step and kind, by partner, and by agreement (which is what we call a route)."""

    steps: Spans = field(default_factory=Spans)
    partners: Spans = field(default_factory=Spans)
    routes: Spans = field(default_factory=Spans)

    def table(self) -> Table:
        """The table of steps: by kind, and of all."""
        return Table("steps", COLUMNS, [
            (*key, count, *map(seconds, spans)) for key, (count, *spans) in self.steps.spreads()
        ])  # fmt: skip


def ways(connection: Connection, period: Period, partner: str | None = None) -> Iterator[Way]:
    """The way of each message that came in the period."""
    delivered = (
        select(func.min(_d.delivered))
        .select_from(tables.message_output)
        .join(tables.output, _o.id == _mo.output)
        .join(tables.delivery, _d.output == func.coalesce(_o.batch, _o.id))
        .where(_mo.message == _m.id, _mo.role == "made_from")
        .correlate(tables.message)
        .scalar_subquery()
    )
    query = (
        select(
            _m.partner, _m.type, func.coalesce(_m.agreement, ""), _m.state, _f.received, _m.entered, delivered
        )
        .select_from(tables.message.join(tables.file, _f.id == _m.file))
        .where(entered(period))
    )
    for row in connection.execute(_of(query, partner).execution_options(yield_per=5000)):
        yield Way(*row)


def steps(
    connection: Connection, period: Period, kinds: Mapping[str, str], partner: str | None = None
) -> Steps:
    """The spans of all messages that came in the period."""
    found = Steps()
    took = figures(connection, TOOK, period).c
    # One question for all three: the way of each message costs more than to hand over all that was found.
    groups = (took.detail, took.type, took.partner, took.agreement, took.span)
    query = of_partner(select(*groups, whole(took.number)), took, partner).group_by(*groups)
    for step, type, sender, agreement, span, number in connection.execute(query):
        found.steps.add(span, (step, ALL), (step, kinds.get(type, type)), number=number)
        if step == WHOLE:
            found.partners.add(span, (sender,), number=number)
            found.routes.add(span, (agreement,), number=number)
    return found


def _of(query: Select[Any], partner: str | None) -> Select[Any]:
    return query if partner is None else query.where(_m.partner == partner)
