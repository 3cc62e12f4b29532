"""The campaign in short, for every run of the tests: each row with a few trials; and that the checker can see."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from edi_router.demo.listener import HOST, Listener
from tests.conftest import need
from tests.torture import (
    attacks,
    clocks,
    disk,
    drops,
    hostile,
    kill,
    network,
    page,
    pgserver,
    power,
    shim,
    two,
)
from tests.torture.__main__ import may_run, tasks
from tests.torture.checker import check, check_now, ledger
from tests.torture.nursery import House, Nursery
from tests.torture.platter import KEEPS
from tests.torture.postgres import LEDGER, PostgresStage, binary, serving
from tests.torture.proxy import Proxy
from tests.torture.row import Row, Violation
from tests.torture.rows import ROWS, file_name, kept
from tests.torture.stage import Stage, Taken

pytestmark = [pytest.mark.slow, pytest.mark.sshd]
MOUNTS = "file systems have to be mounted: run as root, or with CAP_SYS_ADMIN"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One warm process for all rows."""
    need(shutil.which("gcc") or shutil.which("cc"), "apt-get install gcc libc6-dev")
    with Nursery() as opened:
        yield opened


@pytest.fixture(scope="module")
def stage(nursery: Nursery) -> Iterator[Stage]:
    """Partners on OpenSSH."""
    need(shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin"), "apt-get install openssh-server")
    with Stage() as opened:
        yield opened


@pytest.fixture(scope="module")
def local(nursery: Nursery) -> Iterator[Stage]:
    """Partners in folders."""
    with Stage(sftp=(), settings=clocks.POLL) as opened:
        yield opened


@pytest.fixture(scope="module")
def on_postgresql(nursery: Nursery) -> Iterator[PostgresStage]:
    """The ledger on PostgreSQL, partners in folders."""
    need(binary("initdb") and binary("postgres"), "apt-get install postgresql")
    with serving() as server, PostgresStage(server) as opened:
        yield opened


@pytest.fixture
def row() -> Row:
    return Row("short", "", "")


def held(row: Row) -> None:
    assert row.held, row.told()


def test_killed(row: Row, stage: Stage, nursery: Nursery) -> None:
    kill.every_step(row, stage, nursery, (0, 1), 8)
    kill.at_random(row, stage, nursery, kills=6, seed=1)
    held(row)
    assert row.trials >= 8


@pytest.mark.parametrize("partners", ["stage", "local"])
def test_power_cut(row: Row, nursery: Nursery, partners: str, request: pytest.FixtureRequest) -> None:
    place: Stage = request.getfixturevalue(partners)
    power.steps(row, place, nursery, (0, 1), 6)
    held(row)
    assert all(row.tally[f"{keep} kept of what was not synced"] for keep in KEEPS)


def test_without_syncs_a_power_cut_loses_files(stage: Stage, nursery: Nursery) -> None:
    assert {each.kind for each in power.unsynced(stage, nursery)} == {"lost"}


def test_disk_full_from_a_step_on(row: Row, local: Stage, nursery: Nursery) -> None:
    disk.from_step(row, local, nursery, (0, 1), 4)
    held(row)


@pytest.mark.parametrize("place", disk.PLACES)
def test_small_disk(row: Row, nursery: Nursery, place: str, tmp_path: Path) -> None:
    try:
        with disk.small_disk(tmp_path / "probe"):
            pass
    except subprocess.CalledProcessError:
        need(False, MOUNTS)
    with Stage(sftp=()) as stage, disk.small_disk(stage.folder / "disk") as mounted:
        if place == "database":
            stage.database = mounted / "ledger.db"
        disk.real(row, stage, nursery, mounted, place, 1, seed=1)
    assert not row.violations, row.told()


@pytest.mark.parametrize("fault", [name for name in network.KINDS if name != "full"])
def test_network(row: Row, stage: Stage, nursery: Nursery, fault: str) -> None:
    assert stage.server is not None
    proxy = Proxy(stage.server.port)
    try:
        trial = network.Trial(row, stage, nursery, proxy, seed=1)
        network.KINDS[fault][0](trial)
    finally:
        proxy.stop()
    assert not row.violations, row.told()


def test_two_engines(row: Row, stage: Stage, nursery: Nursery) -> None:
    stage.settings = clocks.POLL
    with Nursery() as other:
        two.meet(row, stage, nursery, other, 1, seed=1)
    stage.settings = ""
    held(row)


def test_postgresql_under_an_engine(row: Row, on_postgresql: PostgresStage, nursery: Nursery) -> None:
    proxy = Proxy(on_postgresql.server_of_ledger.port)
    try:
        trial = pgserver.Trial(row, on_postgresql, nursery, proxy, seed=1)
        for kind in ("immediate", "terminate", "lose", "deadlock"):
            pgserver.KINDS[kind][0](trial)
    finally:
        proxy.stop()
        on_postgresql.port = None
    held(row)
    assert row.trials >= 2


def test_killed_on_postgresql(row: Row, on_postgresql: PostgresStage, nursery: Nursery) -> None:
    kill.at_random(row, on_postgresql, nursery, kills=3, seed=2)
    held(row)


def test_drops(row: Row, local: Stage, nursery: Nursery) -> None:
    row.add("once", drops.play(local, nursery, random.Random(1)))
    held(row)


def test_fuzzed(row: Row, local: Stage, nursery: Nursery) -> None:
    hostile.fuzzed(row, local, nursery, 60, seed=1)
    held(row)


def test_names(row: Row, stage: Stage, nursery: Nursery) -> None:
    hostile.named(row, stage, nursery)
    held(row)


def test_clock_set_back(row: Row, local: Stage, nursery: Nursery) -> None:
    clocks.jumps(row, local, nursery, 1, random.Random(1))
    held(row)


def test_a_night_that_is_shorter(row: Row, local: Stage, nursery: Nursery) -> None:
    zone, days = next(iter(clocks.CHANGES.items()))
    clocks.daylight(row, local, nursery, zone, days[0])
    local.settings = clocks.POLL
    held(row)


def _spoilt(stage: Stage, nursery: Nursery) -> None:
    kill.fill(stage)
    assert stage.run(nursery).code == 0, stage.told()
    stage.take()
    assert check(stage, None) == []


def test_the_checker_sees_what_is_wrong(local: Stage, nursery: Nursery) -> None:
    _spoilt(local, nursery)
    first = local.taken[0]
    local.taken.append(first)
    assert [each.kind for each in check(local, None)] == ["twice"]
    local.taken[:] = local.taken[1:-1]
    assert [each.kind for each in check(local, None)] == ["lost"]
    local.taken.append(Taken(first.partner, first.name, first.content[:-1]))
    assert [each.kind for each in check(local, None)] == ["partial"]
    local.taken[-1] = first
    archived = next(path for path in (local.root / "var" / "archive").rglob("*") if path.is_file())
    archived.write_bytes(archived.read_bytes()[:-1])
    assert [each.kind for each in check_now(local)] == ["lost"]
    ledger(local).unlink()
    assert {each.kind for each in check_now(local)} == {"lost"}


def test_the_checker_sees_what_is_wrong_on_postgresql(on_postgresql: PostgresStage, nursery: Nursery) -> None:
    _spoilt(on_postgresql, nursery)
    first = on_postgresql.taken[0]
    on_postgresql.taken.append(first)
    assert [each.kind for each in check(on_postgresql, None)] == ["twice"]
    on_postgresql.taken[:] = on_postgresql.taken[1:-1]
    assert [each.kind for each in check(on_postgresql, None)] == ["lost"]
    on_postgresql.taken.append(first)
    on_postgresql.server_of_ledger.ask(
        "UPDATE message SET state = 'in_work' WHERE state = 'completed'", LEDGER
    )
    assert {each.kind for each in check(on_postgresql, None)} == {"other"}
    on_postgresql.server_of_ledger.ask(f"DROP DATABASE {LEDGER} WITH (FORCE)")
    on_postgresql.server_of_ledger.ask(f"CREATE DATABASE {LEDGER}")
    assert {each.kind for each in check_now(on_postgresql)} == {"lost"}


def test_a_house_forks_nurseries_that_work_side_by_side(
    stage: Stage, local: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with House() as house:
        monkeypatch.setattr(Nursery, "house", house.socket)
        with Nursery() as one, Nursery() as other:
            for each in (stage, local):
                kill.fill(each)
            one.begin(stage.wanted())
            other.begin(local.wanted("--log-format", "text", stop_after=60.0))
            assert one.end().code == 0, stage.told()
            assert clocks.until(lambda: "running:" in local.logged())
            other.interrupt(kill=True)
            assert other.end().code == kill.KILLED
            assert local.run(other).code == 0, local.told()
            assert other.cpu > 0
            nurseries = {each._pid for each in (one, other)}
        for each in (stage, local):
            each.settle()
            each.take()
            assert check(each, None) == []
        with Nursery() as third:
            assert third._pid not in nurseries
            assert stage.run(third).code == 0, stage.told()
    assert clocks.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in nurseries))


