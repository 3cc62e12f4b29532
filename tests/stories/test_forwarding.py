"""What is passed on and answered: applications to agencies, bookings, lists of persons, goods for a chosen office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import GOOD, Story, sample
from tests.support.workspaces import deployment

FIRMS = {
    "ENT-A": "91420500MA00000079",
    "ENT-B": "91420500MA0000000K",
    "AGENT": "91370211MA00000013",
    "SHIPLINE": "EXLINE",
}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def filing(id: str, kind: str, firm: str, *receivers: str, function: str = "9") -> bytes:
    data = sample(
        "filing.xml",
        FilingNo=id,
        MsgId=f"{id}-{function}",
        Kind=kind,
        FirmCode=FIRMS[firm],
        FunctionCode=function,
    )
    named = "".join(f"<Receiver>{each}</Receiver>" for each in receivers)
    return data.replace(b"<Receiver>0202</Receiver><Receiver>MOFCOM</Receiver>", named.encode())


def answer(id: str, agency: str, decision: str = "2") -> bytes:
    return sample("filing-answer.xml", FilingNo=id, Agency=agency, Decision=decision)


@pytest.mark.parametrize(
    ("kind", "firm", "receiver", "partner"),
    [
        ("RELIEF", "ENT-A", "4218", "CUS-QD"),
        ("TRANSIT", "AGENT", "0202", "CUS-TJ"),
        ("LINKAGE", "AGENT", "QWT", "TERM"),
        ("RAIL", "SHIPLINE", "EPORT", "EPORT-TJ"),
        ("STAFF", "SHIPLINE", "BI", "BORDER"),
        ("TAX", "ENT-A", "TAX", "TAX"),
        ("SAFE", "ENT-B", "SAFE", "SAFE"),
        ("OFFICE", "ENT-B", "120100", "CIQ-TJ"),
        ("OFFICE", "ENT-B", "370211", "CIQ-QD"),
        ("TEMP", "SHIPLINE", "MSA", "MSA"),
        ("BID", "ENT-A", "MOFCOM", "MOFCOM"),
        ("TECHNOLOGY", "ENT-B", "MOFCOM", "MOFCOM"),
        ("PLANT", "ENT-A", "370211", "CIQ-QD"),
        ("LAB", "ENT-A", "370211", "CIQ-QD"),
        ("TEST", "ENT-B", "370211", "CIQ-QD"),
        ("EVENT", "ENT-A", "370211", "CIQ-QD"),
        ("VECTOR", "SHIPLINE", "120100", "CIQ-TJ"),
        ("ORDER", "ENT-A", "EPORT", "EPORT-TJ"),
    ],
)
def test_an_application_is_passed_on_and_its_answer_comes_back(
    story: Story, kind: str, firm: str, receiver: str, partner: str
) -> None:
    id = f"{kind}-{receiver}"
    assert story.send(firm, filing(id, kind, firm, receiver)) == ["completed"], story.codes()
    assert story.got(partner, "<Filing>", f"<FilingNo>{id}<")
    assert story.send(partner, answer(id, receiver, "1"), answer(id, receiver)) == ["completed"] * 2, (
        story.codes()
    )
    assert story.state("filing", id) == "approved"
    assert len(story.got(firm, "<FilingAnswer>", f"<FilingNo>{id}<")) == 2


def test_a_processing_contract_needs_two_approvals(story: Story) -> None:
    story.send("ENT-A", filing("PT-1", "CONTRACT", "ENT-A", "0202", "MOFCOM"))
    assert story.got("CUS-TJ", "<FilingNo>PT-1<")
    assert story.got("MOFCOM", "<FilingNo>PT-1<")
    story.send("CUS-TJ", answer("PT-1", "0202"))
    assert story.state("filing", "PT-1") == "filed", "one of two"
    story.send("MOFCOM", answer("PT-1", "MOFCOM"))
    assert story.state("filing", "PT-1") == "approved"
    story.send("ENT-A", filing("PT-2", "CONTRACT", "ENT-A", "0202", "MOFCOM"))
    story.send("MOFCOM", answer("PT-2", "MOFCOM", "3"))
    assert story.state("filing", "PT-2") == "refused"


def test_what_is_refused_withdrawn_or_late(story: Story) -> None:
    assert story.send("ENT-A", filing("F-1", "RELIEF", "ENT-B", "4218")) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send("ENT-A", filing("F-2", "RELIEF", "ENT-A", "9999")) == ["rejected"]
    assert story.codes() == ["destination-unknown"]
    story.send("ENT-A", filing("F-3", "RELIEF", "ENT-A", "4218"))
    assert story.send("CUS-TJ", answer("F-3", "0202")) == ["rejected"], "the application is not theirs"
    assert story.codes() == ["R-CASE-02"]
    story.send("ENT-A", filing("F-3", "RELIEF", "ENT-A", "4218", function="1"))
    assert story.state("filing", "F-3") == "withdrawn"
    assert len(story.got("CUS-QD", "<FilingNo>F-3<")) == 2
    story.send("ENT-A", filing("F-4", "RELIEF", "ENT-A", "4218"))
    story.wait(days=1, seconds=1)
    assert len(story.got("SUPERVISOR", "filing F-4: late")) == 1


def interchange(sender: str, message: str, *segments: str) -> bytes:
    body = "".join(f"{segment}'" for segment in segments)
    return (
        f"UNB+UNOC:3+{sender}:ZZ+EDIROUTER:ZZ+260314:0930+{message}1'UNH+1+{message}:D:96B:UN'{body}"
        f"UNT+{len(segments) + 2}+1'UNZ+1+{message}1'"
    ).encode()


@pytest.mark.parametrize(
    ("sender", "message", "segments", "partner"),
    [
        ("AGENT", "IFTMBF", ["BGM+335+B1+9", "TDT+20+026E+1", "NAD+CA+EXLN", "GID+1+720:BG"], "SHIPLINE"),
        ("SHIPLINE", "IFTMBC", ["BGM+770+B1+9", "TDT+20+026E+1", "NAD+FW+91370211MA00000013"], "AGENT"),
        (
            "SHIPLINE",
            "PAXLST",
            ["BGM+745+P1+9", "TDT+20+026E", "DTM+132:202603140600:203", "NAD+FM+++SAMPLE ALPHA"],
            "BORDER",
        ),
    ],
)
def test_bookings_and_lists_of_persons_are_passed_on(
    story: Story, sender: str, message: str, segments: list[str], partner: str
) -> None:
    data = interchange(sender, message, *segments)
    assert story.send(sender, data, suffix="edi") == ["completed"], story.codes()
    assert story.got(partner, f"{message}:D:96B", segments[0])
    assert [name for name in story.place.inbox(sender) if name.startswith("CONTRL")], "acknowledged"


def test_a_crew_list_as_a_table(story: Story) -> None:
    data = (GOOD / "crew-list.csv").read_bytes()
    assert story.send("SHIPLINE", data, suffix="csv")[0] == "completed", story.codes()
    assert [name for name in story.place.inbox("BORDER") if name.startswith("crew_")]
