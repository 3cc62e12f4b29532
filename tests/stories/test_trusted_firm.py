"""The list of trusted firms that a bureau of origin sends."""

from __future__ import annotations

import pytest

from tests.support.story import GOOD, Story
from tests.support.workspaces import Place

HEAD = "统一社会信用代码,企业名称,名单种类,企业分类,抽检比例,有效期起,有效期止,暂停,产地局,授权申报员\n"
ROW = "{uscc},示例生物科技有限公司,{kind},{klass},5,{since},20261231,{suspended},{org},110101199003070011\n"
FIRM = "91420500MA0000000K"


@pytest.fixture
def story(place: Place) -> Story:
    return Story(place)


def rows(*several: dict[str, str]) -> bytes:
    known = {
        "uscc": FIRM, "kind": "direct-release", "klass": "1", "since": "20260101", "suspended": "0", "org": "420500",
    }  # fmt: skip
    return (HEAD + "".join(ROW.format(**known | each) for each in several)).encode("gb18030")


def line(story: Story, kind: str) -> dict[str, str]:
    entry = story.place.ledger.register_entry("trusted-firm", FIRM)
    assert entry is not None
    return {
        name: values[0] for each in entry.lines if each.key == kind for name, values in each.fields.items()
    }


def test_each_row_is_taken_over_and_passed_on_without_the_filers(story: Story) -> None:
    assert story.send("CIQ-YC", (GOOD / "trusted-firms.csv").read_bytes(), suffix="csv") == ["completed"]
    assert line(story, "direct-release")["Class"] == "1"
    assert line(story, "registration")["ValidTo"].replace("-", "") == "20281231"
    assert line(story, "skip-inspection") == {}
    assert story.state("trusted-firm", "91420500MA00000079") == "listed"
    copies = [data.decode("gb18030") for data in story.place.inbox("CIQ-SH").values()]
    assert len(copies) == 3
    assert "direct-release" in copies[0]
    assert not [each for each in copies if "110101199003070011" in each]
    assert len(story.got("CIQ-YC", "<PROC_RESULT>1</PROC_RESULT>")) == 3


def test_a_row_that_is_wrong_does_not_refuse_the_others(story: Story) -> None:
    wrong = rows({"org": "340100"}, {"uscc": "91420500MA0000000J"}, {"since": "20270101"}, {"klass": "2"})
    assert story.send("CIQ-YC", wrong, suffix="csv") == ["completed"]
    assert len(story.got("CIQ-YC", "<PROC_RESULT>0</PROC_RESULT>")) == 3
    assert line(story, "direct-release")["Class"] == "2"
    assert story.send("CIQ-AH", rows({"org": "340100"}), suffix="csv") == ["rejected"]
    assert story.codes() == ["R-TRUST-01"]


def test_the_origin_suspends_a_firm_and_restores_one_after_a_mismatch(story: Story) -> None:
    story.send("CIQ-YC", rows({}, {"kind": "skip-inspection"}), suffix="csv")
    story.send("CIQ-YC", rows({"suspended": "1"}), suffix="csv")
    assert line(story, "direct-release")["Suspended"] == "1"
    assert line(story, "skip-inspection")["Suspended"] == "0"
    assert story.outcomes("trusted-firm", FIRM) == ["listed", "updated", "updated"]
    order = (GOOD / "transfer-order.xml").read_bytes().replace(b"91420500MA00000079", FIRM.encode())
    found = (
        (GOOD / "transfer-feedback-mismatch.xml")
        .read_bytes()
        .replace(b"4205002604000017", b"4205002604000110")
    )
    story.send("CIQ-YC", order)
    story.send("CIQ-QD", found)
    assert story.state("trusted-firm", FIRM) == "lowered"
    story.send("CIQ-QD", found.replace(b"LOT 26034", b"LOT 26035"))
    assert story.state("trusted-firm", FIRM) == "suspended"
    assert len(story.got("CIQ-YC", "<Notice>", FIRM)) == 2
    story.send("CIQ-YC", rows({"klass": "2"}), suffix="csv")
    assert story.state("trusted-firm", FIRM) == "suspended"
    story.send("CIQ-YC", rows({"since": "20260314"}), suffix="csv")
    assert story.state("trusted-firm", FIRM) == "listed"
