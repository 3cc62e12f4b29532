"""Hosts in network namespaces, in short: killed, cut off, a worker stopped, PostgreSQL crashed. `make torture` is long."""

from __future__ import annotations

import random

import pytest

from edi_router.engine.distributed.pace import Pace
from tests.conftest import need
from tests.torture.cluster import FAULTS, Cluster, play
from tests.torture.hosts import missing
from tests.torture.row import Row

BRISK = Pace(beat=0.6, stalled=3.0, sweep=1, fetch=0.2, answer=5, idle=10)
"""A worker that stands still is taken for dead sooner than in a deployment: less of the test is waiting."""


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.sshd
def test_hosts_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost, nothing comes twice, and everything comes in order."""
    why = missing()
    need(not why, why)
    short = tuple(
        fault
        for fault in FAULTS
        if fault.__name__ in ("kill_host", "cut_cable", "stop_worker", "crash_database")
    )
    monkeypatch.setattr("tests.torture.cluster.FAULTS", short)
    row = Row("cluster", "many hosts", "in short")
    with Cluster(hosts=2, processes=1, chance=random.Random(3), pace=BRISK) as cluster:
        play(row, cluster, len(short), "in short")
    assert row.held, row.told()
    assert row.trials == len(short)
