"""One embedded engine at a time on a ledger: who else is refused, when it may, and what happens when the lock is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from edi_router.engine.distributed.database import guarded
from edi_router.engine.distributed.node import Node
from edi_router.engine.distributed.worker import prepare
from edi_router.engine.workspace import DATABASE_VARIABLE, WorkspaceError
from edi_router.ledger import Ledger, alone
from edi_router.ledger.alone import Alone, Occupied
from tests.support.cli import edi_router
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import Remembering
from tests.support.workspaces import prepare as lay_out

TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that is refused does not wait for one that was killed."""
    monkeypatch.setattr(alone, "GRACE", 0.0)


def test_the_second_engine_is_refused_while_the_first_one_works(database: str) -> None:
    with Ledger.open(database) as one, Ledger.open(database) as other:
        with Alone(one.engine) as first:
            first.hold()
            with pytest.raises(Occupied, match="another engine"), Alone(other.engine):
                pass
        with Alone(other.engine) as second:
            second.hold()
            with pytest.raises(Occupied):
                Alone(one.engine).hold()


@pytest.mark.postgresql
def test_an_engine_that_lost_its_session_takes_the_lock_again(
    postgresql: PostgreSQL, postgresql_template: str
) -> None:
    url = postgresql.url(postgresql.create(postgresql_template))
    with Ledger.open(guarded(url)) as one, Ledger.open(url) as other, Alone(one.engine) as first:
        with other.engine.connect() as link:
            assert link.scalar(text(TERMINATE)) == 1
        first.hold()
        with pytest.raises(Occupied):
            Alone(other.engine).hold()
        with other.engine.connect() as link:
            link.scalar(text(TERMINATE))
        with Alone(other.engine), pytest.raises(Occupied):
            first.hold()  # who came meanwhile stays
        first.hold()


@pytest.mark.postgresql
def test_a_worker_is_refused_beside_an_engine_and_an_engine_beside_a_worker(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.url(postgresql.create())
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    root = tmp_path / "ws"
    lay_out(root)
    workspace = Remembering.at(root)
    prepare(workspace)
    node = Node(workspace)
    try:
        with Ledger.open(url) as ledger, Alone(ledger.engine):
            with pytest.raises(WorkspaceError, match="another engine"):
                node.enter()
            assert ledger.workers() == []
        id = node.enter()
        done = edi_router("--workspace", root, "run", "--once")
        assert (done.code, "stop the workers first" in done.err) == (3, True), done.err
        node.ledger.leave_worker(id)
    finally:
        node.ledger.close()


def test_run_is_refused_in_another_workspace_with_the_same_database(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for root in (one, other):
        lay_out(root)
        settings = root / "edi-router.yaml"
        settings.write_text(f"{settings.read_text()}\ndatabase: sqlite:///{tmp_path}/both.db\n")
    with Remembering.at(one).open_ledger() as ledger, Alone(ledger.engine):
        done = edi_router("--workspace", other, "run", "--once")
    assert (done.code, "another engine" in done.err) == (3, True), done.err
