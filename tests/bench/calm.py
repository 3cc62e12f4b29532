"""`python -m tests.bench.calm`: what polls of many partners cost, and files that come one by one.

One host with one worker and PostgreSQL, each a network namespace of this machine; partners on folders. Processor time
depends little on what else runs.
"""

from __future__ import annotations

import argparse
import json
import time

import psycopg

from edi_router.engine.distributed.pace import Pace
from tests.bench.hosts import BUREAUS, SENDERS, Busy, cpu
from tests.torture.cluster import DATABASE, SAMPLE, wait
from tests.torture.hosts import Farm, missing, workers_of

QUIET = """\
id: {id}
name: {{en: {id}, zh: {id}}}
status: live
role: enterprise
identifications:
  - {{id: {id}, qualifier: ZZ}}
channel: {{kind: folder, root: exchange/{id}, wait_seconds: 0}}
agreements: []
"""
READY = "SELECT 1 WHERE to_regclass('worker') IS NOT NULL AND EXISTS (SELECT 1 FROM worker)"
WARM = 5
POLLED = "SELECT count(*) FROM partner_state WHERE last_contact IS NOT NULL"


class Calm(Busy):
    """A cluster of one worker, and what it and PostgreSQL have used."""

    def work(self, settings: str) -> None:
        """The worker begins, with these settings."""
        path = self.stage.root / "edi-router.yaml"
        lines = [each for each in path.read_text().splitlines() if not each.startswith("poll_seconds")]
        path.write_text("\n".join([*lines, settings, ""]))
        self.farm = Farm(self.net, self.stage.root, self.folder, Pace())
        for name in self.names:
            self.start(name)
        made = "SELECT 1 WHERE to_regclass('worker') IS NOT NULL"
        assert wait(lambda: bool(self.database.ask(made, self.name)), 120), self.told()
        assert wait(lambda: bool(self.database.ask(READY, self.name)), 120), self.told()

    def used(self) -> tuple[float, float]:
        """Seconds of processor time of the worker, and of PostgreSQL."""
        workers = [pid for process in self.running.values() for pid in workers_of(process)]
        return cpu(workers), cpu(self.net.processes(DATABASE))

    def quiet(self, partners: int) -> None:
        """So many partners more, which send nothing."""
        for number in range(partners):
            id = f"P{number:05d}"
            (self.stage.root / "partners" / f"{id}.yaml").write_text(QUIET.format(id=id), encoding="utf-8")
            for each in ("in", "out"):
                (self.stage.root / "exchange" / id / each).mkdir(parents=True)

    def singly(self, first: int, rounds: int) -> None:
        """So many times a file of each sender, until all that was made of them is delivered."""
        bureaus = list(BUREAUS.values())
        for number in range(first, first + rounds):
            for sender in range(SENDERS):
                content = SAMPLE.replace(b"ENTA00000001", b"SEND%d%07d" % (sender, number))
                content = content.replace(b"ENTA", b"SEND%d" % sender)
                content = content.replace(b"370211", bureaus[number % len(bureaus)])
                self.stage.drop(f"SENDER{sender}", f"{number:06d}.edi", content)
            time.sleep(2)
        messages = (first + rounds) * SENDERS
        done = b"SELECT 1 WHERE (SELECT count(*) FROM delivery WHERE state = 'delivered') = %d" % (
            2 * messages
        )
        with psycopg.connect(self.database.local(self.name), autocommit=True) as look:
            assert wait(lambda: look.execute(done).fetchone() is not None, 120, 1.0), self.open()


def polls(partners: int, seconds: float, every: int) -> dict[str, float]:
    """Polls of partners that have nothing, for so many seconds."""
    with Calm(hosts=1, processes=1) as cluster:
        cluster.begin(at_work=False)
        cluster.furnish()
        cluster.quiet(partners)
        cluster.work(f"poll_seconds: {every}")
        assert wait(lambda: int(cluster.database.ask(POLLED, cluster.name)[0][0]) >= partners, 300)
        job = "SELECT last_value FROM procrastinate_jobs_id_seq"
        first, before, began = cluster.database.ask(job, cluster.name)[0][0], cluster.used(), time.monotonic()
        time.sleep(seconds)
        last, after, took = (
            cluster.database.ask(job, cluster.name)[0][0],
            cluster.used(),
            time.monotonic() - began,
        )
        jobs = int(last) - int(first)
        return {
            "partners": partners, "every": every, "jobs": jobs, "jobs_a_second": round(jobs / took, 1),
            "worker_ms": round(1000 * (after[0] - before[0]) / jobs, 2),
            "database_ms": round(1000 * (after[1] - before[1]) / jobs, 2),
        }  # fmt: skip


def singly(rounds: int) -> dict[str, float]:
    """Files that come one by one: with each poll one of each of eight senders. What an idle worker uses is taken off."""
    with Calm(hosts=1, processes=1) as cluster:
        cluster.begin(at_work=False)
        cluster.furnish()
        cluster.work("poll_seconds: 2")
        time.sleep(10)
        before = cluster.used()
        time.sleep(20)
        idle = [(after - past) / 20 for after, past in zip(cluster.used(), before, strict=True)]
        cluster.singly(0, WARM)  # programs are compiled with the first ones
        before, began = cluster.used(), time.monotonic()
        cluster.singly(WARM, rounds)
        took, messages = time.monotonic() - began, rounds * SENDERS
        own = [
            1000 * (after - past - took * rest) / messages
            for after, past, rest in zip(cluster.used(), before, idle, strict=True)
        ]
        return {
            "messages": messages, "a_second": round(messages / took, 1), "worker_ms": round(own[0], 1),
            "database_ms": round(own[1], 1), "idle_worker_ms_a_second": round(1000 * idle[0], 1),
            "idle_database_ms_a_second": round(1000 * idle[1], 1),
        }  # fmt: skip


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.calm", description=__doc__)
    parser.add_argument("--partners", type=int, default=1000, metavar="N", help="that are polled (1000)")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="for which they are (60)")
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="of eight files singly (40)")
    given = parser.parse_args()
    if why := missing():
        parser.error(why)
    for every in (30, 2):
        print(json.dumps(polls(given.partners, given.seconds, every)), flush=True)
    print(json.dumps(singly(given.rounds)), flush=True)


if __name__ == "__main__":
    main()
