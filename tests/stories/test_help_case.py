"""Complaints and calls for help: the agency is told, inland firms come first, each case is followed to its close."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import Story, sample
from tests.support.workspaces import deployment


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def case(id: str, step: str = "1", **elements: str) -> bytes:
    usual = {"FunctionCode": "9" if step == "1" else "5", "District": "370211", "MsgId": f"{id}-{step}"}
    return sample("help-case.xml", CaseNo=id, State=step, **{**usual, **elements})


def entry_field(story: Story, id: str, name: str) -> str:
    entry = story.place.ledger.register_entry("help-case", id)
    assert entry is not None
    return entry.value(name)


def test_an_inland_firm_is_marked_and_served_first(story: Story) -> None:
    assert story.send("ENT-B", case("HC-1", District="420500"), case("HC-2")) == ["completed"] * 2, (
        story.codes()
    )
    assert story.state("help-case", "HC-1") == "inland"
    assert entry_field(story, "HC-1", "Inland") == "420500"
    assert story.state("help-case", "HC-2") == "open"
    assert not entry_field(story, "HC-2", "Inland")
    cases = [name for name in story.place.inbox("CIQ-QD") if "HelpCase" in name]
    assert [name.split("-HelpCase")[0] for name in cases] == ["0-inland", "1"], "in the order of their names"
    assert story.got("SUPERVISOR", "<HelpCase>", "HC-1")
    assert not story.got("SUPERVISOR", "<HelpCase>", "HC-2")


@pytest.mark.parametrize(("id", "district"), [("HC-11", "370100"), ("HC-12", "340100"), ("HC-13", "650100")])
def test_which_districts_lie_inland(story: Story, id: str, district: str) -> None:
    story.send("ENT-B", case(id, District=district))
    assert story.state("help-case", id) == "inland"


def test_a_case_is_followed_to_its_close(story: Story) -> None:
    story.send("ENT-B", case("HC-3", District="420500"))
    story.send("CIQ-QD", case("HC-3", "2", Owner="值班员二"))
    assert story.state("help-case", "HC-3") == "inland-taken"
    assert entry_field(story, "HC-3", "Owner") == "值班员二"
    story.send("CIQ-QD", case("HC-3", "3"))
    assert story.state("help-case", "HC-3") == "answered"
    assert len(story.got("ENT-B", "<CaseNo>HC-3<")) == 2
    story.send("ENT-B", case("HC-3", "4"))
    assert story.state("help-case", "HC-3") == "closed"
    assert story.got("CIQ-QD", "<CaseNo>HC-3<", "<State>4</State>")
    assert story.send("CIQ-QD", case("HC-3", "2", MsgId="late")) == ["rejected"]
    assert story.codes() == ["R-CASE-02"]
    story.wait(days=10)
    assert not story.got("SUPERVISOR", "help-case HC-3")


def test_the_limits_are_shorter_for_inland_firms(story: Story) -> None:
    story.send("ENT-B", case("HC-4", District="420500"), case("HC-5"), case("HC-6"))
    story.send("CIQ-QD", case("HC-6", "3"))

    def alarms(id: str) -> int:
        return len(story.got("SUPERVISOR", f"help-case {id}:"))

    story.wait(hours=1, seconds=1)
    assert (alarms("HC-4"), alarms("HC-5")) == (1, 0)
    story.wait(hours=3)
    assert (alarms("HC-4"), alarms("HC-5")) == (1, 1)
    story.wait(hours=20)
    assert (alarms("HC-4"), alarms("HC-5")) == (2, 1)
    story.wait(days=2)
    assert (alarms("HC-4"), alarms("HC-5"), alarms("HC-6")) == (2, 2, 0)
    story.wait(days=4, hours=1)
    assert alarms("HC-6") == 1, "answered, but never closed"


def test_hard_cases_go_to_the_experts_too(story: Story) -> None:
    story.send("ENT-B", case("HC-7", Kind="3"))
    assert story.got("SUPERVISOR", "<HelpCase>", "HC-7")
    assert story.got("CIQ-QD", "HC-7")
    assert story.send("SUPERVISOR", case("HC-7", "3")) == ["completed"], story.codes()
    assert story.got("ENT-B", "<CaseNo>HC-7<", "<State>3</State>")


def test_what_is_refused(story: Story) -> None:
    assert story.send("AGENT", case("HC-8")) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    story.send("ENT-B", case("HC-9"))
    assert story.send("ENT-B", case("HC-9", MsgId="again")) == ["rejected"]
    assert story.codes() == ["R-CASE-01"]
    assert story.send("CUS-QD", case("HC-9", "3")) == ["rejected"], "the agency of the case answers"
    assert story.send("ENT-B", case("HC-10", Agency="990099")) == ["rejected"], "no such agency"
    assert story.codes() == ["destination-unknown"]
