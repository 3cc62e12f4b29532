"""When tonight's exchange will be complete: reckoned from values.

The rate is measured while there is something to deliver: from the closing of a batch to its delivery, pauses between
batches left out, so a quiet window is not taken for a slow partner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edi_router.partners.batches import Batch
from edi_router.partners.closing import Collected, over_quota
from edi_router.partners.windows import Window

MEASURED = timedelta(minutes=30)
"""How far back tonight's rate looks."""
STALLED = timedelta(minutes=10)
"""After so long without a delivery, while one waits, the exchange has stalled."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch of the series."""

    messages: int
    closed: datetime
    delivered: datetime | None
    """None while it is under way."""
    window: datetime | None
    """When the window opened that it went in."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How one window of one series will end."""

    partner: str
    batch: str
    window: Window
    state: str
    """`open`, `next` (it has not opened yet) or `closed`."""
    sent: int
    """Messages delivered in the window."""
    under_way: int
    """Messages in batches that are closed and not delivered yet."""
    collected: int
    """Messages that wait for a batch and will go in this window, or were left behind when it closed."""
    expected: int
    """Messages that files in work are reckoned to bring."""
    late: int
    """Messages that have missed this window, and wait for the next one."""
    over_quota: int
    """Messages that the quota leaves to a later window."""
    rate: float | None
    """Messages per second; None when nothing was ever measured."""
    measured: str
    """`tonight`, `earlier` (on the nights before) or empty."""
    done_at: datetime | None
    """When the last message will be delivered, or was; None when that cannot be told."""
    stalled: bool
    """Something waits to be delivered and nothing has been for some time."""

    @property
    def remaining(self) -> int:
        """Messages still to be delivered in this window."""
        return self.under_way + self.collected + self.expected

    @property
    def margin(self) -> timedelta | None:
        """From then to the close of the window; negative when it is missed, None when that cannot be told."""
        return None if self.done_at is None else self.window.closes - self.done_at

    @property
    def ends_badly(self) -> bool:
        """Whether somebody has to do something: it stalls, or will not be complete in time."""
        if self.state == "closed":
            return self.remaining > 0
        return self.stalled or (self.margin is not None and self.margin < timedelta(0) and self.remaining > 0)


def rate(batches: Iterable[Sent], begin: datetime, end: datetime) -> float | None:
    """Messages delivered per second of delivering between two instants; None when nothing was delivered."""
    spans = []
    messages = 0
    for each in batches:
        until = each.delivered or end
        if each.closed < end and until >= begin:
            spans.append((max(each.closed, begin), min(until, end)))
            messages += each.messages if each.delivered is not None and each.delivered <= end else 0
    busy, last = timedelta(0), begin
    for start, stop in sorted(spans):
        busy += max(stop - max(start, last), timedelta(0))
        last = max(last, stop)
    if not messages:
        return None
    # An engine that tells seconds only may deliver in none.
    return messages / max(busy.total_seconds(), 1.0)


def reckon(
    partner: str,
    batch: Batch,
    window: Window,
    now: datetime,
    collected: Sequence[Collected],
    sent: Sequence[Sent],
    expected: int,
) -> Forecast:
    """The forecast of a window. `sent` are the batches of this window and of nights before, in any order."""
    mine = [each for each in sent if each.window == window.opens]
    delivered = [each for each in mine if each.delivered is not None and each.delivered <= now]
    under_way = [each for each in mine if each.delivered is None or each.delivered > now]
    fitting = [each for each in collected if each.lot or each.made <= window.cut_off]
    state = "next" if now < window.opens else "open" if now < window.closes else "closed"
    coming = expected if now < window.cut_off else 0
    left = over_quota(batch, len(fitting) + coming, sum(each.messages for each in mine))
    go = len(fitting) + coming - left
    waiting = sum(each.messages for each in under_way)
    closing = [_closing(batch, window, now, each) for each in fitting]
    closing += [_closing(batch, window, now, None)] if coming else []
    measured, speed = _speed(sent, mine, window, now)
    return Forecast(
        partner=partner,
        batch=batch.id,
        window=window,
        state=state,
        sent=sum(each.messages for each in delivered),
        under_way=waiting,
        collected=max(go - coming, 0),
        expected=min(coming, go),
        late=len(collected) - len(fitting) if window.cut_off <= now < window.closes else 0,
        over_quota=left,
        rate=speed,
        measured=measured,
        done_at=_done_at(max(now, window.opens), waiting, go, max(closing, default=now), speed, delivered),
        stalled=bool(under_way) and _stalled(delivered, under_way, now),
    )


def _speed(
    sent: Sequence[Sent], mine: Sequence[Sent], window: Window, now: datetime
) -> tuple[str, float | None]:
    tonight = rate(mine, max(window.opens, now - MEASURED), now)
    if tonight is not None:
        return "tonight", tonight
    earlier = _earlier([each for each in sent if each not in mine and each.delivered is not None], now)
    return ("earlier", earlier) if earlier is not None else ("", None)


def _earlier(before: Sequence[Sent], now: datetime) -> float | None:
    """The rate of the middle one of the windows before: one night without a line says nothing of the next."""
    windows: dict[datetime | None, list[Sent]] = {}
    for each in before:
        windows.setdefault(each.window, []).append(each)
    rates = [rate(each, min(one.closed for one in each), now) for each in windows.values()]
    from statistics import median  # with fractions and decimals

    return median(found) if (found := [each for each in rates if each is not None]) else None


def _closing(batch: Batch, window: Window, now: datetime, each: Collected | None) -> datetime:
    """When the batch of a message will be closed at the latest; of one that is still to come when there is none."""
    begin = max(now, window.opens)
    if each is not None and (each.lot or each.made < window.opens):
        return begin
    if batch.every is None:
        return max(begin, window.cut_off)
    made = begin if each is None else each.made
    return max(begin, min(made + batch.every.time, window.cut_off))


def _done_at(
    begin: datetime,
    waiting: int,
    go: int,
    closing: datetime,
    speed: float | None,
    delivered: Sequence[Sent],
) -> datetime | None:
    """What is under way goes first; what is collected follows when the last batch of it is closed."""
    if not waiting and not go:
        return max((each.delivered for each in delivered if each.delivered is not None), default=None)
    if not speed:
        return None
    done = begin + timedelta(seconds=waiting / speed)
    return (max(done, closing) if go else done) + timedelta(seconds=go / speed)


def _stalled(delivered: Sequence[Sent], under_way: Sequence[Sent], now: datetime) -> bool:
    """Measured from the last delivery, or from when something began to wait after it."""
    began = min(each.closed for each in under_way)
    last = max((each.delivered for each in delivered if each.delivered is not None), default=began)
    return now - max(began, last) >= STALLED
