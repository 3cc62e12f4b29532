"""Windows as instants: when a partner takes batches, by the clocks on the wall of the business zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from edi_router.calendars import Calendar
from edi_router.calendars.wall import local, reached

HORIZON = 400
"""Days without a window after which there is none."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One window of one night; instants in UTC."""

    opens: datetime
    cut_off: datetime
    """What comes after it waits for the next window: `lead` before it closes."""
    closes: datetime

    def open_at(self, at: datetime) -> bool:
        """Whether it is open; when it closes, it is no longer."""
        return self.opens <= at < self.closes


@dataclass(frozen=True)
class Windows:
    """The windows of a series of batches. Every instant given must have a zone."""

    hours: tuple[tuple[int, int], ...]
    """From and to in minutes after midnight, in order and without overlaps; to may lie in the next day."""
    zone: tzinfo
    lead: timedelta = timedelta(0)
    late: timedelta = timedelta(hours=1)
    calendar: Calendar | None = None
    """On whose working days they open."""

    def on(self, day: date) -> list[Window]:
        """The windows that open on the day. One that clocks skip wholly is left out."""
        if self.calendar is not None and not self.calendar.working_day(day):
            return []
        made = [
            (reached(day, opens, self.zone), reached(day, closes, self.zone)) for opens, closes in self.hours
        ]
        return [
            Window(opens, max(opens, closes - self.lead), closes) for opens, closes in made if opens < closes
        ]

    def open_at(self, at: datetime) -> Window | None:
        """The window that is open at the instant."""
        day = local(at, self.zone).date()
        found = (each for near in (day - _DAY, day) for each in self.on(near) if each.open_at(at))
        return next(found, None)

    def next_after(self, at: datetime) -> Window | None:
        """The first window that opens after the instant."""
        return next((each for each in self.following(at) if each.opens > at), None)

    def last_before(self, at: datetime) -> Window | None:
        """The last window that has closed at the instant."""
        day = local(at, self.zone).date()
        for number in range(HORIZON):
            for each in reversed(self.on(day - number * _DAY)):
                if each.closes <= at:
                    return each
        return None

    def following(self, at: datetime) -> Iterator[Window]:
        """The windows that are not closed yet at the instant, in order."""
        day = local(at, self.zone).date() - _DAY
        for number in range(HORIZON):
            for each in self.on(day + number * _DAY):
                if each.closes > at:
                    yield each

    def missed(self, made: datetime) -> Window | None:
        """The window whose cut-off a message made then has just missed: the window is open still, or `late` not over.

        Without `lead` the cut-off is when the window closes.
        """
        window = self.open_at(made) or self.last_before(made)
        if window is None or made <= window.cut_off:
            return None
        return window if made < max(window.closes, window.cut_off + self.late) else None
