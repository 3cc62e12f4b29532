"""Workers on one PostgreSQL: jobs in the rows' transactions, order and locks, rescue, schedules, drain, versions."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text, update
from sqlalchemy.exc import OperationalError

from edi_router.config import shipped_directory
from edi_router.engine.alarm_texts import sentence
from edi_router.engine.distributed.beat import POLL, Beat, Ending
from edi_router.engine.distributed.node import SERVER_CLOCK, Node
from edi_router.engine.distributed.pace import Pace
from edi_router.engine.distributed.setup import found, mark, put_in
from edi_router.engine.distributed.status import status
from edi_router.engine.distributed.worker import _serve, prepare
from edi_router.engine.port import Engine
from edi_router.engine.secret import EARLIER, VARIABLE
from edi_router.engine.workspace import DATABASE_VARIABLE, WorkspaceError
from edi_router.ledger import Fenced, Ledger, tables
from edi_router.ledger.again import TRIES, again
from edi_router.ledger.intake import Drop
from edi_router.ledger.store import PROCESS, Nudge
from edi_router.ledger.upgrade import OLDEST
from tests.support.cli import edi_router
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import Remembering, outbox
from tests.support.workspaces import prepare as lay_out

pytestmark = pytest.mark.postgresql
SAMPLE = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
QUICK = Pace(beat=0.2, stalled=2.0, sweep=1, fetch=0.1)


@pytest.fixture(scope="module")
def cluster_template(postgresql: PostgreSQL, postgresql_template: str) -> str:
    """A migrated database with the jobs' tables, to copy."""
    name = postgresql.create(postgresql_template)
    with Ledger.open(postgresql.url(name)) as ledger, ledger.engine.begin() as connection:
        assert put_in(connection)
        assert found(connection) == mark()
        assert not put_in(connection)
    return name


@pytest.fixture
def url(postgresql: PostgreSQL, cluster_template: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of the test's own, which the environment names."""
    given = postgresql.url(postgresql.create(cluster_template))
    monkeypatch.setenv(DATABASE_VARIABLE, given)
    return given


@pytest.fixture
def place(tmp_path: Path, url: str) -> Remembering:
    """The sample deployment, polled every second."""
    lay_out(tmp_path / "w")
    with (tmp_path / "w" / "edi-router.yaml").open("a") as file:
        file.write("poll_seconds: 1\n")
    return Remembering.at(tmp_path / "w")


@pytest.fixture
def node(place: Remembering) -> Iterator[Node]:
    """One node, whose steps the test calls itself."""
    made = Node(place, pace=QUICK)
    yield made
    made.ledger.close()


def jobs(ledger: Ledger) -> list[tuple[str, str, int]]:
    """Lock, state and priority of the jobs, in the order in which they are taken."""
    query = "SELECT lock, status::text, priority FROM procrastinate_jobs ORDER BY priority DESC, id"
    with ledger.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(text(query))]


def drop(place: Remembering, number: int, partner: str = "ENT-A") -> None:
    content = SAMPLE.replace(b"ENTA00000001", b"ENTA%08d" % (100 + number))
    (outbox(place.root, partner) / f"{number:03d}.edi").write_bytes(content)


def inbox(place: Remembering, partner: str) -> list[str]:
    return sorted(path.name for path in (place.root / "exchange" / partner / "in").iterdir())


def arrival(number: int = 1, partner: str = "ENT-A") -> Drop:
    return Drop(partner, partner, f"{number}.edi", 1, number, f"{number:064x}")


def test_jobs_come_and_go_with_the_rows(node: Node) -> None:
    checked: Engine = node
    assert checked.sweep() == 0
    node.ledger.receive_all([arrival(1), arrival(2)], "c")
    assert jobs(node.ledger) == [("process:ENT-A", "todo", 52)]
    node.ledger.receive_all([arrival(3)], "c")
    assert len(jobs(node.ledger)) == 1, "one that waits is enough"
    with node.ledger.engine.connect() as connection:
        node.queue.enqueue(connection, [Nudge(PROCESS, "CIQ-QD")])
        connection.rollback()
    assert len(jobs(node.ledger)) == 1


