"""When tonight's exchange will be complete: the rate, what remains, the margin; reckoned from values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from edi_router.partners.closing import Collected
from edi_router.partners.forecast import Forecast, Sent, rate, reckon
from tests.support.windows import at, batch, waiting, windows


def sent(messages: int, closed: str, delivered: str | None, window: str = "14 22:00") -> Sent:
    return Sent(messages, at(closed), None if delivered is None else at(delivered), at(window))


def forecast(
    now: str, collected: list[Collected], *batches: Sent, expected: int = 0, **more: Any
) -> Forecast:
    of = batch(**more)
    window = windows(of).open_at(at(now)) or windows(of).next_after(at(now))
    assert window is not None
    return reckon("CUS", of, window, at(now), collected, batches, expected)


def told(made: Forecast) -> tuple[str | None, float | None]:
    """When it is done (`22:30`, in UTC+8) and the margin in minutes."""
    done = None if made.done_at is None else f"{made.done_at + timedelta(hours=8):%H:%M}"
    return done, None if made.margin is None else made.margin / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([], None),
        ([sent(60, "14 22:00", "14 22:01")], 1.0),
        ([sent(60, "14 22:00", "14 22:01"), sent(60, "14 22:09", "14 22:10")], 1.0),  # the pause does not count
        ([sent(60, "14 22:00", "14 22:02"), sent(60, "14 22:00", "14 22:02")], 1.0),  # side by side
        ([sent(60, "14 22:00", "14 22:00")], 60.0),
        ([sent(60, "14 22:00", "14 22:01"), sent(60, "14 22:08", None)], 60 / 180),  # it drags on
        ([sent(60, "14 22:00", None)], None),
        ([sent(60, "14 21:00", "14 21:59")], None),
    ],
)  # fmt: skip
def test_the_rate_counts_time_with_something_to_deliver(batches: list[Sent], expected: float | None) -> None:
    assert rate(batches, at("14 22:00"), at("14 22:10")) == expected


EARLIER = sent(600, "13 22:00", "13 22:10", "13 22:00")  # one a second
TONIGHT = sent(600, "14 22:00", "14 22:20")  # one in two seconds


@pytest.mark.parametrize(
    ("now", "collected", "batches", "more", "expected"),
    [
        # Nothing is left: it was done with the last delivery.
        ("14 22:30", 0, [TONIGHT], {}, ("22:20", 220.0)),
        ("14 22:30", 0, [], {}, (None, None)),
        # What is under way goes at tonight's rate, and if that is not known yet, at that of the nights before.
        ("14 22:30", 0, [TONIGHT, sent(100, "14 22:30", None)], {}, ("22:33", 207.0 - 1 / 3)),
        ("14 22:30", 0, [EARLIER, sent(600, "14 22:30", None)], {}, ("22:40", 200.0)),
        ("14 22:30", 0, [sent(600, "14 22:30", None)], {}, (None, None)),
        # What waits for a batch goes when it is closed: at the opening, after `every`, at the cut-off.
        ("14 20:00", 600, [EARLIER], {}, ("22:10", 230.0)),
        ("14 22:30", 600, [EARLIER], {}, ("02:10", -10.0)),
        ("14 22:30", 600, [EARLIER], {"lead": {"minutes": 15}}, ("01:55", 5.0)),
        ("14 22:30", 600, [EARLIER], {"lead": {"minutes": 15}, "every": {"minutes": 30}}, ("23:10", 170.0)),
        ("14 22:50", 600, [EARLIER], {"lead": {"minutes": 15}, "every": {"minutes": 30}}, ("23:10", 170.0)),
    ],
)  # fmt: skip
def test_when_it_will_be_done(
    now: str, collected: int, batches: list[Sent], more: dict[str, Any], expected: tuple[str, float]
) -> None:
    made = forecast(now, waiting(*[min(now, "14 22:30")] * collected), *batches, **more)
    assert told(made) == pytest.approx(expected)


def test_one_night_without_a_line_says_nothing_of_the_next() -> None:
    outage = sent(600, "12 22:00", "13 01:00", "12 22:00")
    usual = [sent(600, f"{day} 22:00", f"{day} 22:10", f"{day} 22:00") for day in (11, 13)]
    made = forecast("14 22:00", waiting(*["14 12:00"] * 600), outage, *usual)
    assert (made.measured, made.rate, told(made)[0]) == ("earlier", 1.0, "22:10")


def test_what_is_expected_counts_and_the_quota_leaves_the_rest() -> None:
    made = forecast("14 22:30", waiting(*["14 22:10"] * 10), TONIGHT, expected=5, quota="612")
    assert (made.collected, made.expected, made.remaining, made.over_quota) == (7, 5, 12, 3)
    assert (made.sent, made.measured, made.rate) == (600, "tonight", 0.5)


def test_what_came_too_late_is_told_and_not_counted() -> None:
    made = forecast("15 01:50", waiting("15 01:40", "15 01:46", "15 01:47"), TONIGHT, lead={"minutes": 15})
    assert (made.collected, made.late) == (1, 2)


def test_bad_ends() -> None:
    late = forecast("14 22:30", waiting(*["14 22:10"] * 600), EARLIER)
    assert (late.ends_badly, late.stalled) == (True, False)
    assert not forecast("14 22:30", [], TONIGHT, sent(1, "14 22:29", None)).ends_badly
    stalled = forecast("14 22:40", [], TONIGHT, sent(1, "14 22:29", None))
    assert (stalled.ends_badly, stalled.stalled) == (True, True)
    window = windows(batch()).last_before(at("15 03:00"))
    assert window is not None
    over = reckon("CUS", batch(), window, at("15 03:00"), [], [TONIGHT, sent(1, "15 01:59", None)], 0)
    assert (over.state, over.remaining, over.ends_badly) == ("closed", 1, True)
    assert not reckon("CUS", batch(), window, at("15 03:00"), [], [TONIGHT], 0).ends_badly


def test_instants_are_aware() -> None:
    with pytest.raises(ValueError, match="time zone"):
        windows(batch()).open_at(datetime(2026, 3, 14, 22))
