"""PostgreSQL goes away under an engine, loses its connections, breaks off its transactions, or has a full disk."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from tests.torture.checker import End, check, check_now
from tests.torture.disk import LATER, leave, small_disk
from tests.torture.kill import calm, fill
from tests.torture.nursery import Ended, Nursery
from tests.torture.postgres import LEDGER, SMALL, PostgresStage, Server, place_of_its_own, serving
from tests.torture.proxy import Proxy, Weather, cut_at_random
from tests.torture.row import Row, Violation
from tests.torture.stage import workload

ENDINGS = (0, 3)
"""Exit codes of an engine that lost its database: it did what it could, or said that it cannot work."""
CONNECTION = 120_000
"""About so many bytes pass through the connection of a run."""
PATIENCE = 60.0
DISK = 160 << 20
ROOM = 250_000
"""About so many bytes a run needs on the server's disk, where no checkpoint comes between."""
FULL = "No space left"
LOCKED = ("file", "interchange", "message", "work", "output", "delivery", "event", "control_number")
"""Tables that the rival locks first."""
LOST = {"40001": "could not serialize access (trial)", "40P01": "deadlock detected (trial)"}
"""SQLSTATE of a transaction that loses, and what the trigger says."""
_TRIGGER = """
CREATE OR REPLACE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF random() < {share} THEN
        IF random() < 0.5 THEN RAISE EXCEPTION '{first}' USING ERRCODE = '40001';
        ELSE RAISE EXCEPTION '{second}' USING ERRCODE = '40P01';
        END IF;
    END IF;
    RETURN NULL;
END $$;
DO $$ DECLARE each text; BEGIN
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER lose AFTER INSERT OR UPDATE ON %I FOR EACH STATEMENT'
                       ' EXECUTE FUNCTION lose()', each);
    END LOOP;
END $$;
"""
_HELD_BY_WAITING = """
SELECT DISTINCT h.relation::regclass::text
FROM pg_locks w JOIN pg_locks h ON h.pid = w.pid JOIN pg_class c ON c.oid = h.relation
WHERE NOT w.granted AND w.relation = %(table)s::regclass AND h.granted AND h.mode = 'RowExclusiveLock'
AND c.relkind = 'r' AND h.relation <> w.relation
"""
CROSSED = 4
"""Deadlocks with one engine."""
_NO_TRIGGER = "DROP FUNCTION IF EXISTS lose() CASCADE"


class Trial:
    """A stage, and what the trials of this row have in common."""

    def __init__(self, row: Row, stage: PostgresStage, nursery: Nursery, proxy: Proxy, seed: int) -> None:
        self.row, self.stage, self.nursery, self.proxy = row, stage, nursery, proxy
        self.server = stage.server_of_ledger
        self.chance = random.Random(seed)
        self.end, self.undisturbed = calm(stage, nursery)
        self.steps = stage.control.steps

    def fill(self) -> None:
        """A new workspace with files in the outboxes, and an empty ledger behind the proxy."""
        self.stage.port = self.proxy.port
        fill(self.stage)

    def settle(self) -> list[Violation]:
        """After the fault: nothing is lost yet; two hours later everything comes to its end by itself."""
        self.proxy.weather = Weather
        return settled(self.stage, self.nursery, self.end)

    def ended(self, ended: Ended) -> list[Violation]:
        """The engine may say that it cannot work, no more."""
        if ended.code in ENDINGS and not ended.hung:
            return []
        return [Violation("other", f"the engine ended with {ended.code}: {self.stage.told()}")]

    def held(self, name: str, fault: Callable[[], object]) -> None:
        """The fault while the engine is held before one of its durable steps."""
        self.fill()
        step = self.chance.randint(1, self.steps)
        self.stage.control.reset(hold_at=step)
        self.nursery.begin(self.stage.wanted(counted=True, sockets=self.stage.packets))
        deadline = time.monotonic() + PATIENCE
        while not self.stage.control.held and time.monotonic() < deadline:
            time.sleep(0.002)
        hit = self.stage.control.held
        fault()
        self.stage.control.go()
        ended = self.nursery.end()
        self.row.add(f"{name} at step {step}", [*self.ended(ended), *self.settle()], trials=int(hit))


def settled(stage: PostgresStage, nursery: Nursery, end: End | None) -> list[Violation]:
    """Nothing is lost; two hours later an engine brings everything to its end, without anybody's hand."""
    stage.settle()
    stage.take()
    found = check_now(stage)
    stage.control.reset(clock_offset=LATER)
    ended = stage.run(nursery, counted=True)
    stage.take()
    if ended.code != 0:
        found.append(Violation("other", f"afterwards the engine ended with {ended.code}: {stage.told()}"))
    return [*found, *check(stage, end)]


