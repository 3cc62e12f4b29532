"""When a batch is closed: windows on the clocks of the wall, limits, quota, priority; decided from values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from edi_router.calendars import Calendar
from edi_router.calendars.model import Name
from edi_router.partners.batches import Batch
from edi_router.partners.closing import Cause, Closing, Collected, by_hand, next_batch, over_quota
from edi_router.partners.windows import Window
from tests.support.windows import BERLIN, NIGHT, SHANGHAI, at, batch, waiting, windows


def due(of: Batch, now: str, collected: list[Collected], closed: int = 0) -> Closing | None:
    hours = windows(of)
    window = hours.open_at(at(now))
    taken = {window.opens: closed} if window is not None else {}
    return next_batch(of, hours, at(now), collected, taken)


def told(closing: Closing | None) -> str:
    """`opening: m1 m2`; empty for none."""
    return "" if closing is None else f"{closing.cause}: {' '.join(closing.members)}"


@pytest.mark.parametrize(
    ("now", "made", "more", "expected"),
    [
        ("14 21:59", ["14 20:00"], {}, ""),
        ("14 22:00", ["14 20:00"], {}, "opening: m1"),
        ("14 22:00", [], {}, ""),
        ("14 23:30", ["14 22:05"], {}, ""),
        ("15 01:59", ["14 22:05"], {}, ""),
        ("15 02:00", ["14 22:05"], {}, ""),  # it has closed
        ("15 01:45", ["14 22:05"], {"lead": {"minutes": 15}}, "cut-off: m1"),
        ("15 01:44", ["14 22:05"], {"lead": {"minutes": 15}}, ""),
        ("15 01:50", ["14 22:05", "15 01:46"], {"lead": {"minutes": 15}}, "cut-off: m1"),
        ("15 01:50", ["15 01:46"], {"lead": {"minutes": 15}}, ""),
        ("15 01:55", ["14 20:00"], {"lead": {"minutes": 15}}, "cut-off: m1"),  # the opening was slept through
        ("15 22:00", ["15 01:46"], {"lead": {"minutes": 15}}, "opening: m1"),
        ("14 22:29", ["14 22:00"], {"every": {"minutes": 30}}, ""),
        ("14 22:30", ["14 22:00", "14 22:29"], {"every": {"minutes": 30}}, "every: m1 m2"),
        ("14 22:05", ["14 22:01"] * 3, {"messages": "3"}, "count: m1 m2 m3"),
        ("14 22:05", ["14 22:01"] * 5, {"messages": "3"}, "count: m1 m2 m3"),
        ("14 22:05", ["14 22:01"] * 2, {"messages": "3"}, ""),
        ("14 22:00", ["14 21:00"] * 5, {"messages": "3"}, "count: m1 m2 m3"),
        ("14 22:05", ["14 22:01"] * 5, {"kilobytes": "3"}, "size: m1 m2"),
        ("14 22:05", ["14 22:01"] * 2, {"kilobytes": "3"}, ""),
        ("14 22:05", ["14 22:01"] * 2, {"kilobytes": "1"}, "size: m1"),  # alone it is too large, and goes
        ("14 22:05", ["14 22:01"] * 5, {"kilobytes": "4", "messages": "2"}, "count: m1 m2"),
    ],
)  # fmt: skip
def test_when_a_batch_is_due(now: str, made: list[str], more: dict[str, Any], expected: str) -> None:
    assert told(due(batch(**more), now, waiting(*made))) == expected


def test_priority_goes_before_age() -> None:
    collected = [
        Collected(id, at(made), priority, 100, "CUSDEC D96B")
        for id, made, priority in (
            ("old", "14 20:00", 5), ("urgent", "14 21:00", 1), ("idle", "14 19:00", 9), ("new", "14 21:30", 5),
        )
    ]  # fmt: skip
    assert told(due(batch(), "14 22:00", collected)) == "opening: urgent old new idle"
    assert told(due(batch(messages="2"), "14 22:00", collected)) == "count: urgent old"


def test_groups_keep_types_together() -> None:
    collected = [
        Collected(str(number), at("14 20:00"), 5, 100, kind)
        for number, kind in enumerate(["CUSDEC D96B", "CUSREP D96B", "CUSDEC D96B"])
    ]
    assert told(due(batch(), "14 22:00", collected)) == "opening: 0 1 2"
    assert told(due(batch(groups="yes"), "14 22:00", collected)) == "opening: 0 2 1"


@pytest.mark.parametrize(
    ("closed", "expected"), [(0, "opening: m1 m2 m3"), (3, "opening: m1 m2"), (5, ""), (9, "")]
)
def test_the_quota_of_a_window(closed: int, expected: str) -> None:
    three = waiting("14 20:00", "14 20:01", "14 20:02")
    assert told(due(batch(quota="5"), "14 22:00", three, closed)) == expected
    assert over_quota(batch(quota="5"), 3, closed) == max(0, min(3, 3 - (5 - closed)))


def test_test_messages_have_an_interchange_of_their_own() -> None:
    collected = [
        Collected(str(number), at("14 20:00"), 5, 100, "CUSDEC D96B", test=number % 2 == 1)
        for number in range(3)
    ]
    first = due(batch(), "14 22:00", collected)
    assert (told(first), first and first.test) == ("opening: 0 2", False)
    second = due(batch(), "14 22:00", collected[1:2])
    assert (told(second), second and second.test) == ("opening: 1", True)


def test_what_came_back_goes_at_once_by_itself() -> None:
    collected = [*waiting("14 22:10"), *(
        Collected(f"r{number}", at("14 22:01"), 5, 100, "CUSDEC D96B", lot)
        for number, lot in enumerate(["B-7.1", "B-7.1", "B-7.2", "B-8"])
    )]  # fmt: skip
    closing = due(batch(lead={"minutes": "15"}), "14 22:11", collected)
    assert (told(closing), closing and closing.parent) == ("split: r0 r1", "B-7")
    assert told(due(batch(), "14 22:11", collected[-1:])) == "resent: r3"
    assert (
        told(due(batch(lead={"minutes": "15"}), "15 01:55", collected)) == "split: r0 r1"
    )  # after the cut-off too
    assert told(due(batch(), "15 02:01", collected)) == ""


def test_by_hand_takes_all_at_any_hour() -> None:
    of = batch(quota="1", messages="2")
    made = by_hand(of, windows(of), at("14 12:00"), waiting("14 11:00", "14 11:30", "14 11:59"))
    assert (told(made), made and made.window) == ("by-hand: m1 m2", None)
    assert by_hand(of, windows(of), at("14 12:00"), []) is None


def hours(of: Batch, zone: ZoneInfo, day: int, month: int = 3) -> list[str]:
    found = windows(of, zone).on(datetime(2026, month, day, tzinfo=zone).date())
    return [
        f"{(each.closes - each.opens) // timedelta(minutes=1)} min from {each.opens:%H:%M}Z" for each in found
    ]


def test_windows_on_days_when_clocks_change() -> None:
    assert hours(batch(), BERLIN, 27) == ["240 min from 21:00Z"]
    assert hours(batch(windows={"opens": "22:00", "closes": "04:00"}), BERLIN, 28) == ["300 min from 21:00Z"]
    assert hours(batch(windows={"opens": "22:00", "closes": "04:00"}), BERLIN, 24, 10) == [
        "420 min from 20:00Z"
    ]
    skipped = batch(windows=[{"opens": "02:10", "closes": "02:50"}, {"opens": "05:00", "closes": "06:00"}])
    assert hours(skipped, BERLIN, 29) == ["60 min from 03:00Z"]
    early = batch(windows={"opens": "02:10", "closes": "03:10"})
    assert hours(early, BERLIN, 29) == ["10 min from 01:00Z"]


def test_several_windows_a_night() -> None:
    of = batch(windows=[{"opens": "21:00", "closes": "23:00"}, {"opens": "23:30", "closes": "00:30"}, NIGHT | {
        "opens": "01:00", "closes": "05:00"}])  # fmt: skip
    found = windows(of)
    assert [bool(found.open_at(at(text))) for text in ("14 20:59", "14 21:00", "14 23:00", "15 00:29", "15 00:30")] \
        == [False, True, False, True, False]  # fmt: skip
    following = found.next_after(at("14 21:00"))
    assert following is not None
    assert following.opens == at("14 23:30")
    last = found.last_before(at("15 00:59"))
    assert last is not None
    assert (last.opens, last.closes) == (at("14 23:30"), at("15 00:30"))


def test_windows_open_on_working_days_of_a_calendar() -> None:
    name = Name(en="x", zh="x")
    week = (((480, 1020),),) * 5 + ((), ())
    found = batch(calendar="office").hours(SHANGHAI, {"office": Calendar("office", name, SHANGHAI, week)})
    assert found.open_at(at("13 23:00")) is not None  # a Friday
    assert found.open_at(at("14 01:00")) is not None  # the tail of Friday's
    assert found.open_at(at("14 23:00")) is None
    following = found.next_after(at("14 03:00"))
    assert following is not None
    assert following.opens == at("16 22:00")


@pytest.mark.parametrize(
    ("made", "more", "missed"),
    [
        ("15 01:44", {"lead": {"minutes": 15}}, False),
        ("15 01:46", {"lead": {"minutes": 15}}, True),
        ("15 02:30", {"lead": {"minutes": 15}}, True),
        ("15 02:50", {"lead": {"minutes": 15}}, False),  # early for the next night
        ("15 01:55", {"lead": {"minutes": 15}, "late": {"minutes": 5}}, True),  # the window is open still
        ("15 02:30", {}, True),
        ("15 03:00", {}, False),
        ("14 23:00", {}, False),
    ],
)  # fmt: skip
def test_what_is_late(made: str, more: dict[str, Any], missed: bool) -> None:
    of = batch(**more)
    expected = Window(at("14 22:00"), at("15 02:00") - windows(of).lead, at("15 02:00")) if missed else None
    assert windows(of).missed(at(made)) == expected


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"windows": {"opens": "22:00", "closes": "22:00"}}, "closes at 22:00, when it opens"),
        ({"windows": [NIGHT, {"opens": "01:00", "closes": "03:00"}]}, "overlap"),
        ({"windows": []}, "at least one"),
        ({"of": "xml TransferOrder"}, "no EDIFACT message"),
        ({"of": "csv certificate-origin"}, "no EDIFACT message"),
        ({"kilobytes": "1", "megabytes": "1"}, "not both"),
        ({"lead": {"hours": "4"}}, "shorter than each window"),
        ({"messages": "0"}, "greater than or equal to 1"),
        ({"id": "Forms"}, "match pattern"),
    ],
)  # fmt: skip
def test_what_a_batch_cannot_be(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        batch(**more)


def test_causes_are_words_of_the_glossary() -> None:
    assert {str(each) for each in Cause} == {
        "opening", "count", "size", "every", "cut-off", "resent", "split", "by-hand",
    }  # fmt: skip
