"""Two engines at once in one workspace: the second is refused in plain words, and nothing happens twice."""

from __future__ import annotations

import random
import signal

from tests.torture.checker import check, check_now
from tests.torture.clocks import PATIENCE, until
from tests.torture.disk import LATER
from tests.torture.kill import calm, fill
from tests.torture.nursery import Ended, Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import Stage

REFUSED = "another engine runs in"
REFUSAL = 3
"""Exit code of an engine that is refused."""


def _judge(daemon: Ended, once: Ended, told: str, *, together: bool) -> list[Violation]:
    """One of the two has worked, the other one was refused and said why."""
    if daemon.hung or once.hung:
        return [Violation("other", f"an engine did not end when it was told to: {told[-500:]}")]
    codes = (daemon.code, once.code)
    worked, stopped = 0, (0, -signal.SIGKILL)
    if codes == (REFUSAL, worked) or (codes[0] in stopped and codes[1] == REFUSAL):
        return [] if REFUSED in told else [Violation("other", f"it is not said why: {told[-500:]}")]
    if together and codes[0] in stopped and codes[1] == worked:
        return []  # one was there before the other one began, and gone
    return [Violation("other", f"the daemon ended with {codes[0]}, the other with {codes[1]}: {told[-500:]}")]


def meet(row: Row, stage: Stage, one: Nursery, other: Nursery, number: int, seed: int) -> None:
    """So many meetings of two engines on a stage that polls every second."""
    chance = random.Random(seed)
    end, _ = calm(stage, one)
    calm(stage, other)
    alias = stage.folder / "alias"
    if not alias.is_symlink():
        alias.symlink_to(stage.root)
    for place in range(number):
        fill(stage)
        together = place % 2 == 1
        once = stage.wanted(path=alias if chance.random() < 0.5 else None)
        one.begin(stage.wanted("--log-format", "text", stop_after=PATIENCE))
        if not together:
            until(lambda: "running:" in stage.logged())
        second = other.run(once)
        one.interrupt(kill=chance.random() < 0.5)
        first = one.end()
        stage.settle()
        stage.take()
        found = [*_judge(first, second, stage.logged(), together=together), *check_now(stage)]
        stage.control.reset(clock_offset=LATER)
        stage.run(one, counted=True)
        stage.take()
        met = REFUSAL in (first.code, second.code)
        row.add(f"meeting {place}", [*found, *check(stage, end)], trials=int(met or bool(found)))


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "two",
        "two engines at once",
        "a daemon and `run --once` in one workspace on SQLite, at the same moment or the one while the other"
        " works, also by two paths; the daemon is stopped or killed, and the next engine takes over",
    )
    number = -(-(trials if trials is not None else 100) // part[1])
    with Nursery() as one, Nursery() as other, Stage(settings="poll_seconds: 1") as stage:
        meet(row, stage, one, other, number, seed=part[0])
        row.cpu += one.cpu + other.cpu
    return row