def restart(how: str) -> Callable[[Trial], None]:
    """The server is stopped and started again."""

    def trial(trial: Trial) -> None:
        trial.held(f"restart, {how}", lambda: trial.server.restart(how))

    return trial


def terminate(trial: Trial) -> None:
    """All sessions of the engine are ended by `pg_terminate_backend`."""
    trial.held("terminated", trial.server.terminate)


def cut(trial: Trial) -> None:
    """Two runs whose connections are reset after a random number of bytes, also between a COMMIT and its answer."""
    trial.fill()
    trial.proxy.weather = cut_at_random(trial.chance, CONNECTION)
    before = trial.proxy.cuts
    found = [each for _ in range(2) for each in trial.ended(trial.stage.run(trial.nursery))]
    trial.row.add("cut", [*found, *trial.settle()], trials=trial.proxy.cuts - before)


def lose(trial: Trial) -> None:
    """Statements fail at random as they do when transactions cannot be serialized, or lock each other."""
    trial.fill()
    share = trial.chance.choice((0.02, 0.05, 0.2))
    first, second = LOST.values()
    trial.server.ask(_TRIGGER.format(share=share, first=first, second=second), LEDGER)
    before = _told(trial.server)
    ended = trial.stage.run(trial.nursery)
    lost = _told(trial.server) - before
    trial.stage.settle()
    trial.server.ask(_NO_TRIGGER, LEDGER)
    trial.row.add(f"lost, {share}", [*trial.ended(ended), *trial.settle()], trials=lost)


def _told(server: Server) -> int:
    log = server.logged()
    return sum(log.count(text) for text in LOST.values())


def deadlock(trial: Trial) -> None:
    """A rival and the engine each wait for a table that the other one has locked: PostgreSQL ends the engine's part."""
    trial.fill()
    before = _deadlocks(trial.server)
    stop = threading.Event()
    rival = threading.Thread(target=_rival, args=(trial.server, random.Random(trial.chance.random()), stop))
    rival.start()
    try:
        ended = trial.stage.run(trial.nursery)
    finally:
        stop.set()
        rival.join()
    found = [*trial.ended(ended), *trial.settle()]
    trial.row.add("deadlock", found, trials=_deadlocks(trial.server) - before)


def _deadlocks(server: Server) -> int:
    return server.logged().count("ERROR:  deadlock detected\n")


def _rival(server: Server, chance: random.Random, stop: threading.Event) -> None:
    """Lock a table, and when the engine waits for it, one of those that the engine has locked."""
    left = CROSSED
    with (
        psycopg.connect(server.local(LEDGER), options="-c deadlock_timeout=5s") as link,
        psycopg.connect(server.local(LEDGER), autocommit=True) as eyes,
    ):
        while left and not stop.wait(chance.uniform(0, 0.05)):
            table = chance.choice(LOCKED)
            # Against writers only: who reads waits for nobody.
            link.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
            deadline = time.monotonic() + 0.1
            while time.monotonic() < deadline and not stop.is_set():
                if held := eyes.execute(_HELD_BY_WAITING, {"table": table}).fetchall():
                    link.execute(f"LOCK TABLE {chance.choice(held)[0]} IN SHARE ROW EXCLUSIVE MODE".encode())
                    left -= 1
                    break
            link.rollback()


