"""A partner on trial: what it sends comes back to it, and to others on trial, but to no live partner."""

from __future__ import annotations

from pathlib import Path

from edi_router.config import shipped_directory
from tests.support.story import GOOD, Story, sample
from tests.support.workspaces import deployment


def on_trial(root: Path, *partners: str) -> None:
    """Partner files of the deployment itself, with the status `test`."""
    (root / "partners").mkdir(parents=True)
    for partner in partners:
        text = (shipped_directory() / "partners" / f"{partner}.yaml").read_text(encoding="utf-8")
        assert "status: live" in text
        trial = text.replace("status: live", "status: test", 1)
        (root / "partners" / f"{partner}.yaml").write_text(trial, encoding="utf-8")


def test_what_a_register_makes_of_a_test_message_reaches_no_live_partner(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    on_trial(root, "ENT-B", "CCPIT-YC")
    with deployment(root) as place:
        story = Story(place)
        case = sample("help-case.xml", CaseNo="H-1", State="1", FunctionCode="9", Agency="370211")
        assert story.send("ENT-B", case) == ["held"]
        assert story.codes() == ["test-to-live"] * 2
        assert not story.got("CIQ-QD", "<HelpCase>")
        assert not story.got("SUPERVISOR", "<HelpCase>")
        assert story.state("help-case", "H-1") == ""
        # Between partners on trial it goes its way; time's notices to the live desk are not made.
        opened = sample("legalisation-case.xml", CaseNo="L-1", FunctionCode="9")
        assert story.send("ENT-B", opened) == ["completed"], story.codes()
        assert story.got("CCPIT-YC", "<CaseNo>L-1<")
        story.wait(days=1, seconds=1)
        assert story.outcomes("legalisation", "L-1") == ["opened-urgent", "slow"]
        assert not story.got("SUPERVISOR", "L-1")
        assert place.ledger.books().balanced


def test_what_a_clock_makes_of_an_entry_of_a_test_message_reaches_no_live_partner(tmp_path: Path) -> None:
    """The sender is live and only the interchange says that it is a test; customs do not answer in time."""
    report = (GOOD / "cuscar.edi").read_bytes().replace(b"ENTA", b"SHIPLINE")
    assert b"+CASE0001++++1'" in report
    test = report.replace(b"+CASE0001++++1'", b"+CASE0001++++1++1'")
    for watched in ((), ("SUPERVISOR",)):
        root = tmp_path / f"ws{len(watched)}"
        on_trial(root, "CUS-QD", "CIQ-QD", "TERM", *watched)
        with deployment(root) as place:
            story = Story(place)
            assert story.send("SHIPLINE", test, suffix="edi") == ["completed"], story.codes()
            entries = [each.entry for each in place.ledger.register_entries("manifest")]
            assert entries
            assert all((each.test, each.entered_by) == (True, "SHIPLINE") for each in entries)
            story.wait(minutes=31)
            assert {story.outcomes("manifest", each.key)[-1] for each in entries} == {"late"}
            assert len(story.got("SUPERVISOR", "manifest")) == len(entries) * len(watched)
            assert place.ledger.books().balanced
