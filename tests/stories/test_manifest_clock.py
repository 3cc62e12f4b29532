"""One manifest with several bills: each is an entry of its own, and the clock of each strikes."""

from __future__ import annotations

from tests.support.story import Story, sample
from tests.support.workspaces import Place


def test_every_bill_that_customs_do_not_answer_is_told(place: Place) -> None:
    story = Story(place)
    data = sample(
        "manifest-mt1101.xml",
        MessageID="CN_MT1101_1p0_SHIPLINE_20260314000000001",
        SendTime="20260314100000000",
    ).decode()
    start = data.index("<Consignment>")
    end = data.index("</Consignment>", start) + len("</Consignment>")
    bill = data[start:end].replace("EXBL0000020", "TWO1").replace("EXBL0000017", "TWO1")
    text = data[:start] + bill + bill.replace("TWO1", "TWO2") + data[end:]
    assert story.send("SHIPLINE", text.encode()) == ["completed"], story.codes()
    story.wait(minutes=31)
    for number in ("TWO1", "TWO2"):
        assert story.outcomes("manifest", f"MT1101/{number}/")[-1] == "late"
        assert len(story.got("SUPERVISOR", number)) == 1
