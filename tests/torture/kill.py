"""kill -9: before every durable step, and at random moments while partners take away what they get."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.torture.checker import End, check, check_now, end_of
from tests.torture.nursery import Ended, Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import Stage, workload

KILLED = -9
OVERLAP = 10
"""So many steps after the making of the tables are tried in either way."""
CHAIN = 10
"""Random kills of one workload, one engine after the other, before one may finish."""


def fill(stage: Stage, copies: int = 1) -> None:
    """A new workspace, and what partners have dropped."""
    stage.reset()
    for drop in workload(copies):
        stage.drop(*drop)


def calm(stage: Stage, nursery: Nursery, copies: int = 1) -> tuple[End, Ended]:
    """The end of an undisturbed run, and how long it took; it counts the steps of the run."""
    fill(stage, copies)
    stage.control.reset()
    ended = stage.run(nursery, counted=True, sockets=stage.packets)
    assert ended.code == 0, stage.told()
    stage.take()
    problems = check(stage, None)
    assert problems == [], problems
    return end_of(stage), ended


def finish(stage: Stage, nursery: Nursery, end: End) -> Iterator[Violation]:
    """Start the engine again, let it come to rest, and check everything."""
    stage.take()
    yield from check_now(stage)
    ended = stage.run(nursery)
    stage.take()
    if ended.code != 0:
        yield Violation("other", f"after the restart the engine ended with {ended.code}: {stage.told()}")
    yield from check(stage, end)


def every_step(row: Row, stage: Stage, nursery: Nursery, part: tuple[int, int], most: int) -> None:
    """A kill before each durable step of one workload; `part` is (which, of how many), at most `most` kills.

    The steps of making the tables, in a workspace that was never used; all others with the tables there.
    """
    totals, ends = {}, {}
    for stage.fresh in (True, False):
        ends[stage.fresh], _ = calm(stage, nursery)
        totals[stage.fresh] = stage.control.steps
    steps = [(True, step) for step in range(1, totals[True] - totals[False] + OVERLAP)]
    steps += [(False, step) for step in range(1, totals[False] + 1)]
    mine = steps[part[0] :: part[1]]
    for stage.fresh, step in mine if len(mine) <= most else mine[:: -(-len(mine) // most)]:
        fill(stage)
        stage.control.reset()
        ended = stage.run(nursery, counted=True, sockets=stage.packets, die_at=step)
        if ended.code != KILLED:
            if ended.code != 0:
                row.add(f"step {step}", [Violation("other", f"ended with {ended.code}: {stage.told()}")])
            continue  # a run with fewer packets than the counted one
        stage.settle()
        name = f"step {step} of {totals[stage.fresh]}{', tables to be made' if stage.fresh else ''}"
        row.add(name, finish(stage, nursery, ends[stage.fresh]))
        row.also("at a durable step")
    stage.fresh = False
    row.also(f"most durable steps of a run ({stage.steps_are})", totals[True])


def at_random(row: Row, stage: Stage, nursery: Nursery, kills: int, seed: int) -> None:
    """Kills at random moments, `CHAIN` on each workload: also of engines that repair what a kill left."""
    chance = random.Random(seed)
    end, undisturbed = calm(stage, nursery, copies=3)
    while kills > 0:
        fill(stage, copies=3)
        done = 0
        for _ in range(min(CHAIN, kills)):
            ended = stage.run(nursery, kill_after=chance.uniform(0.02, 0.7 * undisturbed.seconds))
            done += ended.code == KILLED
            if chance.random() < 0.5:
                stage.take()
        kills -= max(done, 1)
        stage.settle()
        row.add(f"random, seed {seed}, {kills} left", finish(stage, nursery, end), trials=done)
        row.also("at a random moment", done)


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "kill",
        "kill -9",
        "SIGKILL before every durable step, and at random moments, ten engines one after the other; partners on"
        " OpenSSH; then a restart",
    )
    each = (trials if trials is not None else 2000) // 2
    with Nursery() as nursery, Stage() as stage:
        every_step(row, stage, nursery, part, each if trials is not None else 1_000_000)
        at_random(row, stage, nursery, -(-each // part[1]), seed=1000 + part[0])
        row.cpu += nursery.cpu
    return row
