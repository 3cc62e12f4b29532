"""Packed drops on their way: each member a file of its own, all of them or none, once; on the sample deployment."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edi_router.config import shipped_directory
from edi_router.engine import large, unpack, work
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.submit import submit
from edi_router.ledger import Fenced
from edi_router.ledger.archiving import Batch
from edi_router.ledger.unpacking import Unpacked
from edi_router.partners import Directory
from edi_router.partners.replies import Replies
from edi_router.pipeline.model import Incoming
from edi_router.pipeline.process import process
from tests.support.outcomes import drop, take
from tests.support.packing import gzipped, unpacking, zipped
from tests.support.slices import PARTNER, interchange
from tests.support.workspaces import Clock, Place, Remembering, deployment, prepare

DAY = shipped_directory() / "samples" / "day" / "ENT-A"
GOOD = (DAY / "0800-cusdec.edi").read_bytes()
OTHER = (DAY / "0830-cusdec-chinese.edi").read_bytes()
FAULTY = (DAY / "0900-cusdec-four-faults.edi").read_bytes()
UNREADABLE = b"Dear colleague"
THREE = {"good.edi": GOOD, "sub/报关单.edi": OTHER, "letter.txt": UNREADABLE}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "ws") as opened:
        allow(opened)
        yield opened


def allow(place: Place, **limits: Any) -> None:
    place.engine.configuration = unpacking(place.engine.configuration, "ENT-A", PARTNER, **limits)


def send(place: Place, name: str, data: bytes, partner: str = "ENT-A") -> None:
    place.drop(partner, name, data)
    place.clock.forward(minutes=1)
    assert place.engine.until_idle().problems == []


def files(place: Place) -> dict[str, str]:
    return {row["name"]: row["state"] for row in place.ledger.ls("file")}


def assert_sound(place: Place) -> None:
    assert place.ledger.books().balanced
    assert [line for line in place.ledger.fsck(place.workspace.open_archive()) if line is not None] == []


def test_each_member_is_a_file_of_its_own(place: Place) -> None:
    send(place, "day.zip", data := zipped(THREE))
    assert files(place) == {
        "day.zip": "processed",
        "day.zip/good.edi": "processed",
        "day.zip/sub/报关单.edi": "processed",
        "day.zip/letter.txt": "held",
    }
    [found] = place.ledger.find("day.zip")
    shown = place.ledger.show(found)
    assert (shown["format"], shown["inside"], shown["messages"]) == ("zip", None, [])
    assert [event["what"] for event in shown["events"]] == ["received", "removed", "unpacked"]
    assert {row["name"].removeprefix("day.zip/") for row in shown["members"]} == set(THREE)
    archive = place.workspace.open_archive()
    assert archive.read(shown["sha256"]) == data, "as it came"
    for row in shown["members"]:
        assert (row["inside"], row["received"]) == (found, shown["received"])
        assert archive.read(row["sha256"]) == THREE[row["name"].removeprefix("day.zip/")]
    assert sorted(row["state"] for row in place.ledger.ls()) == ["completed", "completed"]
    line = place.ledger.books().files.partners["ENT-A"]
    assert (line.inflow, line.outcomes["processed"], line.outcomes["held"]) == (4, 3, 1)
    assert place.outbox("ENT-A") == []
    assert_sound(place)


def test_a_gzip_file_may_be_large(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes out of it goes the way of slices."""
    for module in (large, work):
        monkeypatch.setattr(module, "LARGE", 100)
    monkeypatch.setattr(unpack, "OFTEN", 1)
    send(place, "manifest.edi.gz", gzipped(interchange([("good", bill) for bill in range(1, 20)])), PARTNER)
    assert files(place) == {"manifest.edi.gz": "processed", "manifest.edi.gz/manifest.edi": "processed"}
    assert len(place.ledger.ls(limit=1000)) == 19
    assert_sound(place)


def test_without_the_key_it_is_held_until_somebody_decides(tmp_path: Path) -> None:
    with deployment(tmp_path / "ws") as place:
        send(place, "day.zip", zipped(THREE))
        assert files(place) == {"day.zip": "held"}
        [row] = place.ledger.ls("file")
        [fault] = place.ledger.show(row["id"])["faults"]
        assert (fault["code"], row["reason"], row["format"]) == ("file-packed", "file-packed", "zip")
        allow(place)
        place.ledger.release(row["id"], "clerk", "they may from now on")
        assert place.engine.until_idle().problems == []
        assert len(files(place)) == 4
        assert [fault["code"] for fault in place.ledger.show(row["id"])["faults"]] == ["file-packed"]
        assert_sound(place)