def test_a_job_that_waits_is_not_begun_before_the_rows_are_there(node: Node) -> None:
    """Else it could end between our look and our commit, and nobody would know of the rows."""
    node.ledger.receive_all([arrival(1)], "c")
    fetch = text("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")
    with node.ledger.write() as tx:
        node.queue.enqueue(tx.connection, [Nudge(PROCESS, "ENT-A")])
        with node.ledger.engine.begin() as other:
            assert other.execute(fetch).scalar() is None
    with node.ledger.engine.begin() as other:
        assert other.execute(fetch).scalar() is not None


def test_many_nudge_at_once_and_none_waits_for_ever(node: Node) -> None:
    failures: list[BaseException] = []

    def nudge(number: int) -> None:
        try:
            for _ in range(5):
                with node.ledger.write() as tx:
                    for partner in ("A", "B", "C", "D")[:: 1 if number % 2 else -1]:
                        tx.nudge(PROCESS, partner)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=nudge, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert [lock for lock, _, _ in jobs(node.ledger)] == [f"process:{each}" for each in "ABCD"]


def test_the_urgent_go_first(node: Node) -> None:
    node.queue.priority_of = lambda partner: {"GREEN": 1, "SLOW": 9}.get(partner, 5)
    with node.ledger.write() as tx:
        for step, partner, priority in (
            ("process", "SLOW", 5), ("deliver", "SLOW", 9), ("process", "GREEN", 5), ("deliver", "GREEN", 1),
            ("receive", "GREEN", 5), ("deliver", "GREEN", 5), ("clocks", "", 5),
        ):  # fmt: skip
            tx.nudge(step, partner, priority)
    # Both jobs for one destination would do the same: within a transaction the urgent one is enough.
    assert [lock for lock, _, _ in jobs(node.ledger)] == [
        "clocks:", "deliver:GREEN", "process:GREEN", "receive:GREEN", "deliver:SLOW", "process:SLOW",
    ]  # fmt: skip
    fetch = text("SELECT lock FROM procrastinate_fetch_job_v2(NULL, NULL)")
    with node.ledger.engine.begin() as connection:
        taken = [connection.execute(fetch).scalar() for _ in range(7)]
    assert taken == [
        "clocks:", "deliver:GREEN", "process:GREEN", "receive:GREEN", "deliver:SLOW", "process:SLOW", None,
    ]  # fmt: skip


def test_a_job_of_one_partner_reads_nothing_of_a_thousand_others(node: Node) -> None:
    """Else polls of a thousand partners cost a million rows."""
    ledger = node.ledger
    ledger.contacted([f"P{number:04d}" for number in range(1000)])
    read: list[int] = []

    def count(connection: object, cursor: Any, *_: object) -> None:
        read.append(cursor.rowcount)

    event.listen(ledger.engine, "after_cursor_execute", count)
    for _ in range(2):
        node.do("receive", "ENT-A")
        node.do("deliver", "ENT-A")
    event.remove(ledger.engine, "after_cursor_execute", count)
    assert len(read) > 8
    assert max(read) <= 2
    assert set(ledger.contacts(["ENT-A", "P0007", "NOBODY"])) == {"ENT-A", "P0007"}
    assert len(ledger.contacts()) == 1001


def test_what_was_received_under_an_old_fence_is_refused(node: Node) -> None:
    first = node.ledger.begin_receiving("ENT-A")
    second = node.ledger.begin_receiving("ENT-A")
    [receipt] = node.ledger.receive_all([arrival()], "c", second)
    node.ledger.removed(receipt.file_id)
    with pytest.raises(Fenced):  # the one that stood still, and wakes up with the same file in its hands
        node.ledger.receive_all([arrival()], "c", first)
    assert len(node.ledger.ls("file")) == 1