def daemon(trial: Trial) -> None:
    """One daemon through faults of all kinds, one after the other, with files coming: it goes on by itself."""
    stage, chance, server = trial.stage, trial.chance, trial.server
    stage.settings = "poll_seconds: 1"
    trial.fill()
    stage.reset()
    faults: list[tuple[str, Callable[[], object]]] = [
        *((f"restart, {how}", lambda how=how: server.restart(how)) for how in ("fast", "immediate", "kill")),  # type: ignore[misc]
        ("terminated", server.terminate), ("cut", trial.proxy.cut),
    ]  # fmt: skip
    chance.shuffle(faults)
    drops = list(workload(2))
    share = -(-len(drops) // len(faults))
    stage.control.reset()
    trial.nursery.begin(stage.wanted("--log-format", "text", counted=True, stop_after=4 * PATIENCE))
    found: list[Violation] = []
    for number, (_, fault) in enumerate(faults):
        for drop in drops[number * share : (number + 1) * share]:
            stage.drop(*drop)
        _until(lambda: "running:" in stage.logged())
        time.sleep(chance.uniform(0, 1.2))
        fault()
    if not _until(lambda: _at_rest(trial)):
        found.append(Violation("other", f"the daemon did not go on: {stage.told()}"))
    trial.nursery.interrupt()
    ended = trial.nursery.end()
    if ended.code not in (0, -15):
        found.append(Violation("other", f"the daemon ended with {ended.code}: {stage.told()}"))
    found += settled(stage, trial.nursery, None)
    stage.settings = ""
    trial.row.add(f"daemon: {', '.join(name for name, _ in faults)}", found, trials=len(faults))


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _at_rest(trial: Trial) -> bool:
    stage = trial.stage
    stage.take()
    files, work, open_ = trial.server.ask(
        "SELECT count(*) FROM file UNION ALL SELECT count(*) FROM work WHERE state <> 'done'"
        " UNION ALL SELECT count(*) FROM delivery WHERE state NOT IN ('delivered', 'failed')",
        LEDGER,
    )
    left = [path for partner in ("ENT-A", "CIQ-YC") for path in (stage.home(partner) / "out").iterdir()]
    return not left and files[0] == len(stage.dropped) and not work[0] and not open_[0]


def full(row: Row, nursery: Nursery, most: int, seed: int) -> None:
    """A server whose disk has less left than is needed; then room, and a restart of the server if it has ended."""
    chance = random.Random(seed)
    options = (*SMALL, "max_wal_size=8MB", "min_wal_size=2MB", "wal_recycle=off", "autovacuum=off")
    with place_of_its_own() as place, small_disk(place / "disk", DISK) as disk:
        server = Server(disk / "pg", options=options, segment_megabytes=1)
        filler = disk / "pg" / "filler"
        try:
            with PostgresStage(server) as stage:
                end, _ = calm(stage, nursery)
                for _ in range(most):
                    fill(stage)
                    left = chance.randint(0, ROOM)
                    before = server.logged().count(FULL)
                    leave(filler, left)
                    ended = stage.run(nursery)
                    filler.unlink()
                    hit = server.logged().count(FULL) > before
                    if not server.running or not _answers(server):
                        server.restart("immediate")
                        row.also("the server had ended")
                    found = (
                        []
                        if ended.code in ENDINGS
                        else [
                            Violation(
                                "other",
                                f"on the full disk the engine ended with {ended.code}: {stage.told()}",
                            )
                        ]
                    )
                    found += settled(stage, nursery, end)
                    row.add(f"server's disk full, {left} bytes left", found, trials=int(hit))
                    row.also("server's disk full", int(hit))
        finally:
            server.stop("immediate")


def _answers(server: Server) -> bool:
    for _ in range(100):
        with suppress(psycopg.Error):
            server.ask("SELECT 1", LEDGER)
            return True
        time.sleep(0.05)
    return False


KINDS: dict[str, tuple[Callable[[Trial], None], int, str]] = {
    "fast": (restart("fast"), 15, "restarted, fast"),
    "immediate": (restart("immediate"), 15, "restarted, immediate"),
    "kill": (restart("kill"), 10, "server killed by SIGKILL"),
    "terminate": (terminate, 20, "sessions ended by pg_terminate_backend"),
    "cut": (cut, 20, "connections cut"),
    "lose": (lose, 10, "transactions broken off, 40001 and 40P01"),
    "deadlock": (deadlock, 8, "deadlocks with a rival"),
    "daemon": (daemon, 2, "faults under one daemon"),
}
"""The faults, and how many of a hundred rounds each gets."""


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "pgserver",
        "PostgreSQL: server and connections",
        "while an engine is held before a durable step, and under a daemon: the server restarted (fast, immediate, by"
        " SIGKILL), sessions terminated; connections reset after a random number of bytes; transactions that lose"
        " (40001, 40P01), real deadlocks; the server's disk full",
    )
    rounds = -(-(trials if trials is not None else 200) // part[1])
    with Nursery() as nursery:
        with serving(SMALL) as server, PostgresStage(server) as stage:
            proxy = Proxy(server.port)
            try:
                trial = Trial(row, stage, nursery, proxy, seed=part[0])
                for kind, share, told in KINDS.values():
                    before = row.trials
                    for _ in range(max(1, round(rounds * share / 100))):
                        kind(trial)
                    row.also(told, row.trials - before)
            finally:
                proxy.stop()
        full(row, nursery, -(-rounds // 10), seed=part[0])
        row.cpu += nursery.cpu
    return row
