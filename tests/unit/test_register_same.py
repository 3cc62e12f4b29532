"""Whether a document says what an entry was made of, after answers have been written to the entry."""

from __future__ import annotations

from pathlib import Path

from edi_router.config import shipped_directory
from tests.support.workspaces import Place, deployment

GOOD = shipped_directory() / "samples" / "good"
TABLES = (GOOD / "code-table.csv").read_bytes()
LOADED = (GOOD / "code-table-loaded.csv").read_bytes()


def sent(place: Place, partner: str, name: str, data: bytes) -> list[tuple[str, str]]:
    """What became of the messages of one more file."""
    place.drop(partner, name, data)
    place.clock.forward(minutes=1)
    assert place.engine.until_idle().problems == []
    [file] = [row["id"] for row in place.ledger.ls("file") if row["name"] == name]
    return [
        (row["state"], row["reason"].split(" ")[0])
        for row in place.ledger.ls("message")
        if row["file"] == file
    ]


def test_what_answers_have_set_on_lines_makes_no_other_content(tmp_path: Path) -> None:
    """A table that comes again, in a file of other bytes, after a firm has told that it has loaded it."""
    with deployment(tmp_path / "ws") as place:
        first = sent(place, "CIQ-QD", "1.csv", TABLES)
        assert {state for state, _ in first} == {"completed"}
        assert {state for state, _ in sent(place, "ENT-A", "2.csv", LOADED)} == {"completed"}
        before = len(place.inbox("ENT-A"))
        again = sent(place, "CIQ-QD", "3.csv", TABLES + b"\r\n")
        assert {state for state, _ in again} == {"completed"}, again
        assert len(place.inbox("ENT-A")) == before  # each version is sent once
        other = sent(place, "CIQ-QD", "4.csv", TABLES.replace("水分".encode(), "水份".encode()))
        assert "rejected" in {state for state, _ in other}
