"""Every verb of the command that changes something writes down who did it, what, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.cli.main import VERBS
from edi_router.cli.operate import who
from edi_router.ledger.store import instant
from tests.support.cli import edi_router
from tests.support.story import GOOD
from tests.support.workspaces import Place, deployment

LOOKING = {
    "demo", "simulate", "new", "lint", "schema", "show", "test", "validate", "convert", "trace", "coverage", "replay",
    "doc", "directory", "check", "calendar", "tonight", "ls", "register", "progress", "fsck", "report", "explain",
}  # fmt: skip
"""Verbs that change nothing of what a workspace has exchanged."""
ENGINES = {"run", "console", "worker", "cluster"}
"""Verbs that start, stop or show engines: what these do is told by events, what people do in them by decisions."""
ELSEWHERE = {
    "waive": "tests/stories/test_clocks.py",
    "batch": "tests/stories/test_nightly_exchange.py",
    "user": "tests/unit/test_access_cli.py",
    "token": "tests/unit/test_access_cli.py",
    "retain": "tests/unit/test_retaining.py",
    "webhook": "tests/unit/test_webhooks.py",
}
"""Changing verbs whose decisions other tests look at."""
HERE = {"pause", "resume", "release", "reject", "retry", "reload", "books", "support-bundle"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with deployment(tmp_path_factory.mktemp("audit") / "ws") as opened:
        yield opened


def held(place: Place, number: int) -> str:
    """A file that nothing can be read of."""
    place.drop("ENT-A", f"unreadable-{number}.txt", b"what is this %d" % number)
    place.engine.until_idle()
    [file] = [row for row in place.ledger.ls("file") if row["name"] == f"unreadable-{number}.txt"]
    assert file["state"] == "held"
    return str(file["id"])


def held_message(place: Place) -> str:
    """A message that no agreement takes."""
    place.drop("CIQ-YC", "genral.xml", b"<NobodyKnows><No>1</No></NobodyKnows>")
    place.engine.until_idle()
    [message] = place.ledger.ls(partner="CIQ-YC", state="held")
    return str(message["id"])


def failed(place: Place) -> str:
    """A message whose delivery was given up."""
    place.drop("ENT-A", "declaration.edi", (GOOD / "cusdec-import.edi").read_bytes())
    inbox = place.root / "exchange" / "ENT-A" / "in"
    aside = inbox.rename(inbox.with_name("aside"))
    for _ in range(12):
        place.engine.round()
        place.clock.forward(hours=2)
    aside.rename(inbox)
    [delivery] = place.ledger.ls("delivery", state="failed")
    return str(delivery["id"])


def test_every_verb_is_classed(root: Path) -> None:
    known = [LOOKING, ENGINES, set(ELSEWHERE), HERE]
    assert set().union(*known) >= set(VERBS), "a new verb: does it change anything?"
    assert sum(map(len, known)) == len(set().union(*known))
    for verb, file in ELSEWHERE.items():
        text = (root / file).read_text(encoding="utf-8")
        assert verb in text, verb
        assert "decision" in text, verb


def test_each_change_says_who_what_when_and_why(place: Place, tmp_path: Path) -> None:
    subjects: dict[str, str] = {
        "pause": "CIQ-QD", "resume": "CIQ-QD", "release": held_message(place), "reject": held(place, 2),
        "retry": failed(place), "support-bundle": held(place, 3), "books": "2026-03-13", "reload": "",
    }  # fmt: skip
    subjects["reload"] = str(place.engine.configuration.digest)
    asked = {
        "pause": ["CIQ-QD", "--reason", "because of pause"],
        "resume": ["CIQ-QD", "--reason", "because of resume"],
        "release": [subjects["release"], "--reason", "because of release"],
        "reject": [subjects["reject"], "--reason", "because of reject"],
        "retry": [subjects["retry"]],
        "support-bundle": [subjects["support-bundle"], "--out", str(tmp_path / "b.zip")],
        "books": [subjects["books"], "--close"],
        "reload": [],
    }
    assert set(asked) == HERE
    for verb, arguments in asked.items():
        before = place.ledger.decisions(limit=1)
        ran = edi_router("--workspace", place.root, verb, *arguments)
        assert ran.code == 0, (verb, ran.err, ran.out)
        [latest] = place.ledger.decisions(limit=1)
        assert [latest] != list(before), f"{verb} writes no decision"
        assert (latest.subject, latest.by) == (subjects[verb], who())
        assert latest.verb == {"support-bundle": "export", "books": "close"}.get(verb, verb)
        assert instant(latest.at).tzinfo is not None
        if "--reason" in arguments:
            assert latest.reason == f"because of {verb}"
    shown = edi_router("--workspace", place.root, "show", subjects["reject"])
    assert "because of reject" in shown.out
