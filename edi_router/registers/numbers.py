"""Numbers that we give in a register, from gapless series."""

from __future__ import annotations

from datetime import date

from edi_router.registers.entry import Entry
from edi_router.registers.model import PLACEHOLDER, Series


def stream_of(register: str, name: str, series: Series, entry: Entry, today: date) -> str:
    """Which series of numbers the entry's comes from, under one name for all registers."""
    return f"{register}/{name}/{_filled(series.stream, entry, today, 0)}"


def number_text(series: Series, entry: Entry, today: date, number: int) -> str:
    """The number as it is written.

    >>> series = Series(stream="{OrgCode}-{yy}", text="{OrgCode}2{yy}{n:6}000")
    >>> number_text(series, Entry("form", "1", fields={"OrgCode": ("310010",)}), date(2026, 3, 1), 7)
    '310010226000007000'
    """
    return _filled(series.text, entry, today, number)


def _filled(text: str, entry: Entry, today: date, number: int) -> str:
    known = {
        "yyyy": f"{today:%Y}",
        "yy": f"{today:%y}",
        "mm": f"{today:%m}",
        "dd": f"{today:%d}",
        "n": str(number),
    }

    def value(name: str) -> str:
        return known[name] if name in known else entry.value(name)

    return PLACEHOLDER.sub(lambda found: value(found[1]).zfill(int(found[2] or 0)), text)
