"""Many hosts: kill one, cut its cable, stop a worker until it is taken for dead, restart or crash PostgreSQL.

Hosts are network namespaces. While faults are made, a partner goes on sending and partners take away what they get; at
the end everything has to be there, once, and in order.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from edi_router.engine.distributed.pace import Pace
from tests.torture.checker import check
from tests.torture.hosts import QUICK, Database, Farm, Net, Sftp, alive, missing, workers_of
from tests.torture.row import Row, Violation
from tests.torture.stage import SAMPLES, Stage, Taken

SENDER, BUREAU = "ENT-A", "CIQ-QD"
DATABASE, PARTNER = "db", "partner"
SAMPLE = (SAMPLES / "day" / SENDER / "0800-cusdec.edi").read_bytes()
REST = 240.0
"""Seconds within which everything has to come to rest after the last fault."""
EACH = 8
"""Files that are sent with each fault, before and after it."""


class Placed(Stage):
    """A stage whose partners may be on other hosts."""

    def channel(self, partner: str) -> Mapping[str, Any]:
        """The settings of a partner's channel."""
        return self.channels.get(partner) or super().channel(partner)

    def __post_init__(self) -> None:
        self.channels: dict[str, dict[str, str]] = {}
        super().__post_init__()


@dataclass
class Cluster:
    """Hosts with workers, a host with PostgreSQL, one with the partners."""

    hosts: int = 3
    processes: int = 2
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    pace: Pace = QUICK

    def __post_init__(self) -> None:
        self.names = [f"h{number}" for number in range(1, self.hosts + 1)]
        self.running: dict[str, int] = {}
        self.sent = 0
        self.seen: list[tuple[int, str, str]] = []
        self.stuck: list[str] = []
        self._stack = ExitStack()
        self._times = 0
        with ExitStack() as stack:
            self.stage = stack.enter_context(Placed(sftp=(), settings="poll_seconds: 2"))
            self.folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=self.stage.folder))
            self.stage.folder.chmod(0o755)
            self.folder.chmod(0o755)
            self.net = Net([DATABASE, PARTNER, *self.names])
            stack.callback(self.net.close)
            self.database = Database(self.net, DATABASE, self.folder / "pg")
            stack.callback(self.database.stop)
            self.sftp = Sftp(self.net, PARTNER, self.folder / "ssh")
            stack.callback(self.sftp.stop)
            self._stack = stack.pop_all()
        self.farm: Farm | None = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.halt(signal.SIGKILL)
        if self.farm is not None:
            self.farm.close()
        self._stack.close()

    def begin(self, *, at_work: bool = True) -> None:
        """An empty database and workspace, and all hosts at work, unless they are to begin later."""
        self._times += 1
        self.name = f"ledger{self._times}"
        homes = {each: self.stage.root / "exchange" / each for each in (SENDER, BUREAU)}
        self.stage.channels = self.sftp.start(homes)
        self.stage.reset()
        self.database.ask(f"CREATE DATABASE {self.name}")
        self.seen.clear()
        self.stuck.clear()
        self.sent = 0
        if not at_work:
            return
        self.farm = self.farm or Farm(self.net, self.stage.root, self.folder, self.pace)
        for name in self.names:
            self.start(name)
        # The first workers make the tables, all at the same time.
        made = (
            "SELECT 1 WHERE to_regclass('procrastinate_jobs') IS NOT NULL AND to_regclass('work') IS NOT NULL"
        )
        assert wait(lambda: bool(self.database.ask(made, self.name)), 120), self.told()

    def start(self, host: str) -> None:
        """A host begins to work."""
        assert self.farm is not None
        self.running[host] = self.farm.start(host, self.processes, self.database.url(self.name))

    def halt(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End all hosts: with SIGTERM by their supervisors, each after the step in hand."""
        for process in self.running.values():
            with suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(process, number)
                else:
                    os.kill(process, number)
        for host, process in self.running.items():
            if not wait(lambda process=process: not alive(process), 120):  # type: ignore[misc]
                self.stuck.append(host)
                with suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGKILL)
        self.running.clear()

    def send(self, number: int) -> None:
        """The sender drops so many interchanges, numbered through."""
        for _ in range(number):
            self.sent += 1
            content = SAMPLE.replace(b"ENTA00000001", b"ENTA%08d" % self.sent)
            self.stage.drop(SENDER, f"{self.sent:06d}.edi", content)

    def take(self) -> None:
        """Partners take away what they see, in the order in which it got its name."""
        found = []
        for partner in (SENDER, BUREAU):
            inbox = self.stage.home(partner) / "in"
            for path in inbox.iterdir():
                if not path.name.startswith("."):
                    found.append((path.stat().st_ctime_ns, partner, path))
        for at, partner, path in sorted(found):
            content = path.read_bytes()
            path.unlink()
            self.seen.append((at, partner, path.name))
            self.stage.taken.append(Taken(partner, path.name, content))

    def open(self) -> list[tuple[str, int]]:
        """What is not at rest, and how much of it."""
        out = sum(1 for _ in (self.stage.home(SENDER) / "out").iterdir())
        found = self.database.ask(
            "SELECT 'work', count(*) FROM work WHERE state <> 'done' UNION ALL"
            " SELECT 'delivery', count(*) FROM delivery WHERE state <> 'delivered' UNION ALL"
            " SELECT 'message', count(*) FROM message WHERE state = 'in_work'",
            self.name,
        )
        left = [("outbox", out), *((str(row[0]), int(row[1])) for row in found)]
        files = int(self.database.ask("SELECT count(*) FROM file", self.name)[0][0])
        return [each for each in [*left, ("not received", self.sent - files)] if each[1]]

    def rest(self, seconds: float = REST) -> Iterator[Violation]:
        """Take what comes until all is done; a violation when it is not in time."""

        def done() -> bool:
            self.take()
            return not self.open()

        if not wait(done, seconds):
            yield Violation("other", f"not at rest after {seconds:.0f} s: {self.open()}; {self.told()}")

    def told(self) -> str:
        """The ends of the hosts' logs."""
        logs = (self.folder / f"{name}.log" for name in self.names)
        return " | ".join(log.read_text(errors="replace")[-600:] for log in logs if log.exists())

    def order(self) -> Iterator[Violation]:
        """Each partner got what was made of earlier files before what was made of later ones."""
        names = {
            str(name): str(file)
            for name, file in self.database.ask(
                "SELECT d.name, f.name FROM delivery d JOIN output o ON o.id = d.output JOIN file f ON f.id = o.file",
                self.name,
            )
        }
        # Names that were given within one tick of the kernel's clock bear the same time: of them nothing can be said.
        for partner in (SENDER, BUREAU):
            mine = [(at, names.get(name, ""), name) for at, to, name in self.seen if to == partner]
            last = ""
            for at, files in groupby(mine, key=lambda each: each[0]):
                tick = list(files)
                for _, file, name in tick:
                    if file < last:
                        yield Violation(
                            "other", f"{partner} got {name} of {file} at {at}, after that of {last}"
                        )
                last = max([last, *(file for _, file, _ in tick)])

    def judge(self) -> Iterator[Violation]:
        """Everything that must hold at the end, hosts having ended in good order."""
        yield from self.rest()
        self.halt()
        self.take()
        yield from (Violation("other", f"{host} did not end within 120 s") for host in self.stuck)
        yield from check(self.stage, None, self.database.local(self.name))
        yield from self.order()
        [(done,)] = self.database.ask("SELECT count(*) FROM message WHERE state = 'completed'", self.name)
        if done != self.sent:
            yield Violation("lost", f"{self.sent} messages were sent, {done} are completed")


def wait(until: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def kill_host(cluster: Cluster) -> None:
    """A host loses its power, with all its workers, and comes back."""
    host = cluster.chance.choice(cluster.names)
    process = cluster.running.pop(host)
    os.killpg(process, signal.SIGKILL)
    go_on(cluster, cluster.chance.uniform(0.2, 2))
    cluster.start(host)


def kill_worker(cluster: Cluster) -> None:
    """A worker is killed; its supervisor starts another."""
    found = workers_of(cluster.running[cluster.chance.choice(cluster.names)])
    if found:
        with suppress(ProcessLookupError):
            os.kill(cluster.chance.choice(found), signal.SIGKILL)


def cut_cable(cluster: Cluster) -> None:
    """A host can reach nobody, until its workers are taken for dead; then it can again."""
    host = cluster.chance.choice(cluster.names)
    cluster.net.cut(host)
    go_on(cluster, cluster.pace.stalled * cluster.chance.uniform(1.2, 2.5))
    cluster.net.mend(host)


def stop_worker(cluster: Cluster) -> None:
    """A worker stands still until it is taken for dead, then wakes up and goes on where it was."""
    found = workers_of(cluster.running[cluster.chance.choice(cluster.names)])
    if not found:
        return
    chosen = cluster.chance.choice(found)
    with suppress(ProcessLookupError):
        os.kill(chosen, signal.SIGSTOP)
        go_on(cluster, cluster.pace.stalled * cluster.chance.uniform(1.2, 2.5))
        os.kill(chosen, signal.SIGCONT)


def restart_database(cluster: Cluster) -> None:
    """PostgreSQL is restarted under its clients."""
    cluster.database.stop()
    cluster.database.start()


def crash_database(cluster: Cluster) -> None:
    """PostgreSQL is ended without writing anything, and recovers from its log."""
    cluster.database.stop("immediate")
    cluster.database.start()


FAULTS = (kill_host, kill_worker, cut_cable, stop_worker, restart_database, crash_database)


def go_on(cluster: Cluster, seconds: float) -> None:
    """Partners go on while a fault lasts."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        cluster.take()
        time.sleep(0.1)


def play(row: Row, cluster: Cluster, faults: int, label: str) -> None:
    """So many faults, of all kinds, on one ledger; then everything is looked at."""
    cluster.begin()
    chosen: list[Callable[[Cluster], None]] = []
    while len(chosen) < faults:
        chosen += cluster.chance.sample(FAULTS, len(FAULTS))
    cluster.send(EACH)
    wait(lambda: bool(cluster.database.ask("SELECT 1 FROM delivery LIMIT 1", cluster.name)), 60)
    for fault in chosen[:faults]:
        cluster.send(EACH)
        go_on(cluster, cluster.chance.uniform(0, 2))
        fault(cluster)
        row.also(fault.__name__.replace("_", " "))
        cluster.send(EACH)
        go_on(cluster, cluster.chance.uniform(0, 1))
    row.add(
        f"{label}: {', '.join(each.__name__ for each in chosen[:faults])}", cluster.judge(), trials=faults
    )


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it: six faults on each ledger."""
    row = Row(
        "cluster",
        "many hosts",
        "3 hosts in network namespaces, 2 workers on each, PostgreSQL and OpenSSH on hosts of their own; hosts and"
        " workers killed, cables cut, workers stopped until they are taken for dead, PostgreSQL restarted and crashed",
    )
    if why := missing():
        raise RuntimeError(f"the row `cluster` cannot be run: {why}")
    wanted = -(-(trials if trials is not None else 60) // part[1])
    with Cluster(chance=random.Random(7 + part[0])) as cluster:
        number = 0
        while wanted > 0:
            number += 1
            play(row, cluster, min(len(FAULTS), wanted), f"ledger {number}")
            wanted -= len(FAULTS)
    return row
