"""How the workers of a ledger stand, as anybody can read it from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from edi_router.engine.distributed.pace import Pace
from edi_router.engine.distributed.queue import STEPS
from edi_router.engine.distributed.setup import found
from edi_router.ledger import Ledger
from edi_router.ledger.workers import Worker

_QUEUES = text(
    "SELECT j.queue_name AS step, count(*) FILTER (WHERE j.status = 'todo') AS waiting,"
    " count(*) FILTER (WHERE j.status = 'doing') AS running,"
    " coalesce(extract(epoch FROM now() - min(e.at) FILTER (WHERE j.status = 'todo')), 0) AS oldest"
    " FROM procrastinate_jobs j LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
    " WHERE j.status IN ('todo', 'doing') GROUP BY j.queue_name"
)
_RUNNING = text(
    "SELECT j.lock, w.last_heartbeat IS NULL OR w.last_heartbeat < now() - make_interval(secs => :limit) AS stalled"
    " FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
    " WHERE j.status = 'doing' ORDER BY j.lock"
)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one kind."""

    step: str
    waiting: int
    running: int
    oldest_seconds: float
    """How long the oldest of them waits."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the workers stand."""

    revision: str
    """Of the ledger."""
    jobs_tables: str | None
    """Of which version they are; None when there are none."""
    workers: tuple[Worker, ...]
    jobs: tuple[Jobs, ...]
    locked: tuple[str, ...]
    """What is being done, `deliver:CIQ-QD` for each partner and direction."""
    stalled: tuple[str, ...]
    """What of it is in the hands of a worker that has gone silent."""
    fired: dict[str, datetime]
    """When each schedule fired last."""

    @property
    def trouble(self) -> list[str]:
        """What needs somebody's attention, a line each."""
        alive = [each for each in self.workers if each.alive]
        lines = [] if alive else ["no worker is alive"]
        lines += [
            f"worker {each.pid} on {each.host} has gone silent" for each in self.workers if not each.alive
        ]
        if len({each.configuration for each in alive}) > 1:
            lines.append("workers have different configurations")
        if len({each.version for each in alive}) > 1:
            lines.append("workers have different versions")
        return lines + [f"{each} is stalled" for each in self.stalled]


def status(ledger: Ledger) -> Status:
    """How the workers of this ledger, which is on PostgreSQL, stand now."""
    workers, fired = tuple(ledger.workers()), ledger.last_firings()
    with ledger.read() as connection:
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        tables = found(connection)
        if tables is None:
            return Status(revision, None, workers, (), (), (), fired)
        queues = {row.step: row for row in connection.execute(_QUEUES)}
        running = connection.execute(_RUNNING, {"limit": Pace().stalled}).all()
    jobs = tuple(
        Jobs(step, row.waiting, row.running, round(float(row.oldest), 1)) if (row := queues.get(step)) else Jobs(step, 0, 0, 0.0)
        for step in STEPS
    )  # fmt: skip
    locked = tuple(row.lock for row in running)
    return Status(revision, tables, workers, jobs, locked, tuple(r.lock for r in running if r.stalled), fired)
