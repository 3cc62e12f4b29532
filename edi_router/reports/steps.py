"""How long each step of a message took, from the ledger's instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, func, select

from edi_router.ledger import tables
from edi_router.reports.model import Period, Table, seconds
from edi_router.reports.spans import Spans
from edi_router.reports.sql import entered

COLUMNS = ("step", "document", "count", "p50", "p95", "max")
ALL = "*"
PROCESSED, MADE, WHOLE = "received-processed", "processed-delivered", "received-delivered"
REFUSED, ACKNOWLEDGED, DECIDED = "received-refused", "delivered-acknowledged", "held-decided"
_m, _f, _d, _mo, _a, _e = (
    tables.message.c, tables.file.c, tables.delivery.c, tables.message_output.c, tables.acknowledgement.c,
    tables.event.c,
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
        .select_from(tables.message_output.join(tables.delivery, _d.output == _mo.output))
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
    for way in ways(connection, period, partner):
        kind = kinds.get(way.type, way.type)
        processed = way.entered - way.received
        found.steps.add(processed, (PROCESSED, ALL), (PROCESSED, kind))
        if way.state in ("rejected", "held"):
            found.steps.add(processed, (REFUSED, ALL), (REFUSED, kind))
        if way.delivered is not None:
            span = way.delivered - way.received
            found.steps.add(way.delivered - way.entered, (MADE, ALL), (MADE, kind))
            found.steps.add(span, (WHOLE, ALL), (WHOLE, kind))
            found.partners.add(span, (way.partner,))
            found.routes.add(span, (way.agreement,))
    for step, query in ((ACKNOWLEDGED, _acknowledged(period)), (DECIDED, _decided(period))):
        for type, span in connection.execute(_of(query, partner)):
            found.steps.add(span, (step, ALL), (step, kinds.get(type, type)))
    return found


def _of(query: Select[Any], partner: str | None) -> Select[Any]:
    return query if partner is None else query.where(_m.partner == partner)


def _acknowledged(period: Period) -> Select[Any]:
    """From the delivery of an output to the first acknowledgement that we got of it."""
    first = (
        select(_a.output, func.min(_a.at).label("at"))
        .where(_a.output.is_not(None), _a.at >= period.begin)
        .group_by(_a.output)
        .subquery("first_acknowledged")
    )
    return (
        select(_m.type, first.c.at - _d.delivered)
        .select_from(tables.message.join(tables.message_output, _mo.message == _m.id))
        .join(tables.delivery, _d.output == _mo.output)
        .join(first, first.c.output == _mo.output)
        .where(entered(period), _mo.role == "made_from", _d.delivered.is_not(None))
    )


def _decided(period: Period) -> Select[Any]:
    """From being held to a person's decision."""
    turns = (
        select(
            _e.subject, _e.state, _e.at,
            func.lead(_e.at).over(partition_by=_e.subject, order_by=_e.id).label("left"),
        )
        .where(
            _e.kind == "message", _e.date >= period.since.isoformat(), (_e.before == "held") | (_e.state == "held")
        )
        .subquery("turns")
    )  # fmt: skip
    return (
        select(_m.type, turns.c.left - turns.c.at)
        .select_from(turns.join(tables.message, turns.c.subject == _m.id))
        .where(entered(period), turns.c.state == "held", turns.c.left.is_not(None))
    )
