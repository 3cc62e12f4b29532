"""kill -9 of an engine whose ledger is on PostgreSQL: before every durable step, and at random moments."""

from __future__ import annotations

from tests.torture import kill
from tests.torture.nursery import Nursery
from tests.torture.postgres import SMALL, PostgresStage, serving
from tests.torture.row import Row


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "pgkill",
        "PostgreSQL: kill -9 of the engine",
        "SIGKILL before every durable step (of files and folders, and each COMMIT), and at random moments, ten engines"
        " one after the other; then a restart",
    )
    steps, moments = (500, 200) if trials is None else (trials // 2, trials // 2)
    with Nursery() as nursery, serving(SMALL) as server, PostgresStage(server) as stage:
        kill.every_step(row, stage, nursery, part, -(-steps // part[1]))
        kill.at_random(row, stage, nursery, -(-moments // part[1]), seed=3000 + part[0])
        row.cpu += nursery.cpu
    return row
