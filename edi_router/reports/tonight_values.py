"""Tonight for programs: what the command and the API tell of the exchange, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edi_router.partners.forecast import Forecast
from edi_router.reports.tonight import Tonight


def as_values(seen: Tonight) -> dict[str, Any]:
    """For JSON: instants in ISO 8601 and UTC, spans in seconds."""
    return {
        "at": seen.at.isoformat(),
        "fine": seen.fine,
        "windows": [_window(each) for each in seen.windows],
        "concerns": [
            {
                **asdict(each), "since": each.since.isoformat() if each.since is not None else None,
                "bad": each.bad, "call": seen.call.get(each.partner, ""),
            }
            for each in seen.concerns
        ],
        "alarms": [
            {"kind": each.kind, "severity": each.severity, "partner": each.partner, "raised": each.raised.isoformat()}
            for each in seen.alarms
        ],
    }  # fmt: skip


def _window(each: Forecast) -> dict[str, Any]:
    window = each.window
    return {
        "partner": each.partner, "batch": each.batch, "state": each.state,
        "opens": window.opens.isoformat(), "cut_off": window.cut_off.isoformat(),
        "closes": window.closes.isoformat(), "sent": each.sent, "remaining": each.remaining,
        "under_way": each.under_way, "collected": each.collected, "expected": each.expected,
        "late": each.late, "over_quota": each.over_quota, "rate": each.rate, "measured": each.measured,
        "done_at": each.done_at.isoformat() if each.done_at is not None else None,
        "margin": None if each.margin is None else each.margin.total_seconds(), "stalled": each.stalled,
    }  # fmt: skip
