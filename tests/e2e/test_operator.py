"""An operator's day at the command line: look, hold, release, pause, retry, close; and what is told when things break."""

from __future__ import annotations

import io
from pathlib import Path
from unittest.mock import patch

import pytest

from edi_router.config import shipped_directory
from tests.support.cli import Ran, edi_router
from tests.support.workspaces import drop_sample_day, lasting, outbox, prepare

DAY = shipped_directory() / "samples" / "day"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    prepare(tmp_path / "ws")
    return tmp_path / "ws"


def ws(root: Path, *arguments: str) -> Ran:
    return edi_router("--workspace", root, *arguments)


def held(root: Path) -> list[str]:
    return [row["id"] for row in ws(root, "ls", "message", "--state", "held", "--json").lines]


def test_a_day(root: Path) -> None:
    drop_sample_day(root)
    done = ws(root, "run", "--once", "--json")
    assert (done.code, done.json["received"], done.json["problems"]) == (0, 16, []), done.err
    files = ws(root, "ls", "file", "--json").lines
    assert len(files) == 16
    assert len(held(root)) == 3
    shown = ws(root, "show", "YC20260314000017", "--json")
    assert {record["kind"] for record in shown.lines} >= {"message"}
    books = ws(root, "books", "--json")
    assert (books.code, books.json["balanced"], books.json["unaccounted"]) == (0, True, 0)
    for message in held(root):
        assert ws(root, "reject", message, "--reason", "sent in error").code == 0
    assert held(root) == []
    assert ws(root, "books", "--json").json["messages"]["total"]["rejected"] == 5
    again = ws(root, "run", "--once", "--json")
    # What a person refuses is told to its sender.
    assert (again.json["received"], again.json["delivered"]) == (0, 3)


def test_tables_are_for_people_in_both_languages(root: Path) -> None:
    drop_sample_day(root)
    assert ws(root, "run", "--once").code == 0
    for kind in ("file", "message", "output", "delivery"):
        table = ws(root, "ls", kind)
        assert table.code == 0
        assert "CIQ" in table.out or "ENT-A" in table.out
    shown = ws(root, "show", "ENTA00000004")
    assert "element-too-long" in shown.out
    # Received at a UTC instant, shown in the business zone.
    assert "timeline" in shown.out