def test_steps_by_jobs_do_what_rounds_do(place: Remembering, node: Node) -> None:
    for number in range(3):
        drop(place, number)
    node.do("receive", "ENT-A")
    node.do("process", "ENT-A")
    priorities = {lock: priority for lock, _, priority in jobs(node.ledger)}
    assert set(priorities) == {"process:ENT-A", "deliver:ENT-A", "deliver:CIQ-QD"}
    node.do("deliver", "CIQ-QD")
    node.do("deliver", "ENT-A")
    for step in ("clocks", "supervise", "nightly"):
        node.do(step)
    assert len(inbox(place, "CIQ-QD")) == len(inbox(place, "ENT-A")) == 3
    assert node.ledger.books(node.ledger.business_date(node.ledger.now())).balanced
    assert node.ledger.alarms() == []


def test_a_file_becomes_whole_under_the_eyes_of_different_workers(place: Remembering, node: Node) -> None:
    settings = place.channel(node.configuration, "ENT-A")
    assert settings is not None
    slow = settings.model_copy(update={"wait_seconds": 0.3})
    channels = {**node.configuration.settings.channels, "ENT-A": slow}
    own = node.configuration.settings.model_copy(update={"channels": channels})
    node.configuration = replace(node.configuration, settings=own)
    other = Node(place, node.configuration)
    drop(place, 1)
    node.do("receive", "ENT-A")
    assert node.ledger.ls("file") == []
    time.sleep(0.35)
    other.do("receive", "ENT-A")
    other.ledger.close()
    assert len(node.ledger.ls("file")) == 1


def test_what_a_dead_worker_had_in_hand_is_taken_over(place: Remembering, node: Node) -> None:
    drop(place, 1)
    node.do("receive", "ENT-A")
    [item] = node.ledger.pending_work()
    fence = node.ledger.claim(item.id)
    assert fence is not None
    node.do("process", "ENT-A")
    with pytest.raises(Fenced):
        node.ledger.give_back(item.id, fence)
    [due] = node.ledger.due(destination="CIQ-QD")
    [held] = node.ledger.claim_deliveries([due.id])
    node.do("deliver", "CIQ-QD")
    assert len(inbox(place, "CIQ-QD")) == 1
    with pytest.raises(Fenced):
        node.ledger.renaming(held.id, held.fence)


def test_deliveries_keep_the_order_in_which_files_came(node: Node, place: Remembering) -> None:
    for number in range(12):
        drop(place, number)
    node.do("receive", "ENT-A")
    node.do("process", "ENT-A")
    rows = node.ledger.due(destination="CIQ-QD")
    claimed = [each.id for each in node.ledger.claim_deliveries([row.id for row in rows])]
    assert claimed == [row.id for row in rows]
    with node.ledger.read() as connection:
        query = "SELECT d.id FROM delivery d JOIN output o ON o.id = d.output JOIN file f ON f.id = o.file"
        query += " WHERE d.destination = 'CIQ-QD' ORDER BY f.name"
        assert list(connection.scalars(text(query))) == claimed


def test_jobs_of_a_silent_worker_are_made_again(node: Node) -> None:
    """And so are all, when their tables are lost: the rows are the truth."""
    node.ledger.receive_all([arrival()], "c")
    beat = Beat(node, "x")
    with node.ledger.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO procrastinate_workers(last_heartbeat) VALUES (now() - interval '3 s')")
        )
        connection.execute(text("SELECT procrastinate_fetch_job_v2(NULL, 1)"))
    assert [state for _, state, _ in jobs(node.ledger)] == ["doing"]
    assert node.sweep() == 0, "somebody works on it"

    async def rescue() -> int:
        async with node.app.open_async():
            return await beat.rescue()

    assert asyncio.run(rescue()) == 1
    assert jobs(node.ledger) == []
    assert node.sweep() == 1
    assert node.sweep() == 0
    with node.ledger.engine.begin() as connection:
        assert put_in(connection, anew=True)
    assert node.sweep() == 1
    assert [lock for lock, _, _ in jobs(node.ledger)] == ["process:ENT-A"]


