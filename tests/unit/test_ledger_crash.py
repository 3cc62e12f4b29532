"""A worker killed at any moment loses nothing and does nothing twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from edi_router.ledger import Archive, Ledger

FILES = 25


def start(database: str, folder: Path, root: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.ledger_worker", database, str(folder)],
        stdout=subprocess.PIPE, text=True, cwd=root,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def take_away(inbox: Path, taken: Counter[str]) -> None:
    """The partner takes what has its final name."""
    for path in inbox.iterdir():
        if not path.name.startswith("."):
            taken[path.name] += 1
            path.unlink()


@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing(database: str, tmp_path: Path, root: Path) -> None:
    chance = random.Random(7)
    for name in ("outbox", "inbox"):
        (tmp_path / name).mkdir()
    for number in range(FILES):
        (tmp_path / "outbox" / f"{number:02}.edi").write_text(f"C{number}")
    taken: Counter[str] = Counter()
    for _ in range(6):
        with start(database, tmp_path, root) as process:
            time.sleep(chance.uniform(0.0, 0.35))
            process.kill()
        take_away(tmp_path / "inbox", taken)
        check(database, complete=False)
    with start(database, tmp_path, root) as process:
        assert process.wait(60) == 0
    take_away(tmp_path / "inbox", taken)
    check(database, complete=True)
    assert set(taken.values()) == {1}
    assert len(taken) == 3 * FILES
    assert list((tmp_path / "outbox").iterdir()) == []
    assert list(Archive(tmp_path / "archive").verify()) == []


def check(database: str, complete: bool) -> None:
    with Ledger.open(database) as ledger:
        books, counts, files = ledger.books(), ledger.counts(), ledger.ls("file", limit=1000)
        assert books.balanced, books
        assert ledger.verify_books() == []
        assert len({row["name"] for row in files}) == len(files)
        if complete:
            assert counts["message"] == {"completed": FILES}
            assert counts["output"] == {"delivered": 3 * FILES}
            numbers = [row["number"] for row in ledger.ls("output", limit=1000) if row["stream"] == "to:ciq"]
            assert sorted(numbers) == list(range(1, 2 * FILES + 1))


def test_a_kill_within_the_archive_leaves_no_half_file(tmp_path: Path, root: Path) -> None:
    script = (
        "import sys, io\nfrom pathlib import Path\nfrom edi_router.ledger.archive import Archive\n"
        "print('started', flush=True)\n"
        "for n in range(10**9): Archive(Path(sys.argv[1])).put(str(n).encode() * 20000)\n"
    )
    for delay in (0.0, 0.05, 0.1):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            time.sleep(delay)
            process.kill()
        assert list(Archive(tmp_path).verify()) == []


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_crash_between_the_steps_of_receiving(database: str, tmp_path: Path, steps: int) -> None:
    archive = Archive(tmp_path / "archive")
    drop = tmp_path / "a.edi"
    drop.write_bytes(b"UNB")

    def receive(crash_after: int) -> None:
        with Ledger.open(database) as ledger:
            sha256, size = archive.put(drop.read_bytes())
            if crash_after == 0:
                return
            receipt = ledger.receive("p", "out", drop.name, size, 1, sha256, "c")
            if crash_after == 1:
                return
            drop.unlink()
            if crash_after == 2:
                return
            ledger.removed(receipt.file_id)

    receive(steps)
    if drop.exists():
        receive(9)
    with Ledger.open(database) as ledger:
        assert len(ledger.pending_work()) == 1
        assert ledger.books().balanced