@pytest.mark.parametrize(
    ("data", "code", "limits"),
    [
        (zipped(THREE)[:-30], "packed-broken", {}),
        (zipped({**THREE, "in.zip": zipped(THREE)}), "packed-member", {}),
        (gzipped(GOOD) + gzipped(OTHER), "packed-trailing", {}),
        (zipped(THREE), "packed-limit", {"maximum_members": 2}),
        (zipped({"a": os.urandom(600_000), "b": os.urandom(600_000)}), "packed-limit", {"maximum_megabytes": 1}),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_held_whole(
    place: Place, data: bytes, code: str, limits: dict[str, int]
) -> None:
    allow(place, **limits)
    send(place, "day.zip", data)
    assert files(place) == {"day.zip": "held"}
    [row] = place.ledger.ls("file")
    [fault] = place.ledger.show(row["id"])["faults"]
    assert (fault["code"], row["reason"]) == (code, code)
    assert fault["fault"].place.offset is not None
    kept = [path for path in (place.root / "var" / "archive").rglob("*") if path.is_file()]
    assert len(kept) == 1, "nothing but the drop itself"
    assert place.ledger.ls() == []
    place.ledger.reject(row["id"], "clerk", "told them")
    assert_sound(place)


def test_the_sender_is_told_in_words(place: Place) -> None:
    configuration = place.engine.configuration
    known = dict(configuration.directory.partners)
    told = Replies.model_validate({"language": "en", "forms": ["text"]})
    known["ENT-A"] = known["ENT-A"].model_copy(update={"replies": told})
    place.engine.configuration = replace(configuration, directory=Directory(known.values()))
    send(place, "day.zip", zipped(THREE)[:-1])
    [reply] = place.inbox("ENT-A").values()
    assert b"Pack the documents again and send them." in reply


def test_what_was_met_before_is_a_duplicate_packed_or_not(place: Place) -> None:
    send(place, "good.edi", GOOD)
    send(place, "day.zip", zipped({"good.edi": GOOD, "again.edi": GOOD, "other.edi": OTHER}))
    send(place, "day.zip", zipped({"good.edi": GOOD, "again.edi": GOOD, "other.edi": OTHER}))
    send(place, "other.edi.gz", gzipped(OTHER))
    send(place, "other.edi", OTHER)
    states = [(row["name"], row["state"]) for row in place.ledger.ls(limit=100)]
    assert sorted(states) == sorted(
        [("good.edi", "completed"), ("day.zip/other.edi", "completed")]
        + [("day.zip/good.edi", "duplicate"), ("day.zip/again.edi", "duplicate")] * 2
        + [("day.zip/other.edi", "duplicate"), ("other.edi.gz/other.edi", "duplicate"), ("other.edi", "duplicate")]
    )  # fmt: skip
    assert_sound(place)


def test_a_correction_in_the_next_archive_is_taken(place: Place) -> None:
    """The same archive with one document mended: what was accepted is a duplicate, what was rejected may come again."""
    send(place, "day.zip", zipped({"good.edi": GOOD, "faulty.edi": FAULTY}))
    assert sorted(row["state"] for row in place.ledger.ls()) == ["completed", "rejected"]
    send(place, "day.zip", zipped({"good.edi": GOOD, "faulty.edi": FAULTY}))
    assert sorted(row["state"] for row in place.ledger.ls()) == [
        "completed",
        "duplicate",
        "rejected",
        "rejected",
    ]


def test_what_is_handed_over_in_a_request_is_unpacked_too(place: Place) -> None:
    archive, engine = place.workspace.open_archive(), place.engine
    digest = engine.configuration.digest
    submit(place.ledger, archive, "ENT-A", io.BytesIO(gzipped(GOOD)), "good.edi.gz", digest, 10**6)
    assert engine.until_idle().problems == []
    assert files(place) == {"good.edi.gz": "processed", "good.edi.gz/good.edi": "processed"}


def test_without_room_it_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "free_bytes", lambda path: 0)
    place.drop("ENT-A", "day.zip", zipped(THREE))
    told = place.engine.until_idle().problems
    assert any("there is no room for" in line for line in told)
    assert files(place) == {"day.zip": "in_work"}
    monkeypatch.undo()
    place.clock.forward(hours=1)
    assert place.engine.until_idle().problems == []
    assert len(files(place)) == 4


def test_a_stop_puts_it_back(place: Place) -> None:
    asked: list[bool] = []

    def stopping() -> bool:
        asked.append(True)
        return len(asked) > 1

    engine, archive = place.engine, place.workspace.open_archive()
    digest = engine.configuration.digest
    submit(place.ledger, archive, "ENT-A", io.BytesIO(zipped(THREE)), "day.zip", digest, 10**6)
    [item] = place.ledger.pending_work()
    fence = place.ledger.claim(item.id)
    assert fence is not None
    parts = (place.ledger, archive, engine.configuration, lambda: None)
    assert unpack.Unpacker(item, fence, *parts).run("zip", stopping) is None
    assert files(place) == {"day.zip": "in_work"}
    assert engine.until_idle().problems == []
    assert len(files(place)) == 4


def die(root: Path, at: str, times: int) -> None:
    """Run the engine, and die by SIGKILL when `at` is called for the last of `times`."""
    workspace, clock = Remembering.at(root), Clock()
    with workspace.open_ledger(clock) as ledger:
        archive = workspace.open_archive()
        target: Any = {"writer": Batch, "batch": archive}.get(at, ledger)
        was: Callable[..., Any] = getattr(target, at)
        left = times

        def dying(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return was(*given, **named)

        setattr(target, at, dying)
        unpack.MEMBERS = 2
        engine = EmbeddedEngine(workspace, ledger, archive, clock)
        engine.configuration = unpacking(engine.configuration, "ENT-A")
        engine.until_idle()


def kill(root: Path, at: str, times: int) -> None:
    process = multiprocessing.get_context("fork").Process(target=die, args=(root, at, times))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def test_kills_in_between_change_nothing(tmp_path: Path) -> None:
    """Before and after each member is archived, between two batches of them, before and after all are recorded, between
    the members' own work.
    """
    root = tmp_path / "ws"
    prepare(root)
    (root / "exchange" / "ENT-A" / "out" / "day.zip").write_bytes(zipped(THREE))
    for at, times in (("writer", 2), ("writer", 3), ("batch", 2), ("unpacked", 1), ("record_all", 1)):
        kill(root, at, times)
    with deployment(root) as place:
        allow(place)
        assert files(place)["day.zip"] == "processed"
        assert {row["state"] for row in place.ledger.ls("file") if row["inside"]} == {"in_work"}
        assert place.engine.until_idle().problems == []
        assert sorted(files(place).values()) == ["held", "processed", "processed", "processed"]
        assert len(place.ledger.ls("file")) == 4
        assert [row["state"] for row in place.ledger.ls()] == ["completed", "completed"]
        assert_sound(place)


@pytest.mark.parametrize(("most", "batches"), [(200, [3]), (2, [2, 1]), (1, [1, 1, 1])])
def test_members_share_the_waits_for_the_disk(
    place: Place, monkeypatch: pytest.MonkeyPatch, most: int, batches: list[int]
) -> None:
    monkeypatch.setattr(unpack, "MEMBERS", most)
    place.drop("ENT-A", "day.zip", zipped(THREE))
    archive, counts = place.engine.archive, []
    batch = archive.batch
    monkeypatch.setattr(archive, "batch", lambda count, **how: counts.append(count) or batch(count, **how))
    assert place.engine.until_idle().problems == []
    assert counts == [1, *batches], "the drop, then its members"
    assert len(files(place)) == 4
    assert_sound(place)


def test_large_members_do_not_keep_the_disk_busy_for_long() -> None:
    assert list(unpack.together([])) == []
    assert list(unpack.together([1] * 450)) == [200, 200, 50]
    assert list(unpack.together([unpack.BYTES, 1, unpack.BYTES - 2, 1, 1])) == [1, 3, 1]


def test_without_room_for_the_second_batch_it_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was archived until then is found again."""
    monkeypatch.setattr(unpack, "MEMBERS", 1)
    place.drop("ENT-A", "day.zip", zipped(THREE))
    archive, left = place.engine.archive, 3
    batch = archive.batch

    def full(count: int, **how: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return batch(count, **how)

    monkeypatch.setattr(archive, "batch", full)
    assert any("No space left" in line for line in place.engine.until_idle().problems)
    assert files(place) == {"day.zip": "in_work"}
    left = 100
    place.clock.forward(hours=1)
    assert place.engine.until_idle().problems == []
    assert len(files(place)) == 4
    assert_sound(place)


def test_the_verb_is_fenced_and_may_be_repeated(ledger: Any) -> None:
    file = drop(ledger, "a.zip")
    item, fence = take(ledger, file)
    found = [Unpacked("one", 3, "1" * 64), Unpacked("two", 3, "2" * 64)]
    with pytest.raises(Fenced):
        ledger.unpacked(item.id, fence + 1, "zip", found, "c")
    ids = ledger.unpacked(item.id, fence, "zip", found, "c")
    assert ledger.unpacked(item.id, fence, "zip", found, "c") == ids
    assert [row["id"] for row in ledger.show(file)["members"]] == sorted(ids)
    assert len(ledger.pending_work()) == 2
    assert ledger.books().balanced


def test_a_packed_content_in_a_signature_is_held(place: Place) -> None:
    """`process` itself unpacks nothing."""
    data = zipped(THREE)
    at = datetime(2026, 3, 14, 2, tzinfo=UTC)
    incoming = Incoming("f", "ENT-A", "day.zip", data, "0" * 64, at, "2026-03-14")
    outcome = process(incoming, place.engine.configuration, place.ledger)
    assert [fault.code for fault in outcome.faults] == ["file-packed"]
