"""Forecasts from the ledger: how tonight's windows will end, and how far earlier forecasts were off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from edi_router.ledger import Ledger, tables
from edi_router.ledger.collecting import of_series
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import micros
from edi_router.partners.forecast import Forecast, Sent, reckon
from edi_router.partners.windows import Window
from edi_router.pipeline.series import Exchange, Kept, kept

NIGHTS = timedelta(days=7)
"""How far back the rate of earlier nights looks, and what a file of a sender usually brings."""
AGO = timedelta(hours=12)
"""How long a window that has closed is part of tonight."""
AHEAD = timedelta(hours=24)
"""How far ahead a window is part of tonight."""
RECORDED = "forecast"
"""The event of a forecast that was kept, to be compared with what came of it; of the kind `batch`."""


def forecasts(ledger: Ledger, configuration: Exchange, now: datetime) -> list[Forecast]:
    """For each series the forecast of the window that is open, else of the next one; by partner and batch."""
    found = []
    for each in kept(configuration):
        window = each.windows.open_at(now) or each.windows.next_after(now)
        if window is not None and each.partner.status.active:
            found += _of(ledger, each, [window], now)
    return found


def tonight(ledger: Ledger, configuration: Exchange, now: datetime) -> list[Forecast]:
    """The windows that have just closed, are open or come next, of all series, in the order of their opening."""
    found: list[Forecast] = []
    for each in kept(configuration):
        if each.partner.status.active:
            found += _of(ledger, each, list(_near(each, now)), now)
    return sorted(found, key=lambda each: (each.window.opens, each.partner, each.batch))


def _near(each: Kept, now: datetime) -> Iterator[Window]:
    for window in each.windows.following(now - AGO):
        if window.opens > now + AHEAD:
            return
        yield window


def _of(ledger: Ledger, each: Kept, windows: list[Window], now: datetime) -> list[Forecast]:
    if not windows:
        return []
    collected = ledger.collected(each.name)
    batches = ledger.batches(each.name, since=min(windows[0].opens, now) - NIGHTS)
    sent = [Sent(row.messages, row.closed, row.delivered, row.window) for row in batches]
    expected = _expected(ledger, each.name, now)
    # What waits now goes in the first window that is not closed. The last one that is has left behind what was there.
    coming = next((window for window in windows if window.closes > now), None)
    last = max((window for window in windows if window.closes <= now), default=None)
    first_time = [one for one in collected if not one.lot]
    mine = {coming: collected, last: first_time}
    return [
        reckon(
            each.partner.id, each.batch, window, now, mine.get(window, ()), sent,
            expected if window == coming else 0,
        )
        for window in windows
    ]  # fmt: skip


def _expected(ledger: Ledger, series: str, now: datetime) -> int:
    """How many messages the files in work will bring, as those of their senders did on the days before."""
    o, m, w, mo = tables.output.c, tables.message.c, tables.work.c, tables.message_output.c
    with ledger.read() as connection:
        open_ = (
            select(w.partner, func.count())
            .where(w.kind == "file", w.state.in_(("pending", "claimed")))
            .group_by(w.partner)
        )
        waiting = {partner: int(number) for partner, number in connection.execute(open_)}
        if not waiting:
            return 0
        brought = (
            select(m.partner, func.count(), func.count(func.distinct(m.file)))
            .select_from(tables.output)
            .join(tables.message_output, and_(mo.output == o.id, mo.role == MADE_FROM))
            .join(tables.message, m.id == mo.message)
            .where(of_series(series), o.made >= micros(now - NIGHTS), m.partner.in_(sorted(waiting)))
            .group_by(m.partner)
        )
        return sum(
            -(-waiting[partner] * int(messages) // int(files))
            for partner, messages, files in connection.execute(brought)
        )


def record_forecasts(ledger: Ledger, configuration: Exchange, now: datetime) -> int:
    """Keep the forecasts of open windows, at their opening and every hour after it; how many were kept.

    Each hour is kept once, whichever of several engines is first.
    """
    count = 0
    for each in kept(configuration):
        window = each.windows.open_at(now)
        if window is None or not each.partner.status.active:
            continue
        slot = window.opens + (now - window.opens) // timedelta(hours=1) * timedelta(hours=1)
        name = f"{RECORDED} {each.name}"
        last = ledger.last_fired(name)
        if (last is not None and last >= slot) or not ledger.fire(name, slot):
            continue
        [made] = _of(ledger, each, [window], now)
        detail = {
            "window": window.opens.isoformat(), "at": now.isoformat(), "remaining": made.remaining,
            "done_at": None if made.done_at is None else made.done_at.isoformat(),
        }  # fmt: skip
        ledger.note("batch", each.name, RECORDED, detail)
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Error:
    """How far a forecast was off."""

    series: str
    window: datetime
    at: datetime
    """When it was made."""
    forecast: datetime
    actual: datetime
    """When the last message of the window was delivered."""

    @property
    def seconds(self) -> int:
        """Positive when it took longer than forecast."""
        return round((self.actual - self.forecast).total_seconds())


def forecast_errors(ledger: Ledger, since: datetime) -> list[Error]:
    """The forecasts kept since then against what came of them: of windows of which every batch is delivered."""
    ended: dict[tuple[str, datetime], list[datetime | None]] = {}
    for batch in ledger.batches(since=since - timedelta(days=1)):
        if batch.window is not None:
            ended.setdefault((batch.series, batch.window), []).append(batch.delivered)
    errors = []
    with ledger.read() as connection:
        for series, text in _recorded(connection, since):
            kept_ = json.loads(text)
            window = datetime.fromisoformat(kept_["window"])
            delivered = [each for each in ended.get((series, window), [None]) if each is not None]
            whole = len(delivered) == len(ended.get((series, window), [None]))
            if kept_["done_at"] is not None and kept_["remaining"] and whole:
                at, forecast = (datetime.fromisoformat(kept_[name]) for name in ("at", "done_at"))
                errors.append(Error(series, window, at, forecast, max(delivered)))
    return errors


def _recorded(connection: Connection, since: datetime) -> list[tuple[str, str]]:
    e = tables.event.c
    query = (
        select(e.subject, e.detail)
        .where(e.kind == "batch", e.what == RECORDED, e.at >= micros(since))
        .order_by(e.id)
    )
    return [(series, detail) for series, detail in connection.execute(query)]
