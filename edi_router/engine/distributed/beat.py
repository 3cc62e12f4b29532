"""The beat of a worker: it tells that it lives, and in turn with the others has everything done that is due.

Every worker beats; what is to happen once for all of them is a firing in the ledger, under its schedule and fire time, so
the first one does it. Nothing is lost with a firing that its worker did not live to follow: the next one makes it good.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from datetime import UTC, datetime, timedelta

from procrastinate.jobs import Status

from edi_router.engine.about import brief
from edi_router.engine.distributed.counts import Counts
from edi_router.engine.distributed.node import Node
from edi_router.engine.distributed.queue import CLOCKS, NIGHTLY, RECEIVE, SUPERVISE, WEBHOOKS
from edi_router.engine.nightly import window_to_close

log = logging.getLogger(__name__)
KEPT = timedelta(hours=1)
"""Firings of what fires all the time are kept so long."""
POLL, SWEEP = "poll", "sweep"


class Ending(Exception):
    """This worker must not go on; the text says why."""


def slot(now: datetime, seconds: int) -> datetime:
    """The fire time of now: whole multiples of so many seconds since 1970, the same on every host.

    >>> slot(datetime(2026, 3, 14, 2, 0, 17, 5, tzinfo=UTC), 10).isoformat()
    '2026-03-14T02:00:10+00:00'
    """
    past = int(now.timestamp())
    return datetime.fromtimestamp(past - past % seconds, UTC)


class Beat:
    """Beats for a node that is the worker `id` of the ledger."""

    def __init__(
        self, node: Node, id: str, supervisor: int | None = None, counts: Counts | None = None
    ) -> None:
        self.pace = node.pace
        self.node = node
        self.id = id
        self.supervisor = supervisor
        self.counts = counts
        """Where the worker tells what it has counted."""

    async def run(self) -> None:
        """Beat until the node stops. Raises Ending, and what the database raises."""
        while not self.node.stopping:
            await self.once()
            await asyncio.sleep(self.pace.beat)

    async def pulse(self) -> None:
        """Raise Ending when this process has stood still. A database that is slow to answer is something else."""
        last = time.monotonic()
        while True:
            if self.counts is not None:
                self.counts.keep(self.node.tally, self.node.doing)
            await asyncio.sleep(self.pace.stalled / 10)
            now = time.monotonic()
            if now - last > self.pace.stalled:
                raise Ending(f"this worker stood still for {now - last:.0f} s; others do its work")
            last = now

    async def once(self) -> None:
        """One beat."""
        if self.supervisor is not None and os.getppid() != self.supervisor:
            raise Ending("the supervisor is gone")
        node = self.node
        if not await asyncio.to_thread(node.ledger.see_worker, self.id, node.state, node.doing):
            raise Ending("this worker was forgotten by the others")
        newer = await asyncio.to_thread(node.ledger.newer)
        if newer is not None:
            raise Ending(
                f"the ledger is at revision {newer} now, which this version does not know; upgrade this host"
            )
        if (off := await asyncio.to_thread(node.clock_off)) is not None:
            raise Ending(f"{off}: set it by NTP; others do this worker's work")
        if await self._first(SWEEP, self.pace.sweep):
            await self.rescue()
            await asyncio.to_thread(self.node.sweep)
            await asyncio.to_thread(self.node.ledger.forget_replaced)
        if await self._first(POLL, node.configuration.settings.poll_seconds):
            await asyncio.to_thread(self.poll)

    async def _first(self, schedule: str, seconds: int) -> bool:
        """Whether this worker is the first at the schedule's present fire time."""
        ledger = self.node.ledger
        at = slot(self.node.clock(), seconds)
        last = await asyncio.to_thread(ledger.last_fired, schedule)
        # Of two clocks that are not refused one may be ahead of the server's as far as the other is behind.
        if last is not None and last - at > timedelta(seconds=2 * self.pace.skew + seconds):
            # Else nobody would poll until the time that a wrong clock showed.
            log.warning(
                "%s fired at %s, which is yet to come: a clock was wrong; it goes on from now", schedule, last
            )
            await asyncio.to_thread(ledger.unfire, schedule, at)
            last = None
        if last is not None and last >= at:
            return False
        return await asyncio.to_thread(ledger.fire, schedule, at, KEPT)

    async def rescue(self) -> int:
        """Throw away the jobs of workers that have gone silent; how many there were. The sweep makes them again."""
        manager = self.node.app.job_manager
        count = 0
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.pace.stalled):
            log.warning("the worker of %s has gone silent; its job is made again", job.lock)
            try:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
                count += 1
            except Exception as error:
                log.info("the job %s was finished meanwhile: %s", job.lock, brief(error))
        return count

    def poll(self) -> None:
        """Have every partner received from and its webhooks told, clocks looked at, books closed when it is time."""
        node = self.node
        node.look_at_disk()
        nightly = window_to_close(node) is not None
        with node.ledger.write() as tx:
            for partner in node.configuration.directory.partners.values():
                if (
                    partner.status.active
                    and node.workspace.channel(node.configuration, partner.id) is not None
                ):
                    tx.nudge(RECEIVE, partner.id)
                if partner.status.active and partner.webhooks:
                    tx.nudge(WEBHOOKS, partner.id)
            for step in (CLOCKS, SUPERVISE, *((NIGHTLY,) if nightly else ())):
                tx.nudge(step, "")
