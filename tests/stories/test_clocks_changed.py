"""A clock that is changed holds for entries that are there already, as soon as the configuration is in force."""

from __future__ import annotations

from edi_router.config import shipped_directory
from tests.support.story import Story, sample
from tests.support.workspaces import Place

HOUR = "{id: inland-hour, in: inland, after: {hours: 1}, outcome: not-taken-yet}"
DAY = "{id: inland-day, in: [inland, inland-taken], after: {days: 1}, outcome: not-answered}"


def test_open_entries_follow_a_changed_clock(place: Place) -> None:
    story = Story(place)
    cases = [
        sample("help-case.xml", CaseNo=number, State="1", FunctionCode="9", MsgId=number) for number in "AB"
    ]
    assert story.send("ENT-B", *cases) == ["completed"] * 2
    taken = sample("help-case.xml", CaseNo="B", State="2", FunctionCode="5", MsgId="B-2")
    assert story.send("CIQ-QD", taken) == ["completed"]
    text = (shipped_directory() / "registers/help-case.yaml").read_text(encoding="utf-8")
    sooner = text.replace(HOUR, HOUR.replace("hours: 1", "minutes: 10"))
    sooner = sooner.replace(DAY, DAY.replace("days: 1", "days: 2"))
    assert sooner.count("minutes: 10") == sooner.count("{days: 2}") == 1
    (place.root / "registers").mkdir()
    (place.root / "registers/help-case.yaml").write_text(sooner, encoding="utf-8")
    configuration, faults = place.workspace.configuration()
    assert configuration is not None, faults
    place.workspace.request_reload(configuration.digest)
    assert place.engine.reload()
    story.wait(minutes=11)
    assert story.outcomes("help-case", "A") == ["inland", "not-taken-yet"]
    story.wait(days=1)
    assert story.outcomes("help-case", "B") == ["inland", "inland-taken"]
    story.wait(days=1)
    assert story.outcomes("help-case", "B")[-1] == "not-answered"
