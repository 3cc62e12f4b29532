"""One form, two declarations: to customs and CIQ, and their two answers joined into one receipt."""

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


def form(number: int, function: str = "9", **elements: str) -> bytes:
    elements = {"EntUuid": f"uuid-{number}", "MsgId": f"form-{number}-{function}", **elements}
    return sample(
        "combined-declaration.xml", FunctionCode=function, ClientSeqNo=f"AG20260314{number:06d}",
        CustomMaster="0202", OrgCode="120100", IEPort="0202", **elements,
    )  # fmt: skip


def key(number: int) -> str:
    return f"AG20260314{number:06d}"


def customs(number: int, code: str = "0", message: str = "accepted") -> bytes:
    return sample(
        "dec-import-response.xml", ClientSeqNo=key(number), ResponseCode=code, SeqNo=f"4202202600{number:08d}",
        ErrorMessage=message,
    )  # fmt: skip


def ciq(number: int, code: str = "0000", info: str = "申报成功") -> bytes:
    count = ciq.__dict__["count"] = ciq.__dict__.get("count", 0) + 1
    return sample(
        "ciq-receipt.xml", RspNo=f"R{count:05d}", EntUuid=f"uuid-{number}", RspCodes=code, RspInfo=info
    )


def test_one_form_goes_to_both_and_both_accept(story: Story) -> None:
    assert story.send("AGENT", form(1)) == ["completed"], story.codes()
    [declaration] = story.got("CUS-TJ", "<DecMessage", key(1))
    assert "<CodeTS>2102200000</CodeTS>" in declaration
    assert "CiqPart" not in declaration
    [inspection] = story.got("CIQ-TJ", "<EEntDeclIo", "<EntUuid>uuid-1</EntUuid>")
    assert "<CiqCode>0902109000101</CiqCode>" in inspection
    assert "<Currency>840</Currency>" in inspection
    story.send("CUS-TJ", customs(1))
    assert story.state("combined", key(1)) == "sent"
    assert not story.got("AGENT", "<CombinedReceipt>", key(1)), "joined means both"
    story.send("CIQ-TJ", ciq(1))
    assert story.state("combined", key(1)) == "accepted"
    [receipt] = story.got("AGENT", "<CombinedReceipt>", key(1))
    assert receipt.count("<Answer>") == 2
    assert "<Accepted>0</Accepted>" not in receipt
    story.wait(hours=1)
    assert not story.got("SUPERVISOR", key(1))


@pytest.mark.parametrize(("number", "dec", "insp"), [(2, "0", "E001"), (3, "9", "0000"), (4, "9", "E001")])
def test_a_form_that_one_refuses(story: Story, number: int, dec: str, insp: str) -> None:
    story.send("AGENT", form(number))
    story.send("CIQ-TJ", ciq(number, insp, "企业未备案" if insp != "0000" else "申报成功"))
    story.send("CUS-TJ", customs(number, dec))
    assert story.state("combined", key(number)) == "refused"
    [receipt] = story.got("AGENT", "<CombinedReceipt>", key(number))
    assert receipt.count("<Accepted>0</Accepted>") == 1 + (dec != "0") + (insp != "0000")
    assert story.send("AGENT", form(number, MsgId=f"again-{number}")) == ["completed"], (
        "corrected and sent again"
    )
    assert story.state("combined", key(number)) == "sent"


def test_a_change_goes_to_both_and_is_answered_again(story: Story) -> None:
    story.send("AGENT", form(5))
    story.send("CUS-TJ", customs(5))
    story.send("CIQ-TJ", ciq(5))
    assert story.send("AGENT", form(5, "5", NetWt="23000")) == ["completed"], story.codes()
    assert story.state("combined", key(5)) == "sent"
    assert len(story.got("CUS-TJ", "<DecMessage", key(5))) == 2
    assert len(story.got("CIQ-TJ", "<EEntDeclIo", "uuid-5")) == 2
    assert story.got("CUS-TJ", "<DecMessage", key(5), "<NetWt>23000</NetWt>")
    story.send("CIQ-TJ", ciq(5))
    assert story.state("combined", key(5)) == "sent", "the first answers do not count for the change"
    story.send("CUS-TJ", customs(5, message="changed"))
    assert story.got("AGENT", "<CombinedReceipt>", "<Round>form-5-5</Round>")


def test_what_is_refused(story: Story) -> None:
    assert story.send("AGENT", form(6, "5")) == ["rejected"]
    assert story.codes() == ["R-MSGID-05"]
    story.send("AGENT", form(7))
    assert story.send("AGENT", form(7, MsgId="other")) == ["rejected"]
    assert story.codes() == ["R-NUM-03"]
    assert story.send("AGENT", form(7, "5", EntUuid="uuid-77")) == ["rejected"]
    assert story.codes() == ["R-NUM-03.uuid"]
    assert story.send("ENT-A", form(7, "5", MsgId="stranger")) == ["rejected"]
    assert story.codes() == ["R-MSGID-05"]
    assert story.send("AGENT", form(8, "1")) == ["held"], "a cancellation is for a person"


def test_time_limits_and_later_results(story: Story) -> None:
    story.send("AGENT", form(9))
    story.send("CUS-TJ", customs(9))
    story.wait(minutes=10, seconds=1)
    assert len(story.got("SUPERVISOR", key(9), "answer-late")) == 1
    story.wait(minutes=5)
    assert len(story.got("SUPERVISOR", key(9), "receipt-late")) == 1
    story.send("CIQ-TJ", ciq(9))
    assert story.state("combined", key(9)) == "accepted"
    result = sample(
        "dec-result.xml", CUS_CIQ_NO="420220260000000009", ENTRY_ID="020220260000000009", CUSTOM_MASTER="0202"
    )
    assert story.send("CUS-TJ", result) == ["completed"], story.codes()
    assert len(story.got("AGENT", "<DEC_DATA", "420220260000000009")) == 1


def test_answers_to_other_declarations_pass(story: Story) -> None:
    assert story.send("CIQ-TJ", ciq(99)) == ["completed"]
    assert story.send("CUS-TJ", customs(99)) == ["completed"]
    assert story.state("combined", key(99)) == ""


def test_statutory_goods_need_their_clearance_form(story: Story) -> None:
    without = form(40).replace(b"<DocuCode>B</DocuCode>", b"<DocuCode>4</DocuCode>")
    assert story.send("AGENT", without) == ["rejected"]
    assert story.codes() == ["R-LICDOC-01"]
    assert not story.got("CUS-TJ", key(40))
    free = without.replace(b"<CodeTS>2102200000", b"<CodeTS>8479899990").replace(
        b"<CodeTS>0902109000", b"<CodeTS>8479899990"
    )
    assert story.send("AGENT", free.replace(b"form-40-9", b"form-40-9b")) == ["completed"], story.codes()
