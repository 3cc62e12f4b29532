"""Times that clocks on the wall show, as instants: one rule for the days on which clocks are changed."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES = 24 * 60
"""Of a day."""


def reached(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The first instant, in UTC, at which clocks in `zone` show that many minutes after the day's midnight, or later.

    So a time that is skipped when clocks go forward is reached the moment they do, and one that they show twice is
    reached the first time. What is earlier on the wall is never reached later. OverflowError beyond the year 9999.

    >>> from zoneinfo import ZoneInfo
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> str(reached(date(2026, 3, 29), 2 * 60 + 30, berlin).astimezone(berlin))
    '2026-03-29 03:00:00+02:00'
    >>> str(reached(date(2026, 10, 25), 2 * 60 + 30, berlin).astimezone(berlin))
    '2026-10-25 02:30:00+02:00'
    """
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return first
    # Skipped: with fold 0 the offset is that before the change, with fold 1 that after it (PEP 495), and the
    # change lies between the two.
    before = second.astimezone(zone).utcoffset()
    seconds = range(int((first - second).total_seconds()) + 1)
    changed = bisect_left(
        seconds, True, key=lambda n: (second + timedelta(seconds=n)).astimezone(zone).utcoffset() != before
    )
    return second + timedelta(seconds=changed)


def local(at: datetime, zone: tzinfo) -> datetime:
    """The instant as clocks in `zone` show it; ValueError when it has no zone itself."""
    if at.tzinfo is None:
        raise ValueError(f"{at} is no instant: it has no time zone")
    return at.astimezone(zone)


def minutes_of(text: str) -> int:
    """`08:30` as minutes after midnight; `24:00` is the day's end. ValueError when it is no time of day.

    >>> minutes_of("08:30"), minutes_of("24:00")
    (510, 1440)
    """
    hours, colon, minutes = text.partition(":")
    if (
        colon
        and len(hours) == len(minutes) == 2
        and (hours + minutes).isascii()
        and (hours + minutes).isdigit()
    ):
        found = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and found <= MINUTES:
            return found
    raise ValueError(f"`{text}` is no time of day such as 08:30")
