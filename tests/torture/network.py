"""The network and the partners' servers: cut at random bytes, restarted, slow, wrong, refusing, full."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.torture.checker import check, check_now
from tests.torture.disk import LATER, leave, small_disk
from tests.torture.kill import calm
from tests.torture.nursery import Nursery, Wanted
from tests.torture.proxy import Proxy, Weather, cut_at_random
from tests.torture.row import Row, Violation
from tests.torture.stage import ON_SFTP, Stage, workload

CONNECTION = 24_000
"""About so many bytes pass through the busiest connection of a run, login included."""
PATIENCE = 20.0
"""Seconds within which an engine must have come to the server."""
WRONG_KEY = "SHA256:" + "A" * 43


class Trial:
    """A stage whose partners are behind a proxy, and what the trials of this row have in common."""

    def __init__(self, row: Row, stage: Stage, nursery: Nursery, proxy: Proxy, seed: int) -> None:
        self.row, self.stage, self.nursery, self.proxy = row, stage, nursery, proxy
        self.chance = random.Random(seed)
        self.end, self.undisturbed = calm(stage, nursery)

    def fill(self, **settings: Any) -> None:
        """A new workspace with files in the outboxes, its partners behind the proxy."""
        through = {"port": self.proxy.port, **settings}
        self.stage.reset(**{partner.replace("-", "_"): through for partner in ON_SFTP})
        for drop in workload():
            self.stage.drop(*drop)

    def settle(self) -> list[Violation]:
        """After the fault: nothing is lost yet; two hours later everything comes to its end by itself."""
        stage = self.stage
        self.proxy.weather = Weather
        stage.settle()
        stage.take()
        found = check_now(stage)
        stage.control.reset(clock_offset=LATER)
        ended = stage.run(self.nursery, counted=True)
        stage.take()
        if ended.code != 0:
            found.append(Violation("other", f"afterwards the engine ended with {ended.code}: {stage.told()}"))
        return [*found, *check(stage, self.end)]

    def run(self, **how: Any) -> Iterator[Violation]:
        """The engine in bad weather: it may say that a channel failed, no more."""
        ended = self.stage.run(self.nursery, **how)
        if ended.code not in (0, 3) or ended.hung:
            yield Violation("other", f"the engine ended with {ended.code}: {self.stage.told()}")


def cut(trial: Trial) -> None:
    """Two runs whose connections are cut after a random number of bytes."""
    trial.fill()
    trial.proxy.weather = cut_at_random(trial.chance, CONNECTION)
    before = trial.proxy.cuts
    found = [each for _ in range(2) for each in trial.run()]
    trial.row.add("cut", [*found, *trial.settle()], trials=trial.proxy.cuts - before)


def restart(trial: Trial) -> None:
    """The server's processes are killed while an engine works."""
    trial.fill()
    running: Collection[Any] = trial.stage.server._backend._running  # type: ignore[union-attr]
    trial.nursery.begin(trial.stage.wanted())
    deadline = time.monotonic() + PATIENCE
    while not running and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(trial.chance.uniform(0, 0.7 * trial.undisturbed.seconds))
    killed = 0
    for process in list(running):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
    ended = trial.nursery.end()
    found = (
        [] if ended.code in (0, 3) else [Violation("other", f"ended with {ended.code}: {trial.stage.told()}")]
    )
    trial.row.add("restart", [*found, *trial.settle()], trials=1 if killed else 0)


def slow(trial: Trial) -> None:
    """Every block of a few bytes waits."""
    trial.fill()
    trial.proxy.weather = lambda: Weather(delay=trial.chance.uniform(0.001, 0.004), block=400)
    found = list(trial.run())
    trial.row.add("slow", [*found, *trial.settle()])


def stall(trial: Trial) -> None:
    """A server that falls silent with the connection open: the engine gives up after its timeout."""
    trial.fill(timeout_seconds=0.5)
    after = trial.chance.randint(0, CONNECTION)
    trial.proxy.weather = lambda: Weather(stall_after=after)
    before = trial.proxy.cuts
    found = list(trial.run())
    stalled = trial.proxy.cuts - before
    trial.proxy.cut()
    trial.row.add("stall", [*found, *trial.settle()], trials=stalled)


