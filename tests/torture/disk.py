"""Full disks: real small ones under the archive, the database and an inbox; and one that is full from a step on."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.checker import End, check, check_now
from tests.torture.kill import calm, fill
from tests.torture.nursery import Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import Stage

LATER = 2 * 3600 * 1_000_000
"""Microseconds after which the engine is started again: what failed is due by then."""
SIZE = 8 << 20
ENDINGS = (0, 3)
"""Exit codes of an engine on a full disk: it did what it could, or said that it cannot work."""
PLACES = {"archive": 24_000, "database": 1_400_000, "inbox": 16_000}
"""Where a small disk is, and about how many bytes a run needs there."""
FULL = ("No space left", "disk is full", "disk I/O error")


def works_again(stage: Stage, nursery: Nursery, end: End) -> Iterator[Violation]:
    """With room again and nobody's hand, an engine started two hours later brings everything to its end."""
    stage.take()
    yield from check_now(stage)
    stage.control.reset(clock_offset=LATER)
    ended = stage.run(nursery, counted=True)
    stage.take()
    if ended.code != 0:
        yield Violation("other", f"with room again the engine ended with {ended.code}: {stage.told()}")
    yield from check(stage, end)


def _ended(stage: Stage, code: int) -> Iterator[Violation]:
    if code not in ENDINGS:
        yield Violation("other", f"on the full disk the engine ended with {code}: {stage.told()}")


def _ran_out(stage: Stage) -> bool:
    """Whether the engine has met the full disk: it says so, in its log or its ledger."""
    return any(text in stage.logged() for text in FULL)


def from_step(row: Row, stage: Stage, nursery: Nursery, part: tuple[int, int], most: int) -> None:
    """The disk of the workspace is full from a step on, for at most `most` steps spread over a run."""
    end, _ = calm(stage, nursery)
    total = stage.control.steps
    stride = max(1.0, total / (most * part[1]))
    for number in range(most):
        step = 1 + int((number * part[1] + part[0]) * stride)
        if step > total:
            break
        fill(stage)
        stage.control.reset(full_from=step)
        ended = stage.run(nursery, counted=True)
        hit = _ran_out(stage)
        found = list(_ended(stage, ended.code))
        found += works_again(stage, nursery, end)
        row.add(f"full from step {step} of {total}", found, trials=1 if hit else 0)
        row.also("full from a step on", hit)


def real(row: Row, stage: Stage, nursery: Nursery, disk: Path, place: str, most: int, seed: int) -> None:
    """A small disk under one place, with less left than is needed, or just enough."""
    chance = random.Random(seed)
    filler = disk / "filler"
    end = None
    for _ in range(most + 1):
        _lay_out(stage, disk, place)
        if end is None:
            end, _ = calm(stage, nursery)
            continue
        fill(stage)
        _lay_out(stage, disk, place)
        left = chance.randint(0, PLACES[place])
        leave(filler, left)
        ended = stage.run(nursery)
        found = list(_ended(stage, ended.code))
        hit = _ran_out(stage)
        filler.unlink()
        found += works_again(stage, nursery, end)
        row.add(f"{place}, {left} bytes left", found, trials=1 if hit else 0)
        row.also(f"under the {place}", hit)


def _lay_out(stage: Stage, disk: Path, place: str) -> None:
    """Put the small disk under a place of a workspace that was not used yet."""
    for path in sorted(disk.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if place == "archive" and stage.root.is_dir():
        (stage.root / "var").mkdir(exist_ok=True)
        archive = stage.root / "var" / "archive"
        if not archive.exists():
            archive.symlink_to(disk)
    elif place == "inbox":
        inbox = stage.home("CIQ-QD") / "in"
        if not inbox.is_symlink():
            inbox.rmdir() if inbox.is_dir() else None
            inbox.parent.mkdir(parents=True, exist_ok=True)
            inbox.symlink_to(disk)


def leave(filler: Path, left: int) -> None:
    """Fill a disk until so many bytes are left."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - left))


@contextmanager
def small_disk(folder: Path, size: int = SIZE) -> Iterator[Path]:
    """A file system in memory of so many bytes. Raises CalledProcessError where we may not mount."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "disk",
        "full disk",
        "file systems of 8 MB, with less left than is needed, under the archive, the database and a partner's inbox, each;"
        " and a disk that is full from any step on; then room, and a restart without anybody's hand",
    )
    each = -(-(trials if trials is not None else 400) // (4 * part[1]))
    with Nursery() as nursery:
        with Stage(sftp=()) as stage:
            from_step(row, stage, nursery, part, each)
        for place in PLACES:
            with Stage(sftp=()) as stage, small_disk(stage.folder / "disk") as disk:
                if place == "database":
                    stage.database = disk / "ledger.db"
                real(row, stage, nursery, disk, place, each, seed=part[0])
        row.cpu += nursery.cpu
    return row
