"""Clocks of the exchange: warned at 80 %, over, alarmed once for all that are late, cleared once, paused with partner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_router.engine.watch import times
from edi_router.pipeline.configuration import Configuration
from tests.support.cli import edi_router
from tests.support.story import Story, sample
from tests.support.workspaces import deployment

DAY = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path) as place:
        yield Story(place)


def declare(story: Story, number: str) -> None:
    text = sample("wco-declaration.xml").replace(b"GOOD-W01", number.encode())
    assert story.send("ENT-A", text) == ["completed"]


def answer(story: Story, number: str, channel: str) -> None:
    story.send("CUS-QD", sample("dec-result.xml", CHANNEL=channel, CUS_CIQ_NO=number, ENTRY_ID=""))


def alarms(story: Story, *, open_only: bool = True) -> list[tuple[str, str, object]]:
    found = story.place.ledger.alarms(open_only=open_only)
    return sorted(
        (each.kind, each.severity, each.arguments["number"])
        for each in found
        if each.kind.startswith(("answer", "delivery"))
    )


def test_late_acknowledgements_are_one_alarm_and_are_cleared_once(story: Story) -> None:
    declare(story, "CLOCK-1")
    declare(story, "CLOCK-2")
    story.wait(minutes=7)
    assert alarms(story) == []
    story.wait(minutes=1)
    assert alarms(story) == [("answer-soon-late", "warning", 2)]
    story.wait(minutes=2)
    assert alarms(story) == [("answer-late", "critical", 2)]
    answer(story, "CLOCK-1", "L")
    assert alarms(story) == [("answer-late", "critical", 1)]
    story.wait(minutes=1)
    answer(story, "CLOCK-2", "L")
    assert alarms(story) == []
    assert len(alarms(story, open_only=False)) == 1, "one alarm in all"
    assert [each.breached for each in story.place.ledger.late()] == []
    [alarm] = [row for row in story.place.ledger.ls("alarm") if row["kind"] == "answer-late"]
    assert (alarm["partner"], alarm["arguments"]["number"]) == ("CUS-QD", 1)
    assert [row["state"] for row in story.place.ledger.ls("clock", state="late")] == ["late", "late"]


def test_what_is_waived_is_waited_for_no_longer(story: Story) -> None:
    declare(story, "CLOCK-4")
    story.wait(minutes=15)
    assert alarms(story) == [("answer-late", "critical", 1)]
    done = edi_router(
        "--workspace", story.place.root, "waive", "CLOCK-4", "--reason", "by telephone", "--json"
    )
    assert (done.code, done.json["count"]) == (0, 3)
    decisions = story.place.ledger.decisions(kind="output", limit=3)
    assert {(each.verb, each.reason) for each in decisions} == {("waive", "by telephone")}
    again = edi_router("--workspace", story.place.root, "waive", "CLOCK-4", "--reason", "by telephone")
    assert again.code == 1
    story.wait(seconds=1)
    assert alarms(story) == []
    assert {row["state"] for row in story.place.ledger.ls("clock") if row["kind"] == "answer"} == {"late"}


def test_a_paused_partner_alarms_nobody_and_is_marked(story: Story) -> None:
    declare(story, "CLOCK-3")
    story.wait(minutes=8)
    story.place.ledger.pause("CUS-QD", "maintenance until noon", "clerk")
    story.wait(minutes=10)
    assert alarms(story) == [("answer-soon-late", "warning", 1)]
    assert [(each.level, each.warned, each.paused) for each in story.place.ledger.late()] == [
        ("technical", 1, True)
    ]
    story.place.ledger.resume("CUS-QD", "clerk")
    story.wait(seconds=1)
    assert alarms(story)[0] == ("answer-late", "critical", 1)


def test_an_undelivered_message_is_late(story: Story) -> None:
    story.place.ledger.pause("CIQ-QD", "server down", "clerk")
    text = sample("transfer-order.xml")
    story.send("CIQ-YC", text)
    story.wait(days=1)
    assert ("delivery-late", "critical", 1) in alarms(story)
    story.place.ledger.resume("CIQ-QD", "clerk")
    story.wait(seconds=1)
    assert alarms(story) == []


def test_without_room_nothing_is_received_but_what_is_in_hand_goes_on(story: Story) -> None:
    place = story.place
    place.ledger.pause("CUS-QD", "maintenance", "clerk")
    declare_later = sample("wco-declaration.xml").replace(b"GOOD-W01", b"ROOM-1")
    assert story.send("ENT-A", declare_later) == ["in_work"]
    place.engine.free = lambda path: 10_000_000
    place.ledger.resume("CUS-QD", "clerk")
    place.drop("ENT-A", "second.xml", sample("wco-declaration.xml").replace(b"GOOD-W01", b"ROOM-2"))
    report = place.engine.round()
    assert (report.received, report.delivered > 0) == (0, True)
    assert len(report.problems) == 1
    assert [each.kind for each in place.ledger.alarms()] == ["disk-low"]
    assert place.outbox("ENT-A") == ["second.xml"]
    place.engine.free = lambda path: 10**12
    assert place.engine.until_idle().received == 1
    assert place.ledger.alarms() == []


@pytest.mark.parametrize(
    ("terms", "warn", "due"),
    [
        ({"minutes": 10}, "02:08", "02:10"),
        ({"minutes": 10, "warn": 50}, "02:05", "02:10"),
        ({"minutes": 10, "calendar": "gone"}, "02:08", "02:10"),
    ],
)
def test_times(terms: dict[str, str | int], warn: str, due: str) -> None:
    found = times(DAY, terms, {})
    assert tuple(each.strftime("%H:%M") for each in found) == (warn, due)


def test_times_in_office_hours(story: Story) -> None:
    configuration: Configuration = story.place.engine.configuration
    saturday = DAY  # 14 March 2026, 10:00 in Shanghai
    warn, due = times(saturday, {"hours": 2, "calendar": "china-office"}, configuration.calendars)
    monday = configuration.calendars["china-office"].next_open(saturday)
    assert (due - monday).total_seconds() == 2 * 3600
    assert (warn - monday).total_seconds() == 2 * 3600 * 0.8
    assert monday.strftime("%a") == "Mon"