def test_the_network_between_does_not_wait_for_acknowledgements() -> None:
    come: Queue[socket.socket] = Queue()
    listener = Listener(come.put)
    proxy = Proxy(listener.port)
    try:
        with socket.create_connection((HOST, proxy.port), 5), come.get(timeout=5):
            assert clocks.until(lambda: len(proxy._open) == 2)
            options = [each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in proxy._open]
        assert all(options)
    finally:
        proxy.stop()
        listener.stop()


def test_parts_that_wait_run_beside_those_that_compute() -> None:
    assert may_run("kill", [], 2)
    assert may_run("kill", ["power", "two", "clocks"], 2)
    assert not may_run("kill", ["power", "kill"], 2)
    assert may_run("two", ["power", "kill", "clocks"], 2)
    assert not may_run("two", ["clocks", "two"], 2)
    assert may_run("cluster", ["clocks"], 2)
    assert not may_run("cluster", ["cluster"], 2), "its hosts have the machine's addresses"


def test_what_takes_long_is_begun_first_and_nothing_is_left_out() -> None:
    parts = tasks(ROWS, 2)
    assert sorted(parts) == sorted((name, (which, 2)) for name in ROWS for which in (0, 1))
    assert parts[0] == ("kill", (0, 2))
    assert [which for _, (which, _) in parts] == [0] * len(ROWS) + [1] * len(ROWS)
    assert tasks(["drops", "kill"], 1) == [("kill", (0, 1)), ("drops", (0, 1))]


