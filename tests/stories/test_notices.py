"""A notice goes to all partners; those who read it are counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import Story, sample
from tests.support.workspaces import deployment

READERS = {"ENT-A": "91420500MA00000079", "ENT-B": "91420500MA0000000K", "MSA": "MSA", "BANK": "102452000011"}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def notice(number: str, function: str = "9", **elements: str) -> bytes:
    usual = {"MsgId": f"{number}-{function}", "FunctionCode": function}
    return sample("notice.xml", NoticeNo=number, **{**usual, **elements})


def read(number: str, reader: str, time: str = "20260316101500") -> bytes:
    return sample("notice-receipt.xml", NoticeNo=number, Reader=reader, Time=time)


@pytest.mark.parametrize("issuer", ["EPORT-TJ", "CCPIT-HQ", "MOFCOM"])
def test_a_notice_goes_to_all_partners(story: Story, issuer: str) -> None:
    assert story.send(issuer, notice(f"N-{issuer}")) == ["completed"], story.codes()
    partners = {path.name for path in (story.place.root / "exchange").iterdir()}
    told = {partner for partner in partners if story.got(partner, f"<NoticeNo>N-{issuer}<")}
    assert told == partners - {issuer, "CUS-NIGHT"}, "CUS-NIGHT takes declarations only"
    assert len(told) == 29


def test_readers_are_counted_once(story: Story) -> None:
    story.send("EPORT-TJ", notice("N-1"))
    for partner, code in READERS.items():
        assert story.send(partner, read("N-1", code)) == ["completed"], story.codes()
    story.send("ENT-A", read("N-1", READERS["ENT-A"], "20260317101500"))
    entry = story.place.ledger.register_entry("notice", "N-1")
    assert entry is not None
    assert {line.key for line in entry.lines} == set(READERS.values())
    assert story.got("EPORT-TJ", "<NoticeReceipt>", READERS["BANK"])


def test_a_notice_is_corrected_and_withdrawn(story: Story) -> None:
    story.send("EPORT-TJ", notice("N-2"))
    story.send("ENT-A", read("N-2", READERS["ENT-A"]))
    assert story.send("EPORT-TJ", notice("N-2", "5", Title="更正")) == ["completed"]
    entry = story.place.ledger.register_entry("notice", "N-2")
    assert entry is not None
    assert entry.value("Title") == "更正"
    assert len(entry.lines) == 1
    story.send("EPORT-TJ", notice("N-2", "1"))
    assert story.state("notice", "N-2") == "withdrawn"
    assert len(story.got("ENT-B", "<NoticeNo>N-2<")) == 3


def test_what_is_refused(story: Story) -> None:
    story.send("EPORT-TJ", notice("N-3"))
    assert story.send("MOFCOM", notice("N-3", MsgId="other")) == ["rejected"]
    assert story.codes() == ["R-NOTICE-01"]
    assert story.send("MOFCOM", notice("N-3", "1")) == ["rejected"]
    assert story.codes() == ["R-NOTICE-02"]
    assert story.send("ENT-A", read("N-3", READERS["ENT-B"])) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send("ENT-A", read("N-99", READERS["ENT-A"])) == ["rejected"]
    assert story.codes() == ["R-NOTICE-02"]
    assert story.place.ledger.register_entry("notice", "N-99") is None
