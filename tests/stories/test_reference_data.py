"""Code tables to the systems of the firms, which answer what version they have loaded."""

from __future__ import annotations

from edi_router.config import shipped_directory
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
TABLES = (GOOD / "code-table.csv").read_bytes()
LOADED = (GOOD / "code-table-loaded.csv").read_bytes()
KEY = "监控项目/2026-03"


def state(place: Place) -> str:
    entry = place.ledger.register_entry("reference-data", KEY)
    return entry.state if entry is not None else ""


def test_a_version_is_sent_once_and_loaded_by_all(place: Place) -> None:
    place.drop("CIQ-QD", "1.csv", TABLES)
    assert place.engine.until_idle().problems == []
    for firm in ("ENT-A", "ENT-B", "AGENT"):
        assert len(place.inbox(firm)) == 2  # two tables
    place.drop("ENT-A", "2.csv", LOADED)
    place.engine.until_idle()
    place.clock.forward(days=1, minutes=1)
    place.engine.until_idle()
    assert state(place) == "sent"
    assert [each.move for each in place.ledger.register_events("reference-data", KEY)] == [
        "push",
        "answer",
        "missing",
    ]
    for firm in ("ENT-B", "AGENT"):
        place.drop(firm, "3.csv", LOADED)
    place.drop("AGENT", "4.csv", LOADED.replace(b"2026-03", b"2026-04"))
    place.drop("CIQ-QD", "5.csv", TABLES.replace("水分".encode(), "水份".encode()))
    place.engine.until_idle()
    assert state(place) == "loaded"
    assert len([name for name in place.inbox("CIQ-QD") if name.startswith("code-table-loaded")]) == 3
    # An answer to what was never sent, and other rows under a version that was.
    reasons = sorted(row["reason"] for row in place.ledger.ls("message", state="rejected"))
    assert reasons == ["reference-data: refused"] * 2
    assert place.ledger.books().balanced
