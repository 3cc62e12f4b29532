"""Workers side by side on one PostgreSQL: killed, cut off, standing still; and engines that must not work beside others."""

from __future__ import annotations

import os
import random
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from edi_router.engine.distributed.pace import Pace
from tests.torture.checker import check_now
from tests.torture.cluster import Cluster, Placed, go_on, kill_host, wait
from tests.torture.hosts import Farm, Net, workers_of
from tests.torture.kill import fill
from tests.torture.nursery import Nursery, Wanted
from tests.torture.pgserver import settled
from tests.torture.postgres import SMALL, PostgresStage, Server, place_of_its_own
from tests.torture.row import Row, Violation

PACE = Pace(beat=0.3, stalled=1.5, sweep=1, fetch=0.1, answer=5, idle=10)
"""As a deployment has it, many times as fast."""
PAUSES = (0.1, 0.3)
KILLS = 20
"""Of workers, and some of other faults, on one ledger."""
REFUSED = 3
"""Exit code of an engine that is refused."""
HANGS = 900.0
"""Seconds after which an engine, or a worker that was not refused, is ended; a machine with much to do is slow."""
WORKS = "works on this"


class Crew(Cluster):
    """Two supervisors with two workers each, as hosts that share one machine, and a server."""

    net: Net | None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.names = [f"h{number}" for number in range(1, self.hosts + 1)]
        self.running: dict[str, int] = {}
        self.sent = 0
        self.seen: list[tuple[int, str, str]] = []
        self.stuck: list[str] = []
        self._times = 0
        self.farm: Farm | None = None
        self.net = None
        with ExitStack() as stack:
            self.stage = stack.enter_context(Placed(sftp=(), settings="poll_seconds: 1"))
            self.folder = Path(tempfile.mkdtemp(prefix="crew-", dir=self.stage.folder))
            place = stack.enter_context(place_of_its_own())
            self.database = Server(place / "pg", options=(*SMALL, "max_connections=100"))  # type: ignore[assignment]
            stack.callback(self.database.stop, "immediate")
            self._stack = stack.pop_all()

    def begin(self, *, at_work: bool = True) -> None:
        """An empty database and workspace, and all at work."""
        self._times += 1
        self.name = f"ledger{self._times}"
        self.stage.reset()
        self.database.ask(f"CREATE DATABASE {self.name}")
        self.seen.clear()
        self.stuck.clear()
        self.sent = 0
        self.farm = self.farm or Farm(None, self.stage.root, self.folder, PACE, PAUSES)
        for name in self.names:
            self.start(name)
        made = (
            "SELECT 1 WHERE to_regclass('procrastinate_jobs') IS NOT NULL AND to_regclass('work') IS NOT NULL"
        )
        assert wait(lambda: bool(self.database.ask(made, self.name)), 120), self.told()

    def terminate(self) -> None:
        """End all sessions on the ledger."""
        self.database.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{self.name}' AND pid <> pg_backend_pid()"
        )


def _one(crew: Crew) -> int | None:
    found = workers_of(crew.running[crew.chance.choice(crew.names)])
    return crew.chance.choice(found) if found else None


def kill(crew: Crew) -> bool:
    """SIGKILL to a worker."""
    worker = _one(crew)
    if worker is not None:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    return worker is not None


def stand(crew: Crew) -> bool:
    """A worker stands still until it is taken for dead, then goes on where it was."""
    worker = _one(crew)
    if worker is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGSTOP)
        go_on(crew, PACE.stalled * crew.chance.uniform(1.2, 2))
        os.kill(worker, signal.SIGCONT)
    return True


def restart(how: str) -> Callable[[Crew], bool]:
    """The server is restarted."""

    def fault(crew: Crew) -> bool:
        crew.database.restart(how)
        return True

    return fault


def terminate(crew: Crew) -> bool:
    """All sessions are ended."""
    crew.terminate()
    return True


def host(crew: Crew) -> bool:
    """A supervisor and its workers are killed, and start again."""
    kill_host(crew)
    return True


OTHERS: dict[str, Callable[[Crew], bool]] = {
    "worker stood still until it was taken for dead": stand, "server restarted, fast": restart("fast"),
    "server restarted, immediate": restart("immediate"), "sessions terminated": terminate, "host killed": host,
}  # fmt: skip


