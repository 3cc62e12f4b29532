"""The jobs: hints that there is something to do for a partner, as procrastinate keeps them in the ledger's database.

A job names its step and partner, never a file: the rows say what there is to do, and in which order. One job of a kind
waits at a time (queueing lock), and one runs at a time for a partner and direction (lock), which keeps the order. The
jobs may all be lost: the sweep makes them again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, text

from edi_router.engine.distributed.database import connecting
from edi_router.ledger.store import DELIVER, PROCESS, Nudge

log = logging.getLogger(__name__)
RECEIVE, CLOCKS, SUPERVISE, NIGHTLY = "receive", "clocks", "supervise", "nightly"
WEBHOOKS = "webhooks"
STEPS = (RECEIVE, PROCESS, DELIVER, CLOCKS, SUPERVISE, NIGHTLY, WEBHOOKS)
"""The kinds of jobs; each has a queue of its name."""
FORMAT = 1
"""Of a job's arguments. A worker takes what it knows of later formats, and leaves the rest aside."""
TRIES = 5
# Locked, a waiting job is not begun before our rows can be seen. It may be locked so by many, and holds up nobody.
_WAITING = text(
    "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR KEY SHARE"
)
_LIVE = text("SELECT DISTINCT task_name, lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
_STAGE = {DELIVER: 3, PROCESS: 2, RECEIVE: 1, WEBHOOKS: 0}
_HOUSE = {SUPERVISE: 200, CLOCKS: 190, NIGHTLY: 60}


def application(url: str) -> App:
    """procrastinate on the database at `url`, which `holding` has made."""
    return App(connector=PsycopgConnector(**_pool(url)))


def _pool(url: str) -> dict[str, Any]:
    return {"kwargs": connecting(url), "min_size": 1, "max_size": 3, "timeout": 10.0}


def urgency(step: str, priority: int) -> int:
    """The priority of a job, greater first: by that of the agreement, then what brings files furthest on.

    >>> urgency("receive", 1) > urgency("deliver", 5) > urgency("process", 5) > urgency("receive", 5)
    True
    """
    return _HOUSE.get(step) or 10 * (10 - priority) + _STAGE[step]


class Queue:
    """Makes jobs. `priority_of` is the most urgent agreement of a partner, by its id."""

    def __init__(self, priority_of: Callable[[str], int] = lambda partner: 5) -> None:
        # It is never opened: jobs are made through connections that others hold.
        self.app = App(connector=SyncPsycopgConnector())
        self.priority_of = priority_of

    def enqueue(self, connection: Connection, nudges: Sequence[Nudge]) -> None:
        """Make the jobs in the transaction of this connection, but for those that wait already."""
        most: dict[tuple[str, str], int] = {}
        for each in nudges:
            known = each.priority if each.step == DELIVER else self.priority_of(each.partner)
            most[each.step, each.partner] = min(known, most.get((each.step, each.partner), 9))
        for (step, partner), priority in sorted(most.items()):
            self._once(connection, step, partner, priority)

    def _once(self, connection: Connection, step: str, partner: str, priority: int) -> None:
        lock = f"{step}:{partner}"
        # An urgent job may wait beside one that is not: the urgent one is begun first, and does both their work.
        key = f"{lock}:{priority}"
        for _ in range(TRIES):
            if connection.execute(_WAITING, {"key": key}).first() is not None:
                return
            try:
                with connection.begin_nested():
                    self.app.configure_task(
                        step, lock=lock, queueing_lock=key, queue=step, priority=urgency(step, priority),
                        connection=connection.connection.driver_connection,
                    ).defer(partner=partner, format=FORMAT)  # fmt: skip
                return
            except AlreadyEnqueued:  # by a transaction that ended just now
                continue
        log.info("no job was made for %s: others make it all the time", lock)

    def live(self, connection: Connection) -> set[str]:
        """The locks of the jobs that wait or run."""
        return {str(row.lock) for row in connection.execute(_LIVE)}