def test_pause_and_resume(root: Path) -> None:
    assert ws(root, "pause", "CIQ-QD", "--reason", "maintenance").code == 0
    (outbox(root, "ENT-A") / "a.edi").write_bytes((DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    assert ws(root, "run", "--once", "--json").json["delivered"] == 1
    wrong = ws(root, "resume", "CIQ-QQ")
    assert wrong.code == 2
    assert "did you mean CIQ-QD?" in wrong.err
    assert ws(root, "resume", "CIQ-QD", "--json").json == {"verb": "resume", "id": "CIQ-QD"}
    assert ws(root, "run", "--once", "--json").json["delivered"] == 1


def test_a_failed_delivery_is_retried(root: Path) -> None:
    inbox = root / "exchange" / "CIQ-QD" / "in"
    inbox.rmdir()
    inbox.write_text("no folder")
    (outbox(root, "ENT-A") / "a.edi").write_bytes((DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    done = ws(root, "run", "--once", "--json")
    assert done.code == 3
    assert len(done.json["problems"]) == 1
    inbox.unlink()
    inbox.mkdir()
    # A look at what would be done; its token does just that, and does it once.
    table = ws(root, "retry", "--partner", "CIQ-QD")
    look = ws(root, "retry", "--partner", "CIQ-QD", "--json").json
    assert (table.code, look["number"], look["counts"][0]["state"]) == (0, 1, "failed")
    assert look["token"] in table.out
    assert look["first"][0]["id"] in table.out
    by_token = ("retry", "--partner", "CIQ-QD", "--token", look["token"])
    assert ws(root, *by_token).code == 2, "why"
    done_once = ws(root, *by_token, "--reason", "inbox is back", "--json").json
    assert (done_once["count"], done_once["skipped"]) == (1, 0)
    assert "was done at" in ws(root, *by_token, "--reason", "inbox is back").out
    assert ws(root, "retry", "--partner", "CIQ-QD", "--yes", "--reason", "again", "--json").json["count"] == 0
    assert ws(root, "retry", "--partner", "CIQ-QD", "--token", "0" * 32, "--reason", "x").code == 1
    assert ws(root, "retry", "--all", "--json").json["count"] == 0
    assert ws(root, "run", "--once", "--json").json["delivered"] == 1
    refused = ws(root, "retry", "ENTA00000001")
    assert refused.code == 1
    assert ws(root, "retry").code == 2
    assert ws(root, "retry", "nothing-like-it").code == 1


class AtTerminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_many_are_tried_again_after_a_question(root: Path) -> None:
    (outbox(root, "ENT-A") / "a.edi").write_bytes(b"this is nothing")
    ws(root, "run", "--once")
    choice = ("retry", "--state", "held", "--partner", "ENT-A")
    with patch("sys.stdin", AtTerminal("n\n")):
        refused = ws(root, *choice)
    assert (refused.code, "Try these again?" in refused.out) == (1, True)
    with patch("sys.stdin", AtTerminal("y\nlooked at it\n")):
        done = ws(root, *choice)
    assert (done.code, "1 put back to work" in done.out) == (0, True), done.out
    [file] = ws(root, "ls", "file", "--json").lines
    assert file["state"] == "in_work"
    shown = ws(root, "show", file["id"], "--json").json
    assert [each["reason"] for each in shown["decisions"]] == ["looked at it"]
    assert "nothing that can be tried again" in ws(root, *choice).out


def test_release_after_the_configuration_was_mended(root: Path) -> None:
    (outbox(root, "CIQ-JN") / "t.xml").write_bytes(
        lasting((DAY / "CIQ-JN" / "1040-transfer-unknown-bureau.xml").read_bytes())
    )
    ws(root, "run", "--once")
    [message] = held(root)
    text = (shipped_directory() / "partners" / "CIQ-SH.yaml").read_text(encoding="utf-8")
    (root / "partners").mkdir()
    (root / "partners" / "CIQ-SH.yaml").write_text(text.replace('["310010"]', '["310010", "990099"]'))
    assert ws(root, "reload", "--json").code == 0
    assert ws(root, "release", message, "--reason", "bureau added").code == 0
    assert ws(root, "run", "--once", "--json").json["delivered"] == 1
    assert ws(root, "release", message, "--reason", "again").code == 1


def test_a_faulty_configuration_is_told_and_not_run(root: Path) -> None:
    (root / "partners").mkdir()
    (root / "partners" / "ENT-A.yaml").write_text("id: ENT-A\nstatu: live\n")
    for verb in (["run", "--once"], ["reload"], ["lint"]):
        told = ws(root, *verb)
        assert told.code == 1
        assert "did you mean: status" in told.out + told.err


@pytest.mark.parametrize("verb", [["ls"], ["books"], ["show", "x"], ["run", "--once"], ["retry", "--all"]])
def test_a_damaged_ledger_is_a_sentence_and_not_a_trace(root: Path, verb: list[str]) -> None:
    (root / "var").mkdir()
    (root / "var" / "ledger.db").write_bytes(b"this is no database, " * 500)
    told = ws(root, *verb)
    assert told.code == 3
    assert told.err.startswith("edi-router: the ledger cannot be used")
    assert "Traceback" not in told.err


@pytest.mark.parametrize("settings", ["database: foo://bar\n", "nonsense: 1\n", "time_zone: Mars\n"])
def test_wrong_settings_are_told_by_every_verb(root: Path, settings: str) -> None:
    (root / "edi-router.yaml").write_text(settings)
    for verb in (["ls"], ["books"], ["run", "--once"], ["show", "x"]):
        told = ws(root, *verb)
        assert told.code in (1, 3)
        assert "Traceback" not in told.err
    assert ws(root, "lint").code == 1


def test_wrong_usage(root: Path, tmp_path: Path) -> None:
    nowhere = edi_router("--workspace", tmp_path / "nowhere", "ls")
    assert nowhere.code == 2
    assert "edi-router new project" in nowhere.err
    unknown = ws(root, "ls", "--state", "hled")
    assert unknown.code == 2
    assert "did you mean held?" in unknown.err
    assert ws(root, "ls", "file", "--type", "CUSDEC").code == 2
    assert ws(root, "books", "--close").code == 2
    assert ws(root, "show", "nothing-like-it").code == 1
    assert "did you mean books?" in ws(root, "boks").err


def test_a_day_that_is_not_over_cannot_be_closed(root: Path) -> None:
    ws(root, "run", "--once")
    today = ws(root, "books", "--json").json["business_date"]
    assert ws(root, "books", today, "--close").code == 1
    assert ws(root, "books", "2026-03-13", "--close").code == 0
    assert ws(root, "books", "--verify", "--json").json == {"closed": ["2026-03-13"], "problems": []}
