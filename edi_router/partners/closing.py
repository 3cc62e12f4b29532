"""When a batch is closed, and which messages are in it: decided from values, the ledger does it.

Messages go by priority, then by age. What was sent in a batch that came back goes in a batch of its own (its lot):
the good messages of it together, or half of them, until the bad one is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edi_router.partners.batches import Batch
from edi_router.partners.windows import Window, Windows

ENVELOPE, EACH, GROUP = 400, 12, 250
"""Bytes that the envelope of an interchange, the new number of a message and a functional group take at most."""


class Cause(StrEnum):
    """Why a batch was closed."""

    OPENING = "opening"
    """The window has opened, and messages were there before."""
    COUNT = "count"
    SIZE = "size"
    EVERY = "every"
    """A message has waited for as long as it may."""
    CUT_OFF = "cut-off"
    RESENT = "resent"
    """The good messages of a batch that was rejected for others."""
    SPLIT = "split"
    """A half of a batch that was rejected without a word on which message was at fault."""
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Collected:
    """A message that waits for a batch."""

    id: str
    made: datetime
    priority: int
    size: int
    type: str
    lot: str = ""
    """Empty, or the batch it came back in (`BATCH`), or the half of it (`BATCH.1`)."""
    test: bool = False
    """Whether it goes under the test indicator: an interchange has test messages only, or none."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A batch to close: its messages in the order in which they stand in it."""

    members: tuple[str, ...]
    cause: Cause
    window: Window | None
    """The window it goes in; None when it was closed by hand outside of one."""
    lot: str = ""
    test: bool = False

    @property
    def parent(self) -> str | None:
        """The rejected batch that its messages were in before."""
        return self.lot.partition(".")[0] or None


def next_batch(
    batch: Batch,
    windows: Windows,
    now: datetime,
    collected: Sequence[Collected],
    closed: Mapping[datetime, int],
) -> Closing | None:
    """The next batch that is to be closed now; None when none is. Called again until it is None.

    `collected` is in the order of age; `closed` says how many messages a window has taken already, by its opening.
    """
    window = windows.open_at(now)
    if window is None:
        return None
    room = None if batch.quota is None else batch.quota - closed.get(window.opens, 0)
    if room is not None and room <= 0:
        return None
    for (lot, test), members in _lots(collected):
        if lot:
            cause: Cause | None = Cause.SPLIT if "." in lot else Cause.RESENT
            chosen, _ = _chosen(batch, members, room)
        else:
            members = [each for each in members if each.made <= window.cut_off]
            if not members:
                continue
            chosen, full = _chosen(batch, members, room)
            cause = full or _timely(batch, window, now, min(each.made for each in members))
        if cause is not None:
            return Closing(tuple(each.id for each in chosen), cause, window, lot, test)
    return None


def by_hand(batch: Batch, windows: Windows, now: datetime, collected: Sequence[Collected]) -> Closing | None:
    """The next batch when a person closes what has been collected: at any hour, beyond any quota; None at the end."""
    lots = _lots(collected)
    if not lots:
        return None
    (lot, test), members = lots[0]
    chosen, _ = _chosen(batch, members, None)
    return Closing(tuple(each.id for each in chosen), Cause.BY_HAND, windows.open_at(now), lot, test)


def over_quota(batch: Batch, waiting: int, closed: int) -> int:
    """How many of the waiting messages a window that has taken `closed` will leave behind."""
    return 0 if batch.quota is None else max(0, waiting - max(0, batch.quota - closed))


def _timely(batch: Batch, window: Window, now: datetime, oldest: datetime) -> Cause | None:
    if now >= window.cut_off:
        return Cause.CUT_OFF
    if oldest < window.opens:
        return Cause.OPENING
    return Cause.EVERY if batch.every is not None and now - oldest >= batch.every.time else None


def _lots(collected: Sequence[Collected]) -> list[tuple[tuple[str, bool], list[Collected]]]:
    """What may share an interchange, in its order; what came back goes first."""
    lots: dict[tuple[str, bool], list[Collected]] = {}
    for each in sorted(collected, key=lambda each: each.priority):
        lots.setdefault((each.lot, each.test), []).append(each)
    return sorted(lots.items(), key=lambda item: not item[0][0])


def _chosen(
    batch: Batch, members: Sequence[Collected], room: int | None
) -> tuple[list[Collected], Cause | None]:
    """The messages of the next batch, one at least; and the limit that they have reached."""
    full: Cause | None = None
    most = len(members)
    if batch.messages is not None and most >= batch.messages:
        most, full = batch.messages, Cause.COUNT
    if batch.limit is not None:
        fitting = _fitting(members[:most], batch.limit, batch.groups)
        if fitting < most:
            most, full = fitting, Cause.SIZE
    chosen = list(members[: most if room is None else min(most, room)])
    if batch.groups:
        types = list(dict.fromkeys(each.type for each in chosen))
        chosen.sort(key=lambda each: types.index(each.type))
    return chosen, full


def _fitting(members: Sequence[Collected], limit: int, groups: bool) -> int:
    """How many of the first messages fit into an interchange of so many bytes; one goes, however large it is."""
    size, types = ENVELOPE, set[str]()
    for number, each in enumerate(members):
        size += each.size + EACH + (GROUP if groups and each.type not in types else 0)
        types.add(each.type)
        if size > limit:
            return max(number, 1)
    return len(members)
