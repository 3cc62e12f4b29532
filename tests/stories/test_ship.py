"""One declaration of a ship to four agencies, and their four answers joined into one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import Story, sample
from tests.support.workspaces import deployment

CUSTOMS, CIQ, MSA, BORDER = "CUS-QD", "CIQ-QD", "MSA", "BORDER"
NAMES = {CUSTOMS: "CUSTOMS", CIQ: "CIQ", MSA: "MSA", BORDER: "BORDER"}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def declare(story: Story, id: str, *, healthy: bool = True, **elements: str) -> list[str]:
    data = sample("vessel-declaration.xml", MessageID=id, SendTime="20260314090000", **elements)
    if healthy:
        start, end = data.index(b"<IllList>"), data.index(b"</IllList>") + 10
        data = (data[:start] + data[end:]).replace(b"<Question4>1", b"<Question4>0")
    return story.send("SHIPLINE", data)


def reply(id: str, agency: str, decision: str = "1") -> bytes:
    return sample(
        "agency-reply.xml", DeclId=id, Agency=NAMES[agency], Decision=decision, PermitNo=f"{NAMES[agency]}-1"
    )


def test_four_agencies_are_asked_and_all_accept(story: Story) -> None:
    assert declare(story, "VD-1") == ["completed"], story.codes()
    assert story.got(CUSTOMS, "CUSREP:D:96B", "BGM+98+VD-1+9", "QTY+115:2")
    assert story.got(BORDER, "PAXLST:D:96B", "NAD+FM+++SAMPLE ALPHA", "NAD+FL+++SAMPLE GAMMA")
    assert story.got(MSA, ":VESSEL:ARRF:9:", ":VD-1")
    assert story.got(CIQ, "<VesselDeclaration>", "VD-1")
    for agency in (CUSTOMS, MSA, BORDER):
        assert story.send(agency, reply("VD-1", agency)) == ["completed"]
        assert not story.got("SHIPLINE", "<DeclId>VD-1<"), "permitted by all four only"
    story.send(CIQ, reply("VD-1", CIQ))
    assert story.state("ship", "VD-1") == "cleared"
    [answer] = story.got("SHIPLINE", "<DeclId>VD-1<")
    assert "<Decision>1</Decision><PermitNo>CNTAO26000001</PermitNo>" in answer.replace("\n", "").replace(
        "  ", ""
    )
    assert answer.count("<Reply>") == 4


def test_a_ship_refused_by_one_of_four_agencies(story: Story) -> None:
    declare(story, "VD-2")
    story.send(CIQ, reply("VD-2", CIQ))
    story.send(BORDER, reply("VD-2", BORDER, "2"))
    assert story.state("ship", "VD-2") == "refused"
    [answer] = story.got("SHIPLINE", "<DeclId>VD-2<")
    assert answer.count("<Reply>") == 2
    assert "PermitNo>CNTAO" not in answer
    story.send(CUSTOMS, reply("VD-2", CUSTOMS))
    assert story.state("ship", "VD-2") == "refused"
    assert len(story.got("SHIPLINE", "<DeclId>VD-2<")) == 1


def test_an_agency_asks_for_a_supplement(story: Story) -> None:
    declare(story, "VD-3")
    story.send(MSA, reply("VD-3", MSA, "3"))
    assert story.state("ship", "VD-3") == "supplement"
    assert len(story.got("SHIPLINE", "<DeclId>VD-3<", "<Agency>MSA</Agency>")) == 1
    for agency in NAMES:
        story.send(agency, reply("VD-3", agency))
    assert story.state("ship", "VD-3") == "cleared", "the agency accepts after all"


def test_the_desk_is_warned_after_50_minutes(story: Story) -> None:
    declare(story, "VD-4")
    story.send(MSA, reply("VD-4", MSA))
    story.wait(minutes=49)
    assert not story.got("SUPERVISOR", "VD-4")
    story.wait(minutes=1, seconds=1)
    assert len(story.got("SUPERVISOR", "VD-4", "warned")) == 1
    story.wait(minutes=10)
    assert len(story.got("SUPERVISOR", "VD-4", "late")) == 1
    story.wait(hours=5)
    assert len(story.got("SUPERVISOR", "VD-4")) == 2


@pytest.mark.parametrize(("id", "healthy", "dead"), [("VD-5", False, "0"), ("VD-6", True, "1")])
def test_illness_or_death_on_board_is_an_alert(story: Story, id: str, healthy: bool, dead: str) -> None:
    assert declare(story, id, healthy=healthy, DeathCount=dead) == ["completed"]
    assert len(story.got("SUPERVISOR", id, "asked-and-alerted")) == 1
    assert story.state("ship", id) == "asked"


def test_what_is_refused(story: Story) -> None:
    assert declare(story, "VD-7", OperatorCode="OTHERLINE") == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send(MSA, reply("VD-7", MSA)) == ["rejected"]
    assert story.codes() == ["R-SHIP-02"]
    assert story.send(MSA, reply("VD-4", CIQ)) == ["held"], "an agency answers for itself only"


def test_a_ship_in_another_port_goes_to_the_agencies_there(story: Story) -> None:
    assert declare(story, "VD-8", Port="CNTXG") == ["completed"]
    assert story.got("CUS-TJ", "CUSREP", "VD-8")
    assert story.got("CIQ-TJ", "<VesselDeclaration>", "VD-8")
    assert not story.got(CIQ, "VD-8")
    assert declare(story, "VD-9", Port="CNSHA") == ["held"], "no agreement for that port"
