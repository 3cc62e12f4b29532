"""Dates as messages write them."""

from __future__ import annotations

import datetime
import re

FORMATS = {
    "yyyyMMdd": ("[0-9]{8}", "%Y%m%d"),
    "yyyyMMddHHmm": ("[0-9]{12}", "%Y%m%d%H%M"),
    "yyyyMMddHHmmss": ("[0-9]{14}", "%Y%m%d%H%M%S"),
    "yyyyMMddHHmmssSSS": ("[0-9]{17}", "%Y%m%d%H%M%S"),
    "yyyyMMddTHH:mm:ss": ("[0-9]{8}T[0-9:]{8}", "%Y%m%dT%H:%M:%S"),
    "yyyy-MM-dd": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "%Y-%m-%d"),
    "yyyy-MM-ddTHH:mm:ss": ("[0-9-]{10}T[0-9:]{8}", "%Y-%m-%dT%H:%M:%S"),
    "yyyy-MM-dd HH:mm:ss": ("[0-9-]{10} [0-9:]{8}", "%Y-%m-%d %H:%M:%S"),
}
"""The forms that the test `date` knows: their shape, and how they are read.

Milliseconds are left out when reading: with them month 13 would be January and more of the digits theirs.
"""
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")


def has_format(value: str, form: str) -> bool:
    """Whether the value is a date of the form, one that the calendar has.

    >>> has_format("20260228", "yyyyMMdd"), has_format("20260230", "yyyyMMdd")
    (True, False)
    """
    shape, pattern = FORMATS[form]
    if not re.fullmatch(shape, value):
        return False
    try:
        datetime.datetime.strptime(value[:14] if form.endswith("SSS") else value, pattern)
    except ValueError:
        return False
    return True


def day_of(value: str) -> datetime.date | None:
    """The day that a value begins with, `20260314…` or `2026-03-14…`; None when it begins with none.

    >>> str(day_of("20260314T00:00:00")), day_of("26-03-14")
    ('2026-03-14', None)
    """
    found = _DAY.match(value)
    try:
        return None if found is None else datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
