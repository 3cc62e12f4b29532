"""Power cuts: the engine dies before a durable step, and its disk forgets what was not synced, or any part of it."""

from __future__ import annotations

import random

from tests.torture.checker import End, check_now
from tests.torture.kill import KILLED, calm, fill, finish
from tests.torture.nursery import Nursery
from tests.torture.platter import KEEPS, Platter
from tests.torture.row import Row, Violation
from tests.torture.shim import journal
from tests.torture.stage import ON_SFTP, Stage

CUTS = 3
"""At most so many cuts in a row: the engines that start after one may be cut as well."""


def synced_whole(step: int) -> bool:
    """Whether the engine that is cut there syncs its file system as a whole: every other one does."""
    return bool(step % 2)


def cut(stage: Stage, nursery: Nursery, step: int, keep: str, chance: random.Random) -> bool:
    """Run an engine until the power goes before a step; whether it went."""
    platter = Platter(stage.root)
    stage.control.reset()
    ended = stage.run(
        nursery, counted=True, sockets=stage.packets, keep_journal=True, die_at=step, whole=synced_whole(step)
    )
    stage.settle()
    if ended.code != KILLED:
        return False
    platter.tell(journal(stage.journal))
    platter.cut(keep, chance)
    return True


def trial(
    row: Row, stage: Stage, nursery: Nursery, end: End, step: int, keep: str, chance: random.Random
) -> None:
    """A cut at a step, sometimes more while the next engines start; then everything is checked."""
    fill(stage)
    name = f"step {step}, {keep} kept, {'SFTP' if stage.sftp else 'folders'}"
    if not cut(stage, nursery, step, keep, chance):
        return
    row.add(name, ())
    row.also(f"{keep} kept of what was not synced")
    if synced_whole(step):
        row.also("file system synced as a whole")
    found = check_now(stage)
    for _ in range(chance.choice((0, 0, 0, *range(1, CUTS)))):
        stage.take()
        if cut(stage, nursery, chance.randint(1, 400), chance.choice(KEEPS), chance):
            row.add(name, ())
            row.also("cut while it started after a cut")
            name += ", and again"
            found += check_now(stage)
    row.add(name, found or finish(stage, nursery, end), trials=0)


def steps(row: Row, stage: Stage, nursery: Nursery, part: tuple[int, int], most: int) -> None:
    """At most `most` steps spread over runs, a fifth of them over those that make the tables."""
    fresh = most // 5
    for stage.fresh, number in ((False, most - fresh), (True, fresh)):
        if number:
            _spread(row, stage, nursery, part, number)
    stage.fresh = False


def _spread(row: Row, stage: Stage, nursery: Nursery, part: tuple[int, int], most: int) -> None:
    """At most `most` steps spread over a run, by turns with each of the ways of forgetting."""
    chance = random.Random(part[0])
    end, _ = calm(stage, nursery)
    total = stage.control.steps
    stride = max(1.0, total * len(KEEPS) / (most * part[1]))
    for number in range(most):
        step = 1 + int((number * part[1] + part[0]) * stride / len(KEEPS))
        if step > total:
            break
        trial(row, stage, nursery, end, step, KEEPS[number % len(KEEPS)], chance)


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "power",
        "power cut",
        "the engine dies before a durable step, and a shim between it and its disk forgets what was not synced: all"
        " of it, none, or any part, writes torn (file data, names, SQLite's log); partners on OpenSSH, and in folders"
        " of the same disk",
    )
    each = -(-(trials if trials is not None else 600) // (2 * part[1]))
    with Nursery() as nursery:
        for sftp in (ON_SFTP, ()):
            with Stage(sftp=sftp) as stage:
                steps(row, stage, nursery, part, each)
        row.cpu += nursery.cpu
    return row


def unsynced(stage: Stage, nursery: Nursery) -> list[Violation]:
    """The counter-proof: an engine whose syncs do nothing loses files, and the checker says so."""
    fill(stage)
    platter = Platter(stage.root)
    stage.control.reset()
    stage.run(nursery, counted=True, keep_journal=True)
    platter.tell(did for did in journal(stage.journal) if not did.syncs)
    platter.cut("nothing", random.Random(0))
    return check_now(stage)
