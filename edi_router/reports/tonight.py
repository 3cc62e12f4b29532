"""What the operator of the nightly exchange has to know now: windows, what is late, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from edi_router.ledger import Ledger, tables
from edi_router.ledger.alarms import Alarm
from edi_router.ledger.batched import refused, refused_ever
from edi_router.ledger.clocks import ANSWER
from edi_router.ledger.store import instant, micros
from edi_router.partners.forecast import Forecast
from edi_router.pipeline.series import Exchange
from edi_router.reports.forecast import NIGHTS
from edi_router.reports.forecast import tonight as windows_of_tonight


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody has to look at; of one kind and partner."""

    kind: str
    """`window` (it will not be complete in time), `stalled`, `missed`, `quota`, `answer-late`, `answer-soon`,
    `delivery-late`, `rejected`, `held`, `held-file`, `failed-file`, `failed-delivery`, `unreachable` or `paused`."""
    partner: str
    """Who is to be called about it: who does not answer, cannot be reached, or has sent what is held."""
    number: int = 1
    since: datetime | None = None
    """Of the oldest."""
    what: str = ""
    """The batch, the level of the acknowledgement, or the reason."""

    @property
    def bad(self) -> bool:
        """Whether something has gone wrong; the others are told for information."""
        return self.kind not in ("quota", "answer-soon")


@dataclass(frozen=True, slots=True)
class Tonight:
    """The state of the exchange at an instant."""

    at: datetime
    windows: tuple[Forecast, ...]
    concerns: tuple[Concern, ...]
    alarms: tuple[Alarm, ...]
    """Those that are open."""
    call: Mapping[str, str]
    """Whom to call, by partner, where its file says so."""

    @property
    def fine(self) -> bool:
        """Whether the operator may sleep."""
        return not any(each.bad for each in self.concerns) and not self.alarms


def look(ledger: Ledger, configuration: Exchange, now: datetime) -> Tonight:
    """Everything, at this instant."""
    windows = tuple(windows_of_tonight(ledger, configuration, now))
    concerns = (
        *_windows(windows),
        *_clocks(ledger, now),
        *_rejected(ledger, now),
        *_stopped(ledger),
        *_reach(ledger),
    )
    partners = configuration.directory.partners.values()
    call = {partner.id: partner.call for partner in partners if partner.call}
    return Tonight(now, windows, concerns, tuple(ledger.alarms()), call)


def _windows(windows: tuple[Forecast, ...]) -> Iterator[Concern]:
    for each in windows:
        if each.ends_badly:
            kind = "missed" if each.state == "closed" else "stalled" if each.stalled else "window"
            yield Concern(kind, each.partner, each.remaining, each.window.closes, each.batch)
        if each.over_quota and each.state != "closed":
            yield Concern("quota", each.partner, each.over_quota, each.window.closes, each.batch)


def _clocks(ledger: Ledger, now: datetime) -> Iterator[Concern]:
    """Clocks that have warned or are over, and run on; what is over now counts, though no round has looked yet."""
    c = tables.clock.c
    over = c.due < micros(now)
    query = (
        select(c.partner, c.kind, c.level, over.label("over"), func.count(), func.min(c.due))
        .where(c.state.in_(("running", "warned", "breached")), c.stopped.is_(None))
        .where(over | c.state.in_(("warned", "breached")))
        .group_by(c.partner, c.kind, c.level, over)
        .order_by(c.partner, c.kind, c.level)
    )
    with ledger.read() as connection:
        for partner, kind, level, late, number, due in connection.execute(query):
            since = None if due is None else instant(due)
            if kind == ANSWER:
                yield Concern("answer-late" if late else "answer-soon", partner, number, since, level)
            elif late:
                yield Concern("delivery-late", partner, number, since)


def _rejected(ledger: Ledger, now: datetime) -> Iterator[Concern]:
    """What partners have rejected out of batches in the last nights and nobody has sent again."""
    o, e = tables.output.c, tables.event.c
    query = (
        select(o.partner, func.count(func.distinct(o.id)), func.min(e.at))
        .join(tables.event, and_(e.subject == o.id, e.what == "answered"))
        .where(o.id.in_(refused_ever()), refused(), e.at >= micros(now - NIGHTS))
        .group_by(o.partner)
        .order_by(o.partner)
    )
    with ledger.read() as connection:
        for partner, number, at in connection.execute(query):
            yield Concern("rejected", partner, number, instant(at))


def _stopped(ledger: Ledger) -> Iterator[Concern]:
    m, f, d = tables.message.c, tables.file.c, tables.delivery.c
    kinds = (
        ("held", m, m.entered, m.state == "held"),
        ("held-file", f, f.received, f.state == "held"),
        ("failed-file", f, f.received, f.state == "failed"),
        ("failed-delivery", d, d.made, d.state == "failed"),
    )
    with ledger.read() as connection:
        for kind, columns, since, condition in kinds:
            query = select(columns.partner, func.count(), func.min(since)).where(condition)
            for partner, number, at in connection.execute(
                query.group_by(columns.partner).order_by(columns.partner)
            ):
                yield Concern(kind, partner, number, instant(at))


def _reach(ledger: Ledger) -> Iterator[Concern]:
    paused = ledger.paused_partners()
    for partner, reason in paused.items():
        yield Concern("paused", partner, what=reason)
    for partner, contact in ledger.contacts().items():
        if contact.failures and partner not in paused:
            yield Concern("unreachable", partner, contact.failures, contact.since, contact.reason)
