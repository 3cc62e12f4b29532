"""What is read as a stream, and what is too large to be read as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.engine import large, work
from tests.support.slices import PARTNER, interchange
from tests.support.workspaces import deployment

XML = (shipped_directory() / "samples" / "day" / "CIQ-YC" / "0935-transfer.xml").read_bytes()


def test_an_xml_file_over_the_limit_is_held_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EDIFACT of the same size is not: it is read as a stream."""
    monkeypatch.setattr(large, "MEGABYTE", len(XML) // 64 - 1)
    for module in (large, work):
        monkeypatch.setattr(module, "LARGE", 100)
    with deployment(tmp_path / "ws") as place:
        place.drop("CIQ-YC", "transfer.xml", XML)
        place.drop(
            PARTNER, "manifest.edi", interchange([("good", bill) for bill in range(1, len(XML) // 200)])
        )
        assert place.engine.until_idle().problems == []
        states = {row["name"]: row["state"] for row in place.ledger.ls("file")}
        assert states == {"transfer.xml": "held", "manifest.edi": "processed"}
        [file] = place.ledger.ls("file", state="held")
        [fault] = place.ledger.show(file["id"])["faults"]
        assert fault["code"] == "file-over-limit"
        assert str(len(XML)) in fault["text"]
        monkeypatch.setattr(large, "MEGABYTE", 1_000_000)
        place.ledger.release(file["id"], "clerk", "the limit is raised")
        assert place.engine.until_idle().problems == []
        assert {row["state"] for row in place.ledger.ls("file")} == {"processed"}


def test_a_large_file_in_which_nothing_can_be_read_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "LARGE", 100)
    monkeypatch.setattr(work, "LARGE", 100)
    with deployment(tmp_path / "ws") as place:
        head = f"UNB+UNOC:3+{PARTNER}:ZZ+EDIROUTER:ZZ+260314:0930+".encode()
        place.drop(PARTNER, "broken.edi", b"".join(head + b"R%d'" % number for number in range(1100)))
        assert place.engine.until_idle().problems == []
        [file] = place.ledger.ls("file")
        assert (file["state"], file["reason"]) == ("held", "interchanges-broken")
        assert place.ledger.ls("interchange", limit=10) == [] or place.ledger.ls("message") == []
