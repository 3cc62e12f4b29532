"""A backup made as docs/operations.md says, while the engine works, is whole; damage to one is found."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text

from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import Workspace
from edi_router.ledger import tables
from tests.support.cli import edi_router
from tests.support.story import sample
from tests.support.workspaces import Clock, Place, deployment


def fsck(root: Path) -> tuple[int, list[str]]:
    done = edi_router("--workspace", str(root), "fsck", "--json")
    return done.code, done.json["problems"]


def backup(place: Place, to: Path) -> None:
    """The three steps: the ledger by SQLite's own backup, then the archive, then configuration and keys."""
    (to / "var").mkdir(parents=True)
    source, target = (
        sqlite3.connect(place.root / "var" / "ledger.db"),
        sqlite3.connect(to / "var" / "ledger.db"),
    )
    source.backup(target)
    source.close()
    target.close()
    place.drop("ENT-A", "after.xml", sample("wco-declaration.xml").replace(b"GOOD-W01", b"AFTER-THE-LEDGER"))
    place.engine.until_idle()
    shutil.copytree(place.root / "var" / "archive", to / "var" / "archive")
    shutil.copy(place.root / "edi-router.yaml", to)
    shutil.copy(place.root / "var" / "secret.key", to / "var")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace that was brought back from its backup."""
    with deployment(tmp_path / "first") as first:
        first.drop("ENT-A", "one.xml", sample("wco-declaration.xml"))
        first.drop("CIQ-YC", "two.xml", sample("transfer-order.xml"))
        first.engine.until_idle()
        backup(first, tmp_path / "backup")
    shutil.move(tmp_path / "first" / "exchange", tmp_path / "backup" / "exchange")
    return tmp_path / "backup"


def test_what_is_brought_back_is_whole_and_goes_on(place: Path) -> None:
    assert fsck(place) == (0, [])
    workspace = Workspace.at(place)
    with workspace.open_ledger(Clock()) as ledger:
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), Clock())
        # What came after the backup is not in it; as it is dropped again, it goes the whole way.
        drop = sample("wco-declaration.xml").replace(b"GOOD-W01", b"AFTER-THE-LEDGER")
        (place / "exchange" / "ENT-A" / "out" / "after.xml").write_bytes(drop)
        engine.until_idle()
        assert {row["state"] for row in ledger.ls("message")} == {"completed"}
        assert ledger.books().balanced


def test_damage_is_found(place: Path) -> None:
    workspace = Workspace.at(place)
    with workspace.open_ledger() as ledger:
        with ledger.read() as connection:
            files = connection.execute(select(tables.file.c.name, tables.file.c.sha256)).all()
        by_name = {row.name: workspace.open_archive().path(row.sha256) for row in files}
        with ledger.write() as tx:
            tx.connection.execute(
                text("UPDATE output_content SET data = x'00' WHERE output LIKE '%-receipt'")
            )
    by_name["one.xml"].unlink()
    damaged = by_name["two.xml"].read_bytes()
    by_name["two.xml"].chmod(0o600)
    by_name["two.xml"].write_bytes(damaged[:-1] + bytes([damaged[-1] ^ 1]))
    code, problems = fsck(place)
    assert code == 1
    assert sum("is not in the archive" in each for each in problems) == 1
    assert sum("two.xml" in each for each in problems) == 1
    assert sum("-receipt" in each and each.startswith("output ") for each in problems) == 2
