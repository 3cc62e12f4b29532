"""A partner on trial: what it sends comes back to it, and to others on trial, but to no live partner."""

from __future__ import annotations

from pathlib import Path

from edi_router.config import shipped_directory
from tests.support.story import Story, sample
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
