"""`python -m tests.bench.hosts`: messages a second by workers and hosts, and what a message costs in bytes.

Hosts are network namespaces of this machine, so they share its cores: figures say what a host more costs and where it
stops to pay here, not what another machine would bring. Eight senders, two bureaus; an interchange is one CUSDEC.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from edi_router.config import shipped_directory
from edi_router.engine.distributed.pace import Pace
from tests.torture.cluster import DATABASE, SAMPLE, Cluster, wait
from tests.torture.hosts import Farm, missing, workers_of

SENDERS = 8
BUREAUS = {"CIQ-QD": b"370211", "CIQ-SH": b"310010"}
LARGEST = 600.0


@dataclass(frozen=True)
class Measured:
    """What one run came to."""

    hosts: int
    processes: int
    messages: int
    seconds: float
    """From the first file being taken to the last delivery."""
    database_bytes: float
    """By which PostgreSQL grew, for each message."""
    rows: float
    """How many rows it has more, for each message."""
    archive_bytes: float
    worker_cpu: float
    """Milliseconds of processor time of all workers, for each message; it depends little on what else runs."""
    database_cpu: float
    """The same of PostgreSQL."""
    load: float
    """Processes that wanted a core before it began, others' too."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


class Busy(Cluster):
    """A cluster with more senders, whose files all wait when it begins."""

    def furnish(self) -> None:
        """Partners like ENT-A, each with files for both bureaus in turn."""
        shipped = (shipped_directory() / "partners" / "ENT-A.yaml").read_text(encoding="utf-8")
        head, _, rest = shipped.partition("agreements:\n")
        agreement = rest.split("\n  - ")[0]
        folder = self.stage.root / "partners"
        folder.mkdir(exist_ok=True)
        for number in range(SENDERS):
            text = f"{head}agreements:\n{agreement}\n".replace("ent-a", f"sender{number}")
            text = text.replace("ENT-A", f"SENDER{number}").replace("ENTA", f"SEND{number}")
            text = re.sub(r"^codes:.*\n", "", text, flags=re.MULTILINE)
            (folder / f"SENDER{number}.yaml").write_text(text, encoding="utf-8")
            for each in ("in", "out"):
                (self.stage.root / "exchange" / f"SENDER{number}" / each).mkdir(parents=True, exist_ok=True)
        settings = self.stage.root / "edi-router.yaml"
        lines = [
            f"  SENDER{n}: {{kind: folder, root: exchange/SENDER{n}, wait_seconds: 0}}"
            for n in range(SENDERS)
        ]
        settings.write_text(settings.read_text() + "\n".join(lines) + "\n")

    def fill(self, messages: int) -> None:
        """All files are there before the first worker."""
        bureaus = list(BUREAUS.values())
        for number in range(messages):
            sender = number % SENDERS
            content = SAMPLE.replace(b"ENTA00000001", b"SEND%d%07d" % (sender, number)).replace(
                b"ENTA", b"SEND%d" % sender
            )
            content = content.replace(b"370211", bureaus[number // SENDERS % len(bureaus)])
            self.stage.drop(f"SENDER{sender}", f"{number:06d}.edi", content)
        self.sent = messages


def measure(hosts: int, processes: int, messages: int) -> Measured:
    """One run."""
    load = os.getloadavg()[0]
    with Busy(hosts=hosts, processes=processes) as cluster:
        cluster.stage.settings = "poll_seconds: 10"
        cluster.begin(at_work=False)
        cluster.furnish()
        cluster.fill(messages)
        cluster.farm = Farm(cluster.net, cluster.stage.root, cluster.folder, Pace())
        size = "SELECT pg_database_size(current_database())"
        count = "SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables"
        for name in cluster.names:
            cluster.start(name)
        made = "SELECT 1 WHERE to_regclass('worker') IS NOT NULL"
        assert wait(lambda: bool(cluster.database.ask(made, cluster.name)), 120)
        idle = 1000 * cpu(cluster.net.processes(DATABASE)) / messages
        before = cluster.database.ask(size, cluster.name)[0][0]
        done = f"SELECT 1 WHERE (SELECT count(*) FROM message WHERE state = 'completed') = {messages}"
        done += f" AND (SELECT count(*) FROM delivery WHERE state = 'delivered') = {2 * messages}"
        # By one connection, whose cost is left out: one for each look would cost PostgreSQL more than the work.
        with psycopg.connect(cluster.database.local(cluster.name), autocommit=True) as look:
            query = done.encode()
            assert wait(lambda: look.execute(query).fetchone() is not None, LARGEST, 0.2), cluster.open()
            looking = 1000 * cpu([look.info.backend_pid]) / messages
            workers = [pid for process in cluster.running.values() for pid in workers_of(process)]
            database = 1000 * cpu(cluster.net.processes(DATABASE)) / messages - idle - looking
            used = 1000 * cpu(workers) / messages, database
        span = "SELECT (max(d.delivered) - min(f.received)) / 1e6 FROM delivery d, file f"
        [(seconds,)] = cluster.database.ask(span, cluster.name)
        cluster.halt()
        cluster.database.ask("ANALYZE", cluster.name)
        after = cluster.database.ask(size, cluster.name)[0][0]
        rows = cluster.database.ask(count, cluster.name)[0][0]
        archive = sum(path.stat().st_size for path in _files(cluster.stage.root / "var" / "archive"))
    return Measured(
        hosts, processes, messages, round(float(seconds), 2), round((after - before) / messages),
        round(float(rows) / messages, 1), round(archive / messages), round(used[0], 1),
        round(used[1], 1), round(load, 1),
    )  # fmt: skip


def cpu(processes: list[int]) -> float:
    """Seconds of processor time of these, and of children of theirs that have ended."""
    ticks = 0
    for pid in processes:
        with suppress(OSError):
            ticks += sum(
                int(each) for each in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
            )
    return ticks / os.sysconf("SC_CLK_TCK")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and len(path.name) == 64]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hosts", description=__doc__)
    parser.add_argument("--messages", type=int, default=2000, metavar="N", help="in each run (2000)")
    parser.add_argument("runs", nargs="*", default=["1x1", "1x2", "2x1", "4x1"], metavar="HOSTSxWORKERS")
    given = parser.parse_args()
    if why := missing():
        parser.error(why)
    for each in given.runs:
        hosts, _, processes = each.partition("x")
        began = time.monotonic()
        found = measure(int(hosts), int(processes), given.messages)
        told = asdict(found) | {"rate": round(found.rate, 1), "took": round(time.monotonic() - began)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
