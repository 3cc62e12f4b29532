"""Short words for batches, windows and what waits: times are of March 2026 in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from edi_router.partners.batches import Batch
from edi_router.partners.closing import Collected
from edi_router.partners.windows import Windows

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = {"opens": "22:00", "closes": "02:00"}


def batch(**more: Any) -> Batch:
    return Batch.model_validate({"id": "forms", "of": "CUSDEC", "windows": NIGHT} | more)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """`14 22:00`: a time in March 2026 on the wall; with the month before it, in that month."""
    *month, day, time = text.split()
    hour, minute = (int(part) for part in time.split(":"))
    return datetime(2026, int(*month or [3]), int(day), hour, minute, tzinfo=zone).astimezone(UTC)


def windows(of: Batch, zone: ZoneInfo = SHANGHAI) -> Windows:
    return of.hours(zone, {})


def waiting(*made: str, **more: Any) -> list[Collected]:
    return [
        Collected(f"m{number}", at(each), **({"priority": 5, "size": 1000, "type": "CUSDEC D96B"} | more))
        for number, each in enumerate(made, 1)
    ]
