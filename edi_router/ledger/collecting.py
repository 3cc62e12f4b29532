"""What waits for a batch, and what batches there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from edi_router.ledger import tables
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import Store, instant, micros
from edi_router.partners.closing import Collected

LOOK_BACK = timedelta(days=3)
"""How old a window may be that batches are still closed for."""
_o, _e, _m, _mo, _b = (
    tables.output.c,
    tables.event.c,
    tables.message.c,
    tables.message_output.c,
    tables.batch.c,
)
_WAITING = and_(_o.series.is_not(None), _o.batch.is_(None), _o.state == "waiting")


@dataclass(frozen=True, slots=True)
class Closed:
    """A batch that was closed."""

    id: str
    """Of the batch, and of the output that its interchange is."""
    series: str
    partner: str
    cause: str
    window: datetime | None
    """When the window opened in which it was closed; None outside of any."""
    closed: datetime
    messages: int
    late: int
    parent: str | None
    state: str
    """Of the output: waiting, failed or delivered."""
    answer: str | None
    number: str
    """The control reference of the interchange."""
    size: int
    delivered: datetime | None


class Collecting(Store):
    """The verbs of looking at batches."""

    def waiting_series(self) -> dict[str, int]:
        """How many messages wait for a batch, by series (`PARTNER/batch`)."""
        counts: dict[str, int] = {}
        with self.read() as connection:
            for name, number in connection.execute(
                select(_o.series, func.count()).where(_WAITING).group_by(_o.series)
            ):
                series = "/".join(name.split("/")[:2])
                counts[series] = counts.get(series, 0) + number
        return counts

    def collected(self, series: str) -> list[Collected]:
        """What waits for the next batches of a series, in the order of age."""
        with self.read() as connection:
            return collected(connection, series)

    def closed_messages(self, series: str) -> dict[datetime, int]:
        """How many messages each window of the last days has taken, by its opening."""
        with self.read() as connection:
            return closed_messages(connection, series, self.now())

    def batches(
        self, series: str | None = None, since: datetime | None = None, limit: int = 100_000
    ) -> list[Closed]:
        """The batches that were closed since an instant, latest first."""
        d = tables.delivery.c
        query = (
            select(
                *(
                    _b.id,
                    _b.series,
                    _b.partner,
                    _b.cause,
                    _b.window,
                    _b.closed,
                    _b.messages,
                    _b.late,
                    _b.parent,
                ),
                *(_o.state, _o.answer, _o.control_reference, _o.size, d.delivered),
            )
            .join(tables.output, _o.id == _b.output)
            .join(tables.delivery, d.output == _b.output)
            .order_by(_b.closed.desc(), _o.number.desc(), _b.id)
            .limit(limit)
        )
        if series is not None:
            query = query.where(_b.series == series)
        if since is not None:
            query = query.where(_b.closed >= micros(since))
        with self.read() as connection:
            return [
                Closed(
                    row.id, row.series, row.partner, row.cause, _instant(row.window), instant(row.closed),
                    row.messages, row.late, row.parent, row.state, row.answer, row.control_reference, row.size,
                    _instant(row.delivered),
                )
                for row in connection.execute(query)
            ]  # fmt: skip


def collected(connection: Connection, series: str) -> list[Collected]:
    """As the verb. The order of age is that in which they were recorded; what comes again keeps its first time."""
    # By the index of subjects, for each that waits: joined, the events of all outputs ever made would be read.
    first = select(func.min(_e.id)).where(_e.subject == _o.id).scalar_subquery()
    query = (
        select(_o.id, _o.made, _o.priority, _o.size, _o.type, _o.series, func.max(_m.test).label("test"))
        .select_from(tables.output)
        .outerjoin(tables.message_output, and_(_mo.output == _o.id, _mo.role == MADE_FROM))
        .outerjoin(tables.message, _m.id == _mo.message)
        .where(_WAITING, of_series(series))
        .group_by(_o.id, _o.made, _o.priority, _o.size, _o.type, _o.series)
        .order_by(_o.made, first)
    )
    return [
        Collected(
            row.id, instant(row.made), row.priority, row.size, row.type, row.series[len(series) + 1 :],
            bool(row.test),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def of_series(series: str) -> ColumnElement[bool]:
    """The condition that an output waits in the series, or in one of its lots (`PARTNER/batch/LOT`)."""
    return or_(_o.series == series, and_(_o.series > f"{series}/", _o.series < f"{series}0"))


def closed_messages(connection: Connection, series: str, now: int) -> dict[datetime, int]:
    """As the verb."""
    oldest = now - LOOK_BACK // timedelta(microseconds=1)
    query = (
        select(_b.window, func.sum(_b.messages))
        .where(_b.series == series, _b.closed >= oldest, _b.window.is_not(None))
        .group_by(_b.window)
    )
    return {instant(window): int(number) for window, number in connection.execute(query)}


def _instant(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def in_parts(ids: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """The ids in parts that a statement takes."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