def play(row: Row, crew: Crew, kills: int, label: str, others: bool = True) -> None:
    """So many workers killed, and every other fault once, on one ledger with files coming; then all is looked at."""
    crew.begin()
    crew.send(4)
    wait(lambda: bool(crew.database.ask("SELECT 1 FROM delivery LIMIT 1", crew.name)), 60)
    faults: list[tuple[str, Callable[[Crew], bool]]] = [("worker killed", kill)] * kills
    faults += OTHERS.items() if others else []
    crew.chance.shuffle(faults)
    done = 0
    for name, fault in faults:
        crew.send(1)
        go_on(crew, crew.chance.uniform(0, 0.5))
        if fault(crew):
            done += 1
            row.also(name)
    row.add(label, crew.judge(), trials=done)


def beside(row: Row, nursery: Nursery, crew: Crew, stage: PostgresStage) -> None:
    """`run` beside workers, a worker beside `run`, `run` beside `run` of another workspace: the second is refused."""
    found = list(_beside_workers(nursery, crew))
    row.add("run beside workers", found)
    row.also("an engine was refused")
    found = list(_beside_run(nursery, stage))
    row.add("run, and a worker, beside run of another workspace", found, trials=2)
    row.also("an engine was refused", 2)


def _beside_workers(nursery: Nursery, crew: Crew) -> Iterator[Violation]:
    crew.begin()
    settings = crew.stage.root / "edi-router.yaml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f"{before}database: {crew.database.url(crew.name)}\n", encoding="utf-8")
    entered = "SELECT count(*) FROM worker"
    if not wait(lambda: crew.database.ask(entered, crew.name)[0][0] == 2 * crew.hosts, 60):
        yield Violation("other", f"the workers did not come: {crew.told()}")
    crew.send(3)
    ended = crew.stage.run(nursery)
    if ended.code != REFUSED or WORKS not in crew.stage.logged():
        yield Violation("other", f"run beside workers ended with {ended.code}: {crew.stage.told()}")
    yield from crew.judge()


def _beside_run(nursery: Nursery, stage: PostgresStage) -> Iterator[Violation]:
    """The first one is held in the middle of its work; the second has a workspace of its own, with the same ledger."""
    fill(stage)
    first = stage.root
    second = stage.folder / "second"
    if not second.exists():
        second.mkdir()
    (second / "edi-router.yaml").write_text((first / "edi-router.yaml").read_text())
    stage.control.reset(hold_at=60)
    nursery.begin(stage.wanted(counted=True, sockets=stage.packets, timeout=HANGS))
    if not wait(lambda: stage.control.held, 60, 0.005):
        yield Violation("other", f"the first engine did not come to its step 60: {stage.told()}")
    with Nursery() as other:
        for verb in (("run", "--once"), ("worker",)):
            stage.log.write_bytes(b"")
            ended = other.run(_wanted(stage, second, verb))
            if ended.code != REFUSED or WORKS not in stage.logged():
                yield Violation(
                    "other", f"{' '.join(verb)} beside run ended with {ended.code}: {stage.told()}"
                )
    yield from check_now(stage)
    stage.control.go()
    ended = nursery.end()
    if ended.code != 0:
        yield Violation("other", f"the first engine ended with {ended.code}: {stage.told()}")
    yield from settled(stage, nursery, None)


def _wanted(stage: PostgresStage, root: Path, verb: tuple[str, ...]) -> Wanted:
    return Wanted(("--workspace", str(root), *verb), str(stage.log), stop_after=HANGS)


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "pgworkers",
        "PostgreSQL: workers side by side",
        "four workers under two supervisors on one ledger, files coming all the time: workers killed by SIGKILL at"
        " random moments, stopped until they are taken for dead, the server restarted, sessions terminated; an engine"
        " started beside them, and one and a worker beside an engine of another workspace",
    )
    wanted = -(-(trials if trials is not None else 200) // part[1])
    with Crew(hosts=2, processes=2, chance=random.Random(part[0])) as crew:
        number = 0
        while wanted > 0:
            number += 1
            play(row, crew, min(KILLS, wanted), f"ledger {number}")
            wanted -= KILLS
        with Nursery() as nursery, PostgresStage(crew.database) as stage:
            beside(row, nursery, crew, stage)
            row.cpu += nursery.cpu
    return row
