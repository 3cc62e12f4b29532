"""A bureau's release plan: how many of a hundred consignments it samples, with a floor for sensitive goods."""

from __future__ import annotations

from tests.support.story import GOOD, Story
from tests.support.workspaces import Place


def test_sensitive_goods_below_ten_per_cent_are_told(place: Place) -> None:
    story = Story(place)
    plan = (GOOD / "release-plan.csv").read_bytes().decode()
    assert story.send("CIQ-QD", plan.encode(), suffix="csv") == ["completed"]
    assert story.codes() == []
    assert story.state("release-plan", "370211/8418") == "planned"
    assert len(place.ledger.register_entries("release-plan")) == 2
    # A later row takes the place of the earlier one; too little is a warning, more than all is refused.
    head, freezers, _ = plan.splitlines()
    low = "\r\n".join([head, freezers.replace(",1,10,", ",1,5,")])
    assert story.send("CIQ-QD", low.encode(), suffix="csv") == ["completed"]
    assert story.codes() == ["R-RISK-01"]
    entry = place.ledger.register_entry("release-plan", "370211/8418")
    assert entry is not None
    assert entry.value("Sampling") == "5"
    for wrong, code in {
        freezers.replace(",1,10,", ",1,101,"): "R-RISK-01.share",
        freezers.replace("20261231", "20251231"): "R-RISK-01.dates",
        freezers.replace("20260101,20261231", "20250101,20251231"): "R-RISK-01.over",
        freezers.replace("370211", "310010"): "R-PRIV-01",
    }.items():
        assert story.send("CIQ-QD", "\r\n".join([head, wrong]).encode(), suffix="csv") == ["rejected"]
        assert story.codes() == [code]
    story.wait(days=293)
    assert story.state("release-plan", "370211/8418") == "over"
