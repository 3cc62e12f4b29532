"""Cron expressions of five fields, read strictly.

`minute hour day-of-month month day-of-week`, as POSIX crontab(5) has them, with the names and steps that every cron
program knows: `0 22 * * mon-fri`, `*/15 8-17 * * *`, `30 6 1,15 jan-jun *`. What programs understand differently is
refused and not guessed: days of the month together with days of the week (crontab takes either, others both), a step
without a range (`5/15`), ranges that run backwards, `@daily`, a sixth field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.config import did_you_mean

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([0-9]+))?")


@dataclass(frozen=True)
class Cron:
    """What the five fields of an expression let pass."""

    text: str
    minutes: tuple[int, ...]
    """Minutes after midnight, in order."""
    month_days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """Days of the week, Monday being 0."""


def parse_cron(text: str) -> Cron:
    """The expression; ValueError says what is wrong with it.

    >>> [f"{minutes // 60}:{minutes % 60:02}" for minutes in parse_cron("*/30 22,23 * * mon-fri").minutes]
    ['22:00', '22:30', '23:00', '23:30']
    """
    fields = text.split()
    if text.startswith("@"):
        raise ValueError(f"`{text}` is no expression of five fields; midnight is `0 0 * * *`")
    if len(fields) != 5:
        raise ValueError(f"needs five fields (minute hour day-of-month month day-of-week), has {len(fields)}")
    minutes = _field(fields[0], "minute", 0, 59)
    hours = _field(fields[1], "hour", 0, 23)
    month_days = _field(fields[2], "day of month", 1, 31)
    months = _field(fields[3], "month", 1, 12, _MONTHS)
    weekdays = _field(fields[4], "day of week", 0, 7, _WEEKDAYS)
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(
            "day of month and day of week together: cron programs disagree whether one or both must fit; "
            "leave one of them at *"
        )
    if all(min(month_days) > _LONGEST_MONTHS[month - 1] for month in months):
        raise ValueError(f"no month of it has a day {min(month_days)}, so it never fires")
    return Cron(
        " ".join(fields),
        tuple(sorted(hour * 60 + minute for hour in hours for minute in minutes)),
        frozenset(month_days),
        frozenset(months),
        frozenset((day - 1) % 7 for day in weekdays),
    )


def _field(text: str, what: str, low: int, high: int, names: Sequence[str] = ()) -> set[int]:
    """The numbers that a field lets pass."""
    found: set[int] = set()
    for part in text.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise ValueError(f"`{part}` is no {what}")
        star, first, last, step = matched.groups()
        if step is not None and star is None and last is None:
            raise ValueError(f"`{part}`: a step needs a range or *, as in {low}-{high}/{step}")
        begin = low if star else _number(first, what, low, high, names)
        end = high if star else begin if last is None else _number(last, what, low, high, names)
        if what == "day of week" and end == 0 < begin:
            end = 7  # Sunday, at the end of a range
        if end < begin:
            raise ValueError(f"`{part}` runs backwards")
        if step is not None and not 0 < int(step) <= high - low:
            raise ValueError(f"`{part}`: the step must be from 1 to {high - low}")
        # `*` of the day of week is one week: with the second Sunday a step would count it twice.
        found |= set(range(begin, (6 if star and high == 7 else end) + 1, int(step or 1)))
    return found


def _number(word: str, what: str, low: int, high: int, names: Sequence[str]) -> int:
    if word.lower() in names:
        return names.index(word.lower()) + (1 if low == 1 else 0)
    if word.isascii() and word.isdigit():
        if low <= int(word) <= high:
            return int(word)
        raise ValueError(f"`{word}` is no {what}: it goes from {low} to {high}")
    near = did_you_mean(word.lower(), names)
    raise ValueError(f"`{word}` is no {what}" + (f"; did you mean {near}?" if near else ""))
