"""Two engines at once in one workspace: the second is refused in plain words, and nothing happens twice."""

from __future__ import annotations

import random
import signal

from tests.torture.checker import check, check_now
from tests.torture.disk import LATER
from tests.torture.kill import calm, fill
from tests.torture.nursery import Ended, Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import Stage

REFUSED = "another engine runs in"


def _judge(first: Ended, second: Ended, told: str) -> list[Violation]:
    """One of the two has worked, the other one was refused and said why."""
    codes = sorted((first.code, second.code))
    if codes[1] != 3 or codes[0] not in (0, -signal.SIGKILL):
        return [Violation("other", f"the two ended with {first.code} and {second.code}: {told[-500:]}")]
    return [] if REFUSED in told else [Violation("other", f"the refusal does not say why: {told[-500:]}")]


def meet(row: Row, stage: Stage, one: Nursery, other: Nursery, number: int, seed: int) -> None:
    """So many meetings of two engines on a stage that polls every second."""
    chance = random.Random(seed)
    end, undisturbed = calm(stage, one)
    alias = stage.folder / "alias"
    if not alias.is_symlink():
        alias.symlink_to(stage.root)
    for place in range(number):
        fill(stage)
        how = {"kill_after" if place % 2 else "stop_after": 2.0 + 2 * undisturbed.seconds}
        daemon = stage.wanted("--log-format", "text", **how)
        once = stage.wanted(path=alias if place % 3 == 0 else None)
        engines = [(one, daemon), (other, once)]
        if chance.random() < 0.5:
            engines.reverse()
        for nursery, wanted in engines:
            nursery.begin(wanted)
        first, second = (nursery.end() for nursery, _ in engines)
        stage.settle()
        stage.take()
        found = [*_judge(first, second, stage.logged()), *check_now(stage)]
        stage.control.reset(clock_offset=LATER)
        stage.run(one, counted=True)
        stage.take()
        row.add(f"meeting {place}", [*found, *check(stage, end)])


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "two",
        "two engines at once",
        "a daemon and `run --once` started at about the same moment in one workspace on SQLite, also by two paths;"
        " the daemon is killed in every other trial, and the next one takes over",
    )
    number = -(-(trials if trials is not None else 100) // part[1])
    with Nursery() as one, Nursery() as other, Stage(settings="poll_seconds: 1") as stage:
        meet(row, stage, one, other, number, seed=part[0])
        row.cpu += one.cpu + other.cpu
    return row
