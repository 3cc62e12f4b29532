"""Progress by number: what a firm, a bureau or a clerk is told of it, and what not."""

from __future__ import annotations

from edi_router.config import shipped_directory
from tests.stories.test_containers import GOODS, RESULT
from tests.support.cli import edi_router
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
UUID = "6f0c1c52a8b84e0f9a1b6d8f1a2b3c4d"
NUMBER = "420500226000001"


def seen(place: Place, number: str, viewer: str | None) -> tuple[set[str], set[str]]:
    """Types of the messages, and registers, that one is told of."""
    directory = place.engine.configuration.directory
    codes = directory.partners[viewer].codes if viewer is not None else ()
    found = place.ledger.progress(number, viewer, codes)
    return {each.type for each in found.stages}, {each.entry.register for each in found.standings}


def test_each_sees_what_concerns_him(place: Place) -> None:
    place.drop("YARD", "1.xml", RESULT)
    place.engine.until_idle()
    place.drop("ENT-A", "2.xml", GOODS)
    assert place.engine.until_idle().problems == []
    # By the number that the bureau has given; the message itself did not have it.
    assert seen(place, NUMBER, "ENT-A") == (set(), {"declaration", "container-result"})
    assert seen(place, UUID, "ENT-A") == ({"EEntDeclIo"}, {"declaration", "container-result"})
    assert seen(place, UUID, "CIQ-YC") == ({"EEntDeclIo"}, {"declaration"})  # addressed to it
    assert seen(place, UUID, "CIQ-QD") == ({"EEntDeclIo"}, {"declaration", "container-result"})  # inspects it
    assert seen(place, UUID, "CIQ-SH") == (set(), set())
    assert seen(place, UUID, "ENT-B") == (set(), set())
    assert seen(place, NUMBER, "ENT-B") == (set(), set())
    # A container by its number: the yard has entered it, another firm must not know of it.
    assert seen(place, "CSQU3054383", "YARD")[1] == {"container-result"}
    assert seen(place, "CSQU3054383", "ENT-B") == (set(), set())
    messages, registers = seen(place, "CSQU3054383", None)
    assert "ContainerResult" in messages
    assert "container-result" in registers
    standings = place.ledger.progress("CSQU3054383", "YARD").standings
    [standing] = [each for each in standings if each.entry.key == "CSQU3054383"]
    assert [(what, state) for _, what, state in standing.steps] == [
        ("passed", "passed"),
        ("matched", "written-off"),
    ]

    asked = edi_router("--workspace", place.root, "progress", UUID, "--as", "ENT-A", "--json")
    assert asked.code == 0
    [message] = asked.json["messages"]
    [entry] = [each for each in asked.json["registers"] if each["register"] == "declaration"]
    assert message["state"] == "completed"
    assert entry["fields"]["DeclNo"] == [NUMBER]
    assert [step["what"] for step in message["steps"]][:2] == ["accepted", "made"]
    assert edi_router("--workspace", place.root, "progress", UUID, "--as", "ENT-B").code == 1
    assert edi_router("--workspace", place.root, "progress", UUID, "--as", "ENT-Z").code == 2
    told = edi_router("--workspace", place.root, "progress", UUID)
    assert told.code == 0
    assert "accepted" in told.out
