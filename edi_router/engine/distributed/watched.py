"""The workers of a host, watched over HTTP: one process beside them, with the ledger's figures and the sum of their counts."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from wsgiref.types import WSGIApplication

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric

from edi_router.engine.about import brief
from edi_router.engine.distributed.counts import Counts
from edi_router.engine.distributed.database import holding
from edi_router.engine.distributed.status import Status, status
from edi_router.engine.metrics import FRESH, EngineCollector, Fresh, counted
from edi_router.engine.metrics_ledger import PREFIX, family, gauge
from edi_router.engine.monitor import LEAST, POLLS, Check, Checks, Health, Server, pages
from edi_router.engine.tally import OF_ROUNDS, Count, Tally
from edi_router.engine.workspace import Workspace
from edi_router.ledger import Ledger
from edi_router.ledger.gauges import WAIT
from edi_router.pipeline.configuration import Configuration

log = logging.getLogger(__name__)


class HostWatch:
    """What there is to see of a host: the ledger and archive of its workers, and what they have counted."""

    def __init__(self, workspace: Workspace, configuration: Configuration, counts: Counts) -> None:
        settings = workspace.settings()
        self.workspace = workspace
        self.configuration = configuration
        self.counts = counts
        self.tally = Tally(counts.monotonic)
        self.archive = workspace.open_archive()
        self.ledger = Ledger.open(holding(workspace.database(settings)), zone=settings.time_zone)


def watch(server: Server, workspace: Workspace, configuration: Configuration, counts: Counts) -> int:
    """Serve until the supervisor, whose child this process is, ends it or is gone."""
    supervisor = os.getppid()

    def still() -> None:
        if os.getppid() != supervisor:
            os._exit(0)

    server.service_actions = still  # type: ignore[method-assign]
    server.set_app(application(HostWatch(workspace, configuration, counts)))
    log.info("metrics, health and readiness of the workers on port %d", server.server_port)
    server.serve_forever()
    return 0


def application(host: HostWatch, wait_seconds: float = WAIT) -> WSGIApplication:
    """The three pages of a host."""
    registry = CollectorRegistry()
    registry.register(HostCollector(host, wait_seconds))
    ProcessCollector(registry=registry)
    return pages(HostHealth(host, wait_seconds), registry)


class HostCollector(EngineCollector):
    """Tells of all workers of a host in one, of the jobs of all hosts, and of the ledger."""

    def __init__(self, host: HostWatch, wait_seconds: float = WAIT) -> None:
        super().__init__(host, wait_seconds)
        self._host = host
        self._status = Fresh(self._ask, FRESH, host.tally.monotonic)

    def counted(self, partners: list[str]) -> Iterator[Metric]:
        """The sums of the workers' counts."""
        sums = self._host.counts.sums()
        yield from counted(sums, partners, [each for each in Count if each not in OF_ROUNDS])
        if (told := self._host.counts.host()) is not None:
            yield gauge("worker_processes", "Workers that run on this host.", len(told.running))
            yield gauge("worker_processes_wanted", "Workers that are to run on this host.", told.wanted)
            again = CounterMetricFamily(PREFIX + "worker_restarts", "Workers started again after an error.")
            again.add_metric([], told.started_again)
            yield again

    def running(self, partners: list[str]) -> Iterator[Metric]:
        """Jobs and workers of all hosts."""
        found = self._status.get()
        if found is None:
            return
        waiting = family("jobs_waiting", "Jobs of all hosts that wait, by step.", "step")
        running = family("jobs_running", "Jobs of all hosts that are being done, by step.", "step")
        oldest = family("jobs_oldest_seconds", "How long the oldest of the waiting jobs waits.", "step")
        for jobs in found.jobs:
            waiting.add_metric([jobs.step], jobs.waiting)
            running.add_metric([jobs.step], jobs.running)
            oldest.add_metric([jobs.step], jobs.oldest_seconds)
        yield from (waiting, running, oldest)
        workers = family("workers", "Workers of all hosts: alive, or gone silent.", "state")
        for state, alive in (("alive", True), ("silent", False)):
            workers.add_metric([state], sum(each.alive is alive for each in found.workers))
        yield workers
        yield gauge("jobs_stalled", "Jobs in the hands of workers that have gone silent.", len(found.stalled))

    def _ask(self) -> Status | None:
        try:
            return status(self._host.ledger)
        except Exception as error:  # whatever it is: those who look must not disturb those who work
            log.debug("the jobs cannot be looked at: %s", brief(error))
            return None


class HostHealth(Health):
    """Alive are supervisor and jobs; ready is the host when a worker works and has all that it needs."""

    def __init__(self, host: HostWatch, wait_seconds: float = WAIT) -> None:
        super().__init__(host, wait_seconds)
        self._host = host

    def alive(self) -> Checks:
        """The supervisor looks after its workers, and no job has been without a sign of life for too long."""
        now = self._host.tally.monotonic()
        limit = max(LEAST, POLLS * self._host.configuration.settings.poll_seconds)
        told = self._host.counts.host()
        silent = 0.0 if told is None else now - told.seen
        still = [each for each in self._host.counts.workers() if each.doing and now - each.alive > limit]
        return {
            "supervisor": Check(
                told is not None and silent <= LEAST,
                f"last sign of life {silent:.0f} s ago, limit {LEAST:.0f} s",
            ),
            "jobs": Check(
                not still,
                "; ".join(f"worker {each.process} stands still with {each.doing}" for each in still)
                or f"none without a sign of life for {limit:.0f} s",
            ),
        }

    def look(self) -> Checks:
        """What an engine needs, and a worker that has begun to work."""
        told = self._host.counts.host()
        running = set() if told is None else set(told.running)
        working = [each for each in self._host.counts.workers() if each.process in running]
        wanted = 0 if told is None else told.wanted
        return {
            **super().look(),
            "workers": Check(bool(working), f"{len(working)} of {wanted} work"),
        }