def test_a_worker_told_to_stop_finishes_the_file_in_hand(
    place: Remembering, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM in the middle of a job: that file is recorded, the others are given back, and others get the job."""
    for number in range(3):
        drop(place, number)
    node.do("receive", "ENT-A")
    real, read = node.archive.read, list[str]()

    def told_meanwhile(sha256: str) -> bytes:
        read.append(sha256)
        os.kill(os.getpid(), signal.SIGTERM)
        wait(lambda: node.stopping, 20)
        return real(sha256)

    monkeypatch.setattr(node.archive, "read", told_meanwhile)
    assert asyncio.run(_serve(node, Beat(node, node.enter()), ("process",)))
    assert len(read) == 1
    assert sorted(row["state"] for row in node.ledger.ls("file")) == ["in_work", "in_work", "processed"]
    assert len(node.ledger.pending_work()) == 2, "given back, not waiting for a lease to end"
    assert [lock for lock, _, _ in jobs(node.ledger) if lock.startswith("process")] == ["process:ENT-A"]
    node.stopping = False
    monkeypatch.undo()
    node.do("process", "ENT-A")
    assert {row["state"] for row in node.ledger.ls("file")} == {"processed"}


def test_a_schedule_fires_once_for_three_nodes(place: Remembering, node: Node) -> None:
    with ExitStack() as stack:
        nodes = [node]
        for _ in range(2):
            nodes.append(Node(place, node.configuration))
            stack.callback(nodes[-1].ledger.close)
        fired: list[object] = []
        night = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
        for each in nodes:
            each.clock = each.ledger.clock = lambda: night
            beat = Beat(each, each.enter())
            monkey_poll(beat, fired)

            async def once(beat: Beat = beat) -> None:
                async with beat.node.app.open_async():
                    await beat.once()

            asyncio.run(once())
        assert len(fired) == 1
        for each in nodes:
            each.do("nightly")
    assert node.ledger.closed_books() == ["2026-03-14"]
    firings = {name: at for name, at in node.ledger.last_firings().items() if name in (POLL, "nightly")}
    assert firings == {POLL: night, "nightly": night}


def monkey_poll(beat: Beat, fired: list[object]) -> None:
    real = beat.poll

    def poll() -> None:
        fired.append(beat)
        real()

    beat.poll = poll  # type: ignore[method-assign]


def test_a_silent_worker_is_forgotten_when_another_began_on_its_host(node: Node) -> None:
    ledger, now = node.ledger, datetime.now(UTC)
    ledger.clock = lambda: now
    digest, mark_ = node.configuration.digest, "archive"
    killed, left = (ledger.enter_worker(host, 1, digest, mark_) for host in ("a", "b"))
    beside = ledger.enter_worker("a", 2, digest, mark_)
    for later in (1, 40):
        ledger.clock = lambda later=later: now + timedelta(seconds=later)  # type: ignore[misc]
        assert ledger.see_worker(beside, "working", "")
        assert ledger.forget_replaced() == 0  # one that began before it went silent is no replacement
    ledger.clock = lambda: now + timedelta(seconds=41)
    new = ledger.enter_worker("a", 3, digest, mark_)
    beat = Beat(node, new)
    node.clock = ledger.clock

    async def once() -> None:
        async with node.app.open_async():
            await beat.once()

    asyncio.run(once())
    assert {each.id for each in ledger.workers()} == {beside, new, left}
    assert not ledger.see_worker(killed, "working", "")


def test_a_worker_with_a_wrong_clock_is_refused_and_one_whose_clock_is_set_wrong_ends(node: Node) -> None:
    for by, told in ((3600, "3600 s ahead of"), (-75, "75 s behind")):
        node.host_clock = lambda by=by: time.time() + by  # type: ignore[misc]
        with pytest.raises(WorkspaceError, match=f"clock is {told} the database server's"):
            node.enter()
    assert node.ledger.workers() == []
    node.host_clock = lambda: time.time() + 15
    beat = Beat(node, node.enter())
    node.host_clock = lambda: time.time() + 75

    async def once() -> None:
        async with node.app.open_async():
            await beat.once()

    with pytest.raises(Ending, match="clock is 75 s ahead of the database server's"):
        asyncio.run(once())
    assert node.ledger.last_firings() == {}


def test_where_the_clock_of_the_server_is_wrong_the_hosts_go_on_in_doubt_and_say_so(node: Node) -> None:
    off = 75.0
    node.host = "a"
    node.host_clock = lambda: time.time() + off
    node.ledger.clock = lambda: datetime.now(UTC) + timedelta(seconds=off)
    with pytest.raises(WorkspaceError, match="75 s ahead"):
        node.enter()
    mark_ = node._archive_mark()
    node.ledger.enter_worker("a", 1, node.configuration.digest, mark_)
    with pytest.raises(WorkspaceError, match="75 s ahead"):
        node.enter()  # those of one host have one clock
    other = node.ledger.enter_worker("b", 2, node.configuration.digest, mark_)
    beat = Beat(node, node.enter())
    received: list[object] = []
    monkey_poll(beat, received)

    async def once() -> None:
        async with node.app.open_async():
            await beat.once()

    asyncio.run(once())
    assert len(received) == 1
    [alarm] = node.ledger.alarms()
    zone = node.configuration.settings.zone
    assert sentence(alarm, "en", zone) == (
        "The engine cannot do its work (clocks): Refused: the clocks of the hosts and of the database's server differ: "
        "set them by NTP"
    )
    assert (
        sentence(alarm, "zh", zone)
        == "引擎无法完成工作（时钟）：各主机与数据库服务器的时钟不一致：请用 NTP 校准"
    )
    assert node.doubt() is not None
    node.do("nightly")
    assert node.ledger.closed_books() == [], "what time alone brings about waits"
    off = 19.0  # another host may still be beyond the limit
    asyncio.run(once())
    assert node.doubt() is None
    assert SERVER_CLOCK in str(node.ledger.alarms())
    off = 3.0
    asyncio.run(once())
    assert SERVER_CLOCK not in str(node.ledger.alarms())
    off = 75.0
    node.ledger.leave_worker(other)
    with pytest.raises(Ending, match="75 s ahead"):
        asyncio.run(once())


def test_a_worker_that_lacks_a_key_of_the_others_is_refused(
    place: Remembering, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.enter()
    kept = node.workspace.secret_key().decode()
    monkeypatch.setenv(VARIABLE, "k" * 40)
    monkeypatch.setenv(EARLIER, kept)
    changed = Node(place, pace=QUICK)
    try:
        with pytest.raises(WorkspaceError, match="another archive or key"):
            changed.enter()
    finally:
        changed.ledger.close()


def test_clocks_that_are_not_refused_do_not_undo_each_others_polls(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    beat = Beat(node, node.enter())
    ahead = datetime.now(UTC) + timedelta(seconds=2 * node.pace.skew - 2)
    assert node.ledger.fire(POLL, ahead)
    polled: list[object] = []
    monkey_poll(beat, polled)

    async def once() -> None:
        async with node.app.open_async():
            await beat.once()

    asyncio.run(once())
    assert polled == []
    assert "a clock was wrong" not in caplog.text


def test_a_process_that_stood_still_while_it_asked_for_the_time_has_no_wrong_clock(node: Node) -> None:
    shown = iter((time.time() - 100, time.time() + 100))
    node.host_clock = lambda: next(shown)
    assert node.clock_off() is None


def test_after_a_clock_was_wrong_polls_go_on_at_once(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    now = datetime.now(UTC)
    for ahead in (timedelta(hours=1), timedelta(days=300)):
        assert node.ledger.fire(POLL, now + ahead)
    polled: list[object] = []
    beat = Beat(node, node.enter())
    monkey_poll(beat, polled)

    async def beats() -> None:
        async with node.app.open_async():
            for _ in range(3):
                await beat.once()
                await asyncio.sleep(1.1)

    asyncio.run(beats())
    assert len(polled) == 3
    assert "a clock was wrong" in caplog.text
    last = node.ledger.last_fired(POLL)
    assert last is not None
    assert last - now < timedelta(seconds=30)


def test_a_worker_refuses_a_ledger_newer_than_it(place: Remembering, node: Node) -> None:
    beat = Beat(node, node.enter())
    with node.ledger.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("COMMENT ON TABLE alembic_version IS 'for programs of revision 9998'"))
    with pytest.raises(Ending, match="9999"):
        asyncio.run(beat.once())
    with pytest.raises(WorkspaceError, match="9999"):
        prepare(place)
    with node.ledger.engine.begin() as connection:
        connection.execute(text("COMMENT ON TABLE alembic_version IS NULL"))
    with pytest.raises(Ending, match="9999"):
        asyncio.run(beat.once())


def test_a_worker_goes_on_where_a_newer_ledger_allows_for_it(place: Remembering, node: Node) -> None:
    """A host that goes back to the version before finds what the newer one has added, and works."""
    with node.ledger.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS 'for programs of revision {OLDEST}'"))
        connection.execute(text("ALTER TABLE file ADD COLUMN colour text"))
    prepare(place)
    assert node.ledger.is_current()
    beat = Beat(node, node.enter())

    async def once() -> None:
        async with node.app.open_async():
            await beat.once()

    asyncio.run(once())
    drop(place, 1)
    for step, partner in (("receive", "ENT-A"), ("process", "ENT-A"), ("deliver", "CIQ-QD")):
        node.do(step, partner)
    assert len(inbox(place, "CIQ-QD")) == 1
    assert node.ledger.newer() is None


def test_a_worker_with_another_archive_or_key_is_refused(
    place: Remembering, node: Node, tmp_path: Path
) -> None:
    node.enter()
    other = tmp_path / "other"
    lay_out(other)
    stranger = Node(Remembering.at(other), node.configuration)
    with pytest.raises(WorkspaceError, match="archive or key"):
        stranger.enter()
    stranger.ledger.close()


def test_an_engine_of_its_own_is_refused_beside_workers(place: Remembering, node: Node) -> None:
    node.enter()
    done = edi_router("--workspace", place.root, "run", "--once")
    assert done.code == 3
    assert "stop the workers first" in done.err


def test_a_transaction_that_lost_against_another_is_run_again(url: str) -> None:
    """Two that lock the same rows the other way round: PostgreSQL ends one of them, which then goes through."""
    both = threading.Barrier(2)
    runs: list[str] = []

    class Crossing(Ledger):
        @again
        def cross(self, first: str, second: str) -> None:
            runs.append(first)
            with self.write() as tx:
                p = tables.partner_state
                tx.lock(p, [first], "partner")
                if len(runs) <= 2:
                    both.wait(10)
                tx.connection.execute(update(p).where(p.c.partner == second).values(reason=first))

        @again
        def never(self) -> None:
            runs.append("never")
            error = Exception()
            error.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise OperationalError("x", None, error)

    with Crossing.open(url) as ledger:
        ledger.contacted(["A", "B"])
        threads = [threading.Thread(target=ledger.cross, args=each) for each in (("A", "B"), ("B", "A"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(runs) == 3
        runs.clear()
        with pytest.raises(OperationalError):
            ledger.never()
        assert len(runs) == TRIES


def wait(until: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@pytest.mark.slow
def test_two_workers_of_the_command(place: Remembering, url: str, tmp_path: Path) -> None:
    """They share the work; one that is killed is replaced; told to stop they end after the step in hand."""
    for number in range(12):
        drop(place, number)
    command = [sys.executable, "-m", "edi_router.cli.main", "--workspace", str(place.root), "worker"]
    with Ledger.open(url) as ledger, (tmp_path / "log").open("wb") as log:
        supervisor = subprocess.Popen([*command, "--processes", "2", "--metrics", "0"], stderr=log)
        try:
            wait(lambda: sum(each.alive for each in ledger.workers()) == 2)
            told = edi_router("--workspace", place.root, "cluster", "status", "--json")
            assert told.code == 0, told.out + told.err
            assert len(told.json["workers"]) == 2
            assert told.json["trouble"] == []
            [first, _] = ledger.workers()
            wait(lambda: len(inbox(place, "CIQ-QD")) == len(inbox(place, "ENT-A")) == 12)
            # The partners have each of them; that this is so is written down a moment later.
            wait(lambda: not any(ledger.in_hand()))
            port = int(re.findall(r"of the workers on port (\d+)", (tmp_path / "log").read_text())[0])
            wait(lambda: counted(port)["messages_decided_total", "accepted", "ENT-A"] == 12)
            wait(lambda: counted(port)["deliveries_total", "CIQ-QD"] == 12)
            assert [looked(port, page)[0] for page in ("health", "ready")] == [200, 200]
            os.kill(first.pid, signal.SIGKILL)
            wait(lambda: len({each.pid for each in ledger.workers()} - {first.pid}) == 2)
            wait(lambda: counted(port)["worker_restarts_total",] == 1)
            assert counted(port)["messages_decided_total", "accepted", "ENT-A"] == 12, "what it counted stays"
        finally:
            supervisor.terminate()
            assert supervisor.wait(60) == 0, (tmp_path / "log").read_text()
        assert [each.pid for each in ledger.workers()] == [first.pid], "only it did not end in good order"
        assert ledger.books(ledger.business_date(ledger.now())).balanced


def looked(port: int, page: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=20) as answer:
        return answer.status, answer.read().decode()


def counted(port: int) -> dict[tuple[str, ...], float]:
    """The samples of a host, by name and the values of their labels in the order of the labels' names."""
    return {
        (
            sample.name.removeprefix("edi_router_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(looked(port, "metrics")[1])
        for sample in family.samples
    }


SUPERVISED = """
import sys, time, types
from pathlib import Path
from edi_router.engine.distributed import supervisor
from edi_router.engine.workspace import Workspace
supervisor.load = lambda _: types.SimpleNamespace(digest="0" * 64)
supervisor.Supervisor(Workspace(Path(sys.argv[1])), lambda _: time.sleep(600), 2).run()
"""


def test_the_supervisor_replaces_workers_and_ends_them_at_any_moment(tmp_path: Path) -> None:
    """These workers have no handlers yet: a signal must end them all the same."""
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISED, str(tmp_path)])
    children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")

    def workers() -> set[int]:
        return {int(pid) for pid in children.read_text().split()}

    try:
        wait(lambda: len(workers()) == 2)
        first = workers()
        os.kill(min(first), signal.SIGKILL)
        wait(lambda: len(workers()) == 2 and min(first) not in workers())
        second = workers()
        supervisor.send_signal(signal.SIGHUP)
        wait(lambda: len(workers()) == 2 and not second & workers())
    finally:
        supervisor.terminate()
        assert supervisor.wait(30) == 0


def test_what_lasts_is_told(node: Node) -> None:
    id = node.enter()
    told = status(node.ledger)
    assert [each.id for each in told.workers] == [id]
    node.ledger.clock = lambda: datetime.now(UTC) + timedelta(minutes=1)
    assert status(node.ledger).trouble[0] == "no worker is alive"
    node.ledger.leave_worker(id)
    assert not node.ledger.see_worker(id, "working", "")