def test_a_row_without_trials_does_not_hold(row: Row) -> None:
    assert not row.held
    row.add("one", [])
    assert row.held
    row.add("two", [Violation("lost", "a.edi")])
    assert not row.held
    assert "two: lost: a.edi" in row.told()


def test_parts_are_put_together(row: Row, tmp_path: Path) -> None:
    row.name, row.version = ROWS[0], "this"
    row.add("one", [Violation("twice", "b.edi")], trials=3)
    row.also("most steps", 7)
    for part in (0, 1):
        (tmp_path / file_name(row.name, (part, 2))).write_text(row.json(), encoding="utf-8")
    [whole] = kept(tmp_path, lambda: "this")
    assert (whole.trials, whole.count("twice"), whole.tally) == (6, 2, {"most steps": 7})
    assert whole.share == ""
    assert "| 6 | 0 | 2 | 0 | 0 |" in page.table([whole])


def test_it_is_told_what_was_not_run_and_what_was_run_on_another_version(row: Row, tmp_path: Path) -> None:
    row.name, row.version = ROWS[0], "before"
    row.add("one", [])
    row.also("kills")
    (tmp_path / file_name(row.name, (2, 4))).write_text(row.json(), encoding="utf-8")
    row.version = "this"
    (tmp_path / file_name(row.name, (0, 4))).write_text(row.json(), encoding="utf-8")
    [whole] = kept(tmp_path, lambda: "this")
    assert whole.share == "50% of it run; 1 of 2 pieces on a version before this one"
    assert whole.share in page.notes([whole])


def test_the_shim_is_built_from_its_source() -> None:
    need(shutil.which("gcc") or shutil.which("cc"), "apt-get install gcc libc6-dev")
    assert shim.build().is_file()
    assert len(attacks.seeds()) > 50
