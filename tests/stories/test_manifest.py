"""Manifests to customs, with copies, and what customs answer; changes and deletions need an accepted bill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import GOOD, Story, sample
from tests.support.workspaces import deployment

NS = "urn:Declaration:datamodel:standard:CN:MT9999:1"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def manifest(
    story: Story, bill: str, function: str = "9", kind: str = "MT1101", **elements: str
) -> list[str]:
    """Send a manifest of one bill."""
    story.__dict__["sent"] = count = story.__dict__.get("sent", 0) + 1
    id = f"CN_{kind}_1p0_SHIPLINE_20260314{count:09d}"
    data = sample(
        f"manifest-{kind.lower()}.xml",
        MessageID=id,
        FunctionCode=function,
        SendTime="20260314100000000",
        **elements,
    )
    text = data.decode()
    start = text.index("<TransportContractDocument>")
    return story.send(
        "SHIPLINE",
        (text[:start] + text[start:].replace("EXBL0000020", bill).replace("EXBL0000017", bill)).encode(),
    )


def answer(story: Story, bill: str, code: str, kind: str = "MT1101", office: str = "CUS-QD") -> list[str]:
    """Let customs answer."""
    story.__dict__["told"] = count = story.__dict__.get("told", 0) + 1
    return story.send(office, f"""<Manifest xmlns="{NS}"><Head><MessageID>CN_MT9999_1p0_EPORT_20260314{count:09d}</MessageID>
        <FunctionCode>11</FunctionCode><MessageType>{kind}</MessageType><SenderID>EPORT</SenderID><ReceiverID>SHIPLINE</ReceiverID>
        <SendTime>20260314102000456</SendTime><Version>1.0</Version></Head><Response><Consignment><TransportContractDocument>
        <ID>{bill}</ID></TransportContractDocument><ResponseType><Code>{code}</Code><Text>21301 舱单传输成功</Text></ResponseType>
        </Consignment></Response></Manifest>""".encode())  # fmt: skip


def key(bill: str, kind: str = "MT1101") -> str:
    return f"{kind}/{bill}/"


def test_a_manifest_goes_to_customs_with_copies_and_is_answered(story: Story) -> None:
    assert manifest(story, "BL1") == ["completed"], story.codes()
    for partner in ("CUS-QD", "CIQ-QD", "TERM"):
        assert story.got(partner, "<Manifest", "<ID>BL1</ID>"), partner
    assert story.state("manifest", key("BL1")) == "sent"
    assert answer(story, "BL1", "01") == ["completed"], story.codes()
    assert story.state("manifest", key("BL1")) == "accepted"
    [reply] = story.got("SHIPLINE", "CUSRES:D:96B", "BL1")
    assert "BGM+962" in reply
    assert "舱单传输成功" in reply
    story.wait(hours=1)
    assert not story.got("SUPERVISOR", key("BL1"))


def test_changes_and_deletions_need_an_accepted_bill(story: Story) -> None:
    for function in ("5", "3", "0"):
        assert manifest(story, "BL2", function) == ["rejected"]
        assert story.codes() == ["R-MSGID-05"]
    manifest(story, "BL2")
    assert manifest(story, "BL2", "5") == ["rejected"], "customs have not accepted it yet"
    answer(story, "BL2", "02")
    assert manifest(story, "BL2", "5") == ["completed"]
    answer(story, "BL2", "03")
    assert story.state("manifest", key("BL2")) == "accepted", "as it was"
    assert manifest(story, "BL2") == ["rejected"]
    assert story.codes() == ["R-MSGID-05.new"]
    assert manifest(story, "BL2", "3") == ["completed"]
    answer(story, "BL2", "01")
    assert story.state("manifest", key("BL2")) == "deleted"
    assert manifest(story, "BL2") == ["completed"], "a new one after the deletion"


def test_a_rejected_manifest_is_lodged_again(story: Story) -> None:
    manifest(story, "BL3")
    answer(story, "BL3", "03")
    assert story.state("manifest", key("BL3")) == "rejected"
    assert story.got("SHIPLINE", "BGM+963", "BL3")
    assert manifest(story, "BL3", "5") == ["rejected"]
    assert manifest(story, "BL3") == ["completed"]


def test_a_cargo_report_becomes_the_manifest_of_customs(story: Story) -> None:
    report = (GOOD / "cuscar.edi").read_bytes().replace(b"ENTA", b"SHIPLINE")
    assert story.send("SHIPLINE", report, suffix="edi") == ["completed"], story.codes()
    entries = story.place.ledger.register_entries("manifest")
    keys = [listed.entry.key for listed in entries]
    bills = [key.split("/")[1] for key in keys if not key.startswith(("MT1101/BL", "MT2101/"))]
    assert bills, "each bill of the report is in the register"
    for partner in ("CUS-QD", "CIQ-QD", "TERM"):
        [made] = story.got(partner, "<Manifest", f"<ID>{bills[0]}</ID>")
        assert "<DeclarationOfficeID>4218</DeclarationOfficeID>" in made
    again = (
        report.replace(b"+9'", b"+5'")
        .replace(b"CASE0001", b"CASE0002")
        .replace(b"SL-2026-017", b"SL-2026-018")
    )
    assert story.send("SHIPLINE", again, suffix="edi") == ["rejected"]
    assert "R-MSGID-05" in story.codes()


def test_an_export_manifest_in_another_port(story: Story) -> None:
    assert manifest(story, "BL4", kind="MT2101", DeclarationOfficeID="0202") == ["completed"], story.codes()
    assert story.got("CUS-TJ", "BL4")
    assert story.got("CIQ-TJ", "BL4")
    assert not story.got("CUS-QD", "BL4")
    assert not story.got("TERM", "BL4")
    answer(story, "BL4", "01", "MT2101", "CUS-TJ")
    assert story.state("manifest", key("BL4", "MT2101")) == "accepted"


def test_customs_answer_late_or_to_something_else(story: Story) -> None:
    manifest(story, "BL5")
    story.wait(minutes=30, seconds=1)
    assert len(story.got("SUPERVISOR", f"manifest {key('BL5')}: late")) == 1
    assert answer(story, "BL99", "01") == ["held"]
    assert answer(story, "BL99", "01", "MT3101") == ["completed"]
