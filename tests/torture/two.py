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


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "two",
        "two engines at once",
        "a daemon and `run --once` started at about the same moment in one workspace on SQLite, also by two paths;"
        " the one that works is killed in every other trial, and the next one takes over",
    )
    chance = random.Random(part[0])
    with Nursery() as one, Nursery() as other, Stage(settings="poll_seconds: 1") as stage:
        end, undisturbed = calm(stage, one)
        alias = stage.folder / "alias"
        alias.symlink_to(stage.root)
        for number in range(-(-(trials if trials is not None else 100) // part[1])):
            fill(stage)
            span = undisturbed.seconds
            how = {"kill_after" if number % 2 else "stop_after": 2.0 + 2 * span}
            daemon = stage.wanted("--log-format", "text", **how)
            once = stage.wanted(kill_after=None, timeout=120)
            if number % 3 == 0:
                once = stage.wanted(path=alias)
            first, second = (one, daemon), (other, once)
            if chance.random() < 0.5:
                first, second = second, first
            first[0].begin(first[1])
            second[0].begin(second[1])
            ended = first[0].end(), second[0].end()
            stage.settle()
            stage.take()
            found = [*_judge(*ended, stage.logged()), *check_now(stage)]
            stage.control.reset(clock_offset=LATER)
            stage.run(one, counted=True)
            stage.take()
            row.add(f"trial {number}", [*found, *check(stage, end)])
            row.also("the daemon was refused", ended[first[1] is not daemon].code == 3)
        row.cpu += one.cpu + other.cpu
    return row