def key(trial: Trial) -> None:
    """The server shows another key than the pinned one: nothing is exchanged with it."""
    stage = trial.stage
    trial.fill(host_key=WRONG_KEY)
    found = list(trial.run())
    if not list((stage.home("ENT-A") / "out").iterdir()):
        found.append(Violation("other", "files were fetched from a server with a wrong key"))
    found += [Violation("other", "a server with a wrong key got a file") for _ in _visible(stage, ON_SFTP)]
    settings = stage.root / "edi-router.yaml"
    right = str(stage.channel("ENT-A")["host_key"])
    settings.write_text(settings.read_text().replace(WRONG_KEY, right))
    trial.row.add("key", [*found, *trial.settle()])


def denied(trial: Trial) -> None:
    """The server refuses every change: files stay in the outbox, deliveries are given up until `retry --all`."""
    stage = trial.stage
    trial.fill()
    with _read_only(stage):
        found = list(trial.run())
        found += [
            Violation("other", "a file was written where that is refused") for _ in _visible(stage, ON_SFTP)
        ]
    stage.settle()
    arguments = ("--workspace", str(stage.root), "retry", "--all")
    ended = trial.nursery.run(Wanted(arguments, str(stage.log)))
    if ended.code not in (0, 1):
        found.append(Violation("other", f"retry ended with {ended.code}: {stage.told()}"))
    trial.row.add("denied", [*found, *trial.settle()])


def full(trial: Trial) -> None:
    """The partner's disk is full, then it is not."""
    stage = trial.stage
    trial.fill()
    inbox = stage.home("CIQ-QD") / "in"
    inbox.rmdir()
    with small_disk(stage.folder / "disk") as disk:
        inbox.symlink_to(disk)
        filler = disk / "filler"
        leave(filler, trial.chance.randint(0, 12_000))
        filler.rename(disk / ".filler")
        found = list(trial.run())
        (disk / ".filler").unlink()
        trial.row.add("full", [*found, *trial.settle()])
        inbox.unlink()
    inbox.mkdir()


def _visible(stage: Stage, partners: tuple[str, ...]) -> Iterator[Path]:
    for partner in partners:
        yield from (path for path in (stage.home(partner) / "in").iterdir() if not path.name.startswith("."))


@contextmanager
def _read_only(stage: Stage) -> Iterator[None]:
    """All accounts without the right to change anything, by OpenSSH's own option."""
    keys = stage.server._backend._run / "authorized_keys"  # type: ignore[union-attr]
    before = keys.read_text()
    keys.write_text(before.replace("internal-sftp -d", "internal-sftp -R -d"))
    try:
        yield
    finally:
        keys.write_text(before)


KINDS: dict[str, tuple[Callable[[Trial], None], int, str]] = {
    "cut": (cut, 60, "connections cut"), "restart": (restart, 15, "server killed"),
    "slow": (slow, 5, "slow server"), "stall": (stall, 5, "silent connections"),
    "key": (key, 3, "wrong host key"), "denied": (denied, 5, "permission denied"),
    "full": (full, 7, "the partner's disk full"),
}  # fmt: skip
"""The faults, and how many of a hundred rounds each gets."""


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "network",
        "network",
        "through a proxy: connections reset after a random number of bytes, or silent; every block delayed; server"
        " processes killed; a wrong host key; permission denied (recovery by `retry --all`); the partner's disk full",
    )
    rounds = -(-(trials if trials is not None else 300) // part[1])
    with Nursery() as nursery, Stage() as stage:
        assert stage.server is not None
        proxy = Proxy(stage.server.port)
        try:
            trial = Trial(row, stage, nursery, proxy, seed=part[0])
            counts = {name: max(1, round(rounds * share / 100)) for name, (_, share, _) in KINDS.items()}
            for name, count in counts.items():
                before = row.trials
                for _ in range(count):
                    KINDS[name][0](trial)
                row.also(KINDS[name][2], row.trials - before)
        finally:
            proxy.stop()
        row.cpu += nursery.cpu
    return row
