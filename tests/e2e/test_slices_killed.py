"""kill -9 between the slices of a large interchange, again and again: what comes out is what comes out without."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from edi_router.engine import large, work
from edi_router.engine.round import EmbeddedEngine
from edi_router.pipeline import slices
from tests.support.slices import PARTNER, interchange
from tests.support.workspaces import Clock, Place, Remembering, deployment, prepare

BILLS = range(1, 12)
CONTENT = interchange([*(("good", bill) for bill in BILLS), ("bad", 20), ("good", 3)])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every EDIFACT file is large, and two messages are a slice."""
    for module in (large, work):
        monkeypatch.setattr(module, "LARGE", 0)
    monkeypatch.setattr(slices, "SLICE", 2)


def die(root: Path, recorded: int) -> None:
    """Run the engine, and die by SIGKILL when it has recorded so many slices and decided one more."""
    workspace, clock = Remembering.at(root), Clock()
    with workspace.open_ledger(clock) as ledger:
        done = 0
        record = ledger.record

        def recording(*given: object) -> None:
            nonlocal done
            if done == recorded:
                os.kill(os.getpid(), signal.SIGKILL)
            record(*given)  # type: ignore[arg-type]
            done += 1

        ledger.record = recording  # type: ignore[method-assign]
        EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock).until_idle()


def kill(root: Path, recorded: int) -> None:
    """`die` in a process of its own, which has the configuration already."""
    process = multiprocessing.get_context("fork").Process(target=die, args=(root, recorded))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def outcome(place: Place) -> dict[str, object]:
    """What the partners and the ledger have afterwards, without what is of one file only."""
    ledger = place.ledger
    messages = sorted(ledger.ls(limit=1000), key=lambda row: row["position"])
    numbers = [row["number"] for row in ledger.ls("output", limit=1000) if row["number"] is not None]
    entries = ledger.register_entries("manifest")
    return {
        "messages": [(row["position"], row["state"], row["reason"]) for row in messages],
        "numbers": sorted(numbers),
        "entries": [(each.entry.key, each.entry.version, each.entry.state) for each in entries],
        "events": Counter(
            event.move for each in entries for event in ledger.register_events("manifest", each.entry.key)
        ),
        "inboxes": {name: len(place.inbox(name)) for name in (PARTNER, "CUS-QD", "CIQ-QD")},
    }


@pytest.mark.slow
def test_kills_between_slices_change_nothing(tmp_path: Path) -> None:
    with deployment(tmp_path / "undisturbed") as place:
        place.drop(PARTNER, "manifest.edi", CONTENT)
        assert place.engine.until_idle().problems == []
        expected = outcome(place)
    assert [state for _, state, _ in expected["messages"]] == ["completed"] * 11 + ["rejected"] * 2  # type: ignore[attr-defined]
    root = tmp_path / "killed"
    prepare(root)
    (root / "exchange" / PARTNER / "out" / "manifest.edi").write_bytes(CONTENT)
    for recorded in (0, 1, 2, 0, 1):
        kill(root, recorded)
    with deployment(root) as place:
        assert len(place.ledger.ls(limit=1000)) == 8
        assert place.inbox("CUS-QD") == {}
        assert place.engine.until_idle().problems == []
        assert outcome(place) == expected
        assert place.ledger.books().balanced
        assert place.outbox(PARTNER) == []


def test_messages_of_a_large_file_are_released_one_by_one(tmp_path: Path) -> None:
    with deployment(tmp_path / "ws") as place:
        place.drop(PARTNER, "manifest.edi", interchange([("good", 1), ("unknown", 2), ("good", 3)]))
        assert place.engine.until_idle().problems == []
        [held] = place.ledger.ls(state="held")
        place.ledger.release(held["id"], "clerk", "seen")
        assert place.engine.until_idle().problems == []
        [again] = place.ledger.ls(state="held")
        assert (again["id"], again["reason"]) == (held["id"], held["reason"])
        assert [row["what"] for row in place.ledger.show(held["id"])["events"]].count("held") == 2
        assert place.ledger.books().balanced


def test_a_bug_in_the_midst_fails_the_file_and_a_retry_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deployment(tmp_path / "ws") as place:
        place.drop(PARTNER, "manifest.edi", CONTENT)
        recorded = large._recorded

        def breaking(*given: object) -> object:
            if len(place.ledger.ls()) >= 4:
                raise RuntimeError("a bug")
            return recorded(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(large, "_recorded", breaking)
        report = place.engine.until_idle()
        assert len(report.problems) == 1
        [file] = place.ledger.ls("file")
        assert (file["state"], len(place.ledger.ls())) == ("failed", 4)
        monkeypatch.setattr(large, "_recorded", recorded)
        place.ledger.retry(file["id"], "clerk", "mended")
        assert place.engine.until_idle().problems == []
        states = Counter(row["state"] for row in place.ledger.ls(limit=100))
        assert states == {"completed": 11, "rejected": 2}
        [file] = place.ledger.ls("file")
        assert file["state"] == "processed"
        assert place.ledger.books().balanced
