"""Direct release: the bureau of origin issues the clearance form itself, the port gets a copy."""

from __future__ import annotations

from tests.support.story import GOOD, Story, sample
from tests.support.workspaces import Place

FIRM = "91420500MA0000000K"
FORM = "420500226000031000"


def test_yichang_releases_the_goods_of_a_firm_of_its_list(place: Place) -> None:
    story = Story(place)
    form = sample("clearance-form-direct.xml")
    assert story.send("CIQ-YC", form) == ["rejected"]
    assert story.codes() == ["R-TRUST-01"]
    listed = (GOOD / "trusted-firms.csv").read_bytes()
    story.send("CIQ-YC", listed, suffix="csv")
    assert story.send("CIQ-YC", sample("clearance-form-direct.xml", FormNo="420500226000030000")) == [
        "completed"
    ]
    assert story.got("CUS-QD", "420500226000030000")
    assert story.got("CIQ-QD", "420500226000030000")
    assert story.state("direct-release", "420500226000030000") == "released"
    assert story.state("clearance-form", "420500226000030000") == "issued"
    assert not story.got("CIQ-QD", FORM)
    other = {"FormNo": "420500226000032000", "ConsignorScc": "91420500MA00000079"}
    assert story.send("CIQ-YC", sample("clearance-form-direct.xml", **other)) == ["rejected"]
    assert story.codes() == ["R-TRUST-01"]
    assert story.send("CIQ-XS", sample("clearance-form-direct.xml", FormNo="420500226000033000")) == [
        "rejected"
    ]
    assert story.codes() == ["R-PRIV-01"] * 2
    assert place.ledger.books().balanced


def test_no_direct_release_after_suspension_or_mismatch_or_with_an_old_list(place: Place) -> None:
    story = Story(place)
    listed = (GOOD / "trusted-firms.csv").read_bytes()
    story.send(
        "CIQ-YC",
        listed.replace(b"20261231,0,420500,4205000001", b"20261231,1,420500,4205000001"),
        suffix="csv",
    )
    assert story.send("CIQ-YC", sample("clearance-form-direct.xml", FormNo="420500226000001000")) == [
        "rejected"
    ]
    assert story.codes() == ["R-TRUST-01.suspended"]
    story.send("CIQ-YC", listed, suffix="csv")
    order = (GOOD / "transfer-order.xml").read_bytes().replace(b"91420500MA00000079", FIRM.encode())
    story.send("CIQ-YC", order)
    found = (
        (GOOD / "transfer-feedback-mismatch.xml")
        .read_bytes()
        .replace(b"4205002604000017", b"4205002604000110")
    )
    story.send("CIQ-QD", found)
    assert story.send("CIQ-YC", sample("clearance-form-direct.xml", FormNo="420500226000002000")) == [
        "rejected"
    ]
    assert story.codes() == ["R-TRUST-01.state"]
    story.wait(days=366)
    late = {"FormNo": "420500227000003000", "IssueDate": "20270315", "ValidTo": "20270415"}
    assert story.send("CIQ-YC", sample("clearance-form-direct.xml", **late)) == ["rejected"]
    assert story.codes() == ["R-TRUST-01.state", "R-TRUST-01.dates", "R-TRUST-01.list"]
