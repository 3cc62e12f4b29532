"""A worker: one process that takes jobs, one at a time, until it is told to stop or loses the database."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from procrastinate.exceptions import ProcrastinateException
from sqlalchemy.exc import SQLAlchemyError

from edi_router.engine.about import brief
from edi_router.engine.distributed.beat import Beat, Ending
from edi_router.engine.distributed.counts import Counts
from edi_router.engine.distributed.database import holding
from edi_router.engine.distributed.node import Node
from edi_router.engine.distributed.pace import Pace
from edi_router.engine.distributed.setup import found, mark, put_in
from edi_router.engine.workspace import Workspace, WorkspaceError
from edi_router.ledger import Ledger
from edi_router.pipeline.configuration import Configuration

log = logging.getLogger(__name__)
DEFAULT = Pace()


def prepare(workspace: Workspace, anew: bool = False) -> bool:
    """Bring the ledger to this version and put the jobs' tables in; `anew` throws all jobs away.

    Returns whether the jobs' tables were put in. Raises WorkspaceError when the database is no PostgreSQL, its ledger
    is newer than this version, or its jobs' tables are of another version.
    """
    settings = workspace.settings()
    with Ledger.open(holding(workspace.database(settings)), zone=settings.time_zone) as ledger:
        newer = ledger.newer()
        if newer is not None:
            raise WorkspaceError(
                f"the ledger is at revision {newer}, which this version does not know; upgrade this host"
            )
        ledger.migrate()
        with ledger.engine.begin() as connection:
            made = put_in(connection, anew)
            there = found(connection)
        if there != mark():
            raise WorkspaceError(
                f"the jobs' tables are of {there}, this version needs {mark()}; when all workers have it, stop them "
                "and run: edi-router cluster setup --renew-jobs"
            )
    return made


@contextmanager
def entered(
    workspace: Workspace, configuration: Configuration | None = None, pace: Pace = DEFAULT
) -> Iterator[tuple[Node, str]]:
    """A node with its id in the ledger, which is taken out at the end."""
    node = Node(workspace, configuration, pace)
    try:
        id = node.enter()
        try:
            yield node, id
        finally:
            with suppress(SQLAlchemyError):  # without the database: the others see that it is silent
                node.ledger.leave_worker(id)
    finally:
        node.ledger.close()


def work(
    workspace: Workspace,
    steps: tuple[str, ...] = (),
    configuration: Configuration | None = None,
    supervisor: int | None = None,
    pace: Pace = DEFAULT,
    counts: Counts | None = None,
) -> bool:
    """Work until SIGTERM or SIGINT, which lets the step in hand be finished; False when it ended otherwise.

    `steps` are the kinds of jobs to take; all, if none is given. `configuration` is the set to work by where it is
    loaded already. `supervisor` is the process without which the worker is not to go on, `counts` where its counts go.
    """
    prepare(workspace)
    with entered(workspace, configuration, pace) as (node, id):
        log.info("worker %s on %s with configuration %s", id, node.host, node.configuration.digest[:12])
        try:
            return asyncio.run(_serve(node, Beat(node, id, supervisor, counts), steps))
        finally:
            if counts is not None:
                counts.keep(node.tally, "")


async def _serve(node: Node, beat: Beat, steps: tuple[str, ...]) -> bool:
    told = asyncio.Event()

    def stop(number: int) -> None:
        log.info("%s: finishing the step in hand", signal.Signals(number).name)
        node.stop()
        told.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop, each)
    try:
        async with node.app.open_async():
            tasks = [
                asyncio.create_task(_take(node, steps), name="jobs"),
                asyncio.create_task(beat.run(), name="beat"),
                asyncio.create_task(beat.pulse(), name="pulse"),
                asyncio.create_task(told.wait(), name="stop"),
            ]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            node.stop()
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    except (ProcrastinateException, OSError) as error:
        log.error("the database was lost: %s", brief(error.__cause__ or error))
        return False
    troubles = [each for each in ended if isinstance(each, Exception)]
    for trouble in troubles:
        told_as = str(trouble) if isinstance(trouble, Ending) else brief(trouble.__cause__ or trouble)
        log.error("ending: %s", told_as)
    # The jobs end by themselves only when procrastinate has lost the database.
    lost = tasks[0] in done and not told.is_set()
    log.info("stopped")
    return not troubles and not lost


async def _take(node: Node, steps: tuple[str, ...]) -> None:
    await node.app.run_worker_async(
        queues=list(steps or node.steps), name=node.host, concurrency=1, wait=True,
        fetch_job_polling_interval=node.pace.fetch, delete_jobs="always", install_signal_handlers=False,
        update_heartbeat_interval=node.pace.beat, stalled_worker_timeout=node.pace.stalled,
    )  # fmt: skip
